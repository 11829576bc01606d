"""A thing of the graph as its page shows it: what is stated of it, what points to it, and what an account tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, ontology_iri
from nkgraph.mappings import RELATIONS
from nkgraph.sparql import QueryAnswering
from nkgraph.tables import Cell
from nkgraph.web.description import Evidence, Statement, gather_evidence, gather_statements, local_name, text_of
from nkgraph.web.lookups import Incoming, Row, list_claims, list_incoming, list_outgoing, list_said, list_told
from nkgraph.web.naming import Name, name_things, natural_key

__all__ = ["Thing", "Told", "describe_thing"]

_LABELS: Final = (
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "prefLabel",
    ontology_iri("name"),
    PREFIXES["dcterms"] + "title",
    ontology_iri("slug"),
)
_TYPE: Final = PREFIXES["rdf"] + "type"
#: Things that a page lists by one property; the others are asked for.
_SHOWN: Final = 25
#: The bounds that the build makes of a date: beside the date they would look more exact than what is reported.
_BOUNDS: Final = frozenset({ontology_iri("begin"), ontology_iri("end")})
#: What the narrower properties of a thing already say.
_GENERAL: Final = ontology_iri("involves")
#: Kinds of people, and of what happened to people, beside the things of accounts.
_PERSONAL: Final = frozenset({"Incident", "NamedPerson", "Narrator", "Person", "PersonGroup"})
#: The relations of mappings.
_LINKING: Final = frozenset(relation.published for relation in RELATIONS.values())
_DATES: Final = frozenset({ontology_iri("date"), ontology_iri("period")})


@attrs.frozen
class Told:
    """The things of one kind that an account tells of, in the order of telling, each with a claim about it."""

    kind: str
    things: tuple[tuple[str, Name, str | None], ...]


@attrs.frozen
class Thing:
    """A thing of the graph as its page shows it.

    ``names`` are those of all the things it shows; ``concluded`` are the types that only rules give it.
    """

    iri: str
    heading: str
    types: tuple[tuple[str, str], ...]
    statements: tuple[Statement, ...]
    incoming: tuple[Incoming, ...]
    told: tuple[Told, ...]
    evidence: tuple[Evidence, ...]
    said: tuple[Row, ...]
    more: int
    names: dict[str, Name]
    concluded: frozenset[str] = frozenset()

    def is_a(self, *names: str) -> bool:
        """Say whether it is of one of the ontology's classes."""
        return any(iri == ontology_iri(name) for iri, _ in self.types for name in names)

    @property
    def tells_of_accounts(self) -> bool:
        """Whether its page names people, or what is reported to have happened to them."""
        return bool(self.told) or any(n.account is not None or n.kind in _PERSONAL for n in self.names.values())


def _read_types(statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        if statement.property == _TYPE and isinstance(statement.value, ox.NamedNode):
            yield statement.value.value, statement.value_label or local_name(statement.value.value)


def _concluded_types(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        inferred = statement.graphs and all("/graph/inferred/" in graph for graph in statement.graphs)
        if statement.property == _TYPE and inferred and isinstance(statement.value, ox.NamedNode):
            yield statement.value.value


def _read_path(iri: str) -> str:
    """Return what the path of an IRI says, in words: the place of a thing in its document."""
    parts = iri.removeprefix(BASE).split("/")
    within = parts[2:] if parts[0] in {"claim", "id", "span"} and len(parts) > 2 else parts[1:]
    return " · ".join(part.replace("-", " ") for part in within) or iri


def _find_label(statements: Iterable[Statement]) -> str | None:
    labels = {s.property: s.value.value for s in statements if isinstance(s.value, ox.Literal)}
    return next((labels[name] for name in _LABELS if name in labels), None)


def _keep_statements(iri: str, statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements that a page shows; the data hold all.

    Left out are the types (they head the page), the bounds made of a date, what says that a thing is itself, what an
    alignment repeats in the terms of another vocabulary, and links to the vocabularies of others, which have a place of
    their own.
    """
    listed = [s for s in statements if s.property != _TYPE]
    own = {str(s.value) for s in listed if s.property.startswith(BASE) and s.property != _GENERAL}
    dated = any(s.property in _DATES for s in listed)

    def repeats(s: Statement) -> bool:
        if s.property in _BOUNDS:
            return dated
        if s.graphs and all("/graph/links/" in graph for graph in s.graphs):
            return s.property in _LINKING
        if text_of(s.value) == iri and isinstance(s.value, ox.NamedNode):
            return True
        inferred = bool(s.graphs) and all("/graph/inferred/" in graph for graph in s.graphs)
        repeating = s.property == _GENERAL or not s.property.startswith(BASE)
        return inferred and repeating and str(s.value) in own

    return tuple(s for s in listed if not repeats(s))[:5000]


def _keep_incoming(
    iri: str, incoming: Iterable[Incoming], statements: Iterable[Statement], hidden: Set[str]
) -> Iterator[Incoming]:
    """Yield what points to a thing as a page shows it: sorted as people count, without itself and repetitions."""
    listed = [i for i in incoming if i.property.value not in hidden]
    said = {(s.property, str(s.value)) for s in statements}

    def repeats(item: Incoming) -> bool:
        return item.property.value == _GENERAL or not item.property.value.startswith(BASE)

    own = {str(thing) for i in listed if not repeats(i) for thing in i.things}
    for item in listed:
        left = [t for t in item.things if text_of(t) != iri and (item.property.value, str(t)) not in said]
        if left and not (repeats(item) and all(str(t) in own for t in left)):
            left.sort(key=lambda t: natural_key(str(t)))
            count = item.count - (len(item.things) - len(left))
            yield attrs.evolve(item, count=count, things=tuple(left[:_SHOWN]))


def _gather_told(rows: Iterable[Row], names: dict[str, Name]) -> tuple[Told, ...]:
    """Return what an account tells, by kind; kinds and things in the order in which they are first told."""
    claims: dict[str, str | None] = {}
    for row in rows:
        thing, claim = text_of(row["thing"]), text_of(row["claim"])
        if thing is not None and claims.get(thing) is None:
            claims[thing] = claim
    kinds: dict[str, list[tuple[str, Name, str | None]]] = {}
    for thing, claim in claims.items():
        name = names.get(thing) or Name(local_name(thing))
        kinds.setdefault(name.kind_words or "other things", []).append((thing, name, claim))
    return tuple(Told(kind, tuple(things)) for kind, things in kinds.items())


def _list_shown(statements: Iterable[Statement], incoming: Iterable[Incoming], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the IRIs that a page will show."""
    cells: list[Cell] = []
    for statement in statements:
        cells.append(statement.value)
        yield from (graph for graph in statement.graphs if "/graph/inferred/" in graph)
    cells += [thing for item in incoming for thing in item.things]
    cells += [row[column] for row in rows for column in ("s", "o", "thing") if column in row]
    yield from (cell.value for cell in cells if isinstance(cell, ox.NamedNode))


def _head_claim(iri: str, statements: Iterable[Statement], names: Mapping[str, Name]) -> str:
    """Return the heading of a claim: its key, and what it is about."""
    key = iri.removeprefix(BASE).split("/", 2)[-1]
    about = (text_of(s.value) or "" for s in statements if s.property == ontology_iri("about"))
    said = next((names[thing].full for thing in about if thing in names), None)
    return f"claim {key}, reported: {said}" if said else f"claim {key}"


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
    ours = tuple(found for found in types if found[0].startswith(BASE))
    kinds = {kind for kind, _ in types}
    is_claim, is_account = ontology_iri("Claim") in kinds, ontology_iri("Account") in kinds
    told = list_told(service, iri) if is_account else []
    hidden = (
        {PREFIXES["owl"] + "annotatedSource"}
        if is_claim
        else {PREFIXES["owl"] + "annotatedSource", ontology_iri("about")}
    )
    if told:
        hidden |= {ontology_iri("inAccount"), ontology_iri("passage")}
    if ontology_iri("Document") in kinds:
        hidden |= {ontology_iri("document"), PREFIXES["oa"] + "hasSource"}
    shown = _keep_statements(iri.value, statements)
    pointing = tuple(_keep_incoming(iri.value, incoming, shown, hidden))
    names = name_things(service, [iri.value, *_list_shown(shown, pointing, [*said[:500], *told])])
    own = names.pop(iri.value, None)
    label = _find_label(statements) or _read_path(iri.value)
    return Thing(
        iri.value,
        own.heading if own else _head_claim(iri.value, shown, names) if is_claim else label,
        ours or types,
        shown,
        pointing,
        _gather_told(told, names),
        gather_evidence(list_claims(service, iri, itself=is_claim)),
        tuple(said[:500]),
        len(said) - 500 if len(said) > 500 else 0,
        names,
        frozenset(_concluded_types(statements)),
    )
