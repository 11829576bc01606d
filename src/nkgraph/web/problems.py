"""The one error handler: whatever goes wrong has the same shape, as JSON, text or a page."""

from __future__ import annotations

import logging
from typing import Final

import attrs
import flask
from werkzeug.exceptions import HTTPException

from nkgraph.errors import NkgraphError, ParameterError, QueryError, UnknownThingError
from nkgraph.evaluation import RefusedError
from nkgraph.formats import HTML, Format, negotiate
from nkgraph.sparql import Problem
from nkgraph.web.site import ProblemError

__all__ = ["handle", "respond"]

_log: Final = logging.getLogger(__name__)
_JSON: Final = Format(
    "json",
    "application/json",
    "JSON",
    ("application/sparql-results+json", "application/ld+json", "application/problem+json"),
)
_TEXT: Final = Format("text", "text/plain", "text", ("text/csv", "text/tab-separated-values", "text/turtle"))
_REMEDIES: Final = {
    404: "the start page / and /queries/ list what there is",
    405: "use one of the methods of the Allow header",
    413: "send less",
}


def _to_problem(error: Exception) -> Problem:
    """Return the problem that an exception is; what is no known mistake is ours, and logged without what was asked."""
    if isinstance(error, ProblemError | RefusedError):
        return error.problem
    if isinstance(error, QueryError):
        return Problem(400, error.message, error.line, error.column, error.remedy)
    if isinstance(error, ParameterError):
        is_absent = isinstance(error, UnknownThingError) or error.message.startswith("no canned query")
        status = 404 if is_absent else 400
        return Problem(status, error.message, remedy=error.remedy)
    if isinstance(error, HTTPException) and error.code is not None:
        return Problem(error.code, error.name.lower(), remedy=_REMEDIES.get(error.code))
    if isinstance(error, NkgraphError):
        return Problem(500, error.message, remedy=error.remedy)
    _log.exception("a page failed: %s", type(error).__name__)
    return Problem(500, "this page failed: a mistake of ours", remedy="please report it with the address of the page")


def respond(problem: Problem, suggestions: tuple[tuple[str, str | None], ...] = ()) -> flask.Response:
    """Return a problem as the response that the client can read: JSON unless it prefers a page or text."""
    chosen = negotiate(flask.request.headers.get("Accept"), (_JSON, HTML, _TEXT)) or _JSON
    if chosen is HTML:
        page = flask.render_template("problem.html", problem=problem, suggestions=suggestions)
        response = flask.make_response(page, problem.status)
    elif chosen is _TEXT:
        text = problem.message + (f"\n{problem.remedy}" if problem.remedy else "") + "\n"
        response = flask.make_response(text, problem.status, {"Content-Type": "text/plain; charset=utf-8"})
    else:
        shape = attrs.asdict(problem)
        shape["error"] = shape.pop("message")
        response = flask.make_response(flask.jsonify(shape), problem.status)
    if problem.status == 503:
        response.headers["Retry-After"] = "5"
    response.headers["Vary"] = "Accept"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def handle(error: Exception) -> flask.Response:
    """Return the response to an exception (registered for all of them)."""
    suggestions = error.suggestions if isinstance(error, ProblemError) else ()
    response = respond(_to_problem(error), suggestions)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers(flask.request.environ):
            if name == "Allow":
                response.headers[name] = value
    return response
