"""Why a triple is in the graph, how else it follows, and why another is not: the one value that the pages and commands ask."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import pyoxigraph as ox

from nkgraph.proofs.closing import Closer, follows
from nkgraph.proofs.conditions import Conditions
from nkgraph.proofs.instances import Instance, RuleBook
from nkgraph.proofs.missing import Missing, list_missing
from nkgraph.proofs.searching import Asserted, Search, build_proof
from nkgraph.proofs.trees import Clash, Leaf, Proof, Step, leaves_of, measure_height
from nkgraph.reasoning.rules import Rule

__all__ = ["Explainer"]

#: How many instances of rules are looked at for other proofs.
_CONSIDERED: Final = 200


class Explainer:
    """Explains the triples of a store by rules: its own ontology's, compiled, and those of the domain.

    It reads the default graph (the merge of everything) and asks the named graphs why a triple is there. What it has
    found it remembers, so the store may not change while it lives.
    """

    def __init__(self, store: ox.Store, rules: Sequence[Rule]) -> None:
        self.store = store
        self.rules = RuleBook(rules)
        self.asserted = Asserted(store)
        self._conditions = Conditions(store)
        self._search = Search(self._conditions, self.rules, self.asserted)
        self._closer = Closer(self.rules, self._conditions)
        self._axioms: dict[ox.Triple, Proof | None] = {}

    def find_least(self, triple: ox.Triple) -> Proof | None:
        """Return a proof of least height as the graphs of the rules give it; ties by the length and text of the premises."""
        if self._search.find(triple) is None:
            return None
        return self._build(triple, self._search)

    def prove(self, triple: ox.Triple) -> Proof | None:
        """Return a proof of which no leaf can be left out, of least height where there is such a one.

        A proof of least height with a leaf that can be left out gives way to the proof of least height from the others.
        None where the triple is neither asserted nor concluded.
        """
        proof = self.find_least(triple)
        return proof if proof is None or isinstance(proof, Leaf) else self._prune(proof)

    def _build(self, triple: ox.Triple, search: Search) -> Proof:
        def instance_of(goal: ox.Triple) -> Instance | None:
            found = search.least.get(goal)
            return None if found is None else found[1]

        return build_proof(triple, instance_of, self.asserted, self._conditions, self._prove_axiom)

    def _prove_axiom(self, axiom: ox.Triple) -> Proof | None:
        if axiom not in self._axioms:
            self._axioms[axiom] = None
            self._axioms[axiom] = self.prove(axiom)
        return self._axioms[axiom]

    def _prune(self, proof: Step) -> Step:
        """Return the proof without leaves that can be left out, tried in the order of their text."""
        kept = [leaf.triple for leaf in leaves_of(proof)]
        # conditions are met or not in the whole graph, so that fewer leaves allow no other uses of rules
        uses = self._closer.list_uses(kept)
        for leaf in sorted(kept, key=str):
            rest = [triple for triple in kept if triple != leaf]
            if leaf in kept and follows(proof.triple, rest, uses):
                derived = self._closer.close(rest, proof.triple)
                pruned = build_proof(proof.triple, derived.get, self.asserted, self._conditions, self._within(derived))
                assert isinstance(pruned, Step)
                proof, kept = pruned, [each.triple for each in leaves_of(pruned)]
        return proof

    def _within(self, derived: dict[ox.Triple, Instance]) -> Callable[[ox.Triple], Proof]:
        def prove_axiom(axiom: ox.Triple) -> Proof:
            return build_proof(axiom, derived.get, self.asserted, self._conditions, prove_axiom)

        return prove_axiom

    def prove_contradiction(self, rule: Rule, triples: Sequence[ox.Triple]) -> Clash | None:
        """Return why triples that cannot hold together are in the graph, or None where one of them is not there.

        ``rule`` is one without a head, and ``triples`` are what its body matched, one for each pattern.
        """
        premises = [self.prove(triple) for triple in triples]
        axioms = [self._prove_axiom(axiom) for axiom in rule.axioms]
        if any(proof is None for proof in (*premises, *axioms)):
            return None
        return Clash(rule, tuple(p for p in premises if p is not None), tuple(p for p in axioms if p is not None))

    def others(self, triple: ox.Triple, limit: int = 5) -> list[Proof]:
        """Return other proofs: by other rules or from other premises, none resting on all that another rests on.

        At most so many, the lowest first. They rest nowhere on the triple itself. For an asserted triple they are the
        proofs by which it would follow, were it not asserted.
        """
        first = self.prove(triple)
        seen = [] if first is None else [frozenset(leaf.triple for leaf in leaves_of(first))]
        search = Search(self._conditions, self.rules, self.asserted, avoid=[triple])
        free = Search(self._conditions, self.rules, self.asserted, by_graph=False)
        found: list[Proof] = []
        for instance in itertools.islice(free.instances_of(triple), _CONSIDERED):
            if any(search.find(premise) is None for premise in instance.premises):
                continue
            search.least[triple] = (1, instance)
            proof = self._build(triple, search)
            del search.least[triple]
            assert isinstance(proof, Step)
            found.append(self._prune(proof))
        others = []
        for proof in sorted(found, key=measure_height):
            leaves = frozenset(leaf.triple for leaf in leaves_of(proof))
            if not any(leaves >= known or known >= leaves for known in seen):
                seen.append(leaves)
                others.append(proof)
        return others[:limit]

    def explain_missing(self, triple: ox.Triple, limit: int = 10) -> list[Missing]:
        """Return which rules could conclude a triple that is not there, and what each of them misses, the nearest first."""
        return list_missing(triple, self.rules, self._conditions, limit)
