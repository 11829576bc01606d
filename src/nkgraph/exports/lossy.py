"""The lossy exports by name: each writes a folder of files, and says what it drops."""

from __future__ import annotations

from typing import Final, Protocol

import pyoxigraph as ox

from nkgraph.exports.folders import Folder
from nkgraph.exports.ftm import export_ftm
from nkgraph.exports.htcds import export_htcds

__all__ = ["LOSSY", "LossyExport"]


class LossyExport(Protocol):
    """Makes the files of a lossy export from a built graph."""

    def __call__(self, store: ox.Store, *, coarse: bool = False) -> Folder:
        """Return the files and what they do not carry; ``coarse`` shows years and provinces."""


#: Format names of the command line, and what makes them.
LOSSY: Final[dict[str, LossyExport]] = {"ftm": export_ftm, "htcds": export_htcds}
