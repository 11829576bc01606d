"""Rules with a negation, printed so that a store answers them in one pass.

A store may evaluate ``FILTER NOT EXISTS { … }`` anew for every match of the body: at ten times the graph, seconds a rule.
``MINUS`` with the body repeated in it takes away the same matches (they share all variables of the body), and is one join.
"""

from __future__ import annotations

from collections.abc import Iterable

from nkgraph.reasoning.rules import Condition, Pattern, Rule

__all__ = ["print_by_difference"]


def print_by_difference(rule: Rule) -> str:
    """Return a CONSTRUCT that concludes what ``rule.text`` does, with each negation as a difference.

    The text itself where the rule negates nothing, or counts.

    >>> import pyoxigraph as ox
    >>> from nkgraph.reasoning.rules import RuleText, Variable
    >>> x, y, knows = Variable("x"), Variable("y"), ox.NamedNode("x:knows")
    >>> alone = Condition("absent", "FILTER NOT EXISTS { ?x <x:knows> ?x }", frozenset("x"), (Pattern(x, knows, x),))
    >>> rule = Rule(RuleText("r", "", "", ""), (Pattern(y, knows, x),), (Pattern(x, knows, y),), (alone,), text="…")
    >>> print(print_by_difference(rule))
    CONSTRUCT { ?y <x:knows> ?x . } WHERE { ?x <x:knows> ?y .
    MINUS { ?x <x:knows> ?y . ?x <x:knows> ?x } }
    """
    absent = [condition for condition in rule.conditions if condition.kind == "absent"]
    if not absent or rule.counted or not rule.body:
        return rule.text
    told = [condition.text for condition in rule.conditions if condition.kind != "absent"]
    body = " ".join([_patterns(rule.body), *told])
    taken = "\n".join(f"MINUS {{ {body} {_inside(condition)} }}" for condition in absent)
    return f"CONSTRUCT {{ {_patterns(rule.head)} }} WHERE {{ {body}\n{taken} }}"


def _patterns(patterns: Iterable[Pattern]) -> str:
    return " ".join(f"{pattern} ." for pattern in patterns)


def _inside(condition: Condition) -> str:
    """Return what stands between the braces of a FILTER NOT EXISTS."""
    text = condition.text
    return text[text.index("{") + 1 : text.rindex("}")].strip()
