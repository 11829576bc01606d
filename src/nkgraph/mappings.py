"""Mapping sets as values: rows that say which of our things is, or is like, a thing of others, and their text in SSSOM.

SSSOM is the Simple Standard for Sharing Ontology Mappings (https://w3id.org/sssom/): a table with tabs under a header of YAML.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import MappingError
from nkgraph.iris import PREFIXES, is_iri

__all__ = [
    "BUILT_IN",
    "EXACT",
    "LOCAL_NAME",
    "NOTHING_FOUND",
    "RELATIONS",
    "SEE_ALSO",
    "SHARED_SLOTS",
    "MappingRow",
    "MappingSet",
    "Relation",
    "expand_curie",
    "write_mappings",
]

EXACT: Final = PREFIXES["skos"] + "exactMatch"
SEE_ALSO: Final = PREFIXES["rdfs"] + "seeAlso"
#: The object of a row that says that a vocabulary has nothing for its subject.
NOTHING_FOUND: Final = PREFIXES["sssom"] + "NoTermFound"


@attrs.frozen
class Relation:
    """A relation that a mapping may have.

    ``published`` is what the graph says for it: identity is never asserted, only likeness. ``words`` stand between our thing and
    theirs on a page (ours is *narrower than* theirs); ``theirs`` is what theirs is, seen from ours (*broader*), as a list of
    codes says it: one direction in two words. ``strength`` is 4 where both mean the same, 3 close, 2 where one contains the
    other, 1 where they have something in common, 0 where theirs only helps. ``is_apart`` where SKOS says that a pair that has
    it has no other such relation (S27, S46). ``covers`` where theirs means all that ours does.
    """

    iri: str
    words: str
    theirs: str
    strength: int
    published: str
    is_apart: bool
    covers: bool

    @property
    def is_identity(self) -> bool:
        """Whether it says of two things that they are one, which is published as an exact match."""
        return self.iri != self.published


def _list_relations() -> Iterator[Relation]:
    skos = PREFIXES["skos"]
    for name, words, theirs, strength, is_apart, covers in (
        ("exactMatch", "the same as", "same", 4, True, True),
        ("closeMatch", "close to", "close", 3, False, False),
        ("broadMatch", "narrower than", "broader", 2, True, True),
        ("narrowMatch", "broader than", "narrower", 2, True, False),
        ("relatedMatch", "related to", "related", 1, True, False),
    ):
        yield Relation(skos + name, words, theirs, strength, skos + name, is_apart, covers)
    yield Relation(SEE_ALSO, "see also", "see also", 0, SEE_ALSO, is_apart=False, covers=False)
    for name in ("sameAs", "equivalentClass", "equivalentProperty"):
        yield Relation(PREFIXES["owl"] + name, "the same as", "same", 4, EXACT, is_apart=True, covers=True)


#: The relations that a mapping may have, by IRI: the one place that says what each means.
RELATIONS: Final[Mapping[str, Relation]] = {relation.iri: relation for relation in _list_relations()}
#: Prefixes that SSSOM itself defines: a file need not declare them, and may not bind them to anything else.
BUILT_IN: Final = {name: PREFIXES[name] for name in ("owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")}
#: Slots that a file may give once in its header for all rows that leave them out (SSSOM: propagatable slots).
SHARED_SLOTS: Final = frozenset(
    f"{side}_{slot}"
    for side in ("subject", "object")
    for slot in ("type", "source", "source_version", "match_field", "preprocessing")
) | {"predicate_type", "mapping_provider", "mapping_tool", "mapping_tool_version", "mapping_date"}
#: What stands behind the colon of a CURIE.
LOCAL_NAME: Final = re.compile(r'[^\s<>"{}|\\^`]+')


@attrs.frozen
class MappingRow:
    """One row of a set: IRIs of subject, predicate (as given), object and justification, and all its cells as written.

    ``confidence`` is from 0 to 1, None where not given. A row that ``is_denied`` (SSSOM ``predicate_modifier`` Not, or the
    object sssom:NoTermFound) says that the relation does not hold; it is kept, and no link is published.
    """

    subject: str
    predicate: str
    object: str
    justification: str
    confidence: Decimal | None
    is_denied: bool
    cells: Mapping[str, str] = attrs.field(eq=lambda cells: tuple(sorted(cells.items())), hash=False)
    line: int

    @property
    def relation(self) -> str:
        """The predicate that is published: skos:exactMatch where the file says owl:sameAs or the like."""
        return RELATIONS[self.predicate].published

    @property
    def is_exact(self) -> bool:
        """Whether the row says that subject and object are one."""
        return self.relation == EXACT and not self.is_denied


@attrs.frozen
class MappingSet:
    """A mapping file as read: its name (of its graph), header, prefixes, columns and rows.

    ``metadata`` is the header without its curie_map, lists as tuples; ``is_imported`` where it is by others.
    """

    name: str
    path: Path
    metadata: Mapping[str, str | tuple[str, ...]] = attrs.field(hash=False)
    prefixes: Mapping[str, str] = attrs.field(hash=False)
    columns: tuple[str, ...]
    rows: tuple[MappingRow, ...]
    is_imported: bool = False

    def say(self, slot: str) -> str:
        """Return what the header says in a slot, or nothing."""
        value = self.metadata.get(slot, "")
        return value if isinstance(value, str) else " | ".join(value)

    def expand(self, curie: str) -> str | None:
        """Return the IRI that a CURIE of this file stands for, or None where it is none."""
        return expand_curie(curie, self.prefixes)


def expand_curie(curie: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI that a CURIE stands for by some prefixes, or None where it is none.

    >>> expand_curie("ex:a", {"ex": "https://example.org/"})
    'https://example.org/a'
    >>> expand_curie("ex:100%", {"ex": "https://example.org/"}) is None
    True
    """
    prefix, colon, local = curie.partition(":")
    space = prefixes.get(prefix)
    iri = space + local if colon and space is not None and LOCAL_NAME.fullmatch(local) else ""
    return iri if is_iri(iri) else None


def write_mappings(mappings: MappingSet) -> str:
    """Return a set as the text of an SSSOM file: header, columns and rows, in the order that they have."""
    lines = []
    used = {cell.partition(":")[0] for row in mappings.rows for cell in row.cells.values() if ":" in cell}
    used |= {mappings.say(slot).partition(":")[0] for slot in SHARED_SLOTS}
    for prefix, space in sorted(mappings.prefixes.items()):
        if prefix not in BUILT_IN and prefix in used:
            lines.append(f"#  {prefix}: {json.dumps(space, ensure_ascii=False)}")
    lines.insert(0, "#curie_map:" if lines else "#curie_map: {}")
    for key, value in sorted(mappings.metadata.items()):
        items = [json.dumps(item, ensure_ascii=False) for item in ((value,) if isinstance(value, str) else value)]
        lines.append(f"#{key}: {items[0] if isinstance(value, str) else '[' + ', '.join(items) + ']'}")
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    writer.writerow(mappings.columns)
    writer.writerows([row.cells.get(column, "") for column in mappings.columns] for row in mappings.rows)
    return "\n".join(lines) + "\n" + buffer.getvalue()


def merge_sets(sets: Sequence[MappingSet]) -> MappingSet:
    """Return several sets as one, each row with the graph of its set as its ``mapping_source``.

    Raises:
        MappingError: two sets have different licences, or give one prefix different meanings; then each stays on its own.
    """
    prefixes = {"graph": PREFIXES["graph"]}
    licences = sorted({held.say("license") for held in sets})
    if len(licences) > 1:
        message = f"the sets have different licences ({', '.join(licences)}), and one file has one"
        raise MappingError(message, remedy="name one set with --set")
    rows: list[MappingRow] = []
    for held in sets:
        for prefix, space in sorted(held.prefixes.items()):
            if prefixes.setdefault(prefix, space) != space:
                message = f"{held.path.name} gives the prefix {prefix!r} another meaning than the sets before it"
                raise MappingError(message, remedy="name one set with --set")
        source = f"graph:links/{held.name}"
        rows += [attrs.evolve(row, cells={**row.cells, "mapping_source": source}) for row in held.rows]
    present = {column for row in rows for column in row.cells}
    order = list(dict.fromkeys([*(c for held in sets for c in held.columns), *sorted(present)]))
    metadata = {
        "license": licences[0] if licences else "",
        "mapping_set_id": PREFIXES["graph"] + "links",
        "mapping_set_title": "All mappings of nkgraph",
    }
    return MappingSet("links", Path(), metadata, prefixes, tuple(c for c in order if c in present), tuple(rows))
