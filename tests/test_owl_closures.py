"""Closures of random small ontologies: two engines agree rule by rule, in any order of input, and owlrl agrees on the whole."""

from __future__ import annotations

import os
import subprocess
import sys

import owlrl
import pyoxigraph as ox
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from owl_closures import ENGINES, by_arrays, by_owlrl, by_sparql, mend_keys, names_of, read, says_something

from nkgraph.iris import PREFIXES
from nkgraph.pipeline import assemble
from nkgraph.project import default_project
from nkgraph.reasoning.located import Located
from nkgraph.reasoning.profile import check_profile
from nkgraph.reasoning.terminology import compile_ontology
from nkgraph.source import read_source

SCHEMA = tuple(PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs"))
CLASSES = [":A", ":B", ":C", ":D"]
PROPERTIES = [":p", ":q", ":r", ":s"]
THINGS = [":a", ":b", ":c", ":d", ":e"]
#: Properties that have literals; where engines are compared every property may have both.
LITERAL = [":k", ":l"]
VALUES = ["1", "2", '"x"']
#: What an axiom or a triple may look like; letters in braces are drawn.
SHAPES = [
    "{C} rdfs:subClassOf {D} .",
    "{C} owl:equivalentClass {D} .",
    "{C} owl:disjointWith {D} .",
    "{p} rdfs:domain {C} .",
    "{p} rdfs:range {C} .",
    "{p} rdfs:subPropertyOf {q} .",
    "{p} owl:equivalentProperty {q} .",
    "{p} owl:inverseOf {q} .",
    "{p} owl:propertyDisjointWith {q} .",
    "{p} owl:propertyChainAxiom ( {q} {r} ) .",
    "{p} owl:propertyChainAxiom ( {q} [ owl:inverseOf {r} ] {q} ) .",
    "{p} a owl:TransitiveProperty .",
    "{p} a owl:SymmetricProperty .",
    "{p} a owl:AsymmetricProperty .",
    "{p} a owl:IrreflexiveProperty .",
    "{p} a owl:FunctionalProperty .",
    "{p} a owl:InverseFunctionalProperty .",
    "{C} owl:hasKey ( {k} ) .",
    "{C} owl:hasKey ( {p} {l} ) .",
    "{k} rdfs:domain {C} .",
    "{k} rdfs:range xsd:integer .",
    "{k} rdfs:subPropertyOf {l} .",
    "{k} owl:equivalentProperty {l} .",
    "{k} owl:propertyDisjointWith {l} .",
    "{k} a owl:FunctionalProperty .",
    "{C} rdfs:subClassOf [ owl:onProperty {k} ; owl:hasValue {v} ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {k} ; owl:maxCardinality 1 ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {k} ; owl:allValuesFrom xsd:string ] .",
    "[ owl:onProperty {k} ; owl:hasValue {v} ] rdfs:subClassOf {C} .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:allValuesFrom {D} ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:hasValue {a} ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:maxCardinality 1 ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:maxQualifiedCardinality 1 ; owl:onClass {D} ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing ] .",
    "{C} rdfs:subClassOf [ owl:onProperty {p} ; owl:maxCardinality 0 ] .",
    "{C} rdfs:subClassOf [ owl:complementOf {D} ] .",
    "[ owl:onProperty {p} ; owl:someValuesFrom {D} ] rdfs:subClassOf {C} .",
    "[ owl:onProperty {p} ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf {C} .",
    "[ owl:onProperty {k} ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf {C} .",
    "[ owl:onProperty {p} ; owl:hasValue {a} ] rdfs:subClassOf {C} .",
    "[ owl:unionOf ( {C} {D} ) ] rdfs:subClassOf {E} .",
    "[ owl:intersectionOf ( {C} {D} ) ] rdfs:subClassOf {E} .",
    "{E} owl:equivalentClass [ owl:intersectionOf ( {C} {D} ) ] .",
    "[ owl:oneOf ( {a} {b} ) ] rdfs:subClassOf {C} .",
    "[] a owl:AllDifferent ; owl:members ( {a} {b} ) .",
    "[] a owl:AllDisjointClasses ; owl:members ( {C} {D} ) .",
    "{a} owl:sameAs {b} .",
    "{a} owl:differentFrom {b} .",
    *["{a} a {C} ."] * 6,
    *["{a} {p} {b} ."] * 10,
    *["{a} {k} {v} ."] * 6,
]


#: Contradictions of which owlrl does not tell: it passes over pairs of a list, and over literals.
UNSEEN = {"eq-diff2", "dt-diff", "dt-not-type"}


@st.composite
def ontologies(draw: st.DrawFn, *, mixed: bool) -> str:
    """Draw a small ontology with its data, a line for each axiom or triple.

    ``mixed``: a property may have things and literals, which OWL 2 RL does not foresee and RDF does not forbid.
    """
    letters = dict.fromkeys("CDE", CLASSES) | dict.fromkeys("pqr", PROPERTIES) | dict.fromkeys("ab", THINGS)
    letters |= dict.fromkeys("kl", LITERAL + PROPERTIES if mixed else LITERAL) | {"v": VALUES}
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=4, max_size=22))
    drawn = {letter: st.sampled_from(terms) for letter, terms in letters.items()}
    return "\n".join(shape.format(**draw(st.fixed_dictionaries(drawn))) for shape in shapes)


def test_random_ontologies_are_within_owl_2_rl() -> None:
    """What is drawn is within the profile, so that the comparisons below are about what the rules promise."""
    terms = {letter: f":{letter}" for letter in "CDEpqrabkl"} | {"v": "1"}
    triples = read("\n".join(shape.format(**terms) for shape in SHAPES))
    assert check_profile(Located(ox.Quad(t.subject, t.predicate, t.object)) for t in triples) == []


@settings(max_examples=60, deadline=None)
@given(ontologies(mixed=True))
def test_both_engines_conclude_the_same_by_the_same_rules(text: str) -> None:
    """For every rule the engine of arrays and SPARQL conclude the same triples and find the same contradictions."""
    triples = read(text)

    assert by_arrays(triples) == by_sparql(triples)


@settings(max_examples=25, deadline=None)
@given(ontologies(mixed=True), st.randoms(use_true_random=False))
def test_no_order_of_input_shows(text: str, random: object) -> None:
    """The same triples in another order give the same conclusions by the same rules."""
    triples = read(text)
    shuffled = sorted(triples, key=str)[::-1]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert by_arrays(shuffled) == by_arrays(triples)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(ontologies(mixed=False))
def test_owlrl_concludes_the_same(text: str) -> None:
    """owlrl, its keys mended, has the same triples in the end, but for what is left out on purpose; and contradictions."""
    triples = read(text)
    closed = by_arrays(triples)
    ours = {names_of(t.subject, t.predicate, t.object) for found in closed.concluded.values() for t in found}
    ours |= {names_of(t.subject, t.predicate, t.object) for t in triples}
    theirs, errors = by_owlrl(text)

    keys = {key for key, _ in closed.clashes}
    assert bool(errors) == bool(keys - UNSEEN)
    if "dt-diff" in keys:  # for owlrl the two values are one thing from here on
        return
    assert {t for t in ours if says_something(t)} == {t for t in theirs if says_something(t)}


KEYED = ":C owl:hasKey ( :k :l ) . :a a :C ; :k 1 ; :l 1 . :b a :C ; :k 1 ; :l 2 ."


def test_owlrl_reads_keys_wrongly_and_the_mended_one_does_not() -> None:
    """Two things that differ in the last property of their key are one for owlrl; not for the oracle, nor for us."""
    same = names_of(
        *(ox.NamedNode(iri) for iri in ("https://x.org/a", "http://www.w3.org/2002/07/owl#sameAs", "https://x.org/b"))
    )

    assert same in by_owlrl(KEYED, owlrl.OWLRL_Semantics)[0]
    assert same not in by_owlrl(KEYED, mend_keys())[0]
    assert all("prp-key" not in close(read(KEYED)).concluded for close in ENGINES.values())


LEARNED = """
:Linking rdfs:subClassOf owl:TransitiveProperty . :p a :Linking . :a :p :b . :b :p :c .
:q owl:sameAs :p . :c :q :d . :x rdfs:subPropertyOf :y . :y owl:sameAs :z . :a :x :b .
"""


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_axioms_that_the_data_concludes_are_used(engine: str) -> None:
    """A property that turns out to be transitive, or the same as another, is treated as such."""
    concluded = {
        str(t).replace("https://x.org/", "")
        for found in ENGINES[engine](read(LEARNED)).concluded.values()
        for t in found
    }

    assert {"<a> <p> <c>", "<a> <p> <d>", "<a> <q> <d>", "<a> <z> <b>"} <= concluded


SCRIPT = """
import sys
from owl_closures import by_arrays, read
closed = by_arrays(read(sys.stdin.read()))
print(*(f"{key} {triple}" for key, found in closed.concluded.items() for triple in sorted(found, key=str)), sep="\\n")
from nkgraph.reasoning.terminology import compile_ontology
compiled = compile_ontology(read(sys.argv[1]))
for rule in (*compiled.rules, *compiled.filtered):
    print(rule.key, *rule.head, *rule.body, *(c.text for c in rule.conditions), *rule.axioms, rule.text)
print(*compiled.texts)
"""
FIXED = """
:A rdfs:subClassOf :B , :R . :R owl:onProperty :p ; owl:allValuesFrom :C . :B owl:hasKey ( :p :q ) .
:p a owl:FunctionalProperty ; owl:inverseOf :q . :a a :A ; :p :b , :c ; :q :d . :b a :A ; :p :c . :C owl:disjointWith :B .
:S owl:onProperty :q ; owl:maxCardinality 1 . :A rdfs:subClassOf :S .
"""


def test_no_hash_seed_shows() -> None:
    """Rules and conclusions are the same, in the same order, whatever seed Python hashes with."""
    printed = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", SCRIPT, "\n".join(line for line in FIXED.splitlines() if "(" not in line)]
        done = subprocess.run(command, input=FIXED, env=environment, capture_output=True, text=True, check=True)
        printed.add(done.stdout)
    assert len(printed) == 1
    assert "prp-fp" in printed.pop()


@pytest.mark.slow
def test_both_engines_conclude_the_same_from_the_graph() -> None:
    """From what is asserted in the real graph both engines conclude the same triples by the same rules of OWL 2 RL."""
    asserted = {quad.triple for quad in assemble(read_source(default_project())).quads}
    compiled = compile_ontology(asserted)
    patterns = (pattern for rule in compiled.rules for pattern in (*rule.head, *rule.body))
    read_by_rules = {pattern.predicate for pattern in patterns}
    triples = [t for t in asserted if t.predicate in read_by_rules or t.predicate.value.startswith(SCHEMA)]

    closed = by_arrays(triples)
    assert closed == by_sparql(triples)
    assert {"cax-sco", "prp-spo1", "prp-trp", "cls-avf", "cls-hv2"} <= set(closed.concluded)
