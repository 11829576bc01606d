"""Reconciliation queries answered: which things a name may mean, in order, and whether one of them is clearly meant.

Scores are of 100. From 90 on a whole name (or an identifier) is the same; below, names are only alike. ``match`` is
said of one candidate at most: its own name or identifier was given, no property asked speaks against it, and no other
thing of the types asked has that name.
"""

from __future__ import annotations

from typing import Final

import attrs

from nkgraph.reconciliation.candidates import Candidate, Fact
from nkgraph.reconciliation.lookup import ALIKE, SAME, Hit, NameLookup
from nkgraph.reconciliation.spelling import Located, find_locator, squash, words_of

__all__ = ["Condition", "Query", "Result", "Wanted", "answer_query"]

_PART_OF: Final = 0.75
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
    hits = _find_names(lookup, query) if query.text is not None else _find_all(lookup)
    scored = []
    for identity, hit in hits.items():
        candidate = lookup.candidates[identity]
        if _is_of(candidate, query):
            checks = [_check(lookup, candidate, condition) for condition in query.conditions]
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


def _find_names(lookup: NameLookup, query: Query) -> dict[str, Hit]:
    """Return what a text may mean, whatever its type."""
    text = query.text or ""
    if not squash(text):
        return {}
    found = lookup.find_alike(text)
    located = find_locator(text)
    if located is not None:
        # the name of a whole instrument is less than what is asked for
        found = {identity: Hit(hit.score * _PART_OF) for identity, hit in found.items()}
    same = lookup.find_same(text)
    if not any("Place" in lookup.candidates[identity].types for identity in same):
        same = {**lookup.find_place(text), **same}
    for identity, hit in same.items():
        found[identity] = max(found.get(identity, hit), hit)
    if located is not None:
        for identity, hit in _find_provisions(lookup, located, query).items():
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


def _find_provisions(lookup: NameLookup, located: Located, query: Query) -> dict[str, Hit]:
    """Return the provisions of a number, each as sure as the name of its instrument is.

    Without a name the instrument may be given as a property; a part of the number finds the whole, and the other way
    round, as less.
    """
    instruments: dict[str, Hit] = {}
    if located.rest:
        instruments = {**lookup.find_alike(located.rest)}
        for identity, hit in lookup.find_same(located.rest).items():
            instruments[identity] = max(instruments.get(identity, hit), hit)
        instruments = {i: hit for i, hit in instruments.items() if "LegalInstrument" in lookup.candidates[i].types}
    rivals = sum(hit.score >= SAME for hit in instruments.values())
    given = [condition for condition in query.conditions if condition.property == "instrument"]
    found = {}
    for identity, provision in lookup.candidates.items():
        whole = provision.facts.get("instrument", ())
        if "Provision" not in provision.types or not whole or whole[0].ref is None:
            continue
        share = _compare_numbers(located, provision)
        if located.rest:
            hit = instruments.get(whole[0].ref, Hit(0.0))
            hit = Hit(hit.score, hit.decides and rivals == 1)
        elif given and all(_check(lookup, provision, condition) for condition in given):
            hit = Hit(SAME + 5, True)
        else:
            hit = Hit(_NO_NAME)
        if share and hit.score:
            score = hit.score * share if hit.score < SAME or share == 1 else min(ALIKE, hit.score * share)
            found[identity] = Hit(score, hit.decides and share == 1)
    return found


def _compare_numbers(located: Located, provision: Candidate) -> float:
    best = 0.0
    for spelling in provision.spellings:
        own = find_locator(spelling.text)
        if own is None or own.kind != located.kind:
            continue
        shared = min(len(own.parts), len(located.parts))
        if own.parts == located.parts:
            return 1.0
        if own.parts[:shared] == located.parts[:shared]:
            # the narrowest whole comes first
            best = max(best, _PART_OF * (0.9 + 0.1 * shared / max(len(own.parts), len(located.parts))))
    return best


def _check(lookup: NameLookup, candidate: Candidate, condition: Condition) -> bool | None:
    """Say whether a candidate has a property as asked; None where the graph does not say."""
    facts = candidate.facts.get(condition.property, ())
    if condition.property == "documents":
        facts = (Fact(str(candidate.documents)),)
    if not facts or not condition.values:
        return None
    return any(_agrees(lookup, condition.property, fact, value) for fact in facts for value in condition.values)


def _agrees(lookup: NameLookup, name: str, fact: Fact, value: Wanted) -> bool:
    if fact.ref is not None:
        if value.identity is not None:
            same = {fact.ref, *(f.ref for f in lookup.candidates[fact.ref].facts.get("territory", ()))}
            asked = {value.identity}
            if value.identity in lookup.candidates:
                asked |= {f.ref for f in lookup.candidates[value.identity].facts.get("territory", ()) if f.ref}
            return bool(same & asked)
        codes = {fact.text for fact in lookup.candidates[fact.ref].facts.get("isoCode", ())}
        return value.text.strip().upper() in codes or lookup.refers_to(value.text, fact.ref)
    text = value.text.strip()
    if name == "date":
        shorter, longer = sorted((text, fact.text), key=len)
        return len(shorter) >= 4 and longer.startswith(shorter)
    if name in {"latitude", "longitude"}:
        try:
            return abs(float(text) - float(fact.text)) <= _NEAR
        except ValueError:
            return False
    if name in _PRECISE or name == "link":
        return squash(text) == squash(fact.text)
    return words_of(text.replace("_", " ")) == words_of(fact.text)


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
