"""Rules of the domain, read from files of SPARQL CONSTRUCT: one rule a file, in a language that proofs can show.

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

from nkgraph.diagnosis import explain_syntax
from nkgraph.errors import QueryError, VocabularyError
from nkgraph.headers import read_header
from nkgraph.ontology import Vocabulary
from nkgraph.phrases import Phrase, read_phrase
from nkgraph.reasoning.rulechecks import check_rule
from nkgraph.reasoning.rules import Condition, Pattern, Rule, RuleText, Variable

__all__ = ["read_rule"]

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


def read_rule(path: Path, key: str, vocabulary: Vocabulary | None = None) -> Rule:
    """Return the rule of a file, under the key that names the graph of its conclusions.

    With a vocabulary its terms are looked up, and what it takes for things and for literals is known.

    Raises:
        QueryError: it cannot be read, has no header (title, words, source), or is not SPARQL; with line and column.
        VocabularyError: it is no CONSTRUCT, uses what rules may not, concludes a variable that its body does not bind or
            something about a literal, or names an unknown term; with the line.
    """
    header, text = read_header(path, ("title", "words", "source"))
    try:
        results = ox.Store().query(text)
    except SyntaxError as error:
        found = explain_syntax(text, str(error.msg))
        raise QueryError(found.message, path=path, column=found.column, remedy=found.remedy) from error
    about = RuleText(key, str(header["title"]), str(header["words"]), str(header["source"]), path)
    phrase = read_phrase(text)
    if not isinstance(results, ox.QueryTriples) or not phrase.starts("CONSTRUCT"):
        raise VocabularyError("a rule must be a CONSTRUCT", path=path, remedy="conclude triples, not rows")
    try:
        rule = _Reader(path, phrase, _object_properties(vocabulary)).read(about)
    except QueryError as error:
        raise QueryError(error.message, path=path, line=error.line, remedy=error.remedy) from error
    if vocabulary is not None:
        check_rule(rule, text, vocabulary)
    return rule


def _object_properties(vocabulary: Vocabulary | None) -> frozenset[str]:
    properties = vocabulary.properties.values() if vocabulary is not None else ()
    return frozenset(prop.iri for prop in properties if not prop.is_literal)


@attrs.frozen
class _Body:
    """What a group holds: patterns, conditions, the variables that are bound, and by which variables it counts."""

    patterns: tuple[Pattern, ...]
    conditions: tuple[Condition, ...]
    bound: frozenset[str]
    counted: tuple[str, ...] = ()


@attrs.define
class _Reader:
    """Reads one rule from its phrase, from the first word to the last."""

    path: Path
    phrase: Phrase
    object_properties: frozenset[str]

    def read(self, about: RuleText) -> Rule:
        phrase = self.phrase
        phrase.take("CONSTRUCT")
        head_line = phrase.line
        if not phrase.at("{"):
            raise self.refuse("the short form of CONSTRUCT", "write CONSTRUCT { … } WHERE { … }")
        phrase.take("{")
        head = self.read_triples()
        phrase.take("}")
        if not phrase.at("WHERE", "{"):
            raise self.refuse(f"{phrase.word} in a rule", "rules read the whole graph")
        phrase.skip("WHERE")
        whole = phrase.rest()
        body = self.read_group()
        if not phrase.ended:
            raise self.refuse(f"{phrase.word} after the body", "a rule concludes all that follows, in no order")
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

    def refuse(self, what: str, instead: str) -> VocabularyError:
        return VocabularyError(f"{what}: rules have none", path=self.path, line=self.phrase.line, remedy=instead)

    def read_group(self) -> _Body:
        """Read ``{ … }``: the body of a rule, or of the SELECT that counts in it."""
        phrase = self.phrase
        phrase.take("{")
        patterns: list[Pattern] = []
        conditions: list[Condition] = []
        bound: set[str] = set()
        counted: _Body | None = None
        if phrase.at("SELECT"):
            raise self.refuse("a bare SELECT", "write { { SELECT ?a (COUNT(?b) AS ?n) WHERE { … } GROUP BY ?a } }")
        while not phrase.at("}"):
            if phrase.at("FILTER"):
                conditions.append(self.read_filter())
            elif phrase.at("BIND", "VALUES"):
                conditions.append(self.read_assignment())
                bound |= conditions[-1].variables if conditions[-1].kind == "values" else self.assigned(conditions[-1])
            elif phrase.at("{"):
                if counted is not None or patterns:
                    raise self.refuse("a group beside other patterns", "count all in one SELECT, or write two rules")
                counted = self.read_count()
            elif phrase.at(*_INSTEAD):
                raise self.refuse(phrase.word.upper(), _INSTEAD[phrase.word.upper()])
            else:
                patterns += self.read_triples()
        if counted is not None and patterns:
            raise self.refuse("a pattern beside a SELECT", "write it inside the SELECT")
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

    def assigned(self, condition: Condition) -> frozenset[str]:
        """Return the variable that a BIND gives a value: the last that its text names."""
        return frozenset({condition.text.rpartition("?")[2].rstrip(" )")})

    def read_count(self) -> _Body:
        """Read ``{ SELECT ?a (COUNT(…) AS ?n) WHERE { … } GROUP BY ?a }``."""
        phrase = self.phrase
        phrase.take("{")
        if not phrase.at("SELECT"):
            raise self.refuse("a group in a group", _INSTEAD["UNION"])
        phrase.take("SELECT")
        groups = self.read_variables()
        if not phrase.at("(") or phrase.word_after(1).upper() != "COUNT":
            raise self.refuse("a SELECT that does not count", "MIN and MAX: say that no smaller or larger one exists")
        selected = phrase.take_bracketed()
        number = selected.rpartition("?")[2].rstrip(" )")
        phrase.skip("WHERE")
        inner = self.read_group()
        if inner.counted:
            raise self.refuse("a count in a count", "write two rules, in two strata")
        if phrase.at("GROUP"):
            phrase.take("GROUP")
            phrase.take("BY")
            if self.read_variables() != groups:
                raise self.refuse("another GROUP BY than SELECT", "group by the variables that are selected")
        elif groups:
            raise self.refuse("a SELECT of variables without GROUP BY", f"write GROUP BY ?{' ?'.join(groups)}")
        phrase.take("}")
        return attrs.evolve(inner, counted=(*groups, number))

    def read_variables(self) -> tuple[str, ...]:
        names = []
        while self.phrase.kind == "variable":
            names.append(self.phrase.next().text[1:])
        return tuple(names)

    def read_filter(self) -> Condition:
        phrase = self.phrase
        line, start = phrase.line, phrase.mark()
        phrase.take("FILTER")
        if phrase.at("EXISTS"):
            raise self.refuse("FILTER EXISTS", "write its patterns beside the others")
        if phrase.at("NOT"):
            phrase.take("NOT")
            phrase.take("EXISTS")
            inner = self.read_group()
            if inner.counted or any(found.kind not in {"filter", "distinct"} for found in inner.conditions):
                raise self.refuse("BIND, VALUES or NOT EXISTS in a NOT EXISTS", "write a rule of an earlier stratum")
            return Condition("absent", phrase.since(start), _mentioned(phrase.since(start)), inner.patterns, line)
        if not phrase.at("("):
            phrase.next()
        inside = phrase.take_bracketed()
        if "EXISTS" in phrase.words_of(inside):
            raise self.refuse("EXISTS inside a FILTER( … )", "write FILTER NOT EXISTS { … } by itself, or two rules")
        return Condition("filter", phrase.since(start), _mentioned(inside), (), line)

    def read_assignment(self) -> Condition:
        phrase = self.phrase
        line, start = phrase.line, phrase.mark()
        if phrase.at("BIND"):
            phrase.take("BIND")
            inside = phrase.take_bracketed()
            if "EXISTS" in phrase.words_of(inside):
                raise self.refuse("EXISTS inside a BIND", "write FILTER NOT EXISTS { … } by itself, or two rules")
            return Condition("bind", phrase.since(start), _mentioned(inside), (), line)
        phrase.take("VALUES")
        names = self.read_variables()
        if not names:
            names = tuple(sorted(_mentioned(phrase.take_bracketed())))
        phrase.take_bracketed()
        return Condition("values", phrase.since(start), frozenset(names), (), line)

    def read_triples(self) -> tuple[Pattern, ...]:
        """Read triple patterns up to a word that begins another element, or the end of the group."""
        phrase = self.phrase
        found: list[Pattern] = []
        while not phrase.at("}", "{", "FILTER", "BIND", "VALUES", *_INSTEAD):
            subject = self.read_term()
            while not phrase.at(".", "}"):
                predicate = self.read_predicate()
                found.append(Pattern(subject, predicate, self.read_object(predicate)))
                while phrase.at(","):
                    phrase.take(",")
                    found.append(Pattern(subject, predicate, self.read_object(predicate)))
                while phrase.at(";"):
                    phrase.take(";")
                if phrase.at("FILTER", "BIND", "VALUES", "{", *_INSTEAD):
                    break
            if phrase.at("."):
                phrase.take(".")
        return tuple(found)

    def read_object(self, predicate: ox.NamedNode) -> Variable | ox.NamedNode | ox.Literal:
        is_type = predicate.value.endswith("#type")
        if is_type and self.phrase.kind == "variable":
            raise self.refuse("a class that is a variable", "name the class")
        return self.read_term()

    def read_predicate(self) -> ox.NamedNode:
        if self.phrase.kind == "variable":
            raise self.refuse("a property that is a variable", "name the property")
        if self.phrase.at(*_PATHS, "("):
            raise self.refuse("a property path", "write its steps as patterns, or two rules")
        predicate = self.read_term()
        if not isinstance(predicate, ox.NamedNode):
            raise self.refuse("a property that is no IRI", "name the property")
        if self.phrase.at(*_PATHS - {"?"}):
            raise self.refuse("a property path", "write its steps as patterns, or two rules")
        return predicate

    def read_term(self) -> Variable | ox.NamedNode | ox.Literal:
        phrase = self.phrase
        if phrase.kind == "bnode" or phrase.at("[", "("):
            raise self.refuse("a blank node", "write a variable")
        if phrase.kind == "variable":
            return Variable(phrase.next().text[1:])
        term = phrase.take_term()
        if isinstance(term, ox.BlankNode):
            raise self.refuse("a blank node", "write a variable")
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
