"""Everything that a build reads, as values: claims, reference data, documents, passages, mapping sets, the ontology."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from nkgraph.claims import ClaimErrors, read_claims
from nkgraph.composites import Composite, load_composites
from nkgraph.consistency import find_inconsistencies
from nkgraph.documents import load_documents
from nkgraph.errors import ReadError
from nkgraph.identifiers import check_identifiers
from nkgraph.iris import passage_iri
from nkgraph.judgements import find_contradictions, read_judgements
from nkgraph.mappingfolders import read_mapping_sets
from nkgraph.mappings import MappingSet
from nkgraph.model import Claim, Document, Passage
from nkgraph.ontology import Vocabulary, load_vocabulary
from nkgraph.passages import load_index
from nkgraph.project import Project
from nkgraph.reasons import load_reasons
from nkgraph.referencefiles import read_reference
from nkgraph.targets import Target, read_targets
from nkgraph.tombstones import Tombstone, check_tombstones, read_tombstones
from nkgraph.vocabularies import ExternalVocabulary, load_vocabularies

__all__ = ["STAGE_LIST", "Source", "read_links", "read_source"]

#: What a withdrawal still has to do, in the folder of data: as long as it is there, the data are not whole.
STAGE_LIST: Final = ".withdrawing/list.json"


@attrs.frozen
class Source:
    """Everything that a build reads, as values."""

    vocabulary: Vocabulary
    documents: tuple[Document, ...]
    passages: Mapping[str, tuple[Passage, ...]]
    claims: tuple[Claim, ...]
    reference: Mapping[str, tuple[Claim, ...]]
    reasons: Mapping[tuple[str, str], str]
    vocabularies: tuple[ExternalVocabulary, ...] = ()
    mappings: tuple[MappingSet, ...] = ()
    composites: Mapping[str, Composite] = attrs.field(factory=dict)
    tombstones: tuple[Tombstone, ...] = ()

    @property
    def published(self) -> tuple[Claim, ...]:
        """The claims of status reviewed: only these are in the graph."""
        return tuple(claim for claim in self.claims if claim.status == "reviewed")

    def published_of(self, slug: str) -> tuple[Claim, ...]:
        """The published claims of one document."""
        return tuple(claim for claim in self.published if claim.document == slug)


def read_links(project: Project) -> tuple[tuple[MappingSet, ...], tuple[Target, ...]]:
    """Return the mapping sets of a project, and the vocabularies of others that are described; claims are not read.

    Raises:
        NkgraphError: a file of these, of the reference data or of the ontology cannot be read as what it should be.
    """
    sets = read_mapping_sets(project.data / "links")
    reference = _read_reference(project, load_vocabulary(project.ontology))
    return sets, read_targets(reference, load_vocabularies(project.data / "vocabularies"))


def _read_reference(project: Project, vocabulary: Vocabulary) -> dict[str, tuple[Claim, ...]]:
    paths = sorted((project.data / "reference").glob("*.yaml"))
    return {path.stem: read_reference(path, vocabulary) for path in paths}


def read_source(project: Project) -> Source:
    """Return what the folders of a project hold.

    Raises:
        NkgraphError: a file cannot be read as what it should be; claims report all their mistakes together.
    """
    if (project.data / STAGE_LIST).exists():
        remedy = "finish it with `nkgraph withdraw --finish`"
        raise ReadError("a withdrawal was stopped half way", path=project.data, remedy=remedy)
    vocabulary = load_vocabulary(project.ontology)
    documents = load_documents(project.data / "documents")
    order = [document.slug for document in documents]
    index = load_index(project.data / "passages")
    claims = read_claims(project.data / "claims", vocabulary, order)
    tombstones = read_tombstones(project.data / "withdrawn.tsv")
    check_tombstones(tombstones, claims)
    reference = _read_reference(project, vocabulary)
    passages = {slug: index.get(slug, ()) for slug in order}
    accounts = [passage_iri(slug, p.key) for slug, found in passages.items() for p in found if p.kind == "account"]
    mistakes = find_inconsistencies(claims, documents, reference, vocabulary, accounts)
    mistakes += find_contradictions(read_judgements(claims))
    if mistakes:
        raise ClaimErrors(mistakes)
    check_identifiers(project.data / "identifiers.tsv", claims)
    rank = {slug: number for number, slug in enumerate(order)}
    ordered = sorted(claims, key=lambda claim: rank[claim.document])
    reasons = load_reasons(project.data / "coverage", passages, vocabulary)
    mappings = read_mapping_sets(project.data / "links")
    vocabularies = load_vocabularies(project.data / "vocabularies")
    listed = project.data / "vocabularies" / "composites.tsv"
    composites = load_composites(listed) if listed.exists() else {}
    return Source(
        vocabulary,
        documents,
        passages,
        tuple(ordered),
        reference,
        reasons,
        vocabularies,
        mappings,
        composites,
        tombstones,
    )
