"""Files written in one step: a reader meets the old file or the new one, never a half."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Container, Iterable
from pathlib import Path

from nkgraph.errors import BuildError

__all__ = ["write_atomically", "write_folder"]


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step: whatever fails, the file that was there stays whole.

    Raises:
        BuildError: the folder cannot be written, or the disk is full.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = f"{path.parent} is not a folder" if blocked else error.strerror
        remedy = "what was there before is unchanged"
        raise BuildError(f"cannot be written ({reason})", path=path, remedy=remedy) from error


def write_folder(path: Path, texts: Iterable[tuple[str, str]], *, replacing: bool = False) -> None:
    """Make a folder of texts, by their paths in it, in one step: a reader meets all of them, or what was there before.

    Nothing is written into a folder that holds something: what an earlier run left there would pass for today's. With
    ``replacing`` an earlier folder of the same texts is put aside whole; one that holds any other file is refused.

    Raises:
        BuildError: the folder holds what it may not, it cannot be written, or the disk is full.
    """
    temporary: Path | None = None
    path = path.resolve()
    try:
        listed = dict(texts)
        _check_folder(path, listed if replacing else {})
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        fresh, former = temporary / "new", temporary / "old"
        fresh.mkdir(mode=0o755)
        for name, text in listed.items():
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text)
        if path.exists():
            path.rename(former)
        try:
            fresh.rename(path)
        except OSError:
            if former.exists():
                former.rename(path)
            raise
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a file stands where a folder should" if blocked else error.strerror
        remedy = "what was there before is unchanged" if replacing else "nothing was written"
        raise BuildError(f"cannot be written ({reason})", path=path, remedy=remedy) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _check_folder(path: Path, known: Container[str]) -> None:
    if path.exists() and not path.is_dir():
        raise BuildError("is a file", path=path, remedy="name a folder that is empty or not there yet")
    held = sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()) if path.exists() else []
    strangers = [name for name in held if name not in known]
    if strangers and known:
        remedy = "name a folder that is empty, not there yet, or holds only an earlier export of the same kind"
        raise BuildError(f"holds a file that no export writes: {strangers[0]}", path=path, remedy=remedy)
    if strangers:
        raise BuildError("is not empty", path=path, remedy="name a new folder, or empty this one")
