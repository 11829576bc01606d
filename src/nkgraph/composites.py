"""Composite codes (``data/vocabularies/composites.tsv``): codes that say several things in one, which no mapping splits.

A composite may be broader or narrower than a code for one of its parts. It is never the same as one, and never close to one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import ReadError
from nkgraph.iris import PREFIXES, shorten
from nkgraph.mappings import RELATIONS
from nkgraph.vocabularies import read_rows

__all__ = ["Composite", "Split", "find_split_composites", "load_composites"]

_HEADER: Final = (("code", "parts", "why"),)
#: Prefixes of vocabularies that publish IRIs of their own; ``_KNOWN`` has ours too.
_OTHERS: Final = {"eurovoc": "http://eurovoc.europa.eu/", "unbis": "http://metadata.un.org/thesaurus/"}
_KNOWN: Final[Mapping[str, str]] = {**PREFIXES, **_OTHERS}
#: Relations by which one code may stand for the other: the same, and close.
_SAME: Final = frozenset(iri for iri, relation in RELATIONS.items() if relation.strength >= 3)


@attrs.frozen
class Composite:
    """A code (an IRI) that says several things in one, its parts in words, and why it is held for one."""

    iri: str
    parts: tuple[str, ...]
    why: str
    line: int


@attrs.frozen
class Split:
    """A composite that a mapping splits: the mapping as (subject, predicate, object), and what is wrong with it."""

    composite: Composite
    mapping: tuple[str, str, str]
    message: str


def load_composites(path: Path) -> dict[str, Composite]:
    """Return the composites by IRI; a file that is not there has none.

    Raises:
        ReadError: a line has other columns, an unknown prefix, fewer than two parts, or a code again; with path and line.
    """
    found: dict[str, Composite] = {}
    if not path.exists():
        return found
    for number, (code, parts, why) in read_rows(path, _HEADER):
        prefix, colon, local = code.partition(":")
        if not colon or prefix not in _KNOWN:
            remedy = f"known are {', '.join(sorted(_KNOWN))}"
            raise ReadError(f"column 1: {code!r} has no known prefix", path=path, line=number, remedy=remedy)
        iri = _KNOWN[prefix] + local
        words = tuple(part.strip() for part in parts.split(";"))
        if len(words) < 2 or not all(words):
            message = f"column 2: {parts!r} is not two or more parts"
            raise ReadError(message, path=path, line=number, remedy="write them with `; ` between")
        if iri in found:
            message = f"column 1: {code} stands on line {found[iri].line} already"
            raise ReadError(message, path=path, line=number, remedy="keep one")
        found[iri] = Composite(iri, words, why, number)
    return found


def find_split_composites(
    mappings: Iterable[tuple[str, str, str]], composites: Mapping[str, Composite]
) -> tuple[Split, ...]:
    """Return the mappings, given as (subject, predicate, object) IRIs, that split a composite.

    Two codes are the same or close only if both are composite or neither is; and a composite is the same as, or close to, one
    code of a scheme at most, since two would be its parts.

    >>> whole = Composite("https://w3id.org/nkgraph/code/means/threat_or_force", ("threat", "force"), "one element", 2)
    >>> part = "https://w3id.org/nkgraph/vocabulary/example/force"
    >>> close = "http://www.w3.org/2004/02/skos/core#closeMatch"
    >>> [split.message for split in find_split_composites([(whole.iri, close, part)], {whole.iri: whole})]
    ['code:means/threat_or_force says threat and force in one, and vocabulary:example/force does not']
    """
    same = sorted({mapping for mapping in mappings if mapping[1] in _SAME})
    found: list[Split] = []
    partners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for subject, _, target in same:
        partners[subject, _scheme_of(target)].add(target)
        partners[target, _scheme_of(subject)].add(subject)
    for mapping in same:
        for whole, other in ((mapping[0], mapping[2]), (mapping[2], mapping[0])):
            if whole not in composites:
                continue
            composite = composites[whole]
            words = f"{shorten(whole)} says {' and '.join(composite.parts)} in one"
            several = sorted(map(shorten, partners[whole, _scheme_of(other)]))
            if other not in composites:
                found.append(Split(composite, mapping, f"{words}, and {shorten(other)} does not"))
            elif len(several) > 1:
                found.append(Split(composite, mapping, f"{words}, and is matched to {' and '.join(several)}"))
    return tuple(found)


def _scheme_of(iri: str) -> str:
    return iri.rpartition("/")[0]
