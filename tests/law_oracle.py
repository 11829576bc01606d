"""A second reading of "law as it stood", from the raw table of treaty status alone: what `bound-on` must answer.

It shares nothing with the query: no ontology, no graph, no comparison of text. A date (``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``)
means some day of that period, unknown which; each day of it is asked in turn, and the answers are put together:

- ``in_force`` only when the treaty is in force for the state on every day, ``not_in_force`` only when on none; else ``unknown``.
- A day after ``as_of`` is unknown, and so is every period that reaches beyond it. ``last_known`` is then the answer on the day of
  ``as_of`` itself, also where the row foresees an entry into force after it (China and ILO C029: ``not_in_force``).
- A period with days of both kinds up to ``as_of`` is ``date_too_vague``, even if it also reaches beyond: no later news mends it.
- An empty ``as_of``, the action ``unknown``, or no row: ``unknown`` for every date, before the treaty's own entry into force too.
- The kinds of ``unknown`` in that order: ``no_row``, ``action_unknown`` for the action ``unknown``, ``no_as_of``, then
  ``action_unknown`` for a row with an action but of confidence ``low``: the act is not shown to be this state's (trap 9: the
  accession of 1956 listed under Viet Nam, the one such row that has an ``as_of``).
- No action, or a signature alone, is ``not_in_force`` up to ``as_of``. The kind ``signature_only`` says that a signature is all
  that the row holds, whether the date is before or after it.
- ``since`` is the entry into force for the state, and stands only with ``in_force``.
- The one text in ``withdrawal_or_denunciation`` (DPRK, ICCPR, 1997) ends nothing: bound throughout. Any other is an error here,
  so that somebody reads it.
- ``verified`` and ``confidence`` (but for ``low``) do not change an answer; they stand beside it. Nor does a territory.
"""

from __future__ import annotations

import calendar
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

__all__ = ["ISO2", "STATUS", "Expected", "answer", "boundary_dates", "days_of", "read_rows", "rule_date"]

Answer = Literal["in_force", "not_in_force", "unknown", "not_a_treaty"]
ReasonKind = Literal[
    "entry_into_force",
    "before_entry_into_force",
    "signature_only",
    "no_action_by_as_of",
    "date_too_vague",
    "after_as_of",
    "no_as_of",
    "action_unknown",
    "no_row",
    "not_a_treaty",
]
Row = Mapping[str, str]

#: The raw table, where it is at hand.
STATUS: Final = Path(__file__).resolve().parents[2] / "shared" / "reference" / "treaty-status.csv"
#: The states of the table, as the graph names them.
ISO2: Final = dict(
    zip(
        ["CHN", "PRK", "KOR", "USA", "MNG", "VNM", "LAO", "KHM", "MMR", "PAK", "PHL", "THA", "JPN", "RUS", "GBR"],
        ["cn", "kp", "kr", "us", "mn", "vn", "la", "kh", "mm", "pk", "ph", "th", "jp", "ru", "gb"],
        strict=True,
    )
)
#: When a treaty enters into force for a state, after its deposit or registration (treaty-notes.md, trap 1): (days, months).
RULES: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(("CAT", "CEDAW", "CRC", "ICERD", "UNTOC_2000", "TIP_PROT_2000", "SMUGGLING_PROT_2000"), (30, 0)),
    # Consent to Marriage is not in trap 1: its rule (90th day) stands in eif_basis only
    **dict.fromkeys(("REFUGEE_1951", "STATELESS_1954", "STATELESS_1961", "CONSENT_MARRIAGE_1962"), (90, 0)),
    **dict.fromkeys(("ICCPR", "ICESCR", "CEDAW_OP"), (0, 3)),
    **dict.fromkeys(("CRC_OP_ARMED_CONFLICT", "CRC_OP_SALE"), (0, 1)),
    **dict.fromkeys(
        ("REFUGEE_PROT_1967", "SLAVERY_1926", "SLAVERY_PROT_1953", "SLAVERY_1926_AMENDED", "SLAVERY_SUPP_1956"), (0, 0)
    ),
    **dict.fromkeys(("C029_1930", "C105_1957", "C182_1999"), (0, 12)),
}


@dataclass(frozen=True)
class Expected:
    """What `bound-on` must answer for one state, instrument and date."""

    answer: Answer
    reason_kind: ReasonKind
    since: date | None = None
    last_known: Answer | None = None


def read_rows(path: Path = STATUS) -> list[dict[str, str]]:
    """Return the rows of the raw table, in its order.

    Raises:
        FileNotFoundError: the table is not at hand.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days_of(when: str) -> list[date]:
    """Return every day of a year, a month or a day.

    >>> len(days_of("2004")), len(days_of("2004-02")), days_of("2004-02-29")
    (366, 29, [datetime.date(2004, 2, 29)])
    >>> days_of("2003-02-29")
    Traceback (most recent call last):
    ValueError: day is out of range for month

    Raises:
        ValueError: it is none of the three, or no day of the calendar.
    """
    parts = when.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(
        part.isascii() and part.isdecimal() for part in parts
    ):
        raise ValueError(f"{when!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    year, *rest = (int(part) for part in parts)
    if len(rest) == 2:
        return [date(year, rest[0], rest[1])]
    months = rest or range(1, 13)
    return [date(year, m, d) for m in months for d in range(1, calendar.monthrange(year, m)[1] + 1)]


def answer(row: Row | None, when: str, *, treaty: bool = True) -> Expected:
    """Return what `bound-on` must answer on ``when`` for the row of a state and a treaty, or for no row.

    Entry into force counts, not deposit (trap 1). China, Trafficking Protocol:

    >>> china = {"action": "accession", "action_date": "2010-02-08", "entry_into_force_for_state": "2010-03-10",
    ...          "as_of": "2014-01-27"}
    >>> show(answer(china, "2010-03-09")), show(answer(china, "2010-03-10"))
    ('not_in_force before_entry_into_force', 'in_force entry_into_force since 2010-03-10')
    >>> show(answer(china, "2010")), show(answer(china, "2010-03")), show(answer(china, "2009"))
    ('unknown date_too_vague', 'unknown date_too_vague', 'not_in_force before_entry_into_force')
    >>> show(answer(china, "2014-01-27")), show(answer(china, "2014-01-28"))
    ('in_force entry_into_force since 2010-03-10', 'unknown after_as_of, last known in_force')
    >>> show(answer(china, "2014-01"))  # begins after entry into force, ends after as_of
    'unknown after_as_of, last known in_force'

    A year whose first day is the entry into force is in force throughout (Japan, Refugee Convention):

    >>> japan = {"action": "accession", "entry_into_force_for_state": "1982-01-01", "as_of": "2013-07-06"}
    >>> show(answer(japan, "1982")), show(answer(japan, "1981"))
    ('in_force entry_into_force since 1982-01-01', 'not_in_force before_entry_into_force')

    Twelve months after registration with the ILO; the source ends before that day, so nothing is known of it (China, C029):

    >>> ilo = {"action": "ratification", "action_date": "2022-08-12", "entry_into_force_for_state": "2023-08-12",
    ...        "as_of": "2022-08-13"}
    >>> show(answer(ilo, "2022-08-12")), show(answer(ilo, "2023-08-12"))
    ('not_in_force before_entry_into_force', 'unknown after_as_of, last known not_in_force')

    A signature does not bind (trap 4; China, ICCPR), and no action is ``not_in_force`` only as far as the source goes:

    >>> signed = {"action": "none", "signature_date": "1998-10-05", "as_of": "2022-08-25"}
    >>> show(answer(signed, "2004-02-29"))
    'not_in_force signature_only'
    >>> none = {"action": "none", "as_of": "2014-01-27"}
    >>> show(answer(none, "2014")), show(answer(none, "2013"))
    ('unknown after_as_of, last known not_in_force', 'not_in_force no_action_by_as_of')

    An attempted withdrawal ended nothing (trap 3; DPRK, ICCPR):

    >>> dprk = {"action": "accession", "entry_into_force_for_state": "1981-12-14", "as_of": "2022-08-25",
    ...         "withdrawal_or_denunciation": "DPRK tendered withdrawal Aug 1997 ...: treat as bound throughout"}
    >>> show(answer(dprk, "1997-08")), show(answer(dprk, "2009"))
    ('in_force entry_into_force since 1981-12-14', 'in_force entry_into_force since 1981-12-14')
    >>> answer({**dprk, "withdrawal_or_denunciation": "denounced"}, "2009")
    Traceback (most recent call last):
    ValueError: a withdrawal that nobody has read: 'denounced'

    Not known is never "not bound" (USA and the Slavery Convention; China and it; a state that has no row; trap 9):

    >>> show(answer({"action": "accession", "entry_into_force_for_state": "1929-03-21", "as_of": ""}, "1990"))
    'unknown no_as_of'
    >>> show(answer({"action": "unknown", "as_of": "2013-07-06"}, "1900")), show(answer(None, "2009-01-01"))
    ('unknown action_unknown', 'unknown no_row')
    >>> show(answer({"action": "accession", "entry_into_force_for_state": "1956-08-14", "as_of": "2013-07-06",
    ...              "confidence": "low"}, "2000"))
    'unknown action_unknown'

    Both too vague and beyond the source (China, C182, in 2003); and no treaty at all (trap 8):

    >>> show(answer({"action": "ratification", "entry_into_force_for_state": "2003-08-08", "as_of": "2003-10-28"}, "2003"))
    'unknown date_too_vague, last known in_force'
    >>> show(answer(None, "1998", treaty=False))
    'not_a_treaty not_a_treaty'
    """
    if not treaty:
        return Expected("not_a_treaty", "not_a_treaty")
    days = days_of(when)
    if row is None:
        return Expected("unknown", "no_row")
    withdrawal = row.get("withdrawal_or_denunciation", "")
    if withdrawal and "treat as bound throughout" not in withdrawal:
        raise ValueError(f"a withdrawal that nobody has read: {withdrawal!r}")
    action = row["action"]
    if action == "unknown":
        return Expected("unknown", "action_unknown")
    known_until = _day(row["as_of"])
    if known_until is None:
        return Expected("unknown", "no_as_of")
    if action != "none" and row.get("confidence") == "low":
        return Expected("unknown", "action_unknown")
    since = None if action == "none" else _day(row["entry_into_force_for_state"])
    if since is None and action != "none":
        raise ValueError("an action without a day of entry into force")
    bound = {since is not None and since <= day for day in days if day <= known_until}
    beyond = any(day > known_until for day in days)
    last: Answer | None = None
    if beyond:
        last = "in_force" if since is not None and since <= known_until else "not_in_force"
    if len(bound) == 2:
        return Expected("unknown", "date_too_vague", last_known=last)
    if beyond:
        return Expected("unknown", "after_as_of", last_known=last)
    if True in bound:
        return Expected("in_force", "entry_into_force", since=since)
    if action != "none":
        return Expected("not_in_force", "before_entry_into_force")
    return Expected("not_in_force", "signature_only" if row.get("signature_date") else "no_action_by_as_of")


def show(expected: Expected) -> str:
    """Return an answer in one line."""
    since = f" since {expected.since.isoformat()}" if expected.since else ""
    last = f", last known {expected.last_known}" if expected.last_known else ""
    return f"{expected.answer} {expected.reason_kind}{since}{last}"


def rule_date(treaty_key: str, deposit: date, treaty_in_force: date) -> date:
    """Return the entry into force for a state by the rule of trap 1.

    The day of deposit is not counted; a term in months ends on the last day of a month that is too short (no row needs that).

    >>> rule_date("UNTOC_2000", date(2004, 3, 30), date(2003, 9, 29))
    datetime.date(2004, 4, 29)
    >>> rule_date("ICCPR", date(1973, 10, 16), date(1976, 3, 23))  # not before the treaty itself
    datetime.date(1976, 3, 23)
    >>> rule_date("C029_1930", date(2022, 8, 12), date(1932, 5, 1))
    datetime.date(2023, 8, 12)

    Raises:
        KeyError: no rule is known for the treaty.
    """
    days, months = RULES[treaty_key]
    years, month = divmod(deposit.month - 1 + months, 12)
    year = deposit.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return max(date(year, month + 1, min(deposit.day, last)) + timedelta(days), treaty_in_force)


def boundary_dates(row: Row) -> Iterator[str]:
    """Yield the dates at which an answer can change: the days about each day of the row, their months and years, and leap days.

    >>> dates = list(boundary_dates({"entry_into_force_for_state": "2010-03-10", "as_of": ""}))
    >>> "2010-03-09" in dates, "2010-04" in dates, "2009" in dates, "2010-03-10" in dates
    (True, True, True, True)
    """
    columns: Sequence[str] = (
        "signature_date",
        "action_date",
        "entry_into_force_for_state",
        "treaty_entry_into_force",
        "as_of",
    )
    found = {"1900", "1997-08", "2000-02-29", "2004-02-29", "2009", "2024-02-29", "2030-01-01"}
    for column in columns:
        day = _day(row.get(column, ""))
        if day is None:
            continue
        near = [day + timedelta(n) for n in (-366, -32, -1, 0, 1, 32, 366)]
        found |= {d.isoformat()[:size] for d in near for size in (4, 7, 10)}
    yield from sorted(found)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
