"""What a lossy export drops: the statements read, less those carried, counted by kind of thing, property and reason.

Nothing here knows what an export can hold: a writer notes each statement that it carries, and all others are dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.statements import Statements
from nkgraph.iris import shorten
from nkgraph.tablefiles import write_csv
from nkgraph.tables import Table

__all__ = ["Ledger", "Loss", "Losses", "write_losses"]

_DROPPED: Final = "dropped"
_COARSER: Final = "coarser"


@attrs.frozen(order=True)
class Loss:
    """Statements of one property of one kind of thing that an export drops, or carries coarser than they are, and why."""

    kind: str
    property: str
    fate: str
    reason: str
    statements: int
    things: int


@attrs.frozen
class Losses:
    """How many statements were read, how many are carried whole, and all that is lost of the others."""

    read: int
    carried: int
    losses: tuple[Loss, ...]

    def count(self, fate: str) -> int:
        """Return how many statements are ``dropped`` or ``coarser``."""
        return sum(loss.statements for loss in self.losses if loss.fate == fate)

    def describe(self) -> str:
        """Return what is lost as lines of text: the sums, then one line for each kind of thing."""
        dropped, coarser = self.count(_DROPPED), self.count(_COARSER)
        lines = [f"{self.read} statements read: {self.carried} carried, {coarser} carried coarser, {dropped} dropped"]
        for fate in (_COARSER, _DROPPED):
            kinds: dict[str, Counter[str]] = defaultdict(Counter)
            for loss in self.losses:
                if loss.fate == fate:
                    kinds[loss.kind][loss.property] += loss.statements
            for kind, properties in sorted(kinds.items()):
                parts = ", ".join(f"{name} {number}" for name, number in sorted(properties.items()))
                lines.append(f"{fate}: {kind} {properties.total()} ({parts})")
        return "\n".join(lines) + "\n"


class Ledger:
    """The account of one export: which statements it carries, and why it does not carry the others."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._carried: set[ox.Triple] = set()
        self._coarser: dict[ox.Triple, str] = {}
        self._reasons: dict[ox.Triple, str] = {}

    def carry(self, triples: Iterable[ox.Triple]) -> None:
        """Note statements that stand in the export."""
        self._carried.update(triples)

    def coarsen(self, triple: ox.Triple, reason: str) -> None:
        """Note a statement that stands in the export with less than it says."""
        self._coarser[triple] = reason

    def drop(self, triples: Iterable[ox.Triple], reason: str) -> None:
        """Note why statements are not in the export; the first reason stays, and a statement carried elsewhere is carried."""
        for triple in triples:
            self._reasons.setdefault(triple, reason)

    def close(self, reasons: Mapping[str, str], otherwise: str) -> Losses:
        """Return what is lost.

        ``reasons`` gives the reason for a property of a kind (``Narrator surname``), of any kind (``* note``), or for a kind
        (``Payment``), where the writer gave none for the statement itself; ``otherwise`` stands for all the rest.
        """
        counts: Counter[tuple[str, str, str, str]] = Counter()
        things: dict[tuple[str, str, str, str], set[object]] = defaultdict(set)
        for triple in self._statements.graphs:
            if triple in self._carried:
                continue
            kind = self._statements.name_kind(triple.subject)
            name = shorten(triple.predicate.value).removeprefix("nk:")
            if triple in self._coarser:
                key = (kind, name, _COARSER, self._coarser[triple])
            else:
                known = (reasons.get(scope) for scope in (f"{kind} {name}", f"* {name}", kind))
                general = next((reason for reason in known if reason), otherwise)
                key = (kind, name, _DROPPED, self._reasons.get(triple, general))
            counts[key] += 1
            things[key].add(triple.subject)
        losses = sorted(Loss(*key, statements=number, things=len(things[key])) for key, number in counts.items())
        read = len(self._statements.graphs)
        carried = sum(triple in self._carried for triple in self._statements.graphs)
        return Losses(read=read, carried=carried, losses=tuple(losses))


def write_losses(losses: Losses) -> str:
    """Return what is lost as CSV: kind, property, fate, reason, number of statements, number of things."""
    columns = tuple(field.name for field in attrs.fields(Loss))
    rows = tuple(tuple(ox.Literal(str(value)) for value in attrs.astuple(loss)) for loss in losses.losses)
    return write_csv(Table(columns, rows))
