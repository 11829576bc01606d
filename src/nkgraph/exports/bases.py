"""Another base: every IRI of ours begins with an address that its publisher chooses, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from nkgraph.errors import ParameterError
from nkgraph.iris import BASE, PREFIXES

__all__ = ["Term", "check_base", "iris_of", "rebase", "rebase_iri", "rebase_prefixes"]

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_URI_SPACE: Final = ox.NamedNode(PREFIXES["void"] + "uriSpace")


def check_base(base: str) -> str:
    """Return a base that IRIs of ours can be moved to: an absolute IRI that ends in ``/``.

    Raises:
        ParameterError: it is no such IRI.
    """
    try:
        ox.NamedNode(base)
    except ValueError as error:
        raise ParameterError(
            f"{base!r} is no base of IRIs ({error})", remedy="write https://example.org/nk/"
        ) from error
    if not base.endswith("/") or set("#?") & set(base):
        raise ParameterError(
            f"{base!r} is no base of IRIs (it does not end in /)", remedy="write https://example.org/nk/"
        )
    return base


def rebase_iri(iri: str, base: str) -> str:
    """Return an IRI under the new base where it is ours, else as it is.

    >>> rebase_iri("https://w3id.org/nkgraph/place/yanji", "https://example.org/nk/")
    'https://example.org/nk/place/yanji'
    """
    return base + iri.removeprefix(BASE) if iri.startswith(BASE) else iri


def rebase_prefixes(prefixes: Mapping[str, str], base: str | None) -> dict[str, str]:
    """Return prefixes whose namespaces stand under the new base where they are ours."""
    return {prefix: iri if base is None else rebase_iri(iri, base) for prefix, iri in prefixes.items()}


def iris_of(term: Term | ox.DefaultGraph) -> Iterator[str]:
    """Yield the IRIs of a term: its own, that of its datatype, those of a triple term."""
    if isinstance(term, ox.NamedNode):
        yield term.value
    elif isinstance(term, ox.Literal):
        yield term.datatype.value
    elif isinstance(term, ox.Triple):
        for part in (term.subject, term.predicate, term.object):
            yield from iris_of(part)


class _Mover:
    """Moves terms to a base, each IRI once."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._moved: dict[str, ox.NamedNode] = {}

    def move_node(self, node: ox.NamedNode) -> ox.NamedNode:
        found = self._moved.get(node.value)
        if found is None:
            if not node.value.startswith(BASE) and node.value.startswith(self.base):
                message = f"IRIs of others begin with {self.base} as well, such as <{node.value}>"
                raise ParameterError(message, remedy="choose a base that is yours alone")
            found = self._moved[node.value] = ox.NamedNode(rebase_iri(node.value, self.base))
        return found

    def move(self, term: Term) -> Term:
        if isinstance(term, ox.NamedNode):
            return self.move_node(term)
        if isinstance(term, ox.Literal) and term.language is None:
            return ox.Literal(term.value, datatype=self.move_node(term.datatype))
        if isinstance(term, ox.Triple):
            return self.move_triple(term)
        return term

    def move_triple(self, triple: ox.Triple) -> ox.Triple:
        target = self.move(triple.object)
        if triple.predicate == _URI_SPACE and target == ox.Literal(BASE):
            target = ox.Literal(self.base)
        subject = self.move(triple.subject)
        assert not isinstance(subject, ox.Literal | ox.Triple)
        return ox.Triple(subject, self.move_node(triple.predicate), target)


def rebase(quads: Iterable[ox.Quad], base: str | None) -> Iterator[ox.Quad]:
    """Yield quads with our IRIs under another base; without one, as they are.

    No two IRIs become one, so what was told apart stays apart, and the way back gives the same quads. ``void:uriSpace``,
    which states the base as text, is moved with it.

    Raises:
        ParameterError: IRIs of others begin with the new base, and could be taken for ours.
    """
    if base is None or base == BASE:
        yield from quads
        return
    mover = _Mover(base)
    for quad in quads:
        moved = mover.move_triple(quad.triple)
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode):
            graph = mover.move_node(graph)
        yield ox.Quad(moved.subject, moved.predicate, moved.object, graph)
