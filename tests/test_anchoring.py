from __future__ import annotations

import random
import re
import time

import attrs
import pytest
from conversions import (
    Conversion,
    add_pages,
    convert_and_reanchor,
    crlf,
    curl,
    decompose,
    draw_spans,
    drop,
    hyphenate,
    ligate,
    misread,
    move,
    repeat,
    rewrap,
    straighten,
)

from nkgraph.anchoring import reanchor
from nkgraph.model import Span
from nkgraph.spans import Reading, make_span, read_text

_WORDS = [
    "river",
    "bread",
    "basket",
    "winter",
    "county",
    "station",
    "brother",
    "market",
    "letter",
    "field",
    "village",
    "bridge",
    "yuan",
    "train",
    "border",
    "office",
    "harvest",
    "kitchen",
    "mountain",
    "sister",
    "money",
    "paper",
    "morning",
    "night",
    "woman",
    "man",
    "child",
    "house",
    "road",
]

#: Conversions that change no letter, so that every span is found.
HARMLESS: dict[str, list[Conversion]] = {
    "as it is": [],
    "narrow lines": [rewrap(48)],
    "wide lines": [rewrap(140)],
    "no line ends": [rewrap(10**9)],
    "hyphens added": [hyphenate(1)],
    "ligatures": [ligate],
    "straight quotation marks": [straighten],
    "curly quotation marks": [curl],
    "decomposed letters": [decompose],
    "CRLF": [crlf],
    "page heads added": [add_pages(30)],
    "page heads added without blank lines": [rewrap(70), add_pages(33, blank=False)],
    "all of it": [rewrap(66), hyphenate(2), ligate, straighten, decompose, add_pages(38), crlf],
}


def invent(seed: int) -> str:
    """Return an invented text of forty paragraphs in which many words and sums come again and again."""
    draw = random.Random(seed)
    paragraphs = []
    for number in range(40):
        words = [draw.choice(_WORDS) for _ in range(90)]
        for place in range(5, 90, 12):
            words[place] = draw.choice(
                ["3,000 yuan", "in 1998", "1998", "a few offices", "“never”", "the first fine day"]
            )
        words[40] = "five\nthousand"
        paragraphs.append(f"On day {number} " + " ".join(words) + ".")
    return "\n\n".join(paragraphs)


@pytest.fixture(scope="module")
def invented() -> tuple[Reading, list[Span]]:
    reading = read_text("a-letter", invent(1))
    return reading, draw_spans(reading, 300, 2)


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.slow
def test_spans_are_found_in_another_conversion(invented: tuple[Reading, list[Span]], name: str) -> None:
    reading, spans = invented
    outcome = convert_and_reanchor(reading.text, reading.passages, spans, HARMLESS[name])
    assert (outcome.wrong, outcome.missed) == ([], [])


def lies_in(span: Span, start: int, end: int) -> bool:
    return span.start < end and span.end > start


def test_spans_of_a_missing_page_are_lost_and_no_others(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    start, end = reading.passages[14].start, reading.passages[18].end
    outcome = convert_and_reanchor(reading.text, reading.passages, spans, [drop([(start, end)]), rewrap(60)])
    assert outcome.wrong == []
    assert outcome.missed == [span for span in spans if lies_in(span, start, end)]
    assert len(outcome.missed) > 10
    assert {finding.rule for finding in outcome.findings} <= {"span-lost", "span-ambiguous"}


def test_spans_of_a_moved_page_go_with_it(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    start, end = reading.passages[14].start, reading.passages[18].end
    outcome = convert_and_reanchor(reading.text, reading.passages, spans, [move([(start, end)], 100)])
    assert outcome.wrong == []
    moved = [span for span in outcome.right if lies_in(span, start, end)]
    assert len(moved) > 10
    crossing = [s for s in spans if s.start < 100 < s.end or s.start < start < s.end or s.start < end < s.end]
    assert set(outcome.missed) <= set(crossing)


def test_spans_of_a_page_that_is_there_twice_are_ambiguous(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    start, end = reading.passages[14].start, reading.passages[18].end
    outcome = convert_and_reanchor(reading.text, reading.passages, spans, [repeat(start, end)])
    assert outcome.wrong == []
    assert set(outcome.missed) >= {s for s in spans if start <= s.start and s.end <= end}
    assert len(outcome.right) > len(spans) * 0.8


def test_misread_letters_lose_spans_but_mistake_none(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    outcome = convert_and_reanchor(reading.text, reading.passages, spans, [misread(0.01, 3)])
    assert outcome.wrong == []
    assert len(outcome.right) > len(spans) / 3


def test_nothing_is_found_in_another_text(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    anchored, findings = reanchor(spans, invent(5), reading.passages)
    assert anchored == ()
    assert len(findings) == len(spans)
    assert reanchor(spans, "", reading.passages)[0] == ()
    assert reanchor([], reading.text, reading.passages) == ((), [])


def test_two_spans_are_never_one(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    twin = attrs.evolve(spans[10], start=spans[10].start + 1, end=spans[10].end + 1)
    anchored, findings = reanchor([*spans, twin], reading.text, reading.passages)
    assert [finding.rule for finding in findings] == ["span-ambiguous", "span-ambiguous"]
    assert len(anchored) == len(spans) - 1
    assert len(reanchor([*spans, spans[10]], reading.text, reading.passages)[0]) == len(spans) + 1


def test_the_order_of_the_spans_does_not_matter(invented: tuple[Reading, list[Span]]) -> None:
    reading, spans = invented
    other = reading.text[:3000] + reading.text[7000:]
    forward, lost = reanchor(spans, other, reading.passages)
    backward, _ = reanchor(spans[::-1], other, reading.passages)
    assert sorted(forward, key=str) == sorted(backward, key=str)
    alone = [reanchor([span], other, reading.passages)[0] for span in spans[::29]]
    assert {a for found in alone for a in found} <= set(forward)
    assert lost


def test_words_told_twice_are_not_found_at_their_other_place() -> None:
    paragraphs = invent(4).split("\n\n")
    told = (
        "and she told them word by word how it was in the winter when 3,000 yuan were all that was left of the harvest"
    )
    paragraphs[6] += " " + told + "."
    paragraphs[25] = told + ". " + paragraphs[25]
    reading = read_text("a-letter", "\n\n".join(paragraphs))
    first = reading.text.index(told)
    words = [
        (first + told.index(w), first + told.index(w) + len(w)) for w in ("3,000 yuan", "by word", "winter", "left of")
    ]
    twice = [make_span(reading, *place) for place in words]
    others = [span for span in draw_spans(reading, 200, 5) if not lies_in(span, first, first + len(told))]
    page = [(reading.passages[5].start, reading.passages[8].end)]
    for spans in (twice, [*twice, *others]):
        outcome = convert_and_reanchor(reading.text, reading.passages, spans, [drop(page)])
        assert outcome.wrong == []
        assert set(twice) <= set(outcome.missed)
        assert convert_and_reanchor(reading.text, reading.passages, spans, [rewrap(50)]).missed == []


def test_letters_that_only_look_like_the_words_are_not_taken_for_them() -> None:
    paragraphs = invent(7).split("\n\n")
    paragraphs[12] = paragraphs[12][:250] + " they had bread and other things of the house " + paragraphs[12][250:]
    reading = read_text("a-letter", "\n\n".join(paragraphs))
    start = reading.text.index("other things")
    span = make_span(reading, start, start + len("other"))
    assert len(reanchor([span], reading.text, reading.passages)[0]) == 1
    for changed in ("o the rest of things of", "o, the remaining of"):
        other = reading.text.replace("other things of", changed)
        assert reanchor([span], other, reading.passages)[0] == ()


def test_a_gap_as_long_as_the_way_to_the_same_words_misleads_nobody() -> None:
    paragraphs = invent(6).split("\n\n")
    told = "for days and nights they spoke of a sum of 3,000 yuan that nobody had ever seen on one table before that winter"
    for place in (8, 16):
        paragraphs[place] = f"{told}. {paragraphs[place]}"
    reading = read_text("a-letter", "\n\n".join(paragraphs))
    near, far = reading.text.index(told), reading.text.rindex(told)
    spans = [make_span(reading, far + told.index(w), far + told.index(w) + len(w)) for w in ("3,000 yuan", "days")]
    for shift in (1500, 2500):
        gap = [(near + shift, far + shift)]
        outcome = convert_and_reanchor(reading.text, reading.passages, spans, [drop(gap)])
        assert (outcome.right, outcome.wrong) == ([], [])


def test_a_span_that_a_known_footnote_comes_to_interrupt_is_one_range() -> None:
    paragraphs = invent(3).split("\n\n")
    note = "1 A note on the price of bread in the north that year, and on the price of rice."
    text = "\n\n".join([*paragraphs[:9], note]) + "\n " + "\n\n".join(paragraphs[9:])
    text += "\n\nCase 1 Ms. One in Northland, born in 1950\n\nShe kept it."
    reading = read_text("a-report", text)
    place = next(p for p in reading.passages if p.kind == "footnote")
    body = [span for span in draw_spans(reading, 200, 4) if not lies_in(span, place.start, place.end)]
    span = next(s for s in body if s.words > 9 and s.start > place.end)
    middle = text.index(" ", (span.start + span.end) // 2) + 1
    prices = [make_span(reading, m.start(), m.end()) for m in re.finditer("the price of", text)]
    assert len(prices) == 2
    outcome = convert_and_reanchor(text, reading.passages, body + prices, [move([(place.start, place.end)], middle)])
    assert (outcome.wrong, outcome.missed) == ([], [])


# The real documents


@pytest.fixture(scope="session")
def drawn(readings: dict[str, Reading]) -> dict[str, list[Span]]:
    return {slug: draw_spans(r, 400 if slug.startswith("hrnk") else 120, 3) for slug, r in readings.items()}


def ranges(reading: Reading, kind: str) -> list[tuple[int, int]]:
    return [(p.start, p.end) for p in reading.passages if p.kind == kind]


@pytest.mark.documents
@pytest.mark.parametrize("name", ["all of it", *(pytest.param(n, marks=pytest.mark.slow) for n in list(HARMLESS)[:-1])])
@pytest.mark.slow
def test_spans_of_the_documents_are_found_in_another_conversion(
    readings: dict[str, Reading], drawn: dict[str, list[Span]], name: str
) -> None:
    for slug, reading in readings.items():
        outcome = convert_and_reanchor(reading.text, reading.passages, drawn[slug], HARMLESS[name])
        assert outcome.wrong == []
        apart = [
            s
            for s in outcome.missed
            if any(lies_in(s, *r) for r in ranges(reading, "footnote") + ranges(reading, "table"))
        ]
        assert outcome.missed == apart, slug
        assert len(apart) <= len(drawn[slug]) / 40, slug


@pytest.mark.documents
@pytest.mark.slow
def test_spans_outlive_the_furniture(readings: dict[str, Reading], drawn: dict[str, list[Span]]) -> None:
    for slug, reading in readings.items():
        notes = ranges(reading, "footnote")
        apart = ranges(reading, "furniture") + ranges(reading, "caption")
        kept = [s for s in drawn[slug] if not any(lies_in(s, *r) for r in apart)]
        for conversions in ([drop(apart)], [move(notes)], [drop(apart), move(notes), rewrap(75), add_pages(44)]):
            outcome = convert_and_reanchor(reading.text, reading.passages, kept, conversions)
            assert outcome.wrong == []
            assert len(outcome.missed) <= len(kept) / 100, slug
        body = [s for s in kept if not any(lies_in(s, *r) for r in notes)]
        outcome = convert_and_reanchor(reading.text, reading.passages, body, [drop(notes), drop(apart)])
        assert (outcome.wrong, outcome.missed) == ([], []), slug


@pytest.mark.documents
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 6))])
@pytest.mark.slow
def test_no_span_of_a_missing_or_moved_page_is_mistaken(
    readings: dict[str, Reading], drawn: dict[str, list[Span]], seed: int
) -> None:
    draw = random.Random(seed)
    for slug, reading in readings.items():
        size = len(reading.text)
        start = draw.randrange(size - size // 8)
        end = start + min(size // 8, draw.choice([1200, 2600, 9000]))
        missing = convert_and_reanchor(reading.text, reading.passages, drawn[slug], [drop([(start, end)]), rewrap(80)])
        assert missing.wrong == []
        there = [s for s in missing.missed if not lies_in(s, start - 300, end + 300)]
        assert len(there) <= max(5, len(drawn[slug]) / 50), slug
        assert {s for s in drawn[slug] if lies_in(s, start, end)} <= set(missing.missed)
        moved = convert_and_reanchor(
            reading.text, reading.passages, drawn[slug], [move([(start, end)], draw.randrange(size)), crlf]
        )
        assert moved.wrong == []
        assert len(moved.missed) <= len(drawn[slug]) / 5, slug


@pytest.mark.documents
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_no_span_is_mistaken_in_a_bad_conversion(readings: dict[str, Reading], seed: int) -> None:
    draw = random.Random(seed)
    reading = readings[draw.choice(sorted(readings))]
    size = len(reading.text)
    conversions: list[Conversion] = []
    for _ in range(draw.choice([1, 1, 2, 4])):
        start = draw.randrange(size - size // 5)
        part = [(start, start + size // draw.choice([5, 8, 20, 60, 120]))]
        conversions.append(draw.choice([drop(part), drop(part), move(part, draw.randrange(size))]))
    conversions += draw.sample(
        [rewrap(60), hyphenate(seed), ligate, straighten, misread(0.005, seed), add_pages(40)], 3
    )
    outcome = convert_and_reanchor(reading.text, reading.passages, draw_spans(reading, 150, seed), conversions)
    assert outcome.wrong == []


@pytest.mark.documents
@pytest.mark.slow
def test_fifteen_hundred_spans_take_seconds(readings: dict[str, Reading]) -> None:
    reading = readings["hrnk-lives-for-sale-2009"]
    spans = draw_spans(reading, 1500, 11)
    began = time.process_time()
    anchored, findings = reanchor(spans, reading.text, reading.passages)
    assert time.process_time() - began < 4
    assert (len(anchored), findings) == (1500, [])
