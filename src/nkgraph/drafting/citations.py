"""Works cited in notes and bibliographies: the years they are of, told from the dates that a note speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs
from spacy.tokens import Doc, Span

from nkgraph.drafting.mentions import DateMention, find_dates
from nkgraph.drafting.units import sentence_of

__all__ = ["CitedYear", "find_cited_years", "find_spoken_dates", "name_form"]

#: What only a sentence that cites a work has: brackets that end in a year, titles, addresses, pages, a date at its end.
_CITES: Final = re.compile(
    r"\([^()]*\b(?:19|20)\d\d\)|[“*]|\]\(|\b[Oo]p\. ?[Cc]it|\bIbid|\bId\.|available\b.{0,10}\bat\b|https?:|www\."
    r"|\bpp?\. ?\d|\bvol\."
    r"|, (?:\d{1,2} )?(?:[A-Z][a-z]{2,8}\.? (?:\d{1,2}, )?)?(?:19|20)\d\d\W*$|Issue \d|\bReport (?:19|20)\d\d",
)
_SPEAKS: Final = re.compile(r"\binterview(?:s|ed)? with\b")
_ACCESSED: Final = re.compile(
    r"(?:accessed|retrieved|visited|viewed|checked|downloaded)(?: on)?[:,]?\s*(?:\w+\s){0,1}$", re.IGNORECASE
)
_TITLES: Final = re.compile(r"“[^”]*”|\*[^*]*\*|\[[^\]]*\](?=\()|<[^>]*>|https?:\S+|\(#\)")
#: Brackets, and a year in them by which a text cites a work: (Li, 2003; Ahn, 2004), Li (2003, p. 4).
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_BRACKETED: Final = re.compile(r"(?:^|[,;]\s|\bsee )((?:19|20)\d\d)[a-z]?(?=\s*(?:$|;|,\s*(?:pp?\b|para)))")


@attrs.frozen
class CitedYear:
    """The year of a work that a note cites: its tokens, and the year."""

    span: Span
    year: str


def _cites(date: DateMention, doc: Doc, listed: bool) -> bool:
    """Tell whether a date is that of a work: its sentence cites one, or the whole text is a list of works."""
    if listed:
        return True
    if (
        len(date.span) > 1
        and date.span.start
        and doc[date.span.start - 1].lower_ in {"of", "in", "on", "since", "until"}
    ):
        return False
    sentence = sentence_of(date.span)
    return _CITES.search(sentence.text) is not None and _SPEAKS.search(sentence.text) is None


def _stands_in_title(date: DateMention, doc: Doc) -> bool:
    """Tell whether a date is part of a title: inside quotation marks or italics, or a year before a capital."""
    if any(m.start() <= date.span.start_char < m.end() for m in _TITLES.finditer(doc.text)):
        return True
    following = doc[date.span.end].text if date.span.end < len(doc) else ""
    return len(date.span) == 1 and following[:1].isupper()


def _is_access(date: DateMention, doc: Doc) -> bool:
    return _ACCESSED.search(doc.text[max(0, date.span.start_char - 30) : date.span.start_char]) is not None


def find_cited_years(doc: Doc, *, listed: bool = False) -> Iterator[CitedYear]:
    """Yield the years of the works that a note cites; days of access and years in titles are none.

    A text that is an entry of a list of works (``listed``) cites in every sentence.

    >>> from nkgraph.drafting.units import load_language, sentence_of
    >>> note = "1 A. Li, “The Ports of 1990,” (Harbin: Sea Press, 2003), at www.sea.example [accessed 9 April 2009]"
    >>> [found.year for found in find_cited_years(load_language()(note))]
    ['2003']
    """
    for date in find_dates(doc):
        if _cites(date, doc, listed) and not _is_access(date, doc) and not _stands_in_title(date, doc):
            yield CitedYear(date.span, date.value[:4])


def find_spoken_dates(doc: Doc, *, note: bool) -> Iterator[DateMention]:
    """Yield the dates that a text speaks of, without those by which it, or a ``note``, only cites a work.

    >>> from nkgraph.drafting.units import load_language, sentence_of
    >>> doc = load_language()("In 1998 the port was closed (Li, 2003), as Ahn (2004) says.")
    >>> [date.value for date in find_spoken_dates(doc, note=False)]
    ['1998']
    """
    bracketed = set() if note else _find_bracketed(doc.text)
    for date in find_dates(doc):
        if _is_access(date, doc) or (note and (_cites(date, doc, False) or _stands_in_title(date, doc))):
            continue
        if date.span.start_char not in bracketed:
            yield date


def _find_bracketed(text: str) -> set[int]:
    """Return where the years begin by which brackets in a text cite works."""
    return {
        brackets.start(1) + year.start(1)
        for brackets in _BRACKETS.finditer(text)
        for year in _BRACKETED.finditer(brackets[1])
    }


def name_form(words: str) -> str | None:
    """Return the form of a citation where its words say it: ``ibid``, ``op_cit``, ``id_at``; else None.

    >>> name_form("12 Ibid., p. 3"), name_form("13 Li, Op. cit, p. 4"), name_form("14 A. Li, The Ports, 2003")
    ('ibid', 'op_cit', None)
    """
    forms = (("ibid", r"^\W*\d*\W*Ibid"), ("op_cit", r"\b[Oo]p\. ?[Cc]it"), ("id_at", r"^\W*\d*\W*Id\. at"))
    return next((form for form, pattern in forms if re.search(pattern, words)), None)
