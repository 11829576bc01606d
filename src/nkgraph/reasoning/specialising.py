"""A rule of the tables made ground: for each of its axioms one ``Rule`` in which every predicate is a constant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import PREFIXES
from nkgraph.reasoning.matching import Binding, Index, List, substitute
from nkgraph.reasoning.printing import print_construct
from nkgraph.reasoning.rules import Condition, Pattern, Rule, RuleText, Slot, Variable
from nkgraph.reasoning.tables import Form, ListMember, TableRule, Template, load_datatypes

__all__ = ["Grounder", "instantiate", "list_members"]

_OWL: Final = PREFIXES["owl"]
_SAME: Final = ox.NamedNode(_OWL + "sameAs")
_INVERSE: Final = Template(Variable("p"), ox.NamedNode(_OWL + "inverseOf"), Variable("q"))
_DATATYPES: Final = re.compile(r"\{(inside|outside) \?(\w+)\}")


def instantiate(template: Template, binding: Binding) -> Pattern:
    """Return a template as a pattern, with what its variables stand for.

    Raises:
        ValueError: its predicate is a variable that nothing binds, or no IRI.
    """
    predicate = substitute(template.predicate, binding)
    if not isinstance(predicate, ox.NamedNode):
        raise ValueError(f"{predicate} is no predicate")
    return Pattern(substitute(template.subject, binding), predicate, substitute(template.object, binding))


def list_members(member: ListMember, binding: Binding, index: Index) -> Iterator[tuple[Binding, tuple[ox.Triple, ...]]]:
    """Yield the binding with each member of a list, or each two members, and the triples of the list."""
    if (found := index.read_list(binding[member.of])) is not None:
        for members in combinations(found.members, len(member.names)):
            yield {**binding, **dict(zip(member.names, members, strict=True))}, found.triples


@attrs.frozen
class _Parts:
    """A rule in the making: patterns, and axioms used beside those that the form asks for."""

    patterns: tuple[Pattern, ...]
    axioms: tuple[ox.Triple, ...]


class Grounder:
    """Grounds rules over one closed terminology."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._inverses: dict[ox.BlankNode, ox.Triple] = {}
        for _, (triple,) in index.match([_INVERSE], {}):
            if isinstance(triple.subject, ox.BlankNode) and isinstance(triple.object, ox.NamedNode):
                self._inverses.setdefault(triple.subject, triple)

    def ground(
        self, table_rule: TableRule, wanted: Callable[[Form], bool], predicates: Sequence[ox.NamedNode] = ()
    ) -> Iterator[Rule]:
        """Yield the ground rules of the wanted forms of a rule; ``predicates`` are those over which ``over`` goes."""
        for form in table_rule.forms:
            if wanted(form):
                yield from (rule for rule, _ in self.ground_form(table_rule.about, form, predicates))

    def ground_form(
        self, about: RuleText, form: Form, predicates: Sequence[ox.NamedNode] = ()
    ) -> Iterator[tuple[Rule, Binding]]:
        """Yield the ground rules of one form, each with what the variables of its axioms stand for."""
        if form.data:
            for binding, axioms, lists in self._match_axioms(form):
                for bound in _range_over(form, binding, predicates):
                    for rule in self._make_rule(about, form, bound, axioms, lists):
                        yield rule, bound

    @staticmethod
    def distinct(form: Form) -> tuple[Condition, ...]:
        """Return the condition that two variables do not stand for one term, where a form has it."""
        if not form.distinct:
            return ()
        first, second = form.distinct
        return (Condition("distinct", f"FILTER(!sameTerm(?{first}, ?{second}))", frozenset(form.distinct)),)

    def _match_axioms(self, form: Form) -> Iterator[tuple[Binding, tuple[ox.Triple, ...], dict[str, List]]]:
        """Yield each match of the axioms: the binding, the triples used, and the lists that stand in the data."""
        wanted = {template.of for template in form.data if template.of}
        for binding, axioms in self._index.match(form.axioms, {}):
            lists = {name: self._index.read_list(binding[name]) for name in sorted(wanted)}
            read = {name: found for name, found in lists.items() if found is not None}
            if len(read) < len(wanted):
                continue
            used = (*axioms, *(triple for found in read.values() for triple in found.triples))
            if form.member is None:
                yield binding, used, read
            else:
                for bound, listed in list_members(form.member, binding, self._index):
                    yield bound, (*used, *listed), read

    def _make_rule(
        self,
        about: RuleText,
        form: Form,
        binding: Binding,
        axioms: tuple[ox.Triple, ...],
        lists: dict[str, List],
    ) -> Iterator[Rule]:
        """Yield the rule, or nothing where it would say nothing or is no rule over RDF."""
        conditions = list(self.distinct(form))
        if form.filter:
            if (text := _fill_datatypes(form.filter, binding)) is None:
                return
            names = frozenset(re.findall(r"\?(\w+)", text))
            conditions.append(Condition("filter", f"FILTER({text})", names))
        try:
            body = self._expand(form.data, binding, lists)
            head = self._expand(form.head, binding, lists)
        except ValueError:
            return
        patterns = tuple(dict.fromkeys(p for p in body.patterns if not _is_reflexive(p)))
        if any(isinstance(p.subject, ox.Literal) for p in (*patterns, *head.patterns)):
            return
        if head.patterns and set(head.patterns) <= set(patterns):
            return
        if not form.filter and any(_is_datatype(pattern) for pattern in head.patterns):
            return
        used = tuple(dict.fromkeys((*axioms, *body.axioms, *head.axioms)))
        if not patterns:  # the axioms alone are enough, as in a list of things all different in which one stands twice
            patterns = tuple(Pattern(t.subject, t.predicate, t.object) for t in used)  # type: ignore[arg-type]
            used = ()
        rule = Rule(about, head.patterns, patterns, tuple(conditions), used)
        yield attrs.evolve(rule, text=print_construct(rule)) if form.filter else rule

    def _expand(self, templates: Iterable[Template], binding: Binding, lists: dict[str, List]) -> _Parts:
        """Return the templates as patterns: lists written out, inverses without a name turned round."""
        patterns: list[Pattern] = []
        axioms: list[ox.Triple] = []
        for template in templates:
            steps = [(template, binding)]
            if template.kind != "one":
                members = lists[template.of].members
                last = len(members) if template.kind == "chain" else 0
                steps = [
                    (_at(template, place, last), {**binding, template.item: member})
                    for place, member in enumerate(members, 1)
                ]
            for step, bound in steps:
                predicate = substitute(step.predicate, bound)
                if isinstance(predicate, ox.BlankNode) and predicate in self._inverses:
                    inverse = self._inverses[predicate]
                    axioms.append(inverse)
                    assert isinstance(inverse.object, ox.NamedNode)
                    step = Template(step.object, inverse.object, step.subject)
                patterns.append(instantiate(step, bound))
        return _Parts(tuple(patterns), tuple(axioms))


def _range_over(form: Form, binding: Binding, predicates: Sequence[ox.NamedNode]) -> Iterator[Binding]:
    if not form.over:
        yield binding
    elif form.over in binding:
        if binding[form.over] in predicates:
            yield binding
    else:
        yield from ({**binding, form.over: predicate} for predicate in predicates)


def _at(template: Template, place: int, last: int) -> Template:
    """Return a template for one place of a list: ``v#`` numbered, or one step of a way with ``last`` steps."""
    subject, target = template.subject, template.object
    if template.kind == "chain":
        subject = subject if place == 1 else Variable(f"via{place - 1}")
        target = target if place == last else Variable(f"via{place}")
    return Template(_numbered(subject, place), template.predicate, _numbered(target, place))


def _numbered(slot: Slot, place: int) -> Slot:
    if isinstance(slot, Variable) and slot.name.endswith("#"):
        return Variable(f"{slot.name[:-1]}{place}")
    return slot


def _is_reflexive(pattern: Pattern) -> bool:
    """Whether a premise says that a thing is the same as itself: true of everything, and never written (eq-ref)."""
    return pattern.predicate == _SAME and pattern.subject == pattern.object


def _is_datatype(pattern: Pattern) -> bool:
    """Whether a conclusion says that something belongs to a datatype: only literals do, and they are no subjects."""
    return isinstance(pattern.object, ox.NamedNode) and pattern.object.value in load_datatypes().above


def _fill_datatypes(text: str, binding: Binding) -> str | None:
    """Return an expression with the datatypes written out, or nothing where there are none to look for."""
    datatypes = load_datatypes()
    for match in _DATATYPES.finditer(text):
        term = binding[match[2]]
        if not isinstance(term, ox.NamedNode) or term.value not in datatypes.above:
            return None
        found = datatypes.inside(term.value) if match[1] == "inside" else datatypes.outside(term.value)
        if not found:
            return None
        text = text.replace(match[0], ", ".join(f"<{iri}>" for iri in found))
    return text
