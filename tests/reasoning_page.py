"""Write the last part of ``docs/reasoning.md``: the rules of OWL 2 RL, what is left out and refused, and our own rules.

The part above the mark is written by hand and kept. ``python tests/reasoning_page.py`` writes what stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from nkgraph.iris import shorten
from nkgraph.project import default_project
from nkgraph.reasoning import load_strata
from nkgraph.reasoning.grammar import load_grammar
from nkgraph.reasoning.tables import load_tables

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reasoning.md"
MARK: Final = "<!-- From here on written by `python tests/reasoning_page.py`; do not edit below. -->\n"


def make_page() -> str:
    """Return the page: what stands above the mark as it is, and the tables below it."""
    kept = PAGE.read_text("utf-8").partition(MARK)[0]
    return kept + MARK + "\n".join(["", *_rules(), *_left_out(), *_refused(), *_domain(), ""])


def _rules() -> Iterator[str]:
    yield "### The rules"
    kept = [rule for rule in load_tables() if not rule.left_out]
    for (number, name), rules in groupby(kept, key=lambda rule: (rule.table, rule.table_name)):
        yield from ("", f"Table {number}, {name}:", "", "| rule | title | what it says |", "| --- | --- | --- |")
        for rule in rules:
            words = f"{rule.about.words} {rule.note}".strip()
            yield f"| `{rule.about.key}` | {rule.about.title} | {words} |"


def _left_out() -> Iterator[str]:
    yield from ("", "### Left out on purpose", "", "| rule | what it says | why |", "| --- | --- | --- |")
    for rule in load_tables():
        if rule.left_out:
            yield f"| `{rule.about.key}` | {rule.about.words} | {rule.left_out} |"


def _refused() -> Iterator[str]:
    grammar = load_grammar()
    yield from (
        "",
        "### Axioms that are refused",
        "",
        "| what | where | what to write instead |",
        "| --- | --- | --- |",
    )
    for position in grammar.positions.values():
        for name, instead in position.instead.items():
            yield f"| `owl:{name.replace('thing', 'Thing')}` | {position.words} | {instead} |"
    for name, instead in grammar.nowhere.items():
        yield f"| `owl:{name}` | anywhere | {instead} |"
    for iri, instead in grammar.refused.items():
        yield f"| `{shorten(iri)}` | anywhere | {instead} |"
    datatypes = ", ".join(f"`{shorten(iri)}`" for iri in sorted(grammar.datatypes))
    yield from ("", f"The datatypes there are: {datatypes}, and intersections of them.")
    yield (
        "Lists that are not well formed, expressions in pieces, literals in the place of individuals, datatype properties "
        "in the place of object properties, and terms of OWL and RDFS that do not exist are refused as well."
    )


def _domain() -> Iterator[str]:
    ontology = default_project().ontology
    yield from ("", "### Rules of the domain, by stratum")
    for stratum in load_strata(ontology / "rules"):
        yield from ("", f"Stratum *{stratum.name}*:", "", "| rule | title | what it says |", "| --- | --- | --- |")
        for rule in stratum.rules:
            link = f"[`{rule.key}`](../ontology/rules/domain/{rule.key}.rq)"
            yield f"| {link} | {rule.about.title} | {rule.about.words} |"


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
