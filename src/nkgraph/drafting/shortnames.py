"""Short names of legal instruments: what people call a treaty whose title nobody writes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["make_short_names", "shorten_title"]

_LEADING: Final = re.compile(r"^(?:the )?(?:(?:18|19|20)\d\d )?(?:(?:united nations|un|international) )+")
_TRAILING: Final = re.compile(r",? (?:and|or) other .*$|, especially .*$| \(.*\)$")
_STATUS: Final = re.compile(r"^(?P<kind>\w+) (?:relating to|concerning|on) the status of (?P<whom>\w+?)s?$")
_TRAFFICKING: Final = re.compile(
    r"^(?P<kind>protocol|convention) to prevent, suppress and punish trafficking in persons\b"
)
_AGAINST: Final = re.compile(r"^(?P<kind>convention|protocol) against (?P<what>\w+)$")
#: Initials by which an identifier begins; shorter ones are words of their own.
_INITIALS: Final = re.compile(r"^instrument:(?P<initials>[a-z]{4,6})-(?:19|20)\d\d$")
_NO_INITIALS: Final = frozenset({"palermo", "refugee"})


def shorten_title(title: str) -> Iterator[str]:
    """Yield the short names of a title in small letters; none for one that is short itself.

    >>> list(shorten_title("convention relating to the status of refugees"))
    ['refugee convention']
    >>> list(shorten_title("un convention against torture and other cruel treatment"))
    ['convention against torture and other cruel treatment', 'convention against torture', 'torture convention']
    """
    bare = _LEADING.sub("", title)
    if bare != title:
        yield bare
    short = _TRAILING.sub("", bare)
    if short != bare:
        yield short
    status, trafficking, against = _STATUS.match(short), _TRAFFICKING.match(short), _AGAINST.match(short)
    if status:
        yield f"{status['whom']} {status['kind']}"
    if trafficking:
        yield f"trafficking {trafficking['kind']}"
        yield f"trafficking in persons {trafficking['kind']}"
    if against:
        yield f"{against['what']} {against['kind']}"


def make_short_names(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return short names to identifiers, of (folded name, identifier); a name of two instruments stands for neither.

    >>> make_short_names([("international covenant on rivers", "instrument:icor-1966")])
    {'covenant on rivers': 'instrument:icor-1966', 'icor': 'instrument:icor-1966'}
    """
    found: dict[str, set[str]] = {}
    for name, instrument in named:
        initials = _INITIALS.match(instrument)
        short = [*shorten_title(name), *([initials["initials"]] if initials else [])]
        for one in short:
            if one not in _NO_INITIALS:
                found.setdefault(one, set()).add(instrument)
    return {name: next(iter(instruments)) for name, instruments in found.items() if len(instruments) == 1}
