"""The rows of an answer, read from SPARQL JSON and shown to people: on a terminal, or as Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

import attrs
import pyoxigraph as ox
import rich.box
import rich.console
import rich.table
import rich.text

from nkgraph.iris import shorten
from nkgraph.sparql import Answer

__all__ = ["Cell", "Table", "read_table", "show_cell", "write_markdown", "write_text"]

#: What stands in a cell: a term, or None where nothing is stated.
Cell = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
_WIDEST: Final = 200


@attrs.frozen
class Table:
    """The rows of an answer: terms by column, None where a cell is unbound."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def read_table(answer: Answer, columns: Iterable[str] | None = None) -> Table:
    """Return the rows of a SELECT answer given as SPARQL JSON, of some columns or of all.

    Raises:
        QueryError: the answer is a refusal.
    """
    results = ox.parse_query_results(io.BytesIO(answer.require().body), format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return Table(("answer",), ((ox.Literal("yes" if results else "no"),),))
    assert isinstance(results, ox.QuerySolutions)
    variables = [variable.value for variable in results.variables]
    names = tuple(variables if columns is None else [name for name in columns if name in variables])
    return Table(names, tuple(tuple(solution[name] for name in names) for solution in results))


def show_cell(cell: Cell) -> str:
    """Return a cell as people read it: IRIs shortened by our prefixes, literals by their value, nothing as nothing.

    >>> show_cell(ox.NamedNode("https://w3id.org/nkgraph/place/yanji")), show_cell(None)
    ('place:yanji', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, ox.NamedNode):
        return shorten(cell.value)
    return cell.value if isinstance(cell, ox.Literal) else str(cell)


def write_markdown(table: Table) -> str:
    """Return the rows as a Markdown table.

    >>> print(write_markdown(Table(("a", "b"), ((ox.Literal("x|y"), None),))), end="")
    | a | b |
    | --- | --- |
    | x\\|y |  |
    """

    def escape(text: str) -> str:
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>")

    lines = [list(table.columns), ["---"] * len(table.columns)]
    lines += [[escape(show_cell(cell)) for cell in row] for row in table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_text(table: Table, width: int = _WIDEST) -> str:
    """Return the rows as a table of plain text that fits a width; long cells are broken, never cut."""
    shown = rich.table.Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        shown.add_column(column, overflow="fold")
    for row in table.rows:
        shown.add_row(*(rich.text.Text(show_cell(cell)) for cell in row))
    output = io.StringIO()
    console = rich.console.Console(file=output, width=width, color_system=None, legacy_windows=False)
    console.print(shown)
    lines = [line.rstrip() for line in output.getvalue().splitlines()]
    return "\n".join(line for line in lines if line) + "\n"
