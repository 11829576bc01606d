"""nkgraph: what four documents report on the trafficking of North Korean women in China, as a knowledge graph.

Every statement leads back to the words it rests on. The modules stand in pipeline order (DESIGN in ``docs/concepts.md``):
documents, passages, spans, ontology, claims, graph, validation, reasoning, store, answers, queries, pipeline, web, cli.
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("nkgraph")
