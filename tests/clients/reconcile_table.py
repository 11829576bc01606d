"""A table matched by ``reconciler``, a client of others for reconciliation services; run by test_reconcile.py.

Usage: reconcile_table.py ADDRESS TYPE [PROPERTY COLUMN], the table as CSV on standard input with a column ``name``.
"""

from __future__ import annotations

import json
import sys

import pandas
from reconciler import reconcile

address, kind, *mapping = sys.argv[1:]
table = pandas.read_csv(sys.stdin)
properties = {mapping[0]: table[mapping[1]]} if mapping else None
found = reconcile(
    table["name"], type_id=kind, top_res=1, property_mapping=properties, reconciliation_endpoint=f"{address}/reconcile"
)
json.dump(json.loads(found.to_json(orient="records")), sys.stdout)
