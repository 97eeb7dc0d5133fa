"""Findings and set-ups for tests of reports."""

from __future__ import annotations

from typing import Any

from cloudtrail_policylint.findings.finding import Finding
from cloudtrail_policylint.findings.setup import (
    ShownGrant,
    ShownPartner,
    ShownPrincipal,
    ShownRequest,
    ShownSetup,
    ShownWho,
)
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


def shown_setup(text: str = "") -> ShownSetup:
    """A set-up with *text* in all its texts."""
    there, bucket = ("a.json", 0, 90), ("b.json", 0, 2)
    return ShownSetup(
        "trail",
        f"aws_cloudtrail.t{text}",
        f"aws_cloudtrail{text}",
        f"a.json:1:1{text}",
        there,
        True,
        (
            ShownPartner("bucket", f"s3_bucket_name{text}", f"b{text}", f"b.json:1:1{text}", text, (("a.json", 5, 9),), (bucket,)),
            ShownPartner("role", f"role_arn{text}", f"r{text}", "r.json:1:1", "", (), ()),
            ShownPartner("log-group", f"group{text}", "", "", "", (), ()),
        ),
        (
            ShownRequest("acl", "s3:GetBucketAcl", f"arn:b{text}", f"b{text}", "bucket", "bucket", "allowed", ""),
            ShownRequest("put", "s3:PutObject", f"arn:b/*{text}", f"b{text}", "bucket", "bucket", "denied", f"no{text}"),
            ShownRequest("key", "kms:Decrypt", "", "", "topic-key", "topic-key", "cannot tell", f"no{text}"),
            ShownRequest("log", "logs:PutLogEvents", f"arn:g{text}", f"r{text}", "role", "log-group", "denied", ""),
        ),
        ("cloudtrail:StopLogging",),
        ShownWho(
            (
                ShownPrincipal(f"role/a{text}", f"aws_iam_role.a{text}", (
                    ShownGrant(True, (f"cloudtrail:StopLogging{text}", "cloudtrail:DeleteTrail"), (), f"a.json:1:1{text}"),
                    ShownGrant(False, ("cloudtrail:UpdateTrail",), (f"key: {text}",), ""),
                )),
            ),
            3, 1200, (f"boundaries{text}",),
        ),
    )  # fmt: skip
