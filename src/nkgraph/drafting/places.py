"""Places found: beside a unit of land, by the gazetteer of the graph, and after words of place by GeoNames."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import attrs
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from nkgraph.drafting.gazetteers import Gazetteers, fold_name, make_slug, world_places
from nkgraph.drafting.units import Unit, load_language, sentence_of
from nkgraph.drafting.wordlists import KINDS_OF_UNIT, NO_PLACE, PERSONAL, WATERS

__all__ = ["PlaceMention", "find_phrases", "find_places"]

_NAME: Final = {"TEXT": {"REGEX": r"^[A-Z][a-zŏŭ]+([’'-][A-Za-z]+)*$"}}
_UNITS_OF_LAND: Final = ("Province", "Provinces", "Prefecture", "County", "City", "District", "Town", "Village")
_SMALL_UNITS: Final = ("province", "provinces", "prefecture", "county", "city", "district", "town", "village")
_KOREAN_UNIT: Final = re.compile(r"-(?:gun|si|ri|do|up)$")
#: How like a name of GeoNames one that is spelled otherwise must be, from 0 to 1, and of how many letters.
_ALIKE: Final = 0.93
_LONG: Final = 9
#: What lies in a place and takes its name, with an article before it: "the Harbin station".
_SPOTS: Final = ("airport", "area", "border", "bus", "market", "region", "station", "train")
_AFTER: Final = re.compile(
    r"\b(?:in|to|from|at|via|through|into|around|of|reached|leaving|city|town|called)\s"
    rf"(?:the\s(?=[A-Z]\w+\s(?:{'|'.join(_SPOTS)})\b))?(?P<name>[A-Z][a-z’-]+(?:\s[A-Z][a-z’-]+){{0,2}})"
)
#: Words between a person who is spoken of and the place where that person lives, which is no place of the story.
_ELSEWHERE: Final = re.compile(
    r"\b(?:who|relatives?|man|men|woman|husband|uncle|aunt|sister|brother|cousin|friends?|family|mother|father|Chinese|Koreans?)\b"
    r"(?:\s(?:was|were|had|been|is|are|now|supposed to be|and))*"
    r"\s(?:(?:living|lives?|lived) in|(?:(?:come|came|comes) (?:to [A-Z]\w+ )?)?from) $|\bbased in $|\bnear $"
)


@attrs.frozen
class PlaceMention:
    """A place found: its tokens, the identifier proposed, its name, and whether the graph has a thing of that identifier."""

    span: Span
    place: str
    name: str
    known: bool


def find_phrases(names: Iterable[str]) -> PhraseMatcher:
    """Return a matcher of names, in whatever case they are printed."""
    language = load_language()
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    matcher.add("name", [language.make_doc(name) for name in sorted(names) if len(name) > 2])
    return matcher


@lru_cache(maxsize=1)
def _land() -> Matcher:
    matcher = Matcher(load_language().vocab)
    suffix = {"TEXT": {"IN": [*_UNITS_OF_LAND, "province", "provinces"]}}
    matcher.add("unit", [[_NAME, suffix], [_NAME, _NAME, suffix], [_NAME, _NAME, _NAME, suffix]])
    matcher.add("of", [[{"LOWER": {"IN": list(_SMALL_UNITS)}}, {"LOWER": "of"}, _NAME]])
    matcher.add("gun", [[_NAME, {"TEXT": "-"}, {"TEXT": {"IN": ["gun", "si", "ri", "do", "up"]}}]])
    return matcher


def find_places(units: Sequence[Unit], gazetteers: Gazetteers) -> Iterator[tuple[Unit, PlaceMention]]:
    """Yield the places that a document names, in two readings: names learned beside their unit are then known bare.

    A bare name is a place if the graph's gazetteer has it, or it was learned, or it follows a word of place and
    GeoNames has it. Rivers and seas are none, nor is what encloses another (of ``Yanji in Jilin Province``, the province).
    """
    learned: dict[str, str] = {}
    strong: dict[int, list[tuple[Span, str]]] = {}
    for index, unit in enumerate(units):
        for span, name in _beside_units(unit.doc):
            learned.setdefault(fold_name(name), name)
            strong.setdefault(index, []).append((span, name))
    matcher = find_phrases({*gazetteers.places, *learned})
    for index, unit in enumerate(units):
        found = strong.get(index, [])
        spans = [span for span, _ in found]
        spans += [Span(unit.doc, start, end) for _, start, end in matcher(unit.doc) if _is_name(unit.doc[start:end])]
        spans += _after_words(unit.doc)
        names = {(span.start, span.end): name for span, name in found}
        last: Span | None = None
        for span in filter_spans(spans):
            if _is_person(span) or _is_water(span) or _goes_on(span):
                continue
            name = names.get((span.start, span.end), span.text)
            encloses = last is not None and _encloses(last, span)
            last = span
            if not encloses and not _is_elsewhere(span):
                yield unit, _identify(span, name, gazetteers)


def _identify(span: Span, name: str, gazetteers: Gazetteers) -> PlaceMention:
    for form in (span.text, name, *_respell(name)):
        known = gazetteers.places.get(fold_name(form))
        if known is not None:
            return PlaceMention(span, known, name, True)
    likely = next(iter(_respell(name)), name) if span.text == name else name
    return PlaceMention(span, f"place:{make_slug(likely)}", name, False)


@lru_cache(maxsize=4096)
def _respell(name: str) -> tuple[str, ...]:
    """Return the town of GeoNames that a long name is a spelling of, if it has one so like it and not the name itself."""
    folded = fold_name(name)
    world = world_places()
    if folded in world or len(folded) < _LONG:
        return ()
    near = [other for other in world if other[0] == folded[0] and abs(len(other) - len(folded)) < 3]
    return tuple(difflib.get_close_matches(folded, sorted(near), n=1, cutoff=_ALIKE))


def _beside_units(doc: Doc) -> Iterator[tuple[Span, str]]:
    for _, start, end in _land()(doc):
        words = [token for token in doc[start:end] if token.text not in {*_UNITS_OF_LAND, "province", "provinces"}]
        if words[0].lower_ in _SMALL_UNITS:
            words = words[2:]
        while words and words[0].lower_ in NO_PLACE - {"north", "south"}:
            words = words[1:]
        first = words[0].i if words else end
        while words and words[-1].lower_ in KINDS_OF_UNIT:
            words = words[:-1]
        if words and (len(words) > 1 or words[0].lower_ not in {"north", "south"} | NO_PLACE):
            yield doc[first:end], _KOREAN_UNIT.sub("", doc[first : words[-1].i + 1].text)


def _is_name(span: Span) -> bool:
    return span[0].text[:1].isupper()


def _after_words(doc: Doc) -> Iterator[Span]:
    """Yield the names that follow a word of place and that GeoNames has, the longest at each place."""
    known = world_places()
    for match in _AFTER.finditer(doc.text):
        words = match["name"].split()
        if words[0].casefold() in NO_PLACE:
            continue
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            if fold_name(name) in known or (length == 1 and _respell(name)):
                span = doc.char_span(match.start("name"), match.start("name") + len(name))
                if span is not None:
                    yield span
                break


def _is_person(span: Span) -> bool:
    return span.start > 0 and span.doc[span.start - 1].lower_ in PERSONAL


def _is_water(span: Span) -> bool:
    """Tell whether a name is that of a river or the like, by the word after it, or by an article before a bare name."""
    following = span.doc[span.end].lower_ if span.end < len(span.doc) else ""
    before = span.doc[span.start - 1].lower_ if span.start else ""
    bare = span[-1].text not in _UNITS_OF_LAND and len(span) == 1
    return following in WATERS or (bare and before == "the" and following not in {*_SMALL_UNITS, *_SPOTS})


def _is_elsewhere(span: Span) -> bool:
    """Tell whether somebody who is spoken of lives there (but not a man to whom she was introduced), or it is only near."""
    before = span.doc.text[max(sentence_of(span).start_char, span.start_char - 120) : span.start_char]
    return _ELSEWHERE.search(before) is not None and "introduced" not in before


def _goes_on(span: Span) -> bool:
    """Tell whether a name goes on (``Yanbian University``) and is so something else."""
    following = span.doc[span.end].text if span.end < len(span.doc) else ""
    return bool(re.match(r"[A-Z][a-z]+$", following)) and following not in _UNITS_OF_LAND


def _encloses(inner: Span, outer: Span) -> bool:
    """Tell whether a place named right after another is what this lies in: ``Yanji in Jilin Province``, ``Yanji, Jilin``."""
    between = [token.lower_ for token in outer.doc[inner.end : outer.start] if token.lower_ != "the"]
    smaller = inner[-1].lower_ not in {"province", "provinces"}
    unit = outer[-1].lower_ in _SMALL_UNITS
    return smaller and (
        between in (["in"], ["city", "in"], ["county", "in"]) or (unit and between in ([","], ["of"], ["("]))
    )
