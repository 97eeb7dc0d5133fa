"""Findings for tests of reports."""

from __future__ import annotations

from typing import Any

from cloudtrail_policylint.findings.finding import Finding
from cloudtrail_policylint.iam.written import Owner
from cloudtrail_policylint.rulebook.model import Rule, json_line
from cloudtrail_policylint.tree.source import SourceFile, Span


def finding(message: str = "m", **given: Any) -> Finding:
    """A finding with *message* on a whole file; *given* are fields of it, its rule and its file."""
    source = SourceFile(given.pop("path", "a.json"), given.pop("text", "{}"))
    severity = given.pop("severity", "warning")
    rule = Rule(
        id=given.pop("id", "X1"),
        name="own-rule",
        severity=severity,
        confidence="high",
        tags=given.pop("tags", ()),
        subject="statement",
        cases=(),
        told=json_line(
            {
                "summary": "summary",
                "why": given.pop("why", "why"),
                "fix": "fix",
                "status": "stable",
                "since": "",
                "references": [{"url": url} for url in given.pop("urls", ())],
            }
        ),
        supersedes=(),
        docs_url="",
    )
    span = Span(source, 0, len(source.text))
    return Finding(rule, message, span, Owner(given.pop("owner", ""), span), severity, **given)
