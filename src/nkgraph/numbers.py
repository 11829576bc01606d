"""The numbers that words state: digits, number words, ordinals and month names, as plain decimal strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

__all__ = ["numbers_in"]

_UNITS: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS: Final = {
    word: value * 10
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        start=1,
    )
}
_OTHERS: Final = {"once": 1, "twice": 2, "couple": 2, "both": 2, "twins": 2, "dozen": 12}
_MONTHS: Final = {
    name: value
    for value, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_PRONOUNS: Final = frozenset(("i", "we", "you", "he", "she", "it", "they"))
_VOCABULARY: Final = frozenset([*_UNITS, *_TENS, *_SCALES, *_ORDINALS, *_OTHERS, *_MONTHS, "half"])

_BREAK: Final = re.compile(r"([A-Za-z]+)(?:-[ \t]*\n\s*|\u00ad\s*)([a-z]+)")
_TOKEN: Final = re.compile(
    r"(?P<spaced>(?<![\d.,])\d{1,3}, \d{3}(?![\d,]))"
    r"|(?P<digits>(?:(?<![\d,])\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?P<times>(?=\s*(?:hundred|thousand|million|billion)\b))?"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<gap>[\s-]+)"
    r"|(?P<stop>.)",
    re.ASCII | re.DOTALL,
)


def numbers_in(words: str) -> tuple[str, ...]:
    """Return the numbers that ``words`` state, each once, ascending, as plain decimal strings.

    A capitalised month name states its number. A number with a blank after its thousands comma is read both ways.
    Superior digits (marks of footnotes) are no numbers of the text.

    >>> numbers_in("sold for 3,000-5,000 yuan in Octo-\\nber 1998")
    ('10', '1998', '3000', '5000')
    >>> numbers_in("Twenty-two women, one and a half years, 70kg, the 3rd or fourth time, 97.1 percent")
    ('1.5', '3', '4', '22', '70', '97.1')
    >>> numbers_in("at 6:30 p.m., 1, 797 RMB; about 2 million; in her 40s; three hundred and five; half a year; 2-\\nto-3")
    ('0.5', '1', '2', '3', '6', '30', '40', '305', '797', '1797', '2000000')
    >>> numbers_in("May I stay? In May I may.²⁸")
    ('5',)
    """
    joined = _BREAK.sub(lambda m: m[1] + m[2] if (m[1] + m[2]).casefold() in _VOCABULARY else m[0], words)
    found = {_decimal(value) for value in _read(joined)}
    return tuple(sorted(found, key=lambda text: (Decimal(text), text)))


def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(words: str) -> Iterator[Decimal]:
    tokens = [("digits" if m["digits"] else m.lastgroup or "", m[0]) for m in _TOKEN.finditer(words)]
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        value: Decimal | None = None
        after = index + 1
        if kind == "spaced":
            head, tail = text.split(", ")
            yield from (Decimal(head), Decimal(tail), Decimal(head + tail))
        elif kind in ("digits", "word"):
            value, after = _read_number(tokens, index)
        if value is None and kind == "word" and text[0].isupper() and text.casefold() in _MONTHS:
            asks = text == "May" and not _word_at(tokens, index - 2) and _word_at(tokens, index + 2) in _PRONOUNS
            value = None if asks else Decimal(_MONTHS[text.casefold()])
        if value is not None:
            yield value
        index = after


def _read_number(tokens: list[tuple[str, str]], index: int) -> tuple[Decimal | None, int]:
    """Read one number at ``index``: digits with a scale, or number words; return it and the index after it."""
    kind, text = tokens[index]
    if kind == "digits":
        value = Decimal(text.replace(",", ""))
        return _scale(tokens, index + 1, value)
    word = text.casefold()
    if word in _ORDINALS:
        return Decimal(_ORDINALS[word]), index + 1
    if word in _OTHERS:
        return Decimal(_OTHERS[word]), index + 1
    if word == "half":
        return Decimal("0.5"), index + 1
    if word in _UNITS or word in _TENS:
        small, after = _read_small(tokens, index)
        return _scale(tokens, after, Decimal(small))
    if word in ("hundred", "thousand", "million"):
        return Decimal(_SCALES[word]), index + 1
    return None, index + 1


def _read_small(tokens: list[tuple[str, str]], index: int) -> tuple[int, int]:
    """Read a number word under one hundred."""
    word = tokens[index][1].casefold()
    if word in _UNITS:
        return _UNITS[word], index + 1
    value = _TENS[word]
    following = _word_at(tokens, index + 2) if _is_gap(tokens, index + 1) else ""
    if 1 <= _UNITS.get(following, 0) <= 9:
        return value + _UNITS[following], index + 3
    if 1 <= _ORDINALS.get(following, 0) <= 9:
        return value + _ORDINALS[following], index + 3
    return value, index + 1


def _scale(tokens: list[tuple[str, str]], index: int, value: Decimal) -> tuple[Decimal, int]:
    """Apply scale words and "and a half" that follow a number."""
    while _is_gap(tokens, index) and _word_at(tokens, index + 1) in _SCALES:
        value *= _SCALES[_word_at(tokens, index + 1)]
        index += 2
        rest = index + 1 + 2 * (_word_at(tokens, index + 1) == "and")
        if value >= 100 and _is_gap(tokens, index) and _word_at(tokens, rest) in {**_UNITS, **_TENS}:
            small, after = _read_small(tokens, rest)
            if not (_is_gap(tokens, after) and _word_at(tokens, after + 1) in _SCALES):
                value, index = value + small, after
    words = [_word_at(tokens, index + step) for step in (1, 3, 5)]
    if words == ["and", "a", "half"] and all(_is_gap(tokens, index + step) for step in (0, 2, 4)):
        return value + Decimal("0.5"), index + 6
    return value, index


def _is_gap(tokens: list[tuple[str, str]], index: int) -> bool:
    return index < len(tokens) and tokens[index][0] == "gap"


def _word_at(tokens: list[tuple[str, str]], index: int) -> str:
    return tokens[index][1].casefold() if 0 <= index < len(tokens) and tokens[index][0] == "word" else ""
