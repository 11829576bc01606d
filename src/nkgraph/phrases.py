"""SPARQL read word by word: a cursor over the tokens of a query, its names resolved and its text given back in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import QueryError
from nkgraph.tokens import Token, position, read_prologue, resolve_name, tokenise

__all__ = ["Phrase", "read_phrase"]

_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_CLOSES: Final = {"{": "}", "(": ")", "[": "]"}


@attrs.define
class Phrase:
    """The tokens of a query after its prologue, and where in them a reader stands."""

    text: str
    tokens: tuple[Token, ...]
    prefixes: Mapping[str, str]
    base: str | None
    index: int = 0

    @property
    def ended(self) -> bool:
        """Say whether all has been read."""
        return self.index >= len(self.tokens)

    @property
    def word(self) -> str:
        """The text of the token at which the reader stands; empty at the end."""
        return self.word_after(0)

    @property
    def kind(self) -> str:
        """The kind of that token."""
        return "" if self.ended else self.tokens[self.index].kind

    @property
    def line(self) -> int:
        """The line, from 1, at which the reader stands."""
        token = self.tokens[min(self.index, len(self.tokens) - 1)]
        return position(self.text, token.start)[0]

    def word_after(self, count: int) -> str:
        """Return the text of the token so many further on."""
        place = self.index + count
        return self.tokens[place].text if place < len(self.tokens) else ""

    def starts(self, word: str) -> bool:
        """Say whether the query begins with a keyword."""
        return bool(self.tokens) and self.tokens[0].text.upper() == word

    def at(self, *words: str) -> bool:
        """Say whether the reader stands at one of these words or marks."""
        return self.kind in {"word", "mark"} and self.word.upper() in words

    def next(self) -> Token:
        """Return the token and step on.

        Raises:
            QueryError: there is none.
        """
        if self.ended:
            raise QueryError("it ends too early", line=self.line, remedy="close its brackets")
        token = self.tokens[self.index]
        self.index += 1
        return token

    def take(self, word: str) -> None:
        """Step over a word that must stand here.

        Raises:
            QueryError: another one does.
        """
        if not self.at(word):
            raise QueryError(f"{self.word!r} where {word} was expected", line=self.line)
        self.index += 1

    def skip(self, word: str) -> None:
        """Step over a word if it stands here."""
        self.index += self.at(word)

    def mark(self) -> int:
        """Return where the reader stands, for ``since``."""
        return self.index

    def since(self, mark: int) -> str:
        """Return the text read since a mark, every IRI in full, without comments."""
        return self._write(mark, self.index)

    def rest(self) -> str:
        """Return all that is left to read, every IRI in full."""
        return self._write(self.index, len(self.tokens))

    def take_bracketed(self) -> str:
        """Step over ``( … )`` or ``{ … }`` and return what it holds, every IRI in full.

        Raises:
            QueryError: no bracket stands here, or it is not closed.
        """
        start = self.index
        stack = [_CLOSES.get(self.next().text, "")]
        while stack:
            token = self.next()
            if token.kind == "mark" and token.text in _CLOSES:
                stack.append(_CLOSES[token.text])
            elif token.kind == "mark" and token.text == stack[-1]:
                stack.pop()
        return self._write(start + 1, self.index - 1)

    def words_of(self, text: str) -> frozenset[str]:
        """Return the keywords and function names of a text, in capitals."""
        return frozenset(token.text.upper() for token in tokenise(text) if token.kind == "word")

    def take_term(self) -> ox.NamedNode | ox.Literal | ox.BlankNode:
        """Read an IRI, a literal or ``a``.

        Raises:
            QueryError: something else stands here, or a prefix is not declared.
        """
        start = self.index
        token = self.next()
        if token.text in {"-", "+"}:
            token = self.next()
        if token.kind == "string" and not self.ended:
            if self.kind == "language":
                self.next()
            elif self.word == "^^":
                self.next()
                self.next()
        if token.kind not in {"iri", "name", "string", "number"} and token.text not in {"a", "true", "false"}:
            line = position(self.text, token.start)[0]
            raise QueryError(f"{token.text!r} where a term was expected", line=line)
        written = self._write(start, self.index)
        term = next(iter(ox.parse(f"<urn:s> <urn:p> {written} .", format=ox.RdfFormat.TURTLE))).object
        assert isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode)
        return term

    def _write(self, start: int, end: int) -> str:
        pieces: list[str] = []
        before: Token | None = None
        for token in self.tokens[start:end]:
            if before is not None and before.start + len(before.text) != token.start:
                pieces.append(" ")
            pieces.append(self._full(token))
            before = token
        return "".join(pieces)

    def _full(self, token: Token) -> str:
        if token.kind in {"iri", "name"}:
            iri = resolve_name(token.text, self.prefixes, self.base)
            if iri is None:
                line = position(self.text, token.start)[0]
                raise QueryError(f"the prefix of {token.text} is not declared", line=line, remedy="declare it")
            return str(ox.NamedNode(iri))
        return f"<{_TYPE}>" if token.kind == "word" and token.text == "a" else token.text


def read_phrase(text: str) -> Phrase:
    """Return a query as a phrase, its reader standing after the prologue.

    >>> phrase = read_phrase("PREFIX : <https://x.org/> ASK { ?s a :C } # all")
    >>> phrase.take("ASK"); phrase.rest()
    '{ ?s <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://x.org/C> }'
    """
    tokens = tuple(tokenise(text))
    start, prefixes, base = read_prologue(tokens, None)
    return Phrase(text, tokens[start:], prefixes, base)
