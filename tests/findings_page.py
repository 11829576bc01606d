"""Write ``docs/findings.md``: what the checks on the inferred graph find in the real data, each with its query."""

from __future__ import annotations

from pathlib import Path

from nkgraph.crosschecks import check_across, load_checks
from nkgraph.pipeline import Source, read_source
from nkgraph.project import default_project

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "findings.md"
START = "<!-- made by tests/findings_page.py from the checks; the text above is written by hand -->"


def make_tables(source: Source) -> str:
    """Return the findings, grouped by check; a check that finds nothing is named at the end."""
    project = default_project()
    found = check_across(source, project).discrepancies
    lines = []
    silent = []
    for check in load_checks(project.queries.parent / "checks"):
        own = [d for d in found if d.finding.rule == check.name]
        link = f"[`{check.name}`](../queries/checks/{check.name}.rq)"
        if not own:
            silent.append(f"- {check.title} ({link})")
            continue
        lines += [
            f"## {check.title}",
            "",
            f"{check.severity.value}; {link}",
            "",
            "| what is stated | thing |",
            "| --- | --- |",
        ]
        for d in own:
            thing = d.finding.thing.removeprefix("id:")
            message = d.finding.message.replace("|", "\\|").removesuffix(".")
            lines.append(f"| {message[:1].upper()}{message[1:]}. | `{thing}` |")
        lines.append("")
    lines += ["## Looked for and not found", "", *silent]
    return "\n".join(lines) + "\n"


def make_page(source: Source) -> str:
    """Return the page: the part written by hand as it stands, and the findings."""
    written = PAGE.read_text("utf-8").partition(START)[0]
    return f"{written}{START}\n\n{make_tables(source)}"


if __name__ == "__main__":
    PAGE.write_text(make_page(read_source(default_project())), encoding="utf-8")
