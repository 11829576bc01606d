"""OWL 2 RL: every rule of the W3C tables concludes what it should, and nothing from a near miss, by both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pyoxigraph as ox
import pytest
import yaml
from owl_closures import ENGINES, Closed, by_sparql, read

from nkgraph.reasoning import terminology
from nkgraph.reasoning.saying import say_rule
from nkgraph.reasoning.tables import Form, TableRule, load_tables

EXAMPLES: dict[str, list[dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "owl2rl" / "examples.yaml").read_text(encoding="utf-8")
)
CASES = [
    pytest.param(key, example, id=f"{key}-{n}")
    for key, found in EXAMPLES.items()
    for n, example in enumerate(found, start=1)
]
ENGINE = pytest.mark.parametrize("engine", sorted(ENGINES))
#: What the recommendation holds (second edition, tables 4 to 9).
SIZES = {4: 9, 5: 20, 6: 19, 7: 5, 8: 5, 9: 20}


def said(closed: Closed, key: str) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return what a rule concludes, and the triples of its contradictions."""
    clashes = {triple for name, triples in closed.clashes if name == key for triple in triples}
    return set(closed.concluded.get(key, ())), clashes


def holds(key: str, example: dict[str, str], engine: str) -> bool:
    expected = set(read(example.get("then", ""))), set(read(example.get("clash", "")))
    return said(ENGINES[engine](read(example["given"])), key) == expected


@ENGINE
@pytest.mark.parametrize(("key", "example"), CASES)
def test_rule_concludes_exactly_what_it_should(key: str, example: dict[str, str], engine: str) -> None:
    """From its example a rule concludes what the table says, all of it and nothing else."""
    assert set(example) in ({"given", "then", "unlike"}, {"given", "clash", "unlike"})
    assert holds(key, example, engine)


@ENGINE
@pytest.mark.parametrize(("key", "example"), CASES)
def test_rule_concludes_nothing_from_a_near_miss(key: str, example: dict[str, str], engine: str) -> None:
    """From triples that only look like its own a rule concludes nothing, and finds no contradiction."""
    near = read(example["unlike"])

    assert near
    assert said(ENGINES[engine](near), key) == (set(), set())


def test_every_rule_of_the_tables_is_there() -> None:
    """Each table has as many rules as the recommendation prints, and each rule an example or a reason to be left out."""
    tables = load_tables()

    assert Counter(rule.table for rule in tables) == SIZES
    assert {rule.about.key for rule in tables if not rule.left_out} == set(EXAMPLES)
    assert all(bool(rule.forms) != bool(rule.left_out) for rule in tables)


@pytest.mark.parametrize(
    ("rule", "left_out"),
    [pytest.param(r, n, id=f"{r.about.key}-{n}") for r in load_tables() for n in range(len(r.forms))],
)
def test_every_form_of_a_rule_is_needed(rule: TableRule, left_out: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of its forms a rule fails one of its examples: none stands there for nothing."""
    forms = (*rule.forms[:left_out], *rule.forms[left_out + 1 :])
    tables = tuple(attrs.evolve(r, forms=forms) if r == rule else r for r in load_tables())
    monkeypatch.setattr(terminology, "load_tables", lambda: tables)

    assert not all(holds(rule.about.key, example, "sparql") for example in EXAMPLES[rule.about.key])


def shorter(form: Form) -> Iterator[Form]:
    """Yield a form without one of its premises, or of its conditions."""
    for number in range(len(form.data)):
        yield attrs.evolve(form, data=(*form.data[:number], *form.data[number + 1 :]))
    for number in range(len(form.axioms)):
        yield attrs.evolve(form, axioms=(*form.axioms[:number], *form.axioms[number + 1 :]))
    if form.distinct:
        yield attrs.evolve(form, distinct=())
    if form.filter:
        yield attrs.evolve(form, filter="")


@pytest.mark.parametrize("rule", [r for r in load_tables() if r.forms], ids=lambda rule: rule.about.key)
def test_every_premise_of_a_rule_is_needed(rule: TableRule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of its premises or conditions a rule concludes something else from its examples, or nothing at all."""
    for number, form in enumerate(rule.forms):
        for mutant in shorter(form):
            forms = (*rule.forms[:number], mutant, *rule.forms[number + 1 :])
            tables = tuple(attrs.evolve(r, forms=forms) if r == rule else r for r in load_tables())
            with monkeypatch.context() as patch:
                patch.setattr(terminology, "load_tables", lambda tables=tables: tables)
                assert not survives(rule.about.key), mutant


def survives(key: str) -> bool:
    """Say whether all examples of a rule come out as they should."""
    try:
        return all(
            holds(key, example, "sparql") and said(by_sparql(read(example["unlike"])), key) == (set(), set())
            for example in EXAMPLES[key]
        )
    except (AssertionError, KeyError, SyntaxError, ValueError):  # a variable that nothing binds any more
        return False


def test_page_of_rules_is_that_of_the_tables() -> None:
    """The rules in the docs are those of the tables; ``python tests/reasoning_page.py`` writes them."""
    from reasoning_page import PAGE, make_page

    assert PAGE.read_text("utf-8") == make_page()


SAID = [
    (":p rdfs:domain :C .", "prp-dom", "What has :p belongs to :C."),
    (":C owl:hasKey ( :k :l :m ) .", "prp-key", "Two things of :C that agree in :k, :l and :m are the same thing."),
    ("[] a owl:AllDisjointClasses ; owl:members ( :C :D ) .", "cax-adc", "Nothing belongs both to :C and to :D."),
    (
        ":p owl:propertyChainAxiom ( :q [ owl:inverseOf :r ] ) .",
        "prp-spo2",
        "Where :q and the inverse of :r lead, one after the other, from one thing to another, the one has :p to the other.",
    ),
    (":p owl:sameAs :q .", "eq-rep-s", "What :p tells of a thing holds of what is the same."),
    (":a owl:sameAs :b .", "eq-sym", "Where one thing is the same as another, the other is the same as it."),
]


@pytest.mark.parametrize(("axioms", "key", "words"), SAID, ids=[key for _, key, _ in SAID])
def test_rule_is_said_with_its_axiom(axioms: str, key: str, words: str) -> None:
    """The words of a compiled rule name the terms of its own axiom."""
    compiled = terminology.compile_ontology(read(axioms), predicates=[ox.NamedNode("https://x.org/p")])
    said_of = {say_rule(rule).replace("https://x.org/", ":") for rule in compiled.rules if rule.key == key}

    assert words in said_of


def test_every_rule_is_said() -> None:
    """For every rule compiled from an axiom of an example its words are found, and no slot is left open."""
    for key, found in EXAMPLES.items():
        (table_rule,) = (rule for rule in load_tables() if rule.about.key == key)
        for example in found:
            compiled = terminology.compile_ontology(read(example["given"]))
            for rule in (*compiled.rules, *compiled.filtered):
                if rule.key == key:
                    words = say_rule(rule)
                    general = not (rule.axioms and any(form.says for form in table_rule.forms))
                    assert "{" not in words
                    assert general or words != rule.about.words
