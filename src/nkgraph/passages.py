"""Passages: the parts of a document by its structure, and the committed index of them, which holds no text.

A *leaf* is a passage at the level of the paragraph; accounts and sections hold leaves. A passage's range may hold
leaves that are no part of it (a footnote inside a paragraph that runs over the page): a character belongs to the
innermost leaf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs

from nkgraph.blocks import BODY, Piece
from nkgraph.errors import ReadError
from nkgraph.findings import Finding, Severity
from nkgraph.folding import Folded, fingerprint, fold, join_folded
from nkgraph.layout import read_layout
from nkgraph.model import Passage
from nkgraph.writing import write_atomically

__all__ = [
    "BODY",
    "CONTAINERS",
    "check_index",
    "find_leaf",
    "fold_passage",
    "furniture_spans",
    "load_index",
    "measure_own_parts",
    "measure_segments",
    "passage_at",
    "split_passages",
    "write_index",
]

#: Kinds that hold leaves.
CONTAINERS: Final = frozenset({"account", "section"})

_COLUMNS: Final = ("key", "kind", "number", "parent", "start", "end", "folded_length", "fingerprint")


def split_passages(slug: str, text: str) -> tuple[Passage, ...]:
    """Return the passages of a document in order, a holder before what it holds.

    Keys are ``case-1`` (accounts), ``recommendation-china-4``, ``footnote-37`` (as printed) and otherwise the
    kind with its place (``paragraph-17``); ``start`` and ``end`` are code points of ``text``. Every non-blank
    character lies in a leaf.
    """
    pieces = sorted(read_layout(text), key=lambda piece: (piece.start, -piece.end))
    leaves = list(_name_leaves(pieces))
    found = sorted([*leaves, *_hold(leaves)], key=lambda p: (p.start, p.kind not in CONTAINERS, -p.end, p.key))
    folded = {key: join_folded(fold(text, *part) for part in parts) for key, parts in measure_own_parts(found).items()}
    return tuple(
        attrs.evolve(p, folded_length=len(folded[p.key]), fingerprint=fingerprint(folded[p.key].characters))
        for p in found
    )


def _name_leaves(pieces: Iterable[Piece]) -> Iterator[Passage]:
    counts: Counter[str] = Counter()
    section: str | None = None
    for piece in pieces:
        if piece.kind == "heading" and piece.account is None:
            counts["section"] += 1
            section = f"section-{counts['section']}"
        counts[piece.kind] += 1
        place = piece.number if piece.kind == "footnote" else counts[piece.kind]
        key = piece.key or f"{piece.kind.replace('_', '-')}-{place}"
        parent = f"case-{piece.account}" if piece.account is not None else section
        yield Passage(key, piece.kind, piece.start, piece.end, piece.number, parent, 0, "")


def _hold(leaves: Sequence[Passage]) -> Iterator[Passage]:
    """Make the accounts and sections that the leaves name as their parents."""
    section: str | None = None
    sections: dict[str, list[Passage]] = {}
    accounts: dict[str, tuple[str | None, list[Passage]]] = {}
    for leaf in leaves:
        if leaf.parent is None:
            continue
        if leaf.parent.startswith("case-"):
            accounts.setdefault(leaf.parent, (section, []))[1].append(leaf)
        else:
            section = leaf.parent
        if section is not None:
            sections.setdefault(section, []).append(leaf)
    for key, held in sections.items():
        yield Passage(key, "section", held[0].start, max(leaf.end for leaf in held), None, None, 0, "")
    for key, (parent, held) in accounts.items():
        yield Passage(key, "account", held[0].start, max(leaf.end for leaf in held), held[0].number, parent, 0, "")


def measure_segments(passages: Sequence[Passage]) -> list[tuple[int, int, Passage]]:
    """Return (start, end, leaf), ascending and apart: each range of code points with the innermost leaf it belongs to."""
    leaves = [p for p in passages if p.kind not in CONTAINERS]
    edges = sorted({edge for leaf in leaves for edge in (leaf.start, leaf.end)})
    segments: list[tuple[int, int, Passage]] = []
    active: list[Passage] = []
    waiting = sorted(leaves, key=lambda p: (p.start, -p.end), reverse=True)
    for start, end in pairwise(edges):
        while waiting and waiting[-1].start == start:
            active.append(waiting.pop())
        active = [leaf for leaf in active if leaf.end > start]
        if active:
            segments.append((start, end, max(active, key=lambda p: (p.start, -p.end))))
    return segments


def measure_own_parts(passages: Sequence[Passage]) -> dict[str, list[tuple[int, int]]]:
    """Return for each key the ranges of its own text: a leaf's segments; a holder's running text."""
    parents = {p.key: p.parent for p in passages}
    parts: dict[str, list[tuple[int, int]]] = {p.key: [] for p in passages}
    for start, end, leaf in measure_segments(passages):
        parts[leaf.key].append((start, end))
        holder = leaf.parent if leaf.kind in BODY else None
        while holder is not None:
            parts[holder].append((start, end))
            holder = parents[holder]
    return parts


def fold_passage(passages: Sequence[Passage], key: str, text: str) -> Folded:
    """Return the folded text of a passage, without the leaves that only stand inside its range.

    Raises:
        KeyError: no passage has the key.
    """
    return join_folded(fold(text, *part) for part in measure_own_parts(passages)[key])


def find_leaf(passages: Sequence[Passage], start: int, end: int) -> Passage | None:
    """Return the leaf that code points [start, end) lie in, or None if they reach over several or lie in none."""
    around = [p for p in passages if p.kind not in CONTAINERS and p.start < end and p.end > start]
    if not around:
        return None
    inner = max(around, key=lambda p: (p.start, -p.end))
    return inner if inner.start <= start and end <= inner.end else None


def passage_at(passages: Sequence[Passage], start: int, end: int) -> Passage | None:
    """Return what a claim of code points [start, end) is about: the account, else the leaf, else the section, or None.

    Footnotes, captions and tables that stand among the lines of an account are not part of it.
    """
    leaf = find_leaf(passages, start, end)
    if leaf is not None and leaf.kind not in BODY:
        return leaf
    holders = [p for p in passages if p.kind in CONTAINERS and p.start <= start and end <= p.end]
    return next((p for p in holders if p.kind == "account"), leaf or next(iter(holders), None))


def furniture_spans(passages: Sequence[Passage]) -> list[tuple[int, int]]:
    """Return the ranges that are no running text: furniture, footnotes, captions and tables, ascending."""
    return [(start, end) for start, end, leaf in measure_segments(passages) if leaf.kind not in BODY]


def write_index(folder: Path, slug: str, passages: Iterable[Passage]) -> Path:
    """Write ``<folder>/<slug>.tsv``: one passage a line, no text. Return the path."""
    path = folder / f"{slug}.tsv"
    rows = ["\t".join(_COLUMNS)]
    rows += [
        "\t".join(str(value) if (value := getattr(p, name)) is not None else "" for name in _COLUMNS) for p in passages
    ]
    write_atomically(path, "\n".join(rows) + "\n")
    return path


def load_index(folder: Path) -> dict[str, tuple[Passage, ...]]:
    """Return the passages of every document in the committed index, by slug.

    Raises:
        ReadError: a file is not an index, with path and line.
    """
    return {path.stem: _read_index(path) for path in sorted(folder.glob("*.tsv"))}


def _read_index(path: Path) -> tuple[Passage, ...]:
    remedy = "write it again with `nkgraph documents add`"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy=remedy) from error
    if not lines or lines[0].split("\t") != list(_COLUMNS):
        raise ReadError("this is not an index of passages", path=path, line=1, remedy=remedy)
    passages: list[Passage] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            key, kind, printed, parent, start, end, length, mark = line.split("\t")
            passages.append(
                Passage(key, kind, int(start), int(end), printed or None, parent or None, int(length), mark)
            )
        except ValueError as error:
            raise ReadError("this line of the index cannot be read", path=path, line=number, remedy=remedy) from error
    return tuple(passages)


def check_index(index: Mapping[str, Sequence[Passage]], texts: Mapping[str, str]) -> list[Finding]:
    """Compare the index with the documents at hand; a document that is not at hand is not checked.

    A passage whose text is another one is a violation ``passage-changed``; a document without an index is one
    ``passage-missing``.
    """
    findings: list[Finding] = []
    for slug, text in sorted(texts.items()):
        if slug not in index:
            findings.append(
                Finding(Severity.VIOLATION, "passage-missing", slug, "the document has no index of passages")
            )
            continue
        for key, parts in measure_own_parts(index[slug]).items():
            passage = next(p for p in index[slug] if p.key == key)
            folded = join_folded(fold(text, *part) for part in parts).characters
            if (len(folded), fingerprint(folded)) != (passage.folded_length, passage.fingerprint):
                message = "the document's text at this place is not the one that was indexed"
                findings.append(Finding(Severity.VIOLATION, "passage-changed", f"{slug}/{key}", message))
    return findings
