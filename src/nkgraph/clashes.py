"""Where a closure contradicts itself or a shape: both sides of each contradiction with the claims that they rest on.

A contradiction of OWL (a thing in two disjoint classes, two values of a functional property that differ, …) is never
mended by dropping a side: a finding shows both, down to their claims, and the graph is not written. What shapes find in
what is inferred is told in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.findings import Finding, Severity
from nkgraph.iris import PREFIXES, shorten
from nkgraph.proofs import Explainer, leaves_of
from nkgraph.reasoning import Closure, Contradiction, rule_graph, say_rule, say_triple
from nkgraph.validation import validate

__all__ = ["Clash", "Tracer", "check_closure", "find_clashes"]

_CLAIM: Final = PREFIXES["claim"]


@attrs.frozen
class Clash:
    """A finding about what cannot hold together, and the claims of all its sides, by IRI, in their order."""

    finding: Finding
    claims: tuple[str, ...]


class Tracer:
    """Says on which claims a triple of a closure rests: those of the leaves of its proof.

    ``asserted`` are quads in their graphs, ``closure`` is what follows from them.
    """

    def __init__(self, asserted: Iterable[ox.Quad], closure: Closure) -> None:
        self._asserted = asserted
        self._closure = closure
        self._found: dict[ox.Triple, tuple[str, ...]] = {}

    @cached_property
    def _explainer(self) -> Explainer:
        # made when something is found, which is seldom
        store = ox.Store()
        held = list(self._asserted)
        held += (
            ox.Quad(t.subject, t.predicate, t.object, rule_graph(rule))
            for rule, triples in self._closure.concluded.items()
            for t in triples
        )
        store.bulk_extend(held)
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in held)
        return Explainer(store, self._closure.rules)

    def trace(self, triple: ox.Triple) -> tuple[str, ...]:
        """Return the claims that a triple rests on, by IRI, in the order of the premises; none if nothing proves it."""
        if triple not in self._found:
            proof = self._explainer.prove(triple)
            graphs = () if proof is None else tuple(graph for leaf in leaves_of(proof) for graph in leaf.graphs)
            self._found[triple] = tuple(dict.fromkeys(graph for graph in graphs if graph.startswith(_CLAIM)))
        return self._found[triple]


def find_clashes(
    contradictions: Iterable[Contradiction], tracer: Tracer, places_of: Mapping[str, tuple[Path, int]]
) -> list[Clash]:
    """Return a violation for each contradiction of a closure, with file and line of the first claim of its sides."""
    return [_tell(contradiction, tracer, places_of) for contradiction in contradictions]


def check_closure(
    quads: Sequence[ox.Quad],
    closure: Closure,
    shapes: Path,
    places_of: Mapping[str, tuple[Path, int]],
    known: Iterable[Finding] = (),
) -> list[Clash]:
    """Return what cannot hold together in a closure, and what shapes find in it beyond what they find without inference.

    ``quads`` are what is asserted, in its graphs; ``known`` the findings about these alone. A finding about an inferred
    triple names the claims that it follows from. Of a thing that contradicts itself only that is told.

    Raises:
        VocabularyError: as ``validate``.
    """
    tracer = Tracer(quads, closure)
    found = find_clashes(closure.contradictions, tracer, places_of)
    inferred = {triple for triples in closure.concluded.values() for triple in triples}
    closed = [*quads, *(ox.Quad(t.subject, t.predicate, t.object) for t in inferred)]
    told = {(finding.rule, finding.thing, finding.message) for finding in known}
    clashing = {clash.finding.thing for clash in found}
    broken = validate(closed, shapes, places_of=places_of, trace=tracer.trace)
    fresh = (f for f in broken if (f.rule, f.thing, f.message) not in told and f.thing not in clashing)
    return found + [Clash(finding, ()) for finding in fresh]


def _tell(contradiction: Contradiction, tracer: Tracer, places_of: Mapping[str, tuple[Path, int]]) -> Clash:
    sides = {triple: tracer.trace(triple) for triple in contradiction.triples}
    claims = tuple(dict.fromkeys(claim for found in sides.values() for claim in found))
    path, line = next((places_of[claim] for claim in claims if claim in places_of), (None, None))
    shown = [f"{say_triple(triple)} ({_name(found)})" for triple, found in sides.items()]
    shown += [f"{say_triple(axiom)} (the ontology)" for axiom in contradiction.rule.axioms]
    message = f"{say_rule(contradiction.rule)} Here both are stated, or follow: {'; '.join(shown)}"
    subject = contradiction.triples[0].subject
    thing = shorten(subject.value) if isinstance(subject, ox.NamedNode) else str(subject)
    return Clash(Finding(Severity.VIOLATION, contradiction.rule.key, thing, message, path, line), claims)


def _name(claims: Sequence[str]) -> str:
    return ", ".join(map(shorten, claims)) or "no claim: reference data or the ontology"
