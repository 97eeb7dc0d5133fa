"""Findings as workflow commands, which GitHub Actions shows as annotations of the changed lines.

Source: GitHub's "Workflow commands for GitHub Actions", and ``command.ts`` of its
toolkit for the escapes (both seen 2026-11-21). GitHub shows the first ten
annotations of each level per step; the log has all.
"""

from __future__ import annotations

from .places import Repository, region_of
from .printable import printable
from .text import findings_to_report, printable_place, suppression_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def report(result: Result, *, show_suppressed: bool) -> str:
    """One command per finding of *result*; with *show_suppressed*, suppressed ones are notices."""
    repository = Repository()
    found = findings_to_report(result, show_suppressed=show_suppressed)
    return "".join(f"{_command(one, suppressed, repository)}\n" for one, suppressed in found)


def _command(finding: Finding, suppressed: Suppressed | None, repository: Repository) -> str:
    region = region_of(finding.span)
    rule = finding.rule
    properties: list[tuple[str, object]] = [
        ("title", f"{rule.id} {rule.name}" + (" (suppressed)" if suppressed else "")),
        ("file", repository.path_or_given(finding.span.source.path)),
        ("line", region.line),
        ("endLine", region.end_line),
    ]
    if region.line == region.end_line:  # GitHub rejects columns if the lines differ
        properties += [("col", region.column), ("endColumn", region.end_column)]
    level = "notice" if suppressed else _LEVELS[finding.severity]
    # The log shows only the message, so it repeats the place.
    message = f"{printable_place(finding.span)}: {rule.id} {finding.message}"
    if suppressed:
        message += f"; {suppression_note(suppressed)}"
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{level} {written}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")  # printable() has escaped line ends


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
