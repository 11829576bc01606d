"""The walk of ``docs/adding-a-document.md``: its commands run as written, one after the other, and give what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "adding-a-document.md"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The commands of the page, run from the source tree in one shell, with a folder for temporary files of its own."""
    commands = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    binary = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{binary}:{os.environ['PATH']}",
        "TMPDIR": str(tmp_path_factory.mktemp("walk")),
        "NKGRAPH_DOCUMENTS": "",
    }
    script = "set -eu\n" + "".join(commands)
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )


def test_every_command_succeeds(walk: subprocess.CompletedProcess[str]) -> None:
    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert "violation" not in walk.stdout


def test_the_answer_is_the_one_shown(walk: subprocess.CompletedProcess[str]) -> None:
    (answer,) = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert walk.stdout.endswith(answer)


def test_the_claim_shown_is_drafted() -> None:
    """The example of a claim is one that the draft of the fixture holds."""
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    (said,) = re.findall(r"says: (.*)", example)
    (start, end) = re.findall(r"start: (\d+), end: (\d+)", example)[0]
    text = (ROOT / "tests" / "fixtures" / "drafting" / "documents" / "the-harbour-report.txt").read_text(
        encoding="utf-8"
    )
    assert " ".join(text[int(start) : int(end)].split()) in example
    assert "type: Crossing" in said


#: Where the message of a wrong turn comes from: each stands in the source as the page has it.
SOURCES = ("src/nkgraph/**/*.py", "shapes/*.ttl")


def test_the_messages_are_those_of_the_program() -> None:
    """Each message of the table of wrong turns is one that the program has."""
    everything = "\n".join(path.read_text(encoding="utf-8") for glob in SOURCES for path in sorted(ROOT.glob(glob)))
    known = re.sub(r"\{[^{}]*\}", "…", everything)
    rows = re.findall(r"(?m)^\| (`.*?) \| [^|]*\|$", PAGE.read_text(encoding="utf-8"))
    parts = [part for row in rows for said in re.findall(r"`([^`]+)`", row) for part in re.split(r"…|;|'", said)]
    parts = [re.sub(r"the-harbour-report|EUC-KR|spacy", "", part).strip() for part in parts]
    assert len(rows) > 10
    assert [part for part in parts if part and part not in known] == []
