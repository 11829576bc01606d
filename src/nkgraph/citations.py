"""The words that a claim rests on, as a graph has them: its spans, or those of the claims that it follows from."""

from __future__ import annotations

from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, ontology_iri

__all__ = ["Cited", "WordsOf", "find_offset", "list_objects", "words_of"]

_DOCUMENT, _SLUG, _PASSAGE, _START, _END = (
    ox.NamedNode(ontology_iri(name)) for name in ("document", "slug", "passage", "start", "endOffset")
)
_QUOTED: Final = ox.NamedNode(PREFIXES["prov"] + "wasQuotedFrom")
_DERIVED: Final = ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_CLAIM: Final = BASE + "claim/"
_ID: Final = BASE + "id/"


@attrs.frozen(order=True)
class Cited:
    """Words that a claim rests on: from where to where they stand, and in which passage."""

    start: int
    end: int
    passage: str


@attrs.frozen
class WordsOf:
    """The words of one claim: its document and key, and its spans in document order."""

    document: str
    claim: str
    spans: tuple[Cited, ...]


def list_objects(store: ox.Store, subject: ox.NamedNode, predicate: ox.NamedNode) -> list[ox.NamedNode | ox.Literal]:
    """Return the values of a property of a thing in the default graph, sorted; blank nodes left out."""
    found = (quad.object for quad in store.quads_for_pattern(subject, predicate, None, ox.DefaultGraph()))
    return sorted((term for term in found if isinstance(term, ox.NamedNode | ox.Literal)), key=str)


def find_offset(store: ox.Store, subject: ox.NamedNode, predicate: ox.NamedNode) -> int:
    """Return the least value of a property that holds whole numbers, or 0."""
    return min((int(term.value) for term in list_objects(store, subject, predicate)), default=0)


def _spans(store: ox.Store, claim: ox.NamedNode, own: str, seen: frozenset[str] = frozenset()) -> set[Cited]:
    """Return the words of a claim or, where it has none, of those that it follows from."""
    if claim.value in seen:
        return set()
    found = set()
    for span in list_objects(store, claim, _QUOTED):
        assert isinstance(span, ox.NamedNode)
        passages = [*list_objects(store, span, _PASSAGE), *list_objects(store, claim, _PASSAGE)]
        passage = passages[0].value.removeprefix(own) if passages else ""
        found.add(Cited(find_offset(store, span, _START), find_offset(store, span, _END), passage))
    sources = [] if found else [term for term in list_objects(store, claim, _DERIVED) if isinstance(term, ox.NamedNode)]
    return found.union(*(_spans(store, source, own, seen | {claim.value}) for source in sources))


def words_of(store: ox.Store, claim: ox.NamedNode) -> WordsOf:
    """Return the words of a claim in the default graph of a store."""
    documents = [term for term in list_objects(store, claim, _DOCUMENT) if isinstance(term, ox.NamedNode)]
    slug = next((term.value for document in documents for term in list_objects(store, document, _SLUG)), "")
    key = claim.value.removeprefix(f"{_CLAIM}{slug}/")
    return WordsOf(slug, key, tuple(sorted(_spans(store, claim, f"{_ID}{slug}/"))))
