"""What proofs cost from a served graph: one, all of them, and all replayed; the real graph and one a hundred times as large.

Called by ``reasoning_bench`` in the same run. A time is that of a first call for a triple (what an explainer has found
already it remembers), the collector of cycles held off as in the template of the server.
"""

from __future__ import annotations

import gc
import random
import time
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from nkgraph.iris import graph_iri
from nkgraph.pipeline import build
from nkgraph.project import Project, default_project
from nkgraph.proofs import Explainer, Proof, Step, leaves_of, replay
from nkgraph.proofs.loading import build_explainer
from nkgraph.store import open_store

__all__ = ["PROOFS", "run_large_proofs", "run_proofs"]

#: Milliseconds that a proof must take, and would better take: the median, and 99 of 100, at 1x; seconds of all, replayed.
PROOFS: Final = {"median": (0.2, 0.2), "p99": (3.0, 3.0), "all": (10.0, 10.0), "p99 at 100x": (20.0, 20.0)}
_INFERRED: Final = graph_iri("inferred/")
_SAMPLE: Final = 3000


def _inferred(store: ox.Store) -> list[ox.Triple]:
    graphs = [g for g in store.named_graphs() if isinstance(g, ox.NamedNode) and g.value.startswith(_INFERRED)]
    return sorted({q.triple for graph in graphs for q in store.quads_for_pattern(None, None, None, graph)}, key=str)


def _time_proofs(explainer: Explainer, triples: list[ox.Triple]) -> tuple[list[float], list[Proof]]:
    """Return the milliseconds of each proof, sorted, and the proofs."""
    gc.collect()
    gc.freeze()
    times, proofs = [], []
    for triple in triples:
        begin = time.perf_counter()
        proof = explainer.prove(triple)
        times.append((time.perf_counter() - begin) * 1000)
        if proof is not None:
            proofs.append(proof)
    return sorted(times), proofs


def run_proofs(folder: Path) -> dict[str, Any]:
    """Build the real graph, prove every inferred triple, replay each proof, and leave out each leaf in turn."""
    project = default_project()
    built = Project(root=project.root, data=project.data, out=folder / "build")
    build(built)
    store = open_store(built.graph_file)
    explainer = build_explainer(store, project.ontology / "rules")
    triples = _inferred(store)
    random.Random(5).shuffle(triples)
    begin = time.perf_counter()
    times, proofs = _time_proofs(explainer, triples)
    proved = time.perf_counter() - begin
    begin = time.perf_counter()
    failed = sum(not replay(proof) for proof in proofs)
    replayed = time.perf_counter() - begin
    begin = time.perf_counter()
    leaves = [(proof, leaf) for proof in proofs if isinstance(proof, Step) for leaf in leaves_of(proof)]
    idle = sum(replay(proof, without=leaf.triple) for proof, leaf in leaves)
    return {
        "triples": len(triples),
        "unproved": len(triples) - len(proofs),
        "median": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
        "slowest": times[-1],
        "prove": proved,
        "replay": replayed,
        "failed": failed,
        "leaves": len(leaves),
        "idle": idle,
        "leaving out": time.perf_counter() - begin,
    }


def run_large_proofs(store: ox.Store) -> dict[str, Any]:
    """Prove a sample of what is inferred in a large closed store."""
    explainer = build_explainer(store)
    triples = random.Random(5).sample(_inferred(store), _SAMPLE)
    times, proofs = _time_proofs(explainer, triples)
    return {
        "triples": len(triples),
        "unproved": len(triples) - len(proofs),
        "median": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
        "slowest": times[-1],
    }
