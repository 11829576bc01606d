"""Inference: strata, rounds, and which rule a conclusion belongs to."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.errors import VocabularyError
from nkgraph.iris import graph_iri
from nkgraph.project import default_project
from nkgraph.reasoning import Rule, Stratum, close, infer, load_strata, rule_graph
from nkgraph.reasoning.rulefiles import read_rule

PREFIX = "PREFIX : <https://x.org/>\n"


def rule(name: str, text: str) -> Rule:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.rq"
        path.write_text("#+ title: t\n#+ words: W.\n#+ source: s\n" + PREFIX + text, encoding="utf-8")
        return read_rule(path, name)


def quads(text: str) -> list[ox.Quad]:
    return list(ox.parse("@prefix : <https://x.org/> . " + text, format=ox.RdfFormat.TURTLE))


def names(triples: tuple[ox.Triple, ...]) -> list[str]:
    return [" ".join(str(term).removeprefix("<https://x.org/").rstrip(">") for term in t) for t in triples]


CHAIN = rule("chain", "CONSTRUCT { ?a :before ?c } WHERE { ?a :before ?b . ?b :before ?c }")
FIRST = rule("first", "CONSTRUCT { ?a :first true } WHERE { ?a :before ?b . FILTER NOT EXISTS { ?z :before ?a } }")
BACK = rule("back", "CONSTRUCT { ?b :after ?a } WHERE { ?a :before ?b }")
SIDE = rule("side", "CONSTRUCT { ?b :after ?a } WHERE { ?a :beside ?b }")


def test_stratum_is_brought_to_its_fixpoint() -> None:
    """A rule is applied to what it concluded until nothing is new."""
    found = infer(quads(":a :before :b . :b :before :c . :c :before :d ."), [Stratum("one", (CHAIN,))])
    assert names(found[CHAIN.about]) == ["a before c", "a before d", "b before d"]


def test_what_is_asserted_is_not_inferred() -> None:
    """A conclusion that is asserted already is left out."""
    found = infer(quads(":a :before :b . :b :before :c . :a :before :c ."), [Stratum("one", (CHAIN,))])
    assert found[CHAIN.about] == ()


def test_conclusion_belongs_to_every_rule_of_its_first_round() -> None:
    """Two rules that conclude one triple in one round both have it; one that comes later does not."""
    found = infer(quads(":a :before :b ; :beside :b ."), [Stratum("one", (BACK, SIDE))])
    assert names(found[BACK.about]) == names(found[SIDE.about]) == ["b after a"]

    later = infer(quads(":a :before :b ; :beside :b ."), [Stratum("one", (BACK,)), Stratum("two", (SIDE,))])
    assert (names(later[BACK.about]), later[SIDE.about]) == (["b after a"], ())


def test_order_of_rules_in_a_stratum_changes_nothing() -> None:
    """Rounds see only earlier rounds, so no order of evaluation shows."""
    data = quads(":a :before :b ; :beside :b . :b :before :c .")
    one = infer(data, [Stratum("one", (CHAIN, BACK, SIDE))])
    other = infer(list(reversed(data)), [Stratum("one", (SIDE, BACK, CHAIN))])
    assert one == other


def test_stratum_negates_what_earlier_ones_finished() -> None:
    """A negation sees the whole fixpoint below it."""
    found = infer(quads(":a :before :b . :b :before :c ."), [Stratum("one", (CHAIN,)), Stratum("two", (FIRST,))])
    assert [str(t.subject) for t in found[FIRST.about]] == ["<https://x.org/a>"]


@pytest.mark.slow
def test_stratum_without_a_fixpoint_is_refused() -> None:
    """A rule that makes ever new terms is told by its stratum's name."""
    grows = rule("grows", "CONSTRUCT { ?a :n ?m } WHERE { ?a :n ?n BIND(?n + 1 AS ?m) }")
    with pytest.raises(VocabularyError, match="the stratum endless reaches no fixpoint"):
        infer(quads(":a :n 1 ."), [Stratum("endless", (grows,))])


def test_graph_of_a_rule_is_named_by_its_key() -> None:
    """The last part of a rule's name names the graph of its conclusions."""
    assert rule_graph(CHAIN) == ox.NamedNode(graph_iri("inferred/chain"))


def test_every_rule_says_what_it_says() -> None:
    """Each rule has a title, its words as a sentence, and where it comes from."""
    rules = [rule.about for stratum in load_strata(default_project().ontology / "rules") for rule in stratum.rules]
    assert [r.key for r in rules if not (r.title and r.source and r.words.endswith("."))] == []


SCHEMA = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "


def test_what_a_later_stratum_concludes_is_closed_again() -> None:
    """The rules of OWL belong to every stratum: what a late rule concludes has its consequences, and only then."""
    data = quads(SCHEMA + ":before rdfs:domain :Early . :first rdfs:domain :First . :a :before :b .")
    found = infer(data, [Stratum("one", (CHAIN,)), Stratum("two", (FIRST,))])
    by_key = {about.key: names(triples) for about, triples in found.items() if triples}

    assert {key: len(lines) for key, lines in by_key.items()} == {"first": 1, "prp-dom": 2}
    assert {line.split()[-1] for line in by_key["prp-dom"]} == {"Early", "First"}


def test_axiom_that_the_data_concludes_is_used() -> None:
    """A property that is transitive only by inference (its class is a subclass of the transitive ones) is closed so."""
    data = quads(
        SCHEMA
        + ":Ordering rdfs:subClassOf owl:TransitiveProperty . :before a :Ordering . :a :before :b . :b :before :c ."
    )
    found = {about.key: names(triples) for about, triples in infer(data, []).items()}

    assert "a before c" in found["prp-trp"]


def test_contradiction_names_what_contradicts() -> None:
    """A thing in two disjoint classes is told with the triples of both, and nothing is concluded from it."""
    data = quads(SCHEMA + ":A owl:disjointWith :B . :x a :A . :x a :B . :y a :A .")
    (contradiction,) = close(data, []).contradictions

    assert contradiction.rule.key == "cax-dw"
    assert sorted(names(contradiction.triples)) == sorted(names(tuple(q.triple for q in data[1:3])))


def test_conclusions_are_spelt_as_a_store_spells_them() -> None:
    """A number copied by a rule is the same term as the asserted one that a store holds."""
    copied = rule("copied", "CONSTRUCT { ?a :copy ?n } WHERE { ?a :n ?n }")
    found = infer(quads(":a :n 41.20 ."), [Stratum("one", (copied,))])

    assert str(found[copied.about][0].object) == '"41.2"^^<http://www.w3.org/2001/XMLSchema#decimal>'


XSD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "


def test_value_outside_its_datatype_is_a_contradiction() -> None:
    """A range that is a datatype contradicts a literal of another: what looks at values is asked by SPARQL."""
    data = quads(SCHEMA + XSD + ':age rdfs:range xsd:integer . :a :age 7 . :b :age "seven" .')
    found = close(data, []).contradictions

    assert [(c.rule.key, names(c.triples)) for c in found] == [("dt-not-type", ['b age "seven"'])]


def test_class_of_values_is_concluded_by_datatype() -> None:
    """Whoever has an integer as a value belongs to the class of those who have, in a late stratum, too."""
    schema = ":Numbered owl:onProperty :n ; owl:someValuesFrom xsd:integer ."
    copied = rule("copied", "CONSTRUCT { ?a :n ?n } WHERE { ?a :m ?n }")
    data = quads(SCHEMA + XSD + schema + ":a :m 1 . :b :n 2 . :c :n true .")
    found = {
        about.key: names(triples) for about, triples in infer(data, [Stratum("x", ()), Stratum("y", (copied,))]).items()
    }

    assert [line.split()[0] for line in found["cls-svf1"]] == ["a", "b"]
