"""A folder of files that is written whole: a reader meets the folder of the last export or of this one, never a mixture."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import attrs

from nkgraph.errors import BuildError, ParameterError
from nkgraph.exports.losses import Losses
from nkgraph.writing import write_atomically

__all__ = ["Folder", "write_folder"]


@attrs.frozen
class Folder:
    """The files of a lossy export by name, and what it does not carry."""

    files: Mapping[str, str]
    losses: Losses


def _check(target: Path, known: set[str]) -> None:
    if target.exists() and not target.is_dir():
        raise ParameterError("not a folder", path=target, remedy="name a folder that is empty or not there yet")
    strangers = sorted(path.name for path in target.iterdir() if path.name not in known) if target.exists() else []
    if strangers:
        remedy = "name a folder that is empty, not there yet, or holds only an earlier export of the same kind"
        raise ParameterError(f"holds a file that no export writes: {strangers[0]}", path=target, remedy=remedy)


def write_folder(folder: Folder, target: Path) -> None:
    """Write the files of an export into a folder, in place of an earlier export of the same kind.

    Raises:
        ParameterError: the folder holds other files, or is a file; nothing is touched.
        BuildError: it cannot be written; what was there before stays.
    """
    target = target.resolve()
    staged: Path | None = None
    try:
        _check(target, set(folder.files))
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        fresh, former = staged / "new", staged / "old"
        for name, text in sorted(folder.files.items()):
            write_atomically(fresh / name, text)
        if target.exists():
            target.rename(former)
        try:
            fresh.rename(target)
        except OSError:
            if former.exists():
                former.rename(target)
            raise
    except OSError as error:
        remedy = "what was there before is unchanged"
        raise BuildError(f"cannot be written ({error.strerror})", path=target, remedy=remedy) from error
    finally:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)
