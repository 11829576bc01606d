"""Trusty URIs: an address that holds a hash of what it names, so that anyone can check that nothing was changed.

Module RA of http://trustyuri.net/spec/v1.html: the quads, with a blank where the hash will stand, are sorted, written one term
a line, and hashed with SHA-256.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable

import pyoxigraph as ox

__all__ = ["HOLE", "hash_quads"]

#: What stands in an IRI where its hash will: no other IRI may hold it.
HOLE = "RA" + "_" * 43


def _node(node: object) -> str:
    assert isinstance(node, ox.NamedNode), "a nanopublication of ours has neither blank nodes nor a default graph"
    return node.value.replace(HOLE, " ")


def _literal(literal: ox.Literal) -> str:
    text = literal.value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"@{literal.language.lower()} {text}" if literal.language else f"^{literal.datatype.value} {text}"


Key = tuple[bytes, bytes, bytes, bool, bytes, bool, bytes]


def _line(quad: ox.Quad) -> tuple[Key, str]:
    """Return what a quad is sorted by (an IRI before a literal, a literal by its words first), and how it is hashed."""
    names = [_node(node) for node in (quad.graph_name, quad.subject, quad.predicate)]
    target = quad.object
    graph, subject, predicate = (name.encode() for name in names)
    if isinstance(target, ox.Literal):
        words, kind = target.value.encode(), (target.language or target.datatype.value).encode()
        key = (graph, subject, predicate, True, words, target.language is None, kind)
        return key, "\n".join([*names, _literal(target), ""])
    value = _node(target)
    return (graph, subject, predicate, False, value.encode(), False, b""), "\n".join([*names, value, ""])


def hash_quads(quads: Iterable[ox.Quad]) -> str:
    """Return the artifact code (``RA`` and 43 characters) of quads whose own address has the ``HOLE`` in its place.

    >>> node = ox.NamedNode("https://example.org/np/" + HOLE)
    >>> hash_quads([ox.Quad(node, node, node, node)])[:2], len(hash_quads([]))
    ('RA', 45)
    """
    written = "".join(line for _, line in sorted({_line(quad) for quad in quads}))
    return "RA" + urlsafe_b64encode(hashlib.sha256(written.encode()).digest()).decode().rstrip("=")
