"""The template: a process that holds the graph in memory and forks a child for each connection, to be ended if need be.

``python -m nkgraph.template`` (started by ``answers.Template``). It loads the graph before anything else, has one
thread, and answers nothing itself. A child answers one request after another; the kernel ends it at its deadline
(SIGALRM, also in the midst of the engine's own code) and refuses it memory beyond its share. It has no free file
descriptor, so nothing in a query can open a file or a connection. The template lives as long as its standard input.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Final, NoReturn

import pyoxigraph as ox

from nkgraph.errors import NkgraphError
from nkgraph.evaluation import evaluate
from nkgraph.formats import GRAPHS, SOLUTIONS
from nkgraph.frames import LostError, pack_answer, receive, send, send_busy, send_ended, send_ready, unpack_request
from nkgraph.proofs import Explainer
from nkgraph.proofs.answering import answer_why
from nkgraph.proofs.loading import build_explainer
from nkgraph.sparql import Limits, SparqlRequest
from nkgraph.store import open_files, open_store

__all__ = ["main", "run_child", "run_template"]

#: A child is replaced after so many answers, so that memory cannot creep.
_REQUESTS_PER_CHILD: Final = 1000
#: Standard input, output, error, and the connection.
_DESCRIPTORS: Final = 4


def _warm_up(store: ox.Store, explainer: Explainer, limits: Limits) -> None:
    """Walk every path that may import a module, for a child cannot open files."""
    for form in (*SOLUTIONS, *GRAPHS):
        query = "CONSTRUCT { <urn:a> <urn:b> ?x } WHERE { VALUES ?x { 1 } }" if form in GRAPHS else "ASK {}"
        evaluate(store, SparqlRequest(query, format=form.name), limits)
    broken = (
        "SELECT ?x ?y { VALUES ?x { 1 } } GROUP BY ?x",
        "SELEKT",
        "ASK { ?a ?b }",
        "ASK { a:b ?c ?d }",
        "ASK { <a> ?b ?c }",
    )
    for query in (*broken, "BASE <http://example.org/> ASK FROM <a> FROM <b> { ?s ?p ?o }", "ASK { SERVICE <a:b> {} }"):
        evaluate(store, SparqlRequest(query), limits)
    evaluate(store, SparqlRequest("SELECT (NOW() AS ?a) (RAND() AS ?b) (UUID() AS ?c) {}", accept="text/*;q=x"), limits)
    answer_why(explainer, ("<urn:a>", "<urn:b>", '"c"'), limits)


def _confine(connection: socket.socket, limits: Limits) -> socket.socket:
    """Give this process its share and nothing else; return the connection, its only descriptor but the first three."""
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    os.dup2(connection.detach(), _DESCRIPTORS - 1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(_DESCRIPTORS - 1):
        os.dup2(nothing, descriptor)
    os.closerange(_DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    space = pages * resource.getpagesize() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    return socket.socket(fileno=_DESCRIPTORS - 1)


def run_child(store: ox.Store, explainer: Explainer, connection: socket.socket, limits: Limits) -> NoReturn:
    """Answer the requests of a connection until it closes, in a process of its own that ends with it."""
    status = 1
    try:
        connection = _confine(connection, limits)
        send_ready(connection)
        for _ in range(_REQUESTS_PER_CHILD):
            _, body = receive(connection)
            signal.setitimer(signal.ITIMER_REAL, limits.deadline)
            request = unpack_request(body)
            if isinstance(request, SparqlRequest):
                answer = evaluate(store, request, limits)
            else:
                answer = answer_why(explainer, request, limits)
            send(connection, *pack_answer(answer))
            signal.setitimer(signal.ITIMER_REAL, 0)
            if answer.status == 507:
                break
        status = 0
    except LostError:
        status = 0
    finally:
        os._exit(status)


class _Template:
    """The listening socket and the children, each with a copy of its connection over which its end is told."""

    def __init__(self, store: ox.Store, explainer: Explainer, listener: socket.socket, limits: Limits) -> None:
        self.store = store
        self.explainer = explainer
        self.listener = listener
        self.limits = limits
        self.children: dict[int, socket.socket] = {}

    def accept(self) -> None:
        """Fork a child for a waiting connection, or tell the client that there are enough."""
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        connection.setblocking(True)
        if len(self.children) >= self.limits.children:
            send_busy(connection)
            connection.close()
            return
        try:
            pid = os.fork()
        except OSError:
            send_busy(connection)
            connection.close()
            return
        if pid == 0:
            run_child(self.store, self.explainer, connection, self.limits)
        self.children[pid] = connection

    def reap(self) -> None:
        """Tell the clients of ended children why they have ended."""
        while self.children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            connection = self.children.pop(pid, None)
            if connection is not None:
                send_ended(connection, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
                connection.close()

    def end_children(self) -> None:
        """End all children."""
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self.children:
            pid, _ = os.waitpid(-1, 0)
            connection = self.children.pop(pid, None)
            if connection is not None:
                send_ended(connection, signal.SIGTERM)
                connection.close()


def run_template(store: ox.Store, explainer: Explainer, socket_path: Path, limits: Limits) -> None:
    """Listen on a socket and fork children until standard input closes or SIGTERM comes; then end them.

    One line of JSON on standard output says that it listens, with the number of quads.
    """
    socket_path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(socket_path))
    listener.listen(256)
    listener.setblocking(False)
    wake_read, wake_write = os.pipe()
    for descriptor in (wake_read, wake_write):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    template = _Template(store, explainer, listener, limits)
    gc.collect()
    gc.freeze()
    selector = selectors.DefaultSelector()
    for source in (listener.fileno(), wake_read, sys.stdin.fileno()):
        selector.register(source, selectors.EVENT_READ)
    sys.stdout.write(json.dumps({"quads": len(store)}) + "\n")
    sys.stdout.flush()
    try:
        while not stopped:
            ready = {key.fd for key, _ in selector.select()}
            if wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake_read, 4096)
            template.reap()
            if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 4096):
                break
            if listener.fileno() in ready:
                template.accept()
    finally:
        listener.close()
        socket_path.unlink(missing_ok=True)
        template.end_children()


def main(arguments: list[str]) -> int:
    """Load the graph named by a JSON argument and run the template; return 0, or 2 and the mistake as JSON."""
    settings = json.loads(arguments[0])
    limits = Limits(**settings["limits"])
    paths = [Path(path) for path in settings["paths"]]
    try:
        store = open_files(paths) if settings["files"] else open_store(paths[0])
        explainer = build_explainer(store, Path(settings["rules"]) if settings["rules"] else None)
    except NkgraphError as error:
        problem = {"error": error.message, "path": str(error.path), "line": error.line, "remedy": error.remedy}
        sys.stdout.write(json.dumps(problem) + "\n")
        return 2
    _warm_up(store, explainer, limits)
    run_template(store, explainer, Path(settings["socket"]), limits)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
