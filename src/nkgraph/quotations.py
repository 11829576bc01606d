"""Quotations: the words of a span, read from the user's own copy of a document and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pyoxigraph as ox

from nkgraph.tables import Table

__all__ = ["add_quotations", "quote"]


def quote(texts: Mapping[str, str], slug: str, start: int, end: int) -> str | None:
    """Return the words of a span on one line, or None where the document is not at hand.

    >>> quote({"a-letter": "She left\\nin 1998."}, "a-letter", 4, 16)
    'left in 1998'
    """
    text = texts.get(slug)
    return None if text is None or not 0 <= start < end <= len(text) else " ".join(text[start:end].split())


def add_quotations(table: Table, texts: Mapping[str, str]) -> Table:
    """Return a table with a last column ``quotation``, where texts are at hand and it has places in them; else as it is."""
    if not texts or not {"document", "start", "end"} <= set(table.columns):
        return table
    places = [table.columns.index(name) for name in ("document", "start", "end")]
    rows = []
    for row in table.rows:
        slug, start, end = (row[place] for place in places)
        words = None
        if isinstance(slug, ox.Literal) and isinstance(start, ox.Literal) and isinstance(end, ox.Literal):
            words = quote(texts, slug.value, int(start.value), int(end.value))
        rows.append((*row, None if words is None else ox.Literal(words)))
    return attrs.evolve(table, columns=(*table.columns, "quotation"), rows=tuple(rows))
