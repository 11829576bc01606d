"""The links of a thing to the vocabularies of others, as its page shows them: by the name of the vocabulary, with the reason."""

from __future__ import annotations

from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.iris import shorten
from nkgraph.mappings import RELATIONS
from nkgraph.sparql import QueryAnswering
from nkgraph.tables import show_cell
from nkgraph.web.lookups import PROLOGUE, Row, ask_rows

__all__ = ["Link", "gather_links"]

_LINKS: Final = (
    PROLOGUE
    + """
PREFIX sssom: <https://w3id.org/sssom/>
SELECT ?vocabulary ?relation ?target ?label ?reason ?confidence ?set ?this WHERE {
  ?mapping owl:annotatedSource ?this ; a sssom:Mapping ; owl:annotatedProperty ?relation ; owl:annotatedTarget ?target ;
    sssom:object_source/nk:name ?vocabulary .
  ?set sssom:mappings ?mapping .
  MINUS { ?mapping sssom:predicate_modifier ?denied }
  OPTIONAL { ?mapping sssom:object_label ?label } OPTIONAL { ?mapping sssom:comment ?reason }
  OPTIONAL { ?mapping sssom:confidence ?confidence }
} ORDER BY ?vocabulary ?target ?relation ?set"""
)


@attrs.frozen
class Link:
    """A link of a thing: the vocabulary by name, the relation in words, the target, and why and how surely it is made."""

    vocabulary: str
    relation: str
    target: str
    label: str
    reason: str
    confidence: str
    set: str


def _read_row(row: Row) -> Link:
    texts = {column: show_cell(row[column]) for column in ("vocabulary", "label", "reason", "confidence")}
    iris = {
        column: cell.value for column in ("relation", "target", "set") if isinstance(cell := row[column], ox.NamedNode)
    }
    known = RELATIONS.get(iris["relation"])
    return Link(**{**texts, **iris, "relation": shorten(iris["relation"]) if known is None else known.words})


def gather_links(service: QueryAnswering, iri: ox.NamedNode) -> tuple[Link, ...]:
    """Return the links of a thing, by vocabulary; denied mappings are no links.

    Raises:
        ProblemError: the graph cannot be asked.
    """
    return tuple(_read_row(row) for row in ask_rows(service, _LINKS, this=iri))
