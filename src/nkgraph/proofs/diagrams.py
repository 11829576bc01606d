"""Explanations as Mermaid flowcharts: leaves at the bottom, the conclusion at the top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from nkgraph.proofs.telling import Explanation, Line
from nkgraph.proofs.wording import say_citation, say_searched, say_status, say_triple

__all__ = ["write_mermaid"]

#: Mermaid writes characters of its own syntax as entities with # instead of &.
_ESCAPED: Final = str.maketrans(
    {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "\n": " ", "`": "#96;", "\\": "#92;"}
)


def write_mermaid(explanation: Explanation) -> str:
    """Return the proof as a Mermaid flowchart; what is not there is one node that says so."""
    lines = ["flowchart BT"]
    if explanation.proof is None:
        lines.append(f"  p1[{_quote(say_status(explanation))}]")
        return "\n".join(lines) + "\n"
    lines += _Drawing(explanation).draw(explanation.proof)
    lines += ["  classDef said stroke-width:1px", "  classDef concluded stroke-width:2px"]
    return "\n".join(lines) + "\n"


def _quote(*parts: str) -> str:
    return '"' + "<br>".join(part.translate(_ESCAPED) for part in parts) + '"'


class _Drawing:
    """One flowchart: a node for each triple, however often it is a premise."""

    def __init__(self, explanation: Explanation) -> None:
        self.names: Mapping[str, str] = explanation.names
        self.citations = explanation.citations
        self.nodes: dict[ox.Triple | None, str] = {}

    def draw(self, line: Line) -> Iterator[str]:
        """Yield a node and all below it."""
        name = self.nodes[line.triple] = f"p{len(self.nodes) + 1}"
        words = "contradiction" if line.triple is None else say_triple(line.triple, self.names)
        if line.rule is None:
            yield f"  {name}[{_quote(words, *(say_citation(self.citations[g]) for g in line.graphs))}]:::said"
            return
        notes = [f"searched and not found: {say_searched(text)}" for text in line.searched]
        notes += [] if line.counted is None else [f"counted: {line.counted}"]
        yield f"  {name}([{_quote(words, *notes)}]):::concluded"
        for below, arrow in [(b, "-->") for b in line.premises] + [(b, "-.->") for b in line.axioms]:
            if below.triple not in self.nodes:
                yield from self.draw(below)
            yield f"  {self.nodes[below.triple]} {arrow}|{_quote(line.rule.title)}| {name}"
