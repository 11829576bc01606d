"""The documentation runs: console blocks give the output they show, links lead somewhere, words mean one thing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nkgraph.pipeline import read_source
from nkgraph.project import default_project

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Words that our own voice does not use of a person or an act (design, section 8; codebook, general rule 6).
UNSAID = ("victim", "slave", "guilty", "perpetrator", "heartbreaking", "horrific", "tragic", "shocking", "brutal")

#: What is no voice of ours: cues (words that the documents may use), names of columns, terms and codes that the contract of
#: the queries and the Trafficking Protocol (slavery) have.
NOT_OUR_VOICE = re.compile(
    r"(?m)skos:hiddenLabel .*$|^#\+ columns: .*$|nk:\w+|\?\w+|<[^<>\s]*>|skos:notation .*$|^## [\w-]+$|Used by: .*$|`[^`\n]*`"
    r"|\bcode/[\w/-]+|\(codes\.md#[\w-]+\)"
)


def _console_blocks(text: str) -> list[tuple[str, str]]:
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


#: ``wrong-input.md`` is made from a table that ``test_wrong_inputs.py`` runs over a small project of its own.
RUN_HERE = [page for page in PAGES if page.name != "wrong-input.md"]
BLOCKS = [(p, command, output) for p in RUN_HERE for command, output in _console_blocks(p.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "command", "output"), BLOCKS, ids=[f"{p.name}: {c[:40]}" for p, c, _ in BLOCKS])
@pytest.mark.slow
def test_console_block_gives_the_output_it_shows(page: Path, command: str, output: str, built_graph: Path) -> None:
    """A command in the docs prints exactly what stands below it, on a machine without the documents."""
    binary = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{binary}:{os.environ['PATH']}", "NKGRAPH_DOCUMENTS": ""}
    with_folder = re.sub(r"nkgraph (query|export|explain)\b", rf"nkgraph \1 --out {built_graph.parent}", command)
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
    text = NOT_OUR_VOICE.sub(" ", path.read_text("utf-8")).casefold()

    assert [word for word in UNSAID if re.search(rf"\b{word}(?!ry)", text)] == []


def test_every_canned_query_is_in_the_contract_or_says_more() -> None:
    """Each query has a title, a question that ends in a question mark, and columns."""
    from nkgraph.queries import load_queries

    queries = load_queries(ROOT / "queries" / "canned")

    assert [q.name for q in queries.values() if not q.question.endswith("?") or not q.title or not q.columns] == []


def test_limits_in_the_docs_are_those_of_the_code() -> None:
    """The table of limits is the one that the code has."""
    from nkgraph.sparql import Limits

    text = (ROOT / "docs" / "serving.md").read_text("utf-8")
    rows = [f"| {name} | {int(default)} | {meaning} |" for name, default, meaning in Limits.describe()]

    assert [row for row in rows if row not in text] == []


def test_glossary_is_sorted() -> None:
    """A reader finds a term where the alphabet puts it."""
    rows = re.findall(r"(?m)^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"))[2:]

    assert sorted(rows, key=str.casefold) == rows


#: Titles, names and addresses, which are quoted whole by right: values of these keys in data of ours.
TITLES = re.compile(r"^data/.*\.yaml$|^data/coding/.*manual.*$")
TITLE_VALUE = re.compile(
    r"\b(?:alias|author|name|ref|title|publisher|address|addressee|allegedBy|source|workTitle"
    r"|workPublisher|attributedTo|row)[\"']?: *"
    r"(?:\[[^\]]*\]|\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,}\n]*)|\borg:[\w-]+"
)
#: Tables with the labels of codes and laws, which are names too.
LABELLED = re.compile(r"^data/(?:links|vocabularies)/.*\.tsv$")
#: What such a table quotes as evidence: entries of the vocabularies of others, with titles in full.
QUOTED = re.compile(r'"[^\t\n]*"')
_RUN = 10


def _words(text: str) -> list[tuple[str, int]]:
    pattern = re.compile(r"[^\W_]+(?:(?:['’]|-[ \t]*\n\s*)[^\W_]+)*")
    folded = (
        (re.sub(r"-\s*\n\s*", "", m.group()).casefold().replace("’", "'"), m.start()) for m in pattern.finditer(text)
    )
    return list(folded)


def mask_labels(text: str) -> str:
    """Return a table with the cells of its columns of labels (``label``, ``object_label``) put out."""
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), 0)
    labels = [number for number, name in enumerate(lines[start].split("\t")) if name.endswith("label")]
    for number, line in enumerate(lines[start + 1 :], start=start + 1):
        cells = line.split("\t")
        lines[number] = "\t".join("¶" if place in labels else cell for place, cell in enumerate(cells))
    return "\n".join(lines)


def find_copied(text: str, grams: set[tuple[str, ...]]) -> list[int]:
    """Return the lines of a text on which a run of ten words begins that stands in a document."""
    found = _words(text)
    runs = (found[i : i + _RUN] for i in range(len(found) - _RUN + 1))
    return sorted({text.count("\n", 0, run[0][1]) + 1 for run in runs if tuple(word for word, _ in run) in grams})


@pytest.mark.slow
def test_the_documents_sentences_are_not_in_the_tree(texts: dict[str, str]) -> None:
    """No file of the tree repeats ten words of a document in a row, but for titles and names of laws."""
    grams = set()
    for text in texts.values():
        found = [word for word, _ in _words(text)]
        grams |= {tuple(found[i : i + _RUN]) for i in range(len(found) - _RUN + 1)}
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True
    )
    copied = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if TITLES.match(name):
            text = TITLE_VALUE.sub(lambda found: re.sub(r"[^\n]", "¶", found[0]), text)
        if LABELLED.match(name):
            text = QUOTED.sub("¶", mask_labels(text))
        copied += [f"{name}:{number}" for number in find_copied(text, grams)]

    assert listed.stdout
    assert copied == []


def test_a_copied_run_of_ten_words_is_found() -> None:
    """The search finds ten words in a row over a line end, and does not find nine."""
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

    assert find_copied("a\none two three four five\nsix seven eight nine ten b", {tuple(words)}) == [2]
    assert find_copied("one two three four five six seven eight nine b", {tuple(words)}) == []
    table = f"#a\ncode\tlabel\tcomment\n1\t{' '.join(words)}\tc\n2\tb\t{' '.join(words)}\n"
    assert find_copied(table, {tuple(words)}) == [3, 4]
    assert find_copied(mask_labels(table), {tuple(words)}) == [4]


def test_page_of_codes_is_that_of_the_schemes() -> None:
    """Every code and its meaning stand in the docs as in the ontology; ``python tests/codes_table.py`` writes the page."""
    from codes_table import PAGE, make_page

    assert PAGE.read_text("utf-8") == make_page()


def test_codebook_is_that_of_the_ontology() -> None:
    """Types and properties stand in the codebook as in the ontology; ``python tests/codebook_page.py`` writes them."""
    from codebook_page import MODELS, PAGE, make_page

    from nkgraph.ontology import CLAIM_TYPES

    assert PAGE.read_text("utf-8") == make_page()
    assert set(MODELS) == CLAIM_TYPES


def test_models_of_the_codebook_are_read_without_a_mistake(tmp_path: Path) -> None:
    """A newcomer who copies a model line gets no message about it, and every property in it is one of the type."""
    from codebook_page import MODELS

    from nkgraph.claims import read_claims
    from nkgraph.ontology import load_vocabulary

    folder = tmp_path / "letter"
    folder.mkdir()
    lines = (f"- claim: model/{name}\n  says: {model}\n  words: [some]\n" for name, model in MODELS.items())
    (folder / "models.yaml").write_text("".join(lines), encoding="utf-8")

    claims = read_claims(tmp_path, load_vocabulary(ROOT / "ontology"), ["letter"])

    assert [claim.says.properties["type"] for claim in claims] == [(name,) for name in MODELS]


@pytest.mark.slow
def test_page_of_findings_is_what_the_checks_find() -> None:
    """The findings in the docs are those of today's data; ``python tests/findings_page.py`` writes the page."""
    from findings_page import PAGE, make_page

    assert PAGE.read_text("utf-8") == make_page(read_source(default_project()))
