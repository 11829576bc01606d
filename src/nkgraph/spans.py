"""Spans: the words a claim rests on, by place, number and fingerprint; made, checked, and found from quotations.

A document's text is read as *streams*. The running text (headings, paragraphs, accounts, lists, recommendations) is
one; each footnote, caption, table and piece of furniture is one of its own, because another conversion moves or drops
it as a whole. The context of a span is up to 32 folded characters on either side *in its own stream*: page heads
taken away or put in, and footnotes moved, do not touch it. A span never crosses from one stream into another.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from typing import Final

import attrs

from nkgraph.blocks import BODY
from nkgraph.errors import ClaimError
from nkgraph.findings import Finding, Severity
from nkgraph.folding import Folded, fingerprint, fold, join_folded
from nkgraph.model import Passage, Span
from nkgraph.numbers import numbers_in
from nkgraph.passages import measure_segments, split_passages

__all__ = ["CONTEXT", "Reading", "check_span", "find_quotation", "make_span", "read_text"]

#: Folded characters of context on either side of a span.
CONTEXT: Final = 32


@attrs.frozen(eq=False, repr=False)
class Reading:
    """A document's text as it is read: its passages, and its streams (the running text first) as folded text."""

    slug: str
    text: str
    passages: tuple[Passage, ...]
    streams: tuple[Folded, ...]
    starts: tuple[int, ...]
    owners: tuple[int, ...]

    def stream_at(self, position: int) -> int | None:
        """Return the index of the stream that the code point at ``position`` belongs to, or None between passages."""
        place = bisect.bisect_right(self.starts, position) - 1
        return None if place < 0 or self.owners[place] < 0 else self.owners[place]


def read_text(slug: str, text: str, passages: Sequence[Passage] | None = None) -> Reading:
    """Read a document's text as streams; passages are split from it if they are not given.

    >>> reading = read_text("a-letter", "She left in 1998.\\n\\nShe came back.")
    >>> [p.key for p in reading.passages], len(reading.streams), reading.streams[0].characters
    (['paragraph-1', 'paragraph-2'], 1, 'sheleftin1998shecameback')
    """
    known = tuple(split_passages(slug, text) if passages is None else passages)
    numbers: dict[str, int] = {}
    parts: list[list[Folded]] = [[]]
    starts: list[int] = []
    owners: list[int] = []
    for start, end, leaf in measure_segments(known):
        if leaf.kind in BODY:
            stream = 0
        else:
            stream = numbers.setdefault(leaf.key, len(numbers) + 1)
            if stream == len(parts):
                parts.append([])
        parts[stream].append(fold(text, start, end))
        if starts and starts[-1] == start:
            starts.pop(), owners.pop()
        starts += [start, end]
        owners += [stream, -1]
    return Reading(slug, text, known, tuple(join_folded(part) for part in parts), tuple(starts), tuple(owners))


def _stream_of(reading: Reading, start: int, end: int) -> tuple[Folded, int, int]:
    """Return the stream that holds all letters of [start, end), and the folded places of its first and after its last."""
    streams = {reading.stream_at(p) for p in range(start, end) if not reading.text[p].isspace()} - {None}
    where = f"{reading.slug}, characters {start} to {end}"
    if len(streams) != 1:
        raise ClaimError(
            f"the words cross a footnote, caption, table or page furniture ({where})"
            if streams
            else f"no words ({where})",
            remedy="quote the words before and after it apart",
        )
    stream = reading.streams[streams.pop() or 0]
    first = bisect.bisect_left(stream.positions, start)
    last = bisect.bisect_left(stream.positions, end)
    if first == last:
        raise ClaimError(f"no words ({where})", remedy="name words that stand there")
    return stream, first, last


def count_words(words: str) -> int:
    """Return the number of words, a word hyphenated at a line end counted once.

    >>> count_words("the traf-\\nfickers came")
    3
    """
    return len(re.sub(r"-[ \t]*\n\s*", "", words).split())


def make_span(reading: Reading, start: int, end: int, properties: tuple[str, ...] = ()) -> Span:
    """Return the span of code points [start, end) of a document, with its fingerprints, context, words and numbers.

    Raises:
        ClaimError: there are no words, or they cross from one stream into another.
    """
    stream, first, last = _stream_of(reading, start, end)
    words = reading.text[start:end]
    return Span(
        document=reading.slug,
        start=start,
        end=end,
        words=count_words(words),
        length=last - first,
        fingerprint=fingerprint(stream.characters[first:last]),
        before=fingerprint(stream.characters[max(0, first - CONTEXT) : first]),
        after=fingerprint(stream.characters[last : last + CONTEXT]),
        numbers=numbers_in(words),
        properties=properties,
    )


def check_span(span: Span, reading: Reading) -> Finding | None:
    """Compare a span with the document at hand: None, or a violation ``span-mismatch`` that says what differs."""
    thing = f"{span.document}/{span.start}-{span.end}"
    if not 0 <= span.start < span.end <= len(reading.text):
        return Finding(
            Severity.VIOLATION, "span-mismatch", thing, "the document ends before these words", line=span.line or None
        )
    try:
        made = make_span(reading, span.start, span.end)
    except ClaimError as error:
        return Finding(Severity.VIOLATION, "span-mismatch", thing, error.message, line=span.line or None)
    fields = ("length", "fingerprint", "before", "after", "words", "numbers")
    differing = [name for name in fields if getattr(made, name) != getattr(span, name)]
    if not differing:
        return None
    message = f"the document's words at this place have another {', '.join(differing)}"
    return Finding(Severity.VIOLATION, "span-mismatch", thing, message, line=span.line or None)


def _starts_word(text: str, position: int) -> bool:
    return position == 0 or not (text[position - 1].isalnum() and text[position].isalnum())


def _search(reading: Reading, stream: Folded, folded: str, within: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the ranges of code points, inside ``within``, at which a stream has the folded words as whole words."""
    first = bisect.bisect_left(stream.positions, within[0])
    last = bisect.bisect_left(stream.positions, within[1])
    found: list[tuple[int, int]] = []
    place = stream.characters.find(folded, first, last)
    while place >= 0:
        start, end = stream.locate(place, len(folded))
        if _starts_word(reading.text, start) and (end == len(reading.text) or _starts_word(reading.text, end)):
            found.append((start, end))
        place = stream.characters.find(folded, place + 1, last)
    return found


def find_quotation(quotation: str, reading: Reading, within: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return the code points [start, end) of the one place where the document has the quoted words.

    Line ends, hyphenation, quotation marks and case do not matter; blanks and punctuation around the words are
    left out, but a currency sign before them or a per cent sign after them is kept if it was quoted. Page
    furniture, footnotes, captions and tables between lines are skipped in searching, but words on both sides of
    one are refused.

    Raises:
        ClaimError: the words are not there, stand there several times, or have a footnote or the like among them.
    """
    scope = within or (0, len(reading.text))
    folded = fold(quotation).characters
    shown = " ".join(quotation.split())
    if not folded:
        raise ClaimError(f"no words to look for in {shown!r}", remedy="quote words of the document")
    found = [place for stream in reading.streams for place in _search(reading, stream, folded, scope)]
    if not found:
        raise ClaimError(
            f"{shown!r} is not in {reading.slug}{_name_scope(scope, within)}", remedy=_hint(reading, quotation, scope)
        )
    if len(found) > 1:
        raise ClaimError(
            f"{shown!r} stands {len(found)} times in {reading.slug}{_name_scope(scope, within)}",
            remedy="quote a few words more",
        )
    start, end = found[0]
    _stream_of(reading, start, end)
    marks = quotation.strip(" \t\n\"'“”‘’(),.;:")
    if start > scope[0] and marks[:1] == reading.text[start - 1] and marks[:1] in "$£€¥":
        start -= 1
    if end < scope[1] and marks[-1:] == reading.text[end] == "%":
        end += 1
    return start, end


def _name_scope(scope: tuple[int, int], within: tuple[int, int] | None) -> str:
    return "" if within is None else f" between characters {scope[0]} and {scope[1]}"


def _hint(reading: Reading, quotation: str, scope: tuple[int, int]) -> str:
    """Say how far the document agrees with a quotation that it does not have, and how it goes on there."""
    words = quotation.split()
    best = (0, "", "")
    for begin in range(0, max(1, len(words) - 1)):
        for count in range(len(words) - begin, best[0], -1):
            folded = fold(" ".join(words[begin : begin + count])).characters
            places = (
                [p for stream in reading.streams for p in _search(reading, stream, folded, scope)] if folded else []
            )
            if places:
                start, end = places[0]
                best = (count, reading.text[start:end], reading.text[end : end + 30])
                break
    if best[0] < 2:
        return "see that the words are copied from this account"
    agreed, following = (" ".join(part.split()) for part in best[1:])
    return f"the document has {agreed!r}, and goes on {following!r}"
