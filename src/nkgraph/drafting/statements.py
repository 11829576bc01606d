"""Claims drafted outside accounts: figures, dates of context, works cited, instruments and provisions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from spacy.tokens import Span as Tokens

from nkgraph.drafting.accounts import Saying, bound
from nkgraph.drafting.cells import draft_table
from nkgraph.drafting.citations import find_cited_years, find_spoken_dates, name_form
from nkgraph.drafting.drafter import Drafter, Proposal, Said, refer_to_instrument, refer_to_place
from nkgraph.drafting.figures import find_figures
from nkgraph.drafting.instruments import InstrumentMention, find_instruments
from nkgraph.drafting.mentions import DateMention, find_dates
from nkgraph.drafting.provisions import ProvisionMention, find_provisions
from nkgraph.drafting.units import Unit, sentence_of
from nkgraph.errors import ClaimError
from nkgraph.model import Span

__all__ = ["draft_law", "draft_statements"]

_NOTES: Final = frozenset({"footnote", "bibliography_entry"})
_CURRENCIES: Final = frozenset({"CNY", "USD", "KPW", "KRW"})
#: Currencies that are units of figures too.
_UNITS_OF_MONEY: Final = frozenset({"CNY", "USD"})


def draft_statements(drafter: Drafter, unit: Unit, instruments: list[InstrumentMention]) -> Iterator[Proposal]:
    """Yield the figures, dates and citations of a unit outside accounts."""
    note = unit.passage.kind in _NOTES
    if unit.passage.kind != "bibliography_entry":
        yield from _figures(drafter, unit)
    if note:
        yield from _citations(drafter, unit)
    for date in _dates(unit, instruments, note) if unit.passage.kind != "bibliography_entry" else ():
        says: Saying = {"id": drafter.name(unit, "context"), "type": "ContextStatement", "date": date.value}
        sentence = sentence_of(date.span)
        places = [m for m in drafter.places_in(unit) if sentence.start <= m.span.start < sentence.end]
        known = list({m.place: m for m in places}.values())
        if known:
            says["place"] = [refer_to_place(m) for m in known]
        yield from drafter.propose(unit, "context", says, date.span, *(m.span for m in known))


def _dates(unit: Unit, instruments: list[InstrumentMention], note: bool) -> Iterator[DateMention]:
    """Yield the dates that a unit speaks of, among them those of treaties in notes; years in names of instruments are none."""
    spoken = list(find_spoken_dates(unit.doc, note=note))
    if note and instruments:
        spoken += [d for d in find_dates(unit.doc) if d not in spoken and len(d.span) > 2 and _follows(d, instruments)]
    for date in spoken:
        if not any(m.span.start <= date.span.start < m.span.end for m in instruments):
            yield date


def _follows(date: DateMention, instruments: list[InstrumentMention]) -> bool:
    return any(0 <= date.span.start - mention.span.end <= 3 for mention in instruments)


def _figures(drafter: Drafter, unit: Unit) -> Iterator[Proposal]:
    if unit.passage.kind == "heading":
        return
    cells = draft_table(drafter, unit) if unit.passage.kind == "table" else []
    if cells:
        yield from cells
        return
    for figure in find_figures(unit.doc, table=unit.passage.kind == "table"):
        says: Saying = {"id": drafter.name(unit, "statistic"), "type": "StatisticalStatement"}
        says |= bound("value", figure.low, figure.high)
        if figure.unit not in _CURRENCIES or figure.unit in _UNITS_OF_MONEY:
            says["unit"] = figure.unit
        if figure.unit in _CURRENCIES:
            says["currency"] = figure.unit
        if figure.per:
            says["per"] = figure.per
        if figure.approximate:
            says["approximate"] = "yes"
        words: list[Tokens] = [figure.span]
        if figure.credited is not None:
            says["attributedTo"] = " ".join(figure.credited.text.split())
            words.append(figure.credited)
        yield from drafter.propose(unit, "statistics", says, *words)


def _citations(drafter: Drafter, unit: Unit) -> Iterator[Proposal]:
    """Yield a citation for each work whose year a note gives, or one for a note that only refers back."""
    number = unit.passage.number
    base = f"citation/note-{number}" if number else f"citation/{unit.passage.key}"
    listed = unit.passage.kind == "bibliography_entry"
    found = list(find_cited_years(unit.doc, listed=listed))
    if listed:
        found = [cited for cited in found if unit.doc[cited.span.start - 1].text == "("][:1] or found[:1]
    for cited in found:
        says: Saying = {"id": drafter.name(unit, base), "type": "Citation", "ref": number or _entry(unit)}
        words = unit.doc[: cited.span.end] if listed else cited.span
        yield from drafter.propose(unit, "citations", says | {"workYear": cited.year}, words)
    form = name_form(unit.doc.text)
    if form is not None and number and not found:
        says = {"id": drafter.name(unit, base), "type": "Citation", "ref": number, "citationForm": form}
        yield from drafter.propose(unit, "citations", says, unit.doc[:])


def _entry(unit: Unit) -> str:
    """Return the heading of an entry of a bibliography: what stands before its year, or its first words."""
    before = re.split(r"\(?(?:19|20)\d\d\)?", unit.doc.text)[0].strip(" .,(*_[")
    return " ".join((before or unit.doc.text).split()[:8])


def draft_law(drafter: Drafter) -> tuple[list[Proposal], dict[int, list[InstrumentMention]]]:
    """Return one mention an instrument, with every name used of it, one citation a provision; and mentions by unit."""
    mentions = list(find_instruments(drafter.units, drafter.gazetteers))
    by_unit: dict[int, list[InstrumentMention]] = {}
    for unit, mention in mentions:
        by_unit.setdefault(id(unit), []).append(mention)
    proposals = list(_mentions(drafter, mentions))
    for unit in drafter.units:
        for provision in find_provisions(unit, by_unit.get(id(unit), [])):
            number = re.sub(r"[^0-9a-z]+", "-", provision.number.lower()).strip("-")
            base = provision.instrument.instrument.partition(":")[2] if provision.instrument else "unnamed"
            says: Saying = {
                "id": drafter.name(unit, f"provision-citation/{base}-{number}"),
                "type": "ProvisionCitation",
            }
            words = [provision.span]
            if provision.instrument is not None:
                says["instrument"] = refer_to_instrument(provision.instrument)
                says["provision"] = _refer_to_provision(provision, base, drafter.gazetteers.provisions)
                words.append(provision.instrument.span)
            says["article"] = _printed(provision.span)
            proposals += drafter.propose(unit, "law", says, *words)
    return proposals, by_unit


def _mentions(drafter: Drafter, mentions: list[tuple[Unit, InstrumentMention]]) -> Iterator[Proposal]:
    """Yield one mention an instrument, with every name used of it, each with the first words that use it."""
    grouped: dict[str, dict[str, tuple[Unit, InstrumentMention]]] = {}
    for unit, mention in mentions:
        grouped.setdefault(mention.instrument, {}).setdefault(_printed(mention.span), (unit, mention))
    for instrument, names in grouped.items():
        key = f"mention/{instrument.partition(':')[2]}"
        spans: dict[str, Span] = {}
        for name, (unit, mention) in names.items():
            try:
                spans[name] = drafter.span(unit, mention.span)
            except ClaimError:
                continue
        if spans:
            reference = refer_to_instrument(next(iter(names.values()))[1])
            says: Saying = {"id": key, "type": "InstrumentMention", "instrument": reference, "alias": [*spans]}
            yield Proposal("law", key, says, tuple(spans.values()))


def _refer_to_provision(provision: ProvisionMention, base: str, known: Collection[str]) -> str | Said:
    """Return how a claim names a provision: by its id, described in passing where reference data do not have it yet."""
    printed = _printed(provision.span)
    kind = "para" if printed.casefold().startswith("para") else "section" if printed[0] in "Ss" else "art"
    number = re.sub(r"[^0-9a-z]+", "-", provision.number.casefold()).strip("-")
    key = f"provision:{base}-{kind}-{number}"
    if key in known or provision.instrument is None:
        return key
    return {"id": key, "type": "Provision", "name": printed, "provisionOf": provision.instrument.instrument}


def _printed(tokens: Tokens) -> str:
    return " ".join(tokens.text.split())
