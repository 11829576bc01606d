"""A second, fictional report goes through everything: its rows stand in every canned query, and no other row moves."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.checking import check_words
from nkgraph.documents import is_original, load_documents, read_documents
from nkgraph.evaluation import LocalAnswers
from nkgraph.findings import Finding
from nkgraph.iris import BASE, shorten
from nkgraph.passages import load_index, split_passages
from nkgraph.pipeline import Built, build, check_coverage, check_source, read_source
from nkgraph.project import Project, default_project
from nkgraph.queries import CannedQuery, load_queries, run_query
from nkgraph.sparql import QueryAnswering

pytestmark = pytest.mark.slow

SLUG = "second-report"
FIXTURE = Path(__file__).parent / "fixtures" / SLUG
EXPECTED = FIXTURE / "expected"
CLAIMS = 221
ACCOUNTS = tuple(f"id/{SLUG}/case-{number}" for number in (1, 2, 3, 4))
#: Things of the report whose evidence is asked for: an account's narrator, a sale told over a page, a mention in a footnote,
#: a course of conduct with a claim a code, a figure of the table, words of the analysis beside those of an account.
THINGS = tuple(
    f"id/{SLUG}/{key}"
    for key in (
        "case-1/narrator",
        "case-1/transfer-1",
        "case-2/transfer-1",
        "mention/crc-1989",
        "judgement/person-1-4",
        "case-1/episode-2",
        "case-1/papers-1",
        "case-2/custody-3",
        "statistic/table-total",
        "characterisation/case-3-1",
        "citation/note-4",
    )
)
#: Queries of which each row belongs to one document: all rows of the others stay as they are.
OF_A_DOCUMENT = (
    "accounts",
    "alleged-breaches",
    "background",
    "case-characterisations",
    "children",
    "citations",
    "consent-statements",
    "context-statements",
    "coverage",
    "crossings",
    "custody",
    "double-told",
    "episodes",
    "figure-genealogy",
    "harms",
    "incidents",
    "intermediaries",
    "law-in-force-at-event",
    "money",
    "papers-and-toleration",
    "payments",
    "people-named",
    "persons",
    "position-against-status",
    "possible-matches",
    "price-bands",
    "provisions",
    "punishment-factors",
    "recommendations",
    "report-tables",
    "returns-and-custody",
    "routes",
    "state-positions",
    "statistics",
    "trafficking-elements",
    "transfers",
    "unions",
    "work",
)
#: Queries that count or join over all documents: their tests say which rows change, and how.
OF_ALL = ("dataset", "inferred-by-rule", "instruments", "organisations", "sale-prices", "vocabulary")

Row = tuple[str, ...]


class Graph:
    """A built graph that answers canned queries with rows of short texts."""

    def __init__(self, built: Built) -> None:
        self.built = built
        store = ox.Store()
        store.bulk_extend(quad for quad in built.quads if isinstance(quad.graph_name, ox.DefaultGraph))
        self.service: QueryAnswering = LocalAnswers(store)
        self.queries: Mapping[str, CannedQuery] = load_queries(default_project().queries)

    def rows(self, name: str, **parameters: str) -> list[Row]:
        """Return the rows of a query: its columns only, IRIs shortened, unbound cells empty."""
        query = self.queries[name]
        answer = run_query(self.service, query, parameters)
        assert answer.error is None, answer.error
        bindings = json.loads(answer.body)["results"]["bindings"]
        return [
            tuple(shorten(row[column]["value"]) if column in row else "" for column in query.columns)
            for row in bindings
        ]


def _build(folder: Path) -> Graph:
    """Build a data folder without the shapes, which have a test of their own below and take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nkgraph.pipeline.validate", lambda *_, **__: [])
        return Graph(build(_project(folder)))


def _project(folder: Path) -> Project:
    return Project(root=default_project().root, data=folder, out=folder.parent / "out")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of the real data."""
    folder = tmp_path_factory.mktemp("before") / "data"
    shutil.copytree(default_project().data, folder)
    return _build(folder)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of the real data and the second report."""
    folder = tmp_path_factory.mktemp("after") / "data"
    shutil.copytree(default_project().data, folder)
    shutil.copytree(FIXTURE / "data", folder, dirs_exist_ok=True)
    return _build(folder)


@pytest.fixture(scope="module")
def alone_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of the reference data and the second report only."""
    folder = tmp_path_factory.mktemp("alone") / "data"
    shutil.copytree(default_project().data / "reference", folder / "reference")
    shutil.copytree(FIXTURE / "data", folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def alone(alone_folder: Path) -> Graph:
    """The graph of the second report only."""
    return _build(alone_folder)


def _golden(name: str, rows: Sequence[Row], columns: tuple[str, ...]) -> list[Row]:
    """Return the rows expected, from ``expected/<name>.tsv``; NKGRAPH_WRITE_EXPECTED=1 writes them anew, to be read by eye."""
    path = EXPECTED / f"{name}.tsv"
    if os.environ.get("NKGRAPH_WRITE_EXPECTED"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join("\t".join(row) + "\n" for row in [columns, *rows]), encoding="utf-8")
    lines = [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == columns, f"{path.name} has other columns"
    return lines[1:]


def _difference(first: list[Row], second: list[Row]) -> list[Row]:
    """Return the rows of the first that the second lacks, each as often as it lacks it, in order."""
    lacking = Counter(first) - Counter(second)
    found = []
    for row in first:
        if lacking[row]:
            lacking[row] -= 1
            found.append(row)
    return found


def test_queries_of_this_module_exist(after: Graph) -> None:
    """Each query that rows are expected of here is a canned query."""
    in_scope = {*OF_A_DOCUMENT, *OF_ALL, "evidence", "timeline"}
    assert in_scope <= set(after.queries)


@pytest.mark.parametrize("name", OF_A_DOCUMENT)
def test_report_adds_its_rows(name: str, before: Graph, after: Graph) -> None:
    """The query gains exactly the rows expected of the second report, behind the others, and loses or changes none."""
    was, now = before.rows(name), after.rows(name)
    assert _difference(was, now) == []
    own = _difference(now, was)
    assert own == _golden(name, own, after.queries[name].columns)
    assert own, "the second report has no row"


@pytest.mark.parametrize("name", OF_A_DOCUMENT)
def test_other_rows_keep_their_order(name: str, before: Graph, after: Graph) -> None:
    """Without the rows of the second report, the answer is the same, row by row in the same order."""
    was, now = before.rows(name), after.rows(name)
    added = Counter(_difference(now, was))
    assert [row for row in now if not added[row]] == was


@pytest.mark.parametrize("name", [*OF_A_DOCUMENT, "evidence", "timeline"])
def test_report_alone_has_the_same_rows(name: str, alone: Graph) -> None:
    """Built without any other document, the second report gives the rows that it adds to the others."""
    columns = alone.queries[name].columns
    if name == "evidence":
        rows = [row for thing in THINGS for row in alone.rows(name, iri=thing)]
    elif name == "timeline":
        rows = [row for account in ACCOUNTS for row in alone.rows(name, account=account)]
    else:
        rows = alone.rows(name)
    assert rows == _golden(name, rows, columns)


@pytest.mark.parametrize("name", OF_ALL)
def test_report_alone_answers_every_query(name: str, alone: Graph) -> None:
    """Built without any other document, the queries over all documents have rows too."""
    assert alone.rows(name)


def test_evidence(before: Graph, after: Graph) -> None:
    """The evidence of the second report's things is as expected, and that of every narrator of the others is unchanged."""
    rows = [row for thing in THINGS for row in after.rows("evidence", iri=thing)]
    assert rows == _golden("evidence", rows, after.queries["evidence"].columns)
    for row in before.rows("accounts"):
        narrator = row[before.queries["accounts"].columns.index("narrator")]
        assert before.rows("evidence", iri=narrator) == after.rows("evidence", iri=narrator) != []


def test_timeline(before: Graph, after: Graph) -> None:
    """The timelines of the second report's accounts are as expected, and those of all others are unchanged."""
    rows = [row for account in ACCOUNTS for row in after.rows("timeline", account=account)]
    assert rows == _golden("timeline", rows, after.queries["timeline"].columns)
    for row in before.rows("accounts"):
        account = row[before.queries["accounts"].columns.index("account")]
        assert before.rows("timeline", account=account) == after.rows("timeline", account=account)


def _keyed(graph: Graph, name: str) -> dict[str, dict[str, str]]:
    columns = graph.queries[name].columns
    return {row[0]: dict(zip(columns, row, strict=True)) for row in graph.rows(name)}


def test_instruments(before: Graph, after: Graph) -> None:
    """An instrument that only the second report names is a new row; one that others name gains its slug and its printed name."""
    was, now = _keyed(before, "instruments"), _keyed(after, "instruments")
    assert set(now) - set(was) == {"instrument:crc-1989"}
    assert now["instrument:crc-1989"] == {
        "instrument": "instrument:crc-1989",
        "name": "Convention on the Rights of the Child",
        "kind": "treaty",
        "jurisdiction": "international",
        "date": "1989-11-20",
        "documents": SLUG,
        "identifiers": "MTDSG IV-11; UNTS reg. no. 27531",
        "aliases": "Convention on the Rights of the Child",
        "mentions": f"id:{SLUG}/mention/crc-1989",
    }
    gained = {
        "instrument:prc-criminal-law-1997": "Criminal Law of the People’s Republic of China",
        "instrument:trafficking-protocol-2000": "Trafficking in Persons Protocol",
    }
    for iri, row in was.items():
        expected = dict(row)
        if iri in gained:
            expected["documents"] += f"; {SLUG}"
            expected["aliases"] = "; ".join(sorted({*row["aliases"].split("; "), gained[iri]}))
            expected["mentions"] += f"; {BASE}id/{SLUG}/mention/{iri.partition(':')[2]}"
        assert now[iri] == expected


def test_organisations(before: Graph, after: Graph) -> None:
    """Organisations that only the second report names are new rows; one that others name gains its slug, names and mention."""
    was, now = _keyed(before, "organisations"), _keyed(after, "organisations")
    assert set(now) - set(was) == {"org:example-daily", "org:sample-watch-institute"}
    own = [tuple(row.values()) for iri, row in now.items() if iri not in was]
    assert own == _golden("organisations", own, after.queries["organisations"].columns)
    shared = "org:un-high-commissioner-for-refugees"
    for iri, row in was.items():
        expected = dict(row)
        if iri == shared:
            gained = {"UN High Commissioner for Refugees", "UNHCR"}
            expected["documents"] += f"; {SLUG}"
            expected["aliases"] = "; ".join(sorted({*row["aliases"].split("; "), *gained}))
            expected["mentions"] += f"; {BASE}id/{SLUG}/mention/unhcr"
        assert now[iri] == expected


def test_table_adds_up(alone: Graph) -> None:
    """The total that the table of the second report prints is the sum of the cells above it."""
    columns = alone.queries["report-tables"].columns
    *cells, total = [int(row[columns.index("value")]) for row in alone.rows("report-tables")]
    assert sum(cells) == total == 4


def test_sale_prices(before: Graph, after: Graph) -> None:
    """The sale told twice is one disputed sale of 2011, and the sum for two women is counted with no price in 2002."""
    was, now = _keyed(before, "sale-prices"), _keyed(after, "sale-prices")
    # 8,000 yuan, and one sale told with 6,000 and with 4,000: midpoints 8,000 and 5,000
    expected_2011 = ("2011", "2", "2", "4000", "6500", "8000", "CNY", "1", "0")
    assert "2011" not in was
    assert tuple(now["2011"].values()) == expected_2011
    earlier = was.get("2002", dict.fromkeys(now["2002"], ""))
    for column, value in now["2002"].items():
        if column in {"sales", "shared"}:
            assert int(value) == int(earlier[column] or 0) + 1, column
        elif earlier["sales"]:
            assert value == earlier[column], column
    for year in set(was) - {"2002"}:
        assert now[year] == was[year]


def test_sale_prices_alone(alone: Graph) -> None:
    """Of the second report alone, one sale was priced for two women together and so has no price of its own."""
    assert alone.rows("sale-prices") == [
        ("2002", "1", "0", "", "", "", "", "0", "1"),
        ("2011", "2", "2", "4000", "6500", "8000", "CNY", "1", "0"),
    ]


def test_inferred_by_rule(before: Graph, after: Graph) -> None:
    """Each rule concludes as many triples more as the second report gives it reason to, and none fewer."""
    was, now = _keyed(before, "inferred-by-rule"), _keyed(after, "inferred-by-rule")
    assert set(was) == set(now)
    rows = [(rule, str(int(row["triples"]) - int(was[rule]["triples"]))) for rule, row in now.items()]
    assert rows == _golden("inferred-by-rule", rows, ("rule", "more"))


def test_vocabulary(before: Graph, after: Graph) -> None:
    """No term comes or goes; uses of terms rise by those of the second report."""
    was, now = _keyed(before, "vocabulary"), _keyed(after, "vocabulary")
    assert list(was) == list(now)
    more = {term: int(row["uses"] or 0) - int(was[term]["uses"] or 0) for term, row in now.items()}
    assert min(more.values()) == 0
    expected = {
        "nk:Account": 4,
        "nk:AllegedBreach": 2,
        "nk:Birth": 4,
        "nk:CaseCharacterisation": 3,
        "nk:Citation": 6,
        "nk:CitedWork": 3,
        "nk:Claim": CLAIMS,
        "nk:ConsentStatement": 6,
        "nk:ContextStatement": 4,
        "nk:Crossing": 6,
        "nk:Custody": 9,
        "nk:Document": 1,
        "nk:Episode": 7,
        "nk:Harm": 10,
        "nk:Incident": 3,
        "nk:InstrumentMention": 3,
        "nk:InterviewSeries": 2,
        "nk:Judgement": 2,
        "nk:NamedPerson": 2,
        "nk:Narrator": 4,
        "nk:OrganisationMention": 3,
        "nk:PapersEvent": 5,
        "nk:PriceBand": 2,
        "nk:ProvisionCitation": 2,
        "nk:Recommendation": 3,
        "nk:ReportTable": 1,
        "nk:RouteStep": 9,
        "nk:Sale": 4,
        "nk:StatePosition": 4,
        "nk:Transfer": 6,
        "nk:Union": 5,
        "nk:Work": 5,
        "nk:reasonForNone": 3,
        "nk:surname": 4,
        "code:river/Tumen": 3,
        "code:river/Yalu": 3,
        "code:transfer-kind/handed_over": 1,
    }
    assert {term: more[term] for term in expected} == expected


def test_dataset(before: Graph, after: Graph, alone: Graph) -> None:
    """The release counts the claims and triples of all documents, and names what it was built from."""
    columns = before.queries["dataset"].columns
    was, now, only = (dict(zip(columns, graph.rows("dataset")[0], strict=True)) for graph in (before, after, alone))
    assert int(only["claims"]) == CLAIMS
    assert int(now["claims"]) == int(was["claims"]) + CLAIMS
    assert int(now["triples"]) > int(was["triples"])
    assert now["release"] == was["release"]
    assert len({was["built_from"], now["built_from"], only["built_from"]}) == 3
    assert int(now["triples"]) == after.built.asserted + after.built.inferred


def _own(findings: list[Finding]) -> Iterator[str]:
    """Yield the findings that are about the second report, and not about reference data."""
    for finding in findings:
        if SLUG in f"{finding.thing} {finding.path or ''}":
            yield str(finding)


def test_report_is_valid(alone_folder: Path) -> None:
    """The shapes find nothing in the second report, and its words carry what its claims say."""
    project = _project(alone_folder)
    source = read_source(project)
    texts = read_documents(FIXTURE / "documents", source.documents)
    findings = check_source(source, project)
    findings += check_words(
        source.claims, source.documents, source.passages, texts, source.vocabulary, source.reference
    )
    assert list(_own(findings)) == []


def test_report_accounts_for_each_passage(alone_folder: Path) -> None:
    """Each passage holds a claim, or has a reason for holding none; where a reason is given, nothing is stated."""
    source = read_source(_project(alone_folder))
    texts = read_documents(FIXTURE / "documents", source.documents)
    assert [str(finding) for finding in check_coverage(source, texts)] == []
    assert source.reasons == {
        (SLUG, "paragraph-1"): "overview",
        (SLUG, "caption-1"): "general_description",
        (SLUG, "paragraph-11"): "argument",
    }


def test_report_is_read_as_the_first_one() -> None:
    """The committed index of the second report's passages is the one that reading its text gives."""
    (document,) = load_documents(FIXTURE / "data" / "documents")
    text = (FIXTURE / "documents" / f"{SLUG}.txt").read_text(encoding="utf-8")
    assert is_original(document, text)
    index = load_index(FIXTURE / "data" / "passages")[SLUG]
    kinds = Counter(passage.kind for passage in index)
    expected = {"account": 4, "caption": 1, "footnote": 6, "furniture": 6, "recommendation": 2, "table": 1}
    assert {kind: kinds[kind] for kind in expected} == expected
    assert split_passages(SLUG, text) == index
