"""Commands that make and check the graph: build, check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from nkgraph.checking import check_words
from nkgraph.cli.options import (
    data_option,
    documents_option,
    out_option,
    print_findings,
    project_of,
    scan_texts,
)
from nkgraph.crosschecks import Discrepancy, check_across, format_discrepancy
from nkgraph.documents import is_original
from nkgraph.errors import DocumentError
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.ontology import nearest
from nkgraph.pipeline import STEPS, Source, check_coverage, check_source, read_source
from nkgraph.pipeline import build as build_graph

__all__ = ["build", "check"]


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
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("building", total=STEPS)
        built = build_graph(project, progress=lambda step: bar.update(task, description=step, advance=1))
    failed = print_findings(built.findings)
    if failed:
        click.echo("not written: mend the violations above; the last good graph is unchanged", err=True)
        return 1
    click.echo(
        f"{built.claims} claims, {built.links} links, {built.asserted} asserted and {built.inferred} inferred triples: "
        f"{project.graph_file}",
        err=True,
    )
    return 0


@click.command()
@click.option("--document", metavar="SLUG", help="Tell only of this document.")
@data_option
@documents_option
def check(document: str | None, data: Path | None, documents: Path | None) -> int:
    """Check the data: identifiers, shapes and, where the documents are at hand, every word.

    Then it sets what the documents state side by side (totals, dates, ages, tellings) and prints what does not fit, with the
    words; that is the documents' and not ours to mend, so it changes nothing in how the command ends.

    With --document, all is read and what is of that document is told.

    Ends with 1 where there is a violation, and with 2 where words of a claim do not stand in its document as recorded.

    \b
    Example:
      nkgraph check
    """
    project = project_of(data, None)
    source = read_source(project)
    slugs = [described.slug for described in source.documents]
    if document is not None and document not in slugs:
        raise DocumentError(
            f"no such document {document!r}{nearest(document, slugs)}", remedy="`nkgraph documents` lists them"
        )
    texts, findings = scan_texts(project, documents)
    read = {slug: text for slug, text in texts.items() if document in (None, slug)}
    findings += check_source(source, project)
    findings += check_words(source.claims, source.documents, source.passages, read, source.vocabulary, source.reference)
    findings += check_coverage(source, texts)
    across = check_across(source, project, findings)
    findings += [found.finding for found in across.clashes if not found.words]
    failed = print_findings(sort_findings([f for f in findings if document is None or _is_of(f, document)]))
    originals = {d.slug: texts[d.slug] for d in source.documents if d.slug in texts and is_original(d, texts[d.slug])}
    clashes = [found for found in across.clashes if found.words and _concerns(found, document)]
    discrepancies = [found for found in across.discrepancies if _concerns(found, document)]
    for discrepancy in (*clashes, *discrepancies):
        click.echo("\n".join(format_discrepancy(discrepancy, originals)))
    findings = [f for f in findings if document is None or _is_of(f, document)] + [found.finding for found in clashes]
    click.echo(_sum_up(source, document, read, findings, len(discrepancies)), err=True)
    if any(finding.rule == "span-mismatch" for finding in findings):
        click.echo(
            "wrong input: words that are not those of the document. If its text was changed, put back the one that was "
            'described; if a span was, put the words in its place, as `words: ["…"]`, and run `nkgraph claims anchor FILE`',
            err=True,
        )
        return 2
    return 1 if failed or clashes else 0


def _concerns(discrepancy: Discrepancy, slug: str | None) -> bool:
    """Tell whether words of a document are among those of a discrepancy."""
    return slug is None or slug in {words.document for words in discrepancy.words}


def _is_of(finding: Finding, slug: str) -> bool:
    """Tell whether a finding is of a document: its thing or its file names it."""
    path = finding.path
    if path is not None and (path.stem == slug or path.parent.name == slug):
        return True
    return re.search(rf"(?<![\w-]){re.escape(slug)}(?:/|$)", finding.thing) is not None


def _sum_up(
    source: Source, slug: str | None, texts: Mapping[str, str], findings: Sequence[Finding], across: int
) -> str:
    """Return the line that a check ends with."""
    claims = [claim for claim in source.claims if slug in (None, claim.document)]
    spans = sum(len(claim.spans) for claim in claims if claim.document in texts)
    violations = sum(finding.severity is Severity.VIOLATION for finding in findings)
    told = f"{spans} spans read in {len(texts)} documents"
    if slug is not None:
        told = f"{spans} spans read in {slug}" if texts else f"{slug} is not at hand, so no words were read"
    elif not texts:
        told = "no documents at hand, so no words were read"
    total = f"{len(claims)} claims, {told}: {violations} violations, {len(findings) - violations} others"
    return total + (f"; {across} findings about what the documents state" if across else "")
