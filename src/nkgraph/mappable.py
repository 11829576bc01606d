"""Which of our things may be mapped to things of others: reference data, codes, terms, documents; never a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.graph import node_types
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, document_iri, normalise_iri, shorten
from nkgraph.model import Claim, Document
from nkgraph.ontology import Vocabulary, nearest

__all__ = ["Mappable", "find_mappable", "is_ours"]

_MAPPED: Final = frozenset(
    {"LegalInstrument", "Provision", "State", "Jurisdiction", "Place", "Organisation", "CitedWork"}
)
_PERSONS: Final = frozenset({"Person", "PersonGroup", "NamedPerson"})
_TERMS: Final = frozenset(PREFIXES["owl"] + name for name in ("Class", "ObjectProperty", "DatatypeProperty"))


def is_ours(iri: str) -> bool:
    """Tell whether an IRI is one of ours; those that we give to vocabularies of others are not."""
    iri = normalise_iri(iri)
    iri = "https" + iri.removeprefix("http") if iri.startswith("http:") else iri
    return iri.startswith(BASE) and not iri.startswith(PREFIXES["vocabulary"])


@attrs.frozen
class Mappable:
    """What each of our things is, in words: those that may be mapped, persons, and all others."""

    kinds: Mapping[str, str]
    persons: Mapping[str, str]
    others: Mapping[str, str]

    def find_problem(self, iri: str) -> tuple[str, str] | None:
        """Return the rule that a subject breaks and how, or None where it may be mapped."""
        if iri in self.persons:
            return "mapping-person", f"is a person ({self.persons[iri]}): no person is ever mapped"
        if iri in self.kinds:
            return None
        if not is_ours(iri):
            return "mapping-subject", "is not ours: subjects are things of nkgraph, objects those of others"
        if iri in self.others:
            message = f"is of the kind {self.others[iri]!r}: only reference data, codes, terms and documents are mapped"
            return "mapping-subject", message
        name = shorten(iri)
        space = name.partition(":")[0] + ":"
        alike = (short for short in map(shorten, self.kinds) if short.startswith(space))
        likely = nearest(name, alike, likeness=0.75)
        return "mapping-subject", f"there is no such thing{likely}"


def find_mappable(
    vocabulary: Vocabulary,
    documents: Iterable[Document],
    reference: Mapping[str, Sequence[Claim]],
    claims: Iterable[Claim],
) -> Mappable:
    """Return what may be mapped, of all that the ontology, the documents, reference data and claims describe."""
    kinds = {document_iri(document.slug): "document" for document in documents}
    persons: dict[str, str] = {}
    others: dict[str, str] = {}
    labels: dict[str, str] = {}
    for quad in vocabulary.quads:
        if quad.predicate.value == PREFIXES["rdfs"] + "label" and isinstance(quad.object, ox.Literal):
            labels[_iri(quad.subject).removeprefix(ONTOLOGY)] = quad.object.value
        elif quad.predicate.value == PREFIXES["rdf"] + "type" and isinstance(quad.object, ox.NamedNode):
            if quad.object.value in _TERMS and _iri(quad.subject).startswith(ONTOLOGY):
                kinds[_iri(quad.subject)] = "term of the ontology"
            elif quad.object.value == PREFIXES["skos"] + "ConceptScheme":
                kinds[_iri(quad.subject)] = "concept scheme"
    kinds |= {iri: "code" for codes in vocabulary.codes.values() for iri in codes.values()}
    described = [item for items in reference.values() for item in items]
    for iri, kind in (pair for claim in [*described, *claims] for pair in node_types(claim).items()):
        above = vocabulary.superclasses(kind)
        found = persons if above & _PERSONS else kinds if above & _MAPPED else others
        found.setdefault(iri, labels.get(kind, kind))
    return Mappable(kinds, persons, others)


def _iri(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
