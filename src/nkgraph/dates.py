"""Dates as written (Extended Date/Time Format, ISO 8601-2) and the days that they allow."""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from typing import Final

import edtf

__all__ = ["date_bounds", "date_numbers", "duration_days", "duration_numbers"]

_DURATION: Final = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", re.ASCII)
#: Days of a year, month, week, day: at least, at most. Several months together are shorter than as many long ones.
_YEAR: Final = (365, 366)
_MONTHS: Final = (
    (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334),
    (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337),
)


@lru_cache(maxsize=4096)
def date_bounds(text: str) -> tuple[str, str]:
    """Return the first and last day that an EDTF date allows, as ISO dates.

    >>> date_bounds("1998-02")
    ('1998-02-01', '1998-02-28')
    >>> date_bounds("1998-12/1999-01")
    ('1998-12-01', '1999-01-31')

    Raises:
        ValueError: it is not an EDTF date, or not one with two bounds, or ends before it begins.
    """
    if text != "".join(text.split()):
        raise ValueError(f"{text!r} is not a date in Extended Date/Time Format")
    try:
        parsed = edtf.parse_edtf(text)
        lower, upper = parsed.lower_strict(), parsed.upper_strict()
        first, last = tuple(lower)[:3], tuple(upper)[:3]
    except (edtf.parser.edtf_exceptions.EDTFParseException, AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{text!r} is not a date in Extended Date/Time Format") from error
    for year, month, day in (first, last):
        if not 1 <= year <= 9999 or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
            raise ValueError(f"{text!r} names a day that does not exist")
    if first > last:
        raise ValueError(f"{text!r} ends before it begins")
    return "{:04d}-{:02d}-{:02d}".format(*first), "{:04d}-{:02d}-{:02d}".format(*last)


def date_numbers(text: str) -> tuple[str, ...]:
    """Return the years, months and days that an EDTF date names, as plain numbers, without repetition; a decade as its first.

    >>> date_numbers("1998-12/1999-01"), date_numbers("196X")
    (('1998', '12', '1999', '1'), ('1960',))
    """
    parts = [part.replace("X", "0") for side in text.split("/") for part in side.strip("?~%").split("-")]
    numbers = [str(int(part)) for part in parts if part.isdigit()]
    return tuple(dict.fromkeys(numbers))


def duration_days(text: str) -> tuple[int, int]:
    """Return the least and greatest number of days that a duration in years, months, weeks and days can be.

    >>> duration_days("P4W"), duration_days("P1M"), duration_days("P3M"), duration_days("P1Y")
    ((28, 28), (28, 31), (89, 92), (365, 366))

    Raises:
        ValueError: it is no such duration of ISO 8601.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration of ISO 8601")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    years, months = years + months // 12, months % 12
    exact = weeks * 7 + days
    least = years * _YEAR[0] + years // 4 - years // 100 + _MONTHS[0][months] + exact
    most = years * _YEAR[0] + -(-years // 4) + _MONTHS[1][months] + exact
    return least, most


def duration_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers that a duration names.

    >>> duration_numbers("P1Y6M")
    ('1', '6')
    """
    return tuple(str(int(number)) for number in re.findall(r"\d+", text))
