"""Inference: rules as SPARQL CONSTRUCT, in strata, each conclusion in the graph of every rule that reaches it first.

Rounds see only earlier rounds, so that "the graph of a rule" is fixed by least proof height and no order of evaluation
changes it. Each stratum is brought to its fixpoint before the next begins; a stratum negates only finished ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.diagnosis import explain_syntax
from nkgraph.errors import QueryError, VocabularyError
from nkgraph.headers import read_header
from nkgraph.iris import graph_iri
from nkgraph.ontology import nearest
from nkgraph.yamlfiles import Item, Scalar, read_yaml
from nkgraph.yamlfiles import Sequence as Listed

__all__ = ["Rule", "Stratum", "infer", "load_strata", "rule_graph"]

_MAX_ROUNDS: Final = 100


@attrs.frozen
class Rule:
    """A rule: its name (``owl/cax-sco``), what it is called, what it says in words, where it comes from, its CONSTRUCT."""

    name: str
    title: str
    words: str
    source: str
    text: str
    path: Path

    @property
    def key(self) -> str:
        """The last part of the name, which names its graph."""
        return self.name.rpartition("/")[2]


@attrs.frozen
class Stratum:
    """Rules that are brought to their fixpoint together."""

    name: str
    rules: tuple[Rule, ...]


def rule_graph(rule: Rule) -> ox.NamedNode:
    """Return the name of the graph of what a rule concluded."""
    return ox.NamedNode(graph_iri(f"inferred/{rule.key}"))


def load_strata(folder: Path) -> tuple[Stratum, ...]:
    """Return the strata of a folder of rules, in order.

    Raises:
        VocabularyError: a rule is listed twice or never, has no file, or is no CONSTRUCT.
        ReadError: the list of strata is not YAML.
        QueryError: a rule cannot be read, has no header, or is not SPARQL; with line and column.
    """
    listing = folder / "strata.yaml"
    present = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.rq")}
    listed: dict[str, int] = {}
    strata = []
    for name, rules in _read_listing(listing):
        for rule in rules:
            if rule.text not in present:
                message = f"there is no rule {rule.text}{nearest(rule.text, present)}"
                raise VocabularyError(message, path=listing, line=rule.line)
            if rule.text in listed:
                message = f"the rule {rule.text} is listed twice (first at line {listed[rule.text]})"
                raise VocabularyError(message, path=listing, line=rule.line, remedy="keep one of them")
            listed[rule.text] = rule.line
        strata.append(Stratum(name, tuple(_read_rule(folder, rule.text) for rule in rules)))
    for rule_name in sorted(present - set(listed)):
        remedy = "list it, or remove its file"
        raise VocabularyError(f"the rule {rule_name} stands in no stratum", path=listing, remedy=remedy)
    return tuple(strata)


def _read_listing(path: Path) -> Iterator[tuple[str, list[Scalar]]]:
    """Yield the name of each stratum and the rules listed for it, each with its line."""
    tree = read_yaml(path)
    for entry in tree.items if isinstance(tree, Listed) else (tree,):
        name = entry.entries.get("stratum") if isinstance(entry, Item) else None
        rules = entry.entries.get("rules") if isinstance(entry, Item) else None
        if not isinstance(name, Scalar) or not isinstance(rules, Listed):
            remedy = "write `- stratum: …` and `rules: […]`"
            raise VocabularyError(
                "a stratum needs a name and a list of rules", path=path, line=entry.line, remedy=remedy
            )
        yield name.text, [rule for rule in rules.items if isinstance(rule, Scalar)]


def _read_rule(folder: Path, name: str) -> Rule:
    path = folder / f"{name}.rq"
    header, text = read_header(path, ("title", "words", "source"))
    try:
        results = ox.Store().query(text)
    except SyntaxError as error:
        found = explain_syntax(text, str(error.msg))
        raise QueryError(found.message, path=path, column=found.column, remedy=found.remedy) from error
    if not isinstance(results, ox.QueryTriples):
        raise VocabularyError("a rule must be a CONSTRUCT", path=path, remedy="conclude triples, not rows")
    return Rule(name, str(header["title"]), str(header["words"]), str(header["source"]), text, path)


def infer(asserted: Iterable[ox.Quad], strata: Sequence[Stratum]) -> dict[Rule, tuple[ox.Triple, ...]]:
    """Return what each rule concludes from asserted quads (graphs merged), without what is asserted already.

    A triple is given to every rule that concludes it in the first round in which any does. Deterministic: the triples of
    each rule are sorted.

    Raises:
        VocabularyError: a stratum has no fixpoint.
    """
    store = ox.Store()
    store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in asserted)
    concluded: dict[Rule, set[ox.Triple]] = {rule: set() for stratum in strata for rule in stratum.rules}
    for stratum in strata:
        for _ in range(_MAX_ROUNDS):
            round_triples = {rule: _apply(rule, store) for rule in stratum.rules}
            for rule, triples in round_triples.items():
                concluded[rule] |= triples
            fresh = set().union(*round_triples.values())
            if not fresh:
                break
            store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in fresh)
        else:
            raise VocabularyError(f"the stratum {stratum.name} reaches no fixpoint in {_MAX_ROUNDS} rounds")
    return {rule: tuple(sorted(triples, key=str)) for rule, triples in concluded.items()}


def _apply(rule: Rule, store: ox.Store) -> set[ox.Triple]:
    results = store.query(rule.text)
    assert isinstance(results, ox.QueryTriples)
    found = set()
    for triple in results:
        if ox.Quad(triple.subject, triple.predicate, triple.object) not in store:
            found.add(triple)
    return found
