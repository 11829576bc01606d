"""Tables written for machines: CSV, TSV and SPARQL JSON, with whole IRIs and an empty cell where nothing is stated."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyoxigraph as ox

from nkgraph.tables import Cell, Table

__all__ = ["write_csv", "write_json"]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.value if isinstance(cell, ox.NamedNode | ox.Literal | ox.BlankNode) else str(cell)


def write_csv(table: Table, delimiter: str = ",") -> str:
    """Return a table as CSV (RFC 4180, with line feeds), the first line its columns."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return buffer.getvalue()


def _binding(cell: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> dict[str, Any]:
    if isinstance(cell, ox.NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, ox.Literal):
        binding = {"type": "literal", "value": cell.value}
        if cell.language:
            binding["xml:lang"] = cell.language
        elif cell.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
            binding["datatype"] = cell.datatype.value
        return binding
    return {"type": "literal", "value": str(cell)}


def write_json(table: Table) -> str:
    """Return a table as SPARQL 1.1 Query Results JSON."""
    rows = [
        {name: _binding(cell) for name, cell in zip(table.columns, row, strict=True) if cell is not None}
        for row in table.rows
    ]
    document = {"head": {"vars": list(table.columns)}, "results": {"bindings": rows}}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
