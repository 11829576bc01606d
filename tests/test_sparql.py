"""Requests, tokens, negotiation and evaluation in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_fixtures import BASE, MINI

from nkgraph.errors import QueryError
from nkgraph.evaluation import LocalAnswers, count_rows
from nkgraph.formats import GRAPHS, HTML, SOLUTIONS, Format, find_format, negotiate
from nkgraph.sparql import Limits, SparqlRequest
from nkgraph.store import open_files
from nkgraph.tokens import is_update, read_dataset, refuse_service, tokenise, write_terms

P = "PREFIX nk: <https://w3id.org/nkgraph/ontology#>\n"


@pytest.fixture(scope="module")
def local() -> LocalAnswers:
    return LocalAnswers(open_files([MINI / "mini.trig"]))


def ask(local: LocalAnswers, query: str, **fields: Any) -> str:
    return local.ask(SparqlRequest(query, **{"format": "csv", **fields})).require().body.decode()


# --- tokens ---------------------------------------------------------------------------------------------------------


SERVICE_CALLS = [
    "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://x/> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE ?where { ?s ?p ?o } }",
    "SELECT * { SERVICE<http://x/>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<http://x/>{ ?s ?p ?o } }",
    "PREFIX : <http://x/> SELECT * { SERVICE:a { ?s ?p ?o } }",
    "PREFIX : <http://x/> SELECT * { SERVICE SILENT:a { ?s ?p ?o } }",
    "PREFIX : <http://x/> SELECT * { ?s ?p trueSERVICE:a { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE<http://x/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE<http://x/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o .SERVICE<http://x/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p 'a#b' SERVICE <http://x/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p <http://x#y> SERVICE <http://x/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o # comment\rSERVICE <http://x/> { ?s ?p ?o }\n}",
    'SELECT * { ?s ?p """a"b""" . SERVICE <http://x/> {} }',
    "SELECT * { ?s ?p '''it's''' . SERVICE <http://x/> {} }",
    "SELECT * { ?s ?p 'a\\'' . SERVICE <http://x/> {} }",
    # read as comparisons by the engine, with the keyword, a quote or a comment between the signs
    "SELECT * { FILTER(?a<?b)SERVICE#>\n<http://x/>{ ?s ?p ?o } }",
    "SELECT * { FILTER(?a<?b&&'>'='>')SERVICE <http://x/>{ ?s ?p ?o } FILTER('x'='x') }",
    "SELECT * { FILTER(?a<?b#>'''\n) SERVICE <http://x/> { ?s ?p ?o } #'''\n}",
]


@pytest.mark.parametrize("query", SERVICE_CALLS)
def test_service_is_refused(query: str) -> None:
    """No spelling that the engine would follow to another server passes."""
    with pytest.raises(QueryError) as raised:
        refuse_service(query)

    assert raised.value.line is not None
    assert raised.value.column is not None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p ?o }",
        "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
        'SELECT * { ?s ?p """\nSERVICE <http://x/> {}\n""" }',
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
        "SELECT * { <http://x/SERVICE> ?p ?o }",
        "PREFIX dcat: <http://x/> SELECT * { ?s a dcat:DataService }",
        "PREFIX s: <http://example.org/service#> SELECT * { ?s a s:x }",
        "PREFIX service: <http://x/> SELECT * { ?s service:a ?o }",
        "SELECT * { ?s ?p 'service'@en-service }",
    ],
)
def test_the_word_service_is_not_a_call(query: str) -> None:
    """Names, strings, IRIs and comments may hold the word; the engine runs the query."""
    refuse_service(query)

    assert LocalAnswers(ox.Store()).ask(SparqlRequest(query)).status == 200


@given(st.text(max_size=200))
def test_tokens_cover_the_text(text: str) -> None:
    """Any text has tokens, in order, that do not overlap; nothing is lost but blanks and comments."""
    end = 0
    for token in tokenise(text):
        assert token.start >= end
        assert token.text == text[token.start : token.start + len(token.text)]
        end = token.start + len(token.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT DATA { <a:a> <a:b> <a:c> }", True),
        ("PREFIX a: <a:> BASE <b:> # x\n delete where { ?s ?p ?o }", True),
        ("WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", True),
        ("DROP ALL", True),
        ("# INSERT\nSELECT * {}", False),
        ("PREFIX insert: <a:> SELECT * { ?s insert:x ?o }", False),
        ("", False),
    ],
)
def test_updates_are_known(text: str, expected: bool) -> None:
    """The first word after the prologue tells an update."""
    assert expected is is_update(text)


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * { ?s ?p ?o }", (), ()),
        ("SELECT * FROM <g:a> { ?s ?p ?o }", ("g:a",), ()),
        ("SELECT * FROM<g:a>FROM NAMED<g:b>{ ?s ?p ?o }", ("g:a",), ("g:b",)),
        ("PREFIX g: <http://g/> SELECT * FROM g:a FROM NAMED g:b WHERE { ?s ?p ?o }", ("http://g/a",), ("http://g/b",)),
        ("PREFIX NAMED: <g:> SELECT * FROM NAMED:a { ?s ?p ?o }", ("g:a",), ()),
        ("BASE <http://g/x/> SELECT * FROM <a> FROM <../b> FROM <a> { ?s ?p ?o }", ("http://g/x/a", "http://g/b"), ()),
        ("ASK FROM <g:\\u0061> {}", ("g:a",), ()),
        ("CONSTRUCT { ?from ?p 'FROM <g:no>' } FROM <g:a> WHERE { ?from ?p ?o }", ("g:a",), ()),
        ("DESCRIBE <g:x> FROM <g:a>", ("g:a",), ()),
        ("SELECT (COUNT(*) AS ?from) # FROM <g:no>\nFROM <g:a> { ?s ?p ?o }", ("g:a",), ()),
    ],
)
def test_dataset_clauses(text: str, default: tuple[str, ...], named: tuple[str, ...]) -> None:
    """FROM and FROM NAMED are read as absolute IRIs, each once."""
    dataset = read_dataset(text)

    assert (default, named) == (dataset.default_graphs, dataset.named_graphs)


@pytest.mark.parametrize("text", ["SELECT * FROM x:a { ?s ?p ?o }", "SELECT * FROM:a { ?s ?p ?o }"])
def test_dataset_clause_with_an_unknown_prefix(text: str) -> None:
    """A graph that cannot be known is an error, not an empty dataset."""
    with pytest.raises(QueryError, match="not declared"):
        read_dataset(text)


def test_terms_are_written_escaped() -> None:
    """A written-out term is a term again, whatever it holds."""
    evil = ox.Literal('x" } ; DROP ALL #\n')

    text = write_terms("SELECT ?s { ?s ?p ?v . FILTER(?vv = '?v') }", {"v": evil})

    assert "?vv = '?v'" in text
    assert str(evil) in text
    assert "error" not in {token.kind for token in tokenise(text)}


# --- negotiation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/*", "csv"),
        ("application/*", "json"),
        ("application/json", "json"),
        ("application/sparql-results+xml", "xml"),
        ("application/xml", "xml"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/tab-separated-values", "tsv"),
        ("text/csv;q=0.1, text/tab-separated-values;q=0.2", "tsv"),
        ("text/csv;q=0, */*", "json"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "xml"),
        ("text/csv, application/sparql-results+xml", "csv"),
        ("image/png, text/csv;q=0.1", "csv"),
        ("image/png", None),
        ("text/csv;q=oops", None),
        ("text/csv;charset=utf-16", None),
        ("text/csv; charset=UTF-8", "csv"),
        ("nonsense", None),
        ("*/*;q=0", None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
    ],
)
def test_negotiation_table(accept: str | None, expected: str | None) -> None:
    """RFC 9110 §12.5.1 over the formats of SELECT."""
    chosen = negotiate(accept, SOLUTIONS)

    assert expected == (chosen.name if chosen else None)


@pytest.mark.parametrize("offered", [SOLUTIONS, GRAPHS])
def test_every_offered_type_is_given(offered: tuple[Format, ...]) -> None:
    """Each media type, alias, name and extension of the table leads to its format."""
    for form in offered:
        assert negotiate(form.media_type, offered) == form
        for name in (form.name, form.media_type, form.name.upper(), "." + form.name):
            assert find_format(name, offered) == form
        for alias in form.aliases:
            assert negotiate(alias, offered) is not None


def test_browsers_prefer_pages() -> None:
    """What browsers send leads to HTML where it is offered, whatever else is."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    assert negotiate(accept, (*SOLUTIONS, *GRAPHS, HTML)) == HTML


# --- evaluation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", SOLUTIONS, ids=lambda f: f.name)
def test_select_and_ask_in_each_format(local: LocalAnswers, form: Format) -> None:
    """An answer comes in the format asked for, and is read back as the same rows."""
    answer = local.ask(SparqlRequest("SELECT ?s { ?s ?p ?o } LIMIT 3", accept=form.media_type))

    assert (200, form.media_type) == (answer.status, answer.media_type)
    assert count_rows(answer.body, form.name) == 3
    assert b"true" in local.ask(SparqlRequest("ASK {}", format=form.name)).body


@pytest.mark.parametrize("form", GRAPHS, ids=lambda f: f.name)
def test_construct_in_each_format(local: LocalAnswers, form: Format) -> None:
    """The same triples come in every format, each once."""
    query = P + "CONSTRUCT { ?x a nk:Thing } { ?x a nk:Narrator . ?y a nk:Claim }"
    answer = local.ask(SparqlRequest(query, accept=form.media_type))

    assert form.media_type == answer.media_type
    assert isinstance(form.writer, ox.RdfFormat)
    parsed = [q.triple for q in ox.parse(answer.body, format=form.writer)]
    assert 2 == len(parsed) == len(set(parsed))


def test_turtle_declares_only_prefixes_it_uses(local: LocalAnswers) -> None:
    """Small graphs are read by people."""
    turtle = ask(local, P + "CONSTRUCT { ?x a nk:Place } { ?x a nk:Place }", format="ttl")

    assert turtle.count("@prefix") == 3
    assert "place:qingshan" in turtle


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_are_counted_whatever_strings_hold(form: str) -> None:
    """Strings full of the signs that end rows do not count as rows; empty rows do."""
    nasty = ['},{"', ",{}", "[{", '\\"', "\\", '"', "a\r\nb", "\n", "<result>", "x\\\\", "", '\\",{']
    store = ox.Store()
    store.extend([ox.Quad(ox.NamedNode(f"urn:{i}"), ox.NamedNode("urn:p"), ox.Literal(t)) for i, t in enumerate(nasty)])
    for query, rows in (
        ("SELECT ?s ?o { ?s ?p ?o }", len(nasty)),
        ("SELECT ?o { ?s ?p ?o }", len(nasty)),
        ("SELECT ?none { ?s ?p ?o }", len(nasty)),
        ("SELECT * {}", 1),
        ("SELECT ?s { ?s <urn:q> ?o }", 0),
    ):
        body = LocalAnswers(store).ask(SparqlRequest(query, format=form)).require().body
        if form == "csv" and "?none" in query:
            continue  # a row of one unbound column is an empty line
        assert rows == count_rows(body, form), (query, body)


@given(st.lists(st.text(max_size=8), max_size=12))
def test_rows_are_counted_for_any_strings(texts: list[str]) -> None:
    """Counting agrees with the engine, in each format."""
    store = ox.Store()
    store.extend([ox.Quad(ox.NamedNode(f"urn:{i}"), ox.NamedNode("urn:p"), ox.Literal(t)) for i, t in enumerate(texts)])
    for form in ("json", "xml", "csv", "tsv"):
        body = LocalAnswers(store).ask(SparqlRequest("SELECT ?o ?s { ?s ?p ?o }", format=form)).require().body
        assert len(texts) == count_rows(body, form)


@pytest.mark.parametrize(
    ("limits", "query"),
    [
        (Limits(answer_bytes=100), "SELECT * { ?s ?p ?o }"),
        (Limits(answer_bytes=100), "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"),
        (Limits(rows=5), "SELECT * { ?s ?p ?o }"),
        (Limits(rows=5), "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"),
        (Limits(query_bytes=10), "SELECT * { ?s ?p ?o }"),
        (Limits(merge_quads=5), f"SELECT * FROM <{BASE}graph/ontology> FROM <{BASE}graph/provenance> {{ ?s ?p ?o }}"),
    ],
)
def test_limits_refuse_and_never_cut(local: LocalAnswers, limits: Limits, query: str) -> None:
    """Over a limit there is no answer at all, and the limit is named."""
    for form in ("json", "xml", "csv", "tsv") if query.startswith("SELECT") else ("ttl", "nt", "jsonld"):
        answer = LocalAnswers(local.store, limits).ask(SparqlRequest(query, format=form))
        assert answer.error is not None
        assert 413 == answer.status == answer.error.status
        assert any(character.isdigit() for character in answer.error.message)


def test_answer_at_the_limit_is_given(local: LocalAnswers) -> None:
    """A limit is what is still allowed."""
    assert LocalAnswers(local.store, Limits(rows=5)).ask(SparqlRequest("SELECT * { ?s ?p ?o } LIMIT 5")).status == 200
    assert LocalAnswers(local.store, Limits(rows=5)).ask(SparqlRequest("SELECT * { ?s ?p ?o } LIMIT 6")).status == 413


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("SELECT * WHERE {\n  ?s ?p ?o \n  FILTER(?x >> 1) }", 3, 13, "'>>' is not expected here"),
        ("SELECT *\nWHERE { ?s ?p ", 2, 7, "'{' is never closed"),
        ("SELECT * { ?s ?p ?o } }", 1, 23, "'}' closes nothing"),
        ("SELECT * { ?s ?p (1 2} ", 1, 22, "'(' is still open"),
        ("SELECT * { ?s nk:kind ?o }", 1, 15, "prefix of 'nk:kind' is not declared"),
        ("SELECT * { ?s ?p 'x }", 1, 18, "quotation mark is never closed"),
        ("SELECT * { ?s <a b> ?o }", 1, 15, "a character that IRIs do not have"),
        ("SELECT * { ?s <foo> ?o }", 1, 15, "<foo>"),
        ("SELEKT * { ?s ?p ?o }", 1, 1, "(nearest: SELECT)"),
        ("SELECT * { ?s ?p ?o . ?a ?b ?c ?d }", 1, 32, "'?d' is not expected here"),
        ("SELECT * { ?s ?p ?o OPTINAL { ?a ?b ?c } }", 1, 21, "(nearest: OPTIONAL)"),
        ("SELECT ?s { ?s ?p ?o } LIMIT x", 1, 30, "'x' is not expected here"),
        ("SELECT ?s { ?s ?p ?o } ORDER ?s", 1, 30, "'?s' is not expected here"),
        ("SELECT * { ?s ?p }", 1, 18, "'}' is not expected here"),
        ("SELECT * { ?s ?p ?o } LIMIT", 1, 23, "breaks off after 'LIMIT'"),
        ("SELECT * { ?s ?p '''a\nb''' . ?x }", 2, 11, "'}' is not expected here"),
        ("SELECT ?s ?p { ?s ?p ?o } GROUP BY ?s", 1, 1, "names a variable that nothing in it binds"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 1, "not authorized with GROUP BY"),
        ("", 1, 1, "the query is empty"),
    ],
)
def test_syntax_errors_are_located(local: LocalAnswers, query: str, line: int, column: int, said: str) -> None:
    """Line, column and the word at fault are those a reader would point at."""
    answer = local.ask(SparqlRequest(query))

    assert answer.error is not None
    assert (400, line, column) == (answer.status, answer.error.line, answer.error.column)
    assert said in answer.error.message


def test_syntax_error_shows_the_line_with_a_mark(local: LocalAnswers) -> None:
    """The caret stands under the word, and `require` raises the same."""
    with pytest.raises(QueryError) as raised:
        local.ask(SparqlRequest("ASK {\n\t?s ?p }")).require()

    shown, mark = raised.value.message.splitlines()[1:]
    assert shown[mark.index("^")] == "}"
    assert raised.value.line == 2


@pytest.mark.parametrize("query", ["INSERT DATA { <a:a> <a:b> <a:c> }", "CLEAR ALL", "LOAD <http://x/>"])
def test_updates_are_refused(local: LocalAnswers, query: str) -> None:
    """An update is told from a mistake."""
    assert local.ask(SparqlRequest(query)).status == 403


def test_deep_nesting_is_refused(local: LocalAnswers) -> None:
    """Brackets that would end the engine's process are counted first."""
    for opening, closing in ("{}", "()"):
        query = "ASK { " + opening * 5000 + closing * 5000 + " }"
        assert local.ask(SparqlRequest(query)).status == 400


def test_several_from_graphs_are_merged(local: LocalAnswers) -> None:
    """A triple that two FROM graphs hold counts once (the engine alone counts it twice)."""
    graphs = [BASE + "graph/reference/places", BASE + "graph/view/asserted"]
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    both = ask(local, count, default_graphs=tuple(graphs))
    one = ask(local, count, default_graphs=(graphs[0],))
    clauses = ask(local, f"SELECT (COUNT(*) AS ?n) FROM <{graphs[0]}> FROM <{graphs[1]}> {{ ?s ?p ?o }}")

    assert one == both == clauses == "n\r\n6\r\n"


def test_protocol_dataset_goes_before_the_clauses(local: LocalAnswers) -> None:
    """SPARQL 1.1 Protocol §2.1.4."""
    query = f"SELECT (COUNT(*) AS ?n) FROM <{BASE}graph/ontology> {{ ?s ?p ?o }}"

    assert ask(local, query, default_graphs=("urn:none",)) == "n\r\n0\r\n"
    assert ask(local, query, named_graphs=(BASE + "graph/ontology",)) == "n\r\n0\r\n"


def test_unknown_graphs_are_empty(local: LocalAnswers) -> None:
    """A graph that is not there holds nothing."""
    assert ask(local, "SELECT (COUNT(*) AS ?n) FROM <urn:a> FROM <urn:b> { ?s ?p ?o }") == "n\r\n0\r\n"
    assert ask(local, "SELECT (COUNT(*) AS ?n) FROM <urn:a> { ?s ?p ?o }") == "n\r\n0\r\n"


def test_named_graphs_of_a_merge(local: LocalAnswers) -> None:
    """FROM NAMED keeps its meaning beside several FROM; without it GRAPH finds nothing."""
    places, view = f"<{BASE}graph/reference/places>", f"<{BASE}graph/view/asserted>"
    body = "{ GRAPH ?g { ?s ?p ?o } }"

    assert ask(local, f"SELECT (COUNT(*) AS ?n) FROM {places} FROM {view} {body}") == "n\r\n0\r\n"
    query = f"SELECT (COUNT(DISTINCT ?g) AS ?n) FROM {places} FROM {view} FROM NAMED {view} {body}"
    assert ask(local, query) == "n\r\n1\r\n"


def test_graph_that_is_no_iri(local: LocalAnswers) -> None:
    """A relative default-graph-uri is a mistake of the request."""
    answer = local.ask(SparqlRequest("ASK {}", default_graphs=("not an iri",)))

    assert answer.status == 400


def test_substituted_variable_has_to_be_projected(local: LocalAnswers) -> None:
    """pyoxigraph's rule is told in words."""
    answer = local.ask(SparqlRequest("SELECT ?o { ?s ?p ?o }", substitutions={"s": ox.NamedNode("urn:a")}))

    assert answer.error is not None
    assert "projected" in str(answer.error.remedy)


def test_formats_that_are_not_offered(local: LocalAnswers) -> None:
    """406 names what there is, for tables and for graphs."""
    for query, offer in (("ASK {}", "text/csv"), ("DESCRIBE <urn:a>", "text/turtle")):
        for request in (SparqlRequest(query, accept="image/png"), SparqlRequest(query, format="png")):
            answer = local.ask(request)
            assert answer.error is not None
            assert answer.status == 406
            assert offer in str(answer.error.remedy)


def test_limits_have_names_and_reasons() -> None:
    """One table: every limit has a default and a sentence."""
    assert all(name and default > 0 and text for name, default, text in Limits.describe())


def test_nothing_of_a_store_is_changed(local: LocalAnswers, tmp_path: Path) -> None:
    """A merge works on a scratch store."""
    before = len(local.store)
    ask(local, f"SELECT * FROM <{BASE}graph/ontology> FROM <{BASE}graph/provenance> {{ ?s ?p ?o }}")

    assert before == len(local.store)
