"""The words of an explanation: triples, sources and searches as sentences, in the voice of a report."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, shorten
from nkgraph.proofs.citing import Citation, Quoted
from nkgraph.proofs.telling import Explanation
from nkgraph.reasoning.rules import Pattern, Slot, Variable

__all__ = [
    "say_citation",
    "say_how",
    "say_place",
    "say_property",
    "say_searched",
    "say_span",
    "say_status",
    "say_term",
    "say_title",
    "say_triple",
    "say_unknown",
    "write_short",
]

#: What properties of RDF, RDFS and OWL say of things.
_SAID: Final = {
    PREFIXES["rdf"] + "type": "is recorded as",
    PREFIXES["rdfs"] + "subClassOf": "is a kind of",
    PREFIXES["rdfs"] + "subPropertyOf": "is a case of",
    PREFIXES["rdfs"] + "domain": "is told of",
    PREFIXES["rdfs"] + "range": "has as its value",
    PREFIXES["owl"] + "inverseOf": "is the other direction of",
    PREFIXES["owl"] + "onProperty": "looks at the property",
    PREFIXES["owl"] + "hasValue": "asks for the value",
    PREFIXES["owl"] + "someValuesFrom": "asks for some value among",
    PREFIXES["owl"] + "allValuesFrom": "says that each value is among",
    PREFIXES["owl"] + "equivalentClass": "is the same class as",
    PREFIXES["owl"] + "disjointWith": "has nothing in common with",
    PREFIXES["owl"] + "propertyChainAxiom": "follows along the properties",
}
_NUMBERS: Final = frozenset(
    PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "gYear", "date", "dateTime")
)
#: Characters of a literal that a line shows.
_LONGEST: Final = 120


def say_term(slot: Slot | ox.Triple, names: Mapping[str, str]) -> str:
    """Return a term in words: the name of a thing or its short IRI, a literal in quotation marks, a variable as open."""
    if isinstance(slot, Variable):
        return f"something (?{slot.name})"
    if isinstance(slot, ox.NamedNode):
        return names.get(slot.value) or _SAID.get(slot.value) or _say_kind(slot.value) or shorten(slot.value)
    if isinstance(slot, ox.Literal):
        if slot.datatype.value == PREFIXES["xsd"] + "boolean":
            return "yes" if slot.value in {"true", "1"} else "no"
        if slot.datatype.value in _NUMBERS:
            return slot.value
        text = " ".join(slot.value.split())
        return f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"
    return "a class described in the ontology" if isinstance(slot, ox.BlankNode) else str(slot)


def _say_kind(iri: str) -> str:
    """Return what OWL calls a kind of property or class, in words; nothing for other IRIs."""
    owl = PREFIXES["owl"]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", iri.removeprefix(owl)).lower() if iri.startswith(owl) else ""


def say_triple(triple: ox.Triple | Pattern, names: Mapping[str, str]) -> str:
    """Return a triple in words.

    >>> is_a = ox.NamedNode(PREFIXES["rdf"] + "type")
    >>> triple = ox.Triple(ox.NamedNode(BASE + "place/yanji"), is_a, ox.NamedNode(PREFIXES["nk"] + "County"))
    >>> say_triple(triple, {PREFIXES["nk"] + "County": "county"})
    'place:yanji – is recorded as – county'
    """
    middle = say_property(triple.predicate, names)
    return f"{say_term(triple.subject, names)} – {middle} – {say_term(triple.object, names)}"


def say_property(predicate: ox.NamedNode, names: Mapping[str, str]) -> str:
    """Return what a property says, in words."""
    iri = predicate.value
    return _SAID.get(iri) or names.get(iri) or shorten(iri)


def write_short(triple: ox.Triple | Pattern) -> str:
    """Return a triple as it can be asked for again: IRIs by our prefixes, literals as in SPARQL."""
    return " ".join(_short(slot) for slot in (triple.subject, triple.predicate, triple.object))


def _short(slot: Slot | ox.Triple) -> str:
    if isinstance(slot, ox.NamedNode):
        short = shorten(slot.value)
        return short if short != slot.value else str(slot)
    if isinstance(slot, ox.Literal):
        plain = slot.language is not None or slot.datatype.value == PREFIXES["xsd"] + "string"
        return str(slot) if plain else f"{ox.Literal(slot.value)}^^{shorten(slot.datatype.value)}"
    return str(slot)


def say_status(explanation: Explanation) -> str:
    """Return in one sentence what is explained."""
    proof = explanation.proof
    if proof is None:
        return "This is not in the graph. That is no “no”: nothing says it, and no rule concludes it."
    if proof.triple is None:
        return "What stands below cannot hold together."
    if proof.rule is None:
        return "This is asserted."
    return "This is not asserted; it follows, by rules, from what is."


def say_unknown(iri: str, near: str) -> str:
    """Return that the graph holds nothing of an IRI, with the most similar one that there is."""
    return f"The graph holds nothing at all of {shorten(iri)}" + (f"; did you mean {shorten(near)}?" if near else ".")


def say_place(citation: Citation) -> str:
    """Return where the words of a claim stand: document, then for each passage its characters and numbers of words."""
    parts = [say_title(citation)]
    for name, spans in itertools.groupby(citation.words, key=lambda words: words.passage_name):
        parts.append(", ".join(part for part in (name, " and ".join(map(say_span, spans))) if part))
    if not citation.words and citation.passage_name:
        parts.append(citation.passage_name)
    return ", ".join(parts)


def say_span(words: Quoted) -> str:
    """Return where words stand, and how many they are.

    >>> say_span(Quoted("urn:a", 4, 16, 3))
    'characters 4–16 (3 words)'
    """
    count = "" if words.count is None else f" ({words.count} word{'s' if words.count != 1 else ''})"
    return f"characters {words.start}–{words.end}{count}"


def say_title(citation: Citation) -> str:
    """Return the title of what asserts a leaf: of a document without its subtitle; of other data what they are."""
    if citation.is_claim:
        return citation.title.partition(": ")[0]
    kind, _, name = citation.title.partition(": ")
    said = {
        "document": f"what is recorded of the document {name}",
        "ontology": "the ontology",
        "provenance": "what is recorded of the making of this graph",
        "reference": f"reference data, {name}",
        "vocabulary": f"the vocabulary {name}",
    }
    return said.get(kind, citation.title)


def say_how(citation: Citation) -> str:
    """Return how a claim was read from its words, who is reported to speak, and from which claims it was derived."""
    told = {"speaker": citation.speaker, "by way of": citation.via, "recorded by": citation.recorded_by}
    parts = [citation.how, *(f"{role} {who.replace('_', ' ')}" for role, who in told.items() if who)]
    if citation.sources:
        parts.append(f"derived from {', '.join(source.removeprefix(BASE + 'claim/') for source in citation.sources)}")
    return ", ".join(part for part in parts if part)


def say_citation(citation: Citation) -> str:
    """Return what asserts a leaf: a claim with its place and how it was read, or the name of a set of other data."""
    if not citation.is_claim:
        return say_title(citation)
    parts = (f"claim {citation.graph.removeprefix(BASE + 'claim/')}", say_place(citation), say_how(citation))
    return "; ".join(part for part in parts if part)


def say_searched(text: str) -> str:
    """Return what was searched for, its IRIs shortened by our prefixes."""
    inner = text[text.index("{") : text.rindex("}") + 1] if "{" in text else text
    pieces = [shorten(p[1:-1]) if p.startswith("<") and p.endswith(">") else p for p in _split_iris(inner)]
    return " ".join("".join(pieces).split())


def _split_iris(text: str) -> Iterable[str]:
    start = 0
    while (open_ := text.find("<http", start)) >= 0 and (close := text.find(">", open_)) >= 0:
        yield text[start:open_]
        yield text[open_ : close + 1]
        start = close + 1
    yield text[start:]
