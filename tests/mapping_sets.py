"""Mapping sets as tests and generated pages need them: rows of ``data/links``, with their terms written out.

Only a table is read here; ``nkgraph`` and the sssom library are what reads mapping sets.
"""

from __future__ import annotations

import csv
from pathlib import Path

import attrs
import yaml

from nkgraph.iris import PREFIXES
from nkgraph.mappings import RELATIONS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "links"
#: The sets that map our codes; other sets of the folder map what else there is.
OURS = ("ctdc", "htcds", "huridocs", "schemes-eurovoc", "schemes-unbis")


@attrs.frozen
class Row:
    """A mapping: its set, its cells by column, and its terms written out."""

    set: str
    cells: dict[str, str]
    subject: str
    predicate: str
    object: str

    @property
    def triple(self) -> tuple[str, str, str]:
        return self.subject, self.predicate, self.object


def read_header(path: Path) -> dict[str, object]:
    """Return the metadata of a set: the YAML in its first lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#")))
    assert isinstance(header, dict)
    return header


def read_set(path: Path) -> list[Row]:
    """Return the mappings of a set, in order."""
    declared = read_header(path)["curie_map"]
    assert isinstance(declared, dict)
    prefixes = {**PREFIXES, "semapv": "https://w3id.org/semapv/vocab/", **declared}

    def write_out(name: str) -> str:
        prefix, _, local = name.partition(":")
        return str(prefixes[prefix]) + local

    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    table = list(csv.reader(lines, delimiter="\t"))
    rows = []
    for values in table[1:]:
        cells = dict(zip(table[0], values, strict=True))
        terms = [write_out(cells[name]) for name in ("subject_id", "predicate_id", "object_id")]
        rows.append(Row(path.name.removesuffix(".sssom.tsv"), cells, *terms))
    return rows


def read_ours() -> list[Row]:
    """Return the mappings of our codes."""
    return [row for name in OURS for row in read_set(FOLDER / f"{name}.sssom.tsv")]


def describe(row: Row) -> str:
    """Return the other side of a mapping in words: ``HTCDS vic_MethodsOfControl: PhysicalThreats (narrower)``."""
    word = RELATIONS[row.predicate].theirs
    parts = row.cells["object_id"].partition(":")[2].split("/")
    label = row.cells["object_label"]
    named = {"htcds": "HTCDS", "huridocs": "HURIDOCS", "ctdc": "CTDC"}
    if row.set in named:
        code = f"{parts[2]} {label}" if row.set == "huridocs" else parts[2]
        return f"{named[row.set]} {parts[1]}: {code} ({word})"
    return f"{'EuroVoc' if row.set == 'schemes-eurovoc' else 'UNBIS'}: {parts[0]} {label} ({word})"
