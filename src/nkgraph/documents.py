"""Documents: what they are (``data/documents/``), and the texts themselves, which are not part of this repository.

A file is recognised by its content, whatever its name: by its bytes, else by its folded text, else by enough
landmarks, so that another conversion of the same document is known for what it is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import yaml

from nkgraph.conversion import convert_to_text, is_pdf, read_file
from nkgraph.errors import DocumentError, ReadError
from nkgraph.findings import Finding, Severity
from nkgraph.folding import MODULUS, RADIX, fingerprint, fold, hash_prefixes
from nkgraph.model import Document
from nkgraph.project import default_project
from nkgraph.writing import write_atomically
from nkgraph.yamlfiles import Item, Scalar, read_yaml
from nkgraph.yamlfiles import Sequence as Listed

__all__ = [
    "describe_document",
    "find_documents_folder",
    "is_original",
    "load_documents",
    "read_documents",
    "recognise_document",
    "scan_documents",
    "write_document",
]

#: The variable that names the folder of documents.
VARIABLE: Final = "NKGRAPH_DOCUMENTS"

_WINDOW: Final = 32
_LANDMARKS: Final = 40
_NEEDED: Final = 0.4
_FIELDS: Final = (
    "slug",
    "order",
    "title",
    "publisher",
    "date",
    "language",
    "address",
    "sha256",
    "folded_sha256",
    "text_sha256",
    "length",
)


def load_documents(folder: Path) -> tuple[Document, ...]:
    """Return the described documents, by their order.

    Raises:
        ReadError: a description is not YAML, lacks a field or has one that is not known, with path and line.
    """
    documents = [_read_description(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(sorted(documents, key=lambda document: (document.order, document.slug)))


def _read_description(path: Path) -> Document:
    tree = read_yaml(path)
    if not isinstance(tree, Item):
        raise ReadError("a description of a document is a mapping", path=path, line=tree.line)
    values: dict[str, str] = {}
    landmarks: tuple[str, ...] = ()
    for name, value in tree.entries.items():
        if name == "landmarks" and isinstance(value, Listed):
            landmarks = tuple(item.text for item in value.items if isinstance(item, Scalar))
        elif name in _FIELDS and isinstance(value, Scalar):
            values[name] = value.text
        else:
            raise ReadError(
                f"unknown field {name!r}", path=path, line=tree.lines[name], remedy="known: " + ", ".join(_FIELDS)
            )
    missing = [name for name in _FIELDS if name not in values and name not in ("date", "address", "text_sha256")]
    if missing:
        raise ReadError(f"no {missing[0]}", path=path, line=tree.line, remedy="run `nkgraph documents add FILE`")
    for name in ("order", "length"):
        if not values[name].isdecimal():
            raise ReadError(f"{name} is not a whole number: {values[name]!r}", path=path, line=tree.lines[name])
    if values["slug"] != path.stem:
        raise ReadError("the slug is not the name of the file", path=path, line=tree.lines["slug"], remedy="rename one")
    return Document(
        slug=values["slug"],
        title=values["title"],
        publisher=values["publisher"],
        language=values["language"],
        sha256=values["sha256"],
        folded_sha256=values["folded_sha256"],
        text_sha256=values.get("text_sha256"),
        length=int(values["length"]),
        date=values.get("date"),
        address=values.get("address"),
        order=int(values["order"]),
        landmarks=landmarks,
        path=path,
    )


def describe_document(
    slug: str,
    data: bytes,
    *,
    title: str,
    publisher: str,
    language: str,
    date: str | None = None,
    address: str | None = None,
    order: int = 0,
) -> Document:
    """Return the description of a document from its bytes: hashes, length in code points, landmarks.

    Raises:
        DocumentError: the bytes are neither UTF-8 nor a PDF with text.
    """
    text = convert_to_text(data, Path(slug))
    folded = fold(text).characters
    step = max(1, (len(folded) - _WINDOW) // _LANDMARKS)
    windows = (folded[place : place + _WINDOW] for place in range(0, max(1, len(folded) - _WINDOW), step))
    landmarks = tuple(dict.fromkeys(fingerprint(window) for window in windows))[:_LANDMARKS]
    return Document(
        slug=slug,
        title=title,
        publisher=publisher,
        language=language,
        sha256=sha256(data).hexdigest(),
        folded_sha256=_hash_folded(folded),
        text_sha256=sha256(text.encode("utf-8")).hexdigest() if is_pdf(data) else None,
        length=len(text),
        date=date,
        address=address,
        order=order,
        landmarks=landmarks,
    )


def write_document(folder: Path, document: Document) -> Path:
    """Write the description of a document as ``<folder>/<slug>.yaml``, and return the path."""
    values: dict[str, object] = {name: getattr(document, name) for name in _FIELDS}
    kept = {name: value for name, value in values.items() if value is not None}
    path = folder / f"{document.slug}.yaml"
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=120)
    write_atomically(path, text + "landmarks:\n" + "".join(f"  - {mark!r}\n" for mark in document.landmarks))
    return path


def _hash_folded(folded: str) -> str:
    return sha256(folded.encode("utf-8")).hexdigest()


def recognise_document(data: bytes, known: Sequence[Document]) -> Document | None:
    """Return the document that these bytes are a text of, or None.

    Tried in this order: the same bytes; the same letters and digits; at least four in ten of its landmarks, and
    more than of any other document.
    """
    return _recognise(data, known)[0]


def _recognise(data: bytes, known: Sequence[Document]) -> tuple[Document | None, int]:
    """Return the document and how it was known: 0 by bytes, 1 by folded text, 2 by landmarks."""
    digest = sha256(data).hexdigest()
    for document in known:
        if document.sha256 == digest:
            return document, 0
    try:
        folded = fold(convert_to_text(data, Path())).characters
    except DocumentError:
        return None, 2
    digest = _hash_folded(folded)
    for document in known:
        if document.folded_sha256 == digest:
            return document, 1
    prefixes = hash_prefixes(folded)
    power = pow(RADIX, _WINDOW, MODULUS)
    windows = {(after - before * power) % MODULUS for before, after in zip(prefixes, prefixes[_WINDOW:], strict=False)}
    shares = [
        (sum(int(mark, 16) in windows for mark in document.landmarks) / len(document.landmarks), document)
        for document in known
        if document.landmarks
    ]
    share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return (best if share >= _NEEDED else None), 2


def is_original(document: Document, text: str) -> bool:
    """Tell whether a text is the very one described (spans hold as they are), not another conversion (re-anchor them)."""
    return sha256(text.encode("utf-8")).hexdigest() == (document.text_sha256 or document.sha256)


def read_documents(folder: Path, known: Sequence[Document], *, strict: bool = True) -> dict[str, str]:
    """Return the texts of the known documents found in a folder, by slug, in document order; some may be absent.

    Hidden files and folders are left alone. The text that is closest to the described one is taken if there are
    several.

    Raises:
        DocumentError: the folder or a file cannot be read; and, if ``strict``, on what ``scan_documents`` finds.
    """
    texts, findings = scan_documents(folder, known)
    if findings and strict:
        first = findings[0]
        raise DocumentError(
            first.message,
            path=first.path,
            remedy="take it out of the folder, or describe it: `nkgraph documents add FILE`",
        )
    return texts


def scan_documents(folder: Path, known: Sequence[Document]) -> tuple[dict[str, str], list[Finding]]:
    """Return the texts as ``read_documents`` does, and a finding for each file that is not used.

    Warnings ``document-unknown`` (no described document) and ``document-twice`` (another text of one already taken).

    Raises:
        DocumentError: the folder or a file cannot be read.
    """
    found: dict[str, tuple[int, str, Path]] = {}
    findings: list[Finding] = []
    for path in _list_files(folder):
        data = read_file(path)
        document, rank = _recognise(data, known)
        if document is None:
            message = "this file is none of the described documents"
            findings.append(Finding(Severity.WARNING, "document-unknown", path.name, message, path))
            continue
        text = convert_to_text(data, path)
        held = found.get(document.slug)
        if held is None or rank < held[0]:
            found[document.slug] = (rank, text, path)
        if held is not None and held[1] != text:
            left = held[2] if rank < held[0] else path
            message = f"another text of {document.slug} is there too, and is used"
            findings.append(Finding(Severity.WARNING, "document-twice", left.name, message, left))
    return {d.slug: found[d.slug][1] for d in known if d.slug in found}, findings


def _list_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise DocumentError(f"the folder cannot be read ({error.strerror})", path=folder) from error


def find_documents_folder(explicit: Path | None = None) -> Path | None:
    """Return the folder of documents: the one named, else ``NKGRAPH_DOCUMENTS``, else ``../shared/documents``, else None.

    The last is looked for beside the source tree.

    Raises:
        DocumentError: a folder was named, by argument or variable, and is not there.
    """
    named = explicit or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is not None:
        if not named.is_dir():
            raise DocumentError(
                "no such folder of documents", path=named, remedy="name the folder that holds the texts"
            )
        return named
    beside = default_project().root.parent / "shared" / "documents"
    return beside if beside.is_dir() else None
