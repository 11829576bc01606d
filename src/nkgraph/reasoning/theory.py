"""What a project reasons by: its ontology, inside OWL 2 RL, and the rules of the domain in their strata."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nkgraph.errors import VocabularyError, VocabularyErrors
from nkgraph.ontology import Vocabulary, turtle_files
from nkgraph.reasoning.located import Located, read_located
from nkgraph.reasoning.profile import check_profile
from nkgraph.reasoning.strata import Stratum, load_strata

__all__ = ["load_theory", "refuse_outside"]


def refuse_outside(located: Iterable[Located]) -> None:
    """Refuse triples among which there are axioms outside OWL 2 RL.

    Raises:
        VocabularyErrors: all of them, each with file, line and what to write instead.
    """
    outside = check_profile(located)
    if outside:
        raise VocabularyErrors(
            VocabularyError(f"{found.thing}: {found.message}", path=found.path, line=found.line) for found in outside
        )


def load_theory(folder: Path, vocabulary: Vocabulary | None = None) -> tuple[Stratum, ...]:
    """Return the strata of an ontology folder (``rules/`` in it), whose axioms are seen to be inside OWL 2 RL.

    Engines pass over axioms outside the profile without a word; a project that holds one is refused.

    Raises:
        VocabularyErrors: axioms outside OWL 2 RL, each with file, line and what to write instead.
        VocabularyError, ReadError, QueryError: as ``load_strata``.
    """
    refuse_outside(found for path in turtle_files(folder) for found in read_located(path))
    return load_strata(folder / "rules", vocabulary)
