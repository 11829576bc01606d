"""``/explain``: why a triple is in the graph, down to the words it rests on, or what is missing; in every format."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import attrs
import flask
import pyoxigraph as ox

from nkgraph.formats import GRAPHS, HTML, Format
from nkgraph.iris import PREFIXES, shorten
from nkgraph.proofs.asking import read_triple
from nkgraph.proofs.diagrams import write_mermaid
from nkgraph.proofs.foldable import write_fragment
from nkgraph.proofs.jsonfiles import read_json, write_json
from nkgraph.proofs.provenance import to_prov
from nkgraph.proofs.telling import Explanation, add_quotations, things_in
from nkgraph.proofs.texts import write_text
from nkgraph.proofs.wording import say_triple, write_short
from nkgraph.sparql import Problem
from nkgraph.tables import Cell
from nkgraph.web.naming import name_things
from nkgraph.web.responses import choose_format, finish_response, respond_graph
from nkgraph.web.site import ProblemError, current_site, link_to

__all__ = ["blueprint", "link_to_type", "link_to_why"]

blueprint = flask.Blueprint("explaining", __name__)

_PLACES: Final = ("subject", "predicate", "object")
_TEXTS: Final = {
    "json": Format("json", "application/json", "JSON"),
    "text": Format("text", "text/plain", "text", names=("txt",)),
    "mermaid": Format("mermaid", "text/vnd.mermaid", "Mermaid", names=("mmd",)),
}
_OFFERED: Final = (HTML, *_TEXTS.values(), *GRAPHS)


def link_to_why(subject: str, predicate: str, value: Cell) -> str:
    """Return the address at which a triple is explained.

    >>> link_to_why("https://w3id.org/nkgraph/place/yanji", PREFIXES["nk"] + "within", ox.NamedNode("urn:a"))
    '/explain?subject=place%3Ayanji&predicate=nk%3Awithin&object=urn%3Aa'
    """
    target = shorten(value.value) if isinstance(value, ox.NamedNode) else str(value)
    return "/explain?" + urlencode(dict(zip(_PLACES, (shorten(subject), shorten(predicate), target), strict=True)))


def link_to_type(subject: str, kind: str) -> str:
    """Return the address at which it is explained why a thing is of a class."""
    return link_to_why(subject, PREFIXES["rdf"] + "type", ox.NamedNode(kind))


@blueprint.get("/explain")
def show() -> flask.Response:
    """Explain the triple of the parameters ``subject``, ``predicate``, ``object``; without them show a form."""
    given = {place: flask.request.args.get(place, "").strip() for place in _PLACES}
    site = current_site()
    if site.explain is None:
        raise ProblemError(Problem(404, "this server explains nothing", remedy="ask `nkgraph explain`"))
    form = choose_format(_OFFERED, flask.request.args.get("format"))
    if not any(given.values()) and form is HTML:
        return flask.make_response(flask.render_template("explain.html", given=given, formats=()))
    absent = [place for place, words in given.items() if not words]
    if absent:
        message = f"the {' and the '.join(absent)} of the triple {'is' if len(absent) == 1 else 'are'} not given"
        raise ProblemError(Problem(400, message, remedy="give subject, predicate and object"))
    triple = read_triple(**{"object_" if place == "object" else place: words for place, words in given.items()})
    return _respond(_explain(triple), form, given)


def _explain(triple: ox.Triple) -> Explanation:
    """Return an explanation with names, and with quotations where the documents are at hand."""
    site = current_site()
    assert site.explain is not None
    answer = site.explain(triple)
    if answer.error is not None:
        raise ProblemError(answer.error)
    explanation = read_json(answer.body)
    if site.quote is not None:
        explanation = add_quotations(explanation, site.quote)
    names = name_things(site.service, things_in(explanation))
    return attrs.evolve(explanation, names={iri: name.full for iri, name in names.items()})


def _respond(explanation: Explanation, form: Format, given: dict[str, str]) -> flask.Response:
    if form in GRAPHS:
        response = respond_graph(to_prov(explanation), form)
    else:
        response = flask.make_response(_write(explanation, form, given))
        response.headers["Content-Type"] = form.content_type
        response = finish_response(response)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _write(explanation: Explanation, form: Format, given: dict[str, str]) -> str:
    """Return an explanation as text, JSON, Mermaid or a page."""
    writers = {"json": write_json, "mermaid": write_mermaid}
    if form.name in writers:
        return writers[form.name](explanation)
    if form.name == "text":
        return write_text(explanation, others=True)
    assert explanation.triple is not None
    addresses = [(f.label, f"/explain?{urlencode({**given, 'format': f.name})}") for f in _OFFERED[1:]]
    return flask.render_template(
        "explain.html",
        given=given,
        heading=say_triple(explanation.triple, explanation.names),
        short=write_short(explanation.triple),
        fragment=write_fragment(explanation, link_to),
        formats=addresses,
        quoting=current_site().quote is not None,
        private=True,
    )
