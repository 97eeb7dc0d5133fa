"""Findings as JUnit XML, which most build servers show as tests.

There is no standard; this is what the readers of Jenkins, GitLab, Azure and AWS
CodeBuild have in common. A finding is a test that fails. One of severity
``info``, which by default does not fail a run either, is a test that passes and
says something; a suppressed one is skipped.
"""

from __future__ import annotations

from .places import Repository, region_of
from .printable import break_commands, printable
from .text import findings_to_report, printable_place, suppression_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

NAME = "cloudtrail-policylint"


def report(result: Result, *, show_suppressed: bool) -> str:
    """The XML text of *result*; what is suppressed is left out if not asked for."""
    repository = Repository()
    found = findings_to_report(result, show_suppressed=show_suppressed)
    cases = [_case(finding, suppressed, repository) for finding, suppressed in found]
    cases += [_crash(crash) for crash in result.internal_errors]
    if not cases:  # some readers take a report without tests for a broken one
        cases = [[_tag("testcase", name="no findings", classname=NAME, time="0"), "</testcase>"]]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(finding.severity != "info" for finding in result.findings)),
        "errors": str(len(result.internal_errors)),
        "skipped": str(len(found) - len(result.findings)),
        "time": "0",
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        _tag("testsuites", name=NAME, **counts),
        _tag("testsuite", name=NAME, **counts),
        *[line for case in cases for line in case],
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(finding: Finding, suppressed: Suppressed | None, repository: Repository) -> list[str]:
    rule = finding.rule
    path = repository.path_or_given(finding.span.source.path)
    region = region_of(finding.span)
    head = _tag(
        "testcase",
        name=f"{rule.id} {rule.name} {region.line}:{region.column}",
        classname=path,
        file=path,
        line=str(region.line),
        time="0",
    )
    return [head, *_outcome(finding, suppressed), "</testcase>"]


def _outcome(finding: Finding, suppressed: Suppressed | None) -> Iterator[str]:
    text = (
        f"{printable_place(finding.span)}: {finding.severity} {finding.rule.id} {finding.message}\n"
        f"How to fix: {finding.rule.fix}"
    )
    if suppressed:
        yield _tag("skipped", message=suppression_note(suppressed)) + "</skipped>"
        yield f"<system-out>{_escaped(text)}</system-out>"
    elif finding.severity == "info":
        yield f"<system-out>{_escaped(text)}</system-out>"
    else:
        opening = _tag("failure", message=finding.message, type=finding.severity)
        yield f"{opening}{_escaped(text)}</failure>"


def _crash(crash: str) -> list[str]:
    return [
        _tag("testcase", name="internal error", classname=NAME, time="0"),
        _tag("error", message=crash, type="internal error") + "</error>",
        "</testcase>",
    ]


def _tag(tag: str, **attributes: str) -> str:
    written = "".join(f' {name}="{_escaped(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>"


def _escaped(text: str) -> str:
    """*text* as XML; what XML cannot hold (control characters, lone surrogates) is not printable either."""
    from xml.sax.saxutils import escape

    shown = "\n".join(printable(line) for line in text.split("\n"))
    return break_commands(escape(shown, {'"': "&quot;", "\t": "&#9;"}), "&#91;")
