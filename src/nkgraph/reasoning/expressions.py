"""Ontologies as they are written: class expressions, data ranges, properties and lists, each with the lines that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import PREFIXES, shorten
from nkgraph.reasoning.grammar import load_grammar
from nkgraph.reasoning.located import Located

__all__ = ["OWL", "RDF", "Ontology", "describe_term"]

OWL: Final = PREFIXES["owl"]
RDF: Final = PREFIXES["rdf"]
_DATATYPE: Final = PREFIXES["rdfs"] + "Datatype"
_LIKE_DATATYPES: Final = frozenset((OWL + "real", OWL + "rational"))
_FACETS: Final = ("onDatatype", "datatypeComplementOf")


class Ontology:
    """The triples of an ontology, looked up by what they are about."""

    def __init__(self, located: Iterable[Located]) -> None:
        self.all: list[Located] = []
        self._about: dict[object, list[Located]] = defaultdict(list)
        self._types: dict[object, set[str]] = defaultdict(set)
        seen = set()
        for found in located:
            if found.triple in seen:
                continue
            seen.add(found.triple)
            self.all.append(found)
            triple = found.triple
            self._about[triple.subject].append(found)
            if triple.predicate.value == RDF + "type" and isinstance(triple.object, ox.NamedNode):
                self._types[triple.subject].add(triple.object.value)

    def values(self, node: object, iri: str) -> list[Located]:
        """Return the triples of a node with one property, in the order written."""
        return [found for found in self._about.get(node, ()) if found.triple.predicate.value == iri]

    def types(self, node: object) -> set[str]:
        """Return the classes that a node is said to belong to."""
        return self._types.get(node, set())

    def constructs(self, node: object) -> list[Located]:
        """Return the triples that make a node a class expression: one each, where it is written well."""
        known = load_grammar().constructs
        return [
            found
            for found in self._about.get(node, ())
            if found.triple.predicate.value.removeprefix(OWL) in known and found.triple.predicate.value.startswith(OWL)
        ]

    def read_list(self, head: object) -> list[Located] | None:
        """Return the ``rdf:first`` triples of a list in their order, or nothing where it is not well formed."""
        members = []
        seen = set()
        while head != ox.NamedNode(RDF + "nil"):
            first, rest = self.values(head, RDF + "first"), self.values(head, RDF + "rest")
            if head in seen or len(first) != 1 or len(rest) != 1:
                return None
            seen.add(head)
            members.append(first[0])
            head = rest[0].triple.object
        return members

    def is_data_range(self, node: object) -> bool:
        """Whether a node stands for literals: a datatype, or an expression of datatypes."""
        if isinstance(node, ox.NamedNode) and self._is_datatype_name(node.value):
            return True
        if {_DATATYPE, OWL + "DataRange"} & self.types(node) or any(self.values(node, OWL + n) for n in _FACETS):
            return True
        listed = (found for found in self.constructs(node) if found.triple.predicate.value == OWL + "oneOf")
        return any(
            isinstance(m.triple.object, ox.Literal) for f in listed for m in self.read_list(f.triple.object) or ()
        )

    def is_data_property(self, node: object) -> bool:
        """Whether a property is declared to have literals."""
        return OWL + "DatatypeProperty" in self.types(node)

    def describe(self, node: object) -> str:
        """Return a term as a reader would write it: ``nk:Sale``, ``[ owl:someValuesFrom nk:Sale ]``."""
        if not isinstance(node, ox.BlankNode):
            return describe_term(node)
        said = [v for name in ("onProperty", *_FACETS, "inverseOf") for v in self.values(node, OWL + name)]
        said += self.constructs(node)
        if not said:
            return self._describe_list(node)
        parts = (f"{shorten(f.triple.predicate.value)} {self._describe_list(f.triple.object)}" for f in said)
        return f"[ {' ; '.join(parts)} ]"

    def _describe_list(self, node: object) -> str:
        members = self.read_list(node) if isinstance(node, ox.BlankNode) else None
        if members is None:
            return describe_term(node)
        return f"( {' '.join(describe_term(m.triple.object) for m in members)} )"

    @staticmethod
    def _is_datatype_name(iri: str) -> bool:
        return iri in load_grammar().datatypes or iri in _LIKE_DATATYPES or iri.startswith(PREFIXES["xsd"])


def describe_term(term: object) -> str:
    """Return a term with its prefix; a blank node as ``[ … ]``."""
    if isinstance(term, ox.NamedNode):
        short = shorten(term.value)
        return short if short != term.value else str(term)
    if isinstance(term, ox.Literal) and term.datatype.value == PREFIXES["xsd"] + "integer":
        return term.value
    return "[ … ]" if isinstance(term, ox.BlankNode) else str(term)
