"""The files of ``shapes/``: one rule a file, named like the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from nkgraph.errors import VocabularyError
from nkgraph.shapeterms import SHAPE, convert_term

__all__ = ["Shapes", "load_shapes"]

_PREFIX: Final = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>")
_NAME: Final = re.compile(r"(?<![\w<:/#?$])(\w+):(\w[\w-]*)")


@attrs.frozen(eq=False)
class Shapes:
    """The shapes of a folder: their graph, the file of each node of it, the rule of each file.

    ``names`` are the IRIs that some rule names, of which the properties to load are a part.
    """

    graph: Graph
    files: Mapping[Node, Path]
    rules: Mapping[Path, URIRef]
    names: frozenset[str]

    def only(self, path: Path) -> Graph:
        """Return the graph of one file."""
        graph = Graph()
        for subject, predicate, term in self.graph:
            if self.files.get(subject) == path:
                graph.add((subject, predicate, term))
        return graph


def load_shapes(folder: Path) -> Shapes:
    """Read the shapes of a folder: one rule a file, ``shape:<name of the file>``.

    Raises:
        VocabularyError: there are none; a file is not Turtle, or does not hold just the shape that it is named after.
    """
    graph = Graph()
    files: dict[Node, Path] = {}
    rules: dict[Path, URIRef] = {}
    names: set[str] = set()
    for path in sorted(folder.glob("*.ttl")):
        rules[path] = URIRef(SHAPE + path.stem)
        triples = _parse(path)
        held = {subject for subject, predicate, term in triples if (predicate, term) == (RDF.type, SH.NodeShape)}
        if held != {rules[path]}:
            listed = ", ".join(sorted(f"<{node}>" for node in held)) or "no node shape"
            raise VocabularyError(f"holds {listed}", path=path, remedy=f"a file holds one shape, here <{rules[path]}>")
        for subject, predicate, term in triples:
            graph.add((subject, predicate, term))
            files[subject] = path
            names |= _names(predicate, term)
    if not rules:
        raise VocabularyError("holds no shapes", path=folder)
    return Shapes(graph, files, rules, frozenset(names))


def _parse(path: Path) -> list[tuple[Node, Node, Node]]:
    try:
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise VocabularyError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise VocabularyError(f"cannot be read ({error.strerror})", path=path) from error
    return [(convert_term(quad.subject), convert_term(quad.predicate), convert_term(quad.object)) for quad in quads]


def _names(predicate: Node, term: Node) -> set[str]:
    """Return the IRIs that a triple of a shapes file names: its object, or the prefixed names of its query."""
    if predicate == SH.select:
        prefixes = dict(_PREFIX.findall(str(term)))
        return {prefixes[prefix] + name for prefix, name in _NAME.findall(str(term)) if prefix in prefixes}
    return {str(term)} if isinstance(term, URIRef) else set()
