"""Explanations in every format, from the command line and from the server: exact, escaped, and refused where wrong."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import attrs
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from proof_fixtures import EX, TALE, inferred, make_explainer, make_store, parse, triple, write_rules
from serving_fixtures import MINI

from nkgraph.answers import QueryService, start_template
from nkgraph.cli import main
from nkgraph.errors import ParameterError
from nkgraph.evaluation import LocalAnswers
from nkgraph.proofs import Explainer
from nkgraph.proofs.answering import answer_why
from nkgraph.proofs.asking import read_triple
from nkgraph.proofs.diagrams import write_mermaid
from nkgraph.proofs.foldable import write_page
from nkgraph.proofs.jsonfiles import read_json, status_of, write_json
from nkgraph.proofs.provenance import to_prov
from nkgraph.proofs.telling import add_quotations, explain, explain_clash
from nkgraph.proofs.texts import write_text
from nkgraph.reasoning import close
from nkgraph.sparql import Answer, Limits
from nkgraph.store import open_files
from nkgraph.web import create_app

EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the invented rules."""
    return write_rules(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def tale(rules: Path) -> Explainer:
    """The invented graph, to be explained."""
    return make_explainer(parse(TALE), rules)


def why(explainer: Explainer, asked: ox.Triple) -> Answer:
    return answer_why(explainer, (str(asked.subject), str(asked.predicate), str(asked.object)), Limits())


def make_client(explainer: Explainer) -> FlaskClient:
    def quote(slug: str, start: int, end: int) -> str | None:
        return f"{EVIL} {slug}[{start}:{end}]"

    app = create_app(LocalAnswers(explainer.store), {}, quote=quote, explain=partial(why, explainer))
    return app.test_client()


def address(subject: str, predicate: str, target: str, **more: str) -> dict[str, str]:
    return {"subject": subject, "predicate": predicate, "object": target, **more}


HOW_ADA = address(f"{EX}ada", "a", f"<{EX}Animal>")


def test_text_shows_claim_passage_span_and_words(tale: Explainer) -> None:
    """A leaf names its claim, document, passage and span, and shows the words where the document is at hand."""
    told = add_quotations(explain(tale, triple("ada", "in", "farm")), lambda slug, start, end: f"{slug} {start} {end}")
    text = write_text(told)

    assert "said in claim a-tale/one; A Tale, account 1, characters 0–9 (2 words); stated" in text
    assert "“a-tale 0 9”" in text
    assert "said in reference data, places" in text


def test_text_tells_what_was_searched_and_counted(tale: Explainer) -> None:
    """What was searched for and not found stands in the text with its values; a count with its number."""
    light = write_text(explain(tale, triple("ada", "a", "Light")))
    meals = write_text(explain(tale, triple("bea", "meals", 2)))

    assert f"searched in the whole graph and not found: {{ {EX}ada" in light
    assert "counted in the whole graph: 2" in meals


def test_text_of_what_is_not_there_is_no_no(tale: Explainer) -> None:
    """Not there is not “no”: it is said so, with the rules that could conclude it and what they miss."""
    text = write_text(explain(tale, triple("dot", "a", "Heavy")))

    assert "That is no “no”" in text
    assert "the rule heavy" in text
    assert f"missing: {EX}dot – {EX}weight – something (?w)" in text
    assert f"The graph holds nothing at all of {EX}dot" in text


@pytest.mark.parametrize("number", range(0, 60, 6))
def test_json_holds_everything(tale: Explainer, number: int) -> None:
    """What is written as JSON is read back as it was, whatever the triple."""
    goals = [*inferred(tale.store), triple("dot", "a", "Heavy"), triple("bea", "a", "Light"), triple("ada", "a", "Hen")]
    told = attrs.evolve(explain(tale, goals[number % len(goals)]), names={f"{EX}ada": 'Ada "the hen"'})

    assert read_json(write_json(told)) == told


def test_json_of_a_contradiction(rules: Path) -> None:
    """A contradiction is told as a tree without a triple, both sides below it, in each format."""
    quads = parse(TALE)
    explainer = make_explainer(quads, rules)
    found = next(c for c in close(quads).contradictions if c.rule.key == "cax-dw")
    clash = explainer.prove_contradiction(found.rule, found.triples)
    assert clash is not None
    told = explain_clash(explainer, clash)

    assert status_of(told) == "contradiction"
    assert read_json(write_json(told)) == told
    assert "cannot hold together" in write_text(told)
    assert write_text(told).count("said in claim a-tale/three") == 1
    assert "contradiction" in write_mermaid(told)
    assert len(to_prov(told)) > 10


def test_mermaid_has_a_node_for_each_triple(tale: Explainer) -> None:
    """Each triple of a proof is one node, each premise an arrow with its rule; quotation marks end no label."""
    told = explain(tale, triple("ada", "in", "land"))
    lines = write_mermaid(attrs.evolve(told, names={f"{EX}ada": 'Ada "]; click x'})).splitlines()
    nodes = [line for line in lines if re.match(r"  p\d+[\[(]", line)]
    arrows = [line for line in lines if "-->" in line or "-.->" in line]

    assert lines[0] == "flowchart BT"
    assert len(nodes) == len({line.split('"')[1] for line in nodes})
    assert all(re.fullmatch(r'  p\d+ (-->|-\.->)\|"[^"]+"\| p\d+', line) for line in arrows)
    assert all(line.count('"') == 2 for line in nodes)


def test_prov_says_what_was_used(tale: Explainer) -> None:
    """In RDF each conclusion was generated by an activity that used its premises; leaves have their claims as sources."""
    graph = ox.Store()
    graph.extend(ox.Quad(t.subject, t.predicate, t.object) for t in to_prov(explain(tale, triple("ada", "in", "farm"))))
    query = """
    PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    SELECT ?o ?source WHERE {
      ?c rdf:subject <https://example.org/ada> ; rdf:object <https://example.org/farm> ; prov:wasGeneratedBy ?a .
      ?a prov:used ?p ; prov:qualifiedAssociation/prov:hadPlan <https://w3id.org/nkgraph/graph/inferred/prp-trp> .
      ?p rdf:object ?o ; prov:hadPrimarySource ?source }"""
    rows = graph.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    found = {(row["o"].value.rpartition("/")[2], row["source"].value.rpartition("/")[2]) for row in rows}

    assert found == {("yard", "one"), ("farm", "places"), ("owl#TransitiveProperty", "ontology")}


def test_html_escapes_everything(rules: Path) -> None:
    """Names, literals, quotations and titles are text in HTML, whatever they hold; links lead to the web only."""
    quads = parse(TALE.replace('"A Tale: of Hens"', json.dumps(EVIL)))
    quads.append(
        ox.Quad(ox.NamedNode(EX + "ada"), ox.NamedNode(EX + "in"), ox.NamedNode("javascript:x"), quads[-1].graph_name)
    )
    explainer = make_explainer(quads, rules)
    goal = ox.Triple(ox.NamedNode(EX + "bea"), ox.NamedNode(EX + "eats"), ox.Literal(EVIL))
    asked = [triple("ada", "in", "farm"), goal, triple("ada", "a", "Light"), ox.Triple(*_in("ada", "javascript:x"))]
    for each in asked:
        told = add_quotations(explain(explainer, each), lambda *_: EVIL)
        page = write_page(attrs.evolve(told, names={EX + "ada": EVIL, EX + "in": EVIL}))
        assert "<script" not in page
        assert 'href="javascript' not in page


def _in(subject: str, iri: str) -> tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]:
    return ox.NamedNode(EX + subject), ox.NamedNode(EX + "in"), ox.NamedNode(iri)


@pytest.mark.parametrize(
    ("accept", "kind", "begins"),
    [
        ("text/html", "text/html; charset=utf-8", "<!doctype html>"),
        ("application/json", "application/json", '{\n "triple"'),
        ("text/plain", "text/plain; charset=utf-8", "https://example.org/ada – is recorded as"),
        ("text/vnd.mermaid", "text/vnd.mermaid; charset=utf-8", "flowchart BT"),
        ("text/turtle", "text/turtle; charset=utf-8", "@prefix"),
        ("application/ld+json", "application/ld+json", "["),
    ],
)
def test_server_explains_in_the_format_asked_for(tale: Explainer, accept: str, kind: str, begins: str) -> None:
    """Each format is had by its media type, and none is for search engines."""
    response = make_client(tale).get("/explain", query_string=HOW_ADA, headers={"Accept": accept})

    assert (response.status_code, response.headers["Content-Type"]) == (200, kind)
    assert response.get_data(as_text=True).startswith(begins)
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Accept" in response.headers["Vary"]


def test_page_shows_the_words_and_links_its_things(tale: Explainer) -> None:
    """The page holds the escaped words, the claim and its span as links, and folds each conclusion."""
    page = (
        make_client(tale)
        .get("/explain", query_string=address(f"{EX}ada", f"{EX}in", f"{EX}land"))
        .get_data(as_text=True)
    )

    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert 'href="/claim/a-tale/one"' in page
    assert 'href="/span/a-tale/0-9"' in page
    assert page.count("<details open>") == 2


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        (address("plac:yanji", "a", "nk:Place"), 400, "unknown prefix 'plac' (did you mean place?)"),
        (address("place:yanji", "within", "place:china"), 400, "the predicate 'within' is neither"),
        (address("place:yanji", "nk:within", '"open'), 400, "quotation marks are not closed"),
        (address('"Yanji"', "nk:within", "place:china"), 400, "a literal can only be an object"),
        (address("<a b>", "nk:within", "place:china"), 400, "is not an IRI"),
        (address("place:yanji", "nk:within", ""), 400, "the object of the triple is not given"),
        ({}, 400, "the subject and the predicate and the object of the triple are not given"),
        (address("place:yanji", "a", "nk:Place", format="svg"), 406, "no format 'svg'"),
    ],
)
def test_server_refuses_what_is_no_triple(tale: Explainer, asked: dict[str, str], status: int, says: str) -> None:
    """Wrong input is a 400 with what is wrong and what to write; an unknown format a 406."""
    response = make_client(tale).get("/explain", query_string=asked, headers={"Accept": "application/json"})
    told = response.get_json()

    assert response.status_code == status
    assert says in told["error"]
    assert told["remedy"]


def test_page_without_a_question_is_a_form(tale: Explainer) -> None:
    """A browser that asks nothing is given a form."""
    response = make_client(tale).get("/explain", headers={"Accept": "text/html"})

    assert response.status_code == 200
    assert 'name="predicate"' in response.get_data(as_text=True)


def test_server_without_explanations_says_so() -> None:
    """Where nothing explains, the page is not there, and no page links to it."""
    client = create_app(LocalAnswers(open_files([MINI / "mini.trig"])), {}).test_client()

    assert client.get("/explain", query_string=HOW_ADA).status_code == 404
    page = client.get("/id/mini-report/case-1/transfer-1").get_data(as_text=True)
    assert "transfer" in page
    assert "/explain" not in page


def test_pages_link_inferred_triples_to_their_proofs(rules: Path) -> None:
    """Beside each inferred statement and type of a thing stands a link to its proof, which leads there; beside others none."""
    quads = parse(TALE.replace(EX, "https://w3id.org/nkgraph/id/"))
    folder = rules.parent / "own"
    for path in (rules / "domain").glob("*.rq"):
        (folder / "domain").mkdir(exist_ok=True, parents=True)
        text = path.read_text(encoding="utf-8").replace(EX, "https://w3id.org/nkgraph/id/")
        (folder / "domain" / path.name).write_text(text, encoding="utf-8")
    (folder / "strata.yaml").write_text((rules / "strata.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    client = make_client(make_explainer(quads, folder))
    page = client.get("/id/ada", headers={"Accept": "text/html"}).get_data(as_text=True)
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/explain\?[^"]+)">why<', page)]
    told = {link: client.get(link, headers={"Accept": "application/json"}).get_json() for link in links}

    assert {each["status"] for each in told.values()} == {"inferred"}
    objects = {each["triple"]["object"].rpartition("/")[2] for each in told.values()}
    assert {"farm>", "valley>", "land>", "Animal>", "Light>"} <= objects
    assert "yard>" not in objects


def test_children_of_the_server_explain(tmp_path: Path, rules: Path) -> None:
    """The processes that hold the graph answer why as this process does, and refuse what is no triple."""
    store = make_store(parse(TALE), rules)
    path = tmp_path / "nkgraph.nq"
    with path.open("wb") as output:
        ox.serialize(sorted(store, key=str), output, format=ox.RdfFormat.N_QUADS)
    template = start_template(path, tmp_path / "s", Limits(), rules=rules)
    service = QueryService(tmp_path / "s")
    try:
        answer = service.explain(triple("ada", "a", "Light"))
        here = explain(make_explainer(parse(TALE), rules), triple("ada", "a", "Light"))
        assert read_json(answer.require().body) == here
    finally:
        service.close()
        template.stop()


def test_explanation_over_the_limit_is_refused(tale: Explainer) -> None:
    """An explanation longer than an answer may be is refused and not cut; words that are no triple are refused."""
    words = (f"<{EX}ada>", f"<{EX}in>", f"<{EX}land>")

    assert answer_why(tale, words, Limits(answer_bytes=100)).status == 413
    assert answer_why(tale, ("a", "b", "c"), Limits()).status == 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a \\"b\\"\\n"', ox.Literal('a "b"\n')),
        ('"Hühner"@de', ox.Literal("Hühner", language="de")),
        ('"1"^^xsd:integer', ox.Literal(1)),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>', ox.Literal(1)),
        ("-3", ox.Literal(-3)),
        ("4.5", ox.Literal("4.5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))),
        ("true", ox.Literal(True)),
        ("place/yanji", ox.NamedNode("https://w3id.org/nkgraph/place/yanji")),
        ("<urn:a>", ox.NamedNode("urn:a")),
    ],
)
def test_objects_are_read(text: str, value: ox.NamedNode | ox.Literal) -> None:
    """An object is a literal as SPARQL writes it, a prefixed name, an IRI or a path."""
    assert read_triple("place:yanji", "a", text).object == value


def test_number_is_found_however_it_is_spelt(tale: Explainer) -> None:
    """Who asks of 4.0 is told of the 4 that the graph holds; another number is not there."""
    decimal = ox.Literal("4.0", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    asked = ox.Triple(ox.NamedNode(EX + "bea"), ox.NamedNode(EX + "weight"), decimal)

    assert explain(tale, asked).triple == triple("bea", "weight", 4)
    assert status_of(explain(tale, triple("bea", "weight", 5))) == "not there"


def test_literal_with_an_unknown_prefix_is_refused() -> None:
    """The datatype of a literal is a name like others."""
    with pytest.raises(ParameterError, match="the datatype xs:integer has an unknown prefix"):
        read_triple("place:yanji", "a", '"1"^^xs:integer')


@pytest.mark.parametrize("form", ["text", "json", "html", "mermaid", "ttl", "nt", "rdf", "jsonld", "trig", "nq"])
@pytest.mark.slow
def test_command_writes_every_format(form: str, built_graph: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """`nkgraph explain` prints the proof of a triple of the real graph in each format, and ends well."""
    asked = ["explain", "place:yanji", "nk:within", "place:china", "--format", form, "--out", str(built_graph.parent)]
    with pytest.raises(SystemExit) as ended:
        main(asked)
    out = capsysbinary.readouterr().out.decode()

    assert ended.value.code == 0
    assert "yanbian" in out.lower()
