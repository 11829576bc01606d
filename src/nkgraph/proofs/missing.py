"""Why not: for a triple that is not in the graph, which rules could conclude it, what holds already and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.proofs.conditions import Conditions
from nkgraph.proofs.instances import RuleBook, Way
from nkgraph.proofs.matching import Bindings, StoreFacts, fill, join, order_body, to_triple, variables_of
from nkgraph.proofs.trees import Searched
from nkgraph.reasoning.rules import Condition, Pattern, Rule, Term

__all__ = ["Missing", "list_missing"]

#: How many partial matches of one rule are compared, and how many of them are told.
_TRIED: Final = 50
_TOLD: Final = 2
#: After so many subsets of a long body only this is told: that all of it is missing.
_SUBSETS: Final = 60


@attrs.frozen
class Missing:
    """A rule that could conclude the triple, and what keeps it from doing so.

    ``bindings`` are those that hold already, ``held`` the premises that are there, ``missing`` those that are not, with
    variables where nothing says what they would be. ``unmet`` are conditions that are not met; ``found`` are negative
    premises for which something was found, each with what was found.
    """

    triple: ox.Triple
    rule: Rule
    bindings: Bindings
    held: tuple[ox.Triple, ...]
    missing: tuple[Pattern, ...]
    unmet: tuple[Condition, ...] = ()
    found: tuple[tuple[Searched, tuple[ox.Triple, ...]], ...] = ()

    @property
    def distance(self) -> int:
        """How many things are missing or in the way."""
        return len(self.missing) + len(self.unmet) + len(self.found)


def list_missing(triple: ox.Triple, rules: RuleBook, conditions: Conditions, limit: int) -> list[Missing]:
    """Return what each rule misses to conclude a triple, the nearest first, ties by the key of the rule and text."""
    found = [
        missing
        for way, bindings in rules.ways_to(triple)
        for missing in _miss_by_way(triple, way, bindings, conditions)
    ]
    found.sort(key=lambda m: (m.distance, -len(m.held), m.rule.key, [str(p) for p in m.missing], str(m.held)))
    return found[:limit]


def _miss_by_way(
    triple: ox.Triple, way: Way, bindings: Mapping[str, Term], conditions: Conditions
) -> Iterator[Missing]:
    """Yield the nearest misses of one rule: those that lack the fewest premises."""
    given = {name: term for name, term in bindings.items() if name in variables_of(*way.body)}
    subsets = 0
    for lacking in range(len(way.body) + 1):
        if lacking < len(way.body) and subsets > _SUBSETS:
            continue
        told = 0
        for absent in itertools.combinations(way.body, lacking):
            subsets += 1
            kept = [pattern for pattern in way.body if pattern not in absent]
            for match in _match_connected(kept, given, conditions.store):
                held = tuple(t for p in way.rule.body if p in kept and (t := to_triple(p, match)) is not None)
                wanting = tuple(fill(pattern, match) for pattern in way.rule.body if pattern in absent)
                missing = Missing(triple, way.rule, {**bindings, **match}, held, wanting)
                yield missing if wanting else _miss_by_condition(missing, conditions)
                told += 1
                if told == _TOLD:
                    return
        if told:
            return


def _match_connected(patterns: list[Pattern], given: Mapping[str, Term], store: ox.Store) -> Iterator[dict[str, Term]]:
    """Yield matches of patterns that hang together with what is given, sorted by text; nothing where they do not."""
    order = order_body(patterns, frozenset(given))
    known = set(given)
    for place in order:
        names = variables_of(patterns[place])
        if names and not names & known:
            return
        known |= names
    matches = itertools.islice(join([patterns[place] for place in order], given, StoreFacts(store)), _TRIED)
    yield from sorted(matches, key=lambda match: str(sorted((name, str(term)) for name, term in match.items())))


def _miss_by_condition(missing: Missing, conditions: Conditions) -> Missing:
    """Return a miss whose premises all hold, with the conditions that are in the way."""
    unmet, found = [], []
    match = dict(missing.bindings)
    for condition in missing.rule.conditions:
        if condition.kind == "absent":
            solutions = conditions.find_absent(condition, match)
            if solutions:
                there = (to_triple(pattern, {**match, **solutions[0]}) for pattern in condition.patterns)
                found.append((conditions.tell_searched(condition, match), tuple(t for t in there if t is not None)))
        elif not conditions.is_met(condition, match):
            unmet.append(condition)
    return attrs.evolve(missing, unmet=tuple(unmet), found=tuple(found))
