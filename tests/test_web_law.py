"""Pages of the graph itself that show law: treaty status with its notice, links with the names of their vocabularies."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from nkgraph.evaluation import LocalAnswers
from nkgraph.project import default_project
from nkgraph.queries import load_queries
from nkgraph.store import open_store
from nkgraph.web import create_app


@pytest.fixture(scope="module")
def client(built_graph: Path) -> FlaskClient:
    return create_app(LocalAnswers(open_store(built_graph)), load_queries(default_project().queries)).test_client()


def test_links_stand_on_the_page_with_the_name_of_their_vocabulary(client: FlaskClient) -> None:
    """Each link of a thing is on its page once: vocabulary, relation in words, target, reason; not among its statements."""
    page = BeautifulSoup(client.get("/state/cn").get_data(as_text=True), "html.parser")
    section = page.find(id="links")
    assert isinstance(section, Tag)
    rows = {row.th.get_text(): row for row in section.find_all("tr") if row.th is not None}

    assert {"EuroVoc", "UNBIS Thesaurus", "Wikidata"} <= set(rows)
    assert "the same as" in rows["Wikidata"].get_text()
    assert next(a["href"] for a in rows["Wikidata"].find_all("a")) == "http://www.wikidata.org/entity/Q148"
    assert len(page.find_all("a", href="http://www.wikidata.org/entity/Q148")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "state/cn",
        "instrument/cat-1984",
        "status/cat-1984/cn",
        "status/cat-1984/cn/hong-kong",
        "status/cat-1984/cn.ttl",
        "status/cat-1984/cn.jsonld",
        "status/",
        "status/cat-1984/",
        "graph/reference/treaty-status",
        "place/hong-kong",
        "code/confidence/low",
    ],
)
def test_pages_that_show_treaty_status_say_what_it_is_not(client: FlaskClient, path: str) -> None:
    page = client.get(f"/{path}").get_data(as_text=True)
    assert "In force is not breached" in page
    assert "In force is not breached" not in client.get("/place/yanji").get_data(as_text=True)


def test_a_page_lists_every_status_once(client: FlaskClient) -> None:
    """The treaties of a state, and the states of a treaty."""
    for path, others in (("state/cn", 24), ("instrument/cat-1984", 15)):
        page = BeautifulSoup(client.get(f"/{path}").get_data(as_text=True), "html.parser")
        section = page.find(id="treaty-status")
        assert isinstance(section, Tag)
        assert len(section.find_all("tr")) == others + 1


def test_what_is_foreseen_or_disputed_is_said_on_the_page(client: FlaskClient) -> None:
    """An entry into force after the last day of the source is foreseen; a withdrawal that was tendered is told."""
    china = BeautifulSoup(client.get("/state/cn").get_data(as_text=True), "html.parser").find(id="treaty-status")
    assert isinstance(china, Tag)
    rows = {cell.get_text(): row.get_text(" ") for row in china.find_all("tr") if (cell := row.find("td")) is not None}
    assert "foreseen 2023-08-12" in rows["ILO Forced Labour Convention, 1930 (No. 29)"]
    assert "foreseen" not in rows["Convention on the Rights of the Child"]
    assert "a withdrawal was tendered in August 1997" in client.get("/state/kp").get_data(as_text=True)


def test_an_allegation_is_never_named_as_a_fact(client: FlaskClient) -> None:
    """Wherever a page names an alleged breach, it says who alleges it."""
    page = BeautifulSoup(client.get("/state/cn").get_data(as_text=True), "html.parser")
    names = [a.get_text() for a in page.find_all("a", href=True) if "/breach/" in a["href"]]
    assert len(names) >= 5
    assert [name for name in names if "alleged by" not in name] == []


def test_a_parameter_given_twice_is_refused_in_every_format(client: FlaskClient) -> None:
    for form in (".csv", ".json", ""):
        response = client.get(f"/queries/bound-on{form}?date=2003&date=2012")
        assert response.status_code == 400
        assert "given twice" in response.get_data(as_text=True)


@pytest.mark.parametrize("form", [".csv", ".json", ""])
@pytest.mark.parametrize("name", ["identifiers", "evidence", "external-links"])
def test_a_thing_that_is_not_there_is_404_in_every_format(client: FlaskClient, name: str, form: str) -> None:
    response = client.get(f"/queries/{name}{form}", query_string={"iri": "provision/nope"})
    assert response.status_code == 404
    assert "is not in the graph" in response.get_data(as_text=True)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_tables_for_programs_carry_the_notice_as_a_header(client: FlaskClient, form: str) -> None:
    link = client.get(f"/queries/treaty-status.{form}").headers["Link"]
    assert "In force is not breached" in link
    assert "Link" not in client.get(f"/queries/accounts.{form}").headers


def test_a_status_that_was_not_seen_says_so(client: FlaskClient) -> None:
    """The last column tells the rows that were seen in a source from those that were not."""
    page = BeautifulSoup(client.get("/instrument/trafficking-protocol-2000").get_data(as_text=True), "html.parser")
    section = page.find(id="treaty-status")
    assert isinstance(section, Tag)
    cells = [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in section.find_all("tr")]
    rows = {row[0]: row[1:] for row in cells if row}
    assert rows["Pakistan"] == ["accession", "", "2022-11-04", "2022-12-04", "not stated: answers unknown", "no"]
    assert rows["Japan"] == ["acceptance", "2002-12-09", "2017-07-11", "foreseen 2017-08-10", "2017-07-12", "yes"]
    assert rows["China"] == ["accession", "", "2010-02-08", "2010-03-10", "2014-01-27", "yes"]
