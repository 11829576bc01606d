"""The fields of the Human Trafficking Case Data Standard (HTCDS) 2.0 that the export writes, in the order of the standard.

The names of all fields stand in ``data/vocabularies/htcds-2.0-fields.tsv``, those of the values in the graph of the
vocabulary, both with the spelling of the standard (IOM, CC BY 4.0). Here is only what this export does with a field. Which
of our codes stands for which value is no business of this module either: the mappings in the graph say that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from nkgraph.project import default_project
from nkgraph.vocabularies import read_fields

__all__ = ["ALWAYS_EMPTY", "FIELDS", "FILLED_FROM", "MULTIPLE", "SECTIONS", "VOCABULARY", "read_columns"]

#: The name of the vocabulary in the IRIs that mappings point to.
VOCABULARY: Final = "htcds-2.0"

#: The file with the names of the fields, by section of the standard.
FIELDS: Final = f"{VOCABULARY}-fields.tsv"

#: The sections of the standard, by the prefix of their fields, that each file has as columns beside ours (``nk_…``).
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "persons": ("prs", "vic"),
    "actors": ("prs", "per"),
    "events": ("hte",),
    "organisations": ("org",),
}

#: Which property of which kind of thing may fill a field with codes. The values come from the mappings alone.
FILLED_FROM: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("Episode", "means"): ("vic_MethodsOfControl", "vic_MethodOfRecruitment"),
    ("Episode", "purpose"): ("vic_TypeOfExploitation", "vic_TypeOfSexExploitation"),
    ("Episode", "act"): ("hte_Type",),
    ("Transfer", "kind"): ("hte_Type",),
    ("Harm", "harmKind"): ("vic_MethodsOfControl",),
    ("Person", "gender"): ("prs_Gender",),
    ("Participation", "role"): ("per_RoleInProcess",),
    ("OrganisationMention", "organisationKind"): ("org_Type",),
}

#: The fields that hold several values, with ``;`` between them.
MULTIPLE: Final = frozenset(
    {"vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_TypeOfSexExploitation"}
    | {"per_RoleInProcess"}
)

#: Fields that stay empty by decision, with the reason. Others are empty because nothing in the graph is what they ask for.
ALWAYS_EMPTY: Final[dict[str, str]] = {
    "vic_TraffickingStatus": "a decision on a person; we never decide, and report no one else's as hers",
    "vic_TraffickingStatusDecisionMakingOrg": "there is no decision",
    "vic_RelationshipToTrafficker": "it would call whoever stands in that relation a trafficker; we decide that of nobody",
    "prs_FirstName": "no names",
    "prs_MiddleName": "no names",
    "prs_SecondName": "no names: documents print surnames, and this view leaves them out",
    "prs_MaritalStatus": "accounts tell it as it was before she left North Korea; the field has no date",
    "prs_NumberOfChildren": "accounts tell of children before and after; no sum is stated",
    "prs_Citizenship": "origin as told is not citizenship",
    "prs_MailingState": "where she lived when interviewed is no address",
    "prs_MailingCity": "where she lived when interviewed is no address",
    "prs_MailingCountry": "where she lived when interviewed is no address",
    "vic_AgeWhenTrafficked": "a stated age is kept as printed and is not tied to a first event",
    "vic_ForcedLabourIndustry": "that a job told of was the forced labour is not stated of the job",
    "vic_LocationOfRecruitment": "a field for an organisation, not for a place",
    "vic_LocationOfExploitation": "a field for an organisation, not for a place",
    "per_RoleDetails": "no free text",
    "hte_Description": "no free text",
    "hte_Longitude": "no finer than the county",
    "hte_Latitude": "no finer than the county",
    "hte_Street": "no finer than the county",
    "hte_PostalCode": "no finer than the county",
    "org_ShippingCountry": "the country that a document names with it is no address",
}


@cache
def read_columns() -> Mapping[str, tuple[str, ...]]:
    """Return the columns of each file, but for ours: whole sections of the standard without their deprecated fields.

    Raises:
        ReadError: the file of fields that belongs to this copy of nkgraph cannot be read, or a line of it is wrong.
    """
    fields = read_fields(default_project().data / "vocabularies" / FIELDS)
    return {name: tuple(f for part in parts for f in fields.get(part, ())) for name, parts in SECTIONS.items()}
