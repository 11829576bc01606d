"""The lossy exports: each writes a folder of files, and says what it drops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pyoxigraph as ox

from nkgraph.exports import BuiltGraph, Part, Report, Request
from nkgraph.exports.folders import Folder

__all__ = ["LossyExport", "write_lossy"]


class LossyExport(Protocol):
    """Makes the files of a lossy export from a built graph."""

    def __call__(self, store: ox.Store, *, coarse: bool = False) -> Folder:
        """Return the files and what they do not carry; ``coarse`` shows years and provinces."""


def write_lossy(built: BuiltGraph, request: Request, *, make: LossyExport) -> Iterator[Part | Report]:
    """Yield the files of a lossy export, and after them what it dropped."""
    folder = make(built.store, coarse=request.coarse)
    for name, text in sorted(folder.files.items()):
        yield Part(name, text)
    yield Report(folder.losses.describe())
