"""Footnotes in plain text: lines that begin with a number in one of the forms in which notes are printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from nkgraph.blocks import Block, read_blocks

__all__ = ["Note", "find_marks", "find_notes", "note_start", "plain_number"]

_SUPERIOR: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_STARTS: Final = {
    "bracket": re.compile(r"\[(\d{1,3})\]\s*\S"),
    "round": re.compile(r"\((\d{1,3})\)\s*\S"),
    "dot": re.compile(r"(\d{1,3})[.)]\s+\S"),
    "superior": re.compile(rf"([{_SUPERIOR}]+)\s?\S"),
    "plain": re.compile(r"(\d{1,3})\s+[A-Z“\"‘(]"),
}
_RULE: Final = re.compile(r"[-_=*—–]{3,}")
_HEADING: Final = re.compile(r"(?:end|foot)?notes(?: and references)?:?", re.IGNORECASE)
#: A running head or foot, or the number of a page.
_RUNNING: Final = re.compile(r"[^\n]+\S  +\d{1,3}  +\S[^\n]+|[-–—\s]*\d{1,3}[-–—\s]*")
#: The mark of a note in running text: superior, in brackets, or right after a word or its stop.
_MARK: Final = re.compile(
    rf"(?<=\S)(?:[{_SUPERIOR}]+|\[\d{{1,3}}\])|(?<=\w )\[\d{{1,3}}\]|(?<=[a-z]{{2}}[.,;:?!”’)])\d{{1,3}}(?=\s|$)"
    r"|(?<=[a-z]{4})\d{1,2}(?=[\s.,;:]|$)|(?<=\S)\s?\(\d{1,3}\)(?=[\s.,;:]|$)"
)


@attrs.frozen
class Note:
    """A footnote: code points [start, end) and its number."""

    start: int
    end: int
    number: str


@attrs.frozen
class _Run:
    """Blocks of notes that follow each other: the form of their numbers, the notes, and which blocks they are."""

    form: str
    notes: tuple[Note, ...]
    first: int
    last: int


def plain_number(printed: str) -> str:
    """Return the digits of a number in brackets or in superior digits.

    >>> plain_number("[12]"), plain_number("³⁷")
    ('12', '37')
    """
    return re.sub(r"\D", "", printed.translate(str.maketrans(_SUPERIOR, "0123456789")))


def note_start(line: str) -> tuple[str, str] | None:
    """Return the form and the number with which a line begins as a note does, or None.

    >>> note_start("[4] Ibid."), note_start("4. Ibid."), note_start("In 1998 she left.")
    (('bracket', '4'), ('dot', '4'), None)
    """
    for form, pattern in _STARTS.items():
        match = pattern.match(line)
        if match:
            return form, plain_number(match[1])
    return None


def find_marks(text: str) -> list[tuple[int, str]]:
    """Return where the marks of notes stand in a text, and their numbers.

    >>> find_marks("They left.1 In harbours² and [3]")
    [(10, '1'), (23, '2'), (29, '3')]
    """
    return [(match.start(), plain_number(match[0])) for match in _MARK.finditer(text)]


def find_notes(text: str, *, accounts: bool) -> Iterator[tuple[str, Note]]:
    """Yield the notes of a text, and the rules that part them from it, as (kind, place): ``footnote`` or ``furniture``.

    Notes are numbered on, and stand after a rule, under a heading Notes, or at the end of the text or a page; there, or
    where their numbers stand in brackets, marks in the text before must name them. In a text with ``accounts``, notes of
    bare numbers that stand in blocks of their own are left to the reader of reports, which follows them over pages; in
    one without, superior numbers are left to that of communications.
    """
    blocks = [part for block in read_blocks(text) for part in _part_at_rule(block)]
    last = 0
    for run in _runs(blocks):
        alone = len(run.notes) == run.last - run.first + 1
        if (run.form == "superior") if not accounts else (run.form == "plain" and alone):
            continue
        first = int(run.notes[0].number)
        if first not in (1, last + 1) or not _stands_as_notes(run, blocks, text):
            continue
        last = int(run.notes[-1].number)
        before = blocks[run.first - 1] if run.first else None
        if before is not None and _RULE.fullmatch(before.words):
            yield "furniture", Note(before.start, before.end, "")
        elif _ruled(blocks[run.first]):
            rule = blocks[run.first].words.partition("\n")[0].rstrip()
            yield "furniture", Note(blocks[run.first].start, blocks[run.first].start + len(rule), "")
        yield from (("footnote", note) for note in run.notes)


def _part_at_rule(block: Block) -> list[Block]:
    """Part the lines of a block that stand under a rule from those above it."""
    rule = re.search(r"(?<=\n)[ \t]*[-_=*—–]{3,}[ \t]*\n", block.words)
    return list(block.split(block.start + rule.start())) if rule else [block]


def _ruled(block: Block) -> bool:
    first, newline, _ = block.words.partition("\n")
    return bool(newline) and _RULE.fullmatch(first.strip()) is not None


def _runs(blocks: Sequence[Block]) -> Iterator[_Run]:
    """Yield the longest runs of blocks that are notes of one form, numbered on."""
    form, notes, first = "", list[Note](), 0
    for index, block in enumerate(blocks):
        found = _read_block(block)
        if found is not None and form == found[0] and int(found[1][0].number) == int(notes[-1].number) + 1:
            notes.extend(found[1])
            continue
        if notes:
            yield _Run(form, tuple(notes), first, index - 1)
        form, notes = (found[0], list(found[1])) if found is not None else ("", [])
        first = index
    if notes:
        yield _Run(form, tuple(notes), first, len(blocks) - 1)


def _read_block(block: Block) -> tuple[str, list[Note]] | None:
    """Return the form and the notes of a block that begins with one; each later note begins a line."""
    offset = block.start
    form = ""
    starts: list[tuple[int, str]] = []
    for line in block.words.splitlines(keepends=True):
        found = note_start(line.strip())
        if offset == block.start and _RULE.fullmatch(line.strip()):
            pass
        elif not starts:
            if found is None:
                return None
            form = found[0]
            starts.append((offset + len(line) - len(line.lstrip()), found[1]))
        elif found is not None and found[0] == form and int(found[1]) == int(starts[-1][1]) + 1:
            starts.append((offset + len(line) - len(line.lstrip()), found[1]))
        offset += len(line)
    if not starts:
        return None
    ends = [start for start, _ in starts[1:]] + [block.end]
    trimmed = [start + len(block.text[start:end].rstrip()) for (start, _), end in zip(starts, ends, strict=True)]
    notes = [Note(start, end, number) for (start, number), end in zip(starts, trimmed, strict=True)]
    return form, notes


def _stands_as_notes(run: _Run, blocks: Sequence[Block], text: str) -> bool:
    before = blocks[run.first - 1].words if run.first else ""
    if _RULE.fullmatch(before) or _HEADING.fullmatch(before) or _ruled(blocks[run.first]):
        return True
    numbers = {note.number for note in run.notes}
    marked = numbers & {number for _, number in find_marks(text[: run.notes[0].start])}
    if before.endswith(":") or 2 * len(marked) < len(numbers):
        return False
    return run.form in {"bracket", "superior"} or _ends(run, blocks)


def _ends(run: _Run, blocks: Sequence[Block]) -> bool:
    """Tell whether a run ends a page or the text."""
    following = blocks[run.last + 1 :]
    return all(_RUNNING.fullmatch(block.words) for block in following[:1]) or following[0].page
