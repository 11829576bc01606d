"""What follows from a handful of triples: a closure in rounds, small enough to ask of each leaf whether it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView
from typing import Final, TypeAlias

import pyoxigraph as ox

from nkgraph.proofs.conditions import Conditions
from nkgraph.proofs.instances import Instance, RuleBook
from nkgraph.proofs.matching import join, order_body, to_triple
from nkgraph.reasoning.rules import Pattern, Rule, Term, Variable

__all__ = ["Closer", "Use", "follows"]

#: The rules that close the terminology, which stands before every other rule (OWL 2 RL/RDF, table 9).
_TERMINOLOGY: Final = "scm-"
_Shape = tuple[str, str | None]
#: One use of a rule: what it concludes, and from what, axioms included.
Use: TypeAlias = tuple[ox.Triple, frozenset[ox.Triple]]


def follows(goal: ox.Triple, triples: Iterable[ox.Triple], uses: Iterable[Use]) -> bool:
    """Say whether a triple follows from others by some uses of rules."""
    known, left = set(triples), list(uses)
    while goal not in known:
        fresh = {triple for triple, premises in left if premises <= known}
        if fresh <= known:
            return False
        known |= fresh
        left = [(triple, premises) for triple, premises in left if triple not in known]
    return True


class _Few:
    """A few triples by predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.all: set[ox.Triple] = set()
        self._by_predicate: dict[str, list[ox.Triple]] = {}
        self.add(triples)

    def add(self, triples: Iterable[ox.Triple]) -> None:
        for triple in triples:
            if triple not in self.all:
                self.all.add(triple)
                self._by_predicate.setdefault(triple.predicate.value, []).append(triple)

    @property
    def predicates(self) -> KeysView[str]:
        return self._by_predicate.keys()

    def has(self, triple: ox.Triple) -> bool:
        return triple in self.all

    def find(self, subject: Term | None, predicate: ox.NamedNode, object_: Term | None) -> Iterator[ox.Triple]:
        for triple in tuple(self._by_predicate.get(predicate.value, ())):
            if subject in (None, triple.subject) and object_ in (None, triple.object):
                yield triple


def _shape_of(pattern: Pattern) -> _Shape:
    return pattern.predicate.value, None if isinstance(pattern.object, Variable) else str(pattern.object)


class Closer:
    """Closes a few triples under rules; conditions are tested in the whole graph, where they were met or not."""

    def __init__(self, rules: RuleBook, conditions: Conditions) -> None:
        self.conditions = conditions
        self._by_axiom: dict[ox.Triple, list[Rule]] = {}
        self._by_shape: dict[_Shape, list[Rule]] = {}
        self._bodies: dict[int, tuple[Pattern, ...]] = {}
        self._reads: dict[int, frozenset[str]] = {}
        for rule in rules.rules:
            self._bodies[id(rule)] = tuple(rule.body[place] for place in order_body(rule.body, frozenset()))
            self._reads[id(rule)] = frozenset(pattern.predicate.value for pattern in rule.body)
            if rule.axioms:
                self._by_axiom.setdefault(rule.axioms[0], []).append(rule)
            elif rule.body:
                rarest = max(rule.body, key=lambda pattern: _shape_of(pattern)[1] is not None)
                self._by_shape.setdefault(_shape_of(rarest), []).append(rule)

    def close(self, triples: Iterable[ox.Triple], goal: ox.Triple) -> dict[ox.Triple, Instance]:
        """Return from what each conclusion was first concluded; it ends with the round that concludes the goal."""
        few = _Few(triples)
        derived: dict[ox.Triple, Instance] = {}
        for of_terminology in (True, False):
            while goal not in few.all:
                fresh: dict[ox.Triple, Instance] = {}
                for rule in self._list_rules(few, of_terminology=of_terminology):
                    for triple, instance in self._apply(rule, few):
                        old = fresh.get(triple)
                        if old is None or _rank(instance) < _rank(old):
                            fresh[triple] = instance
                if not fresh:
                    break
                derived |= fresh
                few.add(fresh)
        return derived

    def list_uses(self, triples: Iterable[ox.Triple]) -> list[Use]:
        """Return every use of a rule from which anything follows from some triples, in however many rounds."""
        few = _Few(triples)
        uses: set[Use] = set()
        tried: set[int] = set()
        fresh = {triple.predicate.value for triple in few.all}
        while fresh:
            found: set[Use] = set()
            for rule in self._list_rules(few):
                # a rule that was tried finds more only where its body reads what the last round added
                if id(rule) in tried and fresh.isdisjoint(self._reads[id(rule)]):
                    continue
                tried.add(id(rule))
                found.update(
                    (triple, frozenset((*instance.premises, *instance.rule.axioms)))
                    for triple, instance in self._conclude(rule, few)
                )
            uses |= found
            new = {triple for triple, _ in found} - few.all
            few.add(new)
            fresh = {triple.predicate.value for triple in new}
        return list(uses)

    def _list_rules(self, few: _Few, *, of_terminology: bool | None = None) -> list[Rule]:
        """Return the rules whose axioms are there, and of those without axioms the ones that may match.

        ``of_terminology`` keeps to those of the terminology, or to the others.
        """
        found: dict[int, Rule] = {}
        for triple in few.all:
            for rule in self._by_axiom.get(triple, ()):
                if few.predicates >= self._reads[id(rule)] and all(axiom in few.all for axiom in rule.axioms):
                    found[id(rule)] = rule
            predicate = triple.predicate.value
            for shape in ((predicate, None), (predicate, str(triple.object))):
                for rule in self._by_shape.get(shape, ()):
                    if few.predicates >= self._reads[id(rule)]:
                        found[id(rule)] = rule
        if of_terminology is None:
            return list(found.values())
        return [rule for rule in found.values() if rule.key.startswith(_TERMINOLOGY) is of_terminology]

    def _apply(self, rule: Rule, few: _Few) -> Iterator[tuple[ox.Triple, Instance]]:
        """Yield what a rule concludes that is not there yet."""
        return ((triple, instance) for triple, instance in self._conclude(rule, few) if triple not in few.all)

    def _conclude(self, rule: Rule, few: _Few) -> Iterator[tuple[ox.Triple, Instance]]:
        for match in join(self._bodies[id(rule)], {}, few):
            instance = self._instantiate(rule, match, few)
            if instance is not None:
                for head in rule.head:
                    triple = to_triple(head, instance.bindings)
                    if triple is not None:
                        yield triple, instance

    def _instantiate(self, rule: Rule, match: dict[str, Term], few: _Few) -> Instance | None:
        if rule.counted:
            group = self.conditions.find_group(rule, match)
            if group is None or not all(premise in few.all for premise in group.premises):
                return None
            return Instance(rule, group.bindings, group.premises, group.counted)
        bindings = self.conditions.confirm(rule, match)
        if bindings is None:
            return None
        premises = (to_triple(pattern, match) for pattern in rule.body)
        return Instance(rule, bindings, tuple(t for t in premises if t is not None))


def _rank(instance: Instance) -> tuple[int, str, list[str]]:
    return len(instance.rule.body), instance.rule.key, [str(premise) for premise in instance.premises]
