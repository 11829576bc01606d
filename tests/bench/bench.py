"""What it costs, measured side by side in one run: ``make bench`` prints the table. Nothing here is asserted.

Usage: python tests/bench/bench.py [--runs N] [--owlrl-seconds N]
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.query import ResultRow

from nkgraph.evaluation import LocalAnswers
from nkgraph.pipeline import assemble, build, check_source, read_source
from nkgraph.project import Project, default_project
from nkgraph.queries import CannedQuery, bind_parameters, load_queries, run_query
from nkgraph.reasoning import infer, load_strata
from nkgraph.store import open_store
from nkgraph.tables import read_table

EXAMPLES = {"evidence": "iri", "timeline": "account"}


def _measure(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Run work in a forked child and return its seconds, its peak memory in MB and what it returned."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        begin = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - begin
        sender.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result))

    child = context.Process(target=run)
    child.start()
    sender.close()
    try:
        answer: tuple[float, float, Any] = receiver.recv()
    except EOFError:
        answer = (float("nan"), float("nan"), None)
    child.join()
    return answer


def _claims_to_store(project: Project) -> tuple[int, int]:
    built = build(project)
    return len(built.quads), len(open_store(project.graph_file))


def _shacl(project: Project) -> int:
    return len(check_source(read_source(project), project))


def _shacl_alone(project: Project) -> float:
    source = read_source(project)
    quads = assemble(source).quads
    begin = time.perf_counter()
    check_source(source, project, quads)
    return time.perf_counter() - begin


def _inference_alone(project: Project) -> tuple[float, int]:
    quads = assemble(read_source(project)).quads
    strata = load_strata(project.ontology / "rules")
    begin = time.perf_counter()
    concluded = infer(quads, strata)
    return time.perf_counter() - begin, len({t for ts in concluded.values() for t in ts})


def _rdflib_graph(quads: list[ox.Quad]) -> rdflib.Graph:
    data = ox.serialize({q.triple for q in quads}, format=ox.RdfFormat.N_TRIPLES)
    assert data is not None
    graph = rdflib.Graph()
    graph.parse(data=data.decode(), format="nt")
    return graph


def _reasonable(project: Project) -> tuple[float, int]:
    import reasonable

    graph = _rdflib_graph(assemble(read_source(project)).quads)
    engine = reasonable.PyReasoner()
    engine.from_graph(graph)
    begin = time.perf_counter()
    triples = engine.reason()
    return time.perf_counter() - begin, len({tuple(t) for t in triples} - set(graph))


def _owlrl(project: Project, limit: int) -> tuple[float, int] | None:
    import owlrl

    graph = _rdflib_graph(assemble(read_source(project)).quads)
    before = len(graph)
    signal.alarm(limit)
    begin = time.perf_counter()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    return time.perf_counter() - begin, len(graph) - before


def _rows(table: Any) -> list[tuple[str, ...]]:
    return [tuple("" if c is None else str(getattr(c, "value", c)) for c in row) for row in table.rows]


def _rdflib_query(graph: rdflib.Graph, query: CannedQuery, values: dict[str, str]) -> list[tuple[str, ...]]:
    from nkgraph.iris import expand

    bindings = {name: rdflib.URIRef(expand(value)) for name, value in values.items()}
    found = graph.query(query.text, initBindings=bindings)
    rows = []
    for row in found:
        assert isinstance(row, ResultRow)
        cells = [row[name] if name in row.labels else None for name in query.columns]
        rows.append(tuple("" if c is None else str(c) for c in cells))
    return rows


def _normal(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    def cell(text: str) -> str:
        try:
            return f"{float(text):g}"
        except ValueError:
            return text

    return sorted(tuple(cell(c) for c in row) for row in rows)


def _compare_queries(project: Project, runs: int, limit: int) -> None:
    service = LocalAnswers(open_store(project.graph_file))
    queries = load_queries(project.queries)
    measured = {}
    alone = open_store(project.graph_file)
    for name, query in sorted(queries.items()):
        values = {p.name: p.example or "" for p in query.parameters if p.required}
        times = []
        for _ in range(runs):
            begin = time.perf_counter()
            answer = run_query(service, query, values, "json").require()
            times.append((time.perf_counter() - begin) * 1000)
        bound = {ox.Variable(n): term for n, term in bind_parameters(query, values).items()}
        inside = []
        for _ in range(runs):
            begin = time.perf_counter()
            list(alone.query(query.text, substitutions=dict(bound)))  # type: ignore[arg-type]
            inside.append((time.perf_counter() - begin) * 1000)
        measured[name] = (
            values,
            statistics.median(times),
            statistics.median(inside),
            _rows(read_table(answer, query.columns)),
        )
    # Only now: Python's collector walks rdflib's objects again and again, which would be charged to our queries.
    store = open_store(project.graph_file)
    data = ox.serialize(
        [q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())], format=ox.RdfFormat.N_TRIPLES
    )
    assert data is not None
    graph = rdflib.Graph()
    graph.parse(io.BytesIO(data), format="nt")
    print(f"\nCanned queries (medians of {runs} runs: rows taken from the store, and the whole answer as JSON;")
    print(f"rdflib: one run, ended after {limit} s)\n")
    print(
        "| query | rows | ms, in the store | ms, whole answer | ms, rdflib | rdflib's answer |\n|---|--:|--:|--:|--:|---|"
    )
    for name, query in sorted(queries.items()):
        values, median, inside_median, rows = measured[name]

        def other(query: CannedQuery = query, values: dict[str, str] = values) -> list[tuple[str, ...]]:
            signal.alarm(limit)
            return _rdflib_query(graph, query, values)

        seconds, _, theirs = _measure(other)
        if theirs is None:
            verdict, shown = f"none in {limit} s, or an error", ""
        else:
            verdict = "same" if _normal(theirs) == _normal(rows) else f"differs ({len(theirs)} rows)"
            shown = f"{seconds * 1000:.0f}"
        print(f"| {name} | {len(rows)} | {inside_median:.1f} | {median:.1f} | {shown} | {verdict} |", flush=True)


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--owlrl-seconds", type=int, default=120)
    parser.add_argument("--rdflib-seconds", type=int, default=30)
    arguments = parser.parse_args()
    project = default_project(out=Path(os.environ.get("NKGRAPH_BENCH_OUT", "build/bench")))
    sys.stderr.write("measuring; this takes a few minutes\n")
    print("| what | seconds | peak MB | result |\n|---|--:|--:|---|")
    seconds, memory, sizes = _measure(lambda: _claims_to_store(project))
    print(
        f"| claims to served store (read, SHACL, infer, write, load) | {seconds:.2f} | {memory:.0f} | {sizes[0]} quads |"
    )
    _, memory, alone = _measure(lambda: _shacl_alone(project))
    print(f"| SHACL alone | {alone:.2f} | {memory:.0f} | |")
    _, memory, (alone, count) = _measure(lambda: _inference_alone(project))
    print(f"| inference alone (ours: OWL 2 RL used, and domain rules) | {alone:.2f} | {memory:.0f} | {count} triples |")
    _, memory, theirs = _measure(lambda: _reasonable(project))
    print(
        f"| reasonable on the same triples | {theirs[0]:.2f} | {memory:.0f} | {theirs[1]} triples |"
        if theirs
        else "| reasonable | failed | | |"
    )
    limit = arguments.owlrl_seconds
    _, memory, closed = _measure(lambda: _owlrl(project, limit))
    print(
        f"| owlrl on the same triples | {closed[0]:.1f} | {memory:.0f} | {closed[1]} triples |"
        if closed
        else f"| owlrl on the same triples | > {limit} | | ended |"
    )
    _compare_queries(project, arguments.runs, arguments.rdflib_seconds)


if __name__ == "__main__":
    main()
