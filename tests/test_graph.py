"""Claims made into quads: one graph a claim, typed values, provenance, and no blank node."""

from __future__ import annotations

from pathlib import Path

import attrs
import pyoxigraph as ox
import pytest

from nkgraph.graph import PROVENANCE, claim_digest, claim_quads, node_iris
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, claim_iri, graph_iri
from nkgraph.model import Claim
from nkgraph.pipeline import Source, assemble, build, read_source
from nkgraph.project import Project, default_project

SMALL = Path(__file__).resolve().parent / "wrong_inputs" / "project" / "data"
SALE = f"{BASE}id/a-report/case-1/transfer-1"


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source(attrs.evolve(default_project(), data=SMALL))


@pytest.fixture(scope="module")
def quads(source: Source) -> list[ox.Quad]:
    return assemble(source).quads


def claim_of(source: Source, key: str) -> Claim:
    return next(claim for claim in source.claims if claim.key == key)


def values(quads: list[ox.Quad], subject: str, name: str) -> set[str]:
    return {str(q.object) for q in quads if q.subject == ox.NamedNode(subject) and q.predicate.value == ONTOLOGY + name}


def test_claim_has_a_graph_of_its_own(source: Source, quads: list[ox.Quad]) -> None:
    """What a claim says stands in the graph that is named like the claim, and only there."""
    name = ox.NamedNode(claim_iri("a-report", "case-1/transfer-1"))
    said = claim_quads(claim_of(source, "case-1/transfer-1"), source.vocabulary, {})
    assert {q.graph_name for q in said} == {name}
    assert {q.triple for q in said} <= {q.triple for q in quads if q.graph_name == name}


def test_drafted_claim_is_not_in_the_graph(source: Source, quads: list[ox.Quad]) -> None:
    """Only what is reviewed is published."""
    assert claim_of(source, "case-1/broker").status == "drafted"
    assert [q for q in quads if "case-1/broker" in str(q)] == []


def test_nested_thing_is_named_after_its_parent(source: Source, quads: list[ox.Quad]) -> None:
    """A payment without an id is ``<transfer>/payment``, and there is no blank node anywhere."""
    assert node_iris(claim_of(source, "case-1/transfer-1")) == (SALE, f"{SALE}/payment")
    assert [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)] == []


def test_values_are_typed_by_the_ontology(quads: list[ox.Quad]) -> None:
    """A sum is a decimal in both bounds, a code its concept, a date itself and the days that it allows."""
    decimal, date, edtf = f"{PREFIXES['xsd']}decimal", f"{PREFIXES['xsd']}date", f"{PREFIXES['edtf']}EDTF"
    assert values(quads, f"{SALE}/payment", "amountMin") == {f'"3000"^^<{decimal}>'}
    assert values(quads, f"{SALE}/payment", "amountMax") == {f'"3000"^^<{decimal}>'}
    assert values(quads, SALE, "kind") == {f"<{BASE}code/transfer-kind/sold>"}
    assert values(quads, SALE, "date") == {f'"1999"^^<{edtf}>'}
    assert values(quads, SALE, "begin") == {f'"1999-01-01"^^<{date}>'}
    assert values(quads, SALE, "end") == {f'"1999-12-31"^^<{date}>'}


def test_thing_belongs_to_the_account_of_its_id(quads: list[ox.Quad]) -> None:
    """An id that begins with an account's is in that account, and the account knows its narrator."""
    account = f"{BASE}id/a-report/case-1"
    assert values(quads, SALE, "inAccount") == {f"<{account}>"}
    assert values(quads, account, "narrator") == {f"<{account}/narrator>"}


def test_provenance_leads_to_the_words(source: Source, quads: list[ox.Quad]) -> None:
    """A claim names its spans, its passage and its status; a derived one what it follows from."""
    of = {q for q in quads if q.graph_name == PROVENANCE}
    stated, derived = (claim_iri("a-report", key) for key in ("case-1/transfer-1", "case-1/transfer-1/place"))
    span = claim_of(source, "case-1/transfer-1").spans[0]
    quoted = {q.object for q in of if q.subject == ox.NamedNode(stated) and q.predicate.value.endswith("wasQuotedFrom")}
    follows = {
        q.object for q in of if q.subject == ox.NamedNode(derived) and q.predicate.value.endswith("wasDerivedFrom")
    }
    assert quoted == {ox.NamedNode(f"{BASE}span/a-report/{span.start}-{span.end}")}
    assert follows == {ox.NamedNode(stated)}


def test_derived_claim_has_the_passage_and_order_of_its_source(quads: list[ox.Quad]) -> None:
    """A claim that no words say stands where the claim stands that it follows from."""
    stated, derived = (claim_iri("a-report", key) for key in ("case-1/transfer-1", "case-1/transfer-1/place"))
    assert values(quads, derived, "passage") == values(quads, stated, "passage") != set()
    assert values(quads, derived, "order") == values(quads, stated, "order")


def test_digest_is_of_what_is_said_and_of_its_words(source: Source) -> None:
    """A changed value, or other words, are another digest; another status or place in the file is not."""
    claim = claim_of(source, "case-1/transfer-1")
    said = [q.triple for q in claim_quads(claim, source.vocabulary, {})]
    digest = claim_digest(claim, said)
    assert digest == claim_digest(attrs.evolve(claim, line=99), list(reversed(said)))
    assert digest != claim_digest(claim, said[1:])
    assert digest != claim_digest(attrs.evolve(claim, spans=()), said)


@pytest.mark.slow
def test_build_is_sorted_and_the_same_twice(tmp_path: Path) -> None:
    """The same inputs are the same bytes: sorted N-Quads, the default graph the merge of all, each triple once."""
    written = []
    for name in ("one", "two"):
        project = Project(default_project().root, SMALL, tmp_path / name)
        built = build(project)
        written.append(project.graph_file.read_bytes())
    lines = written[0].decode().splitlines()

    assert written[0] == written[1]
    assert [str(quad) for quad in built.quads] == sorted(str(quad) for quad in built.quads)
    assert len(lines) == len(built.quads)
    default = [q.triple for q in built.quads if q.graph_name == ox.DefaultGraph()]
    assert len(default) == len(set(default))
    assert set(default) == {q.triple for q in built.quads}


@pytest.mark.slow
def test_asserted_and_inferred_are_apart(tmp_path: Path) -> None:
    """What is inferred is nowhere asserted, and the two views together are what is not statistics."""
    built = build(Project(default_project().root, SMALL, tmp_path))
    views = {
        name: {q.triple for q in built.quads if q.graph_name == ox.NamedNode(graph_iri(f"view/{name}"))}
        for name in ("asserted", "inferred")
    }
    assert views["asserted"] & views["inferred"] == set()
    assert (built.asserted, built.inferred) == tuple(len(view) for view in views.values())
