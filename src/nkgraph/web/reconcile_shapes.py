"""What ``/reconcile`` answers, as the Reconciliation Service API 0.2 shapes it: manifest, candidates, columns of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import flask

from nkgraph.iris import BASE, ONTOLOGY
from nkgraph.reconciliation import Candidate, PropertyOffered, Query, Reconciler, Result
from nkgraph.web.reconcile_queries import BATCH
from nkgraph.web.site import current_site

__all__ = ["describe_service", "write_extension", "write_results", "write_type"]

#: The frame of a preview, in pixels.
_WIDTH: Final = 420
_HEIGHT: Final = 300


def write_type(reconciler: Reconciler, identity: str) -> dict[str, Any]:
    """Return a type as results name it."""
    return {"id": identity, "name": reconciler.name_of_type(identity)}


def write_results(reconciler: Reconciler, query: Query) -> list[dict[str, Any]]:
    """Return the candidates for a query, the best first (0.2, section 4.2)."""
    return [_write_result(reconciler, result) for result in reconciler.answer(query)]


def _write_result(reconciler: Reconciler, result: Result) -> dict[str, Any]:
    candidate = result.candidate
    features: list[dict[str, Any]] = [{"id": "name", "value": result.name_score}]
    if result.agreeing is not None:
        features.append({"id": "properties", "value": result.agreeing})
    return {
        "id": candidate.id,
        "name": candidate.name,
        "description": reconciler.describe(candidate),
        "type": [write_type(reconciler, kind) for kind in candidate.types],
        "score": result.score,
        "features": features,
        "match": result.match,
    }


def describe_service(reconciler: Reconciler) -> dict[str, Any]:
    """Return the service manifest (0.2, section 3.1)."""
    root = flask.request.url_root.rstrip("/")
    types = []
    for kind in reconciler.types:
        own: dict[str, Any] = {"id": kind.id, "name": kind.name}
        if kind.description:
            own["description"] = kind.description
        if kind.broader:
            own["broader"] = [write_type(reconciler, kind.broader)]
        types.append(own)
    info = current_site().info
    return {
        "versions": ["0.2"],
        "name": f"{info.title}: instruments, provisions, places, organisations, states",
        "identifierSpace": BASE,
        "schemaSpace": ONTOLOGY,
        "documentation": f"{root}/#reconcile",
        "serviceVersion": info.release,
        "logo": root + flask.url_for("static", filename="icon.svg"),
        "view": {"url": f"{root}/{{{{id}}}}"},
        "defaultTypes": types,
        "preview": {"url": f"{root}/reconcile/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": {
            name: {"service_url": root, "service_path": f"/reconcile/suggest/{name}"}
            for name in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/extend"},
            "property_settings": [],
        },
        "batchSize": BATCH,
    }


def write_extension(
    reconciler: Reconciler, things: Mapping[str, Candidate | None], properties: Sequence[PropertyOffered]
) -> dict[str, Any]:
    """Return the values of properties of things (0.2, section 7.5); a thing that is not known has none."""
    meta = []
    for offered in properties:
        column: dict[str, Any] = {"id": offered.id, "name": offered.name}
        if offered.value_type is not None:
            column["type"] = write_type(reconciler, offered.value_type)
        meta.append(column)
    rows = {
        identity: {p.id: [] if thing is None else reconciler.read_values(thing, p.id) for p in properties}
        for identity, thing in things.items()
    }
    return {"meta": meta, "rows": rows}
