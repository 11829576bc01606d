"""Judgements read together: a pair is judged once; and what several of them say, taken together, may not agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from nkgraph.errors import ClaimError, NkgraphError
from nkgraph.findings import Finding, Severity
from nkgraph.iris import resource_iri, shorten
from nkgraph.model import Claim

__all__ = ["Judgement", "find_contradictions", "find_dissolved", "read_judgements"]


@attrs.frozen
class Judgement:
    """A judgement: what kind it is, what it decides, and of which things (by IRI)."""

    key: str
    kind: str
    decision: str
    things: frozenset[str]
    path: Path
    line: int

    @property
    def names(self) -> str:
        """The things, as they are read."""
        return " and ".join(shorten(thing).removeprefix("id:") for thing in sorted(self.things))


def read_judgements(claims: Iterable[Claim]) -> tuple[Judgement, ...]:
    """Return the judgements among the reviewed claims, in their order; one that is not whole is left to the shapes."""
    found = []
    for claim in claims:
        properties = claim.says.properties
        if claim.status != "reviewed" or properties.get("type") != ("Judgement",):
            continue
        things = {
            resource_iri(claim.document, thing) for thing in properties.get("judges", ()) if isinstance(thing, str)
        }
        kinds, decisions = properties.get("judgementKind", ()), properties.get("decision", ())
        if kinds and decisions:
            kind, decision = str(kinds[0]), str(decisions[0])
            found.append(Judgement(claim.key, kind, decision, frozenset(things), claim.path, claim.line))
    return tuple(found)


def find_contradictions(judgements: Iterable[Judgement]) -> list[NkgraphError]:
    """Return a mistake for each judgement that is not about two things, or decides otherwise than an earlier one."""
    first: dict[tuple[str, frozenset[str]], Judgement] = {}
    errors: list[NkgraphError] = []
    for judgement in judgements:
        if len(judgement.things) != 2:
            message = f"{judgement.key}: a judgement is about two things, and this one is about {len(judgement.things)}"
            errors.append(ClaimError(message, path=judgement.path, line=judgement.line, remedy="name two in `judges`"))
            continue
        earlier = first.setdefault((judgement.kind, judgement.things), judgement)
        if earlier.decision != judgement.decision:
            message = (
                f"{judgement.key}: {judgement.names} are judged {judgement.decision!r} here, "
                f"and {earlier.decision!r} at {earlier.path}:{earlier.line} ({earlier.key})"
            )
            remedy = "keep one of the two judgements, and withdraw the other"
            errors.append(ClaimError(message, path=judgement.path, line=judgement.line, remedy=remedy))
    return errors


def find_dissolved(judgements: Iterable[Judgement]) -> Iterator[Finding]:
    """Yield a warning for each group of things judged the same that a judgement dissolves: it says two are different.

    >>> a, b, c = "https://x.org/a", "https://x.org/b", "https://x.org/c"
    >>> def judge(key, decision, *things):
    ...     return Judgement(key, "same_person", decision, frozenset(things), Path("j.yaml"), 1)
    >>> found = find_dissolved([judge("ab", "same", a, b), judge("bc", "same", b, c), judge("ac", "different", a, c)])
    >>> [finding.thing for finding in found]
    ['ac']
    """
    everything = list(judgements)
    for judgement in everything:
        if judgement.decision != "different" or len(judgement.things) != 2:
            continue
        one, other = sorted(judgement.things)
        steps = _join(everything, judgement.kind, one, other)
        if len(steps) > 1:
            message = (
                f"{judgement.names} are judged different, and the same by {', '.join(steps)} together; "
                "no thing of the group is joined to another until one of these judgements is withdrawn"
            )
            yield Finding(
                Severity.WARNING,
                "judgements-contradict-by-chain",
                judgement.key,
                message,
                judgement.path,
                judgement.line,
            )


def _join(judgements: Iterable[Judgement], kind: str, start: str, goal: str) -> list[str]:
    """Return the keys of the shortest chain of judgements by which two things are the same; empty where there is none."""
    links: dict[str, list[tuple[str, str]]] = {}
    for judgement in judgements:
        if judgement.kind == kind and judgement.decision == "same" and len(judgement.things) == 2:
            one, other = sorted(judgement.things)
            links.setdefault(one, []).append((other, judgement.key))
            links.setdefault(other, []).append((one, judgement.key))
    return _walk(links, start, goal)


def _walk(links: Mapping[str, list[tuple[str, str]]], start: str, goal: str) -> list[str]:
    reached: dict[str, list[str]] = {start: []}
    waiting = [start]
    for place in waiting:
        for following, key in links.get(place, []):
            if following not in reached:
                reached[following] = [*reached[place], key]
                waiting.append(following)
    return reached.get(goal, [])
