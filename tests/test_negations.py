"""A negation printed as a difference concludes what the file of its rule concludes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.pipeline import assemble, read_source
from nkgraph.project import default_project
from nkgraph.reasoning import Rule, infer, load_strata
from nkgraph.reasoning.negations import print_by_difference
from nkgraph.synthesis import invent

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
RULES = [rule for stratum in load_strata(ROOT / "ontology" / "rules") for rule in stratum.rules]
NEGATING = [rule for rule in RULES if any(c.kind == "absent" for c in rule.conditions) and not rule.counted]


def conclusions(store: ox.Store, text: str) -> set[ox.Triple]:
    results = store.query(text)
    assert isinstance(results, ox.QueryTriples)
    return set(results)


@pytest.fixture(scope="module")
def closed() -> ox.Store:
    """Invented data of the graph's shape, closed: where every kind of negation has much to find."""
    quads = list(invent(assemble(read_source(default_project())).quads, 1))
    store = ox.Store()
    store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    for found in infer(quads, load_strata(ROOT / "ontology" / "rules")).values():
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in found)
    return store


def test_each_negation_is_a_difference(closed: ox.Store) -> None:
    """Over a closed graph each rule that negates concludes the same both ways; many conclude something, and less than without."""
    found = {rule.key: conclusions(closed, rule.text) for rule in NEGATING}
    assert {rule.key: conclusions(closed, print_by_difference(rule)) for rule in NEGATING} == found
    bare = {
        rule.key: conclusions(closed, print_by_difference(rule).partition("\nMINUS")[0] + " }") for rule in NEGATING
    }
    assert sum(bool(found[key]) and found[key] < bare[key] for key in found) > len(NEGATING) / 4
    assert len(NEGATING) > 10


@pytest.mark.parametrize("rule", NEGATING, ids=lambda rule: rule.key)
def test_each_negation_is_a_difference_in_its_example(rule: Rule) -> None:
    """Over the premises and the near miss that test a rule both ways conclude the same."""
    for name in ("premises.ttl", "not.ttl"):
        store = ox.Store()
        store.load(path=str(ROOT / "tests" / "rules" / rule.key / name), format=ox.RdfFormat.TURTLE)
        assert conclusions(store, print_by_difference(rule)) == conclusions(store, rule.text)


def test_what_negates_nothing_is_left_as_written() -> None:
    """Other rules keep the text of their file."""
    others = [rule for rule in RULES if rule not in NEGATING]
    assert others and all(print_by_difference(rule) == rule.text for rule in others)
