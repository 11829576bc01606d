"""Read nanopublications with the ``nanopub`` library: ``python nanopub_reader.py FOLDER`` prints what it says of each file.

Run by the Python of ``.venv-clients``. Each line is a path, a tab, and ``ok`` or what is wrong; nothing is fetched.
"""

import sys
import warnings
from pathlib import Path

import rdflib

rdflib.NORMALIZE_LITERALS = False  # a number is hashed as it is written
warnings.simplefilter("ignore")

from nanopub import Nanopub, NanopubConf  # noqa: E402
from nanopub.sign_utils import verify_trusty  # noqa: E402


def judge(path: Path) -> str:
    """Return ``ok``, or what the library says is wrong with a nanopublication."""
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


for file in sorted(Path(sys.argv[1]).rglob("*.trig")):
    print(file.relative_to(sys.argv[1]), judge(file), sep="\t")
