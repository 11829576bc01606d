"""The profile: axioms outside OWL 2 RL are refused with line, axiom and what to write instead; owlrl takes them silently."""

from __future__ import annotations

from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
import rdflib
import yaml
from owl_closures import HEAD, read

from nkgraph.errors import ReadError
from nkgraph.project import default_project
from nkgraph.reasoning.grammar import load_grammar
from nkgraph.reasoning.located import Located, read_located
from nkgraph.reasoning.profile import check_profile

FOLDER = Path(__file__).parent / "owl2rl"
OUTSIDE: list[dict[str, str]] = yaml.safe_load((FOLDER / "outside.yaml").read_text(encoding="utf-8"))
WITHIN: list[str] = yaml.safe_load((FOLDER / "within.yaml").read_text(encoding="utf-8"))
EXAMPLES = yaml.safe_load((FOLDER / "examples.yaml").read_text(encoding="utf-8"))
#: Names for what stands there without prefix, and the lines before it.
FIRST_LINE = HEAD.count("\n") + 1


def messages(text: str) -> list[str]:
    """Return what is found in a text: the axiom, what is wrong and what to write."""
    found = check_profile(Located(ox.Quad(t.subject, t.predicate, t.object)) for t in read(text))
    return [f"{f.thing}: {f.message}".replace("<https://x.org/", ":").replace(">", "") for f in found]


@pytest.mark.parametrize("case", OUTSIDE, ids=lambda case: case["axiom"][:60])
def test_axiom_outside_is_refused_with_what_to_write_instead(case: dict[str, str]) -> None:
    """Each kind of axiom that OWL 2 RL does not have is found, and nothing else is."""
    assert messages(case["axiom"]) == [case["says"]]


@pytest.mark.parametrize("case", OUTSIDE, ids=lambda case: case["axiom"][:60])
def test_owlrl_takes_what_is_outside(case: dict[str, str]) -> None:
    """The reasoner used as an oracle closes a graph with the same axiom without a word."""
    graph = rdflib.Graph().parse(data=HEAD + case["axiom"], format="turtle")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    errors = [str(o) for o in graph.objects(None, rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error"))]
    assert errors == []


@pytest.mark.parametrize("text", WITHIN)
def test_axiom_within_is_taken(text: str) -> None:
    """What the grammar has, in every place where it has it, is no finding."""
    assert messages(text) == []


def test_every_construct_is_refused_somewhere() -> None:
    """For each construct and each place where the grammar does not have it an example says what to write instead."""
    grammar = load_grammar()
    said = " ".join(case["says"] for case in OUTSIDE)
    for position in grammar.positions.values():
        for name, instead in position.instead.items():
            assert f"owl:{name.replace('thing', 'Thing')} may not stand {position.words}; {instead}" in said
    for instead in (*grammar.refused.values(), *grammar.nowhere.values()):
        assert instead in said


def test_examples_of_the_rules_are_within() -> None:
    """The rules are for what the grammar has: their examples are within it, but for expressions that they give names."""
    named = {"cls-com", "cls-oo", "cls-uni", "scm-uni"}
    found = {key: messages(e["given"]) for key, cases in EXAMPLES.items() if key not in named for e in cases}
    assert {key: said for key, said in found.items() if said} == {}


def test_ontology_is_within() -> None:
    """Every axiom of our own ontology is one that OWL 2 RL has."""
    files = sorted(default_project().ontology.glob("*.ttl"))
    assert check_profile(located for path in files for located in read_located(path)) == []


def test_finding_names_file_line_and_axiom(tmp_path: Path) -> None:
    """The line is that of the part that is wrong, not that of the axiom's end."""
    path = tmp_path / "one.ttl"
    path.write_text(
        HEAD + ":A rdfs:subClassOf [\n  owl:onProperty :p ;\n  owl:someValuesFrom :B ;\n] .\n", encoding="utf-8"
    )
    (finding,) = check_profile(read_located(path))

    assert (finding.path, finding.line) == (path, FIRST_LINE + 2)
    assert str(finding).startswith(f"violation {path}:{FIRST_LINE + 2}: <https://x.org/A> rdfs:subClassOf [ ")


def test_triples_have_the_line_on_which_they_are_complete(tmp_path: Path) -> None:
    """Lines count from 1, also after texts of several lines and lines longer than a parser reads at once."""
    path = tmp_path / "one.ttl"
    long = "é" * 9000
    text = f'# a comment\n\n:a :b :c ,\n   1 ;\n  :d """two\nlines""" .\r\n:a :e "{long}" . :f :g :h .\n:i :j ( 1\n 2 ) .\n'
    path.write_text("@prefix : <https://x.org/> . " + text, encoding="utf-8", newline="")

    lines = {str(f.triple.predicate).removeprefix("<https://x.org/").rstrip(">"): f.line for f in read_located(path)}
    assert {name: lines[name] for name in "bdegj"} == {"b": 4, "d": 6, "e": 7, "g": 7, "j": 8}


def test_blank_nodes_have_the_same_names_in_every_reading(tmp_path: Path) -> None:
    """Two readings are the same; blank nodes of two files are different, whatever they are called there."""
    one, two = tmp_path / "one.ttl", tmp_path / "two.ttl"
    one.write_text("_:x <https://x.org/p> [ ] .\n", encoding="utf-8")
    two.write_text("_:x <https://x.org/p> [ ] . # other\n", encoding="utf-8")

    assert list(read_located(one)) == list(read_located(one))
    assert {f.triple.subject for f in read_located(one)}.isdisjoint(f.triple.subject for f in read_located(two))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ttl", "<https://x.org/a> <https://x.org/b>\n .\n", r"a\.ttl:2: not Turtle"),
        ("a.txt", "", r"a\.txt: not an RDF file by its extension '\.txt'; known are \.jsonld, "),
        ("a.nt", None, r"a\.nt: cannot be read"),
    ],
)
def test_file_that_is_no_rdf_is_refused(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    """What cannot be read is said with its file, and its line where there is one."""
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ReadError, match=message):
        list(read_located(tmp_path / name))
