"""Claim files rewritten: the words that a coder names become spans, and everything else stays as it was written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from nkgraph.errors import ClaimError, ReadError
from nkgraph.model import Span
from nkgraph.spans import Reading, find_quotation, make_span

__all__ = ["QUOTED", "anchor_file"]

#: What begins a comment line that shows a drafted claim's words; such lines go when the file is anchored.
QUOTED: Final = "#> "

_WIDTH: Final = 1_000_000


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    return yaml


def anchor_file(path: Path, reading: Reading) -> tuple[str, int]:
    """Return a claim file with every named quotation made a span, and how many were made.

    A quotation is sought in the account that the claim's key begins with (``case-7/…``), else in the whole document, or in
    the passage that ``{quote: …, in: case-21}`` names, and must stand there once. Spans already there are left as they are.
    Comment lines that show the words of a draft are dropped: words of a document stand in no file of claims.

    Raises:
        ReadError: the file is not YAML, or not a list of claims.
        ClaimError: a quotation is not in the document, or stands in it more than once; with file, line and claim.
    """
    yaml = _yaml()
    try:
        items = yaml.load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ReadError(f"not YAML: {error.problem}", path=path, line=line) from error
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error
    if not isinstance(items, CommentedSeq):
        raise ReadError("a file of claims must be a list", path=path, line=1)
    passages = {p.key: (p.start, p.end) for p in reading.passages}
    made = 0
    for index, item in enumerate(items):
        if not isinstance(item, CommentedMap) or "words" not in item:
            continue
        key = str(item.get("claim") or item.get("says", {}).get("id", ""))
        within = passages.get(key.split("/")[0])
        line = int(items.lc.item(index)[0]) + 1
        words = item["words"]
        spans = CommentedSeq()
        for word in words:
            if isinstance(word, CommentedMap) and "quote" not in word:
                spans.append(word)
                continue
            quotation, place = str(word), within
            if isinstance(word, CommentedMap):
                quotation = str(word["quote"])
                place = passages.get(str(word.get("in", "")), within)
            try:
                start, end = find_quotation(quotation, reading, within=place)
            except ClaimError as error:
                raise ClaimError(f"{key}: {error.message}", path=path, line=line, remedy=error.remedy) from error
            spans.append(_span_map(make_span(reading, start, end)))
            made += 1
        item["words"] = spans
    buffer = io.StringIO()
    yaml.dump(items, buffer)
    lines = buffer.getvalue().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(QUOTED.strip())), made


def _span_map(span: Span) -> CommentedMap:
    entries = CommentedMap(_span_entries(span))
    entries.fa.set_flow_style()
    return entries


def _span_entries(span: Span) -> Iterator[tuple[str, Any]]:
    yield "start", span.start
    yield "end", span.end
    yield "words", span.words
    yield "length", span.length
    for name in ("fingerprint", "before", "after"):
        yield name, DoubleQuotedScalarString(getattr(span, name))
    if span.numbers:
        numbers = CommentedSeq([DoubleQuotedScalarString(n) if not n.isdigit() else int(n) for n in span.numbers])
        numbers.fa.set_flow_style()
        yield "numbers", numbers
    if span.properties:
        supported = CommentedSeq(span.properties)
        supported.fa.set_flow_style()
        yield "for", supported
