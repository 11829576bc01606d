"""Names that people can read for the things of the graph, made of what is reported of them and never of more.

A name says the kind of a thing, its codes in words, the place to the county and the date to the month at most: it may
stand beside the names of other accounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, ONTOLOGY
from nkgraph.sparql import QueryAnswering
from nkgraph.tables import Cell
from nkgraph.tokens import write_terms
from nkgraph.web.kinds import DATED, JUDGED, KINDS, OURS, PLAIN
from nkgraph.web.lookups import PROLOGUE, Row, ask_rows

__all__ = ["Name", "coarsen_date", "name_things", "natural_key", "shorten_text"]

_BATCH: Final = 200
_LONGEST: Final = 160

_LABELS: Final = ("label", "prefLabel", "name", "title", "surname")

# ``place`` names an area from the county up: what is finer stays on the page of its one event
_FACTS: Final = (
    PROLOGUE
    + """
SELECT DISTINCT ?s ?p ?o ?words WHERE {
  VALUES ?s { %s }
  VALUES ?p { %s }
  ?s ?p ?o .
  FILTER(?p != nk:place || EXISTS { VALUES ?area { nk:County nk:Prefecture nk:Province nk:Country } ?o a ?area })
  OPTIONAL { ?o rdfs:label|skos:prefLabel|nk:name|dcterms:title|nk:number ?words }
} ORDER BY ?s ?p ?o ?words"""
)
_PROPERTIES: Final = " ".join(
    [
        "rdf:type",
        "rdfs:label",
        "skos:prefLabel",
        "dcterms:title",
        *sorted(
            {f"nk:{name}" for names in KINDS.values() for name in names if name != "title"}
            | {
                f"nk:{name}"
                for name in ["name", "surname", "title", "place", "date", "inAccount", "valueMin", "valueMax", "unit"]
            }
        ),
    ]
)


@attrs.frozen
class Name:
    """How a thing is called: in words, and of which kind, in which account, where and when it is reported to be."""

    text: str
    kind: str | None = None
    kind_words: str | None = None
    account: str | None = None
    where: str = ""
    when: str = ""
    is_reported: bool = False

    @property
    def full(self) -> str:
        """The words with the place (to the county) and the date (to the month)."""
        return ", ".join(part for part in (self.text, self.where, self.when) if part)

    @property
    def short(self) -> str:
        """The words without the word for the kind, for lists of one kind."""
        rest = self.text.removeprefix(self.kind_words or "").lstrip(", ")
        return self.text if not rest or rest[0].isdigit() else rest

    @property
    def rank(self) -> int:
        """The place of its kind in lists of several kinds."""
        return list(KINDS).index(self.kind) if self.kind in KINDS else len(KINDS)

    @property
    def heading(self) -> str:
        """The heading of its own page: what is reported says so, and our own judgement that it is ours."""
        before = "our " if self.kind in JUDGED else "reported: " if self.is_reported else ""
        told = f" (account {self.account})" if self.account and self.kind != "Narrator" else ""
        return before + self.full + told


def coarsen_date(date: str) -> str:
    """Return a date, or an interval, to the month at most.

    >>> coarsen_date("2004-07-14/2005-01-02"), coarsen_date("1999")
    ('2004-07/2005-01', '1999')
    """
    return re.sub(r"(\d{4}-\d{2})-\d{2}", r"\1", date)


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which numbers in names are sorted as numbers.

    >>> sorted(["case-10", "case-9"], key=natural_key)
    ['case-9', 'case-10']
    """
    parts = re.findall(r"\d+|\D+", text.casefold())
    return tuple((0, int(p), "") if p.isdecimal() and p.isascii() else (1, 0, p) for p in parts)


def shorten_text(text: str, longest: int = _LONGEST) -> str:
    """Return a text that fits a heading, ended between words.

    >>> shorten_text("one two three", 9)
    'one two …'
    """
    return text if len(text) <= longest else text[: longest - 1].rpartition(" ")[0] + " …"


def _words_of_path(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2].replace("-", " ")


def _join(facts: Mapping[str, list[str]], names: Iterable[str]) -> str:
    return ", ".join(word for name in names for word in facts.get(name, ()))


def _say(iri: str, kind: str, word: str, facts: Mapping[str, list[str]]) -> str:
    """Return the words for a thing of a kind."""
    said = _join(facts, KINDS[kind])
    if kind == "Account":
        return f"account {said}"
    if kind == "Passage":
        return said.replace("_", " ").replace(", ", " ") if "number" in facts else _words_of_path(iri)
    if kind == "Narrator":
        person = " ".join([*facts.get("title", ())[:1], said]).strip()
        return f"{person}, narrator of account {facts['inAccount'][0]}" if "inAccount" in facts else person
    if kind in {"Person", "PersonGroup"}:
        return f"{word}, {_words_of_path(iri)}"
    if kind in {"StatisticalStatement", "PriceBand"}:
        values = list(dict.fromkeys([*facts.get("valueMin", ()), *facts.get("valueMax", ())]))
        amount = " ".join([" to ".join(values), *facts.get("unit", ())]) if values else ""
        return ": ".join(part for part in (said, amount) if part)
    if kind == "AllegedBreach":
        return f"alleged by {_join(facts, ['allegedBy']) or 'the document'}: {_join(facts, ['conduct'])}"
    if kind == "ContextStatement":
        return f"stated: {said}"
    if kind in PLAIN:
        return said
    return f"{word}{' ' if said[:1].isdigit() else ', '}{said}" if said else word


def _build_name(iri: str, types: Mapping[str, str], facts: Mapping[str, list[str]]) -> Name | None:
    """Return the name of a thing by its types (local name to words) and its other facts, or None if none can be made."""
    kind = next((name for name in KINDS if name in types), None)
    label = next((facts[name][0] for name in _LABELS if name in facts), "")
    first = min(types, default=None)
    if kind is None or kind == "Claim":
        return Name(shorten_text(label), first, types.get(first or "")) if label else None
    text = _say(iri, kind, types[kind] or kind, facts)
    dated = kind in DATED
    return Name(
        shorten_text(text or label or _words_of_path(iri)),
        kind,
        types[kind],
        facts["inAccount"][0] if "inAccount" in facts else None,
        ", ".join(facts.get("place", ())) if dated else "",
        coarsen_date(facts["date"][0]) if dated and "date" in facts else "",
        iri.startswith(BASE + "id/") and kind not in OURS,
    )


def _read(rows: Iterable[Row]) -> dict[str, Name]:
    types: dict[str, dict[str, str]] = {}
    facts: dict[str, dict[str, list[str]]] = {}
    seen: set[tuple[Cell, ...]] = set()
    for row in rows:
        # of the labels of one value, the first
        key = (row["s"], row["p"], row["o"])
        if key in seen:
            continue
        seen.add(key)
        thing, prop, value, words = row["s"], row["p"], row["o"], row["words"]
        assert isinstance(thing, ox.NamedNode)
        assert isinstance(prop, ox.NamedNode)
        said = words.value if isinstance(words, ox.Literal) else value.value if isinstance(value, ox.Literal) else None
        name = re.split(r"[#/]", prop.value)[-1]
        own = facts.setdefault(thing.value, {})
        if name == "type" and isinstance(value, ox.NamedNode):
            if value.value.startswith(ONTOLOGY):
                types.setdefault(thing.value, {}).setdefault(value.value.removeprefix(ONTOLOGY), said or "")
        elif said is not None and said not in own.setdefault(name, []):
            own[name].append(said)
    found = {iri: _build_name(iri, types.get(iri, {}), own) for iri, own in facts.items()}
    return {iri: name for iri, name in found.items() if name is not None}


def name_things(service: QueryAnswering, iris: Iterable[str]) -> dict[str, Name]:
    """Return the names of those of some things that have one.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    listed = list(dict.fromkeys(iris))
    found: dict[str, Name] = {}
    for start in range(0, len(listed), _BATCH):
        terms = {f"s{n}": ox.NamedNode(iri) for n, iri in enumerate(listed[start : start + _BATCH])}
        query = write_terms(_FACTS % (" ".join("?" + name for name in terms), _PROPERTIES), terms)
        found |= _read(ask_rows(service, query))
    return found
