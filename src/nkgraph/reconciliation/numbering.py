"""The numbers of provisions: which provisions of an instrument have a number, or one that begins or continues it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nkgraph.reconciliation.candidates import Candidate
from nkgraph.reconciliation.spelling import Located

__all__ = ["PART_OF", "ProvisionIndex"]

#: What a whole instrument is worth where one of its provisions is asked for; a provision for a part of it is less.
PART_OF: Final = 0.75


class ProvisionIndex:
    """The provisions by instrument, kind and first number, read once."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._numbered: dict[tuple[str, str, str], list[tuple[str, tuple[str, ...]]]] = {}
        instruments: dict[str, str] = {}
        for candidate in candidates:
            whole = candidate.facts.get("instrument", ())
            if "Provision" not in candidate.types or not whole or whole[0].ref is None:
                continue
            instruments.setdefault(whole[0].ref, candidate.id)
            for located in (spelling.located for spelling in candidate.spellings):
                if located is not None:
                    key = (whole[0].ref, located.kind, located.parts[0])
                    self._numbered.setdefault(key, []).append((candidate.id, located.parts))
        #: The instruments that have provisions here, each with one of these.
        self.instruments = instruments

    def find(self, located: Located, instrument: str) -> Iterator[tuple[str, float]]:
        """Yield the provisions of an instrument with a number, or a part of it, or more: 1 for the same, or less.

        A provision that has the number in several spellings comes several times.
        """
        for identity, parts in self._numbered.get((instrument, located.kind, located.parts[0]), ()):
            share = _compare_parts(parts, located.parts)
            if share:
                yield identity, share


def _compare_parts(own: Sequence[str], asked: Sequence[str]) -> float:
    shared = min(len(own), len(asked))
    if own[:shared] != asked[:shared]:
        return 0.0
    if len(own) == len(asked):
        return 1.0
    # the narrowest whole comes first
    return PART_OF * (0.9 + 0.1 * shared / max(len(own), len(asked)))
