"""Triples as numbers: each term has one, and a pair of terms is one int64, so that sets of pairs are sorted arrays.

The subject of a pair stands in its upper 32 bits and the object in its lower; all pairs with one subject are then a run of
the sorted array, found by two binary searches. Everything here is in terms of such arrays: sorted, without repetition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

__all__ = [
    "LITERAL",
    "MASK",
    "NOTHING",
    "SHIFT",
    "Keys",
    "Numbered",
    "Terms",
    "intersect",
    "merge",
    "sort_unique",
    "subtract",
    "unite",
]

Keys: TypeAlias = npt.NDArray[np.int64]
#: What has a number.
Numbered: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

SHIFT: Final = 32
MASK: Final = (1 << SHIFT) - 1
#: Set in the number of a term that can be no subject (a literal, a triple term).
LITERAL: Final = 1 << 30
NOTHING: Final[Keys] = np.empty(0, dtype=np.int64)


class Terms:
    """The numbers of terms, given in the order in which the terms come; two terms are one where pyoxigraph says so.

    >>> terms = Terms()
    >>> [terms.number(term) for term in (ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.NamedNode("x:a"))]
    [0, 1, 0]
    >>> terms.number(ox.Literal("a")) == LITERAL
    True
    >>> str(terms.term(1))
    '<x:b>'
    """

    def __init__(self) -> None:
        self.numbers: dict[object, int] = {}
        self._resources: list[ox.NamedNode | ox.BlankNode] = []
        self._values: list[ox.Literal | ox.Triple] = []

    def number(self, term: Numbered) -> int:
        """Return the number of a term, a new one where it has none."""
        known = self.numbers.get(term)
        if known is not None:
            return known
        if isinstance(term, ox.NamedNode | ox.BlankNode):
            number = len(self._resources)
            self._resources.append(term)
        else:
            number = LITERAL | len(self._values)
            self._values.append(term)
        self.numbers[term] = number
        return number

    def term(self, number: int) -> Numbered:
        """Return the term of a number."""
        return self._values[number ^ LITERAL] if number & LITERAL else self._resources[number]

    def triple(self, subject: int, predicate: int, thing: int) -> ox.Triple:
        """Return a triple from the numbers of its terms."""
        return ox.Triple(self.term(subject), self.term(predicate), self.term(thing))  # type: ignore[arg-type]

    def rank(self, numbers: Keys) -> Keys:
        """Return the place of each number among all of them, in the order of their terms as text.

        ``numbers`` holds no number twice. Triples sorted by the ranks of their terms are sorted by their text: no IRI or
        blank node is the beginning of another that would sort otherwise before the blank that follows it.
        """
        texts = [str(self.term(number)) for number in numbers.tolist()]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ranks = np.empty(len(texts), dtype=np.int64)
        ranks[order] = np.arange(len(texts), dtype=np.int64)
        return ranks


def sort_unique(keys: Keys) -> Keys:
    """Return the keys sorted, each once.

    Neighbours are compared: ``numpy.unique`` hashes since 2.3, which is far slower on packed keys.

    >>> sort_unique(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    if keys.size < 2:
        return keys
    rises = keys[1:] > keys[:-1]
    if rises.all():
        return keys
    if not (keys[1:] >= keys[:-1]).all():
        keys = np.sort(keys)
        rises = keys[1:] > keys[:-1]
    kept = np.empty(keys.size, dtype=bool)
    kept[0] = True
    kept[1:] = rises
    return keys[kept]


def intersect(keys: Keys, among: Keys) -> npt.NDArray[np.bool_]:
    """Return which keys, in any order, are among sorted ones."""
    if not among.size:
        return np.zeros(keys.size, dtype=bool)
    places = np.searchsorted(among, keys)
    places[places == among.size] = 0
    found: npt.NDArray[np.bool_] = among[places] == keys
    return found


def subtract(keys: Keys, known: Keys) -> Keys:
    """Return the keys that are not among the known ones; both sorted."""
    if not keys.size or not known.size:
        return keys
    return keys[~intersect(keys, known)]


def merge(keys: Keys, fresh: Keys) -> Keys:
    """Return sorted keys with sorted others that are not among them."""
    if not keys.size or not fresh.size:
        return keys if keys.size else fresh
    merged = np.concatenate((keys, fresh))
    merged.sort(kind="stable")  # two sorted runs
    return merged


def unite(arrays: Iterable[Keys]) -> Keys:
    """Return the keys of several sorted arrays, each once."""
    several = [keys for keys in arrays if keys.size]
    if len(several) < 2:
        return several[0] if several else NOTHING
    return sort_unique(np.concatenate(several))
