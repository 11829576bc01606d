"""Files written in one step: a reader meets the old file or the new one, never a half."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
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


def write_folder(path: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Make a folder of texts, by their paths in it, in one step: whatever fails, there is no such folder.

    Nothing is written into a folder that holds something: what an earlier run left there would pass for today's.

    Raises:
        BuildError: the folder is there and not empty, it cannot be written, or the disk is full.
    """
    temporary: Path | None = None
    try:
        if path.is_dir() and any(path.iterdir()):
            raise BuildError("is not empty", path=path, remedy="name a new folder, or empty this one")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        for name, text in texts:
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        temporary.chmod(0o755)
        temporary.replace(path)
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a file stands where a folder should" if blocked else error.strerror
        raise BuildError(f"cannot be written ({reason})", path=path, remedy="nothing was written") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
