"""Validation: the asserted data against the SHACL shapes, each result made into a finding that says what to mend and where.

A file of ``shapes/`` is one rule, named like the file. Three things are ours (``shapes/README.md`` tells shape writers):

* The focus node of a SPARQL rule is the one term that the rule turns on (``sh:targetNode nk:Claim``), and ``?value`` the
  thing that offends: pyshacl runs such a query anew for each focus node, and there are thousands of claims. Oxigraph
  answers it (``summary``).
* Rules about *every* triple ask a summary: one ``shape:Use`` stands for all triples with the same property, classes of
  the subject, and kind of value; one ``shape:Repeat`` for all things that have one property more than once. A result about
  one of them is reported for each triple behind it.
* Triples whose property no rule names are not loaded (selectors, fingerprints, labels).
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox
import pyshacl
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from nkgraph.errors import VocabularyError
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, shorten
from nkgraph.shapefiles import Shapes, load_shapes
from nkgraph.shapeterms import SHAPE, show_term
from nkgraph.summary import load_shaped, name_graph

__all__ = ["SHAPE", "Shapes", "load_shapes", "validate"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_SEVERITIES: Final = {
    str(SH.Violation): Severity.VIOLATION,
    str(SH.Warning): Severity.WARNING,
    str(SH.Info): Severity.INFO,
}
_IRI: Final = re.compile(r"https?://[^\s<>\"',;(){}]*[^\s<>\"',;(){}.:]")


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Hold off Python's collector of cycles, which walks all terms again and again, and finds none."""
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
                yield _Offence(show_term(quad.subject), quad.predicate.value, show_term(quad.object), name_graph(quad))
            return
    assert focus is not None
    name = str(path) if isinstance(path, URIRef) else None
    is_term = show_term(focus).startswith((ONTOLOGY, PREFIXES["code"]))
    if is_term and value is not None:
        yield _Offence(show_term(value), name, None)
    else:
        yield _Offence(show_term(focus), name, None if value is None else show_term(value))


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
        name, graph = quad.predicate.value, name_graph(quad)
        if graph in places_of:
            said[show_term(quad.subject), name].append((show_term(quad.object), graph))
            mentions[show_term(quad.object)].append(graph)
        elif name == ONTOLOGY + "about":
            about[show_term(quad.object)].append(show_term(quad.subject))
        elif name == PREFIXES["prov"] + "wasQuotedFrom":
            mentions[show_term(quad.object)].append(show_term(quad.subject))
    return _Places(places_of, said, about, mentions)


def _fill(message: str, offence: _Offence, value: Node | None) -> str:
    """Put the names of things in the places of a message that pyshacl leaves, and shorten IRIs."""
    names = {
        "this": offence.thing,
        "subject": offence.thing,
        "path": offence.property,
        "property": offence.property,
        "object": offence.value,
        "value": None if value is None else show_term(value),
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


class _Inferred:
    """The triples that are inferred: those in no named graph."""

    def __init__(self, quads: Iterable[ox.Quad], trace: Callable[[ox.Triple], Sequence[str]]) -> None:
        self.trace = trace
        self.of: dict[tuple[str, str], list[ox.Triple]] = defaultdict(list)
        for quad in quads:
            if not name_graph(quad):
                self.of[show_term(quad.subject), quad.predicate.value].append(quad.triple)

    def find(self, offence: _Offence) -> tuple[str, ...]:
        """Return the claims from which that follows by which a thing offends: its value, else its property, else its type."""
        triples = self.of.get((offence.thing, offence.property or _TYPE), [])
        chosen = [triple for triple in triples if show_term(triple.object) == offence.value] or triples
        return tuple(dict.fromkeys(claim for triple in chosen for claim in self.trace(triple)))


def validate(
    quads: Iterable[ox.Quad],
    shapes: Path,
    *,
    places_of: Mapping[str, tuple[Path, int]],
    trace: Callable[[ox.Triple], Sequence[str]] | None = None,
) -> list[Finding]:
    """Return what the shapes of a folder find in the merged data, worst first.

    ``quads`` are claims, provenance, reference data, documents and the ontology (in its graph); graphs that are made from
    them (inferred, statistics, views) are left out. ``places_of`` gives file and line of claims by their IRI, and may give
    those of other things too (an item of reference data). To validate a closure, give what is inferred as quads of no
    graph, and as ``trace`` what claims a triple follows from: a finding about an inferred triple names them.

    Raises:
        VocabularyError: a file of shapes is not Turtle, does not hold the one shape it is named after, or cannot be run.
    """
    loaded = load_shapes(shapes)
    constraints = frozenset(str(term) for term in loaded.graph.objects() if isinstance(term, URIRef))
    with _collector_at_rest():
        data = load_shaped(quads, loaded.names, constraints)
        report = _validate(data.graph, loaded)
    results = list(report.subjects(RDF.type, SH.ValidationResult))
    places = _index(data.quads if results else (), places_of)
    inferred = _Inferred(data.quads if results else (), trace) if trace is not None else None
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
            place = places.find(offence)
            claims = inferred.find(offence) if inferred is not None else ()
            if claims:
                text = f"{text} (follows from {', '.join(map(_short, claims))})"
                place = next((places_of[claim] for claim in claims if claim in places_of), place)
            found[Finding(severity, path.stem, shorten(offence.thing), text, *place)] = None
    return sort_findings(list(found))
