"""Strata: the order in which rules of the domain are brought to their fixpoint, and the check that it is one.

A stratum may negate or count only what earlier ones have finished. The rules of OWL 2 RL belong to every stratum: what a
later rule concludes is closed again, so their conclusions count as those of the stratum that may cause them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import PREFIXES, shorten
from nkgraph.ontology import Vocabulary, nearest
from nkgraph.reasoning.rulefiles import read_rule
from nkgraph.reasoning.rules import Pattern, Rule
from nkgraph.yamlfiles import Item, Scalar, read_yaml
from nkgraph.yamlfiles import Sequence as Listed

__all__ = ["Stratum", "check_strata", "load_strata", "symbol_of"]

_TYPE: Final = PREFIXES["rdf"] + "type"
#: A class that is not named stands for all of them.
_ANY_CLASS: Final = "any class"


@attrs.frozen
class Stratum:
    """Rules that are brought to their fixpoint together."""

    name: str
    rules: tuple[Rule, ...]


def load_strata(folder: Path, vocabulary: Vocabulary | None = None) -> tuple[Stratum, ...]:
    """Return the strata of a folder of rules, in order; with a vocabulary the terms of each rule are looked up in it.

    Raises:
        VocabularyError: a rule is listed twice or never, has no file, is no CONSTRUCT, or says what rules may not.
        ReadError: the list of strata is not YAML.
        QueryError: a rule cannot be read, has no header, or is not SPARQL; with line and column.
    """
    listing = folder / "strata.yaml"
    present = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.rq")}
    listed: dict[str, int] = {}
    keys: dict[str, str] = {}
    strata = []
    for name, rules in _read_listing(listing):
        for rule in rules:
            if rule.text not in present:
                message = f"there is no rule {rule.text}{nearest(rule.text, present)}"
                raise VocabularyError(message, path=listing, line=rule.line)
            if rule.text in listed:
                message = f"the rule {rule.text} is listed twice (first at line {listed[rule.text]})"
                raise VocabularyError(message, path=listing, line=rule.line, remedy="keep one of them")
            key = rule.text.rpartition("/")[2]
            if key in keys:
                message = f"the rules {keys[key]} and {rule.text} have one graph, {key}"
                raise VocabularyError(message, path=listing, line=rule.line, remedy="name one of them otherwise")
            listed[rule.text], keys[key] = rule.line, rule.text
        read = (read_rule(folder / f"{r.text}.rq", r.text.rpartition("/")[2], vocabulary) for r in rules)
        strata.append(Stratum(name, tuple(read)))
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


def symbol_of(pattern: Pattern) -> str:
    """Return what a pattern is about: its property, or its class where the property is ``rdf:type``."""
    if pattern.predicate.value != _TYPE:
        return pattern.predicate.value
    return pattern.object.value if isinstance(pattern.object, ox.NamedNode | ox.BlankNode) else _ANY_CLASS


def _negated(rule: Rule) -> Iterator[tuple[str, int | None]]:
    """Yield what a rule negates or counts, with the line where it does."""
    for condition in rule.conditions:
        for pattern in condition.patterns:
            yield symbol_of(pattern), condition.line
    for pattern in rule.body if rule.counted else ():
        yield symbol_of(pattern), None


def check_strata(strata: Sequence[Stratum], always: Iterable[Rule] = ()) -> None:
    """Refuse strata in which a rule negates or counts what its own stratum or a later one may still conclude.

    ``always`` are the rules that belong to every stratum (those of OWL 2 RL).

    Raises:
        VocabularyError: with the file and the line of the negation, and the rule that may still conclude it.
    """
    closing = tuple(always)
    for number, stratum in enumerate(strata):
        coming = {symbol_of(p): rule for later in strata[number:] for rule in later.rules for p in rule.head}
        if number == 0:
            coming.update((symbol_of(pattern), rule) for rule in closing for pattern in rule.head)
        _close(coming, closing)
        for rule in stratum.rules:
            for symbol, line in _negated(rule):
                by = coming.get(symbol) or coming.get(_ANY_CLASS if _is_class(symbol, rule) else "")
                if by is None and symbol == _ANY_CLASS:
                    by = next((r for s, r in coming.items() if _is_class(s, r)), None)
                if by is not None:
                    what = f"the rule {rule.key} negates or counts {shorten(symbol)}"
                    message = f"{what}, which the rule {by.key} may still conclude"
                    remedy = "let it stand in a later stratum (strata.yaml), after that rule"
                    raise VocabularyError(message, path=rule.about.path, line=line, remedy=remedy)


def _is_class(symbol: str, rule: Rule) -> bool:
    patterns = (*rule.head, *rule.body, *(p for condition in rule.conditions for p in condition.patterns))
    return any(p.predicate.value == _TYPE and symbol_of(p) == symbol for p in patterns)


def _close(coming: dict[str, Rule], closing: Sequence[Rule]) -> None:
    """Add to what may still be concluded what the closing rules would conclude from it."""
    waiting: Mapping[str, list[Rule]] = _by_body(closing)
    todo = list(coming)
    while todo:
        symbol = todo.pop()
        for rule in waiting.get(symbol, ()):
            for pattern in rule.head:
                head = symbol_of(pattern)
                if head not in coming:
                    coming[head] = coming[symbol]
                    todo.append(head)


def _by_body(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for symbol in sorted({symbol_of(pattern) for pattern in rule.body}):
            found.setdefault(symbol, []).append(rule)
    return found
