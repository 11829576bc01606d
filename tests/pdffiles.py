"""PDFs made in tests, byte by byte, so that no file of others is needed."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import pypdf

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def make_pdf(pages: Sequence[Sequence[str]], *, picture: bool = False) -> bytes:
    """Return a PDF of these lines, page by page; with ``picture``, each page holds one grey picture and no text."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", _FONT]
    kids = []
    for lines in pages:
        drawn = b"q 500 0 0 500 50 50 cm /I Do Q" if picture else _show(lines)
        packed = zlib.compress(drawn)
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed))
        resources = b"<</Font<</F 3 0 R>>>>"
        if picture:
            objects.append(
                b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
                b"stream\n\x80\nendstream"
            )
            resources = b"<</XObject<</I %d 0 R>>>>" % len(objects)
        contents = len(objects) - picture
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources%s>>" % (contents, resources)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    return _assemble(objects)


def _show(lines: Sequence[str]) -> bytes:
    escaped = (
        line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for line in lines
    )
    return b"BT /F 11 Tf 14 TL 60 740 Td " + b" ".join(b"(%s) Tj T*" % line for line in escaped) + b" ET"


def _assemble(objects: Sequence[bytes]) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))


def lock_pdf(data: bytes, password: str) -> bytes:
    """Return a PDF encrypted with a password to open it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def write_sparse(path: Path, size: int) -> Path:
    """Write a file of so many bytes that takes no room on the disk."""
    with path.open("wb") as stream:
        stream.truncate(size)
    return path
