"""The grammar of OWL 2 RL (W3C, OWL 2 Profiles, sections 4.2.1 to 4.2.5) read from ``profile.yaml`` as values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import attrs

from nkgraph.iris import PREFIXES
from nkgraph.reasoning.tables import load_datatypes, load_tables
from nkgraph.yamlfiles import Item, Scalar, Sequence, Tree, read_yaml

__all__ = ["Grammar", "Position", "load_grammar"]

_PATH: Final = Path(__file__).with_name("profile.yaml")


@attrs.frozen
class Position:
    """A place for a class expression: what it may be, where what it holds stands, and what else to write instead."""

    words: str
    admits: Mapping[str, str]
    instead: Mapping[str, str]


@attrs.frozen
class Grammar:
    """What OWL 2 RL has. Keys are IRIs, but for the constructs of expressions (``someValuesFrom``).

    ``axioms``: for each property what may stand before and behind it; ``lists``: the members of a list, by the class of
    the axiom; ``characteristics``: of which properties; ``refused``: what there is not at all, and what to write instead;
    ``nowhere``: the same for constructs; ``datatypes``: those there are; ``terms``: every term of OWL and RDFS.
    """

    positions: Mapping[str, Position]
    axioms: Mapping[str, tuple[str, str]]
    lists: Mapping[str, str]
    characteristics: Mapping[str, str]
    refused: Mapping[str, str]
    nowhere: Mapping[str, str]
    datatypes: frozenset[str]
    terms: frozenset[str]

    @property
    def constructs(self) -> frozenset[str]:
        """What makes a thing a class expression, by its local name."""
        known = {name for position in self.positions.values() for name in (*position.admits, *position.instead)}
        return frozenset(known | set(self.nowhere)) - {"thing"}


@lru_cache(maxsize=1)
def load_grammar() -> Grammar:
    """Return the grammar.

    >>> load_grammar().positions["equal"].admits["hasValue"]
    'value'
    """
    tree = _mapping(read_yaml(_PATH))
    axioms = {}
    for name, ends in _mapping(tree["axioms"]).items():
        before, behind = _texts(ends)
        axioms[_iri(name)] = (before, behind)
    positions = {}
    for name, value in _mapping(tree["positions"]).items():
        entry = _mapping(value)
        words = entry["words"]
        assert isinstance(words, Scalar)
        positions[name] = Position(words.text, _strings(entry["admits"]), _strings(entry["instead"]))
    by_iri = {
        name: {_iri(key): text for key, text in _strings(tree[name]).items()}
        for name in ("lists", "characteristics", "refused")
    }
    nowhere = _strings(tree["nowhere"])
    known = {*axioms, *map(_iri, _texts(tree["vocabulary"])), *(iri for found in by_iri.values() for iri in found)}
    known |= {PREFIXES["owl"] + name for p in positions.values() for name in (*p.admits, *p.instead, *nowhere)}
    known |= set(load_datatypes().above) | _terms_of_tables()
    return Grammar(
        positions=positions,
        axioms=axioms,
        nowhere=nowhere,
        datatypes=frozenset(load_datatypes().above),
        terms=frozenset(known),
        **by_iri,
    )


def _terms_of_tables() -> set[str]:
    """Return the terms that the rules themselves use."""
    templates = (
        template for rule in load_tables() for form in rule.forms for template in (*form.axioms, *form.data, *form.head)
    )
    return {str(getattr(slot, "value", "")) for t in templates for slot in (t.subject, t.predicate, t.object)}


def _mapping(tree: Tree) -> dict[str, Tree]:
    assert isinstance(tree, Item)
    return tree.entries


def _strings(tree: Tree) -> dict[str, str]:
    return {name: value.text for name, value in _mapping(tree).items() if isinstance(value, Scalar)}


def _texts(tree: Tree) -> tuple[str, ...]:
    assert isinstance(tree, Sequence)
    return tuple(item.text for item in tree.items if isinstance(item, Scalar))


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
