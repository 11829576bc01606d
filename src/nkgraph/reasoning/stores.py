"""A store closed in place: what the rules read is taken out of it, and what they conclude is written into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from nkgraph.iris import graph_iri
from nkgraph.reasoning.engine import Engine
from nkgraph.reasoning.rules import Rule

__all__ = ["close_store"]


def close_store(store: ox.Store, rules: Sequence[Rule]) -> int:
    """Close the default graph of a store under rules, and return how many triples that added to it.

    The default graph is read as the merge of what is asserted. Each conclusion is added to it, and to the graph of every
    rule that concludes it first. Only the predicates of the rules are read, and nothing is held but their numbers: for
    graphs of millions of triples.

    Raises:
        VocabularyError: a rule counts, or has a condition other than ``distinct`` (``close`` runs those as well).
    """
    engine = Engine(rules)
    for predicate in sorted(engine.predicates, key=str):
        engine.add(store.quads_for_pattern(None, predicate, None, ox.DefaultGraph()))
    count = 0
    while added := engine.advance():
        count += added
    store.extend(_quads_of(engine))
    return count


def _quads_of(engine: Engine) -> Iterator[ox.Quad]:
    graphs = {key: ox.NamedNode(graph_iri(f"inferred/{key}")) for key in engine.keys}
    for key, subject, predicate, thing in engine.conclusions():
        yield ox.Quad(subject, predicate, thing, graphs[key])  # type: ignore[arg-type]
        yield ox.Quad(subject, predicate, thing)  # type: ignore[arg-type]
