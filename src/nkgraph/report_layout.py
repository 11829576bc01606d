"""The layout of the report: 53 accounts, footnotes at the foot of a page, captions after them, boxed tables, lists.

The rules look at line ends, widths, numbering, capitals and indentation; they hold no text of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from nkgraph.account_headings import find_account_heading, is_account_heading
from nkgraph.blocks import STOPPED, Block, Piece, make_piece, read_blocks

__all__ = ["is_heading", "is_running_line", "read_report"]

_LONG_WORD: Final = re.compile(r"[A-Za-z][A-Za-z’'-]{3,}")
_ITEM: Final = re.compile(r"(?:•|\d{1,2}\.)\s+\S")


def _is_title(line: str, share: float) -> bool:
    words = _LONG_WORD.findall(line)
    return bool(words) and sum(word[0].isupper() for word in words) >= share * len(words)


def _split_heading(block: Block) -> tuple[Block | None, Block | None]:
    """Divide a block into the heading it begins with and the rest; either may be None."""
    kept = block.start
    offset = block.start
    for line in block.words.splitlines(keepends=True):
        words = line.strip()
        short = (
            len(words) <= 75 and not words.endswith((".", ",", "-")) and not _ITEM.match(words) and words[:1].isupper()
        )
        if not (short and _is_title(words, 0.7)):
            break
        offset += len(line)
        kept = offset
    if kept == block.start:
        return None, block
    heading, rest = block.split(min(kept, block.end))
    return heading, rest if rest.end > rest.start else None


def _split_column(block: Block) -> list[Block]:
    """Part a caption that was set beside a narrow column and ended up in the column's last line."""
    lines = block.words.splitlines(keepends=True)
    widths = sorted(len(line) for line in lines[:-1])
    if len(widths) < 4 or widths[-1] > 55 or len(lines[-1]) <= 1.6 * widths[-1]:
        return [block]
    start = block.end - len(lines[-1])
    breaks = [m.start() for m in re.finditer(r"(?<=\s)[A-Z]", lines[-1]) if m.start() <= widths[-1] + 2]
    return list(block.split(start + breaks[-1])) if breaks else [block]


def _split_account(block: Block) -> list[Block]:
    """Part the heading of an account from the lines that follow it without a blank line."""
    account = find_account_heading(block.words)
    if account is None or account.length >= len(block.words):
        return [block]
    return list(block.split(block.start + account.length))


def _read_pages(text: str) -> Iterator[list[Block]]:
    page: list[Block] = []
    for block in read_blocks(text):
        if page and (block.page or is_running_line(page[-1].words)):
            yield page
            page = []
        for part in _split_account(block):
            page.extend(_split_column(part))
    yield page


def is_running_line(words: str) -> bool:
    """Tell a running head or foot: one line in which a page number stands between wide blanks.

    >>> is_running_line("The Harbour Report   2   An Invented Document")
    True
    """
    running = re.fullmatch(r"[^\n]+\S  +\d{1,3}  +\S[^\n]+", words)
    return running is not None and find_account_heading(words) is None


@attrs.define
class _Report:
    text: str
    footnote: int = 0
    account: int = 0
    told: set[int] = attrs.field(factory=set)
    inside: bool = False
    addressee: str | None = None
    last: str = ""


def read_report(text: str) -> Iterator[Piece]:
    """Yield the pieces of the report, page by page."""
    state = _Report(text)
    pages = list(_read_pages(text))
    for index, page in enumerate(pages):
        following = pages[index + 1][0] if index + 1 < len(pages) else None
        yield from _read_page(state, page, following)


def _read_page(state: _Report, page: list[Block], following: Block | None) -> Iterator[Piece]:
    furniture = [block for block in page if is_running_line(block.words)]
    blocks = [block for block in page if block not in furniture]
    notes = _find_footnotes(state, blocks)
    body = blocks[: notes[0]] if notes else blocks
    tail = _find_captions(body, following) if not notes else len(body)
    yield from _read_body(state, body[:tail])
    yield from _read_aside(body[tail:])
    for place, first in enumerate(notes):
        last = notes[place + 1] if place + 1 < len(notes) else first + 1
        number = re.match(r"\d+", blocks[first].words)
        yield Piece("footnote", [(blocks[first].start, blocks[last - 1].end)], number[0] if number else None)
    if notes:
        yield from _read_aside(blocks[notes[-1] + 1 :])
    for block in furniture:
        yield make_piece("furniture", block)


def _find_footnotes(state: _Report, blocks: list[Block]) -> list[int]:
    """Return the indexes of the blocks that begin a footnote: their numbers follow on from the page before."""
    found: list[int] = []
    for index, block in enumerate(blocks):
        match = re.match(r"(\d{1,3})\s+\S", block.words)
        if match and int(match[1]) == state.footnote + 1:
            state.footnote += 1
            found.append(index)
    return found


def _find_captions(body: list[Block], following: Block | None) -> int:
    """Return where, on a page without footnotes, the captions and boxes that end it begin."""
    if following is None or len(body) < 2:
        return len(body)
    first = len(body)
    while first > 1 and _is_wide(body[first - 1]):
        first -= 1
    if first < len(body):
        return first
    if re.search(r"\(See Case \d+\)", body[-1].words):
        return len(body) - 1
    if is_account_heading(following.words) or following.words[:1].isdigit():
        return len(body)
    for index in range(len(body) - 1, 0, -1):
        before = body[index - 1]
        if len(before.lines) > 1 and not is_heading(before) and not STOPPED.search(before.words):
            rest = body[index:]
            joins = len(rest) == 1 and len(rest[0].lines) > 2
            return len(body) if joins or any(is_account_heading(block.words) for block in rest) else index
    return len(body)


def is_heading(block: Block) -> bool:
    """Tell a block that is a heading and nothing else: short lines of capitalised words without a stop."""
    heading, rest = _split_heading(block)
    return heading is not None and rest is None


def _is_wide(block: Block) -> bool:
    """Tell a block whose lines are wider than any of running text."""
    return max(map(len, block.lines)) > 105


def _read_aside(blocks: list[Block]) -> Iterator[Piece]:
    """Read blocks that stand outside the running text: rows of sums make one table, the rest are captions."""
    rows = [block for block in blocks if re.search(r"\d.*\b(?:RMB|Renminbi|yuan)\b", block.words)]
    if len(rows) > 1:
        yield Piece("table", [(blocks[0].start, blocks[-1].end)])
    else:
        for block in blocks:
            yield make_piece("caption", block)


def _read_body(state: _Report, blocks: list[Block]) -> Iterator[Piece]:
    index = 0
    while index < len(blocks):
        block = blocks[index]
        table = _measure_table(blocks, index)
        account = find_account_heading(block.words) if is_account_heading(block.words) else None
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if table:
            yield Piece("table", [(block.start, blocks[index + table - 1].end)])
            index += table
            continue
        if account is not None and int(account.number) not in state.told:
            state.account, state.inside = int(account.number), True
            state.told.add(state.account)
            yield Piece("heading", [(block.start, block.end)], account.number, account=state.account)
        elif following is not None and is_account_heading(following.words) and _is_title(block.words, 0.6):
            yield make_piece("heading", block)
        else:
            yield from _read_text(state, block, _is_listed(blocks, index))
        state.last = block.words
        index += 1


def _read_text(state: _Report, block: Block, listed: bool) -> Iterator[Piece]:
    heading, rest = (None, block) if _is_address(block) else _split_heading(block)
    if heading is not None and not listed:
        state.inside, state.addressee = False, None
        yield make_piece("heading", heading)
        if rest is None:
            return
        block = rest
    elif listed:
        yield make_piece("list_item", block)
        return
    if _is_address(block):
        state.addressee = _name_addressee(block.words)
        yield make_piece("paragraph", block)
        return
    number = re.match(r"(\d{1,2})\.\s", block.words)
    if state.addressee and number:
        piece = make_piece("recommendation", block, number[1])
        piece.key = f"recommendation-{state.addressee}-{number[1]}"
        yield piece
        return
    parts = _split_items(block)
    for part in parts:
        if _ITEM.match(part.words):
            yield make_piece("list_item", part)
        elif (re.search(r"[:,]\s*$", state.last) and len(part.lines) > 3 and max(map(len, part.lines)) < 78) or (
            state.last.rstrip().endswith(":") and part.words[:1] == "“" and part.words[-1:] == "”"
        ):
            yield make_piece("quotation_block", part)
        else:
            piece = make_piece("paragraph", part)
            piece.account = state.account if state.inside else None
            yield piece


def _is_listed(blocks: list[Block], index: int) -> bool:
    """Tell a short line that stands in a list of such lines, as signatures do: its neighbour looks the same."""
    near = [blocks[place] for place in (index - 1, index, index + 1) if 0 <= place < len(blocks)]
    return sum(is_heading(block) and len(block.words.split()) <= 3 and not block.page for block in near) > 1


def _is_address(block: Block) -> bool:
    """Tell the line that says who should do what follows."""
    return len(block.lines) == 1 and re.search(r"\bshould\b[^.]*:\s*$", block.words) is not None


def _name_addressee(words: str) -> str:
    """Return the short name of whom a list of recommendations is for: the name in brackets, or the subject's first words."""
    bracket = re.search(r"\(([^)]+)\)", words)
    name = bracket[1] if bracket else re.split(r"\s+(?:should|community)\b", words, maxsplit=1)[0]
    return re.sub(r"\W+", "-", re.sub(r"^The ", "", name).strip()).casefold()


def _split_items(block: Block) -> list[Block]:
    """Divide a block at the lines that begin with a bullet."""
    parts: list[Block] = []
    rest = block
    for match in list(re.finditer(r"(?m)^\s*•", block.words))[::-1]:
        if block.start + match.start() > block.start:
            head, tail = rest.split(block.start + match.start())
            parts.insert(0, tail)
            rest = head
    return [rest, *parts]


def _measure_table(blocks: list[Block], index: int) -> int:
    """Return how many blocks from ``index`` make a table: short rows without a stop, the last one a total; 0 if none."""
    if is_heading(blocks[index]) and not re.search(r"\d", blocks[index].words):
        return 0
    for count in range(3, 14):
        if index + count > len(blocks):
            return 0
        rows = blocks[index : index + count]
        if any(
            len(row.lines) > 2 or (STOPPED.search(row.words) and not re.search(r"\d\)$", row.words)) for row in rows
        ):
            return 0
        if re.fullmatch(r"Total \d+", rows[-1].words):
            return count
    return 0
