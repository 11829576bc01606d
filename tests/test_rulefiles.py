"""Rules of the domain read from files: what they are, and what is refused, with its line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.errors import NkgraphError
from nkgraph.ontology import load_vocabulary
from nkgraph.project import default_project
from nkgraph.reasoning.rulefiles import read_rule
from nkgraph.reasoning.rules import Pattern, Rule, Variable

HEADER = "#+ title: t\n#+ words: W.\n#+ source: s\n"
NK = "PREFIX nk: <https://w3id.org/nkgraph/ontology#>\n"


def write(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "one.rq"
    path.write_text(HEADER + NK + body, encoding="utf-8")
    return path


def read(tmp_path: Path, body: str) -> Rule:
    return read_rule(write(tmp_path, body), "one", load_vocabulary(default_project().ontology))


def test_patterns_are_read_with_their_terms_in_full(tmp_path: Path) -> None:
    """Lists of objects and of properties become one pattern each, `a` and prefixes are written out."""
    rule = read(tmp_path, "CONSTRUCT { ?s nk:place ?p } WHERE { ?s a nk:Sale ; nk:place ?p , ?q . ?p nk:within ?q }")

    nk = "https://w3id.org/nkgraph/ontology#"
    assert [str(pattern) for pattern in rule.body] == [
        f"?s <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{nk}Sale>",
        f"?s <{nk}place> ?p",
        f"?s <{nk}place> ?q",
        f"?p <{nk}within> ?q",
    ]
    assert rule.head == (Pattern(Variable("s"), ox.NamedNode(nk + "place"), Variable("p")),)
    assert (rule.text, rule.conditions, rule.about.path) == ("", (), tmp_path / "one.rq")


@pytest.mark.parametrize(
    ("written", "value"),
    [('"a # b"@en', ox.Literal("a # b", language="en")), ("5", ox.Literal(5)), ("true", ox.Literal(True))],
)
def test_literals_are_read(tmp_path: Path, written: str, value: ox.Literal) -> None:
    """Strings with a language, numbers and truth values are terms."""
    rule = read(tmp_path, f"CONSTRUCT {{ ?s a nk:Sale }} WHERE {{ ?s nk:asPrinted {written} }}")

    assert rule.body[0].object == value


def test_comparison_of_things_is_left_to_every_engine(tmp_path: Path) -> None:
    """`?a != ?b` between things is a condition of its own; between numbers it stays SPARQL, which compares values."""
    things = read(tmp_path, "CONSTRUCT { ?a nk:judgedDifferent ?b } WHERE { ?j nk:judges ?a , ?b . FILTER(?a != ?b) }")
    numbers = read(
        tmp_path, "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:amountMin ?a ; nk:amountMax ?b . FILTER(?a != ?b) }"
    )

    assert ([c.kind for c in things.conditions], things.text) == (["distinct"], "")
    assert [c.kind for c in numbers.conditions] == ["filter"]
    assert numbers.text.startswith("CONSTRUCT { ?s <http://www.w3.org/")


def test_negation_knows_what_it_searches(tmp_path: Path) -> None:
    """FILTER NOT EXISTS keeps its patterns, its text in full, and its line."""
    rule = read(
        tmp_path,
        "CONSTRUCT { ?n nk:person ?n } WHERE {\n  ?n a nk:Narrator . # one\n"
        "  FILTER NOT EXISTS { ?n nk:sameWomanAs ?m FILTER(?m != ?n) }\n}",
    )

    (absent,) = rule.conditions
    assert (absent.kind, absent.line, absent.variables) == ("absent", 7, frozenset({"n", "m"}))
    assert [str(p) for p in absent.patterns] == ["?n <https://w3id.org/nkgraph/ontology#sameWomanAs> ?m"]
    assert absent.text.startswith("FILTER NOT EXISTS { ?n <https://w3id.org/")
    assert "one" not in rule.text
    assert isinstance(ox.Store().query(rule.text), ox.QueryTriples)


def test_count_knows_its_groups(tmp_path: Path) -> None:
    """A rule that counts names the variables by which it groups, and then the number."""
    rule = read(
        tmp_path,
        "CONSTRUCT { ?t nk:size ?n } WHERE {\n"
        "  { SELECT ?t (COUNT(DISTINCT ?w) AS ?n) WHERE { ?t nk:transferred ?w } GROUP BY ?t } FILTER(?n > 1)\n}",
    )

    assert (rule.counted, len(rule.body), [c.kind for c in rule.conditions]) == (("t", "n"), 1, ["filter"])


REFUSED = {
    "CONSTRUCT { ?s nk:place ?q } WHERE { ?s a nk:Sale }": "5: ?q is concluded, and nothing in the body binds it",
    "CONSTRUCT { ?s a nk:Sale } WHERE {\n ?s nk:place ?p\n OPTIONAL { ?p nk:within ?q } }": (
        "7: OPTIONAL: rules have none; write two rules, one with its patterns and one without"
    ),
    "CONSTRUCT { ?s a nk:Sale } WHERE {\n { ?s nk:place ?p } UNION { ?s nk:kind ?p } }": (
        "6: a group in a group: rules have none; write two rules"
    ),
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place ?p\n MINUS { ?s nk:kind ?k } }": (
        "6: MINUS: rules have none; write FILTER NOT EXISTS { … }"
    ),
    "CONSTRUCT { ?s a nk:Sale } WHERE { GRAPH ?g { ?s nk:place ?p } }": "5: GRAPH: rules have none",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place/nk:within ?p }": "5: a property path: rules have none",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s ^nk:place ?p }": "5: a property path: rules have none",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:within* ?p }": "5: a property path: rules have none",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s ?p ?q }": "5: a property that is a variable: rules have none",
    "CONSTRUCT { ?s nk:place ?c } WHERE { ?s a ?c }": "5: a class that is a variable: rules have none",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place [] }": "5: a blank node: rules have none; write a variable",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place ?p FILTER EXISTS { ?p nk:within ?q } }": (
        "5: FILTER EXISTS: rules have none; write its patterns beside the others"
    ),
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place ?p\n FILTER(?p = ?s || NOT EXISTS { ?p nk:within ?q }) }": (
        "6: EXISTS inside a FILTER( … ): rules have none"
    ),
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place ?p FILTER NOT EXISTS { ?p nk:within ?q FILTER NOT EXISTS "
    "{ ?q nk:within ?r } } }": "5: BIND, VALUES or NOT EXISTS in a NOT EXISTS: rules have none",
    "CONSTRUCT { ?s nk:amountMin ?n } WHERE { { SELECT ?s (MIN(?a) AS ?n) WHERE { ?s nk:amountMin ?a } GROUP BY ?s } }": (
        "5: a SELECT that does not count: rules have none; MIN and MAX: say that no smaller or larger one exists"
    ),
    "CONSTRUCT { ?s nk:place ?p } WHERE { ?s nk:place ?p } LIMIT 1": "5: LIMIT after the body: rules have none",
    "CONSTRUCT WHERE { ?s nk:place ?p }": "5: the short form of CONSTRUCT: rules have none",
    "SELECT ?s WHERE { ?s nk:place ?p }": "a rule must be a CONSTRUCT; conclude triples, not rows",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:plaec ?p }": "5: unknown term nk:plaec (nearest: place)",
    "CONSTRUCT { ?s a nk:Sael } WHERE { ?s nk:place ?p }": "5: unknown term nk:Sael (nearest: Sale)",
    "CONSTRUCT { ?a nk:asPrinted ?s } WHERE { ?s nk:amountMin ?a }": "5: concludes something about a literal (?a)",
    "CONSTRUCT { ?s a nk:Sale } WHERE { ?s nk:place ?p ": "one.rq: line 5",
}


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[27:70])
def test_what_rules_may_not_is_refused(tmp_path: Path, body: str) -> None:
    """Each thing that no proof could show, and each mistake, is told with its line and what to write instead."""
    with pytest.raises(NkgraphError) as caught:
        read(tmp_path, body)

    assert f"one.rq:{REFUSED[body]}" in str(caught.value) or REFUSED[body] in str(caught.value)
    assert caught.value.exit_code == 2
