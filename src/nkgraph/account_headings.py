"""Headings of accounts: the line that an account begins with, in the forms that reports print it."""

from __future__ import annotations

import re
from typing import Final

import attrs

__all__ = ["AccountHeading", "find_account_heading", "is_account_heading", "looks_like_account"]

_STRICT: Final = re.compile(r"Case (\d+) M(?:r|s|rs)\.[^\n]*\bborn (?:in )?\d{4}\s*$")
_NUMBERED: Final = re.compile(
    r"(?:case|account|story|testimony)[ \t]+(?:no\.?[ \t]*|number[ \t]+|#[ \t]*)?(\d{1,3})(?!\d)[ \t]*(?P<rest>.*)",
    re.IGNORECASE,
)
_PARTED: Final = re.compile(r"[.:)|]?[ \t]*[-–—]*[ \t]*")
#: A line of a table of contents: the number of a page at its end, after dots or wide blanks.
_LISTED: Final = re.compile(r"(?:\.{3,}|\s{2,}|\t)\s*\d{1,3}$")
_TITLE: Final = re.compile(r"M(?:s|rs|r|iss)\b")
_LONG_WORD: Final = re.compile(r"[A-Za-z][A-Za-z’'-]{3,}")
_LONGEST: Final = 100


@attrs.frozen
class AccountHeading:
    """The heading that a block of lines begins with: its number as printed, and how many characters it takes."""

    number: str
    length: int


def find_account_heading(words: str) -> AccountHeading | None:
    """Return the heading of an account that a block of lines begins with, or None.

    It is one line that begins with Case, Account, Story or Testimony and a number; a name, a place or a year may follow,
    a sentence may not.

    >>> [bool(find_account_heading(line)) for line in ("CASE 3", "Case 3 – Miss Nam", "Case 3 shows it.")]
    [True, True, False]
    """
    strict = _STRICT.match(words)
    if strict:
        return AccountHeading(strict[1], len(words))
    line, newline, _ = words.partition("\n")
    match = _NUMBERED.fullmatch(line.strip())
    if match is None or not words[:1].isupper() or len(line) > _LONGEST or _LISTED.search(line.strip()):
        return None
    rest = match["rest"]
    parted = _PARTED.match(rest)
    assert parted is not None
    name = rest[parted.end() :]
    if name and not _is_name(name, bool(parted[0].strip()) and not newline):
        return None
    return AccountHeading(match[1], len(line))


def _is_name(words: str, parted: bool) -> bool:
    """Tell whether what follows the number of an account is no sentence: ``parted`` by a mark, and alone, it may be free."""
    if words.rstrip().endswith((".", ",", ";", "?", "!", ":")):
        return False
    if parted:
        return True
    long = [word for word in _LONG_WORD.findall(words) if word not in {"born", "from", "aged"}]
    share = 0.6 if _TITLE.match(words) else 0.8
    return words[:1].isupper() and sum(word[0].isupper() for word in long) >= share * len(long)


def is_account_heading(words: str) -> bool:
    """Tell whether words are the heading of an account and nothing else.

    >>> is_account_heading("Case 7 Ms. Nam in Jilin Province, born in 1975")
    True
    """
    found = find_account_heading(words)
    return found is not None and found.length == len(words)


def looks_like_account(line: str) -> bool:
    """Tell whether a line begins as the heading of an account does, whatever follows.

    >>> looks_like_account("Case 4 was never told."), looks_like_account("In Case 4 she says")
    (True, False)
    """
    return line[:1].isupper() and len(line) <= _LONGEST and _NUMBERED.match(line) is not None
