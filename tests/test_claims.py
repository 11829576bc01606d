"""Claims read from YAML: what a file says, as values (what it may not say is in the table of wrong inputs)."""

from __future__ import annotations

from pathlib import Path

import pytest

from nkgraph.claims import ClaimErrors, property_of, read_claims, type_of
from nkgraph.consistency import find_inconsistencies
from nkgraph.families import FAMILIES
from nkgraph.judgements import find_contradictions, find_dissolved, read_judgements
from nkgraph.model import Claim, Document, Node
from nkgraph.ontology import CLAIM_TYPES, MADE, Vocabulary, load_vocabulary
from nkgraph.pipeline import read_source
from nkgraph.project import default_project
from nkgraph.referencefiles import read_reference
from nkgraph.yamlfiles import Item, Scalar, read_yaml

SPAN = (
    '{start: 0, end: 9, words: 2, length: 8, fingerprint: "00000000000000aa", '
    'before: "00000000000000bb", after: "00000000000000cc", numbers: [7], for: [kind]}'
)
LETTER = Document("letter", "A letter", "Nobody", "en", "", "", length=100)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(default_project().ontology)


def read(folder: Path, text: str, vocabulary: Vocabulary) -> tuple[Claim, ...]:
    (folder / "letter").mkdir(exist_ok=True)
    (folder / "letter" / "a.yaml").write_text(text, encoding="utf-8")
    return read_claims(folder, vocabulary, ["letter"])


def test_claim_is_read_as_written(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Key, what it says, words, status and who said it are those of the file, with lines."""
    text = f"""- says: {{id: a/sale, type: Transfer, kind: sold, payment: {{amount: 5000, currency: CNY}}}}
  words: [{SPAN}]
  speaker: a neighbour
  status: reviewed
"""

    (claim,) = read(tmp_path, text, vocabulary)

    assert (claim.key, claim.how, claim.status, claim.speaker) == ("a/sale", "stated", "reviewed", "a neighbour")
    assert (claim.spans[0].start, claim.spans[0].numbers, claim.spans[0].properties) == (0, ("7",), ("kind",))
    assert (claim.line, claim.spans[0].line) == (1, 2)
    payment = claim.says.properties["payment"][0]
    assert isinstance(payment, Node)
    assert payment.properties == {"type": ("Payment",), "amount": ("5000",), "currency": ("CNY",)}


def test_scalars_stay_what_is_written(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """``no``, ``1998-02`` and ``007`` are not guessed to be false, a date and seven."""
    (tmp_path / "a.yaml").write_text("a: no\nb: 1998-02\nc: 007\n", encoding="utf-8")

    tree = read_yaml(tmp_path / "a.yaml")

    assert isinstance(tree, Item)
    assert [v.text for v in tree.entries.values() if isinstance(v, Scalar)] == ["no", "1998-02", "007"]


def test_claim_is_drafted_unless_it_says_otherwise(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """A claim without a status is a draft, and may name words that are not anchored yet."""
    (claim,) = read(tmp_path, "- says: {id: a/b, type: Person}\n  words: [her aunt]\n", vocabulary)
    assert (claim.status, claim.quotations, claim.spans) == ("drafted", ("her aunt",), ())


def test_second_claim_repeats_the_id_under_another_key(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Two claims may be about one thing; their keys differ."""
    text = f"""- says: {{id: a/sale, type: Transfer, kind: sold}}
  words: [{SPAN}]
- claim: a/sale/date
  says: {{id: a/sale, date: "1999"}}
  how: derived
  from: [a/sale]
  note: in the same year
"""

    claims = read(tmp_path, text, vocabulary)

    assert [claim.key for claim in claims] == ["a/sale", "a/sale/date"]
    assert {claim.says.id for claim in claims} == {"a/sale"}
    assert [type_of(claim.says) for claim in claims] == ["Transfer", None]


def test_amount_stands_for_both_bounds(vocabulary: Vocabulary) -> None:
    """``amount`` and ``value`` are short for a lower and an upper bound that are one."""
    prop = property_of(vocabulary, "amount")
    assert prop is not None
    assert prop.name == "amountMin"


def test_all_mistakes_are_told_together(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """One reading finds every mistake of every file."""
    text = "- says: {id: a, typ: Person}\n- says: {id: b, type: Persn}\n  words: [x]\n"
    with pytest.raises(ClaimErrors) as caught:
        read(tmp_path, text, vocabulary)
    assert [(error.line, type(error).__name__) for error in caught.value.errors] == [
        (1, "ClaimError"),
        (1, "ClaimError"),
        (2, "ClaimError"),
    ]


def test_longer_circle_of_derivation_is_found_once(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """A circle over three claims is one mistake, and a claim that two others follow from is none."""
    item = "- claim: {key}\n  says: {{id: a, type: Person, gender: female}}\n  how: derived\n  from: [{source}]\n  note: so\n"
    chain = [("one", "two, four"), ("two", "three, four"), ("three", "one"), ("four", "five"), ("five", "six")]
    text = "".join(item.format(key=key, source=source) for key, source in chain)
    text += f"- {{claim: six, says: {{id: a, type: Person}}, words: [{SPAN}]}}\n"

    claims = read(tmp_path, text, vocabulary)

    messages = [
        error.message for error in find_inconsistencies(claims, [LETTER], {}, vocabulary) if "itself" in error.message
    ]
    assert messages == ["one: follows from itself, by one < two < three < one"]


def judge(key: str, decision: str, *things: str) -> str:
    return (
        f"- says: {{id: {key}, type: Judgement, judgementKind: same_person, decision: {decision}, "
        f"judges: [{', '.join(things)}]}}\n  words: [{SPAN}]\n  status: reviewed\n"
    )


def test_the_same_judgement_twice_is_no_contradiction(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """A pair may be judged again, either way round, as long as the decision is one."""
    claims = read(tmp_path, judge("j1", "same", "a", "b") + judge("j2", "same", "b", "a"), vocabulary)
    assert find_contradictions(read_judgements(claims)) == []


def test_contradiction_names_both_places(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Same and different of one pair: file and line of both are told."""
    claims = read(tmp_path, judge("j1", "same", "a", "b") + judge("j2", "different", "b", "a"), vocabulary)

    (error,) = find_contradictions(read_judgements(claims))

    assert error.line == 4
    assert f"{tmp_path / 'letter' / 'a.yaml'}:1 (j1)" in error.message


def test_long_chain_of_judgements_that_a_last_one_contradicts_is_a_warning(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    """Five judgements that make six tellings one, and one that says two of them differ: found, and not refused."""
    chain = "".join(judge(f"j{n}", "same", f"t{n}", f"t{n + 1}") for n in range(5))
    claims = read(tmp_path, chain + judge("last", "different", "t0", "t5"), vocabulary)

    judgements = read_judgements(claims)

    assert find_contradictions(judgements) == []
    (finding,) = find_dissolved(judgements)
    assert finding.thing == "last"
    assert "j0, j1, j2, j3, j4" in finding.message


def test_drafted_judgement_contradicts_nothing(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Only what is reviewed decides."""
    other = judge("j2", "different", "a", "b").replace("reviewed", "disputed")
    claims = read(tmp_path, judge("j1", "same", "a", "b") + other, vocabulary)
    assert find_contradictions(read_judgements(claims)) == []


def test_reference_data_have_their_source(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """An item of reference data is a thing with the source that it comes from."""
    path = tmp_path / "places.yaml"
    path.write_text("- says: {id: place:x, type: County, name: X}\n  source: a register\n", encoding="utf-8")
    (item,) = read_reference(path, vocabulary)
    assert (item.key, item.via, item.spans) == ("place:x", "a register", ())


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("type: Crosing", r"unknown type 'Crosing' \(nearest: Crossing\)$"),
        ("type: Marriage", r"unknown type 'Marriage'; a claim can have AgeStatement, .*, Union, Work$"),
        (
            "type: Participation, rool: helper",
            r"'rool' of Participation \(nearest: role\).*; Participation has actor, role, towards$",
        ),
        (
            "type: Payment, payment: paid",
            r"'payment' is no property of Payment, .*; Payment has amount, .*, per, place, status$",
        ),
        ("type: Narrator, xyz: a", r"unknown property 'xyz' of Narrator; see docs/codebook.md$"),
        (
            "type: Payment, asPrinted: 5,000 yuan",
            r"'000 yuan' is no property and has no value; put text .* in quotation marks",
        ),
    ],
)
def test_message_names_what_there_is(tmp_path: Path, vocabulary: Vocabulary, says: str, message: str) -> None:
    """A type or property that is not known is answered with the nearest, or with those that a claim can have."""
    with pytest.raises(ClaimErrors, match=message):
        read(tmp_path, f"- says: {{id: a/b, {says}}}\n  words: [some]\n", vocabulary)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("case-0/sale_1", "'_' may not stand in it; use letters, digits, -, . and /, or a known prefix"),
        ("case 0", "a blank may not stand in it"),
        ("plaec:yanji", r"the prefix 'plaec' is not known \(nearest: place\)"),
        ("case-0//sale", "a part of it has no letter or digit"),
    ],
)
def test_message_names_the_wrong_character_of_an_id(
    tmp_path: Path, vocabulary: Vocabulary, name: str, message: str
) -> None:
    """An id that is none, and a key of its own, are answered with the character that is wrong."""
    with pytest.raises(ClaimErrors, match=f"is not an identifier: {message}"):
        read(tmp_path, f'- says: {{id: "{name}", type: Person}}\n  words: [some]\n', vocabulary)
    with pytest.raises(ClaimErrors, match="the key is not an identifier: "):
        read(tmp_path, f'- claim: "{name}"\n  says: {{id: a/b, type: Person}}\n  words: [some]\n', vocabulary)


def test_broken_mapping_hints_at_quotation_marks(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Text with a colon that stands without quotation marks breaks the file; the message says what to do."""
    with pytest.raises(
        ClaimErrors, match=r"a.yaml:\d+: not YAML: .*; put text that has a comma or a colon in quotation marks"
    ):
        read(tmp_path, "- says: {id: a/b, type: Person}\n  note: one thing: another\n", vocabulary)


@pytest.mark.slow
def test_types_and_properties_of_claims_are_those_of_the_data(vocabulary: Vocabulary) -> None:
    """Every type in the claims is one that a claim can have, each is a class, and no claim writes what the build makes."""
    types: set[str] = set()
    properties: set[str] = set()

    def collect(node: Node) -> None:
        types.update(str(kind) for kind in node.properties.get("type", ()))
        properties.update(node.properties)
        for values in node.properties.values():
            for value in values:
                if isinstance(value, Node):
                    collect(value)

    for claim in read_source(default_project()).claims:
        collect(claim.says)

    assert types <= CLAIM_TYPES <= set(vocabulary.classes)
    assert {kind for family in FAMILIES.values() for kind in family.types if kind in vocabulary.classes} <= CLAIM_TYPES
    assert properties & MADE == set()
    assert set(vocabulary.properties) >= MADE
