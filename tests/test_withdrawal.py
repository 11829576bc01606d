"""Withdrawal: what depends on a claim is told first; then it goes from data, graph and exports as if it had never been."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs
import pytest
from flask.testing import FlaskClient

import nkgraph.withdrawal.purging as purging
from nkgraph.cli import main
from nkgraph.errors import BuildError
from nkgraph.evaluation import LocalAnswers
from nkgraph.graph import node_iris, node_types
from nkgraph.identifiers import register_claims
from nkgraph.iris import claim_iri, shorten, span_iri
from nkgraph.model import Claim
from nkgraph.pipeline import build, read_source
from nkgraph.project import Project, default_project
from nkgraph.queries import load_queries, run_query
from nkgraph.store import open_files
from nkgraph.tombstones import draw_tombstones, format_tombstones, read_tombstones
from nkgraph.web import create_app
from nkgraph.withdrawal import find_claim, find_falling, plan_withdrawal
from nkgraph.writing import write_atomically

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "second-report" / "data"
SLUG = "second-report"
GIVEN = ("--yes", "--with-dependants", "--reason", "asked", "--date", "2025-03")
#: Claims of different kinds: a leaf, a sale told twice and judged, one that another is derived from, a role, a narrator's
#: background, a judgement, a mention and a position of law, the base of figures, a thing nested in another's claim.
SAMPLE = (
    "case-1/harm-1",
    "case-1/transfer-1",
    "case-1/papers-1",
    "case-1/village-woman/recruiter",
    "case-1/background/origin",
    "judgement/person-1-4",
    "instrument/crc-1989",
    "position/cn-crc-1989-1",
    "statistic/prices-known",
    "case-1/birth-1",
    "case-4/narrator",
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command and return its exit code and both its streams; the shapes have tests of their own and are left out."""
    monkeypatch.setattr("nkgraph.pipeline.validate", lambda *_, **__: [])
    monkeypatch.setattr("nkgraph.clashes.validate", lambda *_, **__: [])

    def call(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference data and the second report, its claims registered, with a reading of it and a review."""
    data = tmp_path_factory.mktemp("made") / "data"
    shutil.copytree(default_project().data / "reference", data / "reference")
    shutil.copytree(FIXTURE, data, dirs_exist_ok=True)
    shutil.copytree(data / "claims" / SLUG, data / "coding" / f"first-{SLUG}")
    claims = read_source(attrs.evolve(default_project(), data=data)).claims
    (data / "identifiers.tsv").write_text(register_claims(data / "identifiers.tsv", claims)[0], encoding="utf-8")
    (data / "review").mkdir()
    notes = "".join(f"- {SLUG} `{key}`: read again\n" for key in SAMPLE)
    (data / "review" / "notes.md").write_text(f"# Read again\n\n{notes}", encoding="utf-8")
    return data


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Project:
    """A project of its own for each test, with these data."""
    shutil.copytree(made, tmp_path / "data")
    return attrs.evolve(default_project(), data=tmp_path / "data", out=tmp_path / "out")


def _texts(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _cut_by_hand(project: Project, keys: set[str]) -> None:
    """Take claims out of claims and register as an editor would: each with the comment above it (but for a file's first)."""
    for path in sorted((project.data / "claims").rglob("*.yaml")):
        blocks = re.findall(r"(?m)((?:^#.*\n)*)(^- .*\n(?:^(?![-#]).*\n)*)", path.read_text(encoding="utf-8"))
        kept = []
        for number, (comment, item) in enumerate(blocks):
            named = re.match(r"- (?:claim: |says: \{id: )\"?([^,\s}\"]+)", item)
            assert named is not None, item
            kept.append(comment + item if named[1] not in keys else comment if number == 0 else "")
        if re.search(r"(?m)^- ", "".join(kept)):
            path.write_text("".join(kept), encoding="utf-8")
        else:
            path.unlink()
    register = project.data / "identifiers.tsv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    register.write_text(
        "".join(x for x in lines if x.split("\t")[1:2] not in [[key] for key in keys]), encoding="utf-8"
    )


def _fallen(told: str) -> set[str]:
    """Return the keys of the claims that a withdrawal told to fall with the one it was asked for."""
    section = re.search(r"(?ms)^claims that cannot stay without it: \d+\n(.*?)(?:\n\n|\Z)", told)
    return set(re.findall(rf"(?m)^  claim:{SLUG}/(\S+) ", section[1])) if section else set()


@pytest.mark.parametrize("key", [*SAMPLE[:3], *(pytest.param(key, marks=pytest.mark.slow) for key in SAMPLE[3:])])
@pytest.mark.slow
def test_withdrawn_graph_is_that_of_data_without_the_claim(
    key: str, project: Project, tmp_path: Path, run: Run
) -> None:
    """Built after a withdrawal, the graph is byte for byte that of data that an editor cut, but for tombstones."""
    edited = attrs.evolve(project, data=tmp_path / "edited", out=tmp_path / "edited-out")
    shutil.copytree(project.data, edited.data)
    build(project)
    before, said = _view(project, "inferred"), _view(project, "asserted")

    code, told, _ = run("withdraw", f"claim:{SLUG}/{key}", *GIVEN, "--data", project.data, "--out", project.out)

    assert code == 0
    assert not project.graph_file.exists(), "the graph that holds the claim is still there"
    gone = {key} | _fallen(told)
    _cut_by_hand(edited, gone)
    build(project)
    build(edited)
    lines = project.graph_file.read_bytes().splitlines(keepends=True)
    tombstones = [line for line in lines if b"<https://w3id.org/nkgraph/tombstone/" in line]
    assert b"".join(line for line in lines if line not in set(tombstones)) == edited.graph_file.read_bytes()
    assert len({line.split(b" ")[0] for line in tombstones}) == len(gone)
    after = _view(project, "inferred")
    assert len(before - after) == _count(told, "inferred triples that fall")
    assert len(after - before - said) == _count(told, "inferred triples that newly appear")
    for name, content in {**_texts(project.data), **_texts(project.out)}.items():
        for lost in gone:
            assert not re.search(rf"(?<![\w/-]){re.escape(lost)}(?![\w/-])", content.decode()), (name, lost)


def _view(project: Project, name: str) -> set[str]:
    """Return the triples of the built graph that were asserted, or inferred."""
    view = f" <https://w3id.org/nkgraph/graph/view/{name}> .\n"
    lines = project.graph_file.read_text(encoding="utf-8").splitlines(keepends=True)
    return {line.removesuffix(view) for line in lines if line.endswith(view)}


def _count(told: str, heading: str) -> int:
    found = re.search(rf"(?m)^{re.escape(heading)}: (\d+)$", told)
    return int(found[1]) if found else 0


def test_words_go_with_the_claim(project: Project, run: Run) -> None:
    """No fingerprint that only the withdrawn claim had stands anywhere in the data; what is of other claims stays."""
    claims = read_source(project).claims
    marks = {c.key: {m for s in c.spans for m in (s.fingerprint, s.before, s.after)} for c in claims}
    own = marks["case-1/harm-2"] - {m for key, found in marks.items() if key != "case-1/harm-2" for m in found}
    assert own
    prints = project.data / "review" / "prints.tsv"
    rows = [f"read again\t{mark}\n" for mark in (*sorted(own), *sorted(marks["case-1/harm-1"]))]
    prints.write_text("".join(rows), encoding="utf-8")

    assert run("withdraw", f"{SLUG}/case-1/harm-2", *GIVEN, "--data", project.data, "--out", project.out)[0] == 0

    text = b"\n".join(_texts(project.data).values()).decode()
    assert [mark for mark in sorted(own) if mark in text] == []
    assert prints.read_text(encoding="utf-8") == "".join(rows[len(own) :])
    coded = (project.data / "coding" / f"first-{SLUG}" / "case-01.yaml").read_text(encoding="utf-8")
    assert [
        key for key in marks if key.startswith("case-1/") and f" {key}," not in coded + "," and f" {key}\n" not in coded
    ] == ["case-1/harm-2"]


@pytest.mark.slow
def test_dry_run_tells_and_writes_nothing(project: Project, run: Run) -> None:
    """Without --yes the dependants, the triples, the lines and what cannot be purged are told, and no byte is changed."""
    build(project)
    before = _texts(project.data), _texts(project.out)

    code, told, said = run("withdraw", "case-1/papers-1", "--data", project.data, "--out", project.out)

    assert (_texts(project.data), _texts(project.out)) == before
    assert code == 1, "a claim that another rests on is refused"
    assert "claim:second-report/case-1/papers-1/date is derived from case-1/papers-1" in told
    assert "inferred triples that fall" in told
    assert "identifiers.tsv" in told
    assert str(project.graph_file) in told
    assert "the history of the repository" in said
    assert "--with-dependants" in said

    assert run("withdraw", "case-1/harm-1", "--data", project.data, "--out", project.out)[0] == 0
    assert (_texts(project.data), _texts(project.out)) == before


@pytest.mark.slow
def test_judgement_is_told_of_what_it_judges(project: Project, run: Run) -> None:
    """A judgement that names a thing which nothing else describes falls with it, and is told."""
    _, told, _ = run("withdraw", "case-4/narrator", "--data", project.data, "--out", project.out)

    assert "claim:second-report/judgement/person-1-4 judges id:second-report/case-4/narrator" in told


@pytest.mark.slow
def test_tombstone_has_no_content(project: Project, run: Run) -> None:
    """A tombstone is a random id, the date and reason given, and a mark that other names fit too: nothing of the claim."""
    for folder in ("one", "two"):
        shutil.copytree(project.data, project.data.parent / folder)
    lines = []
    for folder in ("one", "two"):
        data = project.data.parent / folder
        assert run("withdraw", "case-1/harm-1", *GIVEN, "--data", data, "--out", project.out)[0] == 0
        (line,) = [x for x in (data / "withdrawn.tsv").read_text("utf-8").splitlines() if not x.startswith("#")]
        assert re.fullmatch(r"[0-9a-f]{16}\t2025-03\tasked\t\d+/1024", line)
        lines.append(line)
    assert lines[0] != lines[1], "the id is drawn, not computed from the claim"
    (stone,) = read_tombstones(project.data.parent / "one" / "withdrawn.tsv")
    others = sum(stone.fits(SLUG, f"case-{n}/harm-1") for n in range(5, 20000))
    assert 5 < others < 60, "about one name in 1024 fits by chance"


def test_no_claim_that_stays_fits_a_tombstone(project: Project) -> None:
    """However many claims there are, ids are drawn until none of those that stay is taken for a withdrawn one."""
    claims = read_source(project).claims
    many = [attrs.evolve(claims[0], key=f"case-{n}/thing") for n in range(6000)]
    stones = draw_tombstones(claims[:2], many, date="2025", reason="other")
    assert [stone.fits(c.document, c.key) for stone, c in zip(stones, claims, strict=False)] == [True, True]
    assert {stone.marks for stone in stones} == {2048}
    assert not any(stone.fits(c.document, c.key) for stone in stones for c in many)


def test_tombstones_are_read_as_written(project: Project, tmp_path: Path) -> None:
    """Tombstones come back from their file, sorted by id."""
    claims = read_source(project).claims
    stones = draw_tombstones(claims[:5], claims[5:], date="2025-03-01", reason="risk")
    path = tmp_path / "withdrawn.tsv"
    path.write_text(format_tombstones(stones), encoding="utf-8")
    assert read_tombstones(path) == tuple(sorted(stones, key=lambda stone: stone.id))


@pytest.mark.slow
def test_withdrawn_claim_is_refused_when_it_comes_back(project: Project, run: Run) -> None:
    """A claims file that holds the withdrawn claim again ends with 2, at its line; so does withdrawing it twice."""
    path = project.data / "claims" / SLUG / "case-01.yaml"
    former = path.read_text(encoding="utf-8")
    line = former[: former.index("- says: {id: case-1/harm-1,")].count("\n") + 1
    assert run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)[0] == 0

    code, _, said = run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)
    assert (code, "may have been withdrawn already" in said) == (2, True)

    path.write_text(former, encoding="utf-8")
    code, _, said = run("build", "--data", project.data, "--out", project.out)
    assert code == 2
    assert f"{path}:{line}: case-1/harm-1: this claim was withdrawn" in said


class Stopped(BaseException):
    """The process is killed here."""


def _fail_at(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException, folder: Path) -> None:
    """Let the n-th file of the data that is put in its place fail."""
    calls: list[Path] = []

    def failing(path: Path, text: str) -> None:
        if ".withdrawing" not in path.parts and path.is_relative_to(folder):
            calls.append(path)
            if len(calls) == count:
                raise error
        write_atomically(path, text)

    monkeypatch.setattr(purging, "write_atomically", failing)


@pytest.mark.slow
def test_data_that_cannot_be_written_are_told(project: Project, run: Run) -> None:
    """Where the folder of data takes no new file, the withdrawal ends with 2, says so, and changes nothing."""
    (project.data / ".withdrawing").write_text("in the way", encoding="utf-8")
    before = _texts(project.data)
    code, _, said = run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)
    assert (code, "cannot be written" in said, "nothing was changed" in said) == (2, True, True)
    assert _texts(project.data) == before


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.slow
def test_failure_midway_leaves_all_as_it_was(
    count: int, project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file cannot be replaced, those replaced before it are put back, and nothing built is removed."""
    build(project)
    before = _texts(project.data), _texts(project.out)
    _fail_at(monkeypatch, count, OSError(28, "No space left on device"), project.data)

    code, _, said = run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)

    assert (code, "nothing was changed" in said, "No space left" in said) == (2, True, True)
    assert (_texts(project.data), _texts(project.out)) == before


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.slow
def test_stopped_withdrawal_is_finished(
    count: int, project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed midway, the data are refused until --finish, which leaves what an undisturbed run leaves."""
    build(project)
    words = ("--data", project.data, "--out", project.out)
    copy = project.data.parent / "undisturbed"
    shutil.copytree(project.data, copy)
    assert run("withdraw", "case-1/harm-1", *GIVEN, "--data", copy, "--out", project.data.parent / "none")[0] == 0
    with monkeypatch.context() as patch:
        _fail_at(patch, count, Stopped(), project.data)
        with pytest.raises(Stopped):
            main(["withdraw", "case-1/harm-1", *GIVEN, *map(str, words)])

    code, _, said = run("build", *words)
    assert (code, "stopped half way" in said, "--finish" in said) == (2, True, True)
    assert run("withdraw", "case-1/harm-2", *GIVEN, *words)[0] == 2

    assert run("withdraw", "--finish", *words)[0] == 0
    after, undisturbed = _texts(project.data), _texts(copy)
    assert len(read_tombstones(project.data / "withdrawn.tsv")) == 1
    assert {n: t for n, t in after.items() if n != "withdrawn.tsv"} == {
        n: t for n, t in undisturbed.items() if n != "withdrawn.tsv"
    }
    assert not project.graph_file.exists()
    assert "no withdrawal was stopped" in run("withdraw", "--finish", *words)[2]


def test_change_made_meanwhile_is_not_overwritten(project: Project) -> None:
    """A file that somebody changed after the plan was made stops the purge."""
    source = read_source(project)
    plan = plan_withdrawal(project, source, [find_claim("case-1/harm-1", source.claims)])
    path = project.data / "review" / "notes.md"
    path.write_text("# Other notes\n", encoding="utf-8")
    before = _texts(project.data)
    with pytest.raises(BuildError, match="changed meanwhile"):
        purging.purge(project, plan, date="2025", reason="other")
    assert _texts(project.data) == before


@pytest.mark.slow
def test_exports_go_and_files_of_others_stay(project: Project, run: Run) -> None:
    """Exports in the out folder go, whole folders and single files that name the claim; what is not ours stays."""
    words = ("--out", project.out)
    build(project)
    claim = f"claim:{SLUG}/case-1/harm-1"
    assert run("export", "--format", "ftm", "--output", project.out / "ftm", *words)[0] == 0
    assert run("export", "--format", "ttl", "--output", project.out / "one.ttl", *words)[0] == 0
    (project.out / "letter.txt").write_text("to whom it may concern", encoding="utf-8")

    code, told, _ = run("withdraw", claim, *GIVEN, "--data", project.data, *words)

    assert code == 0
    assert list(_texts(project.out)) == ["letter.txt"]
    assert {"one.ttl", "ftm"} <= {part for line in told.splitlines() for part in Path(line.strip()).parts}
    build(project)
    assert run("export", "--format", "ftm", "--output", project.out / "ftm", *words)[0] == 0


@pytest.fixture
def client(project: Project, run: Run) -> Iterator[FlaskClient]:
    """The server of the graph from which a claim was withdrawn."""
    assert run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)[0] == 0
    build(project)
    yield create_app(LocalAnswers(open_files([project.graph_file])), load_queries(project.queries)).test_client()


def test_server_says_that_a_withdrawn_claim_is_gone(client: FlaskClient) -> None:
    """The address of a withdrawn claim answers 410 in every form; one that never was answers 404; others their pages."""
    gone = f"/claim/{SLUG}/case-1/harm-1"
    page = client.get(gone, headers={"Accept": "text/html"})
    assert (page.status_code, "Withdrawn" in page.text, "death_in_family" in page.text) == (410, True, False)
    for form in (".ttl", ".jsonld", ".nq"):
        assert client.get(gone + form).status_code == 410
    told = client.get(gone, headers={"Accept": "application/json"})
    assert json.loads(told.text)["status"] == 410
    never = [client.get(f"/claim/{SLUG}/case-{n}/none").status_code for n in range(5, 15)]
    assert never.count(404) >= 9
    assert client.get(f"/id/{SLUG}/case-1/harm-1").status_code == 404
    assert client.get(f"/claim/{SLUG}/case-1/harm-2").status_code == 200
    listed = client.get("/tombstone/", headers={"Accept": "application/json"})
    assert listed.status_code == 200
    (address,) = set(re.findall(r"tombstone/[0-9a-f]{16}", listed.text))
    assert "asked for" in client.get(f"/{address}", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case-1/harm-11"], "there is no claim 'case-1/harm-11' (nearest:"),
        ([f"https://w3id.org/nkgraph/id/{SLUG}/case-1/narrator"], "is no claim, but a thing that claims describe"),
        ([], "no claim is named"),
        (["case-1/harm-1", "--yes", "--date", "2025"], "needs --reason"),
        (["case-1/harm-1", "--yes", "--reason", "asked"], "needs --date"),
        (["case-1/harm-1", "--yes", "--reason", "because", "--date", "2025"], "no such kind of reason 'because'"),
        (["case-1/harm-1", "--yes", "--reason", "asked", "--date", "spring"], "'spring'"),
        (["case-1/harm-1", "--yes", "--reason", "asked", "--date", "2025/2026"], "no single day, month or year"),
    ],
)
def test_wrong_input_is_told(words: list[str], said: str, project: Project, run: Run) -> None:
    """What is no claim, or a withdrawal without date or reason, ends with 2, says what to do, and changes nothing."""
    before = _texts(project.data)
    code, _, told = run("withdraw", *words, "--data", project.data, "--out", project.out)
    assert (code, said in told, ";" in told) == (2, True, True), told
    assert _texts(project.data) == before


def test_link_to_another_place_is_refused(project: Project, run: Run) -> None:
    """A claims file that is a link is not replaced by a file while what it points to keeps the claim."""
    path = project.data / "claims" / SLUG / "case-01.yaml"
    path.rename(project.data.parent / "case-01.yaml")
    path.symlink_to(project.data.parent / "case-01.yaml")
    code, _, told = run("withdraw", "case-1/harm-1", *GIVEN, "--data", project.data, "--out", project.out)
    assert (code, "is a link to another place" in told) == (2, True)
    assert "case-1/harm-1" in (project.data.parent / "case-01.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_dependants_are_told_by_the_query_too(project: Project, run: Run) -> None:
    """The canned query gives, for each claim, what follows from it, what only it describes, and what refers to that."""
    build(project)
    source = read_source(project)
    claims = source.published
    service = LocalAnswers(open_files([project.graph_file]))
    query = load_queries(project.queries)["dependants"]
    types = Counter(iri for claim in claims for iri in node_types(claim))
    holders = Counter(iri for claim in claims for iri in node_iris(claim))
    quoted = Counter((s.start, s.end) for c in claims for s in set(c.spans))
    seen: Counter[str] = Counter()
    for key in SAMPLE:
        claim = find_claim(key, claims)
        answer = run_query(service, query, {"claim": f"claim/{SLUG}/{key}"})
        assert answer.error is None, answer.error
        found = defaultdict(set)
        for row in json.loads(answer.body)["results"]["bindings"]:
            found[row["kind"]["value"]].add(row["thing"]["value"])
        derived = {key}
        while further := {c.key for c in claims if derived & set(c.sources)} - derived:
            derived |= further
        assert found["derived"] == {claim_iri(SLUG, other) for other in derived - {key}}
        assert found["described_here_only"] == {iri for iri in node_iris(claim) if holders[iri] == 1}
        typed = {iri for iri in node_types(claim) if types[iri] == 1 < holders[iri]}
        assert found["typed_here_only"] == typed
        more = {claim_iri(c.document, c.key) for c in claims if c is not claim and typed & set(node_iris(c))}
        assert found["says_more"] == more
        assert {iri for iri in node_iris(claim) if holders[iri] > 1} - typed <= found["also_described"]
        spans = [span_iri(s.document, s.start, s.end) for s in set(claim.spans) if quoted[s.start, s.end] == 1]
        assert found["words"] == set(spans)
        told = found["refers_to_it"] | found["judgement"]
        first = [f for f in find_falling(claim, claims, (), source.vocabulary) if f.kind in {"points-at", "judgement"}]
        own = {shorten(iri) for iri in found["described_here_only"] | found["typed_here_only"]}
        assert [f.claim.key for f in first if f.because in own and not told & set(node_iris(f.claim))] == []
        seen.update({kind: len(things) for kind, things in found.items()})
    things = {"described_here_only", "typed_here_only", "also_described", "judgement", "refers_to_it"}
    assert things | {"derived", "says_more", "words"} == set(+seen)


@pytest.mark.slow
def test_withdrawal_from_the_real_data(
    texts: Mapping[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a copy of the real data, claims of different kinds go with all the shapes read, and the rest is as cut by hand."""
    project = attrs.evolve(default_project(), data=tmp_path / "data", out=tmp_path / "out")
    edited = attrs.evolve(project, data=tmp_path / "edited", out=tmp_path / "edited-out")
    shutil.copytree(default_project().data, project.data)
    shutil.copytree(default_project().data, edited.data)
    assert texts
    claims: list[Claim] = list(read_source(project).claims)
    kinds = ("Harm", "Transfer", "StatePosition")
    chosen = [[c for c in claims if c.says.properties.get("type") == (kind,)][-1] for kind in kinds]
    assert len({claim.document for claim in chosen}) > 1, "the claims are of one document only"
    gone: set[str] = set()
    for claim in chosen:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            name = f"claim:{claim.document}/{claim.key}"
            main(["withdraw", name, *GIVEN, "--data", str(project.data), "--out", str(project.out)])
        assert ended.value.code in (0, None), capsys.readouterr().err
        told = capsys.readouterr().out
        section = re.search(r"(?ms)^claims that cannot stay without it: \d+\n(.*?)(?:\n\n|\Z)", told)
        fallen = re.findall(rf"(?m)^  claim:{claim.document}/(\S+) ", section[1]) if section else []
        gone |= {claim.key, *fallen}
    _cut_by_hand(edited, gone)
    build(project)
    build(edited)
    lines = project.graph_file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b"<https://w3id.org/nkgraph/tombstone/" not in line]
    assert b"".join(kept) == edited.graph_file.read_bytes()
