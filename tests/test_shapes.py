"""Every shape on its examples: the conforming one has no finding by any shape, the violating one those of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import attrs
import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef

from nkgraph.findings import Finding
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES
from nkgraph.ontology import load_vocabulary
from nkgraph.validation import SHAPE, validate

ROOT = Path(__file__).parent.parent
SHAPES = ROOT / "shapes"
EXAMPLES = SHAPES / "examples"
NAMES = sorted(path.stem for path in SHAPES.glob("*.ttl"))
KINDS = ("conforming", "violating")


def apart(
    term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, tag: str
) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Give a thing of an example a name of its own, so that all examples can be validated together."""
    assert not isinstance(term, ox.Triple)
    if not isinstance(term, ox.NamedNode) or not term.value.startswith(BASE):
        return term
    if term.value.startswith((ONTOLOGY, PREFIXES["code"])):
        return term
    space, _, rest = term.value.removeprefix(BASE).partition("/")
    return ox.NamedNode(f"{BASE}{space}/{tag}--{rest}")


@pytest.fixture(scope="module")
def found() -> Mapping[Path, list[Finding]]:
    """The findings of each example, from one validation of all of them."""
    quads: list[ox.Quad] = list(load_vocabulary(ROOT / "ontology").quads)
    places: dict[str, tuple[Path, int]] = {}
    tags: dict[Path, str] = {}
    for path in sorted(EXAMPLES.glob("*/*.ttl")):
        tags[path] = f"{path.parent.name}-{path.stem}"
        graph = ox.NamedNode(f"{BASE}claim/{tags[path]}")
        places[graph.value] = (path, 1)
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            subject, value = apart(quad.subject, tags[path]), apart(quad.object, tags[path])
            assert not isinstance(subject, ox.Literal)
            quads.append(ox.Quad(subject, quad.predicate, value, graph))
    findings: dict[Path, list[Finding]] = defaultdict(list)
    for finding in validate(quads, SHAPES, places_of=places):
        assert finding.path is not None, finding
        mark = f"{tags[finding.path]}--"
        thing, message = finding.thing.replace(mark, ""), finding.message.replace(mark, "")
        findings[finding.path].append(attrs.evolve(finding, thing=thing, message=message, path=None, line=None))
    return findings


@pytest.mark.parametrize("name", NAMES)
def test_every_shape_has_examples(name: str) -> None:
    files = {path.name for path in (EXAMPLES / name).iterdir()}
    assert files == {"conforming.ttl", "violating.ttl", "violating.txt"}


def test_every_example_has_a_shape() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_conforming_example_conforms_to_all_shapes(name: str, found: Mapping[Path, list[Finding]]) -> None:
    assert [str(finding) for finding in found.get(EXAMPLES / name / "conforming.ttl", [])] == []


@pytest.mark.parametrize("name", NAMES)
def test_violating_example_is_found_by_its_shape_alone(name: str, found: Mapping[Path, list[Finding]]) -> None:
    expected = (EXAMPLES / name / "violating.txt").read_text(encoding="utf-8")
    findings = found.get(EXAMPLES / name / "violating.ttl", [])
    assert findings
    assert {finding.rule for finding in findings} == {name}
    assert "".join(f"{finding}\n" for finding in findings) == expected


@pytest.mark.parametrize(
    "name", ["blank-node", "judgements-contradict-by-chain", "span-outside-passage", "unknown-reference"]
)
def test_one_example_alone_gives_the_same_findings(name: str) -> None:
    quads = ox.parse(path=str(EXAMPLES / name / "violating.ttl"), format=ox.RdfFormat.TURTLE)
    findings = validate([*quads, *load_vocabulary(ROOT / "ontology").quads], SHAPES, places_of={})
    assert "".join(f"{f}\n" for f in findings) == (EXAMPLES / name / "violating.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_findings_speak_to_a_researcher(name: str) -> None:
    for line in (EXAMPLES / name / "violating.txt").read_text(encoding="utf-8").splitlines():
        message = line.partition(": ")[2]
        assert not re.search(r"\{[?$]|https?://|\bNone\b", message), "a placeholder, an IRI in full, or nothing"
        assert ": " in message or "; " in message, "says what is wrong, and what to do"


@pytest.mark.parametrize("name", NAMES)
def test_shape_is_explained(name: str) -> None:
    path = SHAPES / f"{name}.ttl"
    text = path.read_text(encoding="utf-8")
    graph = Graph().parse(data=text, format="turtle")
    rule = URIRef(SHAPE + name)
    assert text.startswith("# ")
    assert isinstance(graph.value(rule, RDFS.label), Literal)
    assert str(graph.value(rule, SH.description)).endswith(".")
    severity = graph.value(rule, SH.severity)
    assert severity in {SH.Violation, SH.Warning}
    assert any(graph.triples((None, SH.message, None)))
    for nested in graph.objects(rule, SH.property):
        assert (graph.value(nested, SH.severity) or SH.Violation) == severity, "other engines read it there"
        assert any(graph.triples((nested, SH.message, None))) or any(graph.triples((rule, SH.message, None)))
    for query in graph.objects(rule, SH.sparql):
        assert any(graph.triples((query, SH.message, None)))
        assert "$this" in str(graph.value(query, SH.select)) and "?value" in str(graph.value(query, SH.select))


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """All shapes."""
    graph = Graph()
    for name in NAMES:
        graph.parse(SHAPES / f"{name}.ttl", format="turtle")
    return graph


@pytest.mark.slow
def test_shapes_conform_to_the_shapes_of_shacl(shapes: Graph) -> None:
    pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)


def test_shapes_use_terms_of_shacl_only(shapes: Graph) -> None:
    used = {node for triple in shapes for node in triple if isinstance(node, URIRef) and node.startswith(str(SH))}
    assert [str(term) for term in sorted(used) if term not in SH] == []


def test_shapes_use_terms_of_the_ontology_only(shapes: Graph) -> None:
    vocabulary = load_vocabulary(ROOT / "ontology")
    known = set(vocabulary.classes) | set(vocabulary.properties) | {"codedIn"}
    codes = {code for scheme in vocabulary.codes.values() for code in scheme.values()}
    iris = {str(node).removeprefix(ONTOLOGY) for t in shapes for node in t if str(node).startswith(ONTOLOGY)}
    named: set[str] = set()
    for query in shapes.objects(None, SH.select):
        named |= set(re.findall(r"\bnk:(\w+)", str(query)))
        iris |= {iri for iri in re.findall(rf"<({PREFIXES['code']}[^>]*)>", str(query)) if iri not in codes}
    assert (iris | named) - known == set()


def test_every_code_in_a_shape_is_known(shapes: Graph) -> None:
    vocabulary = load_vocabulary(ROOT / "ontology")
    codes = {code for scheme in vocabulary.codes.values() for code in scheme.values()}
    assert {str(node) for t in shapes for node in t if str(node).startswith(PREFIXES["code"])} <= codes


def test_rules_are_node_shapes_named_like_their_file(shapes: Graph) -> None:
    assert {str(node) for node in shapes.subjects(RDF.type, SH.NodeShape)} == {SHAPE + name for name in NAMES}
