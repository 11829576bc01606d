"""The pool: children that the kernel ends, answers that are whole or none."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from serving_fixtures import MINI, RUNAWAY, running_pool, write_graph_file
from test_sparql import SERVICE_CALLS

from nkgraph import frames
from nkgraph.answers import QueryService, Template, start_template
from nkgraph.errors import NkgraphError
from nkgraph.evaluation import LocalAnswers
from nkgraph.proofs.loading import build_explainer
from nkgraph.sparql import Answer, Limits, Problem, SparqlRequest
from nkgraph.store import open_files

LIMITS = Limits(deadline=1.0, memory=48 * 2**20, children=6, wait=3.0)
XSD = "http://www.w3.org/2001/XMLSchema#"
LVZHOU = ox.NamedNode("https://w3id.org/nkgraph/place/lvzhou")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[QueryService, Template]]:
    with running_pool(tmp_path_factory.mktemp("pool"), LIMITS) as (service, template):
        yield service, template


def ask(service: QueryService, query: str, **fields: Any) -> Answer:
    return service.ask(SparqlRequest(query, **{"format": "csv", **fields}))


def children_of(pid: int | None) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text(encoding="ascii").split()]


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@pytest.mark.parametrize(
    "request_",
    [
        SparqlRequest(COUNT, format="json"),
        SparqlRequest("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o", accept="text/csv"),
        SparqlRequest("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", format="ttl"),
        SparqlRequest(
            "SELECT ?o ?s { ?s ?p ?o } ORDER BY ?o",
            substitutions={"s": LVZHOU},
        ),
        SparqlRequest("ASK { ?s ?p ?x }", substitutions={"x": ox.Literal("mini", language="en")}),
        SparqlRequest(
            "ASK { ?s ?p ?x }",
            substitutions={"x": ox.Literal("4", datatype=ox.NamedNode(XSD + "integer"))},
        ),
        SparqlRequest(COUNT, default_graphs=("urn:a", "https://w3id.org/nkgraph/graph/ontology"), format="xml"),
        SparqlRequest("ASK { <place/lvzhou> ?p ?o }", base="https://w3id.org/nkgraph/"),
        SparqlRequest("SELEKT"),
        SparqlRequest("SELECT * { ?s ex:p ?o }"),
        SparqlRequest("CLEAR ALL"),
        SparqlRequest("ASK {}", accept="image/png"),
    ],
)
def test_pool_answers_as_this_process_does(pool: tuple[QueryService, Template], request_: SparqlRequest) -> None:
    """What passes through the socket is the same answer, byte for byte, or the same refusal."""
    local = LocalAnswers(open_files([MINI / "mini.trig"]), LIMITS)

    assert local.ask(request_) == pool[0].ask(request_)


def test_deadline_ends_the_query_and_nobody_else(pool: tuple[QueryService, Template]) -> None:
    """Runaways get 504 just after the deadline; meanwhile others are answered right, and soon."""
    service, template = pool
    expected = ask(service, COUNT).body
    with ThreadPoolExecutor(3) as executor:
        started = time.monotonic()
        runaways = [executor.submit(ask, service, RUNAWAY) for _ in range(3)]
        light = 0
        while not all(future.done() for future in runaways):
            answer = ask(service, COUNT)
            assert (200, expected) == (answer.status, answer.body)
            light += 1
        took = time.monotonic() - started

    assert [future.result().status for future in runaways] == [504] * 3
    assert LIMITS.deadline <= took < LIMITS.deadline + 2
    assert light > 10
    assert template.is_alive()
    assert "1 second" in str(runaways[0].result().error)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (GROUP_CONCAT(STR(?x); separator='" + "-" * 3000 + "') AS ?y) { ?a ?x ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a ?b",
    ],
)
def test_memory_is_capped(pool: tuple[QueryService, Template], query: str) -> None:
    """A query beyond its memory gets 507 (or 504, where the deadline comes first); the template and others live on."""
    service, template = pool

    answer = ask(service, query)

    assert answer.status in {504, 507}
    assert template.is_alive()
    assert ask(service, COUNT).status == 200


def test_memory_cap_is_507(tmp_path: Path) -> None:
    """With time enough, it is the memory that ends a query."""
    with running_pool(tmp_path, Limits(deadline=30, memory=24 * 2**20)) as (service, _):
        answer = ask(service, "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")

    assert answer.error is not None
    assert 507 == answer.status == answer.error.status
    assert "memory" in answer.error.message


def test_caps_of_bytes_and_rows(tmp_path: Path) -> None:
    """Over the caps of bytes and rows there is no answer, for the child as for this process."""
    with running_pool(tmp_path, Limits(answer_bytes=5000)) as (service, _):
        assert ask(service, "SELECT * { ?s ?p ?o }").status == 413
        assert ask(service, COUNT).status == 200
    with running_pool(tmp_path, Limits(rows=20)) as (service, _):
        assert ask(service, "SELECT * { ?s ?p ?o }").status == 413
        assert ask(service, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", format="nt").status == 413


def test_large_answer_is_whole(tmp_path: Path) -> None:
    """An answer of many packets comes whole."""
    with running_pool(tmp_path, Limits()) as (service, _):
        answer = ask(service, "SELECT * { ?a ?b ?c . ?d ?e ?f }", format="tsv")

    assert answer.body.count(b"\n") - 1 == 178 * 178
    assert len(answer.body) > 3_000_000


def test_killed_child_is_replaced_unnoticed(pool: tuple[QueryService, Template]) -> None:
    """kill -9 of idle and of busy children: every light query is answered, and right."""
    service, template = pool
    expected = ask(service, COUNT).body
    stop = threading.Event()
    wrong: list[Answer] = []
    asked = [0]

    def keep_asking() -> None:
        while not stop.is_set():
            answer = ask(service, COUNT)
            asked[0] += 1
            if (answer.status, answer.body) != (200, expected):
                wrong.append(answer)

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    killed = 0
    for _ in range(20):
        for pid in children_of(template.pid)[:1]:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        time.sleep(0.03)
    stop.set()
    for thread in threads:
        thread.join()

    assert killed >= 15
    assert asked[0] > 50
    # a query whose two children were both killed is told so: it is never answered wrong
    assert {507} >= {answer.status for answer in wrong}
    assert len(wrong) <= 1


def test_query_whose_children_are_killed_is_told(pool: tuple[QueryService, Template]) -> None:
    """One retry, not more: a query that takes its children down cannot do so for ever."""
    service, template = pool
    service.close()
    wait_until(lambda: not children_of(template.pid))
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(ask, service, RUNAWAY)
        for _ in range(2):
            wait_until(lambda: children_of(template.pid))
            time.sleep(0.05)
            os.kill(children_of(template.pid)[0], signal.SIGKILL)
            wait_until(lambda: True)

    assert future.result().status == 507


def test_crash_of_the_engine_is_told(pool: tuple[QueryService, Template]) -> None:
    """A query on which the engine breaks down gets 500; the next one is answered."""
    service, _ = pool

    answer = ask(service, "ASK { ?s ?p ?o FILTER(" + "!" * 30_000 + "true) }")

    assert answer.status == 500
    assert "signal 11" in str(answer.error)
    assert ask(service, COUNT).status == 200


def test_hundred_clients_at_once(pool: tuple[QueryService, Template]) -> None:
    """A hundred threads, six children: all are answered, and right."""
    service, _ = pool
    queries = [f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} LIMIT {n}" for n in range(1, 101)]
    expected = ask(service, COUNT).body
    with ThreadPoolExecutor(100) as executor:
        answers = list(executor.map(lambda query: ask(service, query), queries))

    assert {(200, expected)} == {(answer.status, answer.body) for answer in answers}


def ask_from_threads(service: QueryService) -> set[int]:
    barrier = threading.Barrier(LIMITS.children)

    def ask_with_the_others(_: int) -> int:
        barrier.wait()
        return ask(service, COUNT).status

    with ThreadPoolExecutor(LIMITS.children) as executor:
        return set(executor.map(ask_with_the_others, range(LIMITS.children)))


def test_threads_of_a_forked_process_start_at_once(pool: tuple[QueryService, Template]) -> None:
    """A process forked after the service was made asks with all its threads at the same moment: each is answered."""
    service, _ = pool
    for _ in range(20):
        service.close()  # its children are free for the other process
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                sys.setswitchinterval(1e-6)
                status = int(ask_from_threads(service) != {200})
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0


@pytest.mark.slow
def test_too_many_at_once_are_told(tmp_path: Path) -> None:
    """Over the cap a query waits its turn, then gets 503; from two clients too, which know nothing of each other."""
    limits = Limits(deadline=2.0, children=1, wait=0.3)
    with running_pool(tmp_path, limits) as (service, _), ThreadPoolExecutor(1) as executor:
        other = QueryService(service.socket_path, limits)
        slow = executor.submit(ask, service, RUNAWAY)
        time.sleep(0.2)
        for client in (service, other):
            answer = ask(client, COUNT)
            assert answer.error is not None
            assert answer.status == 503
            assert "being answered already" in answer.error.message
        assert slow.result().status == 504
        service.close()
        assert ask(other, COUNT).status == 200
        other.close()


def test_template_gone_and_back(tmp_path: Path) -> None:
    """Without a template there is 503 with a clear text; with a new one at the same socket, answers again."""
    graph = write_graph_file(tmp_path)
    template = start_template(graph, tmp_path / "s", LIMITS)
    service = QueryService(tmp_path / "s", LIMITS)
    try:
        assert ask(service, COUNT).status == 200
        assert template.pid is not None
        orphans = children_of(template.pid)
        os.kill(template.pid, signal.SIGKILL)
        wait_until(lambda: not template.is_alive())
        service.close()
        answer = ask(service, COUNT)
        assert answer.error is not None
        assert (answer.status, answer.error.message) == (503, "the graph is not loaded at the moment")
        template.start()
        assert ask(service, COUNT).status == 200
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))
    finally:
        service.close()
        template.stop()


def test_stopped_template_leaves_nothing(tmp_path: Path) -> None:
    """Stopping ends the children, the busy ones too, and removes the socket."""
    with running_pool(tmp_path, Limits(deadline=20)) as (service, template), ThreadPoolExecutor(1) as executor:
        busy = executor.submit(ask, service, RUNAWAY)
        wait_until(lambda: children_of(template.pid))
        pids = children_of(template.pid)
        time.sleep(0.1)
        template.stop()
        assert busy.result().status in {503, 507}

    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not (tmp_path / "s").exists()


def test_template_ends_with_its_parent(tmp_path: Path) -> None:
    """When our end of its standard input closes, however that comes, the template goes."""
    template = start_template(write_graph_file(tmp_path), tmp_path / "s", LIMITS)
    template.release()

    wait_until(lambda: not template.is_alive())


def test_graph_that_cannot_be_loaded(tmp_path: Path) -> None:
    """The template's mistake is raised here, in the words of the store."""
    with pytest.raises(NkgraphError, match="nkgraph build"):
        start_template(tmp_path / "none.nq", tmp_path / "s")


@pytest.mark.parametrize("query", SERVICE_CALLS)
def test_service_never_reaches_the_network(pool: tuple[QueryService, Template], query: str) -> None:
    """Refused by its tokens, each spelling that the engine might follow."""
    assert ask(pool[0], query).status == 400


def test_child_cannot_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a call to pass the tokens, the child still has no descriptor to connect with."""
    from nkgraph import evaluation, template

    heard = socket.create_server(("127.0.0.1", 0))
    heard.settimeout(1)
    port = heard.getsockname()[1]
    monkeypatch.setattr(evaluation, "refuse_service", lambda _: None)
    store = open_files([MINI / "mini.trig"])
    evaluation.evaluate(store, SparqlRequest("ASK {}"), LIMITS)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        template.run_child(store, build_explainer(store), theirs, LIMITS)
    theirs.close()
    ours.settimeout(10)
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
    frames.await_ready(ours)
    frames.send(ours, {}, frames.pack_request(SparqlRequest(query)))
    answer = frames.unpack_answer(*frames.receive(ours))
    ours.close()
    os.waitpid(pid, 0)

    assert answer.error is not None
    assert answer.status >= 400
    with pytest.raises(TimeoutError):
        heard.accept()
    heard.close()


# --- frames ---------------------------------------------------------------------------------------------------------


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@pytest.mark.parametrize("size", [0, 1, 59_999, 60_000, 60_001, 500_000])
def test_messages_arrive_whole(size: int) -> None:
    """Whatever the length, what is received is what was sent."""
    left, right = pair()
    body = os.urandom(size)
    thread = threading.Thread(target=frames.send, args=(left, {"a": "é"}, body))
    thread.start()

    assert ({"a": "é"}, body) == frames.receive(right)
    thread.join()
    left.close()
    right.close()


@pytest.mark.parametrize(
    ("packets", "error"),
    [
        ([b"Dhalf"], frames.LostError),
        ([b"Dhalf", b'L{"length": 9}'], frames.LostError),
        ([b"Dhalf", b"X9"], frames.EndedError),
        ([b"B"], frames.BusyError),
        ([b"?"], frames.LostError),
        ([], frames.LostError),
    ],
)
def test_half_a_message_is_none(packets: list[bytes], error: type[Exception]) -> None:
    """A message that breaks off, or lies about its length, is never taken for an answer."""
    left, right = pair()
    for packet in packets:
        left.send(packet)
    left.close()

    with pytest.raises(error):
        frames.receive(right)
    right.close()


def test_requests_and_answers_survive_packing() -> None:
    """What is packed is unpacked the same."""
    xsd = "http://www.w3.org/2001/XMLSchema#date"
    request = SparqlRequest(
        "ASK {}",
        ("urn:a",),
        ("urn:b", "urn:c"),
        {
            "a": ox.NamedNode("urn:é"),
            "b": ox.Literal("x", language="en"),
            "c": ox.Literal("1999", datatype=ox.NamedNode(xsd)),
        },
        "text/*",
        None,
        "urn:base",
    )
    answer = Answer.refuse(Problem(400, "no", 1, 2, "yes"))

    assert request == frames.unpack_request(frames.pack_request(request))
    assert answer == frames.unpack_answer(*frames.pack_answer(answer))
