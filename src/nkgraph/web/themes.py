"""The canned queries by theme, for the pages that list them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nkgraph.queries import CannedQuery

__all__ = ["group_queries"]

_THEMES: Final[dict[str, tuple[str, ...]]] = {
    "Accounts and the women who tell them": (
        "accounts",
        "timeline",
        "persons",
        "origin-to-destination",
        "background",
        "double-told",
        "possible-matches",
        "case-characterisations",
    ),
    "What is reported to have happened": (
        "episodes",
        "trafficking-elements",
        "crossings",
        "routes",
        "transfers",
        "intermediaries",
        "intermediaries-by-origin",
        "unions",
        "children",
        "custody",
        "harms",
        "work",
        "papers-and-toleration",
        "consent-statements",
        "incidents",
    ),
    "Money": ("money", "payments", "sale-prices", "price-bands"),
    "Law and calls": (
        "instruments",
        "provisions",
        "state-positions",
        "alleged-breaches",
        "recommendations",
        "bound-on",
        "law-in-force-at-event",
        "returns-and-custody",
        "punishment-factors",
        "treaty-status",
        "treaty-territories",
        "position-against-status",
        "provision-list",
        "instrument-relations",
        "identifiers",
        "external-links",
    ),
    "Figures and context": (
        "statistics",
        "figure-genealogy",
        "report-tables",
        "table-arithmetic",
        "context-statements",
    ),
    "Sources, people and organisations": ("citations", "organisations", "people-named"),
    "Words, claims and the graph itself": (
        "evidence",
        "related-claims",
        "contradictions",
        "silence",
        "dependants",
        "coverage",
        "vocabulary",
        "inferred-by-rule",
        "dataset",
    ),
}
_OTHERS: Final = "Others"


def group_queries(queries: Mapping[str, CannedQuery]) -> dict[str, list[CannedQuery]]:
    """Return queries by theme, in the order in which they are read; those of no theme stand under the last one.

    >>> group_queries({})
    {}
    """
    groups = {theme: [queries[name] for name in names if name in queries] for theme, names in _THEMES.items()}
    placed = {name for names in _THEMES.values() for name in names}
    groups[_OTHERS] = [query for name, query in queries.items() if name not in placed]
    return {theme: listed for theme, listed in groups.items() if listed}
