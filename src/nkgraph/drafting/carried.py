"""Proposals held to the rule that reviewed claims are held to: a code stands only where a word of the claim carries it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from nkgraph.drafting.drafter import Proposal, Said
from nkgraph.model import Claim, Node, Span
from nkgraph.ontology import Vocabulary
from nkgraph.spans import Reading
from nkgraph.support import Gazetteer, check_support

__all__ = ["keep_carried"]

#: Whether words name a place or instrument is the draft's own question, and not asked of reference data.
_NO_NAMES: Final = Gazetteer({}, {})
#: What a thing is not itself without; if its words do not carry it, the thing is not proposed.
_NEEDED: Final = frozenset({"kind", "role", "asPrinted"})


def keep_carried(proposals: Iterable[Proposal], reading: Reading, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield proposals without the values that none of their words carries: `nkgraph check` would find fault with them."""
    lost: set[str] = set()
    for proposal in proposals:
        says = _carried(proposal.says, proposal.spans, reading, vocabulary)
        if says is None or lost & {v for v in says.values() if isinstance(v, str)}:
            lost.add(str(proposal.says["id"]))
        else:
            yield attrs.evolve(proposal, says=says)


def _carried(says: Said, spans: tuple[Span, ...], reading: Reading, vocabulary: Vocabulary) -> Said | None:
    kept: dict[str, str | list[str | Said] | Said] = {}
    for key, value in says.items():
        if isinstance(value, Mapping):
            inner = _carried(value, spans, reading, vocabulary)
            if inner is not None and inner.keys() - {"type"}:
                kept[key] = inner
        elif key in {"id", "type"} or _is_carried(key, value, spans, reading, vocabulary):
            kept[key] = value
        elif key in _NEEDED:
            return None
    return kept


def _is_carried(
    key: str, value: str | list[str | Said], spans: tuple[Span, ...], reading: Reading, vocabulary: Vocabulary
) -> bool:
    values = tuple(v for v in ([value] if isinstance(value, str) else value) if isinstance(v, str))
    claim = Claim(
        document=reading.slug, key="draft", says=Node("draft", {key: values}), spans=spans, quotations=(), how="stated",
        sources=(), status="drafted", note=None, speaker=None, via=None, recorded_by=None, path=Path(), line=0,
    )  # fmt: skip
    return not check_support(claim, reading, vocabulary, _NO_NAMES)
