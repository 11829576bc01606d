"""Closures under OWL 2 RL for tests: by the engine of arrays, and by SPARQL alone; and owlrl, mended, as an oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.reasoning import close
from nkgraph.reasoning.printing import close_by_sparql, match_by_sparql
from nkgraph.reasoning.terminology import compile_ontology

HEAD = "@prefix : <https://x.org/> .\n" + "".join(
    f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("owl", "rdf", "rdfs", "xsd")
)


@attrs.frozen
class Closed:
    """What follows: triples by key of the rule, and for each contradiction its key and its triples."""

    concluded: dict[str, frozenset[ox.Triple]]
    clashes: frozenset[tuple[str, frozenset[ox.Triple]]]


def read(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


def by_arrays(triples: Iterable[ox.Triple]) -> Closed:
    """Close by the engine that closes the graph."""
    closure = close([ox.Quad(t.subject, t.predicate, t.object) for t in triples])
    found = {text.key: frozenset(made) for text, made in closure.concluded.items() if made}
    return Closed(found, frozenset((c.rule.key, frozenset(c.triples)) for c in closure.contradictions))


def by_sparql(triples: Iterable[ox.Triple]) -> Closed:
    """Close by the rules printed as SPARQL; compile anew as long as the data concludes axioms."""
    known = set(triples)
    found: dict[str, set[ox.Triple]] = defaultdict(set)
    while True:
        compiled = compile_ontology(known)
        for key, made in compiled.concluded.items():
            found[key].update(made)
            known.update(made)
        rules = [*compiled.rules, *compiled.filtered]
        fresh = close_by_sparql(known, rules)
        for key, triples_of_rule in fresh.items():
            found[key] |= triples_of_rule
            known |= triples_of_rule
        if not fresh:
            break
    clashes = {
        (rule.key, frozenset(match)) for rule in rules if not rule.head for match in match_by_sparql(known, rule)
    }
    return Closed({key: frozenset(made) for key, made in found.items() if made}, frozenset(clashes))


ENGINES: dict[str, Callable[[Iterable[ox.Triple]], Closed]] = {"arrays": by_arrays, "sparql": by_sparql}
