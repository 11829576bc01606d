from __future__ import annotations

import unicodedata

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkgraph.errors import ClaimError
from nkgraph.folding import fingerprint, fold, hash_prefixes, window_hash
from nkgraph.numbers import numbers_in
from nkgraph.spans import CONTEXT, Reading, check_span, find_quotation, make_span, read_text

#: An invented text in the layout of the report, with a footnote and a caption between the parts of one sentence.
TEXT = """\
 Bread and Baskets
She sold 1,200 loaves in Octo-
ber 1998, and 200 more in the ﬁrst week of 1999; the baker paid her $4.50 for each, or 12% less than
he had said. She sold bread again in 2001 and

1 A note on bread.

A basket by the door.
 was paid in rice. “It was enough,” she said.

Case 1 Ms. One in Northland, born in 1950

I kept my basket.
"""


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_text("hrnk-invented", TEXT)


# Folding


@given(st.text(), st.text())
def test_the_fold_of_a_part_is_a_part_of_the_fold(first: str, second: str) -> None:
    assert fold(first + second).characters == fold(first).characters + fold(second).characters


@given(st.text())
def test_folding_is_stable_and_keeps_the_way_back(text: str) -> None:
    folded = fold(text)
    assert fold(folded.characters).characters == folded.characters
    assert len(folded.positions) == len(folded.characters)
    assert list(folded.positions) == sorted(folded.positions)
    for place, position in enumerate(folded.positions):
        assert folded.characters[place] in fold(text, position, position + 1).characters


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_folding_does_not_depend_on_the_normal_form(text: str, form: str) -> None:
    assert fold(unicodedata.normalize(form, text)).characters == fold(text).characters  # type: ignore[arg-type]


@given(st.text(alphabet="abc \n-’\u00ad"), st.text(alphabet="abc"), st.text(alphabet="abc"))
def test_every_window_hashes_as_it_would_alone(text: str, before: str, after: str) -> None:
    inner = fold(text).characters
    prefixes = hash_prefixes(before + inner + after)
    assert f"{window_hash(prefixes, len(before), len(inner)):016x}" == fingerprint(inner)


def test_fingerprints_tell_apart_what_is_near() -> None:
    near = [f"{n} yuan" for n in range(3000)] + ["ab", "ba", "a", "aa", "aaa", ""]
    assert len({fingerprint(fold(words).characters) for words in near}) == len(near)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("be-\ncome", "become"),
        ("be\u00adcome", "become"),
        ("ﬁve oﬃces", "five offices"),
        ("“don’t”", '"DON\'T"'),
        ("Hamgyŏng", "Hamgyo\u0306ng"),
        ("1, 797 RMB", "1,797  RMB"),
        ("Korean-\nChinese", "Korean-Chinese"),
    ],
)
def test_conversions_fold_alike(first: str, second: str) -> None:
    assert fold(first).characters == fold(second).characters


# Numbers


@given(st.integers(min_value=0, max_value=10**9))
def test_a_number_is_read_however_it_is_grouped(number: int) -> None:
    assert numbers_in(f"paid {number} yuan") == (str(number),)
    assert numbers_in(f"paid RMB{number:,}.") == (str(number),)


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=1, max_value=99))
def test_decimals_are_plain(whole: int, hundredths: int) -> None:
    (found,) = numbers_in(f"${whole:,}.{hundredths:02d} in all")
    assert float(found) == float(f"{whole}.{hundredths:02d}")
    assert found == found.rstrip("0") or "." not in found


@given(st.sets(st.integers(min_value=0, max_value=9999), max_size=6))
def test_numbers_are_ascending_and_each_once(numbers: set[int]) -> None:
    words = " and ".join(f"{n} times {n}" for n in numbers)
    assert numbers_in(words) == tuple(str(n) for n in sorted(numbers))


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("forty-five; ninety nine", "45 99"),
        ("twenty-first of May", "5 21"),
        ("Seventy-seven interviews, 53 accounts", "53 77"),
        ("two-to-three hours", "2 3"),
        ("a two-hour ride, 36 year old", "2 36"),
        ("about 2 million; 1.5 million; two thousand", "2000 1500000 2000000"),
        ("one hundred and twenty days", "120"),
        ("two and a half years and a half", "0.5 2.5"),
        ("(257-$ 642)", "257 642"),
        ("14-1.1", "1.1 14"),
        ("mid-1990s, 21st", "21 1990"),
        ("5p.m. to 10 p.m.", "5 10"),
        ("once or twice", "1 2"),
        ("he may march in august company", ""),
        ("AUG 9 2022; 17 Sept 2021", "8 9 17 2021 2022"),
        ("thir-\nteen and twenty-\ntwo", "13 22"),
        ("age of 18, 400 yuan", "18 400 18400"),
        ("in 1999, 300 yuan", "300 1999"),
        ("first, second and third", "1 2 3"),
        ("women.²⁸", ""),
        ("2001-2004, 24,809 cases", "2001 2004 24809"),
        ("007", "7"),
        ("none", ""),
    ],
)
def test_numbers_of_words(words: str, numbers: str) -> None:
    assert " ".join(numbers_in(words)) == numbers


# Spans


def test_a_span_says_where_and_what(reading: Reading) -> None:
    start, end = find_quotation("1,200 loaves in October 1998", reading)
    span = make_span(reading, start, end, ("amount",))
    assert TEXT[start:end] == "1,200 loaves in Octo-\nber 1998"
    assert (span.words, span.length, span.numbers, span.properties) == (5, 23, ("10", "1200", "1998"), ("amount",))
    assert span.fingerprint == fingerprint("1200loavesinoctober1998")
    assert span.before == fingerprint("breadandbasketsshesold")
    assert span.after == fingerprint("and200moreinthefirstweekof1999thebaker"[:CONTEXT])
    assert check_span(span, reading) is None


def test_context_does_not_change_when_a_footnote_goes(reading: Reading) -> None:
    without = read_text(
        "hrnk-invented", TEXT.replace("1 A note on bread.\n\nA basket by the door.\n", "").replace(" was", "was")
    )
    for words in ("bread again in 2001", "paid in rice", "rice. “It was enough"):
        here, there = (make_span(r, *find_quotation(words, r)) for r in (reading, without))
        assert (here.before, here.after, here.fingerprint) == (there.before, there.after, there.fingerprint)


def test_context_of_a_footnote_ends_with_it(reading: Reading) -> None:
    span = make_span(reading, *find_quotation("note on", reading))
    assert (span.before, span.after) == (fingerprint("1a"), fingerprint("bread"))


@pytest.mark.parametrize(
    ("quotation", "words"),
    [
        ("SOLD 1,200 loaves", "sold 1,200 loaves"),
        ("  'first week of 1999';", "ﬁrst week of 1999"),
        ("“It was enough,”", "It was enough"),
        ("$4.50", "$4.50"),
        ("4.50", "4.50"),
        ("12%", "12%"),
        ("or 12%.", "or 12%"),
        ("12", "12"),
        ("note on bread", "note on bread"),
        ("ber 1998", "ber 1998"),
    ],
)
def test_a_quotation_is_found_as_exactly_its_words(reading: Reading, quotation: str, words: str) -> None:
    start, end = find_quotation(quotation, reading)
    assert TEXT[start:end] == words


@pytest.mark.parametrize(
    ("quotation", "message"),
    [
        ("she sold", "stands 2 times in hrnk-invented"),
        ("baker paid her 5 in all", "is not in hrnk-invented.*the document has 'baker paid her', and goes on ' ?.4.50"),
        ("quite another thing", "is not in.*see that the words are copied"),
        ("  …  ", "no words to look for"),
        ("old bread", "is not in"),
        (
            "in 2001 and was paid",
            "cross a footnote, caption, table or page furniture.*quote the words before and after",
        ),
        ("2001 and A note", "is not in"),
    ],
)
def test_a_quotation_that_is_not_there_once_is_refused(reading: Reading, quotation: str, message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        find_quotation(quotation, reading)


def test_a_quotation_is_looked_for_within(reading: Reading) -> None:
    first = TEXT.index("She")
    assert find_quotation("She sold", reading, within=(first, first + 40)) == (first, first + 8)
    assert find_quotation("She sold", reading, within=(first + 1, len(TEXT)))[0] == TEXT.rindex("She sold")
    with pytest.raises(ClaimError, match="between characters 0 and 10"):
        find_quotation("She sold", reading, within=(0, 10))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": 21}, "another length, fingerprint, before"),
        ({"fingerprint": "0" * 16}, "another fingerprint$"),
        ({"after": "0" * 16}, "another after$"),
        ({"words": 9}, "another words$"),
        ({"numbers": ("3",)}, "another numbers$"),
        ({"end": 10_000}, "the document ends before"),
        ({"start": 18, "end": 19}, "no words"),
        ({"end": TEXT.index("A note") + 3}, "cross a footnote"),
    ],
)
def test_a_span_that_does_not_fit_is_reported(reading: Reading, changes: dict[str, object], message: str) -> None:
    span = make_span(reading, *find_quotation("1,200 loaves in October 1998", reading))
    finding = check_span(attrs.evolve(span, **changes), reading)  # type: ignore[arg-type]
    assert finding is not None
    assert finding.rule == "span-mismatch"
    assert pytest.importorskip("re").search(message, finding.message)


@pytest.mark.documents
def test_words_of_the_documents_are_found_where_they_stand(readings: dict[str, Reading]) -> None:
    from conversions import draw_spans

    for reading in readings.values():
        for span in draw_spans(reading, 100, 7):
            assert check_span(span, reading) is None
            scope = (max(0, span.start - 5), min(len(reading.text), span.end + 5))
            words = " ".join(reading.text[span.start : span.end].split())
            try:
                found = find_quotation(words, reading, within=scope)
            except ClaimError as error:
                assert "times" in error.message
            else:
                assert found == (span.start, span.end)
