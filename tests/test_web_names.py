"""Names and headings of things, accounts in the order of telling, folders, and what an address without a thing says."""

from __future__ import annotations

import re
from itertools import pairwise

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from serving_fixtures import BASE, MINI

from nkgraph.evaluation import LocalAnswers
from nkgraph.queries import load_queries
from nkgraph.store import open_files
from nkgraph.web import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# beside the mini dataset: a day, a village, a facility, people, figures, a work; every name and number is invented
MORE = """
@base <https://w3id.org/nkgraph/> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
nk:Custody a owl:Class ; rdfs:label "custody event" .
nk:NamedPerson a owl:Class ; rdfs:label "person named" .
nk:Judgement a owl:Class ; rdfs:label "judgement" .
nk:County a owl:Class ; rdfs:label "county" .
<code/custody-kind/arrest> skos:prefLabel "arrest" .
<code/stance/did_not_want> skos:notation "did_not_want" .
<place/hamlet> a nk:Place ; nk:name "Hamlet" .
<place/town> a nk:County, nk:Place ; nk:name "Town" .
<id/mini-report/case-1/custody-1> a nk:Custody ; nk:custodyKind <code/custody-kind/arrest> ; nk:place <place/town> ;
  nk:date "2001-02-03" ; nk:begin "2001-02-03"^^xsd:date ; nk:end "2001-02-03"^^xsd:date ; nk:facility "House of Cards" ;
  nk:concerns <id/mini-report/case-1/narrator> ; nk:inAccount <id/mini-report/case-1> .
<id/mini-report/case-1/custody-2> a nk:Custody ; nk:custodyKind <code/custody-kind/arrest> ; nk:place <place/hamlet> ;
  nk:concerns <id/mini-report/case-1/narrator> ; nk:inAccount <id/mini-report/case-1> .
<id/mini-report/case-1/custody-10> a nk:Custody ; nk:concerns <id/mini-report/case-1/narrator> ;
  nk:inAccount <id/mini-report/case-1> .
<claim/mini-report/case-1/custody-1> a nk:Claim ; nk:about <id/mini-report/case-1/custody-1> ; nk:order 9 .
<claim/mini-report/case-1/custody-2> a nk:Claim ; nk:about <id/mini-report/case-1/custody-2> ; nk:order 8 .
<claim/mini-report/case-1/custody-10> a nk:Claim ; nk:about <id/mini-report/case-1/custody-10> ; nk:order 10 .
<id/mini-report/person/ms-x> a nk:NamedPerson, foaf:Person ; nk:name "Ms. X" ; foaf:page <http://example.org/x> .
<id/mini-report/statistic/women> a nk:StatisticalStatement ; nk:measure "women asked" ; nk:valueMin 5 ; nk:valueMax 10 ;
  nk:citedSource <work/some-book> ; cito:citesAsEvidence <work/some-book> .
<id/mini-report/judgement/one> a nk:Judgement ; nk:judges <id/mini-report/case-1/narrator> .
<id/mini-report/paragraph-7> a nk:Passage ; nk:passageKind "paragraph" .
<work/some-book> a nk:CitedWork ; nk:name "Some Book (1999)" ; owl:sameAs <http://example.org/book> .
<provision/example-convention-art-1> a nk:Provision ; nk:name "art. 1" ; nk:provisionOf <instrument/example-convention> .
<statistics/release> a nk:Release ; nk:release "0.0.1" .
"""


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    store = open_files([MINI / "mini.trig"])
    store.extend(ox.parse(MORE, format=ox.RdfFormat.TURTLE))
    return create_app(LocalAnswers(store), load_queries(MINI / "queries")).test_client()


def get(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200, response.text
    return response.text


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/id/mini-report/case-1", "account 1"),
        ("/id/mini-report/case-1/narrator", "reported: Ahn, narrator of account 1"),
        ("/id/mini-report/case-1/transfer-1", "reported: transfer, reported as sold, 1999-03 (account 1)"),
        ("/id/mini-report/case-1/custody-1", "reported: custody event, arrest, Town, 2001-02 (account 1)"),
        ("/id/mini-report/person/ms-x", "reported: Ms. X"),
        ("/id/mini-report/statistic/women", "reported: women asked: 5 to 10"),
        ("/id/mini-report/judgement/one", "our judgement"),
        ("/id/mini-report/paragraph-7", "paragraph 7"),
        ("/work/some-book", "Some Book (1999)"),
        ("/provision/example-convention-art-1", "art. 1, Example Convention"),
        (
            "/claim/mini-report/case-1/custody-1",
            "claim case-1/custody-1, reported: custody event, arrest, Town, 2001-02",
        ),
        ("/place/town", "Town"),
    ],
)
def test_headings(client: FlaskClient, path: str, heading: str) -> None:
    """Each page says in words what it is of: what documents report as reported, our judgements as ours."""
    page = get(client, path)

    assert f"<h1>{heading}</h1>" in page
    assert f"<title>{heading} ·" in page


def test_our_judgements_are_not_called_reports(client: FlaskClient) -> None:
    """What we decided is ours on its page."""
    page = get(client, "/id/mini-report/judgement/one")

    assert "What we judge" in page
    assert "What is reported" not in page


def test_account_lists_what_it_tells(client: FlaskClient) -> None:
    """By kind, in the order of telling, each with its place, its date and a link to the claim with its words."""
    page = get(client, "/id/mini-report/case-1")
    told = page[page.index("What this account reports") : page.index("What is recorded")]

    assert told.index("<h3>Narrator") < told.index("<h3>Transfer") < told.index("<h3>Custody event")
    assert told.index("custody-2<") < told.index("custody-1<") < told.index("custody-10<")
    for thing in ("custody-1", "custody-2", "transfer-1", "narrator"):
        assert f'href="/id/mini-report/case-1/{thing}"' in told
        assert f'href="/claim/mini-report/case-1/{thing}">words</a>' in told
    assert ">Town</td>" in told
    assert ">2001-02</td>" in told


@pytest.mark.parametrize("path", ["/id/mini-report/case-1", "/id/mini-report/case-1/narrator", "/place/town"])
def test_pages_of_profiles_are_coarse(client: FlaskClient, path: str) -> None:
    """Beside other things no day, no place below the county and no facility is shown."""
    page = get(client, path)

    for fine in ("2001-02-03", "Hamlet", "House of Cards"):
        assert fine not in page
    assert "Town" in page


def test_bounds_of_a_date_are_not_shown_as_dates(client: FlaskClient) -> None:
    """What the build makes of a date stays in the data."""
    page = get(client, "/id/mini-report/case-1/custody-1")

    assert page.count("2001-02-03") == 1
    assert client.get("/id/mini-report/case-1/custody-1.nt").text.count("2001-02-03") == 3


def test_pages_of_people_have_no_link_outward(client: FlaskClient) -> None:
    """Nothing of a person leads to another site, whatever the graph holds; other pages may."""
    for path in (
        "/id/mini-report/person/ms-x",
        "/id/mini-report/case-1/narrator",
        "/claim/mini-report/case-1/narrator",
    ):
        response = client.get(path, headers=BROWSER)
        assert 'href="http' not in response.text
        assert response.headers["X-Robots-Tag"] == "noindex"
    assert 'href="http://example.org/book"' in get(client, "/work/some-book")


def test_links_work_both_ways_and_once(client: FlaskClient) -> None:
    """A work lists what cites it, in our terms; what an alignment repeats stays in the data."""
    page = get(client, "/work/some-book")

    assert page.count('href="/id/mini-report/statistic/women"') == 1
    assert "mini-report/statistic/women</span>" in page
    assert "citesAsEvidence" not in page
    assert 'href="/work/some-book"' in get(client, "/id/mini-report/statistic/women")
    assert "citesAsEvidence" in client.get("/id/mini-report/statistic/women.nt").text


def test_evidence_is_one_click_away(client: FlaskClient) -> None:
    """The page of a thing leads to its words at its top."""
    page = get(client, "/id/mini-report/case-1/transfer-1")

    assert page.index('href="#evidence"') < page.index("What is reported") < page.index('id="evidence"')


def test_numbers_are_sorted_as_numbers(client: FlaskClient) -> None:
    """In lists the tenth thing comes after the ninth."""
    page = get(client, "/id/mini-report/case-1/narrator")

    assert page.index("custody-2<") < page.index("custody-10<")


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/place/", ["/place/lvzhou", "/place/town"]),
        ("/work/", ["/work/some-book"]),
        ("/provision/", ["/provision/example-convention-art-1"]),
        ("/instrument/", ["/instrument/example-convention"]),
        ("/id/", ["/id/mini-report", "/id/mini-report/"]),
        ("/id/mini-report/", ["/id/mini-report/case-1", "/id/mini-report/case-1/", "/id/mini-report/person/"]),
        ("/code/transfer-kind/", ["/code/transfer-kind/sold"]),
        ("/claim/mini-report/case-1/transfer-1/", ["/claim/mini-report/case-1/transfer-1/date"]),
        ("/graph/", ["/graph/provenance", "/graph/statistics"]),
        ("/statistics/", ["/statistics/release"]),
    ],
)
def test_folders_are_lists(client: FlaskClient, path: str, holds: list[str]) -> None:
    """For people with links that lead somewhere; the same things for programs."""
    page = get(client, path)
    listed = client.get(path, headers={"Accept": "application/json"}).json

    assert listed
    for target in holds:
        assert f'href="{target}"' in page
        assert client.get(target, headers=BROWSER).status_code == 200
    for entry in listed:
        assert {"iri", "path", "label", "kind", "below"} == set(entry)
        assert entry["iri"] in {None, BASE + entry["path"][1:]}
        assert entry["label"]
    assert {target.rstrip("/") for target in holds} <= {entry["path"] for entry in listed}


def test_folders_without_their_slash_and_without_things(client: FlaskClient) -> None:
    """The first lead to the list, the second are 404; there is no RDF of a list."""
    for path in ("/place", "/id/mini-report/person", "/claim/mini-report"):
        response = client.get(path, headers=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (302, path + "/")
    assert client.get("/id/nothing/", headers=BROWSER).status_code == 404
    assert client.get("/org/", headers=BROWSER).status_code == 404
    assert client.get("/place/", headers={"Accept": "text/turtle"}).status_code == 406


def test_crumbs_lead_up(client: FlaskClient) -> None:
    """Each page leads to what it is in."""
    page = get(client, "/id/mini-report/case-1/custody-1")

    for target in ("/id/", "/id/mini-report", "/id/mini-report/case-1"):
        assert f'<a href="{target}">' in page


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/place/Qingshan", "/place/qingshan"),
        ("/work/Some-Book-(1999)", "/work/some-book"),
        ("/id/mini-report/case-1/custdy-1", "/id/mini-report/case-1/custody-1"),
    ],
)
def test_nearest_by_letters_and_by_name(client: FlaskClient, path: str, nearest: str) -> None:
    """Where nothing is, the page names what is near, in words; what is not near is not called so."""
    response = client.get(path, headers=BROWSER)

    assert response.status_code == 404
    assert f'href="{nearest}"' in response.text
    assert "The nearest there is" not in client.get("/place/zzzzzzzz", headers=BROWSER).text


def test_query_about_nothing_is_told(client: FlaskClient) -> None:
    """A page of a query about what is not in the graph is 404 with the nearest, and 404 for programs too."""
    wrong = {"iri": "id/mini-report/case-1/custdy-1"}
    page = client.get("/queries/evidence", query_string=wrong, headers=BROWSER)

    assert page.status_code == 404
    assert "is not in the graph" in page.text
    assert 'href="/id/mini-report/case-1/custody-1"' in page.text
    assert 'value="id/mini-report/case-1/custdy-1"' in page.text
    assert client.get("/queries/evidence.csv", query_string=wrong).status_code == 404
    known = client.get("/queries/evidence", query_string={"iri": "place/qingshan"}, headers=BROWSER)
    assert (known.status_code, "No row" in known.text) == (200, True)


def test_codes_are_words_on_pages_of_queries_only(client: FlaskClient) -> None:
    """A code in a cell is read as words; programs, and people who write queries of their own, get the code."""
    query = "SELECT ?c { ?x <http://www.w3.org/2004/02/skos/core#notation> ?c FILTER(CONTAINS(?c, '_')) }"
    assert "did_not_want" in client.get("/sparql", query_string={"query": query}, headers=BROWSER).text
    with client.application.app_context():
        assert client.application.jinja_env.from_string("{{ 'did_not_want' | words }}").render() == "did not want"


def test_headings_are_in_order(client: FlaskClient) -> None:
    """One h1, no level left out."""
    for path in ("/", "/queries/", "/id/mini-report/case-1", "/id/mini-report/", "/ontology", "/nothing"):
        levels = [int(level) for level in re.findall(r"<h(\d)", client.get(path, headers=BROWSER).text)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels)), path
