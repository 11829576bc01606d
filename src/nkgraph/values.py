"""Whether a text is a value of a property: a code of its scheme, an identifier, a number, a date, yes or no."""

from __future__ import annotations

import re
from typing import Final

from nkgraph.dates import date_bounds, duration_days
from nkgraph.iris import PREFIXES
from nkgraph.ontology import Property, Vocabulary, nearest

__all__ = ["PROJECT_PREFIXES", "find_value_problem", "is_identifier", "name_nested_type"]

#: Prefixes of the things that documents share, and ``id:`` for a thing of another document; any other name belongs to the
#: document of its claim.
PROJECT_PREFIXES: Final = frozenset(
    {"id", "instrument", "jurisdiction", "org", "place", "provision", "state", "status", "vocabulary", "work"}
)
_XSD: Final = PREFIXES["xsd"]
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FEW: Final = 12


def name_nested_type(prop: Property) -> str | None:
    """Return the type that a nested thing has where it names none: the first that the property takes, an actor a person."""
    names = [r.rpartition("#")[2] for r in prop.ranges]
    return "Person" if "Actor" in names or "Person" in names else names[0] if names else None


def is_identifier(name: str) -> bool:
    """Tell whether a name may be an id: letters, digits, ``-`` and ``.``, parted by ``/``, with a shared prefix or none.

    >>> is_identifier("case-1/sale-1"), is_identifier("place:yanji"), is_identifier("plaec:yanji"), is_identifier("a b")
    (True, True, False, False)
    """
    prefix, colon, local = name.partition(":")
    if colon and prefix not in PROJECT_PREFIXES:
        return False
    path = local if colon else name
    return bool(path) and all(part and part.replace("-", "").replace(".", "").isalnum() for part in path.split("/"))


def find_value_problem(vocabulary: Vocabulary, prop: Property, text: str) -> tuple[str | None, str | None]:
    """Return why a text is no value of a property, and what to do about it; nothing where it is one."""
    if prop.scheme:
        codes = vocabulary.codes[prop.scheme]
        if text in codes:
            return None, None
        likely = nearest(text, codes)
        listed = None if likely or len(codes) > _FEW else "known are " + ", ".join(sorted(codes))
        return f"unknown code {text!r} of {prop.scheme}{likely}", listed
    if not prop.is_literal:
        if is_identifier(text):
            return None, None
        prefix, colon, _ = text.partition(":")
        likely = nearest(prefix, PROJECT_PREFIXES) if colon else ""
        return f"{text!r} is not an identifier{likely}", "use letters, digits, - and /, or a known prefix"
    datatype = prop.ranges[0]
    if datatype == _XSD + "integer" and not text.removeprefix("-").isdecimal():
        return f"{text!r} is not a whole number", "write digits only"
    if datatype == _XSD + "decimal":
        whole, point, fraction = text.removeprefix("-").partition(".")
        if not whole.isdecimal() or (point and not fraction.isdecimal()):
            return f"{text!r} is not a number", "write digits, without separators, as in 3000 or 3000.50"
    if datatype == _XSD + "boolean" and text not in {"yes", "no"}:
        return f"{text!r} is neither yes nor no", None
    if prop.name == "duration":
        try:
            duration_days(text)
        except ValueError as error:
            return str(error), "write P4W, P3M, P10D or P1Y6M"
    if datatype == _XSD + "date":
        if not _DAY.fullmatch(text):
            return f"{text!r} is not a day", "write the year, month and day, as in 1998-02-14"
        try:
            date_bounds(text)
        except ValueError as error:
            return str(error), "write a day that is in the calendar"
    if datatype == PREFIXES["edtf"] + "EDTF":
        try:
            date_bounds(text)
        except ValueError as error:
            return str(error), "write 1998, 1998-02, 1998-02-14 or 1998-12/1999-01"
    return None, None
