"""The command that takes a claim out of all that is kept: withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import click

from nkgraph.cli.options import data_option, out_option, project_of
from nkgraph.errors import ParameterError
from nkgraph.graph import node_iris
from nkgraph.iris import passage_iri
from nkgraph.model import Claim
from nkgraph.pipeline import read_source
from nkgraph.source import Source
from nkgraph.tombstones import REASONS, check_occasion
from nkgraph.withdrawal import (
    Effects,
    Falling,
    Plan,
    describe_triple,
    find_claim,
    find_falling,
    find_outside,
    find_touched,
    finish_purge,
    measure_effects,
    plan_withdrawal,
    purge,
)

__all__ = ["withdraw"]

_WHY: Final = {
    "derived": "is derived from {}",
    "describes": "says more of {}, which nothing else describes",
    "points-at": "points at {}, which nothing else describes",
    "judgement": "judges {}, which nothing else describes",
}
_HISTORY: Final = (
    "not purged, as no command can: the history of the repository (git filter-repo), clones and forks of it, earlier "
    "releases, exports outside the out folder, backups, what servers that still run hold; docs/withdrawing.md says how"
)


@click.command()
@click.argument("name", metavar="CLAIM", required=False)
@click.option("--with-dependants", is_flag=True, help="Withdraw with it the claims that cannot stay without it.")
@click.option("--yes", is_flag=True, help="Purge; without it, what would change is told and nothing is written.")
@click.option("--reason", metavar="KIND", help=f"The kind of reason, kept on the tombstone: {', '.join(REASONS)}.")
@click.option("--date", metavar="DATE", help="The day, month or year of the withdrawal, kept on the tombstone.")
@click.option("--finish", is_flag=True, help="Finish a withdrawal that was stopped half way.")
@data_option
@out_option
def withdraw(
    name: str | None,
    with_dependants: bool,
    yes: bool,
    reason: str | None,
    date: str | None,
    finish: bool,
    data: Path | None,
    out: Path | None,
) -> int:
    """Tell what depends on a claim, and purge it.

    CLAIM is an IRI, claim:<document>/<key>, <document>/<key>, or a key that stands in one document only. Nothing is written
    without --yes. A purge takes the claim, its words and fingerprints out of the data, what was said of it in codings and
    reviews, and the built graph and exports in the out folder; a tombstone stays, with the date and the kind of reason that
    are given and nothing of the claim. The history of the repository keeps it: docs/withdrawing.md says what to do.

    Ends with 1 where the claim cannot go as asked: other claims rest on it (--with-dependants), or the data would not build.

    \b
    Example:
      nkgraph withdraw claim:hrnk-lives-for-sale-2009/case-3/route-1
    """
    project = project_of(data, out)
    if finish:
        done = finish_purge(project)
        told = "the withdrawal that was stopped half way is finished" if done else "no withdrawal was stopped half way"
        click.echo(told, err=True)
        return 0
    if name is None:
        raise ParameterError("no claim is named", remedy="name one, as in claim:a-report/case-1/transfer-1")
    if yes and (reason is None or date is None):
        lacking = "--reason" if reason is None else "--date"
        remedy = f"--reason is one of {', '.join(REASONS)}; --date a day, month or year, as in 2025-03"
        raise ParameterError(f"a withdrawal needs {lacking}, to be kept on the tombstone", remedy=remedy)
    if reason is not None or date is not None:
        check_occasion(date or "2000", reason or REASONS[0])
    source = read_source(project)
    chosen = find_claim(name, source.claims, source.tombstones)
    falling = find_falling(chosen, source.claims, _described_elsewhere(source), source.vocabulary)
    gone = [chosen, *(found.claim for found in falling)]
    plan = plan_withdrawal(project, source, gone)
    effects = measure_effects(project, source, plan)
    _tell(chosen, falling, find_touched(gone, source.claims), plan, effects)
    outside = list(find_outside(project, plan.names))
    _list("named outside the data, to be seen to by hand", (f"{path}:{line}" for path, line in outside))
    click.echo(_HISTORY, err=True)
    if plan.named or not effects.is_sound:
        click.echo("not withdrawn: mend what is listed under `would be wrong` first", err=True)
        return 1
    if falling and not with_dependants:
        click.echo(
            f"not withdrawn: {_count(len(falling), 'claim')} cannot stay without it; withdraw them too with "
            "--with-dependants, or mend them first so that they no longer name it",
            err=True,
        )
        return 1
    if not yes or reason is None or date is None:
        click.echo(
            "nothing was written: this is what would change; purge with --yes --reason KIND --date DATE", err=True
        )
        return 0
    purge(project, plan, date=date, reason=reason)
    click.echo(f"{_count(len(gone), 'claim')} withdrawn; now run `nkgraph build`", err=True)
    return 0


def _described_elsewhere(source: Source) -> set[str]:
    """Return the IRIs of what reference data describe, and of the accounts."""
    items = (item for found in source.reference.values() for item in found)
    accounts = {
        passage_iri(slug, p.key) for slug, found in source.passages.items() for p in found if p.kind == "account"
    }
    return accounts | {iri for item in items for iri in node_iris(item)}


def _tell(chosen: Claim, falling: Sequence[Falling], touched: Sequence[Claim], plan: Plan, effects: Effects) -> None:
    """Print what depends on the claim, and what would change."""
    click.echo(f"{_name(chosen)} ({chosen.how}, {chosen.status}; {chosen.path}:{chosen.line})")
    _list(
        "claims that cannot stay without it",
        (f"{_name(found.claim)} {_WHY[found.kind].format(found.because)}" for found in falling),
    )
    _list("judgements that stay, about things that it describes", map(_name, touched))
    _list("inferred triples that fall", map(describe_triple, effects.lost.items()))
    _list("inferred triples that newly appear", map(describe_triple, effects.gained.items()))
    _list("passages left without a claim (give each a reason in data/coverage, or `check` warns)", effects.passages)
    _list("lines that go", map(str, plan.cut))
    _list("lines that stay and may tell of the same thing, to be seen to by hand", map(str, plan.near))
    _list("built files that go", map(str, plan.outputs))
    _list(
        "would be wrong",
        [
            *(f"{mention} (names what goes; write it otherwise)" for mention in plan.named),
            *effects.errors,
            *map(str, effects.findings),
        ],
    )


def _list(title: str, lines: Iterable[str]) -> None:
    listed = list(lines)
    if listed:
        click.echo(f"\n{title}: {len(listed)}")
        for line in listed:
            click.echo(f"  {line}")


def _name(claim: Claim) -> str:
    return f"claim:{claim.document}/{claim.key}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
