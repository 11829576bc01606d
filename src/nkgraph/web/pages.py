"""The start page and the housekeeping routes: health, VoID, robots."""

from __future__ import annotations

from typing import Final

import flask
import pyoxigraph as ox

from nkgraph.formats import GRAPHS, HTML
from nkgraph.iris import BASE, PREFIXES, graph_iri
from nkgraph.sparql import SparqlRequest
from nkgraph.web.entities import read_quads
from nkgraph.web.folders import ROOT_TITLES
from nkgraph.web.lookups import count_all, list_documents
from nkgraph.web.naming import name_things
from nkgraph.web.responses import choose_format, respond_graph
from nkgraph.web.site import ProblemError, current_site
from nkgraph.web.themes import group_queries

__all__ = ["blueprint"]

blueprint = flask.Blueprint("pages", __name__)

_ROBOTS: Final = (
    "User-agent: *\nDisallow: /sparql\nDisallow: /reconcile\nDisallow: /claim/\nDisallow: /span/\nDisallow: /-/\n"
)
#: Folders that the start page leads to.
_OFFERED: Final = ("id", "place", "org", "work", "instrument", "provision", "state", "code")
#: The linksets to vocabularies of others, and the vocabularies that they lead to, but not their mappings one by one.
_LINKSETS: Final = """
PREFIX sssom: <https://w3id.org/sssom/>
PREFIX void: <http://rdfs.org/ns/void#>
CONSTRUCT { ?set ?p ?o . ?target ?q ?v } WHERE {
  ?set a void:Linkset ; void:objectsTarget ?target ; ?p ?o .
  ?target ?q ?v
  FILTER(?p != sssom:mappings)
}"""
_QUADS: Final = "SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


@blueprint.get("/")
def start() -> str:
    """Say what this is, how much there is, and what can be asked."""
    site = current_site()
    documents = list_documents(site.service)
    names = name_things(site.service, documents)
    return flask.render_template(
        "start.html",
        counts=count_all(site.service),
        queries=site.queries,
        themes=group_queries(site.queries),
        folders={root: ROOT_TITLES[root] for root in _OFFERED} if site.info.is_ours else {},
        documents=[(iri, names[iri].full) for iri in documents if iri in names],
    )


@blueprint.get("/-/health")
def health() -> flask.Response:
    """Say whether queries are answered, by asking one."""
    site = current_site()
    answer = site.service.ask(SparqlRequest(_QUADS, format="csv"))
    if answer.error is not None:
        raise ProblemError(answer.error)
    quads = int(answer.body.split()[1])
    response = flask.jsonify({"ok": True, "release": site.info.release, "quads": quads})
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/void")
def void() -> flask.Response:
    """Describe the dataset in VoID (https://www.w3.org/TR/void/): what the build counted, and where it is served."""
    form = choose_format((*GRAPHS, HTML), flask.request.args.get("format"))
    if form is HTML:
        return flask.make_response(flask.redirect("/graph/statistics"))
    site = current_site()
    dataset, kind = ox.NamedNode(BASE), ox.NamedNode(PREFIXES["rdf"] + "type")

    def named(prefix: str, name: str) -> ox.NamedNode:
        return ox.NamedNode(PREFIXES[prefix] + name)

    counts = count_all(site.service)
    integer = ox.NamedNode(PREFIXES["xsd"] + "integer")
    endpoint = ox.NamedNode(flask.url_for("endpoint.get", _external=True))
    triples = [
        ox.Triple(dataset, kind, named("void", "Dataset")),
        ox.Triple(dataset, named("dcterms", "title"), ox.Literal(site.info.title)),
        ox.Triple(dataset, named("dcterms", "license"), ox.NamedNode(site.info.licence)),
        ox.Triple(dataset, named("void", "sparqlEndpoint"), endpoint),
        ox.Triple(dataset, named("void", "uriSpace"), ox.Literal(BASE)),
        ox.Triple(dataset, named("void", "triples"), ox.Literal(str(counts.get("triples", 0)), datatype=integer)),
    ]
    statistics = (quad.triple for quad in read_quads(ox.NamedNode(graph_iri("statistics"))))
    answer = site.service.ask(SparqlRequest(_LINKSETS, format="nt"))
    if answer.error is not None:
        raise ProblemError(answer.error)
    linksets = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]
    parts = {t.object for t in linksets if t.predicate == named("void", "subset")}
    wholes = {t.subject for t in linksets if t.object == named("void", "Linkset")} - parts
    contents = (ox.Triple(dataset, named("void", "subset"), whole) for whole in sorted(wholes, key=str))
    return respond_graph([*triples, *contents, *linksets, *statistics], form)


@blueprint.get("/.well-known/void")
def well_known_void() -> flask.Response:
    """Lead to the VoID description (VoID §7.2)."""
    return flask.make_response(flask.redirect("/void"))


@blueprint.get("/robots.txt")
def robots() -> flask.Response:
    """Keep crawlers from queries, reconciliation, claims and spans."""
    return flask.make_response(_ROBOTS, 200, {"Content-Type": "text/plain; charset=utf-8"})
