"""Proposals: the claims that a draft makes of what was found, each with the words that it rests on; none is certain."""

from __future__ import annotations

from nkgraph.blocks import BODY
from nkgraph.drafting.accounts import draft_account, draft_narrator
from nkgraph.drafting.carried import keep_carried
from nkgraph.drafting.drafter import Drafter, Proposal
from nkgraph.drafting.gazetteers import Gazetteers
from nkgraph.drafting.statements import draft_law, draft_statements
from nkgraph.ontology import Vocabulary
from nkgraph.spans import Reading

__all__ = ["draft_claims"]


def draft_claims(reading: Reading, gazetteers: Gazetteers, vocabulary: Vocabulary) -> list[Proposal]:
    """Return what can be proposed of a document, in the order of the text within each family.

    In accounts: narrator, crossings, transfers, steps of the journey, sums, actors with a role; elsewhere: figures,
    dates of context, citations, instruments, provisions. A date or place that no event took is proposed as an event
    without a kind. What the words do not settle, or do not carry, is left out.
    """
    drafter = Drafter(reading, gazetteers)
    law, instruments = draft_law(drafter)
    proposals: list[Proposal] = []
    for unit in drafter.units:
        if unit.account is not None and unit.passage.kind in BODY:
            told = draft_narrator if unit.passage.kind == "heading" else draft_account
            proposals += told(drafter, unit)
        elif unit.passage.kind != "heading":
            proposals += draft_statements(drafter, unit, instruments.get(id(unit), []))
    return list(keep_carried(proposals + law, reading, vocabulary))
