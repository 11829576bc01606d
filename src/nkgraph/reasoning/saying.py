"""What a rule of OWL 2 RL says for its own axiom: "What has nk:surname belongs to nk:Person."."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import PREFIXES, shorten
from nkgraph.reasoning.matching import Binding, Index
from nkgraph.reasoning.rules import Rule, Term
from nkgraph.reasoning.specialising import Grounder
from nkgraph.reasoning.tables import TableRule, load_tables

__all__ = ["name_term", "say_rule", "say_triple"]

_INVERSE: Final = ox.NamedNode(PREFIXES["owl"] + "inverseOf")
_SLOT: Final = re.compile(r"\{(\w+)\}")


def name_term(term: Term) -> str:
    """Return an IRI with its prefix, the text of a literal, and what a blank node is.

    >>> name_term(ox.NamedNode("https://w3id.org/nkgraph/ontology#Sale"))
    'nk:Sale'
    """
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    return term.value if isinstance(term, ox.Literal) else "a class without a name"


def say_triple(triple: ox.Triple) -> str:
    """Return a triple as people write it: IRIs with their prefix, literals as in Turtle.

    >>> iris = ("https://w3id.org/nkgraph/ontology#Sale", "http://www.w3.org/2000/01/rdf-schema#label")
    >>> say_triple(ox.Triple(*map(ox.NamedNode, iris), ox.Literal("sale", language="en")))
    'nk:Sale rdfs:label "sale"@en'
    """
    terms = (triple.subject, triple.predicate, triple.object)
    return " ".join(shorten(term.value) if isinstance(term, ox.NamedNode) else str(term) for term in terms)


def say_rule(rule: Rule, name: Callable[[Term], str] = name_term) -> str:
    """Return a rule in words: for a rule of OWL 2 RL with its axiom put in, for any other its words as they are.

    ``name`` says what a term of the axiom is called. Rules without an axiom (eq-sym), and those whose axiom says it all,
    have the words of the table.

    >>> from nkgraph.reasoning.terminology import compile_ontology
    >>> nk, rdfs = "https://w3id.org/nkgraph/ontology#", "http://www.w3.org/2000/01/rdf-schema#"
    >>> terms = (ox.NamedNode(iri) for iri in (f"{nk}surname", f"{rdfs}domain", f"{nk}Person"))
    >>> [say_rule(rule) for rule in compile_ontology([ox.Triple(*terms)]).rules if rule.axioms]
    ['What has nk:surname belongs to nk:Person.']
    """
    table_rule = _rules_by_key().get(rule.key)
    if table_rule is None or table_rule.about != rule.about:
        return rule.about.words
    index = Index(rule.axioms)
    predicates = sorted({pattern.predicate for pattern in rule.body}, key=str)
    for form in table_rule.forms:
        if form.says:
            for found, binding in Grounder(index).ground_form(table_rule.about, form, predicates):
                if found == rule:
                    return _fill(form.says, binding, index, name)
    return rule.about.words


@lru_cache(maxsize=1)
def _rules_by_key() -> dict[str, TableRule]:
    return {rule.about.key: rule for rule in load_tables()}


def _fill(words: str, binding: Binding, index: Index, name: Callable[[Term], str]) -> str:
    def call(term: Term) -> str:
        inverses = [triple.object for triple in index if triple.subject == term and triple.predicate == _INVERSE]
        return f"the inverse of {name(inverses[0])}" if isinstance(term, ox.BlankNode) and inverses else name(term)  # type: ignore[arg-type]

    def put_in(match: re.Match[str]) -> str:
        term = binding[match[1]]
        listed = index.read_list(term)
        return call(term) if listed is None else _enumerate([call(member) for member in listed.members])

    return _SLOT.sub(put_in, words)


def _enumerate(names: list[str]) -> str:
    """Return names as they stand in a sentence: ``a, b and c``."""
    return names[-1] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
