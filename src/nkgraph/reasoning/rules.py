"""Rules as values: what stands before and after the arrow, read by the engines, the printer to SPARQL and the proofs.

A rule has constant predicates throughout. Those of OWL 2 RL are compiled from the closed terminology, one for each axiom
(family ``prp-dom`` and the axiom ``nk:surname rdfs:domain nk:Person`` give one rule); those of the domain are read from
files of SPARQL CONSTRUCT, one rule a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

import attrs
import pyoxigraph as ox

__all__ = ["Condition", "Pattern", "Rule", "RuleText", "Slot", "Term", "Variable"]

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal


@attrs.frozen
class Variable:
    """A variable of a rule, by its name without the question mark."""

    name: str

    def __str__(self) -> str:
        return f"?{self.name}"


Slot: TypeAlias = Term | Variable


@attrs.frozen
class Pattern:
    """A triple pattern; its predicate is a constant.

    >>> is_a = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    >>> str(Pattern(Variable("x"), is_a, ox.NamedNode("https://x.org/C")))
    '?x <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://x.org/C>'
    """

    subject: Slot
    predicate: ox.NamedNode
    object: Slot

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


@attrs.frozen
class Condition:
    """What a rule asks beside its triple patterns.

    ``distinct``: two variables do not stand for one term (``variables`` names both; the one condition that each engine
    checks itself). ``filter``, ``bind``, ``values``: the element of SPARQL as written. ``absent``: FILTER NOT EXISTS;
    ``patterns`` are the triple patterns of what is searched for, and nothing may be found in the whole graph.
    ``text`` is SPARQL 1.1 in which every IRI is written in full; ``line`` is where it stands in the file of its rule.
    """

    kind: Literal["distinct", "filter", "bind", "values", "absent"]
    text: str
    variables: frozenset[str]
    patterns: tuple[Pattern, ...] = ()
    line: int | None = attrs.field(default=None, eq=False)


@attrs.frozen
class RuleText:
    """What a reader is told of a rule: its title, its words, where it comes from, and the file that holds it.

    ``key`` names the graph of its conclusions, ``graph/inferred/<key>``: ``cax-sco``, ``household-sale``.
    """

    key: str
    title: str
    words: str
    source: str
    path: Path | None = None


@attrs.frozen
class Rule:
    """A rule: from every match of ``body`` that meets the ``conditions``, and from the ``axioms``, conclude ``head``.

    ``axioms`` are the triples of the terminology from which an OWL rule was compiled; a rule of the domain has none.
    ``counted`` is set where the rule counts: the variables by which it groups, and the variable of the number; then
    all matches of ``body`` with one value of those variables are its premises together, and ``text`` is the CONSTRUCT.
    ``text`` is empty where patterns and ``distinct`` conditions say everything.
    A ``head`` without patterns is a contradiction: its matches are findings, not triples.
    """

    about: RuleText
    head: tuple[Pattern, ...]
    body: tuple[Pattern, ...]
    conditions: tuple[Condition, ...] = ()
    axioms: tuple[ox.Triple, ...] = ()
    text: str = ""
    counted: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the graph of what it concludes."""
        return self.about.key
