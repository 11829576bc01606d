"""Units: the stretches of a document that are read in one go, cleaned of line ends, with the way back to offsets."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import compile_infix_regex

from nkgraph.model import Passage
from nkgraph.passages import measure_segments

__all__ = ["Unit", "load_language", "read_units", "sentence_of", "sentences_of"]

#: What is left out in reading: hyphens that a line end made (one that parts a Korean name from its unit stays), the blank
#: after a hyphen before a capital, escapes of Markdown, marks of footnotes.
_DROPPED: Final = re.compile(
    r"(?<=[A-Za-z])-[ \t]*\n\s*(?=[a-z])(?!(?:gun|si|ri|do|up|dong)\b)"
    r"|(?<=[A-Za-z]-)[ \t]*\n\s*(?=[A-Z]|(?:gun|si|ri|do|up|dong)\b)"
    r"|\\(?=[$%&#_*])|\u00ad\s*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
    r"|(?<=\b(?:19|20)\d\d[.,])\d{1,2}(?=\s)"
    r"|(?<=[a-z]{4})\d{1,2}(?=[\s—,.;]|$)"
    r"|(?<!\bp[.])(?<!\bpp[.])(?<!\bNo[.])(?<!\bno[.])(?<!\bArt[.])(?<!\bara[.])(?<!\bvol[.])(?<!\bVol[.])"
    r"(?<=[A-Za-z%)”’][.,;:?!”’])\d{1,2}(?=\s|$)"
)


#: Where tokens part inside what stands between blanks: "$257-$642", "(…)and", "Lee(2006)".
_INFIXES: Final = (
    r"(?<=[0-9])[-–—](?=[$€£])",
    r"(?<=[-–—])[$€£](?=[0-9])",
    r"\)(?=[A-Za-z])",
    r"(?<=[a-z])\((?=[0-9])",
)


@lru_cache(maxsize=1)
def load_language() -> Language:
    """Return the blank English pipeline: its tokens, and sentences by punctuation. No model is loaded or fetched."""
    language = spacy.blank("en")
    infixes = [*(language.Defaults.infixes or ()), *_INFIXES]
    tokenizer: Any = language.tokenizer
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    language.add_pipe("sentencizer")
    return language


def sentences_of(doc: Doc) -> list[Span]:
    """Return the sentences of a text. Where they begin is kept with it: spaCy would look for it at every question."""
    bounds = doc.user_data.get("sentences")
    if bounds is None:
        bounds = [(sentence.start, sentence.end) for sentence in doc.sents]
        doc.user_data["sentences"] = bounds
    return [doc[start:end] for start, end in bounds]


def sentence_of(span: Span) -> Span:
    """Return the sentence that a span of tokens begins in.

    >>> sentence_of(load_language()("She left. She came back.")[4:5]).text
    'She came back.'
    """
    if "sentences" not in span.doc.user_data:
        sentences_of(span.doc)
    bounds = span.doc.user_data["sentences"]
    start, end = bounds[bisect.bisect_right(bounds, (span.start, len(span.doc) + 1)) - 1]
    return span.doc[start:end]


@attrs.frozen(eq=False, repr=False)
class Unit:
    """A stretch of one passage: its tokens, the passage, the account it lies in (or None), and each token's offset."""

    doc: Doc
    passage: Passage
    account: Passage | None
    positions: Sequence[int]

    def offsets(self, span: Span) -> tuple[int, int]:
        """Return the code points [start, end) of the document that a span of tokens stands at."""
        return self.positions[span.start_char], self.positions[span.end_char - 1] + 1


def _clean(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """Return a stretch of a text as it is read, and the place in the text of each character that was kept.

    >>> _clean("sold in Kyongwon-\\ngun to traf-\\nfickers from Korean-\\nChinese homes.12", 0, 67)[0]
    'sold in Kyongwon-gun to traffickers from Korean-Chinese homes.'
    """
    dropped = [False] * (end - start)
    for match in _DROPPED.finditer(text, start, end):
        dropped[match.start() - start : match.end() - start] = [True] * (match.end() - match.start())
    kept: list[int] = []
    for place in range(start, end):
        blank = text[place].isspace()
        if not dropped[place - start] and not (blank and (not kept or text[kept[-1]].isspace())):
            kept.append(place)
    return "".join(" " if text[place].isspace() else text[place] for place in kept), kept


def read_units(text: str, passages: Sequence[Passage]) -> Iterator[Unit]:
    """Yield the units of a document, in the order of the text; page furniture is left out.

    A passage that a page end or a caption interrupts gives several units: no span may cross from one to the next.
    """
    by_key = {passage.key: passage for passage in passages}
    language = load_language()
    stretches = []
    for start, end, leaf in measure_segments(passages):
        if leaf.kind != "furniture" and text[start:end].strip():
            cleaned, positions = _clean(text, start, end)
            stretches.append((cleaned, (leaf, positions)))
    for doc, (leaf, positions) in language.pipe(stretches, as_tuples=True):
        yield Unit(doc, leaf, _account_of(leaf, by_key), positions)


def _account_of(passage: Passage, by_key: Mapping[str, Passage]) -> Passage | None:
    here: Passage | None = passage
    while here is not None and here.kind != "account":
        here = by_key.get(here.parent) if here.parent else None
    return here
