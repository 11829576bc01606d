"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from nkgraph.documents import find_documents_folder, load_documents, scan_documents
from nkgraph.findings import Finding, Severity
from nkgraph.project import Project, default_project

__all__ = [
    "data_option",
    "documents_option",
    "mend_conversion",
    "out_option",
    "print_findings",
    "project_of",
    "read_texts",
    "scan_texts",
]

F = TypeVar("F", bound=Callable[..., Any])


def data_option(command: F) -> F:
    """Add ``--data DIR``."""
    return click.option("--data", type=click.Path(path_type=Path), help="The folder of claims and reference data.")(
        command
    )


def documents_option(command: F) -> F:
    """Add ``--documents DIR``."""
    text = "The folder of the documents (else NKGRAPH_DOCUMENTS, else ../shared/documents if it is there)."
    return click.option("--documents", type=click.Path(path_type=Path), help=text)(command)


def out_option(command: F) -> F:
    """Add ``--out DIR``."""
    return click.option("--out", type=click.Path(path_type=Path), help="The folder of the built graph.")(command)


def project_of(data: Path | None, out: Path | None) -> Project:
    """Return the project that the options name."""
    return default_project(data=data, out=out)


def read_texts(project: Project, explicit: Path | None) -> Mapping[str, str]:
    """Return the texts of the documents at hand, by slug; none where there is no folder of documents.

    Raises:
        DocumentError: the folder was named and is not there, or a file in it cannot be read.
    """
    return scan_texts(project, explicit)[0]


def scan_texts(project: Project, explicit: Path | None) -> tuple[Mapping[str, str], list[Finding]]:
    """Return the texts as ``read_texts`` does, and a finding for each file of the folder that is not used.

    Raises:
        DocumentError: the folder was named and is not there, or a file in it cannot be read.
    """
    folder = find_documents_folder(explicit)
    return ({}, []) if folder is None else scan_documents(folder, load_documents(project.data / "documents"))


def print_findings(findings: Sequence[Finding]) -> bool:
    """Print findings on stdout, worst first, and tell whether any is a violation."""
    for finding in findings:
        click.echo(str(finding))
    return any(finding.severity is Severity.VIOLATION for finding in findings)


def mend_conversion(slug: str) -> str:
    """Return what to do where a text is not the one that was described, letter by letter."""
    return (
        f"put back the very file that was added; or, if you mended the text and {slug} has no claims yet, remove "
        f"data/documents/{slug}.yaml and data/passages/{slug}.tsv, and add it again"
    )
