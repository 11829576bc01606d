"""The things that names in a table may mean: their names, types and properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import attrs

from nkgraph.iris import BASE
from nkgraph.reconciliation.spelling import Located, find_locator, squash, words_of

__all__ = ["OFFERED_TYPES", "PLACE_TYPES", "Candidate", "Fact", "Spelling", "TypeOffered"]

#: The kinds of places that are offered, the narrower ones and then any place.
PLACE_TYPES: Final = ("Country", "Province", "Prefecture", "County", "Place")
#: The kinds of things that are offered, the narrower ones first; what is of none of them is not in the index.
OFFERED_TYPES: Final = ("LegalInstrument", "Provision", *PLACE_TYPES, "Organisation", "State", "Jurisdiction")


@attrs.frozen
class Spelling:
    """A way to write the name of a thing, and where it is from: ``name``, ``altName``, ``identifier``, ``alias`` …"""

    text: str
    source: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that are compared."""
        return words_of(self.text)

    @cached_property
    def squashed(self) -> str:
        """The letters and digits, folded."""
        return squash(self.text)

    @cached_property
    def located(self) -> Located | None:
        """The number of a provision that stands in it."""
        return find_locator(self.text)


@attrs.frozen
class Fact:
    """A value of a property: its words and, where it is a thing of the index, which."""

    text: str
    ref: str | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that are compared."""
        return words_of(self.text)

    @cached_property
    def squashed(self) -> str:
        """The letters and digits, folded."""
        return squash(self.text)


@attrs.frozen
class TypeOffered:
    """A type that queries may ask for."""

    id: str
    name: str
    description: str
    broader: str | None


@attrs.frozen
class Candidate:
    """A thing that a name may mean; ``id`` is its IRI without the identifier space."""

    id: str
    name: str
    types: tuple[str, ...]
    spellings: tuple[Spelling, ...]
    facts: Mapping[str, tuple[Fact, ...]]
    documents: int = 0

    @property
    def iri(self) -> str:
        """The IRI of the thing."""
        return BASE + self.id

    @cached_property
    def keys(self) -> tuple[str, str]:
        """The id and the IRI, as letters and digits."""
        return squash(self.id), squash(self.iri)

    @cached_property
    def shown(self) -> Spelling:
        """The name that is shown: with its instrument, where it is a provision's."""
        return Spelling(self.name, "shown")

    def values_of(self, name: str) -> tuple[str, ...]:
        """Return the words of a property's values."""
        return tuple(fact.text for fact in self.facts.get(name, ()))

    @property
    def years(self) -> frozenset[str]:
        """The years that a name of an instrument may carry: that of its date, and that of its key."""
        found = {date[:4] for date in self.values_of("date") if re.match(r"\d{4}", date)}
        return frozenset(found | set(re.findall(r"-(\d{4})$", self.id)))
