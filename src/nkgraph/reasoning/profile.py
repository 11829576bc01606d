"""The profile: every axiom that OWL 2 RL does not have, with its line and what to write instead.

The grammar is data (``profile.yaml``). Engines pass over such axioms without a word, and then conclude less than is
written; so they are refused before anything is concluded.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.findings import Finding, Severity
from nkgraph.iris import PREFIXES, shorten
from nkgraph.ontology import nearest
from nkgraph.reasoning.expressions import OWL, RDF, Ontology, describe_term
from nkgraph.reasoning.grammar import load_grammar
from nkgraph.reasoning.located import Located
from nkgraph.reasoning.tables import load_datatypes

__all__ = ["check_profile"]

_RULE: Final = "owl-2-rl"
_TYPE: Final = RDF + "type"
_THING: Final = OWL + "Thing"
_SCHEMA: Final = (OWL, PREFIXES["rdfs"])
_INTEGER: Final = PREFIXES["xsd"] + "integer"
_MOST: Final = {"maxCardinality", "maxQualifiedCardinality"}
_FILLED: Final = {"someValuesFrom", "allValuesFrom"}
_LISTED: Final = {"intersectionOf", "unionOf", "oneOf"}
#: Constructs that, on a class with a name, say what the class is: an axiom of its own.
_DEFINING: Final = {"unionOf", "oneOf", "complementOf"}


@attrs.frozen
class _Fault:
    """What is wrong, where, and what to write instead."""

    at: Located
    message: str
    instead: str


def check_profile(located: Iterable[Located]) -> list[Finding]:
    """Return a finding for each axiom outside OWL 2 RL (W3C, OWL 2 Profiles, section 4.2), in the order of the files.

    ``located`` are the triples of an ontology, or of ontology and data together, as ``read_located`` gives them. Each
    finding names file, line and axiom, and says what to write instead. Restrictions may have names (IRIs), which the
    mapping of OWL to RDF does not foresee and the rules do not mind; the restrictions of OWL 2 DL on properties that are
    not simple are not checked: every rule is right without them.
    """
    ontology = Ontology(located)
    checker = _Checker(ontology)
    found: dict[object, Finding] = {}
    for axiom in ontology.all:
        for fault in checker.check(axiom):
            finding = _tell(ontology, axiom, fault)
            found.setdefault((finding.path, finding.line, finding.thing, finding.message), finding)
    return sorted(found.values(), key=lambda f: (str(f.path or ""), f.line or 0, f.thing, f.message))


def _tell(ontology: Ontology, axiom: Located, fault: _Fault) -> Finding:
    triple = axiom.triple
    predicate = "a" if triple.predicate.value == _TYPE else describe_term(triple.predicate)
    said = f"{ontology.describe(triple.subject)} {predicate} {ontology.describe(triple.object)}"
    message = f"{fault.message}; {fault.instead}"
    return Finding(Severity.VIOLATION, _RULE, said, message, fault.at.path, fault.at.line)


class _Checker:
    """Checks one axiom after the other against the grammar."""

    def __init__(self, ontology: Ontology) -> None:
        self._grammar = load_grammar()
        self._ontology = ontology

    def check(self, axiom: Located) -> Iterator[_Fault]:
        """Yield what is wrong with an axiom; nothing for a triple of the data."""
        triple, grammar = axiom.triple, self._grammar
        predicate = triple.predicate.value
        for term in (triple.predicate, *((triple.object,) if predicate == _TYPE else ())):
            yield from self._check_term(term, axiom)
        if predicate in grammar.refused:
            return
        if predicate in grammar.axioms:
            yield from self._check_ends(axiom, *grammar.axioms[predicate])
        elif predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            yield from self._check_type(axiom, triple.object)
        elif predicate == _TYPE:
            yield from self._check_class(triple.object, "above", axiom, ())
        elif predicate.startswith(OWL) and predicate.removeprefix(OWL) in _DEFINING:
            yield from self._check_definition(axiom)
        elif not predicate.startswith(_SCHEMA):
            yield from self._check_value(axiom)

    def _check_value(self, said: Located) -> Iterator[_Fault]:
        predicate, value = said.triple.predicate, said.triple.object
        if self._ontology.is_data_property(predicate) and not isinstance(value, ox.Literal):
            message = f"{describe_term(predicate)} is a datatype property, and {describe_term(value)} is no literal"
            yield _Fault(said, message, "declare it an owl:ObjectProperty, or write a literal")

    def _check_definition(self, axiom: Located) -> Iterator[_Fault]:
        subject = axiom.triple.subject
        if isinstance(subject, ox.NamedNode) and not self._ontology.is_data_range(subject):
            yield from self._refuse_construct(axiom, "equal", axiom)

    def _check_ends(self, axiom: Located, before: str, behind: str) -> Iterator[_Fault]:
        triple = axiom.triple
        if triple.predicate.value == OWL + "equivalentClass" and self._ontology.is_data_range(triple.subject):
            before, behind = "any", "data range"
        elif triple.predicate.value == PREFIXES["rdfs"] + "range" and self._ontology.is_data_range(triple.object):
            behind = "data range"
        elif triple.predicate.value == OWL + "inverseOf" and isinstance(triple.subject, ox.BlankNode):
            before = "any"
        yield from self._check_end(triple.subject, before, axiom)
        yield from self._check_end(triple.object, behind, axiom)

    def _check_end(self, node: object, wanted: str, axiom: Located) -> Iterator[_Fault]:
        if wanted in self._grammar.positions:
            yield from self._check_class(node, wanted, axiom, ())
        elif wanted in {"property", "object property"}:
            yield from self._check_property(node, axiom, objects_only=wanted == "object property")
        elif wanted == "data range":
            yield from self._check_data_range(node, axiom)
        elif wanted == "individual" and isinstance(node, ox.Literal):
            yield _Fault(axiom, f"{describe_term(node)} is a literal, no individual", "write an IRI")
        elif wanted in {"properties", "chain"}:
            least = 2 if wanted == "chain" else 1
            for member in (yield from self._members(axiom, least)):
                yield from self._check_property(member.triple.object, member, objects_only=wanted == "chain")

    def _members(self, axiom: Located, least: int = 1) -> Generator[_Fault, None, list[Located]]:
        """Return the members of the list behind an axiom, and yield what is wrong with the list."""
        members = self._ontology.read_list(axiom.triple.object)
        name = shorten(axiom.triple.predicate.value)
        if members is None:
            yield _Fault(axiom, f"{name} has no well-formed list", "write a list, `( … )`")
        elif len(members) < least:
            instead = "write rdfs:subPropertyOf" if least > 1 and members else "name its members"
            yield _Fault(axiom, f"the list of {name} has {len(members)} members, and needs {least}", instead)
        return members or []

    def _check_type(self, axiom: Located, kind: ox.NamedNode) -> Iterator[_Fault]:
        subject, grammar = axiom.triple.subject, self._grammar
        if kind.value in grammar.characteristics:
            objects_only = grammar.characteristics[kind.value] == "object property"
            yield from self._check_property(subject, axiom, objects_only=objects_only)
        elif kind.value in grammar.lists:
            listed = [v for n in ("members", "distinctMembers") for v in self._ontology.values(subject, OWL + n)]
            if not listed:
                yield _Fault(axiom, f"{shorten(kind.value)} names no members", "add owl:members with a list")
            for found in listed:
                for member in (yield from self._members(found)):
                    yield from self._check_end(member.triple.object, grammar.lists[kind.value], member)
        elif kind.value == OWL + "NegativePropertyAssertion":
            for names in (("sourceIndividual",), ("assertionProperty",), ("targetIndividual", "targetValue")):
                if not any(self._ontology.values(subject, OWL + name) for name in names):
                    yield _Fault(axiom, f"it has no owl:{' or owl:'.join(names)}", "add it")
        elif kind.value == OWL + "ObjectProperty" and self._ontology.is_data_property(subject):
            message = f"{describe_term(subject)} is an object property and a datatype property"
            yield _Fault(axiom, message, "keep one of them, and give the other another name")
        elif kind.value == OWL + "Class" and PREFIXES["rdfs"] + "Datatype" in self._ontology.types(subject):
            message = f"{describe_term(subject)} is a class and a datatype"
            yield _Fault(axiom, message, "keep one of them, and give the other another name")
        elif kind.value == _THING or not kind.value.startswith(_SCHEMA):
            yield from self._check_class(kind, "above", axiom, ())

    def _check_term(self, term: object, axiom: Located) -> Iterator[_Fault]:
        """Refuse what OWL 2 RL does not have at all, and terms of OWL and RDFS that nobody defined."""
        if not isinstance(term, ox.NamedNode):
            return
        name = shorten(term.value)
        if term.value in self._grammar.refused:
            yield _Fault(axiom, f"OWL 2 RL has no {name}", self._grammar.refused[term.value])
        elif term.value.startswith(_SCHEMA) and term.value not in self._grammar.terms:
            hint = nearest(name, map(shorten, self._grammar.terms))
            yield _Fault(axiom, f"there is no {name}{hint}", "write a term of OWL 2")

    def _check_property(self, node: object, at: Located, *, objects_only: bool = False) -> Iterator[_Fault]:
        if isinstance(node, ox.BlankNode):
            inverse = self._ontology.values(node, OWL + "inverseOf")
            if len(inverse) != 1 or not isinstance(inverse[0].triple.object, ox.NamedNode):
                yield _Fault(at, "a property without a name is no inverse of one", "name it, or write owl:inverseOf")
        elif not isinstance(node, ox.NamedNode):
            yield _Fault(at, f"{describe_term(node)} is no property", "name a property")
        elif node.value in self._grammar.refused:
            yield from self._check_term(node, at)
        elif objects_only and self._ontology.is_data_property(node):
            message = f"{describe_term(node)} is a datatype property"
            yield _Fault(at, message, "write an object property, or declare it as one: literals have no properties")

    def _check_class(self, node: object, position: str, at: Located, inside: tuple[object, ...]) -> Iterator[_Fault]:
        """Check a class expression where it stands; ``inside`` are the expressions around it."""
        if node in inside:
            yield _Fault(at, f"{describe_term(node)} is made of itself", "name the class that is meant")
        elif not isinstance(node, ox.NamedNode | ox.BlankNode) or self._ontology.is_data_range(node):
            yield _Fault(at, f"{describe_term(node)} is no class", "name a class")
        elif node == ox.NamedNode(_THING) or node == ox.NamedNode(PREFIXES["rdfs"] + "Resource"):
            words = self._grammar.positions[position]
            yield _Fault(at, f"{describe_term(node)} may not stand {words.words}", words.instead["thing"])
        elif constructs := self._ontology.constructs(node):
            if nowhere := [c for c in constructs if _local(c) in self._grammar.nowhere]:
                yield from self._refuse_construct(nowhere[0], position, at)
            elif len(constructs) > 1:
                names = " and ".join(shorten(c.triple.predicate.value) for c in constructs)
                yield _Fault(constructs[1], f"{names} in one expression", "write one expression for each")
            elif not (isinstance(node, ox.NamedNode) and _local(constructs[0]) in _DEFINING):
                yield from self._check_construct(constructs[0], position, at, (*inside, node))
        elif isinstance(node, ox.BlankNode):
            yield _Fault(at, "a class without a name that is no expression", "name it, or say what it is made of")

    def _check_construct(
        self, construct: Located, position: str, at: Located, inside: tuple[object, ...]
    ) -> Iterator[_Fault]:
        name, node, value = _local(construct), construct.triple.subject, construct.triple.object
        filler = self._grammar.positions[position].admits.get(name)
        if filler is None or (name == "oneOf" and self._ontology.is_data_range(node)):
            yield from self._refuse_construct(construct, position, at)
            return
        if name in _LISTED:
            for member in (yield from self._members(construct)):
                if name == "oneOf":
                    yield from self._check_end(member.triple.object, "individual", member)
                else:
                    yield from self._check_class(member.triple.object, filler, member, inside)
            return
        if name == "complementOf":
            yield from self._check_class(value, filler, construct, inside)
            return
        properties = self._ontology.values(node, OWL + "onProperty")
        if len(properties) != 1:
            yield _Fault(construct, f"owl:{name} needs one owl:onProperty", "name the property")
        for found in properties:
            yield from self._check_property(found.triple.object, found)
        if name in _MOST and not (_is_none_or_one(value)):
            instead = "write 0 or 1, or ask for the number with a shape"
            yield _Fault(construct, f"owl:{name} {describe_term(value)}", instead)
        if name in _FILLED:
            yield from self._check_filler(construct, properties, filler, inside)
        elif name == "maxQualifiedCardinality":
            named = [v for n in ("onClass", "onDataRange") for v in self._ontology.values(node, OWL + n)]
            if len(named) != 1:
                yield _Fault(construct, f"owl:{name} needs one owl:onClass", "name the class")
            for found in named:
                yield from self._check_filler(found, properties, filler, inside)

    def _check_filler(
        self, found: Located, properties: list[Located], position: str, inside: tuple[object, ...]
    ) -> Iterator[_Fault]:
        value = found.triple.object
        place, _, thing = position.partition(" or ")
        if self._ontology.is_data_range(value):
            yield from self._check_data_range(value, found)
        elif any(self._ontology.is_data_property(p.triple.object) for p in properties):
            message = f"{describe_term(value)} is no datatype, and the property has literals"
            yield _Fault(found, message, "name a datatype")
        elif not (thing and value == ox.NamedNode(_THING)):
            yield from self._check_class(value, place, found, inside)

    def _check_data_range(self, node: object, at: Located) -> Iterator[_Fault]:
        grammar, ontology = self._grammar, self._ontology
        if isinstance(node, ox.NamedNode) and node.value in grammar.datatypes:
            return
        parts = ontology.values(node, OWL + "intersectionOf")
        defined = ontology.values(node, OWL + "equivalentClass") if isinstance(node, ox.NamedNode) else []
        if len(parts) == 1:
            for member in (yield from self._members(parts[0])):
                yield from self._check_data_range(member.triple.object, member)
        elif not defined or describe_term(node).startswith(("owl:", "xsd:")):
            described = ontology.describe(node)
            message = f"OWL 2 RL has no datatype {described}"
            yield _Fault(at, message, "write one of its datatypes, or check values with a shape")

    def _refuse_construct(self, construct: Located, position: str, at: Located) -> Iterator[_Fault]:
        name = _local(construct)
        words = self._grammar.positions[position]
        where = construct if construct.line is not None else at
        if name in self._grammar.nowhere:
            yield _Fault(where, f"OWL 2 RL has no owl:{name}", self._grammar.nowhere[name])
        else:
            instead = words.instead.get(name, "name the individuals")
            yield _Fault(where, f"owl:{name} may not stand {words.words}", instead)


def _is_none_or_one(term: object) -> bool:
    if not isinstance(term, ox.Literal) or term.datatype.value not in load_datatypes().inside(_INTEGER):
        return False
    return term.value.removeprefix("+").lstrip("0") in {"", "1"} and term.value != ""


def _local(found: Located) -> str:
    return found.triple.predicate.value.removeprefix(OWL)
