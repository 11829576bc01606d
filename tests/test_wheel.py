"""The wheel holds everything: installed alone, it builds, answers and serves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a wheel built from the tree and unpacked in a folder of its own, ahead of the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("nkgraph-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True)
    return {**os.environ, "PYTHONPATH": str(folder / "site"), "NKGRAPH_DOCUMENTS": "", "WORK": str(folder)}


def _run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "nkgraph", *arguments]
    done = subprocess.run(command, env=environment, cwd=environment["WORK"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_installed_wheel_builds_answers_and_serves(installed: dict[str, str]) -> None:
    """Without the source tree at hand, the wheel builds its own data, answers a query, and serves it over HTTP."""
    where = subprocess.run(
        [sys.executable, "-c", "import nkgraph; print(nkgraph.__file__)"],
        env=installed,
        cwd=installed["WORK"],
        capture_output=True,
        text=True,
    )
    assert installed["PYTHONPATH"] in where.stdout

    _run(installed, "build")
    assert len(_run(installed, "query", "accounts", "--format", "csv").splitlines()) == 54

    command = [sys.executable, "-m", "nkgraph", "serve", "--port", "0"]
    server = subprocess.Popen(command, env=installed, cwd=installed["WORK"], stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        address = re.search(r"http://\S+/", server.stderr.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}queries/persons.csv", timeout=20) as answer:
            assert len(answer.read().splitlines()) == 46
    finally:
        server.send_signal(signal.SIGTERM)
        for _ in range(100):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    assert server.poll() is not None
