"""Claims drafted of tables: the table, and each cell that is a number, with its row, column, unit and total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from nkgraph.drafting.accounts import Saying, bound
from nkgraph.drafting.drafter import Drafter, Proposal
from nkgraph.drafting.units import Unit
from nkgraph.errors import ClaimError
from nkgraph.model import Span
from nkgraph.numbers import numbers_in
from nkgraph.plain_tables import Cell, Table, read_table
from nkgraph.spans import make_span

__all__ = ["draft_table"]

_MONEY: Final = {"CNY": r"\b(?:yuan|RMB|CNY|renminbi)\b", "USD": r"\$|\b(?:dollars?|USD)\b"}
#: What a heading counts, tried in this order.
_COUNTED: Final = {
    "children": r"\b(?:children|sons|daughters|babies)\b",
    "households": r"\b(?:households|families)\b",
    "cases": r"\bcases\b",
    "interviews": r"\b(?:interviews|testimonies)\b",
    "persons": r"\b(?:women|woman|men|girls|people|persons?|refugees|victims|respondents|defectors|brokers|traffickers"
    r"|husbands|brides|workers|prisoners|interviewees|migrants|deaths|individuals)\b",
}
_MEASURED: Final = {"percent": r"%|\bper ?cent|\bshare\b", "years": r"\byears\b", "months": r"\bmonths\b",
    "weeks": r"\bweeks\b", "days": r"\bdays\b", "hours": r"\bhours\b", "km": r"\b(?:km|kilomet)", "kg": r"\bkg\b"}  # fmt: skip
_TOTAL: Final = re.compile(r"(?:grand |sub-?)?totals?|sum|all|overall|altogether", re.IGNORECASE)


def draft_table(drafter: Drafter, unit: Unit) -> list[Proposal]:
    """Return the table and its cells, or nothing where its lines cannot be told apart as rows.

    A cell rests on its own words, those of its row and those over its column. Its base is the cell of its column in the
    row called total, if that counts the same.
    """
    start, end = unit.positions[0], unit.positions[-1] + 1
    table = read_table(drafter.reading.text, start, end)
    if table is None:
        return []
    name = f"table/{unit.passage.key}"
    cells = list(_cells(drafter, unit, table, name))
    head = table.heading or ((table.over,) if table.over else table.rows[0])
    words = _spans(drafter, [(head[0].start, head[-1].end)])
    if not cells or not words:
        return []
    title = Proposal("statistics", name, {"id": name, "type": "ReportTable"}, words)
    return [title, *cells]


def _cells(drafter: Drafter, unit: Unit, table: Table, name: str) -> Iterator[Proposal]:
    found: list[tuple[int, bool, Saying, tuple[Span, ...]]] = []
    for row in table.rows:
        for place, cell in list(enumerate(row))[1:]:
            column = table.column(row, place)
            says = _say(cell, row[0], column, table)
            if says is None:
                continue
            over = [] if column is not None else [table.over] if table.over is not None else list(table.heading[:1])
            parts = [*over, *([column] if column else []), *([row[0]] if row[0].words else []), cell]
            spans = _spans(drafter, [(part.start, part.end) for part in parts])
            if spans:
                known = {"id": drafter.name(unit, "statistic"), "type": "StatisticalStatement", "table": name}
                total = _TOTAL.fullmatch(row[0].words) is not None
                found.append((place, total, known | says, spans))
    totals = {place: says for place, total, says, _ in found if total}
    for place, total, says, spans in found:
        base = totals.get(place)
        if base is not None and not total and base.get("unit") == says.get("unit") != "percent":
            says["base"] = str(base["id"])
        yield Proposal("statistics", str(says["id"]), says, spans)


def _say(cell: Cell, row: Cell, column: Cell | None, table: Table) -> Saying | None:
    """Return what a cell says, or None if it states no number."""
    numbers = sorted(dict.fromkeys(numbers_in(cell.words)), key=float) if cell.is_value else []
    if not numbers:
        return None
    says: Saying = {"row": row.words} if row.words else {}
    if column is not None:
        says["column"] = column.words
    says |= bound("value", numbers[0], numbers[-1])
    corner = (
        ""
        if column is not None
        else table.over.words
        if table.over
        else table.heading[0].words
        if table.heading
        else ""
    )
    unit = _find_unit(cell.words, column.words if column else "", row.words, corner)
    if unit is not None:
        says["unit"] = unit
    if unit in _MONEY:
        says["currency"] = str(unit)
    return says


def _find_unit(cell: str, column: str, row: str, corner: str) -> str | None:
    """Return the unit that the words nearest to a number carry: its own, those over it, those beside it.

    >>> _find_unit("12", "Women", "2 years", ""), _find_unit("12%", "Women", "", ""), _find_unit("8", "", "Boats", "")
    ('persons', 'percent', None)
    """
    for words, units in ((cell, _MONEY | _MEASURED | _COUNTED), (column, _MONEY | _MEASURED | _COUNTED)):
        found = _match(words, units)
        if found is not None:
            return found
    return _match(row, _COUNTED) or _match(corner, _COUNTED)


def _match(words: str, units: Mapping[str, str]) -> str | None:
    return next((unit for unit, pattern in units.items() if re.search(pattern, words, re.IGNORECASE)), None)


def _spans(drafter: Drafter, parts: list[tuple[int, int]]) -> tuple[Span, ...]:
    try:
        return tuple(make_span(drafter.reading, start, end) for start, end in parts)
    except ClaimError:
        return ()
