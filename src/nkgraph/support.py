"""Whether the words of a claim carry its values: names, places, dates, sums and codes, read against the document itself.

SHACL checks the numbers of a claim without the documents, from what each span states. With the documents at hand this
module reads the words: every surname, place, printed form and code of a stated claim must be carried by one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from nkgraph.claims import property_of
from nkgraph.findings import Finding, Severity
from nkgraph.folding import fold
from nkgraph.model import Claim, Node
from nkgraph.ontology import Vocabulary
from nkgraph.spans import Reading, make_span

__all__ = ["Gazetteer", "check_support", "make_gazetteer"]


@attrs.frozen
class Gazetteer:
    """The folded names under which a reference thing may be printed, by its id as claims write it (``place:yanji``)."""

    names: Mapping[str, tuple[str, ...]]


def make_gazetteer(reference: Mapping[str, Sequence[Claim]]) -> Gazetteer:
    """Return the names and other names of all reference data."""
    names: dict[str, tuple[str, ...]] = {}
    for items in reference.values():
        for item in items:
            found = [str(v) for key in ("name", "altName") for v in item.says.properties.get(key, ())]
            names[item.key] = tuple(fold(name).characters for name in found)
    return Gazetteer(names)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for values in node.properties.values():
        for value in values:
            if isinstance(value, Node):
                yield from _nodes(value)


def _read_lines(words: str) -> str:
    """Return words as read aloud, twice: with hyphens at line ends dropped, and kept, since either may be right."""
    text = words.casefold().replace("’", "'")
    closed, kept = (re.sub(r"-[ \t]*\n\s*", hyphen, text) for hyphen in ("", "-"))
    return " ".join(closed.split()) + " \n " + " ".join(kept.split())


def _carries(cue: str, words: str) -> bool:
    return re.search(r"(?<!\w)" + re.escape(cue), words) is not None


def check_support(claim: Claim, reading: Reading, vocabulary: Vocabulary, gazetteer: Gazetteer) -> list[Finding]:
    """Return a finding for each value of a stated claim that none of its words carries.

    Words named ``for`` some properties count for those only. A derived claim is not checked: it says what no word says.
    """
    if claim.how != "stated" or not claim.spans:
        return []
    findings = []
    for node in _nodes(claim.says):
        for key, values in node.properties.items():
            prop = property_of(vocabulary, key)
            if prop is None:
                continue
            spans = [span for span in claim.spans if not span.properties or key in span.properties]
            words = " ".join(reading.text[span.start : span.end] for span in spans)
            plain = _read_lines(words)
            folded = fold(words).characters
            for value in values:
                if isinstance(value, Node):
                    continue
                problem = _missing(key, value, prop.scheme, vocabulary, gazetteer, plain, folded)
                if problem:
                    findings.append(
                        Finding(
                            Severity.VIOLATION,
                            "words-support",
                            claim.key,
                            problem,
                            claim.path,
                            node.lines.get(key, claim.line),
                        )
                    )
    return findings


def _missing(
    key: str,
    value: str,
    scheme: str | None,
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    plain: str,
    folded: str,
) -> str | None:
    if key in {"surname", "title", "asPrinted", "alias"}:
        return None if fold(value).characters in folded else f"{key} {value!r} does not stand in its words"
    if scheme:
        cues = vocabulary.cues.get(vocabulary.codes[scheme][value], ())
        if cues and not any(_carries(cue, plain) for cue in cues):
            return f"no word of its words carries the code {key}: {value} (such as {', '.join(cues[:4])})"
        return None
    names = gazetteer.names.get(value)
    if names and value.startswith("place:") and not any(name in folded for name in names):
        return f"{key} {value}: the place is not named in its words"
    return None


def check_numbers(claim: Claim, reading: Reading) -> list[Finding]:
    """Return a finding for each span whose recorded numbers are not those that its words state."""
    findings = []
    for span in claim.spans:
        again = make_span(reading, span.start, span.end, span.properties)
        if again.numbers != span.numbers:
            message = f"its words state the numbers {', '.join(again.numbers) or 'none'}, not {', '.join(span.numbers) or 'none'}"
            findings.append(Finding(Severity.VIOLATION, "span-numbers", claim.key, message, claim.path, span.line))
    return findings
