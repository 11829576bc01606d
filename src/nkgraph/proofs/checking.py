"""A proof checked step by step against its rules and the whole graph, by other means than it was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import BASE, graph_iri
from nkgraph.proofs.trees import Leaf, Proof, Searched, Step
from nkgraph.reasoning.rules import Condition, Pattern, Rule, Slot, Term, Variable

__all__ = ["check_proof", "list_faults"]

_CONCLUDED: Final = (graph_iri("inferred/"), graph_iri("view/"))


def check_proof(proof: Proof, store: ox.Store, rules: Iterable[Rule]) -> bool:
    """Say whether a proof holds in a store under rules (see ``list_faults``)."""
    return not list_faults(proof, store, rules)


def list_faults(proof: Proof, store: ox.Store, rules: Iterable[Rule]) -> list[str]:
    """Return what is wrong with a proof, a sentence each; nothing where it holds.

    Each step has to be an instance of one of the rules: its premises are the triples of the rule's body, one for each
    pattern and none besides, under one binding that also gives the conclusion and meets the conditions; what it negates
    is not in the whole store; what it counts is all that there is, and as many; each axiom of the rule is proved. Each
    leaf is asserted in every graph that it names, none of which holds conclusions. Nothing rests on itself.
    """
    return list(_check(proof, store, frozenset(rules), ()))


def _check(node: Proof, store: ox.Store, rules: frozenset[Rule], above: tuple[ox.Triple, ...]) -> Iterator[str]:
    if node.triple in above:
        yield f"{node.triple} rests on itself"
        return
    if isinstance(node, Leaf):
        yield from _check_leaf(node, store)
        return
    if node.rule not in rules:
        yield f"{node.rule.key} is no rule of this store ({node.triple})"
    if tuple(axiom.triple for axiom in node.axioms) != node.rule.axioms:
        yield f"{node.triple}: the axioms are not those of {node.rule.key}"
    yield from (_check_counted if node.rule.counted else _check_plain)(node, store)
    for below in (*node.axioms, *node.premises):
        yield from _check(below, store, rules, (*above, node.triple))


def _check_leaf(leaf: Leaf, store: ox.Store) -> Iterator[str]:
    if not leaf.graphs and any(_is_ours(name) for name in store.named_graphs()):
        yield f"{leaf.triple} is in no graph"
    elif ox.Quad(leaf.triple.subject, leaf.triple.predicate, leaf.triple.object) not in store:
        yield f"{leaf.triple} is not in the store"
    for name in leaf.graphs:
        quad = ox.Quad(leaf.triple.subject, leaf.triple.predicate, leaf.triple.object, ox.NamedNode(name))
        if name.startswith(_CONCLUDED):
            yield f"{leaf.triple} is concluded, not asserted ({name})"
        elif quad not in store:
            yield f"{leaf.triple} is not in {name}"


def _is_ours(name: ox.NamedNode | ox.BlankNode) -> bool:
    return isinstance(name, ox.NamedNode) and name.value.startswith(BASE)


def _check_plain(step: Step, store: ox.Store) -> Iterator[str]:
    rule = step.rule
    premises = [premise.triple for premise in step.premises]
    if len(premises) != len(rule.body):
        yield f"{step.triple}: {len(premises)} premises for the {len(rule.body)} patterns of {rule.key}"
        return
    bound = _bind(rule.body, premises, {})
    if bound is None:
        yield f"{step.triple}: the premises are no instance of {rule.key}"
        return
    if step.counted is not None:
        yield f"{step.triple}: {rule.key} counts nothing"
    yield from _check_conditions(step, bound, [c for c in rule.conditions if c.kind != "absent"], store)


def _check_counted(step: Step, store: ox.Store) -> Iterator[str]:
    rule = step.rule
    number = rule.counted[-1]
    premises = {premise.triple for premise in step.premises}
    inner = [condition for condition in rule.conditions if number not in condition.variables]
    head = next((b for p in rule.head if (b := _bind([p], [step.triple], {})) is not None), {})
    group = {name: head[name] for name in rule.counted[:-1] if name in head}
    text = " ".join([_write(rule.body), *(c.text for c in inner)])
    rows = list(_ask(text, _names(rule.body), group, store))
    everything = {triple for row in rows for pattern in rule.body if (triple := _fill(pattern, row)) is not None}
    if premises != everything or len(step.premises) != len(premises):
        yield f"{step.triple}: the premises are not all that {rule.key} counts, or more"
    counting = f"{{ {rule.text[rule.text.index('{', rule.text.index('{') + 1) + 1 : rule.text.rindex('}')]} }}"
    told = [row[number] for row in _ask(counting, [*rule.counted], group, store)]
    if told != [ox.Literal(step.counted)] if step.counted is not None else True:
        yield f"{step.triple}: {rule.key} does not count {step.counted}"
    elif step.triple not in {_fill(pattern, {**head, number: told[0]}) for pattern in rule.head}:
        yield f"{step.triple} is not what {rule.key} concludes"


def _check_conditions(
    step: Step, bound: dict[str, Term], conditions: Sequence[Condition], store: ox.Store
) -> Iterator[str]:
    rule = step.rule
    texts = " ".join(condition.text for condition in conditions)
    if texts:
        names = sorted({*bound, *(name for condition in conditions for name in condition.variables)})
        # with the patterns, so that values are compared as values
        row = next(_ask(f"{_write(rule.body)} {texts}", names, bound, store), None)
        if row is None:
            yield f"{step.triple}: the conditions of {rule.key} are not met"
            return
        bound = row
    if rule.head and step.triple not in {_fill(pattern, bound) for pattern in rule.head}:
        yield f"{step.triple} is not what {rule.key} concludes from its premises"
    negative = [condition for condition in rule.conditions if condition.kind == "absent"]
    if [searched.patterns for searched in step.searched] != [_fill_all(c.patterns, bound) for c in negative]:
        yield f"{step.triple}: what was searched is not what {rule.key} negates"
    for condition, searched in zip(negative, step.searched, strict=False):
        yield from _check_searched(rule, condition, searched, bound, store)


def _check_searched(
    rule: Rule, condition: Condition, searched: Searched, bound: Mapping[str, Term], store: ox.Store
) -> Iterator[str]:
    group = condition.text[condition.text.index("{") + 1 : condition.text.rindex("}")]
    names = {*condition.variables, *_names(rule.body)}
    given = {name: term for name, term in bound.items() if name in names}
    if next(_ask(f"{_write(rule.body)} {group}", names, given, store), None) is not None:
        yield f"there is what should not be: {searched.text}"


def _ask(group: str, names: Iterable[str], bound: Mapping[str, Term], store: ox.Store) -> Iterator[dict[str, Term]]:
    """Yield the solutions of a group in the whole store, some variables being bound."""
    listed = sorted({*names, *bound})
    query = f"SELECT {' '.join('?' + name for name in listed)} WHERE {{ {group} }}"
    terms: dict[ox.Variable, Term | ox.Triple] = {ox.Variable(name): term for name, term in bound.items()}
    solutions = store.query(query, substitutions=terms)
    assert isinstance(solutions, ox.QuerySolutions)
    for row in solutions:
        yield {name: row[name] for name in listed if row[name] is not None}


def _write(patterns: Iterable[Pattern]) -> str:
    return " ".join(f"{pattern} ." for pattern in patterns)


def _names(patterns: Iterable[Pattern]) -> set[str]:
    slots = (slot for pattern in patterns for slot in (pattern.subject, pattern.object))
    return {slot.name for slot in slots if isinstance(slot, Variable)}


def _bind(patterns: Sequence[Pattern], triples: Sequence[ox.Triple], bound: dict[str, Term]) -> dict[str, Term] | None:
    """Return the one binding under which each pattern is the triple in its place, or None."""
    bound = dict(bound)
    for pattern, triple in zip(patterns, triples, strict=True):
        if pattern.predicate != triple.predicate:
            return None
        for slot, term in ((pattern.subject, triple.subject), (pattern.object, triple.object)):
            expected = bound.setdefault(slot.name, term) if isinstance(slot, Variable) else slot  # type: ignore[arg-type]
            if expected != term:
                return None
    return bound


def _value(slot: Slot, bound: Mapping[str, Term]) -> Slot:
    return bound.get(slot.name, slot) if isinstance(slot, Variable) else slot


def _fill_all(patterns: Iterable[Pattern], bound: Mapping[str, Term]) -> tuple[Pattern, ...]:
    return tuple(Pattern(_value(p.subject, bound), p.predicate, _value(p.object, bound)) for p in patterns)


def _fill(pattern: Pattern, bound: Mapping[str, Term]) -> ox.Triple | None:
    subject, object_ = _value(pattern.subject, bound), _value(pattern.object, bound)
    if isinstance(subject, Variable | ox.Literal) or isinstance(object_, Variable):
        return None
    return ox.Triple(subject, pattern.predicate, object_)
