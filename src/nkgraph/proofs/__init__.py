"""Proofs: why a triple is in the graph, down to the claims that say it, and why another is not."""

from nkgraph.proofs.explaining import Explainer
from nkgraph.proofs.missing import Missing
from nkgraph.proofs.trees import Leaf, Proof, Searched, Step, leaves_of, measure_height, steps_of

__all__ = ["Explainer", "Leaf", "Missing", "Proof", "Searched", "Step", "leaves_of", "measure_height", "steps_of"]
