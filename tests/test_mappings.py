"""Mapping files: what is read, what is refused with row and column, and that a file written is the file read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nkgraph.errors import NkgraphError, ReadError
from nkgraph.iris import PREFIXES
from nkgraph.mappingfiles import MappingErrors, read_mappings
from nkgraph.mappingfolders import read_mapping_sets
from nkgraph.mappings import EXACT, MappingSet, merge_sets, write_mappings
from nkgraph.project import default_project

LINKS = default_project().data / "links"
HEADER = """#curie_map:
#  state: "https://w3id.org/nkgraph/state/"
#  ex: "https://example.org/"
#mapping_set_id: "https://example.org/set"
#license: "https://creativecommons.org/publicdomain/zero/1.0/"
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tcomment\n"
GOOD = "state:cn\tskos:exactMatch\tex:China\tsemapv:ManualMappingCuration\t0.9\tseen\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.sssom.tsv"
    path.write_bytes(text.encode())
    return path


def read(tmp_path: Path, text: str) -> MappingSet:
    return read_mappings(write(tmp_path, text), "a")


def refuse(tmp_path: Path, text: str) -> list[NkgraphError]:
    with pytest.raises(NkgraphError) as raised:
        read(tmp_path, text)
    error = raised.value
    return list(error.errors) if isinstance(error, MappingErrors) else [error]


def test_row_is_typed(tmp_path: Path) -> None:
    """CURIEs are expanded, numbers are numbers, and the cells stay as written."""
    (row,) = read(tmp_path, HEADER + COLUMNS + GOOD).rows

    assert (row.subject, row.predicate, row.object) == (
        "https://w3id.org/nkgraph/state/cn",
        EXACT,
        "https://example.org/China",
    )
    assert (row.justification, row.confidence) == (PREFIXES["semapv"] + "ManualMappingCuration", Decimal("0.9"))
    assert (row.line, row.cells["object_id"], row.is_exact) == (7, "ex:China", True)


def test_header_speaks_for_rows_that_leave_a_slot_out(tmp_path: Path) -> None:
    """What SSSOM lets a header say once is in each row, and is written once again."""
    held = read(tmp_path, HEADER + "#object_source: ex:all\n" + COLUMNS + GOOD)

    assert held.rows[0].cells["object_source"] == "ex:all"
    assert write_mappings(held).count("ex:all") == 1


@pytest.mark.parametrize("name", ["sameAs", "equivalentClass", "equivalentProperty"])
def test_identity_of_others_is_published_as_a_match(tmp_path: Path, name: str) -> None:
    """A row that claims identity is kept as given; its link is an exact match."""
    (row,) = read(tmp_path, HEADER + COLUMNS + GOOD.replace("skos:exactMatch", f"owl:{name}")).rows

    assert (row.predicate, row.relation, row.is_exact) == (PREFIXES["owl"] + name, EXACT, True)


def test_row_that_denies_is_no_match(tmp_path: Path) -> None:
    """Neither predicate_modifier Not nor sssom:NoTermFound asserts anything."""
    columns = COLUMNS.replace("comment", "predicate_modifier")
    rows = read(
        tmp_path,
        HEADER
        + columns
        + GOOD.replace("seen", "Not")
        + GOOD.replace("ex:China", "sssom:NoTermFound").replace("seen", ""),
    ).rows

    assert [(row.is_denied, row.is_exact) for row in rows] == [(True, False), (True, False)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "is empty"),
        (COLUMNS + GOOD, 1, "has no header of `#` lines"),
        ("#curie_map: [\n" + COLUMNS + GOOD, 2, "its header is not YAML"),
        (HEADER.replace("#license", "#licence") + COLUMNS + GOOD, 1, "no license (nearest: licence)"),
        (HEADER.replace('"https://creativecommons.org/publicdomain/zero/1.0/"', "CC0") + COLUMNS + GOOD, 5, "'CC0', not an IRI"),
        (HEADER.replace("#mapping_set_id", "#id") + COLUMNS + GOOD, 1, "no mapping_set_id"),
        (HEADER.replace('"https://example.org/"', "here") + COLUMNS + GOOD, 3, "'ex' stands for 'here', not an IRI"),
        ((HEADER + COLUMNS + GOOD).replace("ex:", "skos:"), 3, "'skos' stands for 'https://example.org/', and SSSOM fixes"),
        (HEADER, 6, "has no line of columns"),
        (HEADER + COLUMNS.replace("\t", ",") + GOOD, 6, "is not TSV"),
        (HEADER + COLUMNS.replace("object_id", "object_ID") + GOOD, 6, "has no column object_id (nearest: object_ID)"),
        (HEADER + COLUMNS.replace("\tmapping_justification", "") + GOOD, 6, "has no column mapping_justification"),
        (HEADER + COLUMNS.replace("comment", "object_id") + GOOD, 6, "the column object_id stands twice"),
        (HEADER + COLUMNS + GOOD.replace("\tseen", ""), 7, "row 1: has 5 cells for 6 columns"),
        (HEADER + COLUMNS + GOOD.replace("seen", '"seen'), 7, "not TSV"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "Q 148"), 7, "row 1: object_id: 'Q 148' is no CURIE"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", ""), 7, "row 1: object_id is empty"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "https://example.org/China"), 7, "is an IRI, not a CURIE"),
        (HEADER + COLUMNS + GOOD.replace("ex:", "exx:"), 7, "the prefix 'exx' of 'exx:China' is not in curie_map"),
        (HEADER + COLUMNS + GOOD.replace("skos:exactMatch", "skos:broader"), 7, "'skos:broader' is no mapping relation"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "state:cn"), 7, "row 1: maps state:cn to itself"),
        (HEADER + COLUMNS + GOOD.replace("semapv:", "ex:"), 7, "is no term of semapv"),
        (HEADER + COLUMNS + GOOD.replace("0.9", "high"), 7, "confidence: 'high' is no number from 0 to 1"),
        (HEADER + COLUMNS + GOOD.replace("0.9", "1.1"), 7, "confidence: '1.1' is no number"),
        (HEADER + COLUMNS + GOOD.replace("0.9", "NaN"), 7, "confidence: 'NaN' is no number"),
        (HEADER + COLUMNS.replace("comment", "mapping_date") + GOOD, 7, "mapping_date: 'seen' is no day of the calendar"),
        (HEADER + COLUMNS.replace("comment", "mapping_date") + GOOD.replace("seen", "2025-02-29"), 7, "'2025-02-29' is no day"),
        (HEADER + "#mapping_date: 2026-02-30\n" + COLUMNS + GOOD, 6, "mapping_date of its header is '2026-02-30', no day"),
        (HEADER + "#creator_id: [ex:a, A B]\n" + COLUMNS + GOOD, 6, "creator_id of its header has 'A B', neither an IRI"),
        (HEADER + "#mapping_set_source: ex:1%\n" + COLUMNS + GOOD, 6, "mapping_set_source of its header has 'ex:1%'"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "ex:C%68ina"), 7, "is written 'https://example.org/China'; write it so"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "ex:a/../China"), 7, "which is written 'https://example.org/China'"),
        (HEADER + COLUMNS + GOOD.replace("seen", "https://w3id.org/nkgraph/id/a/b"), 7, "is of a document or an account"),
        (HEADER + COLUMNS + GOOD.replace("seen", "http://W3ID.org/nkgraph/claim/a/b"), 7, "is of a document or an account"),
        (HEADER + "#creator_label: https://w3id.org/nkgraph/id/a/b\n" + COLUMNS + GOOD, 6, "no mapping names a person"),
        (HEADER + "#x: &a [b]\n#y: *a\n" + COLUMNS + GOOD, 6, "an alias (*name) is not read"),
        (HEADER + "#x: " + "[" * 3000 + "]" * 3000 + "\n" + COLUMNS + GOOD, 1, "too deep in one another"),
        (HEADER + COLUMNS + GOOD.replace("ex:China", "ex:100%"), 7, "'ex:100%' stands for 'https://example.org/100%', not"),
        (HEADER.replace('"https://example.org/"', '"https://exa[mple.org/"') + COLUMNS + GOOD, 3, "'ex' stands for"),
        (HEADER.replace("zero/1.0/", "100%") + COLUMNS + GOOD, 5, "license of its header is"),
        (HEADER.replace("example.org/set", "exa[mple.org/set") + COLUMNS + GOOD, 4, "mapping_set_id of its header is"),
        (HEADER + COLUMNS.replace("comment", "predicate_modifier") + GOOD, 7, "'seen' is not Not"),
    ],
)  # fmt: skip
def test_wrong_files_are_told(tmp_path: Path, text: str, line: int | None, said: str) -> None:
    """Each mistake has its line, and names the row and the column that it is in."""
    (error,) = refuse(tmp_path, text)

    assert said in str(error)
    assert (error.path, error.line) == (tmp_path / "a.sssom.tsv", line)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    """A file in another encoding is refused at its first wrong byte."""
    path = tmp_path / "a.sssom.tsv"
    path.write_bytes(HEADER.encode() + b"\xe9")

    with pytest.raises(ReadError, match=f"not UTF-8 at byte {len(HEADER)}"):
        read_mappings(path, "a")


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    """One reading finds every row that is wrong, each on its line, over cells of more than one line."""
    wrong = GOOD.replace("ex:China", "China").replace("0.9", "9")
    errors = refuse(tmp_path, HEADER + COLUMNS + GOOD.replace("seen", '"two\nlines"') + wrong + wrong)

    assert [(error.line, error.message.partition(":")[0]) for error in errors] == [
        (line, f"row {row}") for line, row in ((9, 2), (9, 2), (10, 3), (10, 3))
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n\n"])
def test_other_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path, ends: str) -> None:
    """A file saved by a spreadsheet is the same file."""
    text = HEADER + COLUMNS + GOOD
    plain = read(tmp_path, text)
    saved = read(
        tmp_path,
        "\ufeff"
        + HEADER.replace("\n", "\t\t\n").replace("\n", ends.rstrip("\n") + "\n" if ends == "\n\n" else ends)
        + (COLUMNS + GOOD).replace("\n", ends),
    )

    assert [row.cells for row in saved.rows] == [row.cells for row in plain.rows]
    assert (saved.metadata, saved.prefixes) == (plain.metadata, plain.prefixes)


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"], blacklist_characters="\x85"), max_size=20)
CELLS = st.builds("\n".join, st.lists(WORDS, max_size=3)).map(str.strip)


#: Names as they are usually written: without the steps "." and "..", which the reader refuses.
NAMES = st.from_regex(r"[A-Za-z0-9&=/().-]+", fullmatch=True).filter(
    lambda name: not {".", ".."} & set(name.split("/"))
)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(NAMES, CELLS), max_size=4),
    title=WORDS.map(str.strip),
)
def test_a_file_written_is_the_file_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], title: str
) -> None:
    """Whatever stands in a cell or a title, reading what was written gives it back, and writing it again the same bytes."""
    folder = tmp_path_factory.mktemp("set")
    empty = read(folder, HEADER + COLUMNS + GOOD)
    written = tuple(
        type(empty.rows[0])(
            f"https://example.org/{name}", EXACT, "https://example.org/x", PREFIXES["semapv"] + "X", None, False,
            {"subject_id": f"ex:{name}", "predicate_id": "skos:exactMatch", "object_id": "ex:x"}
            | {"mapping_justification": "semapv:X"}
            | ({"comment": comment} if comment else {}),
            number,
        )
        for number, (name, comment) in enumerate(rows)
        if name != "x"
    )  # fmt: skip
    held = MappingSet(
        "a", Path(), {**empty.metadata, "mapping_set_title": title}, empty.prefixes, empty.columns, written
    )

    text = write_mappings(held)
    again = read(folder, text)

    assert [row.cells for row in again.rows] == [row.cells for row in written]
    assert again.say("mapping_set_title") == title
    assert write_mappings(again) == text


@pytest.mark.parametrize("path", sorted(LINKS.glob("*.sssom.tsv")), ids=lambda path: path.name)
def test_our_files_are_the_same_when_written_again(path: Path, tmp_path: Path) -> None:
    """Each of our files, written by the writer and read, has the same header and the same rows."""
    held = read_mappings(path, "a")
    text = write_mappings(held)
    again = read_mappings(write(tmp_path, text), "a")

    assert [row.cells for row in again.rows] == [row.cells for row in held.rows]
    assert (again.metadata, write_mappings(again)) == (held.metadata, text)


def test_sets_of_a_folder_have_names_of_their_own(tmp_path: Path) -> None:
    """A set of others may not be called as one of ours, and all mistakes of all files are told together."""
    (tmp_path / "imported").mkdir()
    for name in ("a", "b", "imported/a", "imported/c"):
        text = HEADER + COLUMNS + (GOOD if name != "b" else GOOD.replace("ex:", "x:"))
        (tmp_path / f"{name}.sssom.tsv").write_text(text, encoding="utf-8")

    with pytest.raises(MappingErrors) as raised:
        read_mapping_sets(tmp_path)
    assert [str(error.path) for error in raised.value.errors] == [
        str(tmp_path / name) for name in ("b.sssom.tsv", "imported/a.sssom.tsv")
    ]

    (tmp_path / "b.sssom.tsv").unlink()
    (tmp_path / "imported" / "a.sssom.tsv").unlink()
    assert [(held.name, held.is_imported) for held in read_mapping_sets(tmp_path)] == [("a", False), ("c", True)]
    assert read_mapping_sets(tmp_path / "none") == ()


def test_sets_are_merged_only_where_one_header_fits_all(tmp_path: Path) -> None:
    """Rows keep the set that they come from; another licence or another meaning of a prefix is refused."""
    first = read(tmp_path, HEADER + COLUMNS + GOOD)
    other = read(tmp_path, HEADER.replace("zero", "mark") + COLUMNS + GOOD)
    unlike = read(tmp_path, HEADER.replace('ex: "https://example.org/"', 'ex: "https://example.com/"') + COLUMNS + GOOD)

    merged = merge_sets([first, first])

    assert [row.cells["mapping_source"] for row in merged.rows] == ["graph:links/a", "graph:links/a"]
    with pytest.raises(NkgraphError, match="different licences"):
        merge_sets([first, other])
    with pytest.raises(NkgraphError, match="prefix 'ex' another meaning"):
        merge_sets([first, unlike])
