"""The formats of ``nkgraph export``: a new one is an entry here."""

from __future__ import annotations

from functools import partial
from typing import Final

import pyoxigraph as ox

from nkgraph.exports import Export
from nkgraph.exports.ftm import export_ftm
from nkgraph.exports.htcds import export_htcds
from nkgraph.exports.lossy import LossyExport, write_lossy
from nkgraph.exports.nanopub import write_nanopubs
from nkgraph.exports.rdf import SERIALISATIONS, write_rdf
from nkgraph.exports.rdf12 import write_rdf12

__all__ = ["EXPORTS", "list_formats"]

_MERGED: Final = "the named graphs (the default graph merges them; --graph takes one)"
_WHICH: Final = "which graph it is from where that is provenance, document, ontology or statistics"


def _rdf(name: str, title: str, keeps: str, drops: str = "") -> Export:
    write = partial(write_rdf, form=SERIALISATIONS[name])
    return Export(name, title, keeps, drops, write, frozenset({"graph", "base"}))


def _rdf12(name: str, title: str, form: ox.RdfFormat) -> Export:
    keeps = "one graph; each claim, rule and reference set a reifier of its triples"
    return Export(name, title, keeps, _WHICH, partial(write_rdf12, form=form), frozenset({"base"}))


def _lossy(name: str, title: str, keeps: str, make: LossyExport) -> Export:
    drops = "what the other format has no field for; it is counted and printed"
    write = partial(write_lossy, make=make)
    return Export(name, title, keeps, drops, write, frozenset({"coarse"}), shape="folder")


EXPORTS: Final[dict[str, Export]] = {
    export.name: export
    for export in (
        _rdf("nq", "N-Quads", "all graphs, one quad a line: the built file"),
        _rdf("trig", "TriG", "all graphs, to be read"),
        _rdf("jsonld", "JSON-LD", "all graphs, with a context"),
        _rdf("ttl", "Turtle", "one graph, to be read", _MERGED),
        _rdf("nt", "N-Triples", "one graph, one triple a line", _MERGED),
        _rdf("rdf", "RDF/XML", "one graph, for older tools", _MERGED),
        _rdf12("rdf12", "RDF 1.2 by line", ox.RdfFormat.N_QUADS),
        _rdf12("ttl12", "RDF 1.2 as Turtle", ox.RdfFormat.TURTLE),
        Export(
            "nanopub",
            "nanopublications (TriG)",
            "each claim with its provenance, unsigned, at a trusty URI",
            "what is no claim (inferred triples, reference data, ontology …)",
            write_nanopubs,
            frozenset({"claim", "base", "created"}),
            shape="texts",
        ),
        _lossy(
            "htcds",
            "tables in the manner of HTCDS 2.0",
            "women, actors, events, organisations, in a folder",
            export_htcds,
        ),
        _lossy("ftm", "FollowTheMoney entities", "documents, bodies, events, no persons, in a folder", export_ftm),
    )
}


def list_formats(option: str) -> str:
    """Return the names of the formats that take an option, as words."""
    return ", ".join(name for name, export in EXPORTS.items() if option in export.options)
