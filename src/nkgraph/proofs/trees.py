"""Proofs as values: a leaf is what is asserted, a step what a rule concludes from premises, axioms and what was not found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs
import pyoxigraph as ox

from nkgraph.reasoning.rules import Pattern, Rule

__all__ = ["Clash", "Leaf", "Proof", "Searched", "Step", "leaves_of", "measure_height", "steps_of"]


@attrs.frozen
class Leaf:
    """An asserted triple, with every named graph that holds it (claims, reference, document, ontology); never a view."""

    triple: ox.Triple
    graphs: tuple[str, ...]


@attrs.frozen
class Searched:
    """A negative premise with its values put in: the whole graph was searched for the patterns, and nothing was found.

    ``text`` is the condition of the rule, in which known variables are written as terms, for people to read.
    """

    text: str
    patterns: tuple[Pattern, ...]


@attrs.frozen
class Step:
    """What a rule concludes.

    ``premises`` stand in the order of the rule's body, one for each pattern; where the rule counts they are all the
    matches of the group, and ``counted`` is how many were counted. ``axioms`` prove the triples of the ontology from
    which the rule was compiled.
    """

    triple: ox.Triple
    rule: Rule
    premises: tuple[Proof, ...]
    axioms: tuple[Proof, ...] = ()
    searched: tuple[Searched, ...] = ()
    counted: int | None = None


Proof: TypeAlias = Leaf | Step


@attrs.frozen
class Clash:
    """A contradiction: a rule without a head, the triples that match its body, each proved, and its axioms.

    There is no triple that it concludes; what stands below it cannot hold together.
    """

    rule: Rule
    premises: tuple[Proof, ...]
    axioms: tuple[Proof, ...] = ()


def steps_of(proof: Proof) -> Iterator[Step]:
    """Yield each conclusion of a proof once, what it needs before it; those of the ontology included."""
    done: set[ox.Triple] = set()

    def climb(node: Proof) -> Iterator[Step]:
        if isinstance(node, Step) and node.triple not in done:
            done.add(node.triple)
            for below in (*node.axioms, *node.premises):
                yield from climb(below)
            yield node

    yield from climb(proof)


def leaves_of(proof: Proof) -> tuple[Leaf, ...]:
    """Return each leaf of a proof once, in the order of the premises, those of the ontology after them."""
    data: dict[ox.Triple, Leaf] = {}
    axioms: dict[ox.Triple, Leaf] = {}

    def climb(node: Proof, found: dict[ox.Triple, Leaf]) -> None:
        if isinstance(node, Leaf):
            found.setdefault(node.triple, node)
            return
        for premise in node.premises:
            climb(premise, found)
        for axiom in node.axioms:
            climb(axiom, axioms)

    climb(proof, data)
    return tuple((axioms | data)[triple] for triple in (*data, *(t for t in axioms if t not in data)))


def measure_height(proof: Proof) -> int:
    """Return how many rules follow on each other at most; a leaf has none, and axioms are not counted.

    The terminology is closed before any rule reads data, so that its own proofs add nothing to the height.
    """
    return 0 if isinstance(proof, Leaf) else 1 + max((measure_height(p) for p in proof.premises), default=0)
