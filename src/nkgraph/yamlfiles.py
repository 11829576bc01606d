"""YAML read as written: every scalar a string, every mapping and scalar with its line.

YAML's own guessing turns ``no`` into false and ``1998-02`` into a date; here nothing is guessed, the model decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import yaml

from nkgraph.errors import ReadError

__all__ = ["Item", "Scalar", "Sequence", "Tree", "parse_yaml", "read_yaml", "yaml_files"]


@attrs.frozen
class Scalar:
    """A scalar of a YAML file, as text, with its line (from 1)."""

    text: str
    line: int


@attrs.frozen
class Sequence:
    """A sequence of a YAML file."""

    items: tuple[Tree, ...]
    line: int


@attrs.frozen
class Item:
    """A mapping of a YAML file, in the order written; ``lines`` gives the line of each key."""

    entries: dict[str, Tree]
    lines: dict[str, int]
    line: int


Tree = Scalar | Sequence | Item

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_yaml(path: Path) -> Tree:
    """Return the tree of a YAML file; an empty file is an empty sequence.

    Raises:
        ReadError: the file is not there, not UTF-8, not YAML, or has a key twice; with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> Tree:
    """Return the tree of a YAML text that stands in a file; an empty text is an empty sequence.

    Raises:
        ReadError: the text is not YAML, has a key twice, or uses an alias; with its line.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        return Sequence((), 1) if node is None else _convert(node, path, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        column = f" at column {mark.column + 1}" if mark else ""
        raise ReadError(f"not YAML: {error.problem}{column}", path=path, line=line) from error
    except yaml.YAMLError as error:
        raise ReadError(f"not YAML: {error}", path=path) from error
    except RecursionError as error:
        raise ReadError("brackets stand too deep in one another", path=path, line=1) from error


def _convert(node: yaml.Node, path: Path, seen: set[int]) -> Tree:
    line = node.start_mark.line + 1
    if id(node) in seen:
        # an alias stands for a node once more; a few of them in one another stand for millions
        raise ReadError("an alias (*name) is not read", path=path, line=line, remedy="write out what it stands for")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, line)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_convert(child, path, seen) for child in node.value), line)
    entries: dict[str, Tree] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        key_line = key_node.start_mark.line + 1
        if key in entries:
            raise ReadError(f"the key {key!r} stands twice", path=path, line=key_line, remedy="keep one of them")
        entries[key] = _convert(value_node, path, seen)
        lines[key] = key_line
    return Item(entries, lines, line)


def yaml_files(folder: Path) -> Iterator[Path]:
    """Yield the YAML files below a folder, sorted by path, so that every build reads them in one order."""
    yield from sorted(path for path in folder.rglob("*.yaml") if path.is_file())
