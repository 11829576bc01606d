"""The ontology: its hygiene, its profile, and how it is read as a vocabulary."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import attrs
import owlrl
import pyoxigraph as ox
import pytest
import rdflib

from nkgraph.claims import SHORTHANDS
from nkgraph.errors import VocabularyError
from nkgraph.graph import claim_quads
from nkgraph.iris import ONTOLOGY, PREFIXES
from nkgraph.model import Claim, Node
from nkgraph.ontology import Vocabulary, load_vocabulary, nearest, read_turtle, turtle_files
from nkgraph.pipeline import Source, assemble, read_source
from nkgraph.project import default_project
from nkgraph.reasoning import infer

SMALL = Path(__file__).resolve().parent / "wrong_inputs" / "project" / "data"
RDF, RDFS, OWL, SKOS, XSD = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "skos", "xsd"))
SCHEMA = PREFIXES["schema"]
#: Terms that no canned query, rule, claim or build uses, and why they stay.
UNUSED = {
    "Code": "what a property that stands on codes is used on; that a concept is one follows from its scheme",
    **dict.fromkeys(
        ("Tombstone", "tombstoneId", "withdrawnOn", "withdrawalReason", "mark", "marks"),
        "what the build writes of withdrawn claims, of which there are none",
    ),
    "River": "a place of reference data; the border rivers of crossings are codes, and no other river is named",
    "hasPart": "the other direction of partOf, by which ELI and schema.org name the parts of an instrument",
}
#: How a definition of a class begins: an article, and its genus.
GENUS = re.compile(r"(A|An|The) \w")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(default_project().ontology)


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source(default_project())


@pytest.fixture(scope="module")
def described(vocabulary: Vocabulary) -> dict[str, dict[str, list[str]]]:
    """The ontology and its schemes by subject and property."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in vocabulary.quads:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return found


@pytest.fixture(scope="module")
def terms(described: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """The classes and properties, by IRI."""
    return {iri: entry for iri, entry in described.items() if iri.startswith(ONTOLOGY)}


@pytest.fixture(scope="module")
def concepts(described: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """The codes, by IRI."""
    return {iri: entry for iri, entry in described.items() if SKOS + "Concept" in entry[RDF + "type"]}


def test_every_term_has_a_label_and_a_definition(terms: dict[str, dict[str, list[str]]]) -> None:
    """A class or property has one label and one definition, which ends with a full stop."""
    wrong = [
        iri
        for iri, entry in terms.items()
        if len(entry[RDFS + "label"]) != 1
        or len(entry[SKOS + "definition"]) != 1
        or not entry[SKOS + "definition"][0].endswith(".")
    ]
    assert wrong == []


def test_definition_of_a_class_begins_with_its_genus(terms: dict[str, dict[str, list[str]]]) -> None:
    """A class is defined by what it is, and how it differs: its definition can stand in a sentence in its place."""
    classes = {iri: entry for iri, entry in terms.items() if OWL + "Class" in entry[RDF + "type"]}
    wrong = {iri: e[SKOS + "definition"] for iri, e in classes.items() if not GENUS.match(e[SKOS + "definition"][0])}
    assert wrong == {}


def test_no_definition_repeats_its_label(terms: dict[str, dict[str, list[str]]]) -> None:
    """A definition says more than the label does."""
    wrong = [
        iri
        for iri, entry in terms.items()
        if entry[SKOS + "definition"][0].rstrip(".").casefold().removeprefix("a ").removeprefix("the ")
        == entry[RDFS + "label"][0].casefold()
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", ["Class", "ObjectProperty", "DatatypeProperty"])
def test_labels_are_unique(terms: dict[str, dict[str, list[str]]], kind: str) -> None:
    """No two terms of one kind have one label."""
    labels = Counter(e[RDFS + "label"][0].casefold() for e in terms.values() if OWL + kind in e[RDF + "type"])
    assert [label for label, count in labels.items() if count > 1] == []


def test_names_are_written_alike(terms: dict[str, dict[str, list[str]]]) -> None:
    """Classes are written UpperCamel (a class of a code with a hyphen before it), properties lowerCamel."""
    patterns = {
        OWL + "Class": r"[A-Z]\w*(-\w+)?",
        OWL + "ObjectProperty": r"[a-z]\w*",
        OWL + "DatatypeProperty": r"[a-z]\w*",
    }
    wrong = [
        iri
        for iri, entry in terms.items()
        for kind, pattern in patterns.items()
        if kind in entry[RDF + "type"] and not re.fullmatch(pattern, iri.removeprefix(ONTOLOGY))
    ]
    assert wrong == []


def test_every_code_has_a_notation_and_a_definition(concepts: dict[str, dict[str, list[str]]]) -> None:
    """A code has a notation, a label, a definition with a full stop, and one scheme."""
    wrong = [
        iri
        for iri, entry in concepts.items()
        if not all(len(entry[SKOS + p]) == 1 for p in ("notation", "prefLabel", "definition", "inScheme"))
        or not entry[SKOS + "definition"][0].endswith(".")
    ]
    assert wrong == []


def test_every_scheme_codes_a_property(described: dict[str, dict[str, list[str]]]) -> None:
    """No concept scheme is left that no property is coded in."""
    schemes = {iri for iri, entry in described.items() if SKOS + "ConceptScheme" in entry[RDF + "type"]}
    coding = {scheme for entry in described.values() for scheme in entry[ONTOLOGY + "codedIn"]}
    assert schemes == coding


def test_every_property_says_where_it_is_used(vocabulary: Vocabulary) -> None:
    """A property of a claim has the classes it is used on and the values it takes, and those are there."""
    wrong = [p.name for p in vocabulary.properties.values() if not p.domains or not p.ranges]
    unknown = [p.name for p in vocabulary.properties.values() if not p.domains <= set(vocabulary.classes)]
    assert wrong == []
    assert unknown == []


def test_every_term_named_is_there(terms: dict[str, dict[str, list[str]]]) -> None:
    """No rule, query or other term names a term that the ontology does not have."""
    project = default_project()
    files = [
        *project.queries.glob("*.rq"),
        *(project.ontology / "rules").rglob("*.rq"),
        *turtle_files(project.ontology),
    ]
    named = {name for path in files for name in re.findall(r"\bnk:([\w-]+)", path.read_text(encoding="utf-8"))}
    assert named - {iri.removeprefix(ONTOLOGY) for iri in terms} == set()


def names_used(claims: Iterable[Claim]) -> set[str]:
    def walk(node: Node) -> Iterable[str]:
        for key, values in node.properties.items():
            yield from (str(values[0]),) if key == "type" else SHORTHANDS.get(key, (key,))
            for value in values:
                if isinstance(value, Node):
                    yield from walk(value)

    return {name for claim in claims for name in walk(claim.says)}


def test_every_term_is_used(source: Source, terms: dict[str, dict[str, list[str]]]) -> None:
    """A term is in a canned query, a rule, a claim, an axiom or what the build writes; the few others are justified."""
    project = default_project()
    files = [*project.queries.glob("*.rq"), *(project.ontology / "rules").rglob("*.rq")]
    used = {name for path in files for name in re.findall(r"\bnk:(\w+)", path.read_text(encoding="utf-8"))}
    used |= names_used(source.claims) | {n for items in source.reference.values() for n in names_used(items)}
    for quad in assemble(source).quads:
        is_axiom = quad.graph_name == ox.NamedNode(PREFIXES["graph"] + "ontology")
        if not is_axiom or quad.predicate.value in {RDFS + "subClassOf", OWL + "allValuesFrom"}:
            used |= {str(t.value).removeprefix(ONTOLOGY) for t in (quad.predicate, quad.object) if hasattr(t, "value")}
    used |= {iri.removeprefix(ONTOLOGY) for iri, entry in terms.items() if OWL + "Restriction" in entry[RDF + "type"]}
    used |= {"codedIn", "contradictionKind"}

    assert {iri.removeprefix(ONTOLOGY) for iri in terms} - used == set(UNUSED)


def test_blank_node_is_refused(tmp_path: Path) -> None:
    """A nested thing of the ontology has an IRI."""
    file = tmp_path / "a.ttl"
    file.write_text("@prefix : <https://example.org/> . :a :b [] .", encoding="utf-8")
    with pytest.raises(VocabularyError, match="blank node"):
        read_turtle(file)


def test_vocabulary_knows_what_a_class_inherits(vocabulary: Vocabulary) -> None:
    """A transfer has the properties of an event, and a code its notation."""
    assert {"Transfer", "Event"} <= vocabulary.superclasses("Transfer")
    assert {"kind", "date"} <= vocabulary.properties_of("Transfer")
    assert vocabulary.codes["river"]["Tumen"] == "https://w3id.org/nkgraph/code/river/Tumen"
    assert vocabulary.properties["river"].scheme == "river"


def test_nearest_word_is_named() -> None:
    """The known word most like a wrong one is named, and none where none is like it."""
    assert nearest("buyerrole", ["buyer", "buyerRole"]) == " (nearest: buyerRole)"
    assert nearest("x", ["buyer", "buyerRole"]) == ""


# The profile: OWL 2 RL, by what may stand below and what above (OWL 2 Profiles, section 4.2).

BELOW = {"hasValue", "someValuesFrom", "intersectionOf", "unionOf", "oneOf"}
ABOVE = {"hasValue", "allValuesFrom", "intersectionOf", "complementOf", "maxCardinality", "maxQualifiedCardinality"}
EXPRESSIONS = (
    BELOW | ABOVE | {"minCardinality", "cardinality", "qualifiedCardinality", "minQualifiedCardinality", "hasSelf"}
)
FORBIDDEN = {
    "ReflexiveProperty",
    "disjointUnionOf",
    "hasSelf",
    "topObjectProperty",
    "topDataProperty",
    "rational",
    "real",
}
DATATYPES = {"string", "boolean", "decimal", "integer", "nonNegativeInteger", "dateTime", "anyURI"}


def find_outside_profile(triples: Iterable[ox.Triple]) -> list[str]:
    """Return the axioms that OWL 2 RL does not have."""
    axioms: dict[str, set[tuple[str, str]]] = defaultdict(set)
    expressions: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    found = []
    for triple in triples:
        subject, predicate = str(triple.subject).strip("<>"), triple.predicate.value
        value = str(triple.object).strip("<>")
        local = predicate.removeprefix(OWL)
        if local in EXPRESSIONS:
            expressions[subject].add(local)
        if predicate == RDF + "type":
            types[subject].add(value.removeprefix(OWL))
        found += [f"owl:{name}" for name in FORBIDDEN & {local, value.removeprefix(OWL)}]
        axioms[predicate.rpartition("#")[2]].add((subject, value))
    for subject, value in axioms["subClassOf"]:
        found += [f"{subject} below: {e}" for e in expressions[subject] - BELOW]
        found += [f"{value} above: {e}" for e in expressions[value] - ABOVE]
        found += [f"{subject} below owl:Thing"] if value == OWL + "Thing" else []
    for pair in axioms["equivalentClass"]:
        found += [
            f"{name} equivalent: {e}" for name in pair for e in expressions[name] - {"hasValue", "intersectionOf"}
        ]
    for subject, value in axioms["domain"] | axioms["range"]:
        found += [f"{subject} has the domain or range {value}: {e}" for e in expressions[value] - ABOVE]
        if value.startswith(XSD) and value.removeprefix(XSD) not in DATATYPES:
            found.append(f"{subject} has the range {value}")
    for subject, kinds in types.items():
        if {"ObjectProperty", "DatatypeProperty"} <= kinds:
            found.append(f"{subject} is both an object and a datatype property")
        if "DatatypeProperty" in kinds and kinds & {
            "TransitiveProperty",
            "SymmetricProperty",
            "InverseFunctionalProperty",
        }:
            found.append(f"{subject} is a datatype property with characteristics of an object property")
    return sorted(found)


def test_ontology_is_within_owl_2_rl(vocabulary: Vocabulary) -> None:
    """Every axiom of the ontology is one that OWL 2 RL has."""
    assert find_outside_profile(quad.triple for quad in vocabulary.quads) == []


@pytest.mark.parametrize(
    "axiom",
    [
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .",
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        ":A rdfs:subClassOf [ owl:unionOf :list ] .",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .",
        "[ owl:complementOf :B ] rdfs:subClassOf :A .",
        ":A rdfs:subClassOf owl:Thing .",
        ":p a owl:ReflexiveProperty .",
        ":p rdfs:range xsd:date .",
        ":p rdfs:range [ owl:onProperty :q ; owl:someValuesFrom :B ] .",
        ":A owl:disjointUnionOf :list .",
        ":p a owl:ObjectProperty , owl:DatatypeProperty .",
        ":p a owl:DatatypeProperty , owl:TransitiveProperty .",
    ],
)
def test_profile_check_refuses(axiom: str) -> None:
    """What lies outside the profile is found; owlrl would take it without a word."""
    prefixes = f"@prefix : <https://x.org/> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix xsd: <{XSD}> . "
    assert find_outside_profile(q.triple for q in ox.parse(prefixes + axiom, format=ox.RdfFormat.TURTLE)) != []


def test_profile_check_takes_what_is_within() -> None:
    """Values and existentials below, universals above, are within the profile."""
    text = (
        f"@prefix : <https://x.org/> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . "
        "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf [ owl:onProperty :q ; owl:allValuesFrom :C ] . "
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] ."
    )
    assert find_outside_profile(q.triple for q in ox.parse(text, format=ox.RdfFormat.TURTLE)) == []


# The closure: owlrl, which has every rule of OWL 2 RL, concludes what ours do.

#: What owlrl adds that says nothing: each thing is itself, a resource, a thing; and vocabulary about vocabulary.
TRIVIA = {OWL + "sameAs", OWL + "equivalentClass", OWL + "equivalentProperty", OWL + "differentFrom"}
TRIVIAL_TYPES = {OWL + "Thing", RDFS + "Resource", OWL + "Nothing", RDFS + "Datatype"}
EXAMPLE = """
@prefix : <https://w3id.org/nkgraph/id/x/> . @prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix code: <https://w3id.org/nkgraph/code/> .
:p1 a nk:Participation ; nk:actor :broker ; nk:towards :n1 ; nk:role <https://w3id.org/nkgraph/code/role/recruiter> .
:p2 a nk:Participation ; nk:actor :broker ; nk:towards :n1 ; nk:role <https://w3id.org/nkgraph/code/role/seller> .
:t1 a nk:Transfer ; nk:transferred :n1 ; nk:kind <https://w3id.org/nkgraph/code/transfer-kind/resold> .
:n1 a nk:Narrator ; nk:judgedSamePerson :n2 . :n2 a nk:Narrator ; nk:judgedSamePerson :n3 . :n3 a nk:Narrator .
:t1 nk:judgedSameEvent :t2 . :t2 a nk:Transfer . :n3 nk:judgedDifferent :n4 .
"""


def is_trivial(triple: tuple[str, str, str]) -> bool:
    subject, predicate, value = triple
    return (
        predicate in TRIVIA
        or (predicate == RDF + "type" and (value in TRIVIAL_TYPES or value.startswith(OWL)))
        or (subject == value and predicate in {RDFS + "subClassOf", RDFS + "subPropertyOf"})
        or value in {OWL + "Thing", RDFS + "Resource"}
        or subject.startswith((OWL, RDF, RDFS, XSD))
    )


def test_closure_is_that_of_owlrl(vocabulary: Vocabulary) -> None:
    """From the ontology and a small project our rules conclude what owlrl concludes, but for the listed trivia."""
    small = read_source(attrs.evolve(default_project(), data=SMALL))
    axioms = [
        q
        for q in vocabulary.quads
        if q.predicate.value.startswith((RDF, RDFS + "sub", RDFS + "d", RDFS + "range", OWL))
    ]
    said = [q for claim in small.claims for q in claim_quads(claim, small.vocabulary, {})]
    places = [q for q in assemble(small).quads if "/graph/reference/" in str(q.graph_name)]
    example = list(ox.parse(EXAMPLE, format=ox.RdfFormat.TURTLE))
    triples = {q.triple for q in [*axioms, *said, *places, *example] if isinstance(q.object, ox.NamedNode)}

    ours = {
        (str(t.subject.value), t.predicate.value, str(t.object.value))
        for t in close(triples) | triples
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode)
    }
    graph = rdflib.Graph()
    for t in triples:
        assert isinstance(t.subject, ox.NamedNode)
        assert isinstance(t.object, ox.NamedNode)
        graph.add((rdflib.URIRef(t.subject.value), rdflib.URIRef(t.predicate.value), rdflib.URIRef(t.object.value)))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    theirs = {(str(s), str(p), str(o)) for s, p, o in graph if isinstance(o, rdflib.URIRef)}

    assert {t for t in theirs - ours if not is_trivial(t)} == set()
    assert {t for t in ours - theirs if not is_trivial(t)} == set()
    concluded = {(s.rpartition("/")[2], p.rpartition("#")[2], o.rpartition("#")[2]) for s, p, o in theirs & ours}
    assert {("broker", "type", "Recruiter"), ("broker", "type", "Seller"), ("t1", "type", "Sale")} <= concluded
    assert ("yanji", "within", "https://w3id.org/nkgraph/place/china") in concluded


def close(triples: set[ox.Triple]) -> set[ox.Triple]:
    """Return what the rules of OWL conclude, those of our own left out."""
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
    return {t for found in infer(quads, []).values() for t in found}
