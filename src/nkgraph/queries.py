"""Canned queries: questions that were asked before, kept as files, with typed parameters bound as terms."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from nkgraph.dates import date_bounds
from nkgraph.errors import ParameterError, UnknownThingError
from nkgraph.iris import BASE, PREFIXES, expand, ontology_iri, shorten
from nkgraph.ontology import nearest
from nkgraph.queryfiles import PARAMETER_TYPES, CannedQuery, Parameter, load_queries
from nkgraph.sparql import Answer, QueryAnswering, SparqlRequest

__all__ = [
    "PARAMETER_TYPES",
    "CannedQuery",
    "Parameter",
    "bind_parameters",
    "check_kinds",
    "find_query",
    "load_queries",
    "run_query",
]

_XSD: Final = PREFIXES["xsd"]
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_IS_A: Final = "SELECT ?thing ?class WHERE { ?thing a ?class } LIMIT 1"
_IS_KNOWN: Final = """\
SELECT ?thing WHERE { { ?thing ?p ?o } UNION { ?s ?q ?thing } UNION { GRAPH ?thing { ?a ?b ?c } } } LIMIT 1"""
_LIST: Final = """\
PREFIX nk: <https://w3id.org/nkgraph/ontology#>
SELECT ?thing ?name ?class WHERE { ?thing a ?class OPTIONAL { ?thing nk:name|nk:altName ?name } } ORDER BY ?thing ?name"""
#: How like a thing another must be to be named as nearest; of state:xx and state:cn nine letters of ten are alike.
_NEAR: Final = 0.82
_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def find_query(queries: Mapping[str, CannedQuery], name: str) -> CannedQuery:
    """Return a canned query by name.

    Raises:
        ParameterError: there is none; the nearest name is given.
    """
    if name not in queries:
        remedy = "`nkgraph query` without a name lists them"
        raise ParameterError(f"no canned query {name!r}{nearest(name, queries)}", remedy=remedy)
    return queries[name]


def _bind_iri(parameter: Parameter, value: str) -> ox.NamedNode:
    remedy = f"write an IRI, a prefixed name or a path, such as {parameter.example or 'place:yanji'}"
    try:
        node = ox.NamedNode(expand(value.strip("<>"), strict=True))
    except ValueError as error:
        prefix = value.partition(":")[0]
        hint = nearest(prefix, PREFIXES) if "unknown prefix" in str(error) else ""
        raise ParameterError(f"{parameter.name}: {value!r} is not an IRI ({error}){hint}", remedy=remedy) from error
    return node


def _bind(parameter: Parameter, value: str) -> ox.NamedNode | ox.Literal:
    value = value.strip()
    if parameter.type == "iri":
        return _bind_iri(parameter, value)
    if parameter.values and value not in parameter.values:
        listed = ", ".join(parameter.values)
        hint = difflib.get_close_matches(value, parameter.values, n=1)
        message = f"{parameter.name}: {value!r} is not one of {listed}" + (f" (nearest: {hint[0]})" if hint else "")
        raise ParameterError(message)
    if parameter.type == "integer":
        if not re.fullmatch(r"[+-]?\d{1,18}", value, re.ASCII):
            raise ParameterError(f"{parameter.name}: {value!r} is not a whole number", remedy="write digits only")
        return ox.Literal(str(int(value)), datatype=ox.NamedNode(_XSD + "integer"))
    if parameter.type == "date":
        _check_date(parameter, value)
    return ox.Literal(value)


def _check_date(parameter: Parameter, value: str) -> None:
    remedy = "write 2003, 2003-07 or 2003-07-14"
    if not _DATE.fullmatch(value):
        raise ParameterError(f"{parameter.name}: {value!r} is not a date", remedy=remedy)
    try:
        date_bounds(value)
    except ValueError as error:
        raise ParameterError(f"{parameter.name}: {value!r} is not in the calendar", remedy=remedy) from error


def bind_parameters(query: CannedQuery, values: Mapping[str, str]) -> dict[str, ox.NamedNode | ox.Literal]:
    """Return the terms that the values given for a query's parameters stand for; those left out or blank stay out.

    Values become terms and never text of a query, so nothing written in them can change what is asked.

    Raises:
        ParameterError: a name is unknown (the nearest is given), a required one is missing, a value is ill-typed.
    """
    given = {name: value for name, value in values.items() if value.strip()}
    for name in values:
        query.parameter(name)
    for parameter in query.parameters:
        if parameter.required and parameter.name not in given:
            example = f"{parameter.name}={parameter.example or '…'}"
            raise ParameterError(f"query {query.name} needs a value for {parameter.name!r}", remedy=f"give {example}")
    return {p.name: _bind(p, given[p.name]) for p in query.parameters if p.name in given}


def check_kinds(service: QueryAnswering, query: CannedQuery, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> None:
    """Check that each thing asked about is in the graph, and of the class that its parameter wants (a state, an instrument).

    Raises:
        UnknownThingError: one is not in the graph.
        ParameterError: one is not of the class; the nearest of the class is given, by IRI or by name.
        NkgraphError: the graph gives no answer.
    """
    for parameter in query.parameters:
        term = terms.get(parameter.name)
        if not isinstance(term, ox.NamedNode):
            continue
        if parameter.kind is None:
            if not _ask(service, _IS_KNOWN, {"thing": term}):
                raise UnknownThingError(
                    f"{parameter.name}: {shorten(term.value).removeprefix(BASE)} is not in the graph",
                    remedy=f"give one that is, such as {parameter.example}",
                )
            continue
        wanted = ox.NamedNode(ontology_iri(parameter.kind))
        if _ask(service, _IS_A, {"thing": term, "class": wanted}):
            continue
        known: dict[str, str] = {}
        for row in _ask(service, _LIST, {"class": wanted}):
            other = shorten(row["thing"].value)
            known[other.partition(":")[2].casefold()] = known[other.casefold()] = other
            if "name" in row:
                known.setdefault(row["name"].value.casefold(), other)
        short = shorten(term.value).removeprefix(BASE)
        tried = (short.casefold(), short.rpartition(":")[2].casefold())
        near = next((known[found[0]] for t in tried if (found := difflib.get_close_matches(t, known, 1, _NEAR))), None)
        kind = _WORDS.sub(" ", parameter.kind).lower()
        hint = f" (nearest: {near})" if near else ""
        raise ParameterError(
            f"{parameter.name}: {short} is no {kind} of this graph{hint}",
            remedy=f"give one such as {parameter.example}",
        )


def _ask(
    service: QueryAnswering, text: str, terms: Mapping[str, ox.NamedNode | ox.Literal]
) -> list[dict[str, ox.NamedNode | ox.Literal]]:
    answer = service.ask(SparqlRequest(text, substitutions=terms, format="json")).require()
    results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [{n: row[n] for n in names if isinstance(row[n], (ox.NamedNode, ox.Literal))} for row in results]


def run_query(service: QueryAnswering, query: CannedQuery, values: Mapping[str, str], form: str = "json") -> Answer:
    """Return the answer to a canned query in a format of SELECT (json, xml, csv, tsv).

    Raises:
        ParameterError: as ``bind_parameters`` and ``check_kinds``.
    """
    terms = bind_parameters(query, values)
    check_kinds(service, query, terms)
    return service.ask(SparqlRequest(query.text, substitutions=terms, format=form))
