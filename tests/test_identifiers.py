"""The register of identifiers: keys that were published are never lost, changed or used again."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from nkgraph.claims import ClaimErrors
from nkgraph.identifiers import check_identifiers, describe_words, read_register, register_claims
from nkgraph.iris import BASE, expand, resource_iri, shorten
from nkgraph.model import Claim
from nkgraph.pipeline import read_source
from nkgraph.project import default_project

SMALL = Path(__file__).resolve().parent / "wrong_inputs" / "project" / "data"


@pytest.fixture(scope="module")
def claims() -> tuple[Claim, ...]:
    return read_source(attrs.evolve(default_project(), data=SMALL)).published


@pytest.fixture
def register(tmp_path: Path, claims: tuple[Claim, ...]) -> Path:
    """A register of all claims of the small project."""
    path = tmp_path / "identifiers.tsv"
    path.write_text(register_claims(path, claims)[0], encoding="utf-8")
    return path


def test_registering_again_adds_nothing(register: Path, claims: tuple[Claim, ...]) -> None:
    """The register holds each claim once, sorted, and the same bytes come out again."""
    assert register_claims(register, claims) == (register.read_text(encoding="utf-8"), 0)
    assert list(read_register(register)) == sorted((claim.document, claim.key) for claim in claims)


def test_claims_as_registered_are_fine(register: Path, claims: tuple[Claim, ...]) -> None:
    """Nothing is said of claims that keep their keys, of new ones, and of corrected ones."""
    corrected = attrs.evolve(claims[0], says=attrs.evolve(claims[0].says, properties={"type": ("Person",)}))
    fresh = attrs.evolve(claims[1], key="case-9/narrator")
    check_identifiers(register, [corrected, *claims[1:], fresh])


def test_renumbered_claim_is_known_by_its_words(register: Path, claims: tuple[Claim, ...]) -> None:
    """A claim under another key is told from one that is gone."""
    renumbered = attrs.evolve(claims[0], key="case-1/woman")

    assert describe_words(renumbered) == describe_words(claims[0])
    with pytest.raises(ClaimErrors, match="never renumbered"):
        check_identifiers(register, [renumbered, *claims[1:]])


def test_lost_claim_is_missed(register: Path, claims: tuple[Claim, ...]) -> None:
    """A claim that is gone without being withdrawn is told; a withdrawn one is not."""
    with pytest.raises(ClaimErrors, match="was published and is gone"):
        check_identifiers(register, claims[1:])
    check_identifiers(register, [attrs.evolve(claims[0], status="withdrawn"), *claims[1:]])


def test_swapped_keys_are_known_by_their_words(register: Path, claims: tuple[Claim, ...]) -> None:
    """Two registered claims that trade their keys are both refused, each told which claim its key belongs to."""
    first, second = (c for c in claims if c.spans and c.says.id == c.key and "narrator" in c.key and c.key < "case-3")
    swapped = [attrs.evolve(first, key=second.key), attrs.evolve(second, key=first.key)]
    others = [claim for claim in claims if claim not in (first, second)]

    with pytest.raises(ClaimErrors) as refused:
        check_identifiers(register, [*swapped, *others])

    assert len(refused.value.errors) == 2
    assert all("a key is never reused" in str(error) for error in refused.value.errors)


def test_no_register_is_an_empty_one(tmp_path: Path, claims: tuple[Claim, ...]) -> None:
    """Before anything is published nothing can be lost."""
    assert read_register(tmp_path / "none.tsv") == {}
    check_identifiers(tmp_path / "none.tsv", claims)


@pytest.mark.parametrize("name", ["place:yanji", "id:a-report/case-1", "nk:Person", "graph:view/asserted"])
def test_prefixed_names_go_both_ways(name: str) -> None:
    """A name that is expanded and shortened is the same name."""
    assert shorten(expand(name)) == name


def test_name_of_a_document_is_its_own() -> None:
    """A name without a prefix belongs to the document, so two documents never share one by chance."""
    assert resource_iri("a", "case-1/narrator") != resource_iri("b", "case-1/narrator")
    assert resource_iri("a", "place:x") == resource_iri("b", "place:x") == f"{BASE}place/x"
