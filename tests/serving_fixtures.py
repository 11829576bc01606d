"""The mini dataset and what the tests of answering and serving share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from nkgraph.answers import QueryService, Template, start_template
from nkgraph.sparql import Limits
from nkgraph.store import open_files

MINI = Path(__file__).parent / "fixtures" / "mini"
BASE = "https://w3id.org/nkgraph/"
#: A product of everything with itself, five times: it ends with its process.
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"


def write_graph_file(folder: Path) -> Path:
    """Write the mini dataset as `nkgraph build` would: N-Quads, the default graph being the merge."""
    path = folder / "nkgraph.nq"
    store = open_files([MINI / "mini.trig"])
    with path.open("wb") as output:
        ox.serialize(sorted(store, key=str), output, format=ox.RdfFormat.N_QUADS)
    return path


@contextmanager
def running_pool(folder: Path, limits: Limits) -> Iterator[tuple[QueryService, Template]]:
    """Run a template over the mini dataset; give a service that asks it, and the template."""
    template = start_template(write_graph_file(folder), folder / "s", limits)
    service = QueryService(folder / "s", limits)
    try:
        yield service, template
    finally:
        service.close()
        template.stop()
