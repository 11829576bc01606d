"""Where a leaf is said: a claim with its document, passage and words, or a set of reference data."""

from __future__ import annotations

import attrs
import pyoxigraph as ox

from nkgraph.iris import BASE, PREFIXES, ontology_iri

__all__ = ["Citation", "Quoted", "cite"]


@attrs.frozen
class Quoted:
    """Words that a claim rests on: their place in a passage, how many they are, and themselves where at hand."""

    span: str
    start: int
    end: int
    count: int | None = None
    passage: str = ""
    passage_name: str = ""
    quotation: str | None = None


@attrs.frozen
class Citation:
    """A named graph that asserts a leaf; of what is no claim only ``graph`` and ``title`` are given.

    ``how`` says how the claim was read from its words (stated, implied, …); ``sources`` are the claims from which it was
    derived; ``speaker``, ``via`` and ``recorded_by`` as the document gives them.
    """

    graph: str
    title: str
    document: str = ""
    slug: str = ""
    passage: str = ""
    passage_name: str = ""
    how: str = ""
    note: str = ""
    speaker: str = ""
    via: str = ""
    recorded_by: str = ""
    sources: tuple[str, ...] = ()
    words: tuple[Quoted, ...] = ()

    @property
    def is_claim(self) -> bool:
        """Whether it is a claim of a document."""
        return bool(self.document)


def _values(store: ox.Store, subject: str, predicate: str) -> list[str]:
    """Return the values of a property of a thing, as text, sorted."""
    found = store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None, ox.DefaultGraph())
    return sorted(q.object.value for q in found if isinstance(q.object, ox.NamedNode | ox.Literal))


def _value(store: ox.Store, subject: str, predicate: str) -> str:
    return next(iter(_values(store, subject, predicate)), "")


def _number(store: ox.Store, subject: str, name: str) -> int | None:
    text = _value(store, subject, ontology_iri(name))
    return int(text) if text.isdecimal() else None


def _find_passage(store: ox.Store, span: str, otherwise: str) -> tuple[str, str]:
    """Return the passage in which a span stands, with its name; that of its claim where it has none itself."""
    passage = _value(store, span, ontology_iri("passage")) or otherwise
    return passage, _name_passage(store, passage)


def _name_passage(store: ox.Store, passage: str) -> str:
    if not passage:
        return ""
    kind = _value(store, passage, ontology_iri("passageKind")) or passage.rpartition("/")[2]
    return f"{kind} {_value(store, passage, ontology_iri('number'))}".strip().replace("_", " ")


def cite(store: ox.Store, graph: str) -> Citation:
    """Return what is known of a graph as a source, the words of a claim in the order of the document."""
    document = _value(store, graph, ontology_iri("document")) if graph.startswith(BASE + "claim/") else ""
    if not document:
        return Citation(graph, graph.removeprefix(BASE + "graph/").replace("/", ": "))
    spans = _values(store, graph, PREFIXES["prov"] + "wasQuotedFrom")
    passage = _value(store, graph, ontology_iri("passage"))
    words = [
        Quoted(span, start, end, _number(store, span, "wordCount"), *_find_passage(store, span, passage))
        for span in spans
        if (start := _number(store, span, "start")) is not None
        and (end := _number(store, span, "endOffset")) is not None
    ]
    slug = _value(store, document, ontology_iri("slug"))
    claims = [c for c in _values(store, graph, PREFIXES["prov"] + "wasDerivedFrom") if c.startswith(BASE + "claim/")]
    own = {name: _value(store, graph, ontology_iri(name)) for name in ("how", "note", "speaker", "via", "recordedBy")}
    return Citation(
        graph,
        _value(store, document, PREFIXES["dcterms"] + "title") or slug or document,
        document,
        slug,
        passage,
        _name_passage(store, passage),
        own["how"],
        own["note"],
        own["speaker"],
        own["via"],
        own["recordedBy"],
        tuple(claims),
        tuple(sorted(words, key=lambda w: (w.start, w.end))),
    )
