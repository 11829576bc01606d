"""Compare the two passes over the mappings of codes, and write the tables of ``data/coding/mappings/README.md``.

``python tests/mapping_agreement.py`` prints them and writes the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "coding" / "mappings"
PAGE = FOLDER / "README.md"
MARK = "<!-- made by tests/mapping_agreement.py: from here to the end -->\n"
SCHEMES = ("means", "purpose", "relation", "harm", "role")
Pair = tuple[str, str]


def read_pass(name: str) -> dict[Pair, str]:
    """Return a pass: the relation by (subject, object)."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["subject_id", "predicate_id", "object_id"]
    rows = [line.split("\t") for line in lines[1:]]
    found = {(subject, target): relation for subject, relation, target in rows}
    assert len(found) == len(rows)
    return found


def read_settlements() -> dict[Pair, tuple[str, str]]:
    """Return what was settled, and by which rule, by (subject, object)."""
    lines = (FOLDER / "settlements.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["subject_id", "object_id", "settled", "rule"]
    rows = [line.split("\t") for line in lines[1:]]
    return {(subject, target): (settled, rule) for subject, target, settled, rule in rows}


def find_differences(first: dict[Pair, str], second: dict[Pair, str]) -> list[Pair]:
    """Return the pairs of codes on which the passes differ, sorted."""
    return sorted(pair for pair in {*first, *second} if first.get(pair) != second.get(pair))


def settle() -> dict[Pair, str]:
    """Return the mappings that follow: those of both passes, and what was settled where they differ."""
    first, second = read_pass("first"), read_pass("second")
    agreed = {pair: relation for pair, relation in first.items() if second.get(pair) == relation}
    return agreed | {pair: settled for pair, (settled, _) in read_settlements().items() if settled != "none"}


def _rows() -> Iterator[str]:
    first, second = read_pass("first"), read_pass("second")
    differing, settled = find_differences(first, second), read_settlements()
    yield "| scheme | pairs that either pass relates | same relation in both | agreement |"
    yield "| --- | --- | --- | --- |"
    for scheme in (*SCHEMES, "all"):
        own = [pair for pair in {*first, *second} if scheme == "all" or pair[0].startswith(f"code:{scheme}/")]
        same = len(own) - len([pair for pair in differing if pair in own])
        yield f"| {scheme} | {len(own)} | {same} | {100 * same / len(own):.0f} % |"
    yield ""
    yield "Where the passes differ, and what was settled by which rule:"
    yield ""
    yield "| code | other code | first | second | settled | rule |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for pair in differing:
        words = [name.removeprefix("skos:") for name in (first.get(pair, "none"), second.get(pair, "none"))]
        outcome, rule = settled[pair]
        cells = (f"`{pair[0]}`", f"`{pair[1]}`", *words, outcome.removeprefix("skos:"), rule)
        yield "| " + " | ".join(cells) + " |"


def make_tables() -> str:
    """Return the tables of the page."""
    return "\n".join(_rows()) + "\n"


if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(head + MARK + "\n" + make_tables(), encoding="utf-8")
    print(make_tables(), end="")
