"""Commands that ask the built graph: query, sparql, serve."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from nkgraph import __version__
from nkgraph.cli.options import data_option, documents_option, out_option, project_of, read_texts
from nkgraph.errors import ParameterError, QueryError, ReadError
from nkgraph.evaluation import LocalAnswers
from nkgraph.formats import SOLUTIONS, find_format
from nkgraph.queries import find_query, load_queries, run_query
from nkgraph.quotations import add_quotations, quote
from nkgraph.sparql import Answer, SparqlRequest
from nkgraph.store import open_store
from nkgraph.tablefiles import write_csv, write_json
from nkgraph.tables import read_table, write_markdown, write_text

__all__ = ["query", "serve", "sparql"]

_TABLES = ("table", "csv", "tsv", "json", "md")


def _parse_parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ParameterError(f"{pair!r} is not a parameter", remedy="write it as name=value")
        if name in values:
            raise ParameterError(f"the parameter {name!r} is given twice")
        values[name] = value
    return values


@click.command()
@click.argument("name", required=False)
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the query.")
@click.option("--format", "form", type=click.Choice(_TABLES), default="table", show_default=True)
@documents_option
@data_option
@out_option
def query(
    name: str | None,
    parameters: tuple[str, ...],
    form: str,
    documents: Path | None,
    data: Path | None,
    out: Path | None,
) -> int:
    """Run a canned query; without a name, list them.

    Where the documents are at hand, rows that point to words show them in a last column, `quotation`.

    \b
    Example:
      nkgraph query evidence -p iri=id/hrnk-lives-for-sale-2009/case-1/narrator
    """
    project = project_of(data, out)
    queries = load_queries(project.queries)
    if name is None:
        for canned in sorted(queries.values(), key=lambda q: q.name):
            click.echo(f"{canned.name}\t{canned.question}")
        return 0
    canned = find_query(queries, name)
    values = _parse_parameters(parameters)
    service = LocalAnswers(open_store(project.graph_file))
    table = read_table(run_query(service, canned, values, "json").require(), canned.columns)
    table = add_quotations(table, read_texts(project, documents))
    writers = {"table": write_text, "md": write_markdown, "json": write_json, "csv": write_csv}
    text = write_csv(table, delimiter="\t") if form == "tsv" else writers[form](table)
    click.echo(text, nl=False)
    if canned.notice:
        in_text = form in {"table", "md"}
        click.echo(f"\n{canned.notice}" if in_text else canned.notice, err=not in_text)
    if form == "table" and table.rows and canned.sources:
        click.echo("\nNot stated in the words of a row:")
        for column, source in canned.sources.items():
            click.echo(f"- {column}: {source}")
    return 0


@click.command()
@click.argument("text", metavar="[QUERY]", required=False)
@click.option(
    "-f", "--file", "file", type=click.Path(path_type=Path), help="A file that holds the query (- for stdin)."
)
@click.option("--format", "form", default=None, help="csv, tsv, json, xml; ttl, nt, rdf, jsonld, trig, nq; or table.")
@out_option
def sparql(text: str | None, file: Path | None, form: str | None, out: Path | None) -> int:
    """Run a SPARQL 1.1 query on the built graph, without a deadline (the server has one).

    \b
    Example:
      nkgraph sparql "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
    """
    if (text is None) == (file is None):
        raise QueryError("give either a query or a file of one", remedy="see `nkgraph sparql --help`")
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ReadError(f"not UTF-8 at byte {error.start}", path=file, remedy="save the file as UTF-8") from error
        except OSError as error:
            raise ReadError(f"cannot be read ({error.strerror})", path=file) from error
    assert text is not None
    service = LocalAnswers(open_store(project_of(None, out).graph_file))
    chosen = form
    if form is None or form == "table":
        answer = _explain(service.ask(SparqlRequest(text, format="json")), file)
        if find_format(answer.media_type, SOLUTIONS) is not None:
            click.echo(write_text(read_table(answer)), nl=False)
            return 0
        chosen = "ttl"
    answer = _explain(service.ask(SparqlRequest(text, format=chosen)), file)
    sys.stdout.buffer.write(answer.body)
    return 0


def _explain(answer: Answer, file: Path | None) -> Answer:
    """Return an answer that is one; the message of a refusal says line and column itself."""
    problem = answer.error
    if problem is not None:
        raise QueryError(problem.message, path=file, column=problem.column, remedy=problem.remedy)
    return answer


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 picks one.")
@documents_option
@data_option
@out_option
def serve(
    files: tuple[Path, ...], host: str, port: int, documents: Path | None, data: Path | None, out: Path | None
) -> int:
    """Serve the built graph over HTTP, or any RDF files: pages, canned queries, SPARQL.

    \b
    Example:
      nkgraph serve --help
    """
    from nkgraph.serving import serve as serve_graph
    from nkgraph.web import DatasetInfo

    project = project_of(data, out)
    if files:
        info = DatasetInfo(title="RDF files", summary="Files served by nkgraph.", is_ours=False)
        return serve_graph(files, {}, host=host, port=port, files=True, info=info)
    texts = read_texts(project, documents)
    return serve_graph(
        [project.graph_file],
        load_queries(project.queries),
        host=host,
        port=port,
        info=DatasetInfo(release=__version__),
        quote=partial(quote, texts) if texts else None,
        rules=project.ontology / "rules",
    )
