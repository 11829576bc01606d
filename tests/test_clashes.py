"""What cannot hold together is shown with both sides' claims and words; what shapes find in the closure names its claims."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from wrong_input_table import FIELDS

from nkgraph.crosschecks import Across, check_across, format_discrepancy
from nkgraph.findings import Severity
from nkgraph.pipeline import build, check_source
from nkgraph.project import Project
from nkgraph.source import read_source

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "wrong_inputs" / "project"
ID = "https://w3id.org/nkgraph/id/a-report"

#: What is added to the ontology; the rule that then finds a contradiction; and the claims on its two sides.
CLASHES = {
    "disjoint classes": (
        "nk:crosser rdfs:range nk:Organisation .",
        "cax-dw",
        {"case-1/narrator", "case-1/crossing-1"},
    ),
    "an irreflexive property": (
        "nk:person a owl:IrreflexiveProperty .",
        "prp-irp",
        {"case-1/narrator"},
    ),
    "an asymmetric property": (
        "nk:possiblySameEvent a owl:AsymmetricProperty .",
        "prp-asyp",
        {"case-1/transfer-1", "case-2/transfer-1"},
    ),
    "the same and different": (
        f"<{ID}/case-1/farmer> owl:differentFrom <{ID}/case-1/farmer> .",
        "eq-diff1",
        set(),
    ),
    "a functional property": (
        f"nk:transferred a owl:FunctionalProperty . <{ID}/case-1/transfer-1> owl:sameAs <{ID}/case-2/transfer-1> .\n"
        f"<{ID}/case-1/narrator> owl:differentFrom <{ID}/case-2/narrator> .",
        "eq-diff1",
        {"case-1/transfer-1", "case-2/transfer-1"},
    ),
    "a functional property of two numbers": (
        "nk:amountMin a owl:FunctionalProperty .\n"
        f"<{ID}/case-1/transfer-1/payment> owl:sameAs <{ID}/case-2/transfer-1/payment> .",
        "dt-diff",
        {"case-1/transfer-1", "case-2/transfer-1"},
    ),
}


def make_project(folder: Path, axioms: str) -> Project:
    for name in ("shapes", "queries"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    shutil.copytree(SMALL / "data", folder / "data")
    (folder / FIELDS).parent.mkdir()
    shutil.copy(ROOT / FIELDS, folder / FIELDS)
    with (folder / "ontology" / "events.ttl").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{axioms}\n")
    return Project(root=folder, data=folder / "data", out=folder / "out")


def check(project: Project) -> Across:
    source = read_source(project)
    return check_across(source, project, check_source(source, project))


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASHES)
def test_contradiction_shows_the_words_of_both_sides(name: str, tmp_path: Path) -> None:
    """The finding is a violation with the rule, the triples and the claims of each side, and every claim's words follow."""
    axioms, rule, claims = CLASHES[name]
    project = make_project(tmp_path, axioms)

    found = [clash for clash in check(project).clashes if clash.finding.rule == rule]

    assert {words.claim for clash in found for words in clash.words} >= claims
    for clash in found:
        assert clash.finding.severity is Severity.VIOLATION
        assert clash.finding.message.count("nk:") + clash.finding.message.count("owl:") >= 1
        lines = format_discrepancy(clash, {})
        assert len(lines) == 1 + len(clash.words)
        assert all(f"claim:a-report/{words.claim}" in clash.finding.message for words in clash.words)
    assert found
    assert build(project).findings != ()
    assert not project.graph_file.exists()


@pytest.mark.slow
def test_sound_data_have_no_clash(tmp_path: Path) -> None:
    """Nothing is found where the ontology is as it is, so that what the others find comes from what they add."""
    assert check(make_project(tmp_path, "")).clashes == ()


@pytest.mark.slow
def test_shape_broken_by_an_inference_names_the_claim_it_follows_from(tmp_path: Path) -> None:
    """A shape that only an inferred triple breaks is told with file and line of the claim behind it."""
    project = make_project(tmp_path, "nk:crosser rdfs:subPropertyOf nk:buyer .")
    (clash,) = check(project).clashes

    assert clash.finding.rule == "property-on-another-class"
    assert "(follows from claim:a-report/case-1/crossing-1)" in clash.finding.message
    assert (clash.finding.path, clash.finding.line) == (project.data / "claims" / "a-report" / "case-1.yaml", 9)
