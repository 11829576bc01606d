"""Law as it stood: what `bound-on` answers, against a second reading of the rows (law_oracle.py) and answers read by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
import yaml
from law_oracle import ISO2, STATUS, answer, boundary_dates, days_of, read_rows

from nkgraph.errors import ParameterError
from nkgraph.evaluation import LocalAnswers
from nkgraph.iris import BASE
from nkgraph.project import default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.store import open_store
from nkgraph.tables import read_table
from nkgraph.web import create_app

DATA = default_project().data / "reference"
TRAPS = yaml.safe_load((Path(__file__).resolve().parent / "law_traps.yaml").read_text(encoding="utf-8"))
QUERIES = load_queries(default_project().queries)
#: How the table of treaty status calls what our reference data call otherwise.
COLUMNS = {
    "signed": "signature_date",
    "action": "action",
    "date": "action_date",
    "in_force_from": "entry_into_force_for_state",
    "as_of": "as_of",
    "verified": "verified",
    "confidence": "confidence",
    "reservation": "reservations_relevant",
    "territory": "territorial_note",
    "withdrawal": "withdrawal_or_denunciation",
    "how_reckoned": "eif_basis",
    "cross_check": "cross_check",
    "source": "evidence",
}
#: The one row that is not taken over as it stands: the act of 1956 is another state's (treaty-notes.md, trap 9).
SUCCESSION = ("SLAVERY_1926_AMENDED", "vn")
#: The cells that are written otherwise: working notes in our own words, and a signature that is no reservation.
REWORDED = {("ICCPR", "kp", "withdrawal_or_denunciation"), ("ICCPR", "cn", "reservations_relevant")}


@pytest.fixture(scope="module")
def service(built_graph: Path) -> LocalAnswers:
    return LocalAnswers(open_store(built_graph))


def ask(service: LocalAnswers, name: str, **values: str) -> list[dict[str, str]]:
    """Return the rows of a canned query, IRIs shortened to their paths, unbound cells left out."""
    table = read_table(run_query(service, QUERIES[name], values), QUERIES[name].columns)
    return [
        {c: cell.value.removeprefix(BASE) for c, cell in zip(table.columns, row, strict=True) if cell is not None}  # type: ignore[union-attr]
        for row in table.rows
    ]


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """The instrument of each key of the table of treaty status."""
    with (DATA / "treaty-keys.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["treaty_key"]: row["instrument"].removeprefix("instrument:") for row in rows}


@pytest.fixture(scope="module")
def statuses(service: LocalAnswers, keys: dict[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    """Our rows of treaty status in the words of the table, by state and key."""
    named = {instrument: key for key, instrument in keys.items()}
    found = {}
    for row in ask(service, "treaty-status"):
        key = named[row["instrument"].removeprefix("instrument/")]
        found[row["state"].removeprefix("state/"), key] = {
            theirs: row.get(ours, "") for ours, theirs in COLUMNS.items()
        } | {"treaty_key": key, "action": row["action"].replace("_", " ")}
        if (key, found_state := row["state"].removeprefix("state/"), "withdrawal_or_denunciation") in REWORDED:
            # in our own words; the second reading knows the table's, and that they end nothing
            found[found_state, key]["withdrawal_or_denunciation"] = ""
    return found


def test_reference_data_say_what_the_supplied_table_says(statuses: dict[tuple[str, str], dict[str, str]]) -> None:
    """Every cell of all rows, but for the one act that is another state's."""
    if not STATUS.is_file():
        pytest.skip(f"the supplied table is not at hand: {STATUS.name}")
    rows = {(ISO2[row["iso3"]], row["treaty_key"]): row for row in read_rows()}
    assert set(rows) == set(statuses)
    assert len(rows) == 360
    for (state, key), row in rows.items():
        if (key, state) == SUCCESSION:
            assert statuses[state, key]["action"] == "unknown"
            continue
        for column in COLUMNS.values():
            if (key, state, column) in REWORDED:
                continue
            told = "" if row[column] == "n/a" else row[column]
            assert statuses[state, key][column] == told, (state, key, column)


def test_instruments_join_the_table_by_their_number(service: LocalAnswers, keys: dict[str, str]) -> None:
    identifiers = {
        row["iri"].removeprefix("instrument/"): row["ids"].split("|")
        for row in _rows(
            service,
            """PREFIX nk: <https://w3id.org/nkgraph/ontology#>
            SELECT ?iri (GROUP_CONCAT(?id; separator="|") AS ?ids)
            WHERE { ?iri a nk:LegalInstrument ; nk:identifier ?id } GROUP BY ?iri""",
        )
    }
    with (DATA / "treaty-keys.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            assert row["joined_by"] in identifiers[row["instrument"].removeprefix("instrument:")]
    if STATUS.is_file():
        joined = {row["treaty_key"]: row["mtdsg"] for row in read_rows()}
        assert {k: v for k, v in joined.items() if not v.startswith("ILO")} == {
            key: next(i for i in identifiers[keys[key]] if i.startswith("MTDSG ")).removeprefix("MTDSG ")
            for key, value in joined.items()
            if not value.startswith("ILO")
        }


def read_kind(row: dict[str, str], when: str) -> str:
    """Return the kind of a reason as the second reading names it.

    That one has no kind of its own for a territory, and calls a row ``signature_only`` before the day of signing, too.
    """
    kind = row["reason_kind"].replace("territory_only", "no_action_by_as_of")
    signs_later = "signed" in row and row["signed"] > max(str(day) for day in days_of(when))
    return "signature_only" if signs_later and kind == "no_action_by_as_of" else kind


def _rows(service: LocalAnswers, text: str) -> list[dict[str, str]]:
    from nkgraph.sparql import SparqlRequest

    table = read_table(service.ask(SparqlRequest(text, format="json")).require())
    return [
        {c: cell.value.removeprefix(BASE) for c, cell in zip(table.columns, row, strict=True) if cell is not None}  # type: ignore[union-attr]
        for row in table.rows
    ]


@pytest.mark.parametrize(
    "trap", TRAPS["expected"], ids=lambda t: f"{t['trap']}-{t['state']}-{t['treaty_key']}-{t['date']}"
)
def test_trap(service: LocalAnswers, keys: dict[str, str], trap: dict[str, str]) -> None:
    """What was read off the notes by hand is what `bound-on` answers; a state that is not held is refused."""
    instrument = "instrument:" + keys.get(trap["treaty_key"], trap["treaty_key"])
    values = {"date": trap["date"], "state": f"state:{trap['state']}", "instrument": instrument}
    if trap["state"] not in ISO2.values():
        with pytest.raises(ParameterError, match="is no state of this graph"):
            run_query(service, QUERIES["bound-on"], values)
        return
    (row,) = ask(service, "bound-on", **values)

    kind = read_kind(row, trap["date"])
    assert (row["answer"], row.get("since"), kind) == (trap["answer"], trap.get("since"), trap["reason_kind"])
    if "last_known" in trap:
        assert row["last_known"] == trap["last_known"]
        assert trap["last_known"] in row["reason"]


@pytest.mark.slow
def test_every_date_at_which_an_answer_can_change(
    service: LocalAnswers, statuses: dict[tuple[str, str], dict[str, str]], keys: dict[str, str]
) -> None:
    """All rows and all their boundary dates (about 14,500 pairs), against the second reading."""
    wanted: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for (state, key), row in statuses.items():
        for when in boundary_dates(row):
            wanted[when][f"state/{state}", f"instrument/{keys[key]}"] = key
    wrong, compared = [], 0
    for when, pairs in wanted.items():
        rows = {(row["state"], row["instrument"]): row for row in ask(service, "bound-on", date=when)}
        for (state, instrument), key in pairs.items():
            expected = answer(statuses[state.removeprefix("state/"), key], when)
            row = rows[state, instrument]
            since = date.fromisoformat(row["since"]) if "since" in row else None
            kind = read_kind(row, when)
            last_known = row.get("last_known") if expected.last_known else None
            compared += 1
            if (row["answer"], kind, since, last_known) != (
                expected.answer,
                expected.reason_kind,
                expected.since,
                expected.last_known,
            ):
                wrong.append((state, instrument, when, row["answer"], kind, last_known, expected))
    assert wrong == []
    assert compared > 14_000


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"date": "2003-02-30"}, "'2003-02-30' is not in the calendar"),
        ({"date": "2003", "state": "state:xx"}, "state:xx is no state of this graph"),
        ({"date": "2003", "state": "place:china"}, "place:china is no state of this graph"),
        ({"date": "2003", "state": "Chinna"}, "nearest: state:cn"),
        ({"date": "2003", "instrument": "state:cn"}, "state:cn is no legal instrument of this graph"),
        ({}, "needs a value for 'date'"),
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", ""])
def test_wrong_values_are_400_with_the_reason(
    service: LocalAnswers, values: dict[str, str], told: str, form: str
) -> None:
    client = create_app(service, QUERIES).test_client()
    if not values and not form:
        return  # the page asks for the date
    response = client.get(f"/queries/bound-on.{form}" if form else "/queries/bound-on", query_string=values)

    assert response.status_code == 400
    assert told in response.get_data(as_text=True).replace("&#39;", "'")


@pytest.mark.parametrize("name", ["bound-on", "treaty-status", "treaty-territories", "position-against-status"])
def test_every_answer_about_status_says_that_in_force_is_not_breached(service: LocalAnswers, name: str) -> None:
    """On the page, and in the outline that programs read."""
    client = create_app(service, QUERIES).test_client()
    page = client.get(f"/queries/{name}", query_string={"date": "2003"} if name == "bound-on" else {})

    assert page.status_code == 200
    assert "In force is not breached" in page.get_data(as_text=True)
    outline = {query["name"]: query for query in client.get("/queries/", query_string={"format": "json"}).json}  # type: ignore[union-attr]
    assert "In force is not breached" in outline[name]["notice"]


def test_queries_that_show_status_have_the_notice() -> None:
    """A query that reads treaty status says so; a new one cannot forget it."""
    for query in QUERIES.values():
        if "nk:TreatyStatus" in query.text or "nk:inForceFrom" in query.text:
            assert query.notice.startswith("In force is not breached"), query.name


def test_provisions_say_what_the_supplied_table_says(service: LocalAnswers, keys: dict[str, str]) -> None:
    """Each row is a provision with its words, whom it binds, and whether it was seen; a declaration binds no party."""
    table = STATUS.with_name("treaty-provisions.csv")
    if not table.is_file():
        pytest.skip(f"the supplied table is not at hand: {table.name}")
    held = {
        (row["instrument"].removeprefix("instrument/"), row["name"].replace("Article ", "Art. ")): row
        for row in ask(service, "provision-list")
    }
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        found = held[keys.get(row["treaty_key"], "udhr-1948"), row["provision"]]
        assert found["provides"] == row["subject"]
        assert found["verified"] == row["verified"]
        capacity = "every_state" if row["treaty_key"] == "UDHR" else row["addressed_to"].replace(" ", "_")
        assert capacity in found["addressed_to"].split("; ")
    assert len(rows) == 32


def test_china_and_the_trafficking_protocol_stand_side_by_side(service: LocalAnswers) -> None:
    """The report of 2009 states that China is not party; on its date so it was, and from 10 March 2010 no longer."""
    rows = [
        row
        for row in ask(service, "position-against-status")
        if row["instrument"] == "instrument/trafficking-protocol-2000" and row["state"] == "state/cn"
    ]
    assert {
        (row["relation"], row["speaks_of"], row["status"], row["in_force_from"], row["agrees"]) for row in rows
    } == {("not_party", "2009", "not_in_force", "2010-03-10", "yes")}


def test_position_and_bound_on_give_the_same_status(service: LocalAnswers) -> None:
    """The two queries reckon alike: on the date that a statement speaks of, status is the answer of `bound-on`."""
    compared = 0
    for row in ask(service, "position-against-status"):
        if "speaks_of" not in row or "X" in row["speaks_of"]:
            continue
        (bound,) = ask(service, "bound-on", date=row["speaks_of"], state=row["state"], instrument=row["instrument"])
        assert row["status"] == bound["answer"], row["position"]
        compared += 1
    assert compared > 30


def test_parts_of_an_instrument_are_found_through_eli(service: LocalAnswers) -> None:
    """Whoever knows ELI only asks eli:has_part; whoever knows schema.org only, schema:hasPart."""
    for term in ("eli:has_part", "schema:hasPart"):
        rows = _rows(
            service,
            f"""PREFIX eli: <http://data.europa.eu/eli/ontology#> PREFIX schema: <https://schema.org/>
            PREFIX instrument: <https://w3id.org/nkgraph/instrument/>
            SELECT ?part {{ instrument:refugee-convention-1951 {term} ?part }} ORDER BY ?part""",
        )
        assert [row["part"].removeprefix("provision/refugee-convention-1951-") for row in rows] == [
            "art-1",
            "art-1-a-2",
            "art-31",
            "art-31-1",
            "art-33",
            "art-33-1",
        ]


@pytest.mark.parametrize(
    ("date", "told", "untold"),
    [
        ("1985", "it signed only later (1998-10-05)", "Hong Kong"),
        ("1997", "it signed only later (1998-10-05)", "does not bind"),
        ("1997-08", "reaching Hong Kong from 1997-07-01", "alone does not bind"),
        (
            "2003",
            "a signature (1998-10-05), which alone does not bind; it is listed as reaching Hong Kong",
            "only later",
        ),
    ],
)
def test_reasons_keep_to_the_date(service: LocalAnswers, date: str, told: str, untold: str) -> None:
    """What came later than the date asked about is told as later, or not at all."""
    (row,) = ask(service, "bound-on", date=date, state="state:cn", instrument="instrument:iccpr-1966")
    assert told in row["reason"]
    assert untold not in row["reason"]
    assert row["answer"] == "not_in_force"


def test_reservations_stand_only_where_the_treaty_is_in_force(service: LocalAnswers) -> None:
    for row in ask(service, "bound-on", date="2003"):
        if "reservation" in row:
            assert "in_force" in (row["answer"], row.get("last_known"))


def test_a_breach_has_the_provision_of_its_own_instrument_only(service: LocalAnswers) -> None:
    parts = {row["provision"]: row["instrument"] for row in ask(service, "provision-list")}
    rows = [row for row in ask(service, "alleged-breaches") if "provision" in row]
    assert len(rows) >= 2
    assert [row for row in rows if parts[row["provision"]] != row.get("instrument")] == []
