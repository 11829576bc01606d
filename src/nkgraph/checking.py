"""The words read again: every span against the document, and every value against the words of its claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from nkgraph.anchoring import reanchor
from nkgraph.documents import is_original
from nkgraph.findings import Finding, Severity
from nkgraph.model import Claim, Document, Passage
from nkgraph.ontology import Vocabulary
from nkgraph.passages import check_index
from nkgraph.spans import Reading, check_span, read_text
from nkgraph.support import Gazetteer, check_numbers, check_support, make_gazetteer

__all__ = ["check_words"]


def check_words(
    claims: Sequence[Claim],
    documents: Sequence[Document],
    passages: Mapping[str, Sequence[Passage]],
    texts: Mapping[str, str],
    vocabulary: Vocabulary,
    reference: Mapping[str, Sequence[Claim]],
) -> list[Finding]:
    """Return what is wrong with the words of claims, for the documents whose texts are given.

    In the described text itself every span must stand where it says, its numbers must be those of its words, and the
    words of a stated claim must carry its values. In another conversion of a document the spans are found anew; those
    found twice or not at all are findings.
    """
    findings: list[Finding] = []
    gazetteer = make_gazetteer(reference, claims)
    for document in documents:
        text = texts.get(document.slug)
        if text is None:
            continue
        own = [claim for claim in claims if claim.document == document.slug]
        if not is_original(document, text):
            findings.extend(_check_conversion(own, text, passages[document.slug]))
            continue
        findings.extend(check_index({document.slug: passages[document.slug]}, {document.slug: text}))
        reading = read_text(document.slug, text, passages[document.slug])
        for claim in own:
            findings.extend(_check_claim(claim, reading, vocabulary, gazetteer))
    return findings


def _check_claim(claim: Claim, reading: Reading, vocabulary: Vocabulary, gazetteer: Gazetteer) -> list[Finding]:
    findings: list[Finding] = []
    for quotation in claim.quotations:
        message = f"the words {quotation!r} are not anchored; run `nkgraph claims anchor {claim.path}`"
        findings.append(Finding(Severity.VIOLATION, "words-unanchored", claim.key, message, claim.path, claim.line))
    wrong = [(span, found) for span in claim.spans if (found := check_span(span, reading))]
    for span, found in wrong:
        findings.append(attrs.evolve(found, thing=claim.key, path=claim.path, line=span.line or claim.line))
    if not wrong:
        findings.extend(check_numbers(claim, reading))
        findings.extend(check_support(claim, reading, vocabulary, gazetteer))
    return findings


def _check_conversion(claims: Sequence[Claim], text: str, passages: Sequence[Passage]) -> list[Finding]:
    owners = {(span.start, span.end): claim for claim in claims for span in claim.spans}
    _, lost = reanchor([span for claim in claims for span in claim.spans], text, passages)
    findings = []
    for finding in lost:
        start, _, end = finding.thing.rpartition("/")[2].partition("-")
        claim = owners[int(start), int(end)]
        findings.append(attrs.evolve(finding, thing=claim.key, path=claim.path, line=finding.line or claim.line))
    return findings
