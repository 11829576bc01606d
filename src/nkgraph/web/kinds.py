"""The kinds of things that have names of their own, and what their names are made of."""

from __future__ import annotations

from typing import Final

__all__ = ["DATED", "JUDGED", "KINDS", "OURS", "PLAIN"]

#: The kinds of things, the most telling first, each with the properties whose words name it.
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "Claim": (),
    "Document": ("title",),
    "Account": ("number",),
    "Passage": ("passageKind", "number"),
    "Narrator": ("surname",),
    "NamedPerson": ("name",),
    "County": ("name",),
    "Prefecture": ("name",),
    "Province": ("name",),
    "Country": ("name",),
    "Place": ("name",),
    "State": ("name",),
    "TerritorialApplication": ("instrument", "reaches", "territorialScope"),
    "TreatyStatus": ("state", "treatyAction", "instrument"),
    "Transfer": ("kind",),
    "Crossing": ("river",),
    "RouteStep": ("step", "mode"),
    "Union": ("unionHow",),
    "Birth": (),
    "Custody": ("custodyKind", "authority", "outcome"),
    "Harm": ("harmKind",),
    "Work": ("occupation",),
    "PapersEvent": ("papersKind",),
    "ConsentStatement": ("consentTo", "stance"),
    "Episode": ("act", "purpose"),
    "Payment": ("moneyKind", "asPrinted"),
    "TransferCount": ("asPrinted",),
    "AgeStatement": ("age",),
    "Incident": ("incidentKind",),
    "Participation": ("role",),
    "PriceBand": ("measure",),
    "StatisticalStatement": ("measure",),
    "ReportTable": ("tableTitle",),
    "ContextStatement": ("summary",),
    "Recommendation": ("recommends",),
    "AllegedBreach": ("allegedBy", "conduct"),
    "CaseCharacterisation": ("characterisation",),
    "Citation": ("ref", "workTitle"),
    "ProvisionCitation": ("article", "instrument"),
    "Provision": ("name", "provisionOf"),
    "InstrumentMention": ("instrument",),
    "OrganisationMention": ("organisation",),
    "StatePosition": ("state", "stateRelation", "instrument"),
    "InterviewSeries": (),
    "FigureJudgement": ("figureRelation",),
    "Judgement": ("judgementKind", "decision"),
    "Organisation": ("name",),
    "LegalInstrument": ("name",),
    "Jurisdiction": ("name",),
    "CitedWork": ("name",),
    "PersonGroup": (),
    "Person": (),
}
#: Kinds that their own words name, without the word for the kind.
PLAIN: Final = frozenset(
    [
        "Document",
        "NamedPerson",
        "County",
        "Prefecture",
        "Province",
        "Country",
        "Place",
        "State",
        "PriceBand",
        "StatisticalStatement",
        "ReportTable",
        "ContextStatement",
        "Recommendation",
        "AllegedBreach",
        "CaseCharacterisation",
        "Provision",
        "Organisation",
        "LegalInstrument",
        "Jurisdiction",
        "CitedWork",
    ]
)
#: Kinds that are no reports: parts of documents, reference data, and our own judgements.
OURS: Final = frozenset(["Claim", "Document", "Account", "Passage", "FigureJudgement", "Judgement"])
#: Kinds of our own judgements.
JUDGED: Final = frozenset({"FigureJudgement", "Judgement"})
#: Kinds of events, whose place and date stand in their names.
DATED: Final = frozenset(
    [
        "Transfer",
        "Crossing",
        "RouteStep",
        "Union",
        "Birth",
        "Custody",
        "Harm",
        "Work",
        "PapersEvent",
        "ConsentStatement",
        "Episode",
        "Payment",
        "Incident",
        "InterviewSeries",
    ]
)
