"""The dataset about itself: how much of each document claims rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from nkgraph.coverage import CoverageRow, measure_coverage
from nkgraph.model import Claim, Node, Passage, Span

MARK = "0" * 16


def passage(key: str, kind: str, start: int, end: int) -> Passage:
    return Passage(key, kind, start, end, None, None, end - start, MARK)


def claim(key: str, *places: tuple[int, int]) -> Claim:
    spans = tuple(Span("letter", start, end, 1, end - start, MARK, MARK, MARK) for start, end in places)
    says = Node(key, {"type": ("Person",)})
    return Claim("letter", key, says, spans, (), "stated", (), "reviewed", None, None, None, None, Path("a.yaml"), 1)


PASSAGES = {
    "letter": (
        passage("p1", "paragraph", 0, 100),
        passage("p2", "paragraph", 110, 200),
        passage("h1", "heading", 200, 210),
    )
}


def rows_of(*claims: Claim) -> dict[str, CoverageRow]:
    sizes = {("letter", claim.key): 3 for claim in claims}
    return {row.kind: row for row in measure_coverage(PASSAGES, claims, sizes, {})}


def test_characters_are_counted_once() -> None:
    """Two claims on the same words, or on words that overlap, cover them once."""
    row = rows_of(claim("a", (0, 50)), claim("b", (40, 60)), claim("c", (0, 50)))["paragraph"]
    assert (row.characters, row.covered) == (190, 60)


def test_claims_and_passages_are_counted_once() -> None:
    """A claim with two spans in one passage is one claim on one passage; its triples count once."""
    row = rows_of(claim("a", (0, 10), (20, 30)))["paragraph"]
    assert (row.passages, row.with_claims, row.claims, row.triples) == (2, 1, 1, 3)


@pytest.mark.parametrize(("kind", "reason"), [("paragraph", "not_coded_yet"), ("heading", "heading_only")])
def test_passages_without_claims_have_a_reason(kind: str, reason: str) -> None:
    """What no claim rests on is explained, by kind of passage."""
    assert rows_of(claim("a", (0, 10)))[kind].reason == reason


def test_kind_that_is_covered_needs_no_reason() -> None:
    """Where every passage of a kind has a claim nothing is explained."""
    assert rows_of(claim("a", (0, 10)), claim("b", (120, 130)))["paragraph"].reason is None


def test_document_without_claims_is_in_the_table() -> None:
    """A document that nobody has coded yet is shown with its zeros."""
    row = rows_of()["paragraph"]
    assert (row.claims, row.covered, row.characters) == (0, 0, 190)


def test_reason_of_a_reader_goes_before_that_of_the_kind() -> None:
    """A passage that a reader gave a reason for is counted under it; those left have what their kind says."""
    rows = measure_coverage(PASSAGES, [], {}, {("letter", "p1"): "argument", ("letter", "h1"): "overview"})
    assert {row.kind: row.reason for row in rows} == {"heading": "overview", "paragraph": "argument; not_coded_yet"}
