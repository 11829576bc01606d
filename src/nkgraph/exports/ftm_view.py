"""What the parts of the export to FollowTheMoney share: the statements, the ledger, and reading that notes what it carries."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pyoxigraph as ox

from nkgraph.exports.ftm_entities import make_id
from nkgraph.exports.losses import Ledger
from nkgraph.exports.statements import Statements
from nkgraph.iris import BASE

__all__ = ["View", "read_notation"]


@attrs.frozen(eq=False)
class View:
    """The statements as entities are made from them: what is read through it is noted as carried."""

    statements: Statements
    ledger: Ledger
    coarse: bool

    def list_texts(self, thing: ox.NamedNode, name: str) -> list[str]:
        """Return the texts of a property, and note that they are carried."""
        triples = self.statements.find_triples(thing, name)
        self.ledger.carry(triples)
        return [triple.object.value for triple in triples if isinstance(triple.object, ox.Literal)]

    def list_codes(self, thing: ox.NamedNode, name: str) -> list[str]:
        """Return the codes of a property as ``scheme/notation``, and note that they are carried."""
        triples = self.statements.find_triples(thing, name)
        self.ledger.carry(triples)
        return [t.object.value.removeprefix(f"{BASE}code/") for t in triples if isinstance(t.object, ox.NamedNode)]

    def cite(self, triples: Iterable[ox.Triple]) -> list[tuple[str, str]]:
        """Return the claims that make statements, each with the identifier of the document that it is of."""
        cited = []
        for claim in sorted({claim for triple in triples for claim in self.statements.find_claims(triple)}):
            self.ledger.carry(self.statements.find_types(ox.NamedNode(claim)))
            for triple in self.statements.find_triples(ox.NamedNode(claim), "document"):
                self.ledger.carry([triple])
                cited.append((claim, make_id(getattr(triple.object, "value", ""))))
        return cited


def read_notation(code: str) -> str:
    """Return the notation of a code, as words.

    >>> read_notation("organisation-kind/state_body")
    'state body'
    """
    return code.rpartition("/")[2].replace("_", " ")
