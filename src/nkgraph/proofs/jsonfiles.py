"""Explanations as JSON, for programs and between our own processes; what is empty is left out.

Terms are written as in N-Triples (``<https://…>``, ``"words"@en``). ``status`` is ``asserted``, ``inferred``,
``contradiction`` or ``not there``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
import pyoxigraph as ox

from nkgraph.proofs.citing import Citation, Quoted
from nkgraph.proofs.telling import Explanation, Line, NotThere, RuleTold
from nkgraph.reasoning.rules import Pattern, Slot, Variable

__all__ = ["read_json", "status_of", "write_json"]

_PLACES: Final = ("subject", "predicate", "object")


def status_of(explanation: Explanation) -> str:
    """Return what an explanation is of: asserted, inferred, a contradiction, or not there."""
    if explanation.proof is None:
        return "not there"
    if explanation.triple is None:
        return "contradiction"
    return "asserted" if explanation.proof.rule is None else "inferred"


def write_json(explanation: Explanation) -> str:
    """Return an explanation as JSON."""
    shape = {
        "triple": _write_triple(explanation.triple),
        "status": status_of(explanation),
        "proof": None if explanation.proof is None else _write_line(explanation.proof),
        "others": [_write_line(line) for line in explanation.others],
        "missing": [_write_missing(missing) for missing in explanation.missing],
        "unknown": [_drop_empty({"iri": iri, "nearest": near}) for iri, near in explanation.unknown],
        "citations": {graph: _write_citation(c) for graph, c in sorted(explanation.citations.items())},
        "names": dict(sorted(explanation.names.items())),
    }
    return json.dumps(_drop_empty(shape), ensure_ascii=False, indent=1) + "\n"


def _drop_empty(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if value is not None and value not in ("", (), [], {})}


def _write_triple(triple: ox.Triple | Pattern | None) -> dict[str, str] | None:
    if triple is None:
        return None
    return dict(zip(_PLACES, map(str, (triple.subject, triple.predicate, triple.object)), strict=True))


def _write_line(line: Line) -> dict[str, Any]:
    return _drop_empty(
        {
            "triple": _write_triple(line.triple),
            "graphs": line.graphs,
            "rule": None if line.rule is None else attrs.asdict(line.rule),
            "premises": [_write_line(below) for below in line.premises],
            "axioms": [_write_line(below) for below in line.axioms],
            "searched": line.searched,
            "counted": line.counted,
        }
    )


def _write_missing(missing: NotThere) -> dict[str, Any]:
    found = [{"searched": text, "there": [_write_triple(t) for t in triples]} for text, triples in missing.found]
    return _drop_empty(
        {
            "rule": attrs.asdict(missing.rule),
            "held": [_write_triple(triple) for triple in missing.held],
            "missing": [_write_triple(pattern) for pattern in missing.missing],
            "unmet": missing.unmet,
            "found": found,
        }
    )


def _write_citation(citation: Citation) -> dict[str, Any]:
    shape = attrs.asdict(citation)
    shape["words"] = [_drop_empty(words) for words in shape["words"]]
    return _drop_empty(shape)


def read_json(text: str | bytes) -> Explanation:
    """Return the explanation that ``write_json`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is another JSON.
    """
    shape = json.loads(text)
    return Explanation(
        _read_triple(shape.get("triple")),
        _read_line(shape["proof"]) if "proof" in shape else None,
        tuple(map(_read_line, shape.get("others", ()))),
        tuple(map(_read_missing, shape.get("missing", ()))),
        tuple((each["iri"], each.get("nearest", "")) for each in shape.get("unknown", ())),
        {graph: _read_citation(found) for graph, found in shape.get("citations", {}).items()},
        shape.get("names", {}),
    )


def _read_slots(shape: Mapping[str, str]) -> tuple[Slot, Slot, Slot]:
    written = [shape[place] for place in _PLACES]
    # a variable cannot be parsed as a term: something else stands in its place
    stand_ins = [f"<urn:var:{text[1:]}>" if text.startswith("?") else text for text in written]
    triple = next(iter(ox.parse(f"{' '.join(stand_ins)} .", format=ox.RdfFormat.N_TRIPLES))).triple
    terms = (triple.subject, triple.predicate, triple.object)
    slots = [Variable(w[1:]) if w.startswith("?") else term for w, term in zip(written, terms, strict=True)]
    return slots[0], slots[1], slots[2]


def _read_triple(shape: Mapping[str, str] | None) -> ox.Triple | None:
    return None if shape is None else _require_triple(shape)


def _require_triple(shape: Mapping[str, str]) -> ox.Triple:
    return ox.Triple(*_read_slots(shape))  # type: ignore[arg-type]


def _read_pattern(shape: Mapping[str, str]) -> Pattern:
    return Pattern(*_read_slots(shape))  # type: ignore[arg-type]


def _read_line(shape: Mapping[str, Any]) -> Line:
    return Line(
        _read_triple(shape.get("triple")),
        tuple(shape.get("graphs", ())),
        RuleTold(**shape["rule"]) if "rule" in shape else None,
        tuple(map(_read_line, shape.get("premises", ()))),
        tuple(map(_read_line, shape.get("axioms", ()))),
        tuple(shape.get("searched", ())),
        shape.get("counted"),
    )


def _read_missing(shape: Mapping[str, Any]) -> NotThere:
    return NotThere(
        RuleTold(**shape["rule"]),
        tuple(map(_require_triple, shape.get("held", ()))),
        tuple(map(_read_pattern, shape.get("missing", ()))),
        tuple(shape.get("unmet", ())),
        tuple((each["searched"], tuple(map(_require_triple, each["there"]))) for each in shape.get("found", ())),
    )


def _read_citation(shape: Mapping[str, Any]) -> Citation:
    fields = dict(shape)
    fields["words"] = tuple(Quoted(**words) for words in shape.get("words", ()))
    fields["sources"] = tuple(shape.get("sources", ()))
    return Citation(**fields)
