"""Inference: rules as SPARQL CONSTRUCT, in strata, each conclusion in the graph of every rule that reaches it first.

Rounds see only earlier rounds, so that "the graph of a rule" is fixed by least proof height and no order of evaluation
changes it. Each stratum is brought to its fixpoint before the next begins; a stratum negates only finished ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox
import yaml

from nkgraph.errors import VocabularyError
from nkgraph.headers import read_header
from nkgraph.iris import graph_iri

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
        VocabularyError: a rule is listed twice or never, or its file lacks a header or a CONSTRUCT.
        QueryError: a file cannot be read or its header is not YAML.
    """
    listing = folder / "strata.yaml"
    try:
        listed = yaml.safe_load(listing.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise VocabularyError(f"cannot be read ({error})", path=listing) from error
    strata = tuple(
        Stratum(entry["stratum"], tuple(_read_rule(folder, name) for name in entry["rules"])) for entry in listed
    )
    names = [rule.name for stratum in strata for rule in stratum.rules]
    present = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.rq")}
    for name in sorted(present - set(names)):
        raise VocabularyError(f"the rule {name} stands in no stratum", path=listing, remedy="list it, or remove its file")
    if len(names) != len(set(names)):
        raise VocabularyError("a rule is listed twice", path=listing)
    return strata


def _read_rule(folder: Path, name: str) -> Rule:
    path = folder / f"{name}.rq"
    header, text = read_header(path, ("title", "words", "source"))
    if "CONSTRUCT" not in text:
        raise VocabularyError("a rule must be a CONSTRUCT", path=path)
    return Rule(name, str(header["title"]), str(header["words"]), str(header["source"]), text, path)


def infer(asserted: Iterable[ox.Quad], strata: Sequence[Stratum]) -> dict[Rule, tuple[ox.Triple, ...]]:
    """Return what each rule concludes from asserted quads (graphs merged), without what is asserted already.

    A triple is given to every rule that concludes it in the first round in which any does. Deterministic: the triples of
    each rule are sorted.

    Raises:
        VocabularyError: a rule is not SPARQL, concludes a literal as a subject, or a stratum has no fixpoint.
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
    try:
        results = store.query(rule.text)
    except SyntaxError as error:
        raise VocabularyError(f"is not SPARQL: {error.msg}", path=rule.path, line=error.lineno) from error
    assert isinstance(results, ox.QueryTriples)
    found = set()
    for triple in results:
        if ox.Quad(triple.subject, triple.predicate, triple.object) not in store:
            found.add(triple)
    return found
