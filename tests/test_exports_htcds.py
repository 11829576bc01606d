"""The HTCDS-style view: only what the standard can hold, nothing decided, everything dropped counted, each cell traced."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from export_fixtures import (
    FIXTURES,
    TALE,
    cells_by_claim,
    claims_of,
    make_store,
    read_rows,
    tale_quads,
    withdraw,
)

from nkgraph import writing
from nkgraph.errors import BuildError, ReadError
from nkgraph.evaluation import LocalAnswers
from nkgraph.exports.folders import Folder
from nkgraph.exports.htcds import export_htcds
from nkgraph.exports.htcds_fields import ALWAYS_EMPTY, FILLED_FROM, MULTIPLE, SECTIONS, read_columns
from nkgraph.exports.losses import Loss
from nkgraph.iris import BASE, PREFIXES, ontology_iri
from nkgraph.project import default_project
from nkgraph.queries import find_query, load_queries, run_query
from nkgraph.store import open_files, open_store
from nkgraph.tables import read_table
from nkgraph.vocabularies import read_fields
from nkgraph.writing import write_atomically, write_folder

pytestmark = pytest.mark.slow

TABLES = tuple(SECTIONS)
VOCABULARIES = default_project().data / "vocabularies"


def read_tsv(name: str) -> list[dict[str, str]]:
    text = (VOCABULARIES / f"{name}.tsv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


#: The values of each field, read from our copy of the standard by another way than the program's.
LISTED: dict[str, set[str]] = {}
for _listed in read_tsv("htcds-2.0"):
    LISTED.setdefault(_listed["field"], set()).add(_listed["notation"])


@pytest.fixture(scope="module")
def tale() -> Folder:
    return export_htcds(make_store(tale_quads()))


@pytest.fixture(scope="module")
def real_quads(built_graph: Path) -> list[ox.Quad]:
    return [q for q in open_store(built_graph) if q.graph_name != ox.DefaultGraph()]


@pytest.fixture(scope="module")
def real(real_quads: list[ox.Quad]) -> Folder:
    return export_htcds(make_store(real_quads))


def rows_of(folder: Folder, name: str) -> dict[str, dict[str, str]]:
    return {row["nk_Id"].removeprefix(TALE): row for row in read_rows(folder.files[f"{name}.csv"])}


def filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value and not name.startswith("nk_")}


def find_loss(folder: Folder, kind: str, name: str) -> list[Loss]:
    return [loss for loss in folder.losses.losses if (loss.kind, loss.property) == (kind, name)]


def test_columns_are_those_of_the_standard(tale: Folder) -> None:
    """Each file begins with our columns and goes on with whole sections of the standard, in its order."""
    sections = {"persons": ("prs", "vic"), "actors": ("prs", "per"), "events": ("hte",), "organisations": ("org",)}
    fields = [row["field"] for row in read_tsv("htcds-2.0-fields")]
    for name, parts in sections.items():
        columns = tale.files[f"{name}.csv"].partition("\n")[0].split(",")
        assert [c for c in columns if not c.startswith("nk_")] == [f for f in fields if f.partition("_")[0] in parts]
        assert columns == sorted(columns, key=lambda c: not c.startswith("nk_"))


def test_the_file_of_fields_is_the_one_that_was_compared() -> None:
    """Names were compared with the table that IOM publishes; who changes one compares again, and writes the new digest."""
    content = (VOCABULARIES / "htcds-2.0-fields.tsv").read_bytes()

    assert hashlib.sha256(content).hexdigest() == "7fb1b1ff0ce982a197f3398f9bfcacfafe1ea4326646abafe425c10c3679408f"


def test_every_field_that_is_named_is_one_of_the_standard() -> None:
    """What the program fills or leaves empty is a column; what has values in the standard and is no draft is none."""
    columns = {field for fields in read_columns().values() for field in fields}
    coded = {f for fields in FILLED_FROM.values() for f in fields}
    prefixes = {field.partition("_")[0] for field in columns}
    listed = {r["field"]: r["field_status"] for r in read_tsv("htcds-2.0") if r["field"].partition("_")[0] in prefixes}

    assert {*ALWAYS_EMPTY, *coded, *MULTIPLE} - columns == set()
    assert coded - LISTED.keys() == set()
    assert {field for field, status in listed.items() if field not in columns} == {
        field for field, status in listed.items() if status == "DEPRECATED"
    }


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("hte\thte_Date\nhte\torg_Date\n", "'org_Date' is no field of hte"),
        ("hte\thte_Date\nhte\thte_Date\n", "stands on line 2 already"),
    ],
)
def test_a_wrong_file_of_fields_is_refused(lines: str, found: str, tmp_path: Path) -> None:
    """A field of another section, or one that stands there twice, is named with its line."""
    (tmp_path / "fields.tsv").write_text(f"section\tfield\n{lines}", encoding="utf-8")
    with pytest.raises(ReadError) as refused:
        read_fields(tmp_path / "fields.tsv")

    assert re.search(found, str(refused.value))
    assert refused.value.line == 3


def test_one_row_is_one_woman_with_all_her_accounts(tale: Folder) -> None:
    """Two accounts judged to be of one woman are one row; a birth year on which they differ stays empty."""
    persons = rows_of(tale, "persons")

    assert list(persons) == ["case-1/narrator", "case-2/narrator"]
    assert persons["case-1/narrator"]["nk_Accounts"] == f"{TALE}case-1;{TALE}case-3"
    assert filled(persons["case-2/narrator"]) == {"prs_Salutation": "Ms.", "prs_Birthdate": "1975"}
    assert filled(persons["case-1/narrator"]) == {
        "prs_Salutation": "Ms.",
        "vic_MethodsOfControl": "PhysicalAbuse;PsychoactiveSubstance",
        "vic_TypeOfExploitation": "ForcedMarriage;SexualExploitation",
    }
    several = find_loss(tale, "Narrator", "birthYear")
    assert [(loss.reason, loss.statements) for loss in several] == [("several values, and the field holds one", 2)]


def test_only_exact_and_broader_codes_are_carried(tale: Folder) -> None:
    """A code whose counterpart is narrower or close is dropped, and the reason told; a harm by an outsider likewise."""
    assert [loss.reason for loss in find_loss(tale, "Episode", "means")] == [
        "mapped only to a value that means less or something close"
    ]
    assert {(loss.reason, loss.statements) for loss in find_loss(tale, "Harm", "harmKind")} == {
        ("not told of one who takes part in a course of conduct coded for her", 1)
    }
    assert "ExcessiveWorkingHours" not in "".join(tale.files.values())


def test_without_mappings_no_code_is_carried() -> None:
    """The crosswalk is in the graph alone: without it there is no value, and the page says so."""
    quads = [q for q in tale_quads() if "links/htcds" not in getattr(q.graph_name, "value", "")]
    bare = export_htcds(make_store(quads))

    values = {field for name in TABLES for row in rows_of(bare, name).values() for field in filled(row)}
    assert values & LISTED.keys() == set()
    assert "no mappings to HTCDS" in bare.files["README.md"]


def test_a_changed_mapping_changes_the_values() -> None:
    """What a code becomes is read from the links, not known by the program."""
    term = f"{BASE}vocabulary/htcds-2.0/vic_TypeOfExploitation/"
    quads = [
        ox.Quad(q.subject, q.predicate, ox.NamedNode(term + "Servitude"), q.graph_name)
        if getattr(q.object, "value", "") == term + "ForcedMarriage"
        else q
        for q in tale_quads()
    ]
    row = rows_of(export_htcds(make_store(quads)), "persons")["case-1/narrator"]

    assert row["vic_TypeOfExploitation"] == "Servitude;SexualExploitation"


@pytest.mark.parametrize("which", ["tale", "real"])
def test_nothing_is_decided_and_no_value_is_foreign(which: str, request: pytest.FixtureRequest) -> None:
    """Fields that stay empty by decision are empty even where mapped; every code is a value of its field."""
    folder: Folder = request.getfixturevalue(which)
    for name in TABLES:
        for row in rows_of(folder, name).values():
            assert {field for field in filled(row) if field in ALWAYS_EMPTY} == set()
            for field, values in LISTED.items():
                shown = row[field].split(";") if row.get(field) else []
                assert {*shown} <= values
                assert shown == sorted({*shown})
                assert len(shown) <= 1 or field in MULTIPLE


def test_the_real_graph_fills_coded_fields(real: Folder) -> None:
    """The mappings and the vocabulary of the built graph carry codes: no field goes empty for want of them."""
    shown = {field for name in TABLES for row in rows_of(real, name).values() for field in filled(row)}

    assert shown & LISTED.keys() == {
        *("vic_MethodsOfControl", "vic_TypeOfExploitation"),
        *("per_RoleInProcess", "org_Type"),
    }
    assert "no mappings to HTCDS" not in real.files["README.md"]


def test_values_are_those_of_the_vocabulary_in_the_graph(tale: Folder) -> None:
    """A value that the vocabulary in the graph does not list is carried by no mapping, and the reason is told."""
    value = f"{BASE}vocabulary/htcds-2.0/vic_TypeOfExploitation/ForcedMarriage"
    fewer = [q for q in tale_quads() if getattr(q.subject, "value", "") != value]
    left = export_htcds(make_store(fewer))

    assert rows_of(tale, "persons")["case-1/narrator"]["vic_TypeOfExploitation"] == "ForcedMarriage;SexualExploitation"
    assert rows_of(left, "persons")["case-1/narrator"]["vic_TypeOfExploitation"] == "SexualExploitation"
    assert "mapped to a value that the vocabulary in the graph does not list for the field" in {
        loss.reason for loss in find_loss(left, "Episode", "purpose")
    }


def test_actors_are_individuals_in_roles(tale: Folder) -> None:
    """An individual with two roles has one row with both; a group and a man without a role have none."""
    actors = rows_of(tale, "actors")

    assert list(actors) == ["case-1/broker"]
    assert filled(actors["case-1/broker"]) == {
        "prs_Gender": "Masculine",
        "per_RoleInProcess": "RecruiterOrIntermediary;Transporter",
    }
    assert actors["case-1/broker"]["nk_Towards"] == f"{TALE}case-1/narrator"


def test_events_are_counted_once_and_coarse(tale: Folder) -> None:
    """A transfer told twice is one row; places to the county, dates to the month; a girl only told of has no event."""
    events = rows_of(tale, "events")

    assert list(events) == [
        *("case-1/transfer-1", "case-1/transfer-2", "case-1/episode-1#Recruitment", "case-1/episode-1#Transit")
    ]
    assert [row["nk_TransferKind"] for row in events.values()] == ["sold", "handed_over", "", ""]
    assert any("not carried out" in loss.reason for loss in find_loss(tale, "Transfer", "date"))
    first, second = events["case-1/transfer-1"], events["case-1/transfer-2"]
    assert first["nk_Tellings"] == f"{TALE}case-1/transfer-1;{TALE}case-3/transfer-1"
    assert filled(first) == {"hte_City": "Qingshan", "hte_State": "Lvzhou", "hte_Country": "AQ"}
    assert filled(second)["hte_Date"] == "2001-05"
    assert filled(events["case-1/episode-1#Transit"]) == {"hte_Type": "Transit"}
    assert "Hillhamlet" not in "".join(tale.files.values())
    assert {loss.fate for loss in find_loss(tale, "Transfer", "place")} == {"coarser"}


def test_coarse_shows_years_and_provinces() -> None:
    """With ``coarse`` no county and no month is left."""
    events = rows_of(export_htcds(make_store(tale_quads()), coarse=True), "events")

    assert filled(events["case-1/transfer-2"]) == {"hte_State": "Lvzhou", "hte_Country": "AQ", "hte_Date": "2001"}
    assert filled(events["case-1/transfer-1"])["hte_Date"] == "1999"
    assert all(not row["hte_City"] for row in events.values())


def test_tellings_that_differ_on_the_province_give_no_county() -> None:
    """A county of one telling does not stand beside a province on which tellings differ."""
    here = ox.NamedNode(f"{TALE}case-3/transfer-1")
    other = ox.NamedNode(f"{BASE}place/elsewhere")
    moved = [
        ox.Quad(q.subject, q.predicate, other, q.graph_name)
        if (q.subject, q.predicate.value) == (here, ontology_iri("place"))
        else q
        for q in tale_quads()
    ]
    places = ox.NamedNode(f"{BASE}graph/reference/places")
    moved += [
        ox.Quad(other, ox.NamedNode(ontology_iri("name")), ox.Literal("Elsewhere"), places),
        ox.Quad(other, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), _nk("Province"), places),
        ox.Quad(other, _nk("within"), ox.NamedNode(f"{BASE}place/exampleland"), places),
    ]
    row = rows_of(export_htcds(make_store(moved)), "events")["case-1/transfer-1"]

    assert filled(row) == {"hte_Country": "AQ"}


def test_an_answer_without_a_value_is_an_answer(tale: Folder) -> None:
    """A value does not stand alone where another answer has none in HTCDS: kinds of an organisation."""
    mention, org = ox.NamedNode(f"{BASE}claim/tale/mention/relief"), ox.NamedNode(f"{TALE}mention/relief")
    new = ox.Quad(org, _nk("organisationKind"), _code("organisation-kind/never-mapped"), mention)
    more = export_htcds(make_store([*tale_quads(), new]))

    for folder, kind in ((tale, "NGO"), (more, "")):
        assert rows_of(folder, "organisations")[f"{BASE}org/fictive-relief"]["org_Type"] == kind


def test_nobody_is_called_a_trafficker_by_a_relation(tale: Folder) -> None:
    """The field on her relation to one is empty in every row, and the relations are counted as dropped."""
    assert {row["vic_RelationshipToTrafficker"] for row in rows_of(tale, "persons").values()} == {""}
    assert {loss.reason for loss in find_loss(tale, "Person", "relation")} == {
        "the field would call an actor a trafficker"
    }


def test_mappings_that_were_imported_say_nothing_of_a_woman(tale: Folder) -> None:
    """Somebody else's set that maps the same codes otherwise changes no cell."""
    theirs = ox.NamedNode(f"{BASE}graph/links/theirs")
    exact, target = (
        PREFIXES["skos"] + "exactMatch",
        PREFIXES["vocabulary"] + "htcds-2.0/vic_TypeOfExploitation/OrganRemoval",
    )
    code = _code("purpose/forced_marriage")
    more = export_htcds(make_store([*tale_quads(), ox.Quad(code, ox.NamedNode(exact), ox.NamedNode(target), theirs)]))
    assert more.files["persons.csv"] == tale.files["persons.csv"]


def test_a_place_shown_in_part_is_counted_as_coarser() -> None:
    """Tellings that agree on the province alone: the province stands there, and no place counts as carried whole."""
    here, other = ox.NamedNode(f"{TALE}case-3/transfer-1"), ox.NamedNode(f"{BASE}place/othercounty")
    there = ox.NamedNode(f"{TALE}case-1/transfer-1")
    places = ox.NamedNode(f"{BASE}graph/reference/places")
    to: dict[object, ox.NamedNode] = {here: other, there: ox.NamedNode(f"{BASE}place/qingshan")}
    moved = [
        ox.Quad(q.subject, q.predicate, to[q.subject], q.graph_name)
        if q.predicate == _nk("place") and q.subject in to
        else q
        for q in tale_quads()
    ]
    moved += [
        ox.Quad(other, ox.NamedNode(ontology_iri("name")), ox.Literal("Othercounty"), places),
        ox.Quad(other, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), _nk("County"), places),
        ox.Quad(other, _nk("within"), ox.NamedNode(f"{BASE}place/lvzhou"), places),
    ]
    folder = export_htcds(make_store(moved))

    assert filled(rows_of(folder, "events")["case-1/transfer-1"]) == {"hte_State": "Lvzhou", "hte_Country": "AQ"}
    assert [loss.statements for loss in find_loss(folder, "Transfer", "place") if "in part" in loss.reason] == [2]


def _code(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}code/{name}")


def _nk(name: str) -> ox.NamedNode:
    return ox.NamedNode(ontology_iri(name))


def test_no_names_of_persons(tale: Folder) -> None:
    """Surnames and names that the documents print are in no file."""
    assert [name for name in ("Ahnfict", "Bokfict", "Fictperson") if name in "".join(tale.files.values())] == []


def test_what_is_dropped_is_computed(tale: Folder) -> None:
    """A property that nobody has heard of raises what is printed, and stands there by its kind."""
    new = [
        ox.Quad(ox.NamedNode(f"{TALE}{name}"), _nk("favouriteColour"), ox.Literal("green"), ox.NamedNode(graph))
        for name, graph in (
            ("case-1/narrator", f"{BASE}claim/tale/case-1/narrator"),
            ("case-1/transfer-1", f"{BASE}claim/tale/case-1/transfer-1"),
        )
    ]
    more = export_htcds(make_store([*tale_quads(), *new]))

    assert more.losses.count("dropped") == tale.losses.count("dropped") + 2
    assert [loss.statements for loss in find_loss(more, "Narrator", "favouriteColour")] == [1]
    for text in (more.files["README.md"], more.files["dropped.csv"], more.losses.describe()):
        assert "favouriteColour" in text
    for name in (*TABLES, "trace"):
        assert more.files[f"{name}.csv"] == tale.files[f"{name}.csv"]


def test_only_what_is_asserted_is_read(tale: Folder) -> None:
    """Conclusions, views and statistics are no statements of documents: they change nothing."""
    others = ("inferred/some-rule", "view/asserted", "statistics", "ontology")
    new = [
        ox.Quad(ox.NamedNode(f"{TALE}case-1/narrator"), _nk("favouriteColour"), ox.Literal(name), ox.NamedNode(graph))
        for name in others
        for graph in [f"{BASE}graph/{name}"]
    ]

    assert export_htcds(make_store([*tale_quads(), *new])).files == tale.files


@pytest.mark.parametrize("which", ["tale", "real"])
def test_every_statement_read_is_carried_or_lost(which: str, request: pytest.FixtureRequest) -> None:
    """The sums agree: read = carried + coarser + dropped."""
    losses = request.getfixturevalue(which).losses

    assert losses.read == losses.carried + losses.count("coarser") + losses.count("dropped")
    assert losses.carried > 0 < losses.count("dropped")


def test_same_graph_same_bytes(tale: Folder) -> None:
    """The order in which quads come does not matter."""
    quads = tale_quads()
    random.Random(3).shuffle(quads)

    assert export_htcds(make_store(quads)).files == tale.files


@pytest.mark.parametrize("claim", claims_of(tale_quads()))
def test_a_withdrawn_claim_leaves_no_trace(claim: str, tale: Folder) -> None:
    """Without a claim its IRI is in no file, and no cell is left that rested on it alone."""
    left = export_htcds(make_store(withdraw(tale_quads(), {claim})))

    assert [name for name, text in left.files.items() if f"{claim},\n" in text or f"{claim}\n" in text] == []
    before, after = cells_by_claim(tale.files["trace.csv"]), cells_by_claim(left.files["trace.csv"])
    assert {cell for cell, claims in before.items() if claims == {claim}} & after.keys() == set()


def test_withdrawal_from_the_real_graph(real: Folder, real_quads: list[ox.Quad]) -> None:
    """A quarter of the real claims withdrawn: nothing that rested on them alone is left."""
    claims = claims_of(real_quads)
    gone = set(random.Random(11).sample(claims, len(claims) // 4))
    left = export_htcds(make_store(withdraw(real_quads, gone)))

    before, after = cells_by_claim(real.files["trace.csv"]), cells_by_claim(left.files["trace.csv"])
    alone = {cell for cell, its in before.items() if its <= gone}
    assert alone, "the sample touches the export"
    assert alone & after.keys() == set()
    assert {claim for its in after.values() for claim in its} & gone == set()


def test_real_rows_are_the_women_of_the_canned_query(real: Folder, built_graph: Path) -> None:
    """As many rows as women, with the accounts that the query ``persons`` counts."""
    query = find_query(load_queries(default_project().queries), "persons")
    table = read_table(run_query(LocalAnswers(open_store(built_graph)), query, {}, "json"), query.columns)
    wanted = {
        getattr(row[0], "value", ""): int(getattr(row[query.columns.index("accounts")], "value", ""))
        for row in table.rows
    }

    persons = rows_of(real, "persons")
    assert {name: len(row["nk_Accounts"].split(";")) for name, row in persons.items()} == wanted


def test_every_filled_cell_has_its_claims(real: Folder) -> None:
    """The trace names a claim for each cell, but for names of the list of organisations."""
    cells = {(file, row, field) for file, row, field, _ in cells_by_claim(real.files["trace.csv"])}
    missing = [
        (name, row["nk_Id"], field)
        for name in TABLES
        for row in read_rows(real.files[f"{name}.csv"])
        for field in filled(row)
        if (name, row["nk_Id"], field) not in cells and field != "org_Name"
    ]
    assert missing == []


def test_no_words_of_the_documents(real: Folder, texts: Mapping[str, str]) -> None:
    """No cell holds six or more words that stand so in a document; names of organisations are no words of an account."""
    read = " ".join(" ".join(text.split()) for text in texts.values())
    cells = {v for name in TABLES for row in rows_of(real, name).values() for f, v in row.items() if f != "org_Name"}

    assert [cell for cell in cells if len(cell.split()) > 5 and cell in read] == []


def test_the_graph_of_the_other_tests_is_read_too() -> None:
    """A graph without rules and mappings is exported: each narrator is her own woman."""
    mini = export_htcds(open_files([FIXTURES / "mini" / "mini.trig"]))

    persons = read_rows(mini.files["persons.csv"])
    assert [row["prs_Birthdate"] for row in persons] == ["1970", "1975"]
    assert [row["hte_State"] for row in read_rows(mini.files["events.csv"])] == ["Lvzhou"]


def test_a_folder_is_written_whole(tale: Folder, tmp_path: Path) -> None:
    """The files stand in the folder; an earlier export is replaced; nothing else is left beside it."""
    target = tmp_path / "deep" / "htcds"
    write_folder(target, tale.files.items(), replacing=True)
    write_folder(target, tale.files.items(), replacing=True)

    written = {path.name: path.read_text("utf-8") for path in target.iterdir() if not path.name.startswith(".")}
    assert written == dict(tale.files)
    assert [path.name for path in target.parent.iterdir()] == ["htcds"]


def test_a_folder_with_other_files_is_not_touched(tale: Folder, tmp_path: Path) -> None:
    """A file that no export writes stops the export, and so does a file in place of the folder."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match="no earlier export"):
        write_folder(tmp_path, tale.files.items(), replacing=True)
    with pytest.raises(BuildError, match="is a file"):
        write_folder(tmp_path / "thesis.txt", tale.files.items(), replacing=True)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_failed_export_leaves_the_last_one(tale: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails after some files leaves the folder as it was."""
    target = tmp_path / "htcds"
    write_folder(target, {"persons.csv": "old\n", "trace.csv": "old\n"}.items(), replacing=True)

    def fail(path: Path, text: str) -> None:
        if path.name == "trace.csv":
            raise BuildError("cannot be written (disk full)", path=path)
        write_atomically(path, text)

    monkeypatch.setattr(writing, "write_atomically", fail)
    with pytest.raises(BuildError, match="disk full"):
        write_folder(target, tale.files.items(), replacing=True)

    assert {path.name: path.read_text("utf-8") for path in target.glob("*.csv")} == {
        "persons.csv": "old\n",
        "trace.csv": "old\n",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["htcds"]
