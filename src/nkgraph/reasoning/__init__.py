"""Inference: one list of rules, read by the engine that closes a graph, by the printer to SPARQL, and by the proofs."""

from nkgraph.reasoning.inference import Closure, Contradiction, close, infer, rule_graph
from nkgraph.reasoning.rules import Condition, Pattern, Rule, RuleText, Variable
from nkgraph.reasoning.saying import say_rule, say_triple
from nkgraph.reasoning.strata import Stratum, check_strata, load_strata
from nkgraph.reasoning.theory import load_theory

__all__ = [
    "Closure",
    "Condition",
    "Contradiction",
    "Pattern",
    "Rule",
    "RuleText",
    "Stratum",
    "Variable",
    "check_strata",
    "close",
    "infer",
    "load_strata",
    "load_theory",
    "rule_graph",
    "say_rule",
    "say_triple",
]
