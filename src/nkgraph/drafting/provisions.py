"""Provisions found: the articles and paragraphs of instruments that a text cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
from spacy.tokens import Span

from nkgraph.drafting.instruments import InstrumentMention
from nkgraph.drafting.units import Unit, sentence_of

__all__ = ["ProvisionMention", "find_provisions"]

_NUMBERED: Final = re.compile(
    r"\b(?:Articles?|Art\.|paragraphs?|paras?\.|section)\s*(\d+(?:\.\d+)?\s?(?:\(\w\))*(?:\s?\(\w\))*)", re.IGNORECASE
)


@attrs.frozen
class ProvisionMention:
    """A provision found: its tokens, its number as ``3(b)``, and the instrument that the sentence names, if it does."""

    span: Span
    number: str
    instrument: InstrumentMention | None


def find_provisions(unit: Unit, instruments: Sequence[InstrumentMention]) -> Iterator[ProvisionMention]:
    """Yield the articles and paragraphs that a unit cites, each with the nearest instrument of its sentence."""
    for match in _NUMBERED.finditer(unit.doc.text):
        span = unit.doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is None:
            continue
        sentence = sentence_of(span)
        near = [m for m in instruments if sentence.start <= m.span.start < sentence.end]
        near.sort(key=lambda m: abs(m.span.start - span.end) + (5 if m.span.start < span.start else 0))
        yield ProvisionMention(span, re.sub(r"\s", "", match[1]).strip("."), near[0] if near else None)
