"""Read nanopublications with the ``nanopub`` library: ``python read_nanopubs.py FOLDER`` prints what it says of each file.

Run by the Python of ``.venv-clients``. Each line is a path, a tab, and ``ok`` or what is wrong; nothing is fetched.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path


def judge(path: Path) -> str:
    """Return ``ok``, or what the library says is wrong with a nanopublication."""
    import rdflib

    rdflib.NORMALIZE_LITERALS = False  # a number is hashed as it is written
    warnings.simplefilter("ignore")
    from nanopub import Nanopub, NanopubConf
    from nanopub.sign_utils import verify_trusty

    try:
        graph = rdflib.ConjunctiveGraph()
        graph.parse(path, format="trig")
        found = Nanopub(rdf=graph, conf=NanopubConf())
        assert found.is_valid
        assert len(found.rdf) < 1200
        verify_trusty(found.rdf, str(found.metadata.np_uri), found.metadata.namespace)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


if __name__ == "__main__":
    for file in sorted(Path(sys.argv[1]).rglob("*.trig")):
        print(file.relative_to(sys.argv[1]), judge(file), sep="\t")
