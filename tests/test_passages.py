from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import attrs
import pytest

from nkgraph.errors import ReadError
from nkgraph.folding import fold
from nkgraph.model import Passage
from nkgraph.passages import (
    BODY,
    CONTAINERS,
    check_index,
    find_leaf,
    fold_passage,
    furniture_spans,
    load_index,
    measure_segments,
    passage_at,
    split_passages,
    write_index,
)
from nkgraph.project import default_project
from nkgraph.spans import Reading

#: An invented report in the layout of the real one: accounts, a caption and footnotes at page ends, a boxed table, lists.
REPORT = """\
 Opening Words of the Report
This invented report tells of people who went over a bridge, and of what they paid for bread. It has
been written for the tests of this program only.1

The second paragraph goes on over the end of the page, where it stops in the middle of a sentence and

1 A note at the foot of the page.

A bridge seen from the north bank in winter.
 goes on after it.

Number of loaves in the same basket

Number of loaves Number of baskets

Two 4

Three 9

Total 13

Personal Accounts of Bread

Case 1 Ms. One in Northland, born in 1950

I bought bread in the town and carried it home in a basket, and in the evening we ate it all, my
brother and I, because there was nothing
else.

Case 2 Ms. Two in Southland, born 1951

I sold my basket for 40 yuan at the gate of the town, and the one
who bought it was a baker, who

The Price of Baskets (in this year)

Up to 20 RMB

21 - 40 RMB
 had many baskets. I went home.

Some People Sell Their Bread and Baskets in the Market

Case 3 Mrs. Three, in Southland, born in 1952

I ate the bread.
 Recommendations
The Bakers (North Town) should take steps to:

1. Bake more bread.

2. Sell it for less
than before.

Baskets should:

1. Hold more.
"""


@pytest.fixture(scope="module")
def report() -> tuple[Passage, ...]:
    return split_passages("hrnk-invented", REPORT)


def words(passages: tuple[Passage, ...], key: str) -> str:
    passage = next(p for p in passages if p.key == key)
    return " ".join(REPORT[passage.start : passage.end].split())


def test_accounts_begin_with_their_heading_and_end_before_the_next(report: tuple[Passage, ...]) -> None:
    accounts = [p for p in report if p.kind == "account"]
    assert [(p.key, p.number) for p in accounts] == [("case-1", "1"), ("case-2", "2"), ("case-3", "3")]
    assert words(report, "case-1").startswith("Case 1 Ms. One")
    assert words(report, "case-1").endswith("nothing else.")
    assert words(report, "case-3").endswith("I ate the bread.")
    own = fold_passage(report, "case-2", REPORT).characters
    assert (
        own
        == fold(
            "Case 2 Ms. Two in Southland, born 1951 I sold my basket for 40 yuan at the gate of the town, and the one who "
            "bought it was a baker, who had many baskets. I went home."
        ).characters
    )


def test_what_stands_apart_is_told_from_running_text(report: tuple[Passage, ...]) -> None:
    assert words(report, "footnote-1") == "1 A note at the foot of the page."
    assert words(report, "caption-1") == "A bridge seen from the north bank in winter."
    assert words(report, "table-1").startswith("Number of loaves in")
    assert words(report, "table-1").endswith("Total 13")
    assert words(report, "table-2") == "The Price of Baskets (in this year) Up to 20 RMB 21 - 40 RMB"
    spans = [" ".join(REPORT[start:end].split())[:12] for start, end in furniture_spans(report)]
    assert spans == ["1 A note at ", "A bridge see", "Number of lo", "The Price of"]


def test_a_paragraph_goes_on_over_the_page(report: tuple[Passage, ...]) -> None:
    assert fold_passage(report, "paragraph-2", REPORT).characters.endswith("inthemiddleofasentenceandgoesonafterit")


def test_a_form_feed_begins_a_page_too(report: tuple[Passage, ...]) -> None:
    with_feeds = REPORT.replace("\n ", "\n\f")
    assert [(p.key, p.fingerprint) for p in split_passages("hrnk-invented", with_feeds)] == [
        (p.key, p.fingerprint) for p in report
    ]
    on_lines_of_their_own = REPORT.replace("\n ", "\n\f\n")
    assert [p.key for p in split_passages("hrnk-invented", on_lines_of_their_own)] == [p.key for p in report]


def test_recommendations_are_named_after_whom_they_are_for(report: tuple[Passage, ...]) -> None:
    keys = [p.key for p in report if p.kind == "recommendation"]
    assert keys == ["recommendation-north-town-1", "recommendation-north-town-2", "recommendation-baskets-1"]
    assert words(report, "recommendation-north-town-2") == "2. Sell it for less than before."


def test_a_claim_is_about_its_account_or_leaf(report: tuple[Passage, ...]) -> None:
    def at(words: str) -> str | None:
        start = REPORT.index(words)
        found = passage_at(report, start, start + len(words))
        return found.key if found else None

    assert at("sold my basket") == "case-2"
    assert at("21 - 40 RMB") == "table-2"
    assert at("note at the foot") == "footnote-1"
    assert at("tests of this program") == "paragraph-1"
    assert at("only.1\n\nThe second") == "section-1"
    start = REPORT.index("who\n\nThe Price")
    assert find_leaf(report, start, start + 12) is None
    assert find_leaf(report, 0, 1) is None


def test_segments_are_apart_and_hold_every_letter(report: tuple[Passage, ...]) -> None:
    check_segments(report, REPORT)


def check_segments(passages: tuple[Passage, ...], text: str) -> None:
    segments = measure_segments(passages)
    assert all(first[1] <= second[0] for first, second in pairwise(segments))
    covered = bytearray(len(text))
    for start, end, _ in segments:
        covered[start:end] = b"\x01" * (end - start)
    assert [place for place, c in enumerate(text) if not c.isspace() and not covered[place]] == []


def test_the_index_is_read_back_as_it_was_written(tmp_path: Path, report: tuple[Passage, ...]) -> None:
    path = write_index(tmp_path, "invented", report)
    assert load_index(tmp_path) == {"invented": report}
    before = path.read_bytes()
    write_index(tmp_path, "invented", report)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "line"), [("nothing\n", 1), ("", 1), ("{head}\na\tb\n", 2), ("{head}\nk\tp\t\t\tone\t2\t3\tf\n", 2)]
)
def test_a_broken_index_is_refused(tmp_path: Path, report: tuple[Passage, ...], text: str, line: int) -> None:
    path = write_index(tmp_path, "invented", report)
    head = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(text.replace("{head}", head), encoding="utf-8")
    with pytest.raises(ReadError, match=rf"invented\.tsv:{line}: .*index"):
        load_index(tmp_path)


def test_the_index_is_checked_against_the_text(report: tuple[Passage, ...]) -> None:
    index = {"invented": report}
    assert check_index(index, {"invented": REPORT}) == []
    changed = REPORT.replace("nothing", "noting!")
    assert {f.thing for f in check_index(index, {"invented": changed})} == {
        "invented/case-1",
        "invented/paragraph-3",
        "invented/section-2",
    }
    assert [f.rule for f in check_index({}, {"invented": REPORT})] == ["passage-missing"]
    assert check_index(index, {}) == []
    moved = tuple(attrs.evolve(p, start=p.start + 1) if p.key == "table-2" else p for p in report)
    assert "invented/table-2" in {f.thing for f in check_index({"invented": moved}, {"invented": REPORT})}


def test_the_committed_index_holds_no_text() -> None:
    folder = default_project().data / "passages"
    index = load_index(folder)
    assert len(index) == 4
    for passages in index.values():
        keys = [passage.key for passage in passages]
        assert len(keys) == len(set(keys))
        assert all(len(passage.fingerprint) == 16 for passage in passages)
        assert all(passage.number is None or passage.number.isdecimal() for passage in passages)
    assert all(len(row.split("\t")) == 8 for path in folder.glob("*.tsv") for row in path.read_text().splitlines())


@pytest.mark.documents
def test_the_committed_index_is_the_one_of_the_documents(texts: dict[str, str], readings: dict[str, Reading]) -> None:
    index = load_index(default_project().data / "passages")
    assert index == {slug: reading.passages for slug, reading in readings.items()}
    assert check_index(index, texts) == []


@pytest.mark.documents
def test_every_letter_of_the_documents_lies_in_a_leaf(readings: dict[str, Reading]) -> None:
    for reading in readings.values():
        check_segments(reading.passages, reading.text)


@pytest.mark.documents
def test_the_parts_of_the_documents_are_all_found(readings: dict[str, Reading]) -> None:
    kinds = {slug.partition("-")[0]: Counter(p.kind for p in r.passages) for slug, r in readings.items()}
    assert [kinds["hrnk"][kind] for kind in ("account", "footnote", "caption", "table", "furniture")] == [
        53,
        64,
        15,
        3,
        2,
    ]
    assert (kinds["csw"]["footnote"], kinds["eir"]["bibliography_entry"], kinds["oral"]["paragraph"]) == (37, 28, 17)
    for slug, last in (("hrnk", 64), ("csw", 37)):
        passages = next(r.passages for name, r in readings.items() if name.startswith(slug))
        notes = [p.number for p in sorted(passages, key=lambda p: p.start) if p.kind == "footnote"]
        assert notes == [str(number) for number in range(1, last + 1)]


@pytest.mark.documents
def test_the_accounts_are_exact(readings: dict[str, Reading]) -> None:
    reading = readings["hrnk-lives-for-sale-2009"]
    accounts = [p for p in reading.passages if p.kind == "account"]
    assert [p.key for p in accounts] == [f"case-{number}" for number in range(1, 54)]
    for account, following in zip(accounts, [*accounts[1:], None], strict=True):
        text = reading.text[account.start : account.end]
        assert text.startswith(f"Case {account.number} M")
        assert text.rstrip("”")[-1] == "."
        assert following is None or account.end < following.start
        held = [p for p in reading.passages if p.parent == account.key]
        assert {p.kind for p in held} <= {"heading", "paragraph"}
        assert [p.kind for p in held].count("heading") == 1
        own = fold_passage(reading.passages, account.key, reading.text).characters
        for other in reading.passages:
            apart = other.kind not in BODY and other.kind not in CONTAINERS
            if apart and other.start < account.end and other.end > account.start:
                assert fold_passage(reading.passages, other.key, reading.text).characters not in own


@pytest.mark.documents
def test_the_recommendations_are_all_found(readings: dict[str, Reading]) -> None:
    reading = readings["hrnk-lives-for-sale-2009"]
    keys = Counter(p.key.rpartition("-")[0] for p in reading.passages if p.kind == "recommendation")
    assert keys == {
        "recommendation-north-korea": 8,
        "recommendation-china": 12,
        "recommendation-south-korea": 7,
        "recommendation-international": 6,
    }
