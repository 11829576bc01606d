"""Where things are: the folders of a project, whether in a source tree or in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import ReadError

__all__ = ["Project", "default_project"]

_PACKAGE: Final = Path(__file__).resolve().parent


@attrs.frozen
class Project:
    """The folders that a build reads, and the one it writes.

    ``root`` holds ``ontology/``, ``shapes/`` and ``queries/``; ``data`` the claims, reference data and descriptions of
    documents; ``out`` is where ``build`` writes.
    """

    root: Path
    data: Path
    out: Path

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, its concept schemes, alignments and rules."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """The folder of the SHACL shapes."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """The folder of the canned queries."""
        return self.root / "queries" / "canned"

    @property
    def graph_file(self) -> Path:
        """The built dataset, as sorted N-Quads."""
        return self.out / "nkgraph.nq"


def default_project(*, data: Path | None = None, out: Path | None = None) -> Project:
    """Return the project that this copy of nkgraph belongs to.

    In a source tree that is the tree; in an installed wheel the resources shipped inside it, and ``build/`` under the
    working directory is written.

    Raises:
        ReadError: ``data`` is named and is not a folder.
    """
    tree = _PACKAGE.parent.parent
    in_tree = (tree / "ontology").is_dir() and (tree / "pyproject.toml").is_file()
    root = tree if in_tree else _PACKAGE / "resources"
    if data is not None and not data.is_dir():
        raise ReadError("no such folder of data", path=data, remedy="name the folder that holds claims/ and reference/")
    default_out = tree / "build" if in_tree else Path.cwd() / "build"
    return Project(root=root, data=data or root / "data", out=out or default_out)
