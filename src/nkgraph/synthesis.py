"""Invented data of the shape of a graph, any number of times over: for measuring, never for reading.

Each copy has things of its own. Their IRIs are numbers, their words are the word "invented" and a number, and their dates,
numbers and codes are others, so that no copy tells again what anyone told. What keeps its place is what a rule or a query
costs by: how many things there are, of which types, and how they hang together. The ontology, the codes, the states and
the law are there once and unchanged.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import attrs
import pyoxigraph as ox

from nkgraph.errors import BuildError
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, graph_iri

__all__ = ["INVENTED", "NOTICE", "invent"]

#: The graph that says what this is.
INVENTED: Final = ox.NamedNode(graph_iri("invented"))
NOTICE: Final = (
    "Invented data for measuring. Nothing in it was reported by anyone, and no person, event, place, work or "
    "document of it exists."
)
#: The kinds of IRIs whose things each copy has for itself.
_OWN: Final = frozenset({"claim", "id", "org", "place", "span", "work"})
_OWN_GRAPHS: Final = graph_iri("document/")
_CODES: Final = PREFIXES["code"]
_XSD: Final = PREFIXES["xsd"]
#: A year, or a decade of EDTF (199X).
_YEAR: Final = re.compile(r"(?<![\d.])((?:1[89]|20)\d)([\dX])(?!\d)")
_NUMBERS: Final = frozenset(_XSD + name for name in ("integer", "decimal", "nonNegativeInteger", "positiveInteger"))
_DATES: Final = frozenset(
    (*(_XSD + name for name in ("date", "gYear", "gYearMonth", "dateTime")), PREFIXES["edtf"] + "EDTF")
)
#: By how many years, and times how many hundredths, what is said of one thing is moved.
_YEARS: Final = (-9, -7, -5, -4, -3, -2, 2, 3, 4, 5, 7, 9)
_HUNDREDTHS: Final = (40, 60, 75, 125, 150, 175, 250)

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@attrs.frozen
class _Renamed:
    """A thing of which each copy has its own: the beginning of its IRI, and its number."""

    prefix: str
    number: int
    suffix: str


@attrs.frozen
class _Word:
    """Words, by number: what is the same in the graph is the same in each copy."""

    number: int
    language: str | None
    datatype: ox.NamedNode


@attrs.frozen
class _Moved:
    """A date or a number, which moves with all others of its subject."""

    literal: ox.Literal
    seed: int


@attrs.frozen
class _Code:
    """A code: any of those that the graph holds in its place."""

    codes: tuple[ox.NamedNode, ...]
    seed: int


_Slot: TypeAlias = _Term | _Renamed | _Word | _Moved | _Code


def invent(quads: Iterable[ox.Quad], copies: int, *, provenance: bool = False) -> Iterator[ox.Quad]:
    """Yield what is in each copy and what all of them share; the same quads for the same graph, in the same order.

    ``quads`` are those asserted of a graph. ``provenance``: with what is said of the claims themselves (their spans and
    coders), which is six times as much as what they say.

    >>> base = "https://w3id.org/nkgraph/"
    >>> born = ox.NamedNode(base + "ontology#birthYear")
    >>> year = ox.Literal("1970", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    >>> said = ox.Quad(ox.NamedNode(base + "id/a-report/case-1/narrator"), born, year, ox.NamedNode(base + "claim/a-report/1"))
    >>> notice, first, second = invent([said], 2)
    >>> first.subject.value, first.object.value != "1970"
    ('https://w3id.org/nkgraph/id/invented-1-1/n1', True)
    >>> second.subject.value
    'https://w3id.org/nkgraph/id/invented-2-1/n1'

    Raises:
        BuildError: less than one copy is asked for.
    """
    if copies < 1:
        raise BuildError(f"{copies} copies cannot be made", remedy="ask for one or more")
    read = sorted({q for q in quads if provenance or q.graph_name != PROVENANCE}, key=str)
    shared, own = _Template(read).divide()
    yield ox.Quad(INVENTED, ox.NamedNode(PREFIXES["rdfs"] + "comment"), ox.Literal(NOTICE, language="en"), INVENTED)
    yield from shared
    for copy in range(1, copies + 1):
        yield from _fill(own, copy)


class _Template:
    """A graph in which what each copy replaces is an open slot."""

    def __init__(self, quads: list[ox.Quad]) -> None:
        self.quads = quads
        subjects = {q.subject for q in quads if isinstance(q.subject, ox.NamedNode)}
        self.schema = {name for name in subjects if not _is_own(name.value)}
        self.slots: dict[ox.NamedNode, _Renamed] = {}
        self.documents: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self.codes: dict[ox.NamedNode, tuple[ox.NamedNode, ...]] = {}

    def divide(self) -> tuple[list[ox.Quad], list[tuple[_Slot, ox.NamedNode, _Slot, _Slot]]]:
        """Return the quads that all copies share, and for the others the slots to fill."""
        shared: list[ox.Quad] = []
        own: list[ox.Quad] = []
        for q in self.quads:
            names = (term.value for term in (q.subject, q.object, q.graph_name) if isinstance(term, ox.NamedNode))
            (own if any(map(_is_own, names)) else shared).append(q)
        codes: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
        for q in own:
            if isinstance(q.object, ox.NamedNode) and q.object.value.startswith(_CODES):
                codes[q.predicate].append(q.object)
        self.codes = {predicate: tuple(found) for predicate, found in codes.items()}
        return shared, [self._open(q) for q in own]

    def _open(self, q: ox.Quad) -> tuple[_Slot, ox.NamedNode, _Slot, _Slot]:
        graph = q.graph_name
        assert isinstance(q.subject, ox.NamedNode) and isinstance(graph, ox.NamedNode)
        thing: _Slot = q.object
        if isinstance(thing, ox.Literal):
            thing = self._open_literal(thing, q.subject)
        elif isinstance(thing, ox.NamedNode):
            if q.predicate in self.codes and thing.value.startswith(_CODES):
                thing = _Code(self.codes[q.predicate], _seed(str(q.triple)))
            elif q.predicate.value != PREFIXES["rdf"] + "type":
                thing = self._open_name(thing)
        return self._open_name(q.subject), q.predicate, thing, self._open_name(graph)

    def _open_literal(self, literal: ox.Literal, subject: ox.NamedNode) -> _Slot:
        datatype = literal.datatype.value
        if datatype == _XSD + "boolean":
            return literal
        if datatype in _NUMBERS or datatype in _DATES:
            return _Moved(literal, _seed(subject.value))
        number = self.words.setdefault(literal.value, len(self.words) + 1)
        return _Word(number, literal.language, literal.datatype)

    def _open_name(self, name: ox.NamedNode) -> _Slot:
        if (name.value.startswith(BASE) and not _is_own(name.value)) or name in self.schema:
            return name
        if name not in self.slots:
            self.slots[name] = self._number(name.value)
        return self.slots[name]

    def _number(self, iri: str) -> _Renamed:
        local = iri.removeprefix(BASE) if iri.startswith(BASE) else "id/elsewhere/" + iri
        in_graph = iri.startswith(_OWN_GRAPHS)
        kind, _, rest = ("graph/document", "", iri.removeprefix(_OWN_GRAPHS)) if in_graph else local.partition("/")
        if kind not in {"claim", "graph/document", "id", "span"}:
            return _Renamed(f"{BASE}{kind}/invented-", len(self.slots) + 1, "")
        slug, _, inner = rest.partition("/")
        document = self.documents.setdefault(slug, len(self.documents) + 1)
        suffix = f"-{document}/n{len(self.slots) + 1}" if inner else f"-{document}"
        return _Renamed(f"{BASE}{kind}/invented-", 0, suffix)


def _is_own(iri: str) -> bool:
    if not iri.startswith(BASE) or iri.startswith(ONTOLOGY):
        return False
    return iri.removeprefix(BASE).partition("/")[0] in _OWN or iri.startswith(_OWN_GRAPHS)


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())


def _fill(own: Iterable[tuple[_Slot, ox.NamedNode, _Slot, _Slot]], copy: int) -> Iterator[ox.Quad]:
    filled: dict[int, _Term] = {}

    def fill(slot: _Slot) -> _Term:
        place = id(slot)
        term = filled.get(place)
        if term is None:
            term = filled[place] = _make(slot, copy)
        return term

    for subject, predicate, thing, graph in own:
        yield ox.Quad(fill(subject), predicate, fill(thing), fill(graph))  # type: ignore[arg-type]


def _make(slot: _Slot, copy: int) -> _Term:
    if isinstance(slot, _Renamed):
        number = f"-{slot.number}" if slot.number else ""
        return ox.NamedNode(f"{slot.prefix}{copy}{number}{slot.suffix}")
    if isinstance(slot, _Word):
        text = f"invented {copy}-{slot.number}"
        if slot.language is not None:
            return ox.Literal(text, language=slot.language)
        return ox.Literal(
            text.replace(" ", "-") if slot.datatype.value == _XSD + "anyURI" else text, datatype=slot.datatype
        )
    if isinstance(slot, _Code):
        return slot.codes[_mix(slot.seed, copy) % len(slot.codes)]
    if isinstance(slot, _Moved):
        return ox.Literal(_move(slot.literal, _mix(slot.seed, copy)), datatype=slot.literal.datatype)
    return slot


def _mix(seed: int, copy: int) -> int:
    """Return a number that depends on both, evenly."""
    mixed = (seed ^ copy * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return mixed ^ mixed >> 31


def _move(literal: ox.Literal, mixed: int) -> str:
    """Return another date or number: of one thing all move alike, so that a beginning stays before its end."""
    text = literal.value
    if literal.datatype.value in _DATES or _YEAR.fullmatch(text):
        years = _YEARS[mixed % len(_YEARS)]
        return _YEAR.sub(lambda found: _move_year(found, years), text).replace("-02-29", "-02-28")
    hundredths = _HUNDREDTHS[mixed % len(_HUNDREDTHS)]
    if "." in text:
        return f"{float(text) * hundredths / 100:.2f}"
    return str(-(-int(text) * hundredths // 100))


def _move_year(found: re.Match[str], years: int) -> str:
    decade, digit = found.groups()
    return f"{int(decade) + (1 if years > 0 else -1)}X" if digit == "X" else str(int(found.group()) + years)
