"""What would become one: chains of "the same as" between things, found without drawing any conclusion."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise
from typing import Generic, TypeVar

import attrs

__all__ = ["Chain", "Edge", "find_chains"]

T = TypeVar("T", bound=Hashable)


@attrs.frozen
class Edge(Generic[T]):
    """Two names said to mean one thing, and what says so."""

    one: str
    other: str
    why: T


@attrs.frozen
class Chain(Generic[T]):
    """A shortest way from one name to another: the names on it, and what joins each to the next."""

    names: tuple[str, ...]
    whys: tuple[T, ...]


def find_chains(edges: Iterable[Edge[T]], is_end: Callable[[str], bool]) -> Iterator[Chain[T]]:
    """Yield, for each group of names that are all one, a shortest chain from its first end to each other end.

    Ends are the names for which ``is_end`` is true; a group with fewer than two has no chain. Sorted by names, whatever the
    order of the edges.

    >>> edges = [Edge("b", "x", 2), Edge("a", "x", 1), Edge("b", "y", 3), Edge("c", "y", 4), Edge("d", "z", 5)]
    >>> [(chain.names, chain.whys) for chain in find_chains(edges, lambda name: name in "abcd")]
    [(('a', 'x', 'b'), (1, 2)), (('a', 'x', 'b', 'y', 'c'), (1, 2, 3, 4))]
    """
    near: dict[str, dict[str, T]] = defaultdict(dict)
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        parents.setdefault(name, name)
        while parents[name] != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for edge in sorted(edges, key=lambda edge: (edge.one, edge.other, str(edge.why))):
        near[edge.one].setdefault(edge.other, edge.why)
        near[edge.other].setdefault(edge.one, edge.why)
        parents[root(edge.one)] = root(edge.other)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(filter(is_end, near)):
        groups[root(name)].append(name)
    for ends in sorted(groups.values()):
        before = _walk(ends[0], near)
        yield from (_follow(end, before, near) for end in ends[1:])


def _walk(start: str, near: dict[str, dict[str, T]]) -> dict[str, str]:
    """Return the name before each name on a shortest way from the start."""
    before = {start: start}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for other in sorted(near[name]):
            if other not in before:
                before[other] = name
                waiting.append(other)
    return before


def _follow(end: str, before: dict[str, str], near: dict[str, dict[str, T]]) -> Chain[T]:
    names = [end]
    while before[names[-1]] != names[-1]:
        names.append(before[names[-1]])
    names.reverse()
    return Chain(tuple(names), tuple(near[one][other] for one, other in pairwise(names)))
