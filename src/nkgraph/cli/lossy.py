"""What ``nkgraph export`` does for a lossy format: a folder of files, and what they drop on stderr."""

from __future__ import annotations

from pathlib import Path

import click
import pyoxigraph as ox

from nkgraph.errors import ParameterError
from nkgraph.exports.folders import write_folder
from nkgraph.exports.lossy import LOSSY

__all__ = ["write_lossy_export"]


def write_lossy_export(form: str, store: ox.Store, output: Path | None, *, coarse: bool) -> int:
    """Write a lossy export into a folder and print what it drops; return the exit code.

    Raises:
        ParameterError: no folder is named, or it holds other files.
        BuildError: it cannot be written; what was there before stays.
    """
    if output is None:
        raise ParameterError(f"{form} is a folder of files", remedy="name the folder with --output")
    folder = LOSSY[form](store, coarse=coarse)
    write_folder(folder, output)
    click.echo(f"{form} is a lossy view; {output / 'dropped.csv'} has what it drops, with the reasons", err=True)
    click.echo(folder.losses.describe(), nl=False, err=True)
    return 0
