"""Reconciliation: which thing of the reference data a written name means."""

from __future__ import annotations

from nkgraph.reconciliation.candidates import Candidate, TypeOffered
from nkgraph.reconciliation.matching import Condition, Query, Result, Wanted
from nkgraph.reconciliation.service import PROPERTIES, PropertyOffered, Reconciler, build_reconciler

__all__ = [
    "PROPERTIES",
    "Candidate",
    "Condition",
    "PropertyOffered",
    "Query",
    "Reconciler",
    "Result",
    "TypeOffered",
    "Wanted",
    "build_reconciler",
]
