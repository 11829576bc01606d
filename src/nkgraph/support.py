"""Whether the words of a claim carry its values: names, places, dates, sums and codes, read against the document itself.

SHACL checks the numbers of a claim without the documents, from what each span states. With the documents at hand this
module reads the words: every surname, place, printed form and code of a stated claim must be carried by one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import attrs

from nkgraph.claims import property_of
from nkgraph.findings import Finding, Severity
from nkgraph.folding import fold
from nkgraph.graph import claim_numbers
from nkgraph.model import Claim, Node
from nkgraph.numbers import numbers_in
from nkgraph.ontology import Vocabulary
from nkgraph.spans import Reading, make_span

#: Cues of at most so many letters are whole words (he, her, man); longer ones are beginnings of words.
_WHOLE: Final = 3
#: Marks of footnotes, which stand at the ends of words.
_NOTE_MARK: Final = re.compile(r"[⁰¹²³⁴-⁹]+")
#: Properties whose value is as printed, and stands so in the words.
_PRINTED: Final = frozenset(
    (
        "address",
        "alias",
        "article",
        "asPrinted",
        "attributedTo",
        "author",
        "citedPages",
        "facility",
        "name",
        "surnamePrinted",
        "workPublisher",
        "workTitle",
    )
)
#: Whose law an instrument is need not stand in the words that name it; the means before a statement are those of its
#: episode, which has the words (shape ``means-before-not-of-episode``).
_UNNAMED: Final = frozenset({"jurisdiction", "meansBefore"})

__all__ = ["Gazetteer", "check_derived", "check_numbers", "check_support", "make_gazetteer"]


@attrs.frozen
class Gazetteer:
    """The names under which a thing may be printed, in small letters, by its id as claims write it (``place:yanji``).

    ``shared`` are the names that reference data give; ``aliases`` the names that one document uses for an instrument, by
    document and id.
    """

    shared: Mapping[str, tuple[str, ...]]
    aliases: Mapping[tuple[str, str], tuple[str, ...]]

    def names_of(self, document: str, thing: str) -> tuple[str, ...]:
        """Return the names of a thing in a document; none where the words need not name it."""
        if thing.startswith("instrument:"):
            return self.aliases.get((document, thing), ())
        return self.shared.get(thing, ()) if thing.startswith(("place:", "state:")) else ()


def make_gazetteer(reference: Mapping[str, Sequence[Claim]], claims: Sequence[Claim] = ()) -> Gazetteer:
    """Return the names of all reference data, and the aliases that the claims of each document give to instruments."""
    shared: dict[str, tuple[str, ...]] = {}
    for item in (item for items in reference.values() for item in items):
        names = (str(v) for key in ("name", "altName", "adjective") for v in item.says.properties.get(key, ()))
        shared[item.key] = (*shared.get(item.key, ()), *map(_plain, names))
    aliases: dict[tuple[str, str], tuple[str, ...]] = {}
    for claim in claims:
        for instrument in claim.says.properties.get("instrument", ()):
            found = tuple(_plain(str(alias)) for alias in claim.says.properties.get("alias", ()))
            key = (claim.document, str(instrument))
            aliases[key] = aliases.get(key, ()) + found
    return Gazetteer(shared, aliases)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for values in node.properties.values():
        for value in values:
            if isinstance(value, Node):
                yield from _nodes(value)


def _read_lines(words: str) -> str:
    """Return words as read aloud, twice: with hyphens at line ends dropped, and kept, since either may be right."""
    text = _NOTE_MARK.sub("", words.casefold().replace("’", "'"))
    closed, kept = (re.sub(r"-[ \t]*\n\s*", hyphen, text) for hyphen in ("", "-"))
    return " ".join(closed.split()) + " \n " + " ".join(kept.split())


def _carries(cue: str, words: str) -> bool:
    whole = r"s?(?!\w)" if len(cue) <= _WHOLE and cue.isalpha() else ""
    before = r"(?<!\w)" if cue[:1].isalnum() else ""
    return re.search(before + re.escape(cue) + whole, words) is not None


def _names(name: str, words: str) -> bool:
    """Tell whether a name stands in words as a whole: Han is not in Shandong, and the Tumen River is no town."""
    return re.search(r"(?<!\w)" + re.escape(name) + r"(?!\w)(?! river)", words) is not None


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
            if prop is None or (prop.scheme and key in _UNNAMED):
                continue
            spans = [span for span in claim.spans if not span.properties or key in span.properties]
            words = " ".join(reading.text[span.start : span.end] for span in spans)
            plain = _read_lines(words)
            folded = fold(words).characters
            for value in values:
                if isinstance(value, Node):
                    continue
                names = () if key in _UNNAMED else gazetteer.names_of(claim.document, value)
                problem = _missing(key, value, prop.scheme, vocabulary, names, plain, folded)
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
    names: tuple[str, ...],
    plain: str,
    folded: str,
) -> str | None:
    if key in {"surname", "title"}:
        return None if _names(_plain(value), plain) else f"{key} {value!r} does not stand in its words"
    if key == "calledTrafficker" and value == "yes" and "traffick" not in plain:
        return "its words do not call the actor a trafficker"
    if key in _PRINTED:
        return None if fold(value).characters in folded else f"{key} {value!r} does not stand in its words"
    if scheme:
        cues = vocabulary.cues.get(vocabulary.codes[scheme][value], ())
        if cues and not any(_carries(cue, plain) for cue in cues):
            return f"no word of its words carries the code {key}: {value} (such as {', '.join(cues[:4])})"
        return None
    if names and not any(_names(name, plain) for name in names):
        return f"{key} {value}: its words do not name it"
    return None


def check_derived(claims: Sequence[Claim], vocabulary: Vocabulary) -> list[Finding]:
    """Return a finding for each number of a derived claim that nothing gives.

    Its own words, its note, or what the claims say that it follows from (and those they follow from) must state it. The
    documents are not needed.
    """
    by_key = {(claim.document, claim.key): claim for claim in claims}
    findings = []
    for claim in claims:
        if claim.how != "derived":
            continue
        given = {Decimal(number) for number in _numbers_given(claim, by_key, vocabulary, frozenset())}
        for number in claim_numbers(claim, vocabulary):
            if Decimal(number) not in given:
                message = f"it says {number}, which neither its words, its note nor the claims it follows from state"
                findings.append(
                    Finding(Severity.VIOLATION, "derived-number", claim.key, message, claim.path, claim.line)
                )
    return findings


def _numbers_given(
    claim: Claim, by_key: Mapping[tuple[str, str], Claim], vocabulary: Vocabulary, seen: frozenset[str]
) -> set[str]:
    given = {number for span in claim.spans for number in span.numbers} | set(numbers_in(claim.note or ""))
    for key in claim.sources:
        source = by_key.get((claim.document, key))
        if source is not None and key not in seen:
            given |= set(claim_numbers(source, vocabulary))
            given |= _numbers_given(source, by_key, vocabulary, seen | {key})
    return given


def check_numbers(claim: Claim, reading: Reading) -> list[Finding]:
    """Return a finding for each span whose recorded numbers are not those that its words state."""
    findings = []
    for span in claim.spans:
        again = make_span(reading, span.start, span.end, span.properties)
        if again.numbers != span.numbers:
            message = f"its words state the numbers {', '.join(again.numbers) or 'none'}, not {', '.join(span.numbers) or 'none'}"
            findings.append(Finding(Severity.VIOLATION, "span-numbers", claim.key, message, claim.path, span.line))
    return findings
