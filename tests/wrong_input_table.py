"""The table of wrong inputs: read from ``wrong_inputs/table.yaml``, run in a small project, and written as a page.

``python tests/wrong_input_table.py`` runs every row, writes down what each now says, and writes ``docs/wrong-input.md``.
Read the difference before you keep it.
"""

from __future__ import annotations

import io
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from unittest import mock

import attrs
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

HERE: Final = Path(__file__).resolve().parent
#: What comes with the program, and is nobody's data: the names of the fields of a standard that it exports to.
FIELDS: Final = "data/vocabularies/htcds-2.0-fields.tsv"
ROOT: Final = HERE.parent
TABLE: Final = HERE / "wrong_inputs" / "table.yaml"
PAGE: Final = ROOT / "docs" / "wrong-input.md"
SMALL: Final = HERE / "wrong_inputs" / "project"
#: Folders of the source tree that a small project shares, until a row changes a file in them.
_SHARED: Final = ("ontology", "shapes", "queries")
_START: Final = "from nkgraph.cli import main; main()"


@attrs.frozen
class Row:
    """A wrong input: what is wrong, how it is made, the command that meets it, and what the command says."""

    what: str
    changes: tuple[Mapping[str, Any], ...]
    run: str
    exit: int
    stdout: str
    stderr: str
    built: bool
    process: bool
    file_limit: int | None


@attrs.frozen
class Said:
    """What a command said: its exit code and both its streams, the temporary folder written as ``…``."""

    exit: int
    stdout: str
    stderr: str


def _load() -> Any:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    return yaml.load(TABLE.read_text(encoding="utf-8"))


def _read_row(entry: Mapping[str, Any]) -> Row:
    return Row(
        what=str(entry["what"]),
        changes=tuple(entry.get("change", ())),
        run=str(entry["run"]),
        exit=int(entry["exit"]),
        stdout=str(entry.get("stdout", "")),
        stderr=str(entry.get("stderr", "")),
        built=bool(entry.get("built", True)),
        process=bool(entry.get("process", False)),
        file_limit=entry.get("file_limit"),
    )


def read_table() -> dict[str, list[Row]]:
    """Return the rows by the heading that they stand under."""
    return {str(group["heading"]): [_read_row(entry) for entry in group["rows"]] for group in _load()}


def make_project(folder: Path, row: Row, graph: bytes) -> None:
    """Make a small project with the mistake of a row in it, and with an earlier build if the row has one."""
    for name in _SHARED:
        (folder / name).symlink_to(ROOT / name)
    for name in ("data", "documents"):
        shutil.copytree(SMALL / name, folder / name)
    if not any("data/vocabularies" in str(change["file"]) for change in row.changes):
        (folder / FIELDS).parent.mkdir()
        shutil.copy(ROOT / FIELDS, folder / FIELDS)
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    if row.built:
        (folder / "build").mkdir()
        (folder / "build" / "nkgraph.nq").write_bytes(graph)
    for change in row.changes:
        _change(folder, change)


def _change(folder: Path, change: Mapping[str, Any]) -> None:
    path = folder / str(change["file"])
    shared = folder / path.relative_to(folder).parts[0]
    if shared.is_symlink():
        shared.unlink()
        shutil.copytree(ROOT / shared.name, shared)
    path.parent.mkdir(parents=True, exist_ok=True)
    if "text" in change:
        path.write_text(str(change["text"]), encoding="utf-8")
    elif "hex" in change:
        path.write_bytes(bytes.fromhex(str(change["hex"])))
    elif "size" in change:
        with path.open("wb") as stream:
            stream.truncate(int(change["size"]))
    elif "copy" in change:
        shutil.copy(folder / str(change["copy"]), path)
    elif "append" in change:
        path.write_text(path.read_text(encoding="utf-8") + str(change["append"]), encoding="utf-8")
    elif "replace" in change:
        text = path.read_text(encoding="utf-8")
        assert str(change["replace"]) in text, f"{path} does not hold {change['replace']!r}"
        path.write_text(text.replace(str(change["replace"]), str(change["by"]), 1), encoding="utf-8")
    else:
        assert change["remove"]
        path.unlink()


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return the files of a project that are its own, by path: what a failed command must leave as it is."""
    files = (p for p in folder.rglob("*") if p.is_file() and not {"src", "__pycache__"} & set(p.parts))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def arguments_of(row: Row, folder: Path, port: int) -> list[str]:
    """Return the words of the command line of a row, after ``nkgraph``."""
    return [word.replace("…", str(folder)).replace("{port}", str(port)) for word in shlex.split(row.run)]


def run_here(row: Row, folder: Path, port: int = 0) -> Said:
    """Run a row in this process, by the very function that the command ``nkgraph`` calls."""
    from nkgraph.cli import main

    out_bytes, err_bytes = io.BytesIO(), io.BytesIO()
    out = io.TextIOWrapper(out_bytes, encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(err_bytes, encoding="utf-8", write_through=True)
    with ExitStack() as stack:
        stack.enter_context(mock.patch("nkgraph.project._PACKAGE", folder / "src" / "nkgraph"))
        stack.enter_context(mock.patch.dict(os.environ, {"NKGRAPH_DOCUMENTS": str(folder / "documents")}))
        stack.enter_context(mock.patch.object(sys, "stdout", out))
        stack.enter_context(mock.patch.object(sys, "stderr", err))
        try:
            main(arguments_of(row, folder, port))
            code = -1
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else -1
    return _clean(code, out_bytes.getvalue().decode(), err_bytes.getvalue().decode(), folder, port)


def run_apart(row: Row, folder: Path, port: int = 0) -> Said:
    """Run a row as a process of its own, with a copy of the package in the small project."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COV")},
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NKGRAPH_DOCUMENTS": str(folder / "documents"),
    }
    limit: Callable[[], None] | None = None
    if row.file_limit is not None:
        size = int(row.file_limit)

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [sys.executable, "-c", _START, *arguments_of(row, folder, port)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        preexec_fn=limit,
        timeout=120,
        check=False,
    )
    return _clean(done.returncode, done.stdout, done.stderr, folder, port)


def _clean(code: int, out: str, err: str, folder: Path, port: int) -> Said:
    def shorten(text: str) -> str:
        text = text.replace(str(folder), "…")
        return text.replace(str(port), "{port}") if port else text

    return Said(code, shorten(out), shorten(err))


def write_page() -> str:
    """Return the page of the table."""
    rows = read_table()
    count = sum(len(group) for group in rows.values())
    return "".join(_page_lines(rows, count))


def _page_lines(groups: Mapping[str, list[Row]], count: int) -> Iterator[str]:
    yield "# Wrong input, and what nkgraph says\n\n"
    yield "<!-- Written by `python tests/wrong_input_table.py` from tests/wrong_inputs/table.yaml; do not edit here. -->\n\n"
    yield (
        f"Every row of these {count} is run by `tests/test_wrong_inputs.py`: the words are exact, and so is the exit code "
        "(0 clean, 1 findings, 2 wrong input or usage, 3 a bug of ours). Whatever goes wrong, nothing is left half-written and "
        "the last good graph stays. `…` stands for the folder of the project. Answers and findings go to standard output, "
        "all else to standard error.\n"
    )
    for heading, rows in groups.items():
        yield f"\n## {heading}\n"
        for row in rows:
            yield f"\n### {row.what[0].upper()}{row.what[1:]}\n\n"
            for change in row.changes:
                yield _describe_change(change)
            if row.file_limit is not None:
                yield f"No file may grow over {row.file_limit} bytes, as on a disk that is full.\n\n"
            said = "".join(
                text if text.endswith("\n") or not text else text + "\n" for text in (row.stdout, row.stderr)
            )
            yield f"```console\n$ nkgraph {row.run}\n{said}$ echo $?\n{row.exit}\n```\n"


def _fence(text: str) -> str:
    return "```\n" + (text if text.endswith("\n") else text + "\n") + "```\n"


def _describe_change(change: Mapping[str, Any]) -> str:
    name = f"`{change['file']}`"
    if "as" in change:
        return f"{name} is {change['as']}.\n\n"
    if "size" in change:
        return f"{name} has {int(change['size']):,} bytes.\n\n"
    if "copy" in change:
        return f"{name} is a copy of `{change['copy']}`.\n\n"
    if "text" in change:
        return f"{name} is:\n\n{_fence(str(change['text']))}\n"
    if "hex" in change:
        return f"{name} is the bytes `{change['hex']}`.\n\n"
    if "append" in change:
        return f"To {name} is added:\n\n{_fence(str(change['append']))}\n"
    if "replace" in change:
        old, new = str(change["replace"]), str(change["by"])
        if "\n" not in old + new:
            new_words = f"there is `{new}`" if new else "there is nothing"
            return f"In {name}, for `{old}` {new_words}.\n\n"
        return f"In {name}, for\n\n{_fence(old)}\nthere is\n\n{_fence(new)}\n"
    return f"{name} is not there.\n\n"


def build_graph() -> bytes:
    """Return the graph of the small project as it is before anything is wrong."""
    from nkgraph.pipeline import build
    from nkgraph.project import Project

    with tempfile.TemporaryDirectory() as folder:
        project = Project(root=ROOT, data=SMALL / "data", out=Path(folder))
        built = build(project)
        assert project.graph_file.is_file(), "\n".join(map(str, built.findings))
        return project.graph_file.read_bytes()


def main() -> None:
    """Write down what every row says now, and the page."""
    yaml = YAML(typ="rt")
    yaml.width = 1_000_000
    table = _load()
    graph = build_graph()
    for group in table:
        for entry in group["rows"]:
            row = _read_row({"exit": -1, **entry})
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name) / "project"
                folder.mkdir()
                make_project(folder, row, graph)
                with ExitStack() as stack:
                    port = take_port(stack) if "{port}" in row.run else 0
                    said = (run_apart if row.process else run_here)(row, folder, port)
            print(f"--- {row.what}: nkgraph {row.run}\n{said.stdout}{said.stderr}[{said.exit}]", flush=True)
            entry["exit"] = said.exit
            for stream in ("stdout", "stderr"):
                entry.pop(stream, None)
                if getattr(said, stream):
                    entry[stream] = LiteralScalarString(getattr(said, stream))
    buffer = io.StringIO()
    yaml.dump(table, buffer)
    TABLE.write_text(buffer.getvalue(), encoding="utf-8")
    PAGE.write_text(write_page(), encoding="utf-8")


def take_port(stack: ExitStack) -> int:
    """Return a port that is in use until the stack is closed."""
    import socket

    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return int(taken.getsockname()[1])


if __name__ == "__main__":
    main()
