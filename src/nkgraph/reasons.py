"""Reasons: why a passage holds no claim, as a reader gave it (``data/coverage/<slug>.tsv``), and what none may be given for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from nkgraph.errors import ReadError
from nkgraph.findings import Finding, Severity
from nkgraph.iris import graph_iri, ontology_iri, passage_iri
from nkgraph.model import Passage
from nkgraph.numbers import numbers_in
from nkgraph.ontology import Vocabulary, nearest
from nkgraph.passages import measure_own_parts

__all__ = ["KIND_REASONS", "check_reasons", "load_reasons", "reason_quads"]

Reasons = Mapping[tuple[str, str], str]
#: Reasons that follow from the kind of a passage; a reader's reason goes before them.
KIND_REASONS: Final = {"furniture": "page_furniture", "heading": "heading_only", "section": "see_its_parts"}
_HEADER: Final = ("passage", "reason")
#: Numbers of pages, notes, paragraphs, cases and list items, which state nothing.
_REFERENCES: Final = re.compile(
    r"\b(?:pp?\.|page|note|notes|footnote|para\.|paras\.|paragraph|Cases?|Chapter|Table|Part)\s*\d[\d\s,–-]*|^\s*\(?\d+[.)]\s|"
    r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=[a-z.,;:”\"’')\]])\d{1,2}(?=\s|$)|^\s*\d{1,3}\s*$"
)


def load_reasons(folder: Path, passages: Mapping[str, Sequence[Passage]], vocabulary: Vocabulary) -> Reasons:
    """Return the reasons given, by document and key of the passage; a document without a file has none.

    Raises:
        ReadError: a line names no passage or reason that there is, or a passage again; with path and line.
    """
    found: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.tsv")):
        if path.stem not in passages:
            remedy = f"describe the document, or name the file as it is named{nearest(path.stem, passages)}"
            raise ReadError(f"reasons for an unknown document {path.stem!r}", path=path, remedy=remedy)
        keys = {passage.key for passage in passages[path.stem]}
        codes = vocabulary.codes["coverage-reason"]
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save it as UTF-8") from error
        for number, line in enumerate(lines, start=1):
            cells = tuple(line.split("\t"))
            if number == 1 and cells == _HEADER:
                continue
            if number == 1 or len(cells) != 2:
                wanted = "the first line is `passage<TAB>reason`" if number == 1 else "write `passage<TAB>reason`"
                raise ReadError("this is not a line of reasons", path=path, line=number, remedy=wanted)
            key, reason = cells
            if key not in keys:
                raise ReadError(f"no passage {key!r}{nearest(key, keys)}", path=path, line=number)
            if reason not in codes:
                listed = "known are " + ", ".join(sorted(codes))
                message = f"unknown reason {reason!r}{nearest(reason, codes)}"
                raise ReadError(message, path=path, line=number, remedy=listed)
            if (path.stem, key) in found:
                raise ReadError(f"{key!r} has a reason already", path=path, line=number, remedy="keep one")
            found[path.stem, key] = reason
    return found


def check_reasons(
    reasons: Reasons,
    passages: Mapping[str, Sequence[Passage]],
    resting: Mapping[str, Iterable[str]],
    texts: Mapping[str, str],
    names: Iterable[str],
) -> list[Finding]:
    """Return what is wrong with reasons: a passage with neither claim nor reason, with both, or with a fact in it.

    ``resting`` has the keys of the passages that claims rest on, by document; ``names`` the names of instruments and of
    people that the documents name. A passage that states a number, date, instrument or person must hold a claim; this
    is looked up where the text is at hand.
    """
    findings: list[Finding] = []
    patterns = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in sorted(set(names)) if len(name) > 3]
    for slug, found in passages.items():
        held = set(resting.get(slug, ()))
        own_parts = measure_own_parts(found) if slug in texts else {}
        for passage in found:
            place = f"{slug}/{passage.key}"
            reason = reasons.get((slug, passage.key))
            if passage.key in held:
                if reason is not None:
                    message = f"holds claims, and is given the reason {reason} for holding none"
                    findings.append(Finding(Severity.VIOLATION, "reason-and-claim", place, message))
                continue
            if reason is None and passage.kind not in KIND_REASONS:
                message = "holds no claim and is given no reason for it; code it, or add it to data/coverage"
                findings.append(Finding(Severity.WARNING, "passage-not-coded", place, message))
            if reason is not None and slug in texts:
                words = " ".join(texts[slug][start:end] for start, end in own_parts[passage.key])
                stated = _state(words, patterns)
                if stated:
                    message = f"is given the reason {reason}, and states {stated}: code it"
                    findings.append(Finding(Severity.VIOLATION, "reason-despite-fact", place, message))
    return findings


def _state(words: str, patterns: Sequence[re.Pattern[str]]) -> str | None:
    """Return what a passage states that no reason covers: a number, or a name."""
    plain = " ".join(_REFERENCES.sub(" ", words).split())
    digits = re.search(r"\d[\d,.]*", plain)
    if digits and numbers_in(digits[0]):
        return f"the number {digits[0].rstrip('.,')}"
    name = next((match[0] for pattern in patterns if (match := pattern.search(" ".join(words.split())))), None)
    return f"the name {name!r}" if name else None


def reason_quads(reasons: Reasons, vocabulary: Vocabulary) -> list[ox.Quad]:
    """Return the reasons as triples of the graphs of the documents."""
    return [
        ox.Quad(
            ox.NamedNode(passage_iri(slug, key)),
            ox.NamedNode(ontology_iri("reasonForNone")),
            ox.NamedNode(vocabulary.codes["coverage-reason"][reason]),
            ox.NamedNode(graph_iri(f"document/{slug}")),
        )
        for (slug, key), reason in sorted(reasons.items())
    ]
