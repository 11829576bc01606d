"""Fixtures shared by the tests; those that need the four documents skip where they are not at hand."""

from __future__ import annotations

import os
from pathlib import Path

import filelock
import hypothesis
import pytest

from nkgraph.documents import find_documents_folder, load_documents, read_documents
from nkgraph.model import Document
from nkgraph.pipeline import build
from nkgraph.project import default_project
from nkgraph.spans import Reading, read_text

#: Property tests draw the same examples in every run, so that a run can be repeated; NKGRAPH_RANDOM=1 draws others.
hypothesis.settings.register_profile("repeatable", derandomize=True)
if not os.environ.get("NKGRAPH_RANDOM"):
    hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def known_documents() -> tuple[Document, ...]:
    """The documents described in data/documents."""
    return load_documents(default_project().data / "documents")


@pytest.fixture(scope="session")
def documents_folder() -> Path:
    """The folder of the documents; skips where there is none."""
    folder = find_documents_folder()
    if folder is None:
        pytest.skip("the four documents are not at hand: set NKGRAPH_DOCUMENTS to their folder")
    return folder


@pytest.fixture(scope="session")
def texts(documents_folder: Path, known_documents: tuple[Document, ...]) -> dict[str, str]:
    """The texts of the documents, by slug; skips unless all are there as described."""
    found = read_documents(documents_folder, known_documents, strict=False)
    missing = [document.slug for document in known_documents if document.slug not in found]
    if missing:
        pytest.skip(f"not in {documents_folder}: {', '.join(missing)}")
    return found


@pytest.fixture(scope="session")
def readings(texts: dict[str, str]) -> dict[str, Reading]:
    """The documents as read: text, passages, streams."""
    return {slug: read_text(slug, text) for slug, text in texts.items()}


@pytest.fixture(scope="session")
def built_graph(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The graph built once from the project's own data, shared by all workers of a run; the file, in a folder of its own."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared if worker_id == "master" else shared.parent) / "built"
    project = default_project(out=folder)
    with filelock.FileLock(f"{folder}.lock"):
        if not project.graph_file.exists():
            build(project)
    return project.graph_file


@pytest.fixture(scope="session")
def clients_python() -> Path:
    """The Python of the environment with other people's readers of what we write; skips where it was not made."""
    python = default_project().root / ".venv-clients" / "bin" / "python"
    if not python.exists():
        if os.environ.get("CI"):
            pytest.fail("no .venv-clients: `make test` makes it, and here it must be")
        pytest.skip("other people's readers are not at hand: `make clients` installs them")
    return python
