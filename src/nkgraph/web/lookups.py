"""What the pages ask of the graph: fixed queries, their variables bound to terms."""

from __future__ import annotations

import difflib
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE
from nkgraph.sparql import QueryAnswering, SparqlRequest
from nkgraph.tables import Cell, read_table
from nkgraph.tokens import write_terms
from nkgraph.web.site import ProblemError

__all__ = [
    "PROLOGUE",
    "Row",
    "ask_rows",
    "count_all",
    "find_nearest",
    "is_known",
    "list_below",
    "list_claims",
    "list_documents",
    "list_incoming",
    "list_outgoing",
    "list_said",
    "list_terms",
    "list_told",
    "write_incoming",
]

#: A row of an answer by column.
Row = dict[str, Cell]

#: The prefixes of every query of the pages.
PROLOGUE: Final = """\
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX graph: <https://w3id.org/nkgraph/graph/>
PREFIX nk: <https://w3id.org/nkgraph/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""

_OUTGOING: Final = (
    PROLOGUE
    + """
SELECT ?p ?p_label ?o ?o_label ?graph ?this WHERE {
  ?this ?p ?o .
  OPTIONAL { ?p rdfs:label ?p_label }
  OPTIONAL { ?o rdfs:label|skos:prefLabel|nk:name|dcterms:title|nk:surname ?o_label }
  OPTIONAL { GRAPH ?graph { ?this ?p ?o } FILTER(!STRSTARTS(STR(?graph), STR(graph:view))) }
} ORDER BY ?p ?o ?graph LIMIT 5000"""
)

_DOCUMENTS: Final = PROLOGUE + "SELECT ?s WHERE { ?s a nk:Document OPTIONAL { ?s nk:order ?order } } ORDER BY ?order ?s"

_INCOMING_COUNTS: Final = (
    PROLOGUE
    + """
SELECT ?p (SAMPLE(?label) AS ?p_label) (COUNT(DISTINCT ?s) AS ?count) ?this WHERE {
  ?s ?p ?this . OPTIONAL { ?p rdfs:label ?label }
} GROUP BY ?p ?this ORDER BY ?p"""
)

_INCOMING: Final = "SELECT DISTINCT ?s ?p ?this WHERE { ?s ?p ?this } ORDER BY ?s LIMIT 2000"

_ALL_INCOMING: Final = "SELECT DISTINCT ?thing WHERE {\n  ?thing ?p ?this\n} ORDER BY ?thing\n"

# a row for each claim, span and source; the last variable is the one that is bound
_CLAIMS_ABOUT: Final = (
    PROLOGUE
    + """
SELECT DISTINCT ?claim ?document ?slug ?title ?order ?how ?note ?passage ?passage_kind ?number
                ?source ?span ?start ?end ?words ?this WHERE {
  ?claim nk:about ?this ; a nk:Claim ; nk:document ?document .
  OPTIONAL { ?document nk:slug ?slug } OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?claim nk:order ?order } OPTIONAL { ?claim nk:how ?how } OPTIONAL { ?claim nk:note ?note }
  OPTIONAL { ?claim nk:passage ?passage .
    OPTIONAL { ?passage nk:passageKind ?passage_kind } OPTIONAL { ?passage nk:number ?number } }
  OPTIONAL { ?claim prov:wasDerivedFrom ?source . ?source a nk:Claim }
  OPTIONAL { ?claim prov:wasQuotedFrom ?span . ?span nk:start ?start ; nk:endOffset ?end .
    OPTIONAL { ?span nk:wordCount ?words } }
} ORDER BY ?document ?order ?claim ?start LIMIT 2000"""
)

_CLAIM_ITSELF: Final = _CLAIMS_ABOUT.replace("?claim nk:about ?this ; a", "?claim a").replace(" ?this WHERE", " WHERE")

_SAID: Final = (
    PROLOGUE
    + """
SELECT ?s ?s_label ?p ?p_label ?o ?o_label ?this WHERE {
  { SELECT ?s ?p ?o ?this WHERE { GRAPH ?this { ?s ?p ?o } } ORDER BY ?s ?p ?o LIMIT 501 }
  OPTIONAL { ?p rdfs:label ?p_label }
  OPTIONAL { ?s rdfs:label|skos:prefLabel|nk:name|dcterms:title|nk:surname ?s_label }
  OPTIONAL { ?o rdfs:label|skos:prefLabel|nk:name|dcterms:title|nk:surname ?o_label }
} ORDER BY ?s ?p ?o"""
)

_TERMS: Final = (
    PROLOGUE
    + """
SELECT ?term ?type ?label ?definition ?parent ?domain ?range WHERE {
  VALUES ?type { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
  GRAPH graph:ontology {
    ?term a ?type . FILTER(STRSTARTS(STR(?term), STR(nk:)))
    OPTIONAL { ?term rdfs:label ?label } OPTIONAL { ?term skos:definition ?definition }
    OPTIONAL { ?term rdfs:subClassOf|rdfs:subPropertyOf ?parent . FILTER(STRSTARTS(STR(?parent), STR(nk:))) }
    OPTIONAL { ?term schema:domainIncludes ?domain } OPTIONAL { ?term schema:rangeIncludes ?range }
  }
} ORDER BY ?term ?parent ?domain ?range"""
)

_BELOW: Final = "SELECT DISTINCT ?s ?prefix WHERE { ?s ?p ?o . FILTER(STRSTARTS(STR(?s), ?prefix)) } ORDER BY ?s"
_GRAPHS_BELOW: Final = """\
SELECT DISTINCT ?s ?prefix WHERE { GRAPH ?s { ?x ?p ?o } FILTER(STRSTARTS(STR(?s), ?prefix)) } ORDER BY ?s"""
_NAMES_BELOW: Final = (
    PROLOGUE
    + """
SELECT DISTINCT ?s ?name ?prefix WHERE { ?s nk:name|nk:altName ?name . FILTER(STRSTARTS(STR(?s), ?prefix)) } ORDER BY ?s"""
)
_KNOWN: Final = """\
SELECT ?this WHERE { { ?this ?p ?o } UNION { ?s ?q ?this } UNION { GRAPH ?this { ?a ?b ?c } } } LIMIT 1"""

# the things of an account, a row for each claim about one, in the order of telling
_TOLD: Final = (
    PROLOGUE
    + """
SELECT DISTINCT ?thing ?claim ?order ?this WHERE {
  ?thing nk:inAccount ?this .
  OPTIONAL { ?claim nk:about ?thing ; a nk:Claim . OPTIONAL { ?claim nk:order ?order } }
} ORDER BY ?order ?thing ?claim"""
)

_COUNTS: Final[dict[str, str]] = {
    "triples": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "named graphs": "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
    "documents": PROLOGUE + "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a nk:Document }",
    "accounts": PROLOGUE + "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a nk:Account }",
    "claims": PROLOGUE + "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a nk:Claim }",
    "spans of words": PROLOGUE + "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a nk:Span }",
}


def ask_rows(service: QueryAnswering, query: str, **terms: ox.NamedNode | ox.Literal) -> list[Row]:
    """Return the rows of a query, its variables bound to terms.

    Raises:
        ProblemError: there is no answer.
    """
    answer = service.ask(SparqlRequest(query, substitutions=terms, format="json"))
    if answer.error is not None:
        raise ProblemError(answer.error)
    table = read_table(answer)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def count_all(service: QueryAnswering) -> dict[str, int]:
    """Return how much there is: triples of the default graph, named graphs, documents, accounts, claims, spans."""
    counts = {}
    for name, query in _COUNTS.items():
        cell = ask_rows(service, query)[0]["n"]
        counts[name] = int(cell.value) if isinstance(cell, ox.Literal) else 0
    return {name: count for name, count in counts.items() if count}


def list_documents(service: QueryAnswering) -> list[str]:
    """Return the IRIs of the documents, in their order."""
    return [row["s"].value for row in ask_rows(service, _DOCUMENTS) if isinstance(row["s"], ox.NamedNode)]


def list_outgoing(service: QueryAnswering, iri: ox.NamedNode) -> list[Row]:
    """Return p, p_label, o, o_label, graph of what is stated of a thing."""
    return ask_rows(service, _OUTGOING, this=iri)


@attrs.frozen
class Incoming:
    """The things that point to a thing by one property: the first of them, and how many there are."""

    property: ox.NamedNode
    label: str | None
    count: int
    things: tuple[Cell, ...]


def list_incoming(service: QueryAnswering, iri: ox.NamedNode) -> list[Incoming]:
    """Return the properties that point to a thing, each with up to 2000 subjects and the number of all."""
    found = []
    for row in ask_rows(service, _INCOMING_COUNTS, this=iri):
        prop, count, label = row["p"], row["count"], row["p_label"]
        assert isinstance(prop, ox.NamedNode)
        assert isinstance(count, ox.Literal)
        subjects = tuple(r["s"] for r in ask_rows(service, _INCOMING, this=iri, p=prop))
        found.append(Incoming(prop, label.value if isinstance(label, ox.Literal) else None, int(count.value), subjects))
    return found


def write_incoming(prop: ox.NamedNode, iri: str) -> str:
    """Return the query for all the things that point to a thing by a property, to be read and changed by people."""
    return write_terms(_ALL_INCOMING, {"p": prop, "this": ox.NamedNode(iri)})


def list_claims(service: QueryAnswering, iri: ox.NamedNode, *, itself: bool = False) -> list[Row]:
    """Return the claims about a thing with their words, or the words of a claim itself."""
    return ask_rows(service, _CLAIM_ITSELF, claim=iri) if itself else ask_rows(service, _CLAIMS_ABOUT, this=iri)


def list_said(service: QueryAnswering, graph: ox.NamedNode) -> list[Row]:
    """Return the first 501 triples of a named graph."""
    return ask_rows(service, _SAID, this=graph)


def list_terms(service: QueryAnswering) -> list[Row]:
    """Return the terms of the ontology with their labels and definitions; a row each superclass, domain and range."""
    return ask_rows(service, _TERMS)


def list_told(service: QueryAnswering, account: ox.NamedNode) -> list[Row]:
    """Return thing, claim, order of what is told in an account, in the order of telling."""
    return ask_rows(service, _TOLD, this=account)


def is_known(service: QueryAnswering, iri: ox.NamedNode) -> bool:
    """Say whether anything is stated of a thing, or with it, or in a graph of that name."""
    return bool(ask_rows(service, _KNOWN, this=iri))


def list_below(service: QueryAnswering, path: str) -> list[str]:
    """Return the IRIs of the graph that begin with a path (``place/``), of named graphs too if it is theirs."""
    prefix = ox.Literal(BASE + path)
    rows = ask_rows(service, _BELOW, prefix=prefix)
    if path.startswith("graph/"):
        rows += ask_rows(service, _GRAPHS_BELOW, prefix=prefix)
    return sorted({cell.value for row in rows if isinstance(cell := row["s"], ox.NamedNode)})


def find_nearest(service: QueryAnswering, path: str) -> tuple[str, ...]:
    """Return up to five IRIs of the graph that are most like a path where nothing is, in its letters or by name."""
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        prefix = "/".join(parts[:depth]) + "/"
        known = list_below(service, prefix)
        if known:
            keys = {iri.removeprefix(BASE + prefix).casefold(): iri for iri in known}
            for row in ask_rows(service, _NAMES_BELOW, prefix=ox.Literal(BASE + prefix)):
                thing, name = row["s"], row["name"]
                if isinstance(thing, ox.NamedNode) and isinstance(name, ox.Literal):
                    keys.setdefault(name.value.replace(" ", "-").casefold(), thing.value)
            near = difflib.get_close_matches("/".join(parts[depth:]).casefold(), keys, n=10, cutoff=0.55)
            return tuple(dict.fromkeys(keys[key] for key in near))[:5]
    return ()
