"""Validation: the asserted data against the SHACL shapes, each result made into a finding that says what to mend and where.

A file of ``shapes/`` is one rule, named like the file. Three things are ours (``shapes/README.md`` tells shape writers):

* The focus node of a SPARQL rule is the one term that the rule turns on (``sh:targetNode nk:Claim``), and ``?value`` the
  thing that offends: pyshacl parses and runs such a query anew for each focus node, and there are thousands of claims.
* Rules about *every* triple ask a summary: one ``shape:Use`` stands for all triples with the same property, classes of
  the subject, and kind of value; one ``shape:Repeat`` for a thing's several values of one property. A result about one of
  them is reported for each triple behind it. (Asked of each triple, "is the property used on this class" alone takes
  rdflib 5 s at 60,000 triples.)
* Triples whose property no rule names are not loaded (selectors, fingerprints, labels).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox
import pyshacl
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from nkgraph.errors import VocabularyError
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, graph_iri, shorten

__all__ = ["SHAPE", "Shapes", "load_shapes", "validate"]

#: Namespace of the shapes, and of the terms in which uses are summed up.
SHAPE: Final = BASE + "shape/"

_TYPE: Final = PREFIXES["rdf"] + "type"
_STRING: Final = PREFIXES["xsd"] + "string"
_ONTOLOGY_GRAPH: Final = graph_iri("ontology")
#: Graphs made from the asserted data, which are not validated.
_MADE: Final = tuple(graph_iri(name) for name in ("inferred", "statistics", "view"))
_SEVERITIES: Final = {
    str(SH.Violation): Severity.VIOLATION,
    str(SH.Warning): Severity.WARNING,
    str(SH.Info): Severity.INFO,
}
_IRI: Final = re.compile(r"https?://[^\s<>\"',;(){}]*[^\s<>\"',;(){}.:]")
_PREFIX: Final = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>")
_NAME: Final = re.compile(r"(?<![\w<:/#?$])(\w+):(\w[\w-]*)")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@attrs.frozen(eq=False)
class Shapes:
    """The shapes of a folder: their graph, the file of each node of it, the rule of each file.

    ``properties`` are the IRIs that some rule names, of which the properties to load are a part.
    """

    graph: Graph
    files: Mapping[Node, Path]
    properties: frozenset[str]

    def rule(self, path: Path) -> URIRef:
        """Return the node shape of a file."""
        return URIRef(SHAPE + path.stem)


def load_shapes(folder: Path) -> Shapes:
    """Read the shapes of a folder: one rule a file, ``shape:<name of the file>``.

    Raises:
        VocabularyError: there are none; a file is not Turtle, or does not hold just the shape that it is named after.
    """
    graph = Graph()
    files: dict[Node, Path] = {}
    properties: set[str] = set()
    for path in sorted(folder.glob("*.ttl")):
        own = _parse(path)
        shapes = set(own.subjects(RDF.type, SH.NodeShape))
        if shapes != {URIRef(SHAPE + path.stem)}:
            names = ", ".join(sorted(map(str, shapes))) or "no node shape"
            raise VocabularyError(f"holds {names}", path=path, remedy=f"a file holds one, here <{SHAPE}{path.stem}>")
        for subject, predicate, term in own:
            graph.add((subject, predicate, term))
            files[subject] = path
            properties |= _names(predicate, term)
    if not files:
        raise VocabularyError("holds no shapes", path=folder)
    return Shapes(graph, files, frozenset(properties))


def _parse(path: Path) -> Graph:
    graph = Graph()
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            graph.add((_convert(quad.subject), _convert(quad.predicate), _convert(quad.object)))
    except SyntaxError as error:
        raise VocabularyError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise VocabularyError(f"cannot be read ({error.strerror})", path=path) from error
    return graph


def _names(predicate: Node, term: Node) -> set[str]:
    """Return the IRIs that a triple of a shapes file names: its object, or the prefixed names of its query."""
    if predicate == SH.select:
        prefixes = dict(_PREFIX.findall(str(term)))
        return {prefixes[prefix] + name for prefix, name in _NAME.findall(str(term)) if prefix in prefixes}
    return {str(term)} if isinstance(term, URIRef) else set()


def _convert(term: Term) -> URIRef | BNode | Literal:
    """Return the rdflib term; literals keep their spelling, and strings are plain, as rdflib's own parsers make them."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise ValueError("triple terms are in exports only")
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    return (
        Literal(term.value) if datatype == _STRING else Literal(term.value, datatype=URIRef(datatype), normalize=False)
    )


@attrs.frozen(cache_hash=True)
class _Value:
    """What is summed up of a value: its classes and schemes, its kind, its space if nothing describes it, its datatype."""

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
    """Several values of one property of one thing."""

    property: str
    subject: str

    def describe(self, node: URIRef) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
        """Yield the triples by which shapes ask for this repeat."""
        yield node, RDF.type, URIRef(SHAPE + "Repeat")
        yield node, URIRef(SHAPE + "property"), URIRef(self.property)


def _repeats(quads: Iterable[ox.Quad]) -> dict[_Repeat, list[ox.Quad]]:
    """Return the things outside the ontology that have a property more than once, each with its triples."""
    stated: dict[tuple[Term, str], list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        stated[quad.subject, quad.predicate.value].append(quad)
    found = {
        _Repeat(name, _text(thing)): them for (thing, name), them in stated.items() if len({q.object for q in them}) > 1
    }
    return dict(sorted(found.items(), key=lambda item: repr(item[0])))


def _uses(quads: Sequence[ox.Quad], ontology: Iterable[ox.Quad]) -> dict[_Use, list[ox.Quad]]:
    """Return the uses of properties, in order, each with its triples."""
    typed: dict[Term, set[str]] = defaultdict(set)
    schemed: dict[Term, set[str]] = defaultdict(set)
    subjects = {quad.subject for quad in quads}
    for quad in (*quads, *ontology):
        subjects.add(quad.subject)
        if quad.predicate.value == _TYPE:
            typed[quad.subject].add(_text(quad.object))
        elif quad.predicate.value == PREFIXES["skos"] + "inScheme":
            schemed[quad.subject].add(_text(quad.object))
    nested = {quad.object for quad in quads if isinstance(quad.object, ox.BlankNode)}
    classes = {term: tuple(sorted(names)) for term, names in typed.items()}

    def sum_up(term: Term) -> _Value:
        if isinstance(term, ox.Literal):
            ill_formed = getattr(_convert(term), "ill_typed", None)
            return _Value(SH.Literal, datatype=SHAPE + "ill-formed" if ill_formed else term.datatype.value)
        kind = SH.BlankNode if isinstance(term, ox.BlankNode) else SH.IRI
        space = None if term in subjects else shorten(_text(term)).partition(":")[0]
        return _Value(kind, classes.get(term, ()), tuple(sorted(schemed.get(term, ()))), space)

    values: dict[Term, _Value] = {}
    uses: dict[_Use, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        if quad.object not in values:
            values[quad.object] = sum_up(quad.object)
        kind = SH.BlankNode if isinstance(quad.subject, ox.BlankNode) and quad.subject not in nested else SH.IRI
        uses[_Use(quad.predicate.value, kind, classes.get(quad.subject, ()), values[quad.object])].append(quad)
    return dict(sorted(uses.items(), key=lambda item: repr(item[0])))


@attrs.frozen(eq=False)
class _Data:
    """What is validated: the asserted quads, the graph of them, and the triples behind each node of the summary."""

    quads: Sequence[ox.Quad]
    graph: Graph
    behind: Mapping[Node, Sequence[ox.Quad]]


def _load(quads: Iterable[ox.Quad], properties: frozenset[str]) -> _Data:
    """Load the triples of properties that rules name, and the summary of all."""
    asserted = [quad for quad in quads if not _graph_name(quad).startswith(_MADE)]
    wanted = properties | {_TYPE, str(RDFS.subClassOf)}
    graph = Graph()
    terms: dict[Term, URIRef | BNode | Literal] = {}
    for quad in asserted:
        if quad.predicate.value in wanted:
            for term in (quad.subject, quad.predicate, quad.object):
                if term not in terms:
                    terms[term] = _convert(term)
            graph.add((terms[quad.subject], terms[quad.predicate], terms[quad.object]))
    own = [quad for quad in asserted if _graph_name(quad) != _ONTOLOGY_GRAPH]
    summary: list[tuple[_Use | _Repeat, list[ox.Quad]]] = [
        *_uses(own, (q for q in asserted if _graph_name(q) == _ONTOLOGY_GRAPH)).items(),
        *_repeats(own).items(),
    ]
    behind: dict[Node, Sequence[ox.Quad]] = {}
    for number, (described, triples) in enumerate(summary):
        node = URIRef(f"{SHAPE}summary/{number}")
        behind[node] = triples
        for triple in described.describe(node):
            graph.add(triple)
    return _Data(asserted, graph, behind)


def _graph_name(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _run(data: Graph, shapes: Graph) -> Graph:
    _, report, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    if not isinstance(report, Graph):
        raise RuntimeError(text)
    return report


def _validate(data: Graph, shapes: Shapes) -> Graph:
    """Return the validation report.

    Raises:
        VocabularyError: a shape is ill-formed, with its file.
    """
    try:
        return _run(data, shapes.graph)
    except Exception as error:  # pyshacl, rdflib and pyparsing each have their own
        for path in dict.fromkeys(shapes.files.values()):
            own = Graph()
            for subject, predicate, term in shapes.graph:
                if shapes.files[subject] == path:
                    own.add((subject, predicate, term))
            try:
                _run(data, own)
            except Exception as mistake:
                message = " ".join(str(mistake).split()) or type(mistake).__name__
                raise VocabularyError(f"the shape cannot be run: {message}", path=path) from error
        raise


@attrs.frozen
class _Offence:
    """A thing that offends, by which property and value if that is known, with the claim that says so if that is known."""

    thing: str
    property: str | None
    value: str | None
    graph: str | None = None


@attrs.frozen(eq=False)
class _Places:
    """Where to mend things: the file and line of claims, and which claims say or mention what."""

    of: Mapping[str, tuple[Path, int]]
    said: Mapping[tuple[str, str], list[tuple[str, str]]]
    about: Mapping[str, list[str]]
    mentions: Mapping[str, list[str]]

    def find(self, offence: _Offence) -> tuple[Path | None, int | None]:
        """Return the place of the claim that states the offending value, else of one that describes the thing."""
        said = self.said.get((offence.thing, offence.property or ""), [])
        for claims, choose in (
            ([offence.graph or "", offence.thing], min),
            ([claim for value, claim in said if value == offence.value], min),
            ([claim for _, claim in said], max),
            ([claim for _, claim in self.said.get((offence.thing, _TYPE), [])], min),
            (self.about.get(offence.thing, []), min),
            (self.mentions.get(offence.thing, []), min),
        ):
            places = [self.of[claim] for claim in claims if claim in self.of]
            if places:
                return choose(places, key=lambda place: (str(place[0]), place[1]))
        return None, None


def _index(quads: Iterable[ox.Quad], places_of: Mapping[str, tuple[Path, int]]) -> _Places:
    said: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    about: dict[str, list[str]] = defaultdict(list)
    mentions: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        name, subject, value = quad.predicate.value, _text(quad.subject), _text(quad.object)
        graph = _graph_name(quad)
        if graph in places_of:
            said[subject, name].append((value, graph))
            mentions[value].append(graph)
        elif name == ONTOLOGY + "about":
            about[value].append(subject)
        elif name == PREFIXES["prov"] + "wasQuotedFrom":
            mentions[value].append(subject)
    return _Places(places_of, said, about, mentions)


def _text(term: Term | Node) -> str:
    """Return a term as messages have it; blank nodes have no name that would be the same in the next run."""
    if isinstance(term, ox.BlankNode | BNode):
        return "[]"
    return str(term.value) if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _is_thing(iri: str) -> bool:
    return iri == "[]" or (iri.startswith(BASE) and not iri.startswith((ONTOLOGY, BASE + "code/")))


def _offences(report: Graph, result: Node, behind: Mapping[Node, Sequence[ox.Quad]]) -> Iterator[_Offence]:
    """Yield what a result is about: the focus node, the value of a focus term, or each triple behind a node of the summary."""
    focus, value, path = (report.value(result, p) for p in (SH.focusNode, SH.value, SH.resultPath))
    for node in (focus, value):
        if node is not None and node in behind:
            for quad in behind[node]:
                yield _Offence(_text(quad.subject), quad.predicate.value, _text(quad.object), _graph_name(quad))
            return
    assert focus is not None
    name = str(path) if isinstance(path, URIRef) else None
    stated = None if value is None else _text(value)
    if not _is_thing(_text(focus)) and stated is not None and _is_thing(stated):
        yield _Offence(stated, name, None)
    else:
        yield _Offence(_text(focus), name, stated)


def _fill(message: str, offence: _Offence, report_value: Node | None) -> str:
    """Put the names of things in the places of a message, and shorten IRIs."""
    names = {
        "this": offence.thing,
        "subject": offence.thing,
        "path": offence.property,
        "property": offence.property,
        "object": offence.value,
        "value": None if report_value is None else _text(report_value),
    }
    for name, text in names.items():
        if text is not None:
            message = message.replace(f"{{${name}}}", text).replace(f"{{?{name}}}", text)
    return _IRI.sub(lambda match: shorten(match[0]).removeprefix("nk:"), message)


def validate(quads: Iterable[ox.Quad], shapes: Path, *, places_of: Mapping[str, tuple[Path, int]]) -> list[Finding]:
    """Return what the shapes find in the merged asserted data, worst first.

    ``quads`` are claims, provenance, reference data, documents and the ontology; graphs that are made from them
    (inferred, statistics, views) are left out. ``places_of`` gives file and line of claims by their IRI, and may give them
    of any other thing (an item of reference data).

    Raises:
        VocabularyError: a file of shapes is not Turtle, not one shape, or cannot be run.
    """
    loaded = load_shapes(shapes)
    data = _load(quads, loaded.properties)
    report = _validate(data.graph, loaded)
    results = list(report.subjects(RDF.type, SH.ValidationResult))
    places = _index(data.quads if results else (), places_of)
    found: dict[Finding, None] = {}
    for result in results:
        source, constraint = report.value(result, SH.sourceShape), report.value(result, SH.sourceConstraint)
        assert source is not None
        path = loaded.files[source]
        rule = loaded.rule(path)
        worded = any((node, SH.message, None) in loaded.graph for node in (source, constraint) if node is not None)
        message = report.value(result, SH.resultMessage) if worded else loaded.graph.value(rule, SH.message)
        severity = loaded.graph.value(rule, SH.severity, default=SH.Violation)
        for offence in _offences(report, result, data.behind):
            text = _fill(str(message), offence, report.value(result, SH.value))
            thing = shorten(offence.thing)
            found[Finding(_SEVERITIES[str(severity)], path.stem, thing, text, *places.find(offence))] = None
    return sort_findings(list(found))
