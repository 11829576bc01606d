"""Entities of FollowTheMoney as values: an identifier made from our IRI, a schema, properties with their values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

__all__ = ["DATASET", "Entity", "make_entity", "make_id", "write_entities"]

#: The name of the dataset in each entity.
DATASET: Final = "nkgraph"


@attrs.frozen
class Entity:
    """One entity; ``properties`` hold no empty lists."""

    identifier: str
    schema: str
    properties: Mapping[str, tuple[str, ...]]


def make_id(iri: str) -> str:
    """Return the identifier of the entity that stands for one of our IRIs: the same in each release.

    >>> make_id("https://w3id.org/nkgraph/org/example")
    'nkgraph-292680d1f8b0b12ca3d3f655345ebe6a4d01eca2'
    """
    return f"{DATASET}-{hashlib.sha1(iri.encode(), usedforsecurity=False).hexdigest()}"


def make_entity(iri: str, schema: str, properties: Mapping[str, Iterable[str | None]]) -> Entity:
    """Return an entity, its values sorted, each once, without those that are not stated."""
    shown = {name: tuple(sorted({value for value in values if value})) for name, values in properties.items()}
    return Entity(make_id(iri), schema, {name: values for name, values in sorted(shown.items()) if values})


def write_entities(entities: Iterable[Entity]) -> str:
    """Return entities as JSON, one a line, by schema and identifier; one that stands there twice is written once."""
    lines = {}
    for entity in entities:
        content = {
            "id": entity.identifier,
            "schema": entity.schema,
            "properties": entity.properties,
            "datasets": [DATASET],
        }
        lines[entity.schema, entity.identifier] = json.dumps(content, ensure_ascii=False)
    return "".join(f"{line}\n" for _, line in sorted(lines.items()))
