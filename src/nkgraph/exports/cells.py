"""Rows of a table whose cells remember the statements that they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.coarsening import COARSER
from nkgraph.exports.htcds_fields import FILLED_FROM, MULTIPLE
from nkgraph.exports.losses import Ledger
from nkgraph.exports.mappings import Mappings
from nkgraph.exports.statements import Statements
from nkgraph.tablefiles import write_csv
from nkgraph.tables import Table

__all__ = ["NO_VALUE", "Row", "put_codes", "write_rows", "write_trace"]

#: Stands in a field for what is stated and has no value there; it is never shown.
NO_VALUE: Final = ""
_UNMAPPED: Final = "no value of HTCDS means the same or more"
_WEAKER: Final = "mapped only to a value that means less or something close"
_NO_FIELD: Final = "mapped to a field that this view never fills"
_NOT_LISTED: Final = "mapped to a value that the vocabulary in the graph does not list for the field"
_SEVERAL: Final = "several values, and the field holds one"
_IN_PART: Final = "in part: what it says besides is one of several values, and the field holds one"


@attrs.define
class Row:
    """One row: our own columns, and the values of fields with the statements behind each (and whether they say more)."""

    identifier: str
    own: Mapping[str, str]
    cells: dict[str, dict[str, list[tuple[ox.Triple, bool]]]] = attrs.field(factory=dict)
    behind: list[ox.Triple] = attrs.field(factory=list)

    def put(self, field: str, value: str, triple: ox.Triple, *, coarser: bool = False) -> None:
        """Add a value to a field, with the statement it comes from."""
        self.cells.setdefault(field, {}).setdefault(value, []).append((triple, coarser))

    def rest_on(self, triples: Sequence[ox.Triple]) -> None:
        """Note statements that make this a row: what the thing is, whom it concerns, where it is told."""
        self.behind.extend(triples)

    def shown(self, field: str) -> tuple[str, ...]:
        """Return the values that stand in a field: all where it holds several, one or none where it holds one.

        An answer that the field has no value for (``NO_VALUE``) is an answer too: another does not stand there alone.
        """
        values = self.cells.get(field, {})
        if field in MULTIPLE:
            return tuple(sorted(values.keys() - {NO_VALUE}))
        return tuple(values) if len(values) == 1 and NO_VALUE not in values else ()


def put_codes(
    statements: Statements, mappings: Mappings, ledger: Ledger, subject: ox.NamedNode, name: str
) -> list[tuple[str, str, ox.Triple]]:
    """Return (field, value, statement) for the codes of a property that HTCDS has a value for; the others are noted as lost.

    Where a field holds one value, a code without one is returned with ``NO_VALUE``.
    """
    fields = FILLED_FROM.get((statements.name_kind(subject), name), ())
    found = []
    for triple in statements.find_triples(subject, name):
        targets = mappings.targets.get(triple.object, ())
        fitting = [(f, value) for f, value in targets if f in fields and value in mappings.values.get(f, ())]
        found += [(field, value, triple) for field, value in fitting]
        if not fitting:
            if any(f in fields for f, _ in targets):
                reason = _NOT_LISTED
            else:
                reason = _NO_FIELD if targets else _WEAKER if triple.object in mappings.weaker else _UNMAPPED
            ledger.drop([triple], reason)
            found += [(field, NO_VALUE, triple) for field in fields if field not in MULTIPLE]
    return found


def write_rows(rows: Sequence[Row], columns: Sequence[str], ledger: Ledger) -> str:
    """Return rows as CSV, our columns first, and note in the ledger what they carry."""
    own = tuple(rows[0].own) if rows else ()
    lines: list[tuple[ox.Literal | None, ...]] = []
    for row in rows:
        assert row.cells.keys() <= {*columns}, "a value for a field that the file has no column for"
        ledger.carry(row.behind)
        lost, standing = set(), {}
        for field, values in row.cells.items():
            shown = row.shown(field)
            for value, triples in values.items():
                for triple, coarser in triples:
                    if value not in shown:
                        lost.add(triple)
                    else:
                        standing[triple] = coarser
        ledger.drop(lost - standing.keys(), _SEVERAL)
        for triple, coarser in standing.items():
            if coarser:
                ledger.coarsen(triple, COARSER)
            elif triple in lost:
                ledger.coarsen(triple, _IN_PART)
            else:
                ledger.carry([triple])
        texts = [row.own[name] for name in own] + [";".join(row.shown(field)) for field in columns]
        lines.append(tuple(ox.Literal(text) if text else None for text in texts))
    return write_csv(Table((*own, *columns), tuple(lines)))


def write_trace(tables: Mapping[str, Sequence[Row]], statements: Statements, ledger: Ledger) -> str:
    """Return as CSV which claims each cell rests on: file, row, field, value, claim."""
    lines: set[tuple[str, str, str, str, str]] = set()
    for name, rows in tables.items():
        for row in rows:
            for field, values in row.cells.items():
                for value in row.shown(field):
                    for triple, _ in values[value]:
                        lines.update((name, row.identifier, field, value, c) for c in statements.find_claims(triple))
            for triple in row.behind:
                lines.update((name, row.identifier, "", "", claim) for claim in statements.find_claims(triple))
    for claim in {line[-1] for line in lines}:
        ledger.carry(statements.find_types(ox.NamedNode(claim)))
    literals = tuple(tuple(ox.Literal(text) if text else None for text in line) for line in sorted(lines))
    return write_csv(Table(("file", "nk_Id", "field", "value", "claim"), literals))
