"""Other conversions of a text, made for tests: each keeps, for every character, the code points it comes from."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import attrs

from nkgraph.anchoring import Anchored, reanchor
from nkgraph.errors import ClaimError
from nkgraph.findings import Finding
from nkgraph.folding import fold
from nkgraph.model import Passage, Span
from nkgraph.spans import Reading, make_span

#: A character and the code points of the original it stands for; none for what was put in.
Traced = list[tuple[str, tuple[int, ...]]]
Conversion = Callable[[Traced], Traced]


def trace(text: str) -> Traced:
    return [(character, (place,)) for place, character in enumerate(text)]


def plain(traced: Traced) -> str:
    return "".join(character for character, _ in traced)


def put_in(words: str) -> Traced:
    return [(character, ()) for character in words]


def rewrap(width: int) -> Conversion:
    """Join the lines of each block, closing line-end hyphenation, and break them anew at ``width`` characters."""

    def convert(traced: Traced) -> Traced:
        text = plain(traced)
        out: Traced = []
        column = 0
        place = 0
        while place < len(text):
            hyphen = re.compile(r"(?<=[a-z])-[ \t]*\n[ \t]*(?=[a-z])").match(text, place)
            blank = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+|[ \t\n]+").match(text, place)
            if hyphen:
                place = hyphen.end()
            elif blank:
                ends = blank[0].count("\n") > 1
                following = re.compile(r"\S*").match(text, blank.end())
                wide = column + 1 + len(following[0] if following else "") > width
                mark = "\n\n" if ends else "\n" if wide else " "
                out.append((mark, ()))
                column = 0 if "\n" in mark else column + 1
                place = blank.end()
            else:
                out.append(traced[place])
                column += 1
                place += 1
        return [(c, origin) for chunk, origin in out for c in (chunk if not origin else [chunk])]

    return convert


def hyphenate(seed: int) -> Conversion:
    """Break some words at a line end with a hyphen, or with a soft hyphen."""

    def convert(traced: Traced) -> Traced:
        draw = random.Random(seed)
        out: Traced = []
        for place, item in enumerate(traced):
            inner = 1 < place < len(traced) - 2 and all(traced[place + step][0].islower() for step in (-2, -1, 0, 1))
            if inner and draw.random() < 0.02:
                out += put_in(draw.choice(["-\n", "\u00ad", "\u00ad\n"]))
            out.append(item)
        return out

    return convert


def ligate(traced: Traced) -> Traced:
    out: Traced = []
    place = 0
    while place < len(traced):
        pair = plain(traced[place : place + 2])
        ligature = {"fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}.get(pair)
        if ligature:
            out.append((ligature, traced[place][1] + traced[place + 1][1]))
            place += 2
        else:
            out.append(traced[place])
            place += 1
    return out


def straighten(traced: Traced) -> Traced:
    table = {"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--", "–": "-", "…": "..."}
    return [(c, o) for character, o in traced for c in table.get(character, character)]


def curl(traced: Traced) -> Traced:
    return [({"'": "’", '"': "”"}.get(c, c), o) for c, o in traced]


def decompose(traced: Traced) -> Traced:
    return [(c, o) for character, o in traced for c in unicodedata.normalize("NFD", character)]


def crlf(traced: Traced) -> Traced:
    return [(c, o) for character, o in traced for c in ("\r\n" if character == "\n" else character)]


def add_pages(lines: int, head: str = "An Example of a Running Head", *, blank: bool = True) -> Conversion:
    """Put in a form feed, a running head and a page number at every ``lines`` lines, even in mid-sentence."""

    def convert(traced: Traced) -> Traced:
        out: Traced = []
        count = page = 0
        for item in traced:
            out.append(item)
            count += item[0] == "\n"
            if item[0] == "\n" and count == lines:
                count, page = 0, page + 1
                gap = "\n" if blank else ""
                out += put_in(
                    f"{gap}{page}\n\f{head}  {page}\n{gap}" if page % 2 else f"{gap}- {page} -\n\f{head}\n{gap}"
                )
        return out

    return convert


def drop(ranges: Iterable[tuple[int, int]]) -> Conversion:
    """Leave out ranges of code points of the original."""
    gone = {place for start, end in ranges for place in range(start, end)}
    return lambda traced: [(c, o) for c, o in traced if not (o and o[0] in gone)]


def move(ranges: Sequence[tuple[int, int]], target: int | None = None) -> Conversion:
    """Move ranges of the original, each as a block, to before code point ``target`` (the end by default)."""

    def convert(traced: Traced) -> Traced:
        taken: Traced = []
        for start, end in ranges:
            taken += put_in("\n\n") + [(c, o) for c, o in traced if o and start <= o[0] < end] + put_in("\n\n")
        rest = drop(ranges)(traced)
        if target is None:
            return rest + taken
        place = next((i for i, (_, o) in enumerate(rest) if o and o[0] >= target), len(rest))
        return rest[:place] + taken + rest[place:]

    return convert


def misread(share: float, seed: int) -> Conversion:
    """Change a share of the letters into others, as optical character recognition does."""

    def convert(traced: Traced) -> Traced:
        draw = random.Random(seed)
        return [(draw.choice("aeo1lcrn") if c.isalnum() and draw.random() < share else c, o) for c, o in traced]

    return convert


def repeat(start: int, end: int) -> Conversion:
    """Print a range of the original twice."""

    def convert(traced: Traced) -> Traced:
        block = [(c, o) for c, o in traced if o and start <= o[0] < end]
        place = max(i for i, (_, o) in enumerate(traced) if o and o[0] < end) + 1
        return traced[:place] + put_in("\n\n") + block + put_in("\n\n") + traced[place:]

    return convert


def draw_spans(reading: Reading, count: int, seed: int, *, furniture: bool = False) -> list[Span]:
    """Return ``count`` spans of whole words at random places, as long as those of claims, ascending."""
    draw = random.Random(seed)
    words = [match.span() for match in re.finditer(r"\w+(?:[,’'-]\w+)*", reading.text)]
    apart = {p.start: p for p in reading.passages if p.kind == "furniture"}
    found: dict[tuple[int, int], Span] = {}
    while len(found) < count:
        first = draw.randrange(len(words))
        last = min(len(words) - 1, first + draw.choice([0, 0, 0, 1, 1, 2, 3, 5, 8, 15, 25]))
        start, end = words[first][0], words[last][1]
        if not furniture and any(p.start < end and p.end > start for p in apart.values()):
            continue
        try:
            found[start, end] = make_span(reading, start, end)
        except ClaimError:
            continue
    return [found[place] for place in sorted(found)]


@attrs.frozen
class Outcome:
    """What re-anchoring made of spans: found where they are, found elsewhere, not found; and the findings."""

    right: list[Span]
    wrong: list[Anchored]
    missed: list[Span]
    findings: list[Finding]


def convert_and_reanchor(
    text: str, passages: Sequence[Passage], spans: Sequence[Span], conversions: Iterable[Conversion]
) -> Outcome:
    """Convert a text, find the spans in it, and compare each with where its letters really went."""
    traced = trace(text)
    for conversion in conversions:
        traced = conversion(traced)
    other = plain(traced)
    assert len(other) == len(traced)
    anchored, findings = reanchor(spans, other, passages)
    assert len(anchored) + len(findings) == len(spans)
    right: list[Span] = []
    wrong: list[Anchored] = []
    for item in anchored:
        letters = [place for place in range(item.span.start, item.span.end) if fold(text[place]).characters]
        came = [origin for _, origin in traced[item.start : item.end]]
        whole = set(letters) <= {place for origin in came for place in origin}
        if whole and letters[0] in came[0] and letters[-1] in came[-1]:
            right.append(item.span)
        else:
            wrong.append(item)
    found = {id(item.span) for item in anchored}
    return Outcome(right, wrong, [span for span in spans if id(span) not in found], findings)
