"""Patterns matched with triples: unified, filled, and joined over a store's default graph in an order that walks no hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

import attrs
import pyoxigraph as ox

from nkgraph.reasoning.rules import Pattern, Slot, Term, Variable

__all__ = ["Bindings", "Facts", "StoreFacts", "fill", "join", "order_body", "to_triple", "unify", "variables_of"]

Bindings: TypeAlias = Mapping[str, Term]


class Facts(Protocol):
    """What patterns are matched with."""

    def has(self, triple: ox.Triple) -> bool:
        """Say whether a triple is there."""
        ...

    def find(self, subject: Term | None, predicate: ox.NamedNode, object_: Term | None) -> Iterator[ox.Triple]:
        """Yield the triples with these terms."""
        ...


@attrs.frozen
class StoreFacts:
    """The default graph of a store: the merge of everything, each triple once."""

    store: ox.Store

    def has(self, triple: ox.Triple) -> bool:
        """Say whether the default graph holds a triple."""
        return ox.Quad(triple.subject, triple.predicate, triple.object) in self.store

    def find(self, subject: Term | None, predicate: ox.NamedNode, object_: Term | None) -> Iterator[ox.Triple]:
        """Yield the triples of the default graph with these terms."""
        if isinstance(subject, ox.Literal):
            return
        for quad in self.store.quads_for_pattern(subject, predicate, object_, ox.DefaultGraph()):
            yield quad.triple


def variables_of(*patterns: Pattern) -> frozenset[str]:
    """Return the names of the variables of patterns."""
    slots = (slot for pattern in patterns for slot in (pattern.subject, pattern.object))
    return frozenset(slot.name for slot in slots if isinstance(slot, Variable))


def unify(pattern: Pattern, triple: ox.Triple, known: Bindings | None = None) -> dict[str, Term] | None:
    """Return the bindings under which a pattern is a triple, those known included, or None if there are none.

    >>> a, p = ox.NamedNode("urn:a"), ox.NamedNode("urn:p")
    >>> unify(Pattern(Variable("x"), p, Variable("x")), ox.Triple(a, p, a))
    {'x': <NamedNode value=urn:a>}
    >>> unify(Pattern(Variable("x"), p, Variable("x")), ox.Triple(a, p, ox.Literal("a"))) is None
    True
    """
    if pattern.predicate != triple.predicate:
        return None
    bound = dict(known) if known else {}
    for slot, term in ((pattern.subject, triple.subject), (pattern.object, triple.object)):
        if isinstance(slot, Variable):
            if bound.setdefault(slot.name, term) != term:  # type: ignore[arg-type]
                return None
        elif slot != term:
            return None
    return bound


def fill(pattern: Pattern, bindings: Bindings) -> Pattern:
    """Return a pattern in which bound variables are their terms."""
    return Pattern(_put(pattern.subject, bindings), pattern.predicate, _put(pattern.object, bindings))


def _put(slot: Slot, bindings: Bindings) -> Slot:
    return bindings.get(slot.name, slot) if isinstance(slot, Variable) else slot


def to_triple(pattern: Pattern, bindings: Bindings) -> ox.Triple | None:
    """Return the triple that a pattern is under bindings, or None where a variable is left or a literal is the subject."""
    subject, object_ = _put(pattern.subject, bindings), _put(pattern.object, bindings)
    if isinstance(subject, ox.Literal | Variable) or isinstance(object_, Variable):
        return None
    return ox.Triple(subject, pattern.predicate, object_)


def order_body(body: Sequence[Pattern], bound: frozenset[str]) -> tuple[int, ...]:
    """Return the places of the patterns of a body in the order in which to match them when some variables are bound.

    Next is always a pattern with nothing left open, then one whose subject is known, then one whose object is known:
    few triples have one subject, but a class or a country is the object of a great many.
    """
    known, left, order = set(bound), list(range(len(body))), list[int]()

    def is_known(slot: Slot) -> bool:
        return not isinstance(slot, Variable) or slot.name in known

    def rank(place: int) -> tuple[int, int]:
        subject, object_ = is_known(body[place].subject), is_known(body[place].object)
        constant = not isinstance(body[place].object, Variable)
        if subject and object_:
            return 0, place
        if subject:
            return 1, place
        return (3 if constant else 2) if object_ else 4, place

    while left:
        place = min(left, key=rank)
        left.remove(place)
        order.append(place)
        known |= variables_of(body[place])
    return tuple(order)


def join(patterns: Sequence[Pattern], bindings: Bindings, facts: Facts) -> Iterator[dict[str, Term]]:
    """Yield the bindings, those given included, under which facts hold all patterns, matched in the order given."""
    if not patterns:
        yield dict(bindings)
        return
    first, rest = patterns[0], patterns[1:]
    subject, object_ = _put(first.subject, bindings), _put(first.object, bindings)
    if not isinstance(subject, Variable) and not isinstance(object_, Variable):
        if not isinstance(subject, ox.Literal) and facts.has(ox.Triple(subject, first.predicate, object_)):
            yield from join(rest, bindings, facts)
        return
    found = facts.find(
        None if isinstance(subject, Variable) else subject,
        first.predicate,
        None if isinstance(object_, Variable) else object_,
    )
    for triple in found:
        bound = unify(first, triple, bindings)
        if bound is not None:
            yield from join(rest, bound, facts)
