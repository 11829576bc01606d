"""Rows of answers gathered into what a page shows: statements with their graphs, claims with their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.tables import Cell
from nkgraph.web.lookups import Row

__all__ = ["Evidence", "Statement", "Words", "gather_evidence", "gather_statements", "local_name", "text_of"]

_TYPE: Final = PREFIXES["rdf"] + "type"


@attrs.frozen
class Words:
    """Words that a claim rests on: where they stand, how many they are, and themselves where the user has them."""

    span: str
    start: int
    end: int
    count: int | None
    quotation: str | None = None


@attrs.frozen
class Evidence:
    """A claim with the words it rests on."""

    claim: str
    document: str
    slug: str
    title: str
    passage: str | None
    passage_name: str
    how: str
    note: str | None
    sources: tuple[str, ...]
    words: tuple[Words, ...]


@attrs.frozen
class Statement:
    """A property of a thing with one value, and the graphs that hold it (claims, rules, reference sets)."""

    property: str
    property_label: str
    value: Cell
    value_label: str | None
    graphs: tuple[str, ...]


def text_of(cell: Cell) -> str | None:
    """Return the IRI or the words of a cell."""
    return cell.value if isinstance(cell, ox.NamedNode | ox.Literal) else None


def _number(cell: Cell) -> int | None:
    return int(cell.value) if isinstance(cell, ox.Literal) and cell.value.isdigit() else None


def local_name(iri: str) -> str:
    """Return the last part of an IRI."""
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def gather_statements(rows: Iterable[Row]) -> tuple[Statement, ...]:
    """Return the statements of rows p, p_label, o, o_label, graph: one for each property and value, labels chosen."""
    found: dict[tuple[str, str], Statement] = {}
    for row in rows:
        prop, value = text_of(row["p"]), row["o"]
        assert prop is not None
        graph, label = text_of(row.get("graph")), text_of(row["o_label"])
        key = (prop, str(value))
        old = found.get(key)
        graphs = () if old is None else old.graphs
        labels = [text for text in (label, old.value_label if old else None) if text is not None]
        found[key] = Statement(
            prop,
            min(text_of(row["p_label"]) or local_name(prop), old.property_label if old else "\uffff"),
            value,
            min(labels) if labels else None,
            (*graphs, graph) if graph is not None and graph not in graphs else graphs,
        )
    return tuple(sorted(found.values(), key=lambda s: (s.property != _TYPE, s.property_label, str(s.value))))


def _name_passage(row: Row) -> str:
    kind, number = text_of(row["passage_kind"]), text_of(row["number"])
    if kind is None and row["passage"] is None:
        return ""
    name = (kind or local_name(text_of(row["passage"]) or "")).replace("_", " ")
    return f"{name} {number}" if number else name


def gather_evidence(rows: Iterable[Row]) -> tuple[Evidence, ...]:
    """Return the claims of rows (one for each span and source), each with all its words, in the order of the rows."""
    found: dict[str, Evidence] = {}
    for row in rows:
        claim = text_of(row["claim"]) or ""
        old = found.get(claim)
        source, span = text_of(row["source"]), text_of(row["span"])
        sources = old.sources if old else ()
        words = old.words if old else ()
        if source is not None and source not in sources:
            sources = (*sources, source)
        if span is not None and all(w.span != span for w in words):
            start, end = _number(row["start"]), _number(row["end"])
            words = (*words, Words(span, start or 0, end or 0, _number(row["words"])))
        found[claim] = Evidence(
            claim,
            text_of(row["document"]) or "",
            text_of(row["slug"]) or "",
            text_of(row["title"]) or text_of(row["slug"]) or "",
            text_of(row["passage"]),
            _name_passage(row),
            text_of(row["how"]) or "",
            text_of(row["note"]),
            sources,
            words,
        )
    return tuple(found.values())
