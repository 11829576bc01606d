"""What was found in a text, in one line, and what looks like a part of it and was not taken: near misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from nkgraph.account_headings import looks_like_account
from nkgraph.model import Passage
from nkgraph.notes import find_marks, note_start
from nkgraph.passages import find_leaf
from nkgraph.plain_tables import Line, read_lines

__all__ = ["count_found", "find_near_misses"]

#: Kinds that are always told, in this order; others only where there are some.
_ALWAYS: Final = ("heading", "account", "footnote", "table", "paragraph")
_PLURALS: Final = {"bibliography_entry": "bibliography entries", "furniture": "running lines"}
#: Kinds of passage in which a line that begins with a number is no note.
_TAKEN: Final = frozenset({"footnote", "table", "recommendation", "furniture"})
_SHORT: Final = 60
_SHOWN: Final = 5


def count_found(passages: Sequence[Passage]) -> str:
    """Return how many of each kind there are; the headings of accounts count as accounts.

    >>> count_found(())
    '0 headings, 0 accounts, 0 footnotes, 0 tables, 0 paragraphs'
    """
    held = {passage.key for passage in passages if passage.kind == "account"}
    counts = Counter(p.kind for p in passages if p.kind != "section" and not (p.kind == "heading" and p.parent in held))
    kinds = [*_ALWAYS, *sorted(set(counts) - set(_ALWAYS))]
    return ", ".join(f"{counts[kind]} {_name(kind, counts[kind])}" for kind in kinds)


def _name(kind: str, count: int) -> str:
    words = kind.replace("_", " ")
    if count != 1:
        return _PLURALS.get(kind, words + "s")
    return "running line" if kind == "furniture" else words


def find_near_misses(text: str, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield a sentence for what was nearly taken: headings of accounts, footnotes, marks of notes that are not there."""
    lines = read_lines(text)
    found = [find_leaf(passages, line.start, line.end) if line.words else None for line in lines]
    begins = [not before or not before.words for before in (None, *lines[:-1])]
    begun = list(zip(lines, found, begins, range(1, len(lines) + 1), strict=True))
    for line, leaf, first, number in begun:
        if first and leaf is not None and not _is_account(leaf) and _is_near_account(line, leaf):
            yield (
                f"line {number} is like the heading of an account and was not taken: “{line.words}”; write it on a line of "
                "its own, as in: Case 3 Ms. Nam in Jilin Province, born in 1980"
            )
    notes = [
        (number, start[1])
        for line, leaf, first, number in begun
        if first and leaf is not None and leaf.kind not in _TAKEN and (start := note_start(line.words)) is not None
    ]
    if notes:
        shown = _list([str(number) for number, _ in notes])
        yield (
            f"line{'s' * (len(notes) > 1)} {shown} begin{'s' * (len(notes) == 1)} as a footnote does and "
            f"{'were' if len(notes) > 1 else 'was'} not taken; if notes, put them under a line Notes, numbered on from 1"
        )
    have = {passage.number for passage in passages if passage.kind == "footnote"}
    marks = [number for place, number in find_marks(text) if _is_running(passages, place) and number not in have]
    if marks:
        shown = _list(list(dict.fromkeys(marks)))
        yield f"what may be marks of notes stand{'s' * (len(marks) == 1)} in the text without a note: {shown}"


def _is_account(leaf: Passage) -> bool:
    return leaf.kind == "heading" and leaf.number is not None


def _is_near_account(line: Line, leaf: Passage) -> bool:
    alone = leaf.start == line.start and leaf.end == line.end
    return looks_like_account(line.words) and (alone or len(line.words) <= _SHORT)


def _is_running(passages: Sequence[Passage], place: int) -> bool:
    leaf = find_leaf(passages, place, place + 1)
    return leaf is not None and leaf.kind not in {"footnote", "table", "bibliography_entry", "furniture"}


def _list(numbers: Sequence[str]) -> str:
    more = len(numbers) - _SHOWN
    return ", ".join(numbers[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
