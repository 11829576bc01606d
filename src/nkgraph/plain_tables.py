"""Tables in plain text: rows whose cells stand between wide blanks, tabs or pipes, and numbers among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs

__all__ = ["Cell", "Line", "Table", "find_tables", "read_lines", "read_table"]

_WIDE: Final = re.compile(r"(?<![.?!;,\s])[ \u00a0]{2,}")
_RULED: Final = re.compile(r"[|+:=\-–—_ \t]{3,}")
_VALUE: Final = re.compile(
    r"(?:(?:about|approx\.?|c\.|ca\.|up to|over|under|more than|less than|US)\s*)?[<>~≈$€£¥]?\s?"
    r"\d[\d,.]*\s?%?(?:\s?(?:[-–—/]|to)\s?[$€£¥]?\d[\d,.]*\s?%?)?(?:\s?[A-Za-z%()]{1,12}){0,2}",
    re.IGNORECASE,
)
_EMPTY: Final = re.compile(r"[-–—.…]+|n/?a|n\.a\.|none|nil|\?", re.IGNORECASE)
_LAST_NUMBER: Final = re.compile(r"(?P<label>\S.*[A-Za-z)].*?)\s+(?P<value>[$€£¥]?\d[\d,.]*\s?%?)")
#: Letters of the longest cell: of the first of a row, and of the others.
_FIRST, _OTHER = 80, 40
_FEWEST: Final = 2


@attrs.frozen
class Line:
    """A line of a text without blanks at its ends: code points [start, end), and its words."""

    start: int
    end: int
    words: str


@attrs.frozen
class Cell:
    """A cell: code points [start, end) of the text, and its words with single blanks."""

    start: int
    end: int
    words: str

    @property
    def is_value(self) -> bool:
        """Whether it is a number, with a unit or without."""
        return len(self.words) <= _OTHER and _VALUE.fullmatch(self.words) is not None


@attrs.frozen
class Table:
    """A table: code points [start, end), the cells of its heading (none if it has no heading), its rows, the line over them.

    That line is told only of a table whose heading cannot be parted into cells.
    """

    start: int
    end: int
    heading: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    over: Cell | None = None

    def column(self, row: Sequence[Cell], place: int) -> Cell | None:
        """Return the heading over the cell at a place of a row, where heading and row go together."""
        if not self.heading:
            return None
        place -= len(row) - len(self.heading)
        return self.heading[place] if 0 <= place < len(self.heading) and self.heading[place].words else None


def read_lines(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Return the lines of a stretch of a text, blank ones too."""
    lines = []
    for match in re.finditer(r"[^\n]*(?:\n|$)", text[start:end]):
        words = match[0].strip()
        first = start + match.start() + (len(match[0]) - len(match[0].lstrip()) if words else 0)
        if match[0]:
            lines.append(Line(first, first + len(words), words))
    return lines


def _cells(line: Line) -> tuple[Cell, ...]:
    """Return the cells of a line; one if nothing parts them."""
    words = line.words
    if "|" in words or "\t" in words:
        mark = r"\|" if "|" in words else r"\t"
        bounds = [(m.start(), m.end()) for m in re.finditer(mark, words)]
    else:
        bounds = [(m.start(), m.end()) for m in _WIDE.finditer(words)]
    edges = [(0, 0), *bounds, (len(words), len(words))]
    cells = []
    for (_, begin), (stop, _) in pairwise(edges):
        part = words[begin:stop]
        lead = len(part) - len(part.lstrip())
        first = line.start + begin + (lead if part.strip() else 0)
        cells.append(Cell(first, first + len(part.strip()), " ".join(part.split())))
    if "|" in words:
        cells = cells[words.startswith("|") : len(cells) - words.endswith("|")]
    return tuple(cells)


def _is_narrow(cells: Sequence[Cell]) -> bool:
    """Tell cells of a table: several, and none as long as a sentence."""
    return (
        len(cells) > 1
        and len(cells[0].words) <= _FIRST
        and all(len(cell.words) <= _OTHER for cell in cells[1:])
        and not cells[-1].words.endswith((",", ";"))
    )


def _is_row(line: Line) -> bool:
    cells = _cells(line)
    values = sum(cell.is_value for cell in cells[1:])
    told = sum(cell.is_value or not cell.words or _EMPTY.fullmatch(cell.words) is not None for cell in cells[1:])
    free = "|" in line.words or "\t" in line.words
    return _is_narrow(cells) and values > 0 and (free or 2 * told >= len(cells) - 1)


def _is_rule(line: Line) -> bool:
    return _RULED.fullmatch(line.words) is not None


def find_tables(text: str) -> Iterator[Table]:
    """Yield the tables of a text: rows that follow each other, at least two with numbers, or one under a heading.

    >>> [len(t.rows) for t in find_tables("Boats\\n\\nKind     Number\\nFerries   2\\nBarges    4\\n\\nThey lay still.")]
    [2]
    """
    lines = read_lines(text)
    index = 0
    while index < len(lines):
        if not (lines[index].words and _is_row(lines[index])):
            index += 1
            continue
        last = _end_of(lines, index)
        first = _begin_of(lines, index)
        table = _make([line for line in lines[first : last + 1] if line.words])
        rows = sum(any(cell.is_value for cell in row[1:]) for row in table.rows)
        if rows >= _FEWEST or (rows and table.heading):
            yield table
        index = last + 1


def _end_of(lines: Sequence[Line], first: int) -> int:
    """Return the last line of the rows that begin with line ``first``; one blank line may part rows of one width."""
    last, width, index = first, len(_cells(lines[first])), first + 1
    while index < len(lines):
        line = lines[index]
        follows = bool(line.words) and (_is_row(line) or _is_rule(line))
        near = index - last == 1 or (index - last == 2 and _is_row(line) and len(_cells(line)) == width)
        if line.words and not (follows and near):
            inner = index - last == 1 and _is_narrow(_cells(line)) and index + 1 < len(lines)
            if not (inner and lines[index + 1].words and _is_row(lines[index + 1])):
                break
        elif follows:
            last = index
        elif index - last > 1:
            break
        index += 1
    return last


def _begin_of(lines: Sequence[Line], row: int) -> int:
    """Return the line that a table begins with: the heading over its first row, or that row."""
    first = row
    for index in range(row - 1, max(-1, row - 4), -1):
        line = lines[index]
        if not line.words or not (_is_rule(line) or _is_narrow(_cells(line))):
            break
        first = index
    return first


def _make(lines: Sequence[Line]) -> Table:
    rows = [_cells(line) for line in lines if not _is_rule(line)]
    heading: tuple[Cell, ...] = ()
    while rows and len(rows) > 1 and _heads(rows[0], rows[1:]):
        heading, rows = rows[0], rows[1:]
    return Table(lines[0].start, lines[-1].end, heading, tuple(rows))


def _heads(row: Sequence[Cell], others: Sequence[Sequence[Cell]]) -> bool:
    """Tell the heading of a table: no numbers, or years over the columns alone."""
    if not any(cell.is_value for cell in row[1:]):
        return True
    years = all(re.fullmatch(r"(?:19|20)\d\d", cell.words) for cell in row if cell.words)
    return years and (not row[0].words or all(len(other) == len(row) + 1 for other in others))


def read_table(text: str, start: int, end: int) -> Table | None:
    """Return the table that stands at code points [start, end), or None if its lines are not all rows.

    Rows may also end in a number after one blank, as in ``Ferries 2``.
    """
    lines = [line for line in read_lines(text, start, end) if line.words]
    table = _make(lines) if lines and all(_is_rule(line) or len(_cells(line)) > 1 for line in lines) else None
    if table is not None and any(_is_row(line) for line in lines):
        return table
    rows = []
    over: Cell | None = None
    while lines and not _LAST_NUMBER.fullmatch(lines[0].words):
        line = lines.pop(0)
        over = Cell(line.start, line.end, " ".join(line.words.split()))
    for line in lines:
        match = _LAST_NUMBER.fullmatch(line.words)
        if match is None:
            return None
        spans = (match.span(name) for name in ("label", "value"))
        rows.append(tuple(Cell(line.start + a, line.start + b, " ".join(line.words[a:b].split())) for a, b in spans))
    return Table(start, end, (), tuple(rows), over) if len(rows) >= _FEWEST else None
