"""What the graph answers to part D, as cells that can stand beside those of the second reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from part_d_reading import Row, Rows, find_instrument, join_codes

from nkgraph.evaluation import LocalAnswers
from nkgraph.project import default_project
from nkgraph.queries import find_query, load_queries, run_query
from nkgraph.store import open_store
from nkgraph.tables import read_table, show_cell

_REPORT = "hrnk-lives-for-sale-2009"
_PREFIXES = """PREFIX nk: <https://w3id.org/nkgraph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_TRANSFERS = """SELECT * WHERE {
  ?transfer a nk:Transfer ; nk:kind/skos:notation ?kind
  OPTIONAL { ?transfer nk:event ?event }
  OPTIONAL { ?transfer nk:buyer ?buyer } OPTIONAL { ?transfer nk:payment/nk:payer ?paying }
  BIND(COALESCE(?paying, ?buyer) AS ?payer) OPTIONAL { ?payer nk:origin/skos:notation ?payer_origin }
  OPTIONAL { ?transfer nk:seller ?payee }
  OPTIONAL { ?transfer nk:buyerRole/skos:notation ?buyer_role }
  OPTIONAL { ?transfer nk:place ?where }
  OPTIONAL { ?transfer nk:payment ?payment OPTIONAL { ?payment nk:amountMin ?low } OPTIONAL { ?payment nk:amountMax ?high }
             OPTIONAL { ?payment nk:currency/skos:notation ?currency } }
  OPTIONAL { ?event nk:toldYear ?year }
  BIND(EXISTS { ?transfer a nk:HouseholdSale } AS ?household)
} ORDER BY ?transfer ?payer ?payee"""
_PARTS = """SELECT ?actor ?role ?she ?narrates WHERE {
  ?part a nk:Participation ; nk:actor ?actor ; nk:role/skos:notation ?role ; nk:inAccount ?account .
  OPTIONAL { ?part nk:towards ?she BIND(EXISTS { ?account nk:narrator ?she } AS ?narrates) }
}"""
_JUDGEMENTS = """SELECT ?judgement ?thing ?decision WHERE {
  ?judgement a nk:Judgement ; nk:judges ?thing ; nk:decision/skos:notation ?decision
} ORDER BY ?judgement"""
_STATEMENTS = "SELECT ?said ?of WHERE { ?said a nk:CaseCharacterisation ; nk:ofAccount/nk:narrator ?of }"
_FACTORS = (
    "SELECT ?factor WHERE { ?code skos:notation ?factor ; ^nk:namesFactor ?naming . ?naming a nk:ContextStatement }"
)
_NARRATORS = """SELECT ?she ?from ?home WHERE {
  ?account nk:narrator ?she OPTIONAL { ?she nk:originPlace ?from } OPTIONAL { ?she nk:livesIn ?home }
}"""


def shorten(name: str) -> str:
    """Return the part of an id that follows the report, or the document with the rest.

    >>> shorten("https://w3id.org/nkgraph/id/hrnk-lives-for-sale-2009/case-1/narrator"), shorten("place:jilin")
    ('case-1/narrator', 'jilin')
    """
    name = re.sub(r"^https://w3id.org/nkgraph/(id/)?", "", name)
    return re.sub(r"^(id|place|state|code):", "", name).removeprefix("place/").removeprefix(f"{_REPORT}/")


class Answers:
    """The canned queries over a built graph, each asked once, and questions of our own."""

    def __init__(self, graph: Path) -> None:
        self._store = open_store(graph)
        self._queries = load_queries(default_project().queries)
        self._asked: dict[str, list[Row]] = {}

    def ask(self, name: str) -> list[Row]:
        """Return the rows of a canned query as texts, ids shortened, an unbound cell as an empty text."""
        if name not in self._asked:
            query = find_query(self._queries, name)
            table = read_table(run_query(LocalAnswers(self._store), query, {}), query.columns)
            self._asked[name] = [
                dict(zip(table.columns, (shorten(show_cell(c)) for c in row), strict=True)) for row in table.rows
            ]
        return self._asked[name]

    def find(self, text: str) -> list[Row]:
        """Return the rows of a question of our own, likewise."""
        found = self._store.query(_PREFIXES + text)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        return [{name: shorten(_text(row[name])) for name in names} for row in found]

    def elements(self) -> Rows:
        """Return the episodes."""
        rows: Rows = {}
        for row in self.ask("trafficking-elements"):
            cells = {c: row[c] for c in ("subject", "act", "means", "purpose", "under_18", "answer")}
            cells["consent_words"] = join_codes(word.split(":")[0].strip() for word in row["consent_words"].split(";"))
            rows[row["episode"]] = cells
        return rows

    def custody(self) -> Rows:
        """Return the events of custody."""
        same = (
            "subject",
            "authority",
            "handover_place",
            "facility",
            "days_min",
            "days_max",
            "harm",
            "perpetrator",
            "returned",
            "outcome",
            "kind",
            "date",
        )
        rows = {row["event"]: {c: row[c] for c in same} for row in self.ask("returns-and-custody")}
        for cells in rows.values():
            # The reader has no outcome where the next event tells it, and asks of arrests alone whether she was returned.
            cells["outcome"] = "" if cells["outcome"] in {"returned", "detained"} else cells["outcome"]
            cells["facility"] = cells["facility"].split(" [")[0]
            cells["returned"] = cells["returned"] if cells["kind"] == "arrest" else ""
        return rows

    def factors(self) -> Rows:
        """Return the factors that a document names."""
        return {row["factor"]: {"told": "yes"} for row in self.find(_FACTORS)}

    def punishment_factors(self) -> Rows:
        """Return the factors found in accounts of arrest or return, by account and whose they are."""
        cases = {row["case"] for row in self.ask("returns-and-custody") if row["kind"] in {"arrest", "return"}}
        rows = [row for row in self.ask("punishment-factors") if row["case"] in cases]
        return {f"case-{row['case']} {row['subject']} {row['factor']}": {"stated": "yes"} for row in rows}

    def law(self) -> dict[tuple[str, str, str, str], str]:
        """Return, by kind of event, state, instrument and event, the answer for the day."""
        kinds = {row["event"]: row["kind"] for row in self.ask("returns-and-custody")}
        found: dict[tuple[str, str, str, str], str] = {}
        for row in self.ask("law-in-force-at-event"):
            kind = kinds.get(row["event"], row["event"].split("/")[-1].rpartition("-")[0])
            found[kind, row["state"], find_instrument(row["provision"].removeprefix("provision:")), row["event"]] = row[
                "answer"
            ]
        return found

    def persons(self) -> Rows:
        """Return the judgements, and whom statements on an account are of."""
        judged: dict[tuple[str, str], list[str]] = {}
        for row in self.find(_JUDGEMENTS):
            judged.setdefault((row["judgement"], row["decision"]), []).append(row["thing"])
        rows = {
            " ".join(sorted(things, key=_count)): {"judgement": decision} for (_, decision), things in judged.items()
        }
        return rows | {f"{row['said']} {row['of']}": {"judgement": "same"} for row in self.find(_STATEMENTS)}

    def sale_prices(self) -> Rows:
        """Return the payments, each once, with what its tellings say of payer and payee."""
        tellings: dict[str, list[Row]] = {}
        for row in self.find(_TRANSFERS):
            tellings.setdefault(row["event"] or row["transfer"], []).append(row)
        persons = {row["transfer"]: row["persons"] for row in self.ask("transfers")}
        whose: dict[str, set[str]] = {}
        for row in self.ask("transfers"):
            whose.setdefault(row["transfer"], set()).add(row["subject"])
        rows: Rows = {}
        for row in self.ask("payments"):
            event = row["payment"].removesuffix("/payment")
            told = tellings.get(event, [])
            first = next((one for one in told if one["transfer"] == event), {})
            others = {one["transfer"] for one in told} - {event}
            cells = {
                "subject": join_codes(whose.get(event, ())),
                "women": persons.get(event, "1"),
                "also_told_as": join_codes(others),
            }
            cells |= {c: row[c] for c in ("kind", "amount_min", "amount_max", "currency")}
            cells |= {
                c: first.get(c, "") or next((one[c] for one in told if one[c]), "")
                for c in ("payer", "payee", "buyer_role")
            }
            cells["payer_origin"] = next((one["payer_origin"] for one in told if one["payer_origin"]), "")
            cells |= {"year": first.get("year", ""), "place": next((one["where"] for one in told if one["where"]), "")}
            household = any(one["household"] == "true" for one in told)
            rows[event] = cells | {
                "final_household": "yes" if household else "",
                "disputed": "yes" if int(row["sums"]) > 1 else "",
            }
        return rows

    def origin_to_destination(self) -> Rows:
        """Return transfers with where they led, and narrators with origin, way and province."""
        names = {
            row["name"]: row["place"]
            for row in self.find("SELECT ?place ?name WHERE { ?place nk:name ?name ; a nk:Place }")
        }
        provinces = {
            row["place"]: row["province"]
            for row in self.find("SELECT ?place ?province WHERE { ?place nk:inProvince ?province }")
        }
        rows: Rows = {}
        for row in self.find(_TRANSFERS):
            if row["transfer"].startswith("case-"):
                place, province = row["where"], provinces.get(row["where"], "")
                rows[row["transfer"]] = {
                    "reached_by": row["kind"].replace("resold", "sold"),
                    "to_place": "" if place == province else place,
                    "to_province": province,
                }
        for row in self.find(_NARRATORS):
            old = rows.get(row["she"], {"from_place": ""})
            cells = {
                "from_place": join_codes({row["from"], *old["from_place"].split("; ")}),
                "living_province": provinces.get(row["home"], ""),
            }
            case = row["she"].split("/")[0].removeprefix("case-")
            steps = [names[one["place"]] for one in self.ask("routes") if one["case"] == case and one["place"]]
            rows[row["she"]] = cells | {"route": "; ".join(steps)}
        return rows

    def intermediaries(self) -> Rows:
        """Return the roles: an actor, a role, and towards whom."""
        told = {row["intermediary"]: row for row in self.ask("intermediaries")}
        rows: Rows = {}
        for row in self.find(_PARTS):
            if row["actor"] in told:
                cells = {
                    c: told[row["actor"]][c] for c in ("origin", "gender", "relation", "called_trafficker", "persons")
                }
                rows[f"{row['actor']} {row['role']} {'self' if row['narrates'] == 'true' else 'other'}"] = cells
        return rows

    def figures(self) -> Rows:
        """Return the figures."""
        documents: dict[str, set[str]] = {}
        for row in self.ask("figure-genealogy"):
            documents.setdefault(row["counted_as"], set()).add(row["document"])
        stated = {row["statistic"]: row for row in self.ask("statistics")}
        rows: Rows = {}
        for row in self.ask("figure-genealogy"):
            cells = {c: stated[row["figure"]][c] for c in ("value_min", "value_max", "unit")}
            if stated[row["figure"]]["band_min"] or stated[row["figure"]]["band_max"]:
                band = {c: stated[row["figure"]][c] for c in ("band_min", "band_max")}
                cells = {"value_min": band["band_min"], "value_max": band["band_max"], "unit": "CNY"}
            cells |= {
                "hops": row["hops"],
                "origin": row["origin"],
                "attributed_to": row["attributed_to"].replace("the nonprofit ", ""),
            }
            name = row["figure"] if row["figure"].startswith(row["document"]) else f"{row['document']}/{row['figure']}"
            rows[name] = cells | {"in_two_documents": "yes" if len(documents[row["counted_as"]]) > 1 else ""}
        return rows


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    return "" if term is None or isinstance(term, ox.Triple) else term.value


def _count(name: str) -> tuple[int, str]:
    number = re.search(r"case-(\d+)", name)
    return int(number[1]) if number else 0, name


ASKERS: dict[str, Callable[[Answers], Rows]] = {
    "elements": Answers.elements,
    "custody": Answers.custody,
    "factors": Answers.factors,
    "punishment-factors": Answers.punishment_factors,
    "persons": Answers.persons,
    "sale-prices": Answers.sale_prices,
    "origin-to-destination": Answers.origin_to_destination,
    "intermediaries": Answers.intermediaries,
    "figures": Answers.figures,
}
