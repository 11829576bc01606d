"""An explanation as one value, which every format is written from: proofs, other proofs, what is missing, the sources."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES, graph_iri
from nkgraph.proofs.citing import Citation, cite
from nkgraph.proofs.explaining import Explainer
from nkgraph.proofs.missing import Missing
from nkgraph.proofs.trees import Clash, Leaf, Proof, Step
from nkgraph.reasoning.rules import Pattern, RuleText

__all__ = [
    "Explanation",
    "Line",
    "NotThere",
    "RuleTold",
    "add_quotations",
    "explain",
    "explain_clash",
    "lines_of",
    "things_in",
]

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_NUMBERS: Final = frozenset(PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float"))
_INFERRED: Final = graph_iri("inferred/")


@attrs.frozen
class RuleTold:
    """A rule as a reader is told of it; ``key`` names the graph of its conclusions."""

    key: str
    title: str
    words: str
    source: str


@attrs.frozen
class Line:
    """One node of a proof as it is told.

    Without ``rule`` it is a leaf, and ``graphs`` assert it; with one it is a conclusion, and ``graphs`` are those of the
    rules that conclude it first. Without ``triple`` it is a contradiction: what stands below it cannot hold together.
    """

    triple: ox.Triple | None
    graphs: tuple[str, ...]
    rule: RuleTold | None = None
    premises: tuple[Line, ...] = ()
    axioms: tuple[Line, ...] = ()
    searched: tuple[str, ...] = ()
    counted: int | None = None


@attrs.frozen
class NotThere:
    """A rule that could conclude a triple that is not there: what holds, what is missing, what is in the way.

    ``missing`` are patterns with ``?names`` for what nothing says; ``unmet`` conditions that are not met; ``found`` what
    the rule wants not to be there, each with triples that are.
    """

    rule: RuleTold
    held: tuple[ox.Triple, ...] = ()
    missing: tuple[Pattern, ...] = ()
    unmet: tuple[str, ...] = ()
    found: tuple[tuple[str, tuple[ox.Triple, ...]], ...] = ()


@attrs.frozen
class Explanation:
    """Why a triple is in the graph, or why not.

    ``proof`` is a leaf where the triple is asserted, and None where it is not there; then ``missing`` says what the
    rules miss. ``others`` are other proofs. ``unknown`` are the IRIs of the triple of which the graph holds nothing,
    each with the most similar one that there is, or nothing.
    ``citations`` tell of each graph of a leaf; ``names`` are the words for IRIs (see ``things_in``).
    """

    triple: ox.Triple | None
    proof: Line | None
    others: tuple[Line, ...] = ()
    missing: tuple[NotThere, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    citations: Mapping[str, Citation] = attrs.field(factory=dict)
    names: Mapping[str, str] = attrs.field(factory=dict)


def explain(explainer: Explainer, triple: ox.Triple, *, others: int = 3, missing: int = 5) -> Explanation:
    """Return the explanation of a triple: at most so many other proofs, or so many rules that could conclude it.

    A number is found however it is spelt in the graph: 4000 where 4000.0 is there.
    """
    triple = _find_spelling(explainer.store, triple)
    proof = explainer.prove(triple)
    if proof is None:
        told = tuple(_tell_missing(found) for found in explainer.explain_missing(triple, missing))
        store = explainer.store
        unknown = tuple((t.value, _find_nearest(store, t.value)) for t in _nodes(triple) if not _is_known(store, t))
        return Explanation(triple, None, missing=told, unknown=unknown)
    lines = [_tell(found, explainer.store) for found in (proof, *explainer.others(triple, others))]
    return Explanation(triple, lines[0], tuple(lines[1:]), citations=_cite_all(lines, explainer.store))


def _find_spelling(store: ox.Store, triple: ox.Triple) -> ox.Triple:
    """Return the triple of the graph with the same number, or the triple itself."""
    number = _read_number(triple.object)
    if number is None or ox.Quad(triple.subject, triple.predicate, triple.object) in store:
        return triple
    quads = store.quads_for_pattern(triple.subject, triple.predicate, None, ox.DefaultGraph())
    return next((quad.triple for quad in quads if _read_number(quad.object) == number), triple)


def _read_number(term: object) -> Decimal | None:
    if not isinstance(term, ox.Literal) or term.datatype.value not in _NUMBERS:
        return None
    try:
        return Decimal(term.value)
    except InvalidOperation:
        return None


def explain_clash(explainer: Explainer, clash: Clash) -> Explanation:
    """Return the explanation of a contradiction: one tree, whose leaves are what both sides say."""
    line = Line(
        None,
        (),
        _tell_rule(clash.rule.about),
        tuple(_tell(premise, explainer.store) for premise in clash.premises),
        tuple(_tell(axiom, explainer.store) for axiom in clash.axioms),
    )
    return Explanation(None, line, citations=_cite_all([line], explainer.store))


def _nodes(triple: ox.Triple) -> list[ox.NamedNode]:
    terms = (triple.subject, triple.predicate, triple.object)
    return list(dict.fromkeys(term for term in terms if isinstance(term, ox.NamedNode)))


def _is_known(store: ox.Store, term: ox.NamedNode) -> bool:
    default = ox.DefaultGraph()
    places = ((term, None, None), (None, term, None), (None, None, term))
    return any(True for s, p, o in places for _ in store.quads_for_pattern(s, p, o, default))


def _find_nearest(store: ox.Store, iri: str) -> str:
    """Return the IRI beside an unknown one that is most like it, or nothing."""
    folder, last = re.match(r"(.*[/#])?(.*)", iri, re.DOTALL).groups("")  # type: ignore[union-attr]
    beside = {
        quad.subject.value.removeprefix(folder)
        for quad in store.quads_for_pattern(None, _TYPE, None, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(folder)
    }
    return next((folder + near for near in difflib.get_close_matches(last, sorted(beside), n=1, cutoff=0.6)), "")


def _tell_rule(text: RuleText) -> RuleTold:
    return RuleTold(text.key, text.title, text.words, text.source)


def _tell(proof: Proof, store: ox.Store) -> Line:
    if isinstance(proof, Leaf):
        return Line(proof.triple, proof.graphs)
    return Line(
        proof.triple,
        _rule_graphs(proof, store),
        _tell_rule(proof.rule.about),
        tuple(_tell(premise, store) for premise in proof.premises),
        tuple(_tell(axiom, store) for axiom in proof.axioms),
        tuple(searched.text for searched in proof.searched),
        proof.counted,
    )


def _rule_graphs(step: Step, store: ox.Store) -> tuple[str, ...]:
    triple = step.triple
    quads = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    names = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    return tuple(sorted(name for name in names if name.startswith(_INFERRED)))


def _tell_missing(missing: Missing) -> NotThere:
    return NotThere(
        _tell_rule(missing.rule.about),
        missing.held,
        missing.missing,
        tuple(" ".join(condition.text.split()) for condition in missing.unmet),
        tuple((searched.text, triples) for searched, triples in missing.found),
    )


def lines_of(line: Line) -> Iterator[Line]:
    """Yield a line and all below it."""
    yield line
    for below in (*line.premises, *line.axioms):
        yield from lines_of(below)


def _cite_all(lines: Iterable[Line], store: ox.Store) -> dict[str, Citation]:
    leaves = (below for line in lines for below in lines_of(line) if below.rule is None)
    return {graph: cite(store, graph) for graph in sorted({graph for leaf in leaves for graph in leaf.graphs})}


def things_in(explanation: Explanation) -> tuple[str, ...]:
    """Return the IRIs of an explanation that have words for people: things, properties, classes; sorted."""
    triples = [explanation.triple]
    for line in (explanation.proof, *explanation.others):
        triples += [below.triple for below in lines_of(line)] if line is not None else []
    for missing in explanation.missing:
        triples += [*missing.held, *(triple for _, found in missing.found for triple in found)]
    terms = {term for triple in triples if triple is not None for term in _nodes(triple)}
    patterns = [pattern for missing in explanation.missing for pattern in missing.missing]
    terms.update(s for p in patterns for s in (p.subject, p.predicate, p.object) if isinstance(s, ox.NamedNode))
    return tuple(sorted(term.value for term in terms))


def add_quotations(explanation: Explanation, quote: Callable[[str, int, int], str | None]) -> Explanation:
    """Return an explanation whose claims show the words themselves, where their documents are at hand."""

    def with_words(citation: Citation) -> Citation:
        words = (attrs.evolve(w, quotation=quote(citation.slug, w.start, w.end)) for w in citation.words)
        return attrs.evolve(citation, words=tuple(words))

    citations = {graph: with_words(citation) for graph, citation in explanation.citations.items()}
    return attrs.evolve(explanation, citations=citations)
