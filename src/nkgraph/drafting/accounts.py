"""Claims drafted of accounts: the narrator, crossings, transfers, steps of the journey, sums, and actors with a role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from spacy.tokens import Span as Tokens

from nkgraph.drafting.drafter import Drafter, Proposal, Said, refer_to_place
from nkgraph.drafting.events import (
    TransferMention,
    find_actors,
    find_crossings,
    find_roles,
    find_transfers,
    moves,
    refers_back,
)
from nkgraph.drafting.mentions import DateMention, SumMention, find_dates, find_sums
from nkgraph.drafting.places import PlaceMention
from nkgraph.drafting.units import Unit, sentences_of

__all__ = ["bound", "draft_account", "draft_narrator"]

_TITLE: Final = re.compile(r"\b(?P<title>M(?:s|rs|r|iss)\.?),?\s+(?P<surname>[A-Z][A-Za-z’'-]*[A-Za-z])")
_BORN: Final = re.compile(r"\b(?:born(?: in)?|b\.) (?P<year>\d{4})")
#: Tokens that the words of a claim may have: a reader takes in no more at a glance.
_LONG: Final = 30
_WAGE: Final = re.compile(r"\b(?:earn|wage|salary)", re.IGNORECASE)

Saying = dict[str, "str | list[str | Said] | Said"]


def draft_narrator(drafter: Drafter, unit: Unit) -> Iterator[Proposal]:
    """Yield the narrator of an account, as its heading names her; others refer to her whatever the heading says."""
    assert unit.account is not None
    text = unit.doc.text
    says: Saying = {"id": f"{unit.account.key}/narrator", "type": "Narrator"}
    title, born = _TITLE.search(text), _BORN.search(text)
    if title is not None:
        says |= {"title": title["title"], "surname": title["surname"]}
    if born is not None:
        says["birthYear"] = born["year"]
    places = [m for m in drafter.places_in(unit) if unit.doc[max(0, m.span.start - 1)].lower_ not in {"from", "of"}]
    if places:
        says["livesIn"] = refer_to_place(places[0])
    first = title.start() if title else 0
    tokens = unit.doc.char_span(first, born.end() if born else len(text), alignment_mode="expand")
    if tokens is not None:
        yield from drafter.propose(unit, "narrators", says, tokens)


def _inside(tokens: Tokens, sentence: Tokens) -> bool:
    return sentence.start <= tokens.start < sentence.end


def draft_account(drafter: Drafter, unit: Unit) -> Iterator[Proposal]:
    """Yield what a unit of an account tells, sentence by sentence."""
    assert unit.account is not None
    narrator = f"{unit.account.key}/narrator"
    dates, sums = list(find_dates(unit.doc)), list(find_sums(unit.doc))
    places = [m for m in drafter.places_in(unit) if m.place not in drafter.gazetteers.countries]
    transfers = {found.sentence.start: found for found in find_transfers(unit.doc)}
    told = list(find_crossings(unit.doc))
    if unit.account.key not in drafter.crossed:
        told = told or list(find_crossings(unit.doc, entered=True))
    drafter.crossed |= {unit.account.key} if told else set()
    crossings = {sentence.start: river for sentence, river in told}
    for sentence in sentences_of(unit.doc):
        when = [m for m in dates if _inside(m.span, sentence)]
        where = [m for m in places if _inside(m.span, sentence)]
        used: list[DateMention] = []
        if sentence.start in crossings:
            says: Saying = {"id": drafter.name(unit, "crossing"), "type": "Crossing", "crosser": [narrator]}
            river = crossings[sentence.start]
            if river:
                says["river"] = river
            used = _date(says, when)
            yield from drafter.propose(unit, "crossings", says, *_shorten(sentence, *_words_of(when)))
        transfer = transfers.get(sentence.start)
        if transfer is not None:
            used = used or _given(when)
            yield from _transfer(drafter, unit, narrator, transfer, when)
        yield from _actors(drafter, unit, narrator, sentence)
        steps = [m for m in where if moves(sentence)]
        for place in steps:
            key = drafter.name(unit, "route")
            step: Saying = {"id": key, "type": "RouteStep", "step": key.rpartition("-")[2], "traveller": narrator}
            step["place"] = refer_to_place(place)
            yield from drafter.propose(unit, "routes", step, place.span)
        yield from _rest(drafter, unit, [m for m in when if m not in used], [m for m in where if m not in steps])
        for money in sums:
            if _inside(money.span, sentence):
                yield from _payment(drafter, unit, narrator, money, sentence, transfer)


def _given(when: Sequence[DateMention]) -> list[DateMention]:
    """Return the date that an event of a sentence takes: the only one."""
    return list(when) if len(when) == 1 else []


def _date(says: Saying, when: Sequence[DateMention]) -> list[DateMention]:
    """Give an event the date of its sentence if that is one; return what was used."""
    given = _given(when)
    if given:
        says["date"] = given[0].value
    return given


def _words_of(when: Sequence[DateMention]) -> list[Tokens]:
    return [date.span for date in _given(when)]


def _shorten(sentence: Tokens, *needed: Tokens) -> list[Tokens]:
    """Return a sentence, or of a long one the stretch that holds what is needed, or else each piece that is."""
    if len(sentence) <= _LONG or not needed:
        return [sentence[:_LONG]]
    stretch = sentence.doc[min(t.start for t in needed) : max(t.end for t in needed)]
    if len(stretch) > _LONG:
        return list(needed)
    end = stretch.end
    while end < sentence.end - 1 and end - stretch.start < _LONG and sentence.doc[end].text not in {",", ";"}:
        end += 1
    return [sentence.doc[stretch.start : end]]


def _transfer(
    drafter: Drafter, unit: Unit, narrator: str, found: TransferMention, when: Sequence[DateMention]
) -> Iterator[Proposal]:
    key = drafter.name(unit, "transfer")
    says: Saying = {"id": key, "type": "Transfer", "step": key.rpartition("-")[2], "kind": found.kind}
    says["transferred"] = [narrator]
    _date(says, when)
    needed = [found.span, *_words_of(when)]
    men = [m for m in find_actors(found.sentence) if m.gender == "male" and m.origin]
    if len(men) == 1 and men[0].origin:
        says["buyer"] = {"type": "Person", "origin": men[0].origin, "gender": "male"}
        needed.append(men[0].span)
    yield from drafter.propose(unit, "transfers", says, *_shorten(found.sentence, *needed))


def _actors(drafter: Drafter, unit: Unit, narrator: str, sentence: Tokens) -> Iterator[Proposal]:
    """Yield who acts in a sentence, and in which roles; a pronoun stands for the actor of the account named last."""
    assert unit.account is not None
    roles = list(find_roles(sentence))
    mention = next(find_actors(sentence), None) if roles else None
    person = drafter.actors.get(unit.account.key) if roles and refers_back(sentence) else None
    if mention is not None:
        person = drafter.name(unit, "actor")
        drafter.actors[unit.account.key] = person
        says: Saying = {"id": person, "type": "PersonGroup" if mention.group else "Person"}
        if mention.origin:
            says["origin"] = mention.origin
        if mention.gender:
            says["gender"] = mention.gender
        yield from drafter.propose(unit, "actors", says, mention.span)
    for role in roles if person is not None else ():
        key = f"{person}/{role.role}"
        if key in drafter.roles:
            continue
        drafter.roles.add(key)
        part: Saying = {
            "id": key,
            "type": "Participation",
            "actor": str(person),
            "role": role.role,
            "towards": narrator,
        }
        words = [role.span] if mention is None else [mention.span, role.span]
        yield from drafter.propose(unit, "actors", part, *_shorten(sentence, *words))


def _payment(
    drafter: Drafter, unit: Unit, narrator: str, money: SumMention, sentence: Tokens, transfer: TransferMention | None
) -> Iterator[Proposal]:
    says: Saying = {"id": drafter.name(unit, "money"), "type": "Payment"}
    wage = _WAGE.search(sentence.text)
    words = [money.span]
    if transfer is not None and transfer.kind in {"sold", "resold", "attempted_sale"}:
        says["moneyKind"] = "sale"
        words = _shorten(sentence, money.span, transfer.span)
    elif transfer is None and wage is not None:
        says["moneyKind"] = "wage"
        first = sentence.start_char + wage.start()
        earned = sentence.doc.char_span(first, sentence.start_char + wage.end(), alignment_mode="expand")
        words = _shorten(sentence, money.span, *([earned] if earned is not None else []))
    says |= bound("amount", money.low, money.high)
    says["currency"] = money.currency
    if money.per:
        says["per"] = money.per
    says["asPrinted"] = " ".join(money.span.text.split())
    says["concerns"] = narrator
    yield from drafter.propose(unit, "money", says, *words)


def bound(name: str, low: str | None, high: str | None) -> dict[str, str]:
    """Return the properties that say the bounds of a number: one if both are the same, or only one is stated.

    >>> bound("value", "3", "3"), bound("value", None, "9"), bound("amount", "3", "9")
    ({'value': '3'}, {'valueMax': '9'}, {'amountMin': '3', 'amountMax': '9'})
    """
    if low == high and low is not None:
        return {name: low}
    return {f"{name}{end}": number for end, number in (("Min", low), ("Max", high)) if number is not None}


def _rest(
    drafter: Drafter, unit: Unit, dates: Sequence[DateMention], places: Sequence[PlaceMention]
) -> Iterator[Proposal]:
    """Yield an event without a kind for what no event took: a reader says what it is, or strikes it out."""
    for date in dates:
        says: Saying = {"id": drafter.name(unit, "event"), "type": "Event", "date": date.value}
        yield from drafter.propose(unit, "events", says, date.span)
    for place in places:
        event: Saying = {"id": drafter.name(unit, "event"), "type": "Event", "place": refer_to_place(place)}
        yield from drafter.propose(unit, "events", event, place.span)
