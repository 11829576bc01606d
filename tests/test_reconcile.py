"""The reconciliation service: what it offers and to whom, its answers' shapes, names that people have, wrong requests."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from serving_fixtures import MINI

from nkgraph.evaluation import LocalAnswers
from nkgraph.reconciliation import PROPERTIES, Reconciler, build_reconciler
from nkgraph.sparql import Answer, Problem, SparqlRequest
from nkgraph.store import open_files
from nkgraph.web import DatasetInfo, create_app

HERE = Path(__file__).parent
TABLES = HERE / "fixtures" / "reconciling"
GUIDE = HERE.parent / "docs" / "reconciling.md"
ONTOLOGY = "https://w3id.org/nkgraph/ontology#"
KINDS = {"LegalInstrument", "Provision", "Place", "Organisation", "State", "Jurisdiction"}
NARROWER = {"Country", "Province", "Prefecture", "County", "River"}
PERSONAL = ("Person", "NamedPerson", "Narrator", "PersonGroup", "Intermediary", "Event", "Account", "Participation")


@pytest.fixture(scope="module")
def local(built_graph: Path) -> LocalAnswers:
    return LocalAnswers(open_files([built_graph]))


@pytest.fixture(scope="module")
def reconciler(local: LocalAnswers) -> Reconciler:
    return build_reconciler(local)


@pytest.fixture(scope="module")
def client(local: LocalAnswers) -> FlaskClient:
    return create_app(local, {}).test_client()


@pytest.fixture(scope="module")
def server(built_graph: Path) -> Iterator[str]:
    """The address of a server over the built graph, as a user starts it."""
    command = [sys.executable, "-m", "nkgraph", "serve", "--port", "0", "--out", str(built_graph.parent)]
    started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert started.stderr is not None
        line = started.stderr.readline()
        address = re.search(r"http://[0-9.:]+", line)
        assert address is not None, line
        yield address.group()
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(timeout=30)


def ask(client: FlaskClient, queries: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    answer = response.get_json()
    assert isinstance(answer, dict)
    return answer


def ask_one(client: FlaskClient, query: str, **fields: Any) -> list[dict[str, Any]]:
    found = ask(client, {"q": {"query": query, **fields}})["q"]["result"]
    assert isinstance(found, list)
    return found


# the shapes of the specification (0.2), checked strictly: what it names as needed is there, and nothing it does not know


def check_type(value: object) -> None:
    assert isinstance(value, dict)
    assert {"id", "name"} <= set(value) <= {"id", "name", "description", "broader"}
    assert value["id"]
    assert value["name"]
    for broader in value.get("broader", []):
        check_type(broader)


def check_manifest(value: dict[str, Any], root: str) -> None:
    assert value["versions"] == ["0.2"]
    assert all(isinstance(value[name], str) and value[name] for name in ("name", "identifierSpace", "schemaSpace"))
    for kind in value["defaultTypes"]:
        check_type(kind)
    assert value["view"]["url"] == root + "/{{id}}"
    preview = value["preview"]
    assert preview["url"].count("{{id}}") == 1
    assert all(type(preview[name]) is int for name in ("width", "height"))
    assert set(value["suggest"]) == {"entity", "type", "property"}
    services = [*value["suggest"].values(), value["extend"]["propose_properties"]]
    assert all(s["service_url"] == root and s["service_path"].startswith("/reconcile/") for s in services)
    assert value["extend"]["property_settings"] == []
    assert type(value["batchSize"]) is int


def check_results(value: dict[str, Any], keys: set[str], limit: int = 100) -> None:
    assert set(value) == keys
    for answer in value.values():
        assert set(answer) == {"result"}
        results = answer["result"]
        assert len(results) <= limit
        assert [r["score"] for r in results] == sorted((r["score"] for r in results), reverse=True)
        assert sum(r["match"] for r in results) <= 1
        assert [place for place, r in enumerate(results) if r["match"]] in ([], [0])
        assert len({r["id"] for r in results}) == len(results)
        for result in results:
            assert set(result) == {"id", "name", "description", "type", "score", "features", "match"}
            assert result["id"]
            assert result["name"]
            assert type(result["match"]) is bool
            assert isinstance(result["score"], int | float)
            assert 0 <= result["score"] <= 100
            assert result["type"]
            for kind in result["type"]:
                check_type(kind)
            for feature in result["features"]:
                assert set(feature) == {"id", "value"}
                assert isinstance(feature["value"], int | float)


def check_suggestions(value: dict[str, Any], *, entities: bool = False) -> None:
    assert set(value) == {"result"}
    for item in value["result"]:
        assert {"id", "name"} <= set(item) <= {"id", "name", "description", *(["notable"] if entities else [])}
        for kind in item.get("notable", []):
            check_type(kind)


def check_extension(value: dict[str, Any], ids: list[str], properties: list[str]) -> None:
    assert set(value) == {"meta", "rows"}
    assert [column["id"] for column in value["meta"]] == properties
    assert list(value["rows"]) == ids
    for row in value["rows"].values():
        assert list(row) == properties
        for values in row.values():
            for cell in values:
                form = {name: type(content) for name, content in cell.items()}
                assert form in ({"str": str}, {"float": float}, {"int": int}, {"id": str, "name": str})


# what is offered, and what never is


def test_the_index_holds_the_five_kinds_and_no_person(reconciler: Reconciler, local: LocalAnswers) -> None:
    """Everything offered is of the reference data, and typed in the graph as nothing that belongs to an account."""
    assert {kind for c in reconciler.lookup.candidates.values() for kind in c.types} <= KINDS | NARROWER
    folders = {identity.partition("/")[0] for identity in reconciler.lookup.candidates}
    assert folders == {"instrument", "provision", "place", "org", "state", "jurisdiction"}
    for candidate in reconciler.lookup.candidates.values():
        types = local.ask(
            SparqlRequest(
                "SELECT ?type WHERE { ?this a ?type }",
                substitutions={"this": ox.NamedNode(candidate.iri)},
                format="csv",
            )
        ).body.decode()
        assert not [name for name in PERSONAL if f"{ONTOLOGY}{name}\r" in types], candidate.id
    for kind in KINDS - {"Jurisdiction"}:
        assert any(kind in c.types for c in reconciler.lookup.candidates.values()), kind


def test_no_name_of_a_person_gives_a_person(client: FlaskClient, local: LocalAnswers) -> None:
    """The names of narrators and of the people whom documents name find nothing but the kinds that are offered."""
    prefix = f"PREFIX nk: <{ONTOLOGY}> "
    store = local.ask(
        SparqlRequest(
            prefix
            + """SELECT DISTINCT ?s ?name WHERE { VALUES ?kind { nk:Person nk:NamedPerson nk:Narrator nk:PersonGroup }
            ?s a ?kind . { ?s nk:name|nk:surname|nk:title|nk:alias ?name } }""",
            format="json",
        )
    )
    rows = json.loads(store.body)["results"]["bindings"]
    names = sorted({row["name"]["value"] for row in rows})
    persons = sorted({row["s"]["value"] for row in rows})
    assert len(names) > 40
    assert len(persons) > 70
    forms = [form for name in names for form in (name, f"Ms. {name}", name.upper())]
    asked = {f"n{n}": {"query": text, "limit": 100} for n, text in enumerate([*forms, *persons])}
    keys = list(asked)
    for start in range(0, len(keys), 100):
        batch = ask(client, {key: asked[key] for key in keys[start : start + 100]})
        for key, answer in batch.items():
            for result in answer["result"]:
                assert {kind["id"] for kind in result["type"]} <= KINDS | NARROWER, asked[key]
                assert not result["id"].startswith(("id/", "claim/", "span/"))
    for person in persons:
        path = person.removeprefix("https://w3id.org/nkgraph/")
        assert client.get("/reconcile/preview", query_string={"id": path}).status_code == 404
        extended = client.post(
            "/reconcile", data={"extend": json.dumps({"ids": [path], "properties": [{"id": "country"}]})}
        )
        assert extended.get_json()["rows"][path] == {"country": []}


def test_what_lies_in_an_account_is_not_offered_whatever_its_types() -> None:
    """A thing of an account that is typed as a place, and a person at an address of organisations, stay out."""
    store = open_files([MINI / "mini.trig"])
    more = f"""@prefix nk: <{ONTOLOGY}> . @base <https://w3id.org/nkgraph/> .
    <id/mini-report/case-1/house> a nk:Place ; nk:name "Lvzhou House" .
    <org/somebody> a nk:Organisation, nk:NamedPerson ; nk:name "Somebody Lvzhou" .
    <place/nameless> a nk:Place ."""
    store.extend(ox.parse(more, format=ox.RdfFormat.TURTLE))
    found = build_reconciler(LocalAnswers(store)).lookup.candidates
    assert set(found) == {
        "place/qingshan",
        "place/lvzhou",
        "instrument/example-convention",
        "state/exampleland",
    }


# the manifest, and who may ask


def test_manifest_is_as_the_specification_shapes_it(client: FlaskClient) -> None:
    """Without parameters the address describes the service, to every site, and to old clients as a script."""
    response = client.get("/reconcile", headers={"Origin": "http://localhost:3333"})
    check_manifest(response.get_json(), "http://localhost")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Robots-Tag"] == "noindex"
    kinds = {kind["id"] for kind in response.get_json()["defaultTypes"]}
    assert KINDS - {"Jurisdiction"} < kinds <= KINDS | NARROWER

    script = client.get("/reconcile?callback=jQuery3_1.cb&_=1")
    assert script.content_type == "text/javascript; charset=utf-8"
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    inside = re.fullmatch(r"/\*\*/jQuery3_1\.cb\((.*)\);", script.text)
    assert inside is not None
    check_manifest(json.loads(inside[1]), "http://localhost")


@pytest.mark.parametrize("callback", ["alert(1)", "a;b", "a b", "", "1a", "a..b", "é", "a" * 101, "<script>"])
def test_a_callback_that_is_no_name_is_refused(client: FlaskClient, callback: str) -> None:
    """A script is written for the name of a function and for nothing else."""
    response = client.get("/reconcile", query_string={"callback": callback})
    assert response.status_code == 400
    assert response.get_json()["error"].startswith("callback")


def test_files_of_others_have_no_service(local: LocalAnswers) -> None:
    """Where other files are served there is nothing to match, and the address says so."""
    other = create_app(local, {}, info=DatasetInfo(title="files", is_ours=False)).test_client()
    for path in ("/reconcile", "/reconcile/suggest/type", "/reconcile/preview?id=place/yanji", "/reconcile/extend"):
        assert other.get(path).status_code == 404
    assert other.post("/reconcile", data={"queries": "{}"}).status_code == 404
    assert "reconcil" not in other.get("/").text


def test_a_graph_that_does_not_answer_is_told_and_asked_again(local: LocalAnswers) -> None:
    """A failure to read the names is not kept: the next request reads them."""

    class Flaky:
        down = True

        def ask(self, request: SparqlRequest) -> Answer:
            return Answer.refuse(Problem(503, "the graph is not loaded")) if self.down else local.ask(request)

    service = Flaky()
    flaky = create_app(service, {}).test_client()
    assert flaky.get("/reconcile").status_code == 503
    service.down = False
    assert flaky.get("/reconcile").status_code == 200


def test_names_are_read_once_for_all_threads(local: LocalAnswers) -> None:
    """Eight first requests at once read the graph as often as one does, and answer alike."""

    class Counting:
        asked = 0

        def ask(self, request: SparqlRequest) -> Answer:
            self.asked += 1
            return local.ask(request)

    def first(app: Flask) -> object:
        return app.test_client().get("/reconcile").get_json()

    alone, many = Counting(), Counting()
    expected = first(create_app(alone, {}))
    app = create_app(many, {})
    with ThreadPoolExecutor(8) as executor:
        assert all(answer == expected for answer in executor.map(first, [app] * 8))
    assert 0 < many.asked == alone.asked


def test_one_failure_answers_all_who_wait_for_it() -> None:
    """Eight requests that come while the graph fails cost it one failure, not one after another."""
    arrived, go = threading.Semaphore(0), threading.Event()

    class Failing:
        asked = 0

        def ask(self, _: SparqlRequest) -> Answer:
            self.asked += 1
            assert go.wait(30)
            return Answer.refuse(Problem(504, "took too long", 3, 7, "ask later"))

    service = Failing()
    app = create_app(service, {})

    def first(_: int) -> tuple[int, Any]:
        arrived.release()
        response = app.test_client().get("/reconcile")
        return response.status_code, response.get_json()

    with ThreadPoolExecutor(8) as executor:
        answers = executor.map(first, range(8))
        for _ in range(8):
            assert arrived.acquire(timeout=30)
        time.sleep(0.5)
        go.set()
        told = list(answers)
    assert service.asked == 1
    assert {status for status, _ in told} == {503}
    assert all((problem["line"], problem["column"], problem["remedy"]) == (3, 7, "ask later") for _, problem in told)
    assert all("took too long" in problem["error"] for _, problem in told)


def test_broader_types_are_those_of_the_class_tree(client: FlaskClient, reconciler: Reconciler) -> None:
    """A county is a place and a state a jurisdiction because the ontology says so, in its words."""
    broader = {kind.id: kind.broader for kind in reconciler.types}
    assert {kind for kind, above in broader.items() if above == "Place"} >= {"Country", "Province", "County"}
    assert broader["Place"] is None
    assert broader["State"] == "Jurisdiction"
    kinds = {kind["id"]: kind for kind in client.get("/reconcile").get_json()["defaultTypes"]}
    assert kinds["County"]["broader"] == [{"id": "Place", "name": "place"}]
    assert all(kind["description"] for kind in kinds.values())


# names that people have


def read_table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def as_query(row: dict[str, str]) -> dict[str, Any]:
    query: dict[str, Any] = {"query": row["query"]}
    if row["type"]:
        query |= {"type": row["type"], "type_strict": "should"}
    if row["properties"]:
        query["properties"] = [
            dict(zip(("pid", "v"), pair.split("=", 1), strict=True)) for pair in row["properties"].split(";")
        ]
    return query


@pytest.mark.parametrize(("table", "least", "sure"), [("spellings.csv", 0.97, 0.75), ("held-out.csv", 0.85, 0.4)])
def test_spellings_of_users_find_what_they_mean(
    client: FlaskClient, table: str, least: float, sure: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first candidate is the thing meant for nearly all spellings, and none is matched with another thing."""
    rows = read_table(table)
    found: dict[str, Any] = {}
    for start in range(0, len(rows), 100):
        found |= ask(client, {str(n): as_query(rows[n]) for n in range(start, min(start + 100, len(rows)))})
    check_results(found, {str(n) for n in range(len(rows))})
    meant = [n for n, row in enumerate(rows) if row["expected"]]
    first = {n: found[str(n)]["result"][:1] for n in range(len(rows))}
    right = [n for n in meant if first[n] and first[n][0]["id"] == rows[n]["expected"]]
    matched = [n for n in first if first[n] and first[n][0]["match"]]
    false = [rows[n]["query"] for n in matched if first[n][0]["id"] != rows[n]["expected"]]
    with capsys.disabled():
        print(
            f"\n{table}: {len(rows)} spellings, first candidate right {len(right)}/{len(meant)}, "
            f"matched {len(matched)}, of them right {len(matched) - len(false)}"
        )
    assert false == []
    assert len(right) / len(meant) >= least, [rows[n]["query"] for n in meant if n not in right]
    assert len(matched) / len(meant) >= sure


def test_every_name_and_id_finds_its_own_thing(client: FlaskClient, reconciler: Reconciler) -> None:
    """The name, the id and the IRI of a thing give it as first candidate with a full score, ids as sure matches."""
    things = list(reconciler.lookup.candidates.values())
    for start in range(0, len(things), 30):
        part = things[start : start + 30]
        asked = {f"{c.id} id": {"query": c.id} for c in part} | {f"{c.id} iri": {"query": c.iri} for c in part}
        asked |= {f"{c.id} name": {"query": c.name, "type": c.types[0]} for c in part}
        answers = ask(client, asked)
        for c in part:
            for form in ("id", "iri"):
                best = answers[f"{c.id} {form}"]["result"][0]
                assert (best["id"], best["score"], best["match"]) == (c.id, 100, True)
            named = answers[f"{c.id} name"]["result"]
            assert c.id in [r["id"] for r in named if r["score"] >= 90], c.name


def test_batches_answer_as_single_queries_in_any_order(client: FlaskClient) -> None:
    """An answer depends on its query alone."""
    rows = read_table("spellings.csv")
    queries = {f"q{n}": as_query(row) for n, row in enumerate(rows)}
    keys = list(queries)
    once = ask(client, queries)
    for seed in range(3):
        random.Random(seed).shuffle(keys)
        again = ask(client, {key: queries[key] for key in keys})
        assert list(again) == keys
        assert again == once
    for key in keys[:40]:
        assert ask(client, {key: queries[key]}) == {key: once[key]}


def test_a_type_and_a_property_decide_between_namesakes(client: FlaskClient) -> None:
    """China is a state and a country: neither is matched until one is asked for."""
    both = ask_one(client, "China")
    assert {r["id"] for r in both[:2]} == {"place/china", "state/cn"}
    assert not both[0]["match"]
    assert [r["id"] for r in ask_one(client, "China", type="State") if r["match"]] == ["state/cn"]
    assert [r["id"] for r in ask_one(client, "China", type=["Country", "Place"]) if r["match"]] == ["place/china"]
    assert ask_one(client, "China", type=["Country", "State"], type_strict="all") == []
    for value in ("CN", "China", {"id": "place/china", "name": "China"}, {"id": "state/cn"}, ["Laos", "PRC"]):
        best = ask_one(client, "Yanji", properties=[{"pid": "country", "v": value}])[0]
        assert (best["id"], best["match"]) == ("place/yanji", True), value
        assert {"id": "properties", "value": 1.0} in best["features"]


def test_a_name_that_is_short_for_another_is_left_open(client: FlaskClient) -> None:
    """Jilin is a province, and short for Jilin City: a type, a level or a larger place decides."""
    assert {r["id"] for r in ask_one(client, "Jilin", type="Place") if r["score"] >= 90} == {
        "place/jilin",
        "place/jilin-city",
    }
    assert not ask_one(client, "Jilin", type="Place")[0]["match"]
    for query, kind, expected in [
        ("Jilin", "Province", "place/jilin"),
        ("Jilin Province", "Place", "place/jilin"),
        ("Jilin City", "Place", "place/jilin-city"),
        ("Yanji, Jilin", "Place", "place/yanji"),
    ]:
        assert [r["id"] for r in ask_one(client, query, type=kind) if r["match"]] == [expected]
    assert not any(r["match"] for r in ask_one(client, "Yanji, Shandong", type="Place"))
    assert not any(r["match"] for r in ask_one(client, "Yanji Province", type="Place"))


@pytest.mark.parametrize(
    ("query", "kind", "pid", "good", "bad"),
    [
        ("Musan", "Place", "within", "North Hamgyong", "Jilin"),
        ("CEDAW", "LegalInstrument", "date", 1979, "1980"),
        ("CEDAW", "LegalInstrument", "jurisdiction", "international", "China"),
        ("CEDAW", "LegalInstrument", "kind", "treaty", "national_law"),
        ("CEDAW", "LegalInstrument", "identifier", "mtdsg IV-8", "MTDSG IV-9"),
        ("Article 6", "Provision", "instrument", "CEDAW", "ICCPR"),
        ("UNICEF", "Organisation", "kind", "un body", "media"),
        ("DPRK", "State", "isoCode", "kp", "KR"),
    ],
)
def test_a_property_raises_or_sinks(
    client: FlaskClient, query: str, kind: str, pid: str, good: object, bad: object
) -> None:
    """What agrees is matched, what speaks against it sinks below every whole name and is never matched."""
    (best, *_) = ask_one(client, query, type=kind, properties=[{"pid": pid, "v": good}])
    assert best["match"]
    against = ask_one(client, query, type=kind, properties=[{"pid": pid, "v": bad}])
    sunk = [r for r in against if r["id"] == best["id"]]
    assert all(r["score"] < 60 and not r["match"] for r in sunk)
    assert not [r for r in against if r["match"]]


def test_a_part_of_a_provision_finds_the_whole_as_less(client: FlaskClient) -> None:
    """A paragraph that is not in the graph gives its article, unmatched; another article gives nothing so near."""
    (best, *_) = ask_one(client, "Art. 33(7) Refugee Convention", type="Provision")
    assert best["id"] == "provision/refugee-convention-1951-art-33"
    assert best["score"] < 90
    assert not best["match"]


def test_a_provision_is_no_surer_than_its_instrument(client: FlaskClient) -> None:
    """A number of "the Protocol" or of a misspelt treaty finds the provision, and leaves it open."""
    for query, expected in [
        ("Article 3 of the Protocol", "provision/trafficking-protocol-2000-art-3"),
        ("Art. 33 Refuge Convention", "provision/refugee-convention-1951-art-33"),
    ]:
        (best, *_) = ask_one(client, query, type="Provision")
        assert (best["id"], best["match"]) == (expected, False)


def test_a_provision_of_one_of_two_instruments_of_a_name_is_left_open(client: FlaskClient) -> None:
    """ "The Palermo Protocol" is one protocol or another: that only one has its article 3 here decides nothing."""
    for query in ("Article 3 of the Palermo Protocol", "Para. 82 UNHCR Handbook"):
        (best, *_) = ask_one(client, query, type="Provision")
        assert best["score"] >= 90
        assert not best["match"], query
    (best, *_) = ask_one(client, "Article 3 of the Trafficking Protocol", type="Provision")
    assert (best["id"], best["match"]) == ("provision/trafficking-protocol-2000-art-3", True)


def test_properties_alone_find_things(client: FlaskClient) -> None:
    """A query without a name gives what has the properties."""
    query = {"type": "Place", "properties": [{"pid": "within", "v": "Yanbian"}], "limit": 50}
    found = ask(client, {"q": query})["q"]["result"]
    assert {"place/yanji", "place/tumen"} <= {r["id"] for r in found}
    assert all("Yanbian" in r["description"] for r in found)
    assert not any(r["match"] for r in found)


def test_limits_are_kept(client: FlaskClient) -> None:
    """No more candidates than are asked for, the best of them."""
    long = ask_one(client, "United Nations Committee", limit=50)
    assert len(long) > 3
    assert ask_one(client, "United Nations Committee", limit=3) == long[:3]
    assert len(ask_one(client, "United Nations Committee", limit=2.0)) == 2
    assert len(ask_one(client, "United Nations Committee")) <= 10


# suggestions, previews, columns of values


def test_suggestions_complete_what_is_typed(client: FlaskClient) -> None:
    """A name, a word of a name, an id and an identifier complete; pages follow each other without gaps."""
    for prefix, expected in [
        ("Yanj", "place/yanji"),
        ("refugee conv", "instrument/refugee-convention-1951"),
        ("HRN", "org/committee-for-human-rights-in-north-korea"),
        ("instrument/ceda", "instrument/cedaw-1979"),
        ("MTDSG XVIII-12-", "instrument/trafficking-protocol-2000"),
        ("Hamgyŏng", "place/north-hamgyong"),
    ]:
        answer = client.get("/reconcile/suggest/entity", query_string={"prefix": prefix}).get_json()
        check_suggestions(answer, entities=True)
        assert expected in [item["id"] for item in answer["result"]], prefix
    only = client.get("/reconcile/suggest/entity?prefix=ch&type=State").get_json()["result"]
    assert [item["id"] for item in only] == ["state/cn"]

    seen: list[str] = []
    while page := client.get(f"/reconcile/suggest/entity?prefix=&cursor={len(seen)}").get_json()["result"]:
        seen += [item["id"] for item in page]
    assert len(seen) == len(set(seen)) > 200

    types = client.get("/reconcile/suggest/type?prefix=legal").get_json()
    check_suggestions(types)
    assert [kind["id"] for kind in types["result"]] == ["LegalInstrument"]
    properties = client.get("/reconcile/suggest/property?prefix=co&type=Place").get_json()
    check_suggestions(properties)
    assert [p["id"] for p in properties["result"]] == ["country"]
    assert client.get("/reconcile/suggest/property?prefix=juris&type=Place").get_json() == {"result": []}


def test_previews_stand_in_frames_and_nothing_else_does(client: FlaskClient, reconciler: Reconciler) -> None:
    """Each candidate has a small page that any site may frame; every other page refuses frames."""
    for identity in reconciler.lookup.candidates:
        response = client.get("/reconcile/preview", query_string={"id": identity})
        assert response.status_code == 200
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert "noindex" in response.headers["X-Robots-Tag"]
    page = client.get("/reconcile/preview?id=instrument%2Fcedaw-1979").text
    assert "MTDSG IV-8" in page
    assert "CEDAW" in page
    assert "in force" not in page.casefold()
    for path in ("/", "/reconcile", "/place/yanji", "/reconcile/suggest/type"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_view_addresses_lead_to_pages(client: FlaskClient) -> None:
    """The address that the manifest makes of an id is the page of the thing, also with the slash encoded."""
    view = client.get("/reconcile").get_json()["view"]["url"]
    for identity in ("place/yanji", "provision/cedaw-1979-art-6"):
        for encoded in (identity, urllib.parse.quote(identity, safe="")):
            page = client.get(view.replace("{{id}}", encoded).removeprefix("http://localhost"))
            assert page.status_code == 200
            assert f"https://w3id.org/nkgraph/{identity}" in page.text


def test_tables_are_extended_with_what_the_graph_states(client: FlaskClient) -> None:
    """Values come typed; where nothing is stated, or the id is unknown, the cell is empty."""
    ids = ["place/yanji", "state/kp", "instrument/cedaw-1979", "https://w3id.org/nkgraph/place/tumen", "place/nowhere"]
    names = [p.id for p in PROPERTIES]
    asked = {"ids": ids, "properties": [{"id": name} for name in names]}
    answer = client.post("/reconcile", data={"extend": json.dumps(asked)}).get_json()
    check_extension(answer, ids, names)
    rows = answer["rows"]
    assert [cell["id"] for cell in rows["place/yanji"]["within"]] == ["place/yanbian", "place/jilin", "place/china"]
    assert rows["place/yanji"]["latitude"] == [{"float": 42.8823}]
    assert rows["place/yanji"]["date"] == []
    assert rows["state/kp"]["isoCode"] == [{"str": "KP"}]
    assert {"str": "MTDSG IV-8"} in rows["instrument/cedaw-1979"]["identifier"]
    assert rows["instrument/cedaw-1979"]["date"] == [{"str": "1979-12-18"}]
    assert rows[ids[3]]["country"] == [{"id": "place/china", "name": "China"}]
    assert set(map(len, rows["place/nowhere"].values())) == {0}
    # each entity that a column holds is one that the service knows
    for row in rows.values():
        for cells in row.values():
            for cell in cells:
                if "id" in cell:
                    assert client.get("/reconcile/preview", query_string={"id": cell["id"]}).status_code == 200


def test_properties_are_proposed_for_a_type(client: FlaskClient) -> None:
    """What is proposed for a type has values for some thing of that type, but for links that may not be there."""
    for kind in ("LegalInstrument", "Provision", "County", "Organisation", "State"):
        answer = client.get(f"/reconcile/extend?type={kind}").get_json()
        assert set(answer) == {"properties", "type"}
        assert answer["type"] == kind
        names = [p["id"] for p in answer["properties"]]
        things = client.get(f"/reconcile/suggest/entity?prefix=&type={kind}").get_json()["result"]
        extended = client.post(
            "/reconcile",
            data={"extend": json.dumps({"ids": [t["id"] for t in things], "properties": [{"id": n} for n in names]})},
        ).get_json()
        for name in set(names) - {"link", "altName"}:
            assert any(row[name] for row in extended["rows"].values()), (kind, name)
    # OpenRefine asks with an empty type where a column was matched against none
    assert len(client.get("/reconcile/extend?type=").get_json()["properties"]) == len(PROPERTIES)
    assert len(client.get("/reconcile/extend?type=Place&limit=2").get_json()["properties"]) == 2


# wrong requests

WRONG = [
    ({"queries": "{"}, 400, "queries: not JSON"),
    ({"queries": "[]"}, 400, "a list where an object is needed"),
    ({"queries": '"x"'}, 400, "a text where an object is needed"),
    ({"queries": "[" * 100_000}, 400, "nested too deeply"),
    ({"queries": '{"q0": 1}'}, 400, "q0: a number where an object is needed"),
    ({"queries": '{"q0": {}}'}, 400, "q0: neither query nor properties"),
    ({"queries": '{"q0": {"query": NaN}}'}, 400, "NaN is not JSON"),
    ({"queries": '{"q0": {"query": 5}}'}, 400, "query: a number where a text is needed"),
    ({"queries": '{"q0": {"query": "x", "typ": "Place"}}'}, 400, "no field 'typ'"),
    ({"queries": '{"q0": {"query": "x", "type": "Plase"}}'}, 400, "no type 'Plase'"),
    ({"queries": '{"q0": {"query": "x", "type": ["Place", 3]}}'}, 400, "type: a number where a text is needed"),
    ({"queries": '{"q0": {"query": "x", "type_strict": "maybe"}}'}, 400, "type_strict is 'maybe'"),
    ({"queries": '{"q0": {"query": "x", "limit": 0}}'}, 400, "limit: 0"),
    ({"queries": '{"q0": {"query": "x", "limit": true}}'}, 400, "limit: true"),
    ({"queries": '{"q0": {"query": "x", "limit": 1.5}}'}, 400, "limit: 1.5"),
    ({"queries": '{"q0": {"query": "x", "limit": 1e999}}'}, 400, "limit: Infinity"),
    ({"queries": '{"q0": {"query": "x", "limit": "3"}}'}, 400, 'limit: "3"'),
    ({"queries": '{"q0": {"query": "x", "properties": {}}}'}, 400, "an object where a list is needed"),
    ({"queries": '{"q0": {"query": "x", "properties": [{"pid": "country"}]}}'}, 400, "pid and v"),
    ({"queries": '{"q0": {"query": "x", "properties": [{"pid": "contry", "v": "x"}]}}'}, 400, "no property 'contry'"),
    ({"queries": '{"q0": {"query": "x", "properties": [{"pid": "country", "v": null}]}}'}, 400, "nothing where"),
    ({"queries": '{"q0": {"query": "x", "properties": [{"pid": "country", "v": [[]]}]}}'}, 400, "a list where a text"),
    ({"queries": json.dumps({"q0": {"query": "x" * 1001}})}, 400, "1,001 characters"),
    ({"queries": json.dumps({str(n): {"query": "x"} for n in range(101)})}, 413, "101 in one batch"),
    ({"queries": json.dumps({"q0": {"query": "\ufdfa" * 56}})}, 400, "1,008 characters"),
    ({"queries": json.dumps({"q0": {"query": "x"}}) + " " * 100_000}, 413, "100,022 characters in one batch"),
    (
        {
            "queries": json.dumps(
                {str(n): {"properties": [{"pid": "documents", "v": [*range(50)]}]} for n in range(20)}
                | {"a": {"properties": [{"pid": "date", "v": []}]}}
            )
        },
        413,
        "1,001 property values in one batch",
    ),
    ({"queries": "{}", "extend": "{}"}, 400, "two requests"),
    ({"query": "CEDAW"}, 400, "there are no queries"),
    ({"other": "1"}, 400, "there are no queries"),
    ({"extend": "{"}, 400, "extend: not JSON"),
    ({"extend": "{}"}, 400, "two lists"),
    ({"extend": '{"ids": [], "properties": [{}]}'}, 400, "object with an id"),
    ({"extend": '{"ids": [], "properties": [{"id": "born"}]}'}, 400, "no property 'born'"),
    ({"extend": '{"ids": [1], "properties": []}'}, 400, "a number where a text is needed"),
    ({"extend": '{"ids": [], "properties": [{"id": "date", "settings": {"x": 1}}]}'}, 400, "no property has settings"),
    ({"extend": json.dumps({"ids": ["x"] * 1001, "properties": []})}, 413, "1,000 ids"),
]


@pytest.mark.parametrize(("form", "status", "words"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_wrong_requests_are_told(client: FlaskClient, form: dict[str, str], status: int, words: str) -> None:
    """A mistake has its status and says where it stands, in the shape of all errors."""
    response = client.post("/reconcile", data=form)
    assert response.status_code == status, response.text
    assert set(response.get_json()) == {"error", "status", "line", "column", "remedy"}
    assert words in response.get_json()["error"]
    if {"queries", "extend"} & set(form) and len(json.dumps(form)) < 5000:
        assert client.get("/reconcile", query_string=form).status_code == status


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/reconcile?query=CEDAW", 400, "single query"),
        ("/reconcile/preview", 400, "there is no id"),
        ("/reconcile/preview?id=place/nowhere", 404, "nothing of the id 'place/nowhere'"),
        ("/reconcile/suggest/entity?prefix=x&cursor=-1", 400, "cursor: '-1'"),
        ("/reconcile/suggest/entity?prefix=x&cursor=" + "9" * 10, 400, "no whole number"),
        ("/reconcile/suggest/entity?prefix=x&type=Plase", 400, "no type 'Plase'"),
        ("/reconcile/suggest/property?type=Plase", 400, "no type 'Plase'"),
        ("/reconcile/suggest/entity?prefix=" + "x" * 1001, 400, "1,001 characters"),
        ("/reconcile/extend?type=Plase", 400, "no type 'Plase'"),
        ("/reconcile/extend?limit=many", 400, "limit: 'many'"),
        ("/reconcile/suggest/nothing", 404, "not found"),
    ],
)
def test_wrong_addresses_are_told(client: FlaskClient, path: str, status: int, words: str) -> None:
    """Parameters that cannot be read, and things that are not there."""
    response = client.get(path)
    assert response.status_code == status
    assert words in response.get_json()["error"]


def test_a_batch_is_given_once(client: FlaskClient) -> None:
    """Two batches in one request are none: which of them is meant is not guessed."""
    response = client.get("/reconcile?queries=%7B%7D&queries=%7B%7D")
    assert (response.status_code, response.get_json()["error"]) == (400, "there is more than one batch")


def test_nearest_is_named(client: FlaskClient) -> None:
    """A mistyped type or property gets the nearest there is."""
    response = client.post("/reconcile", data={"queries": '{"q": {"query": "x", "type": "LegalInstument"}}'})
    assert response.get_json()["remedy"] == "nearest: LegalInstrument"


def test_other_ways_to_send_are_refused(client: FlaskClient) -> None:
    """Queries come as a form; JSON by itself belongs to a later draft, and is refused with what to do."""
    response = client.post("/reconcile", json={"queries": []})
    assert response.status_code == 415
    assert "form" in response.get_json()["remedy"]
    assert client.put("/reconcile").status_code == 405


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "  ", "()", "," * 500, "U." * 500, "of " * 333, "1(" * 400, "🇰🇵", "ﬁ"]
)
def test_odd_texts_have_answers(client: FlaskClient, text: str) -> None:
    """No text breaks a batch: half a character, controls, nothing but marks, repetitions."""
    check_results(ask(client, {"q": {"query": text}}), {"q"})


HEAVY = {
    "long names": {
        "query": "Art. 3 " + "convention rights migrant workers protocol trafficking persons " * 15,
        "limit": 100,
    },
    "parts": {"query": "Yanji," + "Jilin," * 160, "limit": 100},
    "letters that stand for phrases": {"query": "\ufdfa" * 55, "limit": 100},
    "values": {"properties": [{"pid": "latitude", "v": [*range(10)]}], "limit": 100},
    "properties": {"properties": [{"pid": "documents", "v": 1}] * 10, "limit": 100},
    "names as values": {"properties": [{"pid": "within", "v": [f"{n} Jilin," * 9 for n in range(8)]}], "limit": 100},
}


@pytest.mark.parametrize("shape", HEAVY)
def test_the_heaviest_batches_are_answered_soon(client: FlaskClient, shape: str) -> None:
    """A batch as large as is let in takes about a second on an idle machine, and never one second for a query."""
    queries = {str(n): HEAVY[shape] for n in range(95)}
    started = time.perf_counter()
    check_results(ask(client, queries), set(queries))
    assert time.perf_counter() - started < 8


# real clients over HTTP


def request(address: str, form: dict[str, str] | None = None) -> tuple[int, Any, dict[str, str]]:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    headers = {"Origin": "http://localhost:3333", "Accept": "application/json, text/javascript, */*; q=0.01"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=30) as response:
            return response.status, json.loads(response.read()), dict(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), dict(error.headers)


@pytest.mark.slow
def test_openrefine_is_served(server: str) -> None:
    """The requests that OpenRefine 3 sends, in its order and its words, over HTTP."""
    # a service is added: GET, from the page at localhost:3333
    status, manifest, headers = request(f"{server}/reconcile")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    check_manifest(manifest, server)
    # a column is chosen: its first ten values, three candidates each, to guess the type
    cells = ["CEDAW", "1951 Refugee Convention", "ICCPR"]
    batch = {f"q{n}": {"query": cell, "limit": 3} for n, cell in enumerate(cells)}
    status, guessed, _ = request(f"{server}/reconcile", {"queries": json.dumps(batch)})
    check_results(guessed, set(batch), 3)
    firsts = [answer["result"][0]["type"][0]["id"] for answer in guessed.values()]
    assert max(set(firsts), key=firsts.count) == "LegalInstrument"
    # the property of a second column is looked up as it is typed
    suggest = manifest["suggest"]["property"]
    query = urllib.parse.urlencode({"type": "LegalInstrument", "prefix": "da"})
    _, properties, _ = request(f"{suggest['service_url']}{suggest['service_path']}?{query}")
    assert [p["id"] for p in properties["result"]] == ["date"]
    # the column is reconciled: a matched cell of another column comes as id and name, a plain one as itself
    batch = {
        "q0": {
            "query": "CEDAW",
            "type": "LegalInstrument",
            "type_strict": "should",
            "properties": [
                {"pid": "date", "v": 1979},
                {"pid": "jurisdiction", "v": {"id": "jurisdiction/international", "name": "international"}},
            ],
        },
        "q1": {"query": "nothing of the kind", "type": "LegalInstrument", "type_strict": "should"},
    }
    _, answer, _ = request(f"{server}/reconcile", {"queries": json.dumps(batch)})
    check_results(answer, {"q0", "q1"})
    assert [r["id"] for r in answer["q0"]["result"] if r["match"]] == ["instrument/cedaw-1979"]
    assert not any(r["match"] for r in answer["q1"]["result"])
    # the same in an address
    _, again, _ = request(f"{server}/reconcile?" + urllib.parse.urlencode({"queries": json.dumps(batch)}))
    assert again == answer
    # a candidate is hovered over and followed: encodeURI leaves the slash of the id
    for url in (manifest["preview"]["url"], manifest["view"]["url"]):
        for identity in ("instrument/cedaw-1979", "instrument%2Fcedaw-1979"):
            with urllib.request.urlopen(url.replace("{{id}}", identity), timeout=30) as page:
                assert "Discrimination against Women" in page.read().decode()
    # another match is searched for
    suggest = manifest["suggest"]["entity"]
    query = urllib.parse.urlencode({"type": "LegalInstrument", "prefix": "refugee"})
    _, entities, _ = request(f"{suggest['service_url']}{suggest['service_path']}?{query}")
    check_suggestions(entities, entities=True)
    assert "instrument/refugee-convention-1951" in [item["id"] for item in entities["result"]]
    # columns are added from matched cells
    propose = manifest["extend"]["propose_properties"]
    _, proposed, _ = request(f"{propose['service_url']}{propose['service_path']}?type=LegalInstrument")
    assert {"id", "name"} <= set(proposed["properties"][0])
    extend = {"ids": ["instrument/cedaw-1979"], "properties": [{"id": "identifier"}, {"id": "date"}]}
    _, columns, _ = request(f"{server}/reconcile", {"extend": json.dumps(extend)})
    check_extension(columns, ["instrument/cedaw-1979"], ["identifier", "date"])
    # and a mistake is told
    status, problem, _ = request(f"{server}/reconcile", {"queries": "{"})
    assert (status, problem["status"]) == (400, 400)


def run_client(python: Path, *arguments: str, table: str) -> dict[str, dict[str, Any]]:
    command = [str(python), str(HERE / "clients" / "reconcile_table.py"), *arguments]
    done = subprocess.run(command, input=table, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {row["input_value"]: row for row in json.loads(done.stdout)}


@pytest.mark.slow
def test_a_client_of_others_matches_a_table(server: str, clients_python: Path) -> None:
    """``reconciler`` sends a pandas column in batches of ten and reads the answers: ids, names, types, matches."""
    rows = [row for row in read_table("spellings.csv") if row["type"] == "LegalInstrument" and row["expected"]]
    table = "name\n" + "".join('"{}"\n'.format(row["query"].replace('"', '""')) for row in rows)
    found = run_client(clients_python, server, "LegalInstrument", table=table)
    assert len(found) == len(rows) > 15
    for row in rows:
        assert found[row["query"]]["id"] == row["expected"]
        assert found[row["query"]]["type_id"] == "LegalInstrument"

    table = "name,land\nYanji,China\nMusan,DPRK\nTumen,Laos\n"
    found = run_client(clients_python, server, "Place", "country", "land", table=table)
    assert {name: row["match"] for name, row in found.items()} == {"Yanji": True, "Musan": True, "Tumen": False}


# the page of the documentation


def test_the_documented_properties_are_those_there_are() -> None:
    """The table of docs/reconciling.md lists every property in its words."""
    rows = re.findall(r"(?m)^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", GUIDE.read_text(encoding="utf-8"))
    assert [(name, words) for name, _, words in rows] == [(p.id, p.description) for p in PROPERTIES]


@pytest.mark.slow
def test_the_documented_call_gives_the_documented_answer(server: str) -> None:
    """The curl of docs/reconciling.md, sent to a server, gives what stands below it."""
    if shutil.which("curl") is None:
        pytest.skip("no curl at hand")
    found = re.search(r"```sh\n(curl .*)\n```\n\n```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert found is not None
    call = found[1].replace("http://127.0.0.1:8080", server)
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, timeout=30)
    assert json.loads(done.stdout) == json.loads(found[2])


def test_another_number_is_another_thing(client: FlaskClient) -> None:
    """A recommendation, convention or resolution of another number is not offered for the one that is held."""
    wrong = {
        str(n): {"query": text} for n, text in enumerate(["General Recommendation No. 38", "ILO Convention No. 87"])
    }
    found = ask(client, wrong)
    offered = {r["id"] for answer in found.values() for r in answer["result"]}
    assert not offered & {
        "instrument/cedaw-general-recommendation-19",
        "instrument/ilo-c029-1930",
        "instrument/ilo-c105-1957",
    }
    right = ask(client, {"a": {"query": "General Recommendation No. 19"}})
    assert right["a"]["result"][0]["id"] == "instrument/cedaw-general-recommendation-19"
