"""Answers from killable children: the template process as its parent sees it, and the client that asks it.

What is promised: a query ends at its deadline, or beyond its memory, with a clear answer (504, 507); a child that ends
for any other reason is replaced and asked once more, unnoticed; an answer is whole or it is none.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import NkgraphError, ServeError
from nkgraph.frames import (
    BusyError,
    EndedError,
    LostError,
    await_ready,
    pack_question,
    pack_request,
    receive,
    send,
    unpack_answer,
)
from nkgraph.sparql import Answer, Limits, Problem, SparqlRequest

__all__ = ["QueryService", "Template", "start_template"]

#: How much longer than the deadline a client waits before it holds its child for lost.
_GRACE: Final = 5.0
#: Connections (and so children) that a client keeps for the next query.
_KEPT: Final = 8
#: Seconds between two attempts where other processes hold all children.
_POLL: Final = 0.02
_NO_TEMPLATE: Final = Problem(503, "the graph is not loaded at the moment", remedy="ask again in some seconds")


class Template:
    """The template process: started, watched and stopped by the process that owns it."""

    def __init__(
        self,
        paths: Sequence[Path],
        socket_path: Path,
        limits: Limits,
        *,
        files: bool = False,
        rules: Path | None = None,
    ) -> None:
        self.socket_path = socket_path
        settings = {
            "paths": [str(p) for p in paths],
            "socket": str(socket_path),
            "files": files,
            "rules": None if rules is None else str(rules),
        }
        self._command = json.dumps({**settings, "limits": attrs.asdict(limits)})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, or None before the start."""
        return None if self._process is None else self._process.pid

    def launch(self) -> None:
        """Start the process, not waiting until it has loaded the graph."""
        self.release()
        command = [sys.executable, "-m", "nkgraph.template", self._command]
        # a process that forks has no threads, which a library of numbers would start
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def start(self, timeout: float = 600.0) -> int:
        """Start the process, wait until it answers, and return the number of quads it has loaded.

        Raises:
            NkgraphError: the graph cannot be loaded, in the words of ``store``.
            ServeError: it ended, or did not answer in time.
        """
        self.launch()
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], timeout)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self.stop()
            raise ServeError("the process that holds the graph did not start")
        said = json.loads(line)
        if "error" in said:
            self.stop()
            path = None if said["path"] == "None" else Path(said["path"])
            raise NkgraphError(said["error"], path=path, line=said["line"], remedy=said["remedy"])
        return int(said["quads"])

    def is_alive(self) -> bool:
        """Say whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def release(self) -> None:
        """Close our ends of the pipes to it: a process that still runs ends itself."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def stop(self) -> None:
        """End the process and its children, and wait until it is gone."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self.release()
        self._process = None


def start_template(
    graph_file: Path, socket_path: Path, limits: Limits | None = None, *, rules: Path | None = None
) -> Template:
    """Return the running template of a built graph, listening on a socket; ``rules`` is the folder of its domain rules.

    Raises:
        NkgraphError: the graph cannot be loaded.
        ServeError: the process did not start.
    """
    template = Template([graph_file], socket_path, limits or Limits(), rules=rules)
    template.start()
    return template


@attrs.define
class _Connection:
    """A connection to a child; ``used`` says that the child may have ended since it last answered."""

    socket: socket.socket
    used: bool = False


class QueryService:
    """Asks the template's children; for any number of threads, and for processes forked after it was made."""

    def __init__(self, socket_path: Path, limits: Limits | None = None) -> None:
        self.socket_path = socket_path
        self.limits = limits or Limits()
        self._start()
        # before any thread of the forked process runs: two that started anew at once would undo each other's lock
        start = weakref.WeakMethod(self._start)
        os.register_at_fork(after_in_child=lambda: (method := start()) and method())

    def _start(self) -> None:
        """Begin without connections: those of the process that was forked are its own."""
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(self.limits.children)

    def ask(self, request: SparqlRequest) -> Answer:
        """Return the answer; what goes wrong is an answer too.

        503 when no child can be had in time or the template is gone, 504 at the deadline, 507 beyond the memory, 500
        when two children ended on the same query without one of these reasons.
        """
        return self._send(pack_request(request))

    def explain(self, triple: ox.Triple) -> Answer:
        """Return why a triple is in the graph, as JSON (``proofs.jsonfiles``); refusals as those of ``ask``."""
        return self._send(pack_question((str(triple.subject), str(triple.predicate), str(triple.object))))

    def _send(self, body: bytes) -> Answer:
        until = time.monotonic() + self.limits.wait
        if not self._turns.acquire(timeout=self.limits.wait):
            return Answer.refuse(self._busy())
        try:
            return self._ask(body, until)
        finally:
            self._turns.release()

    def _ask(self, body: bytes, until: float) -> Answer:
        deaths = 0
        while True:
            connection = self._connect()
            if isinstance(connection, Problem):
                return Answer.refuse(connection)
            was_used, connection.used = connection.used, True
            try:
                if not was_used:
                    await_ready(connection.socket)
                send(connection.socket, {}, body)
                answer = unpack_answer(*receive(connection.socket))
            except BusyError:
                connection.socket.close()
                if time.monotonic() > until:
                    return Answer.refuse(self._busy())
                time.sleep(_POLL)
            except (EndedError, LostError) as error:
                connection.socket.close()
                problem = self._judge(error)
                if problem is not None:
                    return Answer.refuse(problem)
                # a child that was kept may have ended long before this query
                deaths += not was_used or (isinstance(error, EndedError) and error.signal == signal.SIGSEGV)
                if deaths > 1:
                    return Answer.refuse(_describe_death(error))
            except BaseException:
                connection.socket.close()
                raise
            else:
                self._keep(connection)
                return answer

    def _busy(self) -> Problem:
        message = f"{self.limits.children} queries are being answered already"
        return Problem(503, message, remedy="ask again in some seconds")

    def _judge(self, error: EndedError | LostError) -> Problem | None:
        """Return the problem that a child's end is, or None if the query may be asked again."""
        ended_by = error.signal if isinstance(error, EndedError) else None
        if ended_by == signal.SIGALRM or isinstance(error.__cause__, TimeoutError):
            message = f"the query was ended after {self.limits.deadline:g} seconds"
            return Problem(504, message, remedy="ask for less, or query your own copy of the dataset")
        if ended_by == signal.SIGABRT:
            message = f"the query was ended: it needs more than {self.limits.memory:,} bytes of memory"
            return Problem(507, message, remedy="ask for less, or query your own copy of the dataset")
        return None

    def _connect(self) -> _Connection | Problem:
        """Return a connection that was kept, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        fresh = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fresh.settimeout(self.limits.deadline + _GRACE)
        try:
            fresh.connect(str(self.socket_path))
        except OSError:
            fresh.close()
            return _NO_TEMPLATE
        return _Connection(fresh)

    def _keep(self, connection: _Connection) -> None:
        with self._lock:
            if len(self._idle) < min(_KEPT, self.limits.children):
                self._idle.append(connection)
                return
        connection.socket.close()

    def close(self) -> None:
        """Close the connections that are kept, so that their children end."""
        with self._lock:
            while self._idle:
                self._idle.pop().socket.close()


def _describe_death(error: EndedError | LostError) -> Problem:
    if isinstance(error, LostError) or error.signal == 0:
        return _NO_TEMPLATE
    if error.signal == signal.SIGKILL:
        message = "the query was ended twice by the system, most likely for want of memory"
        return Problem(507, message, remedy="ask for less, or query your own copy of the dataset")
    message = f"the query engine broke down on this query (signal {error.signal}), twice"
    return Problem(500, message, remedy="simplify the query; deeply nested ones are the usual cause")
