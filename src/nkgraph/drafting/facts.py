"""Facts by which a draft is measured: what claims and proposals say, family by family, in a form that can be compared.

The same rules read both sides:

- A fact stands in the account whose words say it, or outside accounts in the passage. It counts once there, however many
  claims say it; only events and roles are counted.
- **headings**: title, surname, year of birth and province of a narrator, each a fact.
- **dates**: the date of anything, at the precision stated; of a period, each end. It stands in the passage whose words
  state all its numbers. A date that only repeats a part of another of its passage (the year of a day) is not a second fact,
  nor is the year in the name of an instrument ("the 1951 Convention") a date.
- **sums** and **statistics**: the numbers stated with their currency or unit, whether a bound or the value; whom a figure
  is credited to is **attribution**.
- **places**: where something was, or someone went or came from, below the level of states; only in accounts, where every
  place is to be coded. Elsewhere a place is coded if a claim needs it, and one that is not coded is not wrong.
- **instruments**: each name that a document uses of one, without the article and punctuation; **provisions**: the
  numbers of articles.
- **crossings**, **transfers** (by kind), **roles** (by role): as often as an account tells them.

Derived claims are no draft's business, nor are claims that are not reviewed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import attrs

from nkgraph.drafting.drafter import Proposal, Said
from nkgraph.drafting.gazetteers import fold_name
from nkgraph.model import Claim, Node, Passage, Span
from nkgraph.passages import passage_at

__all__ = ["COUNTED", "FACT_FAMILIES", "Fact", "read_claims_as_facts", "read_proposals_as_facts"]

FACT_FAMILIES: Final = (
    "headings",
    "dates",
    "sums",
    "places",
    "instruments",
    "provisions",
    "statistics",
    "attribution",
    "crossings",
    "transfers",
    "roles",
)
#: Families whose facts are counted in each account.
COUNTED: Final = frozenset({"crossings", "transfers", "roles"})
_DATES: Final = ("date", "period", "workYear")
_PLACES: Final = ("place", "livesIn", "from", "to", "originPlace")
_HEADING: Final = ("title", "surname", "birthYear", "livesIn")
_BOUNDS: Final = (
    (("amountMin", "amount"), ("amountMax",)),
    (("bandMin",), ("bandMax",)),
    (("valueMin", "value"), ("valueMax",)),
)
_MONEY: Final = frozenset({"CNY", "USD", "KPW", "KRW"})


@attrs.frozen
class Fact:
    """One fact: its family, the passage (an account, or the passage itself), and its value, all as texts."""

    family: str
    passage: str
    value: str


Properties = Mapping[str, Sequence[object]]


@attrs.frozen
class _Reader:
    """Reads the facts of things said, of one document."""

    document: str
    passages: tuple[Passage, ...]
    countries: Collection[str]
    accounts: frozenset[str]

    def holder(self, span: Span) -> str:
        """Return the account, or else the passage, that a span stands in."""
        passage = passage_at(self.passages, span.start, span.end)
        return passage.key if passage else ""

    def read(self, kind: str, said: Properties, spans: Sequence[Span], account: str | None) -> Iterator[Fact]:
        first = next((self.holder(span) for span in spans), "")
        if kind == "Narrator":
            yield from (Fact("headings", first, f"{name}={_id(v)}") for name in _HEADING for v in said.get(name, ()))
            return
        for name in _DATES:
            for value in said.get(name, ()):
                if kind != "InstrumentMention" or len(str(value)) > len("1951"):
                    yield from self._dates(str(value), spans)
        if first in self.accounts:
            places = {_id(value) for name in _PLACES for value in said.get(name, ())} - {*self.countries, ""}
            yield from (Fact("places", first, place) for place in places)
        yield from _read_figures(kind, said, first)
        if kind == "InstrumentMention":
            for value in said.get("alias", ()):
                name = re.sub(r"[“”\"'.,:;()]", "", fold_name(str(value))).removeprefix("the ")
                yield Fact("instruments", self.document, name)
        if kind == "ProvisionCitation":
            for value in said.get("article", ()):
                for number in re.findall(r"\d+(?:\.\d+)?(?:\s?\(\w\))*", str(value)):
                    yield Fact("provisions", first, re.sub(r"\s", "", number))
        if kind == "Crossing" and account:
            yield Fact("crossings", account, "crossing")
        if kind == "Transfer" and account:
            yield from (Fact("transfers", account, str(value)) for value in said.get("kind", ()))
        if kind == "Participation" and account:
            yield from (Fact("roles", account, str(value)) for value in said.get("role", ()))

    def _dates(self, value: str, spans: Sequence[Span]) -> Iterator[Fact]:
        """Yield the ends of a date in each passage whose words state all its numbers, or else its year."""
        for side in dict.fromkeys(value.split("/")):
            numbers = [Decimal(part.replace("X", "0")) for part in re.findall(r"\d+X?", side)]
            for needed in (set(numbers), set(numbers[:1])):
                stated = [s for s in spans if needed and needed <= {Decimal(n) for n in s.numbers}]
                if stated:
                    yield from (Fact("dates", holder, side) for holder in dict.fromkeys(map(self.holder, stated)))
                    break


def _read_figures(kind: str, said: Properties, passage: str) -> Iterator[Fact]:
    currency = next((str(v) for v in said.get("currency", ())), None)
    unit = next((str(v) for v in said.get("unit", ())), "")
    for low, high in _BOUNDS:
        numbers = _numbers(said, *low, *high)
        if not numbers:
            continue
        if low != ("valueMin", "value") or unit in _MONEY or (currency and not unit):
            yield Fact("sums", passage, f"{numbers} {currency or unit}")
        else:
            yield Fact("statistics", passage, f"{numbers} {unit}")
        if kind in {"StatisticalStatement", "PriceBand"}:
            for value in said.get("attributedTo", ()):
                yield Fact("attribution", passage, f"{numbers} {fold_name(str(value)).removeprefix('the ')}")


def _numbers(said: Properties, *names: str) -> str:
    """Return the numbers that these properties state, ascending, each once."""
    found = {Decimal(str(value)).normalize() for name in names for value in said.get(name, ())}
    return "..".join(f"{number:f}" for number in sorted(found))


def _id(value: object) -> str:
    """Return the identifier that a value is or, of a thing described in passing, has."""
    if isinstance(value, Node):
        return value.id or ""
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    return str(value)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for values in node.properties.values():
        for value in values:
            if isinstance(value, Node):
                yield from _nodes(value)


def read_claims_as_facts(
    claims: Iterable[Claim], document: str, passages: Sequence[Passage], countries: Collection[str]
) -> list[Fact]:
    """Return the facts that the stated, reviewed claims of a document hold."""
    reader = _make_reader(document, passages, countries)
    kinds = {c.says.id: str(c.says.properties["type"][0]) for c in claims if "type" in c.says.properties}
    facts: list[Fact] = []
    for claim in claims:
        if claim.document != document or claim.how != "stated" or claim.status != "reviewed":
            continue
        key = claim.key.split("/")[0]
        for node in _nodes(claim.says):
            kind = str(node.properties["type"][0]) if "type" in node.properties else kinds.get(node.id, "")
            added = "type" not in node.properties  # a second claim about a thing: no further event, and no heading
            kind = "" if added and kind in {"Narrator", "Crossing"} else kind
            facts += reader.read(kind, node.properties, claim.spans, key if key in reader.accounts else None)
    return _drop_repeated(facts)


def read_proposals_as_facts(
    proposals: Iterable[Proposal], document: str, passages: Sequence[Passage], countries: Collection[str]
) -> list[Fact]:
    """Return the facts that a draft proposes."""
    reader = _make_reader(document, passages, countries)
    facts: list[Fact] = []
    for proposal in proposals:
        key = proposal.key.split("/")[0]
        for said in _said(proposal.says):
            properties = {name: value if isinstance(value, list) else [value] for name, value in said.items()}
            account = key if key in reader.accounts else None
            facts += reader.read(str(said.get("type", "")), properties, proposal.spans, account)
    return _drop_repeated(facts)


def _make_reader(document: str, passages: Sequence[Passage], countries: Collection[str]) -> _Reader:
    return _Reader(document, tuple(passages), countries, frozenset(p.key for p in passages if p.kind == "account"))


def _drop_repeated(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out dates that only repeat a part of a more precise date of their passage."""
    dates = {(fact.passage, fact.value) for fact in facts if fact.family == "dates"}
    coarse = {(passage, value[:end]) for passage, value in dates for end in (4, 7) if len(value) > end}
    return [fact for fact in facts if fact.family != "dates" or (fact.passage, fact.value) not in coarse]


def _said(said: Said) -> Iterator[Said]:
    yield said
    for value in said.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from _said(inner)
