"""Closures under OWL 2 RL for tests: by the engine of arrays, and by SPARQL alone; and owlrl, mended, as an oracle."""

from __future__ import annotations

import inspect
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs
import owlrl
import pyoxigraph as ox
import rdflib

from nkgraph.iris import PREFIXES
from nkgraph.reasoning import close
from nkgraph.reasoning.printing import close_by_sparql, match_by_sparql
from nkgraph.reasoning.terminology import compile_ontology

Names: TypeAlias = tuple[str, str, str]

HEAD = "@prefix : <https://x.org/> .\n" + "".join(
    f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("owl", "rdf", "rdfs", "xsd")
)


@attrs.frozen
class Closed:
    """What follows: triples by key of the rule, and for each contradiction its key and its triples."""

    concluded: dict[str, frozenset[ox.Triple]]
    clashes: frozenset[tuple[str, frozenset[ox.Triple]]]


def read(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


def by_arrays(triples: Iterable[ox.Triple]) -> Closed:
    """Close by the engine that closes the graph."""
    closure = close([ox.Quad(t.subject, t.predicate, t.object) for t in triples])
    found = {text.key: frozenset(made) for text, made in closure.concluded.items() if made}
    return Closed(found, frozenset((c.rule.key, frozenset(c.triples)) for c in closure.contradictions))


def by_sparql(triples: Iterable[ox.Triple]) -> Closed:
    """Close by the rules printed as SPARQL; compile anew as long as the data concludes axioms."""
    known = set(triples)
    found: dict[str, set[ox.Triple]] = defaultdict(set)
    while True:
        compiled = compile_ontology(known)
        for key, made in compiled.concluded.items():
            found[key].update(made)
            known.update(made)
        rules = [*compiled.rules, *compiled.filtered]
        fresh = close_by_sparql(known, rules)
        for key, triples_of_rule in fresh.items():
            found[key] |= triples_of_rule
            known |= triples_of_rule
        if not fresh:
            break
    clashes = {
        (rule.key, frozenset(match)) for rule in rules if not rule.head for match in match_by_sparql(known, rule)
    }
    return Closed({key: frozenset(made) for key, made in found.items() if made}, frozenset(clashes))


ENGINES: dict[str, Callable[[Iterable[ox.Triple]], Closed]] = {"arrays": by_arrays, "sparql": by_sparql}


def mend_keys() -> type[owlrl.OWLRL_Semantics]:
    """Return owlrl's rules with its reading of keys mended: it leaves out the last property of each key.

    Its method is taken as its authors wrote it, but for that one number; once they mend it, this fails.
    """
    source = textwrap.dedent(inspect.getsource(owlrl.OWLRL_Semantics._properties))
    wrong = "\n" + " " * 28 + "for i in range(0, len(pis) - 1):\n"
    assert source.count(wrong) == 1, "owlrl reads keys in another way now"
    names = dict(vars(inspect.getmodule(owlrl.OWLRL_Semantics) or owlrl))
    exec(source.replace(wrong, wrong.replace(" - 1", "")), names)
    return type("MendedSemantics", (owlrl.OWLRL_Semantics,), {"_properties": names["_properties"]})


_MENDED = mend_keys()


def by_owlrl(text: str, semantics: type[owlrl.OWLRL_Semantics] = _MENDED) -> tuple[set[Names], list[str]]:
    """Return what owlrl has in the end, as names, and what it finds to contradict itself."""
    graph = rdflib.Graph().parse(data=HEAD + text, format="turtle")
    closing = semantics(graph, axioms=False, daxioms=False)
    closing.closure()
    return {names_of(*map(_from_rdflib, triple)) for triple in graph}, sorted(closing.error_messages)


def names_of(*terms: object) -> Names:
    """Return the terms of a triple as text; blank nodes are all one."""
    subject, predicate, value = ("_" if isinstance(term, ox.BlankNode) else str(term) for term in terms)
    return subject, predicate, value


def _from_rdflib(term: object) -> object:
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode()
    if isinstance(term, rdflib.Literal):
        datatype = None if term.datatype is None or term.language else ox.NamedNode(str(term.datatype))
        return ox.Literal(str(term), datatype=datatype, language=term.language)
    return ox.NamedNode(str(term))


_LISTS = {PREFIXES["rdf"] + name for name in ("first", "rest")}
_REFLEXIVE = {PREFIXES["owl"] + n for n in ("sameAs", "equivalentClass", "equivalentProperty")}
_REFLEXIVE |= {PREFIXES["rdfs"] + n for n in ("subClassOf", "subPropertyOf")}


def says_something(triple: Names) -> bool:
    """Say whether a triple says more than what is left out on purpose.

    Left out: that a thing is itself, a class below itself, below owl:Thing or above owl:Nothing, what literals and the
    terms of OWL and RDF are; and what only lists and errors are made of.
    """
    subject, predicate, value = (term.strip("<>") for term in triple)
    builtin = tuple(PREFIXES[p] for p in ("owl", "rdf", "rdfs", "xsd"))
    if subject.startswith(('"', *builtin)) or predicate in _LISTS or "agent-ont#" in predicate + value:
        return False
    if predicate in _REFLEXIVE and (subject == value or value.startswith('"')):
        return False
    return value not in {PREFIXES["owl"] + "Thing", PREFIXES["rdfs"] + "Datatype", PREFIXES["rdfs"] + "Resource"}
