"""Withdrawal: what depends on a claim, what changes if it falls, and its purge from all that is kept here."""

from nkgraph.withdrawal.dependants import Falling, find_claim, find_falling, find_touched
from nkgraph.withdrawal.effects import Effects, describe_triple, measure_effects
from nkgraph.withdrawal.outputs import find_outside
from nkgraph.withdrawal.planning import Plan, plan_withdrawal
from nkgraph.withdrawal.purging import finish_purge, purge

__all__ = [
    "Effects",
    "Falling",
    "Plan",
    "describe_triple",
    "find_claim",
    "find_falling",
    "find_outside",
    "find_touched",
    "finish_purge",
    "measure_effects",
    "plan_withdrawal",
    "purge",
]
