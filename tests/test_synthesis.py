"""Invented data: the shape of the graph, none of its words, and the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from wrong_input_table import SMALL

from nkgraph.errors import BuildError
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, ONTOLOGY
from nkgraph.pipeline import assemble, read_source
from nkgraph.project import default_project
from nkgraph.synthesis import INVENTED, invent

pytestmark = pytest.mark.slow

TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SPOKEN = {"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}


@pytest.fixture(scope="module")
def real() -> list[ox.Quad]:
    """What the small project asserts."""
    return assemble(read_source(default_project(data=SMALL / "data"))).quads


def of_copy(quads: list[ox.Quad], copy: int) -> set[ox.Quad]:
    return {q for q in quads if f"/invented-{copy}-" in str(q)}


def names_of(q: ox.Quad) -> list[str]:
    return [term.value for term in (q.subject, q.object, q.graph_name) if isinstance(term, ox.NamedNode)]


def test_each_copy_has_the_shape_of_the_graph(real: list[ox.Quad]) -> None:
    """A copy has as many triples of each predicate, and members of each class, as the graph has of its own things."""
    made = list(invent(real, 2))
    ours = ("claim/", "id/", "org/", "place/", "work/", "graph/document/")
    own = {
        q for q in real if q.graph_name != PROVENANCE and any(n.startswith(BASE + o) for n in names_of(q) for o in ours)
    }

    def shape(quads: set[ox.Quad]) -> Counter[object]:
        return Counter(q.object if q.predicate == TYPE else q.predicate for q in quads)

    # codes are drawn anew, so two of one thing may have become one
    for copy in (1, 2):
        found = shape(of_copy(made, copy))
        assert found.keys() == shape(own).keys()
        assert all(0 <= count - found[name] <= 0.1 * count for name, count in shape(own).items())
    assert (
        len(set(made))
        == len(of_copy(made, 1))
        + len(of_copy(made, 2))
        + len({q for q in real if q.graph_name != PROVENANCE} - own)
        + 1
    )


@pytest.mark.parametrize("provenance", [False, True])
def test_no_word_and_no_name_of_the_graph_is_left(real: list[ox.Quad], provenance: bool) -> None:
    """In a copy every text is marked as invented, and every name that is not of the schema or the law is a number."""
    made = list(invent(real, 1, provenance=provenance))
    own = of_copy(made, 1)
    texts = {q.object.value for q in own if isinstance(q.object, ox.Literal) and q.object.datatype.value in SPOKEN}
    assert texts and all(text.startswith("invented ") for text in texts)
    kept = {name for q in own for name in names_of(q) if "/invented-" not in name}
    assert kept and all(
        name.startswith(
            (
                ONTOLOGY,
                *(
                    BASE + kind
                    for kind in ("code/", "state/", "instrument/", "provision/", "jurisdiction/", "graph/", "status/")
                ),
            )
        )
        or not name.startswith(BASE)
        for name in kept
    )
    known = {q.object for q in real if isinstance(q.object, ox.NamedNode) and not q.object.value.startswith(BASE)}
    types = {q.object for q in own if q.predicate == TYPE}
    assert {q.object for q in own if q.predicate != TYPE} & (known - types) <= {q.subject for q in real}
    assert any(q.graph_name == PROVENANCE for q in made) == provenance
    assert "Invented data" in str(next(q for q in made if q.graph_name == INVENTED))


def test_dates_move_and_keep_their_order(real: list[ox.Quad]) -> None:
    """No date of one thing is what it was, and each still begins before it ends."""
    begin, end = (ox.NamedNode(ONTOLOGY + name) for name in ("begin", "end"))

    def spans(quads: set[ox.Quad]) -> list[tuple[str, str]]:
        ends = {q.subject: str(q.object) for q in quads if q.predicate == end}
        return [(str(q.object), ends[q.subject]) for q in quads if q.predicate == begin and q.subject in ends]

    found = spans(of_copy(list(invent(real, 1)), 1))
    assert found and all(first <= last for first, last in found)
    years = Counter(first for first, _ in spans(set(real)))
    assert Counter(first for first, _ in found) != years


def test_same_bytes_for_any_order_and_hash_seed(real: list[ox.Quad], tmp_path: Path) -> None:
    """The command writes to a file what it prints, whatever seed Python hashes with; input order does not matter."""
    assert list(invent(list(reversed(real)), 2)) == list(invent(real, 2))
    command = [sys.executable, "-m", "nkgraph", "synth", "2", "--data", str(SMALL / "data")]
    printed = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        printed.append(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    subprocess.run([*command, "--output", str(tmp_path / "two.nq")], env=environment, check=True)
    assert printed[0] == printed[1] == (tmp_path / "two.nq").read_bytes()
    assert list(ox.parse(printed[0], format=ox.RdfFormat.N_QUADS)) == list(invent(real, 2))


def test_a_reader_that_stops_early_is_no_bug() -> None:
    """Where what is printed is piped into a command that stops reading, the command ends quietly."""
    command = f"{sys.executable} -m nkgraph synth 50 --data {SMALL / 'data'} | head -1"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


def test_less_than_one_copy_is_refused(real: list[ox.Quad]) -> None:
    """No copies are no data."""
    with pytest.raises(BuildError, match="0 copies cannot be made; ask for one or more"):
        list(invent(real, 0))
