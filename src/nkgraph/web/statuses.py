"""Treaty status on the pages of states, instruments and of a status itself: never without what it does not say."""

from __future__ import annotations

from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.sparql import QueryAnswering
from nkgraph.tables import show_cell
from nkgraph.web.lookups import PROLOGUE, Row, ask_rows

__all__ = ["StatusRow", "Statuses", "gather_statuses"]

# ?this is the state, the instrument, the status, or a territorial application of one
_STATUSES: Final = (
    PROLOGUE
    + """
SELECT ?notice ?status ?other ?name ?action ?signed ?acted ?entry ?known ?seen ?this WHERE {
  { ?status nk:state ?this ; nk:instrument ?other } UNION { ?status nk:instrument ?this ; nk:state ?other }
  ?status a nk:TreatyStatus ; nk:treatyAction/skos:prefLabel ?action ; nk:verified ?seen .
  nk:TreatyStatus skos:scopeNote ?notice . ?other nk:name ?name .
  OPTIONAL { ?status nk:signedOn ?signed } OPTIONAL { ?status nk:actedOn ?acted }
  OPTIONAL { ?status nk:inForceFrom ?entry } OPTIONAL { ?status nk:asOf ?known }
} ORDER BY ?name ?other"""
)
_NOTICE: Final = (
    PROLOGUE
    + """
SELECT ?notice ?this WHERE {
  VALUES ?class { nk:TreatyStatus nk:TerritorialApplication } ?this a ?class . ?class skos:scopeNote ?notice
} ORDER BY ?notice"""
)


@attrs.frozen
class StatusRow:
    """One status as a page lists it: the other side (a treaty of a state, or a state of a treaty) and its days."""

    status: str
    other: str
    name: str
    action: str
    signed: str
    acted: str
    entry: str
    known: str
    verified: bool


@attrs.frozen
class Statuses:
    """The statuses that a page shows, and what must stand with them; both empty on the pages of other things."""

    notice: str
    rows: tuple[StatusRow, ...]


def _read_row(row: Row) -> StatusRow:
    seen = row["seen"]
    columns = ("status", "other", "name", "action", "signed", "acted", "entry", "known")
    texts = {column: show_cell(cell) if (cell := row[column]) is not None else "" for column in columns}
    iris = {c: cell.value for c in ("status", "other") if isinstance(cell := row[c], ox.NamedNode)}
    return StatusRow(**{**texts, **iris}, verified=isinstance(seen, ox.Literal) and seen.value == "true")


def gather_statuses(service: QueryAnswering, iri: ox.NamedNode) -> Statuses:
    """Return the treaty status of a state or of an instrument, and the notice of its class for a status itself.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    rows = ask_rows(service, _STATUSES, this=iri) or ask_rows(service, _NOTICE, this=iri)
    notices = [cell.value for row in rows if isinstance(cell := row["notice"], ox.Literal)]
    return Statuses(notices[0] if notices else "", tuple(_read_row(row) for row in rows if "status" in row))
