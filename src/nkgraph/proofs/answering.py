"""An explanation as the answer of a process that holds a graph: JSON, or a refusal."""

from __future__ import annotations

import pyoxigraph as ox

from nkgraph.errors import VocabularyError
from nkgraph.proofs.explaining import Explainer
from nkgraph.proofs.jsonfiles import write_json
from nkgraph.proofs.telling import explain
from nkgraph.sparql import Answer, Limits, Problem

__all__ = ["answer_why"]


def answer_why(explainer: Explainer, words: tuple[str, str, str], limits: Limits) -> Answer:
    """Return why a triple, its three words as in N-Triples, is in the graph or not.

    400 for what is no triple, 413 for an answer over the limit of bytes, 507 where memory runs out. The deadline is the
    business of the calling process.
    """
    try:
        triple = next(iter(ox.parse(f"{' '.join(words)} .", format=ox.RdfFormat.N_TRIPLES))).triple
        body = write_json(explain(explainer, triple)).encode()
    except (SyntaxError, StopIteration) as error:
        return Answer.refuse(Problem(400, f"not a triple ({error})"))
    except VocabularyError as error:
        return Answer.refuse(Problem(500, error.message, remedy=error.remedy))
    except MemoryError:
        return Answer.refuse(Problem(507, "the explanation needs more memory than it may take"))
    if len(body) > limits.answer_bytes:
        return Answer.refuse(Problem(413, f"the explanation is longer than {limits.answer_bytes:,} bytes"))
    return Answer(200, "application/json", body)
