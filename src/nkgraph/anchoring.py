"""Re-anchoring: finding the spans of a document again in another conversion of it, without a guess.

Three things must agree before a span counts as found: its words (by length and fingerprint), what stands around them
(the contexts), and where it is (its *drift*, the distance between where it is and where the index of passages lets it
be expected, is that of what stands near it). Text that was taken out, put in or moved changes the drift of all that
follows it alike, so a span whose page is gone is not mistaken for the same words on another page.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Final

import attrs

from nkgraph.blocks import BODY
from nkgraph.findings import Finding, Severity
from nkgraph.model import Passage, Span
from nkgraph.othertext import OtherText, find_leaves
from nkgraph.passages import measure_segments
from nkgraph.spans import CONTEXT

__all__ = ["Anchored", "reanchor"]

#: Folded characters by which drifts may differ, and what is added for each character between the two places.
_SLACK: Final = 24
_SLOPE: Final = 0.02
_MOST: Final = 120

#: How far away an anchor must be, at least, to bear another one out (further than any repetition in the documents, of 154
#: folded characters, is long); how far it may be at most; and at most for words of which only one context is met.
_NEAR: Final = 200
_FAR: Final = 4000
_BESIDE: Final = 800

#: Expected places in the running text, each with the drift found there.
Anchors = list[tuple[float, float]]


@attrs.frozen
class Anchored:
    """A span found in another text: the words are its code points [start, end)."""

    span: Span
    start: int
    end: int


@attrs.frozen
class _Candidate:
    """Where a span's words stand: first and last place in the whole folded text, and the place in the running text.

    ``sides`` counts the contexts met; where one is not, ``whole`` tells whether a word begins or ends there all the same.
    """

    first: int
    last: int
    running: int
    sides: int
    whole: bool


def reanchor(
    spans: Iterable[Span], text: str, passages: Sequence[Passage]
) -> tuple[tuple[Anchored, ...], list[Finding]]:
    """Find the spans of one document in another conversion of it, given the index of its passages.

    Return those found, in the order of the spans, and a finding for each other one: ``span-lost`` (its words, or
    what stood around them, are not there) or ``span-ambiguous`` (they stand at several places, or only where they
    are not expected). Furniture, footnotes, captions and tables in the text are recognised from the index, and
    new furniture as lines that come again; a span that they interrupt is one range.
    """
    wanted = list(spans)
    other = OtherText.read(text, passages, {int(mark, 16) for span in wanted for mark in (span.before, span.after)})
    expected = _Expectation.measure(passages)
    candidates = [_find_candidates(span, other, expected) for span in wanted]
    anchors = _trust([*_find_landmarks(other, expected), *_find_certain(wanted, candidates, expected)])
    landed = _land(anchors)
    chosen = [
        _choose(span, found, other, expected, anchors, landed) for span, found in zip(wanted, candidates, strict=True)
    ]
    claimed: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for span, pick in zip(wanted, chosen, strict=True):
        if isinstance(pick, _Candidate):
            claimed[pick.first, pick.last].add((span.start, span.end))
    anchored: list[Anchored] = []
    findings: list[Finding] = []
    for span, pick in zip(wanted, chosen, strict=True):
        if isinstance(pick, _Candidate) and len(claimed[pick.first, pick.last]) == 1:
            positions = other.streams[0].folded.positions
            anchored.append(Anchored(span, positions[pick.first], positions[pick.last] + 1))
        elif isinstance(pick, _Candidate):
            findings.append(_report(span, "span-ambiguous", "the same words would be found for another span too"))
        else:
            findings.append(_report(span, *pick))
    return tuple(anchored), findings


def _report(span: Span, rule: str, message: str) -> Finding:
    return Finding(
        Severity.VIOLATION, rule, f"{span.document}/{span.start}-{span.end}", message, line=span.line or None
    )


# What is known of the document: where each span is expected, counted in folded characters of the running text.


@attrs.frozen(eq=False)
class _Expectation:
    starts: list[int]
    segments: list[tuple[int, int, Passage]]
    offsets: list[float]
    lengths: list[float]
    leaves: list[tuple[Passage, float]]

    @classmethod
    def measure(cls, passages: Sequence[Passage]) -> _Expectation:
        segments = measure_segments(passages)
        sizes: Counter[str] = Counter()
        for start, end, leaf in segments:
            sizes[leaf.key] += end - start
        offsets, lengths, leaves, running = [], [], [], 0.0
        seen: set[str] = set()
        for start, end, leaf in segments:
            length = leaf.folded_length * (end - start) / sizes[leaf.key] if leaf.kind in BODY else 0.0
            if leaf.key not in seen:
                seen.add(leaf.key)
                leaves.append((leaf, running))
            offsets.append(running)
            lengths.append(length)
            running += length
        return cls([s[0] for s in segments], segments, offsets, lengths, leaves)

    def locate(self, span: Span) -> tuple[float, Passage | None]:
        """Return the expected place of a span in the running text, and the leaf it is in if that stands apart."""
        place = bisect.bisect_right(self.starts, span.start) - 1
        if place < 0:
            return float(span.start), None
        start, end, leaf = self.segments[place]
        share = min(1.0, (span.start - start) / (end - start))
        return self.offsets[place] + share * self.lengths[place], None if leaf.kind in BODY else leaf


# Candidates: where a context is met, which is a window of one length, and the words stand beside it.


def _find_candidates(span: Span, other: OtherText, expected: _Expectation) -> list[_Candidate]:
    _, apart = expected.locate(span)
    mark, before, after = (int(value, 16) for value in (span.fingerprint, span.before, span.after))
    if apart is not None and apart.key in other.regions:
        number, low, high = other.regions[apart.key]
        starts = (s for s in range(low, high - span.length + 1) if other.streams[number].window(s, span.length) == mark)
        return [_measure(other, number, start, span, (low, high)) for start in starts]
    best: dict[tuple[int, int], _Candidate] = {}
    for number, stream in enumerate(other.streams):
        places = {place + CONTEXT for place in other.hits[number].get(before, ())}
        places |= {place - span.length for place in other.hits[number].get(after, ())}
        for start in sorted(places):
            if stream.window(start, span.length) == mark:
                _keep(best, _measure(other, number, start, span))
    return list(best.values())


def _keep(best: dict[tuple[int, int], _Candidate], candidate: _Candidate) -> None:
    held = best.get((candidate.first, candidate.last))
    if held is None or held.sides < candidate.sides:
        best[candidate.first, candidate.last] = candidate


def _measure(
    other: OtherText, number: int, start: int, span: Span, region: tuple[int, int] | None = None
) -> _Candidate:
    """Count the contexts met at a place. They are shorter than CONTEXT where a stream (or the region) begins or ends."""
    stream = other.streams[number]
    low, high = region or (0, len(stream.folded))
    end = start + span.length
    shorter = () if region else range(CONTEXT - 1, 7, -1)
    before = any(stream.window(start - n, n) == int(span.before, 16) for n in (min(CONTEXT, start - low), *shorter))
    after = any(stream.window(end, n) == int(span.after, 16) for n in (min(CONTEXT, high - end), *shorter))
    first, last = stream.places[start], stream.places[end - 1]
    whole = (before or _is_gap(other, first)) and (after or _is_gap(other, last + 1))
    return _Candidate(first, last, other.runs[first], before + after, whole)


def _is_gap(other: OtherText, place: int) -> bool:
    """Tell whether something stands between the folded character at a place and the one before it."""
    positions = other.streams[0].folded.positions
    return not 0 < place < len(positions) or positions[place] - positions[place - 1] > 1


# Trust: drifts that agree.


def _find_landmarks(other: OtherText, expected: _Expectation) -> Iterator[tuple[float, float]]:
    """Yield (expected place, drift) of the leaves of the running text found whole at exactly one line's beginning."""
    leaves = [(leaf, place) for leaf, place in expected.leaves if leaf.kind in BODY and 20 <= leaf.folded_length <= 600]
    lines = sorted({other.runs[first] for first in other.lines})
    found = find_leaves(other.streams[2], lines, [leaf for leaf, _ in leaves])
    for leaf, place in leaves:
        if len(found[leaf.key]) == 1:
            yield place, found[leaf.key][0] - place


def _find_certain(
    spans: Sequence[Span], candidates: Sequence[list[_Candidate]], expected: _Expectation
) -> Iterator[tuple[float, float]]:
    """Yield (expected place, drift) of the spans whose words stand between both their contexts at one place only."""
    for span, found in zip(spans, candidates, strict=True):
        both = [candidate for candidate in found if candidate.sides == 2]
        place, apart = expected.locate(span)
        if len(both) == 1 and apart is None:
            yield place, both[0].running - place


def _trust(anchors: list[tuple[float, float]]) -> Anchors:
    """Return the anchors, ascending, that drift as others near them do, where they are expected and where they are.

    The others are so far away that they are not in the same repetition.
    """
    ordered = sorted(set(anchors))
    landed = _land(ordered)
    trusted = []
    for place, drift in ordered:
        expected = _find_near(ordered, place, 2, _NEAR)
        there = _find_near(landed, place + drift, 2, _NEAR)
        if _agrees(place, drift, expected, _FAR, _MOST) and _agrees(place + drift, drift, there, _FAR, _MOST):
            trusted.append((place, drift))
    return trusted


def _land(anchors: Anchors) -> Anchors:
    """Return the anchors by where they are in the other text, ascending."""
    return sorted((place + drift, drift) for place, drift in anchors)


def _find_near(anchors: Anchors, place: float, count: int, least: float = 1) -> Anchors:
    """Return the nearest anchors, ``count`` before a place and as many after it, that are at least so far away."""
    before = bisect.bisect_left(anchors, (place - least, -inf))
    after = bisect.bisect_right(anchors, (place + least, inf))
    return anchors[max(0, before - count) : before] + anchors[after : after + count]


def _agrees(place: float, drift: float, anchors: Anchors, reach: float, most: float) -> bool:
    """Tell whether an anchor within reach of a place drifts alike: the nearer, the more so, and never by more than most."""
    near = [(abs(other - place), abs(other_drift - drift)) for other, other_drift in anchors]
    return any(away <= reach and apart <= min(most, _SLACK + _SLOPE * away) for away, apart in near)


def _is_borne_out(candidate: _Candidate, place: float, anchors: Anchors, landed: Anchors) -> bool:
    """Tell whether a candidate drifts as an anchor near it does, both where it is expected and where it would be.

    The fewer contexts are met, the nearer the anchor must be.
    """
    if candidate.sides == 0 or not candidate.whole:
        return False
    reach, most = (_FAR, _MOST) if candidate.sides == 2 else (_BESIDE, _SLACK)
    drift = candidate.running - place
    expected, there = _find_near(anchors, place, 2), _find_near(landed, candidate.running, 1, _NEAR)
    return _agrees(place, drift, expected, reach, most) and _agrees(candidate.running, drift, there, _FAR, _MOST)


def _choose(
    span: Span, found: list[_Candidate], other: OtherText, expected: _Expectation, anchors: Anchors, landed: Anchors
) -> _Candidate | tuple[str, str]:
    """Return the one candidate that is certain, or the rule and message of the finding."""
    place, apart = expected.locate(span)
    if apart is not None and apart.key not in other.regions:
        return "span-lost", f"the {apart.kind} it is in is not in this text as a whole, or several times"
    if apart is not None:
        sure = [candidate for candidate in found if candidate.sides == 2]
    else:
        sure = [candidate for candidate in found if _is_borne_out(candidate, place, anchors, landed)]
    if not sure and any(candidate.sides for candidate in found):
        return "span-ambiguous", "words like these stand only where they are not expected"
    if not sure:
        return (
            "span-lost",
            "its words, with what stood beside them, are not in this text, or something stands among them",
        )
    most = max(candidate.sides for candidate in sure)
    best = [candidate for candidate in sure if candidate.sides == most]
    return best[0] if len(best) == 1 else ("span-ambiguous", f"its words stand {len(best)} times where they may be")
