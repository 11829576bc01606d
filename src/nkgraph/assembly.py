"""What is asserted, as quads in their graphs: ontology, documents, claims with their provenance, reference data."""

from __future__ import annotations

from pathlib import Path

import attrs
import pyoxigraph as ox

from nkgraph.graph import PROVENANCE, claim_quads, document_quads, provenance_quads, reference_quads
from nkgraph.iris import account_iri, claim_iri, ontology_iri, passage_iri, span_iri
from nkgraph.model import Claim, Passage, Span
from nkgraph.passages import passage_at
from nkgraph.reasons import reason_quads
from nkgraph.source import Source
from nkgraph.vocabularies import vocabulary_quads

__all__ = ["Asserted", "assemble", "places_of"]


def _first_spans(source: Source) -> dict[tuple[str, str], Span]:
    """Return where each claim is made: at the words that it names first, or else at those of what it follows from."""
    known = {(claim.document, claim.key): claim for claim in source.claims}
    firsts: dict[tuple[str, str], Span] = {}

    def find(claim: Claim) -> Span | None:
        place = (claim.document, claim.key)
        if place not in firsts:
            sources = (known[claim.document, key] for key in claim.sources)
            spans = claim.spans or tuple(span for other in sources if (span := find(other)) is not None)
            if not spans:
                return None
            firsts[place] = spans[0] if claim.spans else min(spans, key=lambda span: span.start)
        return firsts[place]

    for claim in source.claims:
        find(claim)
    return firsts


@attrs.frozen
class Asserted:
    """The quads of what is asserted, and how many triples each claim says, by document and key."""

    quads: list[ox.Quad]
    sizes: dict[tuple[str, str], int]


def _span_passage(span: Span, passage: Passage) -> ox.Quad:
    """Return the passage that a span stands in; a claim with words from two accounts has two."""
    subject = ox.NamedNode(span_iri(span.document, span.start, span.end))
    return ox.Quad(
        subject,
        ox.NamedNode(ontology_iri("passage")),
        ox.NamedNode(passage_iri(span.document, passage.key)),
        PROVENANCE,
    )


def assemble(source: Source) -> Asserted:
    """Return the asserted quads of a source: claims, provenance, documents, reference data, ontology."""
    quads: list[ox.Quad] = list(source.vocabulary.quads)
    sizes: dict[tuple[str, str], int] = {}
    firsts = _first_spans(source)
    accounts = {
        account_iri(slug, int(p.number)): p.key
        for slug, found in source.passages.items()
        for p in found
        if p.kind == "account" and p.number
    }
    for document in source.documents:
        quads.extend(document_quads(document, source.passages[document.slug]))
    quads.extend(reason_quads(source.reasons, source.vocabulary))
    for name, items in source.reference.items():
        quads.extend(reference_quads(name, items, source.vocabulary))
    quads.extend(quad for external in source.vocabularies for quad in vocabulary_quads(external))
    for claim in source.published:
        said = claim_quads(claim, source.vocabulary, accounts)
        sizes[claim.document, claim.key] = len(said)
        quads.extend(said)
        first = firsts.get((claim.document, claim.key))
        passage = passage_at(source.passages[claim.document], first.start, first.end) if first else None
        order = first.start if first else 0
        quads.extend(provenance_quads(claim, said, source.vocabulary, passage, order))
        for span in claim.spans:
            where = passage_at(source.passages[claim.document], span.start, span.end)
            if where is not None:
                quads.append(_span_passage(span, where))
    return Asserted(quads, sizes)


def places_of(source: Source) -> dict[str, tuple[Path, int]]:
    """Return file and line of each claim, by its IRI."""
    return {claim_iri(c.document, c.key): (c.path, c.line) for c in source.claims}
