"""Tombstones: what is kept of a withdrawn claim, so that its identifier is not given to another.

``data/withdrawn.tsv`` has one line a withdrawn claim: an id drawn once, when it was withdrawn; the day, month or year of it,
as given; the kind of reason; and a mark made from that id and the claim's name. A mark is one of 1024 (of more where there
are more claims), so no line tells which claim it was: of a thousand names about one fits by chance. The id is drawn until no
claim that stays fits, so that nothing but a new name is ever refused by chance.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.claims import ClaimErrors
from nkgraph.dates import date_bounds
from nkgraph.errors import ClaimError, NkgraphError, ParameterError, ReadError
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, PREFIXES, code_iri, ontology_iri
from nkgraph.model import Claim

__all__ = [
    "REASONS",
    "Tombstone",
    "check_occasion",
    "check_tombstones",
    "draw_tombstones",
    "format_tombstones",
    "read_tombstones",
    "tombstone_quads",
]

#: Kinds of reasons, as ``ontology/schemes/withdrawal-reason.ttl`` defines them.
REASONS: Final = ("asked", "risk", "mistaken", "source", "other")
_MARKS: Final = 1024
_LINE: Final = re.compile(r"([0-9a-f]{16})\t(\d{4}(?:-\d\d){0,2})\t([a-z]+)\t(\d+)/(\d+)")
_HEADER: Final = (
    "# id drawn at withdrawal\tdate given\tkind of reason\tmark/of how many; see docs/adr/0018-withdrawal.md"
)


@attrs.frozen(order=True)
class Tombstone:
    """What is kept of a withdrawn claim: a random id, a date (EDTF: day, month or year), a code of reason, and its mark."""

    id: str
    date: str
    reason: str
    mark: int
    marks: int

    def fits(self, document: str, key: str) -> bool:
        """Tell whether a claim of this name may be the withdrawn one: always for it, for one in ``marks`` of all others."""
        return _mark_name(self.id, document, key, self.marks) == self.mark


def _mark_name(drawn: str, document: str, key: str, marks: int) -> int:
    digest = hashlib.sha256(f"{drawn}\t{document}\t{key}".encode()).digest()
    return int.from_bytes(digest[:8]) % marks


def check_occasion(date: str, reason: str) -> None:
    """Check what is given at a withdrawal: a day, month or year, and a kind of reason.

    Raises:
        ParameterError: the date is none (or a range), or there is no such kind of reason.
    """
    try:
        date_bounds(date)
    except ValueError as error:
        remedy = "give a day, month or year, as in 2025-03-01, 2025-03 or 2025"
        raise ParameterError(str(error), remedy=remedy) from error
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", date) is None:
        remedy = "give a day, month or year, as in 2025-03-01, 2025-03 or 2025"
        raise ParameterError(f"{date!r} is no single day, month or year", remedy=remedy)
    if reason not in REASONS:
        raise ParameterError(f"no such kind of reason {reason!r}", remedy=f"it is one of {', '.join(REASONS)}")


def draw_tombstones(
    gone: Iterable[Claim], staying: Collection[Claim], *, date: str, reason: str
) -> tuple[Tombstone, ...]:
    """Return a tombstone for each claim that goes; none of those that stay fits any.

    Their ids are drawn at random: the one place where nothing may be computed from inputs.
    """
    marks = _MARKS
    while marks * 4 < len(staying):
        marks *= 2
    return tuple(_draw(claim, staying, marks, date, reason) for claim in gone)


def _draw(claim: Claim, staying: Collection[Claim], marks: int, date: str, reason: str) -> Tombstone:
    # with at most four claims a mark, one id in e^4 (55) is free of chance fits
    while True:
        drawn = secrets.token_hex(8)
        stone = Tombstone(drawn, date, reason, _mark_name(drawn, claim.document, claim.key, marks), marks)
        if not any(stone.fits(other.document, other.key) for other in staying):
            return stone


def read_tombstones(path: Path) -> tuple[Tombstone, ...]:
    """Return the tombstones of a file, sorted by id; a file that is not there has none.

    Raises:
        ReadError: it cannot be read, or a line is no tombstone, or an id stands twice; with path and line.
    """
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error
    found: dict[str, Tombstone] = {}
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        stone = _read_line(line)
        remedy = "put back the last file you had: only `nkgraph withdraw` writes it"
        if stone is None:
            message = "this is not a tombstone (an id, a date, a kind of reason, a mark)"
            raise ReadError(message, path=path, line=number, remedy=remedy)
        if stone.id in found:
            raise ReadError(f"the id {stone.id} stands twice", path=path, line=number, remedy=remedy)
        found[stone.id] = stone
    return tuple(sorted(found.values()))


def _read_line(line: str) -> Tombstone | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    stone = Tombstone(match[1], match[2], match[3], int(match[4]), int(match[5]))
    try:
        check_occasion(stone.date, stone.reason)
    except ParameterError:
        return None
    return stone if stone.mark < stone.marks else None


def format_tombstones(tombstones: Iterable[Tombstone]) -> str:
    """Return the text of a file of tombstones: sorted by id, so that the order tells nothing of which came when."""
    rows = (f"{s.id}\t{s.date}\t{s.reason}\t{s.mark}/{s.marks}" for s in sorted(tombstones))
    return "\n".join([_HEADER, *rows]) + "\n"


def check_tombstones(tombstones: Collection[Tombstone], claims: Iterable[Claim]) -> None:
    """Refuse claims that were withdrawn.

    Raises:
        ClaimErrors: the name of a claim fits a tombstone.
    """
    errors: list[NkgraphError] = []
    for claim in claims:
        fitting = next((stone for stone in tombstones if stone.fits(claim.document, claim.key)), None)
        if fitting is not None:
            message = f"{claim.key}: this claim was withdrawn, and its key is never used again"
            remedy = (
                "take the claim out; if it is another, give it another key "
                f"(of {fitting.marks} new keys one is taken for that of a withdrawn claim)"
            )
            errors.append(ClaimError(message, path=claim.path, line=claim.line, remedy=remedy))
    if errors:
        raise ClaimErrors(errors)


def tombstone_quads(tombstones: Iterable[Tombstone]) -> Iterator[ox.Quad]:
    """Yield what is published of withdrawn claims: that there was one, when and why it was withdrawn, and its mark."""
    integer, edtf = ox.NamedNode(PREFIXES["xsd"] + "integer"), ox.NamedNode(PREFIXES["edtf"] + "EDTF")
    for stone in tombstones:
        subject = ox.NamedNode(f"{BASE}tombstone/{stone.id}")
        rows: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (PREFIXES["rdf"] + "type", ox.NamedNode(ontology_iri("Tombstone"))),
            (ontology_iri("tombstoneId"), ox.Literal(stone.id)),
            (ontology_iri("withdrawnOn"), ox.Literal(stone.date, datatype=edtf)),
            (ontology_iri("withdrawalReason"), ox.NamedNode(code_iri("withdrawal-reason", stone.reason))),
            (ontology_iri("mark"), ox.Literal(str(stone.mark), datatype=integer)),
            (ontology_iri("marks"), ox.Literal(str(stone.marks), datatype=integer)),
        ]
        for predicate, term in rows:
            yield ox.Quad(subject, ox.NamedNode(predicate), term, PROVENANCE)
