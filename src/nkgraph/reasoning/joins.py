"""Matching the body of a rule: the smallest pattern first, then always one that shares a variable and grows least.

A body whose patterns share no variable is matched as the product of its parts. What no later pattern and no head asks for
is dropped at once, and a pattern that brings only such variables is looked up, not joined, so that a hub costs no more than
what it concludes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from nkgraph.reasoning.encoding import MASK, SHIFT, Keys, intersect, sort_unique
from nkgraph.reasoning.relations import ALL, Place, Relation

__all__ = ["Atom", "Table", "match"]

#: How many rows a join makes at a time.
_BLOCK: Final = 1 << 21


@attrs.frozen
class Atom:
    """A triple pattern in numbers: a constant is its number, a variable a negative number.

    At the place of a class the object is that class, and only the subject is looked at.
    """

    place: Place
    subject: int
    object: int

    @property
    def variables(self) -> frozenset[int]:
        """The variables of the pattern."""
        return frozenset(slot for slot in (self.subject, self.object) if slot < 0)


@attrs.frozen
class Table:
    """Matches: a column for each variable that is still asked for, and how many rows there are."""

    columns: dict[int, Keys]
    rows: int

    def take(self, rows: npt.NDArray[np.bool_] | Keys, needed: frozenset[int]) -> Table:
        """Return some rows, in the columns that are needed."""
        count = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else rows.size
        if rows.dtype == np.bool_ and count == self.rows:
            return Table({v: column for v, column in self.columns.items() if v in needed}, count)
        return Table({v: column[rows] for v, column in self.columns.items() if v in needed}, count)


@attrs.frozen
class _Some:
    """A pattern with one variable: what it can be, sorted."""

    variable: int
    numbers: Keys

    @property
    def variables(self) -> frozenset[int]:
        return frozenset((self.variable,))

    @property
    def size(self) -> int:
        return self.numbers.size

    def spread(self, table: Table) -> int:
        return self.size * table.rows

    def start(self, needed: frozenset[int]) -> Table:
        return Table({self.variable: self.numbers}, self.size).take(np.ones(self.size, dtype=bool), needed)

    def join(self, table: Table, needed: frozenset[int]) -> Iterator[Table]:
        if self.variable in table.columns:
            yield table.take(intersect(table.columns[self.variable], self.numbers), needed)
        else:
            yield from _multiply(table, self.start(needed), needed)


@attrs.frozen
class _Both:
    """A pattern with two variables."""

    subject: int
    object: int
    relation: Relation

    @property
    def variables(self) -> frozenset[int]:
        return frozenset((self.subject, self.object))

    @property
    def size(self) -> int:
        return self.relation.keys.size

    def spread(self, table: Table) -> int:
        _, starts, ends = self._runs(table)
        return int((ends - starts).sum())

    def start(self, needed: frozenset[int]) -> Table:
        keys, columns = self.relation.keys, {}
        if self.subject in needed:
            columns[self.subject] = keys >> SHIFT
        elif self.object in needed and self.relation.has_inverse:
            columns[self.object] = self.relation.inverse >> SHIFT
        if self.object in needed and self.object not in columns:
            columns[self.object] = keys & MASK
        return Table(columns, keys.size)

    def join(self, table: Table, needed: frozenset[int]) -> Iterator[Table]:
        if self.variables <= table.columns.keys():
            pairs = (table.columns[self.subject] << SHIFT) | table.columns[self.object]
            yield table.take(intersect(pairs, self.relation.keys), needed)
        elif self.variables & table.columns.keys():
            keys, starts, ends = self._runs(table)
            new = self.object if self.subject in table.columns else self.subject
            if new not in needed:
                yield table.take(ends > starts, needed)
                return
            for rows, places in _expand(starts, ends):
                part = table.take(rows, needed)
                yield Table({**part.columns, new: keys[places] & MASK}, part.rows)
        else:
            yield from _multiply(table, self.start(needed), needed)

    def _runs(self, table: Table) -> tuple[Keys, Keys, Keys]:
        """Return the pairs in the order that begins with the bound variable, and the run in it of each row."""
        by_subject = self.subject in table.columns
        keys = self.relation.keys if by_subject else self.relation.inverse
        needles = table.columns[self.subject if by_subject else self.object] << SHIFT
        return keys, np.searchsorted(keys, needles), np.searchsorted(keys, needles + (1 << SHIFT))


_Reached: TypeAlias = _Some | _Both


def match(
    atoms: Sequence[Atom], sources: Sequence[Relation], distinct: Sequence[tuple[int, int]], wanted: frozenset[int]
) -> Iterator[Table]:
    """Yield the matches of a body, in blocks: the values of the wanted variables.

    ``sources`` holds the relation in which each atom is looked up. A row may come more than once.
    """
    open_atoms: list[_Reached] = []
    for atom, source in zip(atoms, sources, strict=True):
        reached = _reach(atom, source)
        if isinstance(reached, bool):
            if not reached:
                return
        elif not reached.size:
            return
        else:
            open_atoms.append(reached)
    if not open_atoms:
        yield Table({}, 1)
        return
    first = min(open_atoms, key=lambda reached: reached.size)
    rest = [reached for reached in open_atoms if reached is not first]
    yield from _go_on(first.start(_needed(rest, distinct, wanted)), rest, distinct, wanted, first.variables)


def _reach(atom: Atom, source: Relation) -> _Reached | bool:
    """Return what is open in an atom once its constants are looked up; true or false where nothing is."""
    keys = source.keys
    if atom.place[1] != ALL:
        if atom.subject < 0:
            return _Some(atom.subject, keys)
        return bool(intersect(np.array([atom.subject]), keys)[0])
    if atom.subject >= 0 and atom.object >= 0:
        return bool(intersect(np.array([(atom.subject << SHIFT) | atom.object]), keys)[0])
    if atom.subject >= 0 or atom.object >= 0:
        ordered, number = (keys, atom.subject) if atom.subject >= 0 else (source.inverse, atom.object)
        start, end = np.searchsorted(ordered, np.array([number << SHIFT, (number + 1) << SHIFT])).tolist()
        return _Some(min(atom.subject, atom.object), ordered[start:end] & MASK)
    if atom.subject == atom.object:
        subjects = keys >> SHIFT
        return _Some(atom.subject, subjects[subjects == keys & MASK])
    return _Both(atom.subject, atom.object, source)


def _needed(rest: Sequence[_Reached], distinct: Sequence[tuple[int, int]], wanted: frozenset[int]) -> frozenset[int]:
    return wanted.union(*(reached.variables for reached in rest), *distinct)


def _go_on(
    table: Table,
    rest: Sequence[_Reached],
    distinct: Sequence[tuple[int, int]],
    wanted: frozenset[int],
    seen: frozenset[int],
) -> Iterator[Table]:
    """Yield the matches that begin with the rows of a table. ``seen``: the variables met so far, dropped or not."""
    ready = [pair for pair in distinct if pair[0] in seen and pair[1] in seen]
    distinct = [pair for pair in distinct if pair not in ready]
    needed = _needed(rest, distinct, wanted)
    for one, other in ready:
        table = table.take(table.columns[one] != table.columns[other], needed.union(*ready))
    table = Table({v: column for v, column in table.columns.items() if v in needed}, table.rows)
    if not table.rows:
        return
    if not rest:
        yield table
        return
    if len(table.columns) < len(seen):  # without a dropped variable no row comes twice
        table = _thin(table)
    chosen = _choose(table, rest)
    rest = [reached for reached in rest if reached is not chosen]
    for part in chosen.join(table, _needed(rest, distinct, wanted)):
        yield from _go_on(part, rest, distinct, wanted, seen | chosen.variables)


def _choose(table: Table, rest: Sequence[_Reached]) -> _Reached:
    """Return the atom to join next: one that only tests, else the connected one of the least growth."""
    for reached in rest:
        if reached.variables <= table.columns.keys():
            return reached
    connected = [reached for reached in rest if reached.variables & table.columns.keys()]
    if len(connected) == 1:
        return connected[0]
    if connected:
        return min(connected, key=lambda reached: reached.spread(table))
    return min(rest, key=lambda reached: reached.size)


def _thin(table: Table) -> Table:
    """Return the rows without repetition, where that is cheap."""
    columns = list(table.columns.items())
    if not columns:
        return Table({}, 1)
    if len(columns) == 1:
        only = sort_unique(columns[0][1])
        return Table({columns[0][0]: only}, only.size)
    if len(columns) == 2:
        (one, firsts), (other, seconds) = columns
        pairs = sort_unique((firsts << SHIFT) | seconds)
        if pairs.size < table.rows:
            return Table({one: pairs >> SHIFT, other: pairs & MASK}, pairs.size)
    return table


def _expand(starts: Keys, ends: Keys) -> Iterator[tuple[Keys, Keys]]:
    """Yield, in blocks, for each place in the run of each row: the row, and the place."""
    counts = ends - starts
    sums = np.cumsum(counts)
    total = int(sums[-1]) if sums.size else 0
    cuts = np.searchsorted(sums, np.arange(_BLOCK, total, _BLOCK), side="right").tolist()
    for first, last in zip([0, *cuts], [*cuts, counts.size], strict=True):
        if first < last:
            some = counts[first:last]
            rows = np.repeat(np.arange(first, last), some)
            begins = np.cumsum(some) - some
            yield rows, np.arange(rows.size) + np.repeat(starts[first:last] - begins, some)


def _multiply(table: Table, other: Table, needed: frozenset[int]) -> Iterator[Table]:
    """Yield every row of one table with every row of another that shares no variable."""
    if not other.columns:  # that something is there is all that is asked
        other = Table({}, min(other.rows, 1))
    zeros = np.zeros(table.rows, dtype=np.int64)
    for rows, places in _expand(zeros, zeros + other.rows):
        part = table.take(rows, needed)
        yield Table({**part.columns, **{v: column[places] for v, column in other.columns.items()}}, part.rows)
