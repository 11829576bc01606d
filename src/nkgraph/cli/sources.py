"""Commands on what the graph is made from: claims, documents."""

from __future__ import annotations

import re
from pathlib import Path

import click

from nkgraph.claimfiles import anchor_file
from nkgraph.cli.options import data_option, documents_option, mend_conversion, project_of, read_texts
from nkgraph.conversion import convert_to_text, read_file
from nkgraph.dates import date_bounds
from nkgraph.documents import (
    describe_document,
    is_original,
    load_documents,
    recognise_document,
    write_document,
)
from nkgraph.errors import BuildError, DocumentError
from nkgraph.identifiers import register_claims
from nkgraph.inventory import count_found, find_near_misses
from nkgraph.model import Passage
from nkgraph.ontology import nearest
from nkgraph.passages import load_index, split_passages, write_index
from nkgraph.pipeline import read_source
from nkgraph.project import Project
from nkgraph.spans import read_text
from nkgraph.writing import write_atomically

__all__ = ["claims", "documents"]


@click.group()
def claims() -> None:
    """Work on files of claims.

    \b
    Example:
      nkgraph claims --help
    """


@claims.command("anchor")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--document", help="The document's short name (else the folder that the file lies in).")
@data_option
@documents_option
def claims_anchor(file: Path, document: str | None, data: Path | None, documents: Path | None) -> int:
    """Turn the words that a coder names into spans, in place.

    `words: ["the very words"]` becomes offsets and fingerprints; nobody types them. The documents must be at hand.

    \b
    Example:
      nkgraph claims anchor --help
    """
    project = project_of(data, None)
    slug = document or file.resolve().parent.name
    known = [d.slug for d in load_documents(project.data / "documents")]
    if slug not in known:
        raise DocumentError(
            f"no such document {slug!r}{nearest(slug, known)}", path=file, remedy="name it with --document"
        )
    texts = read_texts(project, documents)
    if slug not in texts:
        raise DocumentError(f"the text of {slug} is not at hand", remedy="name its folder with --documents DIR")
    described = next(d for d in load_documents(project.data / "documents") if d.slug == slug)
    if not is_original(described, texts[slug]):
        raise DocumentError(
            f"the text of {slug} at hand is another conversion of it than the one described, so offsets would not fit",
            remedy=mend_conversion(slug),
        )
    passages = load_index(project.data / "passages").get(slug)
    if passages is None:
        remedy = f"give back data/passages/{slug}.tsv, or add the document again"
        raise DocumentError(f"{slug} has no index of passages", path=project.data / "passages", remedy=remedy)
    text, made = anchor_file(file, read_text(slug, texts[slug], passages))
    write_atomically(file, text)
    click.echo(f"{made} spans made in {file}", err=True)
    return 0


@claims.command("register")
@data_option
def claims_register(data: Path | None) -> int:
    """Add new claims to the register of identifiers, after which their keys are never changed or used again.

    \b
    Example:
      nkgraph claims register --help
    """
    project = project_of(data, None)
    source = read_source(project)
    path = project.data / "identifiers.tsv"
    text, added = register_claims(path, source.published)
    if added:
        write_atomically(path, text)
    click.echo(f"{added} claims added to {path.name}", err=True)
    return 0


@click.group(invoke_without_command=True)
@data_option
@documents_option
@click.pass_context
def documents(context: click.Context, data: Path | None, documents: Path | None) -> int:
    """List the documents, and whether their texts are at hand; or add one.

    \b
    Example:
      nkgraph documents
    """
    if context.invoked_subcommand is not None:
        return 0
    project = project_of(data, None)
    texts = read_texts(project, documents)
    for document in load_documents(project.data / "documents"):
        at_hand = "not at hand"
        if document.slug in texts:
            at_hand = "at hand" if is_original(document, texts[document.slug]) else "at hand, another conversion"
        click.echo(f"{document.slug}\t{document.date or ''}\t{document.length}\t{at_hand}\t{document.title}")
    return 0


@documents.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--slug", required=True, help="The document's short name: lower case, digits and hyphens.")
@click.option("--title", required=True, help="Its title, as printed.")
@click.option("--publisher", required=True, help="Who published it, as printed.")
@click.option("--date", help="Its date, as printed, in EDTF.")
@click.option("--language", default="en", show_default=True, help="Its language, as a BCP 47 tag.")
@data_option
def documents_add(
    file: Path, slug: str, title: str, publisher: str, date: str | None, language: str, data: Path | None
) -> int:
    """Describe a document and index its passages; its text stays where it is.

    \b
    Example:
      nkgraph documents add --help
    """
    project = project_of(data, None)
    text, passages = _add_document(project, file, slug, title, publisher, date, language)
    click.echo(f"found {count_found(passages)}", err=True)
    for miss in find_near_misses(text, passages):
        click.echo(f"look at {file.name}: {miss}", err=True)
    click.echo(f"described in {project.data / 'documents' / (slug + '.yaml')}", err=True)
    return 0


def _add_document(
    project: Project, file: Path, slug: str, title: str, publisher: str, date: str | None, language: str
) -> tuple[str, tuple[Passage, ...]]:
    content = read_file(file)
    known = load_documents(project.data / "documents")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise DocumentError(f"{slug!r} is no short name", remedy="use lower case letters, digits and hyphens")
    if date is not None:
        try:
            date_bounds(date)
        except ValueError as error:
            raise DocumentError(f"--date: {error}", remedy="write 2009, 2009-08 or 2009-08-14") from error
    if any(document.slug == slug for document in known):
        raise DocumentError(
            f"there is already a document {slug!r}", remedy=f"choose another --slug, or, {_again(slug)}"
        )
    text = convert_to_text(content, file)
    held = recognise_document(content, known)
    if held is not None:
        raise DocumentError(
            f"this is {held.slug}, a document already described",
            path=file,
            remedy=f"nothing was added: go on with {held.slug} or, {_again(held.slug)}",
        )
    order = max((document.order for document in known), default=0) + 1
    described = describe_document(
        slug, content, title=title, publisher=publisher, language=language, date=date, order=order
    )
    passages = split_passages(slug, text)
    index = write_index(project.data / "passages", slug, passages)
    try:
        write_document(project.data / "documents", described)
    except BuildError:
        index.unlink(missing_ok=True)
        raise
    return text, passages


def _again(slug: str) -> str:
    return f"if you mended the text: remove data/documents/{slug}.yaml and data/passages/{slug}.tsv, and add it again"
