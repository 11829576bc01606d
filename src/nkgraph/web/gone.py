"""Addresses of withdrawn claims: what the tombstones of the graph say of a name that is asked for."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from nkgraph.sparql import QueryAnswering
from nkgraph.tombstones import Tombstone
from nkgraph.web.lookups import PROLOGUE, ask_rows

__all__ = ["was_withdrawn"]

_TOMBSTONES: Final = (
    PROLOGUE
    + """
SELECT ?id ?date ?reason ?mark ?marks WHERE {
  ?stone a nk:Tombstone ; nk:tombstoneId ?id ; nk:withdrawnOn ?date ; nk:withdrawalReason/skos:notation ?reason ;
    nk:mark ?mark ; nk:marks ?marks
} ORDER BY ?id"""
)


def was_withdrawn(service: QueryAnswering, path: str) -> bool:
    """Tell whether a path (``claim/<document>/<key>``) at which nothing is may be that of a withdrawn claim.

    It always is for a withdrawn claim, and for one in a thousand other names by chance (see ``nkgraph.tombstones``).

    Raises:
        ProblemError: there is no answer.
    """
    root, _, rest = path.partition("/")
    document, _, key = rest.partition("/")
    if root != "claim" or not key:
        return False
    for row in ask_rows(service, _TOMBSTONES):
        cells = {name: cell.value for name, cell in row.items() if isinstance(cell, ox.Literal)}
        stone = Tombstone(cells["id"], cells["date"], cells["reason"], int(cells["mark"]), int(cells["marks"]))
        if stone.fits(document, key):
            return True
    return False
