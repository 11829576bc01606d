"""Validation: the asserted data against the SHACL shapes, each result made into a finding that says what to mend and where.

A file of ``shapes/`` is one rule, named like the file. Three things are ours (``shapes/README.md`` tells shape writers):

* The focus node of a SPARQL rule is the one term that the rule turns on (``sh:targetNode nk:Claim``), and ``?value`` the
  thing that offends: pyshacl parses and runs such a query anew for each focus node, and there are thousands of claims.
* Rules about *every* triple ask a summary: one ``shape:Use`` stands for all triples with the same property, classes of
  the subject, and kind of value; one ``shape:Repeat`` for all things that have one property more than once. A result about
  one of them is reported for each triple behind it. (Asked of each triple, "is the property used on this class" alone
  takes rdflib 5 s at 60,000 triples.)
* Triples whose property no rule names are not loaded (selectors, fingerprints, labels).
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
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

#: Namespace of the shapes, and of the terms of the summary.
SHAPE: Final = BASE + "shape/"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_TYPE: Final = PREFIXES["rdf"] + "type"
_ONTOLOGY_GRAPH: Final = graph_iri("ontology")
#: Graphs made from the asserted data, which are not validated.
_MADE: Final = tuple(graph_iri(name) for name in ("inferred", "statistics", "view"))
_SEVERITIES: Final = {
    str(SH.Violation): Severity.VIOLATION,
    str(SH.Warning): Severity.WARNING,
    str(SH.Info): Severity.INFO,
}
_XSD: Final = PREFIXES["xsd"]
_FORMS: Final = {
    _XSD + "integer": re.compile(r"[+-]?\d+"),
    _XSD + "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    _XSD + "boolean": re.compile(r"true|false|1|0"),
    _XSD + "date": re.compile(r"\d{4}-\d\d-\d\d"),
}
_IRI: Final = re.compile(r"https?://[^\s<>\"',;(){}]*[^\s<>\"',;(){}.:]")
_PREFIX: Final = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>")
_NAME: Final = re.compile(r"(?<![\w<:/#?$])(\w+):(\w[\w-]*)")


@attrs.frozen(eq=False)
class Shapes:
    """The shapes of a folder: their graph, the file of each node of it, the rule of each file.

    ``names`` are the IRIs that some rule names, of which the properties to load are a part.
    """

    graph: Graph
    files: Mapping[Node, Path]
    rules: Mapping[Path, URIRef]
    names: frozenset[str]

    def only(self, path: Path) -> Graph:
        """Return the graph of one file."""
        graph = Graph()
        for subject, predicate, term in self.graph:
            if self.files.get(subject) == path:
                graph.add((subject, predicate, term))
        return graph


def load_shapes(folder: Path) -> Shapes:
    """Read the shapes of a folder: one rule a file, ``shape:<name of the file>``.

    Raises:
        VocabularyError: there are none; a file is not Turtle, or does not hold just the shape that it is named after.
    """
    graph = Graph()
    files: dict[Node, Path] = {}
    rules: dict[Path, URIRef] = {}
    names: set[str] = set()
    for path in sorted(folder.glob("*.ttl")):
        rules[path] = URIRef(SHAPE + path.stem)
        triples = _parse(path)
        held = {subject for subject, predicate, term in triples if (predicate, term) == (RDF.type, SH.NodeShape)}
        if held != {rules[path]}:
            listed = ", ".join(sorted(f"<{node}>" for node in held)) or "no node shape"
            raise VocabularyError(f"holds {listed}", path=path, remedy=f"a file holds one shape, here <{rules[path]}>")
        for subject, predicate, term in triples:
            graph.add((subject, predicate, term))
            files[subject] = path
            names |= _names(predicate, term)
    if not rules:
        raise VocabularyError("holds no shapes", path=folder)
    return Shapes(graph, files, rules, frozenset(names))


def _parse(path: Path) -> list[tuple[Node, Node, Node]]:
    try:
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise VocabularyError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise VocabularyError(f"cannot be read ({error.strerror})", path=path) from error
    return [(_convert(quad.subject), _convert(quad.predicate), _convert(quad.object)) for quad in quads]


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
    datatype = _datatype(term)
    if datatype == _XSD + "string":
        return Literal(term.value)
    return Literal(term.value, datatype=URIRef(datatype), normalize=False)


def _datatype(literal: ox.Literal) -> str:
    """Return the datatype of a literal, or ``shape:ill-formed`` if it is not written as its datatype demands."""
    datatype = literal.datatype.value
    formed = datatype not in _FORMS or _FORMS[datatype].fullmatch(literal.value) is not None
    if formed and datatype == _XSD + "date":
        try:
            date.fromisoformat(literal.value)
        except ValueError:
            formed = False
    return datatype if formed else SHAPE + "ill-formed"


def _text(term: Term | Node) -> str:
    """Return a term as messages have it; blank nodes have no name that would be the same in the next run."""
    if isinstance(term, ox.BlankNode | BNode):
        return "[]"
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _graph_name(quad: ox.Quad) -> str:
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
            typed[quad.subject].add(_text(quad.object))
        elif quad.predicate.value == PREFIXES["skos"] + "inScheme":
            schemed[quad.subject].add(_text(quad.object))
    nested = {quad.object for quad in quads if isinstance(quad.object, ox.BlankNode)}
    classes = {term: tuple(sorted(names)) for term, names in typed.items()}

    def sum_up(term: Term) -> _Value:
        if isinstance(term, ox.Literal):
            return _Value(SH.Literal, datatype=_datatype(term))
        kind = SH.BlankNode if isinstance(term, ox.BlankNode) else SH.IRI
        ours = term not in subjects and _text(term).startswith(BASE)
        space = re.split("[/#]", _text(term).removeprefix(BASE))[0] if ours else None
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
class _Data:
    """What is validated: the asserted quads, the graph of them, and the triples behind each node of the summary."""

    quads: Sequence[ox.Quad]
    graph: Graph
    behind: Mapping[Node, Sequence[ox.Quad]]


def _load(quads: Iterable[ox.Quad], names: frozenset[str]) -> _Data:
    """Load the triples of properties that rules name, and the summary of all."""
    own: list[ox.Quad] = []
    ontology: list[ox.Quad] = []
    for quad in quads:
        name = _graph_name(quad)
        if not name.startswith(_MADE):
            (ontology if name == _ONTOLOGY_GRAPH else own).append(quad)
    wanted = names | {_TYPE, str(RDFS.subClassOf)}
    graph = Graph()
    terms: dict[Term, URIRef | BNode | Literal] = {}
    for quad in (*own, *ontology):
        if quad.predicate.value in wanted:
            for term in (quad.subject, quad.predicate, quad.object):
                if term not in terms:
                    terms[term] = _convert(term)
            graph.add((terms[quad.subject], terms[quad.predicate], terms[quad.object]))
    summary: list[tuple[_Use | _Repeat, list[ox.Quad]]] = [*_uses(own, ontology).items(), *_repeats(own).items()]
    behind: dict[Node, Sequence[ox.Quad]] = {}
    for number, (described, triples) in enumerate(summary):
        node = URIRef(f"{SHAPE}summary/{number}")
        behind[node] = triples
        for triple in described.describe(node):
            graph.add(triple)
    return _Data((*own, *ontology), graph, behind)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Hold off Python's collector of cycles, which walks all terms again and again for a third of the time, and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _run(data: Graph, shapes: Graph) -> Graph:
    _, report, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    if not isinstance(report, Graph):
        raise RuntimeError(text)
    return report


def _validate(data: Graph, shapes: Shapes) -> Graph:
    """Return the validation report.

    Raises:
        VocabularyError: a shape cannot be run, with its file.
    """
    try:
        return _run(data, shapes.graph)
    except Exception as error:  # pyshacl, rdflib and pyparsing each have their own
        mistakes = {path: mistake for path in shapes.rules if (mistake := _mistake(data, shapes.only(path)))}
        if not mistakes or len(mistakes) == len(shapes.rules) > 1:
            raise
        path, mistake = next(iter(mistakes.items()))
        raise VocabularyError(f"the shape cannot be run: {mistake}", path=path) from error


def _mistake(data: Graph, shapes: Graph) -> str | None:
    try:
        _run(data, shapes)
    except Exception as error:
        return " ".join(str(error).split()) or type(error).__name__
    return None


@attrs.frozen
class _Offence:
    """A thing that offends, by which property and value if known, and the graph that says so if known."""

    thing: str
    property: str | None
    value: str | None
    graph: str | None = None


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
    is_term = _text(focus).startswith((ONTOLOGY, PREFIXES["code"]))
    if is_term and value is not None:
        yield _Offence(_text(value), name, None)
    else:
        yield _Offence(_text(focus), name, None if value is None else _text(value))


@attrs.frozen(eq=False)
class _Places:
    """Where to mend things: file and line of claims, and which claims say, describe or mention what."""

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
        name, graph = quad.predicate.value, _graph_name(quad)
        if graph in places_of:
            said[_text(quad.subject), name].append((_text(quad.object), graph))
            mentions[_text(quad.object)].append(graph)
        elif name == ONTOLOGY + "about":
            about[_text(quad.object)].append(_text(quad.subject))
        elif name == PREFIXES["prov"] + "wasQuotedFrom":
            mentions[_text(quad.object)].append(_text(quad.subject))
    return _Places(places_of, said, about, mentions)


def _fill(message: str, offence: _Offence, value: Node | None) -> str:
    """Put the names of things in the places of a message that pyshacl leaves, and shorten IRIs."""
    names = {
        "this": offence.thing,
        "subject": offence.thing,
        "path": offence.property,
        "property": offence.property,
        "object": offence.value,
        "value": None if value is None else _text(value),
    }
    for name, text in names.items():
        if text is not None:
            message = message.replace(f"{{${name}}}", text).replace(f"{{?{name}}}", text)
    return _IRI.sub(lambda match: _short(match[0]), message)


def _short(iri: str) -> str:
    """Return an IRI as people write it in claims: ``buyer``, ``place:yanji``, ``span/…``.

    >>> _short("https://w3id.org/nkgraph/ontology#buyer"), _short("https://w3id.org/nkgraph/span/a-letter/3-9")
    ('buyer', 'span/a-letter/3-9')
    """
    return shorten(iri.removeprefix(SHAPE)).removeprefix("nk:").removeprefix(BASE)


def validate(quads: Iterable[ox.Quad], shapes: Path, *, places_of: Mapping[str, tuple[Path, int]]) -> list[Finding]:
    """Return what the shapes of a folder find in the merged asserted data, worst first.

    ``quads`` are claims, provenance, reference data, documents and the ontology (in its graph); graphs that are made from
    them (inferred, statistics, views) are left out. ``places_of`` gives file and line of claims by their IRI, and may give
    those of other things too (an item of reference data).

    Raises:
        VocabularyError: a file of shapes is not Turtle, does not hold the one shape it is named after, or cannot be run.
    """
    loaded = load_shapes(shapes)
    with _collector_at_rest():
        data = _load(quads, loaded.names)
        report = _validate(data.graph, loaded)
    results = list(report.subjects(RDF.type, SH.ValidationResult))
    places = _index(data.quads if results else (), places_of)
    found: dict[Finding, None] = {}
    for result in results:
        source, constraint = report.value(result, SH.sourceShape), report.value(result, SH.sourceConstraint)
        assert source is not None
        path = loaded.files[source]
        rule = loaded.rules[path]
        worded = any((node, SH.message, None) in loaded.graph for node in (source, constraint) if node is not None)
        message = report.value(result, SH.resultMessage) if worded else loaded.graph.value(rule, SH.message)
        severity = _SEVERITIES[str(loaded.graph.value(rule, SH.severity, default=SH.Violation))]
        for offence in _offences(report, result, data.behind):
            text = _fill(str(message), offence, report.value(result, SH.value))
            found[Finding(severity, path.stem, shorten(offence.thing), text, *places.find(offence))] = None
    return sort_findings(list(found))
