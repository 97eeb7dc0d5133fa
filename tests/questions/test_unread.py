"""Files that cannot be read: what they may hold keeps answers open, and they are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.questions.expectations import broken
from cloudtrail_policylint.questions.reading import read_view
from cloudtrail_policylint.settings.expectations import expectations_of
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.table import Table
from cloudtrail_policylint.tree.source import SourceFile, Span

if TYPE_CHECKING:
    from pathlib import Path

STOP = "cloudtrail:StopLogging"
DENY = f'[{{ Effect = "Deny", Action = "{STOP}", Resource = "*" }}]'
TERRAFORM = f"""
resource "aws_cloudtrail" "t" {{
  name           = "audit"
  s3_bucket_name = "logs"
}}
resource "aws_iam_user" "u" {{ name = "u" }}
resource "aws_iam_user" "d" {{ name = "d" }}
resource "aws_iam_user_policy" "d" {{
  user   = aws_iam_user.d.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = {DENY} }})
}}
"""
POLICY = (
    'Version: "2012-10-17"\nStatement: [{Effect: Allow, Action: "cloudtrail:*", Resource: "*"}]'
)
NESTING = """
Resources:
  Below: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
"""
CHILD = f"Resources:\n  X:\n    Type: AWS::IAM::User\n    Properties: [\n  # {POLICY!r}\n"
UNREAD: dict[str, dict[str, bytes]] = {
    "pol.tf": {"pol.tf": f'locals {{ p = "{POLICY}" }}'.encode("utf-16")},
    "syntax.tf": {"syntax.tf": b'resource "aws_iam_user_policy" "u" {\n  policy = jsonencode({\n'},
    "other/p.json": {"other/p.json": b'{"Version": "2012-10-17", "Statement": [{"Action": '},
    "other/t.yaml": {"other/t.yaml": b"Resources: {A: [\n" + POLICY.encode()},
    "child.yaml": {"parent.yaml": NESTING.encode(), "child.yaml": CHILD.encode()},
}


def written(folder: Path, more: dict[str, bytes]) -> Path:
    (folder / ".git").mkdir(parents=True)
    for name, data in {"main.tf": TERRAFORM.encode(), **more}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def expected(folder: Path, expectation: dict[str, Any]) -> list[tuple[bool, bool, str]]:
    table = Table("x.yaml", {}, lambda _path: Span(SourceFile("x.yaml", "expect"), 0, 6))
    found = broken(
        read_view([str(folder)], NearestSettings(None)), expectations_of(table, [expectation])
    )
    return [(one.certain, one.always, one.message) for one in found]


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_may_allow_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.chdir(written(tmp_path / "x", UNREAD[name]))
    for command, says in (
        (["can", "user/u", STOP, "aws_cloudtrail.t"], "cannot tell whether user/u"),
        (["who-can", STOP, "aws_cloudtrail.t"], "cannot tell whether anybody"),
    ):
        assert main(command) == 4
        answer = capsys.readouterr().out
        assert says in answer
        said = [line for line in answer.splitlines() if "not read completely" in line]
        assert said == [f"  {name}: not read completely"]
    # A statement that denies it decides, whatever else there is.
    assert main(["can", "user/d", STOP, "aws_cloudtrail.t"]) == 1
    capsys.readouterr()
    main(["lint", "--show-setups", "--format", "mermaid"])
    drawn = capsys.readouterr().out
    assert "cannot tell whether anybody may stop aws_cloudtrail.t" in drawn
    assert f"{name}: not read completely" in drawn


@pytest.mark.parametrize(
    "expectation",
    [{"nobody-can": STOP}, {"cannot": {"who": "user/u", "do": STOP}}],
    ids=["nobody-can", "cannot"],
)
def test_an_expectation_is_not_met_by_what_is_not_read(
    tmp_path: Path, expectation: dict[str, Any]
) -> None:
    folder = written(tmp_path / "x", UNREAD["pol.tf"])
    found = [one for one in expected(folder, expectation) if one[1]]
    ((certain, _, message),) = found
    assert not certain
    assert f"{folder}/pol.tf: not read completely" in message.replace("\\", "/")
    assert not expected(written(tmp_path / "y", {}), expectation)
