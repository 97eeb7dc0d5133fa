"""Questions about a resource by its name in the files: about that one, and no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.questions.expectations import broken
from cloudtrail_policylint.settings.expectations import expectations_of
from cloudtrail_policylint.settings.table import Table
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.questions import answer, view_of

if TYPE_CHECKING:
    from pathlib import Path

STOP = "cloudtrail:StopLogging"
HERE = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/dev"
TERRAFORM = """
variable "n" {}
resource "aws_cloudtrail" "known" {
  PROVIDER
  name           = "dev"
  s3_bucket_name = "logs"
}
resource "aws_cloudtrail" "open" {
  PROVIDER
  name           = var.n
  s3_bucket_name = "logs"
}
resource "aws_iam_user" "u" { name = "u" }
resource "aws_iam_user_policy" "u" {
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = STATEMENTS })
}
PROVIDERS
"""
KNOWN = {"tf": "aws_cloudtrail.known.arn", "yaml": "!GetAtt Known.Arn"}
OPEN = {"tf": "aws_cloudtrail.open.arn", "yaml": "!GetAtt Open.Arn"}
ONE = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["111122223333"]\n}'
TWO = f"""{ONE.replace("eu-west-1", "us-east-1")}
provider "aws" {{
  alias  = "eu"
  region = "eu-west-1"
}}"""
DEPLOYED = 'deployed:\n  "*": {regions: [eu-west-1], account: "111122223333"}\n'
TEMPLATE = """
Resources:
  Known: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: dev, S3BucketName: logs, IsLogging: true}}
  Open: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: logs, IsLogging: true}}
  U:
    Type: AWS::IAM::User
    Properties:
      UserName: u
      Policies: [{PolicyName: p, PolicyDocument: {Version: '2012-10-17', Statement: STATEMENTS}}]
"""


def words(
    folder: Path, form: str, resources: str | dict[str, str], *, where: str = "", deny: bool = False
) -> tuple[str, str]:
    """What the user may do to the known and the unknown trail, allowed (or denied) on *resources*."""
    value = resources[form] if isinstance(resources, dict) else json.dumps(resources)
    effects = [("Allow", '"*"'), ("Deny", value)] if deny else [("Allow", value)]
    sign = "=" if form == "tf" else ":"
    statements = ", ".join(
        f'{{Effect{sign} "{effect}", Action{sign} "{STOP}", Resource{sign} {on}}}'
        for effect, on in effects
    )
    text = (TERRAFORM if form == "tf" else TEMPLATE).replace("STATEMENTS", f"[{statements}]")
    text = text.replace("PROVIDERS", {"one": ONE, "two": TWO}.get(where, ""))
    files = {f"x.{form}": text.replace("PROVIDER", "provider = aws.eu" if where == "two" else "")}
    if where == "deployed":
        files[".cloudtrail-policylint.yaml"] = DEPLOYED
    view = view_of(folder, files)
    names = ("aws_cloudtrail.known", "aws_cloudtrail.open") if form == "tf" else ("Known", "Open")
    known, unknown = [answer(view, "user/u", STOP, name).word for name in names]
    return known, unknown


YES, NO, DENIED, OPEN_ = "allowed", "not-allowed", "denied", "unknown"


@pytest.mark.parametrize("form", ["tf", "yaml"])
@pytest.mark.parametrize(
    ("resources", "known", "unknown"),
    [
        ("*", YES, YES),
        ("arn:aws:cloudtrail:*:*:trail/*", YES, YES),
        ("arn:aws:cloudtrail:*:*:trail/dev", YES, OPEN_),
        ("arn:aws:cloudtrail:*:*:trail/other", NO, OPEN_),
        (KNOWN, YES, OPEN_),
        (OPEN, OPEN_, YES),
        (HERE, OPEN_, OPEN_),
    ],
)
def test_a_policy_on_another_trail_says_nothing_for_certain(
    tmp_path: Path, form: str, resources: str | dict[str, str], known: str, unknown: str
) -> None:
    assert words(tmp_path / "a", form, resources) == (known, unknown)
    opposite = {YES: DENIED, NO: YES, OPEN_: OPEN_}
    denied = words(tmp_path / "d", form, resources, deny=True)
    assert denied == (opposite[known], opposite[unknown])


@pytest.mark.parametrize(
    ("form", "where"), [("tf", "one"), ("tf", "deployed"), ("yaml", "deployed"), ("tf", "two")]
)
def test_the_region_and_account_of_a_trail_are_its_own(
    tmp_path: Path, form: str, where: str
) -> None:
    elsewhere = HERE.replace("eu-west-1", "us-west-2")
    assert words(tmp_path / "1", form, elsewhere, where=where) == (NO, NO)
    assert words(tmp_path / "2", form, elsewhere, where=where, deny=True) == (YES, YES)
    assert words(tmp_path / "3", form, KNOWN, where=where) == (YES, OPEN_)
    assert words(tmp_path / "4", form, OPEN, where=where) == (OPEN_, YES)
    region = "arn:aws:cloudtrail:eu-west-1:*:trail/dev"
    assert words(tmp_path / "5", form, region, where=where) == (YES, OPEN_)
    assert words(tmp_path / "6", form, region, where=where, deny=True) == (DENIED, OPEN_)
    if where != "two":
        other = HERE.replace("111122223333", "999988887777")
        assert words(tmp_path / "7", form, other, where=where) == (NO, NO)
        assert words(tmp_path / "8", form, HERE, where=where) == (YES, OPEN_)


def test_a_name_that_is_spelled_alike_elsewhere_is_another(tmp_path: Path) -> None:
    """The variable of one module is not that of another."""
    with_trail, with_user = TERRAFORM.replace("PROVIDERS", "").split('resource "aws_iam_user" "u"')
    arn = "arn:aws:cloudtrail:*:*:trail/${var.n}"
    statements = f'[{{Effect = "Allow", Action = "{STOP}", Resource = "{arn}"}}]'
    user = f'variable "n" {{}}\nresource "aws_iam_user" "u"{with_user.replace("STATEMENTS", statements)}'
    trail = with_trail.replace("PROVIDER", "")
    apart = view_of(tmp_path / "a", {"a/main.tf": trail, "b/main.tf": user})
    assert answer(apart, "user/u", STOP, "aws_cloudtrail.open").word == OPEN_
    together = {"main.tf": trail, "user.tf": user.partition("\n")[2]}
    assert (
        answer(view_of(tmp_path / "b", together), "user/u", STOP, "aws_cloudtrail.open").word == YES
    )


REPEATED = f"""
resource "aws_cloudtrail" "t" {{
  for_each       = toset(["a", "b"])
  name           = "trail-${{each.key}}"
  s3_bucket_name = "logs"
}}
resource "aws_cloudtrail" "n" {{
  count          = 2
  name           = "number-${{count.index}}"
  s3_bucket_name = "logs"
}}
resource "aws_iam_user" "u" {{ name = "u" }}
resource "aws_iam_user_policy" "u" {{
  user   = aws_iam_user.u.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "{STOP}", Resource = "*" }},
    {{ Effect = "Deny", Action = "{STOP}", Resource = [aws_cloudtrail.t["b"].arn, aws_cloudtrail.n[0].arn] }},
  ] }})
}}
"""
MODULES = {
    "main.tf": 'module "one" {\n  source = "./m"\n  n = "trail-a"\n}\nmodule "two" {\n  source = "./m"\n  n = "trail-b"\n}\n'
    + f"""
resource "aws_iam_user" "u" {{ name = "u" }}
resource "aws_iam_user_policy" "u" {{
  user   = aws_iam_user.u.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "{STOP}", Resource = module.one.arn }}] }})
}}
""",
    "m/main.tf": 'variable "n" {}\nresource "aws_cloudtrail" "t" {\n  name           = var.n\n  s3_bucket_name = "logs"\n}\n'
    'output "arn" { value = aws_cloudtrail.t.arn }\n',
}
STACKS = {
    "parent.yaml": f"""
Resources:
  One: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml, Parameters: {{N: trail-a}}}}}}
  Two: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml, Parameters: {{N: trail-b}}}}}}
  U:
    Type: AWS::IAM::User
    Properties:
      UserName: u
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{{Effect: Allow, Action: '{STOP}', Resource: !GetAtt One.Outputs.Arn}}]
""",
    "child.yaml": """
Parameters: {N: {Type: String}}
Resources:
  T: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: !Ref N, S3BucketName: logs, IsLogging: true}}
Outputs: {Arn: {Value: !GetAtt T.Arn}}
""",
}
INSTANCES = [
    ({"main.tf": REPEATED}, "aws_cloudtrail.t", ['aws_cloudtrail.t["a"]', 'aws_cloudtrail.t["b"]']),
    ({"main.tf": REPEATED}, "aws_cloudtrail.n", ["aws_cloudtrail.n[1]", "aws_cloudtrail.n[0]"]),
    (MODULES, "aws_cloudtrail.t", ["module.one.aws_cloudtrail.t", "module.two.aws_cloudtrail.t"]),
    (STACKS, "T", ["One/T", "Two/T"]),
]


@pytest.mark.parametrize(
    ("files", "name", "own"), INSTANCES, ids=["each", "count", "module", "stack"]
)
def test_each_instance_has_its_own_answer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    name: str,
    own: list[str],
) -> None:
    """The first of *own* may be stopped by the user, the second by nobody."""
    view = view_of(tmp_path, files)
    assert [answer(view, "user/u", STOP, one).verdict for one in own] == [2, 0]
    monkeypatch.chdir(tmp_path)
    assert main(["who-can", STOP, name, "--format", "json"]) == 0
    answers = json.loads(capsys.readouterr().out)["answers"]
    found = {one["question"]["resource"]: [who["answer"] for who in one["who"]] for one in answers}
    assert sorted(found.values()) == [[], ["yes"]]
    assert main(["can", "user/u", STOP, name]) == 1
    assert main(["lint", "--show-setups", "--format", "mermaid"]) == 0
    drawn = capsys.readouterr().out
    assert drawn.count(f"may {STOP}") == drawn.count("nobody in view may stop")
    assert "perhaps" not in drawn
    table = Table("x.yaml", {}, lambda _path: Span(SourceFile("x.yaml", "expect"), 0, 6))
    (failure,) = broken(view, expectations_of(table, [{"nobody-can": STOP, "on": name}]))
    assert failure.certain
