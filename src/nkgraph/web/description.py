"""A thing of the graph, gathered for its page: what is stated of it, what points to it, and which words say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, ontology_iri
from nkgraph.sparql import QueryAnswering
from nkgraph.tables import Cell
from nkgraph.web.lookups import Incoming, Row, list_claims, list_incoming, list_outgoing, list_said

__all__ = ["Evidence", "Statement", "Thing", "describe_thing", "gather_statements"]

_LABELS: Final = (
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "prefLabel",
    ontology_iri("name"),
    PREFIXES["dcterms"] + "title",
    ontology_iri("slug"),
)
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


@attrs.frozen
class Thing:
    """A thing of the graph as its page shows it."""

    iri: str
    label: str
    types: tuple[tuple[str, str], ...]
    statements: tuple[Statement, ...]
    incoming: tuple[Incoming, ...]
    evidence: tuple[Evidence, ...]
    said: tuple[Row, ...]
    more: int

    def is_a(self, *names: str) -> bool:
        """Say whether it is of one of the ontology's classes."""
        return any(iri == ontology_iri(name) for iri, _ in self.types for name in names)


def _text(cell: Cell) -> str | None:
    return cell.value if isinstance(cell, ox.NamedNode | ox.Literal) else None


def _number(cell: Cell) -> int | None:
    return int(cell.value) if isinstance(cell, ox.Literal) and cell.value.isdigit() else None


def _local(iri: str) -> str:
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def gather_statements(rows: Iterable[Row]) -> tuple[Statement, ...]:
    """Return the statements of rows p, p_label, o, o_label, graph: one for each property and value, labels chosen."""
    found: dict[tuple[str, str], Statement] = {}
    for row in rows:
        prop, value = _text(row["p"]), row["o"]
        assert prop is not None
        graph, label = _text(row.get("graph")), _text(row["o_label"])
        key = (prop, str(value))
        old = found.get(key)
        graphs = () if old is None else old.graphs
        labels = [text for text in (label, old.value_label if old else None) if text is not None]
        found[key] = Statement(
            prop,
            min(_text(row["p_label"]) or _local(prop), old.property_label if old else "\uffff"),
            value,
            min(labels) if labels else None,
            (*graphs, graph) if graph is not None and graph not in graphs else graphs,
        )
    return tuple(sorted(found.values(), key=lambda s: (s.property != _TYPE, s.property_label, str(s.value))))


def _name_passage(row: Row) -> str:
    kind, number = _text(row["passage_kind"]), _text(row["number"])
    if kind is None and row["passage"] is None:
        return ""
    name = (kind or _local(_text(row["passage"]) or "")).replace("_", " ")
    return f"{name} {number}" if number else name


def gather_evidence(rows: Iterable[Row]) -> tuple[Evidence, ...]:
    """Return the claims of rows (one for each span and source), each with all its words, in the order of the rows."""
    found: dict[str, Evidence] = {}
    for row in rows:
        claim = _text(row["claim"]) or ""
        old = found.get(claim)
        source, span = _text(row["source"]), _text(row["span"])
        sources = old.sources if old else ()
        words = old.words if old else ()
        if source is not None and source not in sources:
            sources = (*sources, source)
        if span is not None and all(w.span != span for w in words):
            start, end = _number(row["start"]), _number(row["end"])
            words = (*words, Words(span, start or 0, end or 0, _number(row["words"])))
        found[claim] = Evidence(
            claim,
            _text(row["document"]) or "",
            _text(row["slug"]) or "",
            _text(row["title"]) or _text(row["slug"]) or "",
            _text(row["passage"]),
            _name_passage(row),
            _text(row["how"]) or "",
            _text(row["note"]),
            sources,
            words,
        )
    return tuple(found.values())


def _read_types(statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        if statement.property == _TYPE and isinstance(statement.value, ox.NamedNode):
            yield statement.value.value, statement.value_label or _local(statement.value.value)


def _read_path(iri: str) -> str:
    """Return what the path of an IRI says, in words: the place of a thing in its document."""
    parts = iri.removeprefix(BASE).split("/")
    within = parts[2:] if parts[0] in {"claim", "id", "span"} and len(parts) > 2 else parts[1:]
    return " · ".join(part.replace("-", " ") for part in within) or iri


def _find_label(statements: Iterable[Statement]) -> str | None:
    labels = {s.property: s.value.value for s in statements if isinstance(s.value, ox.Literal)}
    return next((labels[name] for name in _LABELS if name in labels), None)


def describe_thing(service: QueryAnswering, iri: ox.NamedNode) -> Thing | None:
    """Return what the graph holds about a thing, or None if it holds nothing.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    statements = gather_statements(list_outgoing(service, iri))
    incoming = list_incoming(service, iri)
    said: list[Row] = []
    if iri.value.startswith((BASE + "claim/", BASE + "graph/")) or not (statements or incoming):
        said = list_said(service, iri)
    if not (statements or incoming or said):
        return None
    types = tuple(sorted(_read_types(statements), key=lambda found: not found[0].startswith(BASE)))
    is_claim = any(kind == ontology_iri("Claim") for kind, _ in types)
    evidence = gather_evidence(list_claims(service, iri, itself=is_claim))
    return Thing(
        iri.value,
        _find_label(statements) or _read_path(iri.value),
        types,
        tuple(s for s in statements if s.property != _TYPE)[:5000],
        tuple(i for i in incoming if i.property.value != ontology_iri("about") or is_claim),
        evidence,
        tuple(said[:500]),
        len(said) - 500 if len(said) > 500 else 0,
    )
