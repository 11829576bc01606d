"""The rules of OWL 2 RL/RDF (W3C, OWL 2 Profiles, section 4.3, tables 4 to 9) read from ``owl2rl.yaml`` as values.

A rule is here with patterns, or with the reason why it is left out. Nothing of the rules is written in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs
import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.iris import PREFIXES
from nkgraph.reasoning.rules import RuleText, Slot, Variable
from nkgraph.yamlfiles import Item, Scalar, Sequence, Tree, read_yaml

__all__ = ["RDF", "Datatypes", "Form", "ListMember", "TableRule", "Template", "load_datatypes", "load_tables"]

_PATH: Final = Path(__file__).with_name("owl2rl.yaml")
_NAMES: Final = {4: "equality", 5: "properties", 6: "classes", 7: "class axioms", 8: "datatypes", 9: "schema"}
_MEMBER: Final = re.compile(r"(some|two|each|chain) \?(\w+)(?: \?(\w+))? of \?(\w+)(?:: (.+))?")
_INTEGER: Final = ox.NamedNode(PREFIXES["xsd"] + "integer")
RDF: Final = PREFIXES["rdf"]

TemplateKind: TypeAlias = Literal["one", "each", "chain"]


@attrs.frozen
class Template:
    """A triple pattern of a table: its predicate may be a variable that the axioms bind.

    ``kind`` ``each``: stands once for each member ``item`` of the list ``of``; ``chain``: a way over all of them.
    """

    subject: Slot
    predicate: ox.NamedNode | Variable
    object: Slot
    kind: TemplateKind = "one"
    item: str = ""
    of: str = ""


@attrs.frozen
class ListMember:
    """A premise that binds ``names`` to a member of the list ``of``, or to two members at different places."""

    names: tuple[str, ...]
    of: str


@attrs.frozen
class Form:
    """One shape of a rule: what is matched against the terminology, what is left over the data, what is concluded.

    ``distinct`` names variables that do not stand for one term; ``filter`` is an expression of SPARQL in which
    ``{inside ?dt}`` and ``{outside ?dt}`` stand for datatypes; ``over`` a variable in the place of a property.
    ``says`` is the rule in words with slots for the terms of its axiom.
    """

    axioms: tuple[Template, ...]
    member: ListMember | None
    data: tuple[Template, ...]
    head: tuple[Template, ...]
    distinct: tuple[str, ...]
    filter: str
    over: str
    says: str


@attrs.frozen
class TableRule:
    """A rule of the tables; ``left_out`` is the reason why it has no ``forms``."""

    about: RuleText
    table: int
    table_name: str
    forms: tuple[Form, ...]
    left_out: str
    note: str


@attrs.frozen
class Datatypes:
    """The datatypes of OWL 2 RL; ``above`` gives for each the one that holds all its values, or nothing."""

    above: Mapping[str, str]

    def root(self, iri: str) -> str:
        """Return the widest datatype that holds the values of one."""
        while self.above[iri]:
            iri = self.above[iri]
        return iri

    def inside(self, iri: str) -> list[str]:
        """Return the datatype and those whose values all belong to it, sorted."""
        if iri == PREFIXES["rdfs"] + "Literal":
            return sorted(self.above)
        found = {iri}
        while more := {name for name, above in self.above.items() if above in found} - found:
            found |= more
        return sorted(found)

    def outside(self, iri: str) -> list[str]:
        """Return the datatypes that share no value with one, sorted."""
        literal = PREFIXES["rdfs"] + "Literal"
        if iri == literal:
            return []
        return sorted(name for name in self.above if name != literal and self.root(name) != self.root(iri))


@lru_cache(maxsize=1)
def load_tables() -> tuple[TableRule, ...]:
    """Return every rule of the tables, in their order.

    >>> rule = next(r for r in load_tables() if r.about.key == "prp-dom")
    >>> rule.about.source
    'OWL 2 RL/RDF, rule prp-dom (table 5)'

    Raises:
        VocabularyError: the file of the tables contradicts itself.
    """
    found = []
    for entry in _sequence(_top("rules")):
        if not isinstance(entry, Item):
            raise VocabularyError("a rule is a mapping", path=_PATH, line=entry.line)
        key, table = _text(entry, "key"), int(_text(entry, "table"))
        source = f"OWL 2 RL/RDF, rule {key} (table {table})"
        about = RuleText(key, _text(entry, "title"), _text(entry, "words"), source)
        left_out = _text(entry, "left-out", "")
        shapes = _sequence(entry.entries["forms"]) if "forms" in entry.entries else (entry,)
        says = _text(entry, "says", "")
        forms = () if left_out else tuple(_read_form(shape, says) for shape in shapes)
        found.append(TableRule(about, table, _NAMES[table], forms, left_out, _text(entry, "note", "")))
    keys = [rule.about.key for rule in found]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise VocabularyError(f"the rule {twice[0]} stands twice", path=_PATH)
    return tuple(found)


@lru_cache(maxsize=1)
def load_datatypes() -> Datatypes:
    """Return the datatypes of OWL 2 RL."""
    entries = _top("datatypes")
    assert isinstance(entries, Item)
    above = {_iri(name): value.text for name, value in entries.entries.items() if isinstance(value, Scalar)}
    return Datatypes({name: _iri(value) if value else "" for name, value in above.items()})


def _top(name: str) -> Tree:
    tree = read_yaml(_PATH)
    assert isinstance(tree, Item)
    return tree.entries[name]


def _read_form(entry: Tree, says: str) -> Form:
    if not isinstance(entry, Item):
        raise VocabularyError("a form is a mapping", path=_PATH, line=entry.line)
    axioms: list[Template] = []
    member = None
    for text in _texts(entry, "axioms"):
        if match := _MEMBER.fullmatch(text):
            _, first, second, of, _ = match.groups()
            member = ListMember((first, second) if second else (first,), of)
        else:
            axioms.append(_read_template(text))
    return Form(
        axioms=tuple(axioms),
        member=member,
        data=tuple(_read_template(text) for text in _texts(entry, "data")),
        head=tuple(_read_template(text) for text in _texts(entry, "head")),
        distinct=tuple(_texts(entry, "distinct")),
        filter=_text(entry, "filter", ""),
        over=_text(entry, "over", ""),
        says=_text(entry, "says", says),
    )


def _read_template(text: str) -> Template:
    if match := _MEMBER.fullmatch(text):
        kind: TemplateKind = "chain" if match[1] == "chain" else "each"
        return attrs.evolve(_read_template(match[5]), kind=kind, item=match[2], of=match[4])
    subject, predicate, target = (_read_slot(word) for word in text.split(" "))
    assert isinstance(predicate, ox.NamedNode | Variable)
    return Template(subject, predicate, target)


def _read_slot(word: str) -> Slot:
    if word.startswith("?"):
        return Variable(word[1:])
    if word.startswith("'"):
        return ox.Literal(word.strip("'"), datatype=_INTEGER)
    return ox.NamedNode(RDF + "type" if word == "a" else _iri(word))


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _sequence(tree: Tree) -> tuple[Tree, ...]:
    return tree.items if isinstance(tree, Sequence) else ()


def _texts(entry: Item, name: str) -> list[str]:
    listed = entry.entries.get(name, Sequence((), entry.line))
    return [item.text for item in _sequence(listed) if isinstance(item, Scalar)]


def _text(entry: Item, name: str, default: str | None = None) -> str:
    value = entry.entries.get(name)
    if isinstance(value, Scalar):
        return value.text
    if default is None:
        raise VocabularyError(f"a rule needs {name}", path=_PATH, line=entry.line)
    return default
