"""The layout of each document: which blocks of lines are headings, accounts, footnotes, captions, tables, furniture.

``read_layout`` gives pieces in the order of the file; a paragraph that is interrupted by the end of a page, a caption
or a column break is one piece with several ranges. The rules hold no text of the documents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import attrs

from nkgraph.account_headings import find_account_heading
from nkgraph.blocks import Block, Piece, join_pieces, make_piece, read_blocks
from nkgraph.notes import find_notes
from nkgraph.plain_tables import find_tables
from nkgraph.report_layout import is_heading, is_running_line, read_report

__all__ = ["read_layout"]

_SUPERIOR: Final = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+) \S")


def read_layout(text: str) -> list[Piece]:
    """Return the pieces of a document: each non-blank character lies in at least one.

    Tables and notes in the forms of plain text are taken out first. Which rules fit the rest is seen in it: a report has
    accounts under numbered headings, an article is Markdown, a communication has footnotes that begin with a superior
    number; anything else is read as plain paragraphs.
    """
    tables = [Piece("table", [(table.start, table.end)]) for table in find_tables(text)]
    rest = _blank(text, tables)
    accounts = any(find_account_heading(block.words) for block in read_blocks(rest))
    notes = [
        Piece(kind, [(note.start, note.end)], note.number or None) for kind, note in find_notes(rest, accounts=accounts)
    ]
    rest = _blank(rest, notes)
    pieces = _join_between(list(_read(rest)), [table.start for table in tables], rest)
    return _name_repeated(sorted([*pieces, *tables, *notes], key=lambda piece: (piece.start, -piece.end)))


def _read(text: str) -> Iterator[Piece]:
    blocks = read_blocks(text)
    if blocks and blocks[0].words.startswith("#"):
        return _read_article(text)
    if any(find_account_heading(block.words) for block in blocks):
        return read_report(text)
    if any(_SUPERIOR.match(block.words) for block in blocks):
        return _read_communication(text)
    return _read_plain(text)


def _blank(text: str, pieces: list[Piece]) -> str:
    """Return a text with blanks for what the pieces hold, and every other character in its place."""
    for piece in pieces:
        held = re.sub(r"\S", " ", text[piece.start : piece.end])
        text = text[: piece.start] + held + text[piece.end :]
    return text


def _join_between(pieces: list[Piece], tables: list[int], text: str) -> list[Piece]:
    """Join paragraphs that go on, but not the one line over a table with what stands below it."""
    joined: list[Piece] = []
    begun = 0
    for start in tables:
        before = [piece for piece in pieces[begun:] if piece.start < start]
        if before and "\n" not in text[before[-1].start : before[-1].end]:
            joined += join_pieces(before, text)
            begun += len(before)
    return joined + join_pieces(pieces[begun:], text)


def _name_repeated(pieces: list[Piece]) -> list[Piece]:
    """Give a note whose number stands twice, as where pages count their own, a key of its own."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        if piece.kind == "footnote" and piece.number is not None:
            counts[piece.number] += 1
            if counts[piece.number] > 1:
                piece.key = f"footnote-{piece.number}-{counts[piece.number]}"
    return pieces


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
    account: int | None = None
    told: set[int] = set()
    for index, block in enumerate(blocks):
        words = block.words
        if (re.match(r"# ", words) and words.strip("#* ") == title) or words == byline or re.fullmatch(r"-{3,}", words):
            works = works and not words.startswith("---")
            yield make_piece("furniture", block)
        elif re.match(r"#+ ", words):
            works = index > 10 and len(words.split()) == 2 and _starts_works(blocks, index)
            started = True
            found = find_account_heading(words.strip("#* "))
            account = int(found.number) if found is not None and int(found.number) not in told else None
            told |= {account} if account is not None else set()
            yield attrs.evolve(make_piece("heading", block, str(account) if account else None), account=account)
        elif not started:
            yield make_piece("furniture", block)
        elif re.fullmatch(r"<\S+>", words) or words.isupper():
            yield make_piece("list_item", block)
        else:
            yield attrs.evolve(make_piece("bibliography_entry" if works else "paragraph", block), account=account)


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
        if is_running_line(block.words):
            yield make_piece("furniture", block)
        else:
            yield make_piece("heading" if len(block.lines) == 1 and is_heading(block) else "paragraph", block)
