"""Dates as written, and the days that they allow."""

from __future__ import annotations

import pytest

from nkgraph.dates import date_bounds, date_numbers


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("1998", "1998-01-01", "1998-12-31"),
        ("1998-02", "1998-02-01", "1998-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1998-02-14", "1998-02-14", "1998-02-14"),
        ("1998-12/1999-01", "1998-12-01", "1999-01-31"),
        ("1998-12-30/1999-01-02", "1998-12-30", "1999-01-02"),
        ("199X", "1990-01-01", "1999-12-31"),
        ("1998?", "1998-01-01", "1998-12-31"),
        ("1998~", "1998-01-01", "1998-12-31"),
    ],
)
def test_bounds_are_the_first_and_last_day(text: str, begin: str, end: str) -> None:
    """A date allows the days from its first to its last, both counted."""
    assert date_bounds(text) == (begin, end)


@pytest.mark.parametrize(
    "text",
    ["", "last spring", "2001-13", "1999-02-29", "1999/1998", "1998/..", "1998/open", "1998 /1999", "98", "１９９８"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """What is not a date, has a day that is none, is open, or runs backwards is no date of ours."""
    with pytest.raises(ValueError, match=r"date|day|ends before"):
        date_bounds(text)


def test_numbers_are_those_that_words_would_state() -> None:
    """Years, months and days without their zeros, each once."""
    assert date_numbers("1998-02-14") == ("1998", "2", "14")
    assert date_numbers("1998-12/1998-12") == ("1998", "12")
    assert date_numbers("1998?") == ("1998",)
