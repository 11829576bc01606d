"""``/queries``: the canned queries, each with a form, a page, and the same table for programs."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import flask
import pyoxigraph as ox

from nkgraph.errors import ParameterError, UnknownThingError
from nkgraph.formats import HTML, SOLUTIONS, Format
from nkgraph.iris import BASE
from nkgraph.queries import CannedQuery, bind_parameters, check_kinds, find_query
from nkgraph.sparql import SparqlRequest
from nkgraph.tables import Table, read_table
from nkgraph.web.endpoint import SHOWN_ROWS
from nkgraph.web.lookups import find_nearest, is_known
from nkgraph.web.naming import name_things
from nkgraph.web.responses import choose_format, respond_answer
from nkgraph.web.site import current_site
from nkgraph.web.themes import group_queries

__all__ = ["blueprint"]

_Suggestion = tuple[str, str | None]

blueprint = flask.Blueprint("canned", __name__, url_prefix="/queries")


@blueprint.get("/")
def list_all() -> flask.Response:
    """List the canned queries."""
    offered = (HTML, Format("json", "application/json", "JSON"))
    if choose_format(offered, flask.request.args.get("format")) is HTML:
        return flask.make_response(
            flask.render_template(
                "queries.html", queries=current_site().queries, themes=group_queries(current_site().queries)
            )
        )
    return flask.jsonify([_outline(query) for query in current_site().queries.values()])


@blueprint.get("")
def list_all_too() -> flask.Response:
    """List the canned queries."""
    return list_all()


def _outline(query: CannedQuery) -> dict[str, object]:
    """Return what programs need to know of a query."""
    return {
        "name": query.name,
        "title": query.title,
        "question": query.question,
        "columns": list(query.columns),
        "parameters": [attrs.asdict(parameter) for parameter in query.parameters],
        "reads": query.reads,
        "sources": dict(query.sources),
        "notice": query.notice,
        "url": flask.url_for("canned.show", name=query.name, _external=True),
    }


@blueprint.get("/<name>")
def show(name: str) -> flask.Response:
    """Answer a canned query: its page, or its table in the format of the extension, ``?format=`` or ``Accept``."""
    queries = current_site().queries
    stem, dot, extension = name.rpartition(".")
    if not dot or name in queries:
        stem, extension = name, ""
    query = find_query(queries, stem)
    values = _read_values()
    form = choose_format((HTML, *SOLUTIONS), extension or flask.request.args.get("format"))
    if form is HTML:
        return _show_page(query, values)
    terms = bind_parameters(query, values)
    check_kinds(current_site().service, query, terms)
    request = SparqlRequest(query.text, substitutions=terms, format=form.name)
    response = respond_answer(current_site().service.ask(request), query.name)
    if query.notice:
        # a table for programs has no place for it: https://www.rfc-editor.org/rfc/rfc8288
        response.headers["Link"] = (
            f'<{flask.url_for("canned.show", name=query.name)}>; rel="help"; title="{query.notice}"'
        )
    return response


def _read_values() -> dict[str, str]:
    """Return the values of the parameters, each given once.

    Raises:
        ParameterError: one is given twice.
    """
    for name, given in flask.request.args.lists():
        if len(given) > 1:
            raise ParameterError(f"the parameter {name!r} is given twice", remedy="ask once for each value")
    return {key: value for key, value in flask.request.args.items() if key != "format"}


def _show_page(query: CannedQuery, values: dict[str, str]) -> flask.Response:
    """Return the page of a query: its form, and its rows unless a parameter is still to be given."""
    wanting = not any(value.strip() for value in values.values()) and any(p.required for p in query.parameters)
    table: Table | None = None
    problem: ParameterError | None = None
    status, suggestions = 400, list[_Suggestion]()
    if not wanting:
        try:
            terms = bind_parameters(query, values)
            check_kinds(current_site().service, query, terms)
        except UnknownThingError as error:
            problem, status, suggestions = error, 404, _suggest(terms)
        except ParameterError as error:
            problem = error
        else:
            request = SparqlRequest(query.text, substitutions=terms, format="json")
            answer = current_site().service.ask(request)
            if answer.error is not None:
                return respond_answer(answer)
            table = read_table(answer, query.columns)
    given = {name: value for name, value in values.items() if value.strip()}
    links = {
        form: flask.url_for("canned.show", name=f"{query.name}.{form}", **given)  # type: ignore[arg-type]
        for form in ("json", "csv", "tsv", "xml")
    }
    page = flask.render_template(
        "query.html",
        query=query,
        values=values,
        table=table,
        problem=problem,
        suggestions=suggestions,
        links=links,
        shown_rows=SHOWN_ROWS,
    )
    response = flask.make_response(page, status if problem else 200)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Vary"] = "Accept"
    return response


def _suggest(terms: Mapping[str, ox.NamedNode | ox.Literal]) -> list[_Suggestion]:
    """Return what is nearest to the first thing asked about that is not in the graph, by IRI and name."""
    service = current_site().service
    for term in terms.values():
        if isinstance(term, ox.NamedNode) and not is_known(service, term):
            near = find_nearest(service, term.value.removeprefix(BASE)) if term.value.startswith(BASE) else ()
            names = name_things(service, near)
            return [(iri, names[iri].full if iri in names else None) for iri in near]
    return []
