"""The pages of things at their own addresses: HTML for people, RDF for programs, the words that everything rests on."""

from __future__ import annotations

from typing import Final

import attrs
import flask
import pyoxigraph as ox

from nkgraph.formats import GRAPHS, HTML, Format, find_format
from nkgraph.iris import BASE
from nkgraph.sparql import Problem, SparqlRequest
from nkgraph.web.description import Evidence, Words, local_name
from nkgraph.web.folders import show_folder
from nkgraph.web.gone import was_withdrawn
from nkgraph.web.linked import gather_links
from nkgraph.web.lookups import find_nearest, list_below, list_terms
from nkgraph.web.naming import name_things
from nkgraph.web.responses import choose_format, respond_graph
from nkgraph.web.site import ENTITY_ROOTS, ProblemError, current_site, is_private
from nkgraph.web.statuses import gather_statuses
from nkgraph.web.things import Thing, describe_thing

__all__ = ["blueprint", "read_quads"]

blueprint = flask.Blueprint("entities", __name__)

_EXTENSIONS: Final = ("ttl", "nt", "rdf", "jsonld", "trig", "nq", "html")
_PERSONS: Final = ("Person", "PersonGroup", "Narrator", "Intermediary")

# a thing: its own statements; a claim or graph: also all that its graph holds, and what is known of its spans
_OWN: Final = "CONSTRUCT { ?this ?p ?o } WHERE { ?this ?p ?o }"
_HELD: Final = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?this { ?s ?p ?o } }"
_SPANS: Final = """
PREFIX prov: <http://www.w3.org/ns/prov#>
CONSTRUCT { ?span ?p ?o } WHERE { ?this prov:wasQuotedFrom ?span . ?span ?p ?o }"""
_CLAIMS: Final = """
PREFIX nk: <https://w3id.org/nkgraph/ontology#>
CONSTRUCT { ?claim nk:about ?this } WHERE { ?claim nk:about ?this }"""
# what the class of a thing says that must stand with each of its things
_NOTES: Final = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
CONSTRUCT { ?class skos:scopeNote ?note } WHERE { ?this a ?class . ?class skos:scopeNote ?note }"""
_ONTOLOGY: Final = """
PREFIX graph: <https://w3id.org/nkgraph/graph/>
CONSTRUCT { ?s ?p ?o } WHERE { GRAPH graph:ontology { ?s ?p ?o } }"""


def _construct(query: str, iri: ox.NamedNode | None = None) -> list[ox.Triple]:
    """Return the triples of a CONSTRUCT.

    Raises:
        ProblemError: there is no answer.
    """
    terms = {} if iri is None else {"this": iri}
    answer = current_site().service.ask(SparqlRequest(query, substitutions=terms, format="nt"))
    if answer.error is not None:
        raise ProblemError(answer.error)
    return [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]


def read_quads(iri: ox.NamedNode) -> list[ox.Quad]:
    """Return the data of a thing: its statements, the claims about it; for a claim its graph and its spans too.

    What a claim or a named graph holds stays in the graph of that name; everything else is in the default graph.
    """
    own = [*_construct(_OWN, iri), *_construct(_CLAIMS, iri), *_construct(_NOTES, iri)]
    if iri.value.startswith((BASE + "claim/", BASE + "graph/")):
        own += _construct(_SPANS, iri)
        held = [ox.Quad(t.subject, t.predicate, t.object, iri) for t in _construct(_HELD, iri)]
    else:
        held = []
    return [*(ox.Quad(t.subject, t.predicate, t.object) for t in dict.fromkeys(own)), *held]


def _split_extension(path: str) -> tuple[str, str | None]:
    stem, dot, extension = path.rpartition(".")
    return (stem, extension) if dot and extension in _EXTENSIONS else (path, None)


def _quote(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return the evidence with the words themselves, where the user's own documents are at hand."""
    quote = current_site().quote
    if quote is None:
        return evidence

    def with_words(item: Evidence, words: Words) -> Words:
        return attrs.evolve(words, quotation=quote(item.slug, words.start, words.end))

    return tuple(attrs.evolve(e, words=tuple(with_words(e, w) for w in e.words)) for e in evidence)


@blueprint.get(f"/<any({','.join(ENTITY_ROOTS)}):root>/<path:rest>")
def show(root: str, rest: str) -> flask.Response:
    """Show a thing at its own address; what ends in a slash is a folder."""
    if rest.endswith("/"):
        return show_folder(f"{root}/{rest}")
    stem, extension = _split_extension(rest)
    path = f"{root}/{stem}"
    form = choose_format((HTML, *GRAPHS), extension or flask.request.args.get("format"))
    try:
        iri = ox.NamedNode(BASE + path)
    except ValueError as error:
        raise ProblemError(Problem(404, f"there is nothing at /{path}")) from error
    response = _show_page(iri, path) if form is HTML else _show_data(iri, path, form)
    response.headers["Vary"] = "Accept"
    if is_private(path):
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _nothing(path: str) -> ProblemError:
    service = current_site().service
    if was_withdrawn(service, path):
        remedy = (
            "nothing of it is kept but that there was one; an address that never was is taken for it once in a while"
        )
        return ProblemError(Problem(410, f"the claim at /{path} was withdrawn", remedy=remedy))
    found = find_nearest(service, path)
    names = name_things(service, found)
    suggestions = tuple((iri, names[iri].full if iri in names else None) for iri in found)
    folder = path.partition("/")[0]
    remedy = f"nearest: {found[0]}" if found else f"/{folder}/ lists what there is"
    return ProblemError(Problem(404, f"there is nothing at /{path}", remedy=remedy), suggestions=suggestions)


def _show_data(iri: ox.NamedNode, path: str, form: Format) -> flask.Response:
    quads = read_quads(iri)
    if not quads:
        raise _nothing(path)
    return respond_graph(quads, form)


def _show_page(iri: ox.NamedNode, path: str) -> flask.Response:
    thing = describe_thing(current_site().service, iri)
    if thing is None:
        if list_below(current_site().service, f"{path}/"):
            return flask.make_response(flask.redirect(f"/{path}/"))
        raise _nothing(path)
    thing = attrs.evolve(thing, evidence=_quote(thing.evidence))
    personal = is_private(path) or thing.is_a(*_PERSONS)
    private = personal or thing.tells_of_accounts
    page = flask.render_template(
        "thing.html",
        thing=thing,
        names=thing.names,
        path=path,
        heading=_heading(thing, path),
        private=private,
        personal=personal,
        formats=GRAPHS,
        law=gather_statuses(current_site().service, iri, _list_kinds(thing)),
        links=gather_links(current_site().service, iri),
        quoting=current_site().quote is not None,
        explaining=current_site().explain is not None,
    )
    response = flask.make_response(page)
    if private:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _list_kinds(thing: Thing) -> set[str | None]:
    """Return the kinds of a thing and of all that its page names."""
    return {local_name(kind) for kind, _ in thing.types} | {name.kind for name in thing.names.values()}


def _heading(thing: Thing, path: str) -> str:
    """Return what a page calls its statements, in a neutral voice: documents report, reference data states."""
    root = path.partition("/")[0]
    if thing.is_a("Judgement", "FigureJudgement"):
        return "What we judge"
    if root in {"id", "org", "work"} and not thing.is_a("Document", "Account", "Passage"):
        return "What is reported"
    return "What is recorded" if root in {"claim", "span", "graph", "id"} else "What is stated"


@blueprint.get("/ontology")
def show_ontology() -> flask.Response:
    """Show the ontology: every term at its fragment."""
    return _answer_ontology(None)


@blueprint.get("/ontology.<extension>")
def show_ontology_file(extension: str) -> flask.Response:
    """Show the ontology in the format of an extension."""
    if find_format(extension, (HTML, *GRAPHS)) is None:
        raise ProblemError(Problem(404, f"there is nothing at /ontology.{extension}", remedy="see /ontology"))
    return _answer_ontology(extension)


def _answer_ontology(extension: str | None) -> flask.Response:
    form = choose_format((HTML, *GRAPHS), extension or flask.request.args.get("format"))
    if form is not HTML:
        triples = _construct(_ONTOLOGY)
        if not triples:
            raise ProblemError(Problem(404, "there is no ontology in this graph"))
        return respond_graph(triples, form)
    terms: dict[str, dict[str, list[str]]] = {}
    for row in list_terms(current_site().service):
        term = row["term"]
        assert isinstance(term, ox.NamedNode)
        fields = terms.setdefault(term.value, {name: [] for name in row if name != "term"})
        for name, values in fields.items():
            cell = row[name]
            if isinstance(cell, ox.NamedNode | ox.Literal) and cell.value not in values:
                values.append(cell.value)
    if not terms:
        raise ProblemError(Problem(404, "there is no ontology in this graph"))
    response = flask.make_response(flask.render_template("ontology.html", terms=terms, formats=GRAPHS))
    response.headers["Vary"] = "Accept"
    return response
