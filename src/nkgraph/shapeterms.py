"""Terms of the dataset as rdflib has them: literals keep their spelling, ill-formed ones are named so."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from nkgraph.iris import BASE, PREFIXES

__all__ = ["SHAPE", "Term", "convert_term", "name_datatype", "show_term"]

#: Namespace of the shapes, and of the terms of the summary.
SHAPE: Final = BASE + "shape/"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_XSD: Final = PREFIXES["xsd"]
_FORMS: Final = {
    _XSD + "integer": re.compile(r"[+-]?\d+"),
    _XSD + "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    _XSD + "boolean": re.compile(r"true|false|1|0"),
    _XSD + "date": re.compile(r"\d{4}-\d\d-\d\d"),
}


def convert_term(term: Term) -> URIRef | BNode | Literal:
    """Return the rdflib term; literals keep their spelling, and strings are plain, as rdflib's own parsers make them."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise ValueError("triple terms are in exports only")
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = name_datatype(term)
    if datatype == _XSD + "string":
        return Literal(term.value)
    return Literal(term.value, datatype=URIRef(datatype), normalize=False)


def name_datatype(literal: ox.Literal) -> str:
    """Return the datatype of a literal, or ``shape:ill-formed`` if it is not written as its datatype demands."""
    datatype = literal.datatype.value
    formed = datatype not in _FORMS or _FORMS[datatype].fullmatch(literal.value) is not None
    if formed and datatype == _XSD + "date":
        try:
            date.fromisoformat(literal.value)
        except ValueError:
            formed = False
    return datatype if formed else SHAPE + "ill-formed"


def show_term(term: Term | Node) -> str:
    """Return a term as messages have it; blank nodes have no name that would be the same in the next run."""
    if isinstance(term, ox.BlankNode | BNode):
        return "[]"
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
