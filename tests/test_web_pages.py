"""Pages of canned queries and of things, their data, the error shape over all routes, headers of every response."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import attrs
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from serving_fixtures import BASE, MINI

from nkgraph.evaluation import LocalAnswers
from nkgraph.formats import GRAPHS, SOLUTIONS, Format
from nkgraph.queries import load_queries
from nkgraph.sparql import Answer, Problem, SparqlRequest
from nkgraph.store import open_files
from nkgraph.web import DatasetInfo, create_app


@pytest.fixture(scope="module")
def local() -> LocalAnswers:
    return LocalAnswers(open_files([MINI / "mini.trig"]))


@pytest.fixture(scope="module")
def client(local: LocalAnswers) -> FlaskClient:
    return create_app(local, load_queries(MINI / "queries")).test_client()


@pytest.fixture(scope="module")
def quoting_client(local: LocalAnswers) -> FlaskClient:
    def quote(slug: str, start: int, end: int) -> str | None:
        return f"{slug}[{start}:{end}]"

    return create_app(local, {}, quote=quote).test_client()


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TRANSFER = "/id/mini-report/case-1/transfer-1"
CLAIM = "/claim/mini-report/case-1/transfer-1"
NARRATOR = "/id/mini-report/case-1/narrator"
PAGES = [
    "/",
    "/queries/",
    "/queries/places",
    "/queries/evidence",
    "/queries/evidence?iri=" + TRANSFER[1:],
    "/queries/narrators?before=1972",
    "/sparql",
    "/sparql?edit=places",
    "/ontology",
    TRANSFER,
    TRANSFER + "/payment",
    NARRATOR,
    CLAIM,
    CLAIM + "/date",
    "/id/mini-report",
    "/id/mini-report/case-1",
    "/place/qingshan",
    "/instrument/example-convention",
    "/state/exampleland",
    "/code/transfer-kind/sold",
    "/span/mini-report/200-260",
    "/graph/reference/places",
    "/graph/provenance",
    "/graph/statistics",
    "/place/",
    "/code/",
    "/id/",
    "/id/mini-report/",
    "/id/mini-report/case-1/",
    "/claim/mini-report/case-1/",
    "/span/mini-report/",
    "/graph/",
]


# what belongs to accounts, or lists what does
_NOT_INDEXED = (
    "/queries/narrators",
    "/sparql?query=ASK+{}",
    "/id/mini-report/case-1/",
    "/claim/",
    "/span/mini-report/",
    "/place/qingshan",
)


def get(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/html"
    return response.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.slow
def test_links_of_pages_lead_somewhere(client: FlaskClient, path: str) -> None:
    """Every link of ours on every kind of page is answered; nothing comes from elsewhere; no script runs."""
    page = get(client, path)

    for target in sorted(set(re.findall(r'(?:href|action|src)="(/[^"]*)"', page))):
        response = client.get(target.replace("&amp;", "&").partition("#")[0], headers=BROWSER)
        # things named in the fixture of which it says nothing have no page
        assert response.status_code in {200, 302} or (response.status_code == 404 and "/ontology" not in target), target
    assert not re.search(r'(?:src|<link[^>]*href)="https?:', page)
    assert "<script" not in page
    assert "style=" not in page
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page


def test_start_page(client: FlaskClient) -> None:
    """What this is, a note of care, how much there is, what can be asked, how to cite."""
    page = get(client, "/")

    for words in ("Read with care", "<dt>claims</dt><dd>4</dd>", "Which places are named", "How to cite", "report"):
        assert words in page


def test_start_page_of_other_files(local: LocalAnswers) -> None:
    """Files that are not ours are served without our words about them."""
    app = create_app(local, {}, info=DatasetInfo(title="x.ttl", summary="One file.", is_ours=False))
    page = get(app.test_client(), "/")

    assert "One file." in page
    assert "survivors" not in page
    assert "How to cite" not in page


def test_page_of_a_thing(client: FlaskClient) -> None:
    """Type, properties with labels and the claims that say so, evidence with offsets; neutral in voice."""
    page = get(client, TRANSFER)

    for words in (
        "What is reported",
        ">transfer</a>",
        ">at place</a>",
        ">Qingshan</a>",
        f'href="{CLAIM}">claim</a>',
        "characters 200–260",
        "(11 words)",
        "derived from",
        "in the month after the crossing",
        "account 1",
        "A report that does not exist",
    ):
        assert words in page


def test_words_are_shown_from_the_users_copy_only(client: FlaskClient, quoting_client: FlaskClient) -> None:
    """Without documents no quotation; with them the words of each span."""
    assert "<blockquote>" not in get(client, TRANSFER)
    assert "not part of the graph" in get(client, TRANSFER)
    assert "<blockquote>mini-report[200:260]</blockquote>" in get(quoting_client, TRANSFER)


def test_page_of_a_claim(client: FlaskClient) -> None:
    """What it says, the words it rests on, what is recorded of it."""
    page = get(client, CLAIM)

    assert page.index("What it says") < page.index("The words it rests on") < page.index("What is recorded")
    assert "4321" in page


def test_inverse_properties_are_counted(client: FlaskClient) -> None:
    """What points to a thing is listed by property, with labels."""
    page = get(client, "/place/lvzhou")

    assert "What points here" in page
    assert ">Ahn, narrator of account 1</a>" in page
    assert ">within</a>" in page
    assert ">place</a>" in page  # an inferred type


def test_inferred_statements_name_their_rule(client: FlaskClient) -> None:
    """A place that is one by a rule only is told apart in the data; types are links."""
    trig = client.get("/graph/inferred/classes.trig").text

    assert "<https://w3id.org/nkgraph/graph/inferred/classes>" in trig or "graph:inferred" in trig


def test_many_pointers_are_capped_with_the_query_for_all(local: LocalAnswers) -> None:
    """Over 25 things, the page gives the number and a query, which answers with all of them."""
    store = ox.Store()
    one, p = ox.NamedNode(BASE + "place/one"), ox.NamedNode(BASE + "ontology#within")
    store.extend([ox.Quad(ox.NamedNode(f"{BASE}place/p{i}"), p, one) for i in range(60)])
    client = create_app(LocalAnswers(store), {}).test_client()
    page = get(client, "/place/one")

    assert "60 in all, the first 25 shown" in page
    link = re.search(r'href="(/sparql\?query=[^"]*)">ask for all', page)
    assert link is not None
    answer = client.get(link[1].replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert answer.text.count("\r\n") == 61


@pytest.mark.parametrize("form", GRAPHS, ids=lambda f: f.name)
@pytest.mark.parametrize("path", [TRANSFER, CLAIM, "/place/lvzhou", "/graph/reference/places", "/ontology"])
def test_things_as_data(client: FlaskClient, path: str, form: Format) -> None:
    """The same triples by Accept, by extension and by ?format=, in each format."""
    bodies = {
        client.get(path, headers={"Accept": form.media_type}).data,
        client.get(f"{path}.{form.name}", headers=BROWSER).data,
        client.get(f"{path}?format={form.name}", headers=BROWSER).data,
    }

    assert len(bodies) == 1
    assert isinstance(form.writer, ox.RdfFormat)
    triples = {quad.triple for quad in ox.parse(bodies.pop(), format=form.writer)}
    reference = client.get(f"{path}.nt").data
    assert triples == {quad.triple for quad in ox.parse(reference, format=ox.RdfFormat.N_TRIPLES)}
    assert triples


def test_claim_as_trig_keeps_its_graph(client: FlaskClient) -> None:
    """What a claim says lies in the graph of its name, and where it comes from beside it."""
    quads = list(ox.parse(client.get(CLAIM + ".trig").data, format=ox.RdfFormat.TRIG))

    graphs = {str(quad.graph_name) for quad in quads}
    assert {"DEFAULT", f"<{BASE}{CLAIM[1:]}>"} == graphs
    said = {str(quad.object) for quad in quads}
    assert '"260"^^<http://www.w3.org/2001/XMLSchema#integer>' in said


def test_nothing_here_suggests_what_there_is(client: FlaskClient) -> None:
    """404 is a page with the nearest things; for programs, JSON."""
    page = client.get(TRANSFER.replace("transfer-1", "transfr-1"), headers=BROWSER)
    assert page.status_code == 404
    assert f'href="{TRANSFER}"' in page.text
    as_json = client.get("/place/qingshn", headers={"Accept": "application/json"})
    assert as_json.json is not None
    assert "place/qingshan" in as_json.json["remedy"]


@pytest.mark.parametrize(
    "path", ["/id/a b", "/id/<x>", "/id/%22", "/id/%00", "/id/x%0Ay", "/id/{x}", "/id/..%2f..%2fetc", "/id/é"]
)
def test_addresses_that_are_no_iris(client: FlaskClient, path: str) -> None:
    """Whatever stands in an address, there is nothing there."""
    assert client.get(path).status_code == 404
    assert client.get(path + ".ttl").status_code == 404


def test_private_pages_are_not_for_search_engines(client: FlaskClient) -> None:
    """Persons, claims, all that belongs to accounts or lists it carry noindex, as a header and on the page."""
    for path in (NARRATOR, TRANSFER, CLAIM, "/span/mini-report/200-260", *_NOT_INDEXED):
        response = client.get(path, headers=BROWSER)
        assert response.headers["X-Robots-Tag"] == "noindex", path
        assert '<meta name="robots" content="noindex">' in response.text, path
    assert client.get(NARRATOR + ".ttl").headers["X-Robots-Tag"] == "noindex"
    for path in ("/", "/id/mini-report", "/id/", "/place/", "/instrument/example-convention", "/ontology"):
        response = client.get(path, headers=BROWSER)
        assert "X-Robots-Tag" not in response.headers
        assert "noindex" not in response.text
    assert "Disallow: /claim/" in client.get("/robots.txt").text


def test_ontology(client: FlaskClient) -> None:
    """Every term at its fragment, with label and definition."""
    page = get(client, "/ontology")

    assert 'id="Transfer"' in page
    assert "An event in which a person is handed on." in page
    assert 'is a <a href="/ontology#Person"' in page
    assert client.get("/ontology.docx").status_code == 404


def test_void(client: FlaskClient) -> None:
    """VoID for programs, the statistics for people."""
    response = client.get("/void")
    assert response.mimetype == "text/turtle"
    assert "void:sparqlEndpoint <http://localhost/sparql>" in response.text
    assert client.get("/void", headers=BROWSER).status_code == 302
    assert client.get("/.well-known/void").status_code == 302


def test_health(client: FlaskClient, local: LocalAnswers) -> None:
    """The number of quads, by asking."""
    response = client.get("/-/health")

    assert {"ok": True, "release": "unreleased", "quads": len(local.store)} == response.json


# --- canned queries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", SOLUTIONS, ids=lambda f: f.name)
def test_canned_query_in_each_format(client: FlaskClient, form: Format) -> None:
    """By extension, by ?format= and by Accept."""
    path = "/queries/evidence"
    iri = {"iri": TRANSFER[1:]}
    bodies = {
        client.get(f"{path}.{form.name}", query_string=iri, headers=BROWSER).data,
        client.get(path, query_string={**iri, "format": form.name}, headers=BROWSER).data,
        client.get(path, query_string=iri, headers={"Accept": form.media_type}).data,
    }

    assert len(bodies) == 1
    assert b"case-1/transfer-1/date" in bodies.pop()


def test_page_of_a_canned_query(client: FlaskClient) -> None:
    """Title, question, form with the values given, rows with links, their number, the query, a way to edit it."""
    page = get(client, "/queries/evidence?iri=" + TRANSFER[1:])

    for words in (
        "<h1>Evidence</h1>",
        f'value="{TRANSFER[1:]}"',
        "<strong>3 rows</strong>",
        f'href="{CLAIM}"',
        "report",
        "SELECT ?claim",
        "/sparql?edit=evidence",
        "evidence.csv?iri=",
    ):
        assert words in page
    assert "<table" not in get(client, "/queries/evidence")
    assert "No row" in get(client, "/queries/narrators?before=1")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/queries/evidense", 404, "nearest: evidence"),
        ("/queries/evidence.csv", 400, "needs a value for"),
        ("/queries/evidence.csv?uri=x", 400, "nearest: iri"),
        ("/queries/narrators.json?before=x", 400, "whole number"),
        ("/queries/narrators?format=png", 406, "text/csv"),
        ("/queries/narrators.png", 406, "text/csv"),
    ],
)
def test_wrong_use_of_canned_queries(client: FlaskClient, path: str, status: int, said: str) -> None:
    """The mistake and the way out, for programs and for people."""
    response = client.get(path)
    assert status == response.status_code
    assert said in response.text
    assert status == client.get(path, headers=BROWSER).status_code


def test_mistake_in_a_form_is_told_beside_it(client: FlaskClient) -> None:
    """People keep what they typed."""
    response = client.get("/queries/narrators?before=x%22%3E", headers=BROWSER)

    assert response.status_code == 400
    assert "not a whole number" in response.text
    assert 'value="x&#34;&gt;"' in response.text


def test_injection_through_the_address(client: FlaskClient) -> None:
    """Parameters are terms: nothing in them is SPARQL or HTML."""
    for evil in ("x' } UNION { ?s ?p ?o", '"><script>alert(1)</script>', "x\\", "SERVICE <http://x/>"):
        response = client.get("/queries/narrators", query_string={"surname": evil}, headers=BROWSER)
        assert response.status_code == 200
        assert "No row" in response.text
        assert "<script>" not in response.text


def test_list_of_queries_for_programs(client: FlaskClient) -> None:
    """What a client needs to call them."""
    listed = client.get("/queries/", headers={"Accept": "application/json"}).json

    assert listed is not None
    assert [entry["name"] for entry in listed] == ["evidence", "narrators", "places"]
    assert listed[0]["url"] == "http://localhost/queries/evidence"
    assert {"iri"} == {p["name"] for p in listed[0]["parameters"]}


# --- errors ---------------------------------------------------------------------------------------------------------


FAILURES = [
    ("get", "/nothing", 404),
    ("get", "/id/mini-report/nothing", 404),
    ("get", "/claim/nothing", 404),
    ("get", "/graph/nothing", 404),
    ("get", "/place/nothing.ttl", 404),
    ("get", "/ontology.xyz", 404),
    ("get", "/queries/nothing", 404),
    ("get", "/queries/evidence.csv", 400),
    ("get", "/sparql?query=no", 400),
    ("get", "/sparql?query=ASK+{}&format=png", 406),
    ("get", "/sparql?query=CLEAR+ALL", 403),
    ("get", "/place/lvzhou?format=png", 406),
    ("get", "/void?format=png", 406),
    ("get", "/static/nothing.css", 404),
    ("post", "/", 405),
    ("post", "/sparql", 415),
    ("post", "/queries/places", 405),
    ("delete", "/id/mini-report", 405),
    ("put", "/-/health", 405),
    ("post", "/ontology", 405),
]


@attrs.frozen
class Refusing:
    """A service that refuses everything."""

    problem: Problem

    def ask(self, request: SparqlRequest) -> Answer:
        return Answer.refuse(self.problem)


def assert_canonical_error(client: FlaskClient, method: str, path: str, status: int) -> None:
    """The one shape of an error, as JSON, as text and as a page."""
    response = getattr(client, method)(path, headers={"Accept": "application/json"})
    assert (status, "application/json") == (response.status_code, response.mimetype)
    assert {"error", "status", "line", "column", "remedy"} == set(response.json)
    assert status == response.json["status"]
    assert response.json["error"].strip()
    assert response.json["remedy"] is None or response.json["remedy"].strip()
    text = getattr(client, method)(path, headers={"Accept": "text/plain, */*;q=0.1"})
    assert (status, "text/plain") == (text.status_code, text.mimetype)
    page = getattr(client, method)(path, headers=BROWSER)
    assert (status, "text/html") == (page.status_code, page.mimetype)
    for answered in (response, text, page):
        assert "Traceback" not in answered.text
        assert answered.headers["X-Content-Type-Options"] == "nosniff"
        assert ("Retry-After" in answered.headers) == (status == 503)


@pytest.mark.parametrize(("method", "path", "status"), FAILURES)
def test_error_shape(client: FlaskClient, method: str, path: str, status: int) -> None:
    """Over all families of routes."""
    assert_canonical_error(client, method, path, status)


@pytest.mark.parametrize("status", [413, 500, 503, 504, 507])
def test_error_shape_when_there_is_no_answer(status: int) -> None:
    """What the pool refuses is the same on every route that asks."""
    service = Refusing(Problem(status, "no answer", remedy="wait"))
    client = create_app(service, load_queries(MINI / "queries")).test_client()
    for path in (
        "/",
        "/sparql?query=ASK+{}",
        "/queries/places",
        "/queries/places.csv",
        TRANSFER,
        TRANSFER + ".ttl",
        "/ontology",
        "/ontology.ttl",
        "/-/health",
        "/void?format=ttl",
    ):
        if path.endswith((".csv", ".ttl", "=ttl", "health")):
            response = client.get(path)
            assert (status, {"error", "status", "line", "column", "remedy"}) == (
                response.status_code,
                set(response.json or {}),
            )
        elif not (path.startswith("/sparql") and status == 413):
            assert_canonical_error(client, "get", path, status)


def test_mistake_of_ours_is_500_and_logs_no_query(caplog: pytest.LogCaptureFixture) -> None:
    """A bug is told as one, and what was asked stays out of the log."""

    class Broken:
        def ask(self, request: SparqlRequest) -> Answer:
            raise ZeroDivisionError

    client = create_app(Broken(), {}).test_client()
    with caplog.at_level(logging.DEBUG):
        assert_canonical_error(client, "get", "/sparql?query=SELECT+%3Fsecret+{}", 500)

    assert "secret" not in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "path", [*PAGES, "/robots.txt", "/-/health", "/static/nkgraph.css", "/nothing", CLAIM + ".trig"]
)
def test_security_headers(client: FlaskClient, path: str) -> None:
    """Every response carries them."""
    headers = client.get(path, headers=BROWSER).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_no_template_says_is_of_what_is_reported() -> None:
    """Our own voice: no page calls anybody a trafficker or a victim, or anything proven."""
    folder = Path(create_app.__code__.co_filename).parent / "templates"
    words = re.compile(r"\b(victims?|traffickers?|perpetrators?|illegal|proves?|proven|slaves?)\b", re.I)

    assert not [path.name for path in folder.glob("*.html") if words.search(path.read_text(encoding="utf-8"))]


def test_store_of_fixture_is_the_one_served(local: LocalAnswers) -> None:
    """The tests above and the store agree."""
    assert len(open_files([MINI / "mini.trig"])) == len(local.store)
