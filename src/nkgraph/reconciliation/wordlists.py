"""The word lists of spelling: small words, short forms, words that many names share, words for the level of a place."""

from __future__ import annotations

from typing import Final

__all__ = ["GENERIC", "LEVELS", "PHRASES", "POINTS", "SHORT_FORMS", "SMALL"]

SMALL: Final = frozenset(
    ["a", "an", "and", "at", "by", "de", "for", "in", "of", "on", "or", "the", "to", "under", "with"]
)
#: Short forms and other spellings of a word; both sides of a comparison are written in the one on the right.
SHORT_FORMS: Final = {
    "art": "article",
    "arts": "article",
    "articles": "article",
    "cttee": "committee",
    "centre": "center",
    "comm": "commission",
    "conv": "convention",
    "decl": "declaration",
    "dep": "department",
    "dept": "department",
    "gov": "government",
    "govt": "government",
    "intl": "international",
    "inst": "institute",
    "labor": "labour",
    "min": "ministry",
    "natl": "national",
    "org": "organization",
    "organisation": "organization",
    "peoples": "people",
    "prog": "program",
    "programme": "program",
    "prot": "protocol",
    "prov": "province",
    "rec": "recommendation",
    "reg": "registration",
    "res": "resolution",
    "univ": "university",
    "usa": "us",
    "womens": "women",
    "childrens": "children",
}
#: Names of which the long and the short form are both common, as words of a key; the longer ones first.
PHRASES: Final = (
    (("democratic", "people", "republic", "of", "korea"), "dprk"),
    (("people", "republic", "of", "china"), "prc"),
    (("united", "states", "of", "america"), "us"),
    (("republic", "of", "korea"), "rok"),
    (("united", "nations"), "un"),
    (("united", "states"), "us"),
    (("united", "kingdom"), "uk"),
)
#: Points of the compass.
POINTS: Final = {"n": "north", "s": "south", "e": "east", "w": "west"}
#: Words that many names share: a short name of these alone is clear only inside the document that uses it.
GENERIC: Final = frozenset(
    word
    for line in (
        "act administrative agency agreement agreements arrangement article assembly association authority",
        "bilateral board border bureau cabinet center charter civil code comments commission committee compact",
        "concluding conference congress constitution convention council court covenant criminal decision",
        "declaration decree department development directorate economic foreign foundation general government",
        "group guidance guidelines handbook homeland human institute international joint judicial justice law",
        "laws legal legislation ministries ministry mission multilateral national new observations office order",
        "ordinance organization parliament party penal people police political procedure program protocol",
        "provisions public recommendation recommendations registration regulation regulations report republic",
        "research resolution rights rules secret secretariat security services social society special standing",
        "state states statute supplementary task team treaty un union us working",
    )
    for word in line.split()
)
#: Words for the level of a place, with the kinds of places that they fit.
LEVELS: Final = {
    "province": ("Province",),
    "sheng": ("Province",),
    "do": ("Province",),
    "region": ("Province",),
    "municipality": ("Province", "Prefecture", "County"),
    "prefecture": ("Prefecture",),
    "city": ("Province", "Prefecture", "County"),
    "shi": ("Province", "Prefecture", "County"),
    "si": ("Province", "Prefecture", "County"),
    "county": ("County",),
    "gun": ("County",),
    "xian": ("County",),
    "district": ("County",),
    "town": ("County",),
    "country": ("Country",),
}
