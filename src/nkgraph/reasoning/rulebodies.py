"""The language of rules: a CONSTRUCT that proofs can show, read into patterns and conditions.

A body holds triple patterns, FILTER, BIND, VALUES, and ``FILTER NOT EXISTS { … }`` one level deep; or it counts, in one
sub-SELECT with GROUP BY. What else SPARQL has is refused, with what to write instead: a proof step has to show each of
its premises, and what was searched and not found.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.phrases import Phrase, read_phrase
from nkgraph.reasoning.rules import Condition, Pattern, Rule, RuleText, Variable

__all__ = ["RuleReader"]

_INSTEAD: Final = {
    "OPTIONAL": "write two rules, one with its patterns and one without",
    "UNION": "write two rules",
    "MINUS": "write FILTER NOT EXISTS { … }",
    "GRAPH": "rules read the whole graph: leave GRAPH out",
    "SERVICE": "rules read the graph alone",
}
#: ``FILTER ( ?a != ?b )`` has so many tokens.
_COMPARISON: Final = 6
_PATHS: Final = frozenset({"/", "|", "^", "*", "+", "?", "!"})


@attrs.frozen
class _Body:
    """What a group holds: patterns, conditions, the variables that are bound, and by which variables it counts."""

    patterns: tuple[Pattern, ...]
    conditions: tuple[Condition, ...]
    bound: frozenset[str]
    counted: tuple[str, ...] = ()


@attrs.define
class RuleReader:
    """Reads one rule from its phrase, from the first word to the last."""

    path: Path
    phrase: Phrase
    object_properties: frozenset[str]

    def read(self, about: RuleText) -> Rule:
        """Return the rule.

        Raises:
            VocabularyError: it uses what rules may not, or concludes a variable that its body does not bind.
            QueryError: a word stands where another is expected.
        """
        phrase = self.phrase
        phrase.take("CONSTRUCT")
        head_line = phrase.line
        if not phrase.at("{"):
            raise self._refuse("the short form of CONSTRUCT", "write CONSTRUCT { … } WHERE { … }")
        phrase.take("{")
        head = self._read_triples()
        phrase.take("}")
        if not phrase.at("WHERE", "{"):
            raise self._refuse(f"{phrase.word} in a rule", "rules read the whole graph")
        phrase.skip("WHERE")
        whole = phrase.rest()
        body = self._read_group()
        if not phrase.ended:
            raise self._refuse(f"{phrase.word} after the body", "a rule concludes all that follows, in no order")
        bodiless = sorted(v for pattern in head for v in _variables(pattern) if v not in body.bound)
        if bodiless:
            message = f"?{bodiless[0]} is concluded, and nothing in the body binds it"
            raise VocabularyError(
                message, path=self.path, line=head_line, remedy=f"use ?{bodiless[0]} in the body, or leave it out"
            )
        if not head:
            raise VocabularyError("concludes nothing", path=self.path, line=head_line, remedy="write a triple pattern")
        plain = not body.counted and all(condition.kind == "distinct" for condition in body.conditions)
        text = "" if plain else f"CONSTRUCT {{ {' . '.join(map(str, head))} }} WHERE {whole}"
        return Rule(about, head, body.patterns, body.conditions, (), text, body.counted)

    def _refuse(self, what: str, instead: str) -> VocabularyError:
        return VocabularyError(f"{what}: rules have none", path=self.path, line=self.phrase.line, remedy=instead)

    def _read_group(self) -> _Body:
        """Read ``{ … }``: the body of a rule, or of the SELECT that counts in it."""
        phrase = self.phrase
        phrase.take("{")
        patterns: list[Pattern] = []
        conditions: list[Condition] = []
        bound: set[str] = set()
        counted: _Body | None = None
        if phrase.at("SELECT"):
            raise self._refuse("a bare SELECT", "write { { SELECT ?a (COUNT(?b) AS ?n) WHERE { … } GROUP BY ?a } }")
        while not phrase.at("}"):
            if phrase.at("FILTER"):
                conditions.append(self._read_filter())
            elif phrase.at("BIND", "VALUES"):
                conditions.append(self._read_assignment())
                bound |= conditions[-1].variables if conditions[-1].kind == "values" else self._assigned(conditions[-1])
            elif phrase.at("{"):
                if counted is not None or patterns:
                    raise self._refuse("a group beside other patterns", "count all in one SELECT, or write two rules")
                counted = self._read_count()
            elif phrase.at(*_INSTEAD):
                raise self._refuse(phrase.word.upper(), _INSTEAD[phrase.word.upper()])
            else:
                patterns += self._read_triples()
        if counted is not None and patterns:
            raise self._refuse("a pattern beside a SELECT", "write it inside the SELECT")
        phrase.take("}")
        for pattern in patterns:
            bound |= set(_variables(pattern))
        if counted is None:
            return _Body(
                tuple(patterns), _tell_distinct(patterns, conditions, self.object_properties), frozenset(bound)
            )
        return _Body(
            counted.patterns,
            (*counted.conditions, *conditions),
            frozenset(bound) | set(counted.counted),
            counted.counted,
        )

    def _assigned(self, condition: Condition) -> frozenset[str]:
        """Return the variable that a BIND gives a value: the last that its text names."""
        return frozenset({condition.text.rpartition("?")[2].rstrip(" )")})

    def _read_count(self) -> _Body:
        """Read ``{ SELECT ?a (COUNT(…) AS ?n) WHERE { … } GROUP BY ?a }``."""
        phrase = self.phrase
        phrase.take("{")
        if not phrase.at("SELECT"):
            raise self._refuse("a group in a group", _INSTEAD["UNION"])
        phrase.take("SELECT")
        groups = self._read_variables()
        if not phrase.at("(") or phrase.word_after(1).upper() != "COUNT":
            raise self._refuse("a SELECT that does not count", "MIN and MAX: say that no smaller or larger one exists")
        selected = phrase.take_bracketed()
        number = selected.rpartition("?")[2].rstrip(" )")
        phrase.skip("WHERE")
        inner = self._read_group()
        if inner.counted:
            raise self._refuse("a count in a count", "write two rules, in two strata")
        if phrase.at("GROUP"):
            phrase.take("GROUP")
            phrase.take("BY")
            if self._read_variables() != groups:
                raise self._refuse("another GROUP BY than SELECT", "group by the variables that are selected")
        elif groups:
            raise self._refuse("a SELECT of variables without GROUP BY", f"write GROUP BY ?{' ?'.join(groups)}")
        phrase.take("}")
        return attrs.evolve(inner, counted=(*groups, number))

    def _read_variables(self) -> tuple[str, ...]:
        names = []
        while self.phrase.kind == "variable":
            names.append(self.phrase.next().text[1:])
        return tuple(names)

    def _read_filter(self) -> Condition:
        phrase = self.phrase
        line, start = phrase.line, phrase.mark()
        phrase.take("FILTER")
        if phrase.at("EXISTS"):
            raise self._refuse("FILTER EXISTS", "write its patterns beside the others")
        if phrase.at("NOT"):
            phrase.take("NOT")
            phrase.take("EXISTS")
            inner = self._read_group()
            if inner.counted or any(found.kind not in {"filter", "distinct"} for found in inner.conditions):
                raise self._refuse("BIND, VALUES or NOT EXISTS in a NOT EXISTS", "write a rule of an earlier stratum")
            return Condition("absent", phrase.since(start), _mentioned(phrase.since(start)), inner.patterns, line)
        if not phrase.at("("):
            phrase.next()
        inside = phrase.take_bracketed()
        if "EXISTS" in phrase.words_of(inside):
            raise self._refuse("EXISTS inside a FILTER( … )", "write FILTER NOT EXISTS { … } by itself, or two rules")
        return Condition("filter", phrase.since(start), _mentioned(inside), (), line)

    def _read_assignment(self) -> Condition:
        phrase = self.phrase
        line, start = phrase.line, phrase.mark()
        if phrase.at("BIND"):
            phrase.take("BIND")
            inside = phrase.take_bracketed()
            if "EXISTS" in phrase.words_of(inside):
                raise self._refuse("EXISTS inside a BIND", "write FILTER NOT EXISTS { … } by itself, or two rules")
            return Condition("bind", phrase.since(start), _mentioned(inside), (), line)
        phrase.take("VALUES")
        names = self._read_variables()
        if not names:
            names = tuple(sorted(_mentioned(phrase.take_bracketed())))
        phrase.take_bracketed()
        return Condition("values", phrase.since(start), frozenset(names), (), line)

    def _read_triples(self) -> tuple[Pattern, ...]:
        """Read triple patterns up to a word that begins another element, or the end of the group."""
        phrase = self.phrase
        found: list[Pattern] = []
        while not phrase.at("}", "{", "FILTER", "BIND", "VALUES", *_INSTEAD):
            subject = self._read_term()
            while not phrase.at(".", "}"):
                predicate = self._read_predicate()
                found.append(Pattern(subject, predicate, self._read_object(predicate)))
                while phrase.at(","):
                    phrase.take(",")
                    found.append(Pattern(subject, predicate, self._read_object(predicate)))
                while phrase.at(";"):
                    phrase.take(";")
                if phrase.at("FILTER", "BIND", "VALUES", "{", *_INSTEAD):
                    break
            if phrase.at("."):
                phrase.take(".")
        return tuple(found)

    def _read_object(self, predicate: ox.NamedNode) -> Variable | ox.NamedNode | ox.Literal:
        is_type = predicate.value.endswith("#type")
        if is_type and self.phrase.kind == "variable":
            raise self._refuse("a class that is a variable", "name the class")
        return self._read_term()

    def _read_predicate(self) -> ox.NamedNode:
        if self.phrase.kind == "variable":
            raise self._refuse("a property that is a variable", "name the property")
        if self.phrase.at(*_PATHS, "("):
            raise self._refuse("a property path", "write its steps as patterns, or two rules")
        predicate = self._read_term()
        if not isinstance(predicate, ox.NamedNode):
            raise self._refuse("a property that is no IRI", "name the property")
        if self.phrase.at(*_PATHS - {"?"}):
            raise self._refuse("a property path", "write its steps as patterns, or two rules")
        return predicate

    def _read_term(self) -> Variable | ox.NamedNode | ox.Literal:
        phrase = self.phrase
        if phrase.kind == "bnode" or phrase.at("[", "("):
            raise self._refuse("a blank node", "write a variable")
        if phrase.kind == "variable":
            return Variable(phrase.next().text[1:])
        term = phrase.take_term()
        if isinstance(term, ox.BlankNode):
            raise self._refuse("a blank node", "write a variable")
        return term


def _variables(pattern: Pattern) -> Iterable[str]:
    return (slot.name for slot in (pattern.subject, pattern.object) if isinstance(slot, Variable))


def _mentioned(text: str) -> frozenset[str]:
    return frozenset(token.text[1:] for token in read_phrase(text).tokens if token.kind == "variable")


def _tell_distinct(
    patterns: Iterable[Pattern], conditions: Iterable[Condition], object_properties: frozenset[str]
) -> tuple[Condition, ...]:
    """Return the conditions, those of the form ``?a != ?b`` as ``distinct`` where both can only be things.

    SPARQL compares literals by value; the subject of a pattern and the value of an object property are no literals.
    """
    things = {pattern.subject.name for pattern in patterns if isinstance(pattern.subject, Variable)}
    things |= {
        pattern.object.name
        for pattern in patterns
        if isinstance(pattern.object, Variable) and pattern.predicate.value in object_properties
    }
    told = []
    for condition in conditions:
        words = [token.text for token in read_phrase(condition.text).tokens]
        compares = condition.kind == "filter" and len(words) == _COMPARISON and words[3] == "!="
        if compares and len(condition.variables) == 2 and condition.variables <= things:
            told.append(attrs.evolve(condition, kind="distinct"))
        else:
            told.append(condition)
    return tuple(told)
