"""The files of a lossy export, with what it does not carry."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from nkgraph.exports.losses import Losses

__all__ = ["Folder"]


@attrs.frozen
class Folder:
    """The files of a lossy export by name, and what it does not carry."""

    files: Mapping[str, str]
    losses: Losses
