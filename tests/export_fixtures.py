"""What the tests of the lossy exports share: an invented graph, mappings for it, and withdrawal."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from nkgraph.iris import BASE
from nkgraph.project import default_project
from nkgraph.vocabularies import load_vocabularies, vocabulary_quads

FIXTURES = Path(__file__).resolve().parent / "fixtures"
TALE = f"{BASE}id/tale/"
CLAIMS = f"{BASE}claim/"


def tale_quads() -> list[ox.Quad]:
    """The invented graph, with the mappings as a graph of links and the real HTCDS as a vocabulary."""
    links = ox.NamedNode(f"{BASE}graph/links/htcds")
    mappings = ox.parse(path=str(FIXTURES / "exports" / "htcds-mappings.ttl"), format=ox.RdfFormat.TURTLE)
    quads = ox.parse(path=str(FIXTURES / "exports" / "fictional.trig"), format=ox.RdfFormat.TRIG)
    return [*quads, *(ox.Quad(q.subject, q.predicate, q.object, links) for q in mappings), *_htcds_quads()]


@cache
def _htcds_quads() -> tuple[ox.Quad, ...]:
    (htcds,) = (v for v in load_vocabularies(default_project().data / "vocabularies") if v.key == "htcds-2.0")
    return tuple(vocabulary_quads(htcds))


def make_store(quads: Iterable[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def claims_of(quads: Iterable[ox.Quad]) -> list[str]:
    """The claims of a graph, sorted."""
    names = {q.graph_name.value for q in quads if isinstance(q.graph_name, ox.NamedNode)}
    return sorted(name for name in names if name.startswith(CLAIMS))


def withdraw(quads: Iterable[ox.Quad], claims: set[str]) -> list[ox.Quad]:
    """The quads without claims: neither what they say nor what is known of them."""
    return [
        q
        for q in quads
        if getattr(q.graph_name, "value", "") not in claims and getattr(q.subject, "value", "") not in claims
    ]


def read_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def cells_by_claim(trace: str) -> Mapping[tuple[str, ...], set[str]]:
    """The claims that each cell rests on, as the trace says."""
    cells: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in read_rows(trace):
        cells[row["file"], row["nk_Id"], row["field"], row["value"]].add(row["claim"])
    return cells
