"""What a rule asks beside its patterns: filters, computed values, counts, and what must not be found in the whole graph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.proofs.matching import Bindings, StoreFacts, fill, join, order_body, to_triple, variables_of
from nkgraph.proofs.trees import Searched
from nkgraph.reasoning.rules import Condition, Pattern, Rule, Term
from nkgraph.tokens import write_terms

__all__ = ["Conditions", "Group", "write_body"]

_COUNT: Final = re.compile(r"COUNT\s*\(\s*(?:DISTINCT\s+)?(?:\?(\w+)|\*)\s*\)\s+AS\s+\?(\w+)", re.IGNORECASE)
#: Matches of a negative premise that are tested one by one; beyond them the store is asked at once.
_FEW: Final = 8
#: How many of the things that should not be there are told.
_TOLD: Final = 5
#: A memo of so many answers is begun anew.
_REMEMBERED: Final = 100_000
_T = TypeVar("_T")


@attrs.frozen
class Group:
    """The matches that a rule counts: what is bound, all their triples, how many were counted."""

    bindings: Bindings
    premises: tuple[ox.Triple, ...]
    counted: int


def write_body(body: Sequence[Pattern], conditions: Iterable[Condition]) -> str:
    """Return patterns and conditions as SPARQL, with the constants of the rule and nothing else."""
    return " ".join([*(f"{pattern} ." for pattern in body), *(condition.text for condition in conditions)])


class Conditions:
    """Tests conditions in one store, and remembers what it has found: the store may not change meanwhile."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._facts = StoreFacts(store)
        self._known: dict[tuple[object, ...], object] = {}

    def _remember(self, kind: str, thing: Rule | Condition, bindings: Bindings, find: Callable[[], _T]) -> _T:
        key = (kind, id(thing), frozenset(bindings.items()))
        if key not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[key] = find()
        return self._known[key]  # type: ignore[return-value]

    def confirm(self, rule: Rule, match: dict[str, Term]) -> dict[str, Term] | None:
        """Return the match with what the conditions of a rule bind, or None if it does not meet them."""
        for condition in rule.conditions:
            if condition.kind == "distinct" and not self.is_met(condition, match):
                return None
        if all(condition.kind == "distinct" for condition in rule.conditions):
            return match
        return self._remember("met", rule, match, lambda: self._confirm(rule, match))

    def _confirm(self, rule: Rule, match: dict[str, Term]) -> dict[str, Term] | None:
        computed = [condition for condition in rule.conditions if condition.kind not in {"distinct", "absent"}]
        found = next(iter(self._select((), computed, match)), None) if computed else match
        if found is None:
            return None
        absent = (condition for condition in rule.conditions if condition.kind == "absent")
        return None if any(self.find_absent(condition, found) for condition in absent) else found

    def is_met(self, condition: Condition, match: Bindings) -> bool:
        """Say whether a match meets one condition that is no negation."""
        if condition.kind == "distinct":
            return len({match[name] for name in condition.variables}) == len(condition.variables)
        return any(True for _ in self._select((), (condition,), match))

    def find_group(self, rule: Rule, bindings: Bindings) -> Group | None:
        """Return the group that a rule counts for what is bound, if the number is as the rule wants it.

        Raises:
            VocabularyError: the text of the rule does not say what is counted.
        """
        *group, number = rule.counted
        given = {name: bindings[name] for name in group}
        found = self._remember("group", rule, given, lambda: self._find_group(rule, given))
        if found is None or bindings.get(number, found.bindings[number]) != found.bindings[number]:
            return None
        return found

    def _find_group(self, rule: Rule, given: Bindings) -> Group | None:
        number = rule.counted[-1]
        counted = next((found for found in _COUNT.finditer(rule.text) if found[2] == number), None)
        if counted is None:
            raise VocabularyError(f"the rule {rule.key} does not say what ?{number} counts", path=rule.about.path)
        inner = [c for c in rule.conditions if number not in c.variables]
        outer = [c for c in rule.conditions if number in c.variables]
        solutions = list(self._select(rule.body, inner, given))
        if not solutions:
            return None
        values = {str(s.get(counted[1])) if counted[1] else str(sorted(map(str, s.items()))) for s in solutions}
        bound: dict[str, Term] = {**given, number: ox.Literal(len(values))}
        if outer and not any(True for _ in self._select((), outer, bound)):
            return None
        triples = {to_triple(pattern, solution) for solution in solutions for pattern in rule.body}
        premises = sorted((triple for triple in triples if triple is not None), key=str)
        return Group(bound, tuple(premises), len(values))

    def tell_searched(self, condition: Condition, bindings: Bindings) -> Searched:
        """Return what a negative premise searches for, as people read it."""
        patterns = tuple(fill(pattern, bindings) for pattern in condition.patterns)
        writable = {name: term for name, term in bindings.items() if not isinstance(term, ox.BlankNode)}
        return Searched(" ".join(write_terms(condition.text, writable).split()), patterns)

    def find_absent(self, condition: Condition, bindings: Bindings) -> tuple[Mapping[str, Term], ...]:
        """Return what is found of a negative premise in the whole graph (the first few): nothing where it is met."""
        inner = condition.text[condition.text.index("{") + 1 : condition.text.rindex("}")]
        # of an inner FILTER the variables may be known from outside
        known = {name: term for name, term in bindings.items() if re.search(rf"[?$]{name}\b", inner)}
        return self._remember("absent", condition, known, lambda: self._find_absent(condition, inner, known))

    def _find_absent(self, condition: Condition, inner: str, known: Bindings) -> tuple[Mapping[str, Term], ...]:
        bound = frozenset(known) & variables_of(*condition.patterns)
        order = order_body(condition.patterns, bound)
        matches = join([condition.patterns[place] for place in order], known, self._facts)
        few = list(itertools.islice(matches, _FEW + 1))
        asked = [attrs.evolve(condition, kind="filter", text=inner)]
        if len(few) <= _FEW:
            return tuple(solution for match in few for solution in self._select((), asked, match))[:_TOLD]
        return tuple(itertools.islice(self._select((), asked, known), _TOLD))

    def _select(
        self, body: Sequence[Pattern], conditions: Sequence[Condition], match: Bindings
    ) -> Iterator[dict[str, Term]]:
        """Yield the solutions of a body with its conditions, the variables that a match binds being bound."""
        known = set(match).union(variables_of(*body), *(condition.variables for condition in conditions))
        names = sorted(known)
        # substituted variables that no pattern binds are compared as terms and not as values (34 and 34.0 would differ)
        literals = {name: str(term) for name, term in sorted(match.items()) if isinstance(term, ox.Literal)}
        bound = (
            f"VALUES ({' '.join('?' + name for name in literals)}) {{ ({' '.join(literals.values())}) }} "
            if literals
            else ""
        )
        query = f"SELECT {' '.join('?' + name for name in names)} WHERE {{ {bound}{write_body(body, conditions)} }}"
        terms: dict[ox.Variable, Term | ox.Triple] = {ox.Variable(name): term for name, term in match.items()}
        solutions = self.store.query(query, substitutions=terms)
        assert isinstance(solutions, ox.QuerySolutions)
        for solution in solutions:
            yield {name: solution[name] for name in names if solution[name] is not None}
