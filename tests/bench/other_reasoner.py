"""One reasoner of others on one input, in a process of its own; prints a line of JSON. Run by ``reasoning_bench.py``.

Usage: python other_reasoner.py reasonable|owlrl FILE.nt
       python other_reasoner.py nemo PROGRAM.rls
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def since(wall: float, processor: float) -> dict[str, float]:
    """Return the seconds that have passed, by the wall and of the processor."""
    return {"reason": time.perf_counter() - wall, "cpu": time.process_time() - processor}


def run_reasonable(path: Path) -> dict[str, Any]:
    import reasonable

    begin = time.perf_counter()
    engine = reasonable.PyReasoner()
    engine.load_file(str(path))
    loaded, cpu = time.perf_counter(), time.process_time()
    found = engine.reason()
    return {"load": loaded - begin, **since(loaded, cpu), "triples": len(found)}


def run_owlrl(path: Path) -> dict[str, Any]:
    import owlrl
    import rdflib

    begin = time.perf_counter()
    graph = rdflib.Graph()
    graph.parse(path, format="nt")
    loaded, cpu = time.perf_counter(), time.process_time()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    return {"load": loaded - begin, **since(loaded, cpu), "triples": len(graph)}


def run_nemo(path: Path) -> dict[str, Any]:
    import nmo_python

    begin, cpu = time.perf_counter(), time.process_time()
    engine = nmo_python.NemoEngine(nmo_python.load_file(str(path)))
    engine.reason()
    took = since(begin, cpu)
    relations = path.with_suffix(".txt").read_text(encoding="utf-8").split()
    return {"load": None, **took, "triples": sum(sum(1 for _ in engine.result(name)) for name in relations)}


if __name__ == "__main__":
    measured = {"reasonable": run_reasonable, "owlrl": run_owlrl, "nemo": run_nemo}[sys.argv[1]](Path(sys.argv[2]))
    # ru_maxrss would begin with the memory of the process that started this one
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    measured["peak"] = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    print(json.dumps(measured))
