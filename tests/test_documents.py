from __future__ import annotations

from pathlib import Path

import pytest

from nkgraph.documents import (
    describe_document,
    find_documents_folder,
    is_original,
    load_documents,
    read_documents,
    recognise_document,
    scan_documents,
    write_document,
)
from nkgraph.errors import DocumentError, ReadError
from nkgraph.model import Document

TEXT = "\n\n".join(f"On day {n} the {word} came to the house by the river." for n, word in enumerate("abcdefghij" * 8))
OTHER = "\n\n".join(f"Nothing of that is in letter {n}, which tells of other things." for n in range(60))


def describe(slug: str, text: str, order: int) -> Document:
    return describe_document(slug, text.encode(), title=slug, publisher="us", language="en", order=order)


@pytest.fixture
def known() -> tuple[Document, ...]:
    return (describe("diary", TEXT, 2), describe("letters", OTHER, 1))


def test_a_description_is_read_back_as_it_was_written(tmp_path: Path, known: tuple[Document, ...]) -> None:
    for document in known:
        write_document(tmp_path, document)
    read = load_documents(tmp_path)
    assert [document.slug for document in read] == ["letters", "diary"]
    assert {d.slug: (d.sha256, d.length, d.landmarks, d.date) for d in read} == {
        d.slug: (d.sha256, d.length, d.landmarks, None) for d in known
    }


def test_a_document_is_known_by_its_content(known: tuple[Document, ...]) -> None:
    diary = known[0]
    assert recognise_document(TEXT.encode(), known) == diary
    assert recognise_document(TEXT.replace("\n", "\r\n").encode("utf-8-sig"), known) == diary
    assert recognise_document(TEXT.upper().replace(" ", "\n").encode(), known) == diary
    assert recognise_document((f"Page 1\n{TEXT[400:]}\nPage 2").encode(), known) == diary
    assert recognise_document(b"something else " * 300, known) is None
    assert recognise_document(TEXT[: len(TEXT) // 5].encode(), known) is None
    assert recognise_document(b"\xff\xfe\x00", known) is None
    assert is_original(diary, TEXT)
    assert not is_original(diary, TEXT.upper())


def test_texts_are_read_whatever_the_files_are_called(tmp_path: Path, known: tuple[Document, ...]) -> None:
    (tmp_path / "x.dat").write_text(TEXT, encoding="utf-8")
    (tmp_path / ".hidden").write_bytes(b"\xff")
    (tmp_path / "folder").mkdir()
    assert read_documents(tmp_path, known) == {"diary": TEXT}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, known: tuple[Document, ...]) -> None:
    (tmp_path / "x.txt").write_bytes(TEXT.encode("utf-8-sig"))
    assert read_documents(tmp_path, known) == {"diary": TEXT}


def test_line_ends_are_kept(tmp_path: Path, known: tuple[Document, ...]) -> None:
    (tmp_path / "x.txt").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert read_documents(tmp_path, known) == {"diary": TEXT.replace("\n", "\r\n")}


def test_an_unknown_file_is_refused_or_reported(tmp_path: Path, known: tuple[Document, ...]) -> None:
    (tmp_path / "diary.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "stray.txt").write_text("nothing we know", encoding="utf-8")
    with pytest.raises(
        DocumentError, match=r"stray\.txt: this file is none of the described documents; .*documents add"
    ):
        read_documents(tmp_path, known)
    assert read_documents(tmp_path, known, strict=False) == {"diary": TEXT}
    _, findings = scan_documents(tmp_path, known)
    assert [(f.rule, f.thing) for f in findings] == [("document-unknown", "stray.txt")]


@pytest.mark.parametrize("names", [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_the_described_text_is_preferred(tmp_path: Path, known: tuple[Document, ...], names: tuple[str, str]) -> None:
    (tmp_path / names[0]).write_text(TEXT, encoding="utf-8")
    (tmp_path / names[1]).write_text(TEXT + "\n", encoding="utf-8")
    texts, findings = scan_documents(tmp_path, known)
    assert texts == {"diary": TEXT}
    assert [(f.rule, f.thing) for f in findings] == [("document-twice", names[1])]


def test_bytes_that_are_not_utf8_are_not_described() -> None:
    with pytest.raises(DocumentError, match="not UTF-8 at byte 2"):
        describe_document("x", b"ab\xff", title="x", publisher="x", language="en")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("colour: red", r"diary\.yaml:\d+: unknown field 'colour'"),
        ("length: many", r"stands twice"),
    ],
)
def test_a_wrong_description_is_refused(tmp_path: Path, known: tuple[Document, ...], line: str, message: str) -> None:
    path = write_document(tmp_path, known[0])
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ReadError, match=message):
        load_documents(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("order: 2", "order: second", "order is not a whole number"),
        ("title: diary\n", "", "no title"),
        ("slug: diary", "slug: log", "not the name of the file"),
    ],
)
def test_a_wrong_field_is_refused(
    tmp_path: Path, known: tuple[Document, ...], old: str, new: str, message: str
) -> None:
    path = write_document(tmp_path, known[0])
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ReadError, match=message):
        load_documents(tmp_path)


def test_the_folder_named_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, variable = tmp_path / "named", tmp_path / "variable"
    named.mkdir()
    variable.mkdir()
    monkeypatch.setenv("NKGRAPH_DOCUMENTS", str(variable))
    assert find_documents_folder(named) == named
    assert find_documents_folder() == variable
    with pytest.raises(DocumentError, match="no such folder of documents"):
        find_documents_folder(tmp_path / "nowhere")
    monkeypatch.setenv("NKGRAPH_DOCUMENTS", str(tmp_path / "gone"))
    with pytest.raises(DocumentError, match="no such folder of documents"):
        find_documents_folder()


def test_four_documents_are_described(known_documents: tuple[Document, ...]) -> None:
    assert [(d.order, d.slug.partition("-")[0]) for d in known_documents] == [
        (1, "hrnk"),
        (2, "csw"),
        (3, "eir"),
        (4, "oral"),
    ]


@pytest.mark.documents
def test_the_documents_at_hand_are_the_described_ones(
    texts: dict[str, str], known_documents: tuple[Document, ...]
) -> None:
    assert list(texts) == [document.slug for document in known_documents]
    assert all(is_original(document, texts[document.slug]) for document in known_documents)
    assert all(len(texts[document.slug]) == document.length for document in known_documents)


@pytest.mark.documents
def test_half_a_document_is_known_and_no_document_for_another(
    texts: dict[str, str], known_documents: tuple[Document, ...]
) -> None:
    for document in known_documents:
        text = texts[document.slug]
        assert recognise_document(text[len(text) // 4 : len(text) * 3 // 4].encode(), known_documents) == document
        others = [other for other in known_documents if other != document]
        assert recognise_document(text.encode(), others) is None
