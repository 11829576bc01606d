"""The mistakes nkgraph reports, by who has to act: the user (exit 2), the data (exit 1), or us (exit 3)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = [
    "BuildError",
    "ClaimError",
    "DocumentError",
    "MappingError",
    "NkgraphError",
    "ParameterError",
    "QueryError",
    "ReadError",
    "ServeError",
    "UnknownThingError",
    "VocabularyError",
    "VocabularyErrors",
]


class NkgraphError(Exception):
    """A mistake in what nkgraph was given, with the place where it stands and what to do about it.

    >>> str(NkgraphError("no such thing", path=Path("a.yaml"), line=3, remedy="name another"))
    'a.yaml:3: no such thing; name another'
    """

    exit_code = 2

    def __init__(
        self, message: str, *, path: Path | None = None, line: int | None = None, remedy: str | None = None
    ) -> None:
        self.message = message
        self.path = path
        self.line = line
        self.remedy = remedy
        where = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(where + message + (f"; {remedy}" if remedy else ""))


class ReadError(NkgraphError):
    """A file that cannot be read as what it should be (YAML, Turtle, UTF-8)."""


class DocumentError(NkgraphError):
    """A document that is not known, or whose text is not the one described."""


class ClaimError(NkgraphError):
    """A claim that does not say anything the model understands."""


class MappingError(NkgraphError):
    """A row of a mapping file, or its header, that is no mapping of ours to something of others."""


class VocabularyError(NkgraphError):
    """An ontology, shape, rule or code list that contradicts itself."""


class VocabularyErrors(VocabularyError):
    """All mistakes found in an ontology, one a line."""

    def __init__(self, errors: Iterable[VocabularyError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class QueryError(NkgraphError):
    """A SPARQL query that cannot be parsed, or is not allowed. Carries line and column where known."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.column = column
        super().__init__(message, path=path, line=line, remedy=remedy)


class ParameterError(NkgraphError):
    """An unknown canned query or parameter, or a value of another type."""


class UnknownThingError(ParameterError):
    """A thing asked about that is not in the graph."""


class BuildError(NkgraphError):
    """A graph that cannot be written: the last good one stays."""


class ServeError(NkgraphError):
    """A server that cannot start (port in use, no graph)."""
