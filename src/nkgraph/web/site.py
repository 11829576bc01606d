"""What a web application of nkgraph serves: one value, kept in the application, that every page reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote as percent_encode

import attrs
import flask
import pyoxigraph as ox

from nkgraph.iris import BASE, shorten
from nkgraph.queries import CannedQuery
from nkgraph.sparql import Answer, Limits, Problem, QueryAnswering

__all__ = [
    "ENTITY_ROOTS",
    "DatasetInfo",
    "ProblemError",
    "Site",
    "brief_name_of",
    "current_site",
    "is_private",
    "link_to",
    "name_of",
    "write_words",
]

_CODES: Final = re.compile(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*((; |, | )[A-Za-z0-9]+(_[A-Za-z0-9]+)*)*")

#: First segments of the paths at which things of the dataset have their pages.
ENTITY_ROOTS: Final = (
    "claim",
    "code",
    "graph",
    "id",
    "instrument",
    "jurisdiction",
    "org",
    "place",
    "provision",
    "span",
    "state",
    "statistics",
    "status",
    "tombstone",
    "vocabulary",
    "work",
)


class ProblemError(Exception):
    """A problem on its way to the one error handler; suggestions are IRIs with their names."""

    def __init__(self, problem: Problem, *, suggestions: tuple[tuple[str, str | None], ...] = ()) -> None:
        self.problem = problem
        self.suggestions = suggestions
        super().__init__(problem.message)


@attrs.frozen
class DatasetInfo:
    """What the pages say of the dataset as a whole.

    ``is_ours`` tells the nkgraph dataset from any files that are served (``nkgraph serve FILE…``): those have no
    content note and no citation.
    """

    title: str = "nkgraph"
    release: str = "unreleased"
    summary: str = (
        "A knowledge graph of what four documents report on the trafficking of North Korean women in China. "
        "Every statement leads back to the words it rests on, and every conclusion to the statements it follows from."
    )
    licence: str = "https://creativecommons.org/licenses/by/4.0/"
    is_ours: bool = True


@attrs.frozen
class Site:
    """What the application serves, and how.

    ``quote`` gives the words of a document (slug, start, end) from the user's own copy, or None where there is none.
    ``explain`` says as JSON why a triple is in the graph (``proofs.jsonfiles``); without it nothing is explained.
    """

    service: QueryAnswering
    queries: Mapping[str, CannedQuery]
    info: DatasetInfo
    limits: Limits
    quote: Callable[[str, int, int], str | None] | None = None
    explain: Callable[[ox.Triple], Answer] | None = None


def current_site() -> Site:
    """Return the site of the application that handles this request."""
    site = flask.current_app.extensions["nkgraph"]
    assert isinstance(site, Site)
    return site


def link_to(iri: str) -> str | None:
    """Return where a page of an IRI is: on this server for ours, the IRI itself for the web's, None for others.

    >>> link_to("https://w3id.org/nkgraph/ontology#Claim"), link_to("http://example.org/a"), link_to("urn:a")
    ('/ontology#Claim', 'http://example.org/a', None)
    """
    if iri.startswith(BASE):
        path, mark, fragment = iri.removeprefix(BASE).partition("#")
        return "/" + percent_encode(path, safe="/:@!$&'()*+,;=~") + (f"#{percent_encode(fragment)}" if mark else "")
    return iri if iri.startswith(("http://", "https://")) else None


def name_of(iri: str) -> str:
    """Return an IRI as people read it: shortened by our prefixes."""
    return shorten(iri)


def brief_name_of(iri: str) -> str:
    """Return an IRI as tables and lists show it: what belongs to a document without the document's name.

    >>> brief_name_of("https://w3id.org/nkgraph/id/some-report/case-1/narrator")
    'case-1/narrator'
    >>> brief_name_of("https://w3id.org/nkgraph/place/yanji")
    'place:yanji'
    """
    root, _, rest = iri.removeprefix(BASE).partition("/")
    _, mark, within = rest.partition("/")
    return within if iri.startswith(BASE) and root in {"claim", "id", "span"} and mark else shorten(iri)


def write_words(text: str) -> str:
    """Return codes as words, each underscore a blank; other text as it is.

    >>> write_words("did_not_want; left_country"), write_words("see a_b in (1)")
    ('did not want; left country', 'see a_b in (1)')
    """
    return text.replace("_", " ") if _CODES.fullmatch(text) else text


def is_private(path: str) -> bool:
    """Say whether search engines are to leave a page out: claims, spans, and all that belongs to an account.

    >>> [is_private(path) for path in ("id/report", "id/report/case-1/narrator", "claim/report/case-1")]
    [False, True, True]
    """
    root, _, rest = path.partition("/")
    return root in {"claim", "span"} or (root == "id" and "/" in rest)
