"""Claims read from YAML: what a document says, checked word by word against the ontology.

One file is a list of items: ``claim`` (the key; default: the id of what it says), ``says``, ``words``, ``how``,
``from``, ``note``, ``status``, ``speaker``, ``via``, ``recorded_by``. Every scalar is read as a string and typed by the
ontology. All mistakes of all files are collected and reported together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from nkgraph.errors import ClaimError, NkgraphError, ReadError
from nkgraph.model import Claim, Node, Span
from nkgraph.ontology import SHORTHANDS, Property, Vocabulary, find_wrong_mark, nearest
from nkgraph.values import PROJECT_PREFIXES, find_value_problem, is_identifier, name_nested_type
from nkgraph.yamlfiles import Item, Scalar, Sequence, Tree, read_yaml, yaml_files

__all__ = ["HOWS", "SHORTHANDS", "STATUSES", "ClaimErrors", "FileReader", "property_of", "read_claims", "type_of"]

STATUSES: Final = ("drafted", "reviewed", "disputed", "withdrawn")
HOWS: Final = ("stated", "derived")
_FIELDS: Final = frozenset({"claim", "says", "words", "how", "from", "note", "status", "speaker", "via", "recorded_by"})
_MARK: Final = re.compile(r"[0-9a-f]{16}")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ANCHOR: Final = "name the words and run `nkgraph claims anchor`"
_KEY_MARKS: Final = "use letters, digits, -, . and /"
#: What the reader of YAML says where brackets do not close, or a comma or colon of a text is taken for YAML's own.
_BROKEN: Final = ("expected ',' or", "mapping values are not allowed", "did not find expected key", "unexpected ':'")
_QUOTE: Final = "put text that has a comma or a colon in quotation marks, and close every bracket"
_SPAN_FIELDS: Final = ("start", "end", "words", "length", "fingerprint", "before", "after")


class ClaimErrors(NkgraphError):
    """All mistakes found in a set of files, one a line."""

    def __init__(self, errors: Iterable[NkgraphError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class FileReader:
    """Reads one file of claims or reference data; collects its mistakes in ``errors``."""

    def __init__(self, path: Path, document: str, vocabulary: Vocabulary) -> None:
        self.path = path
        self.document = document
        self.vocabulary = vocabulary
        self.errors: list[NkgraphError] = []
        self.key = ""

    def fail(self, message: str, line: int, remedy: str | None = None) -> None:
        """Note a mistake of the item that is being read."""
        named = f"{self.key}: {message}" if self.key else message
        self.errors.append(ClaimError(named, path=self.path, line=line, remedy=remedy))

    def text(self, tree: Tree | None, name: str) -> str | None:
        """Return the text of a field, or None where it is left out or is none."""
        if tree is None:
            return None
        if not isinstance(tree, Scalar) or not tree.text:
            self.fail(f"{name} must be one piece of text", tree.line)
            return None
        return tree.text

    def texts(self, tree: Tree | None, name: str) -> tuple[str, ...]:
        """Return the texts of a field that is a list."""
        if tree is None:
            return ()
        if not isinstance(tree, Sequence) or not all(isinstance(item, Scalar) for item in tree.items):
            self.fail(f"{name} must be a list", tree.line)
            return ()
        return tuple(item.text for item in tree.items if isinstance(item, Scalar))

    def node(self, tree: Item, default_type: str | None = None) -> Node:
        """Read a thing that a claim describes; its type decides which properties it may have."""
        id_tree = tree.entries.get("id")
        name = self.text(id_tree, "id")
        if name is not None and not is_identifier(name):
            message = f"{name!r} is not an identifier: {find_wrong_mark(name, PROJECT_PREFIXES)}"
            self.fail(message, tree.line, f"{_KEY_MARKS}, or a known prefix")
        kind = self.text(tree.entries.get("type"), "type") or default_type
        if kind is not None:
            problem, remedy = self.vocabulary.find_type_problem(kind, of_claim=self.document != "reference")
            if problem:
                self.fail(problem, tree.lines.get("type", tree.line), remedy)
                kind = None
        properties: dict[str, tuple[str | Node, ...]] = {"type": (kind,)} if kind else {}
        for key, value in tree.entries.items():
            if key in {"id", "type"}:
                continue
            line = tree.lines[key]
            prop = property_of(self.vocabulary, key)
            problem, remedy = self.vocabulary.find_property_problem(key, kind)
            if prop is None and isinstance(value, Scalar) and not value.text:
                self.fail(f"{key!r} is no property and has no value", line, _QUOTE)
            elif problem or prop is None:
                self.fail(problem or "", line, remedy)
            else:
                properties[key] = tuple(self.values(prop, key, value))
        return Node(name, properties, tree.line, tree.lines)

    def values(self, prop: Property, key: str, tree: Tree) -> Iterator[str | Node]:
        """Yield the values of a property, nested things read as such."""
        if isinstance(tree, Sequence):
            if not tree.items:
                self.fail(f"{key} is empty", tree.line, "leave out what is not stated")
            for item in tree.items:
                yield from self.values(prop, key, item)
        elif isinstance(tree, Item):
            if prop.is_literal or prop.scheme:
                self.fail(f"{key} takes a value, not a nested thing", tree.line)
            else:
                yield self.node(tree, name_nested_type(prop))
        else:
            problem, remedy = find_value_problem(self.vocabulary, prop, tree.text)
            if not tree.text:
                self.fail(f"{key} is empty", tree.line, "leave out what is not stated")
            elif problem:
                self.fail(f"{key}: {problem}", tree.line, remedy)
            yield tree.text

    def span(self, tree: Item) -> Iterator[Span]:
        """Yield the span that an item of ``words`` is, or nothing where it is none."""
        numbers = {}
        missing = [name for name in _SPAN_FIELDS if name not in tree.entries]
        if missing:
            self.fail(f"a span lacks {', '.join(missing)}", tree.line, _ANCHOR)
            return
        for name in ("start", "end", "words", "length"):
            text = self.text(tree.entries[name], name) or ""
            if not text.isdecimal():
                self.fail(f"{name} of a span must be a whole number, not {text!r}", tree.line, _ANCHOR)
                return
            numbers[name] = int(text)
        marks = {name: self.text(tree.entries[name], name) or "" for name in ("fingerprint", "before", "after")}
        for name, mark in marks.items():
            if not _MARK.fullmatch(mark):
                self.fail(f"{name} of a span must be 16 hexadecimal digits, not {mark!r}", tree.line, _ANCHOR)
        stated = self.texts(tree.entries.get("numbers"), "numbers")
        for number in stated:
            if not _NUMBER.fullmatch(number):
                self.fail(f"numbers of a span must be numbers, not {number!r}", tree.line, _ANCHOR)
        supported = self.texts(tree.entries.get("for"), "for")
        for name in supported:
            if property_of(self.vocabulary, name) is None:
                self.fail(f"words for unknown property {name!r}{nearest(name, self.vocabulary.properties)}", tree.line)
        if numbers["start"] >= numbers["end"]:
            self.fail(f"a span ends at {numbers['end']}, before it begins at {numbers['start']}", tree.line, _ANCHOR)
            return
        known = {*_SPAN_FIELDS, "numbers", "for"}
        for name in tree.entries:
            if name not in known:
                self.fail(f"unknown field {name!r} of a span{nearest(name, known)}", tree.lines[name])
        yield Span(
            self.document,
            numbers["start"],
            numbers["end"],
            numbers["words"],
            numbers["length"],
            marks["fingerprint"],
            marks["before"],
            marks["after"],
            stated,
            supported,
            tree.line,
        )

    def claim(self, tree: Tree) -> Claim | None:
        """Return the claim that an item of a file is, as far as it can be read."""
        self.key = ""
        if not isinstance(tree, Item):
            self.fail("an item must be a mapping with `says` and `words`", tree.line)
            return None
        says = tree.entries.get("says")
        key = self.text(tree.entries.get("claim"), "claim")
        if key is None and isinstance(says, Item):
            key = self.text(says.entries.get("id"), "id")
        if key is None or not isinstance(says, Item):
            self.fail("an item needs `says`, a thing with an id", tree.line)
            return None
        self.key = key
        if ":" in key or ("claim" in tree.entries and not is_identifier(key)):
            self.fail(f"the key is not an identifier: {find_wrong_mark(key)}", tree.line, _KEY_MARKS)
        for name in tree.entries:
            if name not in _FIELDS:
                self.fail(f"unknown field {name!r}{nearest(name, _FIELDS)}", tree.lines[name])
        if "id" not in says.entries:
            self.fail("what it says has no id", says.line)
        how = self.text(tree.entries.get("how"), "how") or "stated"
        status = self.text(tree.entries.get("status"), "status") or "drafted"
        for name, value, known in (("how", how, HOWS), ("status", status, STATUSES)):
            if value not in known:
                self.fail(f"unknown {name} {value!r}{nearest(value, known)}", tree.lines[name])
        sources = self.texts(tree.entries.get("from"), "from")
        note = self.text(tree.entries.get("note"), "note")
        if how == "derived" and not (sources and note):
            self.fail("a derived claim needs `from` (the claims it follows from) and `note` (the steps)", tree.line)
        spans: list[Span] = []
        quotations: list[str] = []
        words = tree.entries.get("words", Sequence((), tree.line))
        if not isinstance(words, Sequence):
            self.fail("words must be a list", words.line)
            words = Sequence((), tree.line)
        for item in words.items:
            if isinstance(item, Scalar):
                quotations.append(item.text)
            elif isinstance(item, Item) and "quote" in item.entries:
                quotations.append(self.text(item.entries["quote"], "quote") or "")
            elif isinstance(item, Item):
                spans.extend(self.span(item))
            else:
                self.fail("words must be a list of quotations or spans", item.line)
        if quotations and status == "reviewed":
            self.fail("its words are not anchored", words.line, f"run `nkgraph claims anchor {self.path}`")
        if not words.items and how == "stated":
            self.fail("a stated claim needs words", tree.line, "name the words it rests on")
        return Claim(
            document=self.document,
            key=key,
            says=self.node(says),
            spans=tuple(spans),
            quotations=tuple(quotations),
            how=how,
            sources=sources,
            status=status,
            note=note,
            speaker=self.text(tree.entries.get("speaker"), "speaker"),
            via=self.text(tree.entries.get("via"), "via"),
            recorded_by=self.text(tree.entries.get("recorded_by"), "recorded_by"),
            path=self.path,
            line=tree.line,
        )


def property_of(vocabulary: Vocabulary, key: str) -> Property | None:
    """Return the property that a key of a claim file stands for (of a shorthand, the first of the two)."""
    return vocabulary.properties.get(SHORTHANDS[key][0] if key in SHORTHANDS else key)


def type_of(node: Node) -> str | None:
    """Return the type that a node is given, or None where it only adds to a thing described elsewhere."""
    kinds = node.properties.get("type", ())
    return str(kinds[0]) if kinds else None


def read_claims(folder: Path, vocabulary: Vocabulary, documents: Iterable[str]) -> tuple[Claim, ...]:
    """Return the claims of ``folder/<document>/…yaml``, by file and place in it.

    What only shows when they are read together (keys used twice, unknown things) is found by ``consistency``.

    Raises:
        ClaimErrors: with every mistake of every file, each with file, line and claim.
    """
    known = frozenset(documents)
    claims: list[Claim] = []
    errors: list[NkgraphError] = []
    for path in yaml_files(folder):
        slug = path.relative_to(folder).parts[0]
        if slug not in known:
            remedy = f"describe it in data/documents/{slug}.yaml"
            errors.append(
                ReadError(f"claims of an unknown document {slug!r}{nearest(slug, known)}", path=path, remedy=remedy)
            )
            continue
        found, mistakes = _read_file(path, slug, vocabulary)
        claims.extend(found)
        errors.extend(mistakes)
    if errors:
        raise ClaimErrors(errors)
    return tuple(claims)


def _read_file(path: Path, slug: str, vocabulary: Vocabulary) -> tuple[list[Claim], list[NkgraphError]]:
    reader = FileReader(path, slug, vocabulary)
    try:
        tree = read_yaml(path)
    except ReadError as error:
        hint = _QUOTE if any(sign in error.message for sign in _BROKEN) else error.remedy
        return [], [ReadError(error.message, path=path, line=error.line, remedy=hint)]
    if not isinstance(tree, Sequence):
        return [], [ReadError("a file of claims must be a list", path=path, line=tree.line)]
    claims = [claim for item in tree.items if (claim := reader.claim(item)) is not None]
    return claims, reader.errors
