"""RDF as it is: the dataset or one graph in Turtle, TriG, N-Triples, N-Quads, RDF/XML and JSON-LD, to the same quads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from nkgraph.exports import BuiltGraph, Part, Request
from nkgraph.exports.bases import iris_of, rebase, rebase_prefixes
from nkgraph.exports.jsonld import write_jsonld
from nkgraph.iris import BASE, PREFIXES

__all__ = ["READABLE", "SERIALISATIONS", "find_prefixes", "sort_quads", "write_quads", "write_rdf", "write_turtle"]

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")

#: The prefixes of exports: those of the project, and two for things that only the builder names.
READABLE: Final = {**PREFIXES, "span": BASE + "span/", "statistics": BASE + "statistics/"}

#: What pyoxigraph calls the formats of RDF.
SERIALISATIONS: Final[dict[str, ox.RdfFormat]] = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}


def _order(quad: ox.Quad) -> tuple[str, str, bool, str, str]:
    graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
    return graph, str(quad.subject), quad.predicate != _TYPE, quad.predicate.value, str(quad.object)


def sort_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return quads by graph (the default graph first), then by subject with its type first: as a reader wants a file."""
    return sorted(quads, key=_order)


def find_prefixes(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that IRIs of the quads begin with, sorted by name: a file declares what it uses, and no more."""
    longest = sorted(prefixes, key=lambda prefix: -len(prefixes[prefix]))
    iris = {iri for q in quads for term in (q.subject, q.predicate, q.object, q.graph_name) for iri in iris_of(term)}
    iris.discard(PREFIXES["xsd"] + "string")
    found = {next((prefix for prefix in longest if iri.startswith(prefixes[prefix])), None) for iri in iris}
    return {prefix: prefixes[prefix] for prefix in sorted(prefix for prefix in found if prefix is not None)}


def write_turtle(quads: Sequence[ox.Quad], form: ox.RdfFormat, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield Turtle or TriG in two pieces: the prefixes by name, then the rest."""
    data: Sequence[ox.Quad] | list[ox.Triple] = quads if form.supports_datasets else [quad.triple for quad in quads]
    content = ox.serialize(data, format=form, prefixes=dict(prefixes))
    assert content is not None
    body = content.decode().split("\n", len(prefixes))[-1]
    used = (prefix for prefix in sorted(prefixes) if _stands_in(prefix, body))
    yield "".join(f"@prefix {prefix}: <{prefixes[prefix]}> .\n" for prefix in used)
    yield body


def _stands_in(prefix: str, body: str) -> bool:
    return body.startswith(f"{prefix}:") or any(f"{lead}{prefix}:" in body for lead in ("\n", "\t", " ", "^^"))


def _pick(graph: BuiltGraph, form: ox.RdfFormat, name: ox.NamedNode | None) -> Iterator[ox.Quad]:
    """Yield what an export holds: a named graph as triples, else the default graph or, where the format can, all graphs."""
    if name is None and form.supports_datasets:
        yield from graph.quads
        return
    default = ox.DefaultGraph()
    for quad in graph.quads:
        if quad.graph_name == (name or default):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, default)


def write_rdf(graph: BuiltGraph, request: Request, form: ox.RdfFormat) -> Iterator[Part]:
    """Yield the dataset, or the graph that was asked for, as one text: the same quads, the same bytes every time.

    A format without named graphs takes the default graph, which is the merge of all.

    Raises:
        ParameterError: the new base is one that IRIs of others begin with.
    """
    quads = rebase(_pick(graph, form, request.graph), request.base)
    by_line = form in {ox.RdfFormat.N_QUADS, ox.RdfFormat.N_TRIPLES}
    ordered = sorted(quads, key=str) if by_line else sort_quads(quads)
    prefixes = find_prefixes(ordered, rebase_prefixes(READABLE, request.base))
    name = "graph.jsonld" if form == ox.RdfFormat.JSON_LD else f"graph.{form.file_extension}"
    yield Part(name, write_quads(ordered, form, prefixes))


def write_quads(ordered: Sequence[ox.Quad], form: ox.RdfFormat, prefixes: Mapping[str, str]) -> str:
    """Return quads as one text, in their order; a format without named graphs takes their triples."""
    if form == ox.RdfFormat.JSON_LD:
        return write_jsonld(ordered, prefixes)
    if form in {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}:
        return "".join(write_turtle(ordered, form, prefixes))
    data = ordered if form.supports_datasets else [quad.triple for quad in ordered]
    content = ox.serialize(data, format=form, prefixes=dict(prefixes))
    assert content is not None
    return content.decode()
