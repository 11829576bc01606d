"""The web application: its parts put together, and what every response carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import flask
import pyoxigraph as ox

from nkgraph.queries import CannedQuery
from nkgraph.sparql import Answer, Limits, QueryAnswering
from nkgraph.tables import show_cell
from nkgraph.web import canned, endpoint, entities, explaining, folders, lookups, pages, problems, reconcile
from nkgraph.web.site import DatasetInfo, Site, brief_name_of, current_site, link_to, name_of, write_words

__all__ = ["create_app"]

_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    service: QueryAnswering,
    queries: Mapping[str, CannedQuery],
    *,
    info: DatasetInfo | None = None,
    limits: Limits | None = None,
    quote: Callable[[str, int, int], str | None] | None = None,
    explain: Callable[[ox.Triple], Answer] | None = None,
) -> flask.Flask:
    """Return the web application that answers from a service.

    ``quote`` gives the words of a document (slug, start, end) from the user's own copy; without it pages show where
    words stand and how many they are, never the words. ``explain`` says why a triple is in the graph (``/explain``).
    """
    app = flask.Flask("nkgraph.web")
    limits = limits or Limits()
    # a query may be percent-encoded, three bytes for one
    app.config["MAX_CONTENT_LENGTH"] = 3 * limits.query_bytes + 10_000
    app.config["MAX_FORM_MEMORY_SIZE"] = 3 * limits.query_bytes + 10_000
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["nkgraph"] = Site(service, queries, info or DatasetInfo(), limits, quote, explain)
    reconcile.prepare(app, service)
    for part in (pages, endpoint, canned, explaining, reconcile, folders, entities):
        app.register_blueprint(part.blueprint)
    app.register_error_handler(Exception, problems.handle)
    app.jinja_env.filters.update(cell=show_cell, link=link_to, short=name_of, brief=brief_name_of, words=write_words)
    app.jinja_env.filters.update(why=explaining.link_to_why, why_type=explaining.link_to_type)
    app.context_processor(
        lambda: {
            "info": current_site().info,
            "explains": current_site().explain is not None,
            "query_for": lookups.write_incoming,
        }
    )
    app.after_request(_finish)
    return app


def _finish(response: flask.Response) -> flask.Response:
    """Put the headers of every response on it; a preflight (CORS) is told which methods and headers it may use."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if flask.request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
