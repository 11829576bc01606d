"""The documentation runs: console blocks give the output they show, links lead somewhere, words mean one thing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Words that our own voice does not use of a person or an act (design, section 8; codebook, general rule 6).
UNSAID = ("victim", "slave", "guilty", "perpetrator", "heartbreaking", "horrific", "tragic", "shocking", "brutal")


def _console_blocks(text: str) -> list[tuple[str, str]]:
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


BLOCKS = [(page, command, output) for page in PAGES for command, output in _console_blocks(page.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "command", "output"), BLOCKS, ids=[f"{p.name}: {c[:40]}" for p, c, _ in BLOCKS])
def test_console_block_gives_the_output_it_shows(page: Path, command: str, output: str, built_graph: Path) -> None:
    """A command in the docs prints exactly what stands below it, on a machine without the documents."""
    binary = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{binary}:{os.environ['PATH']}", "NKGRAPH_DOCUMENTS": ""}
    with_folder = command.replace("nkgraph query", f"nkgraph query --out {built_graph.parent}")
    done = subprocess.run(["bash", "-c", with_folder], capture_output=True, text=True, env=environment, cwd=ROOT)

    assert (output, 0) == (done.stdout, done.returncode), done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_to_files(page: Path) -> None:
    """A relative link in the docs names a file or folder that is there."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))

    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "queries").rglob("*.rq")),
        *sorted((ROOT / "ontology").rglob("*.ttl")),
        *sorted((ROOT / "shapes").glob("*.ttl")),
        *sorted((ROOT / "src").rglob("*.html")),
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_our_own_voice_keeps_to_the_word_list(path: Path) -> None:
    """Labels, definitions, questions and pages use none of the words that judge or re-tell."""
    text = path.read_text("utf-8").casefold()

    assert [word for word in UNSAID if re.search(rf"\b{word}", text)] == []


def test_every_canned_query_is_in_the_contract_or_says_more() -> None:
    """Each query has a title, a question that ends in a question mark, and columns."""
    from nkgraph.queries import load_queries

    queries = load_queries(ROOT / "queries" / "canned")

    assert [q.name for q in queries.values() if not q.question.endswith("?") or not q.title or not q.columns] == []


def test_glossary_is_sorted() -> None:
    """A reader finds a term where the alphabet puts it."""
    rows = re.findall(r"(?m)^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"))[2:]

    assert sorted(rows, key=str.casefold) == rows


def test_the_documents_sentences_are_not_in_the_tree() -> None:
    """No place in the tree repeats ten words of a document, but for titles and names of laws (listed here)."""
    tool = ROOT.parent / "shared" / "tools" / "copied-text"
    if not tool.exists():
        pytest.skip("the tool that compares the tree with the documents is not at hand")
    done = subprocess.run([str(tool), str(ROOT)], capture_output=True, text=True)
    allowed = re.compile(
        r"^(data/documents/[^:]+|data/reference/instruments\.yaml|data/coding/(first|second)/law-[^:]+|data/claims/[^:]+/law\.yaml):"
    )

    assert [line for line in done.stdout.splitlines() if not allowed.match(line)] == []
