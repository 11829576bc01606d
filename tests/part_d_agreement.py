"""Set the second reading of part D beside what the graph answers, and write the tables of ``data/review/part-d/README.md``.

``python tests/part_d_agreement.py GRAPH`` prints the differences that ``differences.tsv`` does not list, and those it lists
that are no more; then it writes the page.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
from part_d_answers import ASKERS, Answers
from part_d_reading import FOLDER, READERS, Reading, Rows, read_rows, split_codes

PAGE = FOLDER / "README.md"
MARK = "<!-- made by tests/part_d_agreement.py: from here to the end -->\n"
LIST = FOLDER / "differences.tsv"
COLUMNS = ("file", "row", "column", "reading", "graph", "settled", "reason")
#: How a difference was settled: the claims were mended (so there is none now), the reading is not followed, or it stays open.
SETTLED = ("data mended", "reading not followed", "left open")
#: Files in which the reader chose what to write down, and how the ids begin of what may be left out there.
_CHOSEN = {"figures": "", "origin-to-destination": "", "persons": "characterisation/"}


@attrs.frozen(order=True)
class Difference:
    """A cell on which the reading and the graph differ; column `told` where one side has no such row."""

    file: str
    row: str
    column: str
    reading: str
    graph: str


@attrs.frozen
class Comparison:
    """A file compared: cells that are alike, cells alike but for codes that the reader calls arguable, and differences."""

    file: str
    rows: int
    alike: int
    arguable: int
    differences: tuple[Difference, ...]


def compare(file: str, reading: Rows, graph: Rows, arguable: dict[tuple[str, str], set[str]]) -> Comparison:
    """Return how two sides of a file agree; of a row that one side lacks, that alone is the difference."""
    alike, allowed, found = 0, 0, []
    for row in sorted({*reading, *graph}):
        if row not in reading or row not in graph:
            found.append(Difference(file, row, "told", "yes" if row in reading else "", "yes" if row in graph else ""))
            continue
        for column, said in reading[row].items():
            answer = graph[row].get(column, "")
            if said == answer:
                alike += 1
            elif split_codes(said) ^ split_codes(answer) <= arguable.get((row, column), set()):
                allowed += 1
            else:
                found.append(Difference(file, row, column, said, answer))
    return Comparison(file, len(reading), alike, allowed, tuple(found))


def compare_law(
    reading: dict[tuple[str, str, str, str], str], graph: dict[tuple[str, str, str, str], str]
) -> Comparison:
    """Return how the law at events agrees: a row is a kind of event, a state and an instrument, a cell events."""
    file, found, alike = "law-at-event", [], 0
    words = {"yes": "in_force", "no": "not_in_force"}
    for kind in sorted({key[:3] for key in {*reading, *graph}}):
        read = {event for *of, event in reading if tuple(of) == kind}
        answered = {event for *of, event in graph if tuple(of) == kind}
        row = " ".join(kind)
        alike += len(read & answered)
        if read != answered:
            found.append(
                Difference(file, row, "told", "; ".join(sorted(read - answered)), "; ".join(sorted(answered - read)))
            )
        both = sorted(read & answered)
        said = {event: words.get(reading[*kind, event], "") for event in both}
        other = [event for event in both if said[event] and said[event] != graph[*kind, event]]
        alike += len([event for event in both if said[event]]) - len(other)
        if other:
            texts = (
                "; ".join(f"{event} {said[event]}" for event in other),
                "; ".join(f"{event} {graph[*kind, event]}" for event in other),
            )
            found.append(Difference(file, row, "answer", *texts))
    return Comparison(file, len(reading), alike, 0, tuple(found))


def compare_all(graph: Path) -> list[Comparison]:
    """Return how each file agrees with the built graph."""
    reading, answers = Reading(), Answers(graph)
    compared = []
    for file in READERS:
        read, answered = READERS[file](reading), ASKERS[file](answers)
        if file in _CHOSEN:
            answered = {
                row: cells for row, cells in answered.items() if row in read or not row.startswith(_CHOSEN[file])
            }
        compared.append(compare(file, read, answered, reading.arguable() if file == "elements" else {}))
    return [*compared, compare_law(reading.law(), answers.law())]


def read_list() -> list[dict[str, str]]:
    """Return the rows of ``differences.tsv``."""
    rows = read_rows(LIST)
    assert all(tuple(row) == COLUMNS for row in rows)
    return rows


def as_listed(row: dict[str, str]) -> Difference:
    """Return the difference that a row of the list is of."""
    return Difference(*(row[column] for column in COLUMNS[:5]))


def check_list(compared: list[Comparison], listed: list[dict[str, str]]) -> list[str]:
    """Return what is wrong with the list: differences it lacks, and those that are not, or are again."""
    now = {difference for one in compared for difference in one.differences}
    cells = {(d.file, d.row, d.column) for d in now}
    standing = {as_listed(row) for row in listed if row["settled"] != "data mended"}
    mended = [as_listed(row) for row in listed if row["settled"] == "data mended"]
    problems = [f"not listed: {difference}" for difference in sorted(now - standing)]
    problems += [f"listed, but it is no more: {difference}" for difference in sorted(standing - now)]
    problems += [f"listed as mended, but it is there: {d}" for d in mended if d in now]
    kept = {(d.file, d.row, d.column) for d in standing}
    return problems + [
        f"mended, yet it differs otherwise: {d}" for d in mended if (d.file, d.row, d.column) in cells - kept
    ]


def _rows(compared: list[Comparison], listed: list[dict[str, str]]) -> Iterator[str]:
    heads = ("file", "rows read", "cells alike", "alike but for arguable codes", "differed", *SETTLED)
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    how = Counter((row["file"], row["settled"]) for row in listed)
    totals = Counter[int]()
    for one in compared:
        settled = [how[one.file, word] for word in SETTLED]
        numbers = [one.rows, one.alike, one.arguable, sum(settled), *settled]
        totals.update(dict(enumerate(numbers)))
        yield f"| `{one.file}.tsv` | " + " | ".join(map(str, numbers)) + " |"
    yield "| all | " + " | ".join(str(totals[n]) for n in range(7)) + " |"


def make_table(compared: list[Comparison]) -> str:
    """Return the table of the page."""
    return "\n".join(_rows(compared, read_list())) + "\n"


if __name__ == "__main__":
    outcome = compare_all(Path(sys.argv[1]))
    for problem in check_list(outcome, read_list()):
        print(problem)
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(head + MARK + "\n" + make_table(outcome), encoding="utf-8")
