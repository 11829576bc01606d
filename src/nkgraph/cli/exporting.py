"""The command that writes the built graph in another format: export."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click
import pyoxigraph as ox

from nkgraph.cli.options import out_option, project_of
from nkgraph.errors import ParameterError
from nkgraph.exports import BuiltGraph, Export, Part, Request
from nkgraph.exports.bases import check_base
from nkgraph.exports.table import EXPORTS, find_users
from nkgraph.iris import expand, shorten
from nkgraph.ontology import nearest
from nkgraph.writing import write_atomically, write_folder

__all__ = ["export"]


def _describe(found: Export) -> str:
    return f"  {found.name:<8} {found.title}: {found.keeps}" + (
        f"\n           drops {found.drops}" if found.drops else ""
    )


_HELP = (
    "Write the built graph in another format. No export holds a quotation.\n\n\b\nFormats:\n"
    + "\n".join(_describe(found) for found in EXPORTS.values())
    + "\n\n\b\nExample:\n  nkgraph export --format ttl --graph graph:reference/places\n"
)


@click.command(help=_HELP)
@click.option("--format", "form", metavar="NAME", default="nq", show_default=True, help="One of the formats above.")
@click.option("--graph", help=f"One named graph only, such as graph:view/asserted ({find_users('graph')}).")
@click.option("--claim", help=f"One claim only, by its IRI or claim:… ({find_users('claim')}).")
@click.option("--base", help="Write our IRIs under this base instead, such as https://example.org/nk/.")
@click.option("--created", metavar="DATE", help=f"The day of publication, to be written in ({find_users('created')}).")
@click.option("--coarse", is_flag=True, help=f"Show provinces and years only ({find_users('coarse')}).")
@click.option(
    "--output",
    metavar="PATH",
    help="The file to write (else stdout); for nanopub, a new folder of files if it ends in /; for htcds and ftm, a folder.",
)
@out_option
def export(
    form: str,
    graph: str | None,
    claim: str | None,
    base: str | None,
    created: str | None,
    coarse: bool,
    output: str | None,
    out: Path | None,
) -> int:
    """Write the built graph in a format of the table of exports."""
    chosen = _find_export(form)
    given = {"graph": graph, "claim": claim, "base": base, "created": created, "coarse": coarse or None}
    for option, value in given.items():
        if value is not None and option not in chosen.options:
            raise ParameterError(f"{form} does not take --{option}", remedy=f"formats that do: {find_users(option)}")
    built = BuiltGraph(project_of(None, out).graph_file)
    request = Request(
        graph=None if graph is None else _find_graph(built, graph),
        claim=None if claim is None else _read_name(claim, "a claim", "claim:oral-testimony/breach/dprk-1"),
        base=None if base is None else check_base(base),
        created=None if created is None else _read_day(created),
        coarse=coarse,
    )
    _write(chosen.write(built, request), chosen, output)
    return 0


def _write(parts: Iterable[Part], chosen: Export, output: str | None) -> None:
    folder = output is not None and (output.endswith("/") or Path(output).is_dir())
    if folder and not chosen.split:
        raise ParameterError(f"{chosen.name} is one file, and {output!r} is a folder", remedy="name a file")
    if not chosen.joins:
        if output is None:
            raise ParameterError(f"{chosen.name} is a folder of files", remedy="name the folder with --output")
        listed = list(parts)
        write_folder(Path(output), ((part.name, part.text) for part in listed), replacing=True)
        click.echo(
            f"{chosen.name} is a lossy view; dropped.csv in {output} has what it drops, with the reasons", err=True
        )
        click.echo("".join(part.report for part in listed), nl=False, err=True)
    elif output is not None and folder:
        write_folder(Path(output), ((part.name, part.text) for part in parts))
    elif output is not None:
        write_atomically(Path(output), "".join(part.text for part in parts))
    else:
        for part in parts:
            sys.stdout.buffer.write(part.text.encode())


def _find_export(name: str) -> Export:
    if name not in EXPORTS:
        raise ParameterError(
            f"there is no format {name!r}{nearest(name, EXPORTS)}", remedy=f"there are {', '.join(EXPORTS)}"
        )
    return EXPORTS[name]


def _read_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ParameterError(f"{text!r} is no day", remedy="write 2024-12-31") from error


def _read_name(name: str, kind: str, example: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(expand(name, strict=True))
    except ValueError as error:
        raise ParameterError(f"{name!r} is not the name of {kind} ({error})", remedy=f"write {example}") from error


def _find_graph(built: BuiltGraph, name: str) -> ox.NamedNode:
    graph = _read_name(name, "a graph", "graph:view/asserted")
    graphs = {quad.graph_name for quad in built.quads}
    if graph not in graphs:
        names = sorted(shorten(found.value) for found in graphs if isinstance(found, ox.NamedNode))
        remedy = '`nkgraph sparql "SELECT DISTINCT ?g { GRAPH ?g {} }"` lists them'
        raise ParameterError(f"there is no graph {name!r}{nearest(shorten(graph.value), names)}", remedy=remedy)
    return graph
