"""The identifiers of nkgraph: one place that makes an IRI, shortens it, and reads it back.

Everything lives under one base; a resource's IRI says what it belongs to (``id/<document>/<account>/<thing>``).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

__all__ = [
    "BASE",
    "ONTOLOGY",
    "PREFIXES",
    "account_iri",
    "claim_iri",
    "code_iri",
    "document_iri",
    "expand",
    "graph_iri",
    "is_iri",
    "normalise_iri",
    "ontology_iri",
    "passage_iri",
    "resource_iri",
    "shorten",
    "span_iri",
]

BASE: Final = "https://w3id.org/nkgraph/"
ONTOLOGY: Final = BASE + "ontology#"
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")

#: Prefixes of everything written or printed; the ones under BASE are also those a claim file may use.
PREFIXES: Final[dict[str, str]] = {
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "nk": ONTOLOGY,
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "time": "http://www.w3.org/2006/time#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "code": BASE + "code/",
    "graph": BASE + "graph/",
    "id": BASE + "id/",
    "claim": BASE + "claim/",
    "instrument": BASE + "instrument/",
    "jurisdiction": BASE + "jurisdiction/",
    "org": BASE + "org/",
    "place": BASE + "place/",
    "provision": BASE + "provision/",
    "state": BASE + "state/",
    "status": BASE + "status/",
    "vocabulary": BASE + "vocabulary/",
    "work": BASE + "work/",
}


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI, as the store reads it.

    >>> [is_iri(text) for text in ("https://example.org/100%25", "https://example.org/100%", "https://exa[mple.org/", "CC0")]
    [True, False, False, False]
    """
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def normalise_iri(iri: str) -> str:
    """Return an IRI as RFC 3986 (6.2.2, 6.2.3) normalises it: scheme and host in small letters, no default port, no dot
    segments, no escape that need not be, no empty fragment.

    >>> normalise_iri("HTTPS://W3ID.org:443/nkgraph/place/../id/%6Eine#")
    'https://w3id.org/nkgraph/id/nine'
    """
    try:
        parts = urlsplit(iri)
    except ValueError:
        return iri
    if not parts.netloc:
        return iri
    host = parts.netloc.lower().removesuffix({"http": ":80", "https": ":443"}.get(parts.scheme, ":"))
    path = _ESCAPE.sub(_unescape, parts.path)
    dotted = {"..", "."} & set(path.split("/"))
    path = urlsplit(urljoin("http://x", path)).path if dotted else path
    query, fragment = (_ESCAPE.sub(_unescape, part) for part in (parts.query, parts.fragment))
    return f"{parts.scheme}://{host}{path}" + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _unescape(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    return letter if letter.isascii() and (letter.isalnum() or letter in "-._~") else match[0].upper()


def ontology_iri(name: str) -> str:
    """Return the IRI of an ontology term.

    >>> ontology_iri("Transfer")
    'https://w3id.org/nkgraph/ontology#Transfer'
    """
    return ONTOLOGY + name


def document_iri(slug: str) -> str:
    """Return the IRI of a document.

    >>> document_iri("oral-testimony")
    'https://w3id.org/nkgraph/id/oral-testimony'
    """
    return f"{BASE}id/{slug}"


def passage_iri(slug: str, passage: str) -> str:
    """Return the IRI of a passage (an account, a paragraph, a footnote …) of a document."""
    return f"{BASE}id/{slug}/{passage}"


def account_iri(slug: str, number: int) -> str:
    """Return the IRI of a numbered account.

    >>> account_iri("hrnk-lives-for-sale-2009", 1)
    'https://w3id.org/nkgraph/id/hrnk-lives-for-sale-2009/case-1'
    """
    return passage_iri(slug, f"case-{number}")


def span_iri(slug: str, start: int, end: int) -> str:
    """Return the IRI of a span: the characters from start (inclusive) to end (exclusive) of a document."""
    return f"{BASE}span/{slug}/{start}-{end}"


def claim_iri(slug: str, key: str) -> str:
    """Return the IRI of a claim, which is also the name of the graph that holds what it says."""
    return f"{BASE}claim/{slug}/{key}"


def code_iri(scheme: str, notation: str) -> str:
    """Return the IRI of a code of a scheme; blanks in the printed code become hyphens.

    >>> code_iri("origin", "Han Chinese")
    'https://w3id.org/nkgraph/code/origin/Han-Chinese'
    """
    return f"{BASE}code/{scheme}/{notation.replace(' ', '-')}"


def graph_iri(name: str) -> str:
    """Return the IRI of a named graph of the dataset, such as ``inferred/same-person``."""
    return f"{BASE}graph/{name}"


def resource_iri(slug: str, name: str) -> str:
    """Return the IRI meant by a name in a claim file of document ``slug``.

    A name with one of our prefixes (``place:yanji``) is shared; any other is the document's own.

    >>> resource_iri("oral-testimony", "place:yanji")
    'https://w3id.org/nkgraph/place/yanji'
    >>> resource_iri("oral-testimony", "case-1/narrator")
    'https://w3id.org/nkgraph/id/oral-testimony/case-1/narrator'
    """
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    return f"{BASE}id/{slug}/{name}"


def shorten(iri: str) -> str:
    """Return the IRI as a prefixed name where one of our prefixes fits, the longest namespace first.

    >>> shorten("https://w3id.org/nkgraph/place/yanji")
    'place:yanji'
    """
    best = max((p for p, ns in PREFIXES.items() if iri.startswith(ns)), key=lambda p: len(PREFIXES[p]), default=None)
    return iri if best is None else f"{best}:{iri.removeprefix(PREFIXES[best])}"


def expand(name: str, *, strict: bool = False) -> str:
    """Return the IRI of a prefixed name, a path under the base, or an IRI (given back as it is).

    >>> expand("place:yanji") == expand("place/yanji") == expand("https://w3id.org/nkgraph/place/yanji")
    True

    Raises:
        ValueError: ``strict`` and the prefix is not known.
    """
    if name.startswith(("http://", "https://", "urn:")):
        return name
    prefix, colon, local = name.partition(":")
    if colon:
        if prefix in PREFIXES:
            return PREFIXES[prefix] + local
        if strict:
            raise ValueError(f"unknown prefix {prefix!r}")
        return name
    return BASE + name.lstrip("/")
