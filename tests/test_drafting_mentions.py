"""What a draft finds in sentences made up for it, and the rules by which a draft is measured."""

from __future__ import annotations

import pytest

from nkgraph.drafting.citations import find_cited_years, find_spoken_dates
from nkgraph.drafting.drafter import Proposal, Said
from nkgraph.drafting.draftfiles import format_drafts
from nkgraph.drafting.facts import Fact, read_proposals_as_facts
from nkgraph.drafting.figures import find_figures
from nkgraph.drafting.gazetteers import Gazetteers
from nkgraph.drafting.instruments import find_instruments
from nkgraph.drafting.measuring import score_facts
from nkgraph.drafting.mentions import find_dates, find_sums
from nkgraph.drafting.places import find_places
from nkgraph.drafting.provisions import find_provisions
from nkgraph.drafting.units import Unit, load_language, read_units
from nkgraph.passages import split_passages
from nkgraph.spans import make_span, read_text

NOTHING_KNOWN = Gazetteers({}, {}, {}, frozenset(), frozenset())


def units_of(text: str) -> list[Unit]:
    return list(read_units(text, split_passages("a-letter", text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On 3 May 2001 and on May 4, 2001, it rained.", ["2001-05-03", "2001-05-04"]),
        ("It rained in the late 1980s, in Sept. 1991 and on 2003-02-01.", ["198X", "1991-09", "2003-02-01"]),
        ("Ships came in June and July 1999.", ["1999-06", "1999-07"]),
        ("They paid 2000 yuan, 1998 - 2500 RMB, under resolution 1999 and note 2001.", []),
        ("In May the ice broke.", []),
    ],
)
def test_dates(text: str, expected: list[str]) -> None:
    assert [found.value for found in find_dates(load_language()(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for 1,200 to 1,500 yuan a month", [("1200", "1500", "CNY", "month")]),
        ("about 240 US dollars per year", [("240", "240", "USD", "year")]),
        ("RMB ($257-$ 642) and US $2.5 million", [("257", "642", "USD", None), ("2500000", "2500000", "USD", None)]),
        ("up to 5,000 yuan", [(None, "5000", "CNY", None)]),
        ("5,000 boats and 30 crews", []),
    ],
)
def test_sums(text: str, expected: list[tuple[str | None, str | None, str, str | None]]) -> None:
    assert [(f.low, f.high, f.currency, f.per) for f in find_sums(load_language()(text))] == expected


def test_figures_have_units_and_sources() -> None:
    text = (
        "According to the Harbour Office, some 1,250 people and 14 percent of all boats left. The report has 2 parts."
    )
    found = list(find_figures(load_language()(text)))

    assert [(f.low, f.unit, f.approximate) for f in found] == [("14", "percent", False), ("1250", "persons", True)]
    assert {f.credited.text for f in found if f.credited is not None} == {"Harbour Office"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We went to Dunhua in Jilin Province, and from there to the Tumen River.", ["place:dunhua"]),
        ("She was born in Kyongwon-\ngun and went to Mudangjiang.", ["place:kyongwon", "place:mudanjiang"]),
        ("My uncle lived in Tonghua. A man from Harbin came.", []),
        ("Ms. Dalian spoke at Dandong University near Shenyang.", []),
        ("He led us to the Harbin station.", ["place:harbin"]),
        ("The Yanbian Korean Autonomous Prefecture is hilly.", ["place:yanbian"]),
        ("We came to Haemil County. Later Haemil was empty.", ["place:haemil", "place:haemil"]),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    """Towns are found; rivers, what encloses a town, people, and places where others live are not."""
    assert [mention.place for _, mention in find_places(units_of(text), NOTHING_KNOWN)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "It broke the 1934 Harbour Convention and the 1961 Protocol in 1970.",
            ["1934 Harbour Convention", "1961 Protocol"],
        ),
        (
            "Sea Assembly, Convention against the Ruin of Boats, 3 May 1934, Sea Treaties, Treaty Series, vol. 3.",
            ["Convention against the Ruin of Boats"],
        ),
        (
            "The Fishing Law of the People’s Republic of Sealand applies.",
            ["Fishing Law of the People’s Republic of Sealand"],
        ),
        ("Although the Handbook is long, international law is longer.", ["Handbook"]),
        ("They signed a 1971 bilateral agreement and a new code.", ["1971 bilateral agreement", "new code"]),
        ("As document S/RES/12/34 says, a captain should act.", ["S/RES/12/34"]),
        ("(The Fishing Law and Its Friends in the Harbour, 2021)", []),
        ("The actors went to Act in a play.", []),
    ],
)
def test_instruments(text: str, expected: list[str]) -> None:
    """Titles end where they end, and titles of works are none."""
    assert [mention.span.text for _, mention in find_instruments(units_of(text), NOTHING_KNOWN)] == expected


def test_a_short_name_is_the_instrument_it_was_given_to() -> None:
    text = "China joined the Convention on the Safety of Ferries (“Ferry Convention”). The Ferry Convention is old."
    found = [mention for _, mention in find_instruments(units_of(text), NOTHING_KNOWN)]
    assert {mention.instrument for mention in found} == {"instrument:convention-on-the-safety-of-ferries"}


def test_provisions_belong_to_the_nearest_instrument() -> None:
    text = "Articles 3(b) of the Ferry Convention and paragraph 12 of the Pier Declaration differ."
    (unit,) = units_of(text)
    near = [mention for _, mention in find_instruments([unit], NOTHING_KNOWN)]
    found = [(p.number, p.instrument.span.text if p.instrument else None) for p in find_provisions(unit, near)]
    assert found == [("3(b)", "Ferry Convention"), ("12", "Pier Declaration")]


def test_years_of_works_are_not_dates_of_the_text() -> None:
    """A note cites by its year; a day of access is nothing; a text in brackets cites too."""
    language = load_language()
    note = language(
        "7 A. Li, “Boats of 1990,” (Harbin: Sea Press, 2003). Available at: www.sea.example [accessed 9 April 2009]"
    )
    assert [found.year for found in find_cited_years(note)] == ["2003"]
    assert list(find_spoken_dates(note, note=True)) == []
    text = language("The pier was built in 1931 (Li, 2003; Ahn, 2004), as Pak (2005, p. 7) shows.")
    assert [found.value for found in find_spoken_dates(text, note=False)] == ["1931"]


def _propose(text: str, key: str, says: Said, words: str) -> Proposal:
    start = text.index(words)
    return Proposal("context", key, says, (make_span(read_text("a-letter", text), start, start + len(words)),))


def test_a_date_counts_once_and_at_its_precision() -> None:
    """The year of a day told in the same passage is no second fact; in another passage it is."""
    text = "It rained on 3 May 2001. That was 2001.\n\nIn 2001 it also snowed."
    passages = split_passages("a-letter", text)
    dated = [("2001-05-03", "3 May 2001"), ("2001", "was 2001"), ("2001", "In 2001")]
    proposals = [
        _propose(text, f"context/{n}", {"id": f"context/{n}", "type": "ContextStatement", "date": date}, words)
        for n, (date, words) in enumerate(dated)
    ]
    facts = read_proposals_as_facts(proposals, "a-letter", passages, ())
    assert facts == [Fact("dates", "paragraph-1", "2001-05-03"), Fact("dates", "paragraph-2", "2001")]


def test_a_bound_and_a_value_of_one_number_are_one_fact() -> None:
    """Whether "over 300" is a value or a bound, two coders decide otherwise; the number is the fact."""
    text = "It cost over 300 yuan."
    passages = split_passages("a-letter", text)
    kinds: list[Said] = [
        {"id": "a", "type": "Payment", "amount": "300", "currency": "CNY"},
        {"id": "a", "type": "Payment", "amountMin": "300", "currency": "CNY"},
        {"id": "a", "type": "StatisticalStatement", "value": "300", "unit": "CNY", "currency": "CNY"},
    ]
    facts = [
        read_proposals_as_facts([_propose(text, "a", says, "300 yuan")], "a-letter", passages, ()) for says in kinds
    ]
    assert facts == [[Fact("sums", "paragraph-1", "300 CNY")]] * 3


def test_events_are_counted_and_values_are_not() -> None:
    told = [Fact("crossings", "case-1", "crossing")] * 2 + [Fact("dates", "case-1", "2001")] * 2
    scores = {score.family: score for score in score_facts(told, told[1:])}
    assert (scores["crossings"].reviewed, scores["crossings"].drafted, scores["crossings"].right) == (2, 1, 1)
    assert (scores["dates"].reviewed, scores["dates"].drafted, scores["dates"].f1) == (1, 1, 1.0)
    assert scores["sums"].f1 is None


@pytest.mark.parametrize(
    "name", ["no", "Null", "A: B", "1,5", "007", "- x", "it's", "“Sea”", "a #b", "x, y", "[z]", "2001-05"]
)
def test_any_text_stands_in_a_file_as_it_is(name: str) -> None:
    """What another reader of YAML would take for something else stands in quotation marks."""
    from ruamel.yaml import YAML

    text = "It rained."
    written = format_drafts(
        [_propose(text, "a", {"id": "a", "type": "Event", "name": name, "alias": [name]}, "rained")], text
    )
    (item,) = YAML(typ="safe").load(written)
    assert (item["says"]["name"], item["says"]["alias"], item["status"]) == (name, [name], "drafted")
    assert written.startswith('#> "rained"\n- says: {id: a,')
