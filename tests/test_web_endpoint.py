"""The SPARQL 1.1 Protocol at /sparql, one rule a test (modelled on the list of Oxigraph's server)."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from serving_fixtures import BASE, MINI

from nkgraph.evaluation import LocalAnswers
from nkgraph.formats import GRAPHS, SOLUTIONS, Format
from nkgraph.queries import load_queries
from nkgraph.store import open_files
from nkgraph.web import create_app


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    store = open_files([MINI / "mini.trig"])
    return create_app(LocalAnswers(store), load_queries(MINI / "queries")).test_client()


ALL = "SELECT * { ?s ?p ?o }"
GRAPH = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
SD = "http://www.w3.org/ns/sparql-service-description#"


def test_get(client: FlaskClient) -> None:
    """GET with a query answers it as JSON."""
    response = client.get("/sparql", query_string={"query": "ASK {}"})

    assert (response.status_code, response.content_type) == (200, "application/sparql-results+json")
    assert json.loads(response.data)["boolean"] is True


def test_post_form(client: FlaskClient) -> None:
    """POST of a form answers the same."""
    response = client.post("/sparql", data={"query": ALL}, headers={"Accept": "text/csv"})

    assert client.get("/sparql", query_string={"query": ALL}, headers={"Accept": "text/csv"}).data == response.data


def test_post_directly(client: FlaskClient) -> None:
    """POST of the query itself answers the same, its charset named or not."""
    for kind in (QUERY, QUERY + "; charset=utf-8"):
        response = client.post("/sparql", data="ASK { FILTER('é' = 'é') }".encode(), content_type=kind)
        assert json.loads(response.data)["boolean"] is True


@pytest.mark.parametrize("form", SOLUTIONS, ids=lambda f: f.name)
def test_accept_of_select(client: FlaskClient, form: Format) -> None:
    """Each format is given for its media type and its name."""
    for response in (
        client.get("/sparql", query_string={"query": ALL}, headers={"Accept": form.media_type}),
        client.get("/sparql", query_string={"query": ALL, "format": form.name}),
    ):
        assert (200, form.content_type) == (response.status_code, response.headers["Content-Type"])


@pytest.mark.parametrize("form", GRAPHS, ids=lambda f: f.name)
def test_accept_of_construct(client: FlaskClient, form: Format) -> None:
    """Each format of graphs too, and it parses."""
    response = client.get("/sparql", query_string={"query": GRAPH}, headers={"Accept": form.media_type})

    assert (200, form.content_type) == (response.status_code, response.headers["Content-Type"])
    assert isinstance(form.writer, ox.RdfFormat)
    assert list(ox.parse(response.data, format=form.writer))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("application/sparql-results+xml;q=0.5, text/csv;q=0.4", "application/sparql-results+xml"),
        ("image/png, text/csv", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ],
)
def test_accept_ranges(client: FlaskClient, accept: str, kind: str) -> None:
    """Stars, q-values, browsers."""
    response = client.get("/sparql", query_string={"query": ALL}, headers={"Accept": accept})

    assert kind == response.mimetype


def test_not_acceptable(client: FlaskClient) -> None:
    """406 names what is offered."""
    response = client.get("/sparql", query_string={"query": ALL}, headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert response.json is not None
    assert "text/csv" in response.json["remedy"]


@pytest.mark.parametrize("query", ["SELEKT", "", "  "])
def test_bad_query(client: FlaskClient, query: str) -> None:
    """What is no query is 400, by GET and by POST."""
    assert client.get("/sparql", query_string={"query": query}).status_code == 400
    assert client.post("/sparql", data={"query": query}).status_code == 400
    assert client.post("/sparql", data=query, content_type=QUERY).status_code == 400


def test_two_queries(client: FlaskClient) -> None:
    """The parameter query is given exactly once (protocol §2.1)."""
    assert client.get("/sparql?query=ASK+{}&query=ASK+{}").status_code == 400
    assert client.post("/sparql", data="query=ASK+{}&query=ASK+{}", content_type=FORM).status_code == 400


def test_no_query(client: FlaskClient) -> None:
    """POST without a query is 400; GET without one for a table's format is, too."""
    assert client.post("/sparql", data={}, content_type=FORM).status_code == 400
    assert client.get("/sparql", headers={"Accept": "application/sparql-results+json;q=1, text/csv"}).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_wrong_content_type(client: FlaskClient, kind: str) -> None:
    """A query cannot be sent as anything: 415."""
    assert client.post("/sparql", data="ASK {}", content_type=kind).status_code == 415


def test_query_that_is_not_utf8(client: FlaskClient) -> None:
    """SPARQL is UTF-8."""
    assert client.post("/sparql", data=b"ASK { FILTER('\xff' = 'x') }", content_type=QUERY).status_code == 400


def test_updates(client: FlaskClient) -> None:
    """Updates are refused in every way that the protocol has for them."""
    update = "INSERT DATA { <a:a> <a:b> <a:c> }"
    assert client.post("/sparql", data=update, content_type="application/sparql-update").status_code == 403
    assert client.post("/sparql", data={"update": update}).status_code == 403
    assert client.get("/sparql", query_string={"update": update}).status_code == 403
    assert client.post("/sparql", data={"query": update}).status_code == 403
    assert client.post("/update", data=update, content_type="application/sparql-update").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods(client: FlaskClient, method: str) -> None:
    """405 with the methods that there are."""
    response = getattr(client, method)("/sparql")

    assert response.status_code == 405
    assert {"GET", "HEAD", "OPTIONS", "POST"} == set(response.headers["Allow"].split(", "))


def test_head(client: FlaskClient) -> None:
    """HEAD has the headers of GET and no body."""
    response = client.head("/sparql", query_string={"query": "ASK {}"})

    assert (response.status_code, response.data) == (200, b"")
    assert response.content_type == "application/sparql-results+json"


def test_options_and_cors(client: FlaskClient) -> None:
    """Pages of other sites may ask."""
    preflight = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )

    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for response in (preflight, client.get("/sparql?query=ASK+{}"), client.get("/sparql?query=no")):
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_dataset_of_the_protocol(client: FlaskClient) -> None:
    """default-graph-uri and named-graph-uri, by GET, by form, and beside a query sent as itself; each triple once."""
    graphs = [BASE + "graph/reference/places", BASE + "graph/view/asserted"]
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    arguments = {"query": count, "default-graph-uri": graphs}
    accept = {"Accept": "text/csv"}
    for response in (
        client.get("/sparql", query_string=arguments, headers=accept),
        client.post("/sparql", data=arguments, headers=accept),
        client.post(
            "/sparql", query_string={"default-graph-uri": graphs}, data=count, content_type=QUERY, headers=accept
        ),
    ):
        assert response.data == b"n\r\n6\r\n"
    named = {"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": graphs[1]}
    assert client.get("/sparql", query_string=named, headers=accept).data == b"n\r\n5\r\n"


def test_error_has_line_and_column(client: FlaskClient) -> None:
    """For programs as JSON, for terminals as text with a mark, for people on the page beside their query."""
    bad = {"query": "SELECT *\n{ ?s ?p }"}
    as_json = client.get("/sparql", query_string=bad)
    assert as_json.json is not None
    assert (as_json.json["line"], as_json.json["column"]) == (2, 9)
    as_text = client.get("/sparql", query_string=bad, headers={"Accept": "text/plain"})
    assert (as_text.mimetype, as_text.status_code) == ("text/plain", 400)
    assert "\n{ ?s ?p }\n        ^" in as_text.text
    as_page = client.get("/sparql", query_string=bad, headers={"Accept": "text/html"})
    assert as_page.status_code == 400
    assert "line 2, column 9" in as_page.text
    assert "?s ?p }</textarea>" in as_page.text


def test_editor(client: FlaskClient) -> None:
    """A browser without a query gets the editor; with the name of a canned query, that one in it."""
    page = client.get("/sparql", headers={"Accept": "text/html"})
    assert "<textarea" in page.text
    assert "?iri" in client.get("/sparql?edit=evidence", headers={"Accept": "text/html"}).text
    assert client.get("/sparql?edit=nothing").status_code == 404


def test_page_of_an_answer(client: FlaskClient) -> None:
    """SELECT as a table with links of our own, CONSTRUCT as Turtle, ASK as yes or no; nothing is taken as markup."""
    browser = {"Accept": "text/html"}
    table = client.get("/sparql", query_string={"query": f"SELECT * {{ <{BASE}place/lvzhou> ?p ?o }}"}, headers=browser)
    assert "1 row" not in table.text
    assert 'href="/ontology#Province"' in table.text
    evil = "SELECT ('<script>x</script>' AS ?x) ?u { VALUES ?u { <javascript:alert(1)> <data:text/html,x> } }"
    page = client.get("/sparql", query_string={"query": evil}, headers=browser)
    assert "<script>" not in page.text
    assert 'href="javascript:' not in page.text
    assert 'href="data:' not in page.text
    assert "@prefix" in client.get("/sparql", query_string={"query": GRAPH}, headers=browser).text
    assert ">yes<" in client.get("/sparql", query_string={"query": "ASK {}"}, headers=browser).text


@pytest.mark.parametrize("form", GRAPHS, ids=lambda f: f.name)
def test_service_description(client: FlaskClient, form: Format) -> None:
    """Without a query and with an RDF format: what this service is (SPARQL 1.1 Service Description)."""
    response = client.get("/sparql", headers={"Accept": form.media_type})

    assert form.media_type == response.mimetype
    assert isinstance(form.writer, ox.RdfFormat)
    triples = [quad.triple for quad in ox.parse(response.data, format=form.writer)]
    found = {(t.predicate.value, str(t.object)) for t in triples}
    assert (SD + "supportedLanguage", f"<{SD}SPARQL11Query>") in found
    assert (SD + "endpoint", "<http://localhost/sparql>") in found
    assert len(SOLUTIONS) + len(GRAPHS) == sum(t.predicate.value == SD + "resultFormat" for t in triples)


def test_etag(client: FlaskClient) -> None:
    """The same bytes need not be sent twice."""
    first = client.get("/sparql", query_string={"query": ALL})
    again = client.get("/sparql", query_string={"query": ALL}, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_query_that_is_too_long(client: FlaskClient) -> None:
    """413, whether the text or the whole request is too long."""
    assert client.post("/sparql", data="ASK {} #" + "x" * 1_000_001, content_type=QUERY).status_code == 413
    assert client.post("/sparql", data="ASK {} #" + "x" * 9_000_000, content_type=QUERY).status_code == 413
    assert client.post("/sparql", data={"query": "ASK {} #" + "x" * 9_000_000}).status_code == 413
