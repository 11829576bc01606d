"""The server as a whole: gunicorn on a free port, its children, its end."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from serving_fixtures import MINI, RUNAWAY, write_graph_file

from nkgraph.errors import ServeError
from nkgraph.serving import bind

SCRIPT = """
import sys
from pathlib import Path
from nkgraph.errors import NkgraphError
from nkgraph.queries import load_queries
from nkgraph.serving import serve
from nkgraph.sparql import Limits
try:
    queries = load_queries(Path(sys.argv[2]))
    sys.exit(serve([Path(sys.argv[1])], queries, port=int(sys.argv[3]), limits=Limits(deadline=1)))
except NkgraphError as error:
    sys.exit(str(error))
"""


def processes_of(group: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def start(graph: Path, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(graph), str(MINI / "queries"), str(port)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    server = start(write_graph_file(folder))
    assert server.stderr is not None
    try:
        ready, _, _ = select.select([server.stderr], [], [], 30)
        line = server.stderr.readline() if ready else ""
        address = re.search(r"http://[0-9.:]+", line)
        assert address is not None, line
        yield address.group(), server
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
        server.stderr.close()


def fetch(url: str, query: str | None = None) -> tuple[int, bytes]:
    if query is not None:
        url += "/sparql?" + urllib.parse.urlencode({"query": query, "format": "csv"})
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.mark.slow
def test_server_answers_kills_recovers_and_ends(tmp_path: Path) -> None:
    """One server: right answers beside runaways, a template killed and back, and after the end nothing is left."""
    with serving(tmp_path) as (url, server):
        status, body = fetch(url + "/-/health")
        assert (status, json.loads(body)["ok"]) == (200, True)
        expected = fetch(url, COUNT)
        assert expected[0] == 200
        assert b"<h1>" in fetch(url + "/place/lvzhou?format=html")[1]

        with ThreadPoolExecutor(10) as executor:
            runaways = [executor.submit(fetch, url, RUNAWAY) for _ in range(3)]
            light = [executor.submit(fetch, url, COUNT) for _ in range(100)]
            assert {expected} == {future.result() for future in light}
            assert [future.result()[0] for future in runaways] == [504] * 3

        template = next(
            pid
            for pid in processes_of(server.pid)
            if b"nkgraph.template" in Path(f"/proc/{pid}/cmdline").read_bytes()
            and f"\nPPid:\t{server.pid}\n" in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        )
        os.kill(template, signal.SIGKILL)
        seen = set()
        end = time.monotonic() + 15
        while time.monotonic() < end:
            seen.add(fetch(url, COUNT)[0])
            others = [
                p for p in processes_of(server.pid) if b"nkgraph.template" in Path(f"/proc/{p}/cmdline").read_bytes()
            ]
            if any(f"\nPPid:\t{server.pid}\n" in Path(f"/proc/{p}/status").read_text(encoding="ascii") for p in others):
                break
            time.sleep(0.05)
        while fetch(url, COUNT) != expected:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert seen <= {200, 503}

        runaway = ThreadPoolExecutor(1).submit(fetch, url, RUNAWAY.replace("?n", "?m1"))
        time.sleep(0.2)
        group = server.pid
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
        with suppress(OSError):
            runaway.result()
    end = time.monotonic() + 3
    while processes_of(group) and time.monotonic() < end:
        time.sleep(0.05)
    assert not processes_of(group)


@pytest.mark.slow
def test_killed_server_leaves_no_orphans(tmp_path: Path) -> None:
    """Even kill -9 of the parent ends the workers and the template, soon."""
    with serving(tmp_path) as (_, server):
        group = server.pid
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        end = time.monotonic() + 15
        while processes_of(group) and time.monotonic() < end:
            time.sleep(0.1)
        assert not processes_of(group)


def test_port_in_use_is_told_at_once(tmp_path: Path) -> None:
    """The port and the option are named, before anything is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as raised:
            bind("127.0.0.1", port)

    assert f"port {port}" in str(raised.value)
    assert "--port" in str(raised.value)


def test_free_port_is_found() -> None:
    """Port 0 takes a free one."""
    with bind("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 99999), ("203.0.113.7", 0)])
def test_address_that_cannot_be(host: str, port: int) -> None:
    """A host or port that cannot be had is told with the option."""
    with pytest.raises(ServeError, match="--port"):
        bind(host, port)


def test_graph_that_is_not_there(tmp_path: Path) -> None:
    """Without a graph the server does not start, and says what to do."""
    server = start(tmp_path / "none.nq")
    _, said = server.communicate(timeout=30)

    assert server.returncode != 0
    assert "nkgraph build" in said
