"""Agreement of two codings: which rows are paired, which cells agree, and what alpha makes of it."""

from __future__ import annotations

from pathlib import Path

import krippendorff
import pytest

from nkgraph.agreement import find_differences, measure_agreement, measure_alpha
from nkgraph.codings import compare_codings, read_rows
from nkgraph.errors import ReadError

FIRST = """- says: {id: n/narrator, type: Narrator, surname: A, birthYear: 1975}
- says: {id: n/sale-1, type: Transfer, kind: sold, transferred: n/narrator, payment: {amount: 3000}}
- says: {id: n/sale-2, type: Transfer, kind: resold, transferred: n/narrator, place: place:x}
"""
SECOND = """- says: {id: n/narrator, type: Narrator, surname: A, birthYear: 1976}
- says: {id: n/second, type: Transfer, kind: resold, transferred: n/narrator, place: place:x}
- says: {id: n/one, type: Transfer, kind: sold, transferred: n/narrator, payment: {amountMin: 3000, amountMax: 3000}}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, text in (("first", FIRST), ("second", SECOND)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case-1.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "first", tmp_path / "second"


def test_rows_are_paired_by_what_they_say(folders: tuple[Path, Path]) -> None:
    """Ids and order of the two coders do not matter: the rows most alike are one."""
    transfers = [row for row in compare_codings(*folders) if row[1] == "transfers"]
    assert all(paired for *_, paired in transfers)
    assert [cell for *_, cell, _ in transfers if cell.first != cell.second] == []


def test_difference_is_one_cell(folders: tuple[Path, Path]) -> None:
    """What the coders see otherwise is told with unit, row and column."""
    (difference,) = find_differences(*folders)
    assert (difference.unit, difference.row, difference.column) == ("case-1", "n/narrator", "birthYear")
    assert (difference.first, difference.second) == ("1975", "1976")


def test_row_of_one_coder_only_disagrees_in_every_cell(folders: tuple[Path, Path]) -> None:
    """A fact that one coder left out counts against agreement in each cell that the other filled."""
    extra = "- says: {id: n/crossing, type: Crossing, river: Tumen, date: '1998'}\n"
    (folders[0] / "case-1.yaml").write_text(FIRST + extra, encoding="utf-8")
    (crossings,) = [row for row in measure_agreement(*folders) if row.family == "crossings"]
    assert (crossings.rows_first, crossings.rows_second, crossings.paired) == (1, 0, 0)
    assert (crossings.cells, crossings.agreeing) == (2, 0)


def test_codings_that_agree_have_alpha_one(folders: tuple[Path, Path]) -> None:
    """Alpha is 1 where every cell agrees, and less where one does not."""
    same = measure_agreement(folders[0], folders[0])[-1]
    other = measure_agreement(*folders)[-1]
    assert same.alpha == pytest.approx(1.0)
    assert other.alpha is not None
    assert other.alpha < 1.0
    assert (other.cells, other.agreeing) == (same.cells, same.cells - 1)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "a"), ("b", "b"), ("b", "a"), ("b", "b")],
        [("a", "b"), ("b", "a")],
        [("a", "a"), ("b", "c"), ("c", "c"), ("a", ""), ("", "b")],
    ],
)
def test_alpha_is_that_of_the_krippendorff_package(pairs: list[tuple[str, str]]) -> None:
    """Our few lines and the reference implementation, which builds matrices, give one number."""
    values = sorted({value for pair in pairs for value in pair})
    data = [[values.index(pair[coder]) for pair in pairs] for coder in (0, 1)]
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert measure_alpha(pairs) == pytest.approx(expected)


def test_alpha_of_one_value_is_not_defined() -> None:
    """Where both coders always say the same one thing there is nothing to measure."""
    assert measure_alpha([("a", "a"), ("a", "a")]) is None


def test_never_paired_across_accounts(folders: tuple[Path, Path]) -> None:
    """The same fact in another file is another fact."""
    (folders[1] / "case-1.yaml").rename(folders[1] / "case-2.yaml")
    assert not any(paired for *_, paired in compare_codings(*folders))


def test_second_claim_of_a_thing_is_joined_to_its_row(tmp_path: Path) -> None:
    """A date coded apart is a cell of the row of its event."""
    path = tmp_path / "a.yaml"
    path.write_text(FIRST + "- claim: n/sale-1/date\n  says: {id: n/sale-1, date: '1999'}\n", encoding="utf-8")
    assert [row["date"] for row in read_rows(path)["transfers"]] == ["1999", ""]


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that is not there is no empty coding."""
    with pytest.raises(ReadError, match="no such folder of a coding"):
        measure_agreement(tmp_path / "a", tmp_path / "b")
