"""Exports: the built graph written for other people's tools, each with what it keeps and what it drops.

A format is an ``Export`` in ``nkgraph.exports.table``; it reads the built graph and yields texts. No export holds a quotation:
the graph has none. An export is a view: nothing is decided in it that the graph does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

import attrs
import pyoxigraph as ox

from nkgraph.store import open_store, read_dataset

__all__ = ["BuiltGraph", "Export", "Part", "Report", "Request", "Shape"]

#: What an export is: one text; texts that are one joined in their order, and may be the files of a folder; files of a folder.
Shape = Literal["text", "texts", "folder"]


@attrs.frozen(slots=False)
class BuiltGraph:
    """The graph to be exported, read once: as ``quads`` exactly as written, or as a ``store`` to be queried.

    Both raise ServeError where there is no such file, and BuildError where it is not a built graph.
    """

    path: Path

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """The quads, numbers as they are written."""
        return tuple(read_dataset(self.path))

    @cached_property
    def store(self) -> ox.Store:
        """The quads in a store, which answers SPARQL and writes numbers in their shortest form."""
        return open_store(self.path)


@attrs.frozen
class Part:
    """A text of an export: ``name`` is its path in a folder of such texts, for formats that have several."""

    name: str
    text: str


@attrs.frozen
class Report:
    """What an export tells beside its texts, for stderr: what a lossy format drops."""

    text: str


@attrs.frozen
class Request:
    """What is asked of an export: one named graph, one claim, another base of our IRIs, a date of creation (EDTF day).

    ``coarse`` shows years and provinces only.
    """

    graph: ox.NamedNode | None = None
    claim: ox.NamedNode | None = None
    base: str | None = None
    created: str | None = None
    coarse: bool = False


@attrs.frozen
class Export:
    """A format: how it is called, what it keeps and drops, which options (fields of ``Request``) it takes, what writes it.

    ``drops`` is a part of a sentence, or empty where nothing is lost.
    """

    name: str
    title: str
    keeps: str
    drops: str
    write: Callable[[BuiltGraph, Request], Iterable[Part | Report]]
    options: frozenset[str] = frozenset()
    shape: Shape = "text"
