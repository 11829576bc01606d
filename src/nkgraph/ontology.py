"""The ontology read as a model: which types, properties and codes a claim may use, and what their values are.

The Turtle files of ``ontology/`` are the one source; nothing about a property is written twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import ONTOLOGY, PREFIXES, ontology_iri, shorten

__all__ = [
    "CLAIM_TYPES",
    "MADE",
    "SHORTHANDS",
    "Property",
    "Vocabulary",
    "find_wrong_mark",
    "load_vocabulary",
    "nearest",
    "read_turtle",
    "turtle_files",
]

#: The types that what a claim says, or a thing nested in it, can have; the others are of reference data, or follow.
CLAIM_TYPES: Final = frozenset(
    (
        *("Narrator", "Person", "PersonGroup", "AgeStatement", "Transfer", "TransferCount", "Payment", "Participation"),
        *("Crossing", "RouteStep", "Union", "Birth", "Custody", "Harm", "Work", "PapersEvent", "ConsentStatement"),
        *("Episode", "Judgement", "FigureJudgement", "InstrumentMention", "StatePosition", "ProvisionCitation"),
        *("AllegedBreach", "Recommendation", "OrganisationMention", "NamedPerson", "Incident", "ContextStatement"),
        *("CaseCharacterisation", "ReportTable", "StatisticalStatement", "PriceBand", "InterviewSeries"),
        *("Citation", "CitedWork"),
    )
)
#: The properties that ``nkgraph build`` makes of what claims say; no claim writes them.
MADE: Final = frozenset(
    (
        *("begin", "end", "daysMin", "daysMax", "event", "person", "inAccount", "involves"),
        *("involvesUnder18", "involves18OrOver", "judgedDifferent", "judgedSameEvent", "judgedSamePerson"),
        *("possiblySameEvent", "possiblySamePerson", "sameEventAs", "sameWomanAs"),
        *("toldPriceMin", "toldPriceMax", "toldYear"),
        *("paymentForOne", "countedAs", "inProvince", "figure", "figureOrigin", "sameFigureAs", "sameSourceAs"),
        *("judgedSameSource", "judgedRepeating", "countedApartFrom", "besideClaim", "againstClaim"),
        *("contradictsInAge", "contradictsInAnalysis", "contradictsInBirthYear", "contradictsInChildrenBefore"),
        *("contradictsInDate", "contradictsInFigure", "contradictsInMaritalStatus", "contradictsInOrder"),
        *("contradictsInPartnerAge", "contradictsInPartnerOrigin", "contradictsInProvince", "contradictsInSum"),
        *("contradicts", "contradictsInSurname", "firstSaidBy", "birthYearSaidBy", "childrenBeforeSaidBy"),
        *("partnerAgeSaidBy", "ageSaidBy"),
        *("asksStatus", "bringsUp", "bringsUpProvision", "underState"),
        *("inForceAtEvent", "notInForceAtEvent", "openAtEvent", "harmInCustody", "isFactor"),
        *("firstEventUnder18", "firstEvent18OrOver", "notWeighedIn", "toldBefore", "claimedBefore", "saidBefore"),
    )
)
#: Keys of a claim file that stand for two properties with one value.
SHORTHANDS: Final = {"amount": ("amountMin", "amountMax"), "value": ("valueMin", "valueMax")}

#: How like a type another must be to be named as nearest, and how many properties of a type a message lists.
_LIKE_TYPE: Final = 0.7
_FEW: Final = 12
_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_OWL: Final = PREFIXES["owl"]
_SKOS: Final = PREFIXES["skos"]
_SCHEMA: Final = PREFIXES["schema"]


@attrs.frozen
class Property:
    """A property of the ontology: on which classes it is used, and what its values are.

    ``ranges`` are class or datatype IRIs; ``scheme`` the key of the concept scheme whose codes it takes, if any.
    """

    name: str
    iri: str
    domains: frozenset[str]
    ranges: tuple[str, ...]
    scheme: str | None
    is_literal: bool


@attrs.frozen
class Vocabulary:
    """Everything a claim may say: classes with their superclasses, properties, codes, and the words that carry a code."""

    classes: Mapping[str, frozenset[str]]
    properties: Mapping[str, Property]
    codes: Mapping[str, Mapping[str, str]]
    cues: Mapping[str, tuple[str, ...]]
    quads: tuple[ox.Quad, ...]

    def superclasses(self, name: str) -> frozenset[str]:
        """Return the class and all its superclasses, by name."""
        return self.classes[name]

    def properties_of(self, class_name: str) -> frozenset[str]:
        """Return the names of the properties used on a class or one of its superclasses."""
        above = self.superclasses(class_name)
        return frozenset(name for name, prop in self.properties.items() if prop.domains & above)

    def find_type_problem(self, kind: str, *, of_claim: bool) -> tuple[str | None, str | None]:
        """Return why a text is no type, and for a claim those that there are; nothing where it is one."""
        if kind in self.classes:
            return None, None
        likely = nearest(kind, self.classes, likeness=_LIKE_TYPE)
        listed = f"a claim can have {', '.join(sorted(CLAIM_TYPES & self.classes.keys()))}"
        return f"unknown type {kind!r}{likely}", listed if of_claim and not likely else None

    def find_property_problem(self, key: str, kind: str | None) -> tuple[str | None, str | None]:
        """Return why a key is no property of a type, and those that it has if they are few; nothing where it is one."""
        allowed = self.properties_of(kind) if kind else frozenset(self.properties)
        prop = self.properties.get(SHORTHANDS[key][0] if key in SHORTHANDS else key)
        if prop is not None and prop.name in MADE:
            return f"{key!r} is worked out by `nkgraph build`, and no claim states it", "leave it out"
        if prop is not None and prop.name in allowed:
            return None, None
        known = (allowed - MADE) | {short for short, (first, _) in SHORTHANDS.items() if first in allowed}
        few = kind and 0 < len(allowed - MADE) <= _FEW
        remedy = f"{kind} has {', '.join(sorted(known))}" if few else "see docs/codebook.md"
        if prop is not None:
            return f"{key!r} is no property of {kind}, but of {', '.join(sorted(prop.domains)) or 'nothing'}", remedy
        return f"unknown property {key!r}{f' of {kind}' if kind else ''}{nearest(key, known)}", remedy


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.5) -> str:
    """Return `` (nearest: …)`` naming the known word most like ``word``, or nothing where none is like it.

    ``likeness`` is how like it must be, from 0 to 1 (the same).

    >>> nearest("buyerRol", ["buyer", "buyerRole", "place"])
    ' (nearest: buyerRole)'
    """
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    found = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=likeness)
    return f" (nearest: {folded[found[0]]})" if found else ""


def find_wrong_mark(name: str, prefixes: Iterable[str] = ()) -> str:
    """Return what is wrong with a name that is no identifier: a character, its prefix, or a part without letters.

    >>> find_wrong_mark("case-1/sale_1"), find_wrong_mark("plaec:yanji", ["place"])
    ("'_' may not stand in it", "the prefix 'plaec' is not known (nearest: place)")
    """
    known = frozenset(prefixes)
    prefix, colon, local = name.partition(":") if known else ("", "", name)
    for mark in local if colon else name:
        if not (mark.isalnum() or mark in "-./"):
            return f"{'a blank' if mark == ' ' else repr(mark)} may not stand in it"
    if colon and prefix not in known:
        return f"the prefix {prefix!r} is not known{nearest(prefix, known)}"
    return "a part of it has no letter or digit"


def turtle_files(folder: Path) -> list[Path]:
    """Return the Turtle files below a folder, sorted."""
    return sorted(folder.rglob("*.ttl"))


def read_turtle(path: Path) -> list[ox.Triple]:
    """Return the triples of a Turtle file.

    Raises:
        VocabularyError: it is not Turtle, or holds a blank node (nested things have IRIs here).
    """
    try:
        triples = [q.triple for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise VocabularyError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise VocabularyError(f"cannot be read ({error.strerror})", path=path) from error
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
            message = f"holds a blank node (at {shorten(triple.predicate.value)})"
            raise VocabularyError(message, path=path, remedy="give the nested thing an IRI")
    return triples


def _check_schemes(folder: Path, path: Path, triples: Iterable[ox.Triple]) -> None:
    """Refuse a property coded in a scheme that has no file in ``schemes/``."""
    schemes = {scheme.stem for scheme in (folder / "schemes").glob("*.ttl")}
    for triple in triples:
        if triple.predicate.value == ontology_iri("codedIn") and isinstance(triple.object, ox.NamedNode):
            scheme = triple.object.value.removeprefix(PREFIXES["code"])
            if scheme not in schemes and isinstance(triple.subject, ox.NamedNode):
                message = f"{_local(triple.subject.value)} is coded in {scheme!r}, and there is no such scheme"
                remedy = f"write schemes/{scheme}.ttl" if not nearest(scheme, schemes) else None
                raise VocabularyError(message + nearest(scheme, schemes), path=path, remedy=remedy)


def _local(iri: str) -> str:
    return iri.removeprefix(ONTOLOGY)


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path) -> Vocabulary:
    """Return the vocabulary of an ontology folder.

    Raises:
        VocabularyError: a file is not Turtle, or a property is coded in a scheme that does not exist.
    """
    triples: set[ox.Triple] = set()
    for path in turtle_files(folder):
        found = read_turtle(path)
        _check_schemes(folder, path, found)
        triples.update(found)
    objects: dict[tuple[str, str], list[str]] = {}
    typed: dict[str, set[str]] = {}
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode)
        subject, predicate = triple.subject.value, triple.predicate.value
        value = triple.object.value if isinstance(triple.object, ox.NamedNode | ox.Literal) else ""
        objects.setdefault((subject, predicate), []).append(value)
        if predicate == _RDF + "type":
            typed.setdefault(value, set()).add(subject)
    for values in objects.values():
        values.sort()
    codes, cues = _read_codes(objects, typed)
    properties = _read_properties(objects, typed, codes)
    graph = ox.NamedNode(PREFIXES["graph"] + "ontology")
    quads = tuple(sorted((ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples), key=str))
    return Vocabulary(_read_classes(objects, typed), properties, codes, cues, quads)


def _read_classes(
    objects: Mapping[tuple[str, str], list[str]], typed: Mapping[str, set[str]]
) -> dict[str, frozenset[str]]:
    names = {iri for iri in typed.get(_OWL + "Class", set()) if iri.startswith(ONTOLOGY)}

    def climb(iri: str, seen: frozenset[str]) -> frozenset[str]:
        above = frozenset({iri})
        for parent in objects.get((iri, _RDFS + "subClassOf"), []):
            if parent in names and parent not in seen:
                above |= climb(parent, seen | above)
        return above

    return {_local(iri): frozenset(_local(a) for a in climb(iri, frozenset())) for iri in sorted(names)}


def _read_codes(
    objects: Mapping[tuple[str, str], list[str]], typed: Mapping[str, set[str]]
) -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]:
    codes: dict[str, dict[str, str]] = {}
    cues: dict[str, tuple[str, ...]] = {}
    for concept in sorted(typed.get(_SKOS + "Concept", set())):
        for scheme in objects.get((concept, _SKOS + "inScheme"), []):
            for notation in objects.get((concept, _SKOS + "notation"), []):
                codes.setdefault(scheme.removeprefix(PREFIXES["code"]), {})[notation] = concept
        cues[concept] = tuple(objects.get((concept, _SKOS + "hiddenLabel"), []))
    return codes, cues


def _read_properties(
    objects: Mapping[tuple[str, str], list[str]], typed: Mapping[str, set[str]], codes: Mapping[str, Mapping[str, str]]
) -> dict[str, Property]:
    properties = {}
    literal = typed.get(_OWL + "DatatypeProperty", set())
    for iri in sorted(literal | typed.get(_OWL + "ObjectProperty", set())):
        if not iri.startswith(ONTOLOGY):
            continue
        schemes = [s.removeprefix(PREFIXES["code"]) for s in objects.get((iri, ontology_iri("codedIn")), [])]
        if schemes and schemes[0] not in codes:
            raise VocabularyError(f"{_local(iri)} is coded in {schemes[0]!r}, and that scheme holds no code")
        domains = frozenset(_local(d) for d in objects.get((iri, _SCHEMA + "domainIncludes"), []))
        ranges = tuple(objects.get((iri, _SCHEMA + "rangeIncludes"), []))
        properties[_local(iri)] = Property(
            _local(iri), iri, domains, ranges, schemes[0] if schemes else None, iri in literal
        )
    return properties
