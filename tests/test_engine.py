"""The engine of sorted arrays beside a reference of plain sets: the same triples, by the same rules, in the same rounds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_engine import Conclusions, close, match

from nkgraph.errors import VocabularyError
from nkgraph.reasoning.engine import Engine
from nkgraph.reasoning.rules import Condition, Pattern, Rule, RuleText, Slot, Term, Variable

TESTS = Path(__file__).resolve().parent
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PREDICATES = [TYPE, *(ox.NamedNode(f"x:{name}") for name in "pqr")]
THINGS: list[ox.NamedNode | ox.BlankNode] = [*(ox.NamedNode(f"x:{name}") for name in "abcd"), ox.BlankNode("b")]
CLASSES = [ox.NamedNode("x:C"), ox.NamedNode("x:D"), ox.NamedNode("x:a")]
LITERALS = [ox.Literal("a"), ox.Literal("a", language="en"), ox.Literal("1"), ox.Literal(1)]
VARIABLES = [Variable(name) for name in "xyzw"]


def rule_of(key: str, head: Sequence[Pattern], body: Sequence[Pattern], *distinct: str) -> Rule:
    """Return a rule; ``distinct`` names pairs of variables of one letter."""
    conditions = tuple(
        Condition("distinct", f"FILTER(?{a} != ?{b})", frozenset((a, b))) for a, b in map(tuple, distinct)
    )
    return Rule(RuleText(key, key, "", ""), tuple(head), tuple(body), conditions)


def run(asserted: Iterable[ox.Triple], strata: Sequence[Sequence[Rule]]) -> Conclusions:
    """Return what the engine concludes, by key, with the round, as the reference does."""
    keep = {pattern.predicate for rules in strata for rule in rules for pattern in (*rule.head, *rule.body)}
    engine = Engine([], keep=keep)
    engine.add(asserted)
    rounds: dict[ox.Triple, int] = {}
    number = 0
    for rules in strata:
        engine.extend(rules)
        while True:
            number += 1
            count = engine.advance()
            fresh = list(engine.fresh())
            assert len(fresh) == len(set(fresh)) == count
            rounds.update(dict.fromkeys(fresh, number))
            if not count:
                break
    concluded = engine.concluded()
    assert all(triples == sorted(triples, key=str) for triples in concluded.values())
    return {key: {triple: rounds[triple] for triple in triples} for key, triples in concluded.items()}


subjects: st.SearchStrategy[Slot] = st.one_of(st.sampled_from(VARIABLES), st.sampled_from(THINGS[:2]))
objects: st.SearchStrategy[Slot] = st.one_of(
    st.sampled_from(VARIABLES), st.sampled_from([*THINGS[:2], *LITERALS[:2]]), st.sampled_from(CLASSES)
)
patterns = st.builds(Pattern, subjects, st.sampled_from(PREDICATES), objects)
triples = st.builds(
    ox.Triple, st.sampled_from(THINGS), st.sampled_from(PREDICATES), st.sampled_from([*THINGS, *CLASSES, *LITERALS])
)


@st.composite
def rules(draw: st.DrawFn, key: str) -> Rule:
    """Draw a rule whose head and conditions speak of variables of its body only."""
    body = draw(st.lists(patterns, max_size=3))
    names = sorted({slot.name for p in body for slot in (p.subject, p.object) if isinstance(slot, Variable)})
    bound: list[Slot] = [Variable(name) for name in names]
    own_subject = st.sampled_from([*bound, THINGS[0], LITERALS[0]])
    own_object = st.sampled_from([*bound, THINGS[1], CLASSES[0], LITERALS[0]])
    head = draw(
        st.lists(st.builds(Pattern, own_subject, st.sampled_from(PREDICATES), own_object), min_size=1, max_size=2)
    )
    pairs = [a + b for a in names for b in names if a < b]
    distinct = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
    return rule_of(key, head, body, *distinct)


stratified = st.tuples(
    st.lists(st.one_of(*(rules(f"r{number}") for number in range(3))), max_size=3),
    st.lists(st.one_of(*(rules(f"r{number}") for number in range(2, 5))), max_size=2),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(triples, max_size=14, unique=True), stratified, st.randoms(use_true_random=False))
@pytest.mark.slow
def test_same_as_the_reference(data: list[ox.Triple], strata: tuple[list[Rule], list[Rule]], random: object) -> None:
    """Random rules over random data give the same triples, keys and rounds as the reference, for any order of input."""
    expected = close(data, strata)
    assert run(data, strata) == expected
    shuffled = list(data)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert run([*shuffled, *data[:3]], [list(reversed(stratum)) for stratum in strata]) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(triples, max_size=14, unique=True), rules("r"))
def test_same_matches_as_the_reference(data: list[ox.Triple], rule: Rule) -> None:
    """The matches of a body are those of the reference, each with the triples of its patterns."""
    contradiction = rule_of("c", (), rule.body, *("".join(sorted(c.variables)) for c in rule.conditions))
    engine = Engine([contradiction])
    engine.add(data)
    found = list(engine.matches(contradiction))
    expected = {
        tuple(ox.Triple(_put(p.subject, b), p.predicate, _put(p.object, b)) for p in rule.body)  # type: ignore[arg-type]
        for b in match(rule, set(data))
    }
    assert set(found) == expected
    assert len(found) == len(expected) and found == sorted(found, key=lambda match: [str(triple) for triple in match])
    assert engine.advance() == 0


def _put(slot: Slot, binding: dict[str, Term]) -> Term:
    return binding[slot.name] if isinstance(slot, Variable) else slot


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"x:{name}")


def x_p_y(subject: Slot, name: str, thing: Slot) -> Pattern:
    return Pattern(subject, node(name), thing)


X, Y, Z, W = VARIABLES
HAS_KEY = rule_of(
    "prp-key",
    [x_p_y(X, "same", Y)],
    [Pattern(X, TYPE, node("C")), x_p_y(X, "key", Z), Pattern(Y, TYPE, node("C")), x_p_y(Y, "key", Z)],
    "xy",
)


def refuse(*_: object) -> None:
    raise AssertionError("this join should not be made")


def test_a_key_costs_what_it_concludes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand holders of a key, few of them alike, are joined on the value and never each with each."""
    monkeypatch.setattr("nkgraph.reasoning.joins._multiply", refuse)
    engine = Engine([HAS_KEY])
    count = 20_000
    engine.add(ox.Triple(node(str(i)), TYPE, node("C")) for i in range(count))
    engine.add(ox.Triple(node(str(i)), node("key"), ox.Literal(str(i % (count - 5)))) for i in range(count))
    assert (engine.advance(), engine.advance()) == (10, 0)


def test_a_hub_costs_what_it_concludes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through a hub with twenty thousand neighbours on both sides no pair is made where the head does not ask for pairs."""
    monkeypatch.setattr("nkgraph.reasoning.joins._expand", refuse)
    rule = rule_of("svf", [Pattern(X, TYPE, node("D"))], [x_p_y(X, "p", Y), x_p_y(Y, "q", Z), x_p_y(X, "p", W)])
    engine = Engine([rule])
    engine.add(ox.Triple(node(f"s{i}"), node("p"), node("hub")) for i in range(20_000))
    engine.add(ox.Triple(node("hub"), node("q"), node(f"o{i}")) for i in range(20_000))
    assert (engine.advance(), engine.advance()) == (20_000, 0)


def test_a_join_larger_than_a_block_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is joined in blocks of a few rows is what is joined at once."""
    monkeypatch.setattr("nkgraph.reasoning.joins._BLOCK", 7)
    rule = rule_of("trp", [x_p_y(X, "p", Z)], [x_p_y(X, "p", Y), x_p_y(Y, "p", Z)])
    data = [ox.Triple(node(str(i)), node("p"), node(str(j))) for i in range(12) for j in (i + 1, i + 5, 3)]
    assert run(data, [[rule]]) == close(data, [[rule]])


def test_what_others_conclude_is_shared_and_counted_once() -> None:
    """A triple that a rule and others conclude in one round belongs to both; one that was there before, to neither."""
    rule = rule_of("inv", [x_p_y(Y, "q", X)], [x_p_y(X, "p", Y)])
    engine = Engine([rule])
    engine.add([ox.Triple(node("a"), node("p"), node("b")), ox.Triple(node("c"), node("q"), node("c"))])
    also, known, other = (ox.Triple(node(s), node(p), node(o)) for s, p, o in ("bqa", "cqc", "bzz"))
    assert engine.advance({"sparql": [also, known, other]}) == 2
    assert engine.advance({"sparql": [also, known, other]}) == 0
    assert engine.concluded() == {"inv": [also], "sparql": [also, other]}


def test_what_is_asserted_later_is_seen() -> None:
    """Triples added between the rounds meet those that were there, even where matches were asked for in between."""
    rule = rule_of("trp", [x_p_y(X, "p", Z)], [x_p_y(X, "p", Y), x_p_y(Y, "p", Z)])
    engine = Engine([rule])
    engine.add([ox.Triple(node("a"), node("p"), node("b"))])
    assert engine.advance() == 0
    engine.add([ox.Triple(node("b"), node("p"), node("c"))])
    assert len(list(engine.matches(rule_of("any", (), rule.body)))) == 1
    assert engine.advance() == 1
    assert list(engine.fresh()) == [ox.Triple(node("a"), node("p"), node("c"))]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (rule_of("r", [x_p_y(X, "p", Z)], [x_p_y(X, "p", Y)]), r"\?z, which no pattern"),
        (rule_of("r", [x_p_y(X, "p", Y)], [x_p_y(X, "p", Y)], "xw"), r"\?w, which no pattern"),
        (
            Rule(RuleText("r", "", "", ""), (), (x_p_y(X, "p", Y),), (Condition("filter", "?y > 3", frozenset("y")),)),
            r"asks \?y > 3",
        ),
        (Rule(RuleText("r", "", "", ""), (), (x_p_y(X, "p", Y),), counted=("x", "n")), "counts"),
    ],
)
def test_rules_of_other_shapes_are_refused(rule: Rule, words: str) -> None:
    """A rule that the engine does not know is refused by its key, with what to do."""
    with pytest.raises(VocabularyError, match=rf"the rule r .*{words}.*; .+"):
        Engine([rule])


def test_a_later_rule_may_not_read_what_was_not_kept() -> None:
    """A rule that comes after the triples and reads a predicate that was not kept is refused, not run on nothing."""
    rule = rule_of("later", [x_p_y(X, "p", Y)], [x_p_y(X, "q", Y)])
    engine = Engine([], keep=[node("p")])
    engine.add([])
    with pytest.raises(VocabularyError, match="later reads <x:q>, of which no triples were kept"):
        engine.extend([rule])
    engine.keep([node("q")])
    engine.extend([rule])
    engine.add([ox.Triple(node("a"), node("q"), node("b"))])
    assert engine.advance() == 1


def write_example() -> str:
    """Return what the engine concludes from data in an order that depends on the hash seed."""
    data = {f"{s}{p}{o}" for s in "abcd" for p in "pq" for o in "bcde" if s < o}
    lines = {ox.Triple(node(t[0]), node(t[1]), node(t[2])) for t in data}
    chain = rule_of("chain", [x_p_y(X, "r", Z)], [x_p_y(X, "p", Y), x_p_y(Y, "q", Z)])
    named = rule_of("named", [Pattern(X, TYPE, Y)], [x_p_y(X, "r", Y)])
    engine = Engine([chain, named, HAS_KEY])
    engine.add(lines)
    while engine.advance():
        pass
    return "\n".join(f"{key} {triple}" for key, found in engine.concluded().items() for triple in found)


def test_same_bytes_for_any_hash_seed() -> None:
    """What is concluded is written the same whatever seed Python hashes with."""
    texts = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        command = [sys.executable, "-c", "import test_engine; print(test_engine.write_example())"]
        texts.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert texts == {write_example() + "\n"}
    assert len(write_example().splitlines()) > 10
