"""A triple as people write it: prefixed names, IRIs, literals; what cannot be read is said, with what to write instead."""

from __future__ import annotations

import difflib
import re
from typing import Final, TypeVar

import pyoxigraph as ox

from nkgraph.errors import ParameterError
from nkgraph.iris import BASE, PREFIXES, is_iri

__all__ = ["read_triple"]

_LITERAL: Final = re.compile(
    r"""(?P<quote>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:@(?P<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^(?P<datatype>\S+))?""",
    re.DOTALL,
)
_NUMBER: Final = re.compile(r"[+-]?\d+(?P<decimal>\.\d+)?")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_T = TypeVar("_T")


def read_triple(subject: str, predicate: str, object_: str) -> ox.Triple:
    """Return the triple of three words.

    A thing is a prefixed name (``place:yanji``), an IRI with or without ``<…>``, or a path below our base
    (``place/yanji``); ``a`` is ``rdf:type``; an object may be a literal (``"x"``, ``"x"@en``, ``"1"^^xsd:integer``, a
    number, ``true``).

    >>> read_triple("place:yanji", "a", "nk:Place").object
    <NamedNode value=https://w3id.org/nkgraph/ontology#Place>

    Raises:
        ParameterError: a prefix is not known, or a word is neither; it says which of the three.
    """
    return ox.Triple(
        _read_thing(subject, "subject"),
        ox.NamedNode(PREFIXES["rdf"] + "type") if predicate == "a" else _read_thing(predicate, "predicate"),
        _read_object(object_),
    )


def _read_object(text: str) -> ox.NamedNode | ox.Literal:
    literal = _LITERAL.fullmatch(text)
    if literal is not None:
        value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), literal["quote"][1:-1], flags=re.DOTALL)
        if literal["language"]:
            return ox.Literal(value, language=literal["language"].lower())
        kind = literal["datatype"]
        return ox.Literal(value, datatype=_read_thing(kind, "datatype")) if kind else ox.Literal(value)
    number = _NUMBER.fullmatch(text)
    if number is not None:
        kind = "decimal" if number["decimal"] else "integer"
        return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))
    if text in {"true", "false"}:
        return ox.Literal(text == "true")
    return _read_thing(text, "object")


def _read_thing(text: str, role: str) -> ox.NamedNode:
    """Return the IRI of a word."""
    if not text:
        raise ParameterError(f"the {role} is empty", remedy=_REMEDY)
    if text.startswith(('"', "'")):
        what = "the quotation marks are not closed" if role == "object" else "a literal can only be an object"
        raise ParameterError(f"the {role} {text} cannot be read: {what}", remedy=_REMEDY)
    if text.startswith("<") and text.endswith(">"):
        return _as_iri(text[1:-1], text, role)
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES:
        return _as_iri(PREFIXES[prefix] + local, text, role)
    if colon and not local.startswith("//") and prefix != "urn":
        near = difflib.get_close_matches(prefix, PREFIXES, n=1, cutoff=0.5)
        meant = f" (did you mean {near[0]}?)" if near else ""
        known = ", ".join(sorted(PREFIXES))
        message = f"the {role} {text} has an unknown prefix {prefix!r}{meant}"
        raise ParameterError(message, remedy=f"write the IRI, or use one of {known}")
    if not colon and "/" not in text:
        raise ParameterError(f"the {role} {text!r} is neither a prefixed name nor an IRI", remedy=_REMEDY)
    return _as_iri(text if colon else BASE + text.lstrip("/"), text, role)


_REMEDY: Final = 'write it as nk:person, <https://…> or id/…; an object also as "words", 12 or true'


def _as_iri(iri: str, text: str, role: str) -> ox.NamedNode:
    if not is_iri(iri):
        raise ParameterError(f"the {role} {text} is not an IRI", remedy=_REMEDY)
    return ox.NamedNode(iri)
