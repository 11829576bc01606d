"""Checks that only a graph can make: totals, dates, ages, tellings and judgements set against each other.

A check is a file ``queries/checks/<name>.rq``: a header, and a SELECT over the closure (default graph). Each row is about
``?thing``; its values fill the message; the claims about the things of ``words`` are shown with it. Nothing is corrected:
what a document states stands as stated, and a finding says beside what it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox

from nkgraph.citations import WordsOf, find_offset, words_of
from nkgraph.clashes import check_closure
from nkgraph.diagnosis import explain_syntax
from nkgraph.errors import QueryError
from nkgraph.findings import Finding, Severity
from nkgraph.headers import read_header
from nkgraph.iris import BASE, ontology_iri, shorten
from nkgraph.ontology import nearest
from nkgraph.pipeline import Source, assemble, conclude, places_of
from nkgraph.project import Project
from nkgraph.quotations import quote
from nkgraph.reasoning import Closure

__all__ = [
    "Across",
    "Check",
    "Discrepancy",
    "check_across",
    "format_discrepancy",
    "load_checks",
    "load_closed",
    "run_checks",
]

_FIELDS: Final = ("title", "severity", "message", "words")
#: What a document says is never a violation of ours: these findings do not fail a check.
_SEVERITIES: Final = {"warning": Severity.WARNING, "info": Severity.INFO}
_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
_WORDS: Final = re.compile(r"(\w+)(?:\.(\w+))?")
_ABOUT, _ORDER = (ox.NamedNode(ontology_iri(name)) for name in ("about", "order"))
_CLAIM: Final = BASE + "claim/"
_ID: Final = BASE + "id/"

Place = tuple[Path, int | None]


@attrs.frozen
class Check:
    """A check: its file's header, and its SELECT. ``words`` are (variable, property or None)."""

    name: str
    title: str
    severity: Severity
    message: str
    words: tuple[tuple[str, str | None], ...]
    text: str
    path: Path


@attrs.frozen
class Discrepancy:
    """A finding about what documents state, with the words of every claim that it sets against another."""

    finding: Finding
    words: tuple[WordsOf, ...]


def _line_of(text: str, field: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"#+ {field}:")), 1)


def _load_check(path: Path) -> Check:
    header, text = read_header(path, _FIELDS)

    def refuse(message: str, field: str, remedy: str) -> QueryError:
        return QueryError(message, path=path, line=_line_of(text, field), remedy=remedy)

    for field in header:
        if field not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise refuse(f"unknown field {field!r} in its header{nearest(str(field), _FIELDS)}", field, f"use {known}")
    if header["severity"] not in _SEVERITIES:
        raise refuse(f"unknown severity {header['severity']!r}", "severity", "write warning or info")
    for field in ("title", "message"):
        if not isinstance(header[field], str):
            raise refuse(f"its {field} is not one piece of text", field, "put it in quotation marks")
    entries = header["words"] if isinstance(header["words"], list) else []
    matches = [_WORDS.fullmatch(str(entry)) for entry in entries]
    words = tuple((match[1], match[2]) for match in matches if match is not None)
    if not words or len(words) < len(matches):
        raise refuse("`words` is not a list of variables", "words", "write `[thing, other.birthYear]`")
    variables = _project(path, text)
    if "thing" not in variables:
        raise refuse("does not project ?thing", "title", "project what a finding is about as ?thing")
    named = [("message", name) for name in _PLACEHOLDER.findall(header["message"])]
    for field, name in [*named, *(("words", name) for name, _ in words)]:
        if name not in variables:
            hint = nearest(name, variables)
            raise refuse(f"its {field} names {name!r}, which the SELECT does not project{hint}", field, "project it")
    severity = _SEVERITIES[header["severity"]]
    return Check(path.stem, header["title"], severity, header["message"], words, text, path)


def _project(path: Path, text: str) -> tuple[str, ...]:
    try:
        results = ox.Store().query(text)
    except SyntaxError as error:
        found = explain_syntax(text, str(error.msg))
        raise QueryError(found.message, path=path, line=found.line, column=found.column, remedy=found.remedy) from error
    if not isinstance(results, ox.QuerySolutions):
        raise QueryError("a check must be a SELECT", path=path, remedy="project ?thing and what its message names")
    return tuple(variable.value for variable in results.variables)


def load_checks(folder: Path) -> tuple[Check, ...]:
    """Return the checks of a folder, by name.

    Raises:
        QueryError: a file cannot be read, its header lacks something or names what its SELECT does not project, or it is
            not SPARQL; with file and line.
    """
    return tuple(_load_check(path) for path in sorted(folder.glob("*.rq")))


def load_closed(quads: Sequence[ox.Quad], closure: Closure) -> ox.Store:
    """Return a store of asserted quads whose default graph is the merge of them and of all that follows from them."""
    store = ox.Store()
    store.bulk_extend(quads)
    store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    for triples in closure.concluded.values():
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def _is_of(store: ox.Store, claim: ox.NamedNode, thing: ox.NamedNode, prop: str | None) -> bool:
    """Tell whether a claim says a property of a thing; where its own graph is not at hand, it may."""
    if prop is None or next(store.quads_for_pattern(None, None, None, claim), None) is None:
        return True
    predicate = ox.NamedNode(ontology_iri(prop))
    return next(store.quads_for_pattern(thing, predicate, None, claim), None) is not None


def _claims_about(store: ox.Store, thing: ox.NamedNode, prop: str | None) -> list[ox.NamedNode]:
    """Return the claims that say a property of a thing (or anything of it), in document order."""
    found = {q.subject for q in store.quads_for_pattern(None, _ABOUT, thing, ox.DefaultGraph())}
    claims = [term for term in found if isinstance(term, ox.NamedNode)]
    chosen = [claim for claim in claims if _is_of(store, claim, thing, prop)]
    return sorted(chosen or claims, key=lambda claim: (find_offset(store, claim, _ORDER), claim.value))


def _fill(message: str, row: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    def show(match: re.Match[str]) -> str:
        term = row.get(match[1])
        return "not stated" if term is None else shorten(term.value) if isinstance(term, ox.NamedNode) else term.value

    return _PLACEHOLDER.sub(show, message)


def _run_check(store: ox.Store, check: Check, places: Mapping[str, Place]) -> list[Discrepancy]:
    results = store.query(check.text)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    found: dict[tuple[str, str], dict[ox.NamedNode, None]] = {}
    for solution in results:
        bound = ((name, solution[name]) for name in names)
        row = {name: term for name, term in bound if isinstance(term, ox.NamedNode | ox.Literal)}
        if "thing" not in row:  # a count of nothing has a row, and is about nothing
            continue
        claims = found.setdefault((shorten(row["thing"].value), _fill(check.message, row)), {})
        for name, prop in check.words:
            term = row.get(name)
            if isinstance(term, ox.NamedNode):
                claims.update(dict.fromkeys(_claims_about(store, term, prop)))
    discrepancies = []
    for (thing, message), claims in found.items():
        path, line = next((places[claim.value] for claim in claims if claim.value in places), (None, None))
        finding = Finding(check.severity, check.name, thing, message, path, line)
        discrepancies.append(Discrepancy(finding, tuple(words_of(store, claim) for claim in claims)))
    return discrepancies


def run_checks(
    store: ox.Store, checks: Sequence[Check], places_of: Mapping[str, Place] | None = None
) -> list[Discrepancy]:
    """Return what the checks find in a closure, warnings first, then by file, line and name of the check.

    Rows about one thing with one message are one finding with the words of all. ``places_of`` gives file and line of claims
    by their IRI.
    """
    found = [discrepancy for check in checks for discrepancy in _run_check(store, check, places_of or {})]

    def rank(discrepancy: Discrepancy) -> tuple[bool, str, int, str, str, str]:
        f = discrepancy.finding
        return f.severity is Severity.INFO, str(f.path), f.line or 0, f.rule, f.thing, f.message

    return sorted(found, key=rank)


@attrs.frozen
class Across:
    """What is found in the closure of the published claims: contradictions, and what documents state beside each other."""

    clashes: tuple[Discrepancy, ...]
    discrepancies: tuple[Discrepancy, ...]


def check_across(source: Source, project: Project, known: Sequence[Finding] = ()) -> Across:
    """Return what cannot hold together in the closure of the published claims, and what the checks of a project find there.

    ``known`` are the findings of the shapes about what is asserted, which are not told again.

    Raises:
        QueryError: a check is not written as it should be.
        VocabularyError: the ontology, a rule or a shape is not as it should be.
    """
    checks = load_checks(project.queries.parent / "checks")
    quads = assemble(source).quads
    closure = conclude(project, source.vocabulary, quads)
    store = load_closed(quads, closure)
    clashes = tuple(
        Discrepancy(clash.finding, tuple(words_of(store, ox.NamedNode(claim)) for claim in clash.claims))
        for clash in check_closure(quads, closure, project.shapes, places_of(source), known)
    )
    return Across(clashes, tuple(run_checks(store, checks, places_of(source))))


def format_discrepancy(discrepancy: Discrepancy, texts: Mapping[str, str]) -> list[str]:
    """Return the lines of a finding: itself, then each claim's key with passages and words (or spans, without the document).

    >>> from nkgraph.citations import Cited
    >>> finding = Finding(Severity.INFO, "age", "id:a/age-1", "said to be 20")
    >>> words = WordsOf("a", "age-1", (Cited(0, 9, "case-1"),))
    >>> format_discrepancy(Discrepancy(finding, (words,)), {"a": "She is 20"})
    ['info id:a/age-1: said to be 20 [age]', '  age-1: case-1 “She is 20”']
    """
    lines = [str(discrepancy.finding)]
    for words in discrepancy.words:
        shown = []
        for span in words.spans:
            quotation = quote(texts, words.document, span.start, span.end)
            said = f"{words.document} {span.start}-{span.end}" if quotation is None else f"“{quotation}”"
            shown.append(f"{span.passage} {said}".strip())
        lines.append(f"  {words.claim}: {'; '.join(shown) or 'no words of its own'}")
    return lines
