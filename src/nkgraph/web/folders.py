"""The folders of the paths of IRIs, such as ``/place/``: lists of the things below them."""

from __future__ import annotations

from typing import Final

import attrs
import flask

from nkgraph.formats import HTML, Format
from nkgraph.iris import BASE
from nkgraph.sparql import Problem
from nkgraph.web.lookups import list_below
from nkgraph.web.naming import Name, name_things, natural_key
from nkgraph.web.responses import choose_format
from nkgraph.web.site import ENTITY_ROOTS, ProblemError, current_site, is_private
from nkgraph.web.statuses import STATUS_KINDS, read_notice

__all__ = ["ROOT_TITLES", "blueprint", "show_folder"]

blueprint = flask.Blueprint("folders", __name__)

_JSON: Final = Format("json", "application/json", "JSON")
#: Things of one folder that are named; beyond it their paths stand for them.
_NAMED: Final = 1000
#: What the folders at the top hold.
ROOT_TITLES: Final[dict[str, str]] = {
    "id": "Documents and what they report",
    "place": "Places",
    "org": "Organisations",
    "work": "Works cited",
    "instrument": "Legal instruments",
    "provision": "Provisions",
    "state": "States",
    "status": "Treaty status",
    "jurisdiction": "Jurisdictions",
    "code": "Codes",
    "claim": "Claims",
    "span": "Spans of words",
    "graph": "Named graphs",
    "statistics": "Statistics of the release",
    "tombstone": "Tombstones of withdrawn claims",
    "vocabulary": "Vocabularies of others",
}
#: Folders whose things are known by their paths, and not by names.
_BY_PATH: Final = frozenset({"claim", "graph", "id", "span", "statistics", "tombstone"})


@attrs.frozen
class Entry:
    """Something in a folder: a thing, or a folder below it, or both."""

    path: str
    iri: str | None
    name: Name | None
    below: int

    @property
    def label(self) -> str:
        """The words for it: its name, or the last part of its path."""
        return self.name.full if self.name else self.path.rpartition("/")[2].replace("-", " ")


@blueprint.get(f"/<any({','.join(ENTITY_ROOTS)}):root>")
def lead(root: str) -> flask.Response:
    """Lead to the folder."""
    return flask.make_response(flask.redirect(f"/{root}/"))


@blueprint.get(f"/<any({','.join(ENTITY_ROOTS)}):root>/")
def show_root(root: str) -> flask.Response:
    """List what is in a folder at the top."""
    return show_folder(f"{root}/")


def list_entries(path: str) -> list[Entry]:
    """Return what is in a folder, in the order in which people look for it."""
    service = current_site().service
    found: dict[str, tuple[str | None, int]] = {}
    for iri in list_below(service, path):
        segment, slash, rest = iri.removeprefix(BASE + path).partition("#")[0].partition("/")
        if segment and (rest or not slash):
            own, below = found.get(segment, (None, 0))
            found[segment] = (own, below + 1) if slash else (BASE + path + segment, below)
    things = [iri for iri, _ in found.values() if iri is not None]
    names = name_things(service, things) if len(things) <= _NAMED else {}
    entries = [Entry(path + seg, iri, names.get(iri or ""), below) for seg, (iri, below) in found.items()]
    by_path = path.partition("/")[0] in _BY_PATH
    return sorted(entries, key=lambda e: natural_key(e.path if by_path else e.label))


def _group(entries: list[Entry]) -> dict[str, list[Entry]]:
    """Return the entries by kind: folders first, then the kinds in their order."""
    groups: dict[str, list[Entry]] = {"folders": [e for e in entries if e.iri is None]}
    for entry in sorted(entries, key=lambda e: e.name.rank if e.name else -1):
        if entry.iri is not None:
            kind = entry.name.kind_words if entry.name else None
            groups.setdefault(kind or "", []).append(entry)
    return {kind: group for kind, group in groups.items() if group}


def show_folder(path: str) -> flask.Response:
    """List what is in a folder (its path ends in a slash), for people as a page and for programs as JSON.

    Raises:
        ProblemError: 404, nothing is.
    """
    form = choose_format((HTML, _JSON), flask.request.args.get("format"))
    entries = list_entries(path)
    if not entries:
        raise ProblemError(
            Problem(404, f"there is nothing below /{path}", remedy="the start page / lists what there is")
        )
    private = is_private(path) or path in {"claim/", "span/"}
    if form is HTML:
        root, _, rest = path.rstrip("/").partition("/")
        own = name_things(current_site().service, [BASE + path.rstrip("/")]) if rest else {}
        words = own.popitem()[1].full if own else rest.replace("-", " ").replace("/", " · ")
        heading = f"In: {words}" if rest else ROOT_TITLES[root]
        shows_status = any(entry.name is not None and entry.name.kind in STATUS_KINDS for entry in entries)
        page = flask.render_template(
            "folder.html",
            heading=heading,
            path=path,
            groups=_group(entries),
            number=len(entries),
            private=private,
            notice=read_notice(current_site().service) if shows_status or root == "status" else "",
        )
        response = flask.make_response(page)
    else:
        listed = [
            {
                "iri": e.iri,
                "path": f"/{e.path}",
                "label": e.label,
                "kind": e.name.kind if e.name else None,
                "below": e.below,
            }
            for e in entries
        ]
        response = flask.jsonify(listed)
    response.headers["Vary"] = "Accept"
    if private:
        response.headers["X-Robots-Tag"] = "noindex"
    return response
