"""What reasoning costs at 1, 10 and 100 times the graph, beside others, in one run: ``make bench-reasoning``. Asserts nothing.

Usage: python tests/bench/reasoning_bench.py --others PYTHON [--sizes 1,10,100] [--runs N] [--seconds N]

``PYTHON`` is that of a venv with requirements-bench.txt. What takes longer than N seconds is ended. "To ours" compares
seconds of the processor. All read one input: ``nkgraph synth N``, merged, each triple once; a run is a process of its own,
one at a time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pyoxigraph as ox
from proofs_bench import PROOFS, run_large_proofs, run_proofs

from nkgraph.errors import VocabularyError
from nkgraph.iris import graph_iri
from nkgraph.pipeline import assemble, read_source
from nkgraph.project import default_project
from nkgraph.reasoning import Rule, Variable, close, load_strata
from nkgraph.reasoning.engine import Engine
from nkgraph.reasoning.printing import close_by_sparql
from nkgraph.reasoning.rules import Pattern, Slot
from nkgraph.reasoning.stores import close_store
from nkgraph.reasoning.terminology import compile_ontology
from nkgraph.synthesis import invent

Measured: TypeAlias = dict[str, Any]
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
#: What is asked for: seconds that reasoning and the way from store to store must take, and would better take; MB at 100x.
REASONING = {1: (0.05, 0.02), 10: (0.5, 0.05), 100: (8.0, 0.3)}
STORE_TO_STORE = {1: (0.2, 0.15), 100: (16.0, 7.0)}
#: Above this size each thing is run once.
_ONE_RUN = 10
MEMORY = {100: (600.0, 80.0)}


@attrs.frozen
class Files:
    """One input: all its quads, and its triples each once."""

    quads: Path
    triples: Path


def measure(work: Callable[[], Measured], seconds: int) -> Measured | None:
    """Run work in a forked child and return what it measured; nothing where it takes too long, or fails."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(work()))
    child.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(seconds) else None
    except EOFError:
        return None
    finally:
        child.kill()
        child.join()


def median_of(runs: int, work: Callable[[], Measured], seconds: int) -> Measured | None:
    """Return the run of median seconds, each in a process of its own."""
    found = [run for _ in range(runs) if (run := measure(work, seconds)) is not None]
    return sorted(found, key=lambda run: float(run["reason"]))[len(found) // 2] if found else None


@attrs.define
class Clock:
    """The seconds since it was made: by the wall, and those of the processor, which others on the machine do not lengthen."""

    wall: float = attrs.field(factory=time.perf_counter)
    processor: float = attrs.field(factory=time.process_time)

    def read(self) -> Measured:
        return {"reason": time.perf_counter() - self.wall, "cpu": time.process_time() - self.processor}


def resident(*, peak: bool = False) -> float:
    """Return the memory of this process in MB: now, or at most since ``forget_peak``."""
    name = "VmHWM:" if peak else "VmRSS:"
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def forget_peak() -> None:
    """Let the peak of memory begin anew (Linux: proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def write_inputs(folder: Path, sizes: list[int]) -> dict[int, Files]:
    """Write the input of each size, in a process of its own, so that the graph does not stay in memory."""
    child = get_context("fork").Process(target=_write_inputs, args=(folder, sizes))
    child.start()
    child.join()
    return {size: files_of(folder, size) for size in sizes}


def files_of(folder: Path, size: int) -> Files:
    return Files(folder / f"{size}.nq", folder / f"{size}.ttl")  # N-Triples; reasonable asks for this name


def _write_inputs(folder: Path, sizes: list[int]) -> None:
    quads = assemble(read_source(default_project())).quads
    for size in sizes:
        files = files_of(folder, size)
        ox.serialize(invent(quads, size), str(files.quads), format=ox.RdfFormat.N_QUADS)
        load(files).dump(str(files.triples), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


def load(files: Files) -> ox.Store:
    """Return a store as it is served: named graphs, and the merge of them all as the default graph."""
    store = ox.Store()
    store.bulk_load(path=str(files.quads), format=ox.RdfFormat.N_QUADS)
    if files.triples.exists():
        store.bulk_load(path=str(files.triples), format=ox.RdfFormat.N_TRIPLES)
    else:
        store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    return store


def compile_rules(store: ox.Store) -> list[Rule]:
    graph = ox.NamedNode(graph_iri("ontology"))
    return list(compile_ontology(q.triple for q in store.quads_for_pattern(None, None, None, graph)).rules)


def run_engine(files: Files) -> Measured:
    """Reasoning alone, and the memory it takes above the loaded store."""
    store = load(files)
    rules = compile_rules(store)
    forget_peak()
    before = resident()
    reading = Clock()
    engine = Engine(rules)
    for predicate in sorted(engine.predicates, key=str):
        engine.add(store.quads_for_pattern(None, predicate, None, ox.DefaultGraph()))
    loaded = reading.read()["reason"]
    clock = Clock()
    count = 0
    while added := engine.advance():
        count += added
    return {**clock.read(), "load": loaded, "triples": count, "above": resident(peak=True) - before}


def run_store(files: Files) -> Measured:
    """From store to store: the ontology compiled, what the rules read taken out, and what they conclude written in."""
    store = load(files)
    clock = Clock()
    count = close_store(store, compile_rules(store))
    return {**clock.read(), "triples": count, "peak": resident(peak=True)}


def run_domain(files: Files) -> Measured:
    """OWL 2 RL and the rules of the domain, as a build runs them."""
    store = ox.Store()
    store.bulk_load(path=str(files.quads), format=ox.RdfFormat.N_QUADS)
    strata = load_strata(default_project().ontology / "rules")
    clock = Clock()
    closure = close(store, strata)
    took = clock.read()
    count = len({triple for found in closure.concluded.values() for triple in found})
    return {**took, "triples": count, "peak": resident(peak=True)}


def run_sparql(files: Files) -> Measured:
    """The same rules printed as SPARQL, over what they read."""
    store = load(files)
    rules = [rule for rule in compile_rules(store) if rule.head]
    read = Engine(rules).predicates
    triples = [q.triple for p in read for q in store.quads_for_pattern(None, p, None, ox.DefaultGraph())]
    clock = Clock()
    found = close_by_sparql(triples, rules)
    return {**clock.read(), "triples": len(frozenset().union(*found.values())), "peak": resident(peak=True)}


def write_nemo(files: Files, folder: Path) -> tuple[Path, int]:
    """Write the rules as a program of Nemo: a relation for each predicate and class, terms as numbers."""
    store = load(files)
    rules = [rule for rule in compile_rules(store) if rule.head]
    names: dict[object, str] = {}
    numbers: dict[object, int] = {}

    def number(term: object) -> int:
        return numbers.setdefault(term, len(numbers))

    def slot(term: Slot) -> str:
        return str(term) if isinstance(term, Variable) else str(number(term))

    def atom(pattern: Pattern) -> str:
        if pattern.predicate == TYPE and not isinstance(pattern.object, Variable):
            return f"{names.setdefault((TYPE, pattern.object), f'c{len(names)}')}({slot(pattern.subject)})"
        if pattern.predicate == TYPE:
            raise VocabularyError(f"the rule of {pattern} is about any class, which has no relation here")
        return (
            f"{names.setdefault(pattern.predicate, f'p{len(names)}')}({slot(pattern.subject)}, {slot(pattern.object)})"
        )

    lines = []
    for rule in rules:
        unlike = [" != ".join(f"?{v}" for v in sorted(condition.variables)) for condition in rule.conditions]
        lines.append(f"{', '.join(map(atom, rule.head))} :- {', '.join([*map(atom, rule.body), *unlike])} .")
    folder.mkdir(exist_ok=True)
    imports, count = [], 0
    for named, name in list(names.items()):
        predicate, target = named if isinstance(named, tuple) else (named, None)
        table = folder / f"{name}.csv"
        with table.open("w", encoding="utf-8") as stream:
            for q in store.quads_for_pattern(None, predicate, target, ox.DefaultGraph()):
                count += 1
                stream.write(f"{number(q.subject)}\n" if target else f"{number(q.subject)},{number(q.object)}\n")
        if table.stat().st_size:
            kinds = "int" if target else "int,int"
            imports.append(f'@import {name} :- csv{{resource="{table}", format=({kinds})}} .')
    program = folder / "rules.rls"
    exports = [f"@export {name} :- csv{{}} ." for name in names.values()]
    program.write_text("\n".join([*imports, *lines, *exports]) + "\n", encoding="utf-8")
    program.with_suffix(".txt").write_text("\n".join(names.values()), encoding="utf-8")
    return program, count


def run_other(python: str, reasoner: str, path: Path, seconds: int) -> Measured | None:
    """Run a reasoner of others in its own venv."""
    command = [python, str(Path(__file__).with_name("other_reasoner.py")), reasoner, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        sys.stderr.write(f"{reasoner}: {done.stderr.strip()[-300:]}\n")
        return None
    answer: Measured = json.loads(done.stdout.splitlines()[-1])
    return answer


def verdict(value: float, asked: tuple[float, float] | None) -> str:
    """Return how a figure stands to what must be and what would be better."""
    if asked is None:
        return ""
    must, better = asked
    word = "better" if value <= better else "must" if value <= must else "MISSED"
    return f"{must:g} / {better:g}: {word}"


def row(
    what: str, size: int, found: Measured | None, ours: float | None = None, asked: str = "", note: str = ""
) -> None:
    """Print a row of the table."""
    if found is None:
        print(f"| {what} | {size} | ended | | | | | | | {note} |", flush=True)
        return
    ratio = f"{found['cpu'] / ours:.0f}x" if ours else ""
    peak = f"{found['peak']:.0f}" if "peak" in found else ""
    above = (
        f"{found['above']:.0f} ({verdict(found['above'], MEMORY.get(size)) or 'not asked'})" if "above" in found else ""
    )
    cells = (f"{found['reason']:.3f}", f"{found['cpu']:.3f}", asked, ratio, peak, above, str(found["triples"]), note)
    print(f"| {what} | {size} | {' | '.join(cells)} |", flush=True)


def run_proofs_at(files: Files) -> Measured:
    """Proofs from a large store, closed in place."""
    store = load(files)
    close_store(store, compile_rules(store))
    return run_large_proofs(store)


def tell_proofs(folder: Path, largest: Files, size: int, limit: int) -> None:
    """Print the table of proofs."""
    print("\n| proofs | seconds or ms | must / better | note |\n|---|--:|---|---|", flush=True)
    found = measure(lambda: run_proofs(folder), limit)
    if found is None:
        print(f"| of the real graph | ended | | after {limit} s |")
        return
    for name in ("median", "p99"):
        asked = verdict(found[name], PROOFS[name])
        print(f"| one proof, {name}, ms | {found[name]:.2f} | {asked} | slowest {found['slowest']:.0f} ms |")
    both = found["prove"] + found["replay"]
    note = f"{found['triples']} triples: {found['unproved']} without a proof, {found['failed']} not replayed"
    print(f"| all proved and replayed, s | {both:.1f} | {verdict(both, PROOFS['all'])} | {note} |")
    note = f"{found['idle']} of {found['leaves']} leaves not needed"
    print(f"| each leaf left out in turn, s | {found['leaving out']:.0f} | | {note} |", flush=True)
    large = measure(lambda: run_proofs_at(largest), limit)
    if large is not None:
        asked = verdict(large["p99"], PROOFS["p99 at 100x"]) if size == 100 else ""
        drawn = f"{large['triples']} drawn, {large['unproved']} unproved"
        note = f"median {large['median']:.2f}, slowest {large['slowest']:.0f} ms; {drawn}"
        print(f"| one proof at {size}x, p99, ms | {large['p99']:.2f} | {asked} | {note} |", flush=True)


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", metavar="PYTHON", help="the Python of the venv with the reasoners of others")
    parser.add_argument("--sizes", default="1,10,100", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--runs", default=5, type=int, help="our runs at 1 and 10 times, of which the median is shown")
    parser.add_argument("--seconds", default=300, type=int)
    parser.add_argument("--owlrl-seconds", default=120, type=int)
    arguments = parser.parse_args()
    limit = arguments.seconds
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sys.stderr.write("writing the inputs; then measuring, which takes some minutes\n")
        inputs = write_inputs(folder, arguments.sizes)
        print(
            "| what | times | seconds | of the processor | must / better | to ours | peak MB | MB above the loaded store "
            "| triples | note |\n|---|--:|--:|--:|---|--:|--:|---|--:|---|"
        )
        for size, files in inputs.items():
            runs = 1 if size > _ONE_RUN else arguments.runs
            held = sum(1 for _ in files.triples.open(encoding="utf-8"))
            found = median_of(runs, lambda files=files: run_engine(files), limit)  # type: ignore[misc]
            ours = found["cpu"] if found else None
            note = ""
            if found:
                note = f"of {held} triples, those that the rules read taken from the store in {found['load']:.2f} s"
            row("reasoning", size, found, None, verdict(found["reason"], REASONING.get(size)) if found else "", note)
            found = median_of(runs, lambda files=files: run_store(files), limit)  # type: ignore[misc]
            asked = verdict(found["reason"], STORE_TO_STORE.get(size)) if found else ""
            row("store to store", size, found, None, asked, "ontology compiled, read, reasoned, written")
            found = measure(lambda files=files: run_domain(files), limit)  # type: ignore[misc]
            row("with the rules of the domain", size, found, None, "", "as a build runs them")
            found = measure(lambda files=files: run_sparql(files), limit)  # type: ignore[misc]
            row("the rules as SPARQL", size, found, ours, "", "what the rules read was loaded before")
            if not arguments.others:
                continue
            program, read = write_nemo(files, folder / f"nemo-{size}")
            found = run_other(arguments.others, "nemo", program, limit)
            if found:
                found["triples"] -= read
            row("nemo", size, found, ours, "", "our rules; seconds with loading numbers from CSV")
            found = run_other(arguments.others, "reasonable", files.triples, limit)
            note = f"all its rules; loaded in {found['load']:.1f} s; triples with those given" if found else ""
            row("reasonable", size, found, ours, "", note)
            if size == min(arguments.sizes):
                found = run_other(arguments.others, "owlrl", files.triples, arguments.owlrl_seconds)
                note = "all its rules; triples with those given" if found else f"after {arguments.owlrl_seconds} s"
                row("owlrl", size, found, ours, "", note)
        largest = max(inputs)
        tell_proofs(folder, inputs[largest], largest, limit)


if __name__ == "__main__":
    main()
