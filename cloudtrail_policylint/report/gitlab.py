"""Findings as GitLab's Code Quality report, which merge requests show.

Source: GitLab's "Code Quality", section on the report format (seen 2026-11-21):
a subset of Code Climate's format.
"""

from __future__ import annotations

from ..findings.fingerprint import fingerprints
from .places import Repository, region_of
from .printable import json_text, printable
from .text import findings_to_report, suppression_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

_SEVERITIES = {"error": "critical", "warning": "major", "info": "minor"}


def report(result: Result, *, show_suppressed: bool) -> str:
    """The JSON text of *result*; with *show_suppressed*, suppressed findings are ``info``."""
    repository = Repository()
    names = fingerprints(result)
    issues = [
        {**_issue(finding, suppressed, repository), "fingerprint": names[id(finding)]}
        for finding, suppressed in findings_to_report(result, show_suppressed=show_suppressed)
    ]
    return json_text(issues)


def _issue(
    finding: Finding, suppressed: Suppressed | None, repository: Repository
) -> dict[str, Any]:
    region = region_of(finding.span)
    description = f"{finding.rule.name}: {finding.message}"
    if suppressed:
        description += f" ({suppression_note(suppressed)})"
    return {
        "description": printable(description),
        "check_name": finding.rule.id,
        "severity": "info" if suppressed else _SEVERITIES[finding.severity],
        "location": {
            "path": printable(repository.path_or_given(finding.span.source.path)),
            "lines": {"begin": region.line, "end": region.end_line},
        },
    }
