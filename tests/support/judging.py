"""Helpers of the engine's tests: small rules, and their findings in policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.engine.engine import Engine, Failure
from cloudtrail_policylint.findings.finding import Finding, settled
from cloudtrail_policylint.iam.catalogue import Facts
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.rulebook.model import Rule, RuleBook, rule_from
from support.policies import document

if TYPE_CHECKING:
    from collections.abc import Iterable

FACTS = Facts(
    actions=("cloudtrail:ListInsightsMetricData",),
    keys=("aws:SourceArn",),
    more={
        "misnamed-actions": json.dumps(
            [{"name": "DisableLogging", "meant": "cloudtrail:StopLogging"}]
        ).encode()
    },
)
BOOK = RuleBook(rules=(), problems={}, stored_sets=b"{}", facts=FACTS)


def rule(match: Any, **given: Any) -> Rule:
    """A statement rule with *match*; *given* are other keys of its file."""
    raw = {
        "id": "T1",
        "name": "test-rule",
        "summary": "x",
        "severity": "error",
        "confidence": "high",
        "subject": "statement",
        "match": match,
        "report": "action",
        "message": "found",
        "why": "x",
        "fix": "x",
    }
    return rule_from({**raw, **given}, {})


def findings(rules: Rule | list[Rule], policy: Any, *, pedantic: bool = True, **of: Any) -> list[Finding]:  # fmt: skip
    """The findings of *rules* in *policy*; *of* are arguments of ``document``."""
    rules = rules if isinstance(rules, list) else [rules]
    found = Engine(rules, BOOK, pedantic=pedantic).check_document(document(policy, **of))
    return settled(only_findings(found))


def only_findings(found: Iterable[Finding | Failure]) -> list[Finding]:
    """*found*, which may not contain a failure."""
    findings = []
    for one in found:
        assert isinstance(one, Finding), one.error
        findings.append(one)
    return findings


def verdict(match: Any, statement: Any, **of: Any) -> int:
    """YES, NO or MAYBE: whether *match* matches *statement*, the only one of its policy."""
    found = findings(
        rule(match, report="effect"), {"Version": "2012-10-17", "Statement": statement}, **of
    )
    if not found:
        return NO
    return YES if any(finding.certain for finding in found) else MAYBE


def shown(finding: Finding) -> str:
    """The text at the place of *finding*."""
    return finding.span.text
