"""A graph closed under its rules: the terminology first, then stratum by stratum, in rounds that see only earlier rounds.

So "the graph of a rule" is fixed by least proof height, and no order of evaluation changes it: a triple belongs to every
rule that concludes it in the first round of the first stratum in which any does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import PREFIXES, graph_iri
from nkgraph.reasoning.engine import Engine
from nkgraph.reasoning.negations import print_by_difference
from nkgraph.reasoning.printing import name_blanks, restore_blanks, select_matches
from nkgraph.reasoning.rules import Pattern, Rule, RuleText
from nkgraph.reasoning.strata import Stratum, check_strata, symbol_of
from nkgraph.reasoning.terminology import Compiled, compile_ontology

__all__ = ["Closure", "Contradiction", "close", "infer", "rule_graph"]

_MAX_ROUNDS: Final = 1000
_TYPE: Final = PREFIXES["rdf"] + "type"
#: What the predicates of axioms begin with; rdf: for lists and types.
_AXIOMATIC: Final = (PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["rdf"])
_SCHEMA: Final = (PREFIXES["owl"], PREFIXES["rdfs"])


@attrs.frozen
class Contradiction:
    """What cannot hold together: the rule that says so, and the triples that match its body."""

    rule: Rule
    triples: tuple[ox.Triple, ...]


@attrs.frozen
class Closure:
    """What follows: for each rule what it concluded (without what is asserted, sorted), and what contradicts itself.

    Rules of OWL 2 RL for which the ontology has no axiom are left out. ``rules`` are all that were run: those of the
    terminology, those compiled from the ontology, and those of the domain.
    """

    concluded: Mapping[RuleText, tuple[ox.Triple, ...]]
    contradictions: tuple[Contradiction, ...]
    rules: tuple[Rule, ...]


def rule_graph(rule: Rule | RuleText) -> ox.NamedNode:
    """Return the name of the graph of what a rule concluded."""
    return ox.NamedNode(graph_iri(f"inferred/{rule.key}"))


def infer(asserted: Iterable[ox.Quad] | ox.Store, strata: Sequence[Stratum]) -> dict[RuleText, tuple[ox.Triple, ...]]:
    """Return what each rule concludes from asserted quads (see ``close``).

    Raises:
        VocabularyError: as ``close``.
    """
    return dict(close(asserted, strata).concluded)


def close(asserted: Iterable[ox.Quad] | ox.Store, strata: Sequence[Stratum] = ()) -> Closure:
    """Return what follows from asserted quads (graphs merged) by OWL 2 RL and by the rules of the strata.

    Quads that are not in a store are read as a store would write them (the number 41.20 as 41.2), so that a conclusion
    is spelt like the triple that it stands beside when all is served.

    Raises:
        VocabularyError: a stratum has no fixpoint, or negates what is not finished.
    """
    held = asserted if isinstance(asserted, ox.Store) else list(asserted)
    predicates = _predicates_of(held)
    axioms = [q.triple for q in held if q.predicate.value.startswith(_AXIOMATIC) and _may_be_axiom(q)]
    compiled = compile_ontology(axioms, predicates=predicates)
    check_strata(strata, compiled.rules)
    return _Closing(held, compiled, strata or (Stratum("closure", ()),)).run()


def _patterns_of(rules: Iterable[Rule]) -> Iterator[Pattern]:
    for rule in rules:
        yield from rule.head
        yield from rule.body
        for condition in rule.conditions:
            yield from condition.patterns


def _predicates_of(held: Sequence[ox.Quad] | ox.Store) -> set[ox.NamedNode]:
    return {quad.predicate for quad in held}


def _may_be_axiom(triple: ox.Triple | ox.Quad) -> bool:
    """Tell whether a triple of an axiomatic predicate is one, or part of a list: the type of a thing mostly is not."""
    return triple.predicate.value != _TYPE or _is_axiom(triple)


def _symbol(triple: ox.Triple | ox.Quad) -> str:
    if triple.predicate.value == _TYPE and isinstance(triple.object, ox.NamedNode | ox.BlankNode):
        return triple.object.value
    return triple.predicate.value


class _Asked:
    """The rules that SPARQL answers (those that filter, compute, negate or count), and the graph that they read.

    ``filtered`` are those of OWL 2 RL that look at datatypes; they belong to every stratum.
    """

    def __init__(self, strata: Sequence[Stratum], filtered: Sequence[Rule]) -> None:
        self.rules = {s.name: [rule for rule in s.rules if rule.text] for s in strata}
        self.refusals: list[Rule] = []
        self.symbols = {symbol_of(p) for p in _patterns_of(rule for found in self.rules.values() for rule in found)}
        self.store = ox.Store()
        self.extend(filtered)

    def extend(self, filtered: Sequence[Rule]) -> None:
        """Take in rules that look at datatypes; what they read has to be learned (again) afterwards."""
        for found in self.rules.values():
            found += (rule for rule in filtered if rule.head)
        self.refusals += (rule for rule in filtered if not rule.head)
        self.symbols |= {symbol_of(pattern) for pattern in _patterns_of(filtered)}

    def learn(self, triples: Iterable[ox.Triple | ox.Quad]) -> set[str]:
        """Take triples that have become known; return what they are about, of that which the rules read."""
        fresh: set[str] = set()
        wanted = []
        for triple in triples:
            symbol = _symbol(triple)
            if symbol in self.symbols:
                fresh.add(symbol)
                has_blank = isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)
                quad = name_blanks(triple) if has_blank else ox.Quad(triple.subject, triple.predicate, triple.object)
                wanted.append(quad)
        self.store.extend(wanted)
        return fresh

    def conclude(self, stratum: Stratum, fresh: set[str] | None) -> dict[str, set[ox.Triple]]:
        """Return what the rules of a stratum conclude: all of them, or those that read what is fresh."""
        found: dict[str, set[ox.Triple]] = {}
        for rule in self.rules[stratum.name]:
            if fresh is None or not fresh.isdisjoint({symbol_of(pattern) for pattern in rule.body}):
                results = self.store.query(print_by_difference(rule))
                assert isinstance(results, ox.QueryTriples)
                found.setdefault(rule.key, set()).update(map(restore_blanks, results))
        return found

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield what cannot hold together by the rules that look at datatypes."""
        for rule in self.refusals:
            for triples in select_matches(self.store, rule):
                yield Contradiction(rule, triples)


class _Closing:
    """One closing of a graph."""

    def __init__(self, held: Sequence[ox.Quad] | ox.Store, compiled: Compiled, strata: Sequence[Stratum]) -> None:
        self.held = held
        self.strata = strata
        self.compiled = compiled
        self.asked = _Asked(strata, compiled.filtered)
        everything = [*compiled.rules, *compiled.filtered, *(rule for stratum in strata for rule in stratum.rules)]
        self.predicates = {pattern.predicate for pattern in _patterns_of(everything)} | {ox.NamedNode(_TYPE)}
        self.engine = Engine([*compiled.rules, *_plain(strata[0])], keep=self.predicates)
        read = self._read(self.predicates)
        schema = [triple for found in compiled.concluded.values() for triple in found]
        self.engine.add(read)
        self.engine.add(schema)
        self.asked.learn(read)
        self.asked.learn(schema)

    def _read(self, predicates: set[ox.NamedNode]) -> ox.Store | list[ox.Quad]:
        if isinstance(self.held, ox.Store):
            ordered = sorted(predicates, key=str)
            return [q for predicate in ordered for q in self.held.quads_for_pattern(None, predicate, None, None)]
        store = ox.Store()
        wanted = (q for q in self.held if q.predicate in predicates)
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in wanted)
        return store

    def run(self) -> Closure:
        """Bring each stratum to its fixpoint, in order."""
        for number, stratum in enumerate(self.strata):
            if number:
                self.engine.extend(_plain(stratum))
            self._finish(stratum)
            if number == 0:
                self._learn_axioms(stratum)
        concluded: dict[str, set[ox.Triple]] = {key: set(found) for key, found in self.compiled.concluded.items()}
        for key, found in self.engine.concluded().items():
            concluded.setdefault(key, set()).update(found)
        applicable = {rule.key for rule in (*self.compiled.rules, *self.compiled.filtered) if rule.head} | set(
            concluded
        )
        texts = {key: text for key, text in self.compiled.texts.items() if key in applicable}
        texts |= {rule.key: rule.about for stratum in self.strata for rule in stratum.rules}
        sorted_by_rule = {text: tuple(sorted(concluded.get(key, ()), key=str)) for key, text in texts.items()}
        made = self.compiled
        domain = (rule for stratum in self.strata for rule in stratum.rules)
        rules = (*made.terminology, *made.rules, *made.filtered, *domain)
        return Closure(sorted_by_rule, tuple(self._contradictions()), rules)

    def _finish(self, stratum: Stratum) -> None:
        fresh: set[str] | None = None
        for _ in range(_MAX_ROUNDS):
            if not self.engine.advance(self.asked.conclude(stratum, fresh)):
                return
            fresh = self.asked.learn(self.engine.fresh())
        raise VocabularyError(f"the stratum {stratum.name} reaches no fixpoint in {_MAX_ROUNDS} rounds")

    def _learn_axioms(self, stratum: Stratum) -> None:
        """Compile anew as long as the data concludes axioms (that a thing is a transitive property, say)."""
        known = {*self.compiled.rules, *self.compiled.filtered}
        while True:
            inferred = sorted({t for found in self.engine.concluded().values() for t in found}, key=str)
            if not any(_is_axiom(triple) for triple in inferred):
                return
            compiled = compile_ontology([*(q.triple for q in self.held), *inferred])
            rules = [rule for rule in compiled.rules if rule not in known]
            filtered = [rule for rule in compiled.filtered if rule not in known]
            if not rules and not filtered:
                return
            known.update(rules, filtered)
            unread = {pattern.predicate for pattern in _patterns_of([*rules, *filtered])} - self.predicates
            self.predicates |= unread
            self.engine.keep(unread)
            self.engine.add(self._read(unread))
            self.compiled = attrs.evolve(
                self.compiled,
                rules=(*self.compiled.rules, *rules),
                filtered=(*self.compiled.filtered, *filtered),
                texts={**self.compiled.texts, **compiled.texts},
            )
            self.engine.extend(rules)
            self.engine.advance(compiled.concluded)
            self.asked.extend(filtered)
            self.asked.learn([*self._read(self.predicates), *inferred, *self.engine.fresh()])
            self._finish(stratum)

    def _contradictions(self) -> Iterator[Contradiction]:
        for rule in self.compiled.rules:
            if not rule.head:
                for triples in self.engine.matches(rule):
                    yield Contradiction(rule, triples)
        yield from self.asked.contradictions()


def _plain(stratum: Stratum) -> list[Rule]:
    """Return the rules of a stratum that the engine runs."""
    return [rule for rule in stratum.rules if not rule.text]


def _is_axiom(triple: ox.Triple | ox.Quad) -> bool:
    if triple.predicate.value == _TYPE:
        return isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(_SCHEMA)
    return triple.predicate.value.startswith(_SCHEMA)
