"""Explanations as HTML that folds: each conclusion a ``details`` element, the words of a leaf in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import attrs
import pyoxigraph as ox
from markupsafe import Markup

from nkgraph.iris import BASE, graph_iri, shorten
from nkgraph.proofs.citing import Citation
from nkgraph.proofs.telling import Explanation, Line, NotThere, RuleTold
from nkgraph.proofs.wording import (
    say_how,
    say_property,
    say_searched,
    say_span,
    say_status,
    say_term,
    say_title,
    say_triple,
    say_unknown,
)
from nkgraph.reasoning.rules import Pattern, Slot

__all__ = ["write_fragment", "write_page"]

_PAGE: Final = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
.proof ul {{ list-style: none; padding-left: 1.1rem; border-left: 1px solid #8886; margin: .3rem 0; }}
.proof li {{ margin: .5rem 0; }} .proof summary {{ cursor: pointer; }} .by, .source, .iri {{ opacity: .8; font-size: .9rem; }}
blockquote {{ margin: .3rem 0; padding-left: .8rem; border-left: 3px solid #8886; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
""")
_JOINED: Final = Markup("").join
_Link = Callable[[str], str | None]


def _link_to_itself(iri: str) -> str | None:
    return iri if iri.startswith(("http://", "https://")) else None


def write_page(explanation: Explanation) -> str:
    """Return an explanation as a page of its own, which needs no server."""
    title = "contradiction" if explanation.triple is None else say_triple(explanation.triple, explanation.names)
    return str(_PAGE.format(title=title, body=write_fragment(explanation)))


def write_fragment(explanation: Explanation, link: _Link = _link_to_itself) -> Markup:
    """Return an explanation as HTML to stand in a page; ``link`` gives the address of an IRI, or None for no link.

    All text is escaped (markupsafe).
    """
    writer = _Writer(explanation, link)
    parts = [Markup('<p class="lead">{}</p>').format(say_status(explanation))]
    parts += [Markup("<p>{}</p>").format(say_unknown(iri, near)) for iri, near in explanation.unknown]
    if explanation.proof is None:
        parts.append(writer.write_missing(explanation.missing))
    else:
        parts.append(Markup('<div class="proof">{}</div>').format(writer.write_below(explanation.proof)))
    for number, other in enumerate(explanation.others, 1):
        writer = _Writer(explanation, link)
        text = "Another proof" if len(explanation.others) == 1 else f"Another proof ({number})"
        whole = Markup('<details class="proof other"><summary>{}: {}</summary>{}</details>')
        parts.append(whole.format(text, other.rule.title if other.rule else "", writer.write_below(other)))
    return Markup("\n").join(parts)


class _Writer:
    """Writes one tree; what has been shown is not unfolded again."""

    def __init__(self, explanation: Explanation, link: _Link) -> None:
        self.names = explanation.names
        self.citations = explanation.citations
        self.link = link
        self.shown: set[ox.Triple] = set()
        self.cited: set[str] = set()
        self.told: set[str] = set()

    def write_below(self, line: Line) -> Markup:
        """Return what a line rests on."""
        if line.rule is None and not line.graphs:
            return Markup('<p class="source">in the files themselves</p>')
        if line.rule is None:
            return _JOINED(self.write_source(self.citations[graph]) for graph in line.graphs)
        rule = self.write_iri(graph_iri(f"inferred/{line.rule.key}"), line.rule.title)
        parts = [Markup('<p class="by">follows by the rule {}{}</p>').format(rule, self.write_words(line.rule))]
        parts.append(Markup("<ul>{}</ul>").format(self.write_lines(line.premises)))
        if line.axioms:
            count = f"{len(line.axioms)} statement{'s' if len(line.axioms) > 1 else ''} of the ontology"
            folded = Markup('<details class="axioms"><summary>and {}</summary><ul>{}</ul></details>')
            parts.append(folded.format(count, self.write_lines(line.axioms)))
        if line.counted is not None:
            parts.append(Markup('<p class="by">counted in the whole graph: {}</p>').format(line.counted))
        for text in line.searched:
            searched = Markup('<p class="by">searched in the whole graph and not found: <code>{}</code></p>')
            parts.append(searched.format(say_searched(text)))
        return _JOINED(parts)

    def write_words(self, rule: RuleTold) -> str:
        """Return what a rule says, the first time that it is used."""
        if rule.key in self.told:
            return ""
        self.told.add(rule.key)
        return f": {rule.words}"

    def write_lines(self, lines: Iterable[Line]) -> Markup:
        """Return list items, a conclusion as something to unfold."""
        return _JOINED(Markup("<li>{}</li>").format(self.write_line(line)) for line in lines)

    def write_line(self, line: Line) -> Markup:
        """Return a premise with what it rests on."""
        assert line.triple is not None
        words = self.write_triple(line.triple)
        if line.triple in self.shown and line.rule is not None:
            return Markup('{} <span class="iri">(shown above)</span>').format(words)
        self.shown.add(line.triple)
        if line.rule is None:
            return Markup('<p class="said">{}</p>{}').format(words, self.write_below(line))
        return Markup("<details open><summary>{}</summary>{}</details>").format(words, self.write_below(line))

    def write_source(self, citation: Citation) -> Markup:
        """Return what asserts a leaf, the words first where they are at hand."""
        quoted = (w.quotation for w in citation.words if w.quotation is not None)
        words = _JOINED(Markup("<blockquote>{}</blockquote>").format(quotation) for quotation in quoted)
        if not citation.is_claim:
            return Markup('<p class="source">in {}</p>').format(self.write_iri(citation.graph, say_title(citation)))
        claim = self.write_iri(citation.graph, f"claim {_claim_name(citation.graph)}")
        if citation.graph in self.cited:
            return Markup('<p class="source">{} (words above)</p>').format(claim)
        self.cited.add(citation.graph)
        parts = [self.write_iri(citation.document, say_title(citation))]
        passage = None
        for each in citation.words:
            if each.passage and each.passage != passage:
                passage = each.passage
                parts.append(self.write_iri(each.passage, each.passage_name))
            parts.append(self.write_iri(each.span, say_span(each)))
        if not citation.words and citation.passage:
            parts.append(self.write_iri(citation.passage, citation.passage_name))
        how = say_how(attrs.evolve(citation, sources=()))
        parts += [Markup("{}").format(how)] if how else []
        if citation.sources:
            links = (self.write_iri(source, _claim_name(source)) for source in citation.sources)
            parts.append(Markup("derived from {}").format(Markup(", ").join(links)))
        return Markup('{}<p class="source">{}: {}</p>').format(words, claim, Markup(", ").join(parts))

    def write_triple(self, triple: ox.Triple | Pattern) -> Markup:
        """Return a triple in words, its things linked."""
        middle = say_property(triple.predicate, self.names)
        parts = (
            self.write_slot(triple.subject),
            self.write_iri(triple.predicate.value, middle),
            self.write_slot(triple.object),
        )
        return Markup('<span class="triple">{} <span class="says">{}</span> {}</span>').format(*parts)

    def write_slot(self, slot: Slot | ox.Triple) -> Markup:
        """Return a term in words, linked where it has a page."""
        words = say_term(slot, self.names)
        return self.write_iri(slot.value, words) if isinstance(slot, ox.NamedNode) else Markup("{}").format(words)

    def write_iri(self, iri: str, words: str) -> Markup:
        """Return words that lead to an IRI."""
        target = self.link(iri)
        if target is None:
            return Markup('<span title="{}">{}</span>').format(iri, words)
        return Markup('<a href="{}" title="{}">{}</a>').format(target, shorten(iri), words)

    def write_missing(self, missing: tuple[NotThere, ...]) -> Markup:
        """Return the rules that could conclude it, with what each of them misses."""
        if not missing:
            return Markup("<p>No rule concludes such a thing: only a claim or reference data could say it.</p>")
        items = _JOINED(Markup("<li>{}</li>").format(self.write_not_there(each)) for each in missing)
        return Markup('<h2>Rules that could conclude it</h2><ol class="missing">{}</ol>').format(items)

    def write_not_there(self, missing: NotThere) -> Markup:
        """Return one rule with what holds, what is missing and what is in the way."""
        rule = self.write_iri(graph_iri(f"inferred/{missing.rule.key}"), missing.rule.title)
        parts = [Markup("<p>{}: {}</p>").format(rule, missing.rule.words)]
        rows = [("holds", self.write_triple(triple)) for triple in missing.held]
        rows += [("missing", self.write_triple(pattern)) for pattern in missing.missing]
        rows += [("not met", Markup("<code>{}</code>").format(say_searched(t))) for t in missing.unmet]
        for text, triples in missing.found:
            there = _JOINED(Markup("<br>{}").format(self.write_triple(triple)) for triple in triples)
            rows.append(("in the way", Markup("<code>{}</code>{}").format(say_searched(text), there)))
        cells = _JOINED(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows)
        return _JOINED([*parts, Markup("<dl>{}</dl>").format(cells)])


def _claim_name(claim: str) -> str:
    return claim.removeprefix(BASE + "claim/").partition("/")[2]
