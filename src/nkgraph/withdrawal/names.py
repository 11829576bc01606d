"""What of a withdrawn claim may stand in a file: its key, the things that only it describes, and its fingerprints."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from nkgraph.graph import node_iris
from nkgraph.iris import BASE, document_iri, shorten
from nkgraph.model import Claim, Span

__all__ = ["Names", "collect_names"]

_TOKEN: Final = re.compile(r"\w[\w./:#-]*")
_ENDS: Final = ".:/-#"
#: A range this short is the blank, or the stop and blank, between the words of two claims that stay.
_BETWEEN: Final = 3


@attrs.frozen
class Names:
    """The names of withdrawn claims by document, the names that stay, and what words no other claim rests on.

    ``gone`` and ``staying`` hold keys and names of things as a claim of that document writes them; ``marks`` are the
    fingerprints that no other claim has, and ``freed`` the ranges of each document that no other claim rests on.
    """

    documents: tuple[str, ...]
    gone: Mapping[str, frozenset[str]]
    staying: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    freed: Mapping[str, tuple[tuple[int, int], ...]]

    def find(self, text: str, *, within: str = "", whole: bool = False) -> list[tuple[int, int]]:
        """Return where names and fingerprints stand in a text; ``within`` tells the document where the text names none.

        A name that has no stroke in it, such as ``overview``, counts only where it is the ``whole`` of a cell or value.
        """
        told = self._told(text) or self._told(within)
        found = []
        for match in _TOKEN.finditer(text):
            token = match[0].rstrip(_ENDS)
            if token in self.marks or any(
                self._is_gone(reading, slug, whole=whole and len(token) == len(text.strip()))
                for slug in self.gone
                if not told or slug in told
                for reading in _readings(token, slug)
            ):
                found.append((match.start(), match.start() + len(token)))
        return found

    def overlaps(self, slug: str, start: int, end: int) -> bool:
        """Tell whether a range of a document holds words that no claim rests on any more."""
        return any(start < last and first < end for first, last in self.freed.get(slug, ()))

    def _told(self, text: str) -> list[str]:
        return [slug for slug in self.documents if re.search(rf"(?<![\w-]){re.escape(slug)}(?!\w)", text)]

    def _is_gone(self, name: str, slug: str, *, whole: bool) -> bool:
        if "/" not in name and ":" not in name and not whole:
            return False
        if name in self.staying[slug]:
            return False
        parts = name.split("/")
        return any("/".join(parts[:count]) in self.gone[slug] for count in range(len(parts), 0, -1))


def _readings(token: str, slug: str) -> Iterator[str]:
    """Yield what a token may name in a document: itself, or what follows the document's name (and the name of a file)."""
    yield token
    if token.startswith(BASE):
        yield shorten(token)
    match = re.search(rf"(?:^|[/:]){re.escape(slug)}/(.+)$", token)
    if match is not None:
        yield match[1]
        _, stroke, rest = match[1].partition("/")
        if stroke:
            yield rest


def collect_names(gone: Sequence[Claim], staying: Sequence[Claim], documents: Iterable[str]) -> Names:
    """Return what is to be looked for when claims go and others stay."""
    names_gone, names_staying = _names_of(gone), _names_of(staying)
    held = {mark for claim in staying for span in claim.spans for mark in _marks(span)}
    ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for claim in staying:
        for span in claim.spans:
            ranges[span.document].append((span.start, span.end))
    freed: dict[str, tuple[tuple[int, int], ...]] = {}
    for slug in {claim.document for claim in gone}:
        spans = {(span.start, span.end) for claim in gone for span in claim.spans if span.document == slug}
        freed[slug] = tuple(
            sorted(
                (first, last)
                for start, end in spans
                for first, last in _subtract(start, end, sorted(ranges[slug]))
                if last - first > _BETWEEN
            )
        )
    return Names(
        tuple(documents),
        {slug: frozenset(names - names_staying.get(slug, set())) for slug, names in names_gone.items()},
        {slug: frozenset(names_staying.get(slug, set())) for slug in names_gone},
        frozenset(mark for claim in gone for span in claim.spans for mark in _marks(span)) - held,
        freed,
    )


def _names_of(claims: Iterable[Claim]) -> dict[str, set[str]]:
    """Return the keys of claims and the names of the things they describe, as written, by document."""
    names: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        own = document_iri(claim.document) + "/"
        names[claim.document].add(claim.key)
        for iri in node_iris(claim):
            names[claim.document].add(iri.removeprefix(own) if iri.startswith(own) else shorten(iri))
    return names


def _marks(span: Span) -> tuple[str, str, str]:
    return span.fingerprint, span.before, span.after


def _subtract(start: int, end: int, held: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a range that none of the sorted ranges covers."""
    for first, last in held:
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = max(start, last)
        if start >= end:
            return
    yield start, end
