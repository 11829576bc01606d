"""Another text of a document, in streams: as it is, without new furniture, and without what stands apart."""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

import attrs

from nkgraph.blocks import BODY
from nkgraph.folding import MODULUS, RADIX, Folded, fold, hash_prefixes, window_hash
from nkgraph.model import Passage
from nkgraph.passages import CONTAINERS
from nkgraph.spans import CONTEXT

__all__ = ["OtherText", "Stream", "find_leaves"]

_PAGE_NUMBER: Final = re.compile(
    r"[-–—\s\[(]*(?:page\s+)?(?:\d{1,3}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,3})?[-–—\s\])]*", re.IGNORECASE
)
_EDGE_NUMBER: Final = re.compile(r"^\W*\d{1,3}\W+|\W+\d{1,3}\W*$")


@attrs.frozen(eq=False)
class Stream:
    """Folded characters in which to look: their text, hashes, and the place of each in the whole folded text."""

    folded: Folded
    prefixes: list[int]
    places: Sequence[int]

    @classmethod
    def read(cls, folded: Folded, places: Sequence[int] | None = None) -> Stream:
        """Make the stream of folded characters; they are the whole if no places are given."""
        return cls(folded, hash_prefixes(folded.characters), range(len(folded)) if places is None else places)

    def leave_out(self, ranges: Iterable[tuple[int, int]]) -> Stream:
        """Return the stream without ranges [first, last) of its characters."""
        gone = bytearray(len(self.folded))
        for first, last in ranges:
            gone[first:last] = b"\x01" * (last - first)
        kept = [place for place, flag in enumerate(gone) if not flag]
        characters, positions = self.folded.characters, self.folded.positions
        folded = Folded("".join([characters[place] for place in kept]), [positions[place] for place in kept])
        return Stream.read(folded, [self.places[place] for place in kept])

    def count_before(self, length: int) -> list[int]:
        """Return for each place of the whole, of that length, how many characters of the stream come before it."""
        kept = bytearray(length)
        for place in self.places:
            kept[place] = 1
        return [0, *accumulate(kept)][:length]

    def window(self, first: int, length: int) -> int:
        """Return the hash of the window at ``first``, or -1 if it reaches over an end."""
        if first < 0 or first + length > len(self.folded):
            return -1
        return window_hash(self.prefixes, first, length)

    def find_windows(self, wanted: set[int], length: int) -> dict[int, list[int]]:
        """Return for each wanted hash where windows of that length and hash begin."""
        power = pow(RADIX, length, MODULUS)
        pairs = zip(self.prefixes, self.prefixes[length:], strict=False)
        found: dict[int, list[int]] = defaultdict(list)
        for first, (before, after) in enumerate(pairs):
            value = (after - before * power) % MODULUS
            if value in wanted:
                found[value].append(first)
        return found


@attrs.frozen(eq=False)
class OtherText:
    """Another text as three streams: all of it; without new furniture; without what stands apart (the running text).

    ``runs`` counts, for each folded place of the whole, the characters of running text before it. ``regions``
    gives where the leaves are that stand apart: the number of the stream they are whole in, and their places
    there.
    """

    streams: tuple[Stream, Stream, Stream]
    runs: list[int]
    regions: Mapping[str, tuple[int, int, int]]
    hits: tuple[Mapping[int, list[int]], ...]
    lines: list[int]

    @classmethod
    def read(cls, text: str, passages: Sequence[Passage], contexts: set[int]) -> OtherText:
        """Read a text, tell what stands apart in it with the index of passages, and note where contexts stand."""
        whole = Stream.read(fold(text))
        lines = _find_lines(text, whole.folded)
        furniture = list(_find_repeated(text, whole.folded))
        steady = whole.leave_out(furniture)
        starts = [lines, sorted({bisect.bisect_left(steady.places, line) for line in lines})]
        waiting = [p for p in passages if p.kind not in BODY and p.kind not in CONTAINERS and p.folded_length > 5]
        regions: dict[str, tuple[int, int, int]] = {}
        gone = list(furniture)
        for number, stream in enumerate((whole, steady)):
            found = find_leaves(stream, starts[number], waiting)
            for leaf in waiting:
                for first in found[leaf.key]:
                    last = first + leaf.folded_length
                    gone.append((stream.places[first], stream.places[last - 1] + 1))
                    if len(found[leaf.key]) == 1:
                        regions[leaf.key] = (number, first, last)
            waiting = [leaf for leaf in waiting if not found[leaf.key]]
        running = whole.leave_out(gone)
        streams = (whole, steady, running)
        hits = tuple(stream.find_windows(contexts, CONTEXT) for stream in streams)
        return cls(streams, running.count_before(len(whole.folded)), regions, hits, lines)


def _find_lines(text: str, folded: Folded) -> list[int]:
    """Return the folded places at which the lines of a text begin."""
    found = (bisect.bisect_left(folded.positions, m.end()) for m in re.finditer(r"\A|[\n\f]", text))
    return sorted({place for place in found if place < len(folded)})


def find_leaves(stream: Stream, lines: Sequence[int], leaves: Iterable[Passage]) -> dict[str, list[int]]:
    """Return for each leaf the line beginnings at which its whole text stands."""
    by_length: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for leaf in leaves:
        by_length[leaf.folded_length][int(leaf.fingerprint, 16)].append(leaf.key)
    found: dict[str, list[int]] = defaultdict(list)
    for length, marks in by_length.items():
        power = pow(RADIX, length, MODULUS)
        prefixes = stream.prefixes
        for first in lines:
            if first + length < len(prefixes):
                for key in marks.get((prefixes[first + length] - prefixes[first] * power) % MODULUS, ()):
                    found[key].append(first)
    return found


def _find_repeated(text: str, folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield the folded places of new furniture: lone page numbers, and lines that come again but for a number at an edge.

    In a text with form feeds only the two lines that begin a page and the two that end it are looked at.
    """
    pages = [
        [(m.start() + page.start(), m.end() + page.start(), m[0].strip()) for m in re.finditer(r".*\S.*", page[0])]
        for page in re.finditer(r"[^\f]+", text)
    ]
    paged = len(pages) > 1
    lines = [line for page in pages for line in ([*page[:2], *page[2:][-2:]] if paged else page)]
    names = [_EDGE_NUMBER.sub("", line) for _, _, line in lines]
    counts = Counter(names)
    for (start, end, line), name in zip(lines, names, strict=True):
        comes_again = counts[name] > (1 if paged else 2) and len(name.split()) > 1
        if comes_again or _PAGE_NUMBER.fullmatch(line):
            yield bisect.bisect_left(folded.positions, start), bisect.bisect_left(folded.positions, end)
