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
    assert [row.cells["date"] for row in read_rows(path)["transfers"]] == ["1999", ""]


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that is not there is no empty coding."""
    with pytest.raises(ReadError, match="no such folder of a coding"):
        measure_agreement(tmp_path / "a", tmp_path / "b")


def episode(name: str, *codes: str, start: int = 0) -> str:
    """Return an episode with codes in claims of their own, resting on words at a place."""
    words = f"words: [{{start: {start}, end: {start + 10}}}]"
    items = [f"- says: {{id: n/{name}, type: Episode, concerns: n/narrator}}\n  {words}\n"]
    items += [f"- claim: n/{name}/{code}\n  says: {{id: n/{name}, act: {code}}}\n  {words}\n" for code in codes]
    return "".join(items)


def test_codes_of_several_claims_are_cells_of_one_row(tmp_path: Path) -> None:
    """Where several codes may hold, each is a cell: a code that one coder has and the other has not is one difference."""
    for name, codes in (("first", ("transfer", "receipt")), ("second", ("receipt",))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(episode("episode-1", *codes), encoding="utf-8")
    cells = [row[3:5] for row in compare_codings(tmp_path / "first", tmp_path / "second") if row[1] == "episodes"]
    assert [(column, cell.first, cell.second) for column, cell in cells] == [
        ("subject", "self", "self"),
        ("act transfer", "yes", ""),
        ("act receipt", "yes", "yes"),
    ]


def test_rows_that_rest_on_the_same_words_are_paired(tmp_path: Path) -> None:
    """Two rows alike in every cell are told apart by the words that they rest on."""
    first = episode("early", "transfer", start=0) + episode("late", "transfer", start=500)
    second = episode("other", "transfer", start=502) + episode("one", "transfer", start=3)
    for name, text in (("first", first), ("second", second)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(text, encoding="utf-8")
    rows = {name: read_rows(tmp_path / name / "a.yaml")["episodes"] for name in ("first", "second")}
    assert rows["first"][0].covered(rows["second"][1]) == 7
    assert rows["first"][0].covered(rows["second"][0]) == 0
    assert all(paired for *_, paired in compare_codings(tmp_path / "first", tmp_path / "second"))


def test_background_is_read_from_what_is_said_of_a_narrator(tmp_path: Path) -> None:
    """Claims on the time before are a row of their own; their reasons add up."""
    text = "".join(
        f"- claim: n/reason-{code}\n  says: {{id: n/narrator, reasonForLeaving: {code}}}\n"
        for code in ("hunger", "trade")
    )
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    (row,) = read_rows(path)["background"]
    assert {k: v for k, v in row.cells.items() if v} == {
        "reasonForLeaving hunger": "yes",
        "reasonForLeaving trade": "yes",
    }
