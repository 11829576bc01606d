"""`nkgraph infer`: any ontology and data closed under OWL 2 RL, with the rule that each conclusion comes from."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from nkgraph.cli.inferring import infer

HEAD = """
@prefix : <https://x.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
X = "https://x.org/"
INFERRED = "https://w3id.org/nkgraph/graph/inferred/"


def run(folder: Path, text: str, *options: str) -> Result:
    path = folder / "given.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    return CliRunner().invoke(infer, [str(path), *options], standalone_mode=False)


def read(result: Result, form: ox.RdfFormat) -> set[tuple[str, str, str, str]]:
    """Return quads by the last part of each name."""

    def name(term: object) -> str:
        return str(term).strip("<>").removeprefix(X).rpartition("/")[2].rpartition("#")[2]

    quads = ox.parse(result.stdout, format=form)
    return {(name(q.subject), name(q.predicate), name(q.object), name(q.graph_name)) for q in quads}


def test_each_conclusion_lies_in_the_graph_of_its_rule(tmp_path: Path) -> None:
    """N-Quads name the rule of each conclusion; what is given is left out."""
    result = run(tmp_path, ":A rdfs:subClassOf :B . :x a :A .", "--format", "nq")

    assert result.return_value == 0
    assert read(result, ox.RdfFormat.N_QUADS) == {("x", "type", "B", "cax-sco")}


def test_all_prints_what_is_given_too(tmp_path: Path) -> None:
    """With --all the files come out with what follows from them."""
    text = ":A rdfs:subClassOf :B . :x a :A ."
    given = {"A subClassOf B", "x type A", "x type B"}

    assert given == {" ".join(q[:3]) for q in read(run(tmp_path, text, "--all"), ox.RdfFormat.TURTLE)}


def test_keys_make_things_the_same_and_the_same_share_what_is_said(tmp_path: Path) -> None:
    """Two things of a class with one key value are the same, each way round, and what is said of one is said of both."""
    text = """
    :Passport owl:hasKey ( :number :state ) .
    :a a :Passport ; :number "7" ; :state :s ; :holder :h .
    :b a :Passport ; :number "7" ; :state :s .
    :c a :Passport ; :number "7" ; :state :t .
    """
    found = read(run(tmp_path, text, "--format", "trig"), ox.RdfFormat.TRIG)

    assert {q for q in found if q[1] == "sameAs"} == {("a", "sameAs", "b", "prp-key"), ("b", "sameAs", "a", "prp-key")}
    assert {q for q in found if q[1] == "holder"} == {("b", "holder", "h", "eq-rep-s")}


def test_unnamed_classes_are_closed_too(tmp_path: Path) -> None:
    """A class without a name (an intersection) stands between given and concluded without being printed as an IRI."""
    text = "[ owl:intersectionOf ( :A :B ) ] rdfs:subClassOf :C . :x a :A , :B . :y a :A ."
    found = read(run(tmp_path, text), ox.RdfFormat.TURTLE)

    assert ("x", "type", "C") in {q[:3] for q in found}
    assert not [q for q in found if q[0] == "y" or "genid" in q[2]]


@pytest.mark.parametrize("form", ["nt", "nq", "ttl", "trig", "rdf"])
def test_formats(tmp_path: Path, form: str) -> None:
    """Each format on offer holds the conclusion."""
    result = run(tmp_path, ":p a owl:SymmetricProperty . :a :p :b .", "--format", form)

    assert result.return_value == 0
    assert "https://x.org/b" in result.stdout or "rdf:about" in result.stdout


def test_rules_of_ones_own(tmp_path: Path) -> None:
    """A folder of rules with its strata takes part; the terms are the user's own."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "strata.yaml").write_text("- stratum: one\n  rules: [uncle]\n", encoding="utf-8")
    rule = "CONSTRUCT { ?a :uncle ?c } WHERE { ?a :parent ?b . ?b :brother ?c FILTER(?a != ?c) }"
    header = (
        "#+ title: uncle\n#+ words: A brother of a parent is an uncle.\n#+ source: test\nPREFIX : <https://x.org/>\n"
    )
    (folder / "uncle.rq").write_text(header + rule, encoding="utf-8")
    text = ":father rdfs:subPropertyOf :parent . :a :father :b . :b :brother :c . :uncle rdfs:range :Man ."
    found = read(run(tmp_path, text, "--format", "nq", "--rules", str(folder)), ox.RdfFormat.N_QUADS)

    assert found == {("a", "parent", "b", "prp-spo1"), ("a", "uncle", "c", "uncle"), ("c", "type", "Man", "prp-rng")}


def test_contradictions_end_with_findings(tmp_path: Path) -> None:
    """What cannot hold together is told on stderr and ends with 1; what follows is still printed."""
    result = run(tmp_path, ":p a owl:IrreflexiveProperty ; rdfs:subPropertyOf :q . :x :p :x .", "--format", "nt")

    assert result.return_value == 1
    assert "[prp-irp]" in result.stderr
    assert "https://x.org/q" in result.stdout
