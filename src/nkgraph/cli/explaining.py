"""Why a triple is in the graph, and why another is not: explain."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import attrs
import click

from nkgraph.cli.options import data_option, documents_option, out_option, project_of, read_texts
from nkgraph.evaluation import LocalAnswers, write_graph
from nkgraph.formats import GRAPHS, find_format
from nkgraph.proofs.asking import read_triple
from nkgraph.proofs.diagrams import write_mermaid
from nkgraph.proofs.foldable import write_page
from nkgraph.proofs.jsonfiles import write_json
from nkgraph.proofs.loading import build_explainer
from nkgraph.proofs.provenance import to_prov
from nkgraph.proofs.telling import Explanation, add_quotations, things_in
from nkgraph.proofs.telling import explain as explain_triple
from nkgraph.proofs.texts import write_text
from nkgraph.quotations import quote
from nkgraph.sparql import Limits
from nkgraph.store import open_store

__all__ = ["explain"]

_WRITERS = {"json": write_json, "html": write_page, "mermaid": write_mermaid}
_FORMATS = ("text", *_WRITERS, *(form.name for form in GRAPHS))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--others", is_flag=True, help="Write out the other proofs, too (text).")
@click.option("--no-quotations", is_flag=True, help="Leave out the words themselves: for what is passed on.")
@documents_option
@data_option
@out_option
def explain(
    subject: str,
    predicate: str,
    object_: str,
    form: str,
    others: bool,
    no_quotations: bool,
    documents: Path | None,
    data: Path | None,
    out: Path | None,
) -> int:
    """Say why a triple is in the built graph: the rules by which it follows, down to claims and their words.

    Things are prefixed names (place:yanji), IRIs or paths (place/yanji); `a` is rdf:type; an object may be a literal.
    Where the documents are at hand, the words are shown. Of a triple that is not there it says which rules could
    conclude it, and what they miss. The RDF formats give the proofs in PROV-O.

    \b
    Example:
      nkgraph explain place:yanji nk:within place:china
    """
    triple = read_triple(subject, predicate, object_)
    project = project_of(data, out)
    store = open_store(project.graph_file)
    explanation = explain_triple(build_explainer(store, project.ontology / "rules"), triple)
    texts = {} if no_quotations else read_texts(project, documents)
    if texts:
        explanation = add_quotations(explanation, partial(quote, texts))
    explanation = _name_things(explanation, LocalAnswers(store))
    if form == "text":
        click.echo(write_text(explanation, others=others), nl=False)
        return 0
    if form in _WRITERS:
        click.echo(_WRITERS[form](explanation), nl=False)
        return 0
    rdf = find_format(form, GRAPHS)
    assert rdf is not None
    sys.stdout.buffer.write(write_graph(to_prov(explanation), rdf, Limits().answer_bytes))
    return 0


def _name_things(explanation: Explanation, service: LocalAnswers) -> Explanation:
    from nkgraph.web.naming import name_things

    names = name_things(service, things_in(explanation))
    return attrs.evolve(explanation, names={iri: name.full for iri, name in names.items()})
