"""The command that makes invented data of the shape of the graph: synth."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pyoxigraph as ox

from nkgraph.cli.options import data_option, project_of
from nkgraph.errors import ParameterError
from nkgraph.pipeline import assemble, read_source
from nkgraph.synthesis import invent
from nkgraph.writing import open_replacement

__all__ = ["synth"]

#: More than this fills a disk.
_MOST = 10_000


@click.command()
@click.argument("copies", metavar="N", type=int)
@click.option(
    "--provenance", is_flag=True, help="With what is said of the claims: spans and coders (six times as much)."
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="The file to write (else stdout).")
@data_option
def synth(copies: int, provenance: bool, output: Path | None, data: Path | None) -> None:
    """Invent data of the shape of the graph, N times over, as N-Quads: for measuring, never for reading.

    The ontology, the codes, the states and the law are the real ones, once. Every other thing is renamed to a number,
    every word is "invented" and a number, and dates, amounts and codes are others. It says of itself that it is invented.
    The same graph and the same N give the same bytes.

    \b
    Example:
      nkgraph synth 2
    """
    if not 1 <= copies <= _MOST:
        raise ParameterError(f"{copies} copies cannot be made", remedy=f"ask for 1 to {_MOST}")
    quads = invent(assemble(read_source(project_of(data, None))).quads, copies, provenance=provenance)
    if output is None:
        ox.serialize(quads, sys.stdout.buffer, format=ox.RdfFormat.N_QUADS)
        return
    with open_replacement(output) as stream:
        ox.serialize(quads, stream, format=ox.RdfFormat.N_QUADS)
