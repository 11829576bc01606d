"""RDF files read with the line of every triple, so that a mistake can be shown where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import ReadError

__all__ = ["RDF_EXTENSIONS", "Located", "read_located"]

#: The format that the extension of a file stands for.
RDF_EXTENSIONS: Final[dict[str, ox.RdfFormat]] = {
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".nq": ox.RdfFormat.N_QUADS,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".owl": ox.RdfFormat.RDF_XML,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".xml": ox.RdfFormat.RDF_XML,
}
#: In JSON-LD a triple has no one line: its context and its keys may stand anywhere.
_WITHOUT_LINES: Final = frozenset((ox.RdfFormat.JSON_LD,))


@attrs.frozen
class Located:
    """A quad with the file that says it, and the line (from 1) on which it is complete; none in JSON-LD."""

    quad: ox.Quad
    path: Path | None = None
    line: int | None = None

    @property
    def triple(self) -> ox.Triple:
        """The quad without its graph."""
        return self.quad.triple


class _Lines:
    """A file for a parser, given out line by line; ``count`` is the line of which it was given something last."""

    def __init__(self, content: bytes) -> None:
        self._lines = iter(content.splitlines(keepends=True))
        self._rest = b""
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next line, or as much of it as is wanted at once; nothing at the end."""
        if not self._rest:
            self._rest = next(self._lines, b"")
            self.count += bool(self._rest)
        size = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def read_located(path: Path) -> Iterator[Located]:
    """Yield the quads of an RDF file in the order written, each with its line; its extension says the format.

    Blank nodes are named anew by what the file holds and the order in which they occur: two readings give the same
    names, and blank nodes of different files are never one.

    Raises:
        ReadError: the file is not there, its extension is not known, or it is not what that says; with the line.
    """
    form = RDF_EXTENSIONS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(sorted(RDF_EXTENSIONS))
        raise ReadError(f"not an RDF file by its extension {path.suffix!r}", path=path, remedy=f"known are {known}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror or error})", path=path) from error
    lines = _Lines(content)
    naming = _Naming(hashlib.sha256(content).hexdigest()[:8])
    try:
        for quad in ox.parse(lines, format=form, base_iri=path.resolve().as_uri()):  # type: ignore[arg-type]
            yield Located(naming.rename(quad), path, None if form in _WITHOUT_LINES else lines.count)
    except SyntaxError as error:
        raise ReadError(f"not {form.name}: {error.msg}", path=path, line=error.lineno) from error


class _Naming:
    """Names for the blank nodes of one file."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[ox.BlankNode, ox.BlankNode] = {}

    def rename(self, quad: ox.Quad) -> ox.Quad:
        """Return a quad with its blank nodes named anew."""
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        return ox.Quad(*map(self._rename, terms))  # type: ignore[arg-type]

    def _rename(self, term: object) -> object:
        if isinstance(term, ox.Triple):
            return ox.Triple(*map(self._rename, (term.subject, term.predicate, term.object)))  # type: ignore[arg-type]
        if not isinstance(term, ox.BlankNode):
            return term
        return self._names.setdefault(term, ox.BlankNode(f"b{self._prefix}n{len(self._names) + 1}"))
