"""Rules read backwards: which rules could conclude a triple, and from which matches of their bodies in a store."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import graph_iri
from nkgraph.proofs.matching import Bindings, StoreFacts, fill, join, order_body, to_triple, unify, variables_of
from nkgraph.proofs.trees import Searched
from nkgraph.reasoning.rules import Condition, Pattern, Rule, Term, Variable
from nkgraph.tokens import write_terms

__all__ = [
    "Instance",
    "RuleBook",
    "Way",
    "confirm_match",
    "find_group",
    "find_instances",
    "search_absent",
    "write_body",
]

#: How many matches of one body are compared: of a hub (a country, a class) the store's first ones.
WIDEST: Final = 256
_COUNT: Final = re.compile(r"COUNT\s*\(\s*(?:DISTINCT\s+)?(?:\?(\w+)|\*)\s*\)\s+AS\s+\?(\w+)", re.IGNORECASE)


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


def find_instances(way: Way, bindings: Mapping[str, Term], store: ox.Store) -> Iterator[Instance]:
    """Yield the matches of a body that conclude what the bindings of the head say; at most ``WIDEST`` of them."""
    if way.rule.counted:
        group = find_group(way.rule, bindings, store)
        if group is not None:
            yield group
        return
    in_body = variables_of(*way.body)
    given = {name: term for name, term in bindings.items() if name in in_body}
    made = {name: term for name, term in bindings.items() if name not in in_body}
    for match in itertools.islice(join(way.body, given, StoreFacts(store)), WIDEST):
        found = confirm_match(way.rule, match, store)
        if found is not None and all(found.get(name) == term for name, term in made.items()):
            premises = [to_triple(pattern, match) for pattern in way.rule.body]
            yield Instance(way.rule, found, tuple(t for t in premises if t is not None))


def confirm_match(rule: Rule, match: dict[str, Term], store: ox.Store) -> dict[str, Term] | None:
    """Return the match with what the conditions of a rule bind, or None if it does not meet them in the whole graph."""
    if not rule.conditions:
        return match
    for condition in rule.conditions:
        if condition.kind == "distinct" and len({match[name] for name in condition.variables}) < len(condition.variables):
            return None
    others = [condition for condition in rule.conditions if condition.kind != "distinct"]
    if not others:
        return match
    return next(iter(_select(rule.body, others, match, store)), None)


def write_body(body: Sequence[Pattern], conditions: Iterable[Condition]) -> str:
    """Return patterns and conditions as SPARQL, with the constants of the rule and nothing else."""
    return " ".join([*(f"{pattern} ." for pattern in body), *(condition.text for condition in conditions)])


def _select(
    body: Sequence[Pattern], conditions: Sequence[Condition], match: Bindings, store: ox.Store
) -> Iterator[dict[str, Term]]:
    """Yield the solutions of a body with its conditions, the variables that a match binds being bound."""
    known = set(match).union(variables_of(*body), *(condition.variables for condition in conditions))
    names = sorted(known)
    query = f"SELECT {' '.join(f'?{name}' for name in names)} WHERE {{ {write_body(body, conditions)} }}"
    terms = {ox.Variable(name): term for name, term in match.items()}
    solutions = store.query(query, substitutions=terms)  # type: ignore[arg-type]
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        yield {name: solution[name] for name in names if solution[name] is not None}  # type: ignore[misc]


def find_group(rule: Rule, bindings: Bindings, store: ox.Store) -> Instance | None:
    """Return the one instance of a rule that counts for the group that is bound, if the number is as the rule wants it.

    Raises:
        VocabularyError: the text of the rule does not say what is counted.
    """
    *group, number = rule.counted
    counted = next((found for found in _COUNT.finditer(rule.text) if found[2] == number), None)
    if counted is None:
        raise VocabularyError(f"the rule {rule.key} does not say what ?{number} counts", path=rule.about.path)
    inner = [c for c in rule.conditions if number not in c.variables]
    outer = [c for c in rule.conditions if number in c.variables]
    given = {name: bindings[name] for name in group}
    solutions = list(_select(rule.body, inner, given, store))
    if not solutions:
        return None
    values = {str(s.get(counted[1])) if counted[1] else str(sorted(map(str, s.items()))) for s in solutions}
    total = ox.Literal(len(values))
    bound: dict[str, Term] = {**given, number: total}
    if bindings.get(number, total) != total or (outer and not any(True for _ in _select((), outer, bound, store))):
        return None
    triples = {to_triple(pattern, solution) for solution in solutions for pattern in rule.body}
    premises = sorted((triple for triple in triples if triple is not None), key=str)
    return Instance(rule, bound, tuple(premises), len(values))


def search_absent(condition: Condition, bindings: Bindings, store: ox.Store) -> tuple[Searched, list[dict[str, Term]]]:
    """Return what a negative premise searched for, and what is found of it in the whole graph (the first few)."""
    patterns = tuple(fill(pattern, bindings) for pattern in condition.patterns)
    inner = condition.text[condition.text.index("{") + 1 : condition.text.rindex("}")]
    # of an inner FILTER the variables may be known from outside
    known = {name: term for name, term in bindings.items() if re.search(rf"[?$]{name}\b", inner)}
    asked = attrs.evolve(condition, kind="filter", text=inner)
    found = list(itertools.islice(_select((), [asked], known, store), 5))
    writable = {name: term for name, term in known.items() if not isinstance(term, ox.BlankNode)}
    return Searched(" ".join(write_terms(condition.text, writable).split()), patterns), found
