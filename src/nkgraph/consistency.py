"""Claims read together: keys used once, sources that exist, words inside their document, things that are described."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nkgraph.claims import property_of
from nkgraph.errors import ClaimError, NkgraphError
from nkgraph.graph import node_iris
from nkgraph.iris import BASE, document_iri, resource_iri, shorten
from nkgraph.model import Claim, Document, Node
from nkgraph.ontology import Vocabulary, nearest

__all__ = ["find_inconsistencies"]


def find_inconsistencies(
    claims: Sequence[Claim],
    documents: Sequence[Document],
    reference: Mapping[str, Sequence[Claim]],
    vocabulary: Vocabulary,
    accounts: Iterable[str] = (),
) -> list[NkgraphError]:
    """Return what is wrong with claims and reference data that are each well formed, by the order of the claims.

    ``accounts`` are the IRIs of the accounts, which claims may name and none describes.
    """
    return [
        *_find_duplicates(claims),
        *_find_lost_sources(claims),
        *_find_circles(claims),
        *_find_words_outside(claims, documents),
        *_find_unknown_things(claims, reference, vocabulary, frozenset(accounts)),
    ]


def _refuse(claim: Claim, message: str, remedy: str | None = None, line: int | None = None) -> ClaimError:
    return ClaimError(f"{claim.key}: {message}", path=claim.path, line=line or claim.line, remedy=remedy)


def _find_duplicates(claims: Iterable[Claim]) -> Iterator[ClaimError]:
    first: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        other = first.setdefault((claim.document, claim.key), claim)
        if other is not claim:
            message = f"the key is already used at {other.path.name}:{other.line}"
            yield _refuse(claim, message, "a key is never used twice: give this claim its own")


def _find_lost_sources(claims: Sequence[Claim]) -> Iterator[ClaimError]:
    keys: dict[str, set[str]] = {}
    for claim in claims:
        keys.setdefault(claim.document, set()).add(claim.key)
    for claim in claims:
        for source in claim.sources:
            if source not in keys[claim.document]:
                likely = nearest(source, keys[claim.document])
                yield _refuse(claim, f"follows from {source!r}, and there is no such claim{likely}")


def _find_circles(claims: Iterable[Claim]) -> Iterator[ClaimError]:
    """Yield a mistake for each circle of derivation, at the first claim of it."""
    known = {(claim.document, claim.key): claim for claim in claims}
    done: set[tuple[str, str]] = set()
    for start in known:
        path: list[tuple[str, str]] = []
        waiting: list[tuple[tuple[str, str], int]] = [(start, 0)]
        while waiting:
            place, depth = waiting.pop()
            del path[depth:]
            if place in path:
                circle = [key for _, key in path[path.index(place) :]]
                remedy = "derive one of them from words"
                yield _refuse(known[place], f"follows from itself, by {' < '.join([*circle, circle[0]])}", remedy)
            elif place not in done and place in known:
                done.add(place)
                path.append(place)
                waiting += [((place[0], source), depth + 1) for source in reversed(known[place].sources)]


def _find_words_outside(claims: Iterable[Claim], documents: Iterable[Document]) -> Iterator[ClaimError]:
    lengths = {document.slug: document.length for document in documents}
    for claim in claims:
        for span in claim.spans:
            length = lengths[span.document]
            if span.end > length:
                message = f"a span ends at {span.end}, and {span.document} has {length} characters"
                yield _refuse(claim, message, "name the words and run `nkgraph claims anchor`", span.line)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for values in node.properties.values():
        for value in values:
            if isinstance(value, Node):
                yield from _nodes(value)


def _as_written(iri: str, document: str) -> str:
    """Return the name of a thing as a claim of a document writes it."""
    own = document_iri(document) + "/"
    return iri.removeprefix(own) if iri.startswith(own) else shorten(iri)


def _find_unknown_things(
    claims: Sequence[Claim],
    reference: Mapping[str, Sequence[Claim]],
    vocabulary: Vocabulary,
    accounts: frozenset[str],
) -> Iterator[ClaimError]:
    """Yield a mistake for each thing named that nothing describes; what is published needs a published description."""
    items = [item for found in reference.values() for item in found]
    shared = accounts | {iri for item in items for iri in node_iris(item)}
    all_things = shared | {iri for claim in claims for iri in node_iris(claim)}
    published = shared | {iri for claim in claims if claim.status == "reviewed" for iri in node_iris(claim)}
    for claim in [*items, *claims]:
        if claim.status == "withdrawn":
            continue
        known = published if claim.status == "reviewed" else all_things
        for node in _nodes(claim.says):
            for key, values in node.properties.items():
                prop = property_of(vocabulary, key)
                if prop is None or prop.is_literal or prop.scheme:
                    continue
                for value in values:
                    if isinstance(value, Node) or resource_iri(claim.document, value) in known:
                        continue
                    yield _describe_unknown(claim, node.lines.get(key), key, value, known, all_things)


def _describe_unknown(
    claim: Claim,
    line: int | None,
    key: str,
    value: str,
    known: frozenset[str] | set[str],
    all_things: frozenset[str] | set[str],
) -> ClaimError:
    iri = resource_iri(claim.document, value)
    if iri in all_things:
        message = f"{key}: {value!r} is described by no reviewed claim"
        return _refuse(claim, message, "review the claim that describes it, or leave this one drafted", line)
    base = f"{BASE}{value.partition(':')[0]}/" if ":" in value else document_iri(claim.document) + "/"
    names = [_as_written(thing, claim.document) for thing in known if thing.startswith(base)]
    likely = nearest(value, names)
    kind = "no reference data" if ":" in value else "no claim"
    return _refuse(claim, f"{key}: {kind} describes {value!r}{likely}", None if likely else "describe it first", line)
