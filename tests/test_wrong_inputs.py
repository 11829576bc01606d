"""Every wrong input of the table: exact words, exact exit code, nothing left half-written."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from wrong_input_table import (
    PAGE,
    Row,
    Said,
    build_graph,
    make_project,
    read_table,
    read_tree,
    run_apart,
    run_here,
    take_port,
    write_page,
)

ROWS = [row for group in read_table().values() for row in group]
#: Rows that are also run as a process, to show that it says the same as the function called in this one.
ALIKE = [
    "a key that stands twice in one mapping",
    "a claim derived from one that does not exist",
    "a query that is broken",
    "a query that is not known",
    "a port that is in use",
]


@pytest.fixture(scope="session")
def small_graph() -> bytes:
    """The graph of the small project, before anything is wrong in it."""
    return build_graph()


def run(row: Row, folder: Path, graph: bytes, *, apart: bool) -> Said:
    folder = folder.resolve() / "project"
    folder.mkdir()
    make_project(folder, row, graph)
    before = read_tree(folder)
    with ExitStack() as stack:
        port = take_port(stack) if "{port}" in row.run else 0
        said = (run_apart if apart else run_here)(row, folder, port)

    assert before == read_tree(folder), "something was written"
    return said


#: Every third row is run every day, the others with all tests.
EACH = [pytest.param(row, id=row.what, marks=[pytest.mark.slow] if n % 3 else []) for n, row in enumerate(ROWS)]


@pytest.mark.parametrize("row", EACH)
def test_wrong_input_is_told_exactly(row: Row, tmp_path: Path, small_graph: bytes) -> None:
    """The words and the exit code are those of the table, and every file of the project is as it was."""
    said = run(row, tmp_path, small_graph, apart=row.process)

    assert Said(row.exit, row.stdout, row.stderr) == said


@pytest.mark.parametrize("row", [row for row in ROWS if row.what in ALIKE], ids=lambda row: row.what)
def test_process_says_the_same(row: Row, tmp_path: Path, small_graph: bytes) -> None:
    """The command as a process of its own says what the function behind it says."""
    assert Said(row.exit, row.stdout, row.stderr) == run(row, tmp_path, small_graph, apart=True)


def test_no_row_is_a_bug() -> None:
    """A wrong input is never reported as our bug, and every row says something."""
    assert [row.what for row in ROWS if row.exit not in {0, 1, 2}] == []
    assert [row.what for row in ROWS if not row.stdout + row.stderr] == []
    assert [row.what for row in ROWS if "Traceback" in row.stderr] == []


def test_every_row_has_its_own_name() -> None:
    """No wrong input stands twice in the table."""
    names = [row.what for row in ROWS]
    assert len(names) == len(set(names))


def test_page_is_written_from_the_table() -> None:
    """docs/wrong-input.md shows the table as it is (else run `python tests/wrong_input_table.py`)."""
    assert write_page() == PAGE.read_text(encoding="utf-8")
