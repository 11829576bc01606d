"""What changes when claims go: inferred triples that fall and that newly appear, passages left without a claim, findings.

All of it is measured on the data as they would stand: a copy without the claims is read, checked and inferred from anew.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import attrs
import pyoxigraph as ox

from nkgraph.claims import ClaimErrors
from nkgraph.clashes import check_closure
from nkgraph.coverage import find_resting
from nkgraph.errors import NkgraphError
from nkgraph.findings import Finding, Severity, sort_findings
from nkgraph.pipeline import assemble, check_source, conclude, places_of
from nkgraph.project import Project
from nkgraph.reasoning import Closure, say_triple
from nkgraph.source import Source, read_source
from nkgraph.withdrawal.planning import Plan

__all__ = ["Effects", "describe_triple", "measure_effects"]


@attrs.frozen
class Effects:
    """What a withdrawal changes beside the claims themselves.

    ``lost`` and ``gained`` are inferred triples, each with the keys of its rules (one that the claims said and that is now
    inferred is neither); ``passages`` those that hold no claim any
    more, as ``document/key``; ``errors`` and ``findings`` what is wrong with the data without the claims, and was not before.
    """

    lost: Mapping[ox.Triple, tuple[str, ...]] = attrs.field(factory=dict)
    gained: Mapping[ox.Triple, tuple[str, ...]] = attrs.field(factory=dict)
    passages: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the data could be built without the claims."""
        return not self.errors and not any(found.severity is Severity.VIOLATION for found in self.findings)


def describe_triple(inferred: tuple[ox.Triple, tuple[str, ...]]) -> str:
    """Return an inferred triple as it is printed: its terms shortened, and the rules that concluded it.

    >>> same = ox.NamedNode("https://w3id.org/nkgraph/ontology#possiblySamePerson")
    >>> one, other = (ox.NamedNode(f"https://w3id.org/nkgraph/id/r/case-{n}/narrator") for n in (1, 2))
    >>> describe_triple((ox.Triple(one, same, other), ("possibly-same-person",)))
    'id:r/case-1/narrator nk:possiblySamePerson id:r/case-2/narrator [possibly-same-person]'
    """
    triple, rules = inferred
    return f"{say_triple(triple)} [{', '.join(rules)}]"


def measure_effects(project: Project, source: Source, plan: Plan) -> Effects:
    """Return what changes if a plan is carried out; the data of the project stay untouched.

    Raises:
        NkgraphError: the rules cannot be read.
        OSError: there is no room for a copy of the data.
    """
    with tempfile.TemporaryDirectory(prefix="nkgraph-") as folder:
        copy = attrs.evolve(project, data=Path(folder) / "data")
        shutil.copytree(project.data, copy.data, ignore=lambda _, names: [n for n in names if n.startswith(".")])
        for path, text in plan.texts.items():
            target = copy.data / path.relative_to(project.data)
            if text is None:
                target.unlink()
            else:
                target.write_bytes(text.encode())
        return _compare(project, source, copy)


def _compare(project: Project, source: Source, copy: Project) -> Effects:
    def at_home(message: str) -> str:
        return message.replace(f"{copy.data}/", f"{project.data}/")

    try:
        after = read_source(copy)
    except ClaimErrors as errors:
        return Effects(errors=tuple(at_home(str(error)) for error in errors.errors))
    except NkgraphError as error:
        return Effects(errors=(at_home(str(error)),))
    quads, asserted = assemble(after).quads, assemble(source).quads
    closure, before = conclude(copy, after.vocabulary, quads), conclude(project, source.vocabulary, asserted)
    findings = [
        attrs.evolve(found, path=project.data / found.path.relative_to(copy.data))
        if found.path is not None and found.path.is_relative_to(copy.data)
        else found
        for found in _check(after, copy, quads, closure)
    ]
    if findings:  # those that the data had before are only looked for where there is something to tell
        known = {(found.rule, found.thing, found.message) for found in _check(source, project, asserted, before)}
        findings = [found for found in findings if (found.rule, found.thing, found.message) not in known]
    said = {quad.triple for quad in asserted}
    had, has = _name_rules(before), _name_rules(closure)
    return Effects(
        lost={triple: rules for triple, rules in sorted(had.items(), key=str) if triple not in has},
        gained={
            triple: rules for triple, rules in sorted(has.items(), key=str) if triple not in had and triple not in said
        },
        passages=tuple(_find_bare(source, after)),
        findings=tuple(sort_findings(findings)),
    )


def _check(source: Source, project: Project, quads: list[ox.Quad], closure: Closure) -> list[Finding]:
    """Return what the checks of a build find, in what is asserted and in what follows."""
    findings = check_source(source, project, quads)
    clashes = check_closure(quads, closure, project.shapes, places_of(source), findings)
    return [*findings, *(clash.finding for clash in clashes)]


def _name_rules(closure: Closure) -> dict[ox.Triple, tuple[str, ...]]:
    """Return what is inferred, each triple with the keys of its rules."""
    rules: dict[ox.Triple, list[str]] = {}
    for rule, triples in closure.concluded.items():
        for triple in triples:
            rules.setdefault(triple, []).append(rule.key)
    return {triple: tuple(sorted(set(keys))) for triple, keys in rules.items()}


def _find_bare(before: Source, after: Source) -> list[str]:
    """Return the passages that claims rested on and none rests on any more."""
    bare = []
    for slug, found in before.passages.items():
        held = find_resting(found, before.published_of(slug))
        still = find_resting(found, after.published_of(slug))
        bare += [f"{slug}/{passage.key}" for passage in found if passage.key in held and passage.key not in still]
    return bare
