"""Reasons for passages that hold no claim: read, refused where they are wrong, and checked against the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from nkgraph.documents import find_documents_folder, load_documents, read_documents
from nkgraph.errors import ReadError
from nkgraph.findings import Severity
from nkgraph.model import Passage
from nkgraph.ontology import load_vocabulary
from nkgraph.passages import split_passages
from nkgraph.pipeline import check_coverage, read_source
from nkgraph.project import default_project
from nkgraph.reasons import check_reasons, load_reasons, reason_quads

ROOT = Path(__file__).parent.parent
VOCABULARY = load_vocabulary(ROOT / "ontology")
TEXT = """It rained for a week.

She left in 1998.

We thank Mr. Nam for his help.

The Far Treaty was signed.

As said above (p. 12, note 3), it is sad.
"""
PASSAGES: dict[str, tuple[Passage, ...]] = {"letter": split_passages("letter", TEXT)}


def write(folder: Path, text: str, name: str = "letter.tsv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_reasons_are_read_by_document_and_passage(tmp_path: Path) -> None:
    folder = write(tmp_path, "passage\treason\nparagraph-1\targument\nparagraph-5\toverview\n")
    found = load_reasons(folder, PASSAGES, VOCABULARY)
    assert found == {("letter", "paragraph-1"): "argument", ("letter", "paragraph-5"): "overview"}
    assert [str(q.object).strip("<>").rpartition("/")[2] for q in reason_quads(found, VOCABULARY)] == [
        "argument",
        "overview",
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("paragraph-1\targument\n", 1, "the first line is"),
        ("passage\treason\nparagraph-9\targument\n", 2, "no passage 'paragraph-9'"),
        ("passage\treason\nparagraph-1\targumnt\n", 2, "unknown reason 'argumnt' (nearest: argument)"),
        ("passage\treason\nparagraph-1 argument\n", 2, "write `passage<TAB>reason`"),
        ("passage\treason\nparagraph-1\targument\nparagraph-1\toverview\n", 3, "has a reason already"),
    ],
)
def test_wrong_reasons_are_refused_with_their_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_reasons(write(tmp_path, text), PASSAGES, VOCABULARY)
    assert caught.value.line == line
    assert message in str(caught.value)


def test_reasons_for_an_unknown_document_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"unknown document 'leter'.*nearest: letter"):
        load_reasons(write(tmp_path, "passage\treason\n", "leter.tsv"), PASSAGES, VOCABULARY)


def found_by(reasons: dict[str, str], held: tuple[str, ...] = ()) -> dict[str, str]:
    given = {("letter", key): reason for key, reason in reasons.items()}
    findings = check_reasons(given, PASSAGES, {"letter": held}, {"letter": TEXT}, ["Mr. Nam", "Far Treaty"])
    return {finding.thing.partition("/")[2]: finding.rule for finding in findings}


def test_passage_needs_a_claim_or_a_reason() -> None:
    """None of both is a warning, both a violation, either is right."""
    rest = {"paragraph-2": "argument"}
    held = ("paragraph-2", "paragraph-3", "paragraph-4", "paragraph-5")
    assert found_by({}, held) == {"paragraph-1": "passage-not-coded"}
    assert found_by({"paragraph-1": "argument"}, held) == {}
    assert found_by({"paragraph-1": "argument", **rest}, held) == {"paragraph-2": "reason-and-claim"}


@pytest.mark.parametrize("key", ["paragraph-2", "paragraph-3", "paragraph-4"])
def test_no_reason_covers_a_number_a_name_or_an_instrument(key: str) -> None:
    """What states a date, a person or an instrument must be coded."""
    every = {f"paragraph-{n}": "argument" for n in range(1, 6)}
    assert found_by(every)[key] == "reason-despite-fact"


def test_numbers_of_pages_and_notes_state_nothing() -> None:
    every = {f"paragraph-{n}": "argument" for n in range(1, 6)}
    assert not {"paragraph-1", "paragraph-5"} & set(found_by(every))


def test_every_passage_of_the_documents_holds_a_claim_or_a_reason() -> None:
    """Of the real data; with the documents at hand, no reason stands for a passage that states a fact."""
    source = read_source(default_project())
    folder = find_documents_folder()
    known = load_documents(default_project().data / "documents")
    texts = read_documents(folder, known, strict=False) if folder else {}
    findings = check_coverage(source, texts)
    assert [str(f) for f in findings if f.severity is Severity.VIOLATION or f.rule == "passage-not-coded"] == []
