"""The second reading of part D (``data/review/part-d``) as cells: file, row and column, and what the reader wrote there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "review" / "part-d"
#: What one side says: the cells of each row of each file; a row that a side does not have is not there.
Rows = dict[str, dict[str, str]]
Row = dict[str, str]
_ELEMENTS = ("act", "means", "purpose")


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table as texts by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def join_codes(codes: Iterable[str]) -> str:
    """Return codes as one cell: each once, sorted, with `; ` between.

    >>> join_codes(["b", "a", "b", ""])
    'a; b'
    """
    return "; ".join(sorted({code for code in codes if code}))


def split_codes(cell: str) -> set[str]:
    """Return the codes of a cell.

    >>> sorted(split_codes("b; a"))
    ['a', 'b']
    """
    return {code.strip() for code in cell.split(";") if code.strip()}


def read_aliases() -> dict[tuple[str, str, str], str]:
    """Return, by file, column and the reader's word, the graph's word for the same (an empty one: none)."""
    return {(row["file"], row["column"], row["reading"]): row["graph"] for row in read_rows(FOLDER / "words.tsv")}


class Reading:
    """The reader's files, with the reader's numbers and words put into those of the graph (``words.tsv``)."""

    def __init__(self) -> None:
        self._aliases = read_aliases()

    def _rows(self, name: str) -> list[Row]:
        return read_rows(FOLDER / f"{name}.tsv")

    def _word(self, file: str, column: str, word: str) -> str:
        return self._aliases.get((file, column, word), word)

    def _named(self, file: str, column: str, row: Row, word: str) -> list[str]:
        """Return the ids that a numbered row has in the graph: by its number, or as words.tsv says; else a name of its own."""
        number = f"{row['case']}-{row[column]}"
        name = self._word(file, column, number)
        return (
            [f"case-{row['case']}/{word}-{row[column]}"]
            if name == number
            else sorted(split_codes(name)) or [f"reading {number}"]
        )

    def elements(self) -> Rows:
        """Return the episodes."""
        rows: Rows = {}
        for row in self._rows("elements"):
            cells = {
                c: join_codes(split_codes(row[c]))
                for c in ("subject", *_ELEMENTS, "under_18", "consent_words", "answer")
            }
            rows |= dict.fromkeys(self._named("elements", "episode", row, "episode"), cells)
        return rows

    def arguable(self) -> dict[tuple[str, str], set[str]]:
        """Return, by row and column of the episodes, the codes that the reader calls arguable."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self._rows("elements"):
            for part in re.finditer(r"(act|means|purpose): ([^:;]*)", row["arguable"]):
                for key in self._named("elements", "episode", row, "episode"):
                    found[key, part[1]] = set(re.findall(r"[a-z_]+", part[2]))
        return found

    def custody(self) -> Rows:
        """Return the events of custody."""
        rows: Rows = {}
        for row in self._rows("custody"):
            cells = {c: row[c] for c in ("subject", "authority", "days_min", "days_max", "harm", "perpetrator")}
            cells["returned"] = row["returned"] if row["event"] == "arrest" else ""
            cells |= {"kind": row["event"], "date": write_interval(row["begin"], row["end"])}
            cells |= {c: self._word("custody", c, row[c]) for c in ("facility", "handover_place", "outcome")}
            rows |= dict.fromkeys(self._named("custody", "event_number", row, "custody"), cells)
        return rows

    def factors(self) -> Rows:
        """Return the factors."""
        return {self._word("factors", "factor", row["factor"]): {"told": "yes"} for row in self._rows("factors")}

    def punishment_factors(self) -> Rows:
        """Return the factors stated in accounts of arrest or return, by account and whose they are."""
        rows: Rows = {}
        for row in self._rows("punishment-factors"):
            factor = self._word("factors", "factor", row["factor"])
            if factor:
                rows.setdefault(f"case-{row['case']} {row['subject']} {factor}", {"stated": ""})
                if row["stated"]:
                    rows[f"case-{row['case']} {row['subject']} {factor}"] = {"stated": row["stated"]}
        return {key: cells for key, cells in rows.items() if cells["stated"]}

    def law(self) -> dict[tuple[str, str, str, str], str]:
        """Return, by kind of event, state, instrument and event, whether the state is stated to be bound on the day."""
        found = {}
        for row in self._rows("law-at-event"):
            kind = self._word("law-at-event", "kind", row["kind"])
            for provision in sorted(split_codes(row["provision"])) or [""]:
                found[kind, row["state"].removeprefix("state:"), find_instrument(provision), row["event"]] = row[
                    "stated_at_event"
                ]
        return found

    def persons(self) -> Rows:
        """Return the judgements."""
        return {f"{row['thing_a']} {row['thing_b']}": {"judgement": row["judgement"]} for row in self._rows("persons")}

    def sale_prices(self) -> Rows:
        """Return the payments, each once."""
        rows: Rows = {}
        for row in self._rows("sale-prices"):
            same = (
                "also_told_as",
                "women",
                "kind",
                "payer",
                "payer_origin",
                "payee",
                "buyer_role",
                "amount_min",
                "amount_max",
                "currency",
            )
            cells = {c: row[c] for c in same} | {"subject": join_codes(split_codes(row["subject"]))}
            cells |= {"year": year_of(row["begin"], row["end"]), "place": row["place"] or row["province"]}
            rows[row["event"]] = cells | {"final_household": row["final_household"], "disputed": row["disputed"]}
        return rows

    def origin_to_destination(self) -> Rows:
        """Return transfers with where they led, and narrators with origin, way and province."""
        rows: Rows = {}
        for row in self._rows("origin-to-destination"):
            if row["transfer"]:
                reached = self._word("origin-to-destination", "reached_by", row["reached_by"])
                rows[row["transfer"]] = {
                    "reached_by": reached,
                    "to_place": row["to_place"],
                    "to_province": row["to_province"],
                }
            if row["subject"] == "self":
                narrator, route = f"case-{row['case']}/narrator", row["route"]
                if len(route) < len(rows.get(narrator, {"route": ""})["route"]):
                    route = rows[narrator]["route"]
                from_here = row["place_is"] in {"from", "born; moved to at 7"}
                origin = join_codes(split_codes(row["north_korean_place"])) if from_here else ""
                rows[narrator] = {"route": route, "from_place": origin, "living_province": row["living_province"]}
        return rows

    def intermediaries(self) -> Rows:
        """Return the roles: an actor, a role, and towards whom."""
        rows: Rows = {}
        for row in self._rows("intermediaries"):
            actor = self._word("intermediaries", "intermediary", row["intermediary"])
            cells = {c: row[c] for c in ("origin", "gender", "relation", "called_trafficker")}
            cells["persons"] = row["persons"] if row["persons"].isdigit() else ""
            rows[f"{actor} {row['role'] or 'no role'} {row['subject']}"] = cells
        return rows

    def figures(self) -> Rows:
        """Return the figures."""
        origins: dict[str, set[str]] = {}
        for row in self._rows("figures"):
            if row["group"] and row["origin"] and row["figure"]:
                origins.setdefault(f"{row['group']} {row['origin']}", set()).add(row["document"])
        rows: Rows = {}
        for row in self._rows("figures"):
            cells = {c: row[c] for c in ("value_min", "value_max")}
            cells |= {c: self._word("figures", c, row[c]) for c in ("unit", "hops", "attributed_to", "origin")}
            shared = len(origins.get(f"{row['group']} {row['origin']}", ())) > 1 and row["figure"]
            rows[f"{row['document']}/{row['figure'] or row['group']}"] = cells | {
                "in_two_documents": "yes" if shared else ""
            }
        return rows


def write_interval(begin: str, end: str) -> str:
    """Return an interval as one cell: one date where both sides are it, else `begin/end`, an open side empty.

    >>> write_interval("2003", "2003"), write_interval("2003", ""), write_interval("", "")
    ('2003', '2003/', '')
    """
    return begin if begin == end else f"{begin}/{end}"


def year_of(begin: str, end: str) -> str:
    """Return the year in which both sides lie, or nothing.

    >>> year_of("1998-02", "1998"), year_of("1998", "")
    ('1998', '')
    """
    return begin[:4] if begin and end and begin[:4] == end[:4] else ""


def find_instrument(provision: str) -> str:
    """Return the instrument of a provision, whose id begins with its own.

    >>> find_instrument("cedaw-1979-art-6"), find_instrument("chr-res-2004-13-para-1-b")
    ('cedaw-1979', 'chr-res-2004-13')
    """
    return re.sub(r"-(art|para)-.*$", "", provision) or "no instrument"


READERS: dict[str, Callable[[Reading], Rows]] = {
    "elements": Reading.elements,
    "custody": Reading.custody,
    "factors": Reading.factors,
    "punishment-factors": Reading.punishment_factors,
    "persons": Reading.persons,
    "sale-prices": Reading.sale_prices,
    "origin-to-destination": Reading.origin_to_destination,
    "intermediaries": Reading.intermediaries,
    "figures": Reading.figures,
}
