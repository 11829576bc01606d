"""JSON-LD 1.1: one context of the prefixes used, one node a line, each named graph a node with its own ``@graph``.

https://www.w3.org/TR/json-ld11/. Numbers and dates keep their printed form: a JSON number would lose it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import pyoxigraph as ox

from nkgraph.iris import PREFIXES

__all__ = ["write_jsonld"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_STRING: Final = PREFIXES["xsd"] + "string"


class _Shortener:
    """Makes compact IRIs of a context, each once."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._namespaces = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self._found: dict[str, str] = {}

    def __call__(self, iri: str) -> str:
        if iri not in self._found:
            self._found[iri] = self._shorten(iri)
        return self._found[iri]

    def _shorten(self, iri: str) -> str:
        for prefix, namespace in self._namespaces:
            rest = iri.removeprefix(namespace)
            if rest and rest != iri and not rest.startswith("//"):
                return f"{prefix}:{rest}"
        return iri


def _value(term: object, short: _Shortener) -> Any:
    if isinstance(term, ox.NamedNode):
        return {"@id": short(term.value)}
    assert isinstance(term, ox.Literal), "the dataset has neither blank nodes nor triple terms"
    if term.language is not None:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == _STRING:
        return term.value
    return {"@value": term.value, "@type": short(term.datatype.value)}


def _nodes(quads: Sequence[ox.Quad], short: _Shortener) -> Iterator[str]:
    for subject, own in groupby(quads, key=lambda quad: quad.subject):
        assert isinstance(subject, ox.NamedNode)
        node: dict[str, Any] = {"@id": short(subject.value)}
        for predicate, same in groupby(own, key=lambda quad: quad.predicate):
            objects = [quad.object for quad in same]
            if predicate.value == _TYPE:
                node["@type"] = [short(term.value) for term in objects if isinstance(term, ox.NamedNode)]
            else:
                values = [_value(term, short) for term in objects]
                node[short(predicate.value)] = values[0] if len(values) == 1 else values
        yield json.dumps(node, ensure_ascii=False)


def _things(quads: Sequence[ox.Quad], short: _Shortener) -> Iterator[str]:
    for graph, own in groupby(quads, key=lambda quad: quad.graph_name):
        nodes = _nodes(list(own), short)
        if isinstance(graph, ox.NamedNode):
            yield f'{{"@id": {json.dumps(short(graph.value))}, "@graph": [\n' + ",\n".join(nodes) + "\n]}"
        else:
            yield from nodes


def write_jsonld(quads: Sequence[ox.Quad], prefixes: Mapping[str, str]) -> str:
    """Return quads as JSON-LD; they must be sorted by graph, subject and predicate, and have no blank nodes.

    A prefix that is also the scheme of an IRI in the quads is left out of the context, as that IRI would be read as short.
    """
    terms = (term for q in quads for term in (q.subject, q.predicate, q.object, q.graph_name))
    schemes = {term.value.partition(":")[0] for term in terms if isinstance(term, ox.NamedNode)}
    context = {prefix: iri for prefix, iri in sorted(prefixes.items()) if prefix not in schemes}
    things = ",\n".join(_things(quads, _Shortener(context)))
    return f'{{"@context": {json.dumps(context, indent=1)},\n"@graph": [\n{things}\n]}}\n'
