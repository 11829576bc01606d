"""Entities of FollowTheMoney: valid by its own library, no person among them, no accusation, everything dropped counted."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from export_fixtures import CLAIMS, FIXTURES, TALE, claims_of, make_store, tale_quads, withdraw

from nkgraph.exports.folders import Folder
from nkgraph.exports.ftm import export_ftm
from nkgraph.exports.ftm_entities import make_id
from nkgraph.iris import BASE, ontology_iri
from nkgraph.store import open_files, open_store

pytestmark = pytest.mark.slow

VALIDATOR = Path(__file__).resolve().parent / "clients" / "validate_ftm.py"
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
#: The schemata that an export may hold. A person, or an owner of anything, is none of them.
SCHEMATA = {"Address", "Document", "Documentation", "Event", "Organization", "Payment", "PublicBody"}


@pytest.fixture(scope="module")
def tale() -> Folder:
    return export_ftm(make_store(tale_quads()))


@pytest.fixture(scope="module")
def real_store(built_graph: Path) -> ox.Store:
    return open_store(built_graph)


@pytest.fixture(scope="module")
def real(real_store: ox.Store) -> Folder:
    return export_ftm(real_store)


def read_entities(folder: Folder) -> dict[str, dict[str, Any]]:
    lines = folder.files["entities.ftm.json"].splitlines()
    return {data["id"]: data for data in map(json.loads, lines)}


def find_entity(folder: Folder, iri: str) -> dict[str, list[str]]:
    properties: dict[str, list[str]] = read_entities(folder)[make_id(iri)]["properties"]
    return properties


def check(python: Path, path: Path) -> dict[str, Any]:
    """What the library of FollowTheMoney finds wrong with a file of entities."""
    done = subprocess.run([str(python), str(VALIDATOR), str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("which", ["tale", "real"])
def test_the_library_reads_every_entity(
    which: str, request: pytest.FixtureRequest, clients_python: Path, tmp_path: Path
) -> None:
    """Each schema, property, value and reference is one that the library of FollowTheMoney accepts and keeps."""
    folder: Folder = request.getfixturevalue(which)
    path = tmp_path / "entities.ftm.json"
    path.write_text(folder.files["entities.ftm.json"], encoding="utf-8")

    assert check(clients_python, path) == {"read": len(read_entities(folder)), "wrong": []}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"schema": "Woman"}, "no schema"),
        ({"properties": {"price": ["1"]}}, "no property price"),
        ({"properties": {"country": ["Atlantis-on-Sea"]}}, "country"),
        ({"properties": {"summary": ["x"]}}, "requires name"),
        ({"properties": {"name": ["x"], "proof": ["nkgraph-nowhere"]}}, "not there"),
    ],
)
def test_the_library_refuses_what_is_wrong(
    broken: dict[str, Any], message: str, clients_python: Path, tmp_path: Path
) -> None:
    """The check finds each kind of mistake where there is one."""
    path = tmp_path / "entities.ftm.json"
    entity = {"id": "a", "schema": "Event", "properties": {"name": ["x"]}, "datasets": ["nkgraph"], **broken}
    path.write_text(json.dumps(entity) + "\n", encoding="utf-8")

    assert message in " ".join(check(clients_python, path)["wrong"])


@pytest.mark.parametrize("which", ["tale", "real"])
def test_no_person_is_an_entity_or_named(which: str, request: pytest.FixtureRequest, real_store: ox.Store) -> None:
    """No schema for persons, no topic, no IRI of a person, and no name or surname of one."""
    folder: Folder = request.getfixturevalue(which)
    store = make_store(tale_quads()) if which == "tale" else real_store
    entities = read_entities(folder).values()
    text = folder.files["entities.ftm.json"]
    persons = {
        q.subject
        for kind in ("Narrator", "Person", "NamedPerson", "PersonGroup")
        for q in store.quads_for_pattern(None, RDF_TYPE, ox.NamedNode(ontology_iri(kind)), None)
    }
    held = {
        value
        for entity in entities
        for name, values in entity["properties"].items()
        for value in values
        if name not in ("title", "publisher", "sourceUrl")
    }
    names = {
        q.object.value
        for person in persons
        for q in store.quads_for_pattern(person, ox.NamedNode(ontology_iri("name")), None, None)
        if isinstance(q.object, ox.Literal)
    }

    assert persons
    assert {entity["schema"] for entity in entities} <= SCHEMATA
    assert [
        p for p in persons if f'"{getattr(p, "value", "")}"' in text or make_id(getattr(p, "value", "")) in text
    ] == []
    assert names
    assert [name for name in sorted(names) if any(name in value for value in held)] == []
    assert "Ahnfict" not in text
    assert "topics" not in text
    assert '"crime.' not in text


def test_an_event_told_twice_is_one_of_one_person(tale: Folder) -> None:
    """Two tellings are one entity with both claims; one woman in both is one person; all their values stand there."""
    event = find_entity(tale, f"{TALE}case-1/transfer-1")

    assert event == {
        "addressEntity": sorted(
            make_id(f"address {p}") for p in ("Qingshan, Lvzhou, Exampleland", "Lvzhou, Exampleland")
        ),
        "country": ["aq"],
        "date": ["1999", "1999-03"],
        "keywords": ["transfer-kind/sold"],
        "location": ["Lvzhou, Exampleland", "Qingshan, Lvzhou, Exampleland"],
        "name": ["Reported transfer: sold"],
        "proof": [make_id(f"{BASE}id/tale")],
        "sourceUrl": [f"{CLAIMS}tale/case-{n}" for n in ("1/transfer-1", "1/transfer-1/date", "3/transfer-1")],
        "summary": ["reported of 1 person"],
    }
    assert make_id(f"{TALE}case-3/transfer-1") not in read_entities(tale)


def test_groups_and_intervals_stay_what_they_are(tale: Folder) -> None:
    """A group is no number of persons where none is stated; an interval is a start and an end; custody names its authority."""
    assert find_entity(tale, f"{TALE}case-1/transfer-2")["summary"] == [
        "reported of 1 person and a group whose size is not stated"
    ]
    interval = find_entity(tale, f"{TALE}case-2/transfer-1")
    assert (interval["startDate"], interval["endDate"]) == (["2002"], ["2003-02"])
    custody = find_entity(tale, f"{TALE}case-2/custody-1")
    assert custody["name"] == ["Reported custody: arrest"]
    assert custody["keywords"] == ["authority/chinese_police", "custody-kind/arrest"]
    assert custody["date"] == ["2003-04"]
    assert "station" not in json.dumps(custody)


def test_organisations_come_from_mentions(tale: Folder) -> None:
    """A state body is a public body; one that no claim names is not there; a document is where it is named."""
    schemata = {
        data["properties"]["name"][0]: data["schema"]
        for data in read_entities(tale).values()
        if "name" in data["properties"]
    }
    assert {name: kind for name, kind in schemata.items() if name.startswith(("Fictive", "Named"))} == {
        "Fictive Relief": "Organization",
        "Fictive Trading": "Organization",
        "Fictive Ministry": "PublicBody",
    }
    relief = find_entity(tale, f"{BASE}org/fictive-relief")
    assert (relief["alias"], relief["country"], relief["classification"]) == (["FR"], ["aq"], ["ngo"])
    links = [d["properties"] for d in read_entities(tale).values() if d["schema"] == "Documentation"]
    assert {link["sourceUrl"][0]: link["entity"] for link in links}[f"{CLAIMS}tale/mention/relief"] == [
        make_id(f"{BASE}org/fictive-relief")
    ]


def test_only_sums_paid_between_organisations_are_payments(tale: Folder) -> None:
    """A sum between persons and a promised one are dropped, each with its reason."""
    payments = [d["properties"] for d in read_entities(tale).values() if d["schema"] == "Payment"]

    assert [(p["amount"], p["currency"], p["date"]) for p in payments] == [(["900"], ["USD"], ["2001-07"])]
    assert payments[0]["beneficiary"] == [make_id(f"{BASE}org/fictive-relief")]
    reasons = {loss.reason for loss in tale.losses.losses if loss.kind == "Payment" and loss.property == "amountMin"}
    assert reasons == {
        "a Payment needs a payer and a beneficiary, and no person is an entity here",
        "not one sum reported as paid once",
    }


def test_coarse_shows_years_and_provinces() -> None:
    """With ``coarse`` there is no month, and no county."""
    coarse = export_ftm(make_store(tale_quads()), coarse=True)

    text = coarse.files["entities.ftm.json"]
    assert "Qingshan" not in text
    assert find_entity(coarse, f"{TALE}case-2/custody-1")["date"] == ["2003"]
    assert find_entity(coarse, f"{TALE}case-2/custody-1")["location"] == ["Lvzhou, Exampleland"]


def test_what_is_dropped_is_computed(tale: Folder) -> None:
    """A property that nobody has heard of raises what is printed; the sums agree."""
    graph = ox.NamedNode(f"{CLAIMS}tale/case-2/custody-1")
    new = ox.Quad(
        ox.NamedNode(f"{TALE}case-2/custody-1"),
        ox.NamedNode(ontology_iri("favouriteColour")),
        ox.Literal("green"),
        graph,
    )
    more = export_ftm(make_store([*tale_quads(), new]))

    assert more.losses.count("dropped") == tale.losses.count("dropped") + 1
    assert "favouriteColour 1" in more.losses.describe()
    assert more.files["entities.ftm.json"] == tale.files["entities.ftm.json"]


@pytest.mark.parametrize("which", ["tale", "real"])
def test_every_statement_read_is_carried_or_lost(which: str, request: pytest.FixtureRequest) -> None:
    """The sums agree, and no payment between persons counts as carried."""
    losses = request.getfixturevalue(which).losses

    assert losses.read == losses.carried + losses.count("coarser") + losses.count("dropped")


def test_same_graph_same_bytes(tale: Folder) -> None:
    """The order in which quads come does not matter; identifiers are made from IRIs alone."""
    quads = tale_quads()
    random.Random(5).shuffle(quads)

    assert export_ftm(make_store(quads)).files == tale.files


@pytest.mark.parametrize("claim", claims_of(tale_quads()))
def test_a_withdrawn_claim_leaves_no_trace(claim: str, tale: Folder) -> None:
    """Without a claim its IRI is nowhere, nor any entity that rested on it alone."""
    left = export_ftm(make_store(withdraw(tale_quads(), {claim})))

    assert f'"{claim}"' not in left.files["entities.ftm.json"]
    alone = {
        identifier
        for identifier, data in read_entities(tale).items()
        if data["schema"] in ("Event", "Payment", "Documentation") and data["properties"].get("sourceUrl") == [claim]
    }
    assert alone & read_entities(left).keys() == set()


def test_an_organisation_goes_with_its_last_mention() -> None:
    """No claim names it any more: the organisation and the payment to it are gone."""
    left = read_entities(export_ftm(make_store(withdraw(tale_quads(), {f"{CLAIMS}tale/mention/relief"}))))

    assert make_id(f"{BASE}org/fictive-relief") not in left
    assert Counter(data["schema"] for data in left.values())["Payment"] == 0


def test_withdrawal_from_the_real_graph(real_store: ox.Store) -> None:
    """A quarter of the real claims withdrawn: none of them is cited, and what is left still cites."""
    quads = [q for q in real_store if q.graph_name != ox.DefaultGraph()]
    claims = claims_of(quads)
    gone = set(random.Random(7).sample(claims, len(claims) // 4))
    left = read_entities(export_ftm(make_store(withdraw(quads, gone))))

    cited = {url for data in left.values() for url in data["properties"].get("sourceUrl", ()) if url.startswith(CLAIMS)}
    assert cited
    assert cited & gone == set()
    assert [
        d for d in left.values() if d["schema"] in ("Event", "Documentation") and "sourceUrl" not in d["properties"]
    ] == []


def test_no_words_of_the_documents(real: Folder, texts: Mapping[str, str]) -> None:
    """No value holds six or more words that stand so in a document, but for names and titles."""
    read = " ".join(" ".join(text.split()) for text in texts.values())
    values = {
        value
        for data in read_entities(real).values()
        for name, its in data["properties"].items()
        for value in its
        if name not in ("title", "publisher") and data["schema"] not in ("Organization", "PublicBody")
    }

    assert [value for value in values if len(value.split()) > 5 and value in read] == []


def test_the_graph_of_the_other_tests_is_read_too() -> None:
    """A graph without rules is exported: its transfer is an event with its document as proof."""
    mini = export_ftm(open_files([FIXTURES / "mini" / "mini.trig"]))

    assert Counter(data["schema"] for data in read_entities(mini).values()) == {"Document": 1, "Event": 1}
    assert find_entity(mini, f"{BASE}id/mini-report/case-1/transfer-1")["date"] == ["1999-03"]
