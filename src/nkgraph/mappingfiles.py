"""Mapping files: SSSOM tables read row by row, every mistake of a file with its line, row and column, all together."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from nkgraph.dates import date_bounds
from nkgraph.errors import MappingError, NkgraphError, ReadError
from nkgraph.iris import BASE, PREFIXES, is_iri, normalise_iri, shorten
from nkgraph.mappings import (
    BUILT_IN,
    LOCAL_NAME,
    NOTHING_FOUND,
    RELATIONS,
    SHARED_SLOTS,
    MappingRow,
    MappingSet,
    expand_curie,
)
from nkgraph.ontology import nearest
from nkgraph.yamlfiles import Item, Scalar, Tree, parse_yaml
from nkgraph.yamlfiles import Sequence as Listed

__all__ = ["MappingErrors", "parse_mappings", "read_content", "read_mappings"]

_REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_SCALARS: Final = ("mapping_set_id", "license")
#: Slots of a header that the graph has as IRIs; these may be CURIEs too, and several.
_LINKED: Final = ("creator_id", "mapping_set_source")
_NAMES: Final = re.compile(r"[A-Za-z_][\w.-]*")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: What is told in documents and accounts: everybody in them, and the claims.
_TOLD: Final = tuple(BASE.partition("://")[2] + root for root in ("id/", "claim/", "span/"))
_DAY: Final = "write it as 2026-01-31"
_DATES: Final = frozenset({"mapping_date", "publication_date", "review_date"})


class MappingErrors(MappingError):
    """All mistakes found in mapping files, one a line."""

    def __init__(self, errors: Iterable[NkgraphError]) -> None:
        self.errors: tuple[NkgraphError, ...] = tuple(
            one for error in errors for one in (error.errors if isinstance(error, MappingErrors) else (error,))
        )
        super().__init__("\n".join(str(error) for error in self.errors))


class _Reader:
    """Reads one mapping file; collects its mistakes in ``errors``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.errors: list[NkgraphError] = []
        self.metadata: dict[str, str | tuple[str, ...]] = {}
        self.prefixes = dict(BUILT_IN)
        self.where = ""

    def fail(self, message: str, line: int, remedy: str | None = None) -> None:
        self.errors.append(MappingError(self.where + message, path=self.path, line=line, remedy=remedy))

    def header(self, lines: Sequence[str]) -> None:
        try:
            tree: Tree = parse_yaml("\n".join(line[1:].rstrip("\t") for line in lines), self.path)
        except ReadError as error:
            remedy = "write lines as `#license: https://…`, those of curie_map further in"
            raise ReadError(f"its header is {error.message}", path=self.path, line=error.line, remedy=remedy) from error
        if not isinstance(tree, Item):
            remedy = "begin it with lines `#curie_map:`, `#mapping_set_id: …` and `#license: …`"
            raise ReadError("has no header of `#` lines", path=self.path, line=1, remedy=remedy)
        for key, value in tree.entries.items():
            line = tree.lines[key]
            if key == "curie_map":
                self._prefixes(value, line)
            elif isinstance(value, Scalar):
                self.metadata[key] = value.text
            elif isinstance(value, Listed) and all(isinstance(item, Scalar) for item in value.items):
                self.metadata[key] = tuple(item.text for item in value.items if isinstance(item, Scalar))
        for slot in _SCALARS:
            text = self.metadata.get(slot)
            if text is None:
                remedy = f"add a line `#{slot}: https://…`"
                self.fail(f"its header has no {slot}{nearest(slot, self.metadata, likeness=0.8)}", 1, remedy)
            elif not isinstance(text, str) or not is_iri(text):
                self.fail(f"{slot} of its header is {text!r}, not an IRI", tree.lines[slot], "write it as https://…")
        for slot in _LINKED:
            given = self.metadata.get(slot, ())
            for text in (given,) if isinstance(given, str) else given:
                if not is_iri(expand_curie(text, self.prefixes) or text):
                    message = f"{slot} of its header has {text!r}, neither an IRI nor a CURIE"
                    self.fail(message, tree.lines[slot], "write it as https://… or with a prefix of curie_map")
        for slot, given in self.metadata.items():
            for text in (given,) if isinstance(given, str) else given:
                self._refuse_told(slot, text, tree.lines[slot])
        for slot in sorted(_DATES & self.metadata.keys()):
            date = self.metadata[slot]
            if not isinstance(date, str) or not _is_day(date):
                self.fail(f"{slot} of its header is {date!r}, no day of the calendar", tree.lines[slot], _DAY)

    def _prefixes(self, tree: Tree, line: int) -> None:
        if isinstance(tree, Scalar) and not tree.text:
            return
        if not isinstance(tree, Item):
            self.fail("curie_map of its header is not a mapping", line, "write prefixes below it, further in")
            return
        for prefix, value in tree.entries.items():
            space = value.text if isinstance(value, Scalar) else ""
            fixed = BUILT_IN.get(prefix)
            self.prefixes.setdefault(prefix, space)  # a wrong one too, so that not each row is told of it again
            if not _NAMES.fullmatch(prefix) or not is_iri(space):
                self.fail(f"curie_map: {prefix!r} stands for {space!r}, not an IRI", tree.lines[prefix])
            elif fixed is not None and fixed != space:
                message = f"curie_map: {prefix!r} stands for {space!r}, and SSSOM fixes it as {fixed!r}"
                self.fail(message, tree.lines[prefix], "give it another name")

    def columns(self, columns: Sequence[str], line: int) -> bool:
        """Note what is wrong with the line of columns, and tell whether rows can be read."""
        if len(columns) == 1 and ("," in columns[0] or " " in columns[0]):
            self.fail("is not TSV: no tab stands between its columns", line, "save it as text with tabs")
            return False
        for name in _REQUIRED:
            if name not in columns:
                likely = nearest(name, {*columns} - {*_REQUIRED}, likeness=0.8)
                self.fail(f"has no column {name}{likely}", line, f"its columns are {', '.join(columns)}")
        for name in sorted({name for name in columns if columns.count(name) > 1}):
            self.fail(f"the column {name} stands twice", line, "keep one of them")
        return set(_REQUIRED) <= set(columns) and len(set(columns)) == len(columns)

    def row(self, columns: Sequence[str], cells: Sequence[str], line: int) -> MappingRow | None:
        before = len(self.errors)
        if len(cells) != len(columns):
            self.fail(f"has {len(cells)} cells for {len(columns)} columns", line, "put one tab between two cells")
            return None
        written = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}
        shared = {
            k: v for k, v in self.metadata.items() if k in SHARED_SLOTS and k not in columns and isinstance(v, str)
        }
        iris = {name: self._curie(name, written.get(name, ""), line) for name in _REQUIRED}
        if iris["predicate_id"] and iris["predicate_id"] not in RELATIONS:
            *most, last = (shorten(r.iri) for r in RELATIONS.values() if not r.is_identity)
            known = f"{most[0]}, {', '.join(name.partition(':')[2] for name in most[1:])} and {last}"
            message = f"predicate_id: {written['predicate_id']!r} is no mapping relation"
            self.fail(message, line, f"the relations are {known}")
        if iris["subject_id"] and iris["subject_id"] == iris["object_id"]:
            self.fail(f"maps {written['subject_id']} to itself", line, "remove the row")
        if iris["mapping_justification"] and not iris["mapping_justification"].startswith(PREFIXES["semapv"]):
            message = f"mapping_justification: {written['mapping_justification']!r} is no term of semapv"
            self.fail(message, line, "write semapv:ManualMappingCuration where a person read both sides")
        modifier = written.get("predicate_modifier", "")
        if modifier not in {"", "Not"}:
            self.fail(f"predicate_modifier: {modifier!r} is not Not", line)
        for name in sorted(_DATES & written.keys()):
            if not _is_day(written[name]):
                self.fail(f"{name}: {written[name]!r} is no day of the calendar", line, _DAY)
        for name, cell in written.items():
            if name not in _REQUIRED:
                for part in cell.split("|"):
                    self._refuse_told(name, part.strip(), line)
        confidence = self._confidence(written.get("confidence"), line)
        if len(self.errors) > before:
            return None
        denied = modifier == "Not" or iris["object_id"] == NOTHING_FOUND
        subject, predicate, target, justification = (iris[name] for name in _REQUIRED)
        return MappingRow(subject, predicate, target, justification, confidence, denied, {**shared, **written}, line)

    def _confidence(self, text: str | None, line: int) -> Decimal | None:
        if text is None:
            return None
        try:
            value = Decimal(text)
            is_share = 0 <= value <= 1
        except InvalidOperation:  # no number, or none that can be compared (NaN)
            value, is_share = Decimal(0), False
        if not is_share:
            self.fail(f"confidence: {text!r} is no number from 0 to 1", line)
        return value

    def _curie(self, column: str, text: str, line: int) -> str:
        """Return the IRI of a cell, or nothing where it is no CURIE (and the mistake is noted)."""
        prefix, colon, local = text.partition(":")
        if not text:
            self.fail(f"{column} is empty", line)
        elif local.startswith("//") and is_iri(text):
            message = f"{column}: {text!r} is an IRI, not a CURIE"
            self.fail(message, line, "write it with a prefix, and declare that in curie_map")
        elif not colon or not _NAMES.fullmatch(prefix) or not LOCAL_NAME.fullmatch(local):
            self.fail(f"{column}: {text!r} is no CURIE", line, "write prefix:name")
        elif prefix not in self.prefixes:
            likely = nearest(prefix, self.prefixes, likeness=0.7)
            self.fail(f"{column}: the prefix {prefix!r} of {text!r} is not in curie_map{likely}", line)
        elif not is_iri(self.prefixes[prefix]):
            return ""  # told once, where the prefix is declared
        elif not is_iri(iri := self.prefixes[prefix] + local):
            self.fail(
                f"{column}: {text!r} stands for {iri!r}, not an IRI", line, "write % as %25, and [ and ] as %5B and %5D"
            )
        elif iri != (usual := normalise_iri(iri)):
            self.fail(f"{column}: {text!r} stands for {iri!r}, which is written {usual!r}", line, "write it so")
        else:
            return iri
        return ""

    def _refuse_told(self, slot: str, text: str, line: int) -> None:
        """Note a cell that names something of a document or account: a mapping speaks of no person, in no slot."""
        iri = normalise_iri(expand_curie(text, self.prefixes) or text)
        if iri.partition("://")[2].startswith(_TOLD):
            message = f"{slot}: {text!r} is of a document or an account, and no mapping names a person or a claim"
            self.fail(message, line, "name an instrument, a place, a code …, or leave it out")


def _is_day(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and date_bounds(text) == (text, text)
    except ValueError:
        return False


def read_mappings(path: Path, name: str, *, is_imported: bool = False) -> MappingSet:
    """Return a mapping file as a set called ``name``.

    Raises:
        ReadError: the file cannot be read, is not UTF-8, is empty, or its header is not YAML.
        MappingErrors: with every other mistake, each with its line, row and column.
    """
    return parse_mappings(read_content(path), path, name, is_imported=is_imported)


def read_content(path: Path) -> bytes:
    """Return what a file holds, read once: a pipe gives it no second time.

    Raises:
        ReadError: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error


def parse_mappings(content: bytes, path: Path, name: str, *, is_imported: bool = False) -> MappingSet:
    """Return the content of a mapping file as a set called ``name``; ``path`` is where it comes from.

    Raises:
        ReadError: it is not UTF-8, is empty, or its header is not YAML.
        MappingErrors: with every other mistake, each with its line, row and column.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if not text.strip():
        raise ReadError("is empty", path=path, remedy="write a header, a line of columns and a row a mapping")
    reader = _Reader(path)
    reader.header(lines[:head])
    records = list(_records("\n".join(lines[head:]), head, path))
    rows: list[MappingRow] = []
    if not records:
        reader.fail("has no line of columns", len(lines), "write the columns below the header, with tabs between them")
    columns = tuple(cell.strip() for cell in records[0][0]) if records else ()
    if records and reader.columns(columns, records[0][1]):
        for number, (cells, line) in enumerate(records[1:], start=1):
            reader.where = f"row {number}: "
            if (row := reader.row(columns, cells, line)) is not None:
                rows.append(row)
    if reader.errors:
        raise MappingErrors(reader.errors)
    return MappingSet(name, path, reader.metadata, reader.prefixes, columns, tuple(rows), is_imported)


def _records(text: str, before: int, path: Path) -> Iterator[tuple[list[str], int]]:
    """Yield the records of the table, each with the line of the file on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    line = before + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield cells, line
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise ReadError(f"not TSV: {error}", path=path, line=line, remedy='double a " inside a quoted cell') from error
