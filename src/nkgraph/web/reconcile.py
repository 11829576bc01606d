"""``/reconcile``: the Reconciliation Service API 0.2, which OpenRefine speaks (docs/reconciling.md).

Previews may be shown in frames of other sites: a client shows them beside its table. Nothing else may.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

import flask
from werkzeug.datastructures import MultiDict

from nkgraph.errors import QueryError
from nkgraph.reconciliation import PROPERTIES, Candidate, Reconciler, build_reconciler
from nkgraph.sparql import Problem, QueryAnswering
from nkgraph.web.reconcile_queries import find_type, read_batch, read_extension, refuse
from nkgraph.web.reconcile_shapes import describe_service, write_extension, write_results, write_type
from nkgraph.web.site import ProblemError, current_site

__all__ = ["blueprint", "prepare"]

blueprint = flask.Blueprint("reconcile", __name__)

_KEY: Final = "nkgraph.reconciliation"
_CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", re.ASCII)
_PAGE: Final = 20
_FRAMED: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
)
#: What a preview shows of a thing, in its order.
_SHOWN: Final = ("kind", "date", "jurisdiction", "instrument", "within", "isoCode", "identifier", "altName")


class _Once:
    """The reconciler of an application: built at the first request that needs it, and again where that failed.

    Requests that come while it is built wait for that one build, and share its failure: each failure costs the graph
    one build, however many wait.
    """

    def __init__(self, service: QueryAnswering) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._build: Future[Reconciler] | None = None

    def get(self) -> Reconciler:
        """Return the reconciler.

        Raises:
            ProblemError: 503, the graph gives no answer.
        """
        with self._lock:
            is_first = self._build is None
            build = self._build = self._build or Future()
        if is_first:
            self._run(build)
        try:
            return build.result()
        except QueryError as error:
            message = f"the names cannot be read: {error.message}"
            raise ProblemError(Problem(503, message, error.line, error.column, error.remedy)) from error

    def _run(self, build: Future[Reconciler]) -> None:
        try:
            built = build_reconciler(self._service)
        except BaseException as error:
            with self._lock:
                self._build = None
            build.set_exception(error)
        else:
            build.set_result(built)


def prepare(app: flask.Flask, service: QueryAnswering) -> None:
    """Give an application its reconciler."""
    app.extensions[_KEY] = _Once(service)


def _current() -> Reconciler:
    if not current_site().info.is_ours:
        raise refuse("there is no reconciliation service for these files", "it is part of nkgraph's own dataset", 404)
    once = flask.current_app.extensions[_KEY]
    assert isinstance(once, _Once)
    return once.get()


@blueprint.after_request
def finish(response: flask.Response) -> flask.Response:
    """Keep search engines and caches away: what is asked here comes out of people's own tables."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Cache-Control", "no-store")
    if flask.request.endpoint == f"{blueprint.name}.preview":
        response.headers["Content-Security-Policy"] = _FRAMED
    return response


def _respond(value: Mapping[str, Any]) -> flask.Response:
    """Return JSON, or for an old client (``callback``) a script that hands it over (JSONP).

    Raises:
        ProblemError: 400, the callback is no name of a function.
    """
    callback = flask.request.args.get("callback")
    if callback is None:
        return flask.jsonify(value)
    if len(callback) > 100 or not _CALLBACK.fullmatch(callback):
        raise refuse("callback: not the name of a function", "use JSON: CORS is open to every site")
    # the comment keeps a chosen name from being the first bytes of some other format
    script = f"/**/{callback}({json.dumps(value)});"
    return flask.make_response(script, 200, {"Content-Type": "text/javascript; charset=utf-8"})


@blueprint.get("/reconcile")
def get() -> flask.Response:
    """Describe the service (0.2, section 3.1), or answer a batch in the address (section 4.3)."""
    arguments = flask.request.args
    if "queries" in arguments or "extend" in arguments:
        return _answer(arguments)
    if "query" in arguments:
        raise refuse("there is no form for a single query", 'send a batch: queries={"q0": {"query": "CEDAW"}}')
    return _respond(describe_service(_current()))


@blueprint.post("/reconcile")
def post() -> flask.Response:
    """Answer a batch of queries, or extend data, sent as a form (0.2, sections 4.3 and 7.4)."""
    kind = flask.request.mimetype
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        raise refuse(
            f"queries cannot be sent as {kind or 'nothing in particular'}",
            "send application/x-www-form-urlencoded with queries or extend",
            415,
        )
    if not {"queries", "extend"} & {*flask.request.form}:
        raise refuse("there are no queries", "send the form field queries, or extend")
    return _answer(flask.request.form)


def _answer(arguments: MultiDict[str, str]) -> flask.Response:
    if any(len(arguments.getlist(name)) > 1 for name in ("queries", "extend")):
        raise refuse("there is more than one batch", "give the parameter once")
    if "queries" in arguments and "extend" in arguments:
        raise refuse("queries and extend are two requests", "send one of them")
    reconciler = _current()
    if "extend" in arguments:
        things, properties = read_extension(reconciler, arguments["extend"])
        return _respond(write_extension(reconciler, things, properties))
    batch = read_batch(reconciler, arguments["queries"])
    return _respond({key: {"result": write_results(reconciler, query)} for key, query in batch.items()})


@blueprint.get("/reconcile/extend")
def propose() -> flask.Response:
    """Return the properties that a table of a type can be extended with (0.2, section 7.3)."""
    reconciler, arguments = _current(), flask.request.args
    kind = arguments.get("type", "").strip()
    asked = find_type(reconciler, kind, "type") if kind else None
    offered = [p for p in PROPERTIES if asked is None or asked in p.types]
    most = _read_number("limit", len(PROPERTIES))
    listed = [{"id": p.id, "name": p.name, "description": p.description} for p in offered[:most]]
    return _respond(
        {"properties": listed} | ({"type": asked} if asked else {}) | ({"limit": most} if "limit" in arguments else {})
    )


def _read_number(name: str, default: int) -> int:
    text = flask.request.args.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise refuse(f"{name}: {text[:60]!r} is no whole number", "give a number from 0")
    return int(text)


def _read_prefix() -> str:
    prefix = flask.request.args.get("prefix", "")
    if len(prefix) > 1000:
        raise refuse(f"prefix: {len(prefix):,} characters; 1,000 are the most")
    return prefix


def _suggest(listed: list[dict[str, Any]]) -> flask.Response:
    """Return a page of suggestions, from ``cursor`` on (0.2, section 6.3)."""
    cursor = _read_number("cursor", 0)
    return _respond({"result": listed[cursor : cursor + _PAGE]})


@blueprint.get("/reconcile/suggest/entity")
def suggest_entity() -> flask.Response:
    """Suggest things of which a name or an identifier begins as typed."""
    reconciler = _current()
    asked = [find_type(reconciler, kind, "type") for kind in flask.request.args.getlist("type") if kind.strip()]
    found = reconciler.suggest(_read_prefix(), asked)
    cursor = _read_number("cursor", 0)
    listed = [
        {
            "id": candidate.id,
            "name": candidate.name,
            "description": reconciler.describe(candidate),
            "notable": [write_type(reconciler, kind) for kind in candidate.types],
        }
        for candidate in found[cursor : cursor + _PAGE]
    ]
    return _respond({"result": listed})


def _begins(prefix: str, *texts: str) -> bool:
    typed = prefix.strip().casefold()
    return any(f" {typed}" in f" {text.casefold()}" for text in texts)


@blueprint.get("/reconcile/suggest/type")
def suggest_type() -> flask.Response:
    """Suggest types of which a name or the id begins as typed."""
    prefix, found = _read_prefix(), _current().types
    return _suggest(
        [
            {"id": kind.id, "name": kind.name, "description": kind.description}
            for kind in found
            if _begins(prefix, kind.id, kind.name)
        ]
    )


@blueprint.get("/reconcile/suggest/property")
def suggest_property() -> flask.Response:
    """Suggest properties of which a name or the id begins as typed, of a type where one is given."""
    reconciler, prefix = _current(), _read_prefix()
    kind = flask.request.args.get("type", "").strip()
    asked = find_type(reconciler, kind, "type") if kind else None
    return _suggest(
        [
            {"id": p.id, "name": p.name, "description": p.description}
            for p in PROPERTIES
            if _begins(prefix, p.id, p.name) and (asked is None or asked in p.types)
        ]
    )


@blueprint.get("/reconcile/preview")
def preview() -> flask.Response:
    """Show a thing in a small frame: its name, kind, other names, identifiers, in how many documents it is named."""
    reconciler, identity = _current(), flask.request.args.get("id", "")
    if not identity:
        raise refuse("there is no id", "give the id of a candidate as the parameter id")
    thing = reconciler.find(identity)
    if thing is None:
        raise refuse(f"there is nothing of the id {identity[:60]!r}", "take an id that /reconcile gives", 404)
    page = flask.render_template(
        "reconcile-preview.html",
        thing=thing,
        kind=reconciler.name_of_type(thing.types[0]),
        rows=_list_shown(thing),
        aliases=[s for s in thing.spellings if s.source == "alias" and s.text != thing.name],
    )
    return flask.make_response(page)


def _list_shown(thing: Candidate) -> list[tuple[str, tuple[str, ...]]]:
    names = {p.id: p.name for p in PROPERTIES}
    return [(names[name], values) for name in _SHOWN if (values := thing.values_of(name))]
