"""Commands that make and check the graph: build, check, claims, documents, export."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pyoxigraph as ox
from rich.console import Console

from nkgraph.checking import check_words
from nkgraph.claimfiles import anchor_file, write_atomically
from nkgraph.cli.options import (
    data_option,
    documents_option,
    out_option,
    print_findings,
    project_of,
    read_texts,
    scan_texts,
)
from nkgraph.dates import date_bounds
from nkgraph.documents import (
    decode_document,
    describe_document,
    is_original,
    load_documents,
    recognise_document,
    write_document,
)
from nkgraph.errors import BuildError, DocumentError, ParameterError, ReadError
from nkgraph.findings import Severity, sort_findings
from nkgraph.identifiers import register_claims
from nkgraph.iris import PREFIXES, expand, shorten
from nkgraph.ontology import nearest
from nkgraph.passages import load_index, split_passages, write_index
from nkgraph.pipeline import build as build_graph
from nkgraph.pipeline import check_source, read_source
from nkgraph.project import Project
from nkgraph.spans import read_text
from nkgraph.store import open_store

__all__ = ["build", "check", "claims", "documents", "export"]

_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}


@click.command()
@data_option
@out_option
def build(data: Path | None, out: Path | None) -> int:
    """Build the graph: claims, shapes, inference, statistics, one sorted N-Quads file.

    A violation of a shape is printed and ends with 1; the last good graph then stays.

    \b
    Example:
      nkgraph build
    """
    project = project_of(data, out)
    console = Console(stderr=True)
    with console.status("nkgraph build") as status:
        built = build_graph(project, progress=lambda step: status.update(step))
    failed = print_findings(built.findings)
    if failed:
        click.echo("not written: mend the violations above; the last good graph is unchanged", err=True)
        return 1
    click.echo(
        f"{built.claims} claims, {built.asserted} asserted and {built.inferred} inferred triples: {project.graph_file}",
        err=True,
    )
    return 0


@click.command()
@data_option
@documents_option
def check(data: Path | None, documents: Path | None) -> int:
    """Check the data: identifiers, shapes and, where the documents are at hand, every word.

    Ends with 1 where there is a violation, and with 2 where words of a claim do not stand in its document as recorded.

    \b
    Example:
      nkgraph check
    """
    project = project_of(data, None)
    source = read_source(project)
    texts, findings = scan_texts(project, documents)
    findings += check_source(source, project)
    findings += check_words(
        source.claims, source.documents, source.passages, texts, source.vocabulary, source.reference
    )
    failed = print_findings(sort_findings(findings))
    spans = sum(len(claim.spans) for claim in source.claims if claim.document in texts)
    violations = sum(finding.severity is Severity.VIOLATION for finding in findings)
    read = f"{spans} spans read in {len(texts)} documents" if texts else "no documents at hand, so no words were read"
    click.echo(
        f"{len(source.claims)} claims, {read}: {violations} violations, {len(findings) - violations} others", err=True
    )
    if any(finding.rule == "span-mismatch" for finding in findings):
        click.echo("wrong input: words that are not those of the document; run `nkgraph claims anchor`", err=True)
        return 2
    return 1 if failed else 0


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
            f"the text of {slug} at hand is another conversion than the one described, so offsets would not fit",
            remedy="anchor against the file whose sha256 stands in its description",
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
    _add_document(project, file, slug, title, publisher, date, language)
    click.echo(f"described in {project.data / 'documents' / (slug + '.yaml')}", err=True)
    return 0


def _add_document(
    project: Project, file: Path, slug: str, title: str, publisher: str, date: str | None, language: str
) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=file) from error
    known = load_documents(project.data / "documents")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise DocumentError(f"{slug!r} is no short name", remedy="use lower case letters, digits and hyphens")
    if date is not None:
        try:
            date_bounds(date)
        except ValueError as error:
            raise DocumentError(f"--date: {error}", remedy="write 2009, 2009-08 or 2009-08-14") from error
    if any(document.slug == slug for document in known):
        raise DocumentError(f"there is already a document {slug!r}", remedy="choose another --slug")
    text = decode_document(content, file)
    held = recognise_document(content, known)
    if held is not None:
        raise DocumentError(f"this is {held.slug}, a document already described", path=file)
    order = max((document.order for document in known), default=0) + 1
    described = describe_document(
        slug, content, title=title, publisher=publisher, language=language, date=date, order=order
    )
    passages = split_passages(slug, text)
    try:
        write_index(project.data / "passages", slug, passages)
        write_document(project.data / "documents", described)
    except OSError as error:
        raise BuildError(f"cannot be written ({error.strerror})", path=project.data) from error


@click.command()
@click.option("--format", "form", type=click.Choice(sorted(_FORMATS)), default="nq", show_default=True)
@click.option(
    "--graph", help="One named graph only, such as graph:view/asserted (the default graph for ttl, nt and rdf)."
)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write (else stdout).")
@out_option
def export(form: str, graph: str | None, output: Path | None, out: Path | None) -> int:
    """Write the built graph in another format. No export holds a quotation.

    \b
    Example:
      nkgraph export --format ttl --graph graph:reference/places
    """
    store = open_store(project_of(None, out).graph_file)
    chosen = _FORMATS[form]
    quads: list[ox.Quad] | list[ox.Triple] = sorted(store, key=str)
    if graph is not None or not chosen.supports_datasets:
        name = ox.DefaultGraph() if graph is None else _find_graph(store, graph)
        quads = sorted((q.triple for q in store.quads_for_pattern(None, None, None, name)), key=str)
    content = ox.serialize(quads, format=chosen, prefixes=PREFIXES)
    assert content is not None
    if output is not None:
        write_atomically(output, content.decode())
    else:
        sys.stdout.buffer.write(content)
    return 0


def _find_graph(store: ox.Store, name: str) -> ox.NamedNode:
    try:
        graph = ox.NamedNode(expand(name, strict=True))
    except ValueError as error:
        raise ParameterError(f"{name!r} is not the name of a graph ({error})", remedy="write graph:view/asserted") from error
    if not store.contains_named_graph(graph):
        names = [shorten(found.value) for found in store.named_graphs() if isinstance(found, ox.NamedNode)]
        remedy = "`nkgraph sparql \"SELECT DISTINCT ?g { GRAPH ?g {} }\"` lists them"
        raise ParameterError(f"there is no graph {name!r}{nearest(shorten(graph.value), names)}", remedy=remedy)
    return graph
