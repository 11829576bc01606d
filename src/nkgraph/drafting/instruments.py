"""Legal instruments found, by gazetteer and by the form of their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from nkgraph.drafting.gazetteers import Gazetteers, fold_name, make_slug
from nkgraph.drafting.places import find_phrases
from nkgraph.drafting.shortnames import shorten_title
from nkgraph.drafting.units import Unit
from nkgraph.drafting.wordlists import ALONE, CLOSED, COMMON, HEADS, KINDS, LINKS, LOWER, PLURALS

__all__ = ["InstrumentMention", "find_instruments"]

_SYMBOL: Final = re.compile(r"(?<![\w/])[A-Z]{1,5}/(?:[A-Z0-9.]+/)+[\w.]*\d\b")
_NOUN: Final = re.compile(rf"\b(?:{'|'.join(HEADS | COMMON)})", re.IGNORECASE)
#: What may follow a title and is none of it: "of 2000", "in February 2010".
_DATED: Final = re.compile(r"(?:\s(?:in|of|from|on)(?:\s(?:\d{1,2}\s)?[A-Z][a-z]{2,8}){0,1}\s(?:18|19|20)\d\d)+$")
_YEAR: Final = re.compile(r"(?:18|19|20)\d\d")
_CAPITAL: Final = re.compile(r"(?:18|19|20)\d\d$|[A-Z][A-Za-z’'./-]*$|\(?s\)$")
_IN_BRACKETS: Final = re.compile(r"\([^()]{10,},\s(?:18|19|20)\d\d\)")


@attrs.frozen
class InstrumentMention:
    """A legal instrument found: its tokens, the identifier proposed, and whether the graph has a thing of that identifier."""

    span: Span
    instrument: str
    known: bool


def find_instruments(units: Sequence[Unit], gazetteers: Gazetteers) -> Iterator[tuple[Unit, InstrumentMention]]:
    """Yield the legal instruments that a document names: by gazetteer, by the form of their titles, and by short names.

    A short name in brackets after a title, as in ``… (“Refugee Protocol”)``, is known from then on; a noun alone stands
    for the last instrument named with it, whatever another document means by it. Works that a
    bibliography lists are no instruments, whatever their titles.
    """
    read = [unit for unit in units if unit.passage.kind != "bibliography_entry"]
    short: dict[str, str] = {}
    last: dict[str, str] = {}
    titles: list[list[Span]] = []
    for unit in read:
        found = [*_titles(unit), *_common(unit.doc), *_alone(unit.doc)] if _NOUN.search(unit.doc.text) else []
        found += _symbols(unit.doc)
        titles.append(found)
        for span in found:
            name = _short_name(span)
            if name is not None:
                short[fold_name(name)] = _identify(span.text, gazetteers)
    matcher = find_phrases({*gazetteers.instruments, *short})
    for unit, found in zip(read, titles, strict=True):
        spans = [Span(unit.doc, s, e) for _, s, e in matcher(unit.doc)]
        spans = [span for span in spans if any(token.text[:1].isupper() for token in span) or len(span) > 1]
        for span in filter_spans([*found, *(_with_year(span) for span in spans)]):
            if _is_quoted_work(unit, span) and fold_name(span.text) not in gazetteers.instruments:
                continue
            folded = fold_name(span.text)
            if folded in ALONE:
                instrument = last.get(folded) or f"instrument:{folded}"
            else:
                known = gazetteers.instruments.get(folded) or short.get(folded)
                instrument = known or _identify(span.text, gazetteers)
            last |= {token.lower_: instrument for token in span if token.lower_ in ALONE}
            yield unit, InstrumentMention(span, instrument, instrument in gazetteers.instruments.values())


def _identify(title: str, gazetteers: Gazetteers) -> str:
    folded = fold_name(title)
    bare = re.sub(r"^(?:the )?(?:(?:18|19|20)\d\d )?(?:united nations |un )?", "", folded)
    names = (folded, bare, *shorten_title(bare), *shorten_title(folded))
    known = next((gazetteers.instruments[name] for name in names if name in gazetteers.instruments), None)
    return known or f"instrument:{make_slug(title)[:60].strip('-')}"


def _with_year(span: Span) -> Span:
    """Return a name found by the gazetteer with the year before it, which is part of how it is printed."""
    before = span.doc[span.start - 1] if span.start else None
    return span.doc[span.start - 1 : span.end] if before is not None and _YEAR.fullmatch(before.text) else span


def _is_quoted_work(unit: Unit, span: Span) -> bool:
    """Tell whether a name is in the title of a work: in quotation marks or a link of a note, or before a year in brackets."""
    text = unit.doc.text
    if any(m.start() < span.start_char and span.end_char <= m.end() for m in _IN_BRACKETS.finditer(text)):
        return True
    if unit.passage.kind != "footnote":
        return False
    for opening, closing in (("“", "”"), ("[", "]("), ("‘", "’,")):
        start = text.rfind(opening, 0, span.start_char + 1)
        end = text.find(closing, start) if start >= 0 else -1
        if start >= 0 and end >= span.end_char and (opening != "“" or text[end - 1] in ",.?!"):
            return True
    return False


def _titles(unit: Unit) -> Iterator[Span]:
    """Yield the titles in a unit: capitalised words with linking words between them, a head noun of law among them."""
    doc = unit.doc
    start: int | None = None
    index = 0
    while index <= len(doc):
        token = doc[index] if index < len(doc) else None
        begun = start is not None
        if token is not None and _is_capital(token) and not begun:
            start = index
        elif begun and not (token is not None and (_is_capital(token) or _links(token))):
            assert start is not None
            if unit.passage.kind != "heading":
                yield from _part(doc[start:index])
            start = None
        index += 1


def _is_capital(token: Token) -> bool:
    return _CAPITAL.match(token.text) is not None


def _links(token: Token) -> bool:
    """Tell whether a token may stand inside a title, after its first word."""
    text, lower = token.text, token.lower_
    before = token.doc[token.i - 1]
    if lower in LINKS or text in {",", "’s", "'s", ":"}:
        return True
    if lower in LOWER:
        return before.lower_ in LINKS or before.lower_ in LOWER or before.text == ","
    numbered = before.lower_ in {"no.", "no", "resolution", "recommendation"} or before.text == "."
    return (
        (text == "." and before.lower_ == "no")
        or (numbered and re.match(r"[\dA-Z][\d/.A-Z-]*$", text) is not None)
        or (lower in {"resolution", "person(s", "person(s)", ")"} and before.text[:1].isupper())
        or (lower in {"comments", "observations"} and before.text == "Concluding")
    )


def _part(span: Span) -> Iterator[Span]:
    """Yield the titles in a run of words: "the Convention and the 1967 Protocol" are two, unless a title holds both."""
    heads = [token.i for token in span if _is_head(token)]
    if not heads:
        return
    start = span.start
    for token in span:
        joins = token.lower_ in {"and", "or"} and token.i > heads[0] and token.nbor(-1).lower_ not in LINKS
        follows = span.doc[token.i + 1 : span.end]
        article = len(follows) > 1 and follows[0].lower_ in {"the", "its"}
        another = any(head > token.i for head in heads) or (article and follows[1].text.isupper())
        if joins and article and another and not _holds(span.doc[start : token.i]):
            yield from _trim(span.doc[start : token.i])
            start = token.i + 1
    yield from _trim(span.doc[start : span.end])


def _is_head(token: Token) -> bool:
    """Tell whether a token is the noun of a title: "Act" of a law, not of an actor, and "Treaty" not of a series."""
    concluding = token.i > 0 and token.nbor(-1).text == "Concluding"
    if token.lower_ not in HEADS or (token.text.islower() and token.lower_ != "resolution" and not concluding):
        return False
    following = token.nbor(1).lower_ if token.i + 1 < len(token.doc) else ""
    before = token.nbor(-1).text if token.i else ""
    if token.lower_ in PLURALS and following not in {"on", "of", "for", "concerning", "relating"}:
        return before[:1].isupper()
    return following not in {"series", "enforcement", "school", "journal", "review", "program"} and before != "to"


def _holds(span: Span) -> bool:
    """Tell whether a title is of a kind whose name holds other instruments: "Handbook … under the 1951 Convention"."""
    heads = [token for token in span if _is_head(token)]
    return len(heads) > 1 and "under" in {token.lower_ for token in span.doc[heads[0].i : heads[-1].i]}


def _trim(span: Span) -> Iterator[Span]:
    doc, start, end = span.doc, span.start, span.end
    heads = [token.i for token in span if _is_head(token)]
    if not heads:
        return
    for token in doc[start : heads[0]]:
        opens = token.i > start and token.lower_ in {"the", "a", "an", "its", "under", "both"}
        if opens or token.text in {",", ":", "’s", "'s"}:
            start = token.i + 1
    while start < end and (
        doc[start].is_stop or doc[start].lower_ in {"article", "articles", "new", "see", "paragraph"}
    ):
        start += 1
    end = _end_of(doc, heads, start, end)
    span = doc[start:end]
    if len(span) < 2 or not any(start <= head < end for head in heads):
        return
    if len(span) == 2 and span[0].lower_ in CLOSED and span[1].lower_ == "law":
        return
    yield span


def _end_of(doc: Doc, heads: Sequence[int], start: int, end: int) -> int:
    """Return where a title ends: before a comma that no list goes on after, and before "in 1982"."""
    for token in doc[heads[0] : end]:
        rest = doc[token.i + 1 : end]
        if token.text == ":" and "resolution" not in {t.lower_ for t in doc[start : token.i]}:
            end = token.i
            break
        if token.text == "," and (
            rest.text[:4] in {"and ", "and"}
            or not any(t.lower_ in {"or", "and", "especially"} for t in rest)
            or _dated(rest)
        ):
            end = token.i
            break
    while end > start and (doc[end - 1].lower_ in LINKS or doc[end - 1].text in {",", ":", "’s", "'s", ".", ")"}):
        if doc[end - 1].text == ")" and "(" in doc[start : end - 1].text:
            break
        end -= 1
    dated = _DATED.search(doc[heads[0] : end].text)
    while dated and end > heads[0] and doc[end - 1].idx >= doc[heads[0]].idx + dated.start():
        end -= 1
    return end


def _dated(rest: Span) -> bool:
    return len(rest) > 0 and re.match(r"\d", rest[0].text) is not None


def _common(doc: Doc) -> Iterator[Span]:
    """Yield common nouns that name one instrument: "the 1986 bilateral agreement", "an agreement with North Korea"."""
    for token in doc:
        if token.lower_ not in COMMON or (not token.text.islower() and token.lower_ != "agreement"):
            continue
        start, end = token.i, token.i + 1
        while start and doc[start - 1].lower_ in KINDS and (doc[start - 1].lower_ != "new" or token.lower_ == "code"):
            start -= 1
        named = end < len(doc) and doc[end].lower_ == "with"
        if start == token.i and not (named and token.text[0].isupper()):
            continue
        if start > 1 and doc[start - 1].lower_ in {"korean", "chinese"}:
            start -= 2 if doc[start - 2].lower_ in {"north", "south"} else 1
        if start and _YEAR.fullmatch(doc[start - 1].text):
            start -= 1
        if named:
            place = end + 1
            while place < len(doc) and doc[place].text[:1].isupper():
                place += 1
            end = place if place > end + 1 else end
            quoted = re.match(r" on “[^”]{3,60}”", doc.text[doc[end - 1].idx + len(doc[end - 1]) :])
            if quoted:
                last = doc[end - 1].idx + len(doc[end - 1]) + quoted.end()
                while end < len(doc) and doc[end].idx < last:
                    end += 1
        yield doc[start:end]


def _alone(doc: Doc) -> Iterator[Span]:
    """Yield nouns that stand for an instrument alone: "the Convention", "Handbook, para. 94"."""
    for token in doc:
        if token.lower_ not in ALONE or not token.text[0].isupper():
            continue
        before = doc[token.i - 1].lower_ if token.i else ""
        following = doc[token.i + 1] if token.i + 1 < len(doc) else token
        prepositions = {"on", "relating", "against", "to", "of"}
        goes_on = following is not token and (following.text[:1].isupper() or following.lower_ in prepositions)
        if before in {"the", "this", "its", "whose", "that"} and not goes_on:
            yield doc[token.i : token.i + 1]


def _symbols(doc: Doc) -> Iterator[Span]:
    """Yield symbols of documents of the United Nations, such as ``A/RES/55/25``."""
    for match in _SYMBOL.finditer(doc.text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="contract")
        if span is not None:
            yield span


def _short_name(span: Span) -> str | None:
    following = span.doc[span.end : span.end + 8].text
    match = re.match(r"\s*,?\s*\(\s*(?:the\s+)?[“\"‘']?\s*([A-Z][A-Za-z ]{2,30}?)\s*[”\"’']?\s*\)", following)
    return match[1] if match else None
