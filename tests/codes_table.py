"""Write ``docs/codes.md``: every code that claims use, with its meaning, from the concept schemes of the ontology."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
from mapping_sets import describe, read_ours

ROOT = Path(__file__).resolve().parent.parent
SKOS = "http://www.w3.org/2004/02/skos/core#"
NK = "https://w3id.org/nkgraph/ontology#"
PAGE = ROOT / "docs" / "codes.md"


def _text(store: ox.Store, subject: ox.NamedNode, name: str) -> str:
    values = [q.object for q in store.quads_for_pattern(subject, ox.NamedNode(SKOS + name), None)]
    return str(getattr(values[0], "value", "")) if values else ""


def make_page() -> str:
    """Return the page: a table for each scheme, in the order of their names."""
    store = ox.Store()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    lines = [
        "# Codes",
        "",
        "Every code that claims use and queries print, from `ontology/schemes/` (made by `tests/codes_table.py`).",
        "",
        "The last column has the codes of others that a code is mapped to, each with how it stands to ours: the same, close, "
        "broader, narrower or related ([what these mean](vocabularies.md#what-a-relation-means)).",
        "",
    ]
    mapped: dict[str, list[str]] = defaultdict(list)
    for row in read_ours():
        mapped[row.subject].append(describe(row))
    for path in sorted((ROOT / "ontology" / "schemes").glob("*.ttl")):
        scheme = ox.NamedNode(f"https://w3id.org/nkgraph/code/{path.stem}")
        used = sorted(
            str(getattr(q.subject, "value", "")).removeprefix(NK)
            for q in store.quads_for_pattern(None, ox.NamedNode(NK + "codedIn"), scheme)
        )
        concepts = [
            q.subject
            for q in store.quads_for_pattern(None, ox.NamedNode(SKOS + "inScheme"), scheme)
            if isinstance(q.subject, ox.NamedNode)
        ]
        lines += [
            f"## {path.stem}",
            "",
            f"{_text(store, scheme, 'definition')} Used by: {', '.join(used) or 'nothing'}.",
            "",
        ]
        rows = [f"| `{_text(store, c, 'notation')}` | {_text(store, c, 'definition')} |" for c in concepts]
        if any(c.value in mapped for c in concepts):
            lines += ["| code | meaning | codes of others |", "| --- | --- | --- |"]
            cells = ["<br>".join(sorted(mapped[c.value])) for c in concepts]
            rows = [f"{row} {cell + ' ' if cell else ''}|" for row, cell in zip(rows, cells, strict=True)]
        else:
            lines += ["| code | meaning |", "| --- | --- |"]
        lines += [*sorted(rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
