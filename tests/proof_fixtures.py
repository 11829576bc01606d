"""A small invented graph with rules of its own, closed as a build would, for the tests of proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from nkgraph.iris import graph_iri
from nkgraph.proofs import Explainer
from nkgraph.proofs.loading import load_rules
from nkgraph.reasoning import close, load_strata, rule_graph

EX = "https://example.org/"
PREFIXES = f"""
@prefix : <{EX}> .
@prefix nk: <https://w3id.org/nkgraph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix claim: <https://w3id.org/nkgraph/claim/a-tale/> .
@prefix graph: <https://w3id.org/nkgraph/graph/> .
@prefix span: <https://w3id.org/nkgraph/span/a-tale/> .
"""
#: Hens and the yards where a tale reports them to be.
TALE = (
    PREFIXES
    + """
graph:ontology {
  :Hen rdfs:subClassOf :Bird . :Bird rdfs:subClassOf :Animal . :Stone owl:disjointWith :Animal .
  :in a owl:TransitiveProperty . :nextTo a owl:SymmetricProperty . :broods rdfs:domain :Hen .
  :keeps owl:inverseOf :keptBy . :weight a owl:FunctionalProperty . :in rdfs:label "is in"@en .
}
graph:reference\\/places { :yard :in :farm . :farm :in :valley . :valley :in :land . }
graph:provenance {
  :tale nk:slug "a-tale" ; dcterms:title "A Tale: of Hens" .
  :one nk:passageKind "account" ; nk:number 1 .
  claim:one nk:document :tale ; nk:passage :one ; nk:how "stated" ; prov:wasQuotedFrom span:0-9 .
  span:0-9 nk:start 0 ; nk:endOffset 9 ; nk:wordCount 2 ; nk:passage :one .
  claim:two nk:document :tale ; nk:how "stated" . claim:three nk:document :tale ; nk:how "implied" .
}
claim:one { :ada a :Hen ; :in :yard ; :weight 3 . }
claim:two { :ada :broods :egg ; :nextTo :bea . :bea :in :farm ; :weight 4 ; :eats :corn, :rye . }
claim:three { :ada a :Hen . :cox a :Stone, :Hen, :Eater ; :eats :corn ; :weight 4.0 . }
"""
)
RULES: Mapping[str, tuple[str, str]] = {
    "heavy": ("first", "CONSTRUCT { ?h a :Heavy } WHERE { ?h :weight ?w . FILTER(?w > 3) }"),
    "alike": (
        "first",
        "CONSTRUCT { ?a :alike ?b } WHERE { ?a :weight ?w . ?b :weight ?v . FILTER(?w = ?v) FILTER(?a != ?b) }",
    ),
    "eater": ("first", "CONSTRUCT { ?h a :Eater } WHERE { ?h :eats ?f }"),
    "fine": ("first", "CONSTRUCT { ?h :fineWith ?f } WHERE { ?h :eats ?f . ?h a :Eater }"),
    "light": ("second", "CONSTRUCT { ?h a :Light } WHERE { ?h :weight ?w . FILTER NOT EXISTS { ?h a :Heavy } }"),
    "lightest": (
        "second",
        "CONSTRUCT { ?h a :Lightest } WHERE { ?h :weight ?w . FILTER NOT EXISTS { ?o :weight ?v . FILTER(?v < ?w) } }",
    ),
    "eats-much": (
        "second",
        "CONSTRUCT { ?h :meals ?n } WHERE { { SELECT ?h (COUNT(DISTINCT ?f) AS ?n) WHERE { ?h :eats ?f } GROUP BY ?h } "
        "FILTER(?n > 1) }",
    ),
}


def write_rules(folder: Path) -> Path:
    """Write the rules into a folder and return it."""
    strata: dict[str, list[str]] = {}
    for key, (stratum, text) in RULES.items():
        strata.setdefault(stratum, []).append(f"domain/{key}")
        header = f"#+ title: the rule {key}\n#+ words: Words of {key}.\n#+ source: invented\nPREFIX : <{EX}>\n"
        path = folder / "domain" / f"{key}.rq"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(header + text + "\n", encoding="utf-8")
    listing = "".join(f"- stratum: {name}\n  rules: [{', '.join(rules)}]\n" for name, rules in strata.items())
    (folder / "strata.yaml").write_text(listing, encoding="utf-8")
    return folder


def parse(text: str) -> list[ox.Quad]:
    """Return the quads of TriG."""
    return list(ox.parse(text, format=ox.RdfFormat.TRIG))


def make_store(asserted: Sequence[ox.Quad], rules: Path | None) -> ox.Store:
    """Return a store as a build would serve it: asserted graphs, the graph of each rule, and the merge of all."""
    closed = close(asserted, load_strata(rules) if rules is not None else ())
    store = ox.Store()
    store.bulk_extend(asserted)
    for text, triples in closed.concluded.items():
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, rule_graph(text)) for t in triples)
    store.bulk_extend([ox.Quad(q.subject, q.predicate, q.object) for q in list(store)])
    return store


def make_explainer(asserted: Sequence[ox.Quad], rules: Path | None) -> Explainer:
    """Return the explainer of quads, closed."""
    store = make_store(asserted, rules)
    return Explainer(store, load_rules(store, rules))


def triple(subject: str, predicate: str, target: str | int) -> ox.Triple:
    """Return a triple of the invented words; ``a`` is the type."""
    named = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" if predicate == "a" else EX + predicate
    value = ox.NamedNode(EX + target) if isinstance(target, str) else ox.Literal(target)
    return ox.Triple(ox.NamedNode(EX + subject), ox.NamedNode(named), value)


def inferred(store: ox.Store) -> list[ox.Triple]:
    """Return every triple that lies in the graph of a rule, sorted."""
    names = (
        g for g in store.named_graphs() if isinstance(g, ox.NamedNode) and g.value.startswith(graph_iri("inferred/"))
    )
    quads: Iterable[ox.Quad] = (quad for name in names for quad in store.quads_for_pattern(None, None, None, name))
    return sorted({quad.triple for quad in quads}, key=str)
