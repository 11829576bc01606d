"""The things that names in a table may mean, read from the served graph: never a person, nor a thing of an account.

What is read: instruments, provisions, places, organisations, states and jurisdictions of the reference data, with the
names that documents use for them, and in how many documents a claim speaks of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import BASE, ONTOLOGY
from nkgraph.reconciliation.candidates import OFFERED_TYPES, Candidate, Fact, Spelling, TypeOffered
from nkgraph.sparql import QueryAnswering, SparqlRequest
from nkgraph.tables import Cell, read_table

__all__ = ["read_candidates", "read_types"]

#: Where the things have their addresses: nothing else is taken in, whatever its types.
_FOLDERS: Final = ("instrument", "provision", "place", "org", "state", "jurisdiction")
_REFUSED: Final = frozenset({"Person", "PersonGroup", "NamedPerson", "Narrator", "Intermediary"})
_PROLOGUE: Final = """\
PREFIX nk: <https://w3id.org/nkgraph/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# asked for each kind of OFFERED_TYPES, to which ?kind is bound
_THINGS: Final = (
    _PROLOGUE
    + """
SELECT DISTINCT ?thing ?p ?o ?kind WHERE {
  VALUES ?p { rdf:type nk:name nk:altName nk:identifier nk:isoCode nk:date nk:instrumentKind nk:jurisdiction
              nk:provisionOf nk:within nk:territory nk:latitude nk:longitude
              skos:exactMatch skos:closeMatch skos:relatedMatch skos:broadMatch skos:narrowMatch rdfs:seeAlso }
  ?thing a ?kind ; ?p ?o .
} ORDER BY ?thing ?p ?o"""
)
_DOCUMENTS: Final = (
    _PROLOGUE
    + """
SELECT ?thing (COUNT(DISTINCT ?document) AS ?count) ?kind WHERE {
  { SELECT DISTINCT ?thing ?kind WHERE { ?thing a ?kind } }
  GRAPH ?claim { ?s ?p ?thing }
  ?claim a nk:Claim ; nk:document ?document .
} GROUP BY ?thing ?kind ORDER BY ?thing"""
)
_MENTIONS: Final = (
    _PROLOGUE
    + """
SELECT DISTINCT ?thing ?p ?o WHERE {
  VALUES (?class ?of) { (nk:InstrumentMention nk:instrument) (nk:OrganisationMention nk:organisation) }
  VALUES ?p { nk:alias nk:organisationKind nk:country }
  ?mention a ?class ; ?of ?thing ; ?p ?o .
} ORDER BY ?thing ?p ?o"""
)
_CLASSES: Final = (
    _PROLOGUE
    + """
SELECT ?class ?label ?definition ?broader WHERE {
  ?class a owl:Class ; rdfs:label ?label .
  OPTIONAL { ?class skos:definition ?definition } OPTIONAL { ?class rdfs:subClassOf ?broader }
} ORDER BY ?class ?label ?definition ?broader"""
)
_MATCHES: Final = frozenset({"exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "seeAlso"})


def _ask(service: QueryAnswering, query: str, **terms: ox.NamedNode) -> Iterator[dict[str, Cell]]:
    table = read_table(service.ask(SparqlRequest(query, substitutions=terms, format="json")))
    return (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _ask_each(service: QueryAnswering, query: str) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a query for each kind that is offered."""
    for kind in OFFERED_TYPES:
        yield from _ask(service, query, kind=ox.NamedNode(ONTOLOGY + kind))


def _path(cell: Cell) -> str | None:
    """Return the path of an IRI where a thing of the index may be."""
    if not isinstance(cell, ox.NamedNode) or not cell.value.startswith(BASE):
        return None
    path = cell.value.removeprefix(BASE)
    root, mark, rest = path.partition("/")
    return path if mark and rest and root in _FOLDERS else None


def _local(iri: str) -> str:
    return re.split(r"[#/]", iri)[-1]


def _code_words(iri: str) -> str:
    return _local(iri).replace("_", " ")


def read_types(service: QueryAnswering) -> tuple[TypeOffered, ...]:
    """Return the kinds of things with the ontology's labels and class tree, in the order of ``OFFERED_TYPES``.

    Raises:
        QueryError: the graph gives no answer.
    """
    words: dict[str, tuple[str, str]] = {}
    broader: dict[str, set[str]] = {}
    for row in _ask(service, _CLASSES):
        kind, label, definition, parent = row["class"], row["label"], row["definition"], row["broader"]
        if isinstance(kind, ox.NamedNode) and isinstance(label, ox.Literal):
            text = definition.value if isinstance(definition, ox.Literal) else ""
            words.setdefault(kind.value, (label.value, text))
            if isinstance(parent, ox.NamedNode) and parent != kind:
                broader.setdefault(kind.value, set()).add(parent.value)
    offered = []
    for kind_name in OFFERED_TYPES:
        iri = ONTOLOGY + kind_name
        above = (name for name in OFFERED_TYPES if ONTOLOGY + name in broader.get(iri, ()))
        offered.append(TypeOffered(kind_name, *words.get(iri, (kind_name, "")), next(above, None)))
    return tuple(offered)


def _read_statements(rows: Iterable[Mapping[str, Cell]]) -> dict[str, dict[str, list[Cell]]]:
    # a thing of two kinds comes twice
    found: dict[str, dict[str, dict[Cell, None]]] = {}
    for row in rows:
        path, prop = _path(row["thing"]), row["p"]
        if path is not None and isinstance(prop, ox.NamedNode):
            name = _local(prop.value)
            own = found.setdefault(path, {}).setdefault("link" if name in _MATCHES else name, {})
            own[row["o"]] = None
    return {path: {name: list(cells) for name, cells in own.items()} for path, own in found.items()}


def _words(cells: Iterable[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.value for cell in cells if isinstance(cell, ox.Literal)))


def read_candidates(service: QueryAnswering) -> tuple[Candidate, ...]:
    """Return the things that names may mean, by id.

    Raises:
        QueryError: the graph gives no answer.
    """
    stated = _read_statements(_ask_each(service, _THINGS))
    kinds: dict[str, tuple[str, ...]] = {}
    for path, own in stated.items():
        types = {_local(cell.value) for cell in own.get("type", ()) if isinstance(cell, ox.NamedNode)}
        if not types & _REFUSED:
            kinds[path] = tuple(kind for kind in OFFERED_TYPES if kind in types)
    names = {path: next(iter(_words(stated[path].get("name", ()))), "") for path in kinds}
    kinds = {path: types for path, types in kinds.items() if names[path]}
    mentioned: dict[str, dict[tuple[str, str], None]] = {}
    for row in _ask(service, _MENTIONS):
        named, prop, value = _path(row["thing"]), row["p"], row["o"]
        if named in kinds and isinstance(prop, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            assert named is not None
            mentioned.setdefault(named, {})[_local(prop.value), value.value] = None
    counts = {_path(row["thing"]): row["count"] for row in _ask_each(service, _DOCUMENTS)}
    found = []
    for path in sorted(kinds):
        count = counts.get(path)
        facts = _read_facts(path, kinds, names, stated, mentioned.get(path, ()))
        found.append(
            Candidate(
                path,
                _display(path, names, facts),
                kinds[path],
                _read_spellings(path, names[path], stated[path], mentioned.get(path, ())),
                facts,
                int(count.value) if isinstance(count, ox.Literal) else 0,
            )
        )
    return tuple(found)


def _display(path: str, names: Mapping[str, str], facts: Mapping[str, tuple[Fact, ...]]) -> str:
    whole = facts.get("instrument", ())
    name = names[path]
    return f"{name[:1].upper()}{name[1:]}, {whole[0].text}" if path.startswith("provision/") and whole else name


def _read_spellings(
    path: str, name: str, own: Mapping[str, list[Cell]], mentioned: Collection[tuple[str, str]]
) -> tuple[Spelling, ...]:
    listed = [Spelling(text, "name") for text in (name, *_words(own.get("name", ()))[1:])]
    listed += [Spelling(text, "altName") for text in _words(own.get("altName", ()))]
    listed += [Spelling(text, "identifier") for text in _words(own.get("identifier", ()))]
    listed += [Spelling(text, "isoCode") for text in _words(own.get("isoCode", ()))]
    known = {spelling.text for spelling in listed}
    listed += [Spelling(text, "alias") for prop, text in mentioned if prop == "alias" and text not in known]
    return tuple(listed)


def _read_facts(
    path: str,
    kinds: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
    stated: Mapping[str, Mapping[str, list[Cell]]],
    mentioned: Collection[tuple[str, str]],
) -> dict[str, tuple[Fact, ...]]:
    """Return the properties of a thing by the names that the service gives them."""
    own = stated[path]

    def refs(name: str) -> Iterator[Fact]:
        for cell in own.get(name, ()):
            target = _path(cell)
            if target in kinds:
                assert target is not None
                yield Fact(names[target], target)

    within = tuple(refs("within"))
    countries = tuple(f for f in within if f.ref and "Country" in kinds[f.ref])
    kind_codes = [cell.value for cell in own.get("instrumentKind", ()) if isinstance(cell, ox.NamedNode)]
    kind_codes += [value for prop, value in mentioned if prop == "organisationKind"]
    reported = [_path(ox.NamedNode(value)) for prop, value in mentioned if prop == "country"]
    countries += tuple(Fact(names[target], target) for target in reported if target is not None and target in kinds)
    codes = _words(own.get("isoCode", ()))
    if "Country" in kinds[path]:
        codes = [
            code
            for other in sorted(kinds)
            if any(_path(cell) == path for cell in stated[other].get("territory", ()))
            for code in _words(stated[other].get("isoCode", ()))
        ]
    facts = {
        "altName": tuple(Fact(text) for text in _words(own.get("altName", ()))),
        "country": countries,
        "date": tuple(Fact(text) for text in _words(own.get("date", ()))),
        "identifier": tuple(Fact(text) for text in _words(own.get("identifier", ()))),
        "instrument": tuple(refs("provisionOf")),
        "isoCode": tuple(Fact(text) for text in codes),
        "jurisdiction": tuple(refs("jurisdiction")),
        "kind": tuple(Fact(_code_words(iri)) for iri in dict.fromkeys(kind_codes)),
        "latitude": tuple(Fact(text) for text in _words(own.get("latitude", ()))),
        "link": tuple(
            Fact(cell.value)
            for cell in own.get("link", ())
            if isinstance(cell, ox.NamedNode) and cell.value.startswith(("http://", "https://"))
        ),
        "longitude": tuple(Fact(text) for text in _words(own.get("longitude", ()))),
        "territory": tuple(refs("territory")),
        "within": within,
    }
    return {name: values for name, values in facts.items() if values}
