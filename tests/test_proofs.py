"""Proofs: found, least, needed in every leaf, checked step by step, and replayed; and why a triple is not there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import attrs
import pyoxigraph as ox
import pytest
from proof_fixtures import EX, TALE, inferred, make_explainer, make_store, parse, triple, write_rules

from nkgraph.iris import graph_iri
from nkgraph.project import default_project
from nkgraph.proofs import (
    Explainer,
    Leaf,
    Missing,
    Proof,
    Step,
    leaves_of,
    list_faults,
    measure_height,
    replay,
    steps_of,
)
from nkgraph.proofs.loading import build_explainer, load_rules
from nkgraph.proofs.telling import explain
from nkgraph.proofs.texts import write_text
from nkgraph.reasoning import close
from nkgraph.store import open_store


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the invented rules."""
    return write_rules(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def tale(rules: Path) -> Explainer:
    """The invented graph, to be explained."""
    return make_explainer(parse(TALE), rules)


@pytest.fixture(scope="module")
def real(built_graph: Path) -> Explainer:
    """The graph of the project, to be explained."""
    return build_explainer(open_store(built_graph), default_project().ontology / "rules")


def prove(explainer: Explainer, goal: ox.Triple) -> Step:
    proof = explainer.prove(goal)
    assert isinstance(proof, Step)
    return proof


def faults(explainer: Explainer, proof: Proof) -> list[str]:
    return list_faults(proof, explainer.store, explainer.rules.rules)


Proofs = dict[ox.Triple, Proof | None]


@pytest.fixture(scope="module")
def proved(real: Explainer) -> Proofs:
    """A proof of each inferred triple of the real graph."""
    return {goal: real.prove(goal) for goal in inferred(real.store)}


def sample(proved: Proofs, each: int) -> Iterator[tuple[ox.Triple, Step]]:
    """Yield so many inferred triples of each rule, with their proofs."""
    found: dict[str, list[tuple[ox.Triple, Step]]] = {}
    for goal, proof in proved.items():
        if isinstance(proof, Step):
            found.setdefault(proof.rule.key, []).append((goal, proof))
    for pairs in found.values():
        yield from random.Random(len(pairs)).sample(pairs, min(each, len(pairs)))


@pytest.mark.slow
def test_every_inferred_triple_is_proved_and_replayed(real: Explainer, proved: Proofs) -> None:
    """Each inferred triple of the real graph has a proof that holds step by step, and whose leaves conclude it again."""
    wrong = [
        goal
        for goal, proof in proved.items()
        if not isinstance(proof, Step) or faults(real, proof) or not replay(proof)
    ]

    assert len(proved) > 5000
    assert wrong == []


@pytest.mark.slow
def test_every_leaf_is_needed(proved: Proofs) -> None:
    """Without any one of its leaves a proof does not replay; shown for some triples of each rule of the real graph."""
    unneeded = [
        (goal, leaf.triple)
        for goal, proof in sample(proved, 8)
        for leaf in leaves_of(proof)
        if replay(proof, without=leaf.triple)
    ]

    assert unneeded == []


def test_proof_leads_to_claims(proved: Proofs) -> None:
    """Each leaf of a real proof is asserted, in graphs that no rule and no view made."""
    for _, proof in sample(proved, 3):
        for leaf in leaves_of(proof):
            assert leaf.graphs
            assert not any(name.startswith((graph_iri("inferred/"), graph_iri("view/"))) for name in leaf.graphs)


@pytest.mark.slow
def test_withdrawn_leaf_takes_the_triple_or_leaves_another_proof(real: Explainer, proved: Proofs) -> None:
    """Without the claims that say a leaf, and closed anew, the triple is gone or follows otherwise; both are seen."""
    views = (graph_iri("inferred/"), graph_iri("view/"))
    asserted = [
        quad
        for quad in real.store
        if isinstance(quad.graph_name, ox.NamedNode) and not quad.graph_name.value.startswith(views)
    ]
    folder = default_project().ontology / "rules"
    pairs = [(goal, proof) for goal, proof in sample(proved, 12) if _rests_on_claims(proof)]
    outcomes = set()
    for goal, proof in pairs:
        claims = {n for leaf in leaves_of(proof) for n in leaf.graphs if "/claim/" in n}
        left_over = any(claims.isdisjoint(n for leaf in leaves_of(o) for n in leaf.graphs) for o in real.others(goal))
        if left_over in outcomes:
            continue
        said = next(leaf for leaf in leaves_of(proof) if not claims.isdisjoint(leaf.graphs))
        after = make_explainer([q for q in asserted if q.graph_name.value not in said.graphs], folder)
        again = after.prove(goal)
        assert (again is not None) == left_over
        if again is not None:
            assert said.triple not in {leaf.triple for leaf in leaves_of(again)}
            assert faults(after, again) == []
        outcomes.add(left_over)
        if len(outcomes) == 2:
            break

    assert outcomes == {True, False}


def _rests_on_claims(proof: Proof) -> bool:
    return any("/claim/" in name for leaf in leaves_of(proof) for name in leaf.graphs)


def test_proof_is_of_least_height(tale: Explainer) -> None:
    """The height of a least proof is the first round of rounds that see only earlier rounds."""
    goal = triple("ada", "in", "land")
    least = tale.find_least(goal)

    assert least is not None
    assert measure_height(least) == 2
    assert measure_height(tale.find_least(triple("ada", "a", "Bird")) or least) == 1


def test_longer_chain_needs_more_height(rules: Path) -> None:
    """Of a chain of eight the ends are reached in three rounds, and the proof uses each link once."""
    links = "".join(f":p{n} :in :p{n + 1} . " for n in range(8))
    chain = make_explainer(parse(f"{TALE} claim:four {{ {links} }}"), rules)
    goal = triple("p0", "in", "p8")
    least = chain.find_least(goal)
    proof = prove(chain, goal)

    assert least is not None
    assert measure_height(least) == 3
    assert {leaf.triple for leaf in leaves_of(proof)} == {
        *(triple(f"p{n}", "in", f"p{n + 1}") for n in range(8)),
        ox.Triple(
            ox.NamedNode(EX + "in"),
            ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            ox.NamedNode("http://www.w3.org/2002/07/owl#TransitiveProperty"),
        ),
    }


def test_proof_does_not_rest_on_itself(tale: Explainer) -> None:
    """A symmetric property gives no proof of an asserted triple by itself, nor of its reverse by itself."""
    forth, back = triple("ada", "nextTo", "bea"), triple("bea", "nextTo", "ada")

    assert isinstance(tale.prove(forth), Leaf)
    assert tale.others(forth) == []
    assert [premise.triple for premise in prove(tale, back).premises] == [forth]


def test_leaf_that_can_be_left_out_is_left_out(tale: Explainer) -> None:
    """A leaf that follows from another leaf gives way to its proof, although that makes the proof higher."""
    goal = triple("cox", "fineWith", "corn")
    least, proof = tale.find_least(goal), prove(tale, goal)

    assert least is not None
    assert {leaf.triple for leaf in leaves_of(least)} == {triple("cox", "eats", "corn"), triple("cox", "a", "Eater")}
    assert [leaf.triple for leaf in leaves_of(proof)] == [triple("cox", "eats", "corn")]
    assert (measure_height(least), measure_height(proof)) == (1, 2)
    assert faults(tale, proof) == []


def test_asserted_triple_names_every_claim(tale: Explainer) -> None:
    """A triple that two claims say is a leaf with both; how it would follow otherwise is another proof."""
    goal = triple("ada", "a", "Hen")
    leaf = tale.prove(goal)
    others = tale.others(goal)

    assert isinstance(leaf, Leaf)
    assert [name.rpartition("/")[2] for name in leaf.graphs] == ["one", "three"]
    assert [step.rule.key for step in others if isinstance(step, Step)] == ["prp-dom"]
    assert faults(tale, others[0]) == []


def test_other_proofs_rest_on_other_leaves(rules: Path) -> None:
    """Two ways to one place are two proofs; a way that takes in all of another one is none."""
    more = parse(TALE + "claim:four { :yard :in :glen . :glen :in :valley . }")
    explainer = make_explainer(more, rules)
    goal = triple("yard", "in", "valley")
    proofs = [explainer.prove(goal), *explainer.others(goal)]
    leaves = [frozenset(leaf.triple for leaf in leaves_of(proof)) for proof in proofs if proof is not None]

    assert len(leaves) == 2
    assert not leaves[0] <= leaves[1]
    assert not leaves[1] <= leaves[0]


def test_values_are_compared_as_values(tale: Explainer) -> None:
    """4 as integer and as decimal is one number, although two terms: a filter says so as it does when the rule runs."""
    proof = prove(tale, triple("bea", "alike", "cox"))

    assert {str(premise.triple.object) for premise in proof.premises} == {
        '"4"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"4"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    }
    assert faults(tale, proof) == []


def test_negative_premise_carries_what_was_searched(tale: Explainer) -> None:
    """A step that negates shows the pattern with its values, and fails the check where the pattern is found."""
    proof = prove(tale, triple("ada", "a", "Light"))
    (searched,) = proof.searched
    store = make_store(parse(TALE), None)
    store.add(ox.Quad(*_parts(triple("ada", "a", "Heavy"))))

    assert f"<{EX}ada>" in searched.text
    assert faults(tale, proof) == []
    assert any("what should not be" in fault for fault in list_faults(proof, store, tale.rules.rules))


def _parts(found: ox.Triple) -> tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]:
    return found.subject, found.predicate, found.object  # type: ignore[return-value]


def test_negated_filter_sees_values_from_outside(tale: Explainer) -> None:
    """A FILTER inside a negation compares with what stands outside it: only the lightest hen is the lightest."""
    assert [goal.subject for goal in inferred(tale.store) if goal.object == ox.NamedNode(EX + "Lightest")] == [
        ox.NamedNode(EX + "ada")
    ]
    assert tale.prove(triple("bea", "a", "Lightest")) is None
    missing = nearest(tale, triple("bea", "a", "Lightest"), "lightest")
    assert missing.missing == ()
    assert missing.found[0][1] == (triple("ada", "weight", 3),)


def test_counting_step_carries_all_that_it_counts(tale: Explainer) -> None:
    """A step that counts has every match as a premise; one left out, or another number, fails the check."""
    proof = prove(tale, triple("bea", "meals", 2))

    assert proof.counted == 2
    assert {premise.triple for premise in proof.premises} == {
        triple("bea", "eats", "corn"),
        triple("bea", "eats", "rye"),
    }
    assert faults(tale, proof) == []
    assert faults(tale, attrs.evolve(proof, counted=3))
    assert faults(tale, attrs.evolve(proof, premises=proof.premises[:1]))
    assert faults(tale, attrs.evolve(proof, triple=triple("ada", "meals", 2)))


def test_premise_that_the_rule_does_not_use_fails(tale: Explainer) -> None:
    """An extra premise, one too few, or one in another's place: none of them is an instance of the rule."""
    proof = prove(tale, triple("ada", "in", "farm"))
    extra = Leaf(triple("valley", "in", "land"), (graph_iri("reference/places"),))

    assert faults(tale, proof) == []
    assert faults(tale, attrs.evolve(proof, premises=(*proof.premises, extra)))
    assert faults(tale, attrs.evolve(proof, premises=proof.premises[:1]))
    assert faults(tale, attrs.evolve(proof, premises=proof.premises[::-1]))
    assert faults(tale, attrs.evolve(proof, premises=(proof.premises[0], extra)))


def test_forged_proofs_fail(tale: Explainer) -> None:
    """Another conclusion, an invented rule, no axioms, a leaf that nobody says, and a circle are found out."""
    proof = prove(tale, triple("ada", "in", "farm"))
    leaf = proof.premises[0]
    assert isinstance(leaf, Leaf)
    unsaid = attrs.evolve(leaf, graphs=("https://w3id.org/nkgraph/claim/a-tale/two",))
    concluded = attrs.evolve(leaf, graphs=(graph_iri("inferred/prp-trp"),))
    forged = [
        attrs.evolve(proof, triple=triple("ada", "in", "land")),
        attrs.evolve(proof, rule=attrs.evolve(proof.rule, body=proof.rule.body[:1]), premises=proof.premises[:1]),
        attrs.evolve(proof, axioms=()),
        attrs.evolve(proof, premises=(unsaid, proof.premises[1])),
        attrs.evolve(proof, premises=(concluded, proof.premises[1])),
        attrs.evolve(proof, premises=(attrs.evolve(leaf, graphs=()), proof.premises[1])),
        attrs.evolve(proof, premises=(proof, proof.premises[1])),
    ]

    assert faults(tale, proof) == []
    assert [bool(faults(tale, each)) for each in forged] == [True] * len(forged)


def test_circle_and_unknown_rule_fail(tale: Explainer) -> None:
    """A right step over itself, turned round and back, and a right step by a rule that the store does not have, fail."""
    back = prove(tale, triple("bea", "nextTo", "ada"))
    forth = attrs.evolve(back, triple=triple("ada", "nextTo", "bea"), premises=(back,))

    assert [fault.rpartition(" ")[2] for fault in faults(tale, forth)] == ["itself"]
    assert any("is no rule" in fault for fault in list_faults(back, tale.store, []))


def test_unmet_filter_fails_the_check(tale: Explainer) -> None:
    """A premise that does not meet the rule's FILTER is found out."""
    heavy = prove(tale, triple("bea", "a", "Heavy"))
    light = Leaf(triple("ada", "weight", 3), ("https://w3id.org/nkgraph/claim/a-tale/one",))
    forged = attrs.evolve(heavy, triple=triple("ada", "a", "Heavy"), premises=(light,))

    assert faults(tale, heavy) == []
    assert any("conditions" in fault for fault in faults(tale, forged))


def test_axioms_are_proved_too(tale: Explainer) -> None:
    """A class two steps up follows from the ontology's own conclusion, or by two steps: its leaves are its axioms."""
    proof = prove(tale, triple("ada", "a", "Animal"))
    axioms = {leaf.triple for leaf in leaves_of(proof) if graph_iri("ontology") in leaf.graphs}

    assert {str(axiom.subject).rpartition("/")[2] for axiom in axioms} == {"Hen>", "Bird>"}
    assert replay(proof)
    assert not replay(proof, without=next(iter(axioms)))


def test_contradiction_shows_both_sides(rules: Path) -> None:
    """What cannot hold together is a tree whose leaves are what both claims say."""
    quads = parse(TALE)
    explainer = make_explainer(quads, rules)
    clashes = [c for c in close(quads).contradictions if c.rule.key == "cax-dw"]
    clash = explainer.prove_contradiction(clashes[0].rule, clashes[0].triples)

    assert clash is not None
    said = {leaf.triple for premise in clash.premises for leaf in leaves_of(premise)}
    assert {triple("cox", "a", "Stone"), triple("cox", "a", "Hen")} <= said
    assert explainer.prove_contradiction(clashes[0].rule, (triple("ada", "a", "Stone"),)) is None


def nearest(explainer: Explainer, goal: ox.Triple, key: str) -> Missing:
    """Return what a rule comes nearest to."""
    return next(found for found in explainer.explain_missing(goal, 50) if found.rule.key == key)


def test_why_not_names_what_is_missing(tale: Explainer) -> None:
    """Of a triple that is not there: the rule that comes nearest, what holds, and the premise that is missing."""
    further = nearest(tale, triple("dot", "in", "land"), "prp-trp")
    missing = nearest(tale, triple("dot", "a", "Heavy"), "heavy")

    assert [str(pattern) for pattern in missing.missing] == [f"<{EX}dot> <{EX}weight> ?w"]
    assert len(further.held) == 1
    assert [str(pattern.subject) for pattern in further.missing] == [f"<{EX}dot>"]
    assert {found.rule.key for found in tale.explain_missing(triple("dot", "a", "Stone"))} == {"eq-rep-s", "eq-rep-o"}


def test_why_not_names_what_is_in_the_way(tale: Explainer) -> None:
    """A FILTER that is not met and a negation that finds something are told, with what was found."""
    unmet = nearest(tale, triple("ada", "a", "Heavy"), "heavy")
    negated = nearest(tale, triple("bea", "a", "Light"), "light")

    assert [condition.kind for condition in unmet.unmet] == ["filter"]
    assert unmet.missing == ()
    assert [found for _, found in negated.found] == [(triple("bea", "a", "Heavy"),)]


def test_missing_premise_makes_the_triple_follow(rules: Path, tale: Explainer) -> None:
    """What a rule was said to miss, once asserted, makes the triple follow by that rule."""
    goal = triple("land", "in", "world")
    missed = nearest(tale, goal, "prp-trp")
    more = make_explainer(parse(TALE + "claim:four { :land :in :isle . :isle :in :world . }"), rules)

    assert len(missed.missing) == 2
    assert prove(more, goal).rule.key == missed.rule.key


def test_order_of_rules_and_triples_changes_nothing(rules: Path) -> None:
    """Whatever the order in which quads and rules are given, the proof is the same, letter by letter."""
    quads, texts = parse(TALE), set()
    for seed in range(4):
        random.Random(seed).shuffle(quads)
        store = make_store(quads, rules)
        listed = load_rules(store, rules)
        random.Random(seed).shuffle(listed)
        explainer = Explainer(store, listed)
        goals = inferred(store)
        random.Random(seed).shuffle(goals)
        told = {goal: write_text(explain(explainer, goal), others=True) for goal in goals}
        texts.add("\n".join(told[goal] for goal in sorted(told, key=str)))

    assert len(texts) == 1


def test_steps_come_after_what_they_need(tale: Explainer) -> None:
    """The steps of a proof are listed once each, premises before conclusions."""
    steps = list(steps_of(prove(tale, triple("ada", "in", "land"))))
    order = {step.triple: place for place, step in enumerate(steps)}

    assert len(order) == len(steps)
    for step in steps:
        assert all(order.get(premise.triple, -1) < order[step.triple] for premise in step.premises)
