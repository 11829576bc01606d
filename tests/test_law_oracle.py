"""The second reading of "law as it stood" (law_oracle.py) against the answers read off the notes by hand (law_traps.yaml)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from law_oracle import ISO2, STATUS, Expected, answer, boundary_dates, read_rows, rule_date, show

TRAPS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).resolve().parent / "law_traps.yaml").read_text(encoding="utf-8")
)
#: Keys of the traps that are no treaties: they are in our own spelling, the table's are in capitals.
NO_TREATY = {"udhr-1948", "prc-criminal-law-1997", "prc-dprk-border-protocol-1986", "ga-res-55-25"}


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the raw table by state and treaty; skips where the table is not at hand."""
    if not STATUS.is_file():
        pytest.skip(f"the raw table is not at hand: {STATUS.name}")
    return {(ISO2[row["iso3"]], row["treaty_key"]): row for row in read_rows()}


def test_each_trap_is_answered_as_read_by_hand(rows: dict[tuple[str, str], dict[str, str]]) -> None:
    wrong = []
    for trap in TRAPS["expected"]:
        key = trap["treaty_key"]
        found = answer(rows.get((trap["state"], key)), trap["date"], treaty=key not in NO_TREATY)
        since = trap.get("since")
        expected = Expected(
            trap["answer"], trap["reason_kind"], date.fromisoformat(since) if since else None, trap.get("last_known")
        )
        if found != expected:
            wrong.append(f"{trap['state']} {key} {trap['date']}: {show(found)}; by hand: {show(expected)}")
    assert wrong == []


def test_every_trap_of_the_notes_and_every_kind_of_reason_has_an_expected_answer() -> None:
    """Trap 7 is about two provisions, not about a status."""
    traps = Counter(str(trap["trap"]) for trap in TRAPS["expected"])
    assert {"1", "2", "3", "4", "5", "6", "8", "9"} < set(traps)
    known = {"trap", "state", "treaty_key", "date", "answer", "since", "last_known", "reason_kind", "why"}
    assert all(set(trap) <= known and trap["why"] for trap in TRAPS["expected"])
    assert len({trap["reason_kind"] for trap in TRAPS["expected"]}) == 10
    asked = Counter((trap["state"], trap["treaty_key"], trap["date"]) for trap in TRAPS["expected"])
    assert [key for key, times in asked.items() if times > 1] == []


def test_entry_into_force_follows_from_the_rule_in_all_rows(rows: dict[tuple[str, str], dict[str, str]]) -> None:
    differences, checked = [], 0
    for (state, key), row in rows.items():
        if row["action_date"]:
            days = [date.fromisoformat(row[c]) for c in ("action_date", "treaty_entry_into_force")]
            checked += 1
            if rule_date(key, *days).isoformat() != row["entry_into_force_for_state"]:
                differences.append((state, key))
    assert (differences, checked) == ([], 238)


def test_answers_have_no_holes(rows: dict[tuple[str, str], dict[str, str]]) -> None:
    """Over all rows and all dates at which an answer can change: a part never contradicts the period that it lies in."""
    for row in rows.values():
        dates = list(boundary_dates(row))
        found = {when: answer(row, when) for when in dates}
        for when, whole in found.items():
            if row["as_of"] == "":
                assert whole.answer == "unknown"
            if whole.answer in {"in_force", "not_in_force"}:
                parts = {found[part].answer for part in dates if part.startswith(when)}
                assert parts == {whole.answer}, (row["treaty_key"], row["iso3"], when)


def test_territories_are_those_of_every_row_of_china(rows: dict[tuple[str, str], dict[str, str]]) -> None:
    notes = {key: row["territorial_note"] for (state, key), row in rows.items() if state == "cn"}
    found = [(entry["treaty_key"], entry["territory"]) for entry in TRAPS["territories"]]
    assert found == [(key, territory) for key in notes for territory in ("hong-kong", "macao")]
    for entry in TRAPS["territories"]:
        assert entry["words"] in notes[entry["treaty_key"]]
        assert bool(entry["words"]) == bool(notes[entry["treaty_key"]])
        unchecked = entry["says"] == "unknown" or "unverified" in entry["words"]
        assert entry["checked"] == ("no" if unchecked else "yes")
        assert entry["since"] is None or entry["says"] == "applies"
