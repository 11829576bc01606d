"""A proof replayed: its leaves alone, closed by the engine of SPARQL, conclude its triple again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.proofs.trees import Leaf, Proof, Step, leaves_of, steps_of
from nkgraph.reasoning.printing import close_by_sparql
from nkgraph.reasoning.rules import Pattern, Rule
from nkgraph.reasoning.terminology import Compiled, compile_ontology

__all__ = ["replay"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_SCHEMA: Final = (PREFIXES["owl"], PREFIXES["rdfs"])
_LISTS: Final = (PREFIXES["rdf"] + "first", PREFIXES["rdf"] + "rest")


def replay(proof: Proof, *, without: ox.Triple | None = None) -> bool:
    """Say whether the leaves of a proof alone conclude its triple.

    The rules of OWL are compiled anew from the axioms among the leaves, whatever the proof says of them; of the rules of
    the domain those that the proof uses are run. What a rule negates is not there in so few triples; whether it is in
    the whole graph is asked by ``checking``.

    ``without`` leaves one leaf out: of a proof of which each leaf is needed, the others do not conclude the triple. Then
    a rule that negates is used as in the proof alone: among so few triples it might conclude what does not hold in the
    whole graph.
    """
    leaves = frozenset(leaf.triple for leaf in leaves_of(proof) if leaf.triple != without)
    if isinstance(proof, Leaf):
        return proof.triple in leaves
    compiled = _compile(_axioms_of(leaves), frozenset(triple.predicate for triple in leaves))
    schema = frozenset(triple for found in compiled.concluded.values() for triple in found)
    if proof.triple in schema:
        return True
    domain = {
        _ground(step) if without is not None and _negates(step.rule) else step.rule: None
        for step in steps_of(proof)
        if _is_of_domain(step.rule)
    }
    rules = [rule for rule in compiled.rules if rule.head]
    found = close_by_sparql(leaves | schema, [*rules, *domain])
    return any(proof.triple in triples for triples in found.values())


def _is_of_domain(rule: Rule) -> bool:
    return rule.about.path is not None


def _negates(rule: Rule) -> bool:
    return any(condition.kind == "absent" for condition in rule.conditions)


def _ground(step: Step) -> Rule:
    """Return the one use of a rule that a step is, as a rule without variables and conditions."""
    body = tuple(_as_pattern(premise.triple) for premise in step.premises)
    return Rule(step.rule.about, (_as_pattern(step.triple),), body)


def _as_pattern(triple: ox.Triple) -> Pattern:
    assert not isinstance(triple.subject, ox.Triple) and not isinstance(triple.object, ox.Triple)
    return Pattern(triple.subject, triple.predicate, triple.object)


def _axioms_of(triples: Iterable[ox.Triple]) -> frozenset[ox.Triple]:
    return frozenset(triple for triple in triples if _is_axiom(triple))


def _is_axiom(triple: ox.Triple) -> bool:
    if triple.predicate.value == _TYPE:
        return isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(_SCHEMA)
    return triple.predicate.value.startswith((*_SCHEMA, *_LISTS))


@lru_cache(maxsize=2000)
def _compile(axioms: frozenset[ox.Triple], predicates: frozenset[ox.NamedNode]) -> Compiled:
    return compile_ontology(sorted(axioms, key=str), predicates=sorted(predicates, key=str))
