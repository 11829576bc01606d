"""Dates as written (Extended Date/Time Format, ISO 8601-2) and the days that they allow."""

from __future__ import annotations

import calendar
from functools import lru_cache

import edtf

__all__ = ["date_bounds", "date_numbers"]


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
    """Return the years, months and days that an EDTF date names, as plain numbers, without repetition.

    >>> date_numbers("1998-12/1999-01")
    ('1998', '12', '1999', '1')
    """
    numbers = [str(int(part)) for side in text.split("/") for part in side.strip("?~%").split("-") if part.isdigit()]
    return tuple(dict.fromkeys(numbers))
