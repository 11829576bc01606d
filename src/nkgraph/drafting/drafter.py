"""The drafter of one document: its units, the places in them, the names of what is proposed, and the words it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
from spacy.tokens import Span as Tokens

from nkgraph.drafting.gazetteers import Gazetteers
from nkgraph.drafting.instruments import InstrumentMention
from nkgraph.drafting.places import PlaceMention, find_places
from nkgraph.drafting.units import Unit, read_units
from nkgraph.errors import ClaimError
from nkgraph.model import Passage, Span
from nkgraph.spans import Reading, make_span

__all__ = ["Drafter", "Proposal", "Said", "refer_to_instrument", "refer_to_place"]

Said = Mapping[str, "str | list[str | Said] | Said"]
_KINDS_OF_PLACE = {"Province": "Province", "Prefecture": "Prefecture", "County": "County", "City": "County"}


@attrs.frozen
class Proposal:
    """A drafted claim: the file it goes to, its key, what it says, and the spans that it rests on."""

    file: str
    key: str
    says: Said
    spans: tuple[Span, ...]


class Drafter:
    """Drafts one document: names things, counts them per account, and makes spans."""

    def __init__(self, reading: Reading, gazetteers: Gazetteers) -> None:
        self.reading = reading
        self.gazetteers = gazetteers
        self.units = list(read_units(reading.text, reading.passages))
        #: The actor last named in each account, the roles proposed, and the accounts that have told of a crossing.
        self.actors: dict[str, str] = {}
        self.roles: set[str] = set()
        self.crossed: set[str] = set()
        self._counts: dict[str, int] = {}
        self._places: dict[int, list[PlaceMention]] = {}
        for unit, mention in find_places(self.units, gazetteers):
            self._places.setdefault(id(unit), []).append(mention)

    def places_in(self, unit: Unit) -> Sequence[PlaceMention]:
        """Return the places that a unit names."""
        return self._places.get(id(unit), [])

    def name(self, unit: Unit, kind: str) -> str:
        """Return the next id of its kind in the account or document of a unit."""
        base = f"{unit.account.key}/{kind}" if unit.account else kind if "/" in kind else f"{kind}/{unit.passage.key}"
        self._counts[base] = self._counts.get(base, 0) + 1
        return f"{base}-{self._counts[base]}"

    def span(self, unit: Unit, tokens: Tokens) -> Span:
        """Return the span of these tokens in the document.

        Raises:
            ClaimError: they cross into a footnote, caption or table.
        """
        return make_span(self.reading, *unit.offsets(tokens))

    def propose(self, unit: Unit, kind: str, says: Said, *words: Tokens) -> Iterator[Proposal]:
        """Yield a claim on what stands at these tokens; none where they cross into another passage."""
        try:
            spans = tuple(self.span(unit, tokens) for tokens in words)
        except ClaimError:
            return
        account = unit.account
        yield Proposal(_file_of(account) if account else kind, str(says["id"]), says, spans)


def _file_of(account: Passage) -> str:
    number = account.key.rpartition("-")[2]
    return f"case-{int(number):02d}" if number.isdigit() else account.key


def refer_to_place(mention: PlaceMention) -> str | Said:
    """Return how a claim names a place: by its id, or described in passing where reference data do not have it yet."""
    if mention.known:
        return mention.place
    kind = _KINDS_OF_PLACE.get(mention.span[-1].text, "Place")
    return {"id": mention.place, "type": kind, "name": mention.name}


def refer_to_instrument(mention: InstrumentMention) -> str | Said:
    """Return how a claim names an instrument: by its id, or described in passing where reference data do not have it yet."""
    if mention.known:
        return mention.instrument
    return {"id": mention.instrument, "type": "LegalInstrument", "name": " ".join(mention.span.text.split())}
