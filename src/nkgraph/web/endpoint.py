"""``/sparql``: the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/), an editor, a description."""

from __future__ import annotations

from typing import Final

import attrs
import flask
import pyoxigraph as ox
from werkzeug.datastructures import MultiDict

from nkgraph.formats import GRAPHS, HTML, SOLUTIONS, find_format, negotiate
from nkgraph.iris import BASE, PREFIXES
from nkgraph.queries import find_query
from nkgraph.sparql import Answer, Problem, SparqlRequest
from nkgraph.tables import read_table
from nkgraph.web.problems import respond
from nkgraph.web.responses import respond_answer, respond_graph
from nkgraph.web.site import ProblemError, current_site

__all__ = ["SHOWN_ROWS", "blueprint"]

blueprint = flask.Blueprint("endpoint", __name__)

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_EXAMPLE: Final = "SELECT ?thing ?type WHERE {\n  ?thing a ?type\n} LIMIT 20\n"
#: Rows and characters of an answer that a page shows; the formats for programs hold all.
SHOWN_ROWS: Final = 1000
_SHOWN_CHARACTERS: Final = 200_000


@blueprint.get("/sparql")
def get() -> flask.Response:
    """Answer a query (protocol §2.1.1); without one show the editor, or describe the service to who asks for RDF."""
    arguments = flask.request.args
    if "update" in arguments:
        raise ProblemError(_no_updates())
    if "query" in arguments:
        return _answer(_read_request(arguments.getlist("query"), arguments))
    if "edit" in arguments:
        return _show_editor(find_query(current_site().queries, arguments["edit"]).text)
    named = arguments.get("format")
    form = find_format(named, GRAPHS) if named else negotiate(flask.request.headers.get("Accept"), (HTML, *GRAPHS))
    if form is None:
        raise ProblemError(_no_query())
    return _show_editor(_EXAMPLE) if form is HTML else respond_graph(_describe(), form)


@blueprint.post("/sparql")
def post() -> flask.Response:
    """Answer a query sent as a form or as itself (protocol §2.1.2, §2.1.3)."""
    kind = flask.request.mimetype
    if kind == "application/x-www-form-urlencoded":
        if "update" in flask.request.form:
            raise ProblemError(_no_updates())
        return _answer(_read_request(flask.request.form.getlist("query"), flask.request.form))
    if kind == "application/sparql-query":
        try:
            text = flask.request.get_data().decode()
        except UnicodeDecodeError as error:
            raise ProblemError(Problem(400, "the query is not UTF-8")) from error
        return _answer(_read_request([text] if text.strip() else [], flask.request.args))
    if kind == "application/sparql-update":
        raise ProblemError(_no_updates())
    remedy = "send application/x-www-form-urlencoded or application/sparql-query"
    raise ProblemError(Problem(415, f"a query cannot be sent as {kind or 'nothing in particular'}", remedy=remedy))


def _no_updates() -> Problem:
    return Problem(403, "updates are not allowed: the graph is read-only", remedy="ask a query (SELECT, ASK …)")


def _no_query() -> Problem:
    return Problem(400, "there is no query", remedy="give one as the parameter query")


def _read_request(queries: list[str], arguments: MultiDict[str, str]) -> SparqlRequest:
    """Return the request of the protocol's parameters.

    Raises:
        ProblemError: 400, there is no query or more than one.
    """
    if not queries or not queries[0].strip():
        raise ProblemError(_no_query())
    if len(queries) > 1:
        raise ProblemError(Problem(400, "there is more than one query", remedy="give the parameter query once"))
    named = arguments.get("format") or flask.request.args.get("format")
    return SparqlRequest(
        queries[0],
        tuple(dict.fromkeys(arguments.getlist("default-graph-uri"))),
        tuple(dict.fromkeys(arguments.getlist("named-graph-uri"))),
        accept=flask.request.headers.get("Accept"),
        format=named or None,
    )


def _answer(request: SparqlRequest) -> flask.Response:
    """Return the answer in the format asked for; people with a browser get a page."""
    named, accepted = request.format, negotiate(request.accept, (*SOLUTIONS, *GRAPHS, HTML))
    wants_page = named == HTML.name or (not named and accepted is HTML)
    if not wants_page:
        return respond_answer(current_site().service.ask(request))
    plain = attrs.evolve(request, format=None, accept="application/sparql-results+json, text/turtle")
    answer = current_site().service.ask(plain)
    return _show_answer(request, answer)


def _show_editor(text: str) -> flask.Response:
    return _render(text=text)


def _show_answer(request: SparqlRequest, answer: Answer) -> flask.Response:
    """Return the editor with the answer, or with what is wrong with the query, below it."""
    if answer.error is not None and answer.error.status >= 500:
        return respond(answer.error)
    if answer.error is not None:
        response = _render(text=request.query, problem=answer.error, status=answer.status)
    elif answer.media_type == "text/turtle":
        turtle = answer.body.decode()
        cut = len(turtle) > _SHOWN_CHARACTERS
        response = _render(text=request.query, turtle=turtle[:_SHOWN_CHARACTERS], cut=cut, formats=GRAPHS)
    else:
        table = read_table(answer)
        response = _render(text=request.query, table=table, shown=table.rows[:SHOWN_ROWS], formats=SOLUTIONS)
    return response


def _render(*, text: str, status: int = 200, **values: object) -> flask.Response:
    queries = current_site().queries
    page = flask.render_template("sparql.html", text=text, queries=queries, prefixes=PREFIXES, **values)
    response = flask.make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Vary"] = "Accept"
    return response


def _describe() -> list[ox.Triple]:
    """Return the SPARQL 1.1 Service Description (https://www.w3.org/TR/sparql11-service-description/)."""
    service = ox.NamedNode(flask.request.base_url)
    dataset = ox.NamedNode(flask.request.base_url + "#dataset")
    default = ox.NamedNode(flask.request.base_url + "#default-graph")
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SD + name)

    triples = [
        ox.Triple(service, kind, sd("Service")),
        ox.Triple(service, sd("endpoint"), service),
        ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        ox.Triple(service, sd("defaultDataset"), dataset),
        ox.Triple(dataset, kind, sd("Dataset")),
        ox.Triple(dataset, sd("defaultGraph"), default),
        ox.Triple(default, kind, sd("Graph")),
    ]
    if current_site().info.is_ours:
        source = ox.NamedNode(PREFIXES["dcterms"] + "source")
        triples.append(ox.Triple(dataset, source, ox.NamedNode(BASE + "graph/statistics")))
    formats = [form.writer.iri for form in (*SOLUTIONS, *GRAPHS) if form.writer is not None]
    triples += [ox.Triple(service, sd("resultFormat"), ox.NamedNode(iri)) for iri in formats]
    return triples
