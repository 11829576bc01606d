"""Inference over any RDF files: infer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pyoxigraph as ox

from nkgraph.exports.rdf import READABLE, SERIALISATIONS, find_prefixes, sort_quads, write_quads
from nkgraph.reasoning import Closure, Contradiction, close, load_strata, rule_graph, say_rule, say_triple
from nkgraph.reasoning.located import read_located
from nkgraph.reasoning.theory import refuse_outside

__all__ = ["infer"]

#: JSON-LD is left out: what is inferred may hold blank nodes, which our writer of it does not name.
_FORMATS = sorted(set(SERIALISATIONS) - {"jsonld"})


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--rules", type=click.Path(path_type=Path), help="A folder of rules of your own, with its strata.yaml.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="ttl", show_default=True)
@click.option("--all", "whole", is_flag=True, help="Print what the files say, too.")
def infer(files: tuple[Path, ...], rules: Path | None, form: str, whole: bool) -> int:
    """Close an ontology and its data under OWL 2 RL (keys and sameAs included) and print what follows.

    TriG and N-Quads hold each conclusion in the graph of every rule that reaches it first. What cannot hold together
    goes to stderr, with exit code 1; an axiom outside OWL 2 RL is refused with its file and line, and exit code 2.

    \b
    Example:
      nkgraph infer ontology/actors.ttl ontology/places.ttl --format nq
    """
    located = [found for path in files for found in read_located(path)]
    refuse_outside(located)
    quads = list({found.quad: None for found in located})
    closure = close(quads, load_strata(rules) if rules is not None else ())
    serialisation = SERIALISATIONS[form]
    told = sort_quads({*(quads if whole else ()), *_conclusions(closure, named=serialisation.supports_datasets)})
    text = write_quads(told, serialisation, find_prefixes(told, READABLE))
    click.echo(text, nl=bool(text) and not text.endswith("\n"))
    for contradiction in closure.contradictions:
        click.echo(_tell(contradiction), err=True)
    return 1 if closure.contradictions else 0


def _conclusions(closure: Closure, *, named: bool) -> Iterator[ox.Quad]:
    for text, triples in closure.concluded.items():
        graph = rule_graph(text) if named else ox.DefaultGraph()
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _tell(contradiction: Contradiction) -> str:
    """Return a contradiction in one line: what cannot hold, and the triples that say it."""
    triples = [*contradiction.triples, *contradiction.rule.axioms]
    said = "; ".join(map(say_triple, triples))
    return f"contradiction: {say_rule(contradiction.rule)} ({said}) [{contradiction.rule.key}]"
