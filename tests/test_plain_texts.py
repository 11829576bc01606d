"""Plain texts as people hand them in: account headings, footnotes and tables in their many forms, and near misses told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_drafting import FIXTURE, SLUG, TEXT, make_data, run

from nkgraph.account_headings import find_account_heading
from nkgraph.claims import read_claims
from nkgraph.drafting.shortnames import make_short_names
from nkgraph.inventory import count_found, find_near_misses
from nkgraph.model import Passage
from nkgraph.notes import find_notes
from nkgraph.ontology import load_vocabulary
from nkgraph.passages import measure_segments, split_passages
from nkgraph.plain_tables import find_tables, read_table
from nkgraph.project import default_project

pytestmark = pytest.mark.slow

BRIDGE = """\
The Bridge Report

What follows was made up for a test.[1] Nobody in it exists.[2]

How Many Women Spoke

The numbers below are of the women who spoke in Yanji and Tonghua.

Year of sale     Women     Share
2010–2012          4        40%
2013–2014          6        60%
Total             10       100%

What They Told

CASE 4: Ms. Kwon in Yanbian
I crossed the Tumen River in May 2012. A broker sold me for 5,000 yuan.

Account 5 – Miss   Ri   from  Hoeryong

In 2013 I was sold for 7,000 yuan in Yanji. The Convention against Torture was not known to me.

Case 6

I came alone in 2014.

Case 7 was never told.

[1] Ha Muster, Rooms by the Water, Pier Press, 2017, p. 9.
[2] Ibid., p. 12, with a second
line of the note.
"""


def kinds(text: str) -> list[tuple[str, str]]:
    """Return the kind and the first words of each leaf."""
    leaves = [p for p in split_passages("x", text) if p.kind not in {"account", "section"}]
    return [(p.kind, " ".join(text[p.start : p.end].split())[:24]) for p in leaves]


def found(text: str, kind: str) -> list[Passage]:
    """Return the passages of a kind."""
    return [p for p in split_passages("x", text) if p.kind == kind]


@pytest.mark.parametrize(
    "line",
    [
        "Case 1 Ms. Kwon in X, born in 1985",
        "Case 1: Ms. Kwon in X",
        "Case 1. Ms. Kwon in X, born in 1985",
        "CASE 1",
        "Case 1 – Mrs. Kwon",
        "Case 1 Ms. Kwon in Jilin Province",
        "Case 1 Miss Kwon",
        "Case   1    Ms.   Kwon   in   X,   born   in   1985",
        "Case 12: the woman from Musan",
        "Account 3 - Ms. Kwon",
        "Story No. 4 Ms. Kwon, aged 34, in Jilin",
        "TESTIMONY 5",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["lines", "blank line"])
def test_headings_of_accounts(line: str, gap: str) -> None:
    """Each form begins an account; one parted only by a colon needs a line with nothing right below it."""
    text = f"Before it.\n\n{line}{gap}I came in 2011, and I live here.\n"
    if gap == "\n" and "the woman" in line:
        return
    (account,) = found(text, "account")
    assert text[account.start : account.end].splitlines()[0] == line
    assert kinds(text)[-1] == ("paragraph", "I came in 2011, and I li")


@pytest.mark.parametrize(
    "words",
    [
        "Case 7 was never told.",
        "Case 7 Ms. Kwon told us that she came",
        "Case 7 and Case 8 show that",
        "Case 7 ........ 12",
        "Case 7 Ms. Kwon    12",
        "case 7",
        "In Case 7",
        "Case 7 Ms. Kwon in X,",
        "Cases 7",
        "Case 1998 was heard",
    ],
)
def test_what_is_no_heading_of_an_account(words: str) -> None:
    assert find_account_heading(words) is None


def test_one_deviating_heading_loses_no_other() -> None:
    """Numbers need not begin with one nor be without a gap; a number that comes again begins nothing."""
    text = "".join(
        f"{head}\n\nI was here.\n\n"
        for head in ("Case 3 Ms. Nam", "Case 4 she fled.", "Case 5 Ms. Do", "Case 3 Ms. Ri")
    )
    assert [p.number for p in found(text, "account")] == ["3", "5"]


def test_accounts_in_markdown() -> None:
    text = "# A Report\n\nBy us\n\n## Case 1: Ms. Nam\n\nI came here.\n\n## What it means\n\nNothing.\n"
    assert [(p.kind, p.parent) for p in split_passages("x", text) if p.parent == "case-1"] == [
        ("heading", "case-1"),
        ("paragraph", "case-1"),
    ]


def test_a_report_in_its_parts() -> None:
    """Headings, accounts, tables and notes are told apart, and every letter lies in one of them."""
    passages = split_passages("x", BRIDGE)
    assert [p.key for p in passages if p.kind == "account"] == ["case-4", "case-5", "case-6"]
    assert ("paragraph", "The numbers below are of") in kinds(BRIDGE)
    assert ("heading", "What They Told") in kinds(BRIDGE)
    assert [p.number for p in passages if p.kind == "footnote"] == ["1", "2"]
    assert BRIDGE[passages[-1].start : passages[-1].end].endswith("line of the note.")
    covered = {place for start, end, _ in measure_segments(passages) for place in range(start, end)}
    assert not [c for place, c in enumerate(BRIDGE) if not c.isspace() and place not in covered]


NOTES = "They left.1 In harbours they stayed.2\n\n"


@pytest.mark.parametrize(
    "tail",
    [
        "[1] One note.\n[2] Another.\n",
        "[1] One note.\n\n[2] Another.\n\nThe text goes on.\n",
        "(1) One note.\n\n(2) Another.\n",
        "1. One note.\n2. Another.\n",
        "1 One note.\n2 Another,\non two lines.\n",
        "-----\n1. One note.\n2. Another.\n\nThe text goes on.\n",
        "Notes\n\n(1) One note.\n(2) Another.\n",
        "1. One note.\n\n2. Another.\n\nA Report   4   Of Ours\n",
    ],
)
@pytest.mark.parametrize("account", ["", "Case 1 Ms. Nam\n\nI came here.\n\n"], ids=["plain", "with accounts"])
def test_footnotes(tail: str, account: str) -> None:
    assert [p.number for p in found(account + NOTES + tail, "footnote")] == ["1", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "Baskets should:\n\n1. Hold more.\n\n2. Be red.\n",
        "She was told (1) to wait.\n\n(1) she waited;\n(2) she left.\n\nThat was all.\n",
        "It has two parts.\n\n1. The first is long.\n\n2. The second is not.\n",
        "They left.1\n\n2. A number without its first.\n",
    ],
)
def test_lists_are_no_footnotes(text: str) -> None:
    assert list(find_notes(text, accounts=False)) == []


def test_notes_that_pages_count_for_themselves_have_keys_of_their_own() -> None:
    text = "One.1\n\n-----\n[1] A note.\n\nTwo.1\n\n-----\n[1] Another note.\n"
    keys = [p.key for p in split_passages("x", text)]
    assert len(keys) == len(set(keys))
    assert [p.key for p in found(text, "footnote")] == ["footnote-1", "footnote-1-2"]


@pytest.mark.parametrize(
    ("rows", "heading", "last"),
    [
        ("Kind     Number\nBarges     2\nFerries    4", ("Kind", "Number"), "4"),
        ("Kind\tNumber\nBarges\t2\nFerries\t4", ("Kind", "Number"), "4"),
        ("| Kind | Number |\n|---|---:|\n| Barges | 2 |\n| Ferries | 4 |", ("Kind", "Number"), "4"),
        ("         2010   2011\nBarges      2      3\nFerries     4      5", ("2010", "2011"), "5"),
        ("Barges     2\n\nFerries    4", (), "4"),
        ("Fee to brokers   1,000–2,000 yuan\nFee to police    n/a\nFood             40 yuan", (), "40 yuan"),
    ],
)
def test_tables(rows: str, heading: tuple[str, ...], last: str) -> None:
    """What stands above and below a table stays what it is, and the draft reads the same rows."""
    text = f"Boats in the Harbour\n\nThe table counts them\n\n{rows}\n\nWhat Follows\n\nThey lay still.\n"
    (table,) = find_tables(text)
    assert tuple(cell.words for cell in table.heading) == heading
    assert table.rows[-1][-1].words == last
    assert read_table(text, table.start, table.end) == table
    assert [kind for kind, _ in kinds(text)] == ["heading", "paragraph", "table", "heading", "paragraph"]


@pytest.mark.parametrize(
    "text",
    [
        "She left in 1998.  She came back in 2001.  He paid 40 yuan.\nThen 300.  Nobody paid.",
        "In  2004  a  trader  told  me  that  she  could  find  work\nfor  me  in  2005  and  would  pay  700  yuan,",
        "The Report   1   Of Ours",
        "One line   5",
        "A | B\nC | D",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert list(find_tables(text)) == []


def test_near_misses() -> None:
    text = BRIDGE.replace("[1] Ha", "[3] Ha").replace("alone in 2014.", "alone in 2014.¹")
    said = list(find_near_misses(text, split_passages("x", text)))
    assert len(said) == 3
    assert said[0].startswith("line 27 is like the heading of an account and was not taken: “Case 7 was never told.”")
    assert said[1].startswith("line 29 begins as a footnote does")
    assert said[2].endswith("in the text without a note: 1, 2")
    assert count_found(split_passages("x", BRIDGE)) == "3 headings, 3 accounts, 2 footnotes, 1 table, 6 paragraphs"


def test_the_report_of_the_fixture_has_no_near_miss() -> None:
    text = TEXT.read_text(encoding="utf-8")
    assert list(find_near_misses(text, split_passages(SLUG, text))) == []


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the report of the bridge and that of the harbour, the first one drafted."""
    data = make_data(tmp_path_factory.mktemp("bridge"))
    file = data.parent / "documents" / "bridge.txt"
    file.parent.mkdir()
    file.write_text(BRIDGE, encoding="utf-8")
    words = ("--title", "A Report", "--publisher", "The makers", "--data", data)
    code, _, said = run("documents", "add", file, "--slug", "bridge", *words)
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "found 3 headings, 3 accounts, 2 footnotes, 1 table, 6 paragraphs"
    assert lines[1].startswith("look at bridge.txt: line 27 is like the heading of an account")
    code, _, said = run("documents", "add", shutil.copy(TEXT, file.parent), "--slug", SLUG, *words)
    assert (code, "look at" in said) == (0, False), said
    for name, text in (("bridge", file), (SLUG, TEXT)):
        code, _, said = run("draft", text, "--data", data, "--out", data / "claims" / name)
        assert code == 0, said
    return data


def test_drafts_of_deviating_accounts_and_tables(bridge: Path) -> None:
    """The narrator has what her heading says and no more; cells have row, column, unit and what they are counted of."""
    claims = read_claims(bridge / "claims", load_vocabulary(default_project().ontology), ["bridge", SLUG])
    says = {claim.key: claim.says.properties for claim in claims if claim.document == "bridge"}
    narrators = {n: {k: v for k, v in says[f"case-{n}/narrator"].items() if k != "type"} for n in (4, 5, 6)}
    assert narrators == {
        4: {"title": ("Ms.",), "surname": ("Kwon",), "livesIn": ("place:yanbian",)},
        5: {"title": ("Miss",), "surname": ("Ri",)},
        6: {},
    }
    assert says["table/table-1"] == {"type": ("ReportTable",)}
    cell = says["statistic/table-1-3"]
    assert [cell[name][0] for name in ("table", "row", "column", "value", "unit", "base")] == [
        "table/table-1", "2013–2014", "Women", "6", "persons", "statistic/table-1-5",
    ]  # fmt: skip
    assert says["statistic/table-1-4"]["unit"] == ("percent",) and "base" not in says["statistic/table-1-4"]
    assert says["mention/cat-1984"]["instrument"] == ("instrument:cat-1984",)


def test_short_names_of_instruments() -> None:
    """Usual short names lead to their instrument; one that two share leads nowhere."""
    names = make_short_names(
        [
            ("convention relating to the status of refugees", "instrument:refugee-convention-1951"),
            ("protocol to prevent, suppress and punish trafficking in persons", "instrument:tp-2000"),
            ("united nations convention against torture and other cruel treatment", "instrument:cat-1984"),
            ("international covenant on rivers", "instrument:one-1966"),
            ("un covenant on rivers", "instrument:two-1967"),
        ]
    )
    assert names["refugee convention"] == "instrument:refugee-convention-1951"
    assert names["trafficking protocol"] == "instrument:tp-2000"
    assert names["convention against torture"] == names["torture convention"] == "instrument:cat-1984"
    assert "covenant on rivers" not in names and "refugee" not in names


def test_check_of_one_document(bridge: Path) -> None:
    """Findings and the last line are of that document; an unknown one ends with 2 and the nearest."""
    folder = FIXTURE.parent / "drafting" / "documents"
    code, everything, _ = run("check", "--data", bridge, "--documents", bridge.parent / "documents")
    said = {}
    for slug in ("bridge", SLUG):
        code, printed, said[slug] = run(
            "check", "--document", slug, "--data", bridge, "--documents", bridge.parent / "documents"
        )
        assert code == 1 and printed and set(printed.splitlines()) < set(everything.splitlines())
        other = SLUG if slug == "bridge" else "bridge"
        assert f" {slug}/" in printed and f" {other}/" not in printed and f"claims/{other}/" not in printed
        assert f"spans read in {slug}: " in said[slug]
    assert said["bridge"].split()[0] != said[SLUG].split()[0]
    code, printed, words = run("check", "--document", "brigde", "--data", bridge, "--documents", folder)
    assert (code, printed) == (2, "") and "no such document 'brigde' (nearest: bridge)" in words
    _, _, words = run("check", "--document", "bridge", "--data", bridge, "--documents", folder)
    assert "bridge is not at hand, so no words were read" in words
