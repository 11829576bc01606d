"""Opening the built dataset, and any RDF files."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from serving_fixtures import MINI, write_graph_file

from nkgraph.errors import BuildError, NkgraphError, ReadError, ServeError
from nkgraph.store import RDF_EXTENSIONS, open_files, open_store, read_dataset


def count(store: ox.Store, query: str) -> int:
    results = store.query(query)
    assert isinstance(results, ox.QuerySolutions)
    return int(next(iter(results))["n"].value)


def test_built_file_is_loaded_as_it_is(tmp_path: Path) -> None:
    """The built file holds the default graph already: its lines are the quads of the store."""
    path = write_graph_file(tmp_path)

    store = open_store(path)

    assert len(path.read_text(encoding="utf-8").splitlines()) == len(store)


def test_quads_of_the_built_file_are_as_written(tmp_path: Path) -> None:
    """A number keeps its zeros and its type, which a store would not keep."""
    path = tmp_path / "x.nq"
    line = '<urn:a> <urn:p> "{}"^^<http://www.w3.org/2001/XMLSchema#{}> <urn:g> .\n'
    lines = [line.format("007", "nonNegativeInteger"), line.format("41.20", "decimal")]
    path.write_text("".join(lines))

    assert [f"{quad} .\n" for quad in read_dataset(path)] == lines


def test_default_graph_of_files_is_the_merge(tmp_path: Path) -> None:
    """A triple that several graphs and files hold stands in the default graph once."""
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:p> 1 .")
    (tmp_path / "b.trig").write_text("<urn:g> { <urn:a> <urn:p> 1, 2 } <urn:h> { <urn:a> <urn:p> 1 }")

    store = open_files([tmp_path / "a.ttl", tmp_path / "b.trig"])

    assert count(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 2
    assert count(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 3


def test_blank_nodes_of_files_stay_apart(tmp_path: Path) -> None:
    """The same label in two files is two nodes."""
    for name in ("a.nt", "b.nt"):
        (tmp_path / name).write_text("_:x <urn:p> <urn:o> .")

    assert len(open_files([tmp_path / "a.nt", tmp_path / "b.nt"])) == 2


@pytest.mark.parametrize("extension", sorted(RDF_EXTENSIONS))
def test_every_extension_is_read(tmp_path: Path, extension: str) -> None:
    """What pyoxigraph writes in a format is read back by its extension."""
    triple = ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:x/p"), ox.Literal("é"))
    path = tmp_path / f"x{extension.upper()}"
    ox.serialize([triple], str(path), format=RDF_EXTENSIONS[extension])

    assert [triple] == [quad.triple for quad in open_files([path])]


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        ("x.nq", None, ServeError, "run `nkgraph build` first"),
        ("x.nq", "", BuildError, "holds nothing"),
        ("x.nq", "<a> b", BuildError, "run `nkgraph build` again"),
        ("x.nq", "<urn:a> <urn:b> <urn:c> .\n<urn:a> oops .", BuildError, "x.nq:2:"),
    ],
)
def test_built_file_that_cannot_be_loaded(
    tmp_path: Path, name: str, text: str | None, error: type[NkgraphError], said: str
) -> None:
    """The file and the remedy are named."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text)

    for read in (open_store, read_dataset):
        with pytest.raises(error) as raised:
            read(path)

        assert said in str(raised.value)
        assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        ("x.ttl", None, ServeError, "no such file"),
        ("x.docx", "", ServeError, "known are .jsonld, .nq"),
        ("x.ttl", "<urn:a> <urn:b> 1 .\n<urn:a> <urn:b> oops .", ReadError, "x.ttl:2:"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path, name: str, text: str | None, error: type[NkgraphError], said: str
) -> None:
    """A missing, unknown or broken file is named, with the line."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text)

    with pytest.raises(error) as raised:
        open_files([path])

    assert said in str(raised.value)


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in place of a file is said to be one."""
    with pytest.raises(ServeError, match="not a file"):
        open_files([tmp_path])


def test_mini_dataset_has_no_blank_nodes() -> None:
    """The fixture keeps the rule of the dataset."""
    assert not any(isinstance(q.subject, ox.BlankNode) for q in open_files([MINI / "mini.trig"]))
