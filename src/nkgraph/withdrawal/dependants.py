"""The claims that cannot stay when a claim goes: those derived from it, and those that point at what only it describes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import attrs

from nkgraph.claims import property_of
from nkgraph.errors import UnknownThingError
from nkgraph.graph import node_iris, node_types
from nkgraph.iris import BASE, claim_iri, expand, resource_iri, shorten
from nkgraph.model import Claim, Node
from nkgraph.ontology import Vocabulary, nearest
from nkgraph.tombstones import Tombstone

__all__ = ["Falling", "find_claim", "find_falling", "find_touched"]


@attrs.frozen
class Falling:
    """A claim that goes with another: why (``derived``, ``judgement``, ``describes``, ``points-at``), and because of what."""

    claim: Claim
    kind: str
    because: str


def find_claim(name: str, claims: Sequence[Claim], tombstones: Iterable[Tombstone] = ()) -> Claim:
    """Return the claim of a name: an IRI, ``claim/<document>/<key>``, ``claim:…``, ``<document>/<key>``, or a key alone.

    Raises:
        UnknownThingError: there is no such claim (with the nearest, or that it may have been withdrawn), or a key alone
            stands in several documents.
    """
    wanted = expand(name) if name.startswith(("http", "claim", "id:")) else name
    named = {claim_iri(claim.document, claim.key): claim for claim in claims}
    if wanted in named:
        return named[wanted]
    wanted = wanted.removeprefix(BASE + "claim/")
    short = {f"{claim.document}/{claim.key}": claim for claim in claims}
    if wanted in short:
        return short[wanted]
    by_key: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_key[claim.key].append(claim)
    found = by_key.get(wanted, [])
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{claim.document}/{claim.key}" for claim in found)
        raise UnknownThingError(f"several claims have the key {name!r}", remedy=f"name one of {listed}")
    parts = wanted.partition("/")
    readings = [(parts[0], parts[2]), *((claim.document, wanted) for claim in claims)]
    if any(stone.fits(*reading) for stone in tombstones for reading in dict.fromkeys(readings)):
        remedy = "a tombstone fits its name, as it fits one name in 1024 by chance"
        raise UnknownThingError(f"there is no claim {name!r}: it may have been withdrawn already", remedy=remedy)
    about = [claim for claim in claims if wanted in node_iris(claim)]
    if about:
        listed = ", ".join(f"claim:{claim.document}/{claim.key}" for claim in about[:3])
        more = f" and {len(about) - 3} more" if len(about) > 3 else ""
        message = f"{name!r} is no claim, but a thing that claims describe"
        raise UnknownThingError(message, remedy=f"name the claim that is to go: {listed}{more}")
    raise UnknownThingError(
        f"there is no claim {name!r}{nearest(wanted, [*short, *by_key])}",
        remedy="write <document>/<key>, as in claim:a-report/case-1/transfer-1",
    )


def find_falling(chosen: Claim, claims: Sequence[Claim], kept: Iterable[str], vocabulary: Vocabulary) -> list[Falling]:
    """Return the claims that cannot stay without another, each with the reason, nearest first.

    Those derived from it (``from``), those that say more of a thing to which nothing else gives a type, and those that
    point at a thing that nothing else describes; and so on for these. ``kept`` are the IRIs of things that are described
    elsewhere (reference data, accounts).
    """
    about = {_place(claim): node_iris(claim) for claim in claims}
    typed = {_place(claim): node_types(claim) for claim in claims}
    named = {_place(claim): frozenset(_references(claim, claim.says, vocabulary)) for claim in claims}
    elsewhere = frozenset(kept)
    gone = {_place(chosen): chosen}
    falling: list[Falling] = []
    while True:
        staying = [claim for claim in claims if _place(claim) not in gone and claim.status != "withdrawn"]
        described = elsewhere | {iri for claim in staying for iri in about[_place(claim)]}
        with_type = elsewhere | {iri for claim in staying for iri in typed[_place(claim)]}
        lost = {iri for place in gone for iri in about[place]} - described
        untyped = {iri for place in gone for iri in typed[place]} - with_type
        found = []
        for claim in staying:
            sources = [source for source in claim.sources if (claim.document, source) in gone]
            said = sorted(untyped & set(about[_place(claim)]))
            pointed = sorted((lost | untyped) & named[_place(claim)])
            if sources:
                found.append(Falling(claim, "derived", sources[0]))
            elif said:
                found.append(Falling(claim, "describes", shorten(said[0])))
            elif pointed:
                kind = "judgement" if claim.says.properties.get("type") == ("Judgement",) else "points-at"
                found.append(Falling(claim, kind, shorten(pointed[0])))
        if not found:
            return falling
        falling.extend(found)
        gone |= {_place(each.claim): each.claim for each in found}


def find_touched(gone: Sequence[Claim], claims: Sequence[Claim]) -> list[Claim]:
    """Return the judgements that stay and are about things that withdrawn claims describe: they rest on less than before."""
    places = {_place(claim) for claim in gone}
    things = {iri for claim in gone for iri in node_iris(claim)}
    return [
        claim
        for claim in claims
        if _place(claim) not in places
        and claim.says.properties.get("type") == ("Judgement",)
        and things
        & {resource_iri(claim.document, v) for v in claim.says.properties.get("judges", ()) if isinstance(v, str)}
    ]


def _place(claim: Claim) -> tuple[str, str]:
    return claim.document, claim.key


def _references(claim: Claim, node: Node, vocabulary: Vocabulary) -> Iterator[str]:
    for key, values in node.properties.items():
        prop = property_of(vocabulary, key)
        for value in values:
            if isinstance(value, Node):
                yield from _references(claim, value, vocabulary)
            elif prop is not None and not prop.is_literal and not prop.scheme:
                yield resource_iri(claim.document, value)
