"""A reference for the engine: rules matched triple by triple over sets, as plainly as it can be said. For tests only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from nkgraph.reasoning.rules import Pattern, Rule, Slot, Term, Variable

Binding = dict[str, Term]
Conclusions = dict[str, dict[ox.Triple, int]]


def close(asserted: Iterable[ox.Triple], strata: Sequence[Sequence[Rule]]) -> Conclusions:
    """Return, by key, what each rule concludes in the first round in which any does, with the number of that round.

    Rounds are counted from 1 through all strata; a round without anything new ends a stratum and counts.
    """
    state = set(asserted)
    concluded: Conclusions = {rule.key: {} for rules in strata for rule in rules if rule.head}
    number = 0
    known: list[Rule] = []
    for rules in strata:
        known += rules
        while True:
            number += 1
            found = {(rule.key, triple) for rule in known for triple in conclude(rule, state)}
            found = {(key, triple) for key, triple in found if triple not in state}
            for key, triple in found:
                concluded[key][triple] = number
            state |= {triple for _, triple in found}
            if not found:
                break
    return concluded


def conclude(rule: Rule, state: set[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield what a rule concludes from a set of triples."""
    for binding in match(rule, state):
        for pattern in rule.head:
            subject = put(pattern.subject, binding)
            if not isinstance(subject, ox.Literal):
                yield ox.Triple(subject, pattern.predicate, put(pattern.object, binding))


def match(rule: Rule, state: set[ox.Triple]) -> list[Binding]:
    """Return the matches of the body of a rule."""
    bindings: list[Binding] = [{}]
    for pattern in rule.body:
        bindings = [new for old in bindings for triple in state if (new := unify(pattern, triple, old)) is not None]
    pairs = [sorted(condition.variables) for condition in rule.conditions]
    return [binding for binding in bindings if all(binding[one] != binding[other] for one, other in pairs)]


def unify(pattern: Pattern, triple: ox.Triple, binding: Mapping[str, Term]) -> Binding | None:
    """Return the binding with what the triple adds to it, or nothing where they do not agree."""
    if triple.predicate != pattern.predicate:
        return None
    new = dict(binding)
    for slot, term in ((pattern.subject, triple.subject), (pattern.object, triple.object)):
        assert not isinstance(term, ox.Triple)
        if isinstance(slot, Variable):
            if new.setdefault(slot.name, term) != term:
                return None
        elif slot != term:
            return None
    return new


def put(slot: Slot, binding: Mapping[str, Term]) -> Term:
    """Return what stands in a slot."""
    return binding[slot.name] if isinstance(slot, Variable) else slot
