"""Rules in numbers: what the engine can run, and the refusal of what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import numpy as np
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.reasoning.encoding import LITERAL, SHIFT, Keys, Terms, sort_unique
from nkgraph.reasoning.joins import Atom, Table
from nkgraph.reasoning.relations import ALL, Place
from nkgraph.reasoning.rules import Pattern, Rule, Slot, Variable

__all__ = ["TYPE", "NumberedRule", "number_rule"]

TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@attrs.frozen(eq=False)
class NumberedRule:
    """A rule in numbers.

    ``wanted``: the variables of the head. ``subjects``: those that no literal can stand for, being subjects in the body.
    """

    key: str
    head: tuple[Atom, ...]
    body: tuple[Atom, ...]
    distinct: tuple[tuple[int, int], ...]
    wanted: frozenset[int]
    subjects: frozenset[int]

    def conclude(self, table: Table) -> Iterator[tuple[Place, Keys]]:
        """Yield what follows from matches of the body, sorted, by place; nothing where the subject is a literal."""
        if not table.rows:
            return
        for atom in self.head:
            subjects = table.columns[atom.subject] if atom.subject < 0 else np.array([atom.subject])
            objects = table.columns[atom.object] if atom.object < 0 else np.array([atom.object])
            if atom.subject not in self.subjects and (literal := (subjects & LITERAL) != 0).any():
                kept = ~literal
                objects = objects[kept] if atom.object < 0 and atom.subject < 0 else objects
                subjects = subjects[kept]
            if not subjects.size:
                continue
            yield atom.place, sort_unique(subjects if atom.place[1] != ALL else (subjects << SHIFT) | objects)


def number_rule(rule: Rule, terms: Terms) -> NumberedRule:
    """Return a rule in numbers.

    Raises:
        VocabularyError: the rule counts, or has a condition other than ``distinct``; a variable of its head, or of a
            condition, is not in its body.
    """
    variables: dict[str, int] = {}
    body = tuple(_number(pattern, terms, variables) for pattern in rule.body)
    bound = dict(variables)
    head = tuple(_number(pattern, terms, variables) for pattern in rule.head)
    pairs = [_pair_of(rule, index) for index in range(len(rule.conditions))]
    for name in [*variables, *(name for pair in pairs for name in pair)]:
        if name not in bound:
            raise VocabularyError(
                f"the rule {rule.key} speaks of ?{name}, which no pattern of its body binds",
                path=rule.about.path,
                remedy="add a triple pattern that binds it",
            )
    if rule.counted:
        raise _refusal(rule, "counts")
    distinct = tuple((bound[one], bound[other]) for one, other in pairs)
    subjects = frozenset(atom.subject for atom in body)
    wanted = frozenset(v for atom in head for v in atom.variables)
    return NumberedRule(rule.key, head, body, distinct, wanted, subjects)


def _number(pattern: Pattern, terms: Terms, variables: dict[str, int]) -> Atom:
    def number(slot: Slot) -> int:
        if isinstance(slot, Variable):
            return variables.setdefault(slot.name, -1 - len(variables))
        return terms.number(slot)

    subject, predicate, thing = number(pattern.subject), terms.number(pattern.predicate), number(pattern.object)
    return Atom((predicate, thing if pattern.predicate == TYPE and thing >= 0 else ALL), subject, thing)


def _pair_of(rule: Rule, index: int) -> tuple[str, str]:
    condition = rule.conditions[index]
    if condition.kind != "distinct" or len(condition.variables) != 2:
        raise _refusal(rule, f"asks {condition.text or condition.kind}")
    one, other = sorted(condition.variables)
    return one, other


def _refusal(rule: Rule, what: str) -> VocabularyError:
    return VocabularyError(
        f"the rule {rule.key} {what}, which the engine of patterns does not know",
        path=rule.about.path,
        remedy="run it as SPARQL, and give the engine what it concludes",
    )
