"""The lookup of names: which candidates a whole name means, how surely, and which are written much like it.

A name *decides* where it is a thing's own: a name or identifier of the reference data, or a title by which a document
calls it. A short name that is clear only inside its document ("Convention"), an initialism that we made and a
description do not decide: they only find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
from rapidfuzz import fuzz, process

from nkgraph.iris import BASE
from nkgraph.reconciliation.candidates import Candidate, Spelling
from nkgraph.reconciliation.numbering import ProvisionIndex
from nkgraph.reconciliation.spelling import (
    initials,
    is_generic,
    is_title,
    sort_words,
    split_level,
    squash,
    words_of,
)

__all__ = ["ALIKE", "SAME", "Hit", "NameLookup"]

#: The least score of a candidate that a whole name means, and the most of one that is only written much like it.
SAME: Final = 90.0
ALIKE: Final = 89.0
_LEAST: Final = 60.0
_OWN, _OTHER, _FOUND, _MADE = 100.0, 98.0, 94.0, 92.0
_YEAR: Final = re.compile(r"\d{4}")
_SEGMENTS: Final = re.compile(r"[(),;\[\]]")


@attrs.frozen(order=True)
class Hit:
    """How well a name fits a candidate: a score of 100, and whether the name is the candidate's own."""

    score: float
    decides: bool = False


class NameLookup:
    """All ways to write the names of the candidates, read once."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = {candidate.id: candidate for candidate in candidates}
        self.provisions = ProvisionIndex(candidates)
        self._named: dict[str, set[tuple[str, frozenset[str]]]] = {}
        self._numbered: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            for spelling in candidate.spellings:
                for word in spelling.words if spelling.source in {"name", "altName"} else ():
                    self._named.setdefault(word, set()).add((candidate.id, frozenset(spelling.words)))
            for number in candidate.values_of("identifier"):
                self._numbered.setdefault(number, []).append(candidate)
        self._decimals = {c.id: frozenset(w for s in c.spellings for w in s.words if w.isdecimal()) for c in candidates}
        self._same: dict[str, dict[str, Hit]] = {}
        self._squashed: dict[str, dict[str, Hit]] = {}
        written: dict[str, set[str]] = {}
        for candidate in candidates:
            for text, hit in self._write_identifiers(candidate):
                self._keep(self._squashed, squash(text), candidate.id, hit)
            for text, hit in self._write_names(candidate):
                self._add(candidate, text, hit)
                if hit.score > _MADE:
                    written.setdefault(" ".join(words_of(text)), set()).add(candidate.id)
        self._written = {key: tuple(sorted(ids)) for key, ids in sorted(written.items()) if key}
        self._keys = tuple(self._written)
        self._key_words = tuple((key, frozenset(key.split())) for key in self._keys)

    def _add(self, candidate: Candidate, text: str, hit: Hit) -> None:
        words = words_of(text)
        keys = {sort_words(words)} | {sort_words([*words, year]) for year in candidate.years - {*words}}
        for key in keys:
            self._keep(self._same, key, candidate.id, hit)
        self._keep(self._squashed, squash(text), candidate.id, hit)

    @staticmethod
    def _keep(index: dict[str, dict[str, Hit]], key: str, identity: str, hit: Hit) -> None:
        known = index.setdefault(key, {}).get(identity)
        if key and (known is None or hit > known):
            index[key][identity] = hit

    @staticmethod
    def _write_identifiers(candidate: Candidate) -> Iterator[tuple[str, Hit]]:
        """Yield what is compared letter by letter: our own identifiers, and those of others."""
        root, _, key = candidate.id.partition("/")
        for own in (candidate.id, candidate.iri, f"{root}:{key}"):
            yield own, Hit(_OWN, True)
        for spelling in candidate.spellings:
            if spelling.source == "identifier":
                yield spelling.text, Hit(_OWN, True)
            elif spelling.source == "isoCode":
                yield spelling.text, Hit(_MADE)
        if root == "instrument":
            yield key, Hit(_OWN, True)
        if "Country" in candidate.types:
            for code in candidate.values_of("isoCode"):
                yield code, Hit(_MADE)

    def _write_names(self, candidate: Candidate) -> Iterator[tuple[str, Hit]]:
        """Yield the ways to write a candidate's name, each with what it is worth."""
        root, _, key = candidate.id.partition("/")
        for spelling in candidate.spellings:
            # the number of a provision is a name with that of its instrument
            if spelling.source not in {"identifier", "isoCode"} and not self._is_number(candidate, spelling):
                yield from self._write_spelling(candidate, spelling.text, spelling.source)
        if root == "provision":
            yield candidate.name, Hit(_MADE)
        if "Place" in candidate.types:
            # "Jilin" may be short for Jilin City, and so is not surely the province
            words, levels = split_level(words_of(candidate.name))
            if levels:
                yield " ".join(words), Hit(_MADE)
        if root == "instrument":
            short = re.sub(r"-\d{4}$", "", key)
            # a key of one word is the initialism that the instrument goes by
            yield short.replace("-", " "), Hit(_OTHER, "-" not in short) if "-" not in short else Hit(_MADE)
            for text in self._names_after_parent(candidate):
                yield text, Hit(_MADE)
        if root in {"instrument", "org"}:
            for letters in sorted(initials(candidate.spellings[0].text)):
                yield letters, Hit(_MADE)

    def _write_spelling(self, candidate: Candidate, text: str, source: str) -> Iterator[tuple[str, Hit]]:
        if source in {"name", "altName"}:
            yield text, Hit(_OTHER if source == "altName" else _OWN, True)
        else:
            yield text, Hit(_OTHER, True) if self._is_own(candidate, text) else Hit(_FOUND)
        if source == "name":
            for inside in re.findall(r"\(([A-Z]{3,})\)", text):
                yield inside, Hit(_OTHER, True)
            bare = re.sub(r"\s*\([^)]*\)", "", text)
            for short in {bare, bare.split(":")[0]} - {text}:
                yield short, Hit(_OTHER, True) if self._is_own(candidate, short) else Hit(_FOUND)

    @staticmethod
    def _is_number(candidate: Candidate, spelling: Spelling) -> bool:
        located = spelling.located if "Provision" in candidate.types else None
        return located is not None and not located.rest

    def _is_own(self, candidate: Candidate, text: str) -> bool:
        """Say whether a name that documents use is clear outside of them too."""
        words = frozenset(words_of(text))
        if is_generic(tuple(words)) or not is_title(text):
            return False
        longer = set.intersection(*(self._named.get(word, set()) for word in words))
        return not any(words < known for identity, known in longer if identity != candidate.id)

    def _names_after_parent(self, candidate: Candidate) -> Iterator[str]:
        """Yield the short names of the convention to which a protocol belongs, by its number in the treaty collection."""
        for number in candidate.values_of("identifier"):
            found = re.fullmatch(r"(MTDSG.*)-[a-z]", number)
            for other in self._numbered.get(found[1], ()) if found else ():
                for spelling in other.spellings:
                    if spelling.source in {"alias", "altName"} and len(spelling.words) == 2:
                        yield re.sub("(?i)convention", "Protocol", spelling.text)

    def find_same(self, text: str) -> dict[str, Hit]:
        """Return the candidates that a whole name means, with or without the year of an instrument."""
        found = dict(self._same.get(sort_words(words_of(text)), {}))
        for identity, hit in self._squashed.get(squash(text), {}).items():
            found[identity] = max(found.get(identity, hit), hit)
        parts = [part.strip() for part in _SEGMENTS.split(text) if part.strip()]
        if len(parts) > 1:
            for identity, hit in self._find_parts(parts).items():
                found.setdefault(identity, hit)
        return {identity: hit for identity, hit in found.items() if text.strip()}

    def _find_parts(self, parts: Sequence[str]) -> dict[str, Hit]:
        """Return the candidates of which every part of a text is a name, or the year."""
        years = {part for part in parts if _YEAR.fullmatch(part)}
        named = [self._same.get(sort_words(words_of(part)), {}) for part in parts if part not in years]
        shared = set.intersection(*(set(found) for found in named)) if named else set()
        hits = {}
        for identity in shared:
            if years <= self.candidates[identity].years:
                own = [found[identity] for found in named]
                hits[identity] = Hit(min(h.score for h in own) - 1, any(h.decides for h in own))
        return hits

    def find_place(self, text: str) -> dict[str, Hit]:
        """Return the places that a name with a level ("Yanji city") or with what it lies in ("Yanji, Jilin") means."""
        head, *around = [part.strip() for part in text.split(",")]
        words, levels = split_level(words_of(head))
        if not levels and not around:
            return {}
        found = {}
        for identity, hit in self._same.get(sort_words(words), {}).items():
            place = self.candidates[identity]
            if "Place" in place.types and (not levels or levels & {*place.types}):
                lies = all(self._lies_in(place, part) for part in around if part)
                found[identity] = Hit(hit.score - 1, hit.decides) if lies else Hit(_LEAST)
        return found

    def _lies_in(self, place: Candidate, name: str) -> bool:
        around = {fact.ref for fact in (*place.facts.get("within", ()), *place.facts.get("country", ()))}
        bare, _ = split_level(words_of(name))
        return any(around & {*self._same.get(sort_words(words), {})} for words in (words_of(name), bare))

    def find_alike(self, text: str) -> dict[str, Hit]:
        """Return the candidates whose names are written much like a text, none of them surely meant."""
        whole = words_of(text)
        found = self._score(whole)
        years = {word for word in whole if _YEAR.fullmatch(word)}
        dated = [word for word in whole if word not in years]
        if years and dated:
            self._raise(found, {i: s for i, s in self._score(dated).items() if years <= self.candidates[i].years})
        bare, levels = split_level(words_of(text.split(",")[0]))
        if levels or "," in text:
            self._raise(found, {i: s for i, s in self._score(bare).items() if "Place" in self.candidates[i].types})
        numbers = {word for word in whole if word.isdecimal()} - years
        alike = {identity: Hit(min(ALIKE, score)) for identity, score in found.items() if score >= _LEAST}
        return {i: hit for i, hit in alike.items() if not self._has_another_number(i, numbers)}

    def _has_another_number(self, identity: str, numbers: set[str]) -> bool:
        """Say whether a thing is numbered, and none of its names has a number of a text (Recommendation 38 is not 19)."""
        own = self._decimals[identity]
        return bool(numbers and own) and not numbers & own

    def _score(self, words: Sequence[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for key, score in self._compare(" ".join(words)):
            self._raise(found, dict.fromkeys(self._written[key], score))
        return found

    @staticmethod
    def _raise(found: dict[str, float], more: dict[str, float]) -> None:
        for identity, score in more.items():
            found[identity] = max(found.get(identity, 0.0), score)

    def _compare(self, key: str) -> Iterable[tuple[str, float]]:
        """Yield the written names that are like a key, with a score: letters first, then shared words."""
        if len(key) < 3:
            return
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
            for other, score, _ in process.extract(key, self._keys, scorer=scorer, score_cutoff=_LEAST, limit=None):
                yield other, score
        words = frozenset(key.split())
        words = words - {"un"} or words
        if len(words) == 1 and is_generic(tuple(words)):
            return
        for other, own in self._key_words:
            if words <= own:
                yield other, 75 + 10 * len(words) / len(own)
            elif own <= words and not is_generic(tuple(own)):
                yield other, 65 + 10 * len(own) / len(words)

    def find_identity(self, text: str) -> str | None:
        """Return the id of the candidate that an id, a prefixed name or an IRI is of.

        >>> NameLookup(()).find_identity("place/yanji") is None
        True
        """
        path = text.strip().removeprefix(BASE)
        if path not in self.candidates:
            path = path.replace(":", "/", 1)
        return path if path in self.candidates else None
