"""What passes between who asks in SPARQL and who answers: request, limits, answer (SPARQL 1.1 Protocol §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import attrs
import pyoxigraph as ox

from nkgraph.errors import QueryError

__all__ = ["Answer", "Limits", "Problem", "QueryAnswering", "SparqlRequest"]


def _limit(default: float, text: str) -> Any:
    return attrs.field(default=default, metadata={"help": text})


@attrs.frozen
class Limits:
    """What one query may cost: the one table of names, defaults and reasons (``describe`` gives it for help)."""

    deadline: float = _limit(10.0, "seconds until a query is ended by the kernel (504)")
    memory: int = _limit(512 * 2**20, "bytes a query may take beyond the loaded graph (507)")
    answer_bytes: int = _limit(50_000_000, "bytes of an answer; a longer one is refused, never cut (413)")
    rows: int = _limit(500_000, "rows or triples of an answer; more are refused, never cut (413)")
    children: int = _limit(16, "queries at once; further ones wait, then get 503")
    wait: float = _limit(5.0, "seconds a query waits for its turn before 503")
    merge_quads: int = _limit(2_000_000, "quads of several FROM graphs that are merged for one query (413)")
    query_bytes: int = _limit(1_000_000, "bytes of a query's text (413)")

    @classmethod
    def describe(cls) -> list[tuple[str, float | int, str]]:
        """Return name, default and help of each limit.

        >>> Limits.describe()[0]
        ('deadline', 10.0, 'seconds until a query is ended by the kernel (504)')
        """
        return [(field.name, field.default, str(field.metadata["help"])) for field in attrs.fields(cls)]


@attrs.frozen
class SparqlRequest:
    """A query as asked.

    ``default_graphs`` and ``named_graphs`` are those of the protocol (``default-graph-uri`` …) and then stand instead
    of the query's own FROM clauses (SPARQL 1.1 Protocol §2.1.4). ``substitutions`` binds variables to terms.
    ``format`` (a short name or media type) goes before ``accept`` (an ``Accept`` header); ``base`` resolves IRIs.
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    substitutions: Mapping[str, ox.NamedNode | ox.Literal] = attrs.field(factory=dict)
    accept: str | None = None
    format: str | None = None
    base: str | None = None


@attrs.frozen
class Problem:
    """Why there is no answer: one HTTP status, one sentence, the place in the query, and what to do about it."""

    status: int
    message: str
    line: int | None = None
    column: int | None = None
    remedy: str | None = None


@attrs.frozen
class Answer:
    """The whole answer to a query, or the reason why there is none (then ``error``): never a part of an answer."""

    status: int
    media_type: str
    body: bytes
    error: Problem | None = None

    @classmethod
    def refuse(cls, problem: Problem) -> Answer:
        """Return the answer that is a refusal."""
        return cls(problem.status, "text/plain", problem.message.encode(), problem)

    def require(self) -> Answer:
        """Return this answer if it is one.

        Raises:
            QueryError: it is not; line, column and remedy are those of the problem.
        """
        if self.error is not None:
            problem = self.error
            raise QueryError(problem.message, line=problem.line, column=problem.column, remedy=problem.remedy)
        return self


class QueryAnswering(Protocol):
    """What answers queries: in this process (``LocalAnswers``) or in others (``answers.QueryService``)."""

    def ask(self, request: SparqlRequest) -> Answer:
        """Return the answer; a refusal is an answer too (``Answer.error``), not an exception."""
        ...  # pragma: no cover
