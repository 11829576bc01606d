"""The page that lies beside an export to FollowTheMoney: what the entities are, what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from nkgraph.exports.ftm_entities import Entity
from nkgraph.exports.losses import Losses

__all__ = ["describe_ftm"]

_INTRODUCTION: Final = """\
# What documents report, as entities of FollowTheMoney

A lossy view of nkgraph: `entities.ftm.json` holds one entity a line. The data are licensed CC BY 4.0 by the contributors of
nkgraph, who have no part in FollowTheMoney.

- Every entity is *reported*. `sourceUrl` names the claims it rests on, `proof` the documents.
- **No person is an entity**: no woman who tells an account, nobody who is named, nobody who is told of. This format is made to be
  matched against lists of persons, and a name or a description that stands in data on trafficking would read as an accusation
  there, or lead to a survivor. Events say of how many persons they are reported.
- **No topics.** `crime.traffick` and the like accuse; nothing here carries one. An organisation is here because a document names
  it, mostly as a source, and a `Documentation` says where.
- `Event`: one for each transfer and each custody event, however often it is told; where tellings differ, all values stand there.
- `Payment`: only a sum reported as paid once by an organisation to an organisation, since payer and beneficiary are required.
- `fileName` of a document is the short name that nkgraph gives it.
- What is not there is not stated, or has no schema. It never means no.
"""


def describe_ftm(entities: Sequence[Entity], losses: Losses, *, coarse: bool) -> str:
    """Return the page, with the sums of this export."""
    detail = "years and provinces" if coarse else "months and counties (or prefectures) at most"
    kinds = Counter(schema for schema, _ in {(entity.schema, entity.identifier) for entity in entities})
    lines = [_INTRODUCTION + f"- Dates and places are shown to {detail}.", "", "## Entities", ""]
    lines += [f"- {schema}: {number}" for schema, number in sorted(kinds.items())]
    lines += ["", "## What is dropped", "", "`dropped.csv` has it by kind of thing, property and reason.", ""]
    lines += [f"- {line}" for line in losses.describe().splitlines()]
    return "\n".join(lines) + "\n"
