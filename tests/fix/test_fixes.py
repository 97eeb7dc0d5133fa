"""``--fix`` for every rule with an edit, in every place where a policy can be written.

However a string is escaped there, only the wrong part of it changes: the file
afterwards is the file before with that part replaced.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.check_rules import Fixer, path_of
from cloudtrail_policylint.fix.fixer import Fixed, fix
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.rulebook.file import read, unmarked
from cloudtrail_policylint.rulebook.folder import rule_files
from cloudtrail_policylint.rulebook.load import bundled, rules_folder
from cloudtrail_policylint.rulebook.model import RuleBook, rule_from
from cloudtrail_policylint.settings.model import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudtrail_policylint.findings.result import Result

BOOK = bundled()
LINTER = Linter(BOOK, Settings(scope="all"), strings=True)
TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def fixed(
    text: str, path: str, *, unsafe: bool, kind: str | None = None, book: RuleBook = BOOK
) -> Fixed:
    """The outcome of fixing *text* by all rules of *book*."""

    linter = LINTER if book is BOOK else Linter(book, Settings(scope="all"), strings=True)

    def lint(contents: Mapping[str, bytes]) -> Result:
        data = contents.get(path, text.encode())
        return linter.lint_text(path, data.decode(), kind)

    return fix(lint, unsafe=unsafe, given={path: text.encode()})


def text_of(result: Fixed, text: str) -> str:
    for data in result.contents.values():
        return data.decode()
    return text


# -- the places


def scalar(value: str, style: str) -> str:
    if style == "plain" and value != "*":
        return value
    return json.dumps(value) if style == '"' else "'" + value.replace("'", "''") + "'"


def yaml(value: Any, style: str, indent: str = "") -> str:
    if isinstance(value, dict):
        return "".join(
            f"\n{indent}{scalar(k, style)}: {yaml(v, style, indent + '  ')}"
            for k, v in value.items()
        )
    if isinstance(value, list):
        return "".join(f"\n{indent}- {yaml(item, style, indent + '  ')}" for item in value)
    return scalar(value, style)


OWNERS = {
    "identity": ("AWS::IAM::ManagedPolicy", "PolicyDocument", "aws_iam_policy", "policy"),
    "trust": ("AWS::IAM::Role", "AssumeRolePolicyDocument", "aws_iam_role", "assume_role_policy"),
    "scp": ("AWS::Organizations::Policy", "Content", "aws_organizations_policy", "content"),
    "s3-bucket": ("AWS::S3::BucketPolicy", "PolicyDocument", "aws_s3_bucket_policy", "policy"),
    "kms-key": ("AWS::KMS::Key", "KeyPolicy", "aws_kms_key", "policy"),
    "sns-topic": ("AWS::SNS::TopicPolicy", "PolicyDocument", "aws_sns_topic_policy", "policy"),
    "cloudtrail-channel": (
        "AWS::CloudTrail::ResourcePolicy",
        "ResourcePolicy",
        "awscc_cloudtrail_resource_policy",
        "resource_policy",
    ),
}
CHANNEL = "arn:aws:cloudtrail:us-east-1:111122223333:channel/one"
BESIDE = {
    "scp": ({"Type": "SERVICE_CONTROL_POLICY"}, 'type = "SERVICE_CONTROL_POLICY"\n  '),
    "cloudtrail-channel": ({"ResourceArn": CHANNEL}, f'resource_arn = "{CHANNEL}"\n  '),
}
"""Properties that a kind of policy needs besides, in CloudFormation and in Terraform."""


def properties(kind: str, policy: Any) -> dict[str, Any]:
    return {**BESIDE.get(kind, ({}, ""))[0], OWNERS[kind][1]: policy}


def template(kind: str, policy: Any) -> dict[str, Any]:
    resource = {"Type": OWNERS[kind][0], "Properties": properties(kind, policy)}
    return {"Resources": {"X": resource}}


def yaml_template(kind: str, shown: str) -> str:
    """A template with the text *shown* as the policy, behind the colon."""
    marked = yaml(template(kind, "POLICY"), '"').lstrip("\n")
    return marked.replace('"POLICY"', shown) + "\n"


def lines_of(policy: Any, indent: int) -> str:
    return "\n".join(" " * indent + line for line in json.dumps(policy, indent=2).splitlines())


def terraform(kind: str, expression: str) -> str:
    beside = BESIDE.get(kind, ({}, ""))[1]
    return f'resource "{OWNERS[kind][2]}" "x" {{\n  {beside}{OWNERS[kind][3]} = {expression}\n}}\n'


def many(value: Any) -> str:
    return json.dumps(value if isinstance(value, list) else [value])


def data_source(policy: Any) -> str:
    (statement,) = policy["Statement"]
    parts = [f"effect = {json.dumps(statement['Effect'])}"]
    for key, name in (("Action", "actions"), ("Resource", "resources")):
        if key in statement:
            parts.append(f"{name} = {many(statement[key])}")
    for type_, ids in statement.get("Principal", {}).items():
        parts.append(f"principals {{\n type = {json.dumps(type_)}\n identifiers = {many(ids)}\n}}")
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            parts.append(
                f"condition {{\n test = {json.dumps(operator)}\n variable = {json.dumps(key)}\n"
                f" values = {many(values)}\n}}"
            )
    inside = "\n".join(parts)
    return f'data "aws_iam_policy_document" "x" {{\nstatement {{\n{inside}\n}}\n}}\n'


PLACES: dict[str, tuple[str, Callable[[str, Any], str]]] = {
    "JSON": ("p.json", lambda _, p: json.dumps(p, indent=4)),
    "JSON on one line": ("p.json", lambda _, p: json.dumps(p, separators=(",", ":"))),
    "a template in JSON": ("t.json", lambda k, p: json.dumps(template(k, p), indent=1)),
    "JSON in a template in JSON": (
        "t.json",
        lambda k, p: json.dumps(template(k, json.dumps(p, indent=2))),
    ),
    "plain scalars": ("t.yaml", lambda k, p: yaml(template(k, p), "plain").lstrip() + "\n"),
    "single quotes": ("t.yaml", lambda k, p: yaml(template(k, p), "'").lstrip() + "\n"),
    "double quotes": ("t.yaml", lambda k, p: yaml(template(k, p), '"').lstrip() + "\n"),
    "JSON as flow": ("t.yaml", lambda k, p: yaml_template(k, json.dumps(p))),
    "JSON in a block scalar": ("t.yaml", lambda k, p: yaml_template(k, "|\n" + lines_of(p, 10))),
    "JSON in a folded scalar": ("t.yaml", lambda k, p: yaml_template(k, ">-\n" + lines_of(p, 10))),
    "JSON in single quotes": ("t.yaml", lambda k, p: yaml_template(k, f"'{json.dumps(p)}'")),
    "JSON in double quotes": (
        "t.yaml",
        lambda k, p: yaml_template(k, json.dumps(json.dumps(p))),
    ),
    "Fn::Sub": ("t.yaml", lambda k, p: yaml_template(k, "!Sub |\n" + lines_of(p, 10))),
    "jsonencode": ("main.tf", lambda k, p: terraform(k, f"jsonencode({json.dumps(p, indent=2)})")),
    "a heredoc": ("main.tf", lambda k, p: terraform(k, f"<<EOT\n{lines_of(p, 2)}\nEOT")),
    "an indented heredoc": (
        "main.tf",
        lambda k, p: terraform(k, f"<<-EOT\n{lines_of(p, 6)}\n    EOT"),
    ),
    "a quoted string": ("main.tf", lambda k, p: terraform(k, json.dumps(json.dumps(p)))),
    "a policy document": (
        "main.tf",
        lambda k, p: data_source(p) + terraform(k, "data.aws_iam_policy_document.x.json"),
    ),
}


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, **more, "Action": action, "Resource": resource}


# rule, kind, statement, the wrong part of it, its replacement
MISTAKES: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    (
        "CT101",
        "identity",
        statement("Allow", ["cloudtrail:GetTrail", "cloudtrail:LookupEvent"]),
        "LookupEvent",
        "LookupEvents",
    ),
    ("CT102", "identity", statement("Deny", "cloudtrail:*Loging"), "*Loging", "*Logging"),
    ("CT103", "identity", statement("Allow", ["cloud-trail:Lookup*"]), "cloud-trail", "cloudtrail"),
    (
        "CT104",
        "identity",
        statement("Allow", "cloudtrail:PutAuditEvents"),
        "cloudtrail:Put",
        "cloudtrail-data:Put",
    ),
    (
        "CT211",
        "identity",
        statement("Allow", "cloudtrail:GetTrail", TRAIL.replace("trail/", "trails/")),
        ":trails/",
        ":trail/",
    ),
    (
        "CT211",
        "identity",
        statement("Allow", "cloudtrail:GetTrail", TRAIL.replace("arn:aws", "aws:arn")),
        "aws:arn:",
        "arn:aws:",
    ),
    (
        "CT213",
        "identity",
        statement("Allow", "cloudtrail:GetTrail", [TRAIL.replace("trail/", "Trail/")]),
        ":Trail/",
        ":trail/",
    ),
    (
        "CT303",
        "identity",
        statement(
            "Allow",
            "cloudtrail:GetTrail",
            Condition={"StringEquals": {"cloudtrail:ResourceTag/team": "audit"}},
        ),
        "cloudtrail:ResourceTag",
        "aws:ResourceTag",
    ),
    (
        "CT304",
        "trust",
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"cloudtrail:ExternalId": "x1"}},
        },
        "cloudtrail:ExternalId",
        "sts:ExternalId",
    ),
    (
        "CT308",
        "identity",
        statement(
            "Deny",
            "cloudtrail:StopLogging",
            Condition={"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": ["o-1"]}},
        ),
        "ForAnyValue:StringEquals",
        "StringEquals",
    ),
    (
        "CT317",
        "identity",
        statement(
            "Allow",
            "cloudtrail:StopLogging",
            Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgID": ["o-1"]}},
        ),
        "ForAllValues:StringEquals",
        "StringEquals",
    ),
    (
        "CT905",
        "identity",
        statement(
            "Allow",
            ["cloudtrail:GetTrail", "iam:AttachRolePolicy"],
            Condition={
                "ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSCloudTrailFullAccess"}
            },
        ),
        "AWSCloudTrailFullAccess",
        "AWSCloudTrail_FullAccess",
    ),
    (
        "CT309",
        "identity",
        statement(
            "Deny",
            "cloudtrail:StopLogging",
            Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        ),
        "Bool",
        "BoolIfExists",
    ),
    (
        "CT311",
        "s3-bucket",
        statement(
            "Allow",
            "s3:PutObject",
            "arn:aws:s3:::logs/AWSLogs/*",
            Principal=SERVICE,
            Condition={
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:PrincipalOrgID": "o-1",
                }
            },
        ),
        "aws:PrincipalOrgID",
        "aws:SourceOrgID",
    ),
    (
        "CT312",
        "identity",
        statement(
            "Deny",
            "cloudtrail:StopLogging",
            Condition={"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}},
        ),
        "StringNotEquals",
        "StringNotLike",
    ),
    (
        "CT412",
        "identity",
        statement(
            "Allow",
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/logs",
            Condition={"StringEquals": {"iam:PassedToService": "cloudtrail.amazon.com"}},
        ),
        "cloudtrail.amazon.com",
        "cloudtrail.amazonaws.com",
    ),
    (
        "CT505",
        "s3-bucket",
        statement(
            "Allow",
            "s3:PutObject",
            "arn:aws:s3:::logs/AWSLogs/111122223333/*",
            Principal=SERVICE,
            Condition={"StringEquals": {"s3:x-amz-acl": "private", "aws:SourceArn": TRAIL}},
        ),
        "private",
        "bucket-owner-full-control",
    ),
    (
        "CT513",
        "s3-bucket",
        statement(
            "Allow",
            "s3:GetBucketAcl",
            "arn:aws:s3:::logs",
            Principal={"Service": "cloudtrails.amazonaws.com"},
        ),
        "cloudtrails.",
        "cloudtrail.",
    ),
    (
        "CT514",
        "s3-bucket",
        statement(
            "Allow",
            "s3:GetBucketAcl",
            "arn:aws:s3:::logs",
            Principal={"AWS": "cloudtrail.amazonaws.com"},
        ),
        "AWS",
        "Service",
    ),
    (
        "CT523",
        "kms-key",
        statement(
            "Allow",
            "kms:GenerateDataKey",
            Principal=SERVICE,
            Condition={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL}},
        ),
        "kms:GenerateDataKey",
        "kms:GenerateDataKey*",
    ),
    (
        "CT526",
        "kms-key",
        statement(
            "Allow",
            "kms:Decrypt",
            Principal={"AWS": "arn:aws:iam::111122223333:role/Reader"},
            Condition={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:trailArn": TRAIL}},
        ),
        "trailArn",
        "arn",
    ),
    (
        "CT527",
        "kms-key",
        statement(
            "Allow",
            "kms:DescribeKey",
            "arn:aws:s3:::cloudtrail",
            Principal={"AWS": "arn:aws:iam::111122223333:root"},
        ),
        "arn:aws:s3:::cloudtrail",
        "*",
    ),
    (
        "CT532",
        "sns-topic",
        statement(
            "Allow", "SNS:DeleteTopic", "arn:aws:sns:us-east-1:111122223333:t", Principal=SERVICE
        ),
        "SNS:DeleteTopic",
        "sns:Publish",
    ),
    (
        "CT601",
        "cloudtrail-channel",
        statement(
            "Allow",
            "cloudtrail:GetChannel",
            CHANNEL,
            Principal={"AWS": "arn:aws:iam::111122223333:root"},
        ),
        "cloudtrail:GetChannel",
        "cloudtrail-data:PutAuditEvents",
    ),
    (
        "CT812",
        "scp",
        statement("Deny", "cloudtrail:StopLogging", TRAIL.replace("main", "org-*")),
        "us-east-1",
        "*",
    ),
    (
        "CT311",
        "s3-bucket",
        statement(
            "Allow",
            "s3:GetBucketAcl",
            "arn:aws:s3:::logs",
            Principal=SERVICE,
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
        ),
        "aws:PrincipalOrgID",
        "aws:SourceOrgID",
    ),
    (
        "CT312",
        "s3-bucket",
        statement(
            "Allow",
            "s3:GetBucketAcl",
            "arn:aws:s3:::logs",
            Principal=SERVICE,
            Condition={"StringEquals": {"aws:SourceArn": TRAIL.replace("main", "org-*")}},
        ),
        "StringEquals",
        "StringLike",
    ),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m[0]} {m[3]}")
def test_only_the_wrong_part_changes(
    mistake: tuple[str, str, dict[str, Any], str, str], place: str
) -> None:
    rule, kind, given_statement, wrong, right = mistake
    path, written = PLACES[place]
    text = written(kind, {"Version": "2012-10-17", "Statement": [given_statement]})
    at = text.index(wrong, text.index("ffect"))
    if place == "plain scalars" and right == "*" and text[at - 1] == " ":
        right = '"*"'  # a star by itself is the start of an alias
    result = fixed(text, path, unsafe=True, kind=kind if path == "p.json" else None)
    assert rule in {finding.rule.id for finding in result.findings}
    assert text_of(result, text) == text[:at] + right + text[at + len(wrong) :]
    assert rule not in {finding.rule.id for finding in result.result.findings}


def test_the_table_has_every_rule_on_cloudtrail_with_an_edit() -> None:
    """The edits of the rules on IAM are of the same sorts; ``fixed`` in their examples shows each."""
    on_policies = [rule for rule in BOOK.rules if rule.subject != "resource"]
    edits = [(rule.id, case.edit) for rule in on_policies for case in rule.cases if case.edit]
    edited = {rule for rule, edit in edits if not edit.remove and rule.startswith("CT")}
    assert {mistake[0] for mistake in MISTAKES} == edited - {"CT901"}


NEVER = {"aws:ResourceTag/team": "audit"}
CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "the only one": ({"StringEquals": NEVER}, None),
    "the first": (
        {"StringEquals": NEVER, "Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ),
    "the last": (
        {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": NEVER},
        {"Bool": {"aws:SecureTransport": "true"}},
    ),
    "one of two keys": (
        {"StringEquals": {"aws:PrincipalOrgID": "o-1", **NEVER}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_only_the_condition_is_removed(condition: str, place: str) -> None:
    """The file afterwards is as if the policy had been written there without it."""
    before, after = CONDITIONS[condition]
    path, written = PLACES[place]

    def text(conditions: dict[str, Any] | None) -> str:
        more = {} if conditions is None else {"Condition": conditions}
        one = statement("Allow", "cloudtrail:ListTrails", **more)
        return written("identity", {"Version": "2012-10-17", "Statement": [one]})

    result = fixed(text(before), path, unsafe=True)
    if (place, condition) in LEFT:
        assert not result.contents
        return
    old, new = text(before), text_of(result, text(before))
    assert words(new) == words(text(after))
    pairs = ((old, new), (old[::-1], new[::-1]))
    kept = sum(len(os.path.commonprefix(pair)) for pair in pairs)  # noqa: RUF071 - no paths
    assert kept >= len(new)  # one range is gone, and nothing is new


# Not fixed: the comma before the entry and an escaped line end are one text there.
LEFT = {("JSON in a template in JSON", name) for name in ("the last", "one of two keys")}


def words(text: str) -> str:
    """*text* without spaces and line ends."""
    return "".join(text.replace("\\n", "").split())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n"
            "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSCloudTrailFullAccess']\n",
        ),
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns:\n"
            "        - !Sub arn:${AWS::Partition}:iam::aws:policy/AWSCloudTrailFullAccess # old\n",
        ),
        (
            "t.json",
            '{"Resources": {"A": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [{"Fn::Join": '
            '["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AWSCloudTrailFullAccess"]]}]}}}}',
        ),
        (
            "main.tf",
            'resource "aws_iam_role_policy_attachment" "a" {\n  role = "a"\n'
            '  policy_arn = "arn:aws:iam::aws:policy/AWSCloudTrailFullAccess"\n}\n',
        ),
    ],
)
def test_a_retired_managed_policy_is_replaced_in_attachments(path: str, text: str) -> None:
    result = fixed(text, path, unsafe=False)
    at = text.rindex("AWSCloudTrailFullAccess")
    new = text[:at] + "AWSCloudTrail_FullAccess" + text[at + len("AWSCloudTrailFullAccess") :]
    assert text_of(result, text) == new


@pytest.mark.parametrize(
    "escaped", [r"cloudtrail:\u0050utAuditEvents", r"\u0063loudtrail\u003aPutAuditEvents"]
)
def test_escapes_beside_the_wrong_part_are_kept(escaped: str) -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "%s", "Resource": "*"}}'
    result = text_of(fixed(text % escaped, "p.json", unsafe=False), text % escaped)
    assert json.loads(result)["Statement"]["Action"] == "cloudtrail-data:PutAuditEvents"
    assert len(result) == len(text % escaped) + len("-data")


def writing(rule: str, text: str) -> RuleBook:
    """A rule book of the rule with the id *rule* alone, whose edit writes *text*."""
    (path,) = (
        name for name in rule_files(rules_folder()) if f"/{rule}-" in name.replace("\\", "/")
    )
    raw = {**read(path).raw, "edit": {"safe": True, "says": "write it", "write": text}}
    return RuleBook((rule_from(raw, BOOK.sets),), BOOK.problems, BOOK.stored_sets, BOOK.facts)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "name", ["${aws:username}", 'a"b', "a'b", "a\\b", "100%{x}", '${aws:username}"', "*", "ü: #"]
)
def test_new_text_is_escaped_as_its_place_needs(name: str, place: str) -> None:
    """``fix`` itself compares the strings afterwards with those that it intends."""
    path, written = PLACES[place]
    wrong = statement("Allow", "cloudtrail:GetTrail", TRAIL.replace("trail/", "Trail/"))
    text = written("identity", {"Version": "2012-10-17", "Statement": [wrong]})
    new = f"arn:aws:cloudtrail:*:*:trail/{name}"
    result = fixed(text, path, unsafe=False, book=writing("CT213", new))
    assert result.contents
    assert not result.refusals


def test_a_plain_scalar_gets_quotes_if_it_needs_them() -> None:
    wrong = TRAIL.replace("trail/", "Trail/")
    text = "Version: '2012-10-17'\nStatement:\n  Effect: Allow\n  Action: cloudtrail:GetTrail\n"
    text += f"  Resource: {wrong}\n"
    result = fixed(text, "p.yaml", unsafe=False, book=writing("CT213", "*"))
    assert text_of(result, text) == text.replace(wrong, '"*"')


def test_a_computed_string_is_not_fixed() -> None:
    text = (
        'resource "aws_iam_policy" "x" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{\n'
        '    Effect = "Allow", Action = lower("CLOUDTRAIL:PUTAUDITEVENTS"), Resource = "*" }] })\n}\n'
    )
    result = fixed(text, "main.tf", unsafe=True)
    assert [finding.rule.id for finding in result.result.findings] == ["CT104"]
    assert not result.contents


def test_a_text_that_another_string_uses_too_is_not_fixed() -> None:
    text = (
        'locals {\n  put = "cloudtrail:Put"\n}\n'
        'resource "aws_iam_policy" "x" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{\n'
        '    Effect = "Allow", Action = ["${local.put}AuditEvents", "${local.put}EventSelectors"]\n'
        '    Resource = "*" }] })\n}\n'
    )
    result = fixed(text, "main.tf", unsafe=True)
    assert "CT104" in {finding.rule.id for finding in result.result.findings}
    assert [refusal.reason for refusal in result.refusals] == [
        "the fix would change other text too"
    ]
    assert not result.contents


def test_a_condition_operator_with_several_keys_is_not_fixed() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": statement(
            "Deny",
            "cloudtrail:StopLogging",
            Condition={
                "Bool": {"aws:MultiFactorAuthPresent": "false", "aws:ViaAWSService": "false"}
            },
        ),
    }
    result = fixed(json.dumps(policy), "p.json", unsafe=True)
    assert "CT309" in {finding.rule.id for finding in result.result.findings}
    assert not result.contents


def test_a_fix_that_would_repeat_an_action_is_not_made() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": statement("Allow", ["cloudtrail:LookupEvent", "cloudtrail:LookupEvents"]),
    }
    result = fixed(json.dumps(policy), "p.json", unsafe=True)
    assert [finding.rule.id for finding in result.result.findings] == ["CT101"]
    assert not result.contents


def test_a_fix_that_would_repeat_a_key_is_not_made() -> None:
    """Even if another fix of the same round takes the policy out of scope, and its findings with it."""
    text = """resource "aws_kms_key" "one" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = "kms:Decrypt"
    Resource  = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
    Condition = {
      "ForAnyValue:StringEquals" = { "aws:PrincipalOrgID" = "o-1" }
      "StringEquals"             = { "aws:PrincipalTag/team" = "audit" }
    }
  }] })
}
"""

    def lint(contents: Mapping[str, bytes]) -> Result:
        data = contents.get("main.tf", text.encode())
        return Linter(BOOK, Settings(), strings=True).lint_text("main.tf", data.decode(), None)

    result = fix(lint, unsafe=True, given={"main.tf": text.encode()})
    assert '"ForAnyValue:StringEquals" = { "aws:PrincipalOrgID"' in text_of(result, text)
    assert 'Resource  = "*"' in text_of(result, text)


# -- the examples of the rules


EXAMPLES = [
    (raw["id"], example)
    for name in rule_files(rules_folder())
    for raw in [read(name).raw]
    if "edit" in raw or any("edit" in case for case in raw.get("cases", ()))
    for example in raw["examples"]["bad"]
]
REMOVING = {rule.id for rule in BOOK.rules for c in rule.cases if c.edit and c.edit.remove}
ADDING = {rule.id for rule in BOOK.rules for c in rule.cases if c.edit and c.edit.wait}
"""The rules whose edits may add a line."""
FIXERS = {rule.id: Fixer(rule, BOOK) for rule in BOOK.rules if any(c.edit for c in rule.cases)}


def varied(text: str, path: str, ends: str, before: str) -> str:
    """*text* with other line ends, and with a comment before it."""
    if before and not path.endswith(".json"):
        text = f"# {before}\n{text}"
    return text.replace("\n", ends)


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(EXAMPLES),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.text(
        st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="«»"),
        max_size=8,
    ),
)
def test_fixed_examples_can_be_read_and_have_no_new_finding(
    chosen: tuple[str, dict[str, Any]],
    unsafe: bool,  # noqa: FBT001
    ends: str,
    before: str,
) -> None:
    rule, example = chosen
    path = path_of(example)
    text = varied(unmarked(example["text"])[0], path, ends, before)
    result = FIXERS[rule].fixed({**example, "text": text}, unsafe=unsafe)
    after = text_of(result, text)
    ids = [finding.rule.id for finding in result.result.findings]
    assert not set(ids) & {"CT001", "CT002", "CT003"}
    assert after.count("\r\n") == (after.count("\n") if ends == "\r\n" else 0)
    if result.findings:
        again = FIXERS[rule].fixed({**example, "text": after}, unsafe=unsafe)
        assert again.contents == {}
        lines = list(zip(text.split("\n"), after.split("\n"), strict=False))
        if rule not in REMOVING | ADDING:
            assert after.count("\n") == text.count("\n")
            assert 0 < sum(old != new for old, new in lines) <= len(result.findings)
