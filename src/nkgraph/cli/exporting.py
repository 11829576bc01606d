"""The command that writes the built graph in another format: export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click
import pyoxigraph as ox

from nkgraph.cli.options import out_option, project_of
from nkgraph.errors import ParameterError
from nkgraph.exports import BuiltGraph, Export, Part, Report, Request
from nkgraph.exports.bases import check_base
from nkgraph.exports.table import EXPORTS, list_formats
from nkgraph.iris import expand, shorten
from nkgraph.ontology import nearest
from nkgraph.writing import write_atomically, write_folder

__all__ = ["EXAMPLE_CLAIM", "export"]

#: The claim that messages give as an example.
EXAMPLE_CLAIM: Final = "claim:csw-communication-2022/position/cn-refugee-convention-1951-1"


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
@click.option("--graph", help=f"One named graph only, such as graph:view/asserted ({list_formats('graph')}).")
@click.option("--claim", help=f"One claim only, by its IRI or claim:… ({list_formats('claim')}).")
@click.option("--base", help="Write our IRIs under this base instead, such as https://example.org/nk/.")
@click.option(
    "--created", metavar="DATE", help=f"The day of publication, to be written in ({list_formats('created')})."
)
@click.option("--coarse", is_flag=True, help=f"Show provinces and years only ({list_formats('coarse')}).")
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
            raise ParameterError(f"{form} does not take --{option}", remedy=f"formats that do: {list_formats(option)}")
    built = BuiltGraph(project_of(None, out).graph_file)
    request = Request(
        graph=None if graph is None else _find_graph(built, graph),
        claim=None if claim is None else _read_name(claim, "a claim", EXAMPLE_CLAIM),
        base=None if base is None else check_base(base),
        created=None if created is None else _read_day(created),
        coarse=coarse,
    )
    _write(chosen.write(built, request), chosen, output)
    return 0


def _write(made: Iterable[Part | Report], chosen: Export, output: str | None) -> None:
    reports: list[str] = []
    parts = _take_parts(made, reports)
    folder = output is not None and (output.endswith("/") or Path(output).is_dir())
    if folder and chosen.shape == "text":
        raise ParameterError(f"{chosen.name} is one file, and {output!r} is a folder", remedy="name a file")
    if chosen.shape == "folder":
        if output is None:
            raise ParameterError(f"{chosen.name} is a folder of files", remedy="name the folder with --output")
        write_folder(Path(output), ((part.name, part.text) for part in parts), replacing=True)
        click.echo(
            f"{chosen.name} is a lossy view; dropped.csv in {output} has what it drops, with the reasons", err=True
        )
    elif output is not None and folder:
        write_folder(Path(output), ((part.name, part.text) for part in parts))
    elif output is not None:
        write_atomically(Path(output), "".join(part.text for part in parts))
    else:
        for part in parts:
            sys.stdout.buffer.write(part.text.encode())
    click.echo("".join(reports), nl=False, err=True)


def _take_parts(made: Iterable[Part | Report], reports: list[str]) -> Iterator[Part]:
    """Yield the texts of an export; what it tells beside them is put into ``reports``."""
    for piece in made:
        if isinstance(piece, Report):
            reports.append(piece.text)
        else:
            yield piece


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
