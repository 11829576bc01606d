"""The purge: all new texts are written beside the data first, then put in their places, so that no half is ever kept.

New texts lie in ``data/.withdrawing`` with a list of what goes where. Until that list is complete nothing has changed, and
what lies there is thrown away. From then on the purge is finished: by the same run, or, if that was stopped, by the next
``nkgraph withdraw --finish``; no build reads data in between. A mistake on the way (a file that cannot be replaced) puts
back what was there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from nkgraph.errors import BuildError
from nkgraph.project import Project
from nkgraph.source import STAGE_LIST
from nkgraph.tombstones import draw_tombstones, format_tombstones, read_tombstones
from nkgraph.withdrawal.planning import Plan
from nkgraph.writing import FOLDER_MARK, lock_folder, write_atomically

__all__ = ["finish_purge", "purge"]


def purge(project: Project, plan: Plan, *, date: str, reason: str) -> None:
    """Carry a plan out: every file of the data replaced or removed, a tombstone a claim, what was built from it removed.

    Raises:
        ReadError: the file of tombstones cannot be read.
        BuildError: a file was changed since it was read, or cannot be written or removed. The data are then as they were,
            or, where only a built file could not be removed, without the claims; the message says which.
    """
    with lock_folder(project.data):
        for path, text in plan.former.items():
            if not path.is_file() or path.read_bytes() != text.encode():
                raise BuildError("was changed meanwhile", path=path, remedy="nothing was changed; withdraw again")
        path = project.data / "withdrawn.tsv"
        stones = [*read_tombstones(path), *draw_tombstones(plan.gone, plan.staying, date=date, reason=reason)]
        texts = plan.texts | {path: format_tombstones(stones)}
        if (project.data / STAGE_LIST).exists():
            remedy = "finish it with `nkgraph withdraw --finish`"
            raise BuildError("another withdrawal was stopped half way", path=project.data, remedy=remedy)
        stage = (project.data / STAGE_LIST).parent
        shutil.rmtree(stage, ignore_errors=True)
        try:
            stage.mkdir()
            steps = _stage(project, texts, plan.outputs, stage)
            write_atomically(project.data / STAGE_LIST, json.dumps(steps, indent=1) + "\n")
        except (OSError, BuildError) as error:
            shutil.rmtree(stage, ignore_errors=True)
            cause = error.message if isinstance(error, BuildError) else error.strerror
            remedy = "nothing was changed; see that this folder can be written"
            raise BuildError(f"cannot be written ({cause})", path=stage, remedy=remedy) from error
        _carry_out(project.data, stage, steps)


def finish_purge(project: Project) -> bool:
    """Finish a purge that was stopped half way, and tell whether there was one.

    Raises:
        BuildError: a file cannot be written or removed.
    """
    stage = (project.data / STAGE_LIST).parent
    if not stage.is_dir():
        return False
    with lock_folder(project.data):
        try:
            steps = json.loads((project.data / STAGE_LIST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(stage, ignore_errors=True)
            return False
        _carry_out(project.data, stage, steps, resumed=True)
    return True


def _stage(
    project: Project, texts: Mapping[Path, str | None], outputs: Iterable[Path], stage: Path
) -> dict[str, list[list[str]]]:
    replaced, removed = [], []
    for number, (path, text) in enumerate(sorted(texts.items())):
        target = path.relative_to(project.data).as_posix()
        if text is None:
            removed.append([target])
        else:
            write_atomically(stage / f"{number}.new", text)
            replaced.append([f"{number}.new", target])
    return {"replaced": replaced, "removed": removed, "built": [[str(path)] for path in outputs]}


def _carry_out(data: Path, stage: Path, steps: dict[str, list[list[str]]], *, resumed: bool = False) -> None:
    """Put the texts in their places; all of it may be done twice. What was ``resumed`` is never taken back."""
    former: dict[Path, str | None] = {}
    path = data
    try:
        for name, target in steps["replaced"]:
            path = data / target
            former[path] = path.read_bytes().decode() if path.exists() else None
            write_atomically(path, (stage / name).read_bytes().decode())
        for (target,) in steps["removed"]:
            path = data / target
            if path.exists():
                former[path] = path.read_bytes().decode()
                path.unlink()
    except (OSError, BuildError) as error:
        remedy = "mend that, then run `nkgraph withdraw --finish`"
        if not resumed:
            for changed, content in former.items():
                _put_back(changed, content)
            shutil.rmtree(stage, ignore_errors=True)
            remedy = "nothing was changed"
        reason = error.message if isinstance(error, BuildError) else f"cannot be replaced ({error.strerror})"
        raise BuildError(reason, path=path, remedy=remedy) from error
    for (built,) in steps["built"]:
        try:
            Path(built).unlink(missing_ok=True)
            _remove_empty(Path(built).parent, steps["built"])
        except OSError as error:
            remedy = "the data no longer hold the claim: remove this file, then run `nkgraph withdraw --finish`"
            raise BuildError(f"cannot be removed ({error.strerror})", path=Path(built), remedy=remedy) from error
    shutil.rmtree(stage)


def _remove_empty(folder: Path, built: list[list[str]]) -> None:
    """Remove a folder of an export that holds nothing any more, and those above it: another export may then take its place."""
    marked = {Path(path).parent for (path,) in built if Path(path).name == FOLDER_MARK}
    while any(folder == mark or mark in folder.parents for mark in marked) and folder.is_dir():
        if any(folder.iterdir()):
            return
        folder.rmdir()
        folder = folder.parent


def _put_back(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content.encode():
        write_atomically(path, content)
