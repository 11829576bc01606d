"""How good drafts are: precision, recall and F1 against the reviewed claims, by family of facts, two ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from nkgraph.drafting.facts import COUNTED, FACT_FAMILIES, Fact, read_claims_as_facts, read_proposals_as_facts
from nkgraph.drafting.gazetteers import make_gazetteers
from nkgraph.drafting.proposals import draft_claims
from nkgraph.model import Claim, Passage
from nkgraph.ontology import Vocabulary
from nkgraph.spans import read_text

__all__ = ["Score", "format_scores", "measure_drafts", "score_facts"]


@attrs.frozen
class Score:
    """How a draft did in one family: facts reviewed, facts drafted, and how many of these are right."""

    family: str
    reviewed: int
    drafted: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of what was drafted that is right; None where nothing was drafted."""
        return self.right / self.drafted if self.drafted else None

    @property
    def recall(self) -> float | None:
        """The share of what was reviewed that was drafted; None where nothing was reviewed."""
        return self.right / self.reviewed if self.reviewed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where there is nothing to find."""
        return 2 * self.right / (self.drafted + self.reviewed) if self.drafted + self.reviewed else None


def score_facts(reviewed: Iterable[Fact], drafted: Iterable[Fact]) -> list[Score]:
    """Return the score of each family: facts compared as values in their passage.

    A date, sum, place, name or number counts once a passage, however often it stands there; events and roles count as
    often as they are told. What the same fact is, ``facts`` says.

    >>> told = [Fact("sums", "case-1", "3000 CNY"), Fact("sums", "case-1", "3000 CNY"), Fact("sums", "case-2", "5 USD")]
    >>> [(s.reviewed, s.drafted, s.right) for s in score_facts(told, told[:2]) if s.family == "sums"]
    [(2, 1, 1)]
    """
    wanted, found = Counter(reviewed), Counter(drafted)
    scores = []
    for family in FACT_FAMILIES:
        sides = []
        for side in (wanted, found):
            own = {fact: number for fact, number in side.items() if fact.family == family}
            sides.append(Counter(own) if family in COUNTED else Counter(dict.fromkeys(own, 1)))
        scores.append(Score(family, sides[0].total(), sides[1].total(), (sides[0] & sides[1]).total()))
    return scores


def measure_drafts(
    texts: Mapping[str, str],
    passages: Mapping[str, Sequence[Passage]],
    claims: Sequence[Claim],
    reference: Mapping[str, Sequence[Claim]],
    vocabulary: Vocabulary,
    *,
    leave_out: bool,
) -> tuple[list[Fact], list[Fact]]:
    """Return the facts reviewed and the facts drafted, of all documents whose text is given.

    With ``leave_out``, each document is drafted as if it had never been read: its claims, and what reference data only
    it gave, are no part of the gazetteers.
    """
    countries = {
        c.says.id or "" for items in reference.values() for c in items if c.says.properties.get("type") == ("Country",)
    }
    reviewed: list[Fact] = []
    drafted: list[Fact] = []
    for slug, text in texts.items():
        gazetteers = make_gazetteers(reference, claims, without={slug} if leave_out else set())
        proposals = draft_claims(read_text(slug, text, passages[slug]), gazetteers, vocabulary)
        drafted += _of(slug, read_proposals_as_facts(proposals, slug, passages[slug], countries))
        reviewed += _of(slug, read_claims_as_facts(claims, slug, passages[slug], countries))
    return reviewed, drafted


def _of(slug: str, facts: Iterable[Fact]) -> Iterable[Fact]:
    """Return facts with the document named in their passage, as passages of two documents may share a key."""
    return (attrs.evolve(fact, passage=f"{slug}/{fact.passage}") for fact in facts)


def format_scores(with_all: Sequence[Score], left_out: Sequence[Score]) -> str:
    """Return the table as Markdown: both ways side by side."""
    lines = [
        "| family | reviewed | drafted | precision | recall | F1 | drafted, left out | precision | recall | F1 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one, other in zip(with_all, left_out, strict=True):
        cells = [one.family, str(one.reviewed)]
        for score in (one, other):
            cells.append(str(score.drafted))
            cells += ["" if value is None else f"{value:.2f}" for value in (score.precision, score.recall, score.f1)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
