"""Treaty status on the pages of states, instruments and of a status itself: never without what it does not say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.sparql import QueryAnswering
from nkgraph.tables import show_cell
from nkgraph.web.lookups import PROLOGUE, Row, ask_rows

__all__ = ["STATUS_KINDS", "StatusRow", "Statuses", "gather_statuses", "read_notice"]

#: The kinds of things that no page shows, or names, without the notice of their class.
STATUS_KINDS: Final = frozenset({"TerritorialApplication", "TreatyStatus"})

# ?this is the state, the instrument, the status, or a territorial application of one
_STATUSES: Final = (
    PROLOGUE
    + """
SELECT ?status ?other ?name ?action ?signed ?acted ?entry ?known ?remark ?seen ?this WHERE {
  { ?status nk:state ?this ; nk:instrument ?other } UNION { ?status nk:instrument ?this ; nk:state ?other }
  ?status a nk:TreatyStatus ; nk:treatyAction/skos:prefLabel ?action ; nk:verified ?seen .
  ?other nk:name ?name .
  OPTIONAL { ?status nk:signedOn ?signed } OPTIONAL { ?status nk:actedOn ?acted }
  OPTIONAL { ?status nk:inForceFrom ?entry } OPTIONAL { ?status nk:asOf ?known } OPTIONAL { ?status nk:withdrawal ?remark }
} ORDER BY ?name ?other"""
)
_NOTICE: Final = PROLOGUE + "SELECT ?notice WHERE { nk:TreatyStatus skos:scopeNote ?notice } ORDER BY ?notice"


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
    remark: str
    verified: bool

    @property
    def is_foreseen(self) -> bool:
        """Whether the source ends before the day from which the treaty is to be in force."""
        return bool(self.entry and self.known) and self.entry > self.known


@attrs.frozen
class Statuses:
    """The statuses that a page shows, and what must stand with them; both empty on the pages of other things."""

    notice: str
    rows: tuple[StatusRow, ...]


def _read_row(row: Row) -> StatusRow:
    seen = row["seen"]
    columns = ("status", "other", "name", "action", "signed", "acted", "entry", "known", "remark")
    texts = {column: show_cell(cell) if (cell := row[column]) is not None else "" for column in columns}
    iris = {c: cell.value for c in ("status", "other") if isinstance(cell := row[c], ox.NamedNode)}
    return StatusRow(**{**texts, **iris}, verified=isinstance(seen, ox.Literal) and seen.value == "true")


def read_notice(service: QueryAnswering) -> str:
    """Return what must stand wherever treaty status is shown, in the words of the ontology.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    notices = [cell.value for row in ask_rows(service, _NOTICE) if isinstance(cell := row["notice"], ox.Literal)]
    return notices[0] if notices else ""


def gather_statuses(service: QueryAnswering, iri: ox.NamedNode, kinds: Iterable[str | None]) -> Statuses:
    """Return the treaty status of a state or of an instrument, and the notice for any page that shows or names a status.

    ``kinds`` are the kinds of the things that the page names.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    rows = tuple(_read_row(row) for row in ask_rows(service, _STATUSES, this=iri))
    return Statuses(read_notice(service) if rows or STATUS_KINDS & set(kinds) else "", rows)
