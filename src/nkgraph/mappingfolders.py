"""Where mapping sets are: our own in a folder, those of others in a folder below it, each file a set by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from nkgraph.errors import MappingError, NkgraphError
from nkgraph.mappingfiles import MappingErrors, read_mappings
from nkgraph.mappings import MappingSet

__all__ = ["IMPORTED", "SET_NAME", "read_mapping_sets"]

#: The folder, below that of our own sets, of those that were imported.
IMPORTED: Final = "imported"
_ENDING: Final = ".sssom.tsv"
#: The name of a set, which is a part of the IRI of its graph.
SET_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_mapping_sets(folder: Path) -> tuple[MappingSet, ...]:
    """Return the sets of a folder and of ``imported/`` in it, by name; none where there is no folder.

    Raises:
        NkgraphError: a file is wrong, or two sets have one name; the mistakes of all files together.
    """
    errors: list[NkgraphError] = []
    found: dict[str, MappingSet] = {}
    for path in [*sorted(folder.glob(f"*{_ENDING}")), *sorted((folder / IMPORTED).glob(f"*{_ENDING}"))]:
        name = path.name.removesuffix(_ENDING)
        if name in found:
            message = f"there is another set {name!r}, {found[name].path.name}"
            errors.append(MappingError(message, path=path, remedy="rename the one that was imported"))
            continue
        if not SET_NAME.fullmatch(name):
            remedy = "rename the file, with small letters, digits and single hyphens"
            errors.append(MappingError(f"{name!r} is no name of a set", path=path, remedy=remedy))
            continue
        try:
            found[name] = read_mappings(path, name, is_imported=path.parent.name == IMPORTED)
        except NkgraphError as error:
            errors.append(error)
    if errors:
        raise MappingErrors(errors)
    return tuple(found[name] for name in sorted(found))
