"""The graph as case data in the manner of HTCDS 2.0: a lossy view, one row a woman, which says what it drops.

Not made, reviewed or endorsed by the International Organization for Migration. An empty cell means that nothing is
stated, or that the standard has no place for it; it never means no. Nothing here decides what anybody is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.exports.cells import NO_VALUE, Row, put_codes, write_rows, write_trace
from nkgraph.exports.coarsening import coarsen_date, coarsen_place
from nkgraph.exports.folders import Folder
from nkgraph.exports.htcds_fields import VOCABULARY, read_columns
from nkgraph.exports.htcds_readme import describe_htcds
from nkgraph.exports.losses import Ledger, write_losses
from nkgraph.exports.mappings import Mappings, read_mappings
from nkgraph.exports.statements import Object, Statements, order_key, read_statements
from nkgraph.iris import code_iri

__all__ = ["export_htcds"]

_OTHERWISE: Final = "HTCDS has no field for it"
#: Why statements are dropped for which a writer gives no reason of its own: by kind, or by kind and property.
_REASONS: Final[dict[str, str]] = {
    "Narrator surname": "no names",
    "* begin": "the first day that a date allows; the date itself is carried where a field holds it",
    "* end": "the last day that a date allows; the date itself is carried where a field holds it",
    "NamedPerson": "no names; only women who tell an account have a row",
    "Payment": "HTCDS has no field for a sum of money",
    "Transfer payment": "HTCDS has no field for a sum of money",
    "Transfer buyer": "an event of HTCDS names no parties",
    "Transfer seller": "an event of HTCDS names no parties",
    "TransferCount": "a number of transfers that are not told of one by one",
    "ConsentStatement": "statements of consent are not exported",
    "Narrator childrenBefore": "accounts tell of children before and after; no sum is stated",
    "Narrator priorMaritalStatus": "told as it was before she left North Korea; the field has no date",
    "Narrator livesIn": "where she lived when interviewed is no address",
    "Birth": "HTCDS has no field for births and children's papers",
    "Custody": "HTCDS has no field for arrest, detention or forced return",
    "AgeStatement": "a stated age is not tied to a first event",
    "Span": "words stay in the documents; HTCDS has no field for evidence",
    "Claim": "HTCDS has no field for evidence; trace.csv names the claims",
    "Person": "takes part in nothing that HTCDS has a role for, or has no field there",
    "PersonGroup": "a group; a person of HTCDS is one individual",
}
_NOT_OF_HERS: Final = "tells of another than a woman who tells an account"
_OF_A_GROUP: Final = "a group; a person of HTCDS is one individual"
_ATTEMPTED: Final = "planned or begun and not carried out; an event of HTCDS took place"
_ATTEMPTED_SALE: Final = ox.NamedNode(code_iri("transfer-kind", "attempted_sale"))
_NO_ONE: Final = "the field would call an actor a trafficker"
_NO_EPISODE: Final = "not told of one who takes part in a course of conduct coded for her"
_OF_A_COURSE: Final = "the date of a whole course of conduct, not of one event"
_UNITS: Final = ("hte_Country", "hte_State", "hte_City")
_NO_DATE: Final = "an interval or uncertain date, which the field cannot hold"


@attrs.frozen(eq=False)
class _Cases:
    """The statements as tables of cases are filled from them: with the women who tell them, and what codes become."""

    statements: Statements
    mappings: Mappings
    ledger: Ledger
    coarse: bool
    women: Mapping[Object, ox.NamedNode]

    def find_women(self, thing: Object, name: str) -> list[ox.NamedNode]:
        """Return the narrators that a property of a thing names; what names others is noted as lost."""
        assert isinstance(thing, ox.NamedNode)
        others = [t for t in self.statements.find_triples(thing, name) if t.object not in self.women]
        self.ledger.drop(others, _NOT_OF_HERS)
        return [n for n in self.statements.find_values(thing, name) if n in self.women and isinstance(n, ox.NamedNode)]

    def find_naming(self, thing: ox.NamedNode, *names: str) -> list[ox.Triple]:
        """Return the statements of what a thing is, and those of its properties that name a narrator or an account."""
        triples = list(self.statements.find_types(thing))
        for name in names:
            triples += [
                t
                for t in self.statements.find_triples(thing, name)
                if t.object in self.women or self.statements.has_kind(t.object, "Account")
            ]
        return triples


def _join(values: Sequence[ox.NamedNode]) -> str:
    return ";".join(dict.fromkeys(value.value for value in sorted(values, key=order_key)))


def _list_women(view: _Cases) -> dict[ox.NamedNode, Row]:
    """Return one row for each woman who tells an account, with the accounts that are judged to be hers."""
    tellings: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for narrator, woman in view.women.items():
        assert isinstance(narrator, ox.NamedNode)
        tellings[woman].append(narrator)
    rows = {}
    for woman, narrators in sorted(tellings.items(), key=lambda pair: order_key(pair[0])):
        accounts = [a for n in narrators for a in view.statements.find_values(n, "inAccount")]
        named = [account for account in accounts if isinstance(account, ox.NamedNode)]
        row = Row(woman.value, {"nk_Id": woman.value, "nk_Accounts": _join(named)})
        for narrator in sorted(narrators, key=order_key):
            row.rest_on(view.find_naming(narrator, "inAccount"))
            for triple in view.statements.find_triples(narrator, "title"):
                row.put("prs_Salutation", getattr(triple.object, "value", ""), triple)
            for triple in view.statements.find_triples(narrator, "birthYear"):
                row.put("prs_Birthdate", getattr(triple.object, "value", ""), triple)
            for field, value, triple in put_codes(view.statements, view.mappings, view.ledger, narrator, "gender"):
                row.put(field, value, triple)
        rows[woman] = row
    return rows


def _add_courses(view: _Cases, rows: Mapping[ox.NamedNode, Row]) -> None:
    """Add to each woman's row the means and purposes of the courses of conduct coded for her, and what their actors did."""
    actors: dict[ox.NamedNode, set[Object]] = defaultdict(set)
    for episode in view.statements.list_kind("Episode"):
        for narrator in view.find_women(episode, "concerns"):
            woman = view.women[narrator]
            for name in ("means", "purpose"):
                for field, value, triple in put_codes(view.statements, view.mappings, view.ledger, episode, name):
                    rows[woman].put(field, value, triple)
            if view.statements.find_values(episode, "act"):
                actors[woman].update(view.statements.find_values(episode, "actor"))
    for woman, known in actors.items():
        assert woman in rows
        for actor in sorted(known, key=order_key):
            view.ledger.drop(view.statements.find_triples(actor, "relation"), _NO_ONE)
    for harm in view.statements.list_kind("Harm"):
        doers = set(view.statements.find_values(harm, "actor"))
        for narrator in view.find_women(harm, "concerns"):
            woman = view.women[narrator]
            if not doers & actors[woman]:
                view.ledger.drop(view.statements.find_triples(harm, "harmKind"), _NO_EPISODE)
                continue
            for field, value, triple in put_codes(view.statements, view.mappings, view.ledger, harm, "harmKind"):
                rows[woman].put(field, value, triple)


def _list_actors(view: _Cases) -> list[Row]:
    """Return one row for each individual reported in a role that HTCDS has a value for, towards one of the women."""
    parts: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for part in view.statements.list_kind("Participation"):
        for actor in view.statements.find_values(part, "actor"):
            if view.statements.has_kind(actor, "PersonGroup"):
                whole = [t for name in ("actor", "role", "towards") for t in view.statements.find_triples(part, name)]
                view.ledger.drop(whole, _OF_A_GROUP)
            elif isinstance(actor, ox.NamedNode) and view.find_women(part, "towards"):
                parts[actor].append(part)
    rows = []
    for actor, its_parts in sorted(parts.items(), key=lambda pair: order_key(pair[0])):
        carried = {}
        for part in its_parts:
            codes = put_codes(view.statements, view.mappings, view.ledger, part, "role")
            if codes:
                carried[part] = codes
        if not carried:
            continue
        towards = [view.women[woman] for part in carried for woman in view.find_women(part, "towards")]
        row = Row(actor.value, {"nk_Id": actor.value, "nk_Towards": _join(towards)})
        row.rest_on(view.find_naming(actor, "inAccount"))
        for part, codes in carried.items():
            row.rest_on([*view.find_naming(part, "towards", "inAccount"), *view.statements.find_triples(part, "actor")])
            for field, value, triple in codes:
                row.put(field, value, triple)
        for field, value, triple in put_codes(view.statements, view.mappings, view.ledger, actor, "gender"):
            row.put(field, value, triple)
        rows.append(row)
    return rows


def _add_place_and_date(view: _Cases, row: Row, event: ox.NamedNode) -> None:
    for triple in view.statements.find_triples(event, "place"):
        at = coarsen_place(view.statements, triple.object, coarse=view.coarse)
        view.ledger.carry(at.rests_on)
        for field, value in (("hte_City", at.city), ("hte_State", at.province), ("hte_Country", at.code)):
            if value:
                row.put(field, value, triple, coarser=at.is_coarser)
    for triple in view.statements.find_triples(event, "date"):
        date = coarsen_date(getattr(triple.object, "value", ""), coarse=view.coarse)
        if date is None:
            view.ledger.drop([triple], _NO_DATE)
        else:
            row.put("hte_Date", date[0], triple, coarser=date[1])


def _withhold_parts(row: Row) -> None:
    """Leave out the smaller units where tellings differ on a larger one: no county of one beside a province of another."""
    for number, larger in enumerate(_UNITS):
        if len(row.cells.get(larger, ())) > 1:
            for smaller in _UNITS[number + 1 :]:
                row.cells.get(smaller, {}).setdefault(NO_VALUE, [])


def _own_columns(
    identifier: str, women: Sequence[ox.NamedNode], kind: str, told_as: Sequence[str], tellings: str
) -> dict[str, str]:
    return {
        "nk_Id": identifier,
        "nk_Persons": _join(women),
        "nk_Kind": kind,
        "nk_TransferKind": ";".join(told_as),
        "nk_Tellings": tellings,
    }


def _list_events(view: _Cases) -> list[Row]:
    """Return one row for each transfer, however often it is told, and one for each type of event that an episode holds."""
    tellings: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for transfer in view.statements.list_kind("Transfer"):
        if _ATTEMPTED_SALE in view.statements.find_values(transfer, "kind"):
            view.ledger.drop(view.statements.find_all_triples(transfer), _ATTEMPTED)
        elif view.find_women(transfer, "transferred"):
            tellings[view.statements.told.get(transfer, transfer)].append(transfer)
    rows = []
    for event, transfers in sorted(tellings.items(), key=lambda pair: order_key(pair[0])):
        women = [view.women[woman] for transfer in transfers for woman in view.find_women(transfer, "transferred")]
        kinds = [triple for transfer in transfers for triple in view.statements.find_triples(transfer, "kind")]
        told_as = sorted({getattr(triple.object, "value", "").rpartition("/")[2] for triple in kinds})
        own = _own_columns(event.value, women, "Transfer", told_as, _join(transfers))
        row = Row(event.value, own)
        row.rest_on(kinds)
        for transfer in transfers:
            row.rest_on(view.find_naming(transfer, "transferred", "inAccount"))
            _add_place_and_date(view, row, transfer)
            for field, value, triple in put_codes(view.statements, view.mappings, view.ledger, transfer, "kind"):
                row.put(field, value, triple)
        _withhold_parts(row)
        rows.append(row)
    for episode in view.statements.list_kind("Episode"):
        women = [view.women[woman] for woman in view.find_women(episode, "concerns")]
        if not women:
            continue
        types: dict[str, list[ox.Triple]] = defaultdict(list)
        for _, value, triple in put_codes(view.statements, view.mappings, view.ledger, episode, "act"):
            if value != NO_VALUE:
                types[value].append(triple)
        view.ledger.drop(view.statements.find_triples(episode, "date"), _OF_A_COURSE)
        for value, triples in sorted(types.items()):
            identifier = f"{episode.value}#{value}"
            row = Row(identifier, _own_columns(identifier, women, "Episode", (), episode.value))
            row.rest_on(view.find_naming(episode, "concerns", "inAccount"))
            for triple in triples:
                row.put("hte_Type", value, triple)
            rows.append(row)
    return rows


def _list_organisations(view: _Cases) -> list[Row]:
    """Return one row for each organisation that a document names."""
    mentions: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for mention in view.statements.list_kind("OrganisationMention"):
        for organisation in view.statements.find_values(mention, "organisation"):
            if isinstance(organisation, ox.NamedNode):
                mentions[organisation].append(mention)
    rows = []
    for organisation, its_mentions in sorted(mentions.items(), key=lambda pair: order_key(pair[0])):
        row = Row(organisation.value, {"nk_Id": organisation.value})
        row.rest_on(view.statements.find_types(organisation))
        for triple in view.statements.find_triples(organisation, "name"):
            row.put("org_Name", getattr(triple.object, "value", ""), triple)
        for mention in its_mentions:
            naming = view.statements.find_triples(mention, "organisation")
            row.rest_on([*view.statements.find_types(mention), *naming])
            for field, value, code in put_codes(
                view.statements, view.mappings, view.ledger, mention, "organisationKind"
            ):
                row.put(field, value, code)
        rows.append(row)
    return rows


def export_htcds(store: ox.Store, *, coarse: bool = False) -> Folder:
    """Return a built graph as CSV files with the fields of HTCDS 2.0, what they rest on, and what they drop.

    ``coarse`` shows years and provinces instead of months and counties. Codes are carried by the mappings that the graph
    holds (``vocabulary:htcds-2.0/<field>/<notation>``); without any, no code is.
    """
    statements = read_statements(store)
    women: dict[Object, ox.NamedNode] = {n: statements.told.get(n, n) for n in statements.list_kind("Narrator")}
    view = _Cases(statements, read_mappings(store, VOCABULARY), Ledger(statements), coarse, women)
    persons = _list_women(view)
    _add_courses(view, persons)
    tables: dict[str, Sequence[Row]] = {
        "persons": list(persons.values()),
        "actors": _list_actors(view),
        "events": _list_events(view),
        "organisations": _list_organisations(view),
    }
    files = {f"{name}.csv": write_rows(rows, read_columns()[name], view.ledger) for name, rows in tables.items()}
    files["trace.csv"] = write_trace(tables, statements, view.ledger)
    losses = view.ledger.close(_REASONS, _OTHERWISE)
    files["dropped.csv"] = write_losses(losses)
    files["README.md"] = describe_htcds(tables, view.mappings, losses, coarse=coarse)
    return Folder(files, losses)
