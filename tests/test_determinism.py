"""The same inputs give the same bytes; and the built file keeps what the design says of its graphs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.iris import BASE, claim_iri, graph_iri
from nkgraph.pipeline import Source, read_source
from nkgraph.project import Project, default_project

FIXTURE = Path(__file__).parent / "fixtures" / "second-report" / "data"

#: Builds the project argv[1] (its ontology/ and data/) into argv[2]; argv[3] says in which order folders list what they
#: hold. The shapes are left out: they take most of the time, and add nothing to the file.
SCRIPT = """
import os, random, sys
from pathlib import Path
import nkgraph.clashes, nkgraph.pipeline
from nkgraph.project import Project

order = sys.argv[3]
class Listing:
    def __init__(self, entries): self.entries = iter(entries)
    def __iter__(self): return self.entries
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): return None
    def close(self): return None
def arrange(entries, name):
    entries = sorted(entries, key=name, reverse=order == "backwards")
    if order == "shuffled": random.Random(7).shuffle(entries)
    return entries
listdir, scandir = os.listdir, os.scandir
os.listdir = lambda *path: arrange(listdir(*path), str)
os.scandir = lambda *path: Listing(arrange(scandir(*path), lambda entry: entry.name))
nkgraph.pipeline.validate = nkgraph.clashes.validate = lambda *_, **__: []
nkgraph.pipeline.build(Project(root=Path(sys.argv[1]), data=Path(sys.argv[1], "data"), out=Path(sys.argv[2])))
"""

Graphs = Mapping[str, set[ox.Triple]]


def _build(root: Path, out: Path, *, seed: str = "0", order: str = "forwards") -> bytes:
    """Build a project in a process of its own, and return the file."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", SCRIPT, str(root), str(out), order]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (out / "nkgraph.nq").read_bytes()


def _copy_project(root: Path, *data: Path) -> Path:
    """Make a project of the ontology and of data folders laid over each other: nobody changes it while it is built twice."""
    shutil.copytree(default_project().ontology, root / "ontology")
    for folder in data:
        shutil.copytree(folder, root / "data" / (folder.name if folder.name == "reference" else ""), dirs_exist_ok=True)
    return root


def _copy_report(root: Path) -> Path:
    """Make a project of the reference data and the fictional second report: small, and nobody's real words."""
    return _copy_project(root, default_project().data / "reference", FIXTURE)


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real project."""
    return _copy_project(tmp_path_factory.mktemp("real") / "project", default_project().data)


@pytest.fixture(scope="module")
def built(project: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The built file of the real data."""
    return _build(project, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def source(project: Path) -> Source:
    """What the built file was built from."""
    return read_source(Project(project, project / "data", project))


@pytest.fixture(scope="module")
def graphs(built: bytes) -> Graphs:
    """The triples of the built file by graph; the default graph is ``""``."""
    found: dict[str, set[ox.Triple]] = defaultdict(set)
    for quad in ox.parse(built, format=ox.RdfFormat.N_QUADS):
        name = quad.graph_name
        found[name.value if isinstance(name, ox.NamedNode) else ""].add(quad.triple)
    return found


@pytest.mark.parametrize(("seed", "order"), [("1", "backwards"), ("random", "shuffled")])
def test_same_bytes(seed: str, order: str, project: Path, built: bytes, tmp_path: Path) -> None:
    """Another hash seed, and folders that list their files in another order, give the same file, byte by byte."""
    again = _build(project, tmp_path, seed=seed, order=order)
    pairs = zip(built.splitlines(), again.splitlines(), strict=False)
    assert next(((one, other) for one, other in pairs if one != other), None) is None
    assert len(again) == len(built)


def test_another_input_gives_other_bytes(tmp_path: Path) -> None:
    """The comparison of bytes sees a difference: one claim less is another file."""
    first, second = (_copy_report(tmp_path / name) for name in ("first", "second"))
    claims = second / "data" / "claims" / "second-report"
    (claims / "case-04.yaml").unlink()
    (claims / "judgements.yaml").unlink()
    assert _build(first, tmp_path / "1") != _build(second, tmp_path / "2")


def test_file_is_sorted_and_repeats_nothing(built: bytes) -> None:
    """The quads are written sorted as texts, each once."""
    quads = [str(quad) for quad in ox.parse(built, format=ox.RdfFormat.N_QUADS)]
    assert quads == sorted(set(quads))


def test_no_blank_node(graphs: Graphs) -> None:
    """No subject, object or graph is a blank node."""
    blank = [t for triples in graphs.values() for t in triples if ox.BlankNode in (type(t.subject), type(t.object))]
    assert blank == []
    assert not any(name.startswith("_:") for name in graphs)


def test_default_graph_is_the_merge(graphs: Graphs, built: bytes) -> None:
    """The default graph holds every triple of the named graphs, once, and no other."""
    named = set().union(*(triples for name, triples in graphs.items() if name))
    assert graphs[""] == named
    lines = [
        quad for quad in ox.parse(built, format=ox.RdfFormat.N_QUADS) if isinstance(quad.graph_name, ox.DefaultGraph)
    ]
    assert len(lines) == len(named)


def test_views_are_merges(graphs: Graphs) -> None:
    """The asserted view merges claims, provenance, documents, reference data and ontology; the inferred one, the rules."""
    asserted = [
        f"{BASE}claim/",
        *(graph_iri(name) for name in ("provenance", "document/", "reference/", "links/", "vocabulary/", "ontology")),
    ]
    for view, prefixes in (("asserted", asserted), ("inferred", [graph_iri("inferred/")])):
        parts = [triples for name, triples in graphs.items() if name.startswith(tuple(prefixes))]
        assert graphs[graph_iri(f"view/{view}")] == set().union(*parts), view
        assert graphs[graph_iri(f"view/{view}")], view


def test_views_are_disjoint(graphs: Graphs) -> None:
    """Nothing is both asserted and inferred."""
    assert graphs[graph_iri("view/asserted")] & graphs[graph_iri("view/inferred")] == set()


def test_claim_graphs_are_asserted(graphs: Graphs, source: Source) -> None:
    """The triples of every claim's graph stand in the asserted view, and each published claim has such a graph."""
    claims = {name for name in graphs if name.startswith(f"{BASE}claim/")}
    assert claims == {claim_iri(claim.document, claim.key) for claim in source.published} != set()
    for name in claims:
        assert graphs[name] and graphs[name] <= graphs[graph_iri("view/asserted")], name


def test_document_views(graphs: Graphs, source: Source) -> None:
    """A document's view holds the graph of that document and of its own claims, and nothing of another document."""
    for document in source.documents:
        own = {graph_iri(f"document/{document.slug}")}
        own |= {name for name in graphs if name.startswith(f"{BASE}claim/{document.slug}/")}
        view = graphs[graph_iri(f"view/document/{document.slug}")]
        assert view == set().union(*(graphs[name] for name in own)) != set(), document.slug


UNPUBLISHED = {
    "case-1/money-1": "  status: drafted\n",
    "case-1/money-3": "  status: disputed\n",
    "case-2/route-2": "",  # no status: drafted
    "case-4/money-1": "  status: withdrawn\n",
}


def test_only_reviewed_claims_are_published(tmp_path: Path) -> None:
    """A drafted, a disputed and a withdrawn claim, and one without a status, leave no trace in the built file."""
    root = _copy_report(tmp_path / "project")
    everything = _build(root, tmp_path / "everything").decode()
    spans = _unpublish(root)
    text = _build(root, tmp_path / "some").decode()
    for key in UNPUBLISHED:
        for iri in (f"{BASE}claim/second-report/{key}>", f"{BASE}id/second-report/{key}>"):
            assert iri in everything
            assert iri not in text
    assert spans
    for span in spans:
        assert span in everything
        assert span not in text
    assert not {'"drafted"', '"disputed"', '"withdrawn"'} & set(text.split())


def _unpublish(root: Path) -> set[str]:
    """Take the claims' status away in the files; return the IRIs of the spans that no other claim rests on."""
    before = read_source(Project(root, root / "data", root)).claims
    for key, status in UNPUBLISHED.items():
        path = root / "data" / "claims" / "second-report" / f"case-0{key[5]}.yaml"
        head, item, rest = path.read_text(encoding="utf-8").partition(f"- says: {{id: {key},")
        assert item, key
        path.write_text(head + item + rest.replace("  status: reviewed\n", status, 1), encoding="utf-8")
    spans: dict[bool, set[str]] = {True: set(), False: set()}
    for claim in before:
        spans[claim.key in UNPUBLISHED] |= {f"{BASE}span/second-report/{s.start}-{s.end}>" for s in claim.spans}
    return spans[True] - spans[False]
