"""What is wrong with a rule of the domain: a term that nobody defined, or a literal of which it concludes something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import ONTOLOGY, PREFIXES, shorten
from nkgraph.ontology import Vocabulary, nearest
from nkgraph.reasoning.rules import Pattern, Rule, Slot, Variable
from nkgraph.tokens import position

__all__ = ["check_rule"]

_TYPE: Final = PREFIXES["rdf"] + "type"


def check_rule(rule: Rule, text: str, vocabulary: Vocabulary) -> None:
    """Refuse a rule that names an unknown term of ours, or makes a literal a subject; ``text`` is that of its file.

    Raises:
        VocabularyError: with the line.
    """
    codes = {iri for scheme in vocabulary.codes.values() for iri in scheme.values()}
    absent = [pattern for condition in rule.conditions for pattern in condition.patterns]
    for pattern in (*rule.head, *rule.body, *absent):
        for term in _named(pattern):
            known: Iterable[str] = ()
            name = term.value.removeprefix(ONTOLOGY)
            if name != term.value:
                is_class = pattern.predicate.value == _TYPE and term == pattern.object
                known = vocabulary.classes if is_class else vocabulary.properties
                if name in known:
                    continue
            elif term.value.startswith(PREFIXES["code"]):
                known = {code.removeprefix(PREFIXES["code"]) for code in codes}
                name = term.value.removeprefix(PREFIXES["code"])
                if term.value in codes:
                    continue
            else:
                continue
            message = f"unknown term {shorten(term.value)}{nearest(name, known)}"
            raise VocabularyError(message, path=rule.about.path, line=_line_of(name, text), remedy="see ontology/")
    literals = {
        pattern.object.name
        for pattern in rule.body
        if isinstance(pattern.object, Variable) and _is_literal(pattern.predicate, vocabulary)
    }
    literals |= set(rule.counted[-1:])
    for pattern in rule.head:
        subject: Slot = pattern.subject
        if isinstance(subject, ox.Literal) or (isinstance(subject, Variable) and subject.name in literals):
            name = subject.name if isinstance(subject, Variable) else subject.value
            raise VocabularyError(
                f"concludes something about a literal ({subject})",
                path=rule.about.path,
                line=_line_of(name, text),
                remedy="let the thing that has it be the subject",
            )


def _named(pattern: Pattern) -> Iterator[ox.NamedNode]:
    for slot in (pattern.subject, pattern.predicate, pattern.object):
        if isinstance(slot, ox.NamedNode):
            yield slot


def _is_literal(predicate: ox.NamedNode, vocabulary: Vocabulary) -> bool:
    prop = vocabulary.properties.get(predicate.value.removeprefix(ONTOLOGY))
    return prop is not None and prop.is_literal


def _line_of(name: str, text: str) -> int | None:
    """Return the line of a file at which a name stands, its header left out."""
    for found in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
        line = position(text, found.start())[0]
        if not text.splitlines()[line - 1].startswith("#"):
            return line
    return None
