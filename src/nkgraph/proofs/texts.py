"""Explanations as indented text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from nkgraph.proofs.citing import Citation
from nkgraph.proofs.telling import Explanation, Line, NotThere
from nkgraph.proofs.wording import say_citation, say_searched, say_status, say_triple, say_unknown, write_short

__all__ = ["write_text"]


def write_text(explanation: Explanation, *, others: bool = False) -> str:
    """Return an explanation as text: what is concluded first, what it rests on below it and further in.

    With ``others`` the other proofs are written out too; without it their rules are named.
    """
    writer = _Writer(explanation.names, explanation.citations)
    lines: list[str] = []
    if explanation.triple is not None:
        lines += [say_triple(explanation.triple, explanation.names), f"  {write_short(explanation.triple)}"]
    lines.append(say_status(explanation))
    lines += [say_unknown(iri, near) for iri, near in explanation.unknown]
    if explanation.proof is not None:
        lines += ["", *writer.write_below(explanation.proof, "", "")]
    if explanation.others and not others:
        rules = " and ".join(f"“{line.rule.title}” ({line.rule.key})" for line in explanation.others if line.rule)
        lines += ["", f"Other proofs, by the rule {rules}: --others shows them."]
    for number, other in enumerate(explanation.others if others else (), 1):
        again = _Writer(explanation.names, explanation.citations)
        lines += ["", f"Another proof ({number} of {len(explanation.others)}):", *again.write_below(other, "", "")]
    if explanation.proof is None:
        lines += ["", *writer.write_missing(explanation.missing)]
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes the lines of one tree; what has been shown is referred to by its number."""

    def __init__(self, names: Mapping[str, str], citations: Mapping[str, Citation]) -> None:
        self.names = names
        self.citations = citations
        self.shown: dict[ox.Triple, str] = {}
        self.cited: dict[str, str] = {}
        self.told: set[str] = set()

    def write_below(self, line: Line, number: str, indent: str) -> Iterator[str]:
        """Yield what a line rests on."""
        if line.rule is None:
            if not line.graphs:
                yield f"{indent}said in the files themselves"
            for graph in line.graphs:
                yield from self.write_source(self.citations[graph], number.rstrip("."), indent)
            return
        words = "" if line.rule.key in self.told else f": {line.rule.words}"
        self.told.add(line.rule.key)
        yield f"{indent}by the rule “{line.rule.title}” ({line.rule.key}){words}"
        place = 0
        for below in line.premises:
            place += 1
            yield from self.write_line(below, f"{number}{place}", indent + "  ")
        if line.axioms:
            yield f"{indent}and, in the ontology:"
            for below in line.axioms:
                place += 1
                yield from self.write_line(below, f"{number}{place}", indent + "  ")
        if line.counted is not None:
            yield f"{indent}counted in the whole graph: {line.counted}"
        for text in line.searched:
            yield f"{indent}searched in the whole graph and not found: {say_searched(text)}"

    def write_line(self, line: Line, number: str, indent: str) -> Iterator[str]:
        """Yield a premise with what it rests on."""
        assert line.triple is not None
        yield f"{indent}{number} {say_triple(line.triple, self.names)}"
        within = indent + "  "
        if line.triple in self.shown:
            yield f"{within}(see {self.shown[line.triple]})"
            return
        self.shown[line.triple] = number
        yield f"{within}{write_short(line.triple)}"
        yield from self.write_below(line, f"{number}.", within)

    def write_source(self, citation: Citation, number: str, indent: str) -> Iterator[str]:
        """Yield what asserts a leaf, with the words themselves where they are at hand; of each claim once."""
        first = self.cited.setdefault(citation.graph, number)
        if citation.is_claim and first != number:
            yield f"{indent}said in the claim of {first}"
            return
        yield f"{indent}said in {say_citation(citation)}"
        for words in citation.words:
            if words.quotation is not None:
                yield f"{indent}  “{words.quotation}”"

    def write_missing(self, missing: tuple[NotThere, ...]) -> Iterator[str]:
        """Yield the rules that could conclude it, with what each of them misses."""
        if not missing:
            yield "No rule concludes such a thing: only a claim or reference data could say it."
            return
        yield "Rules that could conclude it, the nearest first:"
        for each in missing:
            yield f"- “{each.rule.title}” ({each.rule.key}): {each.rule.words}"
            for triple in each.held:
                yield f"    holds: {say_triple(triple, self.names)}"
            for pattern in each.missing:
                yield f"    missing: {say_triple(pattern, self.names)}"
                yield f"      {write_short(pattern)}"
            for text in each.unmet:
                yield f"    not met: {say_searched(text)}"
            for text, triples in each.found:
                yield f"    in the way: {say_searched(text)}"
                for triple in triples:
                    yield f"      {say_triple(triple, self.names)}"
