"""Findings as text with source lines, related places and fixes, for people."""

from __future__ import annotations

from .excerpt import excerpt
from .printable import printable
from .text import PLAIN, findings_to_report, head, printable_place, style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings.finding import Finding
    from ..findings.result import Result

WIDTH = 120
"""Columns of a report that is not for a terminal."""
_NOTE = " " * 6 + " = "


def report(result: Result, *, show_suppressed: bool) -> str:
    """The report of *result* for a file."""
    found = lines(result, show_suppressed=show_suppressed, color=False, width=WIDTH)
    return "".join(f"{line}\n" for line in found)


def lines(result: Result, *, show_suppressed: bool, color: bool, width: int) -> Iterator[str]:
    """The lines for each finding of *result*; with *show_suppressed* also for suppressed ones.

    The fix and the link of a rule are shown once, below its first finding.
    """
    shown: set[tuple[str, str]] = set()
    for finding, suppressed in findings_to_report(result, show_suppressed=show_suppressed):
        yield head(finding, suppressed, color=color)
        if suppressed:
            continue
        start, end = (style(finding), PLAIN) if color else ("", "")
        for line, margin, carets in excerpt(finding.span, width):
            yield line
            yield f"{margin}{start}{carets}{end}"
        for place in finding.related:
            yield f"{_NOTE}{printable_place(place.span)}: {printable(place.message)}"
        key = finding.rule.id, fix_option(finding)
        if key not in shown:
            shown.add(key)
            yield from _fix_lines(finding, width)


def fix_option(finding: Finding) -> str:
    """The option that fixes *finding*, in parentheses; empty if there is none."""
    edit = finding.edit
    return "" if edit is None else " (--fix)" if edit.safe else " (--fix --unsafe-fixes)"


def _fix_lines(finding: Finding, width: int) -> Iterator[str]:
    """How to fix *finding*, the option that does it, and a page to read."""
    from textwrap import wrap

    rule = finding.rule
    text = f"fix{fix_option(finding)}: {printable(' '.join(rule.fix.split()))}"
    yield from wrap(text, width, initial_indent=_NOTE, subsequent_indent=" " * len(_NOTE))
    if rule.url is not None:
        yield f"{_NOTE}see: {printable(rule.url)}"
