"""The command line: answers on stdout, everything else on stderr; exit 0 clean, 1 findings, 2 wrong input, 3 our bug."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from nkgraph import __version__
from nkgraph.cli.asking import query, serve, sparql
from nkgraph.cli.drafting import draft
from nkgraph.cli.explaining import explain
from nkgraph.cli.exporting import export
from nkgraph.cli.inferring import infer
from nkgraph.cli.inventing import synth
from nkgraph.cli.linking import links
from nkgraph.cli.making import build, check
from nkgraph.cli.sources import claims, documents
from nkgraph.cli.withdrawing import withdraw
from nkgraph.errors import NkgraphError

__all__ = ["EXIT_BUG", "EXIT_CLEAN", "EXIT_FINDINGS", "EXIT_INPUT", "cli", "main"]

EXIT_CLEAN: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_INPUT: Final = 2
EXIT_BUG: Final = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="nkgraph")
def cli() -> None:
    """What four documents report on the trafficking of North Korean women in China, each statement traced to its words.

    \b
    Exit codes: 0 clean, 1 findings, 2 wrong input or usage, 3 a bug of ours.

    \b
    Example:
      nkgraph query accounts
    """


for _command in (
    *(build, check, claims, draft, query, sparql, explain, serve),
    *(documents, export, links, infer, synth, withdraw),
):
    cli.add_command(_command)


def _show(error: NkgraphError) -> str:
    """Return what to print of a mistake: one that shows its place on lines of its own has the remedy below them."""
    text = str(error)
    if error.remedy is None or "\n" not in error.message:
        return text
    return f"{text.removesuffix(error.remedy).removesuffix('; ')}\n{error.remedy}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    try:
        code = cli.main(args=None if arguments is None else list(arguments), prog_name="nkgraph", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else EXIT_CLEAN)
    except click.ClickException as error:
        error.show(file=sys.stderr)
        sys.exit(EXIT_INPUT)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(EXIT_INPUT)
    except NkgraphError as error:
        click.echo(_show(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_CLEAN)
    except Exception:
        click.echo(traceback.format_exc(), err=True)
        click.echo("This is a bug of nkgraph, not of your input. Please report it with the lines above.", err=True)
        sys.exit(EXIT_BUG)
