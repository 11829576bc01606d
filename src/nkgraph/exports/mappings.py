"""The mappings of our codes to the fields of an external vocabulary, and its values, as the graph states them (SKOS).

A code is carried where theirs means the same (``skos:exactMatch``) or more (``skos:broadMatch``); where theirs means
less, or only something close, carrying it would be a guess. A value that the vocabulary does not list for a field is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.statements import Object
from nkgraph.iris import PREFIXES, graph_iri
from nkgraph.mappings import RELATIONS

__all__ = ["Mappings", "read_mappings"]

#: The relations of codes, as the graph has them.
_OF_CODES: Final = tuple(r for r in RELATIONS.values() if r.strength > 0 and not r.is_identity)


@attrs.frozen
class Mappings:
    """Field and notation that each code is carried to; the codes that are mapped in another way only; the values of fields."""

    targets: Mapping[Object, tuple[tuple[str, str], ...]]
    weaker: frozenset[Object]
    values: Mapping[str, frozenset[str]]


def read_mappings(store: ox.Store, vocabulary: str) -> Mappings:
    """Return the mappings to ``vocabulary:<vocabulary>/<field>/<notation>`` of our own set, ``graph/links/htcds``.

    Those of sets that were imported count for nothing here: what a table says of a woman rests on nobody else's reading.
    """
    ours = ox.NamedNode(graph_iri("links/htcds"))
    namespace = f"{PREFIXES['vocabulary']}{vocabulary}/"
    found: dict[Object, set[tuple[str, str]]] = {}
    weaker: set[Object] = set()
    for relation in _OF_CODES:
        for quad in store.quads_for_pattern(None, ox.NamedNode(relation.iri), None, ours):
            if not isinstance(quad.object, ox.NamedNode) or not quad.object.value.startswith(namespace):
                continue
            field, slash, notation = quad.object.value.removeprefix(namespace).partition("/")
            if relation.covers and slash:
                found.setdefault(quad.subject, set()).add((field, notation))
            else:
                weaker.add(quad.subject)
    return Mappings(
        {code: tuple(sorted(pairs)) for code, pairs in found.items()},
        frozenset(weaker - found.keys()),
        _read_values(store, vocabulary),
    )


def _read_values(store: ox.Store, vocabulary: str) -> dict[str, frozenset[str]]:
    """Return the values of each field, as the graph of the vocabulary lists them."""
    namespace = f"{PREFIXES['vocabulary']}{vocabulary}/"
    graph = ox.NamedNode(graph_iri(f"vocabulary/{vocabulary}"))
    found: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["skos"] + "inScheme"), None, graph):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(namespace):
            field, _, notation = quad.subject.value.removeprefix(namespace).partition("/")
            found.setdefault(field, set()).add(notation)
    return {field: frozenset(notations) for field, notations in found.items()}
