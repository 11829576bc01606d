"""Files and folders written in one step, and never over what is somebody else's."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from nkgraph.errors import BuildError
from nkgraph.writing import write_atomically, write_folder


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What a symbolic link points to is replaced, and the link is kept."""
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    write_atomically(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    """A pipe (and so a device, such as /dev/null) is not replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(pipe.read_text()))
    reader.start()
    write_atomically(pipe, "words")
    reader.join(timeout=10)

    assert said == ["words"]
    assert pipe.is_fifo()


def test_a_folder_of_ours_gives_way_to_the_next(tmp_path: Path) -> None:
    """An earlier folder is replaced whole, also where its texts had other names."""
    write_folder(tmp_path / "out", [("a.csv", "1"), ("b/c.csv", "2")], replacing=True)
    write_folder(tmp_path / "out", [("a.csv", "3")], replacing=True)

    files = sorted(str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file())
    assert files == ["out/.written-by-nkgraph", "out/a.csv"]
    assert (tmp_path / "out" / "a.csv").read_text() == "3"


@pytest.mark.parametrize("change", ["edited", "added", "emptied", "folder", "foreign"])
def test_a_folder_that_somebody_changed_is_left_alone(tmp_path: Path, change: str) -> None:
    """A note in the README, a file or folder of one's own, a folder that never was ours: nothing is touched."""
    out = tmp_path / "out"
    if change == "foreign":
        out.mkdir()
        (out / "README.md").write_text("my notes")
    else:
        write_folder(out, [("README.md", "ours"), ("a.csv", "1")], replacing=True)
    if change == "edited":
        (out / "README.md").write_text("my notes")
    elif change == "added":
        (out / "mine.txt").write_text("mine")
    elif change == "emptied":
        (out / "a.csv").unlink()
    elif change == "folder":
        (out / "sub").mkdir()
    before = {f: f.read_text() if f.is_file() else None for f in out.rglob("*")}

    with pytest.raises(BuildError, match="no earlier export, or were changed since"):
        write_folder(out, [("README.md", "new"), ("a.csv", "2")], replacing=True)
    assert {f: f.read_text() if f.is_file() else None for f in out.rglob("*")} == before
