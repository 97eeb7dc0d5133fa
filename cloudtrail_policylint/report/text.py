"""Findings as lines of text, for people and for editors that read compiler output."""

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
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_NOTE = " " * 6 + " = "
_REASONS_SHOWN = 10
_WHERE = {
    "file": "allowed in the file",
    "settings": "allowed in the settings",
    "baseline": "in the baseline",
}


def shown(result: Result, *, show_suppressed: bool) -> list[tuple[Finding, Suppressed | None]]:
    """The findings of *result* in order; those that are suppressed stand among them with what suppresses them."""
    found: list[tuple[Finding, Suppressed | None]] = [(one, None) for one in result.findings]
    if show_suppressed:
        found += [(one.finding, one) for one in result.suppressed]
    return sorted(found, key=lambda pair: in_order(pair[0]))


def allowance(suppressed: Suppressed) -> str:
    """Where *suppressed* is allowed, and why."""
    where = _WHERE[suppressed.where]
    return f"{where}: {suppressed.reason}" if suppressed.reason else where


def report(result: Result, *, show_suppressed: bool) -> str:
    """The report of *result* for a file: a line for each finding, and for each suppressed one if asked for."""
    found = lines(result, show_suppressed=show_suppressed, color=False, width=None)
    return "".join(f"{line}\n" for line in found)


def lines(
    result: Result, *, show_suppressed: bool, color: bool, width: int | None
) -> Iterator[str]:
    """One line for each finding of *result*, and for each suppressed one if asked for.

    With a *width* also the source line, underlined, the related places and what
    to do about it.
    """
    for finding, suppressed in shown(result, show_suppressed=show_suppressed):
        head = _head(finding, suppressed)
        word = "suppressed" if suppressed else finding.severity
        if color and suppressed:
            yield f"{_DIM}{place_of(finding.span)}: {word} {head}{_PLAIN}"
            continue
        bold = f"\x1b[1;{_COLORS[finding.severity]}m" if color else ""
        plain = _PLAIN if color else ""
        yield f"{place_of(finding.span)}: {bold}{word}{plain} {head}"
        if width is None or suppressed:
            continue
        from .excerpt import excerpt

        for line, margin, carets in excerpt(finding.span, width):
            yield line
            yield f"{margin}{bold}{carets}{plain}"
        for place in finding.related:
            yield f"{_NOTE}{place_of(place.span)}: {printable(place.message)}"
        yield from _advice(finding, width)


def _advice(finding: Finding, width: int) -> Iterator[str]:
    """What to do about *finding*, whether a correction of ours does it, and where to read about it."""
    from textwrap import wrap

    rule, edit = finding.rule, finding.edit
    indent = " " * len(_NOTE)
    ours = "" if edit is None else " (by --fix)" if edit.safe else " (by --fix --unsafe-fixes)"
    advice = f"fix{ours}: {rule.fix}"
    yield from wrap(advice, width, initial_indent=_NOTE, subsequent_indent=indent)
    if rule.url is not None:
        yield f"{_NOTE}see: {rule.url}"


def _head(finding: Finding, suppressed: Suppressed | None) -> str:
    head = f"{finding.rule.id} {printable(finding.message)} ({finding.rule.name})"
    return f"{head}; {printable(allowance(suppressed))}" if suppressed else head


def place_of(span: Span) -> str:
    """Where *span* begins, as compilers write it: ``path:line:column``."""
    return printable(span.place())


def summary(result: Result, *, everything: bool) -> str:
    """What the run saw and found, in one line; *everything*: policies of any service were in scope."""
    if not (result.findings or result.suppressed or result.documents):
        if not result.files:
            return "no file to look at"
        about = "" if everything else " that concerns CloudTrail"
        return f"no policy{about} in {plural(result.files, 'file')}"
    counts = count(result.findings)
    found = ", ".join(plural(counts[severity], severity) for severity in counts if counts[severity])
    seen = f"{plural(result.documents, 'policy')} in {plural(result.files, 'file')}"
    return f"{found or 'no findings'} ({seen}{_hidden(result)})"


def _hidden(result: Result) -> str:
    old = sum(one.where == "baseline" for one in result.suppressed)
    allowed = len(result.suppressed) - old
    hidden = f", {allowed} suppressed" if allowed else ""
    return hidden + (f", {old} in the baseline" if old else "")


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
