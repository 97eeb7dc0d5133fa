"""Why CloudTrail refuses a set-up whose trail is in none of the files: what policies for CloudTrail lack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudtrail_policylint.findings.result import Result
from cloudtrail_policylint.lint.run import Run
from cloudtrail_policylint.questions.messages import read_message
from cloudtrail_policylint.questions.why import Asked, Explainer, Why, set_up_of
from cloudtrail_policylint.report.questions import why_lines, why_object
from cloudtrail_policylint.settings.lookup import NearestSettings
from support.questions import view_of

BUCKET, KEY, TOPIC, ROLE, LOGS = (
    "InsufficientS3BucketPolicyException",
    "InsufficientEncryptionPolicyException",
    "InsufficientSnsTopicPolicyException",
    "InvalidCloudWatchLogsRoleArnException",
    "InvalidCloudWatchLogsLogGroupArnException",
)
SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def lint(folder: Path) -> Result:
    return Run(NearestSettings(None), setups=True).lint_paths([str(folder)])


def why(folder: Path, files: dict[str, str], name: str) -> Why:
    view = view_of(folder, files)
    denial = read_message(f"{name}: no")
    result = lint(folder)
    set_up = set_up_of(denial, result.findings, result.setups, view)
    return Explainer(view, Asked()).explain(denial, 1, set_up)


def allow(action: str, resource: str | None, principal: Any = SERVICE) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {key: value for key, value in found.items() if value is not None}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


ACL = allow("s3:GetBucketAcl", "arn:aws:s3:::logs")
PUT = allow("s3:PutObject", "arn:aws:s3:::logs/a/AWSLogs/111122223333/*")
ENCRYPT = allow("kms:GenerateDataKey*", "*")
PUBLISH = allow("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:t")
OLD = allow("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:t", {"AWS": "arn:aws:iam::903692715234:root"})  # fmt: skip
SHORT = allow("s3:PutObject", "arn:aws:s3:::logs/AWSLogs/12345678901/*")


@pytest.mark.parametrize(
    ("name", "statements", "actions"),
    [
        (BUCKET, (ACL, PUT), ()),
        (BUCKET, (ACL, SHORT), ("s3:PutObject",)),
        (BUCKET, (ACL, SHORT, PUT), ()),
        (BUCKET, ({**ACL, "Action": "s3:GetBucketLocation"},), ("s3:GetBucketAcl", "s3:PutObject")),
        (TOPIC, (PUBLISH,), ()),
        (TOPIC, (OLD,), ("sns:Publish",)),
        (BUCKET, ({**ACL, "Principal": "*", "Action": "s3:GetObject"},), ()),  # not for CloudTrail
        (KEY, (PUBLISH,), ()),
        (
            TOPIC,
            ({**ENCRYPT, "Action": "kms:ListGrants"},),
            (),
        ),  # which key is the topic's is not known
        (
            TOPIC,
            ({**PUBLISH, "Principal": {"Service": "s3.amazonaws.com"}, "Sid": "cloudtrail"},),
            (),
        ),
    ],
)
def test_what_a_policy_lacks(
    tmp_path: Path, name: str, statements: tuple[dict[str, Any], ...], actions: tuple[str, ...]
) -> None:
    found = why(tmp_path, {"p.json": policy(*statements)}, name)
    assert found.set_up is not None
    assert tuple(one.action for one in found.set_up.refused) == actions
    assert found.has_cause == bool(actions)
    if actions:
        text = "\n".join(why_lines(found, 200))
        assert f"CloudTrail may not use {actions[0]} on arn:" in text
        assert "look at:" in text
        assert why_object(found)["reasons"][0]["effect"] == "lacks"
        added = [json.loads(one.text) for one in found.suggestions]
        fixed = why(tmp_path, {"p.json": policy(*statements, *added)}, name)
        assert not fixed.has_cause


TEMPLATE = """
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: kms:ListGrants, Resource: "*"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: sts:TagSession}
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "arn:aws:logs:*:*:log-group:a"}
"""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (KEY, ["kms:DescribeKey", "kms:GenerateDataKey"]),
        (ROLE, ["sts:AssumeRole"]),
        (LOGS, ["logs:CreateLogStream", "logs:PutLogEvents"]),
    ],
)
def test_keys_and_roles_of_a_template(tmp_path: Path, name: str, says: list[str]) -> None:
    found = why(tmp_path, {"t.yaml": TEMPLATE}, name)
    assert found.set_up is not None
    assert [one.action for one in found.set_up.refused] == says
    assert found.suggestions[0].format == "yaml"
    assert ("Principal" in found.suggestions[0].text) == (name != LOGS)


def test_errors_in_a_policy_for_cloudtrail_explain_a_refusal(tmp_path: Path) -> None:
    wrong = {**ENCRYPT, "Action": ["kms:GenerateDataKey*", "kms:DescribeKey", "kms:DecryptKey"]}
    found = why(tmp_path, {"p.json": policy(wrong)}, KEY)
    assert found.set_up is not None
    assert [one.rule.id for one in found.set_up.findings] == ["CT547"]
    assert not why(tmp_path, {"p.json": policy(wrong)}, ROLE).has_cause


def test_a_role_that_trusts_a_reader_is_not_that_of_cloudtrail(tmp_path: Path) -> None:
    reader = {"AWS": "arn:aws:iam::111122223333:role/cloudtrail-reader"}
    trust = policy(allow("sts:AssumeRole", None, reader))
    text = f'resource "aws_iam_role" "r" {{ assume_role_policy = jsonencode({trust}) }}'
    assert not why(tmp_path, {"main.tf": text}, ROLE).has_cause


def test_what_a_rule_explains_is_not_said_twice(tmp_path: Path) -> None:
    found = why(tmp_path, {"p.json": policy(PUT)}, BUCKET)
    assert found.set_up is not None
    assert [one.rule.id for one in found.set_up.findings] == ["CT501"]
    assert found.set_up.refused == ()
