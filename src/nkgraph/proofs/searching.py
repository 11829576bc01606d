"""Proofs found in the served store alone: rules read backwards, least height first, down to what is asserted.

No order of derivation is stored. A proof of height h needs premises of height h - 1 or less, so that no proof can rest
on itself; and a triple lies in the graph of every rule that concludes it first, so that other rules need not be tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import BASE, graph_iri
from nkgraph.proofs.conditions import Conditions
from nkgraph.proofs.instances import Instance, RuleBook, find_instances
from nkgraph.proofs.trees import Leaf, Proof, Step

__all__ = ["Asserted", "Search", "build_proof"]

_VIEW: Final = ox.NamedNode(graph_iri("view/asserted"))
_INFERRED: Final = graph_iri("inferred/")
_VIEWS: Final = graph_iri("view/")
#: What is told but never read by a rule.
_UNREAD: Final = (graph_iri("links/"), graph_iri("statistics"))
#: A memo of so many triples is begun anew.
_REMEMBERED: Final = 200_000
#: No chain of rules is longer.
_HIGHEST: Final = 100


class Asserted:
    """Tells what is asserted in a store, and in which graphs; a graph of ours without views is asked graph by graph."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._has_view = any(True for _ in store.quads_for_pattern(None, None, None, _VIEW))
        self._is_ours = any(g.value.startswith(BASE) for g in store.named_graphs() if isinstance(g, ox.NamedNode))

    def has(self, triple: ox.Triple) -> bool:
        """Say whether a triple is asserted: in files of others, wherever it stands."""
        if not self._is_ours:
            return ox.Quad(triple.subject, triple.predicate, triple.object) in self.store
        if self._has_view:
            return ox.Quad(triple.subject, triple.predicate, triple.object, _VIEW) in self.store
        return bool(self.graphs_of(triple))

    def graphs_of(self, triple: ox.Triple) -> tuple[str, ...]:
        """Return the named graphs that assert a triple, sorted; views and what rules concluded are left out.

        Files of others may have no named graphs: then there are none.
        """
        found = set()
        for quad in self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None):
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if name and not name.startswith((_INFERRED, _VIEWS)):
                found.add(name)
        return tuple(sorted(found))


class _Listing:
    """Instances found as they are asked for, and kept."""

    def __init__(self, source: Iterator[Instance]) -> None:
        self._source = source
        self._found: list[Instance] = []

    def __iter__(self) -> Iterator[Instance]:
        place = 0
        while True:
            if place == len(self._found):
                following = next(self._source, None)
                if following is None:
                    return
                self._found.append(following)
            yield self._found[place]
            place += 1


class Search:
    """One search, with its memo: for each triple the least height at which it is proved, or to which it is refuted.

    ``avoid`` are triples on which nothing may rest. ``by_graph`` keeps to the rules in whose graphs a triple lies.
    """

    def __init__(
        self,
        conditions: Conditions,
        rules: RuleBook,
        asserted: Asserted,
        *,
        avoid: Iterable[ox.Triple] = (),
        by_graph: bool = True,
    ) -> None:
        self.conditions = conditions
        self.store = conditions.store
        self.rules = rules
        self.asserted = asserted
        self._avoid = frozenset(avoid)
        self._by_graph = by_graph
        self._forget()

    def _forget(self) -> None:
        self.least: dict[ox.Triple, tuple[int, Instance]] = {}
        self._refuted: dict[ox.Triple, int] = {}
        self._listed: dict[ox.Triple, _Listing] = {}
        self._open = False

    def find(self, triple: ox.Triple) -> int | None:
        """Return the least height of a proof, 0 for what is asserted, or None where there is no proof."""
        if len(self._listed) > _REMEMBERED:
            self._forget()
        for height in range(_HIGHEST):
            self._open = False
            if self._prove(triple, height):
                return self.least[triple][0] if triple in self.least else 0
            if not self._open:
                break
        return None

    def _prove(self, triple: ox.Triple, height: int) -> bool:
        """Say whether there is a proof of at most a height; ``_open`` is set where a higher one might exist."""
        known = self.least.get(triple)
        if known is not None:
            if known[0] > height:
                self._open = True
            return known[0] <= height
        if triple in self._avoid:
            return False
        if self.asserted.has(triple):
            return True
        if height == 0:
            self._open = True
            return False
        for lower in range(self._refuted.get(triple, 0) + 1, height + 1):
            for instance in self.instances_of(triple):
                if all(self._prove(premise, lower - 1) for premise in instance.premises):
                    self.least[triple] = (lower, instance)
                    return True
            self._refuted[triple] = lower
        self._open = self._open or any(True for _ in self.instances_of(triple))
        return False

    def instances_of(self, triple: ox.Triple) -> Iterator[Instance]:
        """Yield from what rules could conclude a triple in this store: short bodies first, ties by sorted text."""
        listing = self._listed.get(triple)
        if listing is None:
            listing = self._listed[triple] = _Listing(self._list(triple))
        return iter(listing)

    def _list(self, triple: ox.Triple) -> Iterator[Instance]:
        for way, bindings in self.rules.ways_to(triple):
            if self._by_graph and ox.Quad(triple.subject, triple.predicate, triple.object, way.graph) not in self.store:
                continue
            found = find_instances(way, bindings, self.conditions)
            yield from (instance for instance in found if triple not in instance.premises)


def build_proof(
    triple: ox.Triple,
    instance_of: Callable[[ox.Triple], Instance | None],
    asserted: Asserted,
    conditions: Conditions,
    prove_axiom: Callable[[ox.Triple], Proof | None],
) -> Proof:
    """Return the proof of a triple, given for each conclusion in it from what it is concluded, and None for leaves."""
    built: dict[ox.Triple, Proof] = {}

    def build(goal: ox.Triple) -> Proof:
        if goal not in built:
            instance = instance_of(goal)
            built[goal] = Leaf(goal, asserted.graphs_of(goal)) if instance is None else step(goal, instance)
        return built[goal]

    def step(goal: ox.Triple, instance: Instance) -> Step:
        premises = tuple(build(premise) for premise in instance.premises)
        axioms = tuple(proof for axiom in instance.rule.axioms if (proof := prove_axiom(axiom)) is not None)
        negative = (condition for condition in instance.rule.conditions if condition.kind == "absent")
        searched = tuple(conditions.tell_searched(condition, instance.bindings) for condition in negative)
        return Step(goal, instance.rule, premises, axioms, searched, instance.counted)

    return build(triple)
