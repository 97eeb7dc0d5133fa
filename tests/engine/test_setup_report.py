"""Why a request of a set-up is denied or not decided: the reason names what is the case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudtrail_policylint.cli import main

OWN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}
PUT = {
    "Effect": "Allow",
    "Principal": SERVICE,
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::acme", "arn:aws:s3:::acme/AWSLogs/*"],
}
LANGUAGES = ("terraform", "cloudformation")


@pytest.fixture(params=LANGUAGES)
def run(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Runs the command on a trail and its bucket with some statements."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def lint(
        *statements: object, region: str = "", account: str = ""
    ) -> tuple[dict[str, Any], str]:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        if request.param == "terraform":
            ids = f'allowed_account_ids = ["{account}"]' if account else ""
            name = f'region = "{region}"' if region else ""
            Path("main.tf").write_text(f"""
provider "aws" {{
  {name}
  {ids}
}}
resource "aws_s3_bucket" "logs" {{ bucket = "acme" }}
resource "aws_s3_bucket_policy" "logs" {{
  bucket = aws_s3_bucket.logs.id
  policy = <<EOT
{policy}
EOT
}}
resource "aws_cloudtrail" "audit" {{
  name           = "audit"
  s3_bucket_name = aws_s3_bucket.logs.id
  depends_on     = [aws_s3_bucket_policy.logs]
}}
""")
        else:
            Path("main.json").write_text(f"""
{{"Resources": {{
  "Logs": {{"Type": "AWS::S3::Bucket", "Properties": {{"BucketName": "acme"}}}},
  "Policy": {{"Type": "AWS::S3::BucketPolicy", "Properties": {{"Bucket": {{"Ref": "Logs"}}, "PolicyDocument": {policy}}}}},
  "Trail": {{"Type": "AWS::CloudTrail::Trail", "DependsOn": "Policy", "Properties": {{
    "IsLogging": true, "TrailName": "audit", "S3BucketName": {{"Ref": "Logs"}}}}}}}}}}
""")
            if region or account:
                Path(".cloudtrail-policylint.yaml").write_text(
                    f"deployed: {{'*': {{regions: ['{region}'], account: '{account}'}}}}\n"
                )
        main(["lint", "--show-setups", "--format", "json"])
        shown = json.loads(capsys.readouterr().out)["setups"][0]
        main(["lint"])
        return {one["action"]: one for one in shown["requests"]}, capsys.readouterr().out

    return lint


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"Null": {"aws:SourceArn": "true"}}, "only requests without aws:SourceArn meet Null"),
        ({"StringNotLike": {"aws:SourceArn": "*:trail/audit"}}, "StringNotLike excludes"),
        ({"arnnotequalsifexists": {"aws:SourceArn": "arn:*:cloudtrail:*:*:trail/audit"}}, "excludes"),
        ({"StringEquals": {"aws:SourceArn": OWN.replace("audit", "other")}}, "trail/other is not arn:"),
        ({"ForAllValues:ArnLikeIfExists": {"aws:SourceArn": OWN.replace("audit", "other")}}, "trail/other is not arn:"),
    ],
)  # fmt: skip
def test_a_condition_on_the_source_is_read_with_its_operator(run: Any, condition: object, says: str) -> None:  # fmt: skip
    requests, findings = run({**PUT, "Condition": condition})
    for one in requests.values():
        assert one["answer"] == "denied"
        assert says in one["because"]
        assert f"({one['because']})" in findings
    line = next(one for one in findings.splitlines() if "CT962" in one)
    assert "this condition on aws:SourceArn does not hold for" in line


@pytest.mark.parametrize(
    ("resource", "condition", "says"),
    [
        ("*", {"StringEquals": {"aws:SourceArn": OWN}}, "the region and account of"),
        ("*", {"ArnLike": {"aws:SourceArn": OWN.replace("eu-west-1", "*")}}, "the account of"),
        ("*", {"StringEquals": {"aws:SourceAccount": "111122223333"}}, "the account of"),
        ("arn:aws:s3:::acme/AWSLogs/111122223333/*", {}, "the account of"),
        ("arn:aws:s3:::acme/AWSLogs/*/eu-west-1/*", {}, "the account of"),
        ("*", {"Null": {"s3:x-amz-server-side-encryption": "false"}}, "s3:x-amz-server-side-encryption of the request"),
    ],
)  # fmt: skip
def test_an_answer_depends_on_what_is_not_known(run: Any, resource: str, condition: object, says: str) -> None:  # fmt: skip
    acl = {**PUT, "Action": "s3:GetBucketAcl"}
    own = {**PUT, "Action": "s3:PutObject", "Resource": resource, "Condition": condition}
    requests, _ = run(acl, own)
    put = requests["s3:PutObject"]
    assert put["answer"] == "cannot tell"
    assert put["because"].startswith(f"it depends on {says}")
    assert "not known from these files" in put["because"]
    assert ("the setting deployed can say it" in put["because"]) is says.startswith("the ")


def test_a_known_region_and_account_decide(run: Any) -> None:
    statement = {**PUT, "Condition": {"StringEquals": {"aws:SourceArn": OWN}}}
    for account, answer in (("111122223333", "allowed"), ("444455556666", "denied")):
        requests, _ = run(statement, region="eu-west-1", account=account)
        assert {one["answer"] for one in requests.values()} == {answer}


def test_a_deny_is_no_allow(run: Any) -> None:
    deny = {**PUT, "Effect": "Deny", "Action": "s3:PutObject"}
    requests, _ = run({**PUT, "Action": "s3:GetBucketAcl"}, deny)
    assert requests["s3:PutObject"]["because"].endswith(" denies it")
    other = {**PUT, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme/audit/*"}
    some = {**deny, "Resource": "arn:aws:s3:::acme/AWSLogs/1*"}
    requests, _ = run({**PUT, "Action": "s3:GetBucketAcl"}, other, some)
    assert requests["s3:PutObject"]["answer"] == "denied"
    assert requests["s3:PutObject"]["because"].startswith("no Allow in the policy of ")
