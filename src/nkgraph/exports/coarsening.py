"""Dates to the month and places to the county, or to year and province: what a joined profile shows (survivors' safety)."""

from __future__ import annotations

import re
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.statements import Object, Statements

__all__ = ["COARSER", "Location", "coarsen_date", "coarsen_place"]

#: What a ledger says of a date or place that is shown with less than was said.
COARSER: Final = "to the month and the county at most, or to year and province"
_PLAIN: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_CITIES: Final = ("County", "Prefecture")
#: More steps than any chain of units has; a circle ends here.
_HIGHEST: Final = 8


@attrs.frozen
class Location:
    """The units that a place lies in: ISO 3166-1 code (two letters) and name of the country, province, county.

    ``rests_on`` are the statements of the reference data that say so.
    """

    code: str | None
    country: str | None
    province: str | None
    city: str | None
    is_coarser: bool
    rests_on: tuple[ox.Triple, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names from the smallest unit to the largest, as far as known."""
        return tuple(name for name in (self.city, self.province, self.country) if name is not None)


def coarsen_date(text: str, *, coarse: bool) -> tuple[str, bool] | None:
    """Return a date to the month (or year, if coarse) and whether that is less than it says.

    None for one that is not a single year, month or day: an interval, a decade, an uncertain date.

    >>> coarsen_date("1998-02-11", coarse=False), coarsen_date("1998-02", coarse=True)
    (('1998-02', True), ('1998', True))
    >>> coarsen_date("1998", coarse=False), coarsen_date("1997/1999-01", coarse=False)
    (('1998', False), None)
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    year, month, _ = match.groups()
    shown = year if coarse or month is None else f"{year}-{month}"
    return shown, shown != text


def coarsen_place(statements: Statements, place: Object, *, coarse: bool) -> Location:
    """Return the county (or prefecture), province and country that a place is or lies in; no county if coarse.

    The smallest county or prefecture with a name is the one shown. A unit without a name shows nothing, whatever lies in it.
    """
    code = country = province = city = None
    is_coarser = True
    rests_on: list[ox.Triple] = []
    unit: Object | None = place
    for _ in range(_HIGHEST):
        if not isinstance(unit, ox.NamedNode):
            break
        name = statements.find_text(unit, "name")
        if statements.has_kind(unit, "Country"):
            country = name
            for state in statements.find_subjects("territory", unit):
                code = code or statements.find_text(state, "isoCode")
                rests_on += [t for held in ("territory", "isoCode") for t in statements.find_triples(state, held)]
            is_shown = name is not None or code is not None
        elif province is None and statements.has_kind(unit, "Province"):
            province = name
            is_shown = name is not None
        elif _is_city(statements, unit) and city is None and not coarse:
            city = name
            is_shown = name is not None
        else:
            is_shown = False
        if is_shown:
            is_coarser = is_coarser and unit != place
            rests_on += [*statements.find_types(unit), *statements.find_triples(unit, "name")]
        rests_on += statements.find_triples(unit, "within")
        unit = next(iter(statements.find_values(unit, "within")), None)
    return Location(code, country, province, city, is_coarser, tuple(rests_on))


def _is_city(statements: Statements, unit: ox.NamedNode) -> bool:
    return any(statements.has_kind(unit, kind) for kind in _CITIES)
