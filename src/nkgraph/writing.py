"""Files written in one step: a reader meets the old file or the new one, never a half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nkgraph.errors import BuildError

__all__ = ["write_atomically"]


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
