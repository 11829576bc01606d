"""The rules: what each concludes and what it does not, and strata in which no rule waits for what it negates."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.project import default_project
from nkgraph.reasoning import Rule, Stratum, infer, load_strata

RULES = Path(__file__).resolve().parent / "rules"
STRATA = load_strata(default_project().ontology / "rules")
ALL = [rule for stratum in STRATA for rule in stratum.rules]
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#: Keywords by which a rule looks at what is not there, or at all there is.
NEGATION = re.compile(r"\b(NOT\s+EXISTS|MINUS|COUNT|MIN|MAX|SUM|AVG|SAMPLE|GROUP_CONCAT)\b")

#: A property by which one thing contradicts another in one matter.
CONTRADICTION = re.compile(r"(.*#)?contradictsIn\w+$")


def read(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


def conclude(rule: Rule, premises: list[ox.Quad]) -> set[ox.Triple]:
    return set(infer(premises, [Stratum("alone", (rule,))])[rule])


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_rule_concludes_what_it_should(rule: Rule) -> None:
    """From the premises of its example a rule concludes exactly what is expected, and something."""
    expected = {quad.triple for quad in read(RULES / rule.key / "expected.ttl")}

    assert expected
    assert expected == conclude(rule, read(RULES / rule.key / "premises.ttl"))


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
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


def predicates(text: str) -> set[str]:
    """Return the IRIs of properties and classes that a part of a rule names."""
    return set(re.findall(r"<([^<>\s]+)>", text))


def expand(text: str) -> str:
    """Return the body of a rule with prefixed names and ``a`` written out."""
    prefixes = dict(re.findall(r"PREFIX\s+(\w*):\s*<([^>]*)>", text))
    body = re.sub(r"^#.*$|PREFIX\s+\w*:\s*<[^>]*>", "", text, flags=re.MULTILINE)
    body = re.sub(r"(?<=[\s{;])a(?=\s)", f"<{_TYPE}>", body)
    return re.sub(r"(\w*):([\w-]+)", lambda m: f"<{prefixes[m[1]]}{m[2]}>" if m[1] in prefixes else m[0], body)


def concluded_by(rule: Rule) -> set[str]:
    """Return what a rule may conclude: its properties, ``*`` for a property that is a variable."""
    head = expand(rule.text).partition("CONSTRUCT")[2].partition("}")[0]
    found = predicates(head) - {_TYPE}
    typed = re.findall(rf"<{re.escape(_TYPE)}>\s+(\S+)", head)
    found |= {kind.strip("<>") if kind.startswith("<") else "any type" for kind in typed}
    return found | ({"*"} if re.search(r"\?\w+\s+\?\w+\s+\?\w+", head) else set())


def negated_by(rule: Rule) -> set[str]:
    """Return the properties and classes that a rule negates or counts over: all it names, if it does either at all."""
    body = expand(rule.text).partition("WHERE")[2]
    if not NEGATION.search(body):
        return set()
    parts = re.findall(r"NOT\s+EXISTS\s*\{((?:[^{}]|\{[^{}]*\})*)\}", body)
    aggregates = [body] if re.search(r"\b(MINUS|COUNT|MIN|MAX|SUM|AVG|SAMPLE|GROUP_CONCAT)\b", body) else []
    return set().union(*map(predicates, parts + aggregates)) - {_TYPE}


def find_unfinished(*strata: Stratum) -> list[str]:
    """Return each rule that negates what its own stratum or a later one may still conclude."""
    found = []
    for number, stratum in enumerate(strata):
        coming = set().union(*(concluded_by(rule) for following in strata[number:] for rule in following.rules))
        for rule in stratum.rules:
            negated = negated_by(rule)
            found += [f"{rule.name} negates {name}" for name in sorted(negated if "*" in coming else negated & coming)]
    return found


def test_no_rule_negates_what_is_not_finished() -> None:
    """A rule negates or counts only what earlier strata have brought to their fixpoint: no circle through negation."""
    assert find_unfinished(*STRATA) == []


def test_no_stratum_concludes_what_the_closure_needs() -> None:
    """After the closure no rule concludes a property from which the ontology would conclude more."""
    after = [rule for stratum in STRATA[2:] for rule in stratum.rules]
    concluded = set().union(*map(concluded_by, after))
    axioms = [
        quad
        for path in default_project().ontology.glob("*.ttl")
        for quad in read(path)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in concluded
    ]
    inferring = {"subPropertyOf", "inverseOf", "domain", "range", "subClassOf"}
    more = {
        quad.subject.value.rpartition("#")[2]
        for quad in axioms
        if isinstance(quad.subject, ox.NamedNode)
        and (
            quad.predicate.value.rpartition("#")[2] in inferring
            or (quad.predicate.value == _TYPE and "Symmetric" in str(quad.object))
            or (quad.predicate.value == _TYPE and "Transitive" in str(quad.object))
        )
    }

    # possiblySameEvent is concluded both ways round by its rules, UndatedCrossing of crossings only; what contradicts has a
    # test below: nothing is left for the closure
    assert {"possiblySameEvent", "UndatedCrossing", "contradicts"} >= {n for n in more if not CONTRADICTION.match(n)}


def test_contradictions_are_concluded_both_ways_round() -> None:
    """A rule for one kind of contradiction concludes the general property too, in both directions, as the axioms would."""
    found = [rule for rule in ALL if any(map(CONTRADICTION.search, concluded_by(rule)))]
    heads = {rule.key: rule.text.partition("CONSTRUCT")[2].partition("}")[0] for rule in found}
    both = re.compile(r"(\?\w+) nk:contradictsIn\w+ (\?\w+) ; nk:contradicts \2 \. \2 nk:contradicts \1 ")

    assert len(heads) > 13
    assert [key for key, head in heads.items() if not both.search(head)] == []


def make_rule(name: str, text: str) -> Rule:
    return Rule(name, name, name, name, "PREFIX nk: <https://w3id.org/nkgraph/ontology#>\n" + text, Path(name))


def test_circle_through_negation_is_found() -> None:
    """A rule that negates what its own stratum concludes, directly or by another rule, is refused."""
    alone = make_rule(
        "alone", "CONSTRUCT { ?a nk:alone ?a } WHERE { ?a a nk:X . FILTER NOT EXISTS { ?a nk:other ?b } }"
    )
    other = make_rule("other", "CONSTRUCT { ?a nk:other ?b } WHERE { ?a nk:alone ?b }")
    counted = make_rule(
        "counted", "CONSTRUCT { ?a nk:n ?n } WHERE { SELECT ?a (COUNT(?b) AS ?n) { ?a nk:n ?b } GROUP BY ?a }"
    )

    anything = make_rule("anything", "CONSTRUCT { ?a ?p ?b } WHERE { ?b ?p ?a }")
    negates = ["alone negates https://w3id.org/nkgraph/ontology#other"]

    assert negates == find_unfinished(Stratum("one", (alone, other)))
    assert negates == find_unfinished(Stratum("one", (alone,)), Stratum("two", (other,)))
    assert negates == find_unfinished(Stratum("one", (alone, anything)))
    assert find_unfinished(Stratum("one", (other,)), Stratum("two", (alone,))) == []
    assert find_unfinished(Stratum("one", (counted,))) == ["counted negates https://w3id.org/nkgraph/ontology#n"]
