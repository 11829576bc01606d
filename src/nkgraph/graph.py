"""Claims, reference data and documents made into quads: one named graph a claim, no blank node anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.claims import SHORTHANDS, property_of
from nkgraph.dates import date_numbers, duration_numbers
from nkgraph.iris import (
    PREFIXES,
    claim_iri,
    document_iri,
    graph_iri,
    ontology_iri,
    passage_iri,
    resource_iri,
    span_iri,
)
from nkgraph.model import Claim, Document, Node, Passage, Span
from nkgraph.ontology import Vocabulary
from nkgraph.terms import value_terms

__all__ = [
    "PROVENANCE",
    "claim_digest",
    "claim_quads",
    "document_quads",
    "node_iris",
    "node_types",
    "provenance_quads",
    "reference_quads",
]

PROVENANCE: Final = ox.NamedNode(graph_iri("provenance"))
_XSD: Final = PREFIXES["xsd"]
_EDTF: Final = PREFIXES["edtf"] + "EDTF"
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
#: Properties whose number says where a thing stands among its like, or restates another claim's date: no words say it.
_UNWORDED: Final = frozenset({"step", "asOf"})


def _nk(name: str) -> ox.NamedNode:
    return ox.NamedNode(ontology_iri(name))


def _literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(datatype))


def _integer(value: int) -> ox.Literal:
    return _literal(str(value), _XSD + "integer")


def _string(value: str) -> ox.Literal:
    return ox.Literal(value)


@attrs.frozen
class _Described:
    """A node of a claim with its IRI."""

    iri: str
    node: Node


def _describe(document: str, node: Node, iri: str) -> Iterator[_Described]:
    """Yield a node and the nodes nested in it, each with its IRI (``<parent>/<property>`` where it has no id)."""
    yield _Described(iri, node)
    for key, values in node.properties.items():
        nested = [value for value in values if isinstance(value, Node)]
        for index, value in enumerate(nested, start=1):
            suffix = key if len(nested) == 1 else f"{key}-{index}"
            yield from _describe(document, value, resource_iri(document, value.id) if value.id else f"{iri}/{suffix}")


def node_iris(claim: Claim) -> tuple[str, ...]:
    """Return the IRIs of the things that a claim describes, the first being what it is about."""
    assert claim.says.id is not None
    root = resource_iri(claim.document, claim.says.id)
    return tuple(dict.fromkeys(d.iri for d in _describe(claim.document, claim.says, root)))


def node_types(claim: Claim) -> dict[str, str]:
    """Return the type of each thing that a claim describes and gives a type, by IRI."""
    assert claim.says.id is not None
    root = resource_iri(claim.document, claim.says.id)
    described = _describe(claim.document, claim.says, root)
    return {d.iri: str(d.node.properties["type"][0]) for d in described if "type" in d.node.properties}


def _node_triples(described: _Described, document: str, vocabulary: Vocabulary) -> Iterator[ox.Triple]:
    subject = ox.NamedNode(described.iri)
    for key, values in described.node.properties.items():
        if key == "type":
            yield ox.Triple(subject, _TYPE, _nk(str(values[0])))
            continue
        names = SHORTHANDS.get(key, (key,))
        nested = [value for value in values if isinstance(value, Node)]
        for value in values:
            for name in names:
                prop = vocabulary.properties[name]
                if isinstance(value, Node):
                    index = nested.index(value) + 1
                    suffix = key if len(nested) == 1 else f"{key}-{index}"
                    target = resource_iri(document, value.id) if value.id else f"{described.iri}/{suffix}"
                    yield ox.Triple(subject, ox.NamedNode(prop.iri), ox.NamedNode(target))
                else:
                    for iri, term in value_terms(prop, value, vocabulary, document):
                        yield ox.Triple(subject, ox.NamedNode(iri), term)


def claim_triples(claim: Claim, vocabulary: Vocabulary, accounts: Mapping[str, str]) -> set[ox.Triple]:
    """Return what a claim says, as triples; ``accounts`` maps IRIs of accounts to their passage keys.

    A thing whose id begins with an account's belongs to it (``nk:inAccount``), and a narrator is linked from her account.
    """
    assert claim.says.id is not None
    triples: set[ox.Triple] = set()
    root = resource_iri(claim.document, claim.says.id)
    for described in _describe(claim.document, claim.says, root):
        triples.update(_node_triples(described, claim.document, vocabulary))
        account = _account_of(described.iri, claim.document, accounts)
        if account is not None and "type" in described.node.properties:
            subject, passage = ox.NamedNode(described.iri), ox.NamedNode(account)
            triples.add(ox.Triple(subject, _nk("inAccount"), passage))
            if described.node.properties["type"] == ("Narrator",):
                triples.add(ox.Triple(passage, _nk("narrator"), subject))
    return triples


def _account_of(iri: str, document: str, accounts: Mapping[str, str]) -> str | None:
    own = document_iri(document) + "/"
    if not iri.startswith(own):
        return None
    account = own + iri.removeprefix(own).split("/")[0]
    return account if account in accounts else None


def claim_quads(claim: Claim, vocabulary: Vocabulary, accounts: Mapping[str, str]) -> list[ox.Quad]:
    """Return what a claim says as quads of the graph named after the claim."""
    graph = ox.NamedNode(claim_iri(claim.document, claim.key))
    triples = claim_triples(claim, vocabulary, accounts)
    return [ox.Quad(t.subject, t.predicate, t.object, graph) for t in sorted(triples, key=str)]


def claim_numbers(claim: Claim, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the numbers, years and months that a claim says and that its words must therefore state."""
    found: dict[str, None] = {}
    assert claim.says.id is not None
    for described in _describe(claim.document, claim.says, resource_iri(claim.document, claim.says.id)):
        for key, values in described.node.properties.items():
            prop = property_of(vocabulary, key)
            if prop is None or not prop.is_literal or key in _UNWORDED:
                continue
            for value in values:
                if prop.ranges[0] == _EDTF:
                    found.update(dict.fromkeys(date_numbers(str(value))))
                elif key == "duration":
                    found.update(dict.fromkeys(duration_numbers(str(value))))
                elif prop.ranges[0] in {_XSD + "integer", _XSD + "decimal"}:
                    found[str(value)] = None
    return tuple(found)


def claim_digest(claim: Claim, triples: Iterable[ox.Triple]) -> str:
    """Return the SHA-256 of what a claim says and of the spans it rests on, by which releases are compared."""
    lines = sorted(str(triple) for triple in triples)
    lines += [f"{s.start}-{s.end} {s.length} {s.fingerprint}" for s in claim.spans]
    lines += [claim.how, *claim.sources, claim.note or ""]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def provenance_quads(
    claim: Claim, said: Sequence[ox.Quad], vocabulary: Vocabulary, passage: Passage | None, order: int
) -> Iterator[ox.Quad]:
    """Yield where a claim comes from: its document, passage, spans, how it was read, and in what order it stands.

    ``passage`` is the passage that holds its words, ``order`` its place in the document (an offset).
    """
    subject = ox.NamedNode(claim_iri(claim.document, claim.key))

    def quad(predicate: ox.NamedNode, term: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, predicate, term, PROVENANCE)

    yield quad(_TYPE, _nk("Claim"))
    yield quad(_nk("document"), ox.NamedNode(document_iri(claim.document)))
    if passage is not None:
        yield quad(_nk("passage"), ox.NamedNode(passage_iri(claim.document, passage.key)))
    named = [resource_iri(claim.document, v) for v in claim.says.properties.get("instrument", ()) if isinstance(v, str)]
    for iri in [*node_iris(claim), *named]:
        yield quad(_nk("about"), ox.NamedNode(iri))
    yield quad(_nk("how"), _string(claim.how))
    yield quad(_nk("reviewStatus"), _string(claim.status))
    yield quad(_nk("order"), _integer(order))
    yield quad(_nk("digest"), _string(claim_digest(claim, [q.triple for q in said])))
    for name, value in (
        ("note", claim.note),
        ("speaker", claim.speaker),
        ("via", claim.via),
        ("recordedBy", claim.recorded_by),
    ):
        if value:
            yield quad(_nk(name), _string(value))
    for source in claim.sources:
        yield quad(ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom"), ox.NamedNode(claim_iri(claim.document, source)))
    for number in claim_numbers(claim, vocabulary):
        yield quad(_nk("claimsNumber"), _literal(number, _XSD + "decimal"))
    for span in claim.spans:
        iri = span_iri(span.document, span.start, span.end)
        yield quad(ox.NamedNode(PREFIXES["prov"] + "wasQuotedFrom"), ox.NamedNode(iri))
        yield from _span_quads(iri, span)


def _span_quads(iri: str, span: Span) -> Iterator[ox.Quad]:
    subject, selector = ox.NamedNode(iri), ox.NamedNode(iri + "/selector")
    oa = PREFIXES["oa"]
    document = ox.NamedNode(document_iri(span.document))
    rows: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (subject, _TYPE, _nk("Span")),
        (subject, _TYPE, ox.NamedNode(oa + "SpecificResource")),
        (subject, ox.NamedNode(oa + "hasSource"), document),
        (subject, ox.NamedNode(oa + "hasSelector"), selector),
        (selector, _TYPE, ox.NamedNode(oa + "TextPositionSelector")),
        (selector, ox.NamedNode(oa + "start"), _literal(str(span.start), _XSD + "nonNegativeInteger")),
        (selector, ox.NamedNode(oa + "end"), _literal(str(span.end), _XSD + "nonNegativeInteger")),
        (subject, _nk("document"), document),
        (subject, _nk("start"), _integer(span.start)),
        (subject, _nk("endOffset"), _integer(span.end)),
        (subject, _nk("wordCount"), _integer(span.words)),
        (subject, _nk("foldedLength"), _integer(span.length)),
        (subject, _nk("fingerprint"), _string(span.fingerprint)),
        (subject, _nk("before"), _string(span.before)),
        (subject, _nk("after"), _string(span.after)),
    ]
    rows += [(subject, _nk("statesNumber"), _literal(number, _XSD + "decimal")) for number in span.numbers]
    for s, p, o in rows:
        yield ox.Quad(s, p, o, PROVENANCE)


def document_quads(document: Document, passages: Sequence[Passage]) -> Iterator[ox.Quad]:
    """Yield the description of a document and of its passages, in the graph of that document."""
    graph = ox.NamedNode(graph_iri(f"document/{document.slug}"))
    subject = ox.NamedNode(document_iri(document.slug))

    def quad(s: ox.NamedNode, predicate: ox.NamedNode, term: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(s, predicate, term, graph)

    yield quad(subject, _TYPE, _nk("Document"))
    yield quad(subject, _nk("slug"), _string(document.slug))
    yield quad(subject, ox.NamedNode(PREFIXES["dcterms"] + "title"), _string(document.title))
    yield quad(subject, _nk("publisher"), _string(document.publisher))
    yield quad(subject, _nk("language"), _string(document.language))
    yield quad(subject, _nk("sha256"), _string(document.sha256))
    yield quad(subject, _nk("length"), _integer(document.length))
    yield quad(subject, _nk("order"), _integer(document.order))
    if document.date:
        yield quad(subject, _nk("date"), _literal(document.date, _EDTF))
    for passage in passages:
        iri = ox.NamedNode(passage_iri(document.slug, passage.key))
        yield quad(iri, _TYPE, _nk("Account" if passage.kind == "account" else "Passage"))
        yield quad(iri, _nk("document"), subject)
        yield quad(iri, _nk("passageKind"), _string(passage.kind))
        yield quad(iri, _nk("start"), _integer(passage.start))
        yield quad(iri, _nk("endOffset"), _integer(passage.end))
        if passage.parent:
            yield quad(iri, _nk("parent"), ox.NamedNode(passage_iri(document.slug, passage.parent)))
        if passage.number and passage.number.isdigit():
            yield quad(iri, _nk("number"), _integer(int(passage.number)))


def reference_quads(name: str, items: Iterable[Claim], vocabulary: Vocabulary) -> Iterator[ox.Quad]:
    """Yield a set of reference data, each thing with its source, in the graph of that set."""
    graph = ox.NamedNode(graph_iri(f"reference/{name}"))
    for item in items:
        for triple in sorted(claim_triples(item, vocabulary, {}), key=str):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
        subject = ox.NamedNode(resource_iri("reference", item.key))
        if item.via:
            yield ox.Quad(subject, _nk("source"), _string(item.via), graph)
