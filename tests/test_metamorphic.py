"""Nothing is typed into a query: a row goes when the claims it rests on are withdrawn, and no query holds values of the data."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import attrs
import pyoxigraph as ox
import pytest

from nkgraph.evaluation import LocalAnswers
from nkgraph.iris import BASE, PREFIXES, claim_iri, shorten
from nkgraph.model import Claim, Node
from nkgraph.pipeline import Source, assemble, read_source
from nkgraph.project import default_project
from nkgraph.queries import CannedQuery, load_queries, run_query

#: The queries of parts A and B that are in scope; their rows' claims are those of ``evidence`` about each IRI in the row.
TESTED: Final = (
    "accounts",
    "background",
    "transfers",
    "money",
    "intermediaries",
    "crossings",
    "routes",
    "unions",
    "children",
    "custody",
    "harms",
    "work",
    "papers-and-toleration",
    "consent-statements",
    "episodes",
    "incidents",
    "instruments",
    "provisions",
    "state-positions",
    "alleged-breaches",
    "statistics",
    "report-tables",
    "case-characterisations",
    "organisations",
    "people-named",
    "citations",
    "recommendations",
    "context-statements",
)

Row = tuple[str, ...]
Key = tuple[str, str]


class Withdrawable:
    """The asserted triples of the real data in memory, from which claims are withdrawn and put back without building anew.

    Each triple is counted as often as the base (ontology, documents, reference data) and the claims assert it; a triple
    goes when the last that asserts it goes. One test compares this with assembling a source anew.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.withdrawn = {_key(claim): attrs.evolve(claim, status="withdrawn") for claim in source.published}
        bare = attrs.evolve(
            source, vocabulary=attrs.evolve(source.vocabulary, quads=()), documents=(), reference={}, claims=()
        )
        others = [self.withdrawn.get(_key(claim), claim) for claim in source.claims]
        self.triples: dict[Key, frozenset[ox.Triple]] = {}
        for place, claim in enumerate(source.claims):
            if _key(claim) in self.withdrawn:
                alone = attrs.evolve(bare, claims=(*others[:place], claim, *others[place + 1 :]))
                self.triples[_key(claim)] = frozenset(quad.triple for quad in assemble(alone).quads)
        base = attrs.evolve(source, claims=tuple(others))
        self.count = Counter({quad.triple for quad in assemble(base).quads})
        for triples in self.triples.values():
            self.count.update(triples)
        self.store = ox.Store()
        self.store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in self.count)
        self.service = LocalAnswers(self.store)

    def __len__(self) -> int:
        return len(self.store)

    def lost_without(self, keys: Iterable[Key]) -> list[ox.Quad]:
        """Return the quads that go when these claims are withdrawn."""
        lost = Counter(triple for key in keys for triple in self.triples[key])
        return [
            ox.Quad(triple.subject, triple.predicate, triple.object)
            for triple, times in lost.items()
            if self.count[triple] == times
        ]

    def rows(self, query: CannedQuery, **parameters: str) -> list[Row]:
        """Return the rows of a query as JSON texts of their cells, so that types count too."""
        answer = run_query(self.service, query, parameters)
        assert answer.error is None, answer.error
        bindings = json.loads(answer.body)["results"]["bindings"]
        return [tuple(json.dumps(row.get(column), sort_keys=True) for column in query.columns) for row in bindings]

    @contextmanager
    def without(self, keys: Iterable[Key]) -> Iterator[None]:
        """Withdraw these claims while the block runs."""
        lost = self.lost_without(keys)
        for quad in lost:
            self.store.remove(quad)
        try:
            yield
        finally:
            self.store.extend(lost)

    def rows_without(self, query: CannedQuery, keys: Iterable[Key]) -> list[Row]:
        """Return the rows of a query while these claims are withdrawn."""
        with self.without(keys):
            return self.rows(query)


def _key(claim: Claim) -> Key:
    return claim.document, claim.key


@pytest.fixture(scope="module")
def source() -> Source:
    """The real data."""
    return read_source(default_project())


@pytest.fixture(scope="module")
def graph(source: Source) -> Withdrawable:
    """The real data as a graph that claims can be taken out of."""
    return Withdrawable(source)


@pytest.fixture(scope="module")
def queries() -> Mapping[str, CannedQuery]:
    """The canned queries."""
    return load_queries(default_project().queries)


@pytest.fixture(scope="module")
def claims_by_iri(source: Source) -> dict[str, Key]:
    """The published claims by their IRI."""
    return {claim_iri(claim.document, claim.key): _key(claim) for claim in source.published}


def _iris(row: Row) -> Iterator[str]:
    """Yield the IRIs of the documents' own things in a row; a cell of several holds them as texts, ``; `` between."""
    for cell in row:
        value = json.loads(cell)
        yield from (part for part in (value["value"] if value else "").split("; ") if part.startswith(f"{BASE}id/"))


def _evidence(graph: Withdrawable, queries: Mapping[str, CannedQuery], claims: Mapping[str, Key], row: Row) -> set[Key]:
    """Return the claims that a row rests on: what ``evidence`` says of each thing in it that its document tells of.

    Places, states, instruments, organisations, works and provisions are reference data, which all documents share: the
    row's other IRIs lead to its claims.
    """
    return {
        claims[json.loads(given[0])["value"]]
        for iri in _iris(row)
        for given in graph.rows(queries["evidence"], iri=iri)
    }


@pytest.mark.slow
def test_withdrawing_is_like_building_without(source: Source, graph: Withdrawable) -> None:
    """Taking claims out of the graph in memory leaves the triples that assembling the source without them gives."""
    assert set(graph.count) == {quad.triple for quad in assemble(source).quads}
    choice = random.Random("withdrawing")
    for size in (1, 5, 60):
        keys = set(choice.sample(sorted(graph.triples), size))
        without = [graph.withdrawn[_key(claim)] if _key(claim) in keys else claim for claim in source.claims]
        anew = {quad.triple for quad in assemble(attrs.evolve(source, claims=tuple(without))).quads}
        lost = {quad.triple for quad in graph.lost_without(keys)}
        assert set(graph.count) - lost == anew


@pytest.mark.slow
def test_evidence_names_only_claims_about_the_thing(
    graph: Withdrawable, queries: Mapping[str, CannedQuery], source: Source
) -> None:
    """The evidence of a narrator is the claims whose words describe her, each with its spans, and no other."""
    narrator = f"{BASE}id/hrnk-lives-for-sale-2009/case-1/narrator"
    found = {json.loads(row[0])["value"] for row in graph.rows(queries["evidence"], iri=narrator)}
    described = {
        claim_iri(claim.document, claim.key)
        for claim in source.published
        if claim.document == "hrnk-lives-for-sale-2009" and claim.says.id == "case-1/narrator"
    }
    assert found == described != set()


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTED)
def test_rows_fall_with_their_claims(
    name: str, graph: Withdrawable, queries: Mapping[str, CannedQuery], claims_by_iri: Mapping[str, Key]
) -> None:
    """Each row of the query disappears or changes when the claims it rests on are withdrawn."""
    query = queries[name]
    assert query.reads == "asserted", "its rows need inference, which this test leaves out"
    rows = graph.rows(query)
    assert rows, "no row to test"
    tried = list(dict.fromkeys(rows))
    size = len(graph)
    unmoved, unreached = [], []
    for row in tried:
        keys = _evidence(graph, queries, claims_by_iri, row)
        if not keys:
            unreached.append(row)
        elif graph.rows_without(query, keys).count(row) >= rows.count(row):
            unmoved.append((row, sorted(keys)))
    assert len(graph) == size
    assert not unreached, f"{len(unreached)} of {len(tried)} rows lead to no claim, such as {unreached[0]}"
    assert not unmoved, f"{len(unmoved)} of {len(tried)} rows stand without their claims, such as {unmoved[0]}"


@pytest.mark.slow
def test_queries_are_empty_without_claims(graph: Withdrawable, queries: Mapping[str, CannedQuery]) -> None:
    """With every claim withdrawn, none of the tested queries has a row: reference data alone makes none."""
    with graph.without(graph.triples):
        assert {name: rows for name in TESTED if (rows := graph.rows(queries[name]))} == {}


def _notations(source: Source) -> dict[str, str]:
    """Return the notation of each code by its IRI."""
    notation = f"{PREFIXES['skos']}notation"
    return {
        quad.subject.value: quad.object.value
        for quad in source.vocabulary.quads
        if quad.predicate.value == notation
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
    }


def _stated(graph: Withdrawable, keys: Iterable[Key], notations: Mapping[str, str]) -> set[str]:
    """Return what claims state, as a cell would show it: things, literals, codes by their notation, yes and no."""
    terms = {node for key in keys for triple in graph.triples[key] for node in (triple.subject, triple.object)}
    values = {node.value for node in terms if isinstance(node, ox.NamedNode | ox.Literal)}
    words = {"true": "yes", "false": "no"}
    return values | {notations[value] for value in values & set(notations)} | {words.get(value, "") for value in values}


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTED)
def test_cells_are_stated_or_name_their_source(
    name: str,
    graph: Withdrawable,
    queries: Mapping[str, CannedQuery],
    source: Source,
    claims_by_iri: Mapping[str, Key],
) -> None:
    """Each bound cell is stated by a claim that ``evidence`` gives for its row, or its column's source is named in the header."""
    query, notations = queries[name], _notations(source)
    unstated: dict[str, list[str]] = {}
    for row in dict.fromkeys(graph.rows(query)):
        stated = _stated(graph, _evidence(graph, queries, claims_by_iri, row), notations)
        for column, cell in zip(query.columns, row, strict=True):
            value = (json.loads(cell) or {}).get("value")
            if value is not None and value not in stated and not set(value.split("; ")) <= stated:
                unstated.setdefault(column, []).append(value)

    silent = {column: values[:3] for column, values in unstated.items() if column not in query.sources}
    assert silent == {}


# What stands in the text of a query

#: Literals that are a code, or the beginning of one, and why they stand in a query. An entry may go when its query is mended.
CODES_IN_QUERIES: Final[Mapping[tuple[str, str], str]] = {
    **{
        (name, code): "only treaties have parties: declarations, laws and unpublished agreements answer not_a_treaty"
        for name in ("bound-on", "law-in-force-at-event", "position-against-status")
        for code in ("treaty", "protocol")
    },
    **{
        (name, code): "a value of the column answer or status, by the contract; only spelled like a code"
        for name in ("bound-on", "law-in-force-at-event", "position-against-status")
        for code in ("in_force", "unknown")
    },
    ("bound-on", "bilateral_agreement"): "an agreement between two states gets a reason of its own",
    ("bound-on", "medium"): "an answer that rests on one source, or on a reckoning, says so in its reason",
    ("bound-on", "applies"): "a treaty that reaches a territory only does not bind the state",
    ("bound-on", "left"): "a value of the column reason_kind; only spelled like the beginning of a code",
    **{
        (
            "position-against-status",
            code,
        ): "an act that is stated is set against the act listed, a standing against what was in force"
        for code in ("signed", "ratified", "acceded", "party", "bound_by", "not_party")
    },
    (
        "timeline",
        "birth",
    ): "the kind of the event in which a child is born; only spelled like the beginning of a code of subjects",
    **{
        (name, "other"): "a value of the column subject, by the contract; only spelled like a code"
        for name in (
            "consent-statements",
            "custody",
            "episodes",
            "harms",
            "money",
            "papers-and-toleration",
            "punishment-factors",
            "returns-and-custody",
            "trafficking-elements",
            "transfers",
            "unions",
            "work",
        )
    },
    ("citations", "code:citation-form/full"): "what a short form leaves out comes from the full citation of the work",
    ("contradictions", "code:figure-relation/contradicts"): "of figures, only those so judged; by the contract",
    ("contradictions", "contradicts"): "of figures, only those so judged; by the contract",
    **{("double-told", word): "a value of the column agrees; only spelled like a code" for word in ("date", "payment")},
    ("law-in-force-at-event", "none"): "asks whether there is no answer; only spelled like the beginning of a code",
    ("returns-and-custody", "return"): "a return is named as such in its row, by the contract",
    **{
        ("silence", name): "the name of a canned query, a value of the column question"
        for name in ("background", "children", "work")
    },
    **{
        ("timeline", kind): "a value of the column kind, by the contract; only spelled like a code"
        for kind in ("payment", "transfer", "union", "work")
    },
    ("possible-matches", "person"): "a value of the column kind, by the contract; only spelled like a code",
}
_TOKEN: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|<[^<>\s]*>|[?$]\w+|#[^\n]*|[A-Za-z][\w-]*:[\w./-]*|\d+(?:\.\d+)?|\w+'
)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) of the literals, IRIs (prefixed names in full) and numbers of a query, comments left out."""
    prefixes = dict(re.findall(r"PREFIX\s+(\w*):\s*<([^>]*)>", text))
    for match in _TOKEN.finditer(re.sub(r"PREFIX[^\n]*", "", text)):
        token = match[0]
        if token[0] in "\"'":
            yield "literal", token[1:-1]
        elif token[0] == "<":
            yield "iri", token[1:-1]
        elif ":" in token and token.partition(":")[0] in prefixes:
            yield "iri", prefixes[token.partition(":")[0]] + token.partition(":")[2]
        elif token[0].isdigit():
            yield "number", token


def _values(node: Node, names: frozenset[str]) -> Iterator[str]:
    for key, values in node.properties.items():
        for value in values:
            if isinstance(value, Node):
                yield from _values(value, names)
            elif key in names:
                yield value


def _data_values(source: Source) -> dict[str, set[str]]:
    """Return the data's own values by kind: what a query must not know."""
    things = [*source.claims, *(item for items in source.reference.values() for item in items)]
    kinds = {
        "surname": ["surname"],
        "name": ["name", "altName", "alias", "identifier"],
        "year of birth": ["birthYear"],
        "date": ["date", "period", "asOf"],
        "amount": ["amount", "amountMin", "amountMax", "bandMin", "bandMax", "asPrinted"],
    }
    found = {
        kind: {value for thing in things for value in _values(thing.says, frozenset(names))}
        for kind, names in kinds.items()
    }
    found["document"] = {document.slug for document in source.documents}
    found["key"] = {claim.key for claim in source.claims}
    return found


def test_tokens_are_found() -> None:
    """The reading of query texts sees literals, IRIs, prefixed names and numbers, and leaves comments and variables out."""
    text = 'PREFIX place: <http://p/>\n# Lee\nSELECT ?lee { ?lee place:yanji "Lee" ; <http://x/id/1> 3000 , 2.5 }'
    assert list(_tokens(text)) == [
        ("iri", "http://p/yanji"),
        ("literal", "Lee"),
        ("iri", "http://x/id/1"),
        ("number", "3000"),
        ("number", "2.5"),
    ]


def test_queries_hold_no_values_of_the_data(queries: Mapping[str, CannedQuery], source: Source) -> None:
    """No canned query holds a name, year, amount, document, key or resource of the data as a literal, number or IRI."""
    values = {kind: {value.casefold() for value in found} for kind, found in _data_values(source).items()}
    words = {
        # of the short name of a document not the small words, such as "for"
        kind: {word for value in found for word in re.findall(r"[^\W_]{4,}", value)}
        for kind, found in values.items()
    }
    problems = []
    for name, query in queries.items():
        for kind, token in _tokens(query.text):
            folded = token.casefold()
            if kind == "iri":
                own = token.startswith(BASE) and not token.startswith((PREFIXES["nk"], PREFIXES["code"]))
                own = own and token not in PREFIXES.values()  # the beginning of all names of a kind is no value
                problems += [f"{name}: the IRI {shorten(token)}"] if own else []
                continue
            if (name, token) in CODES_IN_QUERIES:
                continue
            parts = {folded, *re.findall(r"[^\W_]{2,}", folded)}
            for what in ("surname", "name", "document"):
                hits = parts & (values[what] if what != "document" else words[what])
                problems += [f"{name}: {hit!r} is a {what} of the data" for hit in sorted(hits)]
            for what in ("year of birth", "date", "amount", "key"):
                problems += [f"{name}: {folded!r} is a {what} of the data"] if folded in values[what] else []
    assert problems == []


def test_queries_hold_only_the_codes_that_they_need(queries: Mapping[str, CannedQuery], source: Source) -> None:
    """A code, or the beginning of one, stands in a query only where the contract needs it, with the reason written here."""
    notations = {code for codes in source.vocabulary.codes.values() for code in codes}
    found: set[tuple[str, str]] = set()
    for name, query in queries.items():
        for kind, token in _tokens(query.text):
            if kind == "iri" and token.startswith(PREFIXES["code"]):
                found.add((name, shorten(token)))
            if kind == "literal" and any(
                code == token or (len(token) > 3 and code.startswith(token)) for code in notations
            ):
                found.add((name, token))
    assert found <= set(CODES_IN_QUERIES)
