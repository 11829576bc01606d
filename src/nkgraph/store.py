"""The one door to pyoxigraph's Store: the built dataset, or any RDF files, loaded into memory to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from nkgraph.errors import BuildError, ReadError, ServeError
from nkgraph.reasoning.located import RDF_EXTENSIONS

__all__ = ["RDF_EXTENSIONS", "open_files", "open_store", "read_dataset"]


def _require(path: Path, remedy: str) -> None:
    if not path.exists():
        raise ServeError("no such file", path=path, remedy=remedy)
    if not path.is_file():
        raise ServeError("not a file", path=path, remedy=remedy)


def open_store(path: Path) -> ox.Store:
    """Return the built dataset, loaded from its N-Quads into memory.

    The file already holds the default graph (the merge of everything); nothing is added. The store has no threads
    of its own, so a process may fork once this has returned.

    Raises:
        ServeError: there is no such file (it says to run ``nkgraph build``).
        BuildError: it is not N-Quads, or it is empty.
    """
    store = ox.Store()
    _read_built(path, lambda: store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS))
    if len(store) == 0:
        raise BuildError("holds nothing", path=path, remedy="run `nkgraph build` again")
    return store


def read_dataset(path: Path) -> list[ox.Quad]:
    """Return the quads of the built dataset as they are written: a store would write the number 41.20 as 41.2.

    Raises:
        ServeError: there is no such file (it says to run ``nkgraph build``).
        BuildError: it is not N-Quads, or it is empty.
    """
    quads: list[ox.Quad] = []
    _read_built(path, lambda: quads.extend(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)))
    if not quads:
        raise BuildError("holds nothing", path=path, remedy="run `nkgraph build` again")
    return quads


def _read_built(path: Path, read: Callable[[], None]) -> None:
    """Read the built file, and say what is wrong with it where that fails."""
    _require(path, "run `nkgraph build` first")
    try:
        read()
    except SyntaxError as error:
        message = f"not the N-Quads of a built graph ({error.msg})"
        raise BuildError(message, path=path, line=error.lineno, remedy="run `nkgraph build` again") from error
    except OSError as error:
        raise ServeError(f"cannot be read ({error.strerror or error})", path=path) from error


def _read_quads(path: Path) -> Iterator[ox.Quad]:
    """Yield the quads of an RDF file; its extension says its format, its own address is the base."""
    rdf_format = RDF_EXTENSIONS.get(path.suffix.lower())
    if rdf_format is None:
        known = ", ".join(sorted(RDF_EXTENSIONS))
        raise ServeError(f"not an RDF file by its extension {path.suffix!r}", path=path, remedy=f"known are {known}")
    try:
        yield from ox.parse(
            path=str(path), format=rdf_format, base_iri=path.resolve().as_uri(), rename_blank_nodes=True
        )
    except SyntaxError as error:
        raise ReadError(f"not {rdf_format.name}: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise ServeError(f"cannot be read ({error.strerror or error})", path=path) from error


def open_files(paths: Sequence[Path]) -> ox.Store:
    """Return a store of RDF files, told apart by extension, the default graph being the merge of all they hold.

    Named graphs stay as they are; each of their triples stands in the default graph as well, once however many graphs
    hold it. Blank nodes of one file are never those of another.

    Raises:
        ServeError: a file is missing or its extension is not one of ``RDF_EXTENSIONS``.
        ReadError: a file is not what its extension says, with the line.
    """
    store = ox.Store()
    for path in paths:
        _require(path, "name RDF files, or none to serve the built graph")
        store.bulk_extend(_read_quads(path))
    default = ox.DefaultGraph()
    named = (q for q in store if q.graph_name != default)
    store.bulk_extend([ox.Quad(q.subject, q.predicate, q.object, default) for q in named])
    return store
