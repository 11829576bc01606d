"""The values that pass through the pipeline: documents, passages, spans, claims. All frozen, all plain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

__all__ = ["Claim", "Document", "Node", "Passage", "Span", "Value"]


@attrs.frozen
class Document:
    """A source document as described in ``data/documents/<slug>.yaml``.

    ``sha256`` is of the file's bytes, ``length`` counts code points of the text decoded as UTF-8, ``folded_sha256`` is of
    the folded text (see ``folding.fold``), by which another conversion of line breaks and spaces is still recognised.
    ``landmarks`` are fingerprints of windows of 32 folded characters, spread over the text, by which a conversion that adds
    or drops some text is. ``text_sha256`` is of the text that a PDF was
    converted to, in UTF-8. ``order`` is its place among the documents, from 1.
    """

    slug: str
    title: str
    publisher: str
    language: str
    sha256: str
    folded_sha256: str
    length: int
    date: str | None = None
    address: str | None = None
    order: int = 0
    landmarks: tuple[str, ...] = ()
    text_sha256: str | None = None
    path: Path | None = None


@attrs.frozen
class Passage:
    """A part of a document found by its structure.

    ``kind`` is one of account, heading, section, paragraph, footnote, table, caption, recommendation, furniture,
    bibliography_entry, quotation_block, list_item. ``start`` and ``end`` are code points; ``key`` is the last part of its
    IRI (``case-1``, ``footnote-37``); ``parent`` the key of the passage that holds it; ``number`` as printed.
    """

    key: str
    kind: str
    start: int
    end: int
    number: str | None
    parent: str | None
    folded_length: int
    fingerprint: str


@attrs.frozen
class Span:
    """The words that a claim rests on: where they stand, and how to find them again.

    ``start`` and ``end`` are code points of the document's text; ``words`` their number; ``length`` the number of folded
    characters; ``fingerprint``, ``before`` and ``after`` are fingerprints of the folded text and of the 32 folded
    characters on either side; ``numbers`` are the numbers that the words state (digits and number words), sorted, as
    plain decimal strings. ``properties`` names the properties these words support, if not all of the claim.
    """

    document: str
    start: int
    end: int
    words: int
    length: int
    fingerprint: str
    before: str
    after: str
    numbers: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    line: int = attrs.field(default=0, eq=False)


#: What a claim's property holds before it is made into terms: a scalar, a nested thing, or several of them.
Value = "str | Node | tuple[Value, ...]"


@attrs.frozen
class Node:
    """A thing that a claim describes: its id as written (or None), and its properties in the order written.

    ``lines`` gives the line of each property in the claim file.
    """

    id: str | None
    properties: Mapping[str, tuple[str | Node, ...]]
    line: int = attrs.field(default=0, eq=False)
    lines: Mapping[str, int] = attrs.field(factory=dict, eq=False)


@attrs.frozen
class Claim:
    """One claim: what it says, the words it rests on, and how it came to be said.

    ``key`` is lasting and unique in its document. ``how`` is ``stated`` or ``derived`` (then ``sources`` names the claims
    it follows from and ``note`` the steps). ``status`` is drafted, reviewed, disputed or withdrawn; only reviewed claims
    are published. ``quotations`` are words named by a coder that have not been anchored yet.
    """

    document: str
    key: str
    says: Node
    spans: tuple[Span, ...]
    quotations: tuple[str, ...]
    how: str
    sources: tuple[str, ...]
    status: str
    note: str | None
    speaker: str | None
    via: str | None
    recorded_by: str | None
    path: Path
    line: int
