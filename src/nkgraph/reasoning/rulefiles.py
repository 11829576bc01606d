"""Rules of the domain, one a file: a header with title, words and source, and a CONSTRUCT (see ``rulebodies``)."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from nkgraph.diagnosis import explain_syntax
from nkgraph.errors import QueryError, VocabularyError
from nkgraph.headers import read_header
from nkgraph.ontology import Vocabulary
from nkgraph.phrases import read_phrase
from nkgraph.reasoning.rulebodies import RuleReader
from nkgraph.reasoning.rulechecks import check_rule
from nkgraph.reasoning.rules import Rule, RuleText

__all__ = ["read_rule"]


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
        rule = RuleReader(path, phrase, _object_properties(vocabulary)).read(about)
    except QueryError as error:
        raise QueryError(error.message, path=path, line=error.line, remedy=error.remedy) from error
    if vocabulary is not None:
        check_rule(rule, text, vocabulary)
    return rule


def _object_properties(vocabulary: Vocabulary | None) -> frozenset[str]:
    properties = vocabulary.properties.values() if vocabulary is not None else ()
    return frozenset(prop.iri for prop in properties if not prop.is_literal)
