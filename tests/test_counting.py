"""What is counted once, what comes from one source, and what stands against what: a made-up report, and the real ones."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.evaluation import LocalAnswers
from nkgraph.iris import shorten
from nkgraph.ontology import load_vocabulary
from nkgraph.project import default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.reasoning import infer, load_strata
from nkgraph.store import open_store

FIXTURE = Path(__file__).parent / "fixtures" / "counting"
QUERIES = load_queries(default_project().queries)
#: Each has rows expected of the made-up report, in ``fixtures/counting/<name>.tsv``.
NAMES = (
    "contradictions",
    "figure-genealogy",
    "intermediaries-by-origin",
    "origin-to-destination",
    "payments",
    "silence",
)


def rows(service: LocalAnswers, name: str) -> list[tuple[str, ...]]:
    """Return the rows of a query: IRIs shortened, unbound cells empty."""
    answer = run_query(service, QUERIES[name], {})
    bindings = json.loads(answer.require().body)["results"]["bindings"]
    return [tuple(shorten(b[c]["value"]) if c in b else "" for c in QUERIES[name].columns) for b in bindings]


@pytest.fixture(scope="module")
def inferred() -> dict[str, tuple[ox.Triple, ...]]:
    """What each rule concludes from the made-up report, by its key."""
    report = list(ox.parse(path=str(FIXTURE / "report.ttl"), format=ox.RdfFormat.TURTLE))
    ontology = default_project().ontology
    concluded = infer([*load_vocabulary(ontology).quads, *report], load_strata(ontology / "rules"))
    return {rule.key: triples for rule, triples in concluded.items()}


@pytest.fixture(scope="module")
def made_up(inferred: dict[str, tuple[ox.Triple, ...]]) -> LocalAnswers:
    """The made-up report with all that follows from it."""
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(q.subject, q.predicate, q.object) for q in load_vocabulary(default_project().ontology).quads
    )
    store.bulk_load(path=str(FIXTURE / "report.ttl"), format=ox.RdfFormat.TURTLE)
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for triples in inferred.values() for t in triples)
    return LocalAnswers(store)


@pytest.mark.parametrize("name", NAMES)
def test_made_up_report_gives_its_rows(made_up: LocalAnswers, name: str) -> None:
    """Each query has exactly the rows expected; NKGRAPH_WRITE_EXPECTED=1 writes them anew, to be read by eye."""
    found = [QUERIES[name].columns, *rows(made_up, name)]
    path = FIXTURE / f"{name}.tsv"
    if os.environ.get("NKGRAPH_WRITE_EXPECTED"):
        path.write_text("".join("\t".join(row) + "\n" for row in found), encoding="utf-8")
    assert found == [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]


def test_made_up_report_exercises_each_rule(inferred: dict[str, tuple[ox.Triple, ...]]) -> None:
    """Each rule that counts, joins or contradicts concludes something from the report."""
    counting = ("contradiction-", "said-", "figure-of-", "figure-alone", "figure-origin-", "payment-", "judged-")
    here = {key for key in inferred if key.startswith(counting)} - {"judged-different"}
    assert len(here) > 30
    assert {key for key in here if not inferred[key]} == set()


def test_every_kind_of_contradiction_is_found(made_up: LocalAnswers) -> None:
    """The report has each kind at least once, and each is a code."""
    kinds = load_vocabulary(default_project().ontology).codes["contradiction-kind"]
    assert {row[3] for row in rows(made_up, "contradictions")} == set(kinds)


@pytest.fixture(scope="module")
def real(built_graph: Path) -> LocalAnswers:
    return LocalAnswers(open_store(built_graph))


def test_silence_agrees_with_the_queries_it_names(real: LocalAnswers) -> None:
    """An account is silent on a question exactly if the query of that name has no row that states anything of it."""
    accounts = len(rows(real, "accounts"))
    values = QUERIES["silence"].parameter("question").values
    found = {row[0]: row for row in rows(real, "silence")}
    assert list(found) == sorted(values)
    for name, (_, with_fact, silent, *_) in found.items():
        kept = rows(real, name)
        if name == "background":
            kept = [row for row in kept if any(row[2:7])]
        assert int(with_fact) == len({row[:2] for row in kept}), name
        assert int(with_fact) + int(silent) == accounts


def test_each_woman_is_counted_once_from_where_to_where(real: LocalAnswers) -> None:
    """Women over all rows are the women there are, but that one with two places of origin stands under both."""
    origins = rows(real, "origin-to-destination")
    two = sum(row[4].count("; ") for row in rows(real, "background"))
    assert sum(int(row[2]) for row in origins) == len(rows(real, "persons")) + two
    assert sum(int(row[3]) for row in origins) == len(rows(real, "accounts")) + two


def test_intermediaries_by_origin_add_up(real: LocalAnswers) -> None:
    """The rows of the counting query are those of the query that lists intermediaries, counted."""
    listed = rows(real, "intermediaries")
    counted = rows(real, "intermediaries-by-origin")
    assert sum(int(row[2]) for row in counted) == len(listed)
    for role, origin, number, cases, _, persons in counted:
        own = [row for row in listed if (row[3], row[4]) == (role, origin)]
        assert (int(number), int(cases)) == (len(own), len({row[:2] for row in own}))
        assert int(persons) == sum(int(row[7] or 0) for row in own)


def test_no_payment_of_a_transfer_is_counted_twice(real: LocalAnswers) -> None:
    """Tellings over all payments are the transfers that a payment is told of, and a sum told twice is one row."""
    payments = rows(real, "payments")
    assert len({row[2] for row in payments}) == len(payments)
    told = {row[2] for row in rows(real, "transfers") if row[17]}
    assert sum(int(row[8]) for row in payments) == len(told)
    assert [row[4:9] for row in payments if row[9] == "2"] == [("3000", "5000", "CNY", "one", "2")]


def test_every_figure_is_in_the_genealogy_once(real: LocalAnswers) -> None:
    """Each statement of a figure has one row, and the statement that it is counted as is counted as itself."""
    genealogy = rows(real, "figure-genealogy")
    assert sorted(row[0] for row in genealogy) == sorted(row[1] for row in rows(real, "statistics"))
    counted = {row[0]: row[6] for row in genealogy}
    assert {counted[first] == first for first in counted.values()} == {True}
    assert {row[4] for row in genealogy if row[3]} == {"1", "2"}
    assert {row[4] for row in genealogy if not row[3]} == {""}
