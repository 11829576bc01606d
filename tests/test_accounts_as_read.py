"""What a reader of the accounts knows, asked of the graph: hard cases read by hand, beside the rows of the canned queries.

Facts only: each expectation is the code and number that a person reading the account writes down.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nkgraph.evaluation import LocalAnswers
from nkgraph.project import default_project
from nkgraph.queries import find_query, load_queries, run_query
from nkgraph.store import open_store
from nkgraph.tables import read_table, show_cell

Row = dict[str, str]


class Asked:
    """The canned queries over the built graph, each asked once."""

    def __init__(self, graph: Path) -> None:
        self._service = LocalAnswers(open_store(graph))
        self._queries = load_queries(default_project().queries)
        self._rows: dict[str, list[Row]] = {}

    def rows(self, name: str, **values: str) -> list[Row]:
        """Return the rows of a query as plain texts, an unbound cell as an empty text."""
        key = f"{name} {sorted(values.items())}"
        if key not in self._rows:
            query = find_query(self._queries, name)
            table = read_table(run_query(self._service, query, values), query.columns)
            self._rows[key] = [dict(zip(table.columns, map(show_cell, row), strict=True)) for row in table.rows]
        return self._rows[key]

    def of_case(self, name: str, case: int) -> list[Row]:
        """Return the rows of one account."""
        return [row for row in self.rows(name) if row["case"] == str(case)]


@pytest.fixture(scope="module")
def asked(built_graph: Path) -> Asked:
    """The built graph, ready to be asked."""
    return Asked(built_graph)


def test_all_53_accounts_have_a_narrator_with_name_year_and_province(asked: Asked) -> None:
    """Every account has its heading's surname, year of birth and province, numbered 1 to 53 without a gap."""
    rows = asked.rows("accounts")

    assert [str(n) for n in range(1, 54)] == [row["case"] for row in rows]
    assert [
        row for row in rows if not (row["surname"] and row["birth_year"] and row["province"] and row["title"])
    ] == []
    assert dict(Counter(row["province"] for row in rows)) == {"Heilongjiang": 25, "Jilin": 22, "Shandong": 6}


def test_interviews_are_dated_by_their_series(asked: Asked) -> None:
    """The interviews of a province are dated by its series: first and last month."""
    found = {row["province"]: (row["interview_from"], row["interview_to"]) for row in asked.rows("accounts")}

    assert found == {
        "Heilongjiang": ("2004-11", "2006-01"),
        "Jilin": ("2004-11", "2006-04"),
        "Shandong": ("2006-03", "2006-10"),
    }


def test_a_sum_paid_for_two_women_is_one_payment(asked: Asked) -> None:
    """Case 43: one payment of 4,000 for the narrator and her friend, in one transfer of two persons."""
    paid = [row for row in asked.of_case("money", 43) if row["kind"] == "sale" and row["amount_min"] == "4000"]
    transferred = [row for row in asked.of_case("transfers", 43) if row["amount_min"] == "4000"]

    assert len(paid) == 1
    assert [row["persons"] for row in transferred] == ["2", "2"]
    assert {"self", "other"} == {row["subject"] for row in transferred}
    assert len({row["transfer"] for row in transferred}) == 1


def test_the_resale_of_case_43_and_the_attempt_of_2003(asked: Asked) -> None:
    """Case 43: the narrator is resold for 10,000; a sale begun in 2003 is attempted and has no sum."""
    own = [row for row in asked.of_case("transfers", 43) if row["subject"] == "self"]

    assert [row["kind"] for row in own] == ["sold", "sold", "resold", "attempted_sale"]
    assert tuple(own[2][c] for c in ("amount_min", "amount_max", "currency")) == ("10000", "10000", "CNY")
    assert tuple(own[3][c] for c in ("year", "amount_min", "payment")) == ("2003", "", "")


def test_a_payment_that_is_doubted_stays_empty(asked: Asked) -> None:
    """Case 15: she does not think that he paid; that is neither paid nor not paid."""
    (row,) = asked.of_case("transfers", 15)

    assert (row["kind"], row["payment"], row["amount_min"]) == ("handed_over", "", "")


def test_a_band_fills_only_the_bound_it_gives(asked: Asked) -> None:
    """Case 43: savings of less than a band have an upper bound and no lower one."""
    (row,) = [row for row in asked.of_case("money", 43) if row["kind"] == "savings"]

    assert (row["amount_min"], row["amount_max"], row["per"]) == ("", "4000", "month")


def test_won_are_not_yuan(asked: Asked) -> None:
    """Case 45: a wage in North Korea is in North Korean won."""
    assert [row["currency"] for row in asked.of_case("money", 45) if row["amount_max"] == "4000"] == ["KPW"]


def test_several_times_is_a_count_and_no_events(asked: Asked, built_graph: Path) -> None:
    """Case 23: sold several times gives a statement of a count, and the one introduction told gives the one transfer."""
    assert [row["kind"] for row in asked.of_case("transfers", 23)] == ["introduced"]


def test_three_entries_into_china_are_three_crossings(asked: Asked) -> None:
    """Case 50 tells of three entries; Case 48 of two, nearly eight years apart."""
    assert [row["year"] for row in asked.of_case("crossings", 50)] == ["1998", "2002", "2003"]
    assert [(row["year"], row["month"], row["companions"]) for row in asked.of_case("crossings", 48)] == [
        ("1998", "1", "alone"),
        ("2005", "12", ""),
    ]


def test_routes_name_places_with_province_and_country(asked: Asked) -> None:
    """Case 3 goes through Longjing and Mudanjiang to Qitaihe; each step has a country."""
    assert [row["place"] for row in asked.of_case("routes", 3)] == ["Longjing", "Mudanjiang", "Qitaihe"]
    assert [row for row in asked.rows("routes") if not row["country"]] == []


def test_45_women_tell_53_accounts(asked: Asked) -> None:
    """By the judgements eight narrators are women who tell another account too; that two more are is left unsure."""
    rows = asked.rows("persons")

    assert (len(rows), sum(int(row["accounts"]) for row in rows)) == (45, 53)
    assert dict(Counter(row["accounts"] for row in rows)) == {"1": 38, "2": 6, "3": 1}


def test_a_sale_told_twice_with_two_sums_is_disputed_and_counted_once(asked: Asked) -> None:
    """Cases 1 and 50 tell one sale with 3,000 and 5,000: one sale of 1998 with a price, its range kept."""
    (told,) = [row for row in asked.rows("double-told") if (row["case_a"], row["case_b"]) == ("1", "50")]
    (year,) = [row for row in asked.rows("sale-prices") if row["year"] == "1998"]

    assert (told["agrees"], told["disagrees"]) == ("kind; payment", "amount")
    assert (year["disputed"], year["max"]) == ("1", "5000")


def test_the_report_counts_twenty_prices_in_four_bands(asked: Asked) -> None:
    """The report's bands are 3, 10, 5 and 2 of 20; the accounts are another base, so they are not comparable."""
    rows = asked.rows("price-bands")

    assert [("20", n, "no") for n in ("3", "10", "5", "2")] == [
        (row["base_in_report"], row["in_report"], row["comparable"]) for row in rows
    ]


def test_a_signature_is_not_being_party(asked: Asked) -> None:
    """The oral testimony says signatory, the report party: each is coded as said."""
    found = {
        (row["document"], row["relation"])
        for row in asked.rows("state-positions")
        if (row["state"], row["instrument"], row["date"]) == ("state:cn", "instrument:refugee-convention-1951", "1982")
    }

    assert {("oral-testimony", "signed"), ("hrnk-lives-for-sale-2009", "party")} == found


def test_china_is_said_not_to_be_party_to_the_trafficking_protocol(asked: Asked) -> None:
    """The 2009 report says so three times, as of 2009; no document says the contrary."""
    rows = [row for row in asked.rows("state-positions") if row["instrument"] == "instrument:trafficking-protocol-2000"]

    assert [(row["relation"], row["as_of"]) for row in rows] == [("not_party", "2009")] * 3


def test_every_row_leads_to_words(asked: Asked) -> None:
    """Each transfer, sum, crossing, intermediary and position has evidence with offsets."""
    for name, column in (("transfers", "transfer"), ("money", "money"), ("crossings", "crossing"), ("routes", "leg")):
        for iri in {row[column] for row in asked.rows(name)}:
            found = asked.rows("evidence", iri=iri)

            assert found, iri
            assert all(row["start"] for row in found), iri


def test_each_side_of_a_judgement_shows_its_own_passage(asked: Asked) -> None:
    """The judgement on Cases 9 and 52 rests on words of both, and says which are whose."""
    rows = asked.rows("evidence", iri="id/hrnk-lives-for-sale-2009/judgement/person-9-52")

    assert {row["passage"].rpartition("/")[2] for row in rows} == {"case-9", "case-52"}


def test_a_gang_is_not_called_a_trafficker(asked: Asked) -> None:
    """Only actors whom the account itself calls traffickers have a yes; Case 42 speaks of a gang."""
    found = {row["case"] for row in asked.rows("intermediaries") if row["called_trafficker"] == "yes"}

    assert "42" not in found
    assert {"4", "5", "34"} <= found


def test_undated_events_are_in_the_timeline(asked: Asked) -> None:
    """Case 1 dates no transfer; both are told all the same, without a date."""
    rows = asked.rows("timeline", account="id/hrnk-lives-for-sale-2009/case-1")

    assert [row["begin"] for row in rows if row["kind"] == "transfer"] == ["", ""]


def test_words_are_few(built_graph: Path) -> None:
    """Half of all spans have at most 25 words, and none has more than 80."""
    store = open_store(built_graph)
    found = store.query(
        "PREFIX nk: <https://w3id.org/nkgraph/ontology#> SELECT ?span ?words WHERE { ?span a nk:Span ; nk:wordCount ?words }"
    )
    counts = sorted(int(row["words"].value) for row in found)  # type: ignore[union-attr]

    assert len(counts) > 800
    assert counts[len(counts) // 2] <= 25
    assert counts[-1] <= 80
