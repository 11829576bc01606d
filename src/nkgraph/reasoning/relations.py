"""What a graph holds, by predicate and class: sorted pairs, and the other order of them where a rule asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import attrs
import numpy as np

from nkgraph.reasoning.encoding import MASK, NOTHING, SHIFT, Keys, merge, sort_unique, unite

__all__ = ["ALL", "Place", "Relation", "Relations"]

#: The numbers of a predicate and, for the members of one class, of that class; else ``ALL``.
Place: TypeAlias = tuple[int, int]
ALL: Final = -1


class Relation:
    """The pairs of a predicate, or the members of a class, sorted."""

    __slots__ = ("_inverse", "keys")

    def __init__(self, keys: Keys = NOTHING) -> None:
        self.keys = keys
        self._inverse: Keys | None = None

    @property
    def inverse(self) -> Keys:
        """The pairs with the object first; made when first asked for."""
        if self._inverse is None:
            self._inverse = np.sort((self.keys << SHIFT) | (self.keys >> SHIFT))
        return self._inverse

    @property
    def has_inverse(self) -> bool:
        """Whether the other order is there already."""
        return self._inverse is not None

    def add(self, fresh: Keys) -> None:
        """Take in sorted pairs that are not there."""
        self.keys = merge(self.keys, fresh)
        if self._inverse is not None:
            self._inverse = merge(self._inverse, np.sort((fresh << SHIFT) | (fresh >> SHIFT)))


@attrs.define
class Relations:
    """A graph: the relation at each place. Types are kept by class; all of them together are made when asked for."""

    type_number: int
    places: dict[Place, Relation] = attrs.field(factory=dict)
    _types: Relation | None = None

    def get(self, place: Place) -> Relation:
        """Return the relation at a place, an empty one where there is none."""
        if place == (self.type_number, ALL):
            return self._all_types()
        return self.places.get(place) or Relation()

    def add(self, place: Place, fresh: Keys) -> None:
        """Take in sorted keys that are not there; pairs of the type predicate go to their classes."""
        if not fresh.size:
            return
        for at, keys in self.divide(place, fresh):
            relation = self.places.get(at)
            if relation is None:
                self.places[at] = Relation(keys)
            else:
                relation.add(keys)
        if place[0] == self.type_number:
            self._types = None

    def divide(self, place: Place, keys: Keys) -> Iterator[tuple[Place, Keys]]:
        """Yield the keys with the place where they are kept: pairs of the type predicate by class."""
        if place != (self.type_number, ALL):
            yield place, keys
            return
        inverse = np.sort((keys << SHIFT) | (keys >> SHIFT))
        classes = inverse >> SHIFT
        starts = np.flatnonzero(np.diff(classes, prepend=-1))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), inverse.size], strict=True):
            yield (self.type_number, int(classes[start])), inverse[start:end] & MASK

    def _all_types(self) -> Relation:
        if self._types is None:
            pairs = [
                (relation.keys << SHIFT) | class_number
                for (predicate, class_number), relation in self.places.items()
                if predicate == self.type_number
            ]
            self._types = Relation(sort_unique(np.concatenate(pairs)) if pairs else unite(()))
        return self._types
