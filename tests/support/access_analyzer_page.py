"""The page that maps the checks of IAM Access Analyzer to rules, from the references of the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cloudtrail_policylint.report.pages import page_name

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import Rule, RuleBook

CHECKS = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
)
_NAMED = re.compile(r'the check "(.+?)"')
_KINDS = (
    ("IAM1", "Errors"),
    ("IAM2", "General warnings"),
    ("IAM3", "Security warnings"),
    ("IAM4", "Suggestions"),
)
LEFT_OUT = {
    "IAM108": "whether a service is offered in the region",
    "IAM162": "AWS does not publish which service sends which key: the keys of callers are reported",
    "IAM167": "AWS does not publish the pairs: those with iam:PassRole, service-linked roles and ec2:CreateTags are reported",
    "IAM178": "the six letters that AWS wants before a variable: variables that callers choose are reported",
    "IAM179": "the six letters that AWS wants before a wildcard: the ten sensitive keys are reported",
    "IAM214": "the sum of the inline policies of a user, group or role",
    "IAM215": "services other than S3, KMS, SQS, CloudTrail and VPC endpoints",
    "IAM226": "keys other than those of the owner of a VPC endpoint",
    "IAM301": "keys other than aws:Referer and aws:UserAgent",
    "IAM310": "keys other than aws:VpcSourceIp",
    "IAM425": "keys other than the account and organization of the resource",
}
"""What AWS decides and a rule does not, because it is not published or not in the file."""
NONE = (
    (
        "Json syntax error",
        "[CT001](rules/CT001-syntax-error.md); in a string of another file"
        " [CT002](rules/CT002-embedded-policy-not-json.md)",
    ),
    (
        "SCP syntax error action wildcard",
        "none: since September 2025 AWS takes wildcards anywhere in the actions of service control policies",
    ),
)


def access_analyzer_page(book: RuleBook) -> str:
    """``docs/access-analyzer.md``."""
    rules = [rule for rule in book.sorted() if rule.id.startswith("IAM")]
    blocks = [
        "# Checks of IAM Access Analyzer",
        f"What AWS reports for a policy ([policy check reference]({CHECKS})), and the rule that reports it here: without an"
        " account, before the commit, at its place in JSON, Terraform or CloudFormation. Rules check policies that mention"
        " CloudTrail; `cloudtrail-policylint lint --scope all --select IAM .` checks all policies by these rules alone.",
        "Where a rule on CloudTrail says it better, its finding takes the place of the other (*or*). AWS has tables that it"
        " does not publish, and sees what no file has: *left out* says what a rule does not report because of this. What"
        " depends on a value that is not known is not reported. A service that the AWS data of this version do not have"
        " is a warning, as it may be newer.",
        "This page is generated from the rules.",
    ]
    for prefix, title in _KINDS:
        rows = ["| check of AWS | rule | severity | left out |", "| --- | --- | --- | --- |"]
        rows += [_row(rule, book) for rule in rules if rule.id.startswith(prefix)]
        blocks.append(f"## {title}\n\n" + "\n".join(rows))
    rows = ["| check of AWS | rule |", "| --- | --- |"]
    rows += [f"| {name}<br>`{_code(name)}` | {rule} |" for name, rule in NONE]
    blocks.append("## Checks without a rule of their own\n\n" + "\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def _row(rule: Rule, book: RuleBook) -> str:
    better = [one for one in book.sorted() if rule.id in one.supersedes and one.id.startswith("CT")]
    links = f"[{rule.id} {rule.name}](rules/{page_name(rule)})"
    if better:
        links += " or " + ", ".join(f"[{one.id}](rules/{page_name(one)})" for one in better)
    left_out = LEFT_OUT.get(rule.id, "")
    return (
        f"| {check_name(rule)}<br>`{_code(rule.name)}` | {links} | {rule.severity} | {left_out} |"
    )


def check_name(rule: Rule) -> str:
    """The name of AWS's check that the references of *rule* have."""
    (name,) = (
        name
        for reference in rule.references
        if reference["url"] == CHECKS
        for name in _NAMED.findall(reference["says"])
    )
    return str(name)


def _code(name: str) -> str:
    """The issue code of a check: what ``validate-policy`` answers. Rules are named after it."""
    return re.sub(r"[ -]", "_", name).upper()
