"""A store closed in place holds what the reference concludes, in the graphs of the rules and in the default graph."""

from __future__ import annotations

from itertools import pairwise

import pyoxigraph as ox
import pytest
from reference_engine import close

from nkgraph.errors import VocabularyError
from nkgraph.iris import graph_iri
from nkgraph.reasoning.rules import Pattern, Rule, RuleText, Variable
from nkgraph.reasoning.stores import close_store

X, Y, Z = (Variable(name) for name in "xyz")
WITHIN, NEAR = ox.NamedNode("x:within"), ox.NamedNode("x:near")


def rule_of(key: str, head: Pattern, *body: Pattern) -> Rule:
    return Rule(RuleText(key, key, "", ""), (head,), body)


RULES = [
    rule_of("transitive", Pattern(X, WITHIN, Z), Pattern(X, WITHIN, Y), Pattern(Y, WITHIN, Z)),
    rule_of("near", Pattern(X, NEAR, Y), Pattern(X, WITHIN, Y)),
    rule_of("back", Pattern(Y, NEAR, X), Pattern(X, NEAR, Y)),
]


def test_a_store_is_closed_in_place() -> None:
    """Each conclusion stands in the graphs of its rules and once in the default graph; what was there stays, and no more."""
    things = [ox.NamedNode(f"x:{n}") for n in "abcd"]
    data = [ox.Triple(a, WITHIN, b) for a, b in pairwise(things)]
    data += [ox.Triple(things[0], NEAR, things[0]), ox.Triple(things[0], NEAR, ox.Literal("the sea"))]
    beside = ox.Quad(things[3], WITHIN, things[0], ox.NamedNode("x:not-merged"))
    store = ox.Store()
    store.extend([*(ox.Quad(t.subject, t.predicate, t.object) for t in data), beside])

    count = close_store(store, RULES)

    expected = close(data, [RULES])
    graphs = {
        key: {q.triple for q in store.quads_for_pattern(None, None, None, ox.NamedNode(graph_iri(f"inferred/{key}")))}
        for key in expected
    }
    assert graphs == {key: set(found) for key, found in expected.items()}
    inferred = {triple for found in expected.values() for triple in found}
    merged = [q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    assert len(merged) == len(set(merged)) and set(merged) == {*data, *inferred}
    assert count == len(inferred) > 5
    assert len(store) == len(merged) + sum(map(len, graphs.values())) + 1


def test_a_rule_that_counts_is_refused_before_anything_is_written() -> None:
    """Rules that the engine does not run are refused, and the store is as it was."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("x:a"), WITHIN, ox.NamedNode("x:b")))
    counting = Rule(RuleText("many", "", "", ""), (Pattern(X, NEAR, Y),), (Pattern(X, WITHIN, Y),), counted=("x", "n"))
    with pytest.raises(VocabularyError, match="the rule many counts"):
        close_store(store, [*RULES, counting])
    assert len(store) == 1
