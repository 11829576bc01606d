"""Files without what tells of a withdrawn claim: items and rows cut out whole, and every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import BuildError
from nkgraph.withdrawal.names import Names
from nkgraph.yamlfiles import Item, Scalar, Sequence, Tree, parse_yaml

__all__ = ["WITHDRAWN", "Cut", "cut_items", "cut_markdown", "cut_rows", "scalars"]

#: What stands in prose in the place of a name that is gone.
WITHDRAWN: Final = "[withdrawn]"


@attrs.frozen
class Cut:
    """A file without what tells of a withdrawn claim (None where nothing is left of it), and the lines that went."""

    text: str | None
    lines: tuple[int, ...]


def cut_items(text: str, path: Path, is_gone: Callable[[Item, str], bool], names: Names) -> Cut:
    """Return a YAML list without the items that ``is_gone`` tells by their tree and their text, every other byte as it was.

    With an item go the comments in it and those directly above it; those at the head of a file speak of the file, and
    stay. In comments that stay, names are replaced.

    Raises:
        ReadError: the text is not YAML.
        BuildError: an item does not stand on lines of its own.
    """
    tree = parse_yaml(text, path)
    items = tree.items if isinstance(tree, Sequence) else ()
    lines = text.splitlines(keepends=True)
    starts = [item.line - 1 for item in items]
    bounds = [*starts, len(lines)]
    cut: set[int] = set()
    kept = []
    for number, item in enumerate(items):
        first, last = bounds[number], bounds[number + 1]
        while number + 1 < len(items) and last - 1 > first and _is_beside(lines[last - 1]):
            last -= 1
        if isinstance(item, Item) and is_gone(item, "".join(lines[first:last])):
            above = first
            while above > 0 and lines[above - 1].lstrip().startswith("#"):
                above -= 1
            cut.update(range(first if above == 0 else above, last))
        else:
            kept.append(item)
    if len(kept) == len(items):
        return Cut(text, ())
    if not kept:
        return Cut(None, tuple(range(1, len(lines) + 1)))
    rest = "".join(
        _redact(line, names, path.as_posix()) if line.lstrip().startswith("#") else line
        for number, line in enumerate(lines)
        if number not in cut
    )
    left = parse_yaml(rest, path)
    if not isinstance(left, Sequence) or [_plain(item) for item in left.items] != [_plain(item) for item in kept]:
        remedy = "write each item of the list on lines of its own, beginning with `- `"
        raise BuildError("an item cannot be cut out by its lines", path=path, remedy=remedy)
    return Cut(rest, tuple(number + 1 for number in sorted(cut)))


def _is_beside(line: str) -> bool:
    """Tell whether a line between two items belongs to the one below: a comment at the margin."""
    return line.startswith("#")


def _plain(tree: Tree) -> object:
    """Return a tree without its lines."""
    if isinstance(tree, Scalar):
        return tree.text
    if isinstance(tree, Sequence):
        return [_plain(item) for item in tree.items]
    return {key: _plain(value) for key, value in tree.entries.items()}


def cut_rows(text: str, names: Names, where: str) -> Cut:
    """Return a table of tab-separated cells without the rows that name what is gone (comments stay).

    ``where`` is the path of the file in the data: where a row names no document, the file's own name may.
    """
    lines = text.splitlines(keepends=True)
    cut = [number for number, line in enumerate(lines) if not line.startswith("#") and _names_gone(line, names, where)]
    gone = set(cut)
    rest = [line for number, line in enumerate(lines) if number not in gone]
    return Cut("".join(rest), tuple(number + 1 for number in cut))


def _names_gone(line: str, names: Names, where: str) -> bool:
    within = f"{where} {line}"
    return any(names.find(cell, within=within, whole=True) for cell in line.rstrip("\r\n").split("\t"))


def cut_markdown(text: str, names: Names, where: str) -> Cut:
    """Return Markdown without the list items and table rows that name what is gone; elsewhere the names are replaced."""
    lines = text.splitlines(keepends=True)
    rest, touched = [], []
    is_fenced = False
    for number, line in enumerate(lines, start=1):
        is_fenced ^= line.lstrip().startswith("```")
        if names.find(line, within=where):
            touched.append(number)
            if not is_fenced and re.match(r"\s*(?:[-*|]|\d+\.)\s", line):
                continue
        rest.append(_redact(line, names, where))
    return Cut("".join(rest), tuple(touched))


def _redact(line: str, names: Names, where: str) -> str:
    for start, end in reversed(names.find(line, within=where)):
        line = line[:start] + WITHDRAWN + line[end:]
    return line


def scalars(tree: Tree) -> Iterator[str]:
    """Yield the texts of a tree, names of fields left out."""
    if isinstance(tree, Scalar):
        yield tree.text
    else:
        for child in tree.items if isinstance(tree, Sequence) else tree.entries.values():
            yield from scalars(child)
