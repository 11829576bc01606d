"""The rules: what each concludes and what it does not, and strata in which no rule waits for what it negates."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.errors import VocabularyError
from nkgraph.iris import PREFIXES
from nkgraph.ontology import MADE, load_vocabulary
from nkgraph.project import default_project
from nkgraph.reasoning import Rule, Stratum, check_strata, infer, load_strata
from nkgraph.reasoning.rulefiles import read_rule
from nkgraph.reasoning.strata import symbol_of
from nkgraph.reasoning.terminology import compile_ontology

RULES = Path(__file__).resolve().parent / "rules"
ONTOLOGY = default_project().ontology
STRATA = load_strata(ONTOLOGY / "rules", load_vocabulary(ONTOLOGY))
ALL = [rule for stratum in STRATA for rule in stratum.rules]


def read(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


def conclude(rule: Rule, premises: list[ox.Quad]) -> set[ox.Triple]:
    return set(infer(premises, [Stratum("alone", (rule,))])[rule.about])


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.key)
def test_rule_concludes_what_it_should(rule: Rule) -> None:
    """From the premises of its example a rule concludes exactly what is expected, and something."""
    expected = {quad.triple for quad in read(RULES / rule.key / "expected.ttl")}

    assert expected
    assert expected == conclude(rule, read(RULES / rule.key / "premises.ttl"))


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.key)
def test_rule_concludes_nothing_from_a_near_miss(rule: Rule) -> None:
    """From premises that only look like its own a rule concludes nothing."""
    premises = read(RULES / rule.key / "not.ttl")

    assert premises
    assert set() == conclude(rule, premises)


def test_every_example_belongs_to_a_rule() -> None:
    """No example is left behind when a rule goes."""
    assert {path.name for path in RULES.iterdir()} == {rule.key for rule in ALL}


def test_rules_have_different_graphs() -> None:
    """The last part of a rule's name names its graph, so it is used once."""
    assert len({rule.key for rule in ALL}) == len(ALL)


def closing_rules() -> tuple[Rule, ...]:
    """Return the rules of OWL 2 RL that our ontology gives."""
    return compile_ontology(quad.triple for path in sorted(ONTOLOGY.glob("*.ttl")) for quad in read(path)).rules


def test_no_rule_negates_what_is_not_finished() -> None:
    """A rule negates or counts only what earlier strata have brought to their fixpoint: no circle through negation."""
    check_strata(STRATA, closing_rules())


def test_every_negating_rule_waits_for_a_reason() -> None:
    """Put into the first stratum, each rule that negates what is inferred is refused: the check sees them all."""
    closing = closing_rules()
    inferred = {symbol_of(pattern) for rule in ALL for pattern in rule.head}
    waiting = [
        rule
        for stratum in STRATA[1:]
        for rule in stratum.rules
        if inferred & {symbol_of(p) for c in rule.conditions for p in c.patterns}
    ]

    assert waiting
    for rule in waiting:
        others = tuple(other for other in ALL if other != rule)
        with pytest.raises(VocabularyError, match=f"the rule {rule.key} negates or counts"):
            check_strata([Stratum("one", (rule, *others))], closing)


def test_no_claim_states_what_rules_conclude() -> None:
    """Each property of ours that a rule concludes is one that claims are refused."""
    concluded = {pattern.predicate.value for rule in ALL for pattern in rule.head}
    ours = {iri.removeprefix(PREFIXES["nk"]) for iri in concluded if iri.startswith(PREFIXES["nk"])}

    assert ours
    assert ours - MADE == set()


def make_rule(folder: Path, key: str, text: str) -> Rule:
    path = folder / f"{key}.rq"
    header = "#+ title: t\n#+ words: W.\n#+ source: s\nPREFIX nk: <https://w3id.org/nkgraph/ontology#>\n"
    path.write_text(header + text, encoding="utf-8")
    return read_rule(path, key)


def test_circle_through_negation_is_found(tmp_path: Path) -> None:
    """A rule that negates what its own stratum or a later one concludes, directly or by an axiom, is refused."""
    alone = make_rule(
        tmp_path, "alone", "CONSTRUCT { ?a nk:alone ?a } WHERE {\n ?a a nk:X .\n FILTER NOT EXISTS { ?a nk:other ?b } }"
    )
    other = make_rule(tmp_path, "other", "CONSTRUCT { ?a nk:other ?b } WHERE { ?a nk:beside ?b }")
    counted = make_rule(
        tmp_path,
        "counted",
        "CONSTRUCT { ?a nk:n ?n } WHERE { { SELECT ?a (COUNT(DISTINCT ?b) AS ?n) WHERE { ?a nk:n ?b } GROUP BY ?a } }",
    )
    nk = "https://w3id.org/nkgraph/ontology#"
    sub = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subPropertyOf")
    closing = compile_ontology([ox.Triple(ox.NamedNode(nk + "beside"), sub, ox.NamedNode(nk + "other"))]).rules
    beside = make_rule(tmp_path, "beside", "CONSTRUCT { ?a nk:beside ?b } WHERE { ?a nk:near ?b }")

    check_strata([Stratum("one", (other,)), Stratum("two", (alone,))])
    for strata, always, by in (
        ([Stratum("one", (alone, other))], (), "other"),
        ([Stratum("one", (alone,)), Stratum("two", (other,))], (), "other"),
        ([Stratum("none", ()), Stratum("one", (beside, alone))], closing, "beside"),
    ):
        with pytest.raises(VocabularyError, match=f"alone negates or counts nk:other, which the rule {by}") as caught:
            check_strata(strata, always)
        assert (caught.value.path, caught.value.line) == (tmp_path / "alone.rq", 7)
    with pytest.raises(VocabularyError, match="counted negates or counts nk:n"):
        check_strata([Stratum("one", (counted,))])
