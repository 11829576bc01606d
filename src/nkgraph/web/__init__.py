"""The web application: SPARQL endpoint, canned queries, and a page for every thing at its own address."""

from __future__ import annotations

from nkgraph.web.app import create_app
from nkgraph.web.site import DatasetInfo

__all__ = ["DatasetInfo", "create_app"]
