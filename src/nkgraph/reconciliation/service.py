"""The reconciliation service over one graph: types and properties it knows, names matched, things suggested, extended.

It follows the Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from nkgraph.reconciliation.candidates import OFFERED_TYPES, PLACE_TYPES, Candidate, Fact, TypeOffered
from nkgraph.reconciliation.lookup import NameLookup
from nkgraph.reconciliation.matching import Query, Result, answer_query
from nkgraph.reconciliation.reading import read_candidates, read_types
from nkgraph.reconciliation.spelling import is_generic, squash, words_of
from nkgraph.sparql import QueryAnswering

__all__ = ["PROPERTIES", "PropertyOffered", "Reconciler", "build_reconciler"]

_BELOW: Final = tuple(kind for kind in PLACE_TYPES if kind != "Country")
_NUMBERS: Final = frozenset({"latitude", "longitude"})


@attrs.frozen
class PropertyOffered:
    """A property that queries may ask for and tables may be extended with."""

    id: str
    name: str
    description: str
    types: tuple[str, ...]
    value_type: str | None = None


#: The properties of the service, by id.
PROPERTIES: Final = (
    PropertyOffered("altName", "other names", "Names beside the main one, of the reference data.", OFFERED_TYPES),
    PropertyOffered(
        "country",
        "country",
        "The country a place lies in; of an organisation, the country as documents report it.",
        (*_BELOW, "Organisation"),
        "Place",
    ),
    PropertyOffered(
        "date", "date", "The day or year an instrument was adopted, promulgated or issued (EDTF).", ("LegalInstrument",)
    ),
    PropertyOffered(
        "documents", "documents that name it", "In how many documents a claim speaks of it.", OFFERED_TYPES
    ),
    PropertyOffered(
        "identifier", "identifier", "Number or symbol of an instrument, such as MTDSG V-2.", ("LegalInstrument",)
    ),
    PropertyOffered(
        "instrument", "instrument", "The instrument a provision is part of.", ("Provision",), "LegalInstrument"
    ),
    PropertyOffered("isoCode", "ISO 3166-1 code", "The code of two letters.", ("State", "Country")),
    PropertyOffered(
        "jurisdiction", "jurisdiction", "Whose law an instrument is.", ("LegalInstrument",), "Jurisdiction"
    ),
    PropertyOffered(
        "kind",
        "kind",
        "Kind of instrument (treaty, protocol, national law …); of an organisation, as documents report it.",
        ("LegalInstrument", "Organisation"),
    ),
    PropertyOffered("latitude", "latitude", "Degrees north (WGS 84).", PLACE_TYPES),
    PropertyOffered("link", "link", "The address of the same or a like thing in another vocabulary.", OFFERED_TYPES),
    PropertyOffered("longitude", "longitude", "Degrees east (WGS 84).", PLACE_TYPES),
    PropertyOffered("territory", "territory", "The country that is the land of a state.", ("State",), "Country"),
    PropertyOffered("within", "within", "The larger places that a place lies in.", _BELOW, "Place"),
)


@attrs.frozen(eq=False)
class Reconciler:
    """What the service answers from: built once for a graph, and read by all requests."""

    lookup: NameLookup
    types: tuple[TypeOffered, ...]

    def find_type(self, text: str) -> TypeOffered | None:
        """Return the type of an id, given bare, with the prefix ``nk:`` or as an IRI."""
        bare = text.strip().rpartition("#")[2].removeprefix("nk:")
        return next((kind for kind in self.types if kind.id == bare), None)

    def name_of_type(self, identity: str) -> str:
        """Return the words for a type."""
        return next((kind.name for kind in self.types if kind.id == identity), identity)

    def answer(self, query: Query) -> tuple[Result, ...]:
        """Return the candidates for a query, the best first."""
        return answer_query(self.lookup, query)

    def find(self, identity: str) -> Candidate | None:
        """Return the thing of an id, a prefixed name or an IRI."""
        known = self.lookup.find_identity(identity)
        return None if known is None else self.lookup.candidates[known]

    def suggest(self, prefix: str, kinds: Sequence[str] = ()) -> list[Candidate]:
        """Return the things of which a name, a word of a name or an identifier begins as typed, the closest first."""
        typed, start = " ".join(words_of(prefix)), squash(prefix)
        ranked = []
        for candidate in self.lookup.candidates.values():
            if kinds and not {*kinds} & {*candidate.types}:
                continue
            rank = self._rank(candidate, typed, start)
            if rank is not None:
                ranked.append((rank, candidate.name.casefold(), candidate.id, candidate))
        return [item[-1] for item in sorted(ranked, key=lambda item: item[:3])]

    @staticmethod
    def _rank(candidate: Candidate, typed: str, start: str) -> int | None:
        if not start:
            return 0
        key, address = candidate.keys
        ranks = [0] if start in (key, address) else []
        for spelling in (candidate.shown, *candidate.spellings):
            whole = " ".join(spelling.words)
            if spelling.squashed.startswith(start) or whole.startswith(typed):
                ranks.append(1 if spelling.text in (candidate.name, candidate.spellings[0].text) else 2)
            elif f" {typed}" in f" {whole}":
                ranks.append(3)
        if key.startswith(start):
            ranks.append(4)
        return min(ranks, default=None)

    def describe(self, candidate: Candidate) -> str:
        """Return a line that tells a thing from its namesakes: kind, where or whose it is, date, other names."""
        kinds = candidate.values_of("kind")
        parts = [self.name_of_type(candidate.types[0]) + (f" ({', '.join(kinds)})" if kinds else "")]
        if "Place" in candidate.types:
            around = [fact.text for fact in sorted(candidate.facts.get("within", ()), key=self._depth)]
            parts += [f"in {', '.join(around)}"] if around else []
        parts += [", ".join(candidate.values_of("jurisdiction"))] if candidate.values_of("jurisdiction") else []
        parts += candidate.values_of("date")[:1]
        parts += [f"ISO {code}" for code in candidate.values_of("isoCode")[:1] if "State" in candidate.types]
        others = (s for s in candidate.spellings if s.source in {"altName", "alias"})
        names = [spelling.text for spelling in others if not is_generic(spelling.words)][:3]
        return "; ".join(parts) + (f"; also {', '.join(names)}" if names else "")

    def _depth(self, fact: Fact) -> int:
        """Return how many places a place lies in, negative: the narrower come first."""
        return -len(self.lookup.candidates[fact.ref].facts.get("within", ())) if fact.ref else 0

    def read_values(self, candidate: Candidate, prop: str) -> list[dict[str, Any]]:
        """Return the values of a property as data extension gives them; an empty list says that nothing is stated."""
        if prop == "documents":
            return [{"int": candidate.documents}]
        facts = candidate.facts.get(prop, ())
        if prop == "within":
            facts = tuple(sorted(facts, key=self._depth))
        return [self._write_value(fact, prop) for fact in facts]

    def _write_value(self, fact: Fact, prop: str) -> dict[str, Any]:
        if fact.ref is not None:
            return {"id": fact.ref, "name": self.lookup.candidates[fact.ref].name}
        return {"float": float(fact.text)} if prop in _NUMBERS else {"str": fact.text}


def build_reconciler(service: QueryAnswering) -> Reconciler:
    """Read the things and their names from the graph that a service answers from.

    Raises:
        QueryError: the graph gives no answer.
    """
    candidates = read_candidates(service)
    held = {kind for candidate in candidates for kind in candidate.types}
    return Reconciler(NameLookup(candidates), tuple(kind for kind in read_types(service) if kind.id in held))
