"""Files written in one step: a reader meets the old file or the new one, never a half."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from nkgraph.errors import BuildError

__all__ = ["FOLDER_MARK", "lock_folder", "open_replacement", "write_atomically", "write_folder"]

#: The file by which a folder that was written is known again.
FOLDER_MARK: Final = ".written-by-nkgraph"


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step: whatever fails, the file that was there stays whole.

    A symbolic link stays one, and what it points to is replaced. A pipe or device is written into, as no file can take its
    place.

    Raises:
        BuildError: the folder cannot be written, or the disk is full.
    """
    with open_replacement(path) as stream:
        stream.write(text.encode())


@contextmanager
def open_replacement(path: Path) -> Iterator[BinaryIO]:
    """Open what replaces a file once the block is done, as ``write_atomically``; for what is too long for one text.

    Raises:
        BuildError: the folder cannot be written, or the disk is full.
    """
    temporary: str | None = None
    try:
        if path.is_symlink():
            path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as stream:
                yield stream
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = f"{path.parent} is not a folder" if blocked else error.strerror
        remedy = "what was there before is unchanged"
        raise BuildError(f"cannot be written ({reason})", path=path, remedy=remedy) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_folder(path: Path, texts: Iterable[tuple[str, str]], *, replacing: bool = False) -> None:
    """Make a folder of texts, by their paths in it, in one step: a reader meets all of them, or what was there before.

    Nothing is written into a folder that holds something: what an earlier run left there would pass for today's. With
    ``replacing`` a folder that an earlier call made, and nobody changed since, gives way: it is known by a file of the
    digests of its texts (``.written-by-nkgraph``). Any other folder that holds something is refused.

    Raises:
        BuildError: the folder holds what it may not, it cannot be written, or the disk is full.
    """
    temporary: Path | None = None
    path = path.resolve()
    try:
        listed = dict(texts)
        _check_folder(path, replacing=replacing)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        fresh, former = temporary / "new", temporary / "old"
        fresh.mkdir(mode=0o755)
        if replacing:
            listed[FOLDER_MARK] = _digest(listed)
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


@contextmanager
def lock_folder(path: Path) -> Iterator[None]:
    """Hold a folder for oneself: what is read and then written in it, no other command writes in between.

    Raises:
        BuildError: there is no such folder.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise BuildError(f"cannot be read ({error.strerror})", path=path) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _digest(texts: Mapping[str, str]) -> str:
    """Return the digests of texts by their paths, one a line, as sha256sum writes them."""
    lines = (f"{hashlib.sha256(text.encode()).hexdigest()}  {name}" for name, text in sorted(texts.items()))
    return "".join(line + "\n" for line in lines)


def _check_folder(path: Path, *, replacing: bool) -> None:
    if path.exists() and not path.is_dir():
        raise BuildError("is a file", path=path, remedy="name a folder that is empty or not there yet")
    held = sorted(path.rglob("*")) if path.exists() else []
    if not held:
        return
    if not replacing:
        raise BuildError("is not empty", path=path, remedy="name a new folder, or empty this one")
    mark = path / FOLDER_MARK
    files = {str(file.relative_to(path)): file.read_bytes() for file in held if file.is_file() and file != mark}
    is_ours = mark.is_file() and all(file.is_file() or any(file.iterdir()) for file in held)
    told = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    if not is_ours or mark.read_text(encoding="utf-8", errors="replace") != told:
        remedy = "name a folder that is empty, not there yet, or holds an earlier export that nobody changed"
        raise BuildError("holds files that are no earlier export, or were changed since", path=path, remedy=remedy)
