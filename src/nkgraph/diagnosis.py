"""Where a query is broken, said so that its writer finds it: line, column, the word, the line with a mark under it."""

from __future__ import annotations

import re
from typing import Final

from nkgraph.errors import QueryError
from nkgraph.ontology import nearest
from nkgraph.tokens import Token, position, tokenise

__all__ = ["explain_syntax"]

_KEYWORDS: Final = (
    "AS ASC ASK BASE BIND BY CONSTRUCT COUNT DESC DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP GROUP_CONCAT HAVING IN "
    "LIMIT MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REDUCED SAMPLE SELECT SEPARATOR UNDEF UNION VALUES WHERE"
).split()
_PAIRS: Final = {"}": "{", ")": "(", "]": "["}
#: What the engine says beside the lists of what it expected.
_REASONS: Final = {
    "The SELECT contains a variable that is unbound": "the SELECT names a variable that no pattern, GROUP BY or AS gives",
    "Prefix not found": "a prefix is not declared",
    "IRI parsing failed": "an IRI is relative, or holds a character that IRIs do not have",
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
        for token, following in zip(tokens, tokens[1:], strict=False)
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


def _expectations(message: str) -> tuple[list[str], list[str]]:
    """Return the keywords and the signs that the engine says it expected."""
    listed = re.sub(r"\[[^\]]*\](?:\.\.)?", " ", message.partition("expected")[2].removeprefix(" one of"))
    signs = re.findall(r'"([^"\s]{1,3})"', listed)
    words = re.findall(r"(?<![\w\"'])([A-Z][A-Z_]{1,}[A-Z0-9]*)(?![\w\"'])", listed)
    return words, signs


def _engine_offset(text: str, message: str) -> int | None:
    """Return the offset the engine means: it reports keywords it missed at the end of as many characters."""
    found = re.search(r"error at (\d+):(\d+)", message)
    if found is None:
        return None
    lines = text.split("\n")
    line, column = int(found[1]), int(found[2])
    offset = min(sum(len(part) + 1 for part in lines[: line - 1]) + column - 1, len(text))
    words, signs = _expectations(message)
    if words and not signs and not any(reason in message for reason in _REASONS):
        offset -= min(len(word) for word in words)
    return max(offset, 0)


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
    reason = next((said for key, said in _REASONS.items() if key in message), None)
    offset = _engine_offset(text, message)
    if offset is None:
        return QueryError(message)
    if reason is not None and "SELECT" in reason:
        select = next((t for t in tokens if t.text.upper() == "SELECT"), tokens[0])
        return _point(text, select.start, reason, "group by it, or give it a value")
    token = next((t for t in tokens if t.start + len(t.text) > offset), None)
    if token is None:
        return _point(text, len(text.rstrip()), "the query ends too early", _say_expected(message))
    if reason is not None:
        irified = [t for t in tokens if t.kind == "iri" and t.start < offset]
        token = irified[-1] if irified and "IRI" in reason else token
        return _point(text, token.start, f"{reason} ({token.text})", "write the IRI in full" if "IRI" in reason else None)
    likely = nearest(token.text, _KEYWORDS) if token.kind == "word" and token.text.upper() not in _KEYWORDS else ""
    return _point(text, token.start, f"{token.text!r} is not expected here{likely}", _say_expected(message))


def _say_expected(message: str) -> str | None:
    words, signs = _expectations(message)
    expected = sorted({*words, *signs})
    if not expected or len(expected) > 12:
        return None
    return "expected " + (" or ".join(expected) if len(expected) < 3 else "one of " + ", ".join(expected))
