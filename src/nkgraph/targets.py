"""The vocabularies of others that our things are mapped to: their names, their addresses, and what their IRIs name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from nkgraph.iris import resource_iri
from nkgraph.model import Claim
from nkgraph.vocabularies import ExternalVocabulary, vocabulary_iri

__all__ = ["Target", "find_target", "read_targets", "write_alike"]


@attrs.frozen
class Target:
    """A vocabulary of others, as ``data/reference/vocabularies.yaml`` or, with its codes, ``data/vocabularies`` describes it.

    ``spaces`` are the beginnings of its IRIs; ``others`` beginnings that people write instead of the first of them.
    ``holds`` is ``things``, ``concepts`` or ``pages``: what one of its IRIs names. ``is_titled`` where the graph of its
    codes says its title.
    """

    iri: str
    name: str
    homepage: str
    spaces: tuple[str, ...]
    others: tuple[str, ...]
    holds: str
    is_titled: bool = False


def read_targets(
    reference: Mapping[str, Sequence[Claim]], vocabularies: Iterable[ExternalVocabulary] = ()
) -> tuple[Target, ...]:
    """Return the vocabularies that reference data describe, and those whose codes are published here, by IRI."""
    found = []
    for vocabulary in vocabularies:
        iri, about = vocabulary_iri(vocabulary.key), vocabulary.about
        found.append(Target(iri, about["name"], about["homepage"], (iri + "/",), (), "concepts", is_titled=True))
    for item in (item for items in reference.values() for item in items):
        says = item.says.properties
        if says.get("type") != ("ExternalVocabulary",):
            continue
        name, homepage, holds = (str(says.get(key, ("",))[0]) for key in ("name", "homepage", "holds"))
        spaces, others = (tuple(map(str, says.get(key, ()))) for key in ("uriSpace", "otherUriSpace"))
        found.append(Target(resource_iri("reference", item.key), name, homepage, spaces, others, holds))
    return tuple(sorted(found, key=lambda target: target.iri))


def find_target(iri: str, targets: Iterable[Target]) -> Target | None:
    """Return the vocabulary that an IRI is of: the one with the longest beginning that fits, or None."""
    fits = [(len(s), t.iri, t) for t in targets for s in (*t.spaces, *t.others) if iri.startswith(s) and iri != s]
    return max(fits)[2] if fits else None


def write_alike(iri: str, targets: Iterable[Target]) -> str:
    """Return an IRI as its vocabulary writes it, so that two ways of writing one are seen to be one.

    >>> wikidata = Target("", "", "", ("http://www.wikidata.org/entity/",), ("https://www.wikidata.org/wiki/",), "things")
    >>> write_alike("https://www.wikidata.org/wiki/Q148", [wikidata])
    'http://www.wikidata.org/entity/Q148'
    """
    target = find_target(iri, targets)
    if target is None:
        return iri
    for other in sorted(target.others, key=len, reverse=True):
        if iri.startswith(other):
            iri = target.spaces[0] + iri.removeprefix(other)
            break
    return iri
