"""The page that lies beside an HTCDS-style export: what a row is, what stays empty and why, what was dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nkgraph.exports.cells import Row
from nkgraph.exports.htcds_fields import ALWAYS_EMPTY, read_columns
from nkgraph.exports.losses import Losses
from nkgraph.exports.mappings import Mappings

__all__ = ["describe_htcds"]

#: Under this number a cell of a table by two or more attributes points at persons.
_SMALL: Final = 11
_INTRODUCTION: Final = """\
# What documents report, in the manner of HTCDS 2.0

A lossy view of nkgraph. Fields and values are those of the Human Trafficking Case Data Standard (HTCDS) 2.0 of the International
Organization for Migration (CC BY 4.0), spelled as there. This is no official use of the standard: IOM has not made, reviewed or
endorsed it. Columns that begin with `nk_` are ours. The data are licensed CC BY 4.0 by the contributors of nkgraph.

- Every cell is *reported* by a document. `trace.csv` names the claims that each cell rests on, by file, row and field.
- **An empty cell never means no.** It means that nothing is stated, that there is no field for it, or that what is stated
  (a code whose values here mean less, several answers where one fits) cannot be carried. `dropped.csv` counts the latter.
- `persons.csv`: one row a woman. Who is judged to tell several accounts has one row, and `nk_Accounts` names them. Women who
  are only told of by others have none.
- `actors.csv`: individuals reported in a role for which the standard has a value that means the same or more; transporters,
  smugglers and others have none such and no row. It says nothing on guilt.
- `events.csv`: one row a transfer, however often it is told, and one row for each type of event in a course of conduct
  (`nk_Kind`). A transfer can be part of such a course: rows are not to be added up. `nk_TransferKind` is our code for how the
  transfer is told; one that was only attempted has no row. A row does not say that the event was trafficking.
- `organisations.csv`: organisations that the documents name, most of them as sources.
- A code is carried only where HTCDS has a value that means the same or more. Several values stand with `;` between them; where
  the field holds one value and there are several, it stays empty.
- Identifiers lead into nkgraph, whose pages show what the documents print, surnames too.
- No names and no consent. Nobody's status is decided: the fields that ask for it, and the one on her relation to a
  trafficker, are empty in every row.
"""


def describe_htcds(tables: Mapping[str, Sequence[Row]], mappings: Mappings, losses: Losses, *, coarse: bool) -> str:
    """Return the page, with the sums of this export."""
    detail = "years and provinces" if coarse else "months and counties (or prefectures) at most"
    lines = [_INTRODUCTION + f"- Dates and places are shown to {detail}."]
    lines.append(
        f"- Rows are about few persons. Do not publish a table by two or more of these fields with counts under {_SMALL}, "
        "and join nothing to a woman's row."
    )
    if not mappings.targets:
        lines.append("- **The graph held no mappings to HTCDS: no code is carried.**")
    lines += ["", "## Rows", ""]
    lines += [f"- `{name}.csv`: {len(rows)}" for name, rows in tables.items()]
    lines += ["", "## Fields that stay empty, and why", "", "| field | reason |", "| --- | --- |"]
    lines += [f"| `{field}` | {reason} |" for field, reason in ALWAYS_EMPTY.items()]
    filled = {f for rows in tables.values() for row in rows for f in row.cells if row.shown(f)}
    other = [f for fields in read_columns().values() for f in fields if f not in filled and f not in ALWAYS_EMPTY]
    lines += ["", "Empty here, since nothing is stated that can be carried to them: "]
    lines[-1] += ", ".join(f"`{field}`" for field in dict.fromkeys(other)) + "."
    lines += ["", "## What is dropped", "", "`dropped.csv` has it by kind of thing, property and reason.", ""]
    lines += [f"- {line}" for line in losses.describe().splitlines()]
    return "\n".join(lines) + "\n"
