"""What the lossy exports read: the statements of the claims, of their provenance, of the documents and the reference data.

Conclusions of rules are not among them, but for two that say what is told twice: the woman that a narrator is
(``nk:person``) and the event that a telling is of (``nk:event``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, graph_iri, ontology_iri, shorten

__all__ = ["CLAIMS", "Object", "Statements", "order_key", "read_statements"]

Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

#: Where the graphs of claims live.
CLAIMS: Final = BASE + "claim/"
_READ: Final = (CLAIMS, graph_iri("provenance"), graph_iri("document/"), graph_iri("reference/"))
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_TOLD_TWICE: Final = ("person", "event")


def order_key(term: Object | str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts terms by their text, numbers in it as numbers.

    >>> sorted(["case-10/transfer-1", "case-2/transfer-1"], key=order_key)
    ['case-2/transfer-1', 'case-10/transfer-1']
    """
    text = term if isinstance(term, str) else getattr(term, "value", str(term))
    parts = re.split(r"(\d+)", text)
    return tuple((1, int(part), part) if part.isascii() and part.isdigit() else (0, 0, part) for part in parts)


@attrs.frozen(eq=False)
class Statements:
    """Triples with the graphs that hold them, by subject and by object.

    ``told`` leads from a narrator to the woman, and from an event to the one it is a telling of, where a rule says so.
    """

    graphs: Mapping[ox.Triple, tuple[str, ...]]
    outward: Mapping[Object, Mapping[str, tuple[Object, ...]]]
    inward: Mapping[tuple[str, Object], tuple[ox.NamedNode, ...]]
    told: Mapping[Object, ox.NamedNode]

    def find_values(self, subject: Object, name: str) -> tuple[Object, ...]:
        """Return the values of a property of the ontology (by its name), sorted."""
        return self.outward.get(subject, {}).get(ontology_iri(name), ())

    def find_text(self, subject: Object, name: str) -> str | None:
        """Return the text of the first value of a property, or None where there is none."""
        return next((getattr(value, "value", None) for value in self.find_values(subject, name)), None)

    def find_subjects(self, name: str, value: Object) -> tuple[ox.NamedNode, ...]:
        """Return what has a value for a property of the ontology, sorted."""
        return self.inward.get((ontology_iri(name), value), ())

    def list_kind(self, name: str) -> tuple[ox.NamedNode, ...]:
        """Return the things stated to be of a class of the ontology, sorted."""
        return self.inward.get((_TYPE.value, ox.NamedNode(ontology_iri(name))), ())

    def has_kind(self, thing: Object, name: str) -> bool:
        """Tell whether a thing is stated to be of a class of the ontology."""
        return ox.NamedNode(ontology_iri(name)) in self.outward.get(thing, {}).get(_TYPE.value, ())

    def find_triples(self, subject: Object, name: str) -> tuple[ox.Triple, ...]:
        """Return the statements of a property of a thing, sorted by value."""
        assert isinstance(subject, ox.NamedNode)
        predicate = ox.NamedNode(ontology_iri(name))
        return tuple(ox.Triple(subject, predicate, value) for value in self.find_values(subject, name))

    def find_types(self, subject: ox.NamedNode) -> tuple[ox.Triple, ...]:
        """Return the statements of what a thing is."""
        return tuple(ox.Triple(subject, _TYPE, kind) for kind in self.outward.get(subject, {}).get(_TYPE.value, ()))

    def find_all_triples(self, subject: ox.NamedNode, predicates: Iterable[str] | None = None) -> tuple[ox.Triple, ...]:
        """Return the statements of a thing: all, or those of some properties, given by their IRIs."""
        held = self.outward.get(subject, {})
        names = sorted(held) if predicates is None else predicates
        return tuple(ox.Triple(subject, ox.NamedNode(name), value) for name in names for value in held.get(name, ()))

    def find_claims(self, triple: ox.Triple) -> tuple[str, ...]:
        """Return the IRIs of the claims that make a statement, sorted; none for one of documents or reference data."""
        return tuple(graph for graph in self.graphs.get(triple, ()) if graph.startswith(CLAIMS))

    def name_kind(self, thing: Object) -> str:
        """Return what a thing is stated to be, shortened: the first class of ours, else the first of others."""
        names = sorted(shorten(kind.value) for kind in self.outward.get(thing, {}).get(_TYPE.value, ()))  # type: ignore[union-attr]
        ours = [name.removeprefix("nk:") for name in names if name.startswith("nk:")]
        return (ours or names or ["(no kind stated)"])[0]


def read_statements(store: ox.Store) -> Statements:
    """Return what a built graph states, as the lossy exports read it."""
    graphs: dict[ox.Triple, list[str]] = {}
    for graph in store.named_graphs():
        if isinstance(graph, ox.NamedNode) and graph.value.startswith(_READ):
            for quad in store.quads_for_pattern(None, None, None, graph):
                graphs.setdefault(quad.triple, []).append(graph.value)
    outward: dict[Object, dict[str, list[Object]]] = {}
    inward: dict[tuple[str, Object], list[ox.NamedNode]] = {}
    for triple in graphs:
        outward.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
        if isinstance(triple.subject, ox.NamedNode):
            inward.setdefault((triple.predicate.value, triple.object), []).append(triple.subject)
    told: dict[Object, ox.NamedNode] = {
        quad.subject: quad.object
        for name in _TOLD_TWICE
        for quad in store.quads_for_pattern(None, ox.NamedNode(ontology_iri(name)), None, None)
        if isinstance(quad.object, ox.NamedNode)
    }
    return Statements(
        graphs={triple: tuple(sorted(names)) for triple, names in graphs.items()},
        outward={
            subject: {name: tuple(sorted(values, key=order_key)) for name, values in properties.items()}
            for subject, properties in outward.items()
        },
        inward={key: tuple(sorted(subjects, key=order_key)) for key, subjects in inward.items()},
        told=told,
    )
