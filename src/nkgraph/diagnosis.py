"""Where a query is broken, said so that its writer finds it: line, column, the word, the line with a mark under it."""

from __future__ import annotations

import itertools
import re
from typing import Final

import pyoxigraph as ox

from nkgraph.errors import QueryError
from nkgraph.ontology import nearest
from nkgraph.tokens import Token, position, tokenise

__all__ = ["explain_syntax"]

_KEYWORDS: Final = frozenset(
    {
        "AS",
        "ASC",
        "ASK",
        "BASE",
        "BIND",
        "BY",
        "CONSTRUCT",
        "COUNT",
        "DESC",
        "DESCRIBE",
        "DISTINCT",
        "EXISTS",
        "FILTER",
        "FROM",
        "GRAPH",
        "GROUP",
        "GROUP_CONCAT",
        "HAVING",
        "IN",
        "LIMIT",
        "MINUS",
        "NAMED",
        "NOT",
        "OFFSET",
        "OPTIONAL",
        "ORDER",
        "PREFIX",
        "REDUCED",
        "SAMPLE",
        "SELECT",
        "SEPARATOR",
        "UNDEF",
        "UNION",
        "VALUES",
        "WHERE",
    }
)
#: Blanks behind each token, more than the longest keyword has characters.
_SPREAD: Final = 40
_LONGEST_KEYWORD: Final = 20
_PAIRS: Final = {"}": "{", ")": "(", "]": "["}
_BAD_IRI: Final = "an IRI is relative, or holds a character that IRIs do not have"
#: What the engine says beside the lists of what it expected.
_REASONS: Final = {
    "The SELECT contains a variable that is unbound": "a SELECT names a variable that nothing in it binds",
    "IRI parsing failed": _BAD_IRI,
}


def _point(text: str, offset: int, what: str, remedy: str | None) -> QueryError:
    """Return the error at an offset, its message showing the line with a caret."""
    line, column = position(text, offset)
    shown = text.split("\n")[line - 1].replace("\r", "").replace("\t", " ")
    first = max(0, column - 61)
    marked = f"{shown[first : first + 120]}\n{' ' * (column - 1 - first)}^"
    return QueryError(f"line {line}, column {column}: {what}\n{marked}", line=line, column=column, remedy=remedy)


def _find_bracket(text: str, tokens: list[Token]) -> QueryError | None:
    """Return the error of a bracket that is never closed, or never opened."""
    still_open: list[Token] = []
    for token in tokens:
        if token.text in _PAIRS.values():
            still_open.append(token)
        elif token.text in _PAIRS:
            if not still_open:
                return _point(text, token.start, f"{token.text!r} closes nothing", "take it away, or open it before")
            if still_open[-1].text != _PAIRS[token.text]:
                what = f"{token.text!r} stands where {still_open[-1].text!r} is still open"
                return _point(text, token.start, what, None)
            still_open.pop()
    if still_open:
        return _point(text, still_open[-1].start, f"{still_open[-1].text!r} is never closed", None)
    return None


def _find_prefix(text: str, tokens: list[Token]) -> QueryError | None:
    """Return the error of a name whose prefix is not declared."""
    declared = {
        following.text.removesuffix(":")
        for token, following in itertools.pairwise(tokens)
        if token.text.upper() == "PREFIX" and following.kind == "name"
    }
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            remedy = f"write PREFIX {prefix}: <…> at the top" + nearest(prefix, declared)
            return _point(text, token.start, f"the prefix of {token.text!r} is not declared", remedy)
    return None


def _find_lexical(text: str, tokens: list[Token]) -> QueryError | None:
    """Return the error of a character that begins nothing: an open quotation mark, a stray sign."""
    for token in tokens:
        if token.kind == "error" and token.text in "\"'":
            return _point(text, token.start, "a quotation mark is never closed", "close it on the same line")
        if token.kind == "error":
            return _point(text, token.start, f"{token.text!r} has no meaning in SPARQL", None)
    return None


def _find_furthest(tokens: list[Token]) -> int:
    """Return the index of the token at which the engine's parser gave up (their number: at the end).

    The parser reports a keyword it missed at the end of as many characters, which may lie some tokens further on. So it
    is given the same tokens again, each on a line of its own and too far from the next to be overrun, and only its line
    counts. The text is parsed over an empty store, and is known to be none the store would run.
    """
    spread, firsts, line = [], [], 1
    for token in tokens:
        firsts.append(line)
        spread.append(token.text + " " * _SPREAD)
        line += token.text.count("\n") + 1
    try:
        ox.Store().query("\n".join(spread))
    except SyntaxError as error:
        found = re.search(r"error at (\d+):", str(error.msg))
        if found is not None:
            reached = int(found[1])
            index = max(i for i, first in enumerate(firsts) if first <= reached)
            at_end = reached >= line - 1 and _is_behind(str(error.msg), tokens[-1])
            return len(tokens) if at_end else index
    return len(tokens)


def _is_behind(message: str, last: Token) -> bool:
    """Say whether the place of a message lies behind the last token of its line."""
    found = re.search(r"error at \d+:(\d+)", message)
    return found is not None and int(found[1]) > max(len(last.text.rpartition("\n")[2]), _LONGEST_KEYWORD)


def explain_syntax(text: str, message: str) -> QueryError:
    """Return the error to raise for a text that the engine refused with a message.

    What can be told from the tokens alone - brackets, quotation marks, prefixes - is told first, being exact; else the
    engine's own place is given, moved to the word it lies in.

    >>> print(explain_syntax("SELECT * { ?s nk:kind ?o }", "error at 1:17: expected …").message)
    line 1, column 15: the prefix of 'nk:kind' is not declared
    SELECT * { ?s nk:kind ?o }
                  ^
    """
    tokens = list(tokenise(text))
    if not tokens:
        return QueryError("the query is empty", line=1, column=1, remedy="write a SELECT, ASK, CONSTRUCT or DESCRIBE")
    exact = _find_lexical(text, tokens) or _find_bracket(text, tokens) or _find_prefix(text, tokens)
    if exact is not None:
        return exact
    reason = next((said for key, said in _REASONS.items() if key in message), None) or _find_reason(message)
    if reason == _BAD_IRI:
        for token in tokens:
            if token.text == "<" or (token.kind == "iri" and not _is_iri(token.text[1:-1])):
                return _point(text, token.start, f"{reason}: {token.text}", "write the IRI in full: <https://…>")
    if reason is not None:
        select = next((t for t in tokens if t.text.upper() == "SELECT"), tokens[0])
        return _point(text, select.start, reason, None)
    index = _find_furthest(tokens)
    if index == len(tokens):
        return _point(text, tokens[-1].start, f"the query breaks off after {tokens[-1].text!r}", None)
    token = tokens[index]
    unknown = token.kind == "word" and token.text.upper() not in _KEYWORDS
    likely = nearest(token.text, _KEYWORDS) if unknown else ""
    return _point(text, token.start, f"{token.text!r} is not expected here{likely}", None)


def _find_reason(message: str) -> str | None:
    """Return the sentence of the engine among the signs and keywords that it lists as expected, if there is one."""
    listed = re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", message.partition("expected ")[2].removeprefix("one of "))
    return next((part.strip() for part in listed.split(", ") if re.search(r"[a-z]+ [a-z]+ ", part)), None)


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
