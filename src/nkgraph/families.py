"""The families of facts: the types that belong to each, and the cells by which two codings of it are compared."""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["FAMILIES", "Family", "name_family"]


@attrs.frozen
class Family:
    """A family of facts.

    ``columns`` are compared cell by cell, a column in ``codes`` (several codes may hold) as one cell a code; rows are
    only ever paired where one of the ``keys`` agrees, if there are any.
    """

    types: tuple[str, ...]
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


FAMILIES: Final[dict[str, Family]] = {
    "narrators": Family(("Narrator",), ("title", "surname", "birthYear", "livesIn")),
    "transfers": Family(
        ("Transfer", "TransferCount"),
        (
            "kind",
            "subject",
            "persons",
            "seller_origin",
            "buyer_origin",
            "buyerRole",
            "place",
            "payment_status",
            "payment_amount",
            "date",
            "step",
        ),
        keys=("subject",),
    ),
    "money": Family(
        ("Payment",), ("moneyKind", "status", "amount", "currency", "per", "date", "subject"), keys=("amount",)
    ),
    "intermediaries": Family(
        ("Participation",),
        ("role", "origin", "gender", "relation", "size", "calledTrafficker", "towards"),
        keys=("role",),
    ),
    "crossings": Family(("Crossing",), ("date", "river", "companions")),
    "routes": Family(("RouteStep",), ("place", "mode", "date"), keys=("place",)),
    "background": Family(
        ("Background",), ("priorMaritalStatus", "childrenBefore", "originPlace"), codes=("reasonForLeaving",)
    ),
    "unions": Family(
        ("Union",), ("subject", "partner_origin", "partnerAge", "ageGap", "place", "date", "unionHow", "current")
    ),
    "ages": Family(("AgeStatement",), ("subject", "age", "date"), keys=("age",)),
    "births": Family(("Birth",), ("child_gender", "date", "registered", "registeringAuthority")),
    "custody": Family(
        ("Custody",),
        (
            "custodyKind",
            "subject",
            "date",
            "authority",
            "place",
            "facility",
            "duration",
            "returned",
            "outcome",
        ),
    ),
    "harms": Family(("Harm",), ("subject", "perpetrator", "date"), codes=("harmKind",)),
    "work": Family(("Work",), ("subject", "occupation", "place", "date", "hoursPerDay", "sentBy")),
    "papers": Family(("PapersEvent",), ("papersKind", "authority", "date")),
    "consent": Family(("ConsentStatement",), ("consentTo", "stance"), codes=("meansBefore",)),
    "episodes": Family(("Episode",), ("subject",), codes=("act", "means", "purpose")),
    "instruments": Family(
        ("InstrumentMention",),
        ("instrument", "instrumentKind", "jurisdiction", "date", "dateKind"),
        keys=("instrument",),
    ),
    "state positions": Family(
        ("StatePosition",), ("state", "instrument", "relation", "date"), keys=("state", "instrument")
    ),
    "figures": Family(
        ("StatisticalStatement", "PriceBand", "InterviewSeries"),
        ("type", "value", "unit", "bandMin", "bandMax", "currency", "place", "date", "approximate", "per"),
    ),
    "judgements on figures": Family(("FigureJudgement",), ("compares", "figureRelation"), keys=("compares",)),
    "provisions": Family(("ProvisionCitation",), ("instrument", "provision")),
    "alleged breaches": Family(("AllegedBreach",), ("state", "instrument", "provision")),
    "recommendations": Family(("Recommendation",), ("recommendationNumber", "addressee", "instrument")),
    "organisations": Family(
        ("OrganisationMention",), ("organisation", "organisationKind", "country"), keys=("organisation",)
    ),
    "people": Family(("NamedPerson",), ("name", "namedAs", "aliasStated")),
    "citations": Family(("Citation",), ("ref", "cites", "citationForm", "workYear"), keys=("ref",)),
    "incidents": Family(("Incident",), ("date", "place", "payment_amount"), codes=("incidentKind",)),
    "context": Family(("ContextStatement",), ("topic", "date", "instrument")),
    "characterisations": Family(("CaseCharacterisation",), ("ofAccount", "agrees"), keys=("ofAccount",)),
}


def name_family(kind: str) -> str | None:
    """Return the name of the family that a type belongs to, or None where it belongs to none.

    >>> name_family("Custody"), name_family("Person")
    ('custody', None)
    """
    return next((name for name, family in FAMILIES.items() if kind in family.types), None)
