"""Law in force at an event: what the rules conclude, against what `bound-on` answers on the same days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.dates import date_bounds
from nkgraph.evaluation import LocalAnswers
from nkgraph.iris import BASE
from nkgraph.project import default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.reasoning import Stratum, infer, load_strata
from nkgraph.store import open_store
from nkgraph.tables import read_table

NK = f"{BASE}ontology#"
QUERIES = load_queries(default_project().queries)
STRATA = load_strata(default_project().ontology / "rules")
#: What a rule's property answers, as `bound-on` puts it.
ANSWERS = {"inForceAtEvent": "in_force", "notInForceAtEvent": "not_in_force", "openAtEvent": "unknown"}


@pytest.fixture(scope="module")
def store(built_graph: Path) -> ox.Store:
    return open_store(built_graph)


@pytest.fixture(scope="module")
def service(store: ox.Store) -> LocalAnswers:
    return LocalAnswers(store)


def ask(service: LocalAnswers, name: str, **values: str) -> list[dict[str, str]]:
    """Return the rows of a canned query, IRIs shortened to their paths, unbound cells left out."""
    table = read_table(run_query(service, QUERIES[name], values), QUERIES[name].columns)
    return [
        {c: cell.value.removeprefix(BASE) for c, cell in zip(table.columns, row, strict=True) if cell is not None}  # type: ignore[union-attr]
        for row in table.rows
    ]


def select(store: ox.Store, text: str) -> list[tuple[str, ...]]:
    """Return the rows of a SELECT, IRIs shortened to their paths."""
    results = store.query(f"PREFIX nk: <{NK}> PREFIX code: <{BASE}code/> {text}")
    assert isinstance(results, ox.QuerySolutions)
    return [tuple(term.value.removeprefix(BASE) for term in row) for row in results]


def answer_over(service: LocalAnswers, asked: str, state: str, instrument: str) -> str:
    """Return what `bound-on` answers for a date: all its days alike, or unknown; a span of days is asked at both ends."""
    dates = (asked,) if len(asked) in {4, 7, 10} else date_bounds(asked)
    found = {
        row["answer"]
        for day in dates
        for row in ask(service, "bound-on", date=day, state=BASE + state, instrument=BASE + instrument)
    }
    return found.pop() if len(found) == 1 else "unknown"


@pytest.mark.slow
def test_each_event_is_answered_as_bound_on_answers_its_date(store: ox.Store, service: LocalAnswers) -> None:
    """For each event, state and provision the answer is that of `bound-on` on the date of the event; without a date, unknown."""
    instruments = {row[0]: row[1] for row in select(store, "SELECT ?p ?i WHERE { ?p nk:provisionOf ?i }")}
    rows = ask(service, "law-in-force-at-event")
    wrong, dated = [], 0
    for row in rows:
        instrument = instruments[row["provision"]]
        if "date" in row:
            expected = answer_over(service, row["date"], row["state"], instrument)
            dated += 1
        else:
            (found,) = ask(service, "bound-on", date="2000", state=BASE + row["state"], instrument=BASE + instrument)
            expected = "not_a_treaty" if found["answer"] == "not_a_treaty" else "unknown"
        if row["answer"] != expected:
            wrong.append(f"{row['event']} {row['provision']}: {row['answer']}; bound-on: {expected}")
        assert ("since" in row) == (row["answer"] == "in_force")
    assert wrong == []
    assert {row["answer"] for row in rows} == {"in_force", "not_in_force", "unknown", "not_a_treaty"}
    assert 0 < dated < len(rows)


def boundary_dates(days: set[date], sources: set[date]) -> Iterator[str]:
    """Yield dates at which an answer can change: the days about each day, and the months and years in which it lies."""
    for day in days | sources:
        for near in (day - timedelta(1), day, day + timedelta(1)):
            yield near.isoformat()
        yield day.isoformat()[:7]
        yield day.isoformat()[:4]


@pytest.mark.slow
def test_rules_agree_with_bound_on_at_every_boundary(store: ox.Store, service: LocalAnswers) -> None:
    """An invented event on each day, month and year at which an answer can change is answered by the rules as by `bound-on`."""
    statuses = {
        status: (state, instrument)
        for status, state, instrument in select(
            store,
            "SELECT ?s ?state ?i WHERE { ?s a nk:TreatyStatus ; nk:state ?state ; nk:instrument ?i ."
            f" VALUES ?state {{ <{BASE}state/cn> <{BASE}state/kp> <{BASE}state/vn> }} }}",
        )
    }
    own = f"?s a nk:TreatyStatus ; nk:state <{BASE}state/cn>"
    days = {date.fromisoformat(day) for (day,) in select(store, f"SELECT ?d WHERE {{ {own} ; nk:inForceFrom ?d }}")}
    known = {date.fromisoformat(day) for (day,) in select(store, f"SELECT DISTINCT ?d WHERE {{ {own} ; nk:asOf ?d }}")}
    premises = [
        quad
        for status in statuses
        for quad in store.quads_for_pattern(ox.NamedNode(BASE + status), None, None, ox.DefaultGraph())
    ]
    dates = sorted(set(boundary_dates(days, known)))
    for asked in dates:
        event = ox.NamedNode(f"https://example.org/{asked}")
        for name, day in zip(("begin", "end"), date_bounds(asked), strict=True):
            value = ox.Literal(day, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
            premises.append(ox.Quad(event, ox.NamedNode(NK + name), value))
        premises += [ox.Quad(event, ox.NamedNode(f"{NK}asksStatus"), ox.NamedNode(BASE + s)) for s in statuses]
    strata = [
        Stratum(stratum.name, tuple(rule for rule in stratum.rules if rule.key.endswith("at-event")))
        for stratum in STRATA
    ]
    found: dict[tuple[str, str], str] = {}
    for triples in infer(premises, strata).values():
        for triple in triples:
            asked = triple.subject.value.rpartition("/")[2]  # type: ignore[union-attr]
            key = (asked, triple.object.value.removeprefix(BASE))  # type: ignore[union-attr]
            assert key not in found, "two answers"
            found[key] = ANSWERS[triple.predicate.value.removeprefix(NK)]
    wrong = []
    for asked in dates:
        expected = {(row["state"], row["instrument"]): row["answer"] for row in ask(service, "bound-on", date=asked)}
        for status, key in statuses.items():
            if found[asked, status] != expected[key]:
                wrong.append(f"{asked} {status}: {found[asked, status]}; bound-on: {expected[key]}")
    assert wrong == []
    assert set(found.values()) == {"in_force", "not_in_force", "unknown"}


def test_no_provision_is_for_children_only_where_nobody_is_told_to_be_one(store: ox.Store) -> None:
    """A provision for children is brought up only by a transfer under 18, or by a child without registration."""
    text = """SELECT ?e ?p WHERE { ?e nk:bringsUpProvision ?p . ?p nk:isAbout code:subject\\/rights_of_the_child
      FILTER NOT EXISTS { ?e nk:transferred ?w ; nk:involvesUnder18 ?w }
      FILTER NOT EXISTS { ?e nk:registered false }
      FILTER NOT EXISTS { ?e nk:papersKind code:papers-kind\\/registration_lacking } }"""
    assert select(store, text) == []


def test_each_topic_has_a_source_and_brings_up_a_provision(store: ox.Store) -> None:
    """No topic of law is without its source, without a subject that some provision is about, or with one kind that no code is."""
    topics = [topic for (topic,) in select(store, "SELECT ?t WHERE { ?t a nk:LawTopic }")]
    sourced = "SELECT DISTINCT ?t WHERE { ?t a nk:LawTopic ; <http://purl.org/dc/terms/source> ?s }"
    fitting = """SELECT DISTINCT ?t WHERE { ?t a nk:LawTopic ; nk:isAbout ?s ; nk:addressedTo ?c ; nk:underState ?st .
      ?p a nk:Provision ; nk:isAbout ?s ; nk:addressedTo ?c . ?st a nk:State }"""
    kinds = """SELECT ?k WHERE { ?t nk:ofKind ?k FILTER NOT EXISTS { ?k a <http://www.w3.org/2004/02/skos/core#Concept> } }"""
    assert topics
    assert (
        sorted(topics) == sorted(t for (t,) in select(store, sourced)) == sorted(t for (t,) in select(store, fitting))
    )
    assert select(store, kinds) == []


def test_every_subject_that_events_bring_up_leaves_a_question_open(store: ox.Store) -> None:
    """Each provision that an event brings up has a question that is not decided here, and the row names it."""
    text = (
        """SELECT DISTINCT ?p WHERE { ?e nk:bringsUpProvision ?p FILTER NOT EXISTS { ?p nk:isAbout/nk:leftOpen ?q } }"""
    )
    assert select(store, text) == []
