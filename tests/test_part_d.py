"""Part D of the canned queries, beside a reading of the documents by somebody who did not write the rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from part_d_agreement import (
    MARK,
    PAGE,
    SETTLED,
    Comparison,
    Difference,
    as_listed,
    check_list,
    compare,
    compare_all,
    compare_law,
    make_table,
    read_list,
)
from part_d_reading import FOLDER, READERS, Reading, read_rows

#: Rows of the list that stand for every kind of problem, in tests that break something.
INVENTED = Difference("elements", "case-0/episode-1", "means", "deception", "fraud")


@pytest.fixture(scope="module")
def compared(built_graph: Path) -> list[Comparison]:
    """The reading set beside the built graph."""
    return compare_all(built_graph)


def test_every_difference_from_the_reading_is_listed_and_settled(compared: list[Comparison]) -> None:
    """What the graph answers otherwise than the reader read is in differences.tsv, and nothing there is out of date."""
    assert check_list(compared, read_list()) == []


def test_each_listed_difference_says_how_it_was_settled_and_why() -> None:
    """No row of the list is without a known outcome and a reason, and none is told twice."""
    rows = read_list()

    assert {row["settled"] for row in rows} == set(SETTLED)
    assert [row for row in rows if len(row["reason"].split()) < 4] == []
    assert len({(as_listed(row), row["settled"]) for row in rows}) == len(rows)


def test_the_table_of_agreement_is_that_of_the_graph(compared: list[Comparison]) -> None:
    """The counts that the page of the reading shows are made from the graph as built."""
    assert PAGE.read_text(encoding="utf-8").partition(MARK)[2].strip() == make_table(compared).strip()


def test_every_file_of_the_reading_is_compared(compared: list[Comparison]) -> None:
    """No table of the reader is left out, and each has cells that agree."""
    tables = {path.stem for path in FOLDER.glob("*.tsv")} - {"words", "differences"}

    assert {one.file for one in compared} == tables == {*READERS, "law-at-event"}
    assert [one.file for one in compared if not one.alike] == []


def test_each_word_put_for_another_is_one_that_the_reader_wrote() -> None:
    """A row of words.tsv that no cell of the reading needs any more is an error of the list."""
    written = {
        (name, column, value)
        for name in (*READERS, "law-at-event")
        for row in read_rows(FOLDER / f"{name}.tsv")
        for column, value in [
            *row.items(),
            *((c, f"{row.get('case')}-{row[c]}") for c in row if c in {"episode", "event_number"}),
        ]
    }

    assert [
        row for row in read_rows(FOLDER / "words.tsv") if (row["file"], row["column"], row["reading"]) not in written
    ] == []


def test_a_difference_that_is_not_listed_is_a_problem() -> None:
    """A new difference, one that is no more, and one said to be mended that is back: each is named."""
    found = [Comparison("elements", 1, 0, 0, (INVENTED,))]
    row = {
        "file": INVENTED.file,
        "row": INVENTED.row,
        "column": INVENTED.column,
        "reading": INVENTED.reading,
        "graph": INVENTED.graph,
    }

    assert check_list(found, []) == [f"not listed: {INVENTED}"]
    assert check_list(found, [row | {"settled": "left open"}]) == []
    assert check_list([], [row | {"settled": "left open"}]) == [f"listed, but it is no more: {INVENTED}"]
    assert f"listed as mended, but it is there: {INVENTED}" in check_list(found, [row | {"settled": "data mended"}])
    assert check_list([], [row | {"settled": "data mended"}]) == []


def test_mended_data_that_differ_in_another_way_are_a_problem() -> None:
    """Data said to be mended must agree with the reading, not only differ from what they were."""
    other = Difference("elements", "case-0/episode-1", "means", "deception", "abduction")
    listed = [
        {
            "file": "elements",
            "row": other.row,
            "column": "means",
            "reading": "deception",
            "graph": "fraud",
            "settled": "data mended",
        }
    ]

    assert check_list([Comparison("elements", 1, 0, 0, (other,))], listed) == [
        f"not listed: {other}",
        f"mended, yet it differs otherwise: {as_listed(listed[0])}",
    ]


def test_cells_are_alike_arguable_or_different() -> None:
    """A code that the reader calls arguable is allowed; another is a difference; of a row on one side that alone is told."""
    reading = {"a": {"means": "deception", "act": "transfer"}, "b": {"act": ""}}
    graph = {"a": {"means": "deception; fraud", "act": "receipt"}, "c": {"act": ""}}
    found = compare("elements", reading, graph, {("a", "means"): {"fraud"}})

    assert (found.alike, found.arguable) == (0, 1)
    assert [(d.row, d.column, d.reading, d.graph) for d in found.differences] == [
        ("a", "act", "transfer", "receipt"),
        ("b", "told", "yes", ""),
        ("c", "told", "", "yes"),
    ]


def test_law_at_events_is_compared_by_event_and_by_answer() -> None:
    """Events on one side only are told by kind, state and instrument; an answer differs only where the reader gives one."""
    kind = ("return", "cn", "cat-1984")
    found = compare_law(
        {(*kind, "e1"): "yes", (*kind, "e2"): ""},
        {(*kind, "e1"): "unknown", (*kind, "e2"): "in_force", (*kind, "e3"): "unknown"},
    )

    assert [(d.column, d.reading, d.graph) for d in found.differences] == [
        ("told", "", "e3"),
        ("answer", "e1 in_force", "e1 unknown"),
    ]


def test_the_reading_has_its_rows() -> None:
    """The reader's files are read whole: episodes, custody, women and ways."""
    reading = Reading()

    assert len(reading.elements()) >= len(read_rows(FOLDER / "elements.tsv"))
    assert reading.custody()["case-50/custody-7"]["kind"] == "detention"
    assert reading.arguable()["case-6/episode-1", "means"] >= {"threat_or_force"}
