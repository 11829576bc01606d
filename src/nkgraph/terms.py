"""The terms that a written value stands for: a code, an identifier, a literal, and what follows from it by the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from nkgraph.dates import date_bounds, duration_days
from nkgraph.iris import PREFIXES, ontology_iri, resource_iri
from nkgraph.ontology import Property, Vocabulary

__all__ = ["value_terms"]

_XSD: Final = PREFIXES["xsd"]
_EDTF: Final = PREFIXES["edtf"] + "EDTF"


def value_terms(
    prop: Property, text: str, vocabulary: Vocabulary, document: str
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """Yield (property IRI, term) for one written value: usually one, three for a date or duration (itself and bounds)."""
    if prop.scheme:
        yield prop.iri, ox.NamedNode(vocabulary.codes[prop.scheme][text])
    elif not prop.is_literal:
        yield prop.iri, ox.NamedNode(resource_iri(document, text))
    elif prop.ranges[0] == _EDTF:
        yield prop.iri, _literal(text, _EDTF)
        if prop.name != "asOf":
            begin, end = date_bounds(text)
            yield ontology_iri("begin"), _literal(begin, _XSD + "date")
            yield ontology_iri("end"), _literal(end, _XSD + "date")
    elif prop.ranges[0] == _XSD + "boolean":
        yield prop.iri, _literal("true" if text == "yes" else "false", prop.ranges[0])
    elif prop.ranges[0] == _XSD + "string":
        yield prop.iri, ox.Literal(text)
        if prop.name == "duration":
            for name, days in zip(("daysMin", "daysMax"), duration_days(text), strict=True):
                yield ontology_iri(name), _literal(str(days), _XSD + "integer")
    else:
        yield prop.iri, _literal(text, prop.ranges[0])


def _literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(datatype))
