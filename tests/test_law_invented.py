"""Law at a date over invented statuses: what the reference data of today hold no row of must be answered, too."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from nkgraph.evaluation import LocalAnswers
from nkgraph.iris import BASE
from nkgraph.ontology import load_vocabulary
from nkgraph.project import default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.tables import read_table

QUERIES = load_queries(default_project().queries)
#: Four states and two treaties: one state left, one is reached in an isle only, one bound all along, one not.
LAW = """
@base <https://w3id.org/nkgraph/> .
@prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix code: <https://w3id.org/nkgraph/code/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<state/aa> a nk:State . <state/bb> a nk:State . <state/cc> a nk:State .
<place/isle> nk:name "Isle" . <place/reef> nk:name "Reef" .
<instrument/far-treaty> a nk:LegalInstrument ; nk:instrumentKind <code/instrument-kind/treaty> .
<status/aa> a nk:TreatyStatus ; nk:state <state/aa> ; nk:instrument <instrument/far-treaty> ;
    nk:treatyAction <code/treaty-action/accession> ;
    nk:actedOn "1950-01-01"^^xsd:date ; nk:inForceFrom "1950-02-01"^^xsd:date ; nk:inForceUntil "1960-06-30"^^xsd:date ;
    nk:asOf "1990-01-01"^^edtf:EDTF ; nk:verified true ; nk:confidence <code/confidence/high> ; nk:source "invented" .
<status/bb> a nk:TreatyStatus ; nk:state <state/bb> ; nk:instrument <instrument/far-treaty> ;
    nk:treatyAction <code/treaty-action/none> ;
    nk:asOf "1990-01-01"^^edtf:EDTF ; nk:verified true ; nk:confidence <code/confidence/medium> ; nk:source "invented" .
<status/bb/isle> a nk:TerritorialApplication ; nk:ofStatus <status/bb> ; nk:reaches <place/isle> ;
    nk:territorialScope <code/territorial-scope/applies> ;
    nk:inForceFrom "1970-01-01"^^xsd:date ; nk:verified false ; nk:source "invented" .
<status/bb/reef> a nk:TerritorialApplication ; nk:ofStatus <status/bb> ; nk:reaches <place/reef> ;
    nk:territorialScope <code/territorial-scope/unknown> ;
    nk:verified false ; nk:source "invented" .
<id/report> a nk:Document ; nk:slug "report" ; nk:order 1 .
"""
POSITION = """
<id/report/p{n}> a nk:StatePosition ; nk:state <state/{state}> ; nk:instrument <instrument/far-treaty> ;
    nk:stateRelation <code/state-relation/{relation}> {more} .
<claim/report/p{n}> nk:about <id/report/p{n}> ; nk:document <id/report> ; nk:order {n} .
"""
DATED = 'nk:date "{d}"^^edtf:EDTF ; nk:begin "{d}-01-01"^^xsd:date ; nk:end "{d}-12-31"^^xsd:date'


def ask(law: str, name: str, **values: str) -> list[dict[str, str]]:
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(q.subject, q.predicate, q.object) for q in load_vocabulary(default_project().ontology).quads
    )
    store.load(law.encode(), format=ox.RdfFormat.TURTLE)
    table = read_table(run_query(LocalAnswers(store), QUERIES[name], values), QUERIES[name].columns)
    return [
        {c: cell.value.removeprefix(BASE) for c, cell in zip(table.columns, row, strict=True) if cell is not None}  # type: ignore[union-attr]
        for row in table.rows
    ]


@pytest.mark.parametrize(
    ("state", "date", "answer", "kind"),
    [
        ("aa", "1950-01", "not_in_force", "before_entry_into_force"),
        ("aa", "1950-02", "in_force", "entry_into_force"),
        ("aa", "1960-06-30", "in_force", "entry_into_force"),
        ("aa", "1960-07-01", "not_in_force", "left"),
        ("aa", "1960", "unknown", "date_too_vague"),
        ("aa", "1961", "not_in_force", "left"),
        ("aa", "1991", "unknown", "after_as_of"),
        ("bb", "1969", "not_in_force", "no_action_by_as_of"),
        ("bb", "1970", "not_in_force", "territory_only"),
        ("cc", "1970", "unknown", "no_row"),
    ],
)
def test_answer(state: str, date: str, answer: str, kind: str) -> None:
    (row,) = ask(LAW, "bound-on", date=date, state=f"state:{state}")
    assert (row["answer"], row["reason_kind"]) == (answer, kind)


def test_what_is_told_of_a_territory_keeps_to_what_is_known() -> None:
    """Where it applies, from when, that it was not seen; not a word on the territory of which nothing is known."""
    (row,) = ask(LAW, "bound-on", date="1975", state="state:bb")
    assert "it is listed as reaching Isle from 1970-01-01 (not verified)" in row["reason"]
    assert "Reef" not in row["reason"]
    assert "confidence in the source: medium" in row["reason"]


def test_a_state_that_left_is_last_known_as_not_bound() -> None:
    (row,) = ask(LAW, "bound-on", date="1991", state="state:aa")
    assert row["last_known"] == "not_in_force"


@pytest.mark.parametrize(
    ("state", "relation", "more", "status", "agrees"),
    [
        ("aa", "party", DATED.format(d="1950"), "unknown", "yes"),
        ("aa", "party", DATED.format(d="1949"), "not_in_force", "no"),
        ("aa", "party", DATED.format(d="1955"), "in_force", "yes"),
        ("aa", "party", DATED.format(d="1961"), "not_in_force", "no"),
        ("aa", "acceded", DATED.format(d="1950"), "unknown", "yes"),
        ("aa", "acceded", DATED.format(d="1951"), "in_force", "no"),
        ("aa", "bound_by", 'nk:asOf "1955-05"^^edtf:EDTF', "in_force", "yes"),
        ("aa", "not_party", 'nk:asOf "1955-05"^^edtf:EDTF', "in_force", "no"),
        ("aa", "not_party", 'nk:asOf "1962"^^edtf:EDTF', "not_in_force", "yes"),
        ("aa", "enacted", 'nk:asOf "1955"^^edtf:EDTF', "in_force", None),
        ("aa", "signed", 'nk:asOf "1955"^^edtf:EDTF', "in_force", None),
        ("bb", "party", 'nk:asOf "1985"^^edtf:EDTF', "not_in_force", "no"),
        ("bb", "party", 'nk:asOf "1995"^^edtf:EDTF', "unknown", None),
    ],
)
def test_position(state: str, relation: str, more: str, status: str, agrees: str | None) -> None:
    law = LAW + POSITION.format(n=1, state=state, relation=relation, more="; " + more)
    (row,) = ask(law, "position-against-status")
    assert (row["status"], row.get("agrees")) == (status, agrees)
