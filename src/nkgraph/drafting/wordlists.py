"""Lists of words by which persons, places and legal instruments are told in English text."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ALONE",
    "CLOSED",
    "COMMON",
    "FEMALE",
    "GROUPS",
    "HEADS",
    "KINDS",
    "KINDS_OF_UNIT",
    "LINKS",
    "LOWER",
    "MALE",
    "NO_PLACE",
    "OTHERS",
    "PERSONAL",
    "PLURALS",
    "WATERS",
]


def _read(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Nouns that name a woman or women.
FEMALE: Final = _read("aunt daughter girl girls lady madam mother niece sister sisters wife woman women")
#: Nouns that name a man or men.
MALE: Final = _read("boy brother brothers father husband man men nephew policeman soldier son uncle")
#: Nouns that name several persons.
GROUPS: Final = _read("brokers brothers couple family gang girls men people sisters traffickers women")
#: Nouns that name a person of either sex.
OTHERS: Final = _read(
    """
    broker couple cousin farmer friend gang neighbor neighbour people person relative relatives smuggler trafficker
    """
)
#: Nouns of which one stands in the title of every instrument.
HEADS: Final = _read(
    """
    act agreement charter code comments constitution convention covenant decision declaration guidelines handbook
    law observations principles protocol provisions recommendation regulation regulations resolution statute treaty
    """
)
#: Nouns of titles that are as often common nouns: a preposition or a capital beside them tells.
PLURALS: Final = _read("comments guidelines observations principles provisions regulations")
#: Nouns that name an instrument alone, after "the", once the document has said which.
ALONE: Final = _read("charter constitution convention covenant declaration handbook protocol treaty")
#: Words without a capital that stand inside titles.
LINKS: Final = _read(
    """
    against all and between by concerning especially for forms from in its of on or other regarding relating the to
    under with
    """
)
#: Nouns of titles that are printed without a capital after a linking word: "against women", "status of refugees".
LOWER: Final = _read(
    """
    adopted child children civil crimes criteria cruel degrading discrimination elimination inhuman persons
    political procedures punishment racial refugees rights stateless status torture trafficking treatment women
    """
)
#: Adjectives with which a common noun names one instrument: "the penal code", "a bilateral agreement".
KINDS: Final = _read(
    """
    bilateral border civil criminal extradition labor labour legal nationality new old penal repatriation secret
    security
    """
)
#: Common nouns that name an instrument with one of those adjectives.
COMMON: Final = _read("agreement arrangement code treaty")
#: Words before "law" that name no instrument: "international law".
CLOSED: Final = _read("customary domestic human humanitarian international local national refugee")
#: What follows the name of a river, a sea or a mountain.
WATERS: Final = _read("bay island mountain mountains ocean peninsula river sea")
#: What stands before the name of a person.
PERSONAL: Final = _read("dr. miss mr mr. mrs mrs. ms ms.")
#: Words that stand in the name of a unit of land and not in the name by which it is known.
KINDS_OF_UNIT: Final = _read("autonomous ethnic korean municipal self-governing special")
#: Words that begin a name and are none of a place: days, months, peoples, and what begins a sentence.
NO_PLACE: Final = _read(
    """
    after april august autonomous before bureau case chapter chinese christian december eastern english february
    five four friday han here however human in international internet january japanese july june korean
    korean-chinese labor labour many march may monday most national north northeast northern november october of one
    part province provinces public republic rights saturday security september six some south southern state sunday
    table that the there this three thursday tuesday two united war wednesday western when while women
    """
)
