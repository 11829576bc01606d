"""Exports as RDF: the same quads by other readers, claims as reifiers, nanopublications, another base, no quotation."""

from __future__ import annotations

import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from wrong_input_table import build_graph

from nkgraph.cli import main
from nkgraph.errors import BuildError, NkgraphError, ParameterError
from nkgraph.exports import BuiltGraph, Part, Request
from nkgraph.exports.bases import check_base, iris_of, rebase
from nkgraph.exports.nanopub import OPEN_KINDS, Nanopub, make_nanopubs
from nkgraph.exports.rdf import SERIALISATIONS
from nkgraph.exports.rdf12 import REIFIES
from nkgraph.exports.table import EXPORTS
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, PREFIXES, graph_iri, ontology_iri
from nkgraph.ontology import load_vocabulary
from nkgraph.pipeline import read_source
from nkgraph.project import default_project
from nkgraph.writing import write_folder

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
ELSEWHERE = "https://example.org/nk/"
READERS = {"nq": "nquads", "trig": "trig", "jsonld": "json-ld", "ttl": "turtle", "nt": "nt", "rdf": "xml"}
PARSERS = {**SERIALISATIONS, "rdf12": ox.RdfFormat.N_QUADS, "ttl12": ox.RdfFormat.TURTLE, "nanopub": ox.RdfFormat.TRIG}
DEFAULT = ox.DefaultGraph()
NP, NPX, PROV = "http://www.nanopub.org/nschema#", "http://purl.org/nanopub/x/", PREFIXES["prov"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> BuiltGraph:
    """The graph of the small project."""
    file = tmp_path_factory.mktemp("small") / "nkgraph.nq"
    file.write_bytes(build_graph())
    return BuiltGraph(file)


@pytest.fixture(scope="module")
def real(built_graph: Path) -> BuiltGraph:
    """The graph of the project's own data."""
    return BuiltGraph(built_graph)


def write(graph: BuiltGraph, form: str, request: Request | None = None) -> str:
    return "".join(part.text for part in EXPORTS[form].write(graph, request or Request()))


def parse(text: str, form: str) -> list[ox.Quad]:
    return list(ox.parse(text.encode(), format=PARSERS[form]))


def held_by(graph: BuiltGraph, form: str) -> set[ox.Quad]:
    """Return what an export of a graph as RDF is to hold."""
    if PARSERS[form].supports_datasets:
        return set(graph.quads)
    return {quad for quad in graph.quads if quad.graph_name == DEFAULT}


def names_of(quads: Iterable[ox.Quad]) -> dict[ox.NamedNode, set[ox.Triple]]:
    """Return the triples of each named graph."""
    found: dict[ox.NamedNode, set[ox.Triple]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            found[quad.graph_name].add(quad.triple)
    return found


def claims_of(quads: Iterable[ox.Quad]) -> dict[ox.NamedNode, set[ox.Triple]]:
    return {name: found for name, found in names_of(quads).items() if name.value.startswith(BASE + "claim/")}


# RDF as it is


@pytest.mark.parametrize("form", sorted(READERS))
def test_same_quads_come_back(form: str, small: BuiltGraph) -> None:
    """What is written is read as the very quads of the built file."""
    found = parse(write(small, form), form)

    assert set(found) == held_by(small, form)
    assert len(found) == len(set(found))


@pytest.mark.slow
@pytest.mark.parametrize("form", sorted(READERS))
def test_same_quads_come_back_of_the_whole_graph(form: str, real: BuiltGraph) -> None:
    """The same of the project's own data."""
    assert set(parse(write(real, form), form)) == held_by(real, form)


def _key(term: Any) -> tuple[str, ...]:
    """Return a term of either library as the same words: kind, text, datatype or language."""
    if isinstance(term, ox.Literal | rdflib.Literal):
        text = term.value if isinstance(term, ox.Literal) else str(term)
        datatype = term.datatype.value if isinstance(term.datatype, ox.NamedNode) else str(term.datatype or "")
        return "literal", text, term.language or ("" if datatype == PREFIXES["xsd"] + "string" else datatype)
    return "iri", term.value if isinstance(term, ox.NamedNode) else str(term)


def _read_otherwise(text: str, form: str) -> set[tuple[tuple[str, ...], ...]]:
    """Return quads as rdflib reads them."""
    dataset = rdflib.Dataset()
    dataset.parse(data=text, format=READERS[form])
    default = str(dataset.default_graph.identifier)
    return {
        (_key(s), _key(p), _key(o), ("",) if g is None or str(g) == default else _key(g))
        for s, p, o, g in dataset.quads()
    }


@pytest.mark.parametrize("form", sorted(READERS))
def test_another_reader_reads_the_same(form: str, small: BuiltGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib reads of each export what pyoxigraph reads of the built file, numbers as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    wanted = {
        (_key(q.subject), _key(q.predicate), _key(q.object), ("",) if q.graph_name == DEFAULT else _key(q.graph_name))
        for q in held_by(small, form)
    }

    assert _read_otherwise(write(small, form), form) == wanted


def test_lines_are_those_of_the_built_file(small: BuiltGraph) -> None:
    """N-Quads are the built file, byte by byte."""
    assert write(small, "nq").encode() == small.path.read_bytes()


ODD = f"""\
<{BASE}id/a> <{BASE}ontology#n> "41.2370"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<{BASE}id/a> <{BASE}ontology#n> "007"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> <{BASE}claim/x/a> .
<{BASE}id/a> <{BASE}ontology#n> "\\"b\\"\\n\\\\c\\t <{BASE}> é 延 \\U0001F600"@en <{BASE}claim/x/a> .
<{BASE}id/a> <{BASE}ontology#n> "en"@en-GB <{BASE}claim/x/a> .
<{BASE}id/a> <{BASE}ontology#n> <place:not-ours> .
<{BASE}id/a> <{BASE}ontology#n> <https://example.com//x> .
<{BASE}place/> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}place///b> <{BASE}claim/x/a> .
<{BASE}id/a> <{BASE}ontology#n> <{BASE}org///b> .
<{BASE}place/b/c,d> <http://rdfs.org/ns/void#uriSpace> "{BASE}" .
"""


@pytest.fixture
def odd(tmp_path: Path) -> BuiltGraph:
    """A graph of terms that are easily written wrong."""
    file = tmp_path / "nkgraph.nq"
    file.write_text(ODD, encoding="utf-8")
    return BuiltGraph(file)


@pytest.mark.parametrize("form", sorted(READERS))
def test_terms_keep_their_form(form: str, odd: BuiltGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros, escapes, languages, short-looking and odd IRIs come back as they were, in both readers."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    text = write(odd, form)

    assert set(parse(text, form)) == held_by(odd, form)
    assert {row[2] for row in _read_otherwise(text, form)} == {
        (*_key(q.object)[:2], _key(q.object)[2].lower())
        if isinstance(q.object, ox.Literal) and q.object.language
        else _key(q.object)
        for q in held_by(odd, form)
    }


@pytest.mark.parametrize("form", ["ttl", "trig", "ttl12", "nanopub"])
def test_declared_prefixes_are_those_used(form: str, small: BuiltGraph) -> None:
    """No prefix is declared that nothing uses, and they stand by name."""
    for part in EXPORTS[form].write(small, Request()):
        declared = re.findall(r"(?m)^@prefix ([\w-]+): ", part.text)
        body = re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"(?m)^@prefix .*\n", "", part.text))

        assert declared == sorted(set(declared))
        assert set(declared) == set(re.findall(r"(?:^|(?<=[\s^]))([a-z]+):", body))


def test_turtle_says_a_type_first(small: BuiltGraph) -> None:
    """A reader meets what a thing is before what is said of it, also where another property sorts first."""
    blocks = write(small, "ttl").split(" .\n")
    typed = [block for block in blocks if re.search(r"(?m)(?:^\t| )a \w+:", block) and not block.startswith("@prefix")]

    assert any("\tdcterms:title" in block for block in typed)
    assert [block for block in typed if not re.match(r"\S+ a \w+:", block)] == []


@pytest.mark.parametrize("form", sorted(EXPORTS))
def test_order_of_the_file_does_not_matter(form: str, small: BuiltGraph, tmp_path: Path) -> None:
    """The same quads in another order are the same bytes."""
    lines = small.path.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    shuffled = tmp_path / "nkgraph.nq"
    shuffled.write_text("".join(lines), encoding="utf-8")

    assert write(BuiltGraph(shuffled), form) == write(small, form)


# Another base


@pytest.mark.parametrize("form", sorted(name for name, export in EXPORTS.items() if "base" in export.options))
def test_another_base_and_back(form: str, small: BuiltGraph) -> None:
    """Under another base no IRI of ours is left, and the way back gives the same quads."""
    text = write(small, form, Request(base=ELSEWHERE))
    moved = parse(text, form)
    plain = parse(write(small, form), form)

    assert BASE not in text
    assert len(moved) == len(plain)
    if form != "nanopub":
        assert set(rebase(plain, ELSEWHERE)) == set(moved)
        assert len(set(rebase(plain, ELSEWHERE))) == len(set(plain))
        assert {_back(quad) for quad in moved} == set(plain)


def _back(quad: ox.Quad) -> ox.Quad:
    """Return a quad moved back, by its text."""
    line = f"{quad} .".replace(ELSEWHERE, BASE)
    (found,) = ox.parse(line, format=ox.RdfFormat.N_QUADS)
    assert isinstance(found, ox.Quad)
    return found


def test_bases_that_would_mix_ours_and_others(small: BuiltGraph) -> None:
    """A base under which others have IRIs is refused: ours could not be told apart from theirs."""
    with pytest.raises(ParameterError, match="IRIs of others begin with"):
        write(small, "nq", Request(base="http://www.w3.org/"))


def test_base_inside_our_own(small: BuiltGraph) -> None:
    """A base under ours keeps things apart as well."""
    base = BASE + "release/1/"
    assert len(set(rebase(small.quads, base))) == len(set(small.quads))
    assert all(iri.startswith(base) for q in rebase(small.quads, base) for iri in iris_of(q.subject) if BASE in iri)


@pytest.mark.parametrize("base", ["nk/", "https://example.org/nk", "https://example.org/#", "https://example.org/a b/"])
def test_bases_that_are_none(base: str) -> None:
    """A base is an absolute IRI that ends in a slash."""
    with pytest.raises(ParameterError, match="is no base of IRIs"):
        check_base(base)


# RDF 1.2


def _unreify(quads: Iterable[ox.Quad]) -> tuple[set[ox.Triple], dict[ox.NamedNode, set[ox.Triple]]]:
    """Return the triples of an RDF 1.2 export, and the graphs that its reifiers stand for."""
    graphs: dict[ox.NamedNode, set[ox.Triple]] = defaultdict(set)
    triples = set()
    for quad in quads:
        assert quad.graph_name == DEFAULT
        if quad.predicate == REIFIES:
            assert isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Triple)
            graphs[quad.subject].add(quad.object)
        else:
            triples.add(quad.triple)
    return triples, graphs


@pytest.mark.parametrize("form", ["rdf12", "ttl12"])
def test_claims_are_rebuilt_from_reifiers(form: str, real: BuiltGraph) -> None:
    """Each graph of a claim, a rule, reference data or links comes back whole, and the merge of all stands once."""
    found = parse(write(real, form), form)
    triples, graphs = _unreify(found)
    told_apart = ("claim/", "graph/inferred/", "graph/reference/", "graph/links/")

    assert len(found) == len(set(found))
    assert triples == {quad.triple for quad in real.quads if quad.graph_name == DEFAULT}
    assert graphs == {
        name: said
        for name, said in names_of(real.quads).items()
        if name.value.removeprefix(BASE).startswith(told_apart)
    }
    assert {triple for said in graphs.values() for triple in said} <= triples


def test_sparql_finds_the_same_claims(real: BuiltGraph) -> None:
    """SPARQL 1.2 over the reifiers answers as GRAPH does over the named graphs, triple by triple."""
    reified = ox.Store()
    reified.extend(parse(write(real, "rdf12"), "rdf12"))
    start = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> SELECT ?claim ?s ?p ?o WHERE "
    answers = []
    for store, pattern in (
        (reified, "{ ?claim a <%s> ; rdf:reifies <<( ?s ?p ?o )>> . ?s ?p ?o }"),
        (real.store, "{ ?claim a <%s> . GRAPH ?claim { ?s ?p ?o } }"),
    ):
        rows = store.query(start + pattern % ontology_iri("Claim"))
        assert isinstance(rows, ox.QuerySolutions)
        answers.append(sorted(str(row) for row in rows))

    assert answers[0] == answers[1]
    assert len(answers[0]) == sum(len(said) for said in claims_of(real.store).values())


def test_inferred_triples_are_marked(real: BuiltGraph) -> None:
    """A reifier that is a rule is named by the count of that rule, and no claim is."""
    triples, graphs = _unreify(parse(write(real, "rdf12"), "rdf12"))
    rules = {triple.object for triple in triples if triple.predicate.value == ontology_iri("rule")}
    inferred = {name for name in graphs if name.value.startswith(graph_iri("inferred/"))}

    assert inferred
    assert inferred == rules & set(graphs)


# Nanopublications


def _nanopubs(graph: BuiltGraph, **asked: Any) -> list[Nanopub]:
    return list(make_nanopubs(graph.quads, Request(**asked)))


def _parts(graph: BuiltGraph, request: Request | None = None) -> Iterator[Part]:
    return (part for part in EXPORTS["nanopub"].write(graph, request or Request()) if isinstance(part, Part))


def _part(nanopub: Nanopub, name: str) -> set[ox.Triple]:
    return names_of(nanopub.quads)[ox.NamedNode(f"{nanopub.iri}#{name}")]


def _is_protected(nanopub: Nanopub) -> bool:
    mark = ox.Triple(
        ox.NamedNode(nanopub.iri), ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(NPX + "ProtectedNanopub")
    )
    return mark in _part(nanopub, "pubinfo")


def test_claims_and_provenance_are_rebuilt_from_nanopublications(real: BuiltGraph) -> None:
    """Each assertion is the graph of its claim, and their provenance is that of the graph, with nothing besides."""
    nanopubs = _nanopubs(real)
    graphs = names_of(real.quads)
    told: set[ox.Triple] = set()
    for nanopub in nanopubs:
        own = {t for t in _part(nanopub, "provenance") if t.subject != ox.NamedNode(nanopub.iri + "#assertion")}
        told |= own

    assert {n.claim: _part(n, "assertion") for n in nanopubs} == claims_of(real.quads)
    described = {t for name, said in graphs.items() if name.value.startswith(graph_iri("document/")) for t in said}
    assert told - described == graphs[PROVENANCE]
    assert {t.subject for t in told & described} == {
        t.object for t in told if t.predicate.value == ontology_iri("document")
    }


def test_nanopublications_are_well_formed(real: BuiltGraph) -> None:
    """By the guidelines: one head, four graphs of different names, provenance of the assertion, information on the whole."""
    addresses = set()
    for nanopub in _nanopubs(real):
        this, assertion = ox.NamedNode(nanopub.iri), ox.NamedNode(nanopub.iri + "#assertion")
        parts = names_of(nanopub.quads)
        assert {name.value for name in parts} == {
            f"{nanopub.iri}#{part}" for part in ("Head", "assertion", "provenance", "pubinfo")
        }
        assert sorted((str(t.subject), t.predicate.value, str(t.object)) for t in _part(nanopub, "Head")) == sorted(
            [
                (str(this), PREFIXES["rdf"] + "type", f"<{NP}Nanopublication>"),
                (str(this), NP + "hasAssertion", str(assertion)),
                (str(this), NP + "hasProvenance", f"<{nanopub.iri}#provenance>"),
                (str(this), NP + "hasPublicationInfo", f"<{nanopub.iri}#pubinfo>"),
            ]
        )
        sources = {t.predicate.value for t in _part(nanopub, "provenance") if t.subject == assertion}
        assert PROV + "hadPrimarySource" in sources
        assert sources & {PROV + "wasQuotedFrom", PROV + "wasDerivedFrom"}
        assert {t.predicate.value for t in _part(nanopub, "pubinfo") if t.subject == this} >= {
            PREFIXES["dcterms"] + "license",
            PREFIXES["dcterms"] + "creator",
            NPX + "introduces",
        }
        assert not any(isinstance(term, ox.BlankNode) for q in nanopub.quads for term in (q.subject, q.object))
        addresses.add(nanopub.iri)
    assert len(addresses) == len(claims_of(real.quads))


def _judge(python: Path, folder: Path) -> dict[str, str]:
    """Return what the nanopub library says of each file of a folder."""
    done = subprocess.run(
        [str(python), str(HERE / "clients" / "read_nanopubs.py"), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


def test_nanopublications_are_valid(clients_python: Path, small: BuiltGraph, tmp_path: Path) -> None:
    """The library of the nanopublication network finds each valid, its trusty URI too, also under another base."""
    for name, request in (("plain", Request()), ("moved", Request(base=ELSEWHERE, created="2024-02-29"))):
        parts = list(_parts(small, request))
        write_folder(tmp_path / name, ((part.name, part.text) for part in parts))

        assert _judge(clients_python, tmp_path / name) == {part.name: "ok" for part in parts}


def test_odd_terms_have_the_right_hash(clients_python: Path, odd: BuiltGraph, tmp_path: Path) -> None:
    """Escapes, languages and datatypes are hashed as the library hashes them."""
    parts = list(_parts(odd))
    write_folder(tmp_path / "odd", ((part.name, part.text) for part in parts))

    assert _judge(clients_python, tmp_path / "odd") == {"x/a.trig": "ok"}


def test_changed_nanopublication_is_noticed(clients_python: Path, small: BuiltGraph, tmp_path: Path) -> None:
    """One other letter, and the address does not fit any more: the check can fail."""
    part = next(_parts(small))
    assert "reviewed" in part.text
    write_folder(tmp_path / "out", [("a.trig", part.text.replace('"reviewed"', '"reviewet"'))])

    assert "is not valid" in _judge(clients_python, tmp_path / "out")["a.trig"]


@pytest.mark.slow
def test_all_nanopublications_are_valid(clients_python: Path, real: BuiltGraph, tmp_path: Path) -> None:
    """Every published claim, one by one, in the library of the nanopublication network."""
    parts = list(_parts(real))
    write_folder(tmp_path / "all", ((part.name, part.text) for part in parts))

    assert _judge(clients_python, tmp_path / "all") == {part.name: "ok" for part in parts}
    assert len(parts) == len(claims_of(real.quads))


def test_address_changes_with_its_claim_alone(small: BuiltGraph) -> None:
    """What is said, or what it rests on, makes another address; other claims, rules and the release do not."""
    before = {n.claim: n.iri for n in _nanopubs(small)}
    claim = sorted(before, key=str)[0]
    span = next(q.object for q in small.quads if q.subject == claim and q.predicate.value == PROV + "wasQuotedFrom")
    for without in (
        next(q for q in small.quads if q.graph_name == claim and q.predicate.value != PREFIXES["rdf"] + "type"),
        next(q for q in small.quads if q.graph_name == PROVENANCE and q.subject == span),
    ):
        quads = [q for q in small.quads if q != without]
        after = {n.claim: n.iri for n in make_nanopubs(quads, Request())}
        changed = {name for name in before if before[name] != after[name]}
        assert claim in changed
        resting = {q.subject for q in small.quads if q.object == span}
        assert changed <= {claim} | resting
    core = [q for q in small.quads if q.graph_name == PROVENANCE or BASE + "claim/" in str(q.graph_name)]
    core += [q for q in small.quads if graph_iri("document/") in str(q.graph_name)]
    assert {n.claim: n.iri for n in make_nanopubs(core, Request())} == before
    alone = [q for q in core if q.graph_name != claim]
    assert {n.claim: n.iri for n in make_nanopubs(alone, Request())} == {c: i for c, i in before.items() if c != claim}


def test_claims_about_people_are_protected(real: BuiltGraph) -> None:
    """A claim of an account, on a person or an incident, is marked as not to be shared; an open one names none of these."""
    nanopubs = _nanopubs(real)
    accounts = {q.subject for q in real.quads if q.predicate.value == ontology_iri("inAccount")}
    typed = [q for q in real.quads if q.predicate.value == PREFIXES["rdf"] + "type"]
    people = {ontology_iri(name) for name in ("Person", "PersonGroup", "NamedPerson", "Incident", "Account")}
    about = accounts | {q.subject for q in typed if isinstance(q.object, ox.NamedNode) and q.object.value in people}
    open_ones = [n for n in nanopubs if not _is_protected(n)]

    assert 100 < len(open_ones) < len(nanopubs)
    for nanopub in open_ones:
        terms = {term for t in _part(nanopub, "assertion") for term in (t.subject, t.object)}
        assert not terms & about, nanopub.claim


def test_kinds_that_are_open_are_classes() -> None:
    """Each kind in the list is one of the ontology: a misspelt one would open nothing, a renamed one is noticed."""
    vocabulary = load_vocabulary(default_project().ontology)
    assert {name for name in OPEN_KINDS if name not in vocabulary.classes} == set()


def test_a_kind_not_known_is_protected(small: BuiltGraph) -> None:
    """What nobody has listed as open is protected."""
    quads = [
        ox.Quad(q.subject, q.predicate, ox.NamedNode(ontology_iri("SomethingNew")), q.graph_name)
        if q.predicate.value == PREFIXES["rdf"] + "type" and BASE + "claim/" in str(q.graph_name)
        else q
        for q in small.quads
    ]
    assert all(_is_protected(nanopub) for nanopub in make_nanopubs(quads, Request()))


@pytest.mark.parametrize(
    ("kinds", "protected"),
    [(("Citation", "CitedWork"), False), (("Citation", "Person"), True), (("Citation", None), True), ((), True)],
)
def test_one_thing_not_open_protects_its_claim(kinds: tuple[str | None, ...], protected: bool) -> None:
    """A claim is open only if everything that it describes is of an open kind; what has no kind is not."""
    claim = ox.NamedNode(BASE + "claim/x/a")
    quads = [ox.Quad(ox.NamedNode(BASE + "id/x/z"), ox.NamedNode(ontology_iri("n")), claim, claim)] if not kinds else []
    for number, kind in enumerate(kinds):
        thing = ox.NamedNode(f"{BASE}id/x/{number}")
        quads.append(ox.Quad(thing, ox.NamedNode(ontology_iri("name")), ox.Literal("a"), claim))
        if kind is not None:
            quads.append(
                ox.Quad(thing, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(ontology_iri(kind)), claim)
            )

    assert [_is_protected(nanopub) for nanopub in make_nanopubs(quads, Request())] == [protected]


def test_day_is_written_where_it_is_given(small: BuiltGraph) -> None:
    """No clock is read: the day is in a nanopublication only if it was named."""
    created = PREFIXES["dcterms"] + "created"
    dated = [
        t for n in _nanopubs(small, created="2024-02-29") for t in _part(n, "pubinfo") if t.predicate.value == created
    ]

    assert {t.object for t in dated} == {ox.Literal("2024-02-29", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))}
    assert created not in write(small, "nanopub")


def test_one_claim_only(small: BuiltGraph) -> None:
    """One claim is the same nanopublication as among all."""
    chosen = _nanopubs(small)[3]

    assert _nanopubs(small, claim=chosen.claim) == [chosen]
    with pytest.raises(ParameterError, match="there is no published claim"):
        _nanopubs(small, claim=ox.NamedNode(chosen.claim.value + "x"))


# Folders


def test_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A folder that holds something stays as it is, and a failure on the way leaves nothing."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.trig").write_text("old")
    (tmp_path / "empty").mkdir()

    with pytest.raises(BuildError, match="is not empty"):
        write_folder(tmp_path / "old", [("b.trig", "new")])

    def stop() -> Iterator[tuple[str, str]]:
        yield "a.trig", "new"
        raise NkgraphError("no more")

    with pytest.raises(NkgraphError, match="no more"):
        write_folder(tmp_path / "new", stop())
    write_folder(tmp_path / "empty", [("x/b.trig", "new")])

    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        "empty/x/b.trig",
        "old/a.trig",
    ]


def test_command_writes_a_folder_or_one_file(small: BuiltGraph, tmp_path: Path, capfd: Any) -> None:
    """A path that ends in a slash becomes a folder with a file a claim; any other is one file of the same texts."""
    words = ["export", "--format", "nanopub", "--out", str(small.path.parent), "--output"]
    for place in (f"{tmp_path}/one/", f"{tmp_path}/one.trig"):
        with pytest.raises(SystemExit) as ended:
            main([*words, place])
        assert (ended.value.code, *capfd.readouterr()) == (0, "", "")
    with pytest.raises(SystemExit) as ended:
        main([*words, f"{tmp_path}/one"])
    assert (ended.value.code, "is not empty" in capfd.readouterr().err) == (2, True)

    parts = list(_parts(small))
    assert {p.name: (tmp_path / "one" / p.name).read_text(encoding="utf-8") for p in parts} == {
        p.name: p.text for p in parts
    }
    assert (tmp_path / "one.trig").read_text(encoding="utf-8") == "".join(p.text for p in parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.trig"]


def test_help_and_docs_name_every_format(capfd: Any) -> None:
    """Each format stands in the help with what it keeps and drops, and in the docs."""
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    said = " ".join(capfd.readouterr().out.split())
    page = (HERE.parent / "docs" / "exports.md").read_text(encoding="utf-8")

    for export in EXPORTS.values():
        assert f"{export.name} {export.title}: {export.keeps}" in said
        assert export.drops in said
        assert f"| `{export.name}` |" in page


# Quotations

#: Names and addresses, which are the same in every text: properties whose values may repeat a span.
NAMES = {
    *("name", "alias", "altName", "author", "workTitle", "workPublisher", "publisher", "attributedTo", "address"),
    *("ref", "row", "source", "title", "tableTitle", "organisation"),
    *("subject_label", "object_label", "comment"),  # of mappings: names, and the evidence, which cites titles
}
_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(text))


def _is_name(predicate: ox.NamedNode) -> bool:
    return re.split("[#/]", predicate.value)[-1] in NAMES


def _said(triple: ox.Triple | ox.Quad) -> Iterator[str]:
    """Yield the texts and local names that a statement, or the triple terms in it, put into words."""
    if isinstance(triple.object, ox.Triple):
        yield from _said(triple.object)
    elif isinstance(triple.object, ox.Literal) and not _is_name(triple.predicate):
        yield triple.object.value
    for term in (triple.subject, triple.object):
        if isinstance(term, ox.NamedNode) and not term.value.startswith((PREFIXES["org"], PREFIXES["work"])):
            yield term.value.removeprefix(BASE)


def find_quoted(quads: Iterable[ox.Quad], quotations: Iterable[tuple[str, ...]]) -> set[str]:
    """Return the quotations that stand in a text of the quads."""
    by_start: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for quotation in quotations:
        by_start[quotation[:6]].append(quotation)
    found = set()
    for text in {text for quad in quads for text in _said(quad)}:
        words = _words(text)
        for start in range(len(words) - 5):
            for quotation in by_start.get(words[start : start + 6], ()):
                if words[start : start + len(quotation)] == quotation:
                    found.add(" ".join(quotation))
    return found


@pytest.fixture(scope="module")
def quotations(texts: dict[str, str], real: BuiltGraph) -> set[tuple[str, ...]]:
    """The words of every span of six words or more that is not a whole name."""
    spans = {span for claim in read_source(default_project()).published for span in claim.spans}
    quoted = {_words(texts[span.document][span.start : span.end]) for span in spans}
    names = {_words(q.object.value) for q in real.quads if isinstance(q.object, ox.Literal) and _is_name(q.predicate)}
    return {words for words in quoted if len(words) >= 6} - names


@pytest.mark.documents
@pytest.mark.slow
@pytest.mark.parametrize("form", sorted(set(EXPORTS) & set(PARSERS)))
def test_no_export_repeats_the_words_of_a_span(form: str, real: BuiltGraph, quotations: set[tuple[str, ...]]) -> None:
    """With the documents at hand: no span of six words or more stands in any export, but for names and titles."""
    assert len(quotations) > 2000
    assert find_quoted(parse(write(real, form), form), quotations) == set()


def test_a_quotation_in_a_text_is_found() -> None:
    """The search finds six words whatever their case and punctuation, also in a triple term, and not in a name."""
    words = _words("one two three four five six")
    node, note, name = ox.NamedNode("urn:a"), ox.NamedNode("urn:x/note"), ox.NamedNode("urn:x/name")
    text = ox.Literal("He said: one, Two three (four) five six.")
    term = ox.Quad(node, REIFIES, ox.Triple(node, note, text))

    assert find_quoted([ox.Quad(node, note, text)], [words]) == find_quoted([term], [words]) == {" ".join(words)}
    assert (
        find_quoted([ox.Quad(node, name, text), ox.Quad(node, note, ox.Literal("one two three four five"))], [words])
        == set()
    )


@pytest.mark.slow
def test_no_open_nanopublication_names_a_person_without_a_public_role_or_rests_on_an_account(real: BuiltGraph) -> None:
    """An author who is a survivor in another place, an organisation told of in an account: both are protected."""
    people = """PREFIX nk: <https://w3id.org/nkgraph/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?name { ?p a nk:NamedPerson ; nk:name ?name FILTER NOT EXISTS { ?p nk:namedAs/skos:notation "public_role" } }"""
    rested = """PREFIX nk: <https://w3id.org/nkgraph/ontology#> PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT DISTINCT ?claim { ?claim a nk:Claim ; prov:wasQuotedFrom/nk:passage/nk:parent* ?a . ?a a nk:Account }"""
    names = [row["name"].value for row in real.store.query(people)]  # type: ignore[union-attr]
    told = {row["claim"] for row in real.store.query(rested)}  # type: ignore[union-attr]
    assert len(names) > 3
    opened = [nanopub for nanopub in make_nanopubs(real.quads, Request()) if not _is_protected(nanopub)]
    assert len(opened) > 400
    assert [n.claim for n in opened if n.claim in told] == []
    texts = {n.claim: " ".join(q.object.value for q in n.quads if isinstance(q.object, ox.Literal)) for n in opened}
    assert [(claim, name) for claim, text in texts.items() for name in names if " " in name and name in text] == []
