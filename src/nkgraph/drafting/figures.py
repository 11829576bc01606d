"""Figures found outside accounts: a number with its unit, whether an estimate, and whom the sentence credits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs
from spacy.tokens import Doc, Span

from nkgraph.drafting.mentions import bound_numbers, find_dates, find_sums
from nkgraph.drafting.units import sentence_of
from nkgraph.numbers import numbers_in

__all__ = ["FigureMention", "find_figures"]

_NUMBER: Final = (
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s(?:hundred|thousand|million|billion))?"
    r"|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|eighteen|fifteen|hundreds|thousands|millions)(?:\s(?:hundred|thousand|million|billion))?"
)
_UNITS: Final = {
    "percent": r"\s?%|\s?per\s?cent|\spercent",
    "years": r"[\s-]years?(?!\s?old)|\sdecades?",
    "months": r"[\s-]months?",
    "weeks": r"[\s-]weeks?",
    "days": r"[\s-]days?",
    "hours": r"[\s-]hours?",
    "km": r"\s?(?:kilomet(?:er|re)s?|km)",
    "kg": r"\s?(?:kg|kilograms?)",
    "times": r"\stimes",
    "states": r"\s(?:[a-z]+\s){0,2}(?:states|countries|governments)",
    "cases": r"\s(?:[a-z]+\s){0,2}cases",
    "interviews": r"\s(?:[a-z-]+\s){0,2}(?:interviews|testimonies)",
    "children": r"\s(?:[\w-]+\s){0,4}children",
    "persons": (
        r"\s(?:more |of the |of |North |Korean |Chinese |South |half-|defector |married |interviewed |young |ethnic |known |"
        r"other |sex |North Korean |in-depth )*(?:women|people|persons|men|refugees|girls|defectors|interviewees|individuals|"
        r"respondents|traffickers|South Koreans|North Koreans|Koreans|Americans|interviewers|victims)"
    ),
}
_PATTERNS: Final = tuple(
    (unit, re.compile(rf"(?<![\w.$,-])(?P<low>{_NUMBER})(?:%|\s?percent)?(?:\s?(?:-|–|to|and)\s?(?P<high>{_NUMBER}))?(?:{tail})\b"
                      if unit != "percent" else
                      rf"(?<![\w.$,-])(?P<low>{_NUMBER})(?:%|\s?percent)?(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER}))?(?:{tail})",
                      re.IGNORECASE))
    for unit, tail in _UNITS.items()
)  # fmt: skip
_ESTIMATE: Final = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|over|more than|an? estimated|estimated|at least"
    r"|as (?:many|much) as|perhaps|close to)\s$",
    re.IGNORECASE,
)
_WORD_OF_NAME: Final = r"[A-Z][\w’&-]*\.?"
_CREDIT: Final = re.compile(
    r"[Aa]ccording to (?:the |a |an )?(?P<a>[^,.;:]{3,90}?)(?=,| that | the number|[.;:]|$)"
    rf"|(?P<b>{_WORD_OF_NAME}(?:\s(?:(?:of|and|for|the|on|in)\s)*{_WORD_OF_NAME}){{0,8}})"
    r"(?=\s(?:has |have |also )?(?:estimate[sd]?|report(?:s|ed)|found|says|said|claim(?:s|ed)|noted|documented|stated)\b)"
)
#: What a large number without a unit counts, where its sentence speaks of people.
_PEOPLE: Final = re.compile(r"\b(?:people|population|Koreans|refugees|women|deaths|died|defectors|numbered|lives)\b")
_LARGE: Final = re.compile(
    r"(?<![\w.$,-])(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?\s(?:million|billion))(?![\w%-]|\s?(?:%|percent|[.,]\d))"
)
_VAGUE: Final = frozenset({"hundreds", "thousands", "millions", "one"})


@attrs.frozen
class FigureMention:
    """A figure found: tokens, bounds as plain decimals (None where not stated), unit, and whom the sentence credits."""

    span: Span
    low: str | None
    high: str | None
    unit: str
    approximate: bool
    per: str | None
    credited: Span | None


def find_figures(doc: Doc, *, table: bool = False) -> Iterator[FigureMention]:
    """Yield the figures of a text, sums of money among them; dates, and numbers without a unit, are none.

    In a ``table`` only sums have their unit beside them.

    >>> from nkgraph.drafting.units import load_language, sentence_of
    >>> [(m.low, m.high, m.unit, m.approximate) for m in find_figures(load_language()("About 60 percent of 24,809 cases."))]
    [('60', '60', 'percent', True), ('24809', '24809', 'cases', False)]
    """
    if not numbers_in(doc.text):
        return
    taken: set[int] = set()
    for date in find_dates(doc):
        taken |= set(range(date.span.start_char, date.span.end_char))
    for money in find_sums(doc):
        taken |= set(range(money.span.start_char, money.span.end_char))
        yield _mention(doc, money.span, money.low, money.high, money.currency, money.per)
    patterns = [] if table else [*_PATTERNS, ("persons", _LARGE)]
    for unit, pattern in patterns:
        for match in pattern.finditer(doc.text):
            place = set(range(match.start(), match.end()))
            if place & taken or match[0].split()[0].casefold() in _VAGUE:
                continue
            span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
            groups = [match["low"], match["high"]] if "low" in pattern.groupindex else [match[0]]
            numbers = sorted({n for group in groups if group for n in numbers_in(group)}, key=float)
            if span is None or not numbers or (pattern is _LARGE and not _PEOPLE.search(sentence_of(span).text)):
                continue
            taken |= place
            low, high = bound_numbers(doc, span, [numbers[0], numbers[-1]] if numbers[1:] else numbers)
            counted = "persons" if unit == "children" and re.search(r"women|people|men\b", match[0]) else unit
            yield _mention(doc, span, low, high, counted, None)


def _mention(doc: Doc, span: Span, low: str | None, high: str | None, unit: str, per: str | None) -> FigureMention:
    before = doc.text[max(sentence_of(span).start_char, span.start_char - 30) : span.start_char]
    credit = _CREDIT.search(sentence_of(span).text)
    credited = None
    if credit is not None:
        start, end = credit.span("a" if credit["a"] else "b")
        offset = sentence_of(span).start_char
        credited = doc.char_span(offset + start, offset + end, alignment_mode="expand")
    return FigureMention(span, low, high, unit, _ESTIMATE.search(before) is not None, per, credited)
