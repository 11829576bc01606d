"""Headers of SPARQL files: leading ``#+`` lines that together are one YAML mapping (rules and canned queries)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from nkgraph.errors import QueryError

__all__ = ["read_header"]

_MARK: Final = "#+"


def read_header(path: Path, required: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """Return the header of a SPARQL file as a mapping, and the file's whole text.

    Raises:
        QueryError: the file cannot be read, the header is not a YAML mapping, or one of ``required`` is missing.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise QueryError(f"cannot be read ({error.strerror})", path=path) from error
    lines = [line.removeprefix(_MARK).removeprefix(" ") for line in text.splitlines() if line.startswith(_MARK)]
    try:
        header = yaml.safe_load("\n".join(lines))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QueryError(f"the header is not YAML: {error.problem}", path=path, line=line) from error
    if not isinstance(header, dict):
        raise QueryError("has no header", path=path, line=1, remedy="begin it with lines `#+ title: …`")
    for name in required:
        if not header.get(name):
            raise QueryError(f"has no {name}", path=path, line=1, remedy=f"add `#+ {name}: …` to its header")
    return header, text
