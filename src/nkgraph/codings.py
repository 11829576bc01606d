"""Two codings of the same documents, read as rows of cells and paired: what ``agreement`` measures.

A row is one fact (a transfer, a sum, a crossing …); rows of the two coders are paired within an account where they rest
on the same words or most cells agree, never across accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from nkgraph.errors import ReadError
from nkgraph.families import FAMILIES, Family
from nkgraph.yamlfiles import Item, Scalar, Tree, read_yaml, yaml_files
from nkgraph.yamlfiles import Sequence as YamlSequence

__all__ = ["Cell", "Row", "compare_codings", "read_rows"]


@attrs.frozen
class Cell:
    """One cell of one row as two coders filled it; an empty text is a cell left empty."""

    first: str
    second: str


@attrs.frozen
class Row:
    """One fact as one coder has it: its id, its cells by column, and the spans that it rests on, as (start, end)."""

    name: str
    cells: Mapping[str, str]
    spans: tuple[tuple[int, int], ...] = ()

    def covered(self, other: Row) -> int:
        """Return how many characters of the document both rows rest on."""
        return sum(
            max(0, min(end, last) - max(start, first)) for start, end in self.spans for first, last in other.spans
        )


_NOBODY = Row("", {})


def _plain(tree: Tree | None) -> str:
    if tree is None:
        return ""
    if isinstance(tree, Scalar):
        return tree.text
    if isinstance(tree, YamlSequence):
        return "; ".join(sorted(_plain(item) for item in tree.items))
    return _plain(tree.entries.get("id"))


def _nodes(tree: Tree) -> Iterator[Item]:
    if isinstance(tree, Item):
        yield tree
        for value in tree.entries.values():
            yield from _nodes(value)
    elif isinstance(tree, YamlSequence):
        for item in tree.items:
            yield from _nodes(item)


def _amount(node: Item) -> str:
    bounds = []
    for keys in (("amount", "value", "amountMin", "valueMin"), ("amount", "value", "amountMax", "valueMax")):
        found = [node.entries[key] for key in keys if key in node.entries]
        bounds.append(_plain(found[0]) if found else "")
    return bounds[0] if bounds[0] == bounds[1] else "..".join(bounds)


def read_rows(path: Path) -> dict[str, list[Row]]:
    """Return the rows of one coding file by family; further claims about one thing are joined to its row."""
    tree = read_yaml(path)
    things: dict[str, dict[str, Tree]] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for item in tree.items if isinstance(tree, YamlSequence) else ():
        says = item.entries.get("says") if isinstance(item, Item) else None
        for node in _nodes(says) if says is not None else ():
            name = _plain(node.entries.get("id"))
            if name:
                _join(things.setdefault(name, {}), node.entries)
                spans.setdefault(name, []).extend(_spans(item))
    rows: dict[str, list[Row]] = {family: [] for family in FAMILIES}
    for name, entries in things.items():
        kind = _plain(entries.get("type"))
        for title, family in FAMILIES.items():
            if kind in family.types or (title == "background" and set(entries) & {*family.columns, *family.codes}):
                cells = {column: _cell(column, entries, things) for column in family.columns}
                for column in family.codes:
                    cells |= dict.fromkeys((f"{column} {code}" for code in _codes(entries.get(column))), "yes")
                rows[title].append(Row(name, cells, tuple(dict.fromkeys(spans[name]))))
    return rows


def _join(merged: dict[str, Tree], entries: Mapping[str, Tree]) -> None:
    """Join what a further claim says of a thing: a property said again with another value has both."""
    for key, value in entries.items():
        held = merged.get(key)
        if held is None:
            merged[key] = value
        elif key not in {"id", "type"} and not isinstance(value, Item) and not isinstance(held, Item):
            parts = [*_parts(held), *(part for part in _parts(value) if _plain(part) not in _codes(held))]
            merged[key] = YamlSequence(tuple(parts), held.line) if len(parts) > 1 else parts[0]


def _parts(tree: Tree) -> tuple[Tree, ...]:
    return tuple(tree.items) if isinstance(tree, YamlSequence) else (tree,)


def _codes(tree: Tree | None) -> list[str]:
    return [_plain(part) for part in _parts(tree)] if tree is not None else []


def _spans(item: Tree) -> Iterator[tuple[int, int]]:
    words = item.entries.get("words") if isinstance(item, Item) else None
    for word in words.items if isinstance(words, YamlSequence) else ():
        if isinstance(word, Item) and "start" in word.entries:
            yield int(_plain(word.entries["start"])), int(_plain(word.entries["end"]))


def _cell(column: str, entries: Mapping[str, Tree], things: Mapping[str, Mapping[str, Tree]]) -> str:
    node = Item(dict(entries), {}, 0)
    payment = entries.get("payment")
    if column == "payment_status":
        status = payment.entries.get("payment") or payment.entries.get("status") if isinstance(payment, Item) else None
        return _plain(status)
    if column == "payment_amount":
        return _amount(payment) if isinstance(payment, Item) else ""
    if column in {"amount", "value"}:
        return _amount(node)
    if column.endswith(("_origin", "_gender")):
        named, _, what = column.partition("_")
        target, nested = things.get(_plain(entries.get(named)), {}), entries.get(named)
        return _plain(target.get(what) or (nested.entries.get(what) if isinstance(nested, Item) else None))
    if column in {"origin", "gender", "relation", "size", "calledTrafficker"}:
        value = _plain(things.get(_plain(entries.get("actor")), {}).get(column))
        return "yes" if value in {"yes", "True", "true"} else value
    if column in {"subject", "towards"}:
        named = _plain(entries.get("transferred") or entries.get("concerns") or entries.get("towards"))
        return "" if not named else "self" if "narrator" in named else "other"
    if column == "persons":
        people = entries.get("transferred")
        return str(len(people.items)) if isinstance(people, YamlSequence) else "1" if people else ""
    if column == "date" and "begin" in entries:
        return f"{_plain(entries['begin'])}/{_plain(entries.get('end'))}"
    if column == "date" and "period" in entries:
        return _plain(entries["period"])
    return _plain(entries.get(column))


def _pair(family: Family, first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """Pair the rows of two coders: those with most cells in common and, among equals, most words in common."""

    def likeness(a: Row, b: Row) -> tuple[int, int]:
        shared = sum(2 if c in family.keys else 1 for c in a.cells if a.cells[c] and a.cells[c] == b.cells.get(c))
        return shared + 3 * bool(a.covered(b)), a.covered(b)

    found = ((likeness(a, b), -abs(i - j), i, j) for i, a in enumerate(first) for j, b in enumerate(second))
    candidates = sorted((c for c in found if c[0][0] > 0), key=lambda c: (-c[0][0], -c[0][1], -c[1], c[2], c[3]))
    pairs: dict[int, int] = {}
    for _, _, i, j in candidates:
        if i in pairs or j in pairs.values():
            continue
        if family.keys and not any(first[i].cells[k] == second[j].cells[k] for k in family.keys):
            continue
        pairs[i] = j
    result: list[tuple[Row | None, Row | None]] = [
        (row, second[pairs[i]] if i in pairs else None) for i, row in enumerate(first)
    ]
    result += [(None, row) for j, row in enumerate(second) if j not in pairs.values()]
    return result


def compare_codings(first: Path, second: Path) -> Iterator[tuple[str, str, str, str, Cell, bool]]:
    """Yield (unit, family, row, column, cell, paired) for every cell that at least one coder filled.

    Raises:
        ReadError: one of the folders is not there, or a file of it is not YAML.
    """
    for folder in (first, second):
        if not folder.is_dir():
            raise ReadError("no such folder of a coding", path=folder, remedy="name the folders of both coders")
    names = sorted({p.name for p in yaml_files(first)} | {p.name for p in yaml_files(second)})
    for name in names:
        rows: list[dict[str, list[Row]]] = [
            read_rows(f / name) if (f / name).is_file() else {k: [] for k in FAMILIES} for f in (first, second)
        ]
        for title, family in FAMILIES.items():
            for a, b in _pair(family, rows[0][title], rows[1][title]):
                columns = dict.fromkeys([*(a.cells if a else ()), *(b.cells if b else ())])
                for column in columns:
                    cell = Cell(a.cells.get(column, "") if a else "", b.cells.get(column, "") if b else "")
                    if cell.first or cell.second:
                        yield name.removesuffix(".yaml"), title, (a or b or _NOBODY).name, column, cell, bool(a and b)
