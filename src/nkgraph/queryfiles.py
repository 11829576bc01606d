"""The files of canned queries: a header of YAML in ``#+`` lines, then SPARQL; each mistake told with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import pyoxigraph as ox
import yaml

from nkgraph.errors import ParameterError, QueryError, ReadError
from nkgraph.evaluation import LocalAnswers
from nkgraph.ontology import nearest
from nkgraph.sparql import SparqlRequest
from nkgraph.tokens import position, tokenise

__all__ = ["PARAMETER_TYPES", "CannedQuery", "Parameter", "load_queries"]

PARAMETER_TYPES: Final = ("iri", "string", "integer", "date", "code")
_READS: Final = ("asserted", "inferred", "reference", "both")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@attrs.frozen
class Parameter:
    """A parameter of a canned query: the SPARQL variable it binds, and what it takes.

    ``type`` is one of ``PARAMETER_TYPES``; a ``code`` is one of ``values`` and bound as a string. A ``date`` is
    given to the day, month or year and bound as a string as written (the query knows what to make of it). An ``iri`` with a
    ``kind`` must be of that class of the ontology.
    """

    name: str
    type: str
    required: bool
    description: str
    values: tuple[str, ...] = ()
    example: str | None = None
    kind: str | None = None


@attrs.frozen
class CannedQuery:
    """A canned query: its file's header, and its SPARQL.

    ``columns`` are the variables shown, in order; the query may project its parameters behind them. ``reads`` is
    ``asserted``, ``inferred``, ``reference`` (no statement of a document, but data from sources outside them), or
    ``both`` (statements of documents beside reference data).
    ``sources`` says of the columns that no words of a document state where they come from: from reference data, by
    arithmetic, or from another claim than those of the row. ``notice`` is what every page and table of its rows says
    with them.
    """

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    reads: str
    text: str
    path: Path
    chart: Mapping[str, str] | None = None
    sources: Mapping[str, str] = attrs.field(factory=dict)
    notice: str = ""

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by name.

        Raises:
            ParameterError: the query has none of that name.
        """
        found = next((p for p in self.parameters if p.name == name), None)
        if found is None:
            names = [p.name for p in self.parameters]
            has = f"it takes {', '.join(names)}" if names else "it takes none"
            raise ParameterError(f"query {self.name} has no parameter {name!r}{nearest(name, names)}", remedy=has)
        return found


def _split_header(path: Path, text: str) -> tuple[str, str]:
    """Return the YAML header, kept at its own lines of the file, and the SPARQL behind it."""
    header: list[str] = []
    body: list[str] = []
    for line in text.splitlines():
        is_header = line.startswith("#+") and not body
        (header if is_header else body).append(line[3:] if is_header else line)
    if not header:
        raise ReadError("has no header", path=path, line=1, remedy="begin it with lines `#+ title: …`")
    return "\n".join(header), "\n".join(body).strip() + "\n"


@attrs.frozen
class _Header:
    """The header of a query file, read field by field with the line of each."""

    path: Path
    fields: Mapping[str, object]
    lines: Mapping[str, int]

    def refuse(self, message: str, field: str | None = None, remedy: str | None = None) -> ReadError:
        return ReadError(message, path=self.path, line=self.lines.get(field or "", 1), remedy=remedy)

    def text(self, field: str, *, required: bool = True) -> str:
        value = self.fields.get(field)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"has no {field}", field, f"add `#+ {field}: …` to its header")
        return " ".join(value.split())


def _read_header(path: Path, text: str) -> _Header:
    known = {"title", "question", "parameters", "columns", "sources", "chart", "reads", "description", "notice"}
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        fields = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ReadError(f"its header is not YAML ({getattr(error, 'problem', error)})", path=path, line=line) from error
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise ReadError("its header is not a mapping", path=path, line=1, remedy="write `#+ title: …`")
    header = _Header(path, fields, {key.value: key.start_mark.line + 1 for key, _ in node.value})
    for field in fields:
        if field not in known:
            raise header.refuse(f"unknown field {field!r} in its header{nearest(field, known)}", field)
    return header


def _read_parameter(header: _Header, entry: object) -> Parameter:
    if not isinstance(entry, dict):
        raise header.refuse("a parameter is not a mapping", "parameters", "write `- name: …`, `type: …`")
    name, kind = str(entry.get("name", "")), str(entry.get("type", ""))
    for field in entry:
        fields = ("name", "type", "required", "description", "values", "example", "class")
        if field not in fields:
            raise header.refuse(
                f"unknown field {field!r} of parameter {name!r}{nearest(str(field), fields)}", "parameters"
            )
    if not _NAME.fullmatch(name):
        raise header.refuse(f"a parameter is called {name!r}", "parameters", "use lower-case letters, digits and _")
    if kind not in PARAMETER_TYPES:
        known = ", ".join(PARAMETER_TYPES)
        message = f"parameter {name} has the unknown type {kind!r}{nearest(kind, PARAMETER_TYPES)}"
        raise header.refuse(message, "parameters", f"types are {known}")
    required = str(entry.get("required", "false")).lower()
    if required not in {"true", "false", "yes", "no"}:
        raise header.refuse(f"`required` of parameter {name} is {required!r}", "parameters", "write true or false")
    values = entry.get("values") or []
    if not isinstance(values, list) or (kind == "code" and not values):
        raise header.refuse(f"parameter {name} has no list of values", "parameters", "write `values: [a, b]`")
    example, of_class = entry.get("example"), entry.get("class")
    if of_class is not None and kind != "iri":
        raise header.refuse(f"parameter {name} has a class and is no iri", "parameters", "write `type: iri`")
    return Parameter(
        name,
        kind,
        required in {"true", "yes"},
        " ".join(str(entry.get("description", "")).split()),
        tuple(str(value) for value in values),
        None if example is None else str(example),
        None if of_class is None else str(of_class),
    )


def _read_sources(header: _Header, columns: tuple[str, ...]) -> Mapping[str, str]:
    """Return what the header says of where columns come from, in their order."""
    sources = header.fields.get("sources", {})
    if not isinstance(sources, dict):
        raise header.refuse(
            "`sources` is not a mapping", "sources", "write `#+ sources: {column: where it comes from}`"
        )
    for column, source in sources.items():
        if column not in columns:
            raise header.refuse(f"`sources` names {column!r}, not a column{nearest(str(column), columns)}", "sources")
        if not isinstance(source, str) or not source.strip():
            raise header.refuse(f"`sources` says nothing of {column}", "sources", "say in words where it comes from")
    return {column: " ".join(sources[column].split()) for column in columns if column in sources}


def _project(header: _Header, text: str, header_lines: int) -> tuple[str, ...]:
    """Return the variables that the SPARQL projects, found by parsing it (it runs over an empty store)."""
    answer = LocalAnswers(ox.Store()).ask(SparqlRequest("\n" * header_lines + text, format="json"))
    if answer.error is not None:
        error = answer.error
        raise QueryError(error.message, path=header.path, line=error.line, column=error.column, remedy=error.remedy)
    results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        raise header.refuse("is not a SELECT", remedy="canned queries answer with a table")
    return tuple(variable.value for variable in results.variables)


def _refuse_traps(header: _Header, text: str, header_lines: int, names: set[str]) -> None:
    """Refuse the two places where pyoxigraph (0.5) does not see a value bound to a parameter, and gives wrong rows.

    Raises:
        QueryError: ``BOUND(?parameter)``, or a parameter renamed by ``(?parameter AS …)``; with file, line and column.
    """
    tokens = list(tokenise(text))
    for before, first, second, third in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        used = second.text[1:] if second.kind == "variable" and second.text[1:] in names else None
        is_bound = before.text.upper() == "BOUND" and first.text == "("
        is_renamed = first.text == "(" and third.text.upper() == "AS"
        if used is not None and (is_bound or is_renamed):
            line, column = position(text, second.start)
            what = f"BOUND(?{used})" if is_bound else f"(?{used} AS …)"
            remedy = f"write COALESCE(test of ?{used}, true) for an optional one, COALESCE(?{used}) for its value"
            message = f"the engine does not see the value of a parameter in {what}"
            raise QueryError(message, path=header.path, line=line + header_lines, column=column, remedy=remedy)


def _load_query(path: Path) -> CannedQuery:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"cannot be read ({error})", path=path) from error
    header_text, body = _split_header(path, text)
    header = _read_header(path, header_text)
    entries = header.fields.get("parameters") or []
    columns = header.fields.get("columns")
    if not isinstance(entries, list):
        raise header.refuse("`parameters` is not a list", "parameters")
    if not isinstance(columns, list) or not columns:
        raise header.refuse("has no columns", "columns", "add `#+ columns: [a, b]` to its header")
    parameters = tuple(_read_parameter(header, entry) for entry in entries)
    names = tuple(str(column) for column in columns)
    header_lines = text[: text.rindex(body.strip())].count("\n")
    projected = _project(header, body, header_lines)
    _refuse_traps(header, body, header_lines, {p.name for p in parameters})
    expected = {p.name for p in parameters} - set(names)
    missing = [name for name in expected if name not in projected]
    if projected[: len(names)] != names or set(projected) - set(names) - expected:
        message = f"its columns are {', '.join(names)}, and it projects {', '.join(projected)}"
        raise header.refuse(message, "columns", "make them the same; parameters may follow the columns")
    if missing:
        remedy = f"SELECT … ?{' ?'.join(sorted(missing))} (group by it too), and leave it out of `columns`"
        raise header.refuse(f"does not project its parameter {', '.join(sorted(missing))}", "parameters", remedy)
    reads = header.text("reads", required=False) or "asserted"
    if reads not in _READS:
        raise header.refuse(f"reads {reads!r}", "reads", "write asserted, inferred, reference or both")
    chart = header.fields.get("chart")
    if chart is not None and not isinstance(chart, dict):
        raise header.refuse("`chart` is not a mapping", "chart")
    return CannedQuery(
        path.stem,
        header.text("title"),
        header.text("question"),
        parameters,
        names,
        reads,
        body,
        path,
        chart,
        _read_sources(header, names),
        header.text("notice", required=False),
    )


def load_queries(folder: Path) -> dict[str, CannedQuery]:
    """Return the canned queries of a folder by name, sorted: the files ``<name>.rq``.

    Raises:
        ReadError: there is no such folder, or a header is wrong; with file and line.
        QueryError: a query is not SPARQL; with file, line and column.
    """
    if not folder.is_dir():
        raise ReadError("no such folder of canned queries", path=folder)
    return {path.stem: _load_query(path) for path in sorted(folder.glob("*.rq"), key=lambda p: p.stem)}
