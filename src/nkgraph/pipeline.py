"""The whole way: claims and reference data to quads, SHACL, inference, statistics, and one sorted N-Quads file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph import __version__
from nkgraph.assembly import Asserted, assemble, places_of
from nkgraph.clashes import check_closure
from nkgraph.coverage import (
    coverage_quads,
    find_resting,
    measure_coverage,
    release_quads,
    rule_quads,
    term_quads,
)
from nkgraph.errors import BuildError
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.iris import claim_iri, graph_iri
from nkgraph.judgements import find_dissolved, read_judgements
from nkgraph.links import link_quads
from nkgraph.mappable import find_mappable
from nkgraph.mappingchecks import check_mappings
from nkgraph.mappings import MappingSet
from nkgraph.ontology import Vocabulary
from nkgraph.project import Project
from nkgraph.reasoning import Closure, RuleText, close, load_theory, rule_graph
from nkgraph.reasons import check_reasons
from nkgraph.source import Source, read_source
from nkgraph.support import check_derived
from nkgraph.targets import read_targets
from nkgraph.tombstones import tombstone_quads
from nkgraph.validation import validate
from nkgraph.writing import write_atomically

__all__ = [
    "STEPS",
    "Built",
    "Source",
    "assemble",
    "build",
    "check_coverage",
    "check_links",
    "check_source",
    "conclude",
    "places_of",
    "read_source",
]

Progress = Callable[[str], None]

#: The folders of data that a build reads.
_READ: Final = ("claims", "coverage", "documents", "links", "passages", "reference", "vocabularies")
#: How many steps `build` reports.
STEPS: Final = 4


@attrs.frozen
class Built:
    """A built dataset: its quads (sorted, default graph and views included), and what was found on the way.

    ``asserted`` and ``inferred`` count triples, those of ``links`` mappings (and what is told of each) among the asserted.
    """

    quads: tuple[ox.Quad, ...]
    findings: tuple[Finding, ...]
    claims: int
    asserted: int
    inferred: int
    links: int


def _silent(_: str) -> None:
    return None


def check_source(source: Source, project: Project, quads: Iterable[ox.Quad] | None = None) -> list[Finding]:
    """Return what SHACL finds, which judgements disagree, which derived numbers nothing gives; with file and line."""
    asserted = assemble(source).quads if quads is None else quads
    findings = [
        *validate(asserted, project.shapes, places_of=places_of(source)),
        *check_derived(source.published, source.vocabulary),
        *check_links(source, source.mappings),
    ]
    told = {(finding.rule, finding.path, finding.line) for finding in findings}
    dissolved = find_dissolved(read_judgements(source.claims))  # the shape of that name looks for short chains only
    return [*findings, *(found for found in dissolved if (found.rule, found.path, found.line) not in told)]


def check_links(source: Source, sets: Sequence[MappingSet]) -> list[Finding]:
    """Return what is wrong with mapping sets, given all else that a source holds."""
    if not sets:
        return []
    mappable = find_mappable(source.vocabulary, source.documents, source.reference, source.claims)
    targets = read_targets(source.reference, source.vocabularies)
    return check_mappings(sets, mappable, targets, source.vocabulary, source.composites)


def check_coverage(source: Source, texts: Mapping[str, str]) -> list[Finding]:
    """Return what is wrong with the reasons for passages that hold no claim; what they state only where texts are given."""
    resting = {slug: find_resting(found, source.published_of(slug)) for slug, found in source.passages.items()}
    names = [
        value
        for claim in source.published
        if claim.says.properties.get("type") in {("InstrumentMention",), ("NamedPerson",)}
        for key in ("alias", "name")
        for value in claim.says.properties.get(key, ())
        if isinstance(value, str)
    ]
    return check_reasons(source.reasons, source.passages, resting, texts, names)


def _digest_inputs(project: Project) -> str:
    digest = hashlib.sha256()
    folders = [
        project.ontology,
        *(project.data / name for name in _READ),
    ]
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".ttl", ".rq", ".yaml", ".tsv"}):
            digest.update(f"{folder.name}/{path.relative_to(folder)}".encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _merge(quads: Iterable[ox.Quad], graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    for triple in {q.triple for q in quads}:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def build(project: Project, *, progress: Progress = _silent) -> Built:
    """Build the dataset of a project and write it, unless SHACL finds a violation.

    The file is replaced in one step, and only by a graph without violations: a build that fails leaves the last good one.

    Raises:
        NkgraphError: an input cannot be read, or the output cannot be written.
    """
    progress("reading claims and reference data")
    source = read_source(project)
    asserted = assemble(source)
    progress(f"checking {len(source.published)} claims against the shapes")
    findings = check_source(source, project, asserted.quads)
    progress("inferring")
    closure = conclude(project, source.vocabulary, asserted.quads)
    findings += [
        clash.finding for clash in check_closure(asserted.quads, closure, project.shapes, places_of(source), findings)
    ]
    progress("writing the graph")
    # links are told, not reasoned with: they join here, after the shapes and the rules have read the rest
    links = link_quads(source.mappings, read_targets(source.reference, source.vocabularies))
    quads = _complete(project, source, Asserted([*asserted.quads, *links], asserted.sizes), closure.concluded)
    inferred = len({t for triples in closure.concluded.values() for t in triples})
    built = Built(
        tuple(quads),
        tuple(sort_findings(findings)),
        len(source.published),
        len({q.triple for q in (*asserted.quads, *links)}),
        inferred,
        sum(not row.is_denied for held in source.mappings for row in held.rows),
    )
    if not any(finding.severity is Severity.VIOLATION for finding in findings):
        write_atomically(project.graph_file, _serialise(quads))
    return built


def conclude(project: Project, vocabulary: Vocabulary, quads: Sequence[ox.Quad]) -> Closure:
    """Return what follows from asserted quads by the ontology and the rules of a project.

    Raises:
        NkgraphError: the ontology is outside OWL 2 RL, or the rules cannot be read.
    """
    return close(quads, load_theory(project.ontology, vocabulary))


def _complete(
    project: Project, source: Source, asserted: Asserted, concluded: Mapping[RuleText, tuple[ox.Triple, ...]]
) -> list[ox.Quad]:
    inferred = [
        ox.Quad(t.subject, t.predicate, t.object, rule_graph(rule))
        for rule, triples in concluded.items()
        for t in triples
    ]
    core = {q.triple for q in asserted.quads} | {q.triple for q in inferred}
    rows = measure_coverage(source.passages, source.published, asserted.sizes, source.reasons)
    statistics = [
        *coverage_quads(rows),
        *rule_quads(concluded),
        *term_quads(core),
        *release_quads(__version__, len(core), len(source.published), _digest_inputs(project)),
    ]
    # tombstones are in no count: but for them, the graph is that of data in which the claims never were
    buried = list(tombstone_quads(source.tombstones))
    everything = [*asserted.quads, *inferred, *statistics, *buried]
    views: list[ox.Quad] = [*_merge(everything, ox.DefaultGraph())]
    views += _merge([*asserted.quads, *buried], ox.NamedNode(graph_iri("view/asserted")))
    views += _merge(inferred, ox.NamedNode(graph_iri("view/inferred")))
    for document in source.documents:
        prefix = claim_iri(document.slug, "")
        own = graph_iri(f"document/{document.slug}")
        graph = ox.NamedNode(graph_iri(f"view/document/{document.slug}"))
        names = {own}
        of_document = [
            q
            for q in asserted.quads
            if isinstance(q.graph_name, ox.NamedNode)
            and (q.graph_name.value in names or q.graph_name.value.startswith(prefix))
        ]
        views += _merge(of_document, graph)
    for quad in everything:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            raise BuildError(f"a blank node in {quad.graph_name}", remedy="give the nested thing an id")
    return sorted({*everything, *views}, key=str)


def _serialise(quads: Iterable[ox.Quad]) -> str:
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None
    return data.decode()
