"""A withdrawal planned: every file that tells of the claims, and what is to stand in it afterwards. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from nkgraph.errors import BuildError, ReadError
from nkgraph.model import Claim
from nkgraph.project import Project
from nkgraph.source import Source
from nkgraph.withdrawal.cutting import Cut, cut_items, cut_markdown, cut_rows, scalars
from nkgraph.withdrawal.names import Names, collect_names
from nkgraph.withdrawal.outputs import find_outputs
from nkgraph.yamlfiles import Item, Scalar, parse_yaml
from nkgraph.yamlfiles import Sequence as Listed

__all__ = ["Mention", "Plan", "plan_withdrawal"]

#: Folders of data that describe documents and what others say: nothing in them tells of a claim.
_OF_DOCUMENTS: Final = ("documents", "passages")
#: Where reports of readings and reviews stand: an item in them goes that rests on words no claim rests on any more.
_READINGS: Final = ("coding", "review")


@attrs.frozen
class Mention:
    """A place that tells of a withdrawn claim: file, first and last line, and the first as it stands there, shortened."""

    path: Path
    line: int
    last: int
    text: str

    def __str__(self) -> str:
        lines = str(self.line) if self.last == self.line else f"{self.line}-{self.last}"
        return f"{self.path}:{lines}: {self.text}"


@attrs.frozen
class Plan:
    """What a withdrawal changes: new texts of files (None: the file goes), files of the out folder that go, and what is told.

    ``former`` are the texts that these files have now: who carries the plan out looks whether they still have them.
    ``cut`` are the places that go, ``near`` those that stay and may tell of the same thing: a person has to look at them.
    ``named`` are places in claims that stay and name what goes: as long as there is one, nothing may be written.
    """

    gone: tuple[Claim, ...]
    staying: tuple[Claim, ...]
    names: Names
    texts: dict[Path, str | None]
    former: dict[Path, str]
    outputs: tuple[Path, ...]
    cut: tuple[Mention, ...]
    near: tuple[Mention, ...]
    named: tuple[Mention, ...]


def plan_withdrawal(project: Project, source: Source, gone: Sequence[Claim]) -> Plan:
    """Return the plan of a withdrawal of claims.

    Raises:
        ReadError: a file of the data cannot be read.
        BuildError: a claim does not stand on lines of its own in its file; a file that has to change is a link; or the
            out folder holds the data.
    """
    places = {(claim.document, claim.key) for claim in gone}
    staying = [claim for claim in source.claims if (claim.document, claim.key) not in places]
    names = collect_names(gone, staying, [document.slug for document in source.documents])
    accounts = {slug: {p.key for p in found} for slug, found in source.passages.items()}
    texts: dict[Path, str | None] = {}
    former: dict[Path, str] = {}
    cut: list[Mention] = []
    near: list[Mention] = []
    named: list[Mention] = []
    for path in _data_files(project.data):
        text = _read(path)
        where = path.relative_to(project.data).as_posix()
        found = _cut_file(path, where, text, names, gone, accounts)
        lines = text.splitlines()
        cut += [_mention(path, first, lines, last) for first, last in _join_lines(found.lines)]
        rest = found.text if found.text is not None else ""
        if found.text != text:
            if path.is_symlink():
                remedy = "put the file itself in its place, then withdraw again"
                raise BuildError("names the claim, and is a link to another place", path=path, remedy=remedy)
            texts[path], former[path] = found.text, text
        if where.startswith(("claims/", "reference/")):
            named += [_mention(path, number, rest.splitlines()) for number in _find_named(rest, names, where)]
        elif where.startswith(_READINGS):
            numbers = _find_near(path, where, text, gone, accounts)
            near += [_mention(path, number, lines) for number in numbers if number not in set(found.lines)]
    outputs = find_outputs(project, names)
    return Plan(tuple(gone), tuple(staying), names, texts, former, outputs, tuple(cut), tuple(near), tuple(named))


def _data_files(data: Path) -> Iterator[Path]:
    for path in sorted(data.rglob("*")):
        parts = path.relative_to(data).parts
        if path.is_file() and parts[0] not in _OF_DOCUMENTS and not any(part.startswith(".") for part in parts):
            yield path


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error


def _cut_file(
    path: Path, where: str, text: str, names: Names, gone: Sequence[Claim], accounts: dict[str, set[str]]
) -> Cut:
    if where == "withdrawn.tsv":
        return Cut(text, ())
    if path.suffix == ".yaml" and where.startswith("claims/"):
        keys = {claim.key for claim in gone if claim.path == path}
        if not keys:
            return Cut(text, ())
        return cut_items(text, path, lambda item, _: _key_of(item) in keys, names)
    if path.suffix == ".yaml" and where.startswith(_READINGS):

        def is_gone(item: Item, written: str) -> bool:
            if any(names.find(value, within=f"{where} {written}", whole=True) for value in scalars(item)):
                return True
            slugs = _documents_of(item, where, names.documents, accounts)
            return any(names.overlaps(slug, *span) for slug in slugs for span in _spans(item))

        return cut_items(text, path, is_gone, names)
    if path.suffix == ".tsv":
        return cut_rows(text, names, where)
    if path.suffix == ".md":
        return cut_markdown(text, names, where)
    if path.suffix == ".yaml":
        return Cut(text, ())
    if any(name in text for found in names.gone.values() for name in found if "/" in name):
        remedy = "take out of it what tells of the claim, then withdraw again"
        raise BuildError("names the claim, and is of a kind that is not known here", path=path, remedy=remedy)
    return Cut(text, ())


def _key_of(item: Item) -> str | None:
    says = item.entries.get("says")
    named = item.entries.get("claim") or (says.entries.get("id") if isinstance(says, Item) else None)
    return named.text if isinstance(named, Scalar) else None


def _spans(item: Item) -> list[tuple[int, int]]:
    words = item.entries.get("words")
    found = []
    for word in words.items if isinstance(words, Listed) else ():
        ends = [word.entries.get(name) for name in ("start", "end")] if isinstance(word, Item) else []
        if len(ends) == 2 and all(isinstance(end, Scalar) and end.text.isdecimal() for end in ends):
            found.append((int(ends[0].text), int(ends[1].text)))  # type: ignore[union-attr]
    return found


def _documents_of(item: Item, where: str, slugs: Sequence[str], accounts: dict[str, set[str]]) -> list[str]:
    """Return the documents that an item of a reading may be of: those that its file names, or that have its account."""
    told = [slug for slug in slugs if re.search(rf"(?<![\w-]){re.escape(slug)}(?!\w)|law-{re.escape(slug)}", where)]
    key = _key_of(item) or ""
    return told or [slug for slug in slugs if key.partition("/")[0] in accounts.get(slug, set())]


def _find_near(path: Path, where: str, text: str, gone: Sequence[Claim], accounts: dict[str, set[str]]) -> list[int]:
    """Return the lines of readings that name what a withdrawn claim is about, or rest on some of its words."""
    slugs = sorted({claim.document for claim in gone})
    if path.suffix == ".tsv":
        about = {(claim.document, claim.says.id or "") for claim in gone}
        others = [slug for slug in accounts if slug not in slugs]
        return [
            number
            for number, line in enumerate(text.splitlines(), start=1)
            if any(re.search(rf"(?<![\w/-]){re.escape(thing)}(?![\w-])", line) for _, thing in about)
            and not any(other in f"{where} {line}" for other in others)
        ]
    tree = parse_yaml(text, path) if path.suffix == ".yaml" else Listed((), 1)
    ranges = [(claim.document, span.start, span.end) for claim in gone for span in claim.spans]
    found = []
    for item in tree.items if isinstance(tree, Listed) else ():
        if isinstance(item, Item):
            held = _documents_of(item, where, list(accounts), accounts)
            spans = _spans(item)
            if any(
                slug in held and start < last and first < end for slug, first, last in ranges for start, end in spans
            ):
                found.append(item.line)
    return found


def _find_named(text: str, names: Names, where: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("#") and names.find(line, within=where):
            yield number


def _join_lines(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of lines that follow each other."""
    for position, number in enumerate(numbers):
        if position == 0 or number != numbers[position - 1] + 1:
            first = number
        if position + 1 == len(numbers) or numbers[position + 1] != number + 1:
            yield first, number


def _mention(path: Path, number: int, lines: Sequence[str], last: int | None = None) -> Mention:
    text = lines[number - 1].strip()
    return Mention(path, number, last or number, text if len(text) <= 100 else text[:97] + "...")
