"""Answers made into HTTP responses: one place for types, names of files and caching."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import flask
import pyoxigraph as ox

from nkgraph.evaluation import write_graph
from nkgraph.formats import GRAPHS, HTML, SOLUTIONS, Format, find_format, negotiate
from nkgraph.sparql import Answer, Problem
from nkgraph.web.site import ProblemError, current_site

__all__ = ["choose_format", "finish_response", "respond_answer", "respond_graph"]


def choose_format(offered: Sequence[Format], named: str | None = None) -> Format:
    """Return the format that is named (by an extension or ``?format=``), or else the one that ``Accept`` prefers.

    Raises:
        ProblemError: 406, naming what there is.
    """
    listed = ", ".join(f"{offer.name} ({offer.media_type})" for offer in offered)
    if named:
        chosen = find_format(named, offered)
        if chosen is None:
            raise ProblemError(Problem(406, f"no format {named!r} here", remedy=f"there are {listed}"))
        return chosen
    chosen = negotiate(flask.request.headers.get("Accept"), offered)
    if chosen is None:
        raise ProblemError(Problem(406, "nothing that this is written in is accepted", remedy=f"there are {listed}"))
    return chosen


def finish_response(response: flask.Response) -> flask.Response:
    """Put the headers of negotiated answers on a response: an ETag of its bytes, and that it varies by ``Accept``."""
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(flask.request)
    return response


def respond_answer(answer: Answer, filename: str | None = None) -> flask.Response:
    """Return a SPARQL answer as a response, with an ETag of its bytes; a name makes browsers save it under that name.

    Raises:
        ProblemError: it is a refusal.
    """
    if answer.error is not None:
        raise ProblemError(answer.error)
    formats = {form.media_type: form for form in (*SOLUTIONS, *GRAPHS)}
    form = formats[answer.media_type]
    response = flask.make_response(answer.body)
    response.headers["Content-Type"] = form.content_type
    if filename is not None and form.name in {"csv", "tsv"}:
        response.headers["Content-Disposition"] = f'inline; filename="{filename}.{form.name}"'
    return finish_response(response)


def respond_graph(triples: Iterable[ox.Triple | ox.Quad], form: Format) -> flask.Response:
    """Return triples (or, for the formats that have graphs, quads) as a response."""
    assert form is not HTML
    assert isinstance(form.writer, ox.RdfFormat)
    listed = list(triples)
    if not form.writer.supports_datasets:
        listed = list(dict.fromkeys(t.triple if isinstance(t, ox.Quad) else t for t in listed))
    response = flask.make_response(write_graph(listed, form, current_site().limits.answer_bytes))  # type: ignore[arg-type]
    response.headers["Content-Type"] = form.content_type
    return finish_response(response)
