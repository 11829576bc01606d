"""The purge: all new texts are written beside the data first, then put in their places, so that no half is ever kept.

New texts lie in ``data/.withdrawing`` with a list of what goes where. Until that list is complete nothing has changed, and
what lies there is thrown away. From then on the purge is finished: by the same run, or, if that was stopped, by the next
one. A mistake on the way (a file that cannot be replaced) puts back what was there.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Final

from nkgraph.errors import BuildError
from nkgraph.project import Project
from nkgraph.withdrawal.planning import Plan
from nkgraph.writing import lock_folder, write_atomically

__all__ = ["finish_purge", "purge"]

_STAGE: Final = ".withdrawing"
_LIST: Final = "list.json"


def purge(project: Project, plan: Plan) -> None:
    """Carry a plan out: every file of the data replaced or removed, then what was built from it removed.

    Raises:
        BuildError: a file cannot be written or removed. The data are then as they were, or, where only a built file
            could not be removed, without the claims; the message says which.
    """
    with lock_folder(project.data):
        stage = project.data / _STAGE
        shutil.rmtree(stage, ignore_errors=True)
        try:
            stage.mkdir()
            steps = _stage(project, plan, stage)
            write_atomically(stage / _LIST, json.dumps(steps, indent=1) + "\n")
        except (OSError, BuildError) as error:
            shutil.rmtree(stage, ignore_errors=True)
            reason = error.message if isinstance(error, BuildError) else error.strerror
            raise BuildError(f"cannot be written ({reason})", path=stage, remedy="nothing was changed") from error
        _carry_out(project.data, stage, steps)


def finish_purge(project: Project) -> bool:
    """Finish a purge that was stopped half way, and tell whether there was one.

    Raises:
        BuildError: a file cannot be written or removed.
    """
    stage = project.data / _STAGE
    if not stage.is_dir():
        return False
    with lock_folder(project.data):
        try:
            steps = json.loads((stage / _LIST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(stage, ignore_errors=True)
            return False
        _carry_out(project.data, stage, steps)
    return True


def _stage(project: Project, plan: Plan, stage: Path) -> dict[str, list[list[str]]]:
    replaced, removed = [], []
    for number, (path, text) in enumerate(sorted(plan.texts.items())):
        target = path.relative_to(project.data).as_posix()
        if text is None:
            removed.append([target])
        else:
            staged = stage / f"{number}.new"
            with staged.open("wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
            staged.chmod(0o644)
            replaced.append([staged.name, target])
    return {"replaced": replaced, "removed": removed, "built": [[str(path)] for path in plan.outputs]}


def _carry_out(data: Path, stage: Path, steps: dict[str, list[list[str]]]) -> None:
    """Put the texts in their places; steps that were done already are passed over."""
    former: dict[Path, bytes | None] = {}
    try:
        for name, target in steps["replaced"]:
            if (stage / name).exists():
                path = data / target
                former[path] = path.read_bytes() if path.exists() else None
                (stage / name).replace(path)
        for (target,) in steps["removed"]:
            path = data / target
            if path.exists():
                former[path] = path.read_bytes()
                path.unlink()
    except OSError as error:
        _put_back(former)
        shutil.rmtree(stage, ignore_errors=True)
        message = f"cannot be replaced ({error.strerror})"
        raise BuildError(message, path=Path(error.filename or data), remedy="nothing was changed") from error
    for (built,) in steps["built"]:
        try:
            Path(built).unlink(missing_ok=True)
        except OSError as error:
            remedy = (
                "the data no longer hold the claim; remove this file yourself, then run `nkgraph withdraw --finish`"
            )
            raise BuildError(f"cannot be removed ({error.strerror})", path=Path(built), remedy=remedy) from error
    shutil.rmtree(stage)


def _put_back(former: dict[Path, bytes | None]) -> None:
    for path, content in former.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
