"""Set-ups of one block: each has its own address, as Terraform and nested stacks have it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cloudtrail_policylint.cli import main

MODULE = """
variable "name" {}
resource "aws_s3_bucket" "logs" { bucket = "${var.name}-logs" }
resource "aws_cloudtrail" "this" {
  for_each       = toset(["a", "b"])
  name           = "${var.name}-${each.key}"
  s3_bucket_name = aws_s3_bucket.logs.id
}
"""
ROOT = """
module "one" {
  source = "./m"
  name   = "one"
}
module "two" {
  source = "./m"
  count  = 2
  name   = "two-${count.index}"
}
"""
OUTER = """
Resources:
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./inner.yaml}}
  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./inner.yaml}}
"""
INNER = """
Resources:
  Logs: {Type: AWS::S3::Bucket}
  Trail: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, S3BucketName: !Ref Logs}}
"""


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:GetBucketAcl",
            "Resource": "arn:aws:s3:::x-logs",
        }
    ],
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()


def shown(capsys: pytest.CaptureFixture[str], form: str, *paths: str) -> str:
    main(["lint", "--show-setups", "--format", form, *paths])
    return capsys.readouterr().out


def test_instances_and_modules_are_in_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m").mkdir()
    Path("m/main.tf").write_text(MODULE)
    Path("main.tf").write_text(ROOT)
    modules = ("module.one", "module.two[0]", "module.two[1]")
    expected = [(f'{at}.aws_cloudtrail.this["{key}"]', f"{at}.aws_s3_bucket.logs") for at in modules for key in "ab"]  # fmt: skip
    setups = json.loads(shown(capsys, "json"))["setups"]
    assert [(one["address"], one["partners"][0]["address"]) for one in setups] == expected
    assert {one["by"] for setup in setups for one in setup["requests"]} == {
        at for _, at in expected
    }
    for form in ("text", "mermaid", "dot"):
        text = re.sub(r"&?#(\d+);", lambda code: chr(int(code[1])), shown(capsys, form))
        for trail, bucket in expected:
            assert trail in text
            assert bucket in text


def test_nested_stacks_are_in_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outer.yaml").write_text(OUTER)
    Path("inner.yaml").write_text(INNER)
    setups = json.loads(shown(capsys, "json"))["setups"]
    found = [(one["address"], one["partners"][0]["address"]) for one in setups]
    assert found == [("One/Trail", "One/Logs"), ("Two/Trail", "Two/Logs")]


def test_only_what_is_asked_for_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "m"):
        Path(name).mkdir()
        Path(name, "p.json").write_text(json.dumps(POLICY))
        Path(name, "main.tf").write_text(f"""
resource "aws_cloudtrail" "{name}" {{
  name           = "audit-{name}"
  s3_bucket_name = "x-logs"
}}
resource "aws_s3_bucket_policy" "{name}" {{
  bucket = "x-logs"
  policy = file("${{path.module}}/p.json")
}}
""")
    assert addresses(capsys, "a") == ["aws_cloudtrail.a"]
    with Path("a/main.tf").open("a") as file:
        file.write('module "m" { source = "../m" }\n')
    assert addresses(capsys, "a") == ["aws_cloudtrail.a", "module.m.aws_cloudtrail.m"]
    assert addresses(capsys, "b") == ["aws_cloudtrail.b"]
    assert addresses(capsys, "m") == ["module.m.aws_cloudtrail.m"]


def addresses(capsys: pytest.CaptureFixture[str], asked: str) -> list[str]:
    """The addresses of the set-ups of the folder *asked*."""
    return sorted(one["address"] for one in json.loads(shown(capsys, "json", asked))["setups"])


def test_the_name_of_what_is_not_in_view_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_text(
        'resource "aws_cloudtrail" "t" {\n  name = "audit"\n  s3_bucket_name = "elsewhere"\n}\n'
    )
    assert "s3_bucket_name: not in view: elsewhere\n" in shown(capsys, "text")
    assert json.loads(shown(capsys, "json"))["setups"][0]["partners"][0]["value"] == "elsewhere"
    assert "not in view<br/>elsewhere" in shown(capsys, "mermaid")
