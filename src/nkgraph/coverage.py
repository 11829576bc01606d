"""The dataset about itself: how much of each document claims rest on, what each rule concluded, how often terms are used.

What SPARQL counts badly (lengths covered, sizes of graphs) is computed here once and published as triples.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, document_iri, graph_iri, ontology_iri, shorten
from nkgraph.model import Claim, Passage
from nkgraph.passages import measure_own_parts
from nkgraph.reasoning import RuleText, rule_graph
from nkgraph.reasons import KIND_REASONS

__all__ = [
    "STATISTICS",
    "CoverageRow",
    "coverage_quads",
    "find_resting",
    "measure_coverage",
    "release_quads",
    "rule_quads",
    "term_quads",
]

STATISTICS: Final = ox.NamedNode(graph_iri("statistics"))
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
#: Where neither a reader nor the kind of a passage says why it holds no claim.
_NOT_YET: Final = "not_coded_yet"


@attrs.frozen
class CoverageRow:
    """How far claims rest on one kind of passage of one document; lengths are code points of its own text, each
    counted once: what only stands between its lines (captions, page heads) belongs to another kind."""

    document: str
    kind: str
    passages: int
    with_claims: int
    reason: str | None
    claims: int
    triples: int
    characters: int
    covered: int


def _union(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _length(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)


def _overlap(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> int:
    """Return how much two unions have in common, going through both side by side."""
    total = i = j = 0
    while i < len(first) and j < len(second):
        (start, end), (other_start, other_end) = first[i], second[j]
        total += max(0, min(end, other_end) - max(start, other_start))
        if end < other_end:
            i += 1
        else:
            j += 1
    return total


def find_resting(found: Sequence[Passage], claims: Iterable[Claim]) -> dict[str, set[str]]:
    """Return for each passage of a document the keys of the claims that rest on words of its own text, if any do."""
    keys_of: dict[tuple[int, int], list[str]] = defaultdict(list)
    for key, parts in measure_own_parts(found).items():
        for part in parts:
            keys_of[part].append(key)
    ranges = sorted(keys_of)  # they stand apart: a leaf's own text is its holders' too, in the same ranges
    starts = [start for start, _ in ranges]
    resting: dict[str, set[str]] = {}
    for claim in claims:
        for span in claim.spans:
            index = bisect_right(starts, span.start) - 1
            if index >= 0 and span.end <= ranges[index][1]:
                for key in keys_of[ranges[index]]:
                    resting.setdefault(key, set()).add(claim.key)
    return resting


def measure_coverage(
    passages: Mapping[str, Sequence[Passage]],
    claims: Sequence[Claim],
    sizes: Mapping[tuple[str, str], int],
    reasons: Mapping[tuple[str, str], str],
) -> list[CoverageRow]:
    """Return coverage by document (as given) and kind of passage (sorted); ``sizes`` are triples by document and claim key.

    ``reasons`` are why passages hold no claims, by document and key; the codes of a kind stand sorted, with ``; `` between.
    """
    rows = []
    for slug, found in passages.items():
        own = [claim for claim in claims if claim.document == slug]
        own_parts = measure_own_parts(found)
        held = find_resting(found, own)
        covered = _union((span.start, span.end) for claim in own for span in claim.spans)
        kinds = sorted({passage.kind for passage in found})
        for kind in kinds:
            of_kind = [passage for passage in found if passage.kind == kind]
            touched = [passage for passage in of_kind if passage.key in held]
            resting = {key for passage in touched for key in held[passage.key]}
            why = {reasons.get((slug, p.key)) or KIND_REASONS.get(kind, _NOT_YET) for p in of_kind if p.key not in held}
            extent = _union(part for p in of_kind for part in own_parts[p.key])
            rows.append(
                CoverageRow(
                    slug,
                    kind,
                    len(of_kind),
                    len(touched),
                    "; ".join(sorted(why)) or None,
                    len(resting),
                    sum(sizes[slug, key] for key in resting),
                    _length(extent),
                    _overlap(extent, covered),
                )
            )
    return rows


def _nk(name: str) -> ox.NamedNode:
    return ox.NamedNode(ontology_iri(name))


def _statistics(path: str, kind: str, values: Mapping[str, int | str | ox.NamedNode | None]) -> Iterator[ox.Quad]:
    subject = ox.NamedNode(f"{BASE}statistics/{path}")
    yield ox.Quad(subject, _TYPE, _nk(kind), STATISTICS)
    for name, value in values.items():
        if value is None:
            continue
        term = value if isinstance(value, ox.NamedNode) else ox.Literal(value)
        yield ox.Quad(subject, _nk(name), term, STATISTICS)


def coverage_quads(rows: Iterable[CoverageRow]) -> Iterator[ox.Quad]:
    """Yield coverage as triples of the statistics graph."""
    for row in rows:
        yield from _statistics(
            f"coverage/{row.document}/{row.kind}",
            "CoverageStatement",
            {
                "document": ox.NamedNode(document_iri(row.document)),
                "passageKind": row.kind,
                "passages": row.passages,
                "passagesWithClaims": row.with_claims,
                "withoutReason": row.reason,
                "claims": row.claims,
                "triples": row.triples,
                "characters": row.characters,
                "charactersCovered": row.covered,
            },
        )


def rule_quads(concluded: Mapping[RuleText, Sequence[ox.Triple]]) -> Iterator[ox.Quad]:
    """Yield, for each rule, its title, its words and how many triples it concluded (also where it concluded none)."""
    for rule, triples in concluded.items():
        graph = rule_graph(rule)
        yield from _statistics(f"rule/{rule.key}", "RuleCount", {"rule": graph, "triples": len(triples)})
        yield ox.Quad(graph, ox.NamedNode(PREFIXES["dcterms"] + "title"), ox.Literal(rule.title), STATISTICS)
        yield ox.Quad(graph, ox.NamedNode(PREFIXES["skos"] + "definition"), ox.Literal(rule.words), STATISTICS)
        yield ox.Quad(graph, ox.NamedNode(PREFIXES["dcterms"] + "source"), ox.Literal(rule.source), STATISTICS)


def term_quads(triples: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    """Yield how often each term of ours is used: a property as predicate, a class as type, a code as value.

    What SKOS itself says of a code (its scheme, its matches) is no use of it.
    """
    uses: Counter[str] = Counter()
    code, skos, is_a = PREFIXES["code"], PREFIXES["skos"], _TYPE.value
    for triple in triples:
        prop, target = triple.predicate.value, triple.object
        if prop.startswith(ONTOLOGY):
            uses[prop] += 1
        if isinstance(target, ox.NamedNode):
            iri = target.value
            if (iri.startswith(code) and not prop.startswith(skos)) or (prop == is_a and iri.startswith(ONTOLOGY)):
                uses[iri] += 1
    for iri, count in sorted(uses.items()):
        path = "term/" + shorten(iri).replace(":", "/")
        yield from _statistics(path, "TermUse", {"term": ox.NamedNode(iri), "uses": count})


def release_quads(version: str, triples: int, claims: int, built_from: str) -> Iterator[ox.Quad]:
    """Yield the release: its number, its size without the statistics, and a digest of all that it was built from."""
    yield from _statistics(
        "release",
        "Release",
        {"release": version, "triples": triples, "claims": claims, "builtFrom": f"sha256:{built_from}"},
    )
    dataset = ox.NamedNode(f"{BASE}statistics/release")
    void = PREFIXES["void"]
    yield ox.Quad(dataset, _TYPE, ox.NamedNode(void + "Dataset"), STATISTICS)
    yield ox.Quad(dataset, ox.NamedNode(void + "triples"), ox.Literal(triples), STATISTICS)
    yield ox.Quad(dataset, ox.NamedNode(void + "uriSpace"), ox.Literal(BASE), STATISTICS)
    yield ox.Quad(dataset, ox.NamedNode(void + "vocabulary"), ox.NamedNode(ONTOLOGY.rstrip("#")), STATISTICS)
