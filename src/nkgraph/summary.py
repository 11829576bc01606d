"""The summary of uses: what all triples with the same property, classes and kind of value have in common, as one node.

Rules about *every* triple ask the summary: some 300 nodes stand for 60,000 triples. A result about a node is a result about
each triple behind it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from nkgraph.iris import BASE, PREFIXES, graph_iri
from nkgraph.shapeterms import SHAPE, Term, convert_term, name_datatype, show_term

__all__ = ["ShapedData", "load_shaped", "name_graph"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_ONTOLOGY_GRAPH: Final = graph_iri("ontology")
#: Graphs made from the asserted data, which are not validated.
_MADE: Final = tuple(graph_iri(name) for name in ("inferred", "statistics", "view"))


def name_graph(quad: ox.Quad) -> str:
    """Return the name of the graph a quad is in, or an empty text for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


@attrs.frozen(cache_hash=True)
class _Value:
    """What is summed up of a value: kind, classes, schemes, datatype; and its space (``id``, ``place``) if none describes it."""

    kind: URIRef
    classes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    space: str | None = None
    datatype: str | None = None


@attrs.frozen(cache_hash=True)
class _Use:
    """What triples have in common that one result covers."""

    property: str
    subject_kind: URIRef
    subject_classes: tuple[str, ...]
    value: _Value

    def describe(self, node: URIRef) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
        """Yield the triples by which shapes ask for this use."""
        yield node, RDF.type, URIRef(SHAPE + "Use")
        yield node, URIRef(SHAPE + "property"), URIRef(self.property)
        yield node, URIRef(SHAPE + "subjectKind"), self.subject_kind
        yield node, URIRef(SHAPE + "valueKind"), self.value.kind
        for name, values in (
            ("subjectClass", self.subject_classes),
            ("valueClass", self.value.classes),
            ("valueScheme", self.value.schemes),
            ("valueDatatype", (self.value.datatype,) if self.value.datatype else ()),
        ):
            for value in values:
                yield node, URIRef(SHAPE + name), URIRef(value)
        if self.value.space:
            yield node, URIRef(SHAPE + "valueSpace"), Literal(self.value.space)


@attrs.frozen
class _Repeat:
    """A property that some things have more than once."""

    property: str

    def describe(self, node: URIRef) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
        """Yield the triples by which shapes ask for this repeat."""
        yield node, RDF.type, URIRef(SHAPE + "Repeat")
        yield node, URIRef(SHAPE + "property"), URIRef(self.property)


def _uses(quads: Sequence[ox.Quad], ontology: Iterable[ox.Quad]) -> dict[_Use, list[ox.Quad]]:
    """Return the uses of properties, in order, each with its triples."""
    typed: dict[Term, set[str]] = defaultdict(set)
    schemed: dict[Term, set[str]] = defaultdict(set)
    subjects: set[Term] = set()
    for quad in (*quads, *ontology):
        subjects.add(quad.subject)
        if quad.predicate.value == _TYPE:
            typed[quad.subject].add(show_term(quad.object))
        elif quad.predicate.value == PREFIXES["skos"] + "inScheme":
            schemed[quad.subject].add(show_term(quad.object))
    nested = {quad.object for quad in quads if isinstance(quad.object, ox.BlankNode)}
    classes = {term: tuple(sorted(names)) for term, names in typed.items()}

    def sum_up(term: Term) -> _Value:
        if isinstance(term, ox.Literal):
            return _Value(SH.Literal, datatype=name_datatype(term))
        kind = SH.BlankNode if isinstance(term, ox.BlankNode) else SH.IRI
        ours = term not in subjects and show_term(term).startswith(BASE)
        space = re.split("[/#]", show_term(term).removeprefix(BASE))[0] if ours else None
        return _Value(kind, classes.get(term, ()), tuple(sorted(schemed.get(term, ()))), space)

    values: dict[Term, _Value] = {}
    uses: dict[_Use, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        if quad.object not in values:
            values[quad.object] = sum_up(quad.object)
        kind = SH.BlankNode if isinstance(quad.subject, ox.BlankNode) and quad.subject not in nested else SH.IRI
        uses[_Use(quad.predicate.value, kind, classes.get(quad.subject, ()), values[quad.object])].append(quad)
    return dict(sorted(uses.items(), key=lambda item: repr(item[0])))


def _repeats(quads: Iterable[ox.Quad]) -> dict[_Repeat, list[ox.Quad]]:
    """Return the properties that some things have more than once, in order, each with the triples of these things."""
    stated: dict[tuple[Term, str], list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        stated[quad.subject, quad.predicate.value].append(quad)
    repeats: dict[_Repeat, list[ox.Quad]] = defaultdict(list)
    for (_, name), triples in sorted(stated.items(), key=lambda item: item[0][1]):
        if len(triples) > 1 and len({quad.object for quad in triples}) > 1:
            repeats[_Repeat(name)].extend(triples)
    return repeats


@attrs.frozen(eq=False)
class ShapedData:
    """What is validated: the asserted quads, the graph of them, and the triples behind each node of the summary."""

    quads: Sequence[ox.Quad]
    graph: Graph
    behind: Mapping[Node, Sequence[ox.Quad]]


def load_shaped(quads: Iterable[ox.Quad], names: frozenset[str]) -> ShapedData:
    """Load the triples of properties that rules name, and the summary of all."""
    own: list[ox.Quad] = []
    ontology: list[ox.Quad] = []
    for quad in quads:
        name = name_graph(quad)
        if not name.startswith(_MADE):
            (ontology if name == _ONTOLOGY_GRAPH else own).append(quad)
    wanted = names | {_TYPE, str(RDFS.subClassOf)}
    graph = Graph()
    terms: dict[Term, URIRef | BNode | Literal] = {}
    for quad in (*own, *ontology):
        if quad.predicate.value in wanted:
            for term in (quad.subject, quad.predicate, quad.object):
                if term not in terms:
                    terms[term] = convert_term(term)
            graph.add((terms[quad.subject], terms[quad.predicate], terms[quad.object]))
    summary: list[tuple[_Use | _Repeat, list[ox.Quad]]] = [*_uses(own, ontology).items(), *_repeats(own).items()]
    behind: dict[Node, Sequence[ox.Quad]] = {}
    for number, (described, triples) in enumerate(summary):
        node = URIRef(f"{SHAPE}summary/{number}")
        behind[node] = triples
        for triple in described.describe(node):
            graph.add(triple)
    return ShapedData((*own, *ontology), graph, behind)
