"""Rules printed as SPARQL 1.1, and run as such: for other stores, and as a second engine beside our own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import BASE
from nkgraph.reasoning.rules import Pattern, Rule, Slot, Variable

__all__ = [
    "close_by_sparql",
    "match_by_sparql",
    "name_blanks",
    "print_construct",
    "print_select",
    "restore_blanks",
    "select_matches",
]

_MAX_ROUNDS: Final = 1000
#: Blank nodes are variables in SPARQL; they stand there as IRIs of this form (RDF 1.1 Concepts, section 3.5).
_GENID: Final = BASE + ".well-known/genid/"


def print_construct(rule: Rule) -> str:
    """Return a rule as a SPARQL CONSTRUCT of what it concludes; for a contradiction, of its premises.

    Blank nodes are written as IRIs (RDF 1.1 Concepts, section 3.5), because in SPARQL they would be variables.

    >>> from nkgraph.reasoning.rules import Pattern, Rule, RuleText, Variable
    >>> knows, x, y = ox.NamedNode("https://x.org/knows"), Variable("x"), Variable("y")
    >>> about = RuleText("prp-symp", "symmetric property", "", "")
    >>> print(print_construct(Rule(about, (Pattern(y, knows, x),), (Pattern(x, knows, y),))))
    CONSTRUCT {
      ?y <https://x.org/knows> ?x .
    }
    WHERE {
      ?x <https://x.org/knows> ?y .
      FILTER(!isLiteral(?y))
    }
    """
    if rule.text:
        return rule.text
    return f"CONSTRUCT {{\n{_lines(rule.head or rule.body)}}}\n{_where(rule)}"


def print_select(rule: Rule) -> str:
    """Return a query for the matches of a rule: a row for each, a column for each variable of its body.

    Raises:
        VocabularyError: the rule counts; its matches are no rows of one pattern each.
    """
    if rule.counted:
        raise VocabularyError(f"the rule {rule.key} counts: its premises are not the rows of a query")
    return f"SELECT * {_where(rule)}"


def close_by_sparql(triples: Iterable[ox.Triple], rules: Sequence[Rule]) -> dict[str, frozenset[ox.Triple]]:
    """Return what each rule concludes from triples, by key, without what is given already.

    Rounds see only earlier rounds; a triple belongs to every key that concludes it in the first round in which any
    does. Rules without a head conclude nothing (``match_by_sparql`` finds their matches).

    Raises:
        VocabularyError: the rules make ever new terms.
    """
    store = ox.Store()
    store.bulk_extend(name_blanks(triple) for triple in triples)
    queries = [(rule.key, print_construct(rule)) for rule in rules if rule.head]
    concluded: dict[str, set[ox.Triple]] = defaultdict(set)
    for _ in range(_MAX_ROUNDS):
        found: dict[str, set[ox.Triple]] = defaultdict(set)
        for key, query in queries:
            found[key].update(triple for triple in _construct(store, query) if name_blanks(triple) not in store)
        fresh = set().union(*found.values())
        if not fresh:
            return {key: frozenset(map(restore_blanks, concluded[key])) for key in sorted(concluded) if concluded[key]}
        for key, made in found.items():
            concluded[key] |= made
        store.extend(name_blanks(triple) for triple in fresh)
    raise VocabularyError(f"the rules reach no fixpoint in {_MAX_ROUNDS} rounds")


def match_by_sparql(triples: Iterable[ox.Triple], rule: Rule) -> list[tuple[ox.Triple, ...]]:
    """Return each match of a rule: the triples that its patterns found, in their order; sorted."""
    store = ox.Store()
    store.bulk_extend(name_blanks(triple) for triple in triples)
    return select_matches(store, rule)


def select_matches(store: ox.Store, rule: Rule) -> list[tuple[ox.Triple, ...]]:
    """Return the matches of a rule (as ``match_by_sparql``) in a store whose blank nodes were named (``name_blanks``)."""
    rows = store.query(print_select(rule))
    assert isinstance(rows, ox.QuerySolutions)
    found = set()
    for row in rows:
        premises = []
        for pattern in rule.body:
            subject, target = (_value(row, slot) for slot in (pattern.subject, pattern.object))
            premises.append(ox.Triple(subject, pattern.predicate, target))  # type: ignore[arg-type]
        found.add(tuple(map(restore_blanks, premises)))
    return sorted(found, key=str)


def _where(rule: Rule) -> str:
    conditions = [f"  {condition.text}\n" for condition in rule.conditions]
    conditions += [f"  FILTER(!isLiteral({variable}))\n" for variable in _later_subjects(rule)]
    return f"WHERE {{\n{_lines(rule.body)}{''.join(conditions)}}}"


def _later_subjects(rule: Rule) -> list[Variable]:
    """Return the variables that become subjects although none of the premises has them as its subject."""
    before = {pattern.subject for pattern in rule.body}
    after = dict.fromkeys(p.subject for p in rule.head if isinstance(p.subject, Variable))
    return [variable for variable in after if variable not in before]


def _lines(patterns: Iterable[Pattern]) -> str:
    return "".join(f"  {_write(p.subject)} {p.predicate} {_write(p.object)} .\n" for p in patterns)


def _write(slot: Slot) -> str:
    return str(ox.NamedNode(_GENID + slot.value)) if isinstance(slot, ox.BlankNode) else str(slot)


def _construct(store: ox.Store, query: str) -> Iterator[ox.Triple]:
    results = store.query(query)
    assert isinstance(results, ox.QueryTriples)
    yield from results


def _value(row: ox.QuerySolution, slot: Slot) -> object:
    return row[slot.name] if isinstance(slot, Variable) else slot


def name_blanks(triple: ox.Triple | ox.Quad) -> ox.Quad:
    """Return a triple for the default graph of a store, its blank nodes as IRIs that a query can name."""
    subject, target = (
        ox.NamedNode(_GENID + term.value) if isinstance(term, ox.BlankNode) else term
        for term in (triple.subject, triple.object)
    )
    return ox.Quad(subject, triple.predicate, target)  # type: ignore[arg-type]


def restore_blanks(triple: ox.Triple) -> ox.Triple:
    """Return a triple with the blank nodes that ``name_blanks`` gave IRIs."""
    subject, target = (
        ox.BlankNode(term.value.removeprefix(_GENID))
        if isinstance(term, ox.NamedNode) and term.value.startswith(_GENID)
        else term
        for term in (triple.subject, triple.object)
    )
    return ox.Triple(subject, triple.predicate, target)  # type: ignore[arg-type]
