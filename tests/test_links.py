"""Links: what is mapped and why, that nothing of ours becomes one by it, and that nothing follows from it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import attrs
import owlrl
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.plugins.sparql import prepareQuery

from nkgraph.cli import main
from nkgraph.evaluation import LocalAnswers
from nkgraph.findings import Severity
from nkgraph.identity import Edge, find_chains
from nkgraph.iris import BASE, PREFIXES, expand, resource_iri, shorten
from nkgraph.links import link_quads, links_graph, say_same
from nkgraph.mappable import find_mappable, is_ours
from nkgraph.mappingfiles import read_mappings
from nkgraph.mappings import EXACT, RELATIONS, MappingSet, merge_sets, write_mappings
from nkgraph.pipeline import Source, assemble, build, check_links, check_source, read_source
from nkgraph.project import Project, default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.reasoning import infer, load_strata
from nkgraph.sparql import SparqlRequest
from nkgraph.store import open_store
from nkgraph.tables import read_table
from nkgraph.targets import Target, find_target, read_targets
from nkgraph.web import create_app
from nkgraph.web.linked import gather_links

pytestmark = pytest.mark.slow

ROOT = default_project().root
LINKS = default_project().data / "links"
SMALL = Path(__file__).resolve().parent / "wrong_inputs" / "project" / "data"
SKOS_AXIOMS = Path(__file__).resolve().parent / "fixtures" / "skos-axioms.ttl"
LISTED = ROOT.parent / "shared" / "links" / "identifiers.csv"
SAME_AS = PREFIXES["owl"] + "sameAs"
VOID, SSSOM = PREFIXES["void"], PREFIXES["sssom"]
HEADER = """#curie_map:
#  nk: "https://w3id.org/nkgraph/ontology#"
#  code: "https://w3id.org/nkgraph/code/"
#  id: "https://w3id.org/nkgraph/id/"
#  place: "https://w3id.org/nkgraph/place/"
#  work: "https://w3id.org/nkgraph/work/"
#  wikidata: "http://www.wikidata.org/entity/"
#  wiki: "https://www.wikidata.org/wiki/"
#  geonames: "https://sws.geonames.org/"
#  ex: "https://example.org/"
#  untc: "https://treaties.un.org/pages/ViewDetails.aspx?src=TREATY&mtdsg_no="
#mapping_set_id: "https://example.org/NAME"
#license: "https://creativecommons.org/publicdomain/zero/1.0/"
#creator_label: "Somebody Else"
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tpredicate_modifier\n"


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source(default_project())


@pytest.fixture(scope="module")
def small() -> Source:
    """The small project with the vocabularies of others that ours describes."""
    found = read_source(attrs.evolve(default_project(), data=SMALL))
    ours = read_source(default_project()).reference["vocabularies"]
    return attrs.evolve(found, reference={**found.reference, "vocabularies": ours})


def make_set(tmp_path: Path, name: str, *rows: str, imported: bool = False) -> MappingSet:
    """Return a set of rows written as ``subject predicate object [Not]``."""
    path = tmp_path / f"{name}.sssom.tsv"
    lines = []
    for row in rows:
        subject, predicate, target, *rest = row.split()
        lines.append("\t".join((subject, predicate, target, "semapv:ManualMappingCuration", *(rest or [""]))))
    path.write_text(HEADER.replace("NAME", name) + COLUMNS + "\n".join(lines) + "\n", encoding="utf-8")
    return read_mappings(path, name, is_imported=imported)


def find(small: Source, *sets: MappingSet) -> list[tuple[Severity, str, str]]:
    return [(f.severity, f.rule, f.message) for f in check_links(small, sets)]


def test_ours_are_without_a_finding(source: Source) -> None:
    """No set of ours has a duplicate, a conflict, a chain, an unknown thing or a person."""
    assert check_links(source, source.mappings) == []


@pytest.mark.parametrize(
    ("row", "rule", "said"),
    [
        ("id:a-report/case-1/narrator skos:exactMatch wikidata:Q1", "mapping-person", "no person is ever mapped"),
        ("place:jilin rdfs:seeAlso id:a-report/case-1/narrator", "mapping-person", "no person is ever mapped"),
        ("id:a-report/case-1/transfer-1 rdfs:seeAlso wikidata:Q1", "mapping-subject", "only reference data, codes"),
        (
            "place:jilim skos:exactMatch wikidata:Q1",
            "mapping-subject",
            "there is no such thing (nearest: place:jilin)",
        ),
        ("wikidata:Q1 skos:exactMatch geonames:1/", "mapping-subject", "is not ours"),
        ("place:jilin skos:closeMatch place:china", "mapping-object", "objects are things of others"),
        ("place:jilin skos:exactMatch ex:Jilin", "mapping-vocabulary", "of no vocabulary that is described"),
        (
            "place:jilin skos:exactMatch wiki:Q45208",
            "mapping-spelling",
            "writes http://www.wikidata.org/entity/Q45208",
        ),
    ],
)
def test_ends_that_are_refused(small: Source, tmp_path: Path, row: str, rule: str, said: str) -> None:
    """A subject that is a person, an event, unknown or not ours is found, and so is a target of ours or of nobody known."""
    ((_, found, message),) = find(small, make_set(tmp_path, "a", row))

    assert found == rule
    assert said in message


@pytest.mark.parametrize("subject", ["place:jilin", "code:river/Tumen", "code:river", "nk:Narrator", "id:a-report"])
def test_what_may_be_mapped(small: Source, tmp_path: Path, subject: str) -> None:
    """Reference data, codes, schemes, terms (of persons too: a class is no person) and documents may be."""
    assert find(small, make_set(tmp_path, "a", f"{subject} skos:closeMatch wikidata:Q1")) == []


def test_no_person_of_the_data_may_be_mapped(source: Source) -> None:
    """All who are told of are refused as subjects, people in public roles too, and none is mapped."""
    mappable = find_mappable(source.vocabulary, source.documents, source.reference, source.claims)
    kinds = Counter(mappable.persons.values())
    subjects = {row.subject for held in source.mappings for row in held.rows}

    assert kinds["narrator"] > 50
    assert len(kinds) > 2
    assert {(mappable.find_problem(iri) or ("",))[0] for iri in mappable.persons} == {"mapping-person"}
    assert subjects & mappable.persons.keys() == set()
    assert not any(subject.startswith(PREFIXES["id"]) for subject in subjects)


def test_duplicates_and_repeats(small: Source, tmp_path: Path) -> None:
    """A row twice in a set is a mistake; a set of others that agrees with ours is information."""
    row = "place:jilin skos:exactMatch wikidata:Q45208"
    twice = find(small, make_set(tmp_path, "a", row, row))
    again = find(small, make_set(tmp_path, "a", row), make_set(tmp_path, "b", row, imported=True))

    assert [(severity, rule) for severity, rule, _ in twice] == [(Severity.VIOLATION, "mapping-duplicate")]
    assert [(severity, rule) for severity, rule, _ in again] == [(Severity.INFO, "mapping-repeated")]


@pytest.mark.parametrize(
    ("other", "severity"),
    [
        ("skos:broadMatch wikidata:Q45208", Severity.VIOLATION),
        ("skos:relatedMatch wikidata:Q45208", Severity.VIOLATION),
        ("skos:exactMatch wikidata:Q45208 Not", Severity.VIOLATION),
        ("skos:broadMatch wiki:Q45208", Severity.VIOLATION),
        ("skos:closeMatch wikidata:Q45208", Severity.WARNING),
        ("rdfs:seeAlso wikidata:Q45208", Severity.WARNING),
    ],
)
def test_two_relations_of_one_pair(small: Source, tmp_path: Path, other: str, severity: Severity) -> None:
    """What SKOS calls disjoint, or one denies, is a mistake, however the target is spelt; what says less is a warning."""
    sets = (
        make_set(tmp_path, "a", "place:jilin skos:exactMatch wikidata:Q45208"),
        make_set(tmp_path, "b", f"place:jilin {other}"),
    )
    found = [f for f in check_links(small, sets) if f.rule == "mapping-conflict"]

    assert [f.severity for f in found] == [severity]
    assert "a.sssom.tsv:16" in found[0].message


def test_one_target_of_two(small: Source, tmp_path: Path) -> None:
    """Two of ours that are exactly one of theirs would be one; that are close to it, or deny it, would not."""
    ours = make_set(tmp_path, "a", "place:jilin skos:exactMatch wikidata:Q1", "place:china skos:closeMatch wikidata:Q1")
    theirs = make_set(tmp_path, "b", "place:china owl:sameAs wiki:Q1", imported=True)
    denied = make_set(tmp_path, "b", "place:china skos:exactMatch wikidata:Q1 Not", imported=True)

    assert find(small, ours) == []
    assert [rule for _, rule, _ in find(small, ours, denied)] == []
    (found,) = [f for f in check_links(small, [ours, theirs]) if f.severity is Severity.VIOLATION]
    assert found.rule == "mapping-shared-target"
    assert "place:china (country) and place:jilin (province) would be one" in found.message
    assert (found.path, found.line) == (theirs.path, 16)


def test_chain_over_several_sets(small: Source, tmp_path: Path) -> None:
    """Two of ours that share no target are found to be one by way of a third, with the way."""
    sets = [
        make_set(tmp_path, "a", "place:china skos:exactMatch wikidata:Q1", "place:jilin skos:exactMatch wikidata:Q1"),
        make_set(tmp_path, "b", "place:jilin skos:exactMatch geonames:2/"),
        make_set(tmp_path, "c", "place:yanji owl:sameAs geonames:2/", imported=True),
    ]
    found = {rule: message for severity, rule, message in find(small, *sets) if severity is Severity.VIOLATION}

    assert found.keys() == {"mapping-shared-target", "mapping-chain"}
    assert found["mapping-chain"].startswith("place:china and place:yanji would be one: place:china = ")
    assert [name in found["mapping-chain"] for name in ("a.sssom.tsv:16", "a.sssom.tsv:17", "b.sssom.tsv:16")] == [
        True
    ] * 3


def test_chain_by_way_of_the_ontology(small: Source, tmp_path: Path) -> None:
    """An equivalence that the ontology states is a step of a chain."""
    graph = ox.NamedNode(PREFIXES["graph"] + "ontology")
    axiom = ox.Quad(
        ox.NamedNode(expand("nk:Narrator")),
        ox.NamedNode(PREFIXES["owl"] + "equivalentClass"),
        ox.NamedNode("https://example.org/Teller"),
        graph,
    )
    vocabulary = attrs.evolve(small.vocabulary, quads=(*small.vocabulary.quads, axiom))
    held = make_set(tmp_path, "a", "nk:Person owl:equivalentClass ex:Teller", imported=True)

    found = [f for f in check_links(attrs.evolve(small, vocabulary=vocabulary), [held]) if f.rule == "mapping-chain"]

    assert ["the ontology" in f.message for f in found] == [True]
    assert [f.rule for f in check_links(small, [held])] == ["mapping-vocabulary"]


def rows_of(graph: str, quads: list[ox.Quad], predicate: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in quads:
        if quad.predicate.value == predicate and str(quad.graph_name).strip("<>") == graph:
            found.setdefault(str(quad.subject).strip("<>"), []).append(getattr(quad.object, "value", ""))
    return found


def test_a_set_is_a_graph_and_a_linkset(source: Source) -> None:
    """Each graph says its size, licence, title, both datasets, and one predicate a linkset; the sizes are those of the links."""
    targets = read_targets(source.reference, source.vocabularies)
    quads = link_quads(source.mappings, targets)
    for held in source.mappings:
        name = links_graph(held.name)
        own = [q for q in quads if q.graph_name == ox.NamedNode(name)]
        links = Counter(q.predicate.value for q in own if q.predicate.value in RELATIONS)
        predicates, triples = (rows_of(name, own, VOID + p) for p in ("linkPredicate", "triples"))
        subsets = rows_of(name, own, VOID + "subset").get(name, [name])

        assert links.total() == len(held.rows) == int(triples[name][0])
        assert {predicates[s][0]: int(triples[s][0]) for s in subsets} == dict(links)
        assert all(len(found) == 1 for found in predicates.values())
        assert rows_of(name, own, PREFIXES["dcterms"] + "license")[name] == [held.say("license")]
        assert held.say("mapping_set_title") in rows_of(name, own, PREFIXES["dcterms"] + "title")[name]
        found = {target.iri for row in held.rows if (target := find_target(row.object, targets)) is not None}
        assert rows_of(name, own, VOID + "objectsTarget")[name] == sorted(found)
        assert len(rows_of(name, own, SSSOM + "mappings")[name]) == len(held.rows)
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
    assert not any(SAME_AS in str(quad) for quad in quads)


def test_links_are_of_published_things_only(source: Source) -> None:
    """Each link goes from a thing of ours to one of others, and its reason stands beside it."""
    quads = link_quads(source.mappings, read_targets(source.reference, source.vocabularies))
    links = {(q.subject, q.predicate, q.object) for q in quads if q.predicate.value in RELATIONS}
    mappings = {q.subject for q in quads if q.object == ox.NamedNode(SSSOM + "Mapping")}
    parts = [PREFIXES["owl"] + f"annotated{part}" for part in ("Source", "Property", "Target")]
    said = {(q.subject, q.predicate.value): q.object for q in quads if q.subject in mappings}
    told = {tuple(said[mapping, part] for part in parts) for mapping in mappings}

    assert links == told
    assert all(is_ours(str(s).strip("<>")) and not is_ours(str(o).strip("<>")) for s, _, o in links)


def test_denied_mapping_is_no_link(small: Source, tmp_path: Path) -> None:
    """A mapping that denies is told, and no triple of it stands in the graph."""
    held = make_set(
        tmp_path, "a", "place:jilin skos:exactMatch wikidata:Q1 Not", "place:jilin owl:sameAs ex:Jilin", imported=True
    )
    quads = link_quads([held], read_targets(small.reference))

    assert [(q.predicate.value, q.object) for q in quads if q.subject == ox.NamedNode(expand("place:jilin"))] == [
        (EXACT, ox.NamedNode("https://example.org/Jilin"))
    ]
    assert sum(q.object == ox.NamedNode(SSSOM + "Mapping") for q in quads) == 2
    sizes = rows_of(links_graph("a"), quads, VOID + "triples")
    assert sizes == {links_graph("a"): ["1"]}
    said = {q.predicate.value: q.object for q in quads if isinstance(q.object, ox.Literal)}
    assert said[SSSOM + "predicate_modifier"] == ox.Literal("Not")
    assert said[PREFIXES["skos"] + "editorialNote"] == ox.Literal("given as owl:sameAs, published as skos:exactMatch")
    assert "ex" in rows_of(links_graph("a"), quads, expand("nk:name"))[links_graph("a") + "/vocabulary/ex"]


def test_export_says_same_as_of_things_only(source: Source) -> None:
    """In an export that asks for it, states and places are the same as items; codes, and concepts of a thesaurus, are not."""
    targets = read_targets(source.reference, source.vocabularies)
    sets = [say_same(held, targets) for held in source.mappings]
    same = {str(q.object).strip("<>") for q in link_quads(sets, targets, as_given=True) if q.predicate.value == SAME_AS}
    exact = {row.object for held in source.mappings for row in held.rows if row.is_exact}
    things = (
        "http://www.wikidata.org/",
        "https://sws.geonames.org/",
        "http://dbpedia.org/",
        "https://ror.org/",
        "https://isni.org/",
    )

    assert same == {iri for iri in exact if iri.startswith(things)}
    assert exact - same
    assert not any(SAME_AS in str(quad) for quad in link_quads(sets, targets))


def test_export_says_same_as_of_no_term(small: Source, tmp_path: Path) -> None:
    """A class, a property, a code and a scheme are not what an item is, however exact the match; a place is."""
    subjects = ("nk:Place", "nk:place", "code:river/Tumen", "code:river", "place:jilin")
    rows = [f"{subject} skos:exactMatch wikidata:Q{n}" for n, subject in enumerate(subjects, start=1)]
    held = make_set(tmp_path, "a", *rows)
    quads = link_quads([say_same(held, read_targets(small.reference))], read_targets(small.reference), as_given=True)

    said = {shorten(str(q.subject).strip("<>")): q.predicate.value for q in quads if q.predicate.value in RELATIONS}
    assert find(small, held) == []
    assert said == {**dict.fromkeys(subjects, EXACT), "place:jilin": SAME_AS}


@pytest.mark.parametrize("imported", [False, True])
@pytest.mark.parametrize("relation", sorted(map(shorten, RELATIONS)))
def test_a_page_is_no_match(small: Source, tmp_path: Path, relation: str, imported: bool) -> None:
    """A page of the UN Treaty Collection may be seen also; whatever says more is found, in our files and in those of others."""
    held = make_set(tmp_path, "a", f"place:jilin {relation} untc:IV-5", imported=imported)
    denied = make_set(tmp_path, "b", f"place:jilin {relation} untc:IV-6 Not", imported=imported)

    found = find(small, held, denied)

    assert [rule for _, rule, _ in found] == ["mapping-kind"] * (relation != "rdfs:seeAlso")
    assert all(severity is Severity.VIOLATION for severity, _, _ in found)
    assert all(f"a page of UN Treaty Collection, by {relation}" in message for _, _, message in found)


def test_skos_equates_nothing_of_ours(source: Source) -> None:
    """What SKOS says of its own relations makes no two of ours one, and nothing of ours a contradiction."""
    graph = rdflib.Graph().parse(SKOS_AXIOMS)
    quads = [
        *link_quads(source.mappings, read_targets(source.reference, source.vocabularies)),
        *source.vocabulary.quads,
    ]
    kept = {*RELATIONS, PREFIXES["rdf"] + "type", PREFIXES["skos"] + "inScheme"}
    text = ox.serialize((q.triple for q in quads if q.predicate.value in kept), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    graph.parse(data=text.decode(), format="nt")
    before = {str(s) for s in graph.subjects() if is_ours(str(s))}

    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    exact, same, concept = (rdflib.URIRef(iri) for iri in (EXACT, SAME_AS, PREFIXES["skos"] + "Concept"))
    pairs = {(str(s), str(o)) for p in (exact, same) for s, o in graph.subject_objects(p) if s != o}
    assert {(s, o) for s, o in pairs if s in before and o in before} == set()
    assert (
        list(
            graph.subjects(rdflib.RDF.type, rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage"))
        )
        == []
    )
    assert not list(graph.subjects(rdflib.RDF.type, rdflib.OWL.Nothing))
    # that a state is then a concept is known, and why these graphs are no input of the reasoner (docs/adr/0012-links.md)
    assert (rdflib.URIRef(expand("state:cn")), rdflib.RDF.type, concept) in graph


def make_project(tmp_path: Path, axiom: str = "") -> Project:
    """Return the small project with a set of links, and an axiom added to the ontology."""
    for name in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(SMALL, tmp_path / "data")
    shutil.copy(default_project().data / "reference" / "vocabularies.yaml", tmp_path / "data" / "reference")
    (tmp_path / "data" / "links").mkdir()
    make_set(
        tmp_path / "data" / "links", "a", "place:jilin skos:exactMatch wikidata:Q45208", "place:china rdfs:seeAlso ex:x"
    )
    with (tmp_path / "ontology" / "links.ttl").open("a", encoding="utf-8") as stream:
        stream.write(axiom)
    return Project(root=tmp_path, data=tmp_path / "data", out=tmp_path / "out")


def test_no_rule_fires_on_a_link(tmp_path: Path) -> None:
    """An axiom that would conclude something from the links concludes nothing: they are no input of the reasoner."""
    project = make_project(tmp_path, f"\n<{EXACT}> a owl:ObjectProperty , owl:SymmetricProperty .\n")
    source = read_source(project)
    strata = load_strata(project.ontology / "rules")
    links = link_quads(source.mappings, read_targets(source.reference, source.vocabularies))
    fed = infer([*assemble(source).quads, *links], strata)

    built = build(project)

    mirrored = ox.Triple(
        ox.NamedNode("http://www.wikidata.org/entity/Q45208"), ox.NamedNode(EXACT), ox.NamedNode(expand("place:jilin"))
    )
    assert mirrored in {t for triples in fed.values() for t in triples}
    assert mirrored not in {quad.triple for quad in built.quads}
    graphs = {str(q.graph_name).strip("<>") for q in built.quads if q.predicate.value == EXACT}
    assert graphs == {"DEFAULT", links_graph("a"), PREFIXES["graph"] + "view/asserted"}


def test_a_set_changes_nothing_else(tmp_path: Path) -> None:
    """With and without links the rest of the dataset is the same, but for what it says of its own size."""
    project = make_project(tmp_path)
    made = ("statistics/", "graph/links/", "DefaultGraph", "view/asserted")

    def rest(quads: tuple[ox.Quad, ...]) -> set[str]:
        named = {str(q) for q in quads if isinstance(q.graph_name, ox.NamedNode)}
        return {text for text in named if not any(name in text for name in ("graph/statistics", *made))}

    linked = build(project)
    shutil.rmtree(project.data / "links")
    plain = build(project)

    assert rest(linked.quads) == rest(plain.quads)
    assert (linked.inferred, plain.links) == (plain.inferred, 0)
    assert linked.links > 0
    assert len(linked.quads) > len(plain.quads)


def test_wrong_link_stops_the_build(tmp_path: Path) -> None:
    """A set that maps what is not there is a violation with its line, and the last good graph stays."""
    project = make_project(tmp_path)
    build(project)
    before = project.graph_file.read_bytes()
    make_set(project.data / "links", "b", "place:nowhere skos:exactMatch wikidata:Q1")

    built = build(project)

    assert [(f.rule, f.path and f.path.name, f.line) for f in built.findings if f.severity is Severity.VIOLATION] == [
        ("mapping-subject", "b.sssom.tsv", 16)
    ]
    assert project.graph_file.read_bytes() == before


NAMES = st.sampled_from("abcdeuvwxyz")


@settings(max_examples=200, deadline=None)
@given(pairs=st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_chains_are_shortest_and_miss_nothing(pairs: list[tuple[str, str]]) -> None:
    """Each chain is a way over given steps and none is shorter; ends are in chains if and only if they would be one."""
    near = {(a, b) for one in pairs for a, b in (one, one[::-1])}
    distance = {(a, b): 0 if a == b else 1 if (a, b) in near else 99 for a in "abcdeuvwxyz" for b in "abcdeuvwxyz"}
    for k, i, j in product("abcdeuvwxyz", repeat=3):
        distance[i, j] = min(distance[i, j], distance[i, k] + distance[k, j])

    chains = list(find_chains([Edge(a, b, f"{a}{b}") for a, b in pairs], "abcde".__contains__))

    for chain in chains:
        assert len(chain.whys) == distance[chain.names[0], chain.names[-1]]
        assert all({*why} == {*step} for why, step in zip(chain.whys, pairwise(chain.names), strict=True))
    joined = {frozenset((chain.names[0], chain.names[-1])) for chain in chains}
    first = {b: min(a for a in "abcde" if distance[a, b] < 99) for b in "abcde"}
    assert joined == {frozenset((a, b)) for b, a in first.items() if a != b}
    assert len(joined) == len(chains)


# Against the list of identifiers, where it is at hand

#: Which of our things a key of the list is, where it is not written alike.
KEYS = {
    "unhcr": "org:un-high-commissioner-for-refugees",
    "un-csw": "org:un-commission-on-the-status-of-women",
    "ohchr": "org:un-high-commissioner-for-human-rights",
    "hrw": "org:human-rights-watch",
    "amnesty": "org:amnesty-international",
    "us-state-department": "org:us-department-of-state",
    "c-trafficking": "code:subject/trafficking_in_persons",
}
#: Numbers that the list has under an instrument and that are of another, as its evidence says.
MOVED = {
    "MTDSG XVIII-2": "instrument:slavery-convention-1926-amended",
    "UNTS reg. no. 2861": "instrument:slavery-convention-1926-amended",
    "UNTS reg. no. 2422": "instrument:slavery-protocol-1953",
    "Presidential Order No. 81 (4 November 2017 amendment)": "instrument:prc-foreign-ngo-law-2017-amended",
    "HCR/1P/4/Eng/REV.2": "instrument:unhcr-handbook-rsd-1992",
    "115328": "instrument:prc-dprk-border-protocol-1964",
}


def thing_of(row: dict[str, str], source: Source) -> str:
    """Return which of our things a row of the list is about."""
    key = row["entity_key"]
    if row["identifier"] in MOVED:
        return MOVED[row["identifier"]]
    if key in KEYS:
        return KEYS[key]
    if key.startswith("c-"):
        return "code:subject/" + key.removeprefix("c-").replace("-", "_")
    if row["kind"] == "state":
        state = "state:" + key.removeprefix("state-")
        item = next(item for item in source.reference["states"] if item.key == state)
        return str(item.says.properties["territory"][0]) if row["vocabulary"] == "geonames" else state
    return f"{'place' if row['kind'] == 'place' else 'instrument'}:{key}"


def identifiers_of(source: Source) -> set[tuple[str, str]]:
    names = ("identifier", "isoCode", "isoCode3", "m49Code", "isoSubdivision")
    items = [item for found in source.reference.values() for item in found]
    return {(i.key, str(value)) for i in items for name in names for value in i.says.properties.get(name, ())}


@pytest.fixture(scope="module")
def listed() -> list[dict[str, str]]:
    """The rows of the list of identifiers that are verified."""
    if not LISTED.exists():
        pytest.skip("the list of identifiers is not at hand")
    with LISTED.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["verified"] == "yes"]


def sets_of_the_list(source: Source) -> list[MappingSet]:
    """Return the sets of ours that lead to a vocabulary of the list."""
    items = (item for items in source.reference.values() for item in items)
    vocabularies = {resource_iri("reference", item.key) for item in items if (item.via or "").startswith("links/")}
    return [held for held in source.mappings if held.expand(held.say("object_source")) in vocabularies]


def read_left_out() -> dict[str, str]:
    with (LINKS / "left-out.tsv").open(encoding="utf-8", newline="") as stream:
        return {row["row"]: row["reason"] for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)}


def test_each_row_of_the_list_is_used_once(listed: list[dict[str, str]], source: Source) -> None:
    """A row with an address is a mapping, one without is an identifier of ours; what is neither is left out with a reason."""
    mapped = {(shorten(row.subject), row.object) for held in sets_of_the_list(source) for row in held.rows}
    numbers = identifiers_of(source)
    left = read_left_out()
    uses = {}
    for row in listed:
        key, thing = f"{row['entity_key']}/{row['vocabulary']}/{row['identifier']}", thing_of(row, source)
        parts = row["identifier"].split(" / ") if row["vocabulary"] == "iso3166" else [row["identifier"]]
        uses[key] = (
            bool(row["iri"]) and (thing, row["iri"]) in mapped,
            not row["iri"] and all((thing, part) in numbers for part in parts),
            key in left,
        )

    assert {key: used for key, used in uses.items() if sum(used) != 1} == {}
    assert left.keys() <= uses.keys()
    assert all(left.values())
    assert sum(used[0] for used in uses.values()) == len(mapped)


def test_nothing_is_linked_that_the_list_does_not_have(listed: list[dict[str, str]], source: Source) -> None:
    """Each mapping has the address, the confidence and the evidence of its row, and no relation that says more."""
    rows = {(thing_of(row, source), row["iri"]): row for row in listed if row["iri"]}
    confidence = {"high": "0.95", "medium": "0.75", "low": "0.4"}
    # a concept that lumps what we keep apart is broader, where the list calls it close or the same
    strength = {SAME_AS: 3, EXACT: 3, PREFIXES["rdfs"] + "seeAlso": 1}
    strength |= {PREFIXES["skos"] + name: 2 for name in ("broadMatch", "closeMatch")}
    for mapping in (row for held in sets_of_the_list(source) for row in held.rows):
        row = rows[shorten(mapping.subject), mapping.object]
        assert strength[mapping.predicate] <= strength[expand(row["relation_suggested"])]
        assert str(mapping.confidence) == confidence[row["confidence"]]
        assert mapping.cells["comment"].startswith(row["evidence"].strip())


def test_files_call_our_things_as_we_do(source: Source) -> None:
    """The label that a file gives to a thing of ours is its name."""
    items = [item for items in source.reference.values() for item in items]
    names = {resource_iri("reference", item.key): item.says.properties.get("name", ("",))[0] for item in items}
    names = {iri: name for iri, name in names.items() if name}
    rows = [row for held in source.mappings for row in held.rows if row.subject in names]

    assert {row.subject: row.cells["subject_label"] for row in rows} == {
        row.subject: names[row.subject] for row in rows
    }
    assert rows


# Other people's reader

ORACLE = """
import json, sys
from sssom.parsers import parse_sssom_table
from sssom.validators import validate
found = {}
for path in sys.argv[1:]:
    read = parse_sssom_table(path)
    reports = validate(read, fail_on_error=False)
    problems = [str(result) for report in reports.values() for result in report.results]
    rows = read.df.fillna("").astype(str).to_dict("records")
    found[path] = {"problems": problems, "checks": len(reports), "rows": rows}
print(json.dumps(found))
"""


def ask_oracle(python: Path, paths: list[Path]) -> dict[str, dict[str, Any]]:
    done = subprocess.run([python, "-c", ORACLE, *map(str, paths)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_library_of_sssom_reads_the_same(clients_python: Path, source: Source, tmp_path: Path) -> None:
    """The reader of those who keep the standard finds no mistake in our files and exports, and the same rows in them."""
    targets = read_targets(source.reference, source.vocabularies)
    merged = merge_sets(source.mappings)
    everything = tmp_path / "all.sssom.tsv"
    everything.write_text(write_mappings(merged), encoding="utf-8")
    same = tmp_path / "same.sssom.tsv"
    wikidata = next(held for held in source.mappings if held.name == "wikidata")
    same.write_text(write_mappings(say_same(wikidata, targets)), encoding="utf-8")
    sets = {held.path: held for held in source.mappings} | {everything: merged, same: say_same(wikidata, targets)}

    found = ask_oracle(clients_python, list(sets))

    columns = ("subject_id", "predicate_id", "object_id", "mapping_justification", "comment", "subject_label")
    for path, held in sets.items():
        theirs = found[str(path)]
        assert theirs["problems"] == []
        assert theirs["checks"] == 3
        assert Counter(tuple(row[c] for c in columns) for row in theirs["rows"]) == Counter(
            tuple(row.cells[c] for c in columns) for row in held.rows
        )


def test_the_library_refuses_what_we_refuse(clients_python: Path, tmp_path: Path) -> None:
    """A check that finds nothing anywhere would be no check: a prefix that is not declared is found by both."""
    held = make_set(tmp_path, "a", "place:jilin skos:exactMatch wikidata:Q1")
    broken = tmp_path / "broken.sssom.tsv"
    broken.write_text(held.path.read_text("utf-8").replace("wikidata:Q1", "unknown:Q1"), encoding="utf-8")
    (row,) = ask_oracle(clients_python, [held.path])[str(held.path)]["rows"]
    done = subprocess.run([clients_python, "-c", ORACLE, broken], capture_output=True, text=True, check=False)

    assert row["object_id"] == "wikidata:Q1"
    assert done.returncode != 0 or '"problems": []' not in done.stdout


# The commands


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run ``nkgraph links`` on the small project with the vocabularies of others, and return exit code and both streams."""
    data = tmp_path / "project" / "data"
    shutil.copytree(SMALL, data)
    shutil.copy(default_project().data / "reference" / "vocabularies.yaml", data / "reference")

    def call(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["links", *words, "--data", str(data)])
        captured = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    call.data = data  # type: ignore[attr-defined]
    return call


def test_import_keeps_the_file_and_publishes_a_match(run: Any, tmp_path: Path) -> None:
    """A set of others stands beside ours byte for byte, is listed as theirs, and its identities are published as matches."""
    given = make_set(
        tmp_path, "theirs", "place:jilin owl:sameAs wikidata:Q45208", "place:china skos:closeMatch ex:China"
    ).path
    given.write_bytes(given.read_bytes().replace(b"\n", b"\r\n"))

    code, out, err = run("import", str(given))

    kept = run.data / "links" / "imported" / "theirs.sssom.tsv"
    assert (code, out) == (0, f"2 mappings imported as theirs: {kept}\n")
    assert "1 that say owl:sameAs or the like will be published as skos:exactMatch" in err
    assert kept.read_bytes() == given.read_bytes()
    assert run("list", "--format", "csv")[1].splitlines()[1] == (
        "theirs,Wikidata,2,skos:closeMatch; skos:exactMatch,https://creativecommons.org/publicdomain/zero/1.0/,imported,"
    )
    project = Project(root=ROOT, data=run.data, out=tmp_path / "out")
    quads = build(project).quads
    graph = ox.NamedNode(links_graph("theirs"))
    links = {str(q.predicate) for q in quads if q.graph_name == graph and str(q.subject).startswith(f"<{BASE}place/")}
    assert links == {f"<{EXACT}>", "<http://www.w3.org/2004/02/skos/core#closeMatch>"}
    assert not any(quad.predicate.value == SAME_AS for quad in quads)
    creator = ox.Triple(graph, ox.NamedNode(PREFIXES["dcterms"] + "creator"), ox.Literal("Somebody Else"))
    assert creator in {quad.triple for quad in quads}


def test_import_is_exported_again(run: Any, tmp_path: Path, clients_python: Path) -> None:
    """What was imported can be written out, with its author, and the library of SSSOM reads the same rows in both."""
    given = make_set(
        tmp_path, "theirs", "place:jilin owl:sameAs wikidata:Q45208", "place:china skos:closeMatch ex:China"
    ).path
    assert run("import", str(given), "--name", "others")[0] == 0
    written = tmp_path / "written.sssom.tsv"

    code, out, _ = run("export", "--set", "others", "--output", str(written))

    found = ask_oracle(clients_python, [given, written])
    assert (code, out) == (0, "")
    assert found[str(given)] == found[str(written)]
    assert "Somebody Else" in written.read_text("utf-8")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["place:jilin skos:exactMatch wikidata:Q1", "place:nowhere skos:exactMatch wikidata:Q2"],
            "place:nowhere: there is no such thing",
        ),
        (["id:a-report/case-1/narrator skos:closeMatch wikidata:Q1"], "no person is ever mapped"),
        (
            ["place:china skos:exactMatch wikidata:Q45208"],
            "would be one: both are mapped to http://www.wikidata.org/entity/Q45208",
        ),
        (["place:jilin skos:broadMatch wikidata:Q45208"], "cannot both hold"),
        (
            ["place:jilin skos:exactMatch wikidata:Q1", "place:jilin skos:exactMatch wikidata:Q1"],
            "by the same relation already",
        ),
    ],
)
def test_import_of_a_wrong_row_imports_nothing(run: Any, tmp_path: Path, rows: list[str], said: str) -> None:
    """One row that does not stand beside the others, and no file is written; `links check FILE` tells the same."""
    assert run("import", str(make_set(tmp_path, "first", "place:jilin skos:exactMatch wikidata:Q45208").path))[0] == 0
    before = sorted((path, path.read_bytes()) for path in run.data.rglob("*") if path.is_file())
    given = make_set(tmp_path, "theirs", *rows).path

    code, out, err = run("import", str(given))

    assert (code, out) == (2, "")
    assert said in err
    assert f"{given}:" in err
    assert sorted((path, path.read_bytes()) for path in run.data.rglob("*") if path.is_file()) == before
    code, out, _ = run("check", str(given))
    assert code == 1
    assert said in out


def test_sets_are_checked_together(run: Any, tmp_path: Path) -> None:
    """`links check` reads all sets, and `nkgraph check` finds the same."""
    assert run("check")[:2] == (0, "0 mappings of 0 sets: no findings\n")
    (run.data / "links").mkdir()
    for name, row in (
        ("a", "place:jilin skos:exactMatch wikidata:Q1"),
        ("b", "place:china skos:exactMatch wikidata:Q1"),
    ):
        shutil.copy(make_set(tmp_path, name, row).path, run.data / "links")

    code, out, _ = run("check")
    one = run("check", str(run.data / "links" / "a.sssom.tsv"))

    file = run.data / "links" / "a.sssom.tsv"
    assert one[0] == 1
    assert "b.sssom.tsv:16" in one[1]
    assert one[1].endswith(f"1 mapping of {file}: 1 finding\n")
    assert code == 1
    assert "[mapping-shared-target]" in out
    assert out.endswith("2 mappings of 2 sets: 1 finding\n")
    held = read_source(attrs.evolve(default_project(), data=run.data))
    found = [f.rule for f in check_source(held, default_project())]
    assert "mapping-shared-target" in found


def test_sets_are_listed_and_exported_without_the_claims(run: Any, tmp_path: Path) -> None:
    """A claim that cannot be read stops a check, and neither the list nor the export."""
    (run.data / "links").mkdir()
    shutil.copy(make_set(tmp_path, "a", "place:jilin skos:exactMatch wikidata:Q1").path, run.data / "links")
    listed, exported = run("list"), run("export", "--same-as")
    for path in (run.data / "claims").rglob("*.yaml"):
        path.write_text("no claim", encoding="utf-8")

    assert run("check")[0] == 2
    assert (run("list"), run("export", "--same-as")) == (listed, exported)
    assert (listed[0], exported[0]) == (0, 0)
    assert "owl:sameAs" in exported[1]


def test_one_of_our_sets_is_told_what_it_breaks(run: Any, tmp_path: Path) -> None:
    """What is wrong only with a set is told of it, though it shows in another file; what the others do alone is not."""
    (run.data / "links").mkdir()
    for name, rows in (
        ("a", ["place:jilin skos:exactMatch wikidata:Q1", "place:jilin skos:exactMatch geonames:2/"]),
        ("b", ["place:china skos:exactMatch wikidata:Q1"]),
        ("c", ["place:yanji skos:exactMatch geonames:2/"]),
        ("d", ["place:yanji skos:closeMatch wikidata:Q9"]),
    ):
        shutil.copy(make_set(tmp_path, name, *rows).path, run.data / "links")

    found = {name: run("check", str(run.data / "links" / f"{name}.sssom.tsv")) for name in "abcd"}

    assert {name: code for name, (code, _, _) in found.items()} == {"a": 1, "b": 1, "c": 1, "d": 0}
    assert {name: "[mapping-chain]" in out for name, (_, out, _) in found.items()} == {"a": 1, "b": 1, "c": 1, "d": 0}
    assert "c.sssom.tsv:16" in found["b"][1]


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_export_parses_back(form: str, source: Source, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Every form of RDF has the same triples, those of the published graphs."""
    with pytest.raises(SystemExit) as ended:
        main(["links", "export", "--format", form])

    formats = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
    read = {quad.triple for quad in ox.parse(capfdbinary.readouterr().out, format=formats[form])}
    assert ended.value.code == 0
    assert read == {
        quad.triple for quad in link_quads(source.mappings, read_targets(source.reference, source.vocabularies))
    }


# The queries and the server


def ask(graph: Path, name: str, **values: str) -> list[dict[str, str]]:
    """Return the rows of a canned query, cells as text, unbound ones left out."""
    queries = load_queries(default_project().queries)
    answer = run_query(LocalAnswers(open_store(graph)), queries[name], values)
    table = read_table(answer, queries[name].columns)
    return [{c: str(v.value) for c, v in zip(table.columns, row, strict=True) if v is not None} for row in table.rows]  # type: ignore[union-attr]


def name_of(iri: str, targets: Sequence[Target]) -> str:
    target = find_target(iri, targets)
    assert target is not None, iri
    return target.name


def test_external_links_has_a_row_a_mapping(built_graph: Path, source: Source) -> None:
    """Each link has entity, label, vocabulary, relation, target and justification, as its file and reference data say."""
    targets = read_targets(source.reference, source.vocabularies)
    expected = {
        (
            row.subject,
            name_of(row.object, targets),
            row.relation,
            row.object,
            row.cells.get("comment", row.justification),
        )
        for held in source.mappings
        for row in held.rows
        if not row.is_denied
    }
    rows = ask(built_graph, "external-links")

    fixed = ("entity", "vocabulary", "relation", "target", "justification")
    assert {tuple(row[column] for column in fixed) for row in rows} == expected
    assert len(rows) == len(expected)
    assert all(row["label"] for row in rows)
    china = ask(built_graph, "external-links", iri="state/cn")
    assert {row["vocabulary"] for row in china} >= {"Wikidata", "EuroVoc", "UNBIS Thesaurus"}
    assert [row for row in rows if row["entity"] == expand("state:cn")] == china


def test_low_confidence_shows(built_graph: Path) -> None:
    """A name that is only redirected stays a hint, with its low confidence."""
    (burma,) = [row for row in ask(built_graph, "external-links", iri="state/mm") if row["vocabulary"] == "DBpedia"]

    assert (shorten(burma["relation"]), burma["confidence"]) == ("rdfs:seeAlso", "0.4")


def test_provision_is_listed_with_all_its_identifiers(built_graph: Path, source: Source) -> None:
    """A provision has its own address, the numbers of its instrument, and the pages of its instrument."""
    rows = ask(built_graph, "identifiers", iri="provision/refugee-convention-1951-art-33-1")
    found = {(row["scheme"], row["identifier"]) for row in rows}
    treaty = expand("instrument:refugee-convention-1951")
    pages = {row.object for held in source.mappings for row in held.rows if row.subject == treaty}

    assert {("nkgraph", "provision/refugee-convention-1951-art-33-1"), ("identifier", "MTDSG V-2")} <= found
    assert ("identifier", "UNTS reg. no. 2545") in found
    assert {row["target"] for row in rows if row["of"] == treaty and "target" in row} == pages
    assert len(pages) > 2


def test_identifiers_of_states_and_provinces(built_graph: Path) -> None:
    """Codes of ISO 3166 and M49 are listed beside the items, each once."""
    state = [(row["scheme"], row["identifier"]) for row in ask(built_graph, "identifiers", iri="state/kp")]
    province = [
        (row["scheme"], row["identifier"]) for row in ask(built_graph, "identifiers", iri="place/north-hamgyong")
    ]

    assert {("ISO 3166-1 code", "KP"), ("ISO 3166-1 alpha-3 code", "PRK"), ("M49 code", "408")} <= {*state}
    assert ("Wikidata", "Q423") in state
    assert ("ISO 3166-2 code", "KP-09") in province
    assert len({*state}) == len(state)


def test_server_describes_the_linksets(built_graph: Path) -> None:
    """VoID lists each set; a set, a mapping, a vocabulary and what is linked have pages, and their links lead on."""
    client = create_app(LocalAnswers(open_store(built_graph)), {}).test_client()
    told = {quad.triple for quad in ox.parse(client.get("/void").data, format=ox.RdfFormat.TURTLE)}
    sets = {str(t.subject).strip("<>") for t in told if t.object == ox.NamedNode(VOID + "Linkset")}
    whole = {
        str(t.object).strip("<>")
        for t in told
        if t.subject == ox.NamedNode(BASE) and t.predicate.value == VOID + "subset"
    }

    assert whole == {links_graph(path.name.removesuffix(".sssom.tsv")) for path in LINKS.glob("*.sssom.tsv")} < sets
    mapping = ask(built_graph, "external-links", iri="state/cn")[0]
    graph = client.get(f"/{mapping['set'].removeprefix(BASE)}.nt").text
    named = re.search(rf"<{BASE}(graph/links/\w+/[0-9a-f]{{12}})>", graph)
    assert named
    pages = (named[1], mapping["set"].removeprefix(BASE), "vocabulary/eurovoc", "state/cn", "vocabulary/")
    assert [client.get(f"/{page}", headers={"Accept": "text/html"}).status_code for page in pages] == [200] * len(pages)


def test_page_shows_each_relation_and_no_denied_one(tmp_path: Path) -> None:
    """A page says how ours stands to theirs: narrower where theirs is broader; and a mapping that denies is not on it."""
    project = make_project(tmp_path)
    shown = {
        "skos:exactMatch": "the same as",
        "skos:closeMatch": "close to",
        "skos:broadMatch": "narrower than",
        "skos:narrowMatch": "broader than",
        "skos:relatedMatch": "related to",
        "rdfs:seeAlso": "see also",
    }
    rows = [f"place:china {relation} wikidata:Q{n}" for n, relation in enumerate(shown, start=1)]
    denied = [f"place:china {relation} wikidata:Q{n} Not" for n, relation in enumerate(shown, start=11)]
    make_set(project.data / "links", "b", *rows, *denied)
    build(project)
    local = LocalAnswers(open_store(project.graph_file))

    links = gather_links(local, ox.NamedNode(expand("place:china")))
    text = create_app(local, {}).test_client().get("/place/china").get_data(as_text=True)

    found = {link.target.rpartition("/")[2]: link.relation for link in links if link.set == links_graph("b")}
    assert found == {f"Q{n}": words for n, words in enumerate(shown.values(), start=1)}
    assert "entity/Q6" in text
    assert "entity/Q11" not in text
    listed = {row["target"].rpartition("/")[2] for row in ask(project.graph_file, "external-links")}
    assert {"Q1", "Q6"} <= listed
    assert not listed & {f"Q{n}" for n in range(11, 17)}


def test_words_of_a_relation_agree() -> None:
    """Pages say where ours stands and lists of codes where theirs does: one direction, as SKOS and the page of codes have it."""
    table = (ROOT / "docs" / "vocabularies.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(skos:\w+Match)` \| (\w+) \|", table, re.M))
    opposite = {"broader": "narrower than", "narrower": "broader than", "same": "the same as"}

    assert told == {shorten(r.iri): r.theirs for r in RELATIONS.values() if r.iri.startswith(PREFIXES["skos"])}
    assert {told["skos:broadMatch"], told["skos:narrowMatch"]} == {"broader", "narrower"}
    assert told["skos:broadMatch"] == "broader"
    assert [r.words for r in RELATIONS.values() if r.theirs in opposite] == [
        opposite[r.theirs] for r in RELATIONS.values() if r.theirs in opposite
    ]
    assert {shorten(r.iri) for r in RELATIONS.values() if r.is_identity} == {
        "owl:equivalentClass",
        "owl:equivalentProperty",
        "owl:sameAs",
    }


def test_vocabulary_with_the_longest_beginning_is_that_of_an_iri() -> None:
    """Where one vocabulary begins as another does, the longer beginning decides, in whatever order they are told."""
    whole = Target("https://example.org/z", "Whole", "", ("https://example.org/",), (), "pages")
    part = Target(
        "https://example.org/a", "Part", "", ("https://example.com/",), ("https://example.org/part/",), "things"
    )

    for targets in ([whole, part], [part, whole]):
        assert find_target("https://example.org/part/1", targets) == part
        assert find_target("https://example.org/other", targets) == whole
        assert find_target("https://example.org/part/", targets) == whole
        assert find_target("https://example.net/", targets) is None


# The page


def queries_of(page: Path) -> list[str]:
    return re.findall(r"```sparql\n(.*?)```", page.read_text("utf-8"), re.S)


def test_queries_of_the_page_answer(built_graph: Path) -> None:
    """Each example of the page has rows; the one that asks another server is SPARQL, and is not run."""
    local = LocalAnswers(open_store(built_graph))
    queries = queries_of(ROOT / "docs" / "links.md")
    federated = [query for query in queries if "SERVICE" in query]

    assert len(queries) > len(federated) == 1
    for query in queries:
        prepareQuery(query)
        if query not in federated:
            assert read_table(local.ask(SparqlRequest(query, format="json"))).rows


def test_federated_query_joins_here(built_graph: Path) -> None:
    """Without the call to another server, the federated query finds our half of the join: all states with a code."""
    (query,) = [query for query in queries_of(ROOT / "docs" / "links.md") if "SERVICE" in query]
    alone = re.sub(r"SERVICE .*", "", query)

    rows = read_table(LocalAnswers(open_store(built_graph)).ask(SparqlRequest(alone, format="json"))).rows

    assert len(rows) == len(set(rows)) > 10


def test_a_split_composite_is_found_with_its_row(source: Source, tmp_path: Path) -> None:
    """A file that says of a code with several parts that it is close to one of them is told, by its line."""
    text = (LINKS / "htcds.sssom.tsv").read_text(encoding="utf-8")
    part = "code:means/threat_or_force\tthreat or force\tskos:narrowMatch\t"
    part += "vocabulary:htcds-2.0/vic_MethodsOfControl/PhysicalAbuse"
    assert part in text
    file = tmp_path / "htcds.sssom.tsv"
    file.write_text(text.replace(part, part.replace("narrowMatch", "closeMatch")), encoding="utf-8")
    sets = [held for held in source.mappings if held.name != "htcds"]
    findings = check_links(source, (*sets, read_mappings(file, "htcds")))

    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith(part))
    assert [(f.rule, f.line) for f in findings] == [("composite-split", line)]
    assert check_links(source, source.mappings) == []


@pytest.mark.parametrize(
    "target",
    ["http://w3id.org/nkgraph/id/a-report/case-1/narrator", "https://W3ID.org/nkgraph/id/a-report/case-1/narrator"],
)
def test_a_person_is_no_object_however_it_is_written(target: str) -> None:
    """Another scheme or a capital letter makes no thing of ours a thing of others."""
    assert is_ours(target)


def test_one_target_written_in_two_ways_splits_a_composite(source: Source, tmp_path: Path) -> None:
    """A composite of EuroVoc is one by http and by https."""
    held = make_set(tmp_path, "theirs", "code:purpose/servitude skos:closeMatch ex:857", imported=True)
    prefixes = {**held.prefixes, "eurovoc": "https://eurovoc.europa.eu/"}
    rows = tuple(attrs.evolve(row, object="https://eurovoc.europa.eu/857") for row in held.rows)
    found = check_links(source, (*source.mappings, attrs.evolve(held, rows=rows, prefixes=prefixes)))
    assert "composite-split" in {finding.rule for finding in found}


def test_import_reads_a_pipe_once_and_replaces_what_was_imported(run: Any, tmp_path: Path) -> None:
    """What is checked is what is written; the same name again needs --replace, and ours are never replaced."""
    row = "\t".join(["place:jilin", "skos:closeMatch", "ex:1", "semapv:ManualMappingCuration", ""])
    text = HEADER.replace("NAME", "theirs") + COLUMNS + row + "\n"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"))
    writer.start()
    code, _, _ = run("import", str(pipe), "--name", "theirs")
    writer.join(timeout=10)
    kept = run.data / "links" / "imported" / "theirs.sssom.tsv"
    assert (code, kept.read_text(encoding="utf-8")) == (0, text)

    (tmp_path / "theirs.sssom.tsv").write_text(text.replace("ex:1", "ex:2"), encoding="utf-8")
    code, _, said = run("import", str(tmp_path / "theirs.sssom.tsv"))
    assert (code, "--replace" in said) == (2, True)
    code, _, _ = run("import", str(tmp_path / "theirs.sssom.tsv"), "--replace")
    assert (code, "ex:2" in kept.read_text(encoding="utf-8")) == (0, True)
