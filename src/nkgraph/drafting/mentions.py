"""Mentions of dates and sums of money, found by token patterns; values normalised, as printed kept by their span."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from nkgraph.drafting.units import load_language
from nkgraph.numbers import numbers_in

__all__ = ["DateMention", "SumMention", "bound_numbers", "find_dates", "find_period", "find_sums"]

_MONTHS: Final = {
    name.casefold().rstrip("."): number
    for names in (
        calendar.month_name,
        calendar.month_abbr,
        [*calendar.month_abbr[:9], "Sept", *calendar.month_abbr[10:]],
    )
    for number, name in enumerate(names)
    if name
}
_MONTH: Final = {"LOWER": {"IN": [*_MONTHS, *(f"{name}." for name in _MONTHS)]}, "TEXT": {"REGEX": "^[A-Z]"}}
_YEAR: Final = {"TEXT": {"REGEX": r"^(1[89]|20)\d\d$"}}
_DAY: Final = {"TEXT": {"REGEX": r"^(0?[1-9]|[12]\d|3[01])(st|nd|rd|th)?$"}}
_DECADE: Final = {"TEXT": {"REGEX": r"^(mid-|late-|early-)?(1[89]|20)\d0s$"}}
_AND: Final = {"LOWER": {"IN": ["-", "–", "—", "to", "and", "or"]}}
_COMMA: Final = {"TEXT": ","}
_HYPHEN: Final = {"TEXT": "-"}
_TWO: Final = {"TEXT": {"REGEX": r"^\d\d$"}}
_CURRENCIES: Final = {
    "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "cny": "CNY", "won": "KPW",
    "dollar": "USD", "dollars": "USD", "usd": "USD",
}  # fmt: skip
#: What a text without dates, or without sums, does not have: most are passed over quickly.
_HAS_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_HAS_MONEY: Final = re.compile(r"\$|\b(?:" + "|".join(_CURRENCIES) + r")\b", re.IGNORECASE)
_AMOUNT: Final = {"TEXT": {"REGEX": r"^\d{1,3}(,\d{3})+(\.\d+)?$|^\d+(\.\d+)?$"}}
_SCALE: Final = {"LOWER": {"IN": ["million", "billion", "thousand", "hundred"]}, "OP": "?"}
_WORD: Final = {"LOWER": {"IN": list(_CURRENCIES)}}
_SPACED: Final[list[dict[str, Any]]] = [
    {"TEXT": {"REGEX": r"^\d{1,3}$"}},
    {"TEXT": ","},
    {"TEXT": {"REGEX": r"^\d{3}$"}, "SPACY": True},
]
_PER: Final = {"month": "month", "monthly": "month", "year": "year", "yearly": "year", "annually": "year", "annual": "year",
    "day": "day", "daily": "day"}  # fmt: skip
_SIGN: Final = {"TEXT": {"REGEX": r"^(US|U\.S\.)?\$$"}}
_PLACE_OF_LAW: Final = frozenset({"resolution", "series", "no", "no.", "note", "para", "para."})


@attrs.frozen
class DateMention:
    """A date found: its tokens, and its value in Extended Date/Time Format."""

    span: Span
    value: str


@attrs.frozen
class SumMention:
    """A sum found: its tokens, bounds as plain decimals (None where one is not stated), its currency, and per what time."""

    span: Span
    low: str | None
    high: str | None
    currency: str
    per: str | None = None


@lru_cache(maxsize=1)
def _dates() -> Matcher:
    matcher = Matcher(load_language().vocab)
    matcher.add("day-month-year", [[_DAY, _MONTH, _YEAR], [_DAY, _MONTH, _COMMA, _YEAR]])
    matcher.add("month-day-year", [[_MONTH, _DAY, _COMMA, _YEAR], [_MONTH, _DAY, _YEAR]])
    matcher.add("month-year", [[_MONTH, _YEAR], [_MONTH, _COMMA, _YEAR], [_MONTH, {"LOWER": "of"}, _YEAR]])
    matcher.add("decade", [[_DECADE]])
    matcher.add("year", [[_YEAR]])
    matcher.add("iso", [[_YEAR, _HYPHEN, _TWO, _HYPHEN, _TWO]])
    matcher.add("months", [[_MONTH, _AND, _MONTH, _YEAR], [_MONTH, _AND, _MONTH, _COMMA, _YEAR]])
    return matcher


def find_dates(doc: Doc) -> Iterator[DateMention]:
    """Yield the dates of a text, the longest where several begin in one place; a month without a year is none.

    >>> from nkgraph.drafting.units import load_language
    >>> [m.value for m in find_dates(load_language()("From 4 May 1998 to June, 2001; the mid-1990s; 2001 - 5000 RMB"))]
    ['1998-05-04', '2001-06', '199X']
    >>> [m.value for m in find_dates(load_language()("in March and October 2006, and on 2007-01-31"))]
    ['2006-03', '2006-10', '2007-01-31']
    """
    if _HAS_YEAR.search(doc.text) is None:
        return
    found = {(start, end): load_language().vocab.strings[name] for name, start, end in _dates()(doc)}
    for span in filter_spans([Span(doc, start, end) for start, end in found]):
        kind = found[span.start, span.end]
        if kind == "year" and not _is_year(doc, span):
            continue
        if kind == "months":
            yield from (DateMention(span, f"{span[-1].text}-{_month(span[place]):02d}") for place in (0, 2))
        else:
            yield DateMention(span, _date_value(kind, span))


def _month(token: Token) -> int:
    return _MONTHS[token.lower_.rstrip(".")]


def _is_year(doc: Doc, span: Span) -> bool:
    before = doc[span.start - 1].lower_ if span.start else ""
    after = [token.lower_ for token in doc[span.end : span.end + 4]]
    if before in _PLACE_OF_LAW or before in {"$", "us$", "#", "/", "p.", "pp."} or (after[:1] == ["/"]):
        return False
    return not (after[:1] and (after[0] in _CURRENCIES or after[0] == "%")) and not (
        after[:1] and after[0] in {"-", "–"} and any(word in _CURRENCIES for word in after[1:4])
    )


def _date_value(kind: str, span: Span) -> str:
    texts = [token.text for token in span if token.text not in {",", "of"}]
    if kind == "iso":
        return "-".join(texts[::2])
    if kind == "decade":
        return re.sub(r"\D", "", texts[0])[:3] + "X"
    year = texts[-1]
    if kind == "year":
        return year
    month = next(_MONTHS[text.casefold().rstrip(".")] for text in texts if text.casefold().rstrip(".") in _MONTHS)
    if kind == "month-year":
        return f"{year}-{month:02d}"
    day = int(re.sub(r"\D", "", texts[0] if kind == "day-month-year" else texts[1]))
    return f"{year}-{month:02d}-{day:02d}"


@lru_cache(maxsize=1)
def _sums() -> Matcher:
    matcher = Matcher(load_language().vocab)
    matcher.add("spaced", [[*_SPACED, _WORD]])
    us = {"LOWER": {"IN": ["us", "u.s."]}, "OP": "?"}
    matcher.add("word", [[_AMOUNT, _SCALE, us, _WORD], [_AMOUNT, _AND, _AMOUNT, _SCALE, us, _WORD]])
    matcher.add("both", [[_AMOUNT, _WORD, _AND, _AMOUNT, _WORD]])
    usd = {"LOWER": {"IN": ["us", "usd", "u.s."]}, "OP": "?"}
    one: list[dict[str, Any]] = [_SIGN, _AMOUNT, _SCALE]
    matcher.add("sign", [[usd, *one], [usd, *one, _AND, *one], [usd, *one, _AND, _AMOUNT, _SCALE]])
    return matcher


def find_sums(doc: Doc) -> Iterator[SumMention]:
    """Yield the sums of money of a text; "from 300 to 400 yuan" is one sum with two bounds.

    >>> from nkgraph.drafting.units import load_language
    >>> [(m.low, m.high, m.currency, m.per) for m in find_sums(load_language()("300-400 yuan a month, $1.5 million"))]
    [('300', '400', 'CNY', 'month'), ('1500000', '1500000', 'USD', None)]
    >>> [(m.low, m.high) for m in find_sums(load_language()("for less than 2,000 RMB, or 1, 797 RMB, or up to $3-$5"))]
    [(None, '2000'), ('1797', '1797'), ('3', '5')]
    """
    if _HAS_MONEY.search(doc.text) is None:
        return
    found = [Span(doc, start, end, label=name) for name, start, end in _sums()(doc)]
    for span in filter_spans(found):
        words = [token.lower_ for token in span]
        currency = next((_CURRENCIES[word] for word in words if word in _CURRENCIES), "USD")
        values = sorted((float(text), text) for text in numbers_in(span.text))
        if span.label_ == "spaced":
            values = values[-1:]
        if not values:
            continue
        low, high = bound_numbers(doc, span, [text for _, text in values])
        period, end = find_period(doc, span.end)
        yield SumMention(doc[span.start : end], low, high, currency, period)


_UPPER: Final = re.compile(
    r"(?:\b(?:under|below|less than|fewer than|up to|at most|no more than|not more than|a maximum of)) $", re.IGNORECASE
)


def bound_numbers(doc: Doc, span: Span, numbers: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the bounds that a number with the words before it sets: "less than 5" has only an upper one."""
    before = doc.text[max(0, span.start_char - 20) : span.start_char]
    only_upper = len(numbers) == 1 and _UPPER.search(before)
    return (None if only_upper else numbers[0]), numbers[-1]


def find_period(doc: Doc, end: int) -> tuple[str | None, int]:
    """Return the time that a sum before token ``end`` is for, and the token after the words that say so.

    >>> from nkgraph.drafting.units import load_language
    >>> find_period(load_language()("300 yuan per month"), 2), find_period(load_language()("300 yuan in a month"), 2)
    (('month', 4), (None, 2))
    """
    words = [token.lower_ for token in doc[end : end + 2]]
    if words and words[0] in {"per", "a", "every", "each", "/"} and len(words) > 1:
        period = _PER.get(words[1]) if words[1] in {"month", "year", "day"} else None
        return period, end + 2 if period else end
    period = _PER.get(words[0]) if words and words[0].endswith("ly") else None
    return period, end + 1 if period else end
