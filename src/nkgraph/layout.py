"""The layout of each document: which blocks of lines are headings, accounts, footnotes, captions, tables, furniture.

``read_layout`` gives pieces in the order of the file; a paragraph that is interrupted by the end of a page, a caption
or a column break is one piece with several ranges. The rules hold no text of the documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nkgraph.blocks import Block, Piece, join_pieces, make_piece, read_blocks
from nkgraph.report_layout import is_account_heading, read_report

__all__ = ["read_layout"]

_SUPERIOR: Final = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+) \S")


def read_layout(text: str) -> list[Piece]:
    """Return the pieces of a document: each non-blank character lies in at least one.

    Which rules fit is seen in the text: a report has accounts under numbered headings, an article is Markdown, a
    communication has footnotes that begin with a superior number; anything else is read as plain paragraphs.
    """
    blocks = read_blocks(text)
    if any(is_account_heading(block.words) for block in blocks):
        return join_pieces(list(read_report(text)), text)
    if blocks and blocks[0].words.startswith("#"):
        return join_pieces(list(_read_article(text)), text)
    if any(_SUPERIOR.match(block.words) for block in blocks):
        return join_pieces(list(_read_communication(text)), text)
    return join_pieces(list(_read_plain(text)), text)


# The communication: one line a paragraph, footnotes with superior numbers.


def _read_communication(text: str) -> Iterator[Piece]:
    last = ""
    for block in read_blocks(text):
        note = _SUPERIOR.match(block.words)
        if note:
            number = note[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
            yield make_piece("footnote", block, number)
            continue
        if re.match(r"(?:[IVX]+|[a-z])\. [^.]{3,80}$", block.words) or block.words.isupper():
            yield make_piece("heading", block)
        elif len(block.lines) > 1:
            yield make_piece("list_item", block)
        else:
            yield make_piece("quotation_block" if last.endswith(":") else "paragraph", block)
        last = block.words


# The article: Markdown, with a page head that comes again on every page.


def _read_article(text: str) -> Iterator[Piece]:
    blocks = read_blocks(text)
    title = blocks[0].words.strip("#* ") if blocks else ""
    byline = blocks[1].words if len(blocks) > 1 else ""
    works = False
    started = False
    for index, block in enumerate(blocks):
        words = block.words
        if (re.match(r"# ", words) and words.strip("#* ") == title) or words == byline or re.fullmatch(r"-{3,}", words):
            works = works and not words.startswith("---")
            yield make_piece("furniture", block)
        elif re.match(r"#+ ", words):
            works = index > 10 and len(words.split()) == 2 and _starts_works(blocks, index)
            started = True
            yield make_piece("heading", block)
        elif not started:
            yield make_piece("furniture", block)
        elif re.fullmatch(r"<\S+>", words) or words.isupper():
            yield make_piece("list_item", block)
        else:
            yield make_piece("bibliography_entry" if works else "paragraph", block)


def _starts_works(blocks: list[Block], index: int) -> bool:
    """Tell whether the blocks after a heading are works: most of the next five have a year in brackets."""
    following = [block.words for block in blocks[index + 1 : index + 6]]
    return sum(bool(re.search(r"\((?:\d{4}|n\.d\.)\)", words)) for words in following) > 2


def _read_plain(text: str) -> Iterator[Piece]:
    for block in read_blocks(text):
        first, newline, _ = block.words.partition("\n")
        if newline and first.rstrip().endswith(":") and len(first.split()) < 8:
            head, block = block.split(block.start + len(first))
            yield make_piece("heading", head)
        yield make_piece("paragraph", block)
