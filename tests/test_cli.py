"""The command line: examples that run, answers on stdout and logs on stderr, formats, exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pyoxigraph as ox
import pytest
from wrong_input_table import ROOT, SMALL, Said, build_graph

import nkgraph.cli
from nkgraph.agreement import main as print_agreement
from nkgraph.cli import cli, main
from nkgraph.queries import load_queries

GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
}
#: A mapping file of others, as the example of ``links import`` names it.
THEIRS = """#curie_map:
#  place: "https://w3id.org/nkgraph/place/"
#  ex: "https://example.org/"
#mapping_set_id: "https://example.org/theirs"
#license: "https://creativecommons.org/publicdomain/zero/1.0/"
subject_id\tpredicate_id\tobject_id\tmapping_justification
place:jilin\tskos:closeMatch\tex:Jilin\tsemapv:ManualMappingCuration
"""
EVIDENCE = ["query", "evidence", "-p", "iri=id/a-report/case-1/transfer-1"]


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command with the words by which it is called."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from walk(child, (*path, name))


COMMANDS = dict(walk(cli))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the graph of the small project."""
    folder = tmp_path_factory.mktemp("out")
    (folder / "nkgraph.nq").write_bytes(build_graph())
    return folder


@pytest.fixture
def run(out: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command line on the small project in this process, and return what it said."""
    monkeypatch.setenv("NKGRAPH_DOCUMENTS", str(SMALL / "documents"))

    def call(*words: str) -> Said:
        takes = {o for p in COMMANDS[command_of(words)].params for o in p.opts}
        place = [
            w
            for name, value in (("--data", SMALL / "data"), ("--out", out))
            if name in takes
            for w in (name, str(value))
        ]
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words, *place])
        captured = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, captured.out, captured.err)

    return call


def command_of(words: tuple[str, ...]) -> tuple[str, ...]:
    return max((path for path in COMMANDS if words[: len(path)] == path), key=len)


def example_of(path: tuple[str, ...]) -> str:
    """Return the command line that ends the help of a command."""
    text = COMMANDS[path].help or ""
    found = re.search(r"Example:\n\s+nkgraph (.+)\s*\Z", text)
    assert found, f"the help of {path} does not end in an example"
    return found[1]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "nkgraph")
@pytest.mark.slow
def test_help_ends_in_an_example_that_runs(
    path: tuple[str, ...], run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example of each command runs on a small project, and ends with 0."""
    if path == ("links", "import"):
        shutil.copytree(SMALL, tmp_path / "project")
        monkeypatch.setattr(sys.modules[__name__], "SMALL", tmp_path / "project")
        (tmp_path / "theirs.sssom.tsv").write_text(THEIRS, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
    words = shlex.split(example_of(path).replace("hrnk-lives-for-sale-2009", "a-report"))

    said = run(*words)

    assert said.exit == 0, said.stderr
    if words[0] != "build" and words[0] != "check":
        assert said.stdout


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "nkgraph")
def test_help_says_what_each_option_is_for(path: tuple[str, ...]) -> None:
    """Each command begins with a sentence, and each option has a text or a default that speaks for it."""
    command = COMMANDS[path]
    assert (command.help or "").strip().partition("\n")[0].endswith((".", ":"))
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [p.name for p in options if not p.help and not p.show_default] == []


def test_build_says_nothing_on_stdout(run: Any, tmp_path: Path) -> None:
    """Progress and counts are logs; a clean build has no answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        said = run("build")
    assert (said.exit, said.stdout) == (0, "")
    assert re.match(r"\d+ claims, \d+ links, \d+ asserted and \d+ inferred triples: ", said.stderr)


def test_check_reads_every_word(run: Any) -> None:
    """Where the documents are at hand all spans are read, and nothing is found in the small project."""
    said = run("check")
    assert (said.exit, said.stdout) == (0, "")
    assert "13 spans read in 1 documents: 0 violations" in said.stderr


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "md"])
def test_query_answers_in_every_format(form: str, run: Any) -> None:
    """The rows are the same in each format, and nothing but the answer is on stdout."""
    said = run("query", "accounts", "--format", form)

    assert (said.exit, said.stderr) == (0, "")
    assert said.stdout.endswith("\n")
    assert said.stdout.count("Sample") == 3
    if form in {"csv", "tsv"}:
        rows = list(csv.DictReader(io.StringIO(said.stdout), delimiter="," if form == "csv" else "\t"))
        assert [row["case"] for row in rows] == ["1", "2", "3"]
    if form == "json":
        assert [b["case"]["value"] for b in json.loads(said.stdout)["results"]["bindings"]] == ["1", "2", "3"]
    if form == "md":
        assert len({line.count("|") for line in said.stdout.splitlines()}) == 1


def test_query_shows_the_words_where_the_document_is_at_hand(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A quotation comes from the user's own copy, and from nowhere else."""
    with_words = run(*EVIDENCE, "--format", "csv").stdout
    without = run(*EVIDENCE, "--format", "csv", "--documents", str(tmp_path)).stdout
    words = "He sold me to a farmer for 3,000 yuan in 1999"
    assert words in with_words
    assert words not in without


def test_queries_are_listed(run: Any) -> None:
    """Without a name the queries are listed, one a line, with their questions."""
    queries = load_queries(ROOT / "queries" / "canned")
    assert run("query").stdout == "".join(f"{q.name}\t{q.question}\n" for q in queries.values())


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_sparql_tables_parse_back(form: str, run: Any) -> None:
    """A SELECT is answered in each format of SPARQL, and read back as such."""
    said = run(
        "sparql", "SELECT ?s WHERE { ?s a <https://w3id.org/nkgraph/ontology#Narrator> } ORDER BY ?s", "--format", form
    )

    assert (said.exit, said.stderr) == (0, "")
    if form == "csv":
        assert len(said.stdout.splitlines()) == 4
    else:
        formats = {
            "tsv": ox.QueryResultsFormat.TSV,
            "json": ox.QueryResultsFormat.JSON,
            "xml": ox.QueryResultsFormat.XML,
        }
        results = ox.parse_query_results(said.stdout.encode(), format=formats[form])
        assert isinstance(results, ox.QuerySolutions)
        assert len(list(results)) == 3


@pytest.mark.parametrize("form", sorted(GRAPHS))
def test_sparql_graphs_parse_back(form: str, run: Any) -> None:
    """A CONSTRUCT is answered in each format of RDF."""
    query = "CONSTRUCT WHERE { ?s a <https://w3id.org/nkgraph/ontology#Narrator> }"
    said = run("sparql", query, "--format", form)
    assert (said.exit, said.stderr) == (0, "")
    assert len(set(ox.parse(said.stdout.encode(), format=GRAPHS[form]))) == 3


def test_sparql_reads_a_file_and_answers_yes_or_no(run: Any, tmp_path: Path) -> None:
    """A query may stand in a file; an ASK is answered with a word, a CONSTRUCT in Turtle."""
    file = tmp_path / "a.rq"
    file.write_text("ASK { ?s ?p ?o }", encoding="utf-8")
    assert run("sparql", "-f", str(file)).stdout.split()[-1] == "yes"
    assert "@prefix" in run("sparql", "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 1").stdout


@pytest.mark.parametrize("form", sorted(GRAPHS))
@pytest.mark.slow
def test_export_parses_back_to_the_same_triples(form: str, run: Any, out: Path) -> None:
    """Each export holds the graph and nothing else: the dataset, or its default graph where a format has no graphs."""
    everything = set(ox.parse(path=str(out / "nkgraph.nq"), format=ox.RdfFormat.N_QUADS))
    if not GRAPHS[form].supports_datasets:
        everything = {quad for quad in everything if quad.graph_name == ox.DefaultGraph()}

    said = run("export", "--format", form)

    assert (said.exit, said.stderr) == (0, "")
    assert set(ox.parse(said.stdout.encode(), format=GRAPHS[form])) == everything


def test_export_takes_one_graph_and_writes_a_file(run: Any, tmp_path: Path) -> None:
    """One named graph may be taken out, into a file."""
    file = tmp_path / "places.ttl"
    said = run("export", "--format", "ttl", "--graph", "graph:reference/places", "--output", str(file))
    assert (said.exit, said.stdout) == (0, "")
    assert "place:yanji" in file.read_text(encoding="utf-8")


def test_no_export_holds_a_quotation(run: Any) -> None:
    """Words of a document are in no export."""
    words = (SMALL / "documents" / "a-report.txt").read_text(encoding="utf-8").split()
    text = run("export").stdout
    assert [" ".join(words[n : n + 6]) for n in range(len(words) - 6) if " ".join(words[n : n + 6]) in text] == []


@pytest.mark.parametrize("form", ["ttl", "rdf", "trig", "jsonld", "rdf12", "ttl12", "nanopub"])
@pytest.mark.slow
def test_export_is_the_same_bytes_twice(form: str, out: Path) -> None:
    """The same graph is the same bytes, whatever order Python's sets are in."""
    words = ["export", "--format", form, "--out", str(out)]
    written = [
        subprocess.run(
            [sys.executable, "-c", "from nkgraph.cli import main; main()", *words],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert written[0] == written[1]


def test_agreement_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """``python -m nkgraph.agreement`` prints Markdown: a head, the families, and a row for all."""
    folder = ROOT / "data" / "coding"

    assert print_agreement([str(folder / "first"), str(folder / "second")]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| family | rows, first |")
    assert lines[-1].startswith("| all |")
    assert {line.count("|") for line in lines} == {9}


def test_agreement_of_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that does not exist is a wrong input, not an empty coding."""
    assert print_agreement(["no-such-folder", "nor-this"]) == 2
    assert "no such folder of a coding" in capsys.readouterr().err


def test_a_bug_ends_with_3_and_says_so(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of ours is told as a bug, with its place, and never as the user's mistake."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("injected")

    monkeypatch.setattr("nkgraph.cli.asking.load_queries", fail)

    said = run("query", "accounts")

    assert (said.exit, said.stdout) == (nkgraph.cli.EXIT_BUG, "")
    assert "KeyError: 'injected'" in said.stderr
    assert said.stderr.endswith("This is a bug of nkgraph, not of your input. Please report it with the lines above.\n")


def test_version_and_help_are_answers(capfd: pytest.CaptureFixture[str]) -> None:
    """``--version`` and ``--help`` answer on stdout and end with 0."""
    for word in ("--version", "--help", "-h"):
        with pytest.raises(SystemExit) as ended:
            main([word])
        captured = capfd.readouterr()
        assert (ended.value.code, captured.err) == (0, "")
        assert "nkgraph" in captured.out
