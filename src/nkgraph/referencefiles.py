"""Reference data read from YAML: places, states, instruments, each with the source that it comes from."""

from __future__ import annotations

from pathlib import Path

from nkgraph.claims import ClaimErrors, FileReader
from nkgraph.errors import ReadError
from nkgraph.model import Claim
from nkgraph.ontology import Vocabulary, nearest
from nkgraph.yamlfiles import Item, Sequence, Tree, read_yaml

__all__ = ["read_reference"]

_FIELDS = ("says", "source")


def read_reference(path: Path, vocabulary: Vocabulary) -> tuple[Claim, ...]:
    """Return the items of a file of reference data: things with a ``source`` (kept in ``via``) in place of words.

    Raises:
        ReadError: the file is not YAML, or not a list.
        ClaimErrors: with every mistake, each with file, line and thing.
    """
    tree = read_yaml(path)
    if not isinstance(tree, Sequence):
        raise ReadError("a file of reference data must be a list", path=path, line=tree.line)
    reader = FileReader(path, "reference", vocabulary)
    items = [claim for item in tree.items if (claim := _read_item(reader, item)) is not None]
    if reader.errors:
        raise ClaimErrors(reader.errors)
    return tuple(items)


def _read_item(reader: FileReader, item: Tree) -> Claim | None:
    reader.key = ""
    says = item.entries.get("says") if isinstance(item, Item) else None
    if not isinstance(item, Item) or not isinstance(says, Item):
        reader.fail("an item of reference data needs `says` and `source`", item.line)
        return None
    reader.key = reader.text(says.entries.get("id"), "id") or ""
    if not reader.key:
        reader.fail("what it says has no id", says.line)
        return None
    for name in item.entries:
        if name not in _FIELDS:
            reader.fail(f"unknown field {name!r}{nearest(name, _FIELDS)}", item.lines[name])
    source = reader.text(item.entries.get("source"), "source")
    if source is None:
        reader.fail("reference data needs its source", item.line, "name the row or register it comes from")
    return Claim(
        document="reference",
        key=reader.key,
        says=reader.node(says),
        spans=(),
        quotations=(),
        how="stated",
        sources=(),
        status="reviewed",
        note=None,
        speaker=None,
        via=source,
        recorded_by=None,
        path=reader.path,
        line=item.line,
    )
