"""Findings as workflow commands, which GitHub Actions shows as annotations of the changed lines.

Source: GitHub's "Workflow commands for GitHub Actions", and ``command.ts`` of its
toolkit for what is escaped (both seen 2026-11-21). Of each level GitHub shows the
first ten of a step, and the other lines only in the log.
"""

from __future__ import annotations

from .places import Repository, region_of
from .printable import printable
from .text import allowance, place_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def report(result: Result, *, show_suppressed: bool) -> str:
    """One command for each finding of *result*; what is suppressed becomes notices, if asked for."""
    repository = Repository()
    found = shown(result, show_suppressed=show_suppressed)
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
    if region.line == region.end_line:  # GitHub refuses columns of several lines
        properties += [("col", region.column), ("endColumn", region.end_column)]
    level = "notice" if suppressed else _LEVELS[finding.severity]
    # The place once more, because the log shows the message alone.
    message = f"{place_of(finding.span)}: {rule.id} {finding.message}"
    if suppressed:
        message += f"; {allowance(suppressed)}"
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{level} {written}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")  # line ends, which would be escaped too, are gone


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
