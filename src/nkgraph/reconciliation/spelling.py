"""Spellings: what of a written name is compared, and where in it a provision, a year or the level of a place stands.

A key is the words of a name without what differs between people who write it: case, accents, punctuation, small words,
and the common short forms of words (``U.N.``, ``Int'l``, ``Conv.``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import attrs

from nkgraph.folding import fold
from nkgraph.reconciliation.wordlists import GENERIC, LEVELS, PHRASES, POINTS, SHORT_FORMS, SMALL

__all__ = [
    "Located",
    "find_locator",
    "initials",
    "is_generic",
    "is_title",
    "sort_words",
    "split_level",
    "squash",
    "words_of",
]

_INITIALISM: Final = re.compile(r"\b(?:[a-z]\.\s*){2,}")
_LOCATOR: Final = re.compile(
    r"(?:\b(?P<kind>articles?|arts?|sections?|secs?|paragraphs?|paras?|rules?|principles?)\b\.?\s*|(?P<mark>§+)\s*"
    r"|(?=\b\d+\s*\(\w))(?P<number>\d+[a-z]?)"
    r"(?P<parts>(?:\s*\(\s*\w{1,4}\s*\)|\.\d+\b|,?\s+para(?:graph)?\.?\s*\(?\w{1,3}\)?)*)",
    re.IGNORECASE,
)
_ARTICLE: Final = "article"


def _clean(text: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    spread = "".join(c for c in spread if not unicodedata.combining(c))
    spread = re.sub(r"(?<=\w)['\u2019\u02bc`\u00b4]s\b", "", spread)
    spread = re.sub(r"['\u2019\u02bc`\u00b4]", "", spread).replace("&", " and ")
    return _INITIALISM.sub(lambda found: re.sub(r"[^a-z]", "", found[0]) + " ", spread)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name that are compared, in their order.

    >>> words_of("U.N. Convention on the Rights of the Child"), words_of("N. Korea")
    (('un', 'convention', 'rights', 'child'), ('north', 'korea'))
    >>> words_of("United Nations Children’s Fund")
    ('un', 'children', 'fund')
    """
    listed = [SHORT_FORMS.get(word, word) for word in re.findall(r"[^\W_]+", _clean(text))]
    for at, word in enumerate(listed[:-1]):
        if word in POINTS and len(listed[at + 1]) > 2:
            listed[at] = POINTS[word]
    joined: list[str] = []
    at = 0
    while at < len(listed):
        for phrase, short in PHRASES:
            if tuple(listed[at : at + len(phrase)]) == phrase:
                joined.append(short)
                at += len(phrase)
                break
        else:
            joined.append(listed[at])
            at += 1
    return tuple(word for word in joined if word not in SMALL) or tuple(joined)


def sort_words(words: Sequence[str]) -> str:
    """Return the key of words in any order.

    >>> sort_words(words_of("Refugee Convention, 1951")) == sort_words(words_of("1951 Refugee Convention"))
    True
    """
    return " ".join(sorted(words))


def squash(text: str) -> str:
    """Return the letters and digits of an identifier or a name, folded.

    >>> squash("A/RES/55/25"), squash("MTDSG V-2")
    ('ares5525', 'mtdsgv2')
    """
    return fold(text).characters


def is_generic(words: Sequence[str]) -> bool:
    """Say whether a short name is of words (and numbers) that many names share.

    >>> is_generic(words_of("Penal Code")), is_generic(words_of("Refugee Convention"))
    (True, False)
    """
    return all(word in GENERIC or word.isdigit() for word in words)


def is_title(text: str) -> bool:
    """Say whether words are written as a name is: every word of weight begins with a capital or a digit.

    >>> is_title("Land Border Law"), is_title("border agreement with North Korea")
    (True, False)
    """
    listed = [word for word in re.findall(r"[^\W_]+", text) if word.casefold() not in SMALL and len(word) > 1]
    return all(word[0].isdigit() or word[0].isupper() for word in listed if word not in {"relating", "against"})


def initials(name: str) -> frozenset[str]:
    """Return the initialisms that could stand for a name: with and without its small words, and without ``UN``.

    >>> sorted(initials("Human Rights in China"))
    ['hrc', 'hric']
    >>> sorted(initials("UN Committee Against Torture"))
    ['cat', 'uncat']
    """
    bare = re.sub(r"\([^)]*\)|['\u2019]s\b", "", name).split(":")[0]
    listed = re.findall(r"[^\W_]+", bare)
    long = [w for w in listed if w.casefold() not in SMALL]

    def first(words: Sequence[str]) -> str:
        return "".join(w if w.isupper() else w[0] for w in words).casefold()

    found = {first(long), first(listed)}
    for start, word in (("un", 1), ("united nations", 2)):
        if bare.casefold().startswith(start + " "):
            found.add(first(long[word:]))
    return frozenset(letters for letters in found if 3 <= len(letters) <= 8)


@attrs.frozen
class Located:
    """The number of a provision in a name: its kind, the parts of its number, and the name without it."""

    kind: str
    parts: tuple[str, ...]
    rest: str


def find_locator(text: str) -> Located | None:
    """Return the first number of a provision in a text, or None.

    >>> find_locator("Art. 33 (1) of the Refugee Convention")
    Located(kind='article', parts=('33', '1'), rest='Refugee Convention')
    >>> find_locator("para.82").parts, find_locator("ICCPR 12(2)(b)").parts, find_locator("Treaty 5")
    (('82',), ('12', '2', 'b'), None)
    """
    found = _LOCATOR.search(text)
    if found is None:
        return None
    kind = (found["kind"] or _ARTICLE).casefold()
    kind = "paragraph" if kind.startswith("para") else "section" if kind.startswith("sec") else kind.rstrip("s")
    parts = re.findall(r"[0-9]+|[A-Za-z]+", re.sub(r"(?i)para(?:graph)?\b", " ", found["parts"]))
    before, after = text[: found.start()].strip(" ,;:-"), text[found.end() :].strip(" ,;:-.")
    rest = re.sub(
        r"(?i)^(?:(?:of|in|from|to|under|the)\b\s*)+|(?:\s*\b(?:of|in|under|the))+$", "", f"{before} {after}".strip()
    )
    number = (found["number"].casefold(), *(part.casefold() for part in parts))
    return Located(_ARTICLE if kind in {"art", _ARTICLE} else kind, number, rest.strip(" ,;:-"))


def split_level(words: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words of a place's name without those for its level, and the kinds of places that these fit.

    >>> split_level(("yanji", "city"))[0], split_level(("hunchun",))
    (('yanji',), (('hunchun',), frozenset()))
    """
    kept = [word for word in words if word not in LEVELS and word != "autonomous"]
    levels = [frozenset(LEVELS[word]) for word in words if word in LEVELS]
    if not kept or not levels:
        return tuple(words), frozenset()
    return tuple(kept), frozenset.intersection(*levels)
