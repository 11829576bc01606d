"""What clients of ``/reconcile`` send, read: batches of queries and data extension, each mistake with its place."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from nkgraph.reconciliation import PROPERTIES, Candidate, Condition, PropertyOffered, Query, Reconciler, Wanted
from nkgraph.sparql import Problem
from nkgraph.web.site import ProblemError

__all__ = ["BATCH", "find_property", "find_type", "read_batch", "read_extension", "read_json", "refuse"]

#: Queries of one batch, its characters as JSON, and its property values (a property counts as one at least): with the
#: limits below, the worst batch that is let in is answered in about a second, so no deadline is needed.
BATCH: Final = 100
_BATCH_CHARACTERS: Final = 100_000
_BATCH_VALUES: Final = 1000
#: Ids of one request; properties, values and types of a query; characters of a text; candidates of a query.
_IDS: Final = 1000
_LISTED: Final = 50
_LONGEST: Final = 1000
_CANDIDATES: Final = 10
_MOST_CANDIDATES: Final = 100
_FIELDS: Final = ("query", "type", "type_strict", "limit", "properties")
_STRICT: Final = ("any", "should", "all")


def refuse(message: str, remedy: str | None = None, status: int = 400) -> ProblemError:
    """Return the refusal of a request."""
    return ProblemError(Problem(status, message, remedy=remedy))


def read_json(name: str, text: str) -> dict[str, Any]:
    """Return a parameter that is a JSON object.

    Raises:
        ProblemError: 400, it is no JSON, or no object.
    """

    def no_constant(word: str) -> Any:
        raise ValueError(f"{word} is not JSON")

    try:
        value = json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        message = f"{name}: not JSON: {error.msg.lower()}"
        raise ProblemError(Problem(400, message, error.lineno, error.colno, "send a JSON object")) from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise refuse(f"{name}: not JSON that can be read: {reason}", "send a JSON object") from error
    if not isinstance(value, dict):
        raise refuse(f"{name}: {_say(value)} where an object is needed", 'such as {"q0": {"query": "CEDAW"}}')
    return value


def _say(value: object) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), "nothing")


def _nearest(word: str, known: Mapping[str, str]) -> str:
    """Return what to do about a word that is not known: the nearest that are, or all of them."""
    folded = {name.casefold(): key for key, label in known.items() for name in (key, label)}
    found = difflib.get_close_matches(word.casefold(), folded, n=2, cutoff=0.6)
    near = list(dict.fromkeys(folded[name] for name in found))
    return f"nearest: {', '.join(near)}" if near else f"there are {', '.join(known)}"


def find_type(reconciler: Reconciler, text: str, where: str) -> str:
    """Return the id of a type.

    Raises:
        ProblemError: 400, there is none, with the nearest.
    """
    found = reconciler.find_type(text)
    if found is None:
        known = {kind.id: kind.name for kind in reconciler.types}
        raise refuse(f"{where}: no type {_cut(text)!r}", _nearest(text, known))
    return found.id


def find_property(text: str, where: str) -> PropertyOffered:
    """Return the property of an id.

    Raises:
        ProblemError: 400, there is none, with the nearest.
    """
    found = next((offered for offered in PROPERTIES if offered.id == text), None)
    if found is None:
        raise refuse(f"{where}: no property {_cut(text)!r}", _nearest(text, {p.id: p.name for p in PROPERTIES}))
    return found


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _read_text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise refuse(f"{where}: {_say(value)} where a text is needed")
    # some single characters stand for whole phrases: what counts is what they are read as
    length = len(value) if len(value) > _LONGEST else len(unicodedata.normalize("NFKD", value))
    if length > _LONGEST:
        raise refuse(f"{where}: {length:,} characters; {_LONGEST:,} are the most")
    return value


def read_batch(reconciler: Reconciler, text: str) -> dict[str, Query]:
    """Return the queries of a batch by their keys.

    Raises:
        ProblemError: 400, a query cannot be read (the key and the field are named); 413, too much is asked at once.
    """
    if len(text) > _BATCH_CHARACTERS:
        message = f"queries: {len(text):,} characters in one batch; {_BATCH_CHARACTERS:,} are the most"
        raise refuse(message, "send smaller batches", 413)
    batch = read_json("queries", text)
    if len(batch) > BATCH:
        raise refuse(f"queries: {len(batch):,} in one batch; {BATCH} are the most", "send smaller batches", 413)
    queries = {key: _read_query(reconciler, value, f"queries: {_cut(key)}") for key, value in batch.items()}
    values = sum(max(1, len(condition.values)) for query in queries.values() for condition in query.conditions)
    if values > _BATCH_VALUES:
        message = f"queries: {values:,} property values in one batch; {_BATCH_VALUES:,} are the most"
        raise refuse(message, "send smaller batches", 413)
    return queries


def _read_query(reconciler: Reconciler, value: object, where: str) -> Query:
    if not isinstance(value, dict):
        raise refuse(f"{where}: {_say(value)} where an object is needed", 'such as {"query": "CEDAW"}')
    given = {name: field for name, field in value.items() if field is not None}
    for name in given:
        if name not in _FIELDS:
            raise refuse(f"{where}: no field {_cut(name)!r}", _nearest(name, {field: field for field in _FIELDS}))
    conditions = _read_conditions(reconciler, given.get("properties", []), where)
    if "query" not in given and not conditions:
        raise refuse(f"{where}: neither query nor properties", "give the name to look for as query")
    strict = given.get("type_strict", "should")
    if strict not in _STRICT:
        raise refuse(f"{where}: type_strict is {_cut(str(strict))!r}", f"there are {', '.join(_STRICT)}")
    return Query(
        _read_text(given["query"], f"{where}: query") if "query" in given else None,
        _read_types(reconciler, given.get("type", []), where),
        strict == "all",
        _read_limit(given["limit"], where) if "limit" in given else _CANDIDATES,
        conditions,
    )


def _read_types(reconciler: Reconciler, value: object, where: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if len(listed) > _LISTED:
        raise refuse(f"{where}: type: {len(listed):,} types; {_LISTED} are the most")
    named = [_read_text(entry, f"{where}: type") for entry in listed]
    return tuple(dict.fromkeys(find_type(reconciler, name, where) for name in named if name.strip()))


def _read_limit(value: object, where: str) -> int:
    number = _whole(value)
    if number is None or number < 1:
        raise refuse(f"{where}: limit: {_cut(json.dumps(value))} is no whole number above 0")
    return min(number, _MOST_CANDIDATES)


def _whole(value: object) -> int | None:
    """Return a JSON number that is whole, also where it is written 3.0."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_conditions(reconciler: Reconciler, value: object, where: str) -> tuple[Condition, ...]:
    if not isinstance(value, list):
        raise refuse(f"{where}: properties: {_say(value)} where a list is needed")
    if len(value) > _LISTED:
        raise refuse(f"{where}: properties: {len(value):,} of them; {_LISTED} are the most")
    found = []
    for entry in value:
        if not isinstance(entry, dict) or "pid" not in entry or "v" not in entry:
            raise refuse(f"{where}: properties: each is an object with pid and v")
        offered = find_property(_read_text(entry["pid"], f"{where}: pid"), where)
        values = entry["v"] if isinstance(entry["v"], list) else [entry["v"]]
        if len(values) > _LISTED:
            raise refuse(f"{where}: {offered.id}: {len(values):,} values; {_LISTED} are the most")
        wanted = tuple(_read_value(reconciler, v, f"{where}: {offered.id}") for v in values)
        found.append(Condition(offered.id, tuple(w for w in wanted if w.text.strip() or w.identity)))
    return tuple(found)


def _read_value(reconciler: Reconciler, value: object, where: str) -> Wanted:
    if isinstance(value, dict) and "id" in value:
        identity = _read_text(value["id"], f"{where}: id")
        name = _read_text(value.get("name") or "", f"{where}: name")
        return Wanted(name, reconciler.lookup.find_identity(identity) or identity)
    if isinstance(value, bool):
        return Wanted("yes" if value else "no")
    if isinstance(value, int | float):
        whole = _whole(value)
        return Wanted(str(value if whole is None else whole))
    text = _read_text(value, where)
    return Wanted(text, reconciler.lookup.find_identity(text))


def read_extension(
    reconciler: Reconciler, text: str
) -> tuple[dict[str, Candidate | None], tuple[PropertyOffered, ...]]:
    """Return the things by the ids that a data extension asks for (None where there is no such thing), and what of them.

    Raises:
        ProblemError: 400, it cannot be read; 413, too much is asked at once.
    """
    asked = read_json("extend", text)
    ids, properties = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list):
        raise refuse("extend: ids and properties are two lists", 'such as {"ids": [], "properties": [{"id": "date"}]}')
    if len(ids) > _IDS or len(properties) > _LISTED:
        raise refuse(f"extend: {_IDS:,} ids and {_LISTED} properties are the most", "ask in parts", 413)
    offered = []
    for entry in properties:
        if not isinstance(entry, dict) or "id" not in entry:
            raise refuse("extend: properties: each is an object with an id")
        if entry.get("settings"):
            raise refuse("extend: no property has settings", "leave settings out")
        offered.append(find_property(_read_text(entry["id"], "extend: id"), "extend"))
    named = [_read_text(identity, "extend: ids") for identity in ids]
    return {identity: reconciler.find(identity) for identity in named}, tuple(dict.fromkeys(offered))
