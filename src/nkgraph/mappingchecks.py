"""Mapping sets checked together: what is mapped twice, in two ways, or so that two of ours would be one.

Checks read all sets, those by others included; each finding names its rows by file and line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.composites import Composite, find_split_composites
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.identity import Chain, Edge, find_chains
from nkgraph.iris import shorten
from nkgraph.mappable import Mappable, is_ours
from nkgraph.mappings import EXACT, NOTHING_FOUND, RELATIONS, SEE_ALSO, MappingRow, MappingSet
from nkgraph.ontology import Vocabulary
from nkgraph.targets import Target, find_target, write_alike

__all__ = ["check_mappings"]

_SAME: Final = frozenset(iri for iri, relation in RELATIONS.items() if relation.published == EXACT)
#: Relations of which SKOS says that no pair has two; closeMatch goes with any.
_APART: Final = frozenset(iri for iri, relation in RELATIONS.items() if relation.is_apart)


@attrs.frozen
class _Placed:
    """A row, with the set that it stands in and its target as its vocabulary writes it."""

    row: MappingRow
    held: MappingSet
    target: str

    def __str__(self) -> str:
        return f"{self.held.path.name}:{self.row.line}"

    def find(self, severity: Severity, rule: str, message: str) -> Finding:
        return Finding(severity, rule, shorten(self.row.subject), message, self.held.path, self.row.line)


def check_mappings(
    sets: Sequence[MappingSet],
    mappable: Mappable,
    targets: Sequence[Target],
    vocabulary: Vocabulary,
    composites: Mapping[str, Composite] = MappingProxyType({}),
) -> list[Finding]:
    """Return what is wrong with mapping sets read together, worst first.

    ``targets`` are the vocabularies of others that are described; ``vocabulary`` the ontology, whose own equivalences are
    steps of a chain too; ``composites`` the codes that no mapping may split.
    """
    placed = [_Placed(row, held, write_alike(row.object, targets)) for held in sets for row in held.rows]
    ends = list(_check_ends(placed, mappable))
    told = {(finding.path, finding.line) for finding in ends}
    sound = [one for one in placed if (one.held.path, one.row.line) not in told]
    return sort_findings(
        [
            *ends,
            *_check_targets(sound, targets),
            *_check_repeats(sound),
            *_check_pairs(sound),
            *_check_chains(sound, mappable, vocabulary),
            *_check_composites(sound, composites),
        ]
    )


def _check_composites(placed: Iterable[_Placed], composites: Mapping[str, Composite]) -> Iterator[Finding]:
    """Yield the rows that say of a code with several parts that it is the same as, or close to, one of them."""
    rows = {(one.row.subject, one.row.relation, one.target): one for one in placed if not one.row.is_denied}
    for split in find_split_composites(rows, composites):
        remedy = "say skos:broadMatch, skos:narrowMatch or skos:relatedMatch"
        yield rows[split.mapping].find(Severity.VIOLATION, "composite-split", f"{split.message}; {remedy}")


def _check_ends(placed: Iterable[_Placed], mappable: Mappable) -> Iterator[Finding]:
    for one in placed:
        problem = mappable.find_problem(one.row.subject)
        if problem is not None:
            yield one.find(Severity.VIOLATION, *problem)
        elif one.row.object in mappable.persons:
            message = f"is mapped to {shorten(one.row.object)}, a person: no person is ever mapped"
            yield one.find(Severity.VIOLATION, "mapping-person", message)
        elif is_ours(one.row.object):
            message = f"is mapped to {shorten(one.row.object)}, which is ours: objects are things of others"
            yield one.find(Severity.VIOLATION, "mapping-object", message)


def _check_targets(placed: Iterable[_Placed], targets: Sequence[Target]) -> Iterator[Finding]:
    for one in placed:
        if one.row.object == NOTHING_FOUND:
            continue
        target = find_target(one.row.object, targets)
        if target is None:
            severity = Severity.INFO if one.held.is_imported else Severity.WARNING
            message = f"is mapped to {one.row.object}, which is of no vocabulary that is described"
            yield one.find(severity, "mapping-vocabulary", message)
        elif target.holds == "pages" and one.row.relation != SEE_ALSO and not one.row.is_denied:
            message = (
                f"is mapped to {one.row.object}, a page of {target.name}, by {shorten(one.row.predicate)}: "
                "a page tells of a thing, and is no match of it; write rdfs:seeAlso"
            )
            yield one.find(Severity.VIOLATION, "mapping-kind", message)
        if one.target != one.row.object:
            message = f"is mapped to {one.row.object}, which its own vocabulary writes {one.target}"
            yield one.find(Severity.WARNING, "mapping-spelling", message)


def _check_repeats(placed: Iterable[_Placed]) -> Iterator[Finding]:
    first: dict[tuple[object, ...], _Placed] = {}
    for one in placed:
        row = one.row
        key = (row.subject, row.relation, one.target, row.is_denied, row.justification, one.held.path)
        other = first.setdefault(key, one)
        if other is not one:
            message = f"is mapped to {shorten(row.object)} by the same relation already ({other})"
            yield one.find(Severity.VIOLATION, "mapping-duplicate", message)
        again = first.setdefault((row.subject, row.relation, one.target, row.is_denied), one)
        if again.held.path != one.held.path:
            message = (
                f"is mapped to {shorten(row.object)} by the same relation in the set {again.held.name} too ({again})"
            )
            yield one.find(Severity.INFO, "mapping-repeated", message)


def _check_pairs(placed: Iterable[_Placed]) -> Iterator[Finding]:
    """Yield where one pair has relations that cannot both hold, or two where one would do."""
    pairs: dict[tuple[str, str], list[_Placed]] = defaultdict(list)
    for one in placed:
        for other in pairs[one.row.subject, one.target]:
            relations = (other.row.relation, one.row.relation)
            told = f"is mapped to {shorten(one.row.object)} by {shorten(relations[0])} ({other}) and {shorten(relations[1])}"
            if one.row.is_denied != other.row.is_denied and relations[0] == relations[1]:
                message = f"{told}, which one of them denies"
                yield one.find(Severity.VIOLATION, "mapping-conflict", message)
            elif relations[0] != relations[1] and not (one.row.is_denied or other.row.is_denied):
                if {*relations} <= _APART:
                    message = f"{told}, which cannot both hold"
                    yield one.find(Severity.VIOLATION, "mapping-conflict", message)
                else:
                    yield one.find(Severity.WARNING, "mapping-conflict", f"{told}, where one would do")
        pairs[one.row.subject, one.target].append(one)


def _check_chains(placed: Iterable[_Placed], mappable: Mappable, vocabulary: Vocabulary) -> Iterator[Finding]:
    edges: list[Edge[_Placed | str]] = [Edge(one.row.subject, one.target, one) for one in placed if one.row.is_exact]
    for quad in vocabulary.quads:
        if quad.predicate.value in _SAME and isinstance(quad.object, ox.NamedNode):
            subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            edges.append(Edge(subject, quad.object.value, "the ontology"))
    for chain in find_chains(edges, is_ours):
        rows = [why for why in chain.whys if isinstance(why, _Placed)]
        if rows:
            yield _describe_chain(chain, rows, mappable)


def _describe_chain(chain: Chain[_Placed | str], rows: Sequence[_Placed], mappable: Mappable) -> Finding:
    last = max(rows, key=lambda one: (one.held.is_imported, one.held.name, one.row.line))
    first, end = chain.names[0], chain.names[-1]
    if len(chain.whys) == 2 == len(rows):
        kinds = [mappable.kinds.get(name, "thing") for name in (first, end)]
        told = " and ".join(f"{shorten(name)} ({kind})" for name, kind in zip((first, end), kinds, strict=True))
        message = (
            f"{told} would be one: both are mapped to {shorten(chain.names[1])} as the same ({rows[0]}, {rows[1]})"
        )
        return last.find(Severity.VIOLATION, "mapping-shared-target", message)
    steps = [f"{shorten(b)} ({why})" for (_, b), why in zip(pairwise(chain.names), chain.whys, strict=True)]
    message = f"{shorten(first)} and {shorten(end)} would be one: {' = '.join([shorten(first), *steps])}"
    return last.find(Severity.VIOLATION, "mapping-chain", message)
