"""Reconciliation queries answered: which things a name may mean, in order, and whether one of them is clearly meant.

Scores are of 100. From 90 on a whole name (or an identifier) is the same; below, names are only alike. ``match`` is
said of one candidate at most: its own name or identifier was given, no property asked speaks against it, and no other
thing of the types asked has that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from nkgraph.reconciliation.candidates import Candidate, Fact
from nkgraph.reconciliation.lookup import ALIKE, SAME, Hit, NameLookup
from nkgraph.reconciliation.numbering import PART_OF
from nkgraph.reconciliation.spelling import Located, find_locator, squash, words_of

__all__ = ["Condition", "Query", "Result", "Wanted", "answer_query"]

_NO_NAME: Final = 65.0
_SUNK: Final = 0.6
_NEAR: Final = 0.05
_ISO_TYPES: Final = frozenset({"State", "Country"})
_PRECISE: Final = frozenset({"identifier", "isoCode"})


@attrs.frozen
class Wanted:
    """A value that a query asks for: its words or the id of a thing, or both."""

    text: str
    identity: str | None = None


@attrs.frozen
class Condition:
    """A property and the values of which one is asked for."""

    property: str
    values: tuple[Wanted, ...]


@attrs.frozen
class Query:
    """What is asked: a name, types of which a candidate has one (with ``all_types`` all), and properties."""

    text: str | None = None
    types: tuple[str, ...] = ()
    all_types: bool = False
    limit: int = 10
    conditions: tuple[Condition, ...] = ()


@attrs.frozen
class Result:
    """A candidate for a query; ``name_score`` is what its name alone is worth, ``agreeing`` what properties are."""

    candidate: Candidate
    score: float
    match: bool
    name_score: float
    agreeing: float | None


def answer_query(lookup: NameLookup, query: Query) -> tuple[Result, ...]:
    """Return the candidates for a query, the best first; the answer depends on the query alone."""
    conditions = [_read_condition(lookup, condition) for condition in query.conditions]
    hits = _find_names(lookup, query, conditions) if query.text is not None else _find_all(lookup)
    scored = []
    for identity, hit in hits.items():
        candidate = lookup.candidates[identity]
        if _is_of(candidate, query):
            checks = [_check(lookup, candidate, condition) for condition in conditions]
            if query.text is not None or True in checks:
                scored.append((_weigh(hit, checks), hit, candidate, _mean(checks)))
    scored.sort(key=lambda item: (-item[0].score, not item[0].decides, item[2].id))
    same = [weighed for weighed, *_ in scored if weighed.score >= SAME]
    sure = len(same) == 1 and same[0].decides
    return tuple(
        Result(candidate, round(weighed.score, 1), sure and place == 0, round(hit.score, 1), agreeing)
        for place, (weighed, hit, candidate, agreeing) in enumerate(scored[: query.limit])
    )


def _is_of(candidate: Candidate, query: Query) -> bool:
    if not query.types:
        return True
    asked = [kind in candidate.types for kind in query.types]
    return all(asked) if query.all_types else any(asked)


def _find_names(lookup: NameLookup, query: Query, conditions: Sequence[_Asked]) -> dict[str, Hit]:
    """Return what a text may mean, whatever its type."""
    text = query.text or ""
    if not squash(text):
        return {}
    found = lookup.find_alike(text)
    located = find_locator(text)
    if located is not None:
        # the name of a whole instrument is less than what is asked for
        found = {identity: Hit(hit.score * PART_OF) for identity, hit in found.items()}
    same = lookup.find_same(text)
    if not any("Place" in lookup.candidates[identity].types for identity in same):
        same = {**lookup.find_place(text), **same}
    for identity, hit in same.items():
        found[identity] = max(found.get(identity, hit), hit)
    if located is not None:
        for identity, hit in _find_provisions(lookup, located, conditions).items():
            found[identity] = max(found.get(identity, hit), hit)
    if query.types and {*query.types} <= _ISO_TYPES and len(text.strip()) == 2:
        for identity in found:
            candidate = lookup.candidates[identity]
            if text.strip().upper() in candidate.values_of("isoCode"):
                found[identity] = Hit(100.0, True)
    return found


def _find_all(lookup: NameLookup) -> dict[str, Hit]:
    """Return all candidates, for a query that asks by properties alone."""
    return dict.fromkeys(lookup.candidates, Hit(_NO_NAME))


def _find_provisions(lookup: NameLookup, located: Located, conditions: Sequence[_Asked]) -> dict[str, Hit]:
    """Return the provisions of a number, each as sure as the name of its instrument is.

    Without a name the instrument may be given as a property; a part of the number finds the whole, and the other way
    round, as less.
    """
    instruments = _find_instruments(lookup, located.rest) if located.rest else {}
    rivals = sum(hit.score >= SAME for hit in instruments.values())
    given = [condition for condition in conditions if condition.property == "instrument"]
    found: dict[str, Hit] = {}
    for instrument, any_of_it in lookup.provisions.instruments.items():
        if located.rest:
            hit = instruments.get(instrument, Hit(0.0))
            hit = Hit(hit.score, hit.decides and rivals == 1)
        elif given and all(_check(lookup, lookup.candidates[any_of_it], condition) for condition in given):
            hit = Hit(SAME + 5, True)
        else:
            hit = Hit(_NO_NAME)
        for identity, share in lookup.provisions.find(located, instrument) if hit.score else ():
            score = hit.score * share if hit.score < SAME or share == 1 else min(ALIKE, hit.score * share)
            whole = Hit(score, hit.decides and share == 1)
            found[identity] = max(found.get(identity, whole), whole)
    return found


def _find_instruments(lookup: NameLookup, text: str) -> dict[str, Hit]:
    found = lookup.find_alike(text)
    for identity, hit in lookup.find_same(text).items():
        found[identity] = max(found.get(identity, hit), hit)
    return {i: hit for i, hit in found.items() if "LegalInstrument" in lookup.candidates[i].types}


@attrs.frozen
class _Asked:
    """A condition read once for all candidates: its values as words, letters and codes, and the things they mean."""

    property: str
    texts: tuple[str, ...]
    words: frozenset[tuple[str, ...]]
    squashed: frozenset[str]
    codes: frozenset[str]
    meant: frozenset[str]
    given: frozenset[str]
    numbers: tuple[float, ...]


def _read_condition(lookup: NameLookup, condition: Condition) -> _Asked:
    values = dict.fromkeys(condition.values)
    texts = tuple(dict.fromkeys(value.text.strip() for value in values))
    named = tuple(dict.fromkeys(value.text.strip() for value in values if value.identity is None))
    given = {value.identity for value in values if value.identity is not None}
    lands = (_list_lands(lookup, identity) for identity in sorted(given & lookup.candidates.keys()))
    return _Asked(
        condition.property,
        texts,
        frozenset(words_of(text.replace("_", " ")) for text in texts),
        frozenset(squash(text) for text in texts),
        frozenset(text.upper() for text in named),
        frozenset(identity for text in named for identity in lookup.find_same(text)),
        frozenset(given.union(*lands)),
        tuple(number for text in texts if (number := _read_number(text)) is not None),
    )


def _read_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _list_lands(lookup: NameLookup, identity: str) -> frozenset[str]:
    """Return the countries that are the land of a state."""
    return frozenset(fact.ref for fact in lookup.candidates[identity].facts.get("territory", ()) if fact.ref)


def _check(lookup: NameLookup, candidate: Candidate, asked: _Asked) -> bool | None:
    """Say whether a candidate has a property as asked; None where the graph does not say."""
    if not asked.texts:
        return None
    if asked.property == "documents":
        return (str(candidate.documents),) in asked.words
    facts = candidate.facts.get(asked.property, ())
    if not facts:
        return None
    return any(_agrees(lookup, fact, asked) for fact in facts)


def _agrees(lookup: NameLookup, fact: Fact, asked: _Asked) -> bool:
    """Say whether a value of a candidate is one of those asked for."""
    if fact.ref is not None:
        if fact.ref in asked.meant or asked.given & {fact.ref, *_list_lands(lookup, fact.ref)}:
            return True
        return any(code.text in asked.codes for code in lookup.candidates[fact.ref].facts.get("isoCode", ()))
    if asked.property == "date":
        return any(len(text) >= 4 and len(fact.text) >= 4 and _is_part(text, fact.text) for text in asked.texts)
    if asked.property in {"latitude", "longitude"}:
        return any(abs(number - float(fact.text)) <= _NEAR for number in asked.numbers)
    if asked.property in _PRECISE or asked.property == "link":
        return fact.squashed in asked.squashed
    return fact.words in asked.words


def _is_part(one: str, other: str) -> bool:
    """Say whether one date is the other, or the year or month of it."""
    return one.startswith(other) or other.startswith(one)


def _mean(checks: list[bool | None]) -> float | None:
    return round(sum(check is True for check in checks) / len(checks), 2) if checks else None


def _weigh(hit: Hit, checks: list[bool | None]) -> Hit:
    """Return the hit with the properties asked: one that speaks against it sinks it below any whole name."""
    if False in checks:
        return Hit(min(ALIKE, hit.score) * _SUNK)
    agreed = sum(check is True for check in checks)
    if not agreed:
        return hit
    most = 100.0 if hit.score >= SAME else ALIKE
    return Hit(hit.score + (most - hit.score) * 0.5 * agreed / len(checks), hit.decides)
