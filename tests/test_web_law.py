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
    "path", ["state/cn", "instrument/cat-1984", "status/cat-1984/cn", "status/cat-1984/cn/hong-kong"]
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
