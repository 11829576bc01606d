"""One SPARQL query evaluated over one store, in this process: refused, or answered whole within its limits."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import attrs
import pyoxigraph as ox

from nkgraph.diagnosis import explain_syntax
from nkgraph.errors import QueryError
from nkgraph.formats import GRAPHS, SOLUTIONS, Format, find_format, negotiate
from nkgraph.iris import PREFIXES
from nkgraph.sparql import Answer, Limits, Problem, SparqlRequest
from nkgraph.tokens import Dataset, is_update, read_dataset, refuse_nesting, refuse_service

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["LocalAnswers", "RefusedError", "count_rows", "evaluate", "used_prefixes", "write_graph"]

#: Answers of up to so many triples are sorted and declare only the prefixes they use: people read them.
_READABLE: Final = 20_000


class RefusedError(Exception):
    """Ends an evaluation with a problem."""

    def __init__(self, status: int, message: str, remedy: str | None = None) -> None:
        self.problem = Problem(status, message, remedy=remedy)
        super().__init__(message)


class _CappedBuffer(io.BytesIO):
    """A file that takes so many bytes and then refuses the whole answer."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self.cap = cap

    def write(self, chunk: Buffer, /) -> int:
        """Take a chunk, or raise RefusedError."""
        size = memoryview(chunk).nbytes
        if self.tell() + size > self.cap:
            remedy = "ask for less (LIMIT, fewer columns), or query your own copy of the dataset"
            raise RefusedError(413, f"the answer is longer than {self.cap:,} bytes", remedy)
        return super().write(chunk)


def count_rows(body: bytes, name: str) -> int:
    """Return the number of rows of a SELECT answer serialised by pyoxigraph, whatever its strings hold.

    >>> count_rows(b'?a\\n"1"\\n"2"\\n', "tsv")
    2
    """
    if name == "xml":
        return body.count(b"<result>")
    if name == "tsv":
        return body.count(b"\n") - 1
    if name == "csv":
        return b"".join(body.split(b'"')[::2]).count(b"\n") - 1
    outside = b"".join(body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    return outside.count(b",{") + outside.count(b"[{")


def _too_many_rows(limits: Limits, what: str) -> RefusedError:
    remedy = "ask for less (LIMIT), or query your own copy of the dataset"
    return RefusedError(413, f"the answer has more than {limits.rows:,} {what}", remedy)


def _choose(request: SparqlRequest, offered: Sequence[Format], form: str) -> Format:
    """Return the format to answer in.

    Raises:
        RefusedError: 406, naming what there is.
    """
    listed = ", ".join(f"{offer.name} ({offer.media_type})" for offer in offered)
    if request.format:
        chosen = find_format(request.format, offered)
        if chosen is None:
            raise RefusedError(406, f"no format {request.format!r} for {form}", f"there are {listed}")
        return chosen
    chosen = negotiate(request.accept, offered)
    if chosen is None:
        raise RefusedError(406, f"nothing that {form} is written in is accepted", f"there are {listed}")
    return chosen


def used_prefixes(triples: Iterable[ox.Triple | ox.Quad]) -> dict[str, str]:
    """Return those of our prefixes that shorten an IRI of some triples."""
    texts: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                texts.add(term.value)
            elif isinstance(term, ox.Literal):
                texts.add(term.datatype.value)
        if isinstance(triple, ox.Quad) and isinstance(triple.graph_name, ox.NamedNode):
            texts.add(triple.graph_name.value)
    return {name: ns for name, ns in PREFIXES.items() if any(text.startswith(ns) for text in texts)}


def write_graph(triples: Sequence[ox.Triple] | Sequence[ox.Quad], form: Format, cap: int) -> bytes:
    """Return triples (or quads) written in a format: the readable number of them sorted, with the prefixes they use.

    Raises:
        RefusedError: they take more bytes than the cap.
    """
    assert isinstance(form.writer, ox.RdfFormat)
    prefixes = PREFIXES
    if len(triples) <= _READABLE:
        triples = sorted(triples, key=str)  # type: ignore[assignment]
        prefixes = used_prefixes(triples)
    buffer = _CappedBuffer(cap)
    ox.serialize(triples, buffer, format=form.writer, prefixes=prefixes)
    return buffer.getvalue()


def _merge(store: ox.Store, dataset: Dataset, limits: Limits) -> ox.Store:
    """Return a scratch store whose default graph is the merge of the default graphs, each triple once."""
    scratch = ox.Store()
    count = 0
    for graphs, keep in ((dataset.default_graphs, False), (dataset.named_graphs, True)):
        for iri in graphs:
            quads = list(store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
            count += len(quads)
            if count > limits.merge_quads:
                remedy = "name one graph only (graph/view/… holds merged ones), or query your own copy of the dataset"
                raise RefusedError(413, f"the graphs asked for hold more than {limits.merge_quads:,} triples", remedy)
            # bulk_extend starts threads, which take more address space than a child may have
            scratch.extend(quads if keep else [ox.Quad(q.subject, q.predicate, q.object) for q in quads])
    return scratch


def _query(
    store: ox.Store, request: SparqlRequest, limits: Limits
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Run the query over the graphs asked for.

    Raises:
        QueryError: it is not a query, or names a graph by a broken IRI.
        RefusedError: it asks over too much.
    """
    refuse_service(request.query)
    refuse_nesting(request.query)
    dataset = Dataset(request.default_graphs, request.named_graphs) or read_dataset(request.query, request.base)
    default_graph: list[ox.NamedNode | ox.DefaultGraph] | None = None
    named_graphs: list[ox.NamedNode | ox.BlankNode] | None = None
    try:
        if dataset:
            named_graphs = [ox.NamedNode(iri) for iri in dataset.named_graphs]
            default_graph = [ox.NamedNode(iri) for iri in dataset.default_graphs]
    except ValueError as error:
        raise QueryError(f"a graph is not named by an IRI ({error})", remedy="name it in full: https://…") from error
    if len(dataset.default_graphs) > 1:
        store, default_graph = _merge(store, dataset, limits), [ox.DefaultGraph()]
    substitutions = {ox.Variable(name): term for name, term in request.substitutions.items()}
    try:
        return store.query(
            request.query,
            base_iri=request.base,
            default_graph=default_graph,  # type: ignore[arg-type]
            named_graphs=named_graphs,
            substitutions=substitutions,  # type: ignore[arg-type]
        )
    except SyntaxError as error:
        raise explain_syntax(request.query, str(error.msg)) from error
    except ValueError as error:
        raise QueryError(str(error)) from error
    except RuntimeError as error:
        message = str(error).replace("does not contains", "does not contain")
        raise QueryError(
            message, remedy="a variable that is given a value has to be projected by the SELECT"
        ) from error


def _serialise(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, request: SparqlRequest, limits: Limits
) -> Answer:
    if isinstance(results, ox.QueryTriples):
        form = _choose(request, GRAPHS, "a graph (CONSTRUCT, DESCRIBE)")
        triples: dict[ox.Triple, None] = {}
        for triple in results:
            triples[triple] = None
            if len(triples) > limits.rows:
                raise _too_many_rows(limits, "triples")
        return Answer(200, form.media_type, write_graph(list(triples), form, limits.answer_bytes))
    form = _choose(request, SOLUTIONS, "a table (SELECT, ASK)")
    assert isinstance(form.writer, ox.QueryResultsFormat)
    buffer = _CappedBuffer(limits.answer_bytes)
    results.serialize(buffer, form.writer)
    body = buffer.getvalue()
    # a row takes two bytes or more, so short answers need no count
    if (
        isinstance(results, ox.QuerySolutions)
        and len(body) > 2 * limits.rows
        and count_rows(body, form.name) > limits.rows
    ):
        raise _too_many_rows(limits, "rows")
    return Answer(200, form.media_type, body)


def evaluate(store: ox.Store, request: SparqlRequest, limits: Limits) -> Answer:
    """Return the answer of a store to a request: a whole one, or a refusal with its reason.

    400 for what is not SPARQL or not allowed, 403 for an update, 406 for a format that is not offered, 413 for an
    answer over the limits of rows and bytes. Deadline and memory are the business of the calling process (``answers``).
    """
    try:
        if len(request.query.encode()) > limits.query_bytes:
            raise RefusedError(413, f"the query is longer than {limits.query_bytes:,} bytes")
        if is_update(request.query):
            raise RefusedError(403, "updates are not allowed: the graph is read-only", "ask a query (SELECT, ASK …)")
        return _serialise(_query(store, request, limits), request, limits)
    except RefusedError as refused:
        return Answer.refuse(refused.problem)
    except QueryError as error:
        return Answer.refuse(Problem(400, error.message, error.line, error.column, error.remedy))
    except MemoryError:
        return Answer.refuse(Problem(507, "the query needs more memory than it may take", remedy="ask for less"))
    except OSError as error:
        return Answer.refuse(Problem(500, f"the query failed while it was evaluated ({error})"))


@attrs.frozen
class LocalAnswers:
    """Answers from a store in this process: for the command line and for tests; no deadline ends a query here."""

    store: ox.Store
    limits: Limits = attrs.field(factory=Limits)

    def ask(self, request: SparqlRequest) -> Answer:
        """Return the answer (see ``evaluate``)."""
        return evaluate(self.store, request, self.limits)
