"""Code lists of others and the mappings to them: published as they stand, mapped with care, and sound as SKOS."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs
import mapping_agreement
import pyoxigraph as ox
import pytest
from mapping_sets import FOLDER, OURS, Row, read_header, read_ours, read_set

from nkgraph.composites import Composite, find_split_composites, load_composites
from nkgraph.errors import ReadError
from nkgraph.iris import PREFIXES, graph_iri
from nkgraph.ontology import Vocabulary, load_vocabulary
from nkgraph.pipeline import read_source
from nkgraph.project import default_project
from nkgraph.vocabularies import ExternalVocabulary, load_vocabularies, vocabulary_iri, vocabulary_quads

DATA = default_project().data / "vocabularies"
SKOS, DCTERMS, RDF = PREFIXES["skos"], PREFIXES["dcterms"], PREFIXES["rdf"]
HTCDS = vocabulary_iri("htcds-2.0")
Triple = tuple[str, str, str]


@pytest.fixture(scope="module")
def vocabularies() -> dict[str, ExternalVocabulary]:
    return {vocabulary.key: vocabulary for vocabulary in load_vocabularies(DATA)}


@pytest.fixture(scope="module")
def ours() -> Vocabulary:
    return load_vocabulary(default_project().ontology)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_ours()


@pytest.fixture(scope="module")
def composites() -> dict[str, Composite]:
    return load_composites(DATA / "composites.tsv")


def spell(quads: Iterable[ox.Quad]) -> set[Triple]:
    return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}  # type: ignore[union-attr]


# What is published.


def test_every_code_of_htcds_is_published_as_it_stands(vocabularies: Mapping[str, ExternalVocabulary]) -> None:
    """Each line of the file is a concept with its notation, label, scheme and status; 182 codes of 21 fields."""
    lines = (DATA / "htcds-2.0.tsv").read_text(encoding="utf-8").splitlines()[1:]
    quads = list(vocabulary_quads(vocabularies["htcds-2.0"]))
    stated = spell(quads)
    for line in lines:
        field, notation, label, status = line.split("\t")
        concept = f"{HTCDS}/{field}/{notation}"
        assert {
            (concept, RDF + "type", SKOS + "Concept"),
            (concept, SKOS + "notation", notation),
            (concept, SKOS + "prefLabel", label),
            (concept, SKOS + "inScheme", f"{HTCDS}/{field}"),
            (concept, PREFIXES["schema"] + "creativeWorkStatus", status),
        } <= stated
        assert ((concept, PREFIXES["owl"] + "deprecated", "true") in stated) == (status == "DEPRECATED")
    assert len(lines) == len({s for s, p, o in stated if o == SKOS + "Concept"}) == 182
    assert len({s for s, p, o in stated if o == SKOS + "ConceptScheme"}) == 21
    assert {q.graph_name for q in quads} == {ox.NamedNode(graph_iri("vocabulary/htcds-2.0"))}


def test_misspelled_code_is_kept(vocabularies: Mapping[str, ExternalVocabulary]) -> None:
    """A code is what the standard prints, and the note says that it is misspelled there."""
    concept = f"{HTCDS}/vic_RelationshipToTrafficker/Unaquainted"
    stated = spell(vocabulary_quads(vocabularies["htcds-2.0"]))
    assert (concept, SKOS + "notation", "Unaquainted") in stated
    assert any(s == concept and p == SKOS + "editorialNote" and "isspelled" in o for s, p, o in stated)


@pytest.mark.parametrize("key", ["htcds-2.0", "huridocs", "ctdc"])
def test_every_vocabulary_says_that_it_is_not_official(
    key: str, vocabularies: Mapping[str, ExternalVocabulary]
) -> None:
    """Whose it is, under what terms, that the IRIs are ours, and that nobody endorses it."""
    rights = vocabularies[key].about["rights"]
    assert "not official" in rights.replace("\n", " ")
    assert "endorse" in rights
    stated = spell(vocabulary_quads(vocabularies[key]))
    assert (vocabulary_iri(key), DCTERMS + "rights", rights) in stated
    if key == "htcds-2.0":
        licence = "https://creativecommons.org/licenses/by/4.0/"
        assert (HTCDS, DCTERMS + "license", licence) in stated
        assert "CC BY 4.0" in rights


def test_only_mapped_codes_of_huridocs_are_here(
    vocabularies: Mapping[str, ExternalVocabulary], rows: list[Row]
) -> None:
    """Codes have twelve digits, and each is named by a mapping."""
    codes = {vocabulary_iri("huridocs", c.field, c.notation) for c in vocabularies["huridocs"].codes}
    assert all(len(c.notation) == 12 and c.notation.isdigit() for c in vocabularies["huridocs"].codes)
    assert codes == {row.object for row in rows if row.set == "huridocs"}


def test_vocabularies_are_in_the_built_graph(built_graph: Path, vocabularies: Mapping[str, ExternalVocabulary]) -> None:
    """Each is a named graph of the dataset, whole, and part of the asserted view."""
    found: dict[str, set[Triple]] = defaultdict(set)
    names = {graph_iri(f"vocabulary/{key}") for key in vocabularies} | {graph_iri("view/asserted")}
    for line in built_graph.read_text(encoding="utf-8").splitlines():
        if "/vocabulary/" in line:
            for quad in ox.parse(line, format=ox.RdfFormat.N_QUADS):
                name = getattr(quad.graph_name, "value", "")
                if name in names:
                    found[name] |= spell([quad])
    for key, vocabulary in vocabularies.items():
        wanted = spell(vocabulary_quads(vocabulary))
        assert found[graph_iri(f"vocabulary/{key}")] == wanted
        assert wanted <= found[graph_iri("view/asserted")]


def test_query_of_the_docs_finds_the_codes(vocabularies: Mapping[str, ExternalVocabulary]) -> None:
    """The query on the page gives the codes of the field, with what is known to be wrong in them."""
    page = (default_project().root / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    store = ox.Store()
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in vocabulary_quads(vocabularies["htcds-2.0"]))
    found = store.query(page.partition("```sparql\n")[2].partition("```")[0])
    assert isinstance(found, ox.QuerySolutions)
    assert [(row["code"].value, row["note"] is not None) for row in found] == [
        ("Acquainted", False),
        ("Familial", True),
        ("Unaquainted", True),
    ]


def test_project_without_vocabularies_has_none(tmp_path: Path) -> None:
    assert load_vocabularies(tmp_path / "vocabularies") == ()
    assert load_composites(tmp_path / "composites.tsv") == {}


# What is refused.

GOOD = "field\tnotation\tlabel\nkind\tA1\tFirst\nkind\tB2\tSecond\n"
ABOUT = """
- key: small
  name: Small
  title: A small list
  version: "1"
  publisher: Somebody
  homepage: https://example.org/
  rights: Codes of somebody; not official; nobody endorses this.
"""


def write(folder: Path, codes: str = GOOD, about: str = ABOUT) -> Path:
    (folder / "small.tsv").write_text(codes, encoding="utf-8")
    (folder / "vocabularies.yaml").write_text(about, encoding="utf-8")
    return folder


def test_small_list_is_read(tmp_path: Path) -> None:
    notes = "  fields: {kind: kinds}\n  notes:\n    - note: On all.\n    - {at: kind/B2, note: On one.}\n"
    (small,) = load_vocabularies(write(tmp_path, about=ABOUT + notes))
    assert [(c.field, c.notation, c.label, c.status, c.line) for c in small.codes] == [
        ("kind", "A1", "First", None, 2),
        ("kind", "B2", "Second", None, 3),
    ]
    stated = spell(vocabulary_quads(small))
    assert (vocabulary_iri("small", "kind", "B2"), SKOS + "editorialNote", "On one.") in stated
    assert (vocabulary_iri("small", "kind"), SKOS + "prefLabel", "Small kind: kinds") in stated


@pytest.mark.parametrize(
    ("codes", "line", "message"),
    [
        ("field\tcode\tlabel\n", 1, "the first line is not the names of the columns"),
        ("field\tnotation\tlabel\nkind\tA1\n", 2, "a line has 3 columns, and this has 2"),
        (GOOD + "kind\t\tThird\n", 4, "column 2 (notation) is empty"),
        (GOOD + "kind\tC3\tThird \n", 4, "column 3 (label) has a blank at an end"),
        (GOOD + "kind\tC 3\tThird\n", 4, "column 2: 'C 3' cannot be a part of an IRI"),
        (GOOD + "kind\tA1\tAgain\n", 4, "column 2: 'A1' of kind stands on line 2 already"),
        (GOOD + "\n", 4, "a line has 3 columns, and this has 1"),
        (
            "field\tnotation\tlabel\tfield_status\nkind\tA1\tFirst\tDRAFTED\n",
            2,
            "unknown status 'DRAFTED' (nearest: DRAFT)",
        ),
        ("field\tnotation\tlabel\n", 1, "holds no code"),
    ],
)
def test_wrong_codes_are_refused_with_line_and_column(tmp_path: Path, codes: str, line: int, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_vocabularies(write(tmp_path, codes))
    assert caught.value.line == line
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ("a: b\n", "a file of descriptions must be a list"),
        (ABOUT.replace("  rights:", "  rigths:"), "unknown field 'rigths' (nearest: rights)"),
        (ABOUT.replace('  version: "1"\n', ""), "`version` is missing"),
        (ABOUT.replace("https://example.org/", "example.org"), "`homepage` is no address of the web"),
        (ABOUT.replace("key: small", "key: smal"), "'smal' has no file of codes"),
        (ABOUT + "  fields: {knid: kinds}\n", "unknown field 'knid' (nearest: kind)"),
        (
            ABOUT + "  notes:\n    - {at: kind/B3, note: x}\n",
            "a note on 'kind/B3', which is no code (nearest: kind/B2)",
        ),
        (ABOUT + "  notes: x\n", "`notes` is a list"),
        (ABOUT + ABOUT, "'small' is described already"),
        ("[]\n", "codes of a vocabulary that is not described"),
    ],
)
def test_wrong_descriptions_are_refused(tmp_path: Path, about: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_vocabularies(write(tmp_path, about=about))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cod:means/fraud\ta; b\tx", "column 1: 'cod:means/fraud' has no known prefix"),
        ("code:means/fraud\ta\tx", "column 2: 'a' is not two or more parts"),
        ("code:means/fraud\ta;\tx", "column 2: 'a;' is not two or more parts"),
        ("code:means/fraud\ta; b", "a line has 3 columns, and this has 2"),
    ],
)
def test_wrong_composites_are_refused(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "composites.tsv"
    path.write_text(f"code\tparts\twhy\n{line}\n", encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        load_composites(path)
    assert (caught.value.line, message in str(caught.value)) == (2, True)


# The mappings.


def test_mappings_name_codes_that_there_are(
    ours: Vocabulary, vocabularies: Mapping[str, ExternalVocabulary], rows: list[Row]
) -> None:
    """Each side is a code or instrument of ours and a code of theirs, with the label that it has; no person is mapped."""
    labels = {q.subject: q.object.value for q in ours.quads if q.predicate.value == SKOS + "prefLabel"}  # type: ignore[union-attr]
    known = {s.value: label for s, label in labels.items() if isinstance(s, ox.NamedNode)}
    instruments = read_source(default_project()).reference["instruments"]
    known |= {
        PREFIXES["instrument"] + claim.key.partition(":")[2]: str(claim.says.properties["name"][0])
        for claim in instruments
    }
    theirs = {
        vocabulary_iri(v.key, code.field, code.notation): code.label for v in vocabularies.values() for code in v.codes
    }
    for row in rows:
        assert known[row.subject] == row.cells["subject_label"], row
        if row.object.startswith(PREFIXES["vocabulary"]):
            assert theirs[row.object] == row.cells["object_label"], row
    assert {row.cells["subject_id"].partition(":")[0] for row in rows} == {"code", "instrument"}


def test_mappings_are_one_a_pair_with_a_reason(rows: list[Row]) -> None:
    """No pair stands twice in whatever relation, and each mapping has a confidence and one sentence that says why."""
    pairs = Counter((row.subject, row.object) for row in rows)
    assert [pair for pair, count in pairs.items() if count > 1] == []
    for row in rows:
        assert row.predicate.startswith(SKOS)
        assert row.cells["mapping_justification"] == "semapv:ManualMappingCuration"
        assert 0 < float(row.cells["confidence"]) < 1
        assert row.cells["comment"].endswith(".")
        assert len(row.cells["comment"].split()) > 2


@pytest.mark.parametrize("name", OURS)
def test_mapping_sets_are_sorted_and_described(name: str) -> None:
    """A set has its own IRI, a licence and a source; its lines are in order."""
    path = FOLDER / f"{name}.sssom.tsv"
    header = read_header(path)
    assert header["mapping_set_id"] == graph_iri(f"links/{name}")
    assert {"license", "mapping_set_title", "mapping_set_description", "object_source", "subject_source"} <= set(header)
    lines = [row.cells["subject_id"] + "\t" + row.cells["object_id"] for row in read_set(path)]
    assert lines == sorted(lines)


@pytest.mark.slow
def test_mapping_sets_are_sssom(clients_python: Path) -> None:
    """The sssom library reads each set whole and finds nothing wrong."""
    script = (
        "import sys\nfrom sssom.parsers import parse_sssom_table\nfrom sssom.validators import validate\n"
        "for path in sys.argv[1:]:\n    found = parse_sssom_table(path)\n    reports = validate(found, fail_on_error=False)\n"
        "    print(len(found.df), sum(len(report.results) for report in reports.values()))\n"
    )
    paths = [FOLDER / f"{name}.sssom.tsv" for name in OURS]
    result = subprocess.run(
        [clients_python, "-c", script, *paths], capture_output=True, text=True, check=True, timeout=120
    )
    lines = [line for line in result.stdout.splitlines() if line.replace(" ", "").isdigit()]
    assert lines == [f"{len(read_set(path))} 0" for path in paths]


def test_exact_mappings_to_htcds_round_trip(
    ours: Vocabulary, vocabularies: Mapping[str, ExternalVocabulary], rows: list[Row]
) -> None:
    """A code of ours that is the same as one of HTCDS is found again from the field and notation of that one."""
    exact = [row for row in rows if row.set == "htcds" and row.predicate == SKOS + "exactMatch"]
    back = {row.object: row.subject for row in exact}
    fields = {vocabulary_iri("htcds-2.0", c.field, c.notation): c for c in vocabularies["htcds-2.0"].codes}
    notations = {iri: (scheme, notation) for scheme, codes in ours.codes.items() for notation, iri in codes.items()}
    assert len(back) == len(exact) >= 4
    for row in exact:
        scheme, notation = notations[row.subject]
        code = fields[row.object]
        returned = back[vocabulary_iri("htcds-2.0", code.field, code.notation)]
        assert notations[returned] == (scheme, notation)
        assert ours.codes[scheme][notation] == row.subject


def test_mappings_are_those_of_the_two_passes(rows: list[Row]) -> None:
    """What both passes say stands, where they differ what was settled stands, and nothing else does."""
    settled = mapping_agreement.settle()
    differing = mapping_agreement.find_differences(
        mapping_agreement.read_pass("first"), mapping_agreement.read_pass("second")
    )
    assert differing == sorted(mapping_agreement.read_settlements())
    assert settled == {
        (row.cells["subject_id"], row.cells["object_id"]): row.cells["predicate_id"]
        for row in rows
        if row.cells["subject_id"].startswith(tuple(f"code:{scheme}/" for scheme in mapping_agreement.SCHEMES))
        and row.set in {"htcds", "huridocs", "ctdc"}
    }
    rules = {rule for _, rule in mapping_agreement.read_settlements().values()}
    page = mapping_agreement.PAGE.read_text(encoding="utf-8")
    assert [rule for rule in sorted(rules) if f"| {rule} |" not in page.partition(mapping_agreement.MARK)[0]] == []


def test_agreement_is_as_printed() -> None:
    """``python tests/mapping_agreement.py`` writes the tables of the page."""
    page = mapping_agreement.PAGE.read_text(encoding="utf-8")
    assert page.partition(mapping_agreement.MARK)[2].strip() == mapping_agreement.make_tables().strip()


# Composite codes.


def test_no_mapping_set_splits_a_composite(composites: Mapping[str, Composite]) -> None:
    """Nor do sets of others that stand in the same folder."""
    mappings = [row.triple for path in sorted(FOLDER.glob("*.sssom.tsv")) for row in read_set(path)]
    assert [(split.mapping, split.message) for split in find_split_composites(mappings, composites)] == []


def test_composites_are_codes_that_there_are(
    ours: Vocabulary, vocabularies: Mapping[str, ExternalVocabulary], composites: Mapping[str, Composite]
) -> None:
    """A composite of ours or of a list published here is one of its codes."""
    known = {iri for codes in ours.codes.values() for iri in codes.values()}
    known |= {vocabulary_iri(v.key, c.field, c.notation) for v in vocabularies.values() for c in v.codes}
    named = {iri for iri in composites if iri.startswith((PREFIXES["code"], PREFIXES["vocabulary"]))}
    assert named - known == set()
    assert {f"{HTCDS}/vic_RelationshipToTrafficker/Familial", PREFIXES["code"] + "means/threat_or_force"} <= named


THREAT_OR_FORCE = PREFIXES["code"] + "means/threat_or_force"
RELATIVE, IN_LAW = (PREFIXES["code"] + f"relation/{name}" for name in ("relative", "in-law"))
FAMILIAL = f"{HTCDS}/vic_RelationshipToTrafficker/Familial"
CTDC_THREATS = vocabulary_iri("ctdc", "means", "meansThreats")
CTDC_ABUSE = vocabulary_iri("ctdc", "means", "meansAbusePsyPhySex")


@pytest.mark.parametrize(
    ("seeded", "found"),
    [
        ([(THREAT_OR_FORCE, "exactMatch", f"{HTCDS}/vic_MethodsOfControl/PhysicalThreats")], 1),
        ([(THREAT_OR_FORCE, "closeMatch", f"{HTCDS}/vic_MethodsOfControl/PhysicalAbuse")], 1),
        ([(RELATIVE, "closeMatch", FAMILIAL), (IN_LAW, "closeMatch", FAMILIAL)], 2),
        ([(THREAT_OR_FORCE, "closeMatch", CTDC_THREATS), (THREAT_OR_FORCE, "closeMatch", CTDC_ABUSE)], 2),
        ([(THREAT_OR_FORCE, "closeMatch", CTDC_THREATS)], 0),
        ([(RELATIVE, "broadMatch", FAMILIAL), (IN_LAW, "broadMatch", FAMILIAL)], 0),
    ],
)
def test_split_composite_is_found(seeded: list[Triple], found: int, composites: Mapping[str, Composite]) -> None:
    """The same as a part, close to a part, two codes close to one composite, one composite close to two: each is found."""
    splits = find_split_composites([(s, SKOS + p, o) for s, p, o in seeded], composites)
    assert len(splits) == found
    assert all(" in one, and " in split.message for split in splits)


# Our own schemes.


@pytest.fixture(scope="module")
def schemes(ours: Vocabulary) -> dict[str, dict[str, list[str]]]:
    """The concept schemes and concepts of the ontology: subject, property, values."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in spell(ours.quads):
        if subject.startswith(PREFIXES["code"]):
            found[subject][predicate].append(value)
    return found


def test_every_code_is_a_top_concept_of_its_scheme(schemes: Mapping[str, Mapping[str, list[str]]]) -> None:
    """No scheme has a hierarchy, so each code stands at its top, said from both sides; and no code is without a scheme."""
    for iri, entry in schemes.items():
        if SKOS + "Concept" in entry[RDF + "type"]:
            (scheme,) = entry[SKOS + "inScheme"]
            assert entry[SKOS + "topConceptOf"] == [scheme]
            assert iri in schemes[scheme][SKOS + "hasTopConcept"]
            assert iri.startswith(scheme + "/")
        else:
            assert entry[RDF + "type"] == [SKOS + "ConceptScheme"], iri
            assert all(iri in schemes[code][SKOS + "inScheme"] for code in entry[SKOS + "hasTopConcept"])
            assert entry[SKOS + "hasTopConcept"]


def test_notations_are_unique_in_a_scheme(ours: Vocabulary, schemes: Mapping[str, Mapping[str, list[str]]]) -> None:
    """A notation finds one code: there are as many notations as codes."""
    codes = Counter(e[SKOS + "inScheme"][0] for e in schemes.values() if SKOS + "inScheme" in e)
    assert {PREFIXES["code"] + scheme: len(found) for scheme, found in ours.codes.items()} == dict(codes)


@pytest.mark.parametrize("scheme", ["act", "means", "purpose"])
def test_elements_of_the_article_say_so(scheme: str, schemes: Mapping[str, Mapping[str, list[str]]]) -> None:
    """A code for an element of Article 3(a) names it and says what it does not mean; forced marriage is none of them."""
    codes = {iri: e for iri, e in schemes.items() if iri.startswith(f"{PREFIXES['code']}{scheme}/")}
    for iri, entry in codes.items():
        (source,), (note,) = entry[DCTERMS + "source"], entry[SKOS + "scopeNote"]
        assert ("Article 3(a)" in source) == (not iri.endswith("/forced_marriage"))
        assert "Article 3(a)" in note
        assert note.endswith(".")
    assert codes


# SKOS, section by section of its reference: what makes data of concepts contradict itself.


def find_integrity_breaches(triples: set[Triple], labels: Iterable[tuple[str, str, str, str]] = ()) -> set[str]:
    """Return the conditions of the SKOS reference (S9, S13, S14, S27, S46) that triples break.

    ``labels`` are (subject, property, text, language).
    """
    broken = set()
    kinds: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate == RDF + "type":
            kinds[subject].add(value)
    if any({SKOS + "Concept", SKOS + "ConceptScheme"} <= found for found in kinds.values()):
        broken.add("S9")
    held: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    preferred: Counter[tuple[str, str]] = Counter()
    for subject, predicate, text, language in set(labels):
        held[subject, text, language].add(predicate)
        preferred[subject, language] += predicate == SKOS + "prefLabel"
    if any(len(found) > 1 for found in held.values()):
        broken.add("S13")
    if any(count > 1 for count in preferred.values()):
        broken.add("S14")
    above: dict[str, set[str]] = defaultdict(set)
    pairs: dict[str, set[frozenset[str]]] = defaultdict(set)
    for subject, predicate, value in triples:
        name = predicate.removeprefix(SKOS)
        if name in {"broader", "broadMatch"}:
            above[subject].add(value)
        elif name in {"narrower", "narrowMatch"}:
            above[value].add(subject)
        if name in {"exactMatch", "broadMatch", "narrowMatch", "relatedMatch", "related"}:
            pairs[name].add(frozenset({subject, value}))
    related = pairs["related"] | pairs["relatedMatch"]
    if any(frozenset({one, other}) in related for one in list(above) for other in climb(one, above)):
        broken.add("S27")
    if pairs["exactMatch"] & (pairs["broadMatch"] | pairs["narrowMatch"] | pairs["relatedMatch"]):
        broken.add("S46")
    return broken


def climb(start: str, above: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield everything that is broader than a concept, however far up."""
    seen: set[str] = set()
    waiting = list(above.get(start, ()))
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            yield step
            waiting += above.get(step, ())


def test_schemes_and_mappings_are_sound_skos(ours: Vocabulary, vocabularies: Mapping[str, ExternalVocabulary]) -> None:
    """Our schemes, the code lists of others and all mapping sets together contradict themselves nowhere; nothing goes round."""
    quads = [*ours.quads, *(quad for v in vocabularies.values() for quad in vocabulary_quads(v))]
    mappings = {row.triple for path in sorted(FOLDER.glob("*.sssom.tsv")) for row in read_set(path)}
    labels = [
        (q.subject.value, q.predicate.value, q.object.value, q.object.language or "")
        for q in quads
        if isinstance(q.object, ox.Literal)
        and isinstance(q.subject, ox.NamedNode)
        and q.predicate.value in {SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel")}
    ]
    triples = spell(quads) | mappings
    assert find_integrity_breaches(triples, labels) == set()
    above: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in mappings:
        if predicate == SKOS + "broadMatch":
            above[subject].add(value)
        elif predicate == SKOS + "narrowMatch":
            above[value].add(subject)
    assert [iri for iri in list(above) if iri in climb(iri, above)] == []


A, B, C = ("https://example.org/a", "https://example.org/b", "https://example.org/c")


@pytest.mark.parametrize(
    ("broken", "triples", "labels"),
    [
        ("S9", {(A, RDF + "type", SKOS + "Concept"), (A, RDF + "type", SKOS + "ConceptScheme")}, []),
        ("S13", set(), [(A, SKOS + "prefLabel", "x", "en"), (A, SKOS + "altLabel", "x", "en")]),
        ("S14", set(), [(A, SKOS + "prefLabel", "x", "en"), (A, SKOS + "prefLabel", "y", "en")]),
        ("S27", {(A, SKOS + "broadMatch", B), (C, SKOS + "narrowMatch", B), (C, SKOS + "relatedMatch", A)}, []),
        ("S46", {(A, SKOS + "exactMatch", B), (B, SKOS + "narrowMatch", A)}, []),
        ("S46", {(A, SKOS + "exactMatch", B), (A, SKOS + "relatedMatch", B)}, []),
    ],
)
def test_breach_of_skos_is_found(broken: str, triples: set[Triple], labels: list[tuple[str, str, str, str]]) -> None:
    """Each condition that is looked at is found broken where it is."""
    assert broken in find_integrity_breaches(triples, labels)


def test_a_changed_code_changes_the_digest_of_a_build(tmp_path: Path) -> None:
    """The code lists are among what a build says it was built from."""
    from nkgraph.pipeline import _digest_inputs

    (tmp_path / "vocabularies").mkdir()
    write(tmp_path / "vocabularies")
    project = attrs.evolve(default_project(), data=tmp_path, root=tmp_path)
    before = _digest_inputs(project)
    write(tmp_path / "vocabularies", GOOD.replace("Second", "Other"))
    assert _digest_inputs(project) != before
