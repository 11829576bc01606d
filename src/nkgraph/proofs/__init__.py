"""Proofs: why a triple is in the graph, down to the claims that say it, and why another is not."""

from nkgraph.proofs.checking import check_proof, list_faults
from nkgraph.proofs.explaining import Explainer
from nkgraph.proofs.missing import Missing
from nkgraph.proofs.replaying import replay
from nkgraph.proofs.trees import Leaf, Proof, Searched, Step, leaves_of, measure_height, steps_of

__all__ = [
    "Explainer",
    "Leaf",
    "Missing",
    "Proof",
    "Searched",
    "Step",
    "check_proof",
    "leaves_of",
    "list_faults",
    "measure_height",
    "replay",
    "steps_of",
]
