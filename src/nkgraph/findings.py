"""What a check found: a value that says where, what and how bad, never an exception."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import attrs

__all__ = ["Finding", "Severity", "sort_findings"]


class Severity(Enum):
    """How bad a finding is, in the words of SHACL."""

    INFO = "info"
    WARNING = "warning"
    VIOLATION = "violation"


@attrs.frozen
class Finding:
    """One thing that a check found.

    ``rule`` names the check (a shape, a rule file, a code check); ``thing`` the claim, document or term; ``message`` is
    one sentence that a researcher understands. ``path`` and ``line`` say where to mend it.

    >>> str(Finding(Severity.VIOLATION, "span-lost", "case-1/sale", "its words are not in the document", Path("a.yaml"), 4))
    'violation a.yaml:4: case-1/sale: its words are not in the document [span-lost]'
    """

    severity: Severity
    rule: str
    thing: str
    message: str
    path: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{self.severity.value} {where}{self.thing}: {self.message} [{self.rule}]"


def sort_findings(findings: list[Finding]) -> list[Finding]:
    """Return the findings worst first, then by file, line, rule and thing: the same order on every run."""
    rank = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return sorted(findings, key=lambda f: (rank[f.severity], str(f.path), f.line or 0, f.rule, f.thing, f.message))
