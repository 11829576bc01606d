"""Checks across the graph: each finds what it is for, and not its near miss; and an error seeded in each document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox
import pytest
import yaml

from nkgraph.crosschecks import Check, Discrepancy, format_discrepancy, load_checks, load_closed, run_checks
from nkgraph.errors import QueryError
from nkgraph.findings import Severity
from nkgraph.iris import PREFIXES, claim_iri, code_iri, document_iri, ontology_iri
from nkgraph.ontology import load_vocabulary
from nkgraph.pipeline import assemble, read_source
from nkgraph.project import default_project
from nkgraph.reasoning import close, load_theory

EXAMPLES = Path(__file__).resolve().parent / "crosschecks"
CHECKS = load_checks(default_project().queries.parent / "checks")
NAMED = {check.name: check for check in CHECKS}


def read(path: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def describe(found: list[Discrepancy]) -> str:
    """Return findings with the claims whose words they show, one a line."""
    return "".join(f"{line}\n" for each in found for line in format_discrepancy(each, {}))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_check_finds_what_it_is_for(check: Check) -> None:
    """In its example a check finds exactly what is expected, with the claims that it sets against each other."""
    expected = (EXAMPLES / check.name / "finds.txt").read_text(encoding="utf-8")

    assert expected
    assert describe(run_checks(read(EXAMPLES / check.name / "finds.ttl"), [check])) == expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_check_lets_a_near_miss_pass(check: Check) -> None:
    """In what only looks like its example a check finds nothing."""
    store = read(EXAMPLES / check.name / "not.ttl")

    assert len(store) > 0
    assert describe(run_checks(store, [check])) == ""


def test_every_example_belongs_to_a_check() -> None:
    """No example is left behind when a check goes."""
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(NAMED)


def test_checks_read_the_closure_as_any_store_has_it() -> None:
    """No check names a graph, and none is a violation: the documents are as they are."""
    assert [check.name for check in CHECKS if "GRAPH" in check.text] == []
    assert {check.severity for check in CHECKS} == {Severity.WARNING, Severity.INFO}
    assert len({check.title for check in CHECKS}) == len(CHECKS)
    assert [check.name for check in CHECKS if "omparable" not in check.message + check.title] == sorted(UNCOMPARED)


#: Checks whose message need not say what can be compared: they set no two figures or accounts side by side.
UNCOMPARED = {
    *("age-fits-korean", "age-fits-neither", "analysis-left-open", "figures-contradict"),
    *("mother-age", "parent-age"),
}

GOOD = """#+ title: A
#+ severity: info
#+ message: "{value} is told"
#+ words: [thing]
SELECT ?thing ?value { ?thing ?p ?value }
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("#+ title: A\n", "", 1, "has no title"),
        ("#+ message", "#+ mesage", 1, "has no message"),
        (
            "#+ title: A",
            "#+ title: A\n#+ sevrity: info",
            2,
            "unknown field 'sevrity' in its header (nearest: severity)",
        ),
        ("severity: info", "severity: violation", 2, "unknown severity 'violation'; write warning or info"),
        ('"{value} is told"', "[a]", 3, "its message is not one piece of text"),
        ("{value}", "{valu}", 3, "its message names 'valu', which the SELECT does not project (nearest: value)"),
        ("[thing]", "[thin]", 4, "its words names 'thin', which the SELECT does not project (nearest: thing)"),
        ("[thing]", "[a b]", 4, "`words` is not a list of variables"),
        ("[thing]", "thing", 4, "`words` is not a list of variables"),
        ("?thing", "?subject", 1, "does not project ?thing"),
        ("?value }", "?value", 5, "never closed"),
        ("SELECT ?thing ?value", "ASK", None, "a check must be a SELECT"),
        ("#+ title: A", "#+ title: [A", 2, "the header is not YAML"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, old: str, new: str, line: int | None, said: str) -> None:
    """A mistake in a file is told with the file, its line and what to do."""
    (tmp_path / "a.rq").write_text(GOOD.replace(old, new), encoding="utf-8")

    with pytest.raises(QueryError) as caught:
        load_checks(tmp_path)

    assert said in str(caught.value)
    assert (caught.value.path, caught.value.line) == (tmp_path / "a.rq", line)


def test_rows_about_one_thing_are_one_finding(tmp_path: Path) -> None:
    """Rows with one thing and one message are one finding; the words of all are shown, from the user's copy or as spans."""
    (tmp_path / "a.rq").write_text(GOOD.replace("{value} is told", "it is told"), encoding="utf-8")
    store = ox.Store()
    store.load(
        b"""@prefix nk: <https://w3id.org/nkgraph/ontology#> . @prefix prov: <http://www.w3.org/ns/prov#> .
        <https://w3id.org/nkgraph/id/a> nk:slug "a" .
        <urn:x> <urn:p> 1 , 2 .
        <https://w3id.org/nkgraph/claim/a/later> nk:about <urn:x> ; nk:document <https://w3id.org/nkgraph/id/a> ;
            nk:order 9 ; prov:wasDerivedFrom <https://w3id.org/nkgraph/claim/a/first> .
        <https://w3id.org/nkgraph/claim/a/first> nk:about <urn:x> ; nk:document <https://w3id.org/nkgraph/id/a> ;
            nk:order 0 ; nk:passage <https://w3id.org/nkgraph/id/a/case-1> ; prov:wasQuotedFrom <urn:span> .
        <urn:span> nk:start 4 ; nk:endOffset 8 .""",
        format=ox.RdfFormat.TURTLE,
    )
    places = {"https://w3id.org/nkgraph/claim/a/first": (Path("a.yaml"), 3)}
    (found,) = [d for d in run_checks(store, load_checks(tmp_path), places) if d.finding.thing == "urn:x"]

    assert format_discrepancy(found, {"a": "She left."}) == [
        "info a.yaml:3: urn:x: it is told [a]",
        "  first: case-1 “left”",
        "  later: case-1 “left”",
    ]
    assert format_discrepancy(found, {})[1] == "  first: case-1 a 4-8"


#: A row of answers: what stands in each column.
Row = dict[str, Any]


STRATA = load_theory(default_project().ontology)
ONTOLOGY = load_vocabulary(default_project().ontology).quads


def answer(query: str, example: Path) -> list[dict[str, str | None]]:
    """Return the answer of a canned query over an example and what the rules conclude from it."""
    text = (default_project().queries / f"{query}.rq").read_text(encoding="utf-8")
    given = [*ONTOLOGY, *(ox.Quad(q.subject, q.predicate, q.object) for q in read(example))]
    results = load_closed(given, close(given, STRATA)).query(text)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [{n: None if row[n] is None else row[n].value.rpartition("/")[2] for n in names} for row in results]


@pytest.mark.parametrize(("example", "total", "consistent"), [("finds", "7", "no"), ("not", "8", "yes")])
def test_tables_are_added_up(example: str, total: str, consistent: str) -> None:
    """The canned query says of each total what its cells come to."""
    (row,) = answer("table-arithmetic", EXAMPLES / "table-total" / f"{example}.ttl")

    assert [row[name] for name in ("document", "table", "stated_total", "computed_total", "consistent")] == [
        *("a-report", "table", "8", total, consistent)
    ]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("accounts-differ", ["one two children_before", "one two marital_status", "one two province"]),
        ("tellings-differ", ["sum-1 sum-2 sum", "union-1 union-2 partner_age"]),
        ("surname-differs", ["said woman surname"]),
        ("analysis-against-account", ["said None analysis"]),
        ("figures-contradict", ["one two figures"]),
        ("age-fits-neither", ["age woman age"]),
        ("event-before-birth", ["event woman order"]),
        ("birth-before-crossing", ["event crossing order"]),
    ],
)
def test_claims_that_stand_against_each_other_are_listed(example: str, expected: list[str]) -> None:
    """The canned query names both claims, and what they differ in; and nothing in the near miss."""
    rows = answer("contradictions", EXAMPLES / example / "finds.ttl")

    assert sorted(f"{row['claim_a']} {row['claim_b']} {row['kind']}" for row in rows) == expected
    assert answer("contradictions", EXAMPLES / example / "not.ttl") == []


@attrs.frozen
class Closure:
    """The closure of the project's own data, in which a test alters a value and puts it back."""

    store: ox.Store

    def select(self, query: str) -> dict[str, Row]:
        """Return the first row that a query finds in each document (its column ``document``, left out), by slug."""
        prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("nk", "code", "xsd"))
        results = self.store.query(prefixes + query)
        assert isinstance(results, ox.QuerySolutions)
        names = [variable.value for variable in results.variables]
        slugs = {ox.NamedNode(document_iri(slug)): slug for slug in SLUGS}
        first: dict[str, Row] = {}
        for found in results:
            row = {name: found[name] for name in names}
            first.setdefault(slugs[row.pop("document")], row)
        return {slug: first[slug] for slug in SLUGS if slug in first}

    def find(self, check: str) -> dict[str, set[str]]:
        """Return what a check finds: each finding with the keys of the claims whose words it shows."""
        found = run_checks(self.store, [NAMED[check]])
        return {str(each.finding): {words.claim for words in each.words} for each in found}

    def find_altered(self, check: str, gone: list[ox.Quad], new: list[ox.Quad]) -> dict[str, set[str]]:
        """Return what a check finds only once some quads are gone and others there; then put all back."""
        before = self.find(check)
        for quad in gone:
            self.store.remove(quad)
        self.store.extend(new)
        try:
            return {found: claims for found, claims in self.find(check).items() if found not in before}
        finally:
            for quad in new:
                self.store.remove(quad)
            self.store.extend(gone)


@pytest.fixture(scope="module")
def closure() -> Closure:
    """The closure of the claims, documents and reference data of this project."""
    project = default_project()
    quads = assemble(read_source(project)).quads
    return Closure(load_closed(quads, close(quads, load_theory(project.ontology))))


#: For each check, which value to alter so that it must find something: a query for the thing, with its new values.
SEEDS = yaml.safe_load((EXAMPLES / "seeds.yaml").read_text(encoding="utf-8"))
SLUGS = ("hrnk-lives-for-sale-2009", "csw-communication-2022", "eir-hynes-2022", "oral-testimony")


def replace(store: ox.Store, row: Row) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Return the quads that state values of ``?thing``, and those that state the new ones in their place.

    Each further column is a property with its new value; one that is unbound takes the value away.
    """
    gone: list[ox.Quad] = []
    new: list[ox.Quad] = []
    for name, value in row.items():
        if name != "thing":
            held = list(store.quads_for_pattern(row["thing"], ox.NamedNode(ontology_iri(name)), None, None))
            assert held, f"{row['thing']} has no {name}"
            gone += held
            new += [ox.Quad(q.subject, q.predicate, value, q.graph_name) for q in held if value is not None]
    return gone, new


def judge(slug: str, row: Row) -> list[ox.Quad]:
    """Return a claim that judges two figures to contradict each other."""
    claim, judgement = ox.NamedNode(claim_iri(slug, "seeded")), ox.NamedNode(f"{document_iri(slug)}/seeded")
    triples = [
        (judgement, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(ontology_iri("FigureJudgement"))),
        (
            judgement,
            ox.NamedNode(ontology_iri("figureRelation")),
            ox.NamedNode(code_iri("figure-relation", "contradicts")),
        ),
        (judgement, ox.NamedNode(ontology_iri("compares")), row["thing"]),
        (judgement, ox.NamedNode(ontology_iri("compares")), row["other"]),
    ]
    about = [
        (claim, ox.NamedNode(ontology_iri("about")), judgement),
        (claim, ox.NamedNode(ontology_iri("document")), ox.NamedNode(document_iri(slug))),
    ]
    quads = [ox.Quad(*triple, claim) for triple in triples if triple[2] is not None]
    return [
        *quads,
        *(ox.Quad(q.subject, q.predicate, q.object) for q in quads),
        *(ox.Quad(*triple) for triple in about),
    ]


@pytest.mark.parametrize("check", sorted(NAMED))
def test_an_error_seeded_in_each_document_is_found(check: str, closure: Closure) -> None:
    """In each document that states a fact of the kind, another value of it is found, and the claim that says it is named."""
    rows = closure.select(SEEDS[check]["query"])

    assert rows, "no document states a fact of the kind"
    for slug, row in rows.items():
        judged = SEEDS[check].get("judged")
        gone, new = ([], judge(slug, row)) if judged else replace(closure.store, row)
        graphs = {quad.graph_name.value for quad in [*gone, *new] if isinstance(quad.graph_name, ox.NamedNode)}
        prefix = claim_iri(slug, "")
        altered = {graph.removeprefix(prefix) for graph in graphs if graph.startswith(prefix)}
        found = closure.find_altered(check, gone, new)

        assert altered
        assert [finding for finding, named in found.items() if altered & named], f"{slug}: {row}: {found}"


def test_every_document_has_an_error_seeded_in_it(closure: Closure) -> None:
    """Every check has a seed, and each of the four documents is tried."""
    tried = ("shares-over-hundred", "figures-contradict")

    assert set(SEEDS) == set(NAMED)
    assert {slug for check in tried for slug in closure.select(SEEDS[check]["query"])} == set(SLUGS)
