"""The fields of the Human Trafficking Case Data Standard (HTCDS) 2.0 that the export writes, in the order of the standard.

Names of fields and values are those of the standard (IOM, CC BY 4.0), with its own spelling. Which of our codes stands for
which value is no business of this module: the mappings in the graph say that.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ALWAYS_EMPTY", "FILLED_FROM", "MULTIPLE", "PICKLISTS", "SECTIONS", "VOCABULARY"]

#: The name of the vocabulary in the IRIs that mappings point to.
VOCABULARY: Final = "htcds-2.0"

_PERSON: Final = (
    *("prs_Salutation", "prs_FirstName", "prs_MiddleName", "prs_SecondName", "prs_Birthdate", "prs_Gender"),
    *("prs_Deceased", "prs_MaritalStatus", "prs_NumberOfChildren", "prs_PrimaryLanguage", "prs_SecondaryLanguage"),
    *("prs_HighestLevelOfEducation", "prs_Citizenship", "prs_IdentityNumber", "prs_Title", "prs_Email"),
    *("prs_HomePhone", "prs_MobilePhone", "prs_MailingCity", "prs_MailingCountry", "prs_MailingState"),
    *("prs_MailingStreet", "prs_MailingPostalCode", "prs_MailingLongitude", "prs_MailingLatitude"),
)

#: The columns of each file, but for ours (``nk_…``): whole sections of the standard without their deprecated fields.
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "persons": (
        *_PERSON,
        *("vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg", "vic_RelationshipToTrafficker"),
        *("vic_AgeWhenTrafficked", "vic_RecruitmentWebsitesAndApps", "vic_MethodOfRecruitment"),
        *("vic_LocationOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_ForcedLabourIndustry"),
        *("vic_TypeOfSexExploitation", "vic_LocationOfExploitation", "vic_ExploitationWebsitesAndApps"),
    ),
    "actors": (*_PERSON, "per_RoleInProcess", "per_RoleDetails", "per_Organisation"),
    "events": (
        *("hte_Longitude", "hte_Latitude", "hte_City", "hte_Country", "hte_State", "hte_Street", "hte_PostalCode"),
        *("hte_Date", "hte_Type", "hte_Description"),
    ),
    "organisations": (
        *("org_Name", "org_ShippingCity", "org_ShippingCountry", "org_ShippingState", "org_ShippingStreet"),
        *("org_ShippingPostalCode", "org_ShippingLongitude", "org_ShippingLatitude", "org_Phone", "org_Type"),
    ),
}

#: Which property of which kind of thing may fill a field with codes. The values come from the mappings alone.
FILLED_FROM: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("Episode", "means"): ("vic_MethodsOfControl", "vic_MethodOfRecruitment"),
    ("Episode", "purpose"): ("vic_TypeOfExploitation", "vic_TypeOfSexExploitation"),
    ("Episode", "act"): ("hte_Type",),
    ("Transfer", "kind"): ("hte_Type",),
    ("Harm", "harmKind"): ("vic_MethodsOfControl",),
    ("Person", "relation"): ("vic_RelationshipToTrafficker",),
    ("PersonGroup", "relation"): ("vic_RelationshipToTrafficker",),
    ("Person", "gender"): ("prs_Gender",),
    ("Participation", "role"): ("per_RoleInProcess",),
    ("OrganisationMention", "organisationKind"): ("org_Type",),
}

#: The fields that hold several values, with ``;`` between them.
MULTIPLE: Final = frozenset(
    {"vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_TypeOfSexExploitation"}
    | {"per_RoleInProcess"}
)

#: The values of the fields that codes may fill, in the order of the standard; no other value is ever written.
PICKLISTS: Final[dict[str, tuple[str, ...]]] = {
    "prs_Gender": (
        *("Feminine", "Masculine", "TransgenderFeminine", "TransgenderMasculine", "NonConforming"),
        "NonSpecifiedUnknown",
    ),
    "vic_RelationshipToTrafficker": ("Familial", "Acquainted", "Unaquainted"),
    "vic_MethodOfRecruitment": (
        *("AtAPlaceOfBusiness", "AtAnEducationalInstitution", "AtWork", "ThroughOnlineSocialNetworks"),
        *("ThroughAnOnlineAdvertisement", "ThroughATelevisionAdvert", "ThroughANewspaperAdvert"),
        *("ThroughFamilyOrFamilyEvents", "ThroughFriendsOrSocialEvents", "Other"),
    ),
    "vic_MethodsOfControl": (
        *("PhysicalThreats", "ThreatsLawEnforcement", "ThreatensChildrenFamily", "DebtBondage", "FalsePromises"),
        *("PhysicalAbuse", "SexualAbuse", "TakesEarnings", "RestrictsFinancialAccess", "RestrictsMedicalCare"),
        *("WithholdsNecessities", "PsychologicalAbuse", "PsychoactiveSubstance", "ExcessiveWorkingHours"),
        *("WithholdsDocuments", "Other"),
    ),
    "vic_TypeOfExploitation": (
        *("ForcedLabour", "SexualExploitation", "ChildLabour", "ForcedMarriage", "Servitude"),
        *("ForcedMilitaryByNonStateActors", "OrganRemoval", "ForcedBegging", "ForcedAdoption", "Surrogacy", "Other"),
    ),
    "vic_TypeOfSexExploitation": ("Prostitution", "Pornography", "RemoteInteractiveServices", "PrivateSexualServices"),
    "per_RoleInProcess": (
        *("TravellingPartner", "Transporter", "RecruiterOrIntermediary", "BrokerTravelAgent", "TransferredIndividual"),
        *("HarbouredIndividual", "SoldIndividual", "BoughtIndividual", "ReceivedIndividual", "ControlledIndividual"),
        *("Smuggler", "Abuser", "Kidnapper", "Exploiter", "Other"),
    ),
    "hte_Type": ("Recruitment", "Transit", "Exploitation"),
    "org_Type": (
        *("NGO", "LawEnforcement", "HealthServiceOrganisation", "CentralGovernmentOrganisation"),
        *("LocalGovernmentOrganisation", "ImmigrationService", "LegalService", "CorporateBusiness", "SchoolOrCollege"),
    ),
}

#: Fields that stay empty by decision, with the reason. Others are empty because nothing in the graph is what they ask for.
ALWAYS_EMPTY: Final[dict[str, str]] = {
    "vic_TraffickingStatus": "a decision on a person; we never decide, and report no one else's as hers",
    "vic_TraffickingStatusDecisionMakingOrg": "there is no decision",
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
