"""The rules of a served graph: those of OWL compiled from its own ontology, and those of the domain from their files."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from nkgraph.iris import graph_iri
from nkgraph.proofs.explaining import Explainer
from nkgraph.reasoning.rules import Rule
from nkgraph.reasoning.strata import load_strata
from nkgraph.reasoning.terminology import compile_ontology

__all__ = ["build_explainer", "load_rules"]

_ONTOLOGY = ox.NamedNode(graph_iri("ontology"))


def load_rules(store: ox.Store, folder: Path | None = None) -> list[Rule]:
    """Return the rules of a store: of its ontology (or, without one, of its axioms) and of a folder of domain rules.

    Raises:
        VocabularyError, ReadError, QueryError: the folder holds no rules, or broken ones (see ``load_strata``).
    """
    ontology = list(store.quads_for_pattern(None, None, None, _ONTOLOGY))
    quads = ontology or store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    compiled = compile_ontology(quad.triple for quad in quads)
    strata = load_strata(folder) if folder is not None else ()
    return [
        *compiled.terminology,
        *compiled.rules,
        *compiled.filtered,
        *(rule for stratum in strata for rule in stratum.rules),
    ]


def build_explainer(store: ox.Store, folder: Path | None = None) -> Explainer:
    """Return the explainer of a store (see ``load_rules``)."""
    return Explainer(store, load_rules(store, folder))
