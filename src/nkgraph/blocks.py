"""Blocks of lines, and the pieces of a document's layout that are made of them."""

from __future__ import annotations

import re
from typing import Final

import attrs

__all__ = ["BODY", "STOPPED", "Block", "Piece", "join_pieces", "make_piece", "read_blocks"]

#: Kinds that make up the running text of a document. Everything else stands apart from it and may move or go.
BODY: Final = frozenset(
    {"heading", "paragraph", "list_item", "recommendation", "quotation_block", "bibliography_entry"}
)

#: The end of words that are complete: a stop, quotation marks and brackets closed, the mark of a footnote.
STOPPED: Final = re.compile(r"[.?!:;…][”’\"')\]*]*[\s\d⁰¹²³⁴⁵⁶⁷⁸⁹]*$|\)\s*$")


@attrs.frozen
class Block:
    """Lines of ``text`` that stand together: code points [start, end) without outer blanks, and whether a page begins."""

    text: str
    start: int
    end: int
    page: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines, without blanks at their ends."""
        return [line.strip() for line in self.text[self.start : self.end].split("\n")]

    @property
    def words(self) -> str:
        """The text of the block."""
        return self.text[self.start : self.end]

    def split(self, offset: int) -> tuple[Block, Block]:
        """Return the block's parts before and after ``offset`` (a code point of the text), outer blanks left out."""
        return _trim(self.text, self.start, offset, self.page), _trim(self.text, offset, self.end, False)


@attrs.define
class Piece:
    """One passage in the making: its kind, its number as printed, and its ranges of code points."""

    kind: str
    ranges: list[tuple[int, int]]
    number: str | None = None
    key: str | None = None
    account: int | None = None

    @property
    def start(self) -> int:
        """The first code point."""
        return self.ranges[0][0]

    @property
    def end(self) -> int:
        """The code point after the last."""
        return self.ranges[-1][1]


def _trim(text: str, start: int, end: int, page: bool) -> Block:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(text, start, end, page)


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of a text: runs of lines between blank lines, divided where a page begins.

    A page begins at a form feed, and at a line that is set in by one blank right after a line that is not blank (the
    trace that a form feed leaves in some conversions).
    """
    blocks: list[Block] = []
    begin: int | None = None
    page = False
    offset = 0
    turned = False
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        set_in = line[:1] == " " and not line[1:2].isspace() and (begin is not None or not offset)
        turned = turned or set_in or line.startswith("\f")
        if begin is not None and (turned or not line.strip()):
            blocks.append(_trim(text, begin, offset, page))
            begin, page = None, False
        if line.strip() and begin is None:
            begin, page, turned = offset, turned, False
        offset += len(line)
    if begin is not None:
        blocks.append(_trim(text, begin, offset, page))
    return blocks


def join_pieces(pieces: list[Piece], text: str) -> list[Piece]:
    """Join a running paragraph that does not end in a stop with the next running piece."""
    joined: list[Piece] = []
    last: Piece | None = None
    for piece in pieces:
        if piece.kind not in BODY:
            joined.append(piece)
            continue
        begins = text[piece.start]
        open_end = last is not None and not STOPPED.search(text[last.start : last.end])
        if (
            last is not None
            and piece.kind == "paragraph"
            and open_end
            and (
                last.kind in ("paragraph", "quotation_block")
                or (last.kind in ("list_item", "recommendation") and begins.islower())
            )
        ):
            last.ranges.extend(piece.ranges)
            continue
        joined.append(piece)
        last = piece
    return joined


def make_piece(kind: str, block: Block, number: str | None = None) -> Piece:
    """Return a piece that is one block."""
    return Piece(kind, [(block.start, block.end)], number)
