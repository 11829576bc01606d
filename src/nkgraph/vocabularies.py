"""Code lists of others (``data/vocabularies``), published as SKOS under IRIs of ours that are declared not official.

``vocabularies.yaml`` describes each list; ``<key>.tsv`` holds its codes: field, notation, label and, where the list gives
one, the status of the field. ``<key>-fields.tsv`` names fields of a list that has others beside those with codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

import attrs
import pyoxigraph as ox

from nkgraph.errors import ReadError
from nkgraph.iris import PREFIXES, graph_iri, is_iri
from nkgraph.ontology import nearest
from nkgraph.yamlfiles import Item, Scalar, Tree, read_yaml
from nkgraph.yamlfiles import Sequence as YamlSequence

__all__ = [
    "COMPOSITES",
    "DESCRIPTIONS",
    "ExternalCode",
    "ExternalVocabulary",
    "load_vocabularies",
    "read_fields",
    "read_rows",
    "vocabulary_iri",
    "vocabulary_quads",
]

DESCRIPTIONS: Final = "vocabularies.yaml"
#: The file beside them that is no list of codes: see nkgraph.composites.
COMPOSITES: Final = "composites.tsv"
#: How the name of a file ends that names fields, and no codes.
_FIELDS: Final = "-fields.tsv"
_HEADERS: Final = (("field", "notation", "label"), ("field", "notation", "label", "field_status"))
_STATUSES: Final = frozenset({"DRAFT", "RELEASE", "DEPRECATED", "RETIRED"})
_REQUIRED: Final[tuple[str, ...]] = ("key", "name", "title", "version", "publisher", "homepage", "rights")
_TEXTS: Final[tuple[str, ...]] = (*_REQUIRED, "licence")
_KEYS: Final[tuple[str, ...]] = (*_TEXTS, "fields", "notes")
#: What may stand in a field or a notation: nothing that would have to be written otherwise in an IRI.
_NAME: Final = re.compile(r"[\w.-]+", re.ASCII)
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")


@attrs.frozen
class ExternalCode:
    """A code of another's list, exactly as it stands there, with the line of our file."""

    field: str
    notation: str
    label: str
    status: str | None
    line: int


@attrs.frozen
class ExternalVocabulary:
    """A code list of others: ``about`` are its texts by key, ``fields`` titles, ``notes`` ours, by field or field/notation."""

    key: str
    about: Mapping[str, str]
    fields: Mapping[str, str]
    notes: Mapping[str, tuple[str, ...]]
    codes: tuple[ExternalCode, ...]


def vocabulary_iri(key: str, *parts: str) -> str:
    """Return the IRI of a vocabulary, of a field (a concept scheme), or of a code.

    >>> vocabulary_iri("htcds-2.0", "vic_MethodsOfControl", "PhysicalThreats")
    'https://w3id.org/nkgraph/vocabulary/htcds-2.0/vic_MethodsOfControl/PhysicalThreats'
    """
    return PREFIXES["vocabulary"] + "/".join((key, *parts))


def read_rows(path: Path, headers: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line, cells) of a table whose first line is one of some headers; no cell is empty or has a blank at its ends.

    Raises:
        ReadError: the file cannot be read, or a line has other columns or a bad cell; with line and column.
    """
    try:
        lines = path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error
    header = tuple(lines[0].split("\t"))
    if header not in headers:
        wanted = " or ".join("<TAB>".join(names) for names in headers)
        raise ReadError("the first line is not the names of the columns", path=path, line=1, remedy=f"write {wanted}")
    for number, line in enumerate(lines[1:], start=2):
        cells = tuple(line.split("\t"))
        if len(cells) != len(header):
            message = f"a line has {len(header)} columns, and this has {len(cells)}"
            raise ReadError(message, path=path, line=number, remedy="write one code a line, a tab between columns")
        for column, (name, cell) in enumerate(zip(header, cells, strict=True), start=1):
            if not cell.strip() or cell != cell.strip():
                fault = "is empty" if not cell.strip() else "has a blank at an end"
                raise ReadError(f"column {column} ({name}) {fault}", path=path, line=number, remedy="fill or mend it")
        yield number, cells


def _read_codes(path: Path) -> tuple[ExternalCode, ...]:
    codes: dict[tuple[str, str], ExternalCode] = {}
    for number, (field, notation, label, *rest) in read_rows(path, _HEADERS):
        for column, name in enumerate((field, notation), start=1):
            if not _NAME.fullmatch(name):
                message = f"column {column}: {name!r} cannot be a part of an IRI"
                raise ReadError(message, path=path, line=number, remedy="use letters, digits and . _ - only")
        status = rest[0] if rest else None
        if status is not None and status not in _STATUSES:
            message = f"column 4: unknown status {status!r}{nearest(status, _STATUSES)}"
            raise ReadError(message, path=path, line=number, remedy=f"known are {', '.join(sorted(_STATUSES))}")
        if (field, notation) in codes:
            message = f"column 2: {notation!r} of {field} stands on line {codes[field, notation].line} already"
            raise ReadError(message, path=path, line=number, remedy="keep one")
        codes[field, notation] = ExternalCode(field, notation, label, status, number)
    if not codes:
        raise ReadError("holds no code", path=path, line=1, remedy="write one, or take the file away")
    return tuple(codes.values())


def read_fields(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the names of fields by section, as a file ``<key>-fields.tsv`` lists them; they begin with section and ``_``.

    Raises:
        ReadError: the file cannot be read, or a line of it is wrong or stands there twice; with path and line.
    """
    sections: dict[str, dict[str, int]] = {}
    for number, (section, field) in read_rows(path, (("section", "field"),)):
        if not field.startswith(f"{section}_") or not _NAME.fullmatch(field):
            message = f"column 2: {field!r} is no field of {section}"
            raise ReadError(message, path=path, line=number, remedy=f"write {section}_… with letters and digits")
        known = sections.setdefault(section, {})
        if field in known:
            message = f"column 2: {field!r} stands on line {known[field]} already"
            raise ReadError(message, path=path, line=number, remedy="keep one")
        known[field] = number
    return {section: tuple(known) for section, known in sections.items()}


class _Reader:
    """Reads the descriptions of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, message: str, line: int, remedy: str) -> NoReturn:
        raise ReadError(message, path=self.path, line=line, remedy=remedy)

    def text(self, tree: Tree | None, name: str, line: int) -> str:
        if not isinstance(tree, Scalar) or not tree.text.strip():
            self.fail(f"`{name}` is missing, or not a text", line, f"write `{name}:` and a text")
        return tree.text

    def entries(self, tree: Tree, known: Sequence[str], what: str) -> Item:
        if not isinstance(tree, Item):
            self.fail(f"{what} is a list of keys and values", tree.line, f"it has {', '.join(known)}")
        for name in tree.entries:
            if name not in known:
                message = f"unknown field {name!r}{nearest(name, known)}"
                self.fail(message, tree.lines[name], f"{what} has {', '.join(known)}")
        return tree

    def vocabulary(self, tree: Tree, folder: Path) -> ExternalVocabulary:
        item = self.entries(tree, _KEYS, "a vocabulary")
        about = {
            name: self.text(item.entries.get(name), name, item.lines.get(name, item.line))
            for name in _TEXTS
            if name in item.entries or name in _REQUIRED
        }
        key = about["key"]
        if not _NAME.fullmatch(key):
            self.fail(f"{key!r} cannot be a part of an IRI", item.lines["key"], "use letters, digits and . _ - only")
        for name in ("homepage", "licence"):
            if name in about and not (about[name].startswith(("http://", "https://")) and is_iri(about[name])):
                self.fail(f"`{name}` is no address of the web", item.lines[name], "write it as https://…")
        file = folder / f"{key}.tsv"
        if not file.is_file():
            self.fail(f"{key!r} has no file of codes", item.lines["key"], f"write {file.name} beside this file")
        codes = _read_codes(file)
        known = {code.field for code in codes} | {f"{code.field}/{code.notation}" for code in codes}
        titles = item.entries.get("fields")
        fields: dict[str, str] = {}
        if titles is not None:
            given = self.entries(titles, sorted({code.field for code in codes}), "`fields`")
            fields = {name: self.text(value, name, given.lines[name]) for name, value in given.entries.items()}
        return ExternalVocabulary(key, about, fields, self.notes(item.entries.get("notes"), known), codes)

    def notes(self, tree: Tree | None, known: set[str]) -> dict[str, tuple[str, ...]]:
        notes: dict[str, tuple[str, ...]] = {}
        if tree is None:
            return notes
        if not isinstance(tree, YamlSequence):
            self.fail("`notes` is a list", tree.line, "begin each note with `- note:` or `- at:`")
        for part in tree.items:
            item = self.entries(part, ("at", "note"), "a note")
            at = self.text(item.entries["at"], "at", item.lines["at"]) if "at" in item.entries else ""
            if at and at not in known:
                self.fail(f"a note on {at!r}, which is no code{nearest(at, known)}", item.lines["at"], "mend the name")
            notes[at] = (*notes.get(at, ()), self.text(item.entries.get("note"), "note", item.line))
        return notes


def load_vocabularies(folder: Path) -> tuple[ExternalVocabulary, ...]:
    """Return the vocabularies of a folder, in the order described; none where there is no folder.

    Raises:
        ReadError: a description or a file of codes is wrong, or one is there without the other; with path and line.
    """
    path = folder / DESCRIPTIONS
    if not path.exists():
        return ()
    reader, tree = _Reader(path), read_yaml(path)
    if not isinstance(tree, YamlSequence):
        raise ReadError("a file of descriptions must be a list", path=path, line=tree.line)
    found: dict[str, ExternalVocabulary] = {}
    for item in tree.items:
        vocabulary = reader.vocabulary(item, folder)
        if vocabulary.key in found:
            reader.fail(f"{vocabulary.key!r} is described already", item.line, "keep one")
        found[vocabulary.key] = vocabulary
    for stray in sorted(folder.glob("*.tsv")):
        if {stray.stem, stray.name.removesuffix(_FIELDS)}.isdisjoint(found) and stray.name != COMPOSITES:
            message = f"codes of a vocabulary that is not described{nearest(stray.stem, found)}"
            raise ReadError(message, path=stray, remedy=f"describe it in {DESCRIPTIONS}")
    return tuple(found.values())


def vocabulary_quads(vocabulary: ExternalVocabulary) -> Iterator[ox.Quad]:
    """Yield a vocabulary as SKOS in a graph of its own: one concept scheme a field, one concept a code."""
    graph = ox.NamedNode(graph_iri(f"vocabulary/{vocabulary.key}"))
    whole = ox.NamedNode(vocabulary_iri(vocabulary.key))
    about = vocabulary.about

    def state(subject: ox.NamedNode, name: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        prefix, _, local = name.partition(":")
        return ox.Quad(subject, ox.NamedNode(PREFIXES[prefix] + local), value, graph)

    def notes(subject: ox.NamedNode, at: str) -> Iterator[ox.Quad]:
        for note in vocabulary.notes.get(at, ()):
            yield state(subject, "skos:editorialNote", ox.Literal(note, language="en"))

    yield ox.Quad(whole, _TYPE, ox.NamedNode(PREFIXES["dcat"] + "Dataset"), graph)
    yield state(whole, "dcterms:title", ox.Literal(about["title"], language="en"))
    yield state(whole, "owl:versionInfo", ox.Literal(about["version"]))
    yield state(whole, "dcterms:publisher", ox.Literal(about["publisher"]))
    yield state(whole, "dcterms:rights", ox.Literal(about["rights"], language="en"))
    yield state(whole, "dcterms:source", ox.NamedNode(about["homepage"]))
    if "licence" in about:
        yield state(whole, "dcterms:license", ox.NamedNode(about["licence"]))
    yield from notes(whole, "")
    for field in dict.fromkeys(code.field for code in vocabulary.codes):
        scheme = ox.NamedNode(vocabulary_iri(vocabulary.key, field))
        title = f"{about['name']} {field}" + (f": {vocabulary.fields[field]}" if field in vocabulary.fields else "")
        yield ox.Quad(scheme, _TYPE, ox.NamedNode(PREFIXES["skos"] + "ConceptScheme"), graph)
        yield state(scheme, "skos:prefLabel", ox.Literal(title, language="en"))
        yield state(scheme, "skos:notation", ox.Literal(field))
        yield state(scheme, "dcterms:isPartOf", whole)
        yield from notes(scheme, field)
    for code in vocabulary.codes:
        scheme = ox.NamedNode(vocabulary_iri(vocabulary.key, code.field))
        concept = ox.NamedNode(vocabulary_iri(vocabulary.key, code.field, code.notation))
        yield ox.Quad(concept, _TYPE, ox.NamedNode(PREFIXES["skos"] + "Concept"), graph)
        yield state(concept, "skos:notation", ox.Literal(code.notation))
        yield state(concept, "skos:prefLabel", ox.Literal(code.label, language="en"))
        yield state(concept, "skos:inScheme", scheme)
        yield state(concept, "skos:topConceptOf", scheme)
        yield state(scheme, "skos:hasTopConcept", concept)
        if code.status is not None:
            yield state(concept, "schema:creativeWorkStatus", ox.Literal(code.status))
        if code.status == "DEPRECATED":
            yield state(concept, "owl:deprecated", ox.Literal(True))
        yield from notes(concept, f"{code.field}/{code.notation}")
