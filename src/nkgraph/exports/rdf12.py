"""RDF 1.2: one graph in which each claim is a reifier of the triples that it asserts.

https://www.w3.org/TR/rdf12-concepts/#dfn-reifying-triple. The name of a graph that says why a triple is there (a claim, a
rule, a set of reference data, a set of links) becomes the reifier of that triple; the triples stand once, as those of the
default graph do. Provenance, documents, ontology and statistics are ordinary triples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from nkgraph.exports import BuiltGraph, Part, Request
from nkgraph.exports.bases import rebase, rebase_prefixes
from nkgraph.exports.rdf import READABLE, find_prefixes, sort_quads, write_turtle
from nkgraph.iris import BASE, PREFIXES, graph_iri

__all__ = ["REIFIES", "is_reifier", "reify", "write_rdf12"]

REIFIES: Final = ox.NamedNode(PREFIXES["rdf"] + "reifies")
#: Graphs whose name says why a triple is there, by how their names begin.
_REASONS: Final = (BASE + "claim/", graph_iri("inferred/"), graph_iri("reference/"), graph_iri("links/"))


def is_reifier(graph: ox.NamedNode) -> bool:
    """Tell whether the name of a graph becomes the reifier of its triples.

    >>> is_reifier(ox.NamedNode("https://w3id.org/nkgraph/graph/inferred/under-18"))
    True
    >>> is_reifier(ox.NamedNode("https://w3id.org/nkgraph/graph/view/inferred"))
    False
    """
    return graph.value.startswith(_REASONS)


def reify(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield a dataset as one RDF 1.2 graph: the triples of its default graph, and for each of them its reifiers.

    A reifier stands in ``rdf:reifies`` with every triple of the graph that it names.
    """
    default = ox.DefaultGraph()
    for quad in quads:
        if quad.graph_name == default:
            yield quad
        elif isinstance(quad.graph_name, ox.NamedNode) and is_reifier(quad.graph_name):
            yield ox.Quad(quad.graph_name, REIFIES, quad.triple, default)


def write_rdf12(graph: BuiltGraph, request: Request, form: ox.RdfFormat) -> Iterator[Part]:
    """Yield the graph with its claims as reifiers, by line (N-Quads 1.2, which here is N-Triples 1.2) or as Turtle 1.2.

    Raises:
        ParameterError: the new base is one that IRIs of others begin with.
    """
    quads = sort_quads(rebase(reify(graph.quads), request.base))
    if form == ox.RdfFormat.TURTLE:
        prefixes = find_prefixes(quads, rebase_prefixes(READABLE, request.base))
        yield Part("graph.ttl", "".join(write_turtle(quads, form, prefixes)))
        return
    content = ox.serialize(quads, format=form)
    assert content is not None
    yield Part(f"graph.{form.file_extension}", content.decode())
