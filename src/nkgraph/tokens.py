"""SPARQL read as tokens: what a query names before it is run, and where it is broken.

pyoxigraph parses and runs queries but does not show their parse tree. What has to be known beforehand - calls to other
servers, ``FROM`` clauses, updates - is read here from tokens, so comments, strings and IRIs do not deceive it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urljoin

import attrs
import pyoxigraph as ox

from nkgraph.errors import QueryError

__all__ = [
    "Dataset",
    "Token",
    "is_update",
    "position",
    "read_dataset",
    "read_prologue",
    "refuse_nesting",
    "refuse_service",
    "resolve_name",
    "tokenise",
    "write_terms",
]

#: Brackets inside brackets: the parser of the engine is recursive, and some thousands end its process.
_DEEPEST: Final = 200
_UPDATES: Final = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
_LOCAL: Final = r"(?:[\w:·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL_MORE: Final = r"(?:[\w:·\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_PREFIX: Final = r"(?:[^\W\d_](?:[\w\-.·]*[\w\-·])?)?"
_PATTERN: Final = re.compile(
    rf"""
      (?P<blank> [ \t\r\n]+ | \#[^\r\n]* )
    | (?P<iri> <(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*> )
    | (?P<string> \"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
                | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<variable> [?$][\w·]+ )
    | (?P<bnode> _:[\w](?:[\w\-.·]*[\w\-·])? )
    | (?P<name> {_PREFIX}:(?:{_LOCAL}(?:(?:{_LOCAL_MORE}|\.)*{_LOCAL_MORE})?)? )
    | (?P<language> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<number> \d*\.\d+(?:[eE][+-]?\d+)? | \d+(?:\.?[eE][+-]?\d+)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<mark> \^\^ | && | \|\| | != | <= | >= | << | >> | [{{}}()\[\].;,*/|^!=<>+\-?$&@~] )
    | (?P<error> . )
    """,
    re.VERBOSE | re.DOTALL,
)


@attrs.frozen
class Token:
    """A token of SPARQL 1.1 §19.8: its kind, its text, and the offset at which it starts."""

    kind: str
    text: str
    start: int


@attrs.frozen
class Dataset:
    """The graphs that a query asks over (SPARQL 1.1 §13.2), as absolute IRIs."""

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default_graphs or self.named_graphs)


def tokenise(text: str) -> Iterator[Token]:
    """Yield the tokens of a query without blanks and comments; what is no token is of kind ``error``.

    >>> [t.text for t in tokenise("ASK { ?s a 'x # no' } # yes")]
    ['ASK', '{', '?s', 'a', "'x # no'", '}']
    """
    for match in _PATTERN.finditer(text):
        if match.lastgroup != "blank":
            yield Token(str(match.lastgroup), match.group(), match.start())


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column, both from 1, of an offset.

    >>> position("ASK\\n{", 4)
    (2, 1)
    """
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _refuse(message: str, text: str, offset: int, remedy: str) -> QueryError:
    line, column = position(text, offset)
    return QueryError(message, line=line, column=column, remedy=remedy)


def _is_ambiguous(token: Token) -> bool:
    """Say whether ``<…>`` might be read as two comparisons, with quotes, comments or brackets between them."""
    body = token.text[1:-1]
    return not re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://", body) and any(mark in body for mark in "'#()")


def refuse_service(text: str) -> None:
    """Refuse a query that calls another server with SERVICE, however it is spelt.

    The engine reads keywords without word boundaries (``SERVICESILENT<…>``, ``SERVICE:x``, ``1SERVICE``) and may read
    ``<…>`` as comparisons; wherever that leaves a doubt and the word stands anywhere in the text, the query is refused.

    Raises:
        QueryError: it calls another server, or could be read so.
    """
    if "service" not in text.lower():
        return
    remedy = "this server answers from its own graph only: leave the SERVICE clause out"
    tokens = list(tokenise(text))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        low = token.text.lower()
        if token.kind == "iri" and _is_ambiguous(token):
            advice = "write the IRI in full, or a blank after the sign <"
            raise _refuse(
                f"{token.text} may be an IRI or a comparison, beside the word service", text, token.start, advice
            )
        called = token.kind == "word" and "service" in low
        called |= token.kind in {"name", "bnode"} and ".service" in low
        opens = following is not None and following.text == "{"
        called |= token.kind == "name" and "service" in low.partition(":")[0] and opens
        if called:
            raise _refuse("SERVICE is not allowed here", text, token.start, remedy)


def refuse_nesting(text: str) -> None:
    """Refuse a query with brackets nested so deeply that the engine's parser might run out of stack.

    Raises:
        QueryError: more than 200 brackets are open at once.
    """
    if sum(text.count(bracket) for bracket in "{([") <= _DEEPEST:
        return
    depth = 0
    for token in tokenise(text):
        if token.text in {"{", "(", "["}:
            depth += 1
            if depth > _DEEPEST:
                raise _refuse(f"more than {_DEEPEST} brackets are open at once", text, token.start, "nest less deeply")
        elif token.text in {"}", ")", "]"}:
            depth -= 1


def read_prologue(tokens: Sequence[Token], base: str | None) -> tuple[int, dict[str, str], str | None]:
    """Return where the query proper begins, its prefixes and its base."""
    index, prefixes = 0, {}
    while index + 1 < len(tokens) and tokens[index].kind == "word":
        word, following = tokens[index].text.upper(), tokens[index + 1]
        if word == "BASE" and following.kind == "iri":
            base, index = resolve_name(following.text, {}, base), index + 2
        elif word == "VERSION" and following.kind == "string":
            index += 2
        elif word == "PREFIX" and index + 2 < len(tokens) and tokens[index + 2].kind == "iri":
            prefixes[following.text.removesuffix(":")] = resolve_name(tokens[index + 2].text, {}, base) or ""
            index += 3
        else:
            break
    return index, prefixes, base


def _unescape(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})", lambda m: chr(int(m[1] or m[2], 16)), text)


def resolve_name(text: str, prefixes: Mapping[str, str], base: str | None) -> str | None:
    """Return the IRI that an IRI reference or prefixed name stands for, or None where its prefix is not declared."""
    if text.startswith("<"):
        reference = _unescape(text[1:-1])
        if base is None or re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", reference):
            return reference
        return urljoin(base, reference) if reference else base
    prefix, _, local = text.partition(":")
    namespace = prefixes.get(prefix)
    return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)


def write_terms(text: str, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """Return a query with variables written out as terms, for people to read and change (to ask, bind them instead).

    Only variables as tokens are replaced, and a term writes itself, escaped: no value can become syntax.

    >>> write_terms("ASK { ?s ?p '?s' }", {"s": ox.NamedNode("urn:a")})
    "ASK { <urn:a> ?p '?s' }"
    """
    pieces, end = [], 0
    for token in tokenise(text):
        if token.kind == "variable" and token.text[1:] in terms:
            pieces += [text[end : token.start], str(terms[token.text[1:]])]
            end = token.start + len(token.text)
    return "".join([*pieces, text[end:]])


def is_update(text: str) -> bool:
    """Say whether a text begins like an update (SPARQL 1.1 Update) and not like a query.

    >>> is_update("PREFIX a: <urn:a> INSERT DATA { a:b a:c 1 }"), is_update("SELECT * { ?insert ?p ?o }")
    (True, False)
    """
    if _UPDATES.isdisjoint(re.findall("[A-Z]+", text.upper())):
        return False
    tokens = list(tokenise(text))
    index, _, _ = read_prologue(tokens, None)
    return index < len(tokens) and tokens[index].text.upper() in _UPDATES


def read_dataset(text: str, base: str | None = None) -> Dataset:
    """Return the graphs named by the FROM and FROM NAMED clauses of a query.

    Raises:
        QueryError: a clause uses a prefix that is not declared, or cannot be told from a name.
    """
    if "from" not in text.lower():
        return Dataset()
    tokens = list(tokenise(text))
    index, prefixes, base = read_prologue(tokens, base)
    default: list[str] = []
    named: list[str] = []
    depth = 0
    while index < len(tokens):
        token = tokens[index]
        depth += token.text in {"{", "(", "["}
        depth -= token.text in {"}", ")", "]"}
        if depth == 0 and token.kind == "name" and token.text.lower().startswith("from"):
            prefix = token.text.partition(":")[0]
            if prefix not in prefixes:
                message = f"{token.text} is a name with a prefix that is not declared"
                raise _refuse(message, text, token.start, "write a blank after FROM")
        if depth == 0 and token.kind == "word" and token.text.upper() == "FROM":
            graphs, step = default, 1
            if index + 1 < len(tokens) and tokens[index + 1].text.upper() == "NAMED":
                graphs, step = named, 2
            if index + step < len(tokens) and tokens[index + step].kind in {"iri", "name"}:
                graph = tokens[index + step]
                iri = resolve_name(graph.text, prefixes, base)
                if iri is None:
                    raise _refuse(
                        f"the prefix of {graph.text} is not declared", text, graph.start, "declare it with PREFIX"
                    )
                graphs.append(iri)
                index += step
        index += 1
    return Dataset(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))
