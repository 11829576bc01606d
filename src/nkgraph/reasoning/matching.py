"""Axioms found among triples: patterns matched over an index in memory, and RDF lists read as written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.reasoning.rules import Slot, Term, Variable
from nkgraph.reasoning.tables import RDF, Template

__all__ = ["Binding", "Index", "List", "substitute", "unify"]

Binding: TypeAlias = Mapping[str, Term]

_FIRST: Final = ox.NamedNode(RDF + "first")
_REST: Final = ox.NamedNode(RDF + "rest")
_NIL: Final = ox.NamedNode(RDF + "nil")
_XSD: Final = PREFIXES["xsd"]


@attrs.frozen
class List:
    """An RDF list: its members in order, and the triples that make it up."""

    members: tuple[Term, ...]
    triples: tuple[ox.Triple, ...]


class Index:
    """Triples to be looked up by predicate, and by predicate with subject or object."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._known: dict[ox.Triple, None] = {}
        self._by_predicate: dict[str, list[ox.Triple]] = defaultdict(list)
        self._by_end: dict[tuple[str, int, Term], list[ox.Triple]] = defaultdict(list)
        for triple in triples:
            self.add(triple)

    def __contains__(self, triple: ox.Triple) -> bool:
        return triple in self._known

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self._known)

    def add(self, triple: ox.Triple) -> None:
        """Add a triple; one that is there already is left as it is."""
        if triple in self._known or isinstance(triple.subject, ox.Triple) or isinstance(triple.object, ox.Triple):
            return
        self._known[triple] = None
        predicate = triple.predicate.value
        self._by_predicate[predicate].append(triple)
        self._by_end[predicate, 0, triple.subject].append(triple)
        self._by_end[predicate, 1, triple.object].append(triple)

    def match(self, templates: Sequence[Template], binding: Binding) -> Iterator[tuple[Binding, tuple[ox.Triple, ...]]]:
        """Yield each way to find all templates: what their variables stand for, and the triples, in their order."""
        if not templates:
            yield binding, ()
            return
        for triple in self._candidates(templates[0], binding):
            if (bound := unify(templates[0], triple, binding)) is not None:
                for rest, triples in self.match(templates[1:], bound):
                    yield rest, (triple, *triples)

    def read_list(self, head: Term) -> List | None:
        """Return a list, or nothing where it is not well formed (a branch, a circle, no end) or is empty."""
        members: list[Term] = []
        triples: list[ox.Triple] = []
        seen = set()
        while head != _NIL:
            first = self._by_end.get((_FIRST.value, 0, head), [])
            rest = self._by_end.get((_REST.value, 0, head), [])
            if head in seen or len(first) != 1 or len(rest) != 1:
                return None
            seen.add(head)
            triples += [first[0], rest[0]]
            member, following = first[0].object, rest[0].object
            assert not isinstance(member, ox.Triple) and not isinstance(following, ox.Triple)
            members.append(member)
            head = following
        return List(tuple(members), tuple(triples)) if members else None

    def _candidates(self, template: Template, binding: Binding) -> list[ox.Triple]:
        predicate = substitute(template.predicate, binding)
        assert isinstance(predicate, ox.NamedNode)
        subject, target = substitute(template.subject, binding), substitute(template.object, binding)
        if not isinstance(subject, Variable):
            return self._by_end.get((predicate.value, 0, subject), [])
        if not isinstance(target, Variable | ox.Literal):
            return self._by_end.get((predicate.value, 1, target), [])
        return self._by_predicate.get(predicate.value, [])


def substitute(slot: Slot, binding: Binding) -> Slot:
    """Return what a variable stands for, or the slot itself."""
    return binding.get(slot.name, slot) if isinstance(slot, Variable) else slot


def unify(template: Template, triple: ox.Triple, binding: Binding) -> Binding | None:
    """Return the binding with what the template's variables stand for in a triple, or nothing where it does not fit."""
    found = dict(binding)
    for slot, term in ((template.subject, triple.subject), (template.predicate, triple.predicate)):
        if not _fit(slot, term, found):
            return None
    return found if _fit(template.object, triple.object, found) else None


def _fit(slot: Slot, term: object, binding: dict[str, Term]) -> bool:
    if isinstance(term, ox.Triple) or not isinstance(term, Term):
        return False
    wanted = binding.setdefault(slot.name, term) if isinstance(slot, Variable) else slot
    return wanted == term or (_is_integer(wanted) and _is_integer(term) and int(wanted.value) == int(term.value))


def _is_integer(term: Term) -> bool:
    """Whether a literal is a whole number, however its datatype is called ("1"^^xsd:nonNegativeInteger)."""
    if not isinstance(term, ox.Literal) or not term.datatype.value.startswith(_XSD):
        return False
    return term.datatype.value.lower().endswith(("integer", "int", "long", "short", "byte")) and _is_digits(term.value)


def _is_digits(text: str) -> bool:
    return text.removeprefix("+").isascii() and text.removeprefix("+").isdigit()
