"""Events and actors found in accounts: crossings, transfers, steps of a journey, and who takes part in which role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import attrs
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from nkgraph.drafting.units import load_language, sentences_of
from nkgraph.drafting.wordlists import FEMALE, GROUPS, MALE, OTHERS

__all__ = [
    "ActorMention",
    "RoleMention",
    "TransferMention",
    "find_actors",
    "find_crossings",
    "find_roles",
    "find_transfers",
    "moves",
    "refers_back",
]

_ORIGINS: Final = {
    "ethnic korean": "Korean-Chinese",
    "korean-chinese": "Korean-Chinese",
    "korean chinese": "Korean-Chinese",
    "han chinese": "Han Chinese",
    "han-chinese": "Han Chinese",
    "north korean": "North Korean",
    "south korean": "South Korean",
    "chinese": "Chinese",
}
_NOUNS: Final = FEMALE | MALE | GROUPS | OTHERS
_ORIGIN: Final = re.compile(r"\b(ethnic Korean|Korean[- ]Chinese|Han[- ]Chinese|North Korean|South Korean|Chinese)\b")
_KINDS: Final = (
    (
        "attempted_sale",
        r"(?:going|trying|planned|tried|wanted|about) to (?:re-?)?sell|to sell (?:me|us|her) again|re-?sell",
    ),
    ("resold", r"\b(?:resold|sold (?:me|her|us)? ?again|sold again)\b"),
    ("sold", r"\b(?:sold|bought)\b"),
    ("handed_over", r"\b(?:handed|turned|passed) (?:me |us |her |him )?(?:over\b|to\b)"),
    ("introduced", r"\bintroduced\b"),
)
_TRANSFERS: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_OBJECT: Final = re.compile(r"\b(?:me|us|I|we|her|she|girl|woman|daughter|friend)\b")
_MOVES: Final = re.compile(
    r"\b(?:went|go|came|come|arriv|reach|took|taken|travel|moved|returned|sent|left|walk|train|escap|ran|head|get|live)",
    re.IGNORECASE,
)
#: Verbs by which somebody other than the teller takes a role, or is named as taking it.
_ROLES: Final = (
    (
        "seller",
        r"\bsold (?:me|us|the two)\b|\bsold by\b|\bhanded (?:me|us)\b|\bturned (?:me|us)\b|\bpassed (?:me|us)\b",
    ),
    ("matchmaker", r"\bintroduced (?:me|us)\b|\bintroduced by\b|\bmatchmaker|arranged (?:a|the|my) marriage"),
    (
        "transporter",
        r"\b(?:took|brought|led|guided|drove|accompanied|sent) (?:me|us)\b|\b(?:taken|brought|led) by\b"
        r"|\bI (?:followed|went with)\b",
    ),
    (
        "smuggler",
        r"\bsmuggler|\bprofessional brokers?\b|\b(?:guided|led) (?:me|us|the two of us).{0,20} across",
    ),
    (
        "recruiter",
        r"\bsuggested|\bpersuad|\boffered\b|\bpromised\b|\bapproached (?:me|us)"
        r"|\bsaid (?:that )?(?:he|she|they|I) (?:would|could)"
        r"|\btold (?:me|us) (?:that )?(?:she|he|they|I|all|it|there)\b|\basked (?:me|us) (?:if|whether)",
    ),
    ("harbourer", r"\bin the house of\b|\bto the house of\b|\bkept (?:me|us)\b|\bhid (?:me|us)\b|\blet (?:me|us) stay"),
    ("helper", r"\bhelp(?:ed|ing)? (?:me|us)\b|\bwith the help of\b"),
)
_ACTS: Final = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
#: Words that stand for an actor named before.
_PRONOUNS: Final = re.compile(r"\b(?:he|she|they|who)\b", re.IGNORECASE)
_CROSSED: Final = re.compile(
    r"\b(?:cross(?:ed|ing)?|across|over)\b[^.]{0,40}?\b(Tumen|Yalu|border|river)\b", re.IGNORECASE
)
#: How an account that names no river tells that its teller came into China.
_ENTERED: Final = re.compile(
    r"\b(?:I|we)\b[^.,;]{0,40}?\b(?:came|went|fled|escaped|defected|left|got|arrived)\s(?:\w+\s){0,3}?"
    r"(?:to|in|into|for) China\b"
)


@attrs.frozen
class ActorMention:
    """An actor found: the tokens of the phrase, origin and gender where the words give them, and whether a group."""

    span: Span
    origin: str | None
    gender: str | None
    group: bool


@attrs.frozen
class RoleMention:
    """A role found: the sentence, the words that carry it, and the role."""

    sentence: Span
    span: Span
    role: str


@attrs.frozen
class TransferMention:
    """A transfer found: the sentence, the words that carry it, and its kind."""

    sentence: Span
    span: Span
    kind: str


@lru_cache(maxsize=1)
def _phrases() -> Matcher:
    matcher = Matcher(load_language().vocab)
    noun = {"LOWER": {"IN": sorted(_NOUNS)}}
    word = {"IS_ALPHA": True, "LOWER": {"NOT_IN": ["and", "or", "to", "who", "was", "the", "a", "an"]}, "OP": "?"}
    determiner = {
        "LOWER": {"IN": ["a", "an", "the", "my", "his", "her", "one", "two", "three", "another", "some", "several"]}
    }
    peoples = ["ethnic", "korean", "han", "north", "south", "chinese", "korean-chinese", "han-chinese"]
    ethnic = [{"LOWER": {"IN": peoples}, "OP": "+"}]
    hyphen = {"TEXT": "-", "OP": "?"}
    matcher.add(
        "actor", [[determiner, word, *ethnic, hyphen, *[{**ethnic[0], "OP": "?"}], noun], [determiner, word, noun]]
    )
    return matcher


def find_actors(sentence: Span) -> Iterator[ActorMention]:
    """Yield the actors that phrases such as "an ethnic Korean woman" name, the longest phrase at each place."""
    taken: set[int] = set()
    doc, begin = sentence.doc, sentence.start
    found = (Span(doc, begin + start, begin + end) for _, start, end in _phrases()(sentence.as_doc()))
    spans = sorted(found, key=lambda s: (-len(s), s.start))
    for span in sorted((s for s in spans if not _overlaps(s, taken)), key=lambda s: s.start):
        noun = span[-1].lower_
        origin = _ORIGIN.search(span.text)
        gender = "female" if noun in FEMALE else "male" if noun in MALE else None
        yield ActorMention(span, _ORIGINS[origin[1].lower()] if origin else None, gender, noun in GROUPS)


def _overlaps(span: Span, taken: set[int]) -> bool:
    places = set(range(span.start, span.end))
    if places & taken:
        return True
    taken |= places
    return False


def find_crossings(doc: Doc, *, entered: bool = False) -> Iterator[tuple[Span, str | None]]:
    """Yield (sentence, river or None) for each sentence that tells a crossing of the border or of a border river.

    With ``entered``, for an account that tells none, the first sentence in which the teller comes to China.

    >>> doc = load_language()("We went over the ice of the Tumen River. I came to China in 2001.")
    >>> [(sentence.text[:7], river) for sentence, river in find_crossings(doc)]
    [('We went', 'Tumen')]
    >>> [(sentence.text[:7], river) for sentence, river in find_crossings(doc, entered=True)]
    [('I came ', None)]
    """
    for sentence in sentences_of(doc):
        found = (_ENTERED if entered else _CROSSED).search(sentence.text)
        if found and entered:
            yield sentence, None
            return
        if found:
            river = found[1].title()
            yield sentence, river if river in {"Tumen", "Yalu"} else None


def find_transfers(doc: Doc) -> Iterator[TransferMention]:
    """Yield the transfers that sentences tell: one a sentence, the kind by the first pattern that fits."""
    for sentence in sentences_of(doc):
        for kind, pattern in _TRANSFERS:
            match = pattern.search(sentence.text)
            if match is None or not _OBJECT.search(sentence.text):
                continue
            first = sentence.start_char + match.start()
            span = doc.char_span(first, sentence.start_char + match.end(), alignment_mode="expand")
            if span is not None:
                yield TransferMention(sentence, span, kind)
            break


def moves(sentence: Span) -> bool:
    """Tell whether a sentence tells a move from one place to another."""
    return _MOVES.search(sentence.text) is not None


def find_roles(sentence: Span) -> Iterator[RoleMention]:
    """Yield the roles that the verbs of a sentence give to who acts in it, with the words that do.

    >>> (sentence,) = load_language()("A man offered me work and took us to a town.").sents
    >>> [found.role for found in find_roles(sentence)]
    ['transporter', 'recruiter']
    """
    for role, pattern in _ACTS:
        match = pattern.search(sentence.text)
        if match is not None:
            first = sentence.start_char + match.start()
            span = sentence.doc.char_span(first, sentence.start_char + match.end(), alignment_mode="expand")
            yield RoleMention(sentence, span if span is not None else sentence, role)


def refers_back(sentence: Span) -> bool:
    """Tell whether a sentence speaks of somebody by a pronoun."""
    return _PRONOUNS.search(sentence.text) is not None
