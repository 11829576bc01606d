"""What is validated: the triples that shapes name, and a summary of all.

In the summary, what all triples with the same property, classes and kind of value have in common is one node. Rules about
*every* triple ask it: some 500 nodes stand for 100,000 triples. A result about a node is one about each triple behind it.

pyshacl reads an rdflib graph, which holds what constraints of SHACL itself name. The queries of shapes are answered by
Oxigraph, from a store of what queries name: rdflib takes seconds for what takes Oxigraph milliseconds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import pyoxigraph as ox
from rdflib import RDFS, SH, BNode, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.plugins.stores.memory import Memory
from rdflib.query import Result
from rdflib.term import Identifier, Node

from nkgraph.iris import BASE, PREFIXES, graph_iri
from nkgraph.shapeterms import SHAPE, Term, convert_term, name_datatype, show_term

__all__ = ["ShapedData", "load_shaped", "name_graph"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_IN_SCHEME: Final = PREFIXES["skos"] + "inScheme"
_IRI, _BLANK, _LITERAL = (str(kind) for kind in (SH.IRI, SH.BlankNode, SH.Literal))
_ONTOLOGY_GRAPH: Final = graph_iri("ontology")
#: Graphs made from the asserted data, which are not validated.
_MADE: Final = tuple(graph_iri(name) for name in ("inferred", "statistics", "view"))
#: Properties whose triples are loaded whatever the shapes name.
_ALWAYS: Final = frozenset({_TYPE, str(RDFS.subClassOf)})


def name_graph(quad: ox.Quad) -> str:
    """Return the name of the graph a quad is in, or an empty text for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


_Subject = ox.NamedNode | ox.BlankNode | ox.Triple
#: A quad, and what was taken out of it once (that takes time): its subject, the IRI of its property, its value.
_Row = tuple[ox.Quad, _Subject, str, Term]


def _name(text: str) -> ox.NamedNode | ox.Literal:
    """Return the IRI that a text is; where the data has no IRI for a type, the text."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return ox.Literal(text)


@attrs.frozen(cache_hash=True)
class _Value:
    """What is summed up of a value: kind, classes, schemes, datatype; and its space (``id``, ``place``) if none describes it."""

    kind: str
    classes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    space: str | None = None
    datatype: str | None = None


@attrs.frozen
class _Use:
    """What triples have in common that one result covers."""

    property: str
    subject_kind: str
    subject_classes: tuple[str, ...]
    value: _Value

    def describe(self) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
        """Yield the properties by which shapes ask for this use, with their values."""
        yield _TYPE, ox.NamedNode(SHAPE + "Use")
        for name, iris in (
            ("property", (self.property,)),
            ("subjectKind", (self.subject_kind,)),
            ("valueKind", (self.value.kind,)),
            ("subjectClass", self.subject_classes),
            ("valueClass", self.value.classes),
            ("valueScheme", self.value.schemes),
            ("valueDatatype", (self.value.datatype,) if self.value.datatype else ()),
        ):
            for iri in iris:
                yield SHAPE + name, _name(iri)
        if self.value.space:
            yield SHAPE + "valueSpace", ox.Literal(self.value.space)


@attrs.frozen
class _Repeat:
    """A property that some things have more than once."""

    property: str

    def describe(self) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
        """Yield the properties by which shapes ask for this repeat, with their values."""
        yield _TYPE, ox.NamedNode(SHAPE + "Repeat")
        yield SHAPE + "property", ox.NamedNode(self.property)


def _uses(rows: Sequence[_Row], ontology: Sequence[_Row]) -> dict[_Use, list[ox.Quad]]:
    """Return the uses of properties, in order, each with its triples."""
    typed: dict[Term, set[str]] = defaultdict(set)
    schemed: dict[Term, set[str]] = defaultdict(set)
    subjects: set[Term] = set()
    for _, subject, name, value in (*rows, *ontology):
        subjects.add(subject)
        if name == _TYPE:
            typed[subject].add(show_term(value))
        elif name == _IN_SCHEME:
            schemed[subject].add(show_term(value))
    nested = {value for _, _, _, value in rows if isinstance(value, ox.BlankNode)}
    classes = {term: tuple(sorted(names)) for term, names in typed.items()}

    def sum_up(term: Term) -> _Value:
        if isinstance(term, ox.Literal):
            return _Value(_LITERAL, datatype=name_datatype(term))
        kind = _BLANK if isinstance(term, ox.BlankNode) else _IRI
        ours = term not in subjects and show_term(term).startswith(BASE)
        space = re.split("[/#]", show_term(term).removeprefix(BASE))[0] if ours else None
        return _Value(kind, classes.get(term, ()), tuple(sorted(schemed.get(term, ()))), space)

    values: dict[Term, _Value] = {}
    uses: dict[tuple[str, str, tuple[str, ...], _Value], list[ox.Quad]] = defaultdict(list)
    for quad, subject, name, value in rows:
        summed = values.get(value)
        if summed is None:
            summed = values[value] = sum_up(value)
        kind = _BLANK if isinstance(subject, ox.BlankNode) and subject not in nested else _IRI
        uses[name, kind, classes.get(subject, ()), summed].append(quad)
    return dict(sorted(((_Use(*key), quads) for key, quads in uses.items()), key=lambda item: repr(item[0])))


def _repeats(rows: Iterable[_Row]) -> dict[_Repeat, list[ox.Quad]]:
    """Return the properties that some things have more than once, in order, each with the triples of these things."""
    stated: dict[tuple[Term, str], list[tuple[Term, ox.Quad]]] = defaultdict(list)
    for quad, subject, name, value in rows:
        stated[subject, name].append((value, quad))
    repeated = [(name, found) for (_, name), found in stated.items() if len({value for value, _ in found}) > 1]
    repeats: dict[_Repeat, list[ox.Quad]] = defaultdict(list)
    for name, found in sorted(repeated, key=lambda item: item[0]):
        repeats[_Repeat(name)].extend(quad for _, quad in found)
    return repeats


def _name_focus(node: Identifier) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


class _Memory(Memory):
    """rdflib's store of triples in memory, whose queries Oxigraph answers, from a store beside it."""

    def __init__(self, answering: ox.Store) -> None:
        super().__init__()
        self._answering = answering

    def query(
        self,
        query: Query | str,
        initNs: Mapping[str, Any],
        initBindings: Mapping[str, Identifier],
        queryGraph: str,
        **kwargs: Any,
    ) -> Result:
        """Answer a SELECT, its focus node put in.

        Raises:
            Exception: the query is broken, which rdflib says more clearly; or its focus node is a literal.
        """
        assert isinstance(query, str)
        focus = {ox.Variable(str(name)): _name_focus(node) for name, node in initBindings.items()}
        prefixes = {prefix: str(iri) for prefix, iri in initNs.items()}
        try:
            found = self._answering.query(query, prefixes=prefixes, substitutions=focus)  # type: ignore[arg-type]
        except SyntaxError:
            prepareQuery(query, initNs=initNs)
            raise
        assert isinstance(found, ox.QuerySolutions)
        result = Result("SELECT")
        result.vars = [Variable(variable.value) for variable in found.variables]
        result.bindings = [
            {name: convert_term(term) for name, term in zip(result.vars, solution, strict=True) if term is not None}
            for solution in found
        ]
        return result


@attrs.frozen(eq=False)
class ShapedData:
    """What is validated: the asserted quads, the graph that pyshacl reads, and the triples behind each node of the summary."""

    quads: Sequence[ox.Quad]
    graph: Graph
    behind: Mapping[Node, Sequence[ox.Quad]]


def load_shaped(quads: Iterable[ox.Quad], names: frozenset[str], constraints: frozenset[str]) -> ShapedData:
    """Load the triples of properties that rules name (``constraints`` are the names outside of queries), and the summary."""
    own: list[_Row] = []
    ontology: list[_Row] = []
    for quad in quads:
        graph_name = name_graph(quad)
        if not graph_name.startswith(_MADE):
            rows = ontology if graph_name == _ONTOLOGY_GRAPH else own
            rows.append((quad, quad.subject, quad.predicate.value, quad.object))
    summary: list[tuple[_Use | _Repeat, list[ox.Quad]]] = [*_uses(own, ontology).items(), *_repeats(own).items()]
    nodes = [ox.NamedNode(f"{SHAPE}summary/{number}") for number in range(len(summary))]
    triples: list[tuple[_Subject, str, Term]] = [(s, name, value) for _, s, name, value in (*own, *ontology)]
    for node, (described, _) in zip(nodes, summary, strict=True):
        triples += [(node, name, value) for name, value in described.describe()]
    behind: dict[Node, Sequence[ox.Quad]] = {
        convert_term(node): found for node, (_, found) in zip(nodes, summary, strict=True)
    }
    return ShapedData([row[0] for row in (*own, *ontology)], _load(triples, names, constraints), behind)


def _load(triples: Sequence[tuple[_Subject, str, Term]], names: frozenset[str], constraints: frozenset[str]) -> Graph:
    """Return the graph that pyshacl reads, with the store of what queries name behind it."""
    properties = {name: ox.NamedNode(name) for name in names | _ALWAYS}
    answering = ox.Store()
    answering.bulk_extend(ox.Quad(s, properties[name], value) for s, name, value in triples if name in properties)
    graph = Graph(store=_Memory(answering))
    terms: dict[Term, URIRef | BNode | Literal] = {}
    paths = {name: URIRef(name) for name in constraints | _ALWAYS}
    for subject, name, value in triples:
        if name in paths:
            for term in (subject, value):
                if term not in terms:
                    terms[term] = convert_term(term)
            graph.add((terms[subject], paths[name], terms[value]))
    return graph
