"""The ontology compiled: closed by the schema rules of OWL 2 RL, then each rule of the tables made ground by its axioms.

One evaluation for all rules (``owl2rl.yaml``): their axiom patterns are matched against the closed terminology; what is
left over data is a ``Rule``, and the axioms that matched are its ``axioms``. No rule has code of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.reasoning.matching import Index, unify
from nkgraph.reasoning.rules import Pattern, Rule, RuleText, Term, Variable
from nkgraph.reasoning.specialising import Grounder, instantiate, list_members
from nkgraph.reasoning.tables import RDF, Form, TableRule, load_tables

__all__ = ["Compiled", "compile_ontology"]

_TYPE: Final = ox.NamedNode(RDF + "type")
_SAME: Final = ox.NamedNode(PREFIXES["owl"] + "sameAs")
#: Predicates that ``eq-rep-*`` leave alone: identity itself has rules of its own, and lists of axioms stay as written.
_NOT_REPLACED: Final = frozenset((_SAME.value, RDF + "first", RDF + "rest"))


@attrs.frozen
class Compiled:
    """An ontology made ready for reasoning.

    ``terminology``: the rules over the ontology itself; all their premises are in their bodies, so they have no axioms.
    Those without lists have variables (scm-sco), the others are one rule for each axiom (scm-int, scm-uni, cls-oo).
    ``concluded``: what these add to what was given, by key; a triple stands under each rule that concludes it in the
    first round in which any does. ``rules``: the ground rules for the data, with the axioms each was compiled from.
    ``filtered``: those among them that look at the datatypes or values of literals; SPARQL answers them (``text``).
    ``texts``: what a reader is told of each rule in use, by key. Everything is sorted.
    """

    terminology: tuple[Rule, ...]
    concluded: Mapping[str, tuple[ox.Triple, ...]]
    rules: tuple[Rule, ...]
    filtered: tuple[Rule, ...]
    texts: Mapping[str, RuleText]


def compile_ontology(triples: Iterable[ox.Triple], *, predicates: Iterable[ox.NamedNode] = ()) -> Compiled:
    """Return the rules of an ontology (OWL 2 RL/RDF; W3C, OWL 2 Profiles, section 4.3).

    ``triples`` are the ontology, or ontology and data together: whatever is no axiom is passed over. ``predicates`` are
    those of the data where they are not among the triples; they tell whether ``owl:sameAs`` can occur, and over which
    properties it is carried (``eq-rep-*``).

    Where the data conclude axioms (``x a owl:TransitiveProperty`` by a class above, two properties ``owl:sameAs``):
    close the data under ``rules``, give everything known to this function again, and go on until it returns what it
    returned before. Its result depends on the set of triples alone; what is given already is never in ``concluded``,
    so keep what earlier calls concluded.
    """
    tables = load_tables()
    used: set[ox.NamedNode] = set(predicates)
    index = Index(())
    for triple in triples:
        used.add(triple.predicate)
        if _is_axiom(triple):
            index.add(triple)
    terminology = tuple(_terminology_rules(tables, index))
    concluded = _close(tables, terminology, index)
    grounder = Grounder(index)
    rules = [rule for table_rule in tables for rule in grounder.ground(table_rule, _is_general)]
    heads = {pattern.predicate for rule in rules for pattern in rule.head} | _closed_predicates(concluded)
    if _SAME in used | heads:
        named = sorted((p for p in used | heads if p.value not in _NOT_REPLACED), key=str)
        rules += (rule for table_rule in tables for rule in grounder.ground(table_rule, _is_identity, named))
    order = {table_rule.about.key: number for number, table_rule in enumerate(tables)}
    rules = sorted(set(rules), key=lambda rule: (order[rule.key], *_sort_key(rule)))
    texts = {table_rule.about.key: table_rule.about for table_rule in tables if table_rule.forms}
    plain = tuple(rule for rule in rules if not rule.text)
    return Compiled(terminology, concluded, plain, tuple(rule for rule in rules if rule.text), texts)


def _is_identity(form: Form) -> bool:
    """Whether a rule is about identity alone and depends on no axiom: it is made only where ``owl:sameAs`` can occur."""
    return bool(form.over) or (not form.axioms and _mentions_same(form))


def _is_general(form: Form) -> bool:
    return not _is_identity(form)


def _mentions_same(form: Form) -> bool:
    return any(template.predicate == _SAME for template in form.data)


def _closed_predicates(concluded: Mapping[str, tuple[ox.Triple, ...]]) -> set[ox.NamedNode]:
    return {triple.predicate for found in concluded.values() for triple in found}


def _sort_key(rule: Rule) -> tuple[str, str, str]:
    return str([*map(str, rule.head)]), str([*map(str, rule.body)]), str([*map(str, rule.axioms)])


@lru_cache(maxsize=1)
def _axiom_vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Return the predicates and the types that occur in axiom patterns of the tables."""
    predicates = {RDF + "first", RDF + "rest"}
    types = set()
    for form in (form for rule in load_tables() for form in rule.forms):
        for template in form.axioms:
            if template.predicate == _TYPE and isinstance(template.object, ox.NamedNode):
                types.add(template.object.value)
            elif isinstance(template.predicate, ox.NamedNode):
                predicates.add(template.predicate.value)
    return frozenset(predicates), frozenset(types)


def _is_axiom(triple: ox.Triple) -> bool:
    predicates, types = _axiom_vocabulary()
    if triple.predicate == _TYPE:
        return isinstance(triple.object, ox.NamedNode) and triple.object.value in types
    return triple.predicate.value in predicates


def _terminology_rules(tables: Iterable[TableRule], index: Index) -> Iterator[Rule]:
    """Yield the rules without data: with variables, or for each axiom that has a list."""
    for table_rule in tables:
        found = []
        for form in table_rule.forms:
            if form.data:
                continue
            if form.member is None:
                body = tuple(instantiate(template, {}) for template in form.axioms)
                head = tuple(instantiate(template, {}) for template in form.head)
                found.append(Rule(table_rule.about, head, body, Grounder.distinct(form)))
                continue
            for binding, used in index.match(form.axioms, {}):
                for bound, listed in list_members(form.member, binding, index):
                    head = tuple(instantiate(template, bound) for template in form.head)
                    if any(isinstance(pattern.subject, ox.Literal) for pattern in head):
                        continue
                    premises = dict.fromkeys((*used, *listed))
                    found.append(Rule(table_rule.about, head, tuple(map(as_pattern, premises))))
        yield from sorted(set(found), key=_sort_key) if any(form.member for form in table_rule.forms) else found


def as_pattern(triple: ox.Triple) -> Pattern:
    """Return a triple as a pattern without variables."""
    assert not isinstance(triple.subject, ox.Triple) and not isinstance(triple.object, ox.Triple)
    return Pattern(triple.subject, triple.predicate, triple.object)


def _close(
    tables: Iterable[TableRule], terminology: tuple[Rule, ...], index: Index
) -> dict[str, tuple[ox.Triple, ...]]:
    """Add what the terminology rules conclude to the index, in rounds, and return it by key."""
    concluded: dict[str, set[ox.Triple]] = defaultdict(set)
    by_predicate: dict[ox.NamedNode, list[tuple[str, Form, int]]] = defaultdict(list)
    for table_rule in tables:
        for form in table_rule.forms:
            if not form.data and form.member is None:
                for place, template in enumerate(form.axioms):
                    assert isinstance(template.predicate, ox.NamedNode)
                    by_predicate[template.predicate].append((table_rule.about.key, form, place))
    ground = [rule for rule in terminology if not any(_variables(pattern) for pattern in rule.body)]
    fresh = list(index)
    while fresh:
        found: dict[str, set[ox.Triple]] = defaultdict(set)
        for rule in ground:
            found[rule.key].update(_as_triple(pattern) for pattern in rule.head)
        for triple in fresh:
            for key, form, place in by_predicate[triple.predicate]:
                found[key].update(_conclude(form, place, triple, index))
        ground = []
        new = {triple for triples in found.values() for triple in triples if triple not in index}
        for key, triples in found.items():
            concluded[key] |= triples & new
        fresh = sorted(new, key=str)
        for triple in fresh:
            index.add(triple)
    return {key: tuple(sorted(concluded[key], key=str)) for key in sorted(concluded) if concluded[key]}


def _variables(pattern: Pattern) -> list[Variable]:
    return [slot for slot in (pattern.subject, pattern.object) if isinstance(slot, Variable)]


def _as_triple(pattern: Pattern) -> ox.Triple:
    assert isinstance(pattern.subject, ox.NamedNode | ox.BlankNode) and isinstance(pattern.object, Term)
    return ox.Triple(pattern.subject, pattern.predicate, pattern.object)


def _conclude(form: Form, place: int, triple: ox.Triple, index: Index) -> Iterator[ox.Triple]:
    """Yield what a form concludes with a triple in the place of one of its premises."""
    if (binding := unify(form.axioms[place], triple, {})) is None:
        return
    for bound, _ in index.match([*form.axioms[:place], *form.axioms[place + 1 :]], binding):
        if form.distinct and bound[form.distinct[0]] == bound[form.distinct[1]]:
            continue
        for template in form.head:
            pattern = instantiate(template, bound)
            if not isinstance(pattern.subject, ox.Literal):
                yield _as_triple(pattern)
