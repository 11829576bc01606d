"""Files made text: UTF-8 text as it is, the text of a PDF; anything else refused with what it is and what to do."""

from __future__ import annotations

import io
import logging
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pypdf
from pypdf.errors import DependencyError

from nkgraph.errors import DocumentError

__all__ = ["LARGEST", "convert_to_text", "is_pdf", "read_file"]

#: Bytes of the largest file that is read: some twenty times the longest report that we know of.
LARGEST: Final = 50_000_000

_BEGINNINGS: Final[Mapping[bytes, tuple[str, str]]] = {
    b"PK\x03\x04": ("a ZIP archive, as .docx, .odt and .epub files are", "save the document as plain text or PDF"),
    b"\xd0\xcf\x11\xe0": ("an old Microsoft Office file", "save the document as plain text or PDF"),
    b"{\\rtf": ("Rich Text Format", "save the document as plain text or PDF"),
    b"\x89PNG": ("a picture (PNG)", "read its text by OCR, and add the text"),
    b"\xff\xd8\xff": ("a picture (JPEG)", "read its text by OCR, and add the text"),
    b"II*\x00": ("a picture (TIFF)", "read its text by OCR, and add the text"),
    b"MM\x00*": ("a picture (TIFF)", "read its text by OCR, and add the text"),
    b"\x1f\x8b": ("compressed by gzip", "unpack it first"),
}
#: Byte order marks; iconv tells by them itself which half comes first.
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
#: Encodings that a report from the region may be in, tried in this order: strict ones first.
_ENCODINGS: Final = ("EUC-KR", "GB18030", "SHIFT_JIS", "WINDOWS-1252")
_HTML: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
#: A page with fewer letters than this holds a picture and perhaps a page number.
_LETTERS: Final = 25


def is_pdf(data: bytes) -> bool:
    """Tell whether bytes begin as a PDF does (its mark may stand after some other bytes).

    >>> is_pdf(b"%PDF-1.7 ..."), is_pdf(b"She left in 1998.")
    (True, False)
    """
    return b"%PDF-" in data[:1024]


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: it cannot be read, is empty or is larger than ``LARGEST``.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise DocumentError(
                f"{size / 1e6:,.0f} MB are more than the {LARGEST / 1e6:,.0f} MB that are read",
                path=path,
                remedy="add the report itself, without scans or annexes of data",
            )
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read ({error.strerror})", path=path) from error
    if not data.strip():
        raise DocumentError("the file is empty", path=path)
    return data


def convert_to_text(data: bytes, path: Path) -> str:
    """Return the text of a file's bytes: that of a PDF page by page, parted by form feeds; else UTF-8 as it stands.

    A byte order mark is left out, line ends stay as they are.

    Raises:
        DocumentError: it is encrypted, broken, without text, binary, or in another encoding; with what to do.
    """
    if is_pdf(data):
        return _read_pdf(data, path)
    for beginning, (what, remedy) in _BEGINNINGS.items():
        if data.startswith(beginning):
            raise DocumentError(f"not a text, but {what}", path=path, remedy=remedy)
    if data.startswith(_MARKS):
        raise DocumentError("the text is in UTF-16, not UTF-8", path=path, remedy=_to_utf8("UTF-16", path))
    if _HTML.match(data[:4096]):
        remedy = "open it in a browser and save it as plain text, or print it to a PDF"
        raise DocumentError("a web page (HTML), not a text", path=path, remedy=remedy)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _name_encoding(data, path, error.start) from error
    if "\0" in text:
        raise DocumentError("not a text: it holds bytes of value 0", path=path, remedy="save it as plain text in UTF-8")
    return text


def _to_utf8(encoding: str, path: Path) -> str:
    made = f"{path.stem}-utf8.txt"
    return f"save it as UTF-8: iconv -f {encoding} -t UTF-8 {shlex.quote(path.name)} > {shlex.quote(made)}"


def _name_encoding(data: bytes, path: Path, place: int) -> DocumentError:
    """Return the error for bytes that are not UTF-8: binary, or text in an encoding that is named where one fits."""
    controls = sum(byte < 9 or 13 < byte < 32 for byte in data[:65536])
    if controls > len(data[:65536]) / 100:
        return DocumentError(f"not a text, but binary data (byte {place})", path=path, remedy="add a text or a PDF")
    for encoding in _ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        message = f"not UTF-8 at byte {place}; it can be read as {encoding}, which may or may not be right"
        return DocumentError(message, path=path, remedy=_to_utf8(encoding, path))
    return DocumentError(f"not UTF-8 at byte {place}, nor any encoding tried", path=path, remedy="save it as UTF-8")


def _read_page(page: pypdf.PageObject) -> str:
    """Return the text of a page as it is set, lines and blank lines kept; as it comes where that loses letters."""
    plain = page.extract_text()
    try:
        laid_out = page.extract_text(extraction_mode="layout")
    except Exception:  # a font or a matrix that this way of reading does not know
        return plain
    if _count_letters(laid_out) < _count_letters(plain):
        return plain
    return "\n".join(line.strip() for line in laid_out.splitlines()).strip("\n") + "\n"


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _read_pdf(data: bytes, path: Path) -> str:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each object that it mends
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("an encrypted PDF", path=path, remedy="save a copy without its password")
        pages = [_read_page(page) for page in reader.pages]
    except DocumentError:
        raise
    except DependencyError as error:
        raise DocumentError(
            "an encrypted PDF whose cipher is not read here", path=path, remedy="save a copy without encryption"
        ) from error
    except Exception as error:  # bytes that are no PDF make the library fail in every way there is
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise DocumentError(
            f"a broken PDF ({reason})", path=path, remedy="open it in a viewer and save it again, or save its text"
        ) from error
    if not pages:
        raise DocumentError("a PDF without pages", path=path)
    if not any(_count_letters(page) >= _LETTERS for page in pages):
        message = f"a PDF without text: {len(pages)} page{'s' * (len(pages) > 1)} of pictures, as scans are"
        raise DocumentError(message, path=path, remedy="read its text by OCR (as ocrmypdf does), and add the result")
    return "\f".join(pages).replace("\0", "")
