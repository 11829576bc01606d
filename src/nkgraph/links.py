"""Mapping sets made into quads: one named graph a set, which is a linkset of VoID and holds each link with its reason.

A link is a triple from a thing of ours to one of others; the mapping beside it says in terms of SSSOM why. No graph of links
is an input of the reasoner, of the shapes or of the rules.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, graph_iri, ontology_iri
from nkgraph.mappings import EXACT, NOTHING_FOUND, MappingRow, MappingSet
from nkgraph.targets import Target, find_target

__all__ = ["link_quads", "links_graph", "say_same"]

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_SAME_AS: Final = PREFIXES["owl"] + "sameAs"
#: What the IRIs of ours that are no things begin with: terms, and codes with their schemes.
_MEANINGS: Final = (ONTOLOGY, PREFIXES["code"])
_OURS: Final = ox.NamedNode(f"{BASE}statistics/release")
#: What the header of a file says of the set, by the property that says it in the graph.
_SAID: Final = {
    "mapping_set_title": PREFIXES["dcterms"] + "title",
    "mapping_set_description": PREFIXES["dcterms"] + "description",
    "mapping_set_version": PREFIXES["owl"] + "versionInfo",
    "creator_label": PREFIXES["dcterms"] + "creator",
    "comment": PREFIXES["rdfs"] + "comment",
}
_LINKED: Final = {
    "license": PREFIXES["dcterms"] + "license",
    "mapping_set_id": PREFIXES["sssom"] + "mapping_set_id",
    "mapping_set_source": PREFIXES["dcterms"] + "source",
    "creator_id": PREFIXES["dcterms"] + "creator",
}
#: The cells of a row that the graph keeps as text, by their names in SSSOM, and those that are CURIEs.
_TEXTS: Final = ("subject_label", "object_label", "comment", "author_label", "reviewer_label", "other", "mapping_tool")
_ENTITIES: Final = ("author_id", "reviewer_id", "mapping_source", "subject_source")


def links_graph(name: str) -> str:
    """Return the IRI of the graph of a mapping set, which is also its linkset.

    >>> links_graph("wikidata")
    'https://w3id.org/nkgraph/graph/links/wikidata'
    """
    return graph_iri(f"links/{name}")


def link_quads(sets: Iterable[MappingSet], targets: Sequence[Target], *, as_given: bool = False) -> list[ox.Quad]:
    """Return the quads of mapping sets, each in its own graph, sorted.

    ``as_given`` keeps the relations that the rows have, as an export may; what is published says skos:exactMatch for those
    that claim identity.
    """
    quads = {quad for held in sets for quad in _set_quads(held, targets, as_given)}
    return sorted(quads, key=str)


def say_same(held: MappingSet, targets: Sequence[Target]) -> MappingSet:
    """Return a set with owl:sameAs for skos:exactMatch where both ends are things, as an export may ask for.

    Our codes, their schemes and the terms of the ontology, and the concepts of a thesaurus, keep skos:exactMatch.
    """
    rows = []
    for row in held.rows:
        target = find_target(row.object, targets)
        is_thing = target is not None and target.holds == "things" and not row.subject.startswith(_MEANINGS)
        name = "owl:sameAs" if is_thing else "skos:exactMatch"
        cells = {**row.cells, "predicate_id": name}
        predicate = _SAME_AS if is_thing else EXACT
        rows.append(attrs.evolve(row, predicate=predicate, cells=cells) if row.is_exact else row)
    return attrs.evolve(held, rows=tuple(rows))


def _set_quads(held: MappingSet, targets: Sequence[Target], as_given: bool) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(links_graph(held.name))

    def quad(s: ox.NamedNode, predicate: str, o: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(s, ox.NamedNode(predicate), o, graph)

    void, sssom, owl = PREFIXES["void"], PREFIXES["sssom"], PREFIXES["owl"]
    datasets = {row: _dataset(row.object, held, targets, graph) for row in held.rows if row.object != NOTHING_FOUND}
    relations = {row: row.predicate if as_given else row.relation for row in held.rows}
    told = {(row.subject, relations[row], row.object): datasets[row] for row in held.rows if not row.is_denied}
    sizes = Counter(relation for _, relation, _ in told)
    leads: dict[str, set[str]] = defaultdict(set)
    for (_, relation, _), vocabulary in told.items():
        leads[relation].add(vocabulary.iri)
    targets_of = {graph: set().union(*leads.values())}
    linksets = {graph: sizes.total()}
    if len(sizes) > 1:
        for relation in sizes:
            subset = ox.NamedNode(f"{graph.value}/{relation.rpartition('#')[2]}")
            yield quad(graph, void + "subset", subset)
            yield quad(subset, void + "linkPredicate", ox.NamedNode(relation))
            linksets[subset], targets_of[subset] = sizes[relation], leads[relation]
    elif sizes:
        yield quad(graph, void + "linkPredicate", ox.NamedNode(next(iter(sizes))))
    for linkset, size in linksets.items():
        yield quad(linkset, _TYPE.value, ox.NamedNode(void + "Linkset"))
        yield quad(linkset, void + "triples", ox.Literal(size))
        yield quad(linkset, void + "subjectsTarget", _OURS)
        yield from (quad(linkset, void + "objectsTarget", ox.NamedNode(iri)) for iri in targets_of[linkset])
    yield quad(graph, _TYPE.value, ox.NamedNode(sssom + "MappingSet"))
    yield from (quad(graph, p, ox.Literal(text)) for slot, p in _SAID.items() for text in _values(held, slot))
    for slot, p in _LINKED.items():
        for text in _values(held, slot):
            yield quad(graph, p, ox.NamedNode(held.expand(text) or text))
    for target in {*datasets.values()}:
        dataset = ox.NamedNode(target.iri)
        yield quad(dataset, _TYPE.value, ox.NamedNode(void + "Dataset"))
        yield quad(dataset, ontology_iri("name"), ox.Literal(target.name))
        if not target.is_titled:
            yield quad(dataset, PREFIXES["dcterms"] + "title", ox.Literal(target.name))
        yield from (quad(dataset, void + "uriSpace", ox.Literal(space)) for space in target.spaces)
    for row in held.rows:
        subject, predicate, other = (ox.NamedNode(iri) for iri in (row.subject, relations[row], row.object))
        mapping = ox.NamedNode(_mapping_iri(graph, row))
        if not row.is_denied:
            yield ox.Quad(subject, predicate, other, graph)
        yield quad(graph, sssom + "mappings", mapping)
        yield quad(mapping, _TYPE.value, ox.NamedNode(sssom + "Mapping"))
        yield quad(mapping, owl + "annotatedSource", subject)
        yield quad(mapping, owl + "annotatedProperty", predicate)
        yield quad(mapping, owl + "annotatedTarget", other)
        if row in datasets:
            yield quad(mapping, sssom + "object_source", ox.NamedNode(datasets[row].iri))
        yield from (quad(mapping, p, o) for p, o in _reasons(row, held, relations[row]))


def _reasons(row: MappingRow, held: MappingSet, relation: str) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """Yield what a mapping says of itself: why it is made, how sure, by whom, and that it denies or said more."""
    sssom = PREFIXES["sssom"]
    yield sssom + "mapping_justification", ox.NamedNode(row.justification)
    if row.confidence is not None:
        decimal = ox.NamedNode(PREFIXES["xsd"] + "decimal")
        yield sssom + "confidence", ox.Literal(format(row.confidence.normalize(), "f"), datatype=decimal)
    if row.is_denied and row.object != NOTHING_FOUND:
        yield sssom + "predicate_modifier", ox.Literal("Not")
    if relation != row.predicate:
        note = f"given as {row.cells['predicate_id']}, published as skos:exactMatch"
        yield PREFIXES["skos"] + "editorialNote", ox.Literal(note)
    if date := row.cells.get("mapping_date"):
        yield sssom + "mapping_date", ox.Literal(date, datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))
    for slot in _TEXTS:
        if text := row.cells.get(slot):
            yield sssom + slot, ox.Literal(text)
    for slot in _ENTITIES:
        for text in filter(None, row.cells.get(slot, "").split("|")):
            iri = held.expand(text.strip())
            yield sssom + slot, ox.Literal(text.strip()) if iri is None else ox.NamedNode(iri)


def _values(held: MappingSet, slot: str) -> tuple[str, ...]:
    value: str | tuple[str, ...] = held.metadata.get(slot, ())
    return (value,) if isinstance(value, str) else value


def _mapping_iri(graph: ox.NamedNode, row: MappingRow) -> str:
    """Return the IRI of a mapping: that of its set, and a digest of its ends, its relation and the kind of its reason."""
    what = "\n".join((row.subject, row.predicate, row.object, row.justification, str(row.is_denied)))
    return f"{graph.value}/{hashlib.sha256(what.encode()).hexdigest()[:12]}"


def _dataset(iri: str, held: MappingSet, targets: Sequence[Target], graph: ox.NamedNode) -> Target:
    """Return the vocabulary of the object of a row; one that none describes is named after its prefix."""
    found = find_target(iri, targets)
    if found is not None:
        return found
    spaces: Mapping[str, str] = {space: prefix for prefix, space in held.prefixes.items() if iri.startswith(space)}
    space = max(spaces, key=len)
    return Target(f"{graph.value}/vocabulary/{spaces[space]}", spaces[space], "", (space,), (), "")
