"""The graph as entities of FollowTheMoney: a lossy view without any person, which says what it drops.

Data in FollowTheMoney are made to be matched against lists of persons and companies. So no person of the graph is an
entity here, named or not; events say how many persons they are reported of; no topic is given to anything, since a topic
such as ``crime.traffick`` accuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from nkgraph.exports.coarsening import coarsen_place
from nkgraph.exports.folders import Folder
from nkgraph.exports.ftm_entities import Entity, make_entity, make_id, write_entities
from nkgraph.exports.ftm_events import list_events, list_payments
from nkgraph.exports.ftm_readme import describe_ftm
from nkgraph.exports.ftm_view import View, read_notation
from nkgraph.exports.losses import Ledger, write_losses
from nkgraph.exports.statements import read_statements
from nkgraph.iris import PREFIXES

__all__ = ["export_ftm"]

_OTHERWISE: Final = "FollowTheMoney has no schema for it"
_NO_PERSONS: Final = "no person is an entity here"
#: Why statements are dropped for which a writer gives no reason of its own: by kind, or by kind and property.
_REASONS: Final[dict[str, str]] = {
    "* begin": "the first day that a date allows; the date itself is carried where a property holds it",
    "* end": "the last day that a date allows; the date itself is carried where a property holds it",
    "Narrator": _NO_PERSONS,
    "NamedPerson": _NO_PERSONS,
    "Person": _NO_PERSONS,
    "PersonGroup": _NO_PERSONS,
    "Transfer buyer": _NO_PERSONS,
    "Transfer seller": _NO_PERSONS,
    "Participation": _NO_PERSONS,
    "ConsentStatement": "statements of consent are not exported",
    "Episode": "acts, means and purposes: a topic for them would accuse",
    "Harm": "an Event has no field for what was done by whom",
    "Custody facility": "no finer than the county",
    "Span": "words stay in the documents; sourceUrl names the claims",
    "Claim": "sourceUrl names the claims, and no more of them",
    "Document sha256": "the fingerprint of a text; FollowTheMoney wants that of a file",
}
_TITLE: Final = PREFIXES["dcterms"] + "title"
_LANGUAGES: Final = {"en": "eng", "ko": "kor", "zh": "zho"}


def _list_documents(view: View) -> list[Entity]:
    found = []
    for document in view.statements.list_kind("Document"):
        view.ledger.carry(view.statements.find_types(document))
        titles = view.statements.find_all_triples(document, (_TITLE,))
        view.ledger.carry(titles)
        properties: dict[str, list[str | None]] = {
            "fileName": [*view.list_texts(document, "slug")],
            "title": [getattr(triple.object, "value", None) for triple in titles],
            "publisher": [*view.list_texts(document, "publisher")],
            "date": [*view.list_texts(document, "date")],
            "language": [_LANGUAGES.get(text) for text in view.list_texts(document, "language")],
            "sourceUrl": [document.value],
        }
        found.append(make_entity(document.value, "Document", properties))
    return found


def _list_organisations(view: View) -> tuple[list[Entity], set[ox.NamedNode]]:
    """Return organisations that documents name, that they are named there, and which these organisations are."""
    mentions: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for mention in view.statements.list_kind("OrganisationMention"):
        for organisation in view.statements.find_values(mention, "organisation"):
            if isinstance(organisation, ox.NamedNode):
                mentions[organisation].append(mention)
    found: list[Entity] = []
    for organisation, its_mentions in mentions.items():
        names = view.list_texts(organisation, "name")
        if not names:
            continue
        view.ledger.carry(view.statements.find_types(organisation))
        kinds = [code for mention in its_mentions for code in view.list_codes(mention, "organisationKind")]
        aliases = {alias for mention in its_mentions for alias in view.list_texts(mention, "alias")}
        codes = []
        for mention in its_mentions:
            view.ledger.carry(view.statements.find_types(mention))
            for triple in view.statements.find_triples(mention, "country"):
                at = coarsen_place(view.statements, triple.object, coarse=True)
                view.ledger.carry([triple, *at.rests_on])
                codes.append(at.code and at.code.lower())
        schema = "PublicBody" if kinds and {read_notation(kind) for kind in kinds} == {"state body"} else "Organization"
        properties: dict[str, Iterable[str | None]] = {
            "name": names,
            "alias": aliases - {*names},
            "country": codes,
            "classification": [read_notation(kind) for kind in kinds],
            "sourceUrl": [organisation.value],
        }
        found.append(make_entity(organisation.value, schema, properties))
        by_document: dict[str, set[str]] = defaultdict(set)
        for mention in its_mentions:
            naming = view.statements.find_triples(mention, "organisation")
            view.ledger.carry(naming)
            for claim, document in view.cite(naming):
                by_document[document].add(claim)
        for document, claims_there in by_document.items():
            link: dict[str, Iterable[str | None]] = {
                "document": [document],
                "entity": [make_id(organisation.value)],
                "role": ["named in the document"],
                "sourceUrl": claims_there,
            }
            found.append(make_entity(f"{document} {organisation.value}", "Documentation", link))
    return found, {*mentions}


def export_ftm(store: ox.Store, *, coarse: bool = False) -> Folder:
    """Return a built graph as entities of FollowTheMoney, one a line, and what they drop.

    ``coarse`` shows years and provinces instead of months and counties.
    """
    statements = read_statements(store)
    view = View(statements, Ledger(statements), coarse)
    organisations, known = _list_organisations(view)
    entities = [
        *_list_documents(view),
        *organisations,
        *list_events(view),
        *list_payments(view, known),
    ]
    losses = view.ledger.close(_REASONS, _OTHERWISE)
    files = {
        "entities.ftm.json": write_entities(entities),
        "dropped.csv": write_losses(losses),
        "README.md": describe_ftm(entities, losses, coarse=coarse),
    }
    return Folder(files, losses)
