"""Agreement of two independent codings: cell by cell, and Krippendorff's alpha, by family of facts.

Run ``python -m nkgraph.agreement``. A row that only one coder has counts as a disagreement in every cell that it fills.
Cells that both leave empty do not count. Alpha is nominal, over values read with their column.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from nkgraph.codings import Cell, compare_codings
from nkgraph.errors import NkgraphError
from nkgraph.families import FAMILIES

__all__ = [
    "Difference",
    "FamilyAgreement",
    "find_differences",
    "format_agreement",
    "main",
    "measure_agreement",
    "measure_alpha",
]


@attrs.frozen
class Difference:
    """A cell on which two codings differ."""

    unit: str
    family: str
    row: str
    column: str
    first: str
    second: str


@attrs.frozen
class FamilyAgreement:
    """Agreement in one family: rows of each coder, rows paired, cells compared, cells that agree, alpha."""

    family: str
    rows_first: int
    rows_second: int
    paired: int
    cells: int
    agreeing: int
    alpha: float | None


def measure_alpha(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Krippendorff's alpha of values given by two coders, nominal; None where there is only one value.

    With two coders and no gap the coincidences are the pairs read both ways: no matrix of values is needed.

    >>> measure_alpha([("a", "a"), ("b", "b"), ("b", "a"), ("b", "b")])
    0.5333333333333333
    """
    counts = Counter(value for pair in pairs for value in pair)
    if len(counts) < 2:
        return None
    total = 2 * len(pairs)
    observed = 2 * sum(first != second for first, second in pairs) / total
    expected = 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))
    return 1 - observed / expected


def measure_agreement(first: Path, second: Path) -> list[FamilyAgreement]:
    """Return the agreement of two codings by family, in the order of the codebook, with a last row for all."""
    found: dict[str, list[tuple[str, str, str, Cell, bool]]] = {family: [] for family in FAMILIES}
    for unit, family, row, column, cell, paired in compare_codings(first, second):
        found[family].append((f"{unit}/{row}", row, column, cell, paired))
    result = [_summarise(family, rows) for family, rows in found.items() if rows]
    result.append(_summarise("all", [row for rows in found.values() for row in rows]))
    return result


def _summarise(family: str, rows: Sequence[tuple[str, str, str, Cell, bool]]) -> FamilyAgreement:
    paired = {unit for unit, _, _, _, both in rows if both}
    only_first = {unit for unit, _, _, cell, both in rows if not both and cell.first}
    only_second = {unit + "*" for unit, _, _, cell, both in rows if not both and cell.second}
    cells = [(column, cell) for _, _, column, cell, _ in rows]
    agreeing = sum(cell.first == cell.second for _, cell in cells)
    return FamilyAgreement(
        family,
        len(paired) + len(only_first),
        len(paired) + len(only_second),
        len(paired),
        len(cells),
        agreeing,
        measure_alpha([(f"{column}={cell.first}", f"{column}={cell.second}") for column, cell in cells]),
    )


def find_differences(first: Path, second: Path) -> list[Difference]:
    """Return every cell on which two codings differ, by unit and family."""
    return [
        Difference(unit, family, row, column, cell.first, cell.second)
        for unit, family, row, column, cell, _ in compare_codings(first, second)
        if cell.first != cell.second
    ]


def format_agreement(rows: Iterable[FamilyAgreement]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| family | rows, first | rows, second | paired | cells | agree | share | alpha |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in rows:
        alpha = "" if r.alpha is None else f"{r.alpha:.2f}"
        share = f"{r.agreeing / r.cells:.0%}" if r.cells else ""
        lines.append(
            f"| {r.family} | {r.rows_first} | {r.rows_second} | {r.paired} | {r.cells} | {r.agreeing} "
            f"| {share} | {alpha} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the agreement of the codings in ``data/coding``, round by round; with ``--differences``, each cell that differs.

    With two folders named, that of the codings in these.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    folders = [Path(word) for word in words if not word.startswith("-")]
    kept = Path("data/coding")
    rounds = [(kept / "first", kept / "second"), (kept / "round-2" / "first", kept / "round-2" / "second")]
    try:
        for first, second in [(folders[0], folders[1])] if len(folders) == 2 else rounds:
            if "--differences" in words:
                found = find_differences(first, second)
                lines = ["\t".join((d.unit, d.family, d.row, d.column, d.first, d.second)) for d in found]
            else:
                table = format_agreement(measure_agreement(first, second))
                lines = [table] if len(folders) == 2 else [f"{first} and {second}", "", table, ""]
            sys.stdout.write("".join(line + "\n" for line in lines))
    except NkgraphError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
