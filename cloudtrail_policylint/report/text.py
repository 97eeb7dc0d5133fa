"""Findings as lines of text, for people and for editors that parse compiler output."""

from __future__ import annotations

from ..findings.result import in_order
from .printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed
    from ..findings.statistics import Resolution
    from ..rulebook.model import Rule
    from ..tree.source import Span

_COLORS = {"error": "31", "warning": "33", "info": "36"}
DIM, PLAIN = "\x1b[2m", "\x1b[0m"
_REASONS_SHOWN = 10
_WHERE = {
    "file": "suppressed in the file",
    "settings": "suppressed in the settings",
    "baseline": "in the baseline",
}


def findings_to_report(
    result: Result, *, show_suppressed: bool
) -> list[tuple[Finding, Suppressed | None]]:
    """The findings of *result* in order; with *show_suppressed*, suppressed ones too."""
    found: list[tuple[Finding, Suppressed | None]] = [(one, None) for one in result.findings]
    if show_suppressed:
        found += [(one.finding, one) for one in result.suppressed]
    return sorted(found, key=lambda pair: in_order(pair[0]))


def suppression_note(suppressed: Suppressed) -> str:
    """Where *suppressed* is suppressed, and the reason."""
    where = _WHERE[suppressed.where]
    return f"{where}: {suppressed.reason}" if suppressed.reason else where


def report(result: Result, *, show_suppressed: bool) -> str:
    """The report of *result* for a file: one line per finding."""
    found = lines(result, show_suppressed=show_suppressed, color=False)
    return "".join(f"{line}\n" for line in found)


def lines(result: Result, *, show_suppressed: bool, color: bool) -> Iterator[str]:
    """One line per finding of *result*; with *show_suppressed* also per suppressed finding."""
    for finding, suppressed in findings_to_report(result, show_suppressed=show_suppressed):
        yield head(finding, suppressed, color=color)


def head(finding: Finding, suppressed: Suppressed | None, *, color: bool) -> str:
    """The line for *finding*: its place, severity and message."""
    word = "suppressed" if suppressed else finding.severity
    place, text = printable_place(finding.span), _about(finding, suppressed)
    if not color:
        return f"{place}: {word} {text}"
    if suppressed:
        return f"{DIM}{place}: {word} {text}{PLAIN}"
    return f"{place}: {style(finding)}{word}{PLAIN} {text}"


def style(finding: Finding) -> str:
    """The terminal code for the severity of *finding*."""
    return f"\x1b[1;{_COLORS[finding.severity]}m"


def _about(finding: Finding, suppressed: Suppressed | None) -> str:
    about = f"{finding.rule.id} {printable(finding.message)} ({finding.rule.name})"
    return f"{about}; {printable(suppression_note(suppressed))}" if suppressed else about


def printable_place(span: Span) -> str:
    """Where *span* begins: ``path:line:column``."""
    return printable(span.place())


def summary(result: Result, *, everything: bool) -> str:
    """The summary line; *everything* says that policies of all services were in scope."""
    if not (result.findings or result.suppressed or result.documents):
        if not result.files:
            return "no files to check"
        about = "" if everything else " that mention CloudTrail"
        return f"no policies{about} in {plural(result.files, 'file')}"
    counts = count_by_severity(result.findings)
    found = ", ".join(plural(counts[severity], severity) for severity in counts if counts[severity])
    checked = f"{plural(result.documents, 'policy')} in {plural(result.files, 'file')}"
    return f"{found or 'no findings'} ({checked}{_hidden(result)})"


def _hidden(result: Result) -> str:
    known = sum(one.where == "baseline" for one in result.suppressed)
    suppressed = len(result.suppressed) - known
    hidden = f", {suppressed} suppressed" if suppressed else ""
    return hidden + (f", {known} in the baseline" if known else "")


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """The number of findings of each severity, the most severe first."""
    counts = {"error": 0, "warning": 0, "info": 0}
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def rule_counts(findings: Iterable[Finding]) -> Iterator[str]:
    """One line per rule with its number of findings, the highest first."""
    counts: dict[str, int] = {}
    rules: dict[str, Rule] = {}
    for finding in findings:
        rules[finding.rule.id] = finding.rule
        counts[finding.rule.id] = counts.get(finding.rule.id, 0) + 1
    for identifier, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{number:>5}  {identifier}  {rules[identifier].name}"


def resolution_lines(resolutions: Iterable[Resolution]) -> Iterator[str]:
    """How many policies of each format could be resolved, and why others could not."""
    for one in resolutions:
        yield (
            f"{one.format}, policies of all services: {one.fully} fully resolved, "
            f"{one.partly} partly resolved, {one.unknown} not resolved"
        )
        for reason, number in one.reasons[:_REASONS_SHOWN]:
            yield f"{number:>5}  not resolved: {printable(reason)}"


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``3 policies``, ``4 info``."""
    if number == 1 or noun == "info":
        return f"{number} {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
