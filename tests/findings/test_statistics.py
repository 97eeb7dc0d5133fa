"""``--statistics`` and the line about policies that are known only in part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    ("cloudtrail:GetTrail", "arn:aws:s3:::logs", "aws:PrincipalTag/b", "y", ""),
    ("cloudtrail:GetTrail", "arn:aws:s3:::logs", "aws:PrincipalTag/<b>", "y", "a placeholder"),
    ("cloudtrail:GetTrail", "arn:aws:s3:::[BUCKET_NAME]", "aws:RequestTag/b", "y", "a placeholder"),
    ("cloudtrail:GetTrail", "*", "aws:RequestTag/b", "{{ tag }}", "a placeholder"),
    ("cloudtrail:GetTrail", "*", "aws:RequestTag/b", "{{resolve:ssm:tag}}", "a dynamic reference"),
    ("cloudtrail:%ACTION%", "*", "aws:RequestTag/b", "<%= tag %>", "a placeholder"),
    ("cloudtrail:GetTrail", "arn:aws:s3:::logs/$${aws:username}", "aws:RequestTag/b", "y", ""),
]


@pytest.mark.parametrize("name", ["a.json", "main.tf", "stack.json"])
@pytest.mark.parametrize(("action", "resource", "key", "value", "reason"), TEXTS)
def test_both_say_which_policies_have_placeholders(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    action: str,
    resource: str,
    key: str,
    value: str,
    reason: str,
) -> None:
    if not name.endswith(".tf"):
        resource = resource.replace("$$", "$")
    condition = {"StringEquals": {key: value}}
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    if name == "stack.json":
        properties = {"PolicyDocument": policy}
        made = {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
        text = json.dumps({"Resources": {"P": made}})
    elif name == "main.tf":
        text = (
            f'resource "aws_iam_policy" "p" {{\n  policy = jsonencode({json.dumps(policy)})\n}}\n'
        )
    else:
        text = json.dumps(policy)
    (tmp_path / name).write_text(text)
    main(["lint", "--statistics", "--ignore", "CT,IAM", str(tmp_path / name)])
    lines = capsys.readouterr().err.splitlines()
    known = (
        "0 fully resolved, 1 partly resolved" if reason else "1 fully resolved, 0 partly resolved"
    )
    assert known in lines[0]
    assert lines[2:] == ([f"1 policy is known only in part, because of {reason}"] if reason else [])
