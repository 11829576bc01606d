"""Validation of real claims and of wrong shapes: where a finding is reported, and what is said of a file that is wrong."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from nkgraph.claims import read_claims
from nkgraph.errors import VocabularyError
from nkgraph.findings import Finding, Severity
from nkgraph.graph import claim_quads, provenance_quads
from nkgraph.iris import BASE, ONTOLOGY, PREFIXES, claim_iri, graph_iri, passage_iri
from nkgraph.model import Passage
from nkgraph.ontology import load_vocabulary
from nkgraph.validation import load_shapes, validate

ROOT = Path(__file__).parent.parent
SHAPES = ROOT / "shapes"
VOCABULARY = load_vocabulary(ROOT / "ontology")
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
PROVENANCE = ox.NamedNode(graph_iri("provenance"))

MARKS = "fingerprint: 0123456789abcdef, before: 0123456789abcdef, after: 0123456789abcdef"
SPAN = f"{{start: 110, end: 140, words: 6, length: 25, {MARKS}, numbers: ['2003', '450']}}"


def nk(name: str) -> ox.NamedNode:
    return ox.NamedNode(ONTOLOGY + name)


def item(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}{name}")


def check(folder: Path, text: str) -> list[Finding]:
    """The findings about claims of a fictional account, written as people write them."""
    path = folder / "a-letter" / "case-1.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("SPAN", SPAN).replace("MARKS", MARKS), encoding="utf-8")
    account = Passage("case-1", "account", 100, 180, "1", None, 60, "ff")
    accounts = {passage_iri("a-letter", "case-1"): "case-1"}
    document, passage = item("id/a-letter"), item("id/a-letter/case-1")
    quads = [
        *VOCABULARY.quads,
        ox.Quad(document, TYPE, nk("Document"), PROVENANCE),
        ox.Quad(passage, TYPE, nk("Account"), PROVENANCE),
        ox.Quad(passage, nk("start"), ox.Literal(100), PROVENANCE),
        ox.Quad(passage, nk("endOffset"), ox.Literal(180), PROVENANCE),
    ]
    places = {}
    for order, claim in enumerate(read_claims(folder, VOCABULARY, ["a-letter"])):
        said = claim_quads(claim, VOCABULARY, accounts)
        quads += [*said, *provenance_quads(claim, said, VOCABULARY, account, order)]
        places[claim_iri(claim.document, claim.key)] = (claim.path, claim.line)
    random.Random(7).shuffle(quads)
    return validate(quads, SHAPES, places_of=places)


NARRATOR = """\
- says: {id: case-1/narrator, type: Narrator, surname: Example, birthYear: "450"}
  words: [SPAN]
"""


def shown(findings: list[Finding]) -> list[tuple[str, int | None, str]]:
    return [(f.rule, f.line, f.thing) for f in findings]


def test_claims_that_are_right_have_no_finding(tmp_path: Path) -> None:
    text = """\
- says: {id: case-1/transfer-1, type: Transfer, step: 1, kind: sold, transferred: case-1/narrator, date: "2003",
         buyer: {origin: Han Chinese}, payment: {status: paid, moneyKind: sale, amount: 450, currency: CNY}}
  words: [SPAN]
"""
    assert check(tmp_path, NARRATOR + text) == []


def test_value_is_reported_at_the_claim_that_states_it(tmp_path: Path) -> None:
    text = """\
- says: {id: case-1/crossing-1, type: Crossing, crosser: case-1/narrator}
  words: [SPAN]
- claim: case-1/crossing-1/to
  says: {id: case-1/crossing-1, to: place:nowhere}
  words: [SPAN]
- claim: case-1/narrator/again
  says: {id: case-1/narrator, birthYear: "2003"}
  words: [SPAN]
"""
    findings = check(tmp_path, NARRATOR + text)
    narrator = "id:a-letter/case-1/narrator"
    assert shown(findings) == [
        ("more-than-one-value", 1, narrator),
        ("unknown-reference", 5, "id:a-letter/case-1/crossing-1"),
        ("more-than-one-value", 8, narrator),
    ]
    assert findings[2].message.startswith("birthYear is 2003, ")
    assert findings[0].path == tmp_path / "a-letter" / "case-1.yaml"


def test_what_is_missing_is_reported_where_the_thing_is_described(tmp_path: Path) -> None:
    text = """\
- claim: case-1/transfer-1/date
  says: {id: case-1/transfer-1, date: "2003"}
  words: [SPAN]
- says: {id: case-1/transfer-1, type: Transfer, transferred: case-1/narrator, payment: {amount: 450}}
  words: [SPAN]
"""
    assert shown(check(tmp_path, NARRATOR + text)) == [
        ("sum-without-currency", 6, "id:a-letter/case-1/transfer-1/payment"),
        ("transfer-without-kind", 6, "id:a-letter/case-1/transfer-1"),
    ]


def test_number_that_no_words_state_is_reported_at_its_claim(tmp_path: Path) -> None:
    text = """\
- says: {id: case-1/money-1, type: Payment, status: heard, amountMin: 450.0, amountMax: 460, currency: CNY}
  words: [SPAN]
"""
    (finding,) = check(tmp_path, NARRATOR + text)
    assert (finding.rule, finding.line, finding.severity) == ("number-not-in-words", 3, Severity.VIOLATION)
    assert "the claim says 460," in finding.message


def test_words_are_reported_at_the_claim_that_quotes_them(tmp_path: Path) -> None:
    text = """\
- says: {id: case-1/girl, type: Person, gender: female}
  words: [{start: 170, end: 200, words: 41, length: 90, MARKS}]
"""
    findings = check(tmp_path, NARRATOR + text)
    assert shown(findings) == [
        ("span-outside-passage", 3, "claim:a-letter/case-1/girl"),
        ("long-span", 3, "claim:a-letter/case-1/girl"),
    ]
    assert [f.severity for f in findings] == [Severity.VIOLATION, Severity.WARNING]


def test_place_of_another_thing_than_a_claim_may_be_given() -> None:
    quad = ox.Quad(item("place/far-land"), TYPE, nk("Country"), ox.NamedNode(graph_iri("reference/places")))
    places = {f"{BASE}place/far-land": (Path("places.yaml"), 12)}
    (finding,) = validate([quad, *VOCABULARY.quads], SHAPES, places_of=places)
    assert (finding.rule, finding.path, finding.line) == ("reference-without-source", Path("places.yaml"), 12)


@pytest.mark.parametrize("name", ["inferred/person", "view/asserted", "statistics"])
def test_graphs_that_are_made_from_the_data_are_left_out(name: str) -> None:
    quad = ox.Quad(item("id/a-letter/case-1/crossing-1"), TYPE, nk("Crossing"), ox.NamedNode(graph_iri(name)))
    assert validate([quad, *VOCABULARY.quads], SHAPES, places_of={}) == []


def test_ontology_alone_has_no_finding() -> None:
    assert validate(VOCABULARY.quads, SHAPES, places_of={}) == []


@pytest.mark.slow
def test_order_of_the_quads_does_not_matter() -> None:
    quads = [
        ox.Quad(item(f"id/a-letter/case-{n}/thing"), TYPE, nk(kind), item(f"claim/a-letter/{n}"))
        for n, kind in enumerate(["Crossing", "Transfer", "RouteStep", "Payment", "Participation", "Judgement"])
    ]
    first = validate([*quads, *VOCABULARY.quads], SHAPES, places_of={})
    assert len(first) == 14
    for seed in range(3):
        random.Random(seed).shuffle(quads)
        assert validate([*VOCABULARY.quads, *quads], SHAPES, places_of={}) == first


HEADER = "\n".join(
    f"@prefix {p}: <{iri}> ." for p, iri in {**PREFIXES, "shape": BASE + "shape/"}.items() if p in {"nk", "sh", "shape"}
)


def shapes_with(folder: Path, text: str) -> Path:
    """Three shapes that work and one file, ``wrong.ttl``, that may not."""
    for name in ("transfer-without-kind", "unknown-code", "blank-node"):
        shutil.copy(SHAPES / f"{name}.ttl", folder)
    (folder / "wrong.ttl").write_text(f"{HEADER}\n{text}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shape:wrong a sh:NodeShape ; sh:targetClass nk:Claim", "wrong.ttl:5: not Turtle"),
        ("shape:other a sh:NodeShape .", "wrong.ttl: holds <https://w3id.org/nkgraph/shape/other>"),
        (
            "shape:wrong a sh:NodeShape . shape:other a sh:NodeShape .",
            "wrong.ttl: holds <https://w3id.org/nkgraph/shape/other>, <",
        ),
        (
            "# nothing",
            "wrong.ttl: holds no node shape; a file holds one shape, here <https://w3id.org/nkgraph/shape/wrong>",
        ),
        (
            "shape:wrong a sh:NodeShape ; sh:targetNode nk:Claim ; "
            "sh:sparql [ sh:select 'SELECT $this WHERE { ?value }' ] .",
            "wrong.ttl: the shape cannot be run: Expected",
        ),
        (
            "shape:wrong a sh:NodeShape ; sh:targetNode nk:Claim ; "
            "sh:sparql [ sh:select 'SELECT $this WHERE { $this no:p ?o }' ] .",
            "wrong.ttl: the shape cannot be run: Unknown namespace prefix",
        ),
        (
            "shape:wrong a sh:NodeShape ; sh:targetNode nk:Claim ; sh:property [ sh:path nk:about ; sh:minCount 'one' ] .",
            "wrong.ttl: the shape cannot be run: ",
        ),
        (
            "shape:wrong a sh:NodeShape ; sh:targetNode nk:Claim ; sh:property [ sh:minCount 1 ] .",
            "wrong.ttl: the shape cannot be run: ",
        ),
    ],
)
def test_wrong_file_of_shapes_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        validate(VOCABULARY.quads, shapes_with(tmp_path, text), places_of={})
    assert message in str(caught.value)
    assert caught.value.path == tmp_path / "wrong.ttl"


def test_folder_without_shapes_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="holds no shapes"):
        load_shapes(tmp_path)


def made_data(accounts: int) -> list[ox.Quad]:
    """Fictional data of the shape of ours: of each account 14 claims with their words, each of an event with its people."""
    quads: list[ox.Quad] = []

    def add(
        subject: ox.NamedNode, name: str, value: ox.NamedNode | ox.Literal, graph: ox.NamedNode = PROVENANCE
    ) -> None:
        predicate = (
            TYPE if name == "type" else ox.NamedNode(PREFIXES["prov"] + name) if name.startswith("was") else nk(name)
        )
        quads.append(ox.Quad(subject, predicate, value, graph))

    country = item("place/far-land")
    add(country, "type", nk("Country"))
    add(country, "source", ox.Literal("fictional"))
    for number in range(1, accounts + 1):
        document, account = item("id/a-letter"), item(f"id/a-letter/case-{number}")
        add(document, "type", nk("Document"))
        for name, value in (
            ("type", nk("Account")),
            ("document", document),
            ("narrator", item(f"id/a-letter/case-{number}/narrator")),
        ):
            add(account, name, value)
        add(account, "start", ox.Literal(number * 1000))
        add(account, "endOffset", ox.Literal(number * 1000 + 999))
        for index in range(14):
            key = f"a-letter/case-{number}/" + ("narrator" if index == 0 else f"thing-{index}")
            thing, claim, narrator = (
                item(f"id/{key}"),
                item(f"claim/{key}"),
                item(f"id/a-letter/case-{number}/narrator"),
            )
            add(thing, "inAccount", account, claim)
            if index == 0:
                add(thing, "type", nk("Narrator"), claim)
                add(thing, "birthYear", ox.Literal(1900 + number % 80), claim)
            elif index % 2:
                add(thing, "type", nk("Transfer"), claim)
                add(thing, "step", ox.Literal(index), claim)
                add(thing, "kind", item("code/transfer-kind/sold"), claim)
                add(thing, "transferred", narrator, claim)
                add(thing, "place", country, claim)
                add(thing, "payment", item(f"id/{key}/payment"), claim)
                add(item(f"id/{key}/payment"), "type", nk("Payment"), claim)
                add(item(f"id/{key}/payment"), "status", item("code/money-status/paid"), claim)
            else:
                add(thing, "type", nk("RouteStep"), claim)
                add(thing, "step", ox.Literal(index), claim)
                add(thing, "traveller", narrator, claim)
                add(thing, "place", country, claim)
            add(claim, "type", nk("Claim"))
            add(claim, "about", thing)
            add(claim, "document", document)
            add(claim, "passage", account)
            add(claim, "how", ox.Literal("stated"))
            add(claim, "reviewStatus", ox.Literal("reviewed"))
            add(claim, "digest", ox.Literal("0" * 64))
            add(claim, "claimsNumber", ox.Literal(str(index), datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal")))
            span = item(f"span/a-letter/{number * 1000 + index * 50}-{number * 1000 + index * 50 + 40}")
            add(claim, "wasQuotedFrom", span)
            add(span, "type", nk("Span"))
            add(span, "document", document)
            add(span, "start", ox.Literal(number * 1000 + index * 50))
            add(span, "endOffset", ox.Literal(number * 1000 + index * 50 + 40))
            add(span, "wordCount", ox.Literal(7))
            add(span, "statesNumber", ox.Literal(str(index), datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal")))
            for name in ("fingerprint", "before", "after"):
                add(span, name, ox.Literal("0" * 16))
    return [*quads, *VOCABULARY.quads]


@pytest.mark.slow
def test_made_data_conforms_and_its_one_mistake_is_found() -> None:
    quads = made_data(3)
    assert validate(quads, SHAPES, places_of={}) == []
    thing, claim = item("id/a-letter/case-2/thing-3"), item("claim/a-letter/case-2/thing-3")
    mistake = ox.Quad(thing, nk("buyer"), item("id/a-letter/case-2/nobody"), claim)
    (finding,) = validate([*quads, mistake], SHAPES, places_of={claim.value: (Path("case-2.yaml"), 40)})
    assert (finding.rule, finding.path, finding.line) == ("dangling-reference", Path("case-2.yaml"), 40)


@pytest.mark.slow
def test_sixty_thousand_triples_take_a_few_seconds() -> None:
    quads = made_data(150)
    assert len(set(quads)) > 55_000
    start = time.process_time()
    assert validate(quads, SHAPES, places_of={}) == []
    assert time.process_time() - start < 10, "about 5 s on the machine this was measured on"
