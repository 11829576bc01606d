"""Files made text: a PDF with text is read, and everything that is no text is refused with what it is and what to do."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pdffiles import lock_pdf, make_pdf, write_sparse
from wrong_input_table import SMALL

from nkgraph.cli import main
from nkgraph.conversion import LARGEST, convert_to_text, is_pdf, read_file
from nkgraph.documents import describe_document, is_original, load_documents, recognise_document, write_document
from nkgraph.errors import DocumentError

LINES = ["A Letter from the Harbour", "In March 2009 the ferry was laid up.", "Its owner asked 400 yuan for the oars."]
KOREAN = "항구의 배는 봄까지 묶여 있었다. 선주는 노를 사백 위안에 팔겠다고 했다.\n" * 20


def _make(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


#: What is wrong, how the file is made, what is said of it, and what to do.
WRONG: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "a scanned PDF": (
        _make("scan.pdf", make_pdf([[], []], picture=True)),
        "a PDF without text: 2 pages of pictures",
        "OCR",
    ),
    "a PDF of page numbers only": (_make("scan.pdf", make_pdf([["- 1 -"], ["- 2 -"]])), "a PDF without text", "OCR"),
    "an encrypted PDF": (
        _make("locked.pdf", lock_pdf(make_pdf([LINES]), "secret")),
        "an encrypted PDF",
        "without its password",
    ),
    "a PDF cut off": (_make("cut.pdf", make_pdf([LINES])[:200]), "a broken PDF", "save it again"),
    "a PDF that is only a name": (_make("empty.pdf", b"%PDF-1.7\n"), "a broken PDF", "save it again"),
    "a picture": (_make("page.png", b"\x89PNG\r\n\x1a\n" + bytes(200)), "a picture (PNG)", "OCR"),
    "a Word file": (
        _make("report.docx", b"PK\x03\x04" + bytes(range(256)) * 4),
        "a ZIP archive, as .docx",
        "plain text or PDF",
    ),
    "an old Word file": (
        _make("report.doc", b"\xd0\xcf\x11\xe0" + bytes(600)),
        "an old Microsoft Office file",
        "plain text",
    ),
    "a compressed file": (_make("report.txt.gz", b"\x1f\x8b\x08" + bytes(50)), "compressed by gzip", "unpack"),
    "a program": (_make("tool", bytes([0x7F, *b"ELF", *range(256)]) * 9), "binary data", "a text or a PDF"),
    "a text with bytes of value 0": (_make("report.txt", b"She left.\0 She came.\n" * 9), "bytes of value 0", "UTF-8"),
    "a Korean encoding": (
        _make("report.txt", KOREAN.encode("euc-kr")),
        "EUC-KR",
        "iconv -f EUC-KR -t UTF-8 report.txt > report-utf8.txt",
    ),
    "a Chinese encoding": (
        _make("report.txt", "渡船在三月停航，船主要价四百元。㐂\n".encode("gb18030") * 30),
        "GB18030",
        "iconv",
    ),
    "UTF-16": (_make("report.txt", "She left in 1998.\n".encode("utf-16")), "in UTF-16", "iconv -f UTF-16 -t"),
    "a web page": (
        _make("report.txt", b"\xef\xbb\xbf\n<!DOCTYPE HTML>\n<html><body>She left.</body></html>\n"),
        "a web page (HTML)",
        "plain text",
    ),
    "an empty file": (_make("report.txt", b" \n\n"), "the file is empty", ""),
    "a text of 200 MB": (
        lambda folder: write_sparse(folder / "report.txt", 200_000_000),
        "200 MB are more than the 50 MB",
        "",
    ),
    "a folder": (lambda folder: folder, "cannot be read", ""),
    "a file that is not there": (lambda folder: folder / "nothing.txt", "cannot be read (No such file", ""),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, with one document described."""
    shutil.copytree(SMALL / "data", tmp_path / "data")
    monkeypatch.setenv("NKGRAPH_DOCUMENTS", str(SMALL / "documents"))
    return tmp_path / "data"


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.parametrize("command", ["add", "draft", "draft as"])
@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_text_is_refused(
    what: str, command: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is given, the command says what it is and what to do, ends with 2, and leaves the data as they were."""
    make, message, remedy = WRONG[what]
    folder = tmp_path / "given"
    folder.mkdir()
    file = make(folder)
    before, out = _tree(project), tmp_path / "out"
    words: dict[str, list[str | Path]] = {
        "add": ["documents", "add", file, "--slug", "new", "--title", "New", "--publisher", "Nobody"],
        "draft": ["draft", file, "--out", out],
        "draft as": ["draft", file, "--document", "new", "--out", out],
    }
    code, printed, said = _run(capsys, *words[command], "--data", project)

    assert (code, printed) == (2, "")
    assert str(file) in said and message in said and remedy in said
    assert len(said.strip().splitlines()) == 1
    assert _tree(project) == before
    assert not out.exists()


@pytest.mark.parametrize(
    "make", [lambda text: make_pdf([text]), lambda text: "\n".join(text).encode()], ids=["pdf", "text"]
)
def test_a_document_known_under_another_name(
    make: Callable[[list[str]], bytes], project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is known for the document it is, by its bytes or by its words, and nothing is added."""
    text = (SMALL / "documents" / "a-report.txt").read_text(encoding="utf-8")
    file = tmp_path / "something-else.bin"
    file.write_bytes(make(text.splitlines()))
    before = _tree(project)
    words = ("documents", "add", file, "--slug", "new", "--title", "New", "--publisher", "Nobody", "--data", project)
    code, printed, said = _run(capsys, *words)

    assert (code, printed) == (2, "")
    assert "this is a-report, a document already described; nothing was added" in said
    assert _tree(project) == before
    code, _, said = _run(capsys, "draft", file, "--document", "new", "--data", project)
    assert (code, "this is a-report, not new" in said) == (2, True)


def test_nothing_is_half_added(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the description cannot be written, the index that was is taken back."""
    file = tmp_path / "letter.pdf"
    file.write_bytes(make_pdf([LINES]))
    documents = project / "documents"
    shutil.move(documents, tmp_path / "documents")
    documents.write_text("no folder\n", encoding="utf-8")
    before = _tree(project)
    words = ("documents", "add", file, "--slug", "new", "--title", "New", "--publisher", "Nobody", "--data", project)
    code, _, said = _run(capsys, *words)

    assert (code, "is not a folder" in said) == (2, True)
    assert _tree(project) == before


def test_a_pdf_is_read_page_by_page() -> None:
    data = make_pdf([LINES, ["The second page says “no more” than this one line."]])

    assert is_pdf(data)
    text = convert_to_text(data, Path("letter.pdf"))
    assert text.split("\f")[0].strip().split("\n") == LINES
    assert text.count("\f") == 1 and "“no more”" in text


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    """Many published reports are locked against changes only."""
    assert "oars" in convert_to_text(lock_pdf(make_pdf([LINES]), ""), Path("locked.pdf"))


def test_a_description_of_a_pdf_knows_its_text(tmp_path: Path) -> None:
    """A described PDF is recognised by its bytes, and its text is the original that spans count in."""
    lines = [f"Line {number} of a letter that nobody wrote, about boat {number * 7}." for number in range(40)]
    data = make_pdf([lines])
    document = describe_document("letter", data, title="A Letter", publisher="Nobody", language="en")
    write_document(tmp_path, document)
    (known,) = load_documents(tmp_path)

    assert recognise_document(data, [known]) == known
    assert is_original(known, convert_to_text(data, Path("letter.pdf")))
    assert not is_original(known, "another text")
    text = "\n".join(lines).encode()
    assert recognise_document(text, [known]) == known


def test_a_byte_order_mark_is_left_out() -> None:
    assert convert_to_text("\ufeffShe left.\r\n".encode(), Path("letter.txt")) == "She left.\r\n"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    """The limit is a limit: a byte more is refused before anything is read."""
    assert len(read_file(_make("a.txt", b"She left.")(tmp_path))) == 9
    with pytest.raises(DocumentError, match="more than the 50 MB"):
        read_file(write_sparse(tmp_path / "b.txt", LARGEST + 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = _make("letter.txt", b"She left.")(tmp_path)
    path.chmod(0)
    with pytest.raises(DocumentError, match="cannot be read"):
        read_file(path)


def test_no_damage_to_a_pdf_is_a_bug_of_ours() -> None:
    """A PDF damaged anywhere is read or refused, and never an error that nobody foresaw."""
    whole, chance = make_pdf([LINES * 3]), random.Random(7)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 4, 20))):
            place = chance.randrange(9, len(data) - 40)
            if chance.random() < 0.7:
                data[place] = chance.randrange(256)
            else:
                del data[place : place + chance.randrange(1, 30)]
        try:
            convert_to_text(bytes(data), Path("damaged.pdf"))
        except DocumentError as error:
            assert error.remedy or "without pages" in error.message
