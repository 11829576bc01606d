"""The engine: rules of patterns run to their fixpoint, in rounds that see only what was there before them.

Semi-naive: after its first round a rule is matched only where one of its patterns meets what the last round added. Jacobi:
what a round concludes depends on no order of rules, so that the round in which a triple is first concluded is the least
height of its proofs, and the rules that conclude it then are the graphs in which it stands (DESIGN §4).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.reasoning.encoding import MASK, SHIFT, Keys, Numbered, Terms, sort_unique, subtract, unite
from nkgraph.reasoning.joins import match
from nkgraph.reasoning.numbering import TYPE, NumberedRule, number_rule
from nkgraph.reasoning.relations import ALL, Place, Relation, Relations
from nkgraph.reasoning.rules import Rule

__all__ = ["Engine"]

_Found: TypeAlias = dict[tuple[str, Place], list[Keys]]


class Engine:
    """A graph and the rules that close it.

    ``keep``: predicates to keep beside those of the rules, for rules that come later.

    >>> from nkgraph.reasoning.rules import Pattern, RuleText, Variable
    >>> within = ox.NamedNode("x:within")
    >>> x, y, z = (Variable(name) for name in "xyz")
    >>> body = (Pattern(x, within, y), Pattern(y, within, z))
    >>> rule = Rule(RuleText("prp-trp", "", "", ""), (Pattern(x, within, z),), body)
    >>> engine = Engine([rule])
    >>> engine.add(ox.Triple(ox.NamedNode(f"x:{a}"), within, ox.NamedNode(f"x:{b}")) for a, b in ("ab", "bc", "cd"))
    >>> engine.advance(), engine.advance(), engine.advance()
    (2, 1, 0)
    >>> [str(triple) for triple in engine.concluded()["prp-trp"]][1]
    '<x:a> <x:within> <x:d>'

    Raises:
        VocabularyError: a rule counts, has a condition other than ``distinct``, or speaks of an unbound variable.
    """

    def __init__(self, rules: Sequence[Rule], keep: Iterable[ox.NamedNode] = ()) -> None:
        self._terms = Terms()
        self._type = self._terms.number(TYPE)
        self._state = Relations(self._type)
        self._last = Relations(self._type)
        self._asserted = Relations(self._type)
        self._waiting: dict[ox.NamedNode, array[int]] = {predicate: array("q") for predicate in keep}
        self._rules: list[NumberedRule] = []
        self._new: list[NumberedRule] = []
        self._found: _Found = {}
        self._has_triples = False
        self.extend(rules)

    @property
    def predicates(self) -> frozenset[ox.NamedNode]:
        """What has to be loaded: the predicates of heads and bodies, and those kept."""
        return frozenset(self._waiting)

    def keep(self, predicates: Iterable[ox.NamedNode]) -> None:
        """Promise that triples of these predicates are added from now on, those of before included."""
        for predicate in predicates:
            self._waiting.setdefault(predicate, array("q"))

    def extend(self, rules: Sequence[Rule]) -> None:
        """Take in rules of a later stratum; in the next round they see everything.

        Raises:
            VocabularyError: as for the class; or triples were added when a predicate of the rules was not yet kept.
        """
        for rule in rules:
            numbered = number_rule(rule, self._terms)
            read = [pattern.predicate for pattern in (*rule.head, *rule.body)]
            lost = [predicate for predicate in read if predicate not in self._waiting]
            if lost and self._has_triples:
                raise VocabularyError(
                    f"the rule {rule.key} reads {lost[0]}, of which no triples were kept",
                    path=rule.about.path,
                    remedy="let the engine keep the predicate, and add its triples",
                )
            self.keep(lost)
            if rule.head:
                self._found.setdefault((rule.key, (self._type, ALL)), [])
                self._new.append(numbered)

    def add(self, triples: Iterable[ox.Triple | ox.Quad]) -> None:
        """Assert triples, those of quads without their graphs; the next round sees them. Other predicates are ignored."""
        waiting, numbers, number = self._waiting, self._terms.numbers, self._terms.number
        self._has_triples = True
        for triple in triples:
            keys = waiting.get(triple.predicate)
            if keys is None:
                continue
            subject, thing = triple.subject, triple.object
            left, right = numbers.get(subject), numbers.get(thing)
            if left is None:
                left = number(subject)
            if right is None:
                right = number(thing)
            keys.append(left << SHIFT | right)

    def advance(self, others: Mapping[str, Iterable[ox.Triple]] | None = None) -> int:
        """Run one round: every rule against what was there before it. Return how many triples are new; 0 at the fixpoint.

        ``others``: what other means concluded from the same state, by key.
        """
        self._take_asserted()
        delta = self._last
        for place, relation in self._asserted.places.items():
            delta.add(place, relation.keys)
        self._asserted = Relations(self._type)
        found: _Found = defaultdict(list)
        for rule in self._new:
            self._apply(rule, [self._state.get(atom.place) for atom in rule.body], found)
        for rule in self._rules:
            for sources in self._sources_of(rule, delta):
                self._apply(rule, sources, found)
        for key, triples in (others or {}).items():
            self._found.setdefault((key, (self._type, ALL)), [])
            for place, keys in self._encode(triples):
                self._keep(key, place, keys, found)
        self._rules += self._new
        self._new = []
        self._last = Relations(self._type)
        by_place: dict[Place, list[Keys]] = defaultdict(list)
        for (key, place), arrays in found.items():
            fresh = unite(arrays)
            by_place[place].append(fresh)
            self._found.setdefault((key, place), []).append(fresh)
        count = 0
        for place, arrays in by_place.items():
            fresh = unite(arrays)
            self._state.add(place, fresh)
            self._last.add(place, fresh)
            count += fresh.size
        return count

    def fresh(self) -> Iterator[ox.Triple]:
        """Yield what the last round added."""
        for place, relation in self._last.places.items():
            subjects, things = _columns_of(place, relation.keys)
            for subject, thing in zip(subjects.tolist(), things.tolist(), strict=True):
                yield self._terms.triple(subject, place[0], thing)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all rules and others that conclude triples, sorted."""
        return tuple(sorted({key for key, _ in self._found}))

    def concluded(self) -> dict[str, list[ox.Triple]]:
        """Return, by key, what each concluded in the first round in which any did; no asserted ones; sorted by text."""
        return {key: list(self.concluded_by(key)) for key in self.keys}

    def concluded_by(self, key: str) -> Iterator[ox.Triple]:
        """Yield what one key concluded, as ``concluded``, sorted by text; one triple at a time is in memory."""
        places, subjects, things = [], [], []
        for (owner, place), arrays in self._found.items():
            if owner == key and (keys := unite(arrays)).size:
                left, right = _columns_of(place, keys)
                places.append(np.full(keys.size, place[0], dtype=np.int64))
                subjects.append(left)
                things.append(right)
        if not places:
            return
        columns = [np.concatenate(parts) for parts in (subjects, places, things)]
        numbers = sort_unique(np.concatenate(columns))
        ranks = self._terms.rank(numbers)
        subject, predicate, thing = (ranks[np.searchsorted(numbers, column)] for column in columns)
        order = np.lexsort((thing, predicate, subject))
        yield from map(self._terms.triple, *(column[order].tolist() for column in columns))

    def conclusions(self) -> Iterator[tuple[str, Numbered, ox.NamedNode, Numbered]]:
        """Yield each key with the terms of each triple that it concluded, as ``concluded`` but in no order: the cheapest way."""
        term = self._terms.term
        for (key, place), arrays in self._found.items():
            predicate = ox.NamedNode(term(place[0]).value)  # type: ignore[union-attr]
            for keys in arrays:
                for subject, thing in zip(*(column.tolist() for column in _columns_of(place, keys)), strict=True):
                    yield key, term(subject), predicate, term(thing)

    def matches(self, rule: Rule) -> Iterator[tuple[ox.Triple, ...]]:
        """Yield the instances of the body of a rule in all that is there, sorted by text.

        Raises:
            VocabularyError: as for the class.
        """
        numbered = number_rule(rule, self._terms)
        self._take_asserted()
        wanted = frozenset(variable for atom in numbered.body for variable in atom.variables)
        sources = [self._state.get(atom.place) for atom in numbered.body]
        instances = []
        for table in match(numbered.body, sources, numbered.distinct, wanted):
            columns = {variable: column.tolist() for variable, column in table.columns.items()}
            for row in range(table.rows):
                slots = ((a.subject, a.place[0], a.object) for a in numbered.body)
                numbers = [[columns[slot][row] if slot < 0 else slot for slot in triple] for triple in slots]
                instances.append(tuple(self._terms.triple(*triple) for triple in numbers))
        yield from sorted(instances, key=lambda instance: [str(triple) for triple in instance])

    def _take_asserted(self) -> None:
        """Take in what was added since the last round."""
        for predicate, keys in self._waiting.items():
            if not keys:
                continue
            pairs = sort_unique(np.frombuffer(keys, dtype=np.int64))
            self._waiting[predicate] = array("q")
            for place, some in self._state.divide((self._terms.number(predicate), ALL), pairs):
                fresh = subtract(some, self._state.get(place).keys)
                self._state.add(place, fresh)
                self._asserted.add(place, fresh)

    def _sources_of(self, rule: NumberedRule, delta: Relations) -> Iterator[list[Relation]]:
        """Yield where to look up the body of a rule: one pattern in what is new, the others in everything."""
        for index, atom in enumerate(rule.body):
            new = delta.get(atom.place)
            if new.keys.size:
                yield [new if at == index else self._state.get(other.place) for at, other in enumerate(rule.body)]

    def _apply(self, rule: NumberedRule, sources: Sequence[Relation], found: _Found) -> None:
        for table in match(rule.body, sources, rule.distinct, rule.wanted):
            for place, keys in rule.conclude(table):
                self._keep(rule.key, place, keys, found)

    def _keep(self, key: str, place: Place, keys: Keys, found: _Found) -> None:
        """Keep what a key concluded and was not there before the round."""
        for at, some in self._state.divide(place, keys):
            fresh = subtract(some, self._state.get(at).keys)
            if fresh.size:
                found[key, at].append(fresh)

    def _encode(self, triples: Iterable[ox.Triple]) -> Iterator[tuple[Place, Keys]]:
        number = self._terms.number
        pairs: dict[int, list[int]] = defaultdict(list)
        for triple in triples:
            if not isinstance(triple.subject, ox.Triple):
                pairs[number(triple.predicate)].append(number(triple.subject) << SHIFT | number(triple.object))
        for predicate, keys in pairs.items():
            yield (predicate, ALL), sort_unique(np.array(keys, dtype=np.int64))


def _columns_of(place: Place, keys: Keys) -> tuple[Keys, Keys]:
    """Return the subjects and the objects of the keys at a place."""
    if place[1] != ALL:
        return keys, np.full(keys.size, place[1], dtype=np.int64)
    return keys >> SHIFT, keys & MASK
