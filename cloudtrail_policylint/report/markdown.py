"""Findings as Markdown: for the summary of a job, or a comment on a pull request.

GitHub shows at most 1 MiB of a step's summary (its "Workflow commands for GitHub
Actions"; the runner's own message says 1024k, both seen 2026-11-26).
"""

from __future__ import annotations

import re

from ..base.choices import SEVERITIES
from ..base.lazy_regex import regex
from ..files.reports import MARKDOWN
from .places import Repository, region_of
from .printable import printable
from .text import count_by_severity, findings_to_report, plural, suppression_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

    Group = list[tuple[Finding, Suppressed | None]]

LARGEST = 1_000_000
"""Bytes of a report: GitHub shows none of a larger summary."""
_SPECIAL = regex(r"[\\`*_{}\[\]<>#|~&]")


def report(result: Result, *, show_suppressed: bool) -> str:
    """The findings of *result* by rule, the most severe first; with *show_suppressed* all."""
    groups: dict[tuple[int, str], Group] = {}
    for finding, suppressed in findings_to_report(result, show_suppressed=show_suppressed):
        key = SEVERITIES.index(finding.severity), finding.rule.id
        groups.setdefault(key, []).append((finding, suppressed))
    counts = count_by_severity(result.findings)
    found = ", ".join(plural(counts[level], level) for level in counts if counts[level])
    where = f"{plural(result.documents, 'policy')} in {plural(result.files, 'file')}"
    parts = [f"{MARKDOWN}{found or 'no findings'}\n\n{where}\n"]
    parts += [f"\n**Internal error:** {_text(error)}\n" for error in result.internal_errors]
    size = sum(len(part.encode()) for part in parts)
    repository = Repository()
    left_out = 0
    for key in sorted(groups):
        for part in _section(groups[key], repository):
            size += len(part.encode())
            if size > LARGEST:
                left_out += 1
            else:
                parts.append(part)
    if left_out:
        parts.append(f"\n{plural(left_out, 'line')} more: the report would be too large.\n")
    return "".join(parts)


def _section(group: Group, repository: Repository) -> list[str]:
    """The heading of a rule, why it matters and what to write, and a row for each finding."""
    first, _ = group[0]
    rule = first.rule
    link = f" [More about it]({_address(rule.url)})" if rule.url else ""
    head = (
        f"\n#### {first.severity} {rule.id} {_text(rule.name)}\n\n"
        f"{_text(' '.join(rule.summary.split()))}\n\n"
        f"Fix: {_text(' '.join(rule.fix.split()))}{link}\n\n"
        "| place | finding |\n| --- | --- |\n"
    )
    return [head, *(_row(finding, suppressed, repository) for finding, suppressed in group)]


def _row(finding: Finding, suppressed: Suppressed | None, repository: Repository) -> str:
    region = region_of(finding.span)
    path = repository.path_or_given(finding.span.source.path)
    message = _text(finding.message)
    if suppressed:
        message += f" ({_text(suppression_note(suppressed))})"
    return f"| {_text(f'{path}:{region.line}:{region.column}')} | {message} |\n"


def _text(text: str) -> str:
    """*text* as Markdown that shows it as it is: no format, HTML, link or mention of a user."""
    escaped = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", printable(text))
    return escaped.replace("@", "<span>@</span>")


def _address(url: str) -> str:
    return re.sub(r"[\s()<>|]", lambda match: f"%{ord(match[0]):02X}", printable(url))
