"""Inference: one list of rules, read by the engine that closes a graph, by the printer to SPARQL, and by the proofs."""

from nkgraph.reasoning.strata import Rule, Stratum, infer, load_strata, rule_graph

__all__ = ["Rule", "Stratum", "infer", "load_strata", "rule_graph"]
