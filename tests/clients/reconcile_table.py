"""A table matched by ``reconciler``, a client of others for reconciliation services; run by test_reconcile.py.

Usage: reconcile_table.py ADDRESS TYPE [PROPERTY COLUMN], the table as CSV on standard input with a column ``name``.
It runs in the environment of other people's readers, which has pandas and reconciler.
"""

from __future__ import annotations

import json
import sys


def main(address: str, kind: str, *mapping: str) -> None:
    """Write the best candidate for each row, as JSON."""
    import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from reconciler import reconcile  # type: ignore[import-not-found,import-untyped,unused-ignore]

    table = pandas.read_csv(sys.stdin)
    found = reconcile(
        table["name"],
        type_id=kind,
        top_res=1,
        property_mapping={mapping[0]: table[mapping[1]]} if mapping else None,
        reconciliation_endpoint=f"{address}/reconcile",
    )
    json.dump(json.loads(found.to_json(orient="records")), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
