"""Write the second part of ``docs/codebook.md``: for each type that a claim can have its meaning, a model and its properties.

The part above the mark is written by hand and kept. ``python tests/codebook_page.py`` writes what stands below it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyoxigraph as ox

from nkgraph.iris import ontology_iri
from nkgraph.ontology import CLAIM_TYPES, MADE, SHORTHANDS, Property, Vocabulary, load_vocabulary, read_turtle

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "codebook.md"
MARK: Final = "<!-- From here on written by `python tests/codebook_page.py` from ontology/; do not edit below. -->\n"
#: How the values of a datatype are written.
_VALUES: Final = {
    "boolean": "yes or no",
    "date": "a date",
    "decimal": "a number",
    "integer": "a whole number",
    "EDTF": "a date",
    "string": "text",
}
#: What a claim of each type looks like; the values are invented.
MODELS: Final = {
    "Narrator": "{id: case-0/narrator, type: Narrator, title: Ms., surname: Sample, birthYear: 1900, livesIn: place:jilin}",
    "Person": "{id: case-0/neighbour, type: Person, origin: North Korean, gender: female, relation: neighbour}",
    "PersonGroup": "{id: case-0/couple, type: PersonGroup, origin: Korean-Chinese, gender: mixed, size: 2}",
    "AgeStatement": "{id: case-0/age-1, type: AgeStatement, concerns: case-0/daughter, age: 9}",
    "CitedWork": "{id: work:sample-example-1900, type: CitedWork}",
    "Citation": '{id: citation/note-0, type: Citation, ref: "0", cites: {id: work:sample-example-1900, type: CitedWork}, '
    'citationForm: full, author: "A. Sample", workTitle: "An Example", workYear: 1900, citedPages: "1-2"}',
    "Custody": "{id: case-0/custody-1, type: Custody, custodyKind: detention, concerns: case-0/narrator, "
    'date: "1900-05", authority: chinese_police, place: place:yanji, duration: P10D, outcome: released}',
    "ConsentStatement": "{id: case-0/consent-1, type: ConsentStatement, concerns: case-0/narrator, consentTo: leave, "
    "stance: agreed, inEpisode: case-0/episode-1, meansBefore: [deception]}",
    "Episode": "{id: case-0/episode-1, type: Episode, concerns: case-0/narrator, actor: [case-0/neighbour], "
    'date: "1900", act: [recruitment, transfer], means: [deception], purpose: [forced_marriage]}',
    "Transfer": "{id: case-0/transfer-1, type: Transfer, step: 1, kind: sold, transferred: [case-0/narrator], "
    "seller: case-0/neighbour, buyer: {id: case-0/farmer, type: Person, gender: male}, buyerRole: partner, "
    'place: place:yanji, payment: {status: paid, moneyKind: sale, amount: 1000, currency: CNY, asPrinted: "1,000 yuan"}}',
    "Crossing": '{id: case-0/crossing-1, type: Crossing, crosser: [case-0/narrator], date: "1900-02", river: Tumen, '
    "companions: [family], to: place:hunchun}",
    "RouteStep": "{id: case-0/route-1, type: RouteStep, step: 1, traveller: case-0/narrator, place: place:yanji, mode: bus}",
    "Payment": "{id: case-0/money-1, type: Payment, moneyKind: wage, status: paid, amount: 100, currency: CNY, "
    'per: month, asPrinted: "100 yuan", concerns: case-0/narrator}',
    "Participation": "{id: case-0/neighbour/recruiter, type: Participation, actor: case-0/neighbour, role: recruiter, "
    "towards: case-0/narrator}",
    "TransferCount": "{id: case-0/transfer-count-1, type: TransferCount, transferred: [case-0/cousin], countMin: 2, "
    'asPrinted: "more than once"}',
    "Union": "{id: case-0/union-1, type: Union, concerns: case-0/narrator, partner: case-0/farmer, partnerAge: 40, "
    'place: place:yanji, date: "1900", unionHow: introduced, current: yes}',
    "Birth": "{id: case-0/birth-1, type: Birth, mother: case-0/narrator, child: {id: case-0/child-1, type: Person, "
    'gender: female}, date: "1901", registered: no}',
    "Harm": "{id: case-0/harm-1, type: Harm, concerns: case-0/narrator, harmKind: hunger, place: place:north-korea}",
    "Judgement": "{id: judgement/person-0-00, type: Judgement, judgementKind: same_person, judges: [case-0/narrator, "
    'case-00/narrator], decision: unsure, reason: "same year of birth, and the towns differ"}',
    "FigureJudgement": "{id: figures/arrivals, type: FigureJudgement, compares: [statistic/arrivals, "
    'statistic/arrivals-later], figureRelation: differs, reason: "two years"}',
    "InstrumentMention": "{id: mention/refugee-convention-1951, type: InstrumentMention, "
    'instrument: instrument:refugee-convention-1951, alias: ["the Convention"], instrumentKind: treaty, '
    "jurisdiction: [jurisdiction:international]}",
    "StatePosition": "{id: position/cn-refugee-convention-1951-0, type: StatePosition, state: state:cn, "
    'instrument: instrument:refugee-convention-1951, stateRelation: party, asOf: "1900"}',
    "ReportTable": '{id: table/arrivals, type: ReportTable, tableTitle: "arrivals by year"}',
    "ProvisionCitation": "{id: provision-citation/refugee-convention-1951-art-1, type: ProvisionCitation, "
    "instrument: instrument:refugee-convention-1951, provision: provision:refugee-convention-1951-art-1, "
    'article: "article 1", citedFor: "who is a refugee"}',
    "AllegedBreach": "{id: breach/sample-1, type: AllegedBreach, state: state:cn, "
    'instrument: instrument:refugee-convention-1951, allegedBy: "the report", conduct: "sends people back"}',
    "Recommendation": "{id: recommendation/0, type: Recommendation, recommendationNumber: 1, "
    'addressee: "the Commission", recommends: "ask for figures each year"}',
    "OrganisationMention": '{id: mention/sample-society, type: OrganisationMention, organisation: "org:sample-society", '
    'alias: ["Sample Society"], organisationKind: ngo}',
    "NamedPerson": '{id: person/a-sample, type: NamedPerson, name: "A. Sample", publicRole: "director of a society", '
    "namedAs: public_role}",
    "Incident": "{id: incident/sample-1, type: Incident, incidentKind: [escaped], concerns: incident-person/sample, "
    'place: place:china, date: "1900", attributedTo: "a radio station"}',
    "ContextStatement": "{id: context/harvest, type: ContextStatement, topic: famine, "
    'summary: "The harvest failed, by the report.", date: "1900", place: [place:north-korea]}',
    "CaseCharacterisation": "{id: characterisation/case-0-1, type: CaseCharacterisation, ofAccount: case-0, "
    'characterisation: "named as one who went by herself", accountSays: "she went with a cousin", agrees: no}',
    "StatisticalStatement": '{id: statistic/arrivals, type: StatisticalStatement, measure: "arrivals", value: 10, '
    'unit: persons, population: "women", place: [place:china], period: "1900", approximate: yes, '
    'attributedTo: "a ministry"}',
    "PriceBand": "{id: statistic/band-0, type: PriceBand, bandMin: 100, bandMax: 200, currency: CNY, value: 3, "
    'unit: persons, population: "women asked", base: statistic/asked}',
    "InterviewSeries": '{id: interviews/sample, type: InterviewSeries, place: place:jilin, date: "1900/1901", interviews: 5}',
    "Work": "{id: case-0/work-1, type: Work, concerns: case-0/narrator, occupation: farm worker, hoursPerDay: 12, "
    "wage: case-0/money-1}",
    "PapersEvent": "{id: case-0/papers-1, type: PapersEvent, papersKind: hiding, concerns: case-0/narrator}",
}


def _read_texts(triples: list[ox.Triple], predicate: str) -> dict[str, str]:
    found = (t for t in triples if t.predicate.value.endswith(predicate) and isinstance(t.object, ox.Literal))
    return {str(getattr(t.subject, "value", "")): str(getattr(t.object, "value", "")) for t in found}


def _describe_values(prop: Property) -> str:
    if prop.scheme:
        return f"a code of [`{prop.scheme}`](codes.md#{prop.scheme})"
    names = [iri.rpartition("#")[2].rpartition("/")[2] for iri in prop.ranges]
    if prop.is_literal:
        return "a time such as P3M" if prop.name == "duration" else _VALUES[names[0]]
    kinds = " or ".join(f"`{name}`" for name in names if name != "Thing")
    return f"an id of {kinds}" if kinds else "an id"


def _describe_type(name: str, vocabulary: Vocabulary, meanings: dict[str, str]) -> list[str]:
    known = vocabulary.properties_of(name) - MADE
    rows = {p: (meanings[vocabulary.properties[p].iri], _describe_values(vocabulary.properties[p])) for p in known}
    for short, bounds in SHORTHANDS.items():
        if bounds[0] in known:
            rows[short] = (f"Both bounds at once, where it is one number: {' and '.join(bounds)}.", "a number")
    return [
        f"#### {name}",
        "",
        meanings[ontology_iri(name)],
        "",
        "```yaml",
        f"- says: {MODELS[name]}",
        "```",
        "",
        "| property | meaning | value |",
        "| --- | --- | --- |",
        *(f"| `{p}` | {meaning} | {value} |" for p, (meaning, value) in sorted(rows.items())),
        "",
    ]


def make_part() -> str:
    """Return what stands below the mark: the types by the file of the ontology that they are in."""
    vocabulary = load_vocabulary(ROOT / "ontology")
    lines = [
        "Every thing has an `id` and a `type`; a second claim about it repeats the id alone. A property stands where a text "
        "states it; several values are a list. For an id a thing may be described in its place, as with a `buyer`. Each "
        "line is a model with invented values, to which `words` are added. `nkgraph build` adds further properties "
        "(such as the first and last day of a date), which nobody writes.",
        "",
    ]
    files = {path: read_turtle(path) for path in sorted((ROOT / "ontology").glob("*.ttl"))}
    meanings = _read_texts([t for triples in files.values() for t in triples], "core#definition")
    for path, triples in files.items():
        subjects = dict.fromkeys(str(getattr(t.subject, "value", "")) for t in triples)
        names = [name for s in subjects if (name := s.rpartition("#")[2]) in CLAIM_TYPES]
        if not names:
            continue
        lines += [f"### {path.stem.capitalize()}", ""]
        for name in names:
            lines += _describe_type(name, vocabulary, meanings)
    return "\n".join(lines).rstrip("\n") + "\n"


def make_page() -> str:
    """Return the page: its part written by hand as it is, and the part below the mark."""
    by_hand, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark, f"{PAGE} has lost the line {MARK}"
    return f"{by_hand}{MARK}\n{make_part()}"


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
