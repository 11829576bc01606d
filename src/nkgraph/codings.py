"""Two codings of the same documents, read as rows of cells and paired: what ``agreement`` measures.

A row is one fact (a transfer, a sum, a crossing …); rows of the two coders are paired within an account where most cells
agree, never across accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import ReadError
from nkgraph.yamlfiles import Item, Scalar, Tree, read_yaml, yaml_files
from nkgraph.yamlfiles import Sequence as YamlSequence

__all__ = ["FAMILIES", "Cell", "compare_codings", "read_rows"]

#: Families of facts, the types that belong to them, and the cells compared.
FAMILIES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "narrators": (("Narrator",), ("title", "surname", "birthYear", "livesIn")),
    "transfers": (
        ("Transfer", "TransferCount"),
        (
            "kind",
            "subject",
            "persons",
            "seller_origin",
            "buyer_origin",
            "buyerRole",
            "place",
            "payment_status",
            "payment_amount",
            "date",
            "step",
        ),
    ),
    "money": (("Payment",), ("moneyKind", "status", "amount", "currency", "per", "date", "subject")),
    "intermediaries": (
        ("Participation",),
        ("role", "origin", "gender", "relation", "size", "calledTrafficker", "towards"),
    ),
    "crossings": (("Crossing",), ("date", "river", "companions")),
    "routes": (("RouteStep",), ("place", "mode", "date")),
    "instruments": (("InstrumentMention",), ("instrument", "instrumentKind", "jurisdiction", "date", "dateKind")),
    "state positions": (("StatePosition",), ("state", "instrument", "relation", "date")),
    "figures": (
        ("StatisticalStatement", "PriceBand", "InterviewSeries"),
        ("type", "value", "unit", "bandMin", "bandMax", "currency", "place", "date"),
    ),
}
_KEY_CELLS: Final = {
    "transfers": ("subject",),
    "money": ("amount",),
    "intermediaries": ("role",),
    "routes": ("place",),
    "instruments": ("instrument",),
    "state positions": ("state", "instrument"),
}


@attrs.frozen
class Cell:
    """One cell of one row as two coders filled it; an empty text is a cell left empty."""

    first: str
    second: str


Row = dict[str, str]


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
    """Return the rows of one coding file by family; second claims about one thing are joined to its row."""
    tree = read_yaml(path)
    things: dict[str, dict[str, Tree]] = {}
    for item in tree.items if isinstance(tree, YamlSequence) else ():
        says = item.entries.get("says") if isinstance(item, Item) else None
        for node in _nodes(says) if says is not None else ():
            name = _plain(node.entries.get("id"))
            if name:
                merged = things.setdefault(name, {})
                merged.update({key: value for key, value in node.entries.items() if key not in merged})
    rows: dict[str, list[Row]] = {family: [] for family in FAMILIES}
    for name, entries in things.items():
        kind = _plain(entries.get("type"))
        for family, (types, columns) in FAMILIES.items():
            if kind in types:
                row = {column: _cell(column, entries, things) for column in columns}
                rows[family].append({"id": name, **row})
    return rows


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
    if column.endswith("_origin"):
        target = things.get(_plain(entries.get(column.removesuffix("_origin"))), {})
        nested = entries.get(column.removesuffix("_origin"))
        return _plain(target.get("origin") or (nested.entries.get("origin") if isinstance(nested, Item) else None))
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


def _pair(family: str, first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    columns = FAMILIES[family][1]
    keys = _KEY_CELLS.get(family, ())

    def likeness(a: Row, b: Row) -> tuple[int, int]:
        shared = sum(2 if c in keys else 1 for c in columns if a[c] == b[c] and a[c])
        return shared, -abs(first.index(a) - second.index(b))

    candidates = sorted(
        ((likeness(a, b), i, j) for i, a in enumerate(first) for j, b in enumerate(second) if likeness(a, b)[0] > 0),
        key=lambda c: (-c[0][0], -c[0][1], c[1], c[2]),
    )
    used_first: set[int] = set()
    used_second: set[int] = set()
    pairs: dict[int, int] = {}
    for _, i, j in candidates:
        if i not in used_first and j not in used_second:
            if keys and not any(first[i][k] == second[j][k] for k in keys):
                continue
            pairs[i] = j
            used_first.add(i)
            used_second.add(j)
    result: list[tuple[Row | None, Row | None]] = [
        (row, second[pairs[i]] if i in pairs else None) for i, row in enumerate(first)
    ]
    result += [(None, row) for j, row in enumerate(second) if j not in used_second]
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
        for family, (_, columns) in FAMILIES.items():
            for a, b in _pair(family, rows[0][family], rows[1][family]):
                row_name = (a or b or {})["id"]
                for column in columns:
                    cell = Cell(a[column] if a else "", b[column] if b else "")
                    if cell.first or cell.second:
                        yield name.removesuffix(".yaml"), family, row_name, column, cell, bool(a and b)
