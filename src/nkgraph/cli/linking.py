"""Commands of links to the vocabularies of others: links list, check, import, export."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
import click
import pyoxigraph as ox

from nkgraph.cli.options import data_option, print_findings, project_of
from nkgraph.errors import MappingError, ParameterError
from nkgraph.findings import Finding, Severity
from nkgraph.iris import PREFIXES, shorten
from nkgraph.links import link_quads, say_same
from nkgraph.mappingfiles import MappingErrors, parse_mappings, read_content, read_mappings
from nkgraph.mappingfolders import IMPORTED, SET_NAME
from nkgraph.mappings import RELATIONS, MappingSet, merge_sets, write_mappings
from nkgraph.ontology import nearest
from nkgraph.pipeline import Source, check_links, read_source
from nkgraph.project import Project
from nkgraph.source import read_links
from nkgraph.tablefiles import write_csv, write_json
from nkgraph.tables import Cell, Table, write_markdown, write_text
from nkgraph.targets import Target, find_target
from nkgraph.writing import lock_folder, write_atomically

__all__ = ["links"]

_COLUMNS: Final = ("set", "vocabulary", "mappings", "relations", "licence", "origin", "title")
_WRITERS: Final = {"table": write_text, "md": write_markdown, "json": write_json, "csv": write_csv}
_GRAPHS: Final = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}


@click.group()
def links() -> None:
    """Links of our things to the vocabularies of others, as sets of mappings (SSSOM).

    \b
    Example:
      nkgraph links list
    """


@links.command("list")
@click.option("--format", "form", type=click.Choice((*_WRITERS, "tsv")), default="table", show_default=True)
@data_option
def list_sets(form: str, data: Path | None) -> int:
    """List the sets: vocabulary, size, relations, licence, and whether they are ours or imported.

    \b
    Example:
      nkgraph links list --format csv
    """
    sets, targets = read_links(project_of(data, None))
    table = Table(_COLUMNS, tuple(_describe(held, targets) for held in sets))
    text = write_csv(table, delimiter="\t") if form == "tsv" else _WRITERS[form](table)
    click.echo(text, nl=False)
    return 0


def _describe(held: MappingSet, targets: Sequence[Target]) -> tuple[Cell, ...]:
    found = [find_target(row.object, targets) for row in held.rows]
    names = sorted({target.name for target in found if target is not None})
    relations = sorted({shorten(row.relation) for row in held.rows})
    return (
        ox.Literal(held.name),
        ox.Literal("; ".join(names)) if names else None,
        ox.Literal(len(held.rows)),
        ox.Literal("; ".join(relations)),
        ox.Literal(held.say("license")),
        ox.Literal("imported" if held.is_imported else "ours"),
        ox.Literal(held.say("mapping_set_title")) if held.say("mapping_set_title") else None,
    )


@links.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@data_option
def check(file: Path | None, data: Path | None) -> int:
    """Check all sets together: duplicates, conflicts, chains, unknown things, persons.

    Given a FILE, one of the sets or not, tell what is wrong with it beside the others, in whatever file that shows.

    Ends with 1 where there is anything but information, and with 2 where a file is no mapping file.

    \b
    Example:
      nkgraph links check
    """
    source = read_source(project_of(data, None))
    sets = source.mappings
    if file is None:
        findings = check_links(source, sets)
    else:
        ours = next((held for held in sets if held.path.resolve() == file.resolve()), None)
        given = ours or read_mappings(file, _name_of(file), is_imported=True)
        findings = _find_new(source, given)
        sets = (given,)
    print_findings(findings)
    rows = sum(len(held.rows) for held in sets)
    what = str(file) if file is not None else f"{len(sets)} set{'s' * (len(sets) != 1)}"
    click.echo(
        f"{rows} mapping{'s' * (rows != 1)} of {what}: {len(findings) or 'no'} finding{'s' * (len(findings) != 1)}"
    )
    return 1 if any(finding.severity is not Severity.INFO for finding in findings) else 0


def _name_of(file: Path) -> str:
    return file.name.removesuffix(".tsv").removesuffix(".sssom")


def _find_new(source: Source, given: MappingSet) -> list[Finding]:
    """Return what is wrong with a set read beside the others of a source, without what is wrong with those alone."""
    others = tuple(held for held in source.mappings if held is not given)
    known = frozenset(check_links(source, others))
    return [finding for finding in check_links(source, (*others, given)) if finding not in known]


@links.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="The name of the set, and of its graph (else that of the file).")
@click.option("--replace", is_flag=True, help="Put it in the place of the set of that name that was imported before.")
@data_option
def import_file(file: Path, name: str | None, replace: bool, data: Path | None) -> int:
    """Add a mapping FILE of others as a set of its own, kept as it is; our sets stay as they are.

    Every row is checked first; one wrong row, and nothing is imported. `nkgraph build` then publishes the set.

    \b
    Example:
      nkgraph links import theirs.sssom.tsv
    """
    project = project_of(data, None)
    chosen = _name_of(file) if name is None else name
    if not SET_NAME.fullmatch(chosen):
        remedy = "name it with --name, in small letters, digits and single hyphens"
        raise ParameterError(f"{chosen!r} is no name of a set", remedy=remedy)
    content = read_content(file)
    given = parse_mappings(content, file, chosen, is_imported=True)
    with lock_folder(project.data):
        return _import(project, file, content, given, replace=replace)


def _import(project: Project, file: Path, content: bytes, given: MappingSet, *, replace: bool) -> int:
    source = read_source(project)
    if replace:
        others = tuple(held for held in source.mappings if held.name != given.name or not held.is_imported)
        source = attrs.evolve(source, mappings=others)
    _refuse_known(given, source.mappings)
    findings = _find_new(source, given)
    wrong = [f for f in findings if f.severity is Severity.VIOLATION]
    if wrong:
        numbers = {row.line: number for number, row in enumerate(given.rows, start=1)}
        told = [(f, f"row {numbers[f.line]}: " if f.line in numbers and f.path == file else "") for f in wrong]
        raise MappingErrors(MappingError(f"{row}{f.thing}: {f.message}", path=f.path, line=f.line) for f, row in told)
    for finding in findings:
        click.echo(str(finding), err=True)
    path = project.data / "links" / IMPORTED / f"{given.name}.sssom.tsv"
    write_atomically(path, content.decode("utf-8"))
    softened = sum(RELATIONS[row.predicate].is_identity for row in given.rows)
    click.echo(f"{len(given.rows)} mappings imported as {given.name}: {path}")
    if softened:
        click.echo(f"{softened} that say owl:sameAs or the like will be published as skos:exactMatch", err=True)
    click.echo("`nkgraph build` publishes them", err=True)
    return 0


def _refuse_known(given: MappingSet, sets: Sequence[MappingSet]) -> None:
    for held in sets:
        if held.name == given.name:
            origin = "imported before" if held.is_imported else "ours"
            message = f"there is a set {held.name!r} already, {origin}"
            raise MappingError(
                message,
                path=given.path,
                remedy="give this one another name with --name" + (", or --replace it" if held.is_imported else ""),
            )
        if held.say("mapping_set_id") == given.say("mapping_set_id"):
            message = f"its mapping_set_id is that of the set {held.name!r}: {given.say('mapping_set_id')}"
            raise MappingError(message, path=given.path, remedy="it is imported already, or needs an id of its own")


@links.command()
@click.option("--set", "name", metavar="NAME", help="One set only (else all).")
@click.option("--format", "form", type=click.Choice(("sssom", *_GRAPHS)), default="sssom", show_default=True)
@click.option("--same-as", "as_same", is_flag=True, help="Write owl:sameAs for skos:exactMatch between things.")
@click.option("--output", type=click.Path(path_type=Path), help="The file to write (else stdout).")
@data_option
def export(name: str | None, form: str, as_same: bool, output: Path | None, data: Path | None) -> int:
    """Write the sets as SSSOM or RDF.

    With --same-as, an exact match of a thing of ours with a thing of others is written as owl:sameAs; codes, schemes,
    terms and the concepts of others keep skos:exactMatch. What nkgraph publishes itself never says owl:sameAs.

    \b
    Example:
      nkgraph links export --same-as
    """
    sets, targets = read_links(project_of(data, None))
    if name is not None:
        sets = (_find_set(sets, name),)
    if as_same:
        sets = tuple(say_same(held, targets) for held in sets)
    if form == "sssom":
        text = write_mappings(sets[0] if len(sets) == 1 else merge_sets(sets))
        content = text.encode()
    else:
        triples = sorted({quad.triple for quad in link_quads(sets, targets, as_given=as_same)}, key=str)
        written = ox.serialize(triples, format=_GRAPHS[form], prefixes=PREFIXES)
        assert written is not None
        content = written
    if output is not None:
        write_atomically(output, content.decode())
    else:
        sys.stdout.buffer.write(content)
    return 0


def _find_set(sets: Sequence[MappingSet], name: str) -> MappingSet:
    known = {held.name: held for held in sets}
    if name not in known:
        remedy = "`nkgraph links list` lists them"
        raise ParameterError(f"there is no set {name!r}{nearest(name, known)}", remedy=remedy)
    return known[name]
