"""Canned queries: their files, their parameters, their answers."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from serving_fixtures import BASE, MINI

from nkgraph.errors import NkgraphError, ParameterError, QueryError, ReadError
from nkgraph.evaluation import LocalAnswers
from nkgraph.project import default_project
from nkgraph.queries import CannedQuery, bind_parameters, find_query, load_queries, run_query
from nkgraph.store import open_files
from nkgraph.tables import Table, read_table, write_markdown, write_text

TRANSFER = "id/mini-report/case-1/transfer-1"
GOOD = """#+ title: A
#+ question: B?
#+ columns: [s]
SELECT ?s { ?s ?p ?o }
"""


@pytest.fixture(scope="module")
def local() -> LocalAnswers:
    return LocalAnswers(open_files([MINI / "mini.trig"]))


@pytest.fixture(scope="module")
def queries() -> dict[str, CannedQuery]:
    return load_queries(MINI / "queries")


def test_queries_are_loaded_by_name(queries: dict[str, CannedQuery]) -> None:
    """Every file is a query, sorted, with its header."""
    assert list(queries) == ["evidence", "narrators", "places"]
    assert queries["evidence"].columns == ("claim", "document", "start", "end", "word_count", "how")
    assert [p.name for p in queries["narrators"].parameters] == ["surname", "before", "how", "day"]
    assert [p.required for p in queries["evidence"].parameters] == [True]
    assert not queries["places"].text.startswith("#+")


@pytest.mark.parametrize(
    ("change", "error", "line", "said"),
    [
        (("#+ title: A\n", ""), ReadError, 1, "has no title"),
        (("#+ question: B?\n", "#+ question:\n"), ReadError, 2, "has no question"),
        (("#+ columns: [s]\n", ""), ReadError, 1, "has no columns"),
        (("[s]", "[s, o]"), ReadError, 3, "its columns are s, o, and it projects s"),
        (("[s]", "[o]"), ReadError, 3, "its columns are o"),
        (("?s {", "?s ?o {"), ReadError, 3, "it projects s, o"),
        (("#+ title: A", "#+ titel: A"), ReadError, 1, "(nearest: title)"),
        (("#+ title: A", "#+ title: [A"), ReadError, 2, "not YAML"),
        (("?o }", "?o"), QueryError, 4, "never closed"),
        (("?p ?o", "nk:p ?o"), QueryError, 4, "'nk:p' is not declared"),
        (("SELECT ?s", "ASK"), ReadError, 1, "not a SELECT"),
        (("SELECT", "#+ sources: words\nSELECT"), ReadError, 4, "`sources` is not a mapping"),
        (("SELECT", "#+ sources: {z: words}\nSELECT"), ReadError, 4, "names 'z', not a column"),
        (("SELECT", "#+ sources: {s: }\nSELECT"), ReadError, 4, "says nothing of s"),
        (("SELECT", "#+ reads: all\nSELECT"), ReadError, 4, "asserted, inferred, reference or both"),
        (("SELECT", "#+ chart: bar\nSELECT"), ReadError, 4, "`chart` is not a mapping"),
        (("SELECT", "#+ parameters: [{name: o, type: iri}]\nSELECT"), ReadError, 4, "does not project its parameter o"),
        (("SELECT", "#+ parameters: [{name: o, type: url}]\nSELECT"), ReadError, 4, "unknown type 'url'"),
        (("SELECT", "#+ parameters: [{name: O, type: iri}]\nSELECT"), ReadError, 4, "called 'O'"),
        (("SELECT", "#+ parameters: [{name: o, type: code}]\nSELECT"), ReadError, 4, "no list of values"),
        (("SELECT", "#+ parameters: [{name: o, type: iri, need: x}]\nSELECT"), ReadError, 4, "unknown field 'need'"),
        (("SELECT", "#+ parameters: [{name: o, type: iri, required: maybe}]\nSELECT"), ReadError, 4, "'maybe'"),
        (
            ("SELECT ?s { ?s", "#+ parameters: [{name: o, type: iri}]\nSELECT ?s ?o {\n FILTER(!BOUND(?o)) ?s"),
            QueryError,
            6,
            "COALESCE(test of ?o, true)",
        ),
        (
            ("SELECT ?s { ?s", "#+ parameters: [{name: o, type: iri}]\nSELECT ?s ?o { BIND(?o AS ?x) ?s"),
            QueryError,
            5,
            "does not see the value",
        ),
        ((GOOD, "SELECT * {}"), ReadError, 1, "has no header"),
        (("SELECT ?s {", "SELECT ?s { SERVICE <http://x/> {}"), QueryError, 4, "SERVICE is not allowed"),
    ],
)
def test_wrong_files_are_named(
    tmp_path: Path, change: tuple[str, str], error: type[NkgraphError], line: int, said: str
) -> None:
    """Each mistake is told with file and line."""
    assert change[0] in GOOD
    (tmp_path / "x.rq").write_text(GOOD.replace(*change))

    with pytest.raises(error) as raised:
        load_queries(tmp_path)

    assert said in str(raised.value)
    assert (tmp_path / "x.rq", line) == (raised.value.path, raised.value.line)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A missing folder is not an empty one."""
    with pytest.raises(ReadError, match="no such folder"):
        load_queries(tmp_path / "none")


def test_unknown_query_gives_the_nearest(queries: dict[str, CannedQuery]) -> None:
    """A slip of the keyboard is answered with the name meant."""
    with pytest.raises(ParameterError, match=r"nearest: evidence"):
        find_query(queries, "evidense")


@pytest.mark.parametrize(
    "value", [TRANSFER, "/" + TRANSFER, "id:" + TRANSFER[3:], BASE + TRANSFER, f"<{BASE}{TRANSFER}>"]
)
def test_things_are_named_in_any_way(local: LocalAnswers, queries: dict[str, CannedQuery], value: str) -> None:
    """An IRI, a prefixed name and a path mean the same thing."""
    answer = run_query(local, queries["evidence"], {"iri": value}, "csv")

    lines = answer.require().body.decode().splitlines()
    assert lines[0] == "claim,document,start,end,word_count,how,iri"
    assert [line.split(",")[2] for line in lines[1:]] == ["200", "300", "200"]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("evidence", {}, "needs a value for 'iri'; give iri=id/mini-report/case-1/transfer-1"),
        ("evidence", {"iri": "  "}, "needs a value for 'iri'"),
        ("evidence", {"uri": "x"}, "no parameter 'uri' (nearest: iri)"),
        ("evidence", {"iri": "plase:yanji"}, "(nearest: place)"),
        ("evidence", {"iri": "a b"}, "is not an IRI"),
        ("narrators", {"before": "x"}, "'x' is not a whole number"),
        ("narrators", {"before": "1.5"}, "is not a whole number"),
        ("narrators", {"before": "١٢"}, "is not a whole number"),
        ("narrators", {"how": "state"}, "(nearest: stated)"),
        ("narrators", {"day": "03/1999"}, "is not a date"),
        ("narrators", {"day": "1999-13"}, "is not in the calendar"),
        ("narrators", {"day": "1999-02-29"}, "is not in the calendar"),
        ("places", {"x": "y"}, "it takes none"),
    ],
)
def test_wrong_values_are_told(queries: dict[str, CannedQuery], name: str, values: dict[str, str], said: str) -> None:
    """Unknown, missing and ill-typed values: the parameter, the value, the way out."""
    with pytest.raises(ParameterError) as raised:
        bind_parameters(queries[name], values)

    assert said in str(raised.value)


def test_values_become_terms(queries: dict[str, CannedQuery]) -> None:
    """Each type has its term; what is left out is not bound."""
    terms = bind_parameters(
        queries["narrators"], {"surname": " Ahn ", "before": "+01972", "how": "stated", "day": "1999-03"}
    )

    integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert {
        "surname": ox.Literal("Ahn"),
        "before": ox.Literal("1972", datatype=integer),
        "how": ox.Literal("stated"),
        "day": ox.Literal("1999-03"),
    } == terms
    assert bind_parameters(queries["narrators"], {"surname": ""}) == {}


@pytest.mark.parametrize(
    ("values", "cases"),
    [({}, "12"), ({"before": "1972"}, "1"), ({"surname": "Bok"}, "2"), ({"before": "1"}, "")],
)
def test_optional_parameters_narrow_the_answer(
    local: LocalAnswers, queries: dict[str, CannedQuery], values: dict[str, str], cases: str
) -> None:
    """A parameter left out leaves the query open."""
    table = read_table(run_query(local, queries["narrators"], values), queries["narrators"].columns)

    assert cases == "".join(cell.value for row in table.rows if isinstance(cell := row[1], ox.Literal))


INJECTIONS = [
    "Ahn' } DROP ALL #",
    'Ahn" } #',
    "Ahn\\",
    "?s ?p ?o } UNION { ?s ?p ?o",
    "Ahn\n} #",
    "<http://x/>",
    "Ahn' UNION SERVICE <http://x/> {}",
    "${jndi:x}",
    "{{7*7}}",
    "\u0000",
    "\ud7ff",
]


@pytest.mark.parametrize("value", INJECTIONS)
def test_values_cannot_change_the_question(local: LocalAnswers, queries: dict[str, CannedQuery], value: str) -> None:
    """Whatever is written as a surname is a surname that nobody has; as an IRI it is refused, or is nothing's."""
    answer = run_query(local, queries["narrators"], {"surname": value}, "csv")
    assert answer.require().body.decode().count("\r\n") == 1
    try:
        nothing = run_query(local, queries["evidence"], {"iri": value}, "csv").require()
    except ParameterError:
        return
    assert nothing.body.count(b"\r\n") == 1


def test_rows_are_shown(local: LocalAnswers, queries: dict[str, CannedQuery]) -> None:
    """The same rows as text and as Markdown, IRIs shortened, unbound cells empty."""
    table = read_table(run_query(local, queries["places"], {}), queries["places"].columns)

    assert write_markdown(table).splitlines() == [
        "| place | province |",
        "| --- | --- |",
        "| Lvzhou |  |",
        "| Qingshan | Lvzhou |",
    ]
    text = write_text(table, width=40)
    assert "Qingshan" in text
    assert max(map(len, text.splitlines())) <= 40


def test_long_cells_are_broken_never_cut() -> None:
    """A narrow terminal shows every character."""
    word = "abcdefghij" * 12
    text = write_text(Table(("a", "b"), ((ox.Literal(word), ox.Literal("[bold]x")),)), width=30)

    assert sum(text.count(character) for character in "abcdefghij") >= len(word)
    assert "[bold]x" in text


def test_headers_have_titles_that_differ(queries: dict[str, CannedQuery]) -> None:
    """The list of queries can be read."""
    assert len({query.title for query in queries.values()}) == len(queries)


#: Two invented documents with narrators of one province; only the first has a series of interviews there.
TWO_DOCUMENTS = """
@prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix : <http://example.org/> .
:lvzhou a nk:Province ; nk:name "Lvzhou" .
:one nk:slug "one" ; nk:order 1 .
:two nk:slug "two" ; nk:order 2 .
:a a nk:Account ; nk:number 1 ; nk:document :one ; nk:narrator :ahn .
:b a nk:Account ; nk:number 1 ; nk:document :two ; nk:narrator :bok .
:ahn nk:surname "Ahn" ; nk:livesIn :lvzhou .
:bok nk:surname "Bok" ; nk:livesIn :lvzhou .
:series a nk:InterviewSeries ; nk:place :lvzhou ; nk:date "2004-04/2004-06" .
:claim nk:about :series ; nk:document :one .
"""


def test_a_document_without_a_series_keeps_its_provinces(tmp_path: Path) -> None:
    """The province of a narrator is hers; the months of interviews are those of her own document, or not stated."""
    (tmp_path / "two.ttl").write_text(TWO_DOCUMENTS)
    query = load_queries(default_project().queries)["accounts"]

    answer = run_query(LocalAnswers(open_files([tmp_path / "two.ttl"])), query, {}, "csv")

    rows = [line.split(",") for line in answer.require().body.decode().splitlines()[1:]]
    assert [(row[0], row[4], row[6], row[7]) for row in rows] == [
        ("one", "Lvzhou", "2004-04", "2004-06"),
        ("two", "Lvzhou", "", ""),
    ]


#: Two invented documents: one cites a work in full, the other only in a short form.
TWO_CITATIONS = """
@prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix : <http://example.org/> .
:one nk:slug "one" ; nk:order 1 .
:two nk:slug "two" ; nk:order 2 .
:full a nk:Citation ; nk:citationForm <https://w3id.org/nkgraph/code/citation-form/full> ; nk:cites :work ; nk:author "Ahn" .
:short a nk:Citation ; nk:cites :work .
:claim-1 nk:about :full ; nk:document :one ; nk:order 1 .
:claim-2 nk:about :short ; nk:document :two ; nk:order 1 .
"""


def test_a_work_cited_in_full_elsewhere_is_still_the_work_cited(tmp_path: Path) -> None:
    """Another document's full citation lends no author, and takes the work of no citation away."""
    (tmp_path / "two.ttl").write_text(TWO_CITATIONS)
    query = load_queries(default_project().queries)["citations"]

    answer = run_query(LocalAnswers(open_files([tmp_path / "two.ttl"])), query, {}, "csv")

    rows = [line.split(",") for line in answer.require().body.decode().splitlines()[1:]]
    assert [(row[0], row[2], row[9]) for row in rows] == [
        ("one", "Ahn", "http://example.org/work"),
        ("two", "", "http://example.org/work"),
    ]
