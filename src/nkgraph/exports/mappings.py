"""The mappings of our codes to the fields of an external vocabulary, as the links of the graph state them (SKOS).

A code is carried where theirs means the same (``skos:exactMatch``) or more (``skos:broadMatch``); where theirs means
less, or only something close, carrying it would be a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.statements import Object
from nkgraph.iris import PREFIXES
from nkgraph.mappings import RELATIONS

__all__ = ["Mappings", "read_mappings"]

#: The relations of codes, as the graph has them.
_OF_CODES: Final = tuple(r for r in RELATIONS.values() if r.strength > 0 and not r.is_identity)


@attrs.frozen
class Mappings:
    """Field and notation that each code is carried to; and the codes that are mapped in another way only."""

    targets: Mapping[Object, tuple[tuple[str, str], ...]]
    weaker: frozenset[Object]


def read_mappings(store: ox.Store, vocabulary: str) -> Mappings:
    """Return the mappings to ``vocabulary:<vocabulary>/<field>/<notation>`` that a graph holds."""
    namespace = f"{PREFIXES['vocabulary']}{vocabulary}/"
    found: dict[Object, set[tuple[str, str]]] = {}
    weaker: set[Object] = set()
    for relation in _OF_CODES:
        for quad in store.quads_for_pattern(None, ox.NamedNode(relation.iri), None, None):
            if not isinstance(quad.object, ox.NamedNode) or not quad.object.value.startswith(namespace):
                continue
            field, slash, notation = quad.object.value.removeprefix(namespace).partition("/")
            if relation.covers and slash:
                found.setdefault(quad.subject, set()).add((field, notation))
            else:
                weaker.add(quad.subject)
    return Mappings({code: tuple(sorted(pairs)) for code, pairs in found.items()}, frozenset(weaker - found.keys()))
