"""Rules read backwards: which rules could conclude a triple, and from which matches of their bodies in a store."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import graph_iri
from nkgraph.proofs.conditions import Conditions
from nkgraph.proofs.matching import Bindings, StoreFacts, join, order_body, to_triple, unify, variables_of
from nkgraph.reasoning.rules import Pattern, Rule, Term, Variable

__all__ = ["WIDEST", "Instance", "RuleBook", "Way", "find_instances"]

#: How many matches of one body are compared: of a hub (a country, a class) the store's first ones.
WIDEST: Final = 256


@attrs.frozen
class Way:
    """A pattern of the head of a rule, by which it may conclude a triple; ``body`` in the order in which to match it."""

    rule: Rule
    head: Pattern
    body: tuple[Pattern, ...]
    graph: ox.NamedNode


@attrs.frozen
class Instance:
    """A rule with its variables bound: what it concludes the triple from (see ``Step``)."""

    rule: Rule
    bindings: Bindings
    premises: tuple[ox.Triple, ...]
    counted: int | None = None


def _rank(rule: Rule) -> tuple[int, str, list[str]]:
    return len(rule.body), rule.key, [str(part) for part in (*rule.head, *rule.body, *rule.axioms)]


class RuleBook:
    """Rules by what they conclude."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=_rank))
        self._ways: dict[tuple[str, str | None], list[Way]] = {}
        for rule in self.rules:
            for head in rule.head:
                group = frozenset(rule.counted[:-1])
                bound = variables_of(head) & group if rule.counted else variables_of(head)
                body = tuple(rule.body[place] for place in order_body(rule.body, bound))
                constant = None if isinstance(head.object, Variable) else str(head.object)
                way = Way(rule, head, body, ox.NamedNode(graph_iri(f"inferred/{rule.key}")))
                self._ways.setdefault((head.predicate.value, constant), []).append(way)

    def ways_to(self, triple: ox.Triple) -> Iterator[tuple[Way, dict[str, Term]]]:
        """Yield the ways to conclude a triple, each with what it binds: short bodies first, then by key."""
        for constant in (str(triple.object), None):
            for way in self._ways.get((triple.predicate.value, constant), ()):
                bindings = unify(way.head, triple)
                if bindings is not None:
                    yield way, bindings


def find_instances(way: Way, bindings: Mapping[str, Term], conditions: Conditions) -> Iterator[Instance]:
    """Yield the matches of a body that conclude what the bindings of the head say; at most ``WIDEST``, by their text.

    Their conditions are tested one after the other, as they are asked for.
    """
    if way.rule.counted:
        group = conditions.find_group(way.rule, bindings)
        if group is not None:
            yield Instance(way.rule, group.bindings, group.premises, group.counted)
        return
    in_body = variables_of(*way.body)
    given = {name: term for name, term in bindings.items() if name in in_body}
    made = {name: term for name, term in bindings.items() if name not in in_body}
    matches = list(itertools.islice(join(way.body, given, StoreFacts(conditions.store)), WIDEST))
    if len(matches) > 1:
        matches.sort(key=lambda match: [str(to_triple(pattern, match)) for pattern in way.rule.body])
    for match in matches:
        found = conditions.confirm(way.rule, match)
        if found is not None and all(found.get(name) == term for name, term in made.items()):
            premises = [to_triple(pattern, match) for pattern in way.rule.body]
            yield Instance(way.rule, found, tuple(t for t in premises if t is not None))
