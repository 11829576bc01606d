"""Nanopublications: each published claim on its own, with where it comes from, in four graphs of one unsigned trusty URI.

https://nanopub.net/guidelines/working_draft/. The assertion is the graph of the claim, triple by triple. Its address changes
when, and only when, what is said or what it rests on changes, or a person named in it gets a public role; nothing in it
depends on the day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.errors import ParameterError
from nkgraph.exports import BuiltGraph, Part, Request
from nkgraph.exports.bases import rebase, rebase_prefixes
from nkgraph.exports.rdf import READABLE, find_prefixes, sort_quads, write_turtle
from nkgraph.exports.trusty import HOLE, hash_quads
from nkgraph.graph import PROVENANCE
from nkgraph.iris import BASE, PREFIXES, code_iri, document_iri, graph_iri, ontology_iri, shorten
from nkgraph.ontology import nearest

__all__ = ["LICENCE", "OPEN_KINDS", "Nanopub", "make_nanopubs", "write_nanopubs"]

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
#: Kinds that tell of law, writings, organisations and figures. A claim that describes anything else is *protected*: the
#: network of nanopublications keeps what it was given for ever, and a claim about a person must be able to be withdrawn. So
#: is one of these kinds that rests on words of an account, or names a person who has no public role.
OPEN_KINDS: Final = frozenset(
    [
        "Citation",
        "CitedWork",
        "FigureJudgement",
        "InstrumentMention",
        "OrganisationMention",
        "PriceBand",
        "ProvisionCitation",
        "Recommendation",
        "ReportTable",
        "StatePosition",
        "StatisticalStatement",
    ]
)
_NP: Final = "http://www.nanopub.org/nschema#"
_NPX: Final = "http://purl.org/nanopub/x/"
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_QUOTED: Final = ox.NamedNode(PREFIXES["prov"] + "wasQuotedFrom")
_DERIVED: Final = ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_DOCUMENT: Final = ox.NamedNode(ontology_iri("document"))
_PARENT: Final = ox.NamedNode(ontology_iri("parent"))
_PASSAGE: Final = ox.NamedNode(ontology_iri("passage"))
_ACCOUNT: Final = ox.NamedNode(ontology_iri("Account"))
_PERSON: Final = ontology_iri("NamedPerson")
_NAMED_AS: Final = ox.NamedNode(ontology_iri("namedAs"))
_PUBLIC: Final = ox.NamedNode(code_iri("named-as", "public_role"))
_NAMES: Final = frozenset(ox.NamedNode(ontology_iri(name)) for name in ("name", "alias"))
_CONTRIBUTORS: Final = ox.NamedNode(BASE + "contributors")
_OPEN: Final = frozenset(ontology_iri(name) for name in OPEN_KINDS)
_SELF: Final = f"{BASE}np/{HOLE}"

Said = Mapping[ox.NamedNode, list[ox.Triple]]


@attrs.frozen
class Nanopub:
    """A nanopublication: its address, the claim that it publishes, and its quads, sorted."""

    iri: str
    claim: ox.NamedNode
    quads: tuple[ox.Quad, ...]


@attrs.frozen
class _Graph:
    """The built graph, as nanopublications need it."""

    claims: Said
    provenance: Said
    documents: Said
    kinds: Mapping[ox.NamedNode, frozenset[str]]
    accounts: frozenset[ox.NamedNode]
    private: tuple[frozenset[str], ...]


def _read(quads: Iterable[ox.Quad]) -> _Graph:
    claims: dict[ox.NamedNode, list[ox.Triple]] = defaultdict(list)
    provenance: dict[ox.NamedNode, list[ox.Triple]] = defaultdict(list)
    documents: dict[ox.NamedNode, list[ox.Triple]] = defaultdict(list)
    kinds: dict[ox.NamedNode, set[str]] = defaultdict(set)
    parents: dict[ox.NamedNode, ox.NamedNode] = {}
    accounts: set[ox.NamedNode] = set()
    of_claim, of_document = BASE + "claim/", graph_iri("document/")
    for quad in quads:
        graph, subject = quad.graph_name, quad.subject
        if not isinstance(graph, ox.NamedNode) or not isinstance(subject, ox.NamedNode):
            continue
        if graph.value.startswith(of_claim):
            claims[graph].append(quad.triple)
            if quad.predicate == _TYPE and isinstance(quad.object, ox.NamedNode):
                kinds[subject].add(quad.object.value)
        elif graph == PROVENANCE:
            provenance[subject].append(quad.triple)
        elif graph.value.startswith(of_document):
            if subject.value == document_iri(graph.value.removeprefix(of_document)):
                documents[subject].append(quad.triple)
            if quad.predicate == _PARENT and isinstance(quad.object, ox.NamedNode):
                parents[subject] = quad.object
            if quad.predicate == _TYPE and quad.object == _ACCOUNT:
                accounts.add(subject)
    while inner := {passage for passage, parent in parents.items() if parent in accounts} - accounts:
        accounts |= inner
    found = {thing: frozenset(own) for thing, own in kinds.items()}
    return _Graph(claims, provenance, documents, found, frozenset(accounts), tuple(_read_private(claims, found)))


def _read_private(claims: Said, kinds: Mapping[ox.NamedNode, frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the names of persons who have no public role, each as its words."""
    triples = [t for said in claims.values() for t in said if _PERSON in kinds.get(t.subject, ())]  # type: ignore[arg-type]
    public = {t.subject for t in triples if t.predicate == _NAMED_AS and t.object == _PUBLIC}
    for triple in triples:
        if triple.predicate in _NAMES and triple.subject not in public and isinstance(triple.object, ox.Literal):
            yield _words(triple.object.value)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text.casefold()))


def _is_protected(claim: ox.NamedNode, graph: _Graph) -> bool:
    """Tell whether a claim describes anything but law, writings, organisations and figures (a kind not known counts), rests
    on words of an account, or names a person who has no public role.
    """
    triples = graph.claims[claim]
    things = {triple.subject for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    if not all(graph.kinds.get(thing) and graph.kinds[thing] <= _OPEN for thing in things):
        return True
    spans = [t.object for t in graph.provenance[claim] if t.predicate == _QUOTED]
    rests = [t for s in (claim, *spans) if isinstance(s, ox.NamedNode) for t in graph.provenance.get(s, ())]
    if any(t.predicate == _PASSAGE and t.object in graph.accounts for t in rests):
        return True
    said = [_words(t.object.value) for t in triples if isinstance(t.object, ox.Literal)]
    return any(name <= words for name in graph.private for words in said)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _head() -> Iterator[ox.Quad]:
    this, head = _node(_SELF), _node(_SELF + "#Head")
    yield ox.Quad(this, _TYPE, _node(_NP + "Nanopublication"), head)
    for part in ("Assertion", "Provenance"):
        yield ox.Quad(this, _node(f"{_NP}has{part}"), _node(f"{_SELF}#{part.lower()}"), head)
    yield ox.Quad(this, _node(_NP + "hasPublicationInfo"), _node(_SELF + "#pubinfo"), head)


def _provenance(claim: ox.NamedNode, graph: _Graph) -> Iterator[ox.Quad]:
    """Yield where an assertion comes from: of the assertion in PROV, and of the claim, its spans and its document as they are."""
    name, assertion = _node(_SELF + "#provenance"), _node(_SELF + "#assertion")
    about = {claim: graph.provenance[claim]}
    rows = [ox.Triple(assertion, _node(PREFIXES["prov"] + "specializationOf"), claim)]
    for triple in graph.provenance[claim]:
        target = triple.object
        if not isinstance(target, ox.NamedNode):
            continue
        if triple.predicate in {_QUOTED, _DERIVED}:
            rows.append(ox.Triple(assertion, triple.predicate, target))
        if triple.predicate == _QUOTED:
            selector = _node(target.value + "/selector")
            about |= {span: graph.provenance.get(span, []) for span in (target, selector)}
        if triple.predicate == _DOCUMENT:
            rows.append(ox.Triple(assertion, _node(PREFIXES["prov"] + "hadPrimarySource"), target))
            about[target] = graph.documents.get(target, [])
    rows += [triple for described in about.values() for triple in described]
    for triple in rows:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, name)


def _pubinfo(claim: ox.NamedNode, graph: _Graph, created: str | None) -> Iterator[ox.Quad]:
    this, name, terms = _node(_SELF), _node(_SELF + "#pubinfo"), PREFIXES["dcterms"]
    rows: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (this, _NPX + "introduces", claim),
        (this, _NPX + "hasNanopubType", _node(ontology_iri("Claim"))),
        (this, PREFIXES["rdfs"] + "label", ox.Literal(f"reported: {shorten(claim.value)}", language="en")),
        (this, terms + "license", _node(LICENCE)),
        (this, terms + "creator", _CONTRIBUTORS),
        (this, terms + "isPartOf", _node(f"{BASE}statistics/release")),
        (_CONTRIBUTORS, PREFIXES["foaf"] + "name", ox.Literal("the nkgraph contributors", language="en")),
    ]
    if _is_protected(claim, graph):
        rows.append((this, _TYPE.value, _node(_NPX + "ProtectedNanopub")))
    if created is not None:
        rows.append((this, terms + "created", ox.Literal(created, datatype=_node(PREFIXES["xsd"] + "date"))))
    for subject, predicate, target in rows:
        yield ox.Quad(subject, _node(predicate), target, name)


def _fill(node: ox.NamedNode, code: str) -> ox.NamedNode:
    return _node(node.value.replace(HOLE, code)) if HOLE in node.value else node


def _make(claim: ox.NamedNode, graph: _Graph, request: Request) -> Nanopub:
    quads = [*_head(), *_provenance(claim, graph), *_pubinfo(claim, graph, request.created)]
    assertion = _node(_SELF + "#assertion")
    quads += [ox.Quad(t.subject, t.predicate, t.object, assertion) for t in graph.claims[claim]]
    quads = list(rebase(quads, request.base))
    code = hash_quads(quads)
    filled = []
    for quad in quads:
        subject, target, name = quad.subject, quad.object, quad.graph_name
        assert isinstance(subject, ox.NamedNode) and isinstance(name, ox.NamedNode)
        target = _fill(target, code) if isinstance(target, ox.NamedNode) else target
        filled.append(ox.Quad(_fill(subject, code), quad.predicate, target, _fill(name, code)))
    iri = (_SELF if request.base is None else request.base + _SELF.removeprefix(BASE)).replace(HOLE, code)
    return Nanopub(iri, claim, tuple(sort_quads(filled)))


def make_nanopubs(quads: Iterable[ox.Quad], request: Request) -> Iterator[Nanopub]:
    """Yield a nanopublication for each claim of a dataset, or for the one asked for, by the order of their IRIs.

    Raises:
        ParameterError: there is no claim of that IRI, or IRIs of others begin with the new base.
    """
    graph = _read(quads)
    claims = sorted(graph.claims, key=lambda claim: claim.value)
    if request.claim is not None:
        if request.claim not in graph.claims:
            names = [shorten(claim.value) for claim in claims]
            wanted = shorten(request.claim.value)
            message = f"there is no published claim {wanted!r}{nearest(wanted, names)}"
            raise ParameterError(message, remedy="`nkgraph query evidence -p iri=…` names the claims about a thing")
        claims = [request.claim]
    for claim in claims:
        yield _make(claim, graph, request)


def write_nanopubs(graph: BuiltGraph, request: Request) -> Iterator[Part]:
    """Yield each nanopublication as TriG with its own prefixes, so that the texts stand alone or one after the other.

    Raises:
        ParameterError: as ``make_nanopubs``.
    """
    known = {**READABLE, "np": _NP, "npx": _NPX}
    for nanopub in make_nanopubs(graph.quads, request):
        prefixes = rebase_prefixes(known, request.base)
        used = find_prefixes(nanopub.quads, prefixes | {"this": nanopub.iri, "sub": nanopub.iri + "#"})
        text = "".join(write_turtle(nanopub.quads, ox.RdfFormat.TRIG, used))
        yield Part(nanopub.claim.value.removeprefix(BASE + "claim/") + ".trig", text)
