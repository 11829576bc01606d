"""What was built from claims: the graph and the exports in the out folder, and files of the project that name a claim."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nkgraph.errors import BuildError
from nkgraph.iris import claim_iri
from nkgraph.project import Project
from nkgraph.withdrawal.names import Names
from nkgraph.writing import FOLDER_MARK

__all__ = ["find_outputs", "find_outside"]

#: Folders of a source tree in which no project file lies.
_OTHERS: Final = frozenset({"build", "data", "dist", "node_modules", "__pycache__"})


def find_outputs(project: Project, names: Names) -> tuple[Path, ...]:
    """Return the files of the out folder that were built or exported from the data, or that name a claim that goes.

    The graph, all files of folders that an export made, and every other file in which a key, IRI or fingerprint stands.

    Raises:
        BuildError: the out folder holds the data, so that nothing in it can be told from what is kept.
    """
    out = project.out.resolve()
    if not out.is_dir():
        return ()
    data = project.data.resolve()
    if out == data or out in data.parents or data in out.parents:
        raise BuildError("holds the data, or lies in it", path=project.out, remedy="name the folder of the built graph")
    exported = {mark.parent for mark in out.rglob(FOLDER_MARK)}
    found = []
    for path in sorted(out.rglob("*")):
        is_built = path == project.graph_file.resolve() or exported & {path.parent, *path.parents}
        if path.is_file() and (is_built or _tells(path.read_bytes(), names)):
            found.append(path)
    return tuple(found)


def _tells(content: bytes, names: Names) -> bool:
    signs = [mark.encode() for mark in names.marks]
    for slug, gone in names.gone.items():
        signs += [f"{slug}/{name}".encode() for name in gone] + [claim_iri(slug, name).encode() for name in gone]
    return any(sign in content for sign in signs)


def find_outside(project: Project, names: Names) -> Iterator[tuple[Path, int]]:
    """Yield the places of a source tree outside its data that name what goes: tests, pages, shapes; by file and line.

    A folder of data that does not lie in the tree has no such places.
    """
    is_of_tree = project.root.resolve() in project.data.resolve().parents
    if not is_of_tree or not (project.root / "pyproject.toml").is_file():
        return
    for path in sorted(project.root.rglob("*")):
        parts = path.relative_to(project.root).parts
        if any(part.startswith(".") or part in _OTHERS for part in parts) or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if not any(name in text for gone in names.gone.values() for name in gone if "/" in name):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if names.find(line, within=path.name):
                yield path, number
