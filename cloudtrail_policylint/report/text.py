"""Findings as lines of text, for people and for editors that read compiler output."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..match import Finding
    from ..resolution import Resolution
    from ..result import Result
    from ..rules import Rule

_COLORS = {"error": "31", "warning": "33", "info": "36"}
_WIDEST = 160
_REASONS_SHOWN = 10


def lines(findings: Iterable[Finding], *, color: bool, source: bool) -> Iterator[str]:
    """One line for each finding; with *source* also the line it is on, underlined."""
    for finding in findings:
        span = finding.span
        line, column = span.source.position(span.start)
        rule = finding.rule
        severity = finding.severity
        if color:
            severity = f"\x1b[1;{_COLORS[severity]}m{severity}\x1b[0m"
        place = f"{printable(span.source.path)}:{line}:{column}"
        yield f"{place}: {severity} {rule.id} {printable(finding.message)} ({rule.name})"
        if source:
            yield from _excerpt(finding, line, column, color=color)


def _excerpt(finding: Finding, line: int, column: int, *, color: bool) -> Iterator[str]:
    """The source line and carets below what the finding is about."""
    text = finding.span.source.line(line)
    if not text.strip():
        return
    first = max(0, column - 1 - _WIDEST // 2) if len(text) > _WIDEST else 0
    shown = text[first : first + _WIDEST]
    width = min(
        finding.span.end - finding.span.start, len(text) - column + 1, first + _WIDEST - column + 1
    )
    margin = f"{line:>6} | "
    blank = "".join("\t" if char == "\t" else " " for char in shown[: column - 1 - first])
    carets = "^" * max(1, width)
    if color:
        carets = f"\x1b[1;{_COLORS[finding.severity]}m{carets}\x1b[0m"
    yield margin + printable(shown)
    yield f"{' ' * 6} | {blank}{carets}"


def summary(result: Result, *, everything: bool) -> str:
    """What the run saw and found, in one line; *everything*: policies of any service were in scope."""
    if not result.findings and not result.documents:
        if not result.files:
            return "no file to look at"
        about = "" if everything else " that concerns CloudTrail"
        return f"no policy{about} in {plural(result.files, 'file')}{_hidden(result)}"
    counts = count(result.findings)
    found = ", ".join(plural(counts[severity], severity) for severity in counts if counts[severity])
    seen = f"{plural(result.documents, 'policy')} in {plural(result.files, 'file')}"
    return f"{found or 'no findings'} ({seen}{_hidden(result)})"


def _hidden(result: Result) -> str:
    return f", {len(result.suppressed)} suppressed" if result.suppressed else ""


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, worst first."""
    counts = {"error": 0, "warning": 0, "info": 0}
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def statistics(findings: Iterable[Finding]) -> Iterator[str]:
    """How many findings each rule has, most first."""
    counts: dict[str, int] = {}
    rules: dict[str, Rule] = {}
    for finding in findings:
        rules[finding.rule.id] = finding.rule
        counts[finding.rule.id] = counts.get(finding.rule.id, 0) + 1
    for identifier, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{number:>5}  {identifier}  {rules[identifier].name}"


def resolved(resolutions: Iterable[Resolution]) -> Iterator[str]:
    """How much of the policies of each format is known, and the most common reasons why one is not."""
    for one in resolutions:
        total = one.fully + one.partly + one.unknown
        yield (
            f"{one.format}: {plural(total, 'policy')} of any kind, known fully {one.fully}, "
            f"partly {one.partly}, not at all {one.unknown}"
        )
        for reason, number in one.reasons[:_REASONS_SHOWN]:
            yield f"{number:>5}  not known: {printable(reason)}"


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``3 policies``."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def printable(text: str) -> str:
    """*text* without characters that would steer a terminal; each becomes ``\\x1b`` and the like."""
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
