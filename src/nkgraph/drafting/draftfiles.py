"""Draft files: proposals as the YAML that people review, above each the words it rests on; all files written, or none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from nkgraph.claimfiles import QUOTED
from nkgraph.drafting.drafter import Proposal, Said
from nkgraph.errors import BuildError, ReadError
from nkgraph.model import Span
from nkgraph.writing import write_atomically
from nkgraph.yamlfiles import Item, Scalar, Sequence, read_yaml

__all__ = ["format_drafts", "group_by_file", "write_drafts"]

#: Texts that stand in YAML without quotation marks: names and identifiers, and whole numbers without leading zeros.
_PLAIN: Final = re.compile(
    r"[A-Za-z][\w./-]*(?:\([\w.]+\))?(?: [\w./-]+)*|[a-z]+:[a-z0-9][\w./-]*|0|[1-9]\d*(?:\.\d+)?"
)
_WORDS_OF_YAML: Final = frozenset({"true", "false", "null", "on", "off", "y", "n"})


def group_by_file(proposals: Iterable[Proposal]) -> dict[str, list[Proposal]]:
    """Return proposals by the name of the file that they go to, accounts before families, in the order of the text."""
    files: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        files.setdefault(proposal.file, []).append(proposal)
    ordered = sorted(files, key=lambda name: (not re.search(r"\d$", name), name))
    return {name: sorted(files[name], key=lambda p: (p.spans[0].start, p.key)) for name in ordered}


def format_drafts(proposals: Iterable[Proposal], text: str) -> str:
    """Return proposals as a file of claims of status drafted.

    Above each stands a comment line with its words, which are the document's and go when the file is anchored.
    """
    return "\n".join("\n".join(_lines_of(proposal, text)) + "\n" for proposal in proposals)


def _lines_of(proposal: Proposal, text: str) -> Iterator[str]:
    for span in proposal.spans:
        words = re.sub(r"-[ \t]*\n\s*(?=[a-z])", "", text[span.start : span.end])
        yield f'{QUOTED}"{" ".join(words.split())}"'
    begin = "- "
    if proposal.key != proposal.says["id"]:
        yield f"- claim: {_scalar(proposal.key)}"
        begin = "  "
    yield f"{begin}says: {_flow(proposal.says)}"
    yield "  words:"
    yield from (f"  - {_span(span)}" for span in proposal.spans)
    yield "  status: drafted"


def _flow(value: str | list[str | Said] | Said) -> str:
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"


def _scalar(text: str) -> str:
    """Return a text as a scalar of YAML, in quotation marks wherever another reader might take it for something else."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML
    return text if plain else json.dumps(text, ensure_ascii=False)


def _span(span: Span) -> str:
    fields = {"start": span.start, "end": span.end, "words": span.words, "length": span.length}
    parts = [f"{name}: {value}" for name, value in fields.items()]
    parts += [f'{name}: "{getattr(span, name)}"' for name in ("fingerprint", "before", "after")]
    if span.numbers:
        parts.append("numbers: [" + ", ".join(map(_scalar, span.numbers)) + "]")
    if span.properties:
        parts.append("for: [" + ", ".join(span.properties) + "]")
    return "{" + ", ".join(parts) + "}"


def write_drafts(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write texts as ``<folder>/<name>.yaml``, all or none, and return the paths.

    A file that is there is drafted anew only if all its claims are drafted: what somebody has reviewed stays.

    Raises:
        ReadError: a file is there and holds a claim that is not drafted, or cannot be read.
        BuildError: a file cannot be written; those written before it are as they were.
    """
    paths = {folder / f"{name}.yaml": text for name, text in files.items()}
    for path in paths:
        if path.exists():
            _refuse_reviewed(path)
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    missing = {parent for path in paths for parent in path.parents if not parent.exists()}
    written: list[Path] = []
    try:
        for path, text in paths.items():
            write_atomically(path, text)
            written.append(path)
    except BuildError:
        for path in written:
            content = before[path]
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
        for parent in sorted(missing, reverse=True):
            if parent.is_dir():
                parent.rmdir()
        raise
    return list(paths)


def _refuse_reviewed(path: Path) -> None:
    tree = read_yaml(path)
    for item in tree.items if isinstance(tree, Sequence) else ():
        status = item.entries.get("status") if isinstance(item, Item) else None
        if not isinstance(item, Item) or (isinstance(status, Scalar) and status.text != "drafted"):
            raise ReadError(
                "not drafted anew: this file holds claims that are no drafts", path=path, line=item.line,
                remedy="choose another folder with --out, or move the file away",
            )  # fmt: skip
    if not isinstance(tree, Sequence):
        raise ReadError("not drafted anew: this is no file of claims", path=path, line=tree.line)
