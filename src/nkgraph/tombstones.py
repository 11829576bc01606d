"""Tombstones: what is kept of a withdrawn claim, so that its identifier is not given to another.

``data/withdrawn.tsv`` has one line a withdrawn claim: an id drawn when it was withdrawn, and a mark from 0 to 1023 made
from that id and the claim's name. No line tells which claim it was: of a thousand names about one fits a mark by chance.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.claims import ClaimErrors
from nkgraph.errors import ClaimError, NkgraphError, ReadError
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, PREFIXES, ontology_iri
from nkgraph.model import Claim

__all__ = [
    "Tombstone",
    "check_tombstones",
    "draw_tombstone",
    "format_tombstones",
    "read_tombstones",
    "tombstone_quads",
]

_MARKS: Final = 1024
_LINE: Final = re.compile(r"([0-9a-f]{16})\t(\d{1,4})")
_HEADER: Final = "# id drawn at withdrawal\tmark: one name in 1024 fits it; see docs/adr/0020-withdrawal.md"


@attrs.frozen(order=True)
class Tombstone:
    """What is kept of a withdrawn claim: an id of 16 hexadecimal digits, and the mark of its name."""

    id: str
    mark: int

    def fits(self, document: str, key: str) -> bool:
        """Tell whether a claim of this name may be the withdrawn one: always for it, for one in 1024 of all others."""
        return _mark_name(self.id, document, key) == self.mark


def _mark_name(drawn: str, document: str, key: str) -> int:
    digest = hashlib.sha256(f"{drawn}\t{document}\t{key}".encode()).digest()
    return int.from_bytes(digest[:8]) % _MARKS


def draw_tombstone(document: str, key: str) -> Tombstone:
    """Return a tombstone for a claim, its id drawn at random: the one place where nothing may be computed from inputs.

    >>> draw_tombstone("a-report", "case-1/transfer-1").fits("a-report", "case-1/transfer-1")
    True
    """
    drawn = secrets.token_hex(8)
    return Tombstone(drawn, _mark_name(drawn, document, key))


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
        match = _LINE.fullmatch(line)
        remedy = "put back the last file you had: only `nkgraph withdraw` writes it"
        if match is None or int(match[2]) >= _MARKS:
            raise ReadError("this is not a tombstone (an id and a mark)", path=path, line=number, remedy=remedy)
        if match[1] in found:
            raise ReadError(f"the id {match[1]} stands twice", path=path, line=number, remedy=remedy)
        found[match[1]] = Tombstone(match[1], int(match[2]))
    return tuple(sorted(found.values()))


def format_tombstones(tombstones: Iterable[Tombstone]) -> str:
    """Return the text of a file of tombstones: sorted by id, so that the order tells nothing of when or what."""
    return "\n".join([_HEADER, *(f"{stone.id}\t{stone.mark}" for stone in sorted(tombstones))]) + "\n"


def check_tombstones(
    tombstones: Iterable[Tombstone], claims: Iterable[Claim], registered: Container[tuple[str, str]]
) -> None:
    """Refuse keys that may have belonged to withdrawn claims; those in the register of identifiers were never withdrawn.

    Raises:
        ClaimErrors: a claim that is not registered has a key that fits a tombstone.
    """
    stones = list(tombstones)
    errors: list[NkgraphError] = []
    for claim in claims:
        if (claim.document, claim.key) in registered:
            continue
        if any(stone.fits(claim.document, claim.key) for stone in stones):
            message = (
                f"{claim.key}: this key may have been that of a withdrawn claim, and such a key is never used again"
            )
            remedy = "give the claim another key (a new key is refused by chance once in a while)"
            errors.append(ClaimError(message, path=claim.path, line=claim.line, remedy=remedy))
    if errors:
        raise ClaimErrors(errors)


def tombstone_quads(tombstones: Iterable[Tombstone]) -> Iterator[ox.Quad]:
    """Yield what is published of withdrawn claims: that there was one, and nothing else."""
    for stone in tombstones:
        subject = ox.NamedNode(f"{BASE}tombstone/{stone.id}")
        yield ox.Quad(
            subject, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(ontology_iri("Tombstone")), PROVENANCE
        )
