"""Places to the county: which unit stands where, whether that is less than was said, and what it rests on."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from export_fixtures import make_store

from nkgraph.exports.coarsening import Location, coarsen_place
from nkgraph.exports.statements import read_statements
from nkgraph.iris import BASE, ontology_iri

TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PLACES = ox.NamedNode(f"{BASE}graph/reference/places")
#: Key of a unit: its kind, its name, what it lies in.
UNITS = {
    "land": ("Country", "Exampleland", None),
    "unnamed-land": ("Country", None, None),
    "province": ("Province", "Lvzhou", "land"),
    "prefecture": ("Prefecture", "Qingshan", "province"),
    "namesake": ("Prefecture", "Lvzhou", "province"),
    "county": ("County", "Qinghe", "prefecture"),
    "same-name": ("County", "Qingshan", "prefecture"),
    "unnamed": ("County", None, "prefecture"),
    "unnamed-province": ("Province", None, "land"),
    "village": ("Settlement", "Hillhamlet", "county"),
    "nowhere": ("Settlement", None, None),
}


def unit(key: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}place/{key}")


def locate(key: str, *, coarse: bool = False) -> Location:
    state = ox.NamedNode(f"{BASE}state/aq")
    quads = [
        ox.Quad(state, ox.NamedNode(ontology_iri("isoCode")), ox.Literal("AQ"), PLACES),
        ox.Quad(state, ox.NamedNode(ontology_iri("territory")), unit("land"), PLACES),
    ]
    for name, (kind, text, within) in UNITS.items():
        quads.append(ox.Quad(unit(name), TYPE, ox.NamedNode(ontology_iri(kind)), PLACES))
        if text is not None:
            quads.append(ox.Quad(unit(name), ox.NamedNode(ontology_iri("name")), ox.Literal(text), PLACES))
        if within is not None:
            quads.append(ox.Quad(unit(name), ox.NamedNode(ontology_iri("within")), unit(within), PLACES))
    return coarsen_place(read_statements(make_store(quads)), unit(key), coarse=coarse)


@pytest.mark.parametrize(
    ("key", "coarse", "parts", "is_coarser"),
    [
        ("village", False, ("Qinghe", "Lvzhou", "Exampleland"), True),
        ("county", False, ("Qinghe", "Lvzhou", "Exampleland"), False),
        ("prefecture", False, ("Qingshan", "Lvzhou", "Exampleland"), False),
        ("same-name", False, ("Qingshan", "Lvzhou", "Exampleland"), False),
        ("unnamed", False, ("Qingshan", "Lvzhou", "Exampleland"), True),
        ("unnamed-province", False, ("Exampleland",), True),
        ("county", True, ("Lvzhou", "Exampleland"), True),
        ("namesake", True, ("Lvzhou", "Exampleland"), True),
        ("province", True, ("Lvzhou", "Exampleland"), False),
        ("land", False, ("Exampleland",), False),
        ("unnamed-land", False, (), True),
        ("nowhere", False, (), True),
    ],
)
def test_the_smallest_county_and_whether_that_is_less(
    key: str, coarse: bool, parts: tuple[str, ...], is_coarser: bool
) -> None:
    """A county stands before the prefecture around it; units are told apart by what they are, not by their names."""
    found = locate(key, coarse=coarse)

    assert (found.parts, found.is_coarser) == (parts, is_coarser)


@pytest.mark.parametrize(("key", "coarse"), [("same-name", False), ("namesake", True)])
def test_a_unit_that_is_not_shown_carries_nothing(key: str, coarse: bool) -> None:
    """A unit of the same name as one that is shown is not carried with it."""
    named = {t.subject for t in locate(key, coarse=coarse).rests_on if t.predicate.value == ontology_iri("name")}

    hidden = "prefecture" if key == "same-name" else "namesake"
    assert unit(hidden) not in named
    assert {unit("province"), unit("land")} <= named
