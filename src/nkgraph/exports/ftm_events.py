"""Events and payments as entities of FollowTheMoney: each event once, of so many persons, to the month and the county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from nkgraph.exports.coarsening import COARSER, Location, coarsen_date, coarsen_place
from nkgraph.exports.ftm_entities import Entity, make_entity, make_id
from nkgraph.exports.ftm_view import View, read_notation
from nkgraph.exports.statements import order_key

__all__ = ["list_events", "list_payments"]

_AS_NUMBER: Final = "as a number of persons"
_NO_DATE: Final = "an uncertain date, which the property cannot hold"
_NO_PARTIES: Final = "a Payment needs a payer and a beneficiary, and no person is an entity here"
_NOT_PAID: Final = "not one sum reported as paid once"
#: Kind of event, the property that says of whom, the one with its kind, and others whose codes are keywords.
_EVENTS: Final = (
    ("Transfer", "transferred", "kind", ()),
    ("Custody", "concerns", "custodyKind", ("authority", "outcome")),
)


def _count_persons(view: View, event: ox.NamedNode, name: str) -> str | None:
    """Return of how many persons an event is reported, in words; groups with the size that is stated of them."""
    persons, groups = set(), []
    for triple in view.statements.find_triples(event, name):
        view.ledger.coarsen(triple, _AS_NUMBER)
        if view.statements.has_kind(triple.object, "PersonGroup"):
            size = view.statements.find_text(triple.object, "size")
            groups.append(f"a group of {size}" if size else "a group whose size is not stated")
        else:
            persons.add(view.statements.told.get(triple.object, triple.object))
    number = len(persons)
    parts = [f"{number} person{'' if number == 1 else 's'}"] if persons else []
    return f"reported of {' and '.join([*parts, *groups])}" if parts or groups else None


def _read_dates(view: View, event: ox.NamedNode) -> dict[str, list[str]]:
    dates: dict[str, list[str]] = defaultdict(list)
    for triple in view.statements.find_triples(event, "date"):
        sides = getattr(triple.object, "value", "").split("/")
        read = [coarsen_date(side, coarse=view.coarse) for side in sides]
        known = [date for date in read if date is not None]
        if len(known) < len(sides) or len(sides) > 2:
            view.ledger.drop([triple], _NO_DATE)
            continue
        for name, (text, _) in zip(("date",) if len(known) == 1 else ("startDate", "endDate"), known, strict=True):
            dates[name].append(text)
        if any(is_coarser for _, is_coarser in known):
            view.ledger.coarsen(triple, COARSER)
        else:
            view.ledger.carry([triple])
    return dates


def _make_address(at: Location) -> Entity | None:
    if at.code is None:
        return None
    full = ", ".join(at.parts)
    properties: dict[str, list[str | None]] = {
        "full": [full],
        "city": [at.city],
        "state": [at.province],
        "country": [at.code.lower()],
    }
    return make_entity(f"address {full}", "Address", properties)


def list_events(view: View) -> list[Entity]:
    """Return one event for each transfer and custody event, however often it is told."""
    found: list[Entity] = []
    for kind, whom, kind_of, others in _EVENTS:
        tellings: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
        for event in view.statements.list_kind(kind):
            tellings[view.statements.told.get(event, event)].append(event)
        for first, events in sorted(tellings.items(), key=lambda pair: order_key(pair[0])):
            values: dict[str, list[str | None]] = defaultdict(list)
            said: list[ox.Triple] = []
            for event in events:
                codes = view.list_codes(event, kind_of)
                values["name"] += [f"Reported {kind.lower()}: {read_notation(code)}" for code in codes] or [
                    f"Reported {kind.lower()}"
                ]
                values["keywords"] += codes + [code for name in others for code in view.list_codes(event, name)]
                values["summary"].append(_count_persons(view, event, whom))
                for name, dates in _read_dates(view, event).items():
                    values[name] += dates
                for triple in view.statements.find_triples(event, "place"):
                    at = coarsen_place(view.statements, triple.object, coarse=view.coarse)
                    address = _make_address(at)
                    if address is None:
                        continue
                    view.ledger.carry(at.rests_on)
                    (view.ledger.coarsen(triple, COARSER) if at.is_coarser else view.ledger.carry([triple]))
                    found.append(address)
                    values["addressEntity"].append(address.identifier)
                    values["location"].append(", ".join(at.parts))
                    values["country"].append(at.code and at.code.lower())
                types = view.statements.find_types(event)
                view.ledger.carry(types)
                said += types
                for name in (whom, kind_of, *others, "date", "place"):
                    said += view.statements.find_triples(event, name)
            for claim, document in view.cite(said):
                values["sourceUrl"].append(claim)
                values["proof"].append(document)
            found.append(make_entity(first.value, "Event", values))
    return found


def list_payments(view: View, organisations: set[ox.NamedNode]) -> list[Entity]:
    """Return the sums reported as paid once by an organisation to an organisation: the only ones that fit."""
    found = []
    for payment in view.statements.list_kind("Payment"):
        parties = {name: view.statements.find_values(payment, name) for name in ("payer", "payee")}
        every = view.statements.find_all_triples(payment)
        if not all(values and organisations.issuperset(values) for values in parties.values()):
            view.ledger.drop(every, _NO_PARTIES)
            continue
        sums = {view.statements.find_text(payment, name) for name in ("amountMin", "amountMax")}
        how = [read_notation(getattr(v, "value", "")) for v in view.statements.find_values(payment, "status")]
        per = [read_notation(getattr(v, "value", "")) for v in view.statements.find_values(payment, "per")]
        if how != ["paid"] or per not in ([], ["once"]) or len(sums) != 1:
            view.ledger.drop(every, _NOT_PAID)
            continue
        codes = {
            n: [*map(read_notation, view.list_codes(payment, n))] for n in ("status", "per", "currency", "moneyKind")
        }
        for name in ("amountMin", "amountMax", "payer", "payee"):
            view.ledger.carry(view.statements.find_triples(payment, name))
        types = view.statements.find_types(payment)
        view.ledger.carry(types)
        cited = view.cite(types)
        properties: dict[str, Iterable[str | None]] = {
            "payer": [make_id(getattr(value, "value", "")) for value in parties["payer"]],
            "beneficiary": [make_id(getattr(value, "value", "")) for value in parties["payee"]],
            "amount": sums,
            "currency": codes["currency"],
            "purpose": codes["moneyKind"],
            **_read_dates(view, payment),
            "sourceUrl": [claim for claim, _ in cited],
            "proof": [document for _, document in cited],
        }
        found.append(make_entity(payment.value, "Payment", properties))
    return found
