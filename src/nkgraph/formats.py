"""What answers are written in, and which of it a client wants: one table, one negotiation.

SPARQL 1.1 Protocol §2.1 (https://www.w3.org/TR/sparql11-protocol/#query-operation) and RFC 9110 §12.5.1 (``Accept``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

__all__ = ["GRAPHS", "HTML", "SOLUTIONS", "Format", "find_format", "negotiate"]


@attrs.frozen
class Format:
    """One way to write an answer.

    ``name`` is what ``?format=`` and file extensions use; ``aliases`` are further media types that ask for it;
    ``writer`` is pyoxigraph's own format (None for HTML, which the pages write).
    """

    name: str
    media_type: str
    label: str
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    writer: ox.QueryResultsFormat | ox.RdfFormat | None = None

    @property
    def content_type(self) -> str:
        """The media type as sent: text says that it is UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


#: Formats of SELECT and ASK, the default first.
SOLUTIONS: Final = (
    Format(
        "json", "application/sparql-results+json", "JSON", ("application/json",), ("srj",), ox.QueryResultsFormat.JSON
    ),
    Format(
        "xml",
        "application/sparql-results+xml",
        "XML",
        ("application/xml", "text/xml"),
        ("srx",),
        ox.QueryResultsFormat.XML,
    ),
    Format("csv", "text/csv", "CSV", (), (), ox.QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", "TSV", (), (), ox.QueryResultsFormat.TSV),
)

#: Formats of CONSTRUCT and DESCRIBE, the default first.
GRAPHS: Final = (
    Format(
        "ttl", "text/turtle", "Turtle", ("application/turtle", "application/x-turtle"), ("turtle",), ox.RdfFormat.TURTLE
    ),
    Format(
        "nt", "application/n-triples", "N-Triples", ("text/plain",), ("ntriples", "n-triples"), ox.RdfFormat.N_TRIPLES
    ),
    Format(
        "rdf",
        "application/rdf+xml",
        "RDF/XML",
        ("application/xml", "text/xml"),
        ("xml", "rdfxml"),
        ox.RdfFormat.RDF_XML,
    ),
    Format(
        "jsonld", "application/ld+json", "JSON-LD", ("application/json",), ("json-ld", "json"), ox.RdfFormat.JSON_LD
    ),
    Format("trig", "application/trig", "TriG", ("application/x-trig",), (), ox.RdfFormat.TRIG),
    Format("nq", "application/n-quads", "N-Quads", ("text/x-nquads",), ("nquads", "n-quads"), ox.RdfFormat.N_QUADS),
)

#: A page for people; offered beside the others by the web server only.
HTML: Final = Format("html", "text/html", "HTML", ("application/xhtml+xml",))


@attrs.frozen
class _Range:
    """One media range of an ``Accept`` header."""

    media_type: str
    quality: float
    position: int

    @property
    def specificity(self) -> int:
        return 0 if self.media_type == "*/*" else 1 if self.media_type.endswith("/*") else 2

    def admits(self, media_type: str) -> bool:
        if self.specificity == 0:
            return True
        if self.specificity == 1:
            return media_type.startswith(self.media_type[:-1])
        return media_type == self.media_type


def _read_accept(accept: str) -> Iterator[_Range]:
    """Yield the ranges of an ``Accept`` header; one that cannot be read, or wants another charset, is left out."""
    for position, part in enumerate(accept.split(",")):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality, readable = 1.0, "/" in media_type
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
                readable = False
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    readable = False
        if readable and 0 <= quality <= 1:
            yield _Range(media_type, quality, position)


def negotiate(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """Return the format that an ``Accept`` header prefers among those offered, or None if it admits none of them.

    For each format the most specific range counts (RFC 9110 §12.5.1); then the highest quality wins, then the more
    specific range, then the one written first, then our own order. No header, or an empty one, takes our first.

    >>> negotiate("text/*;q=0.5, application/sparql-results+xml;q=0.4", SOLUTIONS).name
    'csv'
    >>> negotiate("image/png", SOLUTIONS) is None
    True
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = list(_read_accept(accept))
    best: tuple[tuple[float, int, int, int], Format] | None = None
    for order, offer in enumerate(offered):
        for media_type in (offer.media_type, *offer.aliases):
            admitting = [r for r in ranges if r.admits(media_type)]
            if not admitting:
                continue
            chosen = max(admitting, key=lambda r: (r.specificity, -r.position))
            # a wildcard means our names for things, not every alias of ours
            if chosen.specificity < 2 and media_type != offer.media_type:
                continue
            rank = (chosen.quality, chosen.specificity, -chosen.position, -order)
            if chosen.quality > 0 and (best is None or rank > best[0]):
                best = (rank, offer)
    return best[1] if best else None


def find_format(name: str, offered: Iterable[Format]) -> Format | None:
    """Return the format called by a short name (``csv``), an extension or a media type, or None.

    >>> find_format("turtle", GRAPHS).media_type
    'text/turtle'
    """
    wanted = name.strip().lower().removeprefix(".")
    offers = list(offered)
    for offer in offers:
        if wanted in {offer.name, offer.media_type}:
            return offer
    return next((o for o in offers if wanted in {*o.names, *o.aliases}), None)
