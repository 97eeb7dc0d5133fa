"""A fix changes only text that nothing but statements with the finding reads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.fix import fixer, readers
from cloudtrail_policylint.lint.run import Run
from cloudtrail_policylint.settings.lookup import NearestSettings
from support.fix_fuzzing import fix_here, harm_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudtrail_policylint.findings.result import Result
    from cloudtrail_policylint.fix.fixer import Fixed

INPUTS = 100
SAFE, UNSAFE = False, True


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def after(texts: dict[str, str], *, unsafe: bool) -> dict[str, str]:
    """The files of *texts* that fixing changes, by name."""
    write(texts)
    return {name: data.decode() for name, data in fix_here(unsafe=unsafe).contents.items()}


def module(*statements: str, name: str = "p") -> str:
    listed = ", ".join(statements)
    return (
        f'resource "aws_iam_policy" "{name}" {{\n'
        f'  policy = jsonencode({{ Version = "2012-10-17", Statement = [{listed}] }})\n}}\n'
    )


def statement(action: str, more: str = "") -> str:
    return f'{{ Effect = "Allow", Action = {action}, Resource = "*"{more} }}'


PUT = '"cloudtrail:PutAuditEvents"'
BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = local.x\n}\n'
USES_LOCAL = f"locals {{\n  x = {PUT}\n}}\n" + module(statement("local.x"))
USES_VARIABLE = f'variable "x" {{\n  default = {PUT}\n}}\n' + module(statement("var.x"))


# -- Terraform


@pytest.mark.parametrize(
    "text",
    [
        USES_LOCAL,
        USES_VARIABLE,
        f"locals {{\n  x = [{PUT}]\n}}\n" + module(statement("local.x")),
        f"locals {{\n  x = {{ a = {PUT} }}\n}}\n" + module(statement("local.x.a")),
        f"locals {{\n  x = {PUT}\n  y = [local.x]\n}}\n" + module(statement("local.y")),
        f"locals {{\n  x = {PUT}\n}}\n" + module(statement('concat([local.x], ["s3:GetObject"])')),
    ],
)
def test_a_text_that_only_one_statement_reads_is_fixed(text: str) -> None:
    assert after({"main.tf": text}, unsafe=UNSAFE) == {
        "main.tf": text.replace("cloudtrail:Put", "cloudtrail-data:Put")
    }
    assert "PutAuditEvents" in after({"main.tf": text}, unsafe=UNSAFE)["main.tf"]


@pytest.mark.parametrize("unsafe", [SAFE, UNSAFE])
@pytest.mark.parametrize(
    "more",
    [
        BUCKET,
        'output "x" {\n  value = local.x\n}\n',
        'resource "aws_cloudtrail" "t" {\n  name = "x-${local.x}"\n}\n',
        'resource "aws_iam_role" "r" {\n  count = local.x == "" ? 1 : 0\n}\n',
        'resource "aws_iam_role" "r" {\n  name = md5(local.x)\n}\n',
        'resource "aws_iam_role" "r" {\n  name = local["x"]\n}\n',
        'module "m" {\n  source = "x/y/aws"\n  z = local.x\n}\n',
        'provider "aws" {\n  region = local.x\n}\n',
        'variable "v" {\n  validation {\n    condition = var.v == local.x\n  }\n}\n',
        "locals {\n  y = [for z in [local.x] : z]\n}\n" + module(statement("local.y"), name="q"),
        'locals {\n  y = { x = local.x }\n}\noutput "y" {\n  value = local.y\n}\n',
        module('{ Effect = "Deny", Action = "s3:GetObject", Resource = local.x }', name="q"),
        module('{ Effect = "Deny", Action = "s3:GetObject", Resource = "a-${local.x}" }', name="q"),
        'data "aws_iam_policy_document" "d" {\n  statement {\n    sid = local.x\n'
        '    actions = ["s3:GetObject"]\n    resources = ["*"]\n  }\n}\n',
    ],
)
def test_a_local_that_something_else_reads_is_not_fixed(more: str, unsafe: bool) -> None:  # noqa: FBT001
    assert after({"main.tf": USES_LOCAL, "more.tf": more}, unsafe=unsafe) == {}


@pytest.mark.parametrize("unsafe", [SAFE, UNSAFE])
@pytest.mark.parametrize(
    "texts",
    [
        {"main.tf": USES_VARIABLE, "o.tf": 'output "x" {\n  value = var.x\n}\n'},
        {"main.tf": USES_VARIABLE.replace("var.x", "upper(var.x)")},
        {
            "main.tf": 'variable "x" {}\n' + module(statement("var.x")),
            "terraform.tfvars": f"x = {PUT}\n",
            "o.tf": 'output "x" {\n  value = var.x\n}\n',
        },
        {
            "main.tf": f'module "m" {{\n  source = "./m"\n  x = {PUT}\n}}\n',
            "m/main.tf": 'variable "x" {}\n' + module(statement("var.x")),
        },
        {  # a provider in JSON is not read
            "main.tf": USES_LOCAL,
            "p.tf.json": '{"provider": {"aws": {"region": "${local.x}"}}}',
        },
        {
            "main.tf": f'resource "aws_iam_policy" "p" {{\n  for_each = toset([{PUT}])\n'
            f'  policy = jsonencode({{ Version = "2012-10-17", Statement = ['
            f"{statement('each.value')}] }})\n}}\n"
        },
        {"main.tf": module(statement(f"[for a in [{PUT}] : a]"))},
        {
            "main.tf": f'data "aws_iam_policy_document" "d" {{\n  statement {{\n    actions = [{PUT}]\n'
            '    resources = ["*"]\n  }\n}\noutput "a" {\n'
            "  value = data.aws_iam_policy_document.d.statement[0].actions\n}\n"
        },
    ],
)
def test_a_text_that_is_also_used_otherwise_is_not_fixed(
    texts: dict[str, str],
    unsafe: bool,  # noqa: FBT001
) -> None:
    assert after(texts, unsafe=unsafe) == {}


def test_a_whole_policy_may_be_read_by_anything() -> None:
    text = (
        f'data "aws_iam_policy_document" "d" {{\n  statement {{\n    actions = [{PUT}]\n'
        '    resources = ["*"]\n  }\n}\noutput "a" {\n'
        "  value = data.aws_iam_policy_document.d.json\n}\n"
    )
    assert after({"main.tf": text}, unsafe=SAFE) == {
        "main.tf": text.replace("cloudtrail:", "cloudtrail-data:")
    }


def test_the_default_of_a_variable_is_only_changed_by_unsafe_fixes() -> None:
    assert after({"main.tf": USES_VARIABLE}, unsafe=SAFE) == {}


def test_a_statement_that_two_policies_share_is_fixed_once() -> None:
    text = f"locals {{\n  s = {statement(PUT)}\n}}\n"
    text += module("local.s") + module("local.s", name="q")
    assert after({"main.tf": text}, unsafe=SAFE) == {
        "main.tf": text.replace("cloudtrail:", "cloudtrail-data:")
    }


def test_a_statement_is_not_fixed_if_one_of_its_policies_does_not_have_the_finding() -> None:
    shared = (
        '{ Effect = "Allow", Action = "kms:GenerateDataKey*", Resource = "arn:aws:s3:::logs",'
        ' Principal = { Service = "cloudtrail.amazonaws.com" } }'
    )
    key = module("local.s").replace("aws_iam_policy", "aws_kms_key")
    text = f"locals {{\n  s = {shared}\n}}\n"
    assert after({"main.tf": text + key}, unsafe=UNSAFE)
    assert after({"main.tf": text + key + module("local.s", name="q")}, unsafe=UNSAFE) == {}


def test_a_module_that_is_called_twice_is_fixed_in_its_own_text() -> None:
    texts = {
        "main.tf": "".join(f'module "{n}" {{\n  source = "./m"\n  x = "{n}"\n}}\n' for n in "ab"),
        "m/main.tf": 'variable "x" {}\n' + module(statement(PUT, ", Sid = var.x")),
    }
    assert after(texts, unsafe=SAFE) == {
        "m/main.tf": texts["m/main.tf"].replace("cloudtrail:", "cloudtrail-data:")
    }


def test_a_policy_in_the_argument_of_a_module_is_fixed() -> None:
    texts = {
        "main.tf": 'module "m" {\n  source = "./m"\n  p = jsonencode({ Version = "2012-10-17", '
        f"Statement = [{statement(PUT)}] }})\n}}\n",
        "m/main.tf": 'variable "p" {}\nresource "aws_iam_policy" "p" {\n  policy = var.p\n}\n',
    }
    assert after(texts, unsafe=SAFE) == {
        "main.tf": texts["main.tf"].replace("cloudtrail:", "cloudtrail-data:")
    }


NEVER = '      StringEquals = { "aws:ResourceTag/env" = "prod" }\n'
CONDITION = f'{{\n{NEVER}      Bool = {{ "aws:SecureTransport" = "true" }}\n    }}'
LIST, DELETE = '"cloudtrail:ListTrails"', '"cloudtrail:DeleteTrail"'


@pytest.mark.parametrize("second", [LIST, DELETE])
@pytest.mark.parametrize(
    "text",
    [
        f"locals {{\n  c = {CONDITION}\n}}\n"
        + module(
            statement(LIST, ", Condition = local.c"), statement("SECOND", ", Condition = local.c")
        ),
        module(f"[for a in [{LIST}, SECOND] : {statement('a', f', Condition = {CONDITION}')}]"),
        'data "aws_iam_policy_document" "d" {\n  dynamic "statement" {\n'
        f"    for_each = [{LIST}, SECOND]\n    content {{\n      actions = [statement.value]\n"
        '      resources = ["*"]\n      condition {\n        test = "StringEquals"\n'
        '        variable = "aws:ResourceTag/env"\n        values = ["prod"]\n      }\n    }\n  }\n}\n',
        f'resource "aws_iam_policy" "p" {{\n  for_each = toset([{LIST}, SECOND])\n'
        '  policy = jsonencode({ Version = "2012-10-17", Statement = ['
        f"{statement('each.value', f', Condition = {CONDITION}')}] }})\n}}\n",
    ],
)
def test_a_condition_is_removed_only_if_all_its_statements_have_the_finding(
    text: str, second: str
) -> None:
    texts = {"main.tf": text.replace("SECOND", second).replace("[[for", "[for").replace("]]", "]")}
    changed = after(texts, unsafe=UNSAFE)
    if second == DELETE:
        assert changed == {}
    else:
        assert "ResourceTag" not in changed["main.tf"]


def test_text_in_the_json_syntax_of_terraform_is_fixed() -> None:
    statement = {"actions": ["cloudtrail:PutAuditEvents"], "resources": ["*"]}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cloudtrail:PutAuditEvents", "Resource": "*"}],
    }
    text = json.dumps(
        {
            "data": {"aws_iam_policy_document": {"d": {"statement": [statement]}}},
            "resource": {"aws_iam_policy": {"p": {"policy": json.dumps(policy)}}},
        }
    )
    assert after({"main.tf.json": text}, unsafe=SAFE) == {
        "main.tf.json": text.replace("cloudtrail:", "cloudtrail-data:")
    }


# -- CloudFormation and YAML

TEMPLATE = """\
Parameters:
  Service:
    Type: String
    Default: cloudtrail
Mappings:
  M:
    K:
      A: cloudtrail
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Action: ACTION
          Resource: "*"
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: NAME
"""


@pytest.mark.parametrize("unsafe", [SAFE, UNSAFE])
@pytest.mark.parametrize(
    ("action", "name"),
    [
        ('!Sub "${Service}:PutAuditEvents"', "!Ref Service"),
        ('!Sub "${Service}:PutAuditEvents"', "x"),
        ('!Join [":", [!Ref Service, PutAuditEvents]]', "x"),
        ('!Join [":", [!FindInMap [M, K, A], PutAuditEvents]]', "!FindInMap [M, K, A]"),
        ('!Sub "${B}:PutAuditEvents"', "cloudtrail"),
        ("&a cloudtrail:PutAuditEvents", "*a"),
    ],
)
def test_what_another_property_reads_is_not_fixed(action: str, name: str, unsafe: bool) -> None:  # noqa: FBT001
    text = TEMPLATE.replace("ACTION", action).replace("NAME", name)
    assert after({"t.yaml": text}, unsafe=unsafe) == {}


def test_the_text_of_a_function_in_the_policy_is_fixed() -> None:
    text = TEMPLATE.replace("ACTION", '!Join ["", ["cloudtrail:", "PutAuditEvents"]]')
    assert after({"t.yaml": text}, unsafe=SAFE) == {
        "t.yaml": text.replace('"cloudtrail:"', '"cloudtrail-data:"')
    }


@pytest.mark.parametrize("again", ["*s", "{<<: *s, Action: cloudtrail:DeleteTrail}"])
def test_a_condition_that_an_alias_repeats_is_not_removed(again: str) -> None:
    text = (
        "Version: '2012-10-17'\nStatement:\n- &s\n  Effect: Allow\n  Action: cloudtrail:ListTrails\n"
        "  Resource: '*'\n  Condition:\n    StringEquals:\n      aws:ResourceTag/env: prod\n"
    )
    assert after({"p.yaml": text}, unsafe=UNSAFE)
    assert after({"p.yaml": f"{text}- {again}\n"}, unsafe=UNSAFE) == {}


def test_a_plan_is_not_fixed() -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "cloudtrail:PutAuditEvents",
                "Resource": "*",
            },
        }
    )
    resource = {
        "address": "aws_iam_policy.p",
        "mode": "managed",
        "type": "aws_iam_policy",
        "name": "p",
        "values": {"policy": policy},
    }
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource]}},
    }
    assert after({"plan.json": json.dumps(plan)}, unsafe=UNSAFE) == {}
    assert [f.rule.id for f in fix_here(unsafe=UNSAFE).result.findings] == ["CT104"]


# -- files

WRONG = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "cloudtrail:PutAuditEvents", "Resource": "*"}}\n'


LOADS = 'resource "aws_iam_policy" "p" {\n  policy = file("${path.module}/p.json")\n}\n'
OTHER = 'resource "aws_s3_bucket" "b" {{\n  bucket = {}\n}}\n'


@pytest.mark.parametrize(
    "texts",
    [
        {"p.json": WRONG},
        {"p.json": WRONG, "main.tf": LOADS},
        {"p.json": WRONG, "main.tf": LOADS, "q.tf": LOADS.replace('"p"', '"q"')},
        {"p.json": WRONG, "main.tf": LOADS + OTHER.format('filemd5("q/p2.json")')},
        {"p.json": WRONG, "main.tf": LOADS + OTHER.format('file("${path.module}/q/${var.x}")')},
        {"p.json": WRONG, "main.tf": LOADS + OTHER.format('"file(s): ${fileexists("p.json")}"')},
        {"p.json": WRONG, "main.tf": LOADS + "# file(s), filemd5(x)\n"},
        {"p.json": WRONG, "m/main.tf": LOADS.replace("/p.json", "/../p.json")},
        {
            "p.json": WRONG,
            "main.tf": 'locals {\n  p = file("p.json")\n}\n'
            + LOADS.replace('file("${path.module}/p.json")', "local.p"),
        },
        {
            "p.json": WRONG,
            "main.tf": LOADS,
            "tests/x.tftest.hcl": 'run "x" {\n  command = plan\n}\n',
        },
    ],
)
def test_a_file_that_only_policies_read_is_fixed(texts: dict[str, str]) -> None:
    assert after(texts, unsafe=UNSAFE) == {
        "p.json": WRONG.replace("cloudtrail:Put", "cloudtrail-data:Put")
    }


READ = (
    'file("p.json")',
    'filemd5("p.json")',
    'filesha256("${path.module}/p.json")',
    'filebase64("./p.json")',
    'filebase64sha512("${path.root}/p.json")',
    'templatefile("p.json", {})',
    'strcontains(file("p.json"), "PutAuditEvents")',
    'md5(file("p.json"))',
    'jsondecode(file("p.json")).Version',
    '"x-${filemd5("p.json")}"',
    'filemd5("../${basename(path.cwd)}/p.json")',
    'filemd5("${path.module}/${var.name}.json")',
    "filemd5(var.name)",
    "filemd5(local.p)",
    '[for f in fileset(".", "*.json") : filemd5(f)][0]',
    'filemd5("link.json")',
    'filemd5("P.JSON")',
)
READ_BY = (
    "other.tf", "m/main.tf", "m/tests/deep/x.tftest.hcl", "x.tftest.hcl", "tests/x.tofutest.hcl", "x.tfquery.hcl", "terragrunt.hcl", "m/x.tofu",
)  # fmt: skip


@pytest.mark.parametrize("loaded", ["", LOADS])
@pytest.mark.parametrize(
    ("value", "name"),
    [
        (value, name)
        for i, value in enumerate(READ)
        for name in dict.fromkeys((*READ_BY[:2], READ_BY[i % 8]))
    ],
)
def test_a_file_that_something_else_reads_is_not_fixed(name: str, value: str, loaded: str) -> None:
    """As far down as the reader may be, and however it names the file."""
    up = "../" * name.count("/")
    for old in ('"p.json"', '"link.json"', '"P.JSON"'):
        value = value.replace(old, f'"{up}{old[1:]}')
    write({"p.json": WRONG, name: OTHER.format(value), **({"main.tf": loaded} if loaded else {})})
    if "link" in value:
        Path("link.json").symlink_to("p.json")
    fixed = fix_here(unsafe=UNSAFE)
    assert fixed.contents == {}
    reasons = {refusal.reason for refusal in fixed.refusals}
    assert reasons <= {"the fix would change other text too", "something else may read the file"}
    assert reasons


@pytest.mark.parametrize(
    "name", ["x.tftest.hcl", "tests/x.tftest.hcl", "x.tfquery.hcl", "x.tftest.json"]
)
def test_what_a_test_of_a_module_reads_is_not_fixed(name: str) -> None:
    text = 'run "x" {\n  assert {\n    condition = local.x != ""\n    error_message = "x"\n  }\n}\n'
    if name.endswith(".json"):
        text = '{"run": {"x": {"assert": {"condition": "${local.x != \\"\\"}"}}}}'
    assert after({"main.tf": USES_LOCAL, name: text}, unsafe=UNSAFE) == {}
    assert after({"main.tf": USES_LOCAL, name: text.replace("local.x", "local.y")}, unsafe=UNSAFE)
    texts = {"m/main.tf": USES_LOCAL, "main.tf": "", name: text}
    assert after(texts, unsafe=UNSAFE) == {}  # it may be a test of that module


@pytest.mark.parametrize("name", ["x.tf", "x.tftest.hcl"])
@pytest.mark.parametrize("target", ["{}/outside", "pipe"])
def test_what_may_read_but_cannot_be_read_prevents_fixes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, target: str
) -> None:
    (tmp_path / "outside").write_text("")
    (tmp_path / "top" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "top")
    Path("m").mkdir()
    text = {"p.json": WRONG, "m/main.tf": USES_LOCAL}
    assert set(after(text, unsafe=UNSAFE)) == {"p.json", "m/main.tf"}
    if target == "pipe":
        os.mkfifo("pipe")
    Path(name).symlink_to(target.format(tmp_path))
    changed = after(text, unsafe=UNSAFE)
    assert "p.json" not in changed
    assert ("m/main.tf" in changed) == name.endswith(".tf")


def test_a_template_that_something_else_reads_is_not_fixed() -> None:
    template = WRONG.replace('"*"', '"${x}"')
    loads = LOADS.replace('file("${path.module}/p.json")', 'templatefile("p.tftpl", { x = "*" })')
    assert after({"p.tftpl": template, "main.tf": loads}, unsafe=SAFE)
    for reader in ('filemd5("p.tftpl")', 'templatefile("p.tftpl", { x = "y" })'):
        for name in ("o.tf", "m/o.tf"):
            texts = {"p.tftpl": template, "main.tf": loads, "o.tf": "", "m/o.tf": ""}
            value = reader.replace('"p', '"../p') if "/" in name else reader
            assert after({**texts, name: OTHER.format(value)}, unsafe=UNSAFE) == {}


def test_where_there_are_too_many_folders_to_see_who_reads_a_file_it_is_not_fixed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        Path(f"d{number}").mkdir()
    assert after({"p.json": WRONG}, unsafe=SAFE)
    monkeypatch.setattr(readers, "MAX_FOLDERS", 3)
    assert after({"p.json": WRONG}, unsafe=SAFE) == {}
    Path("d2").rmdir()
    assert after({"p.json": WRONG}, unsafe=SAFE)


@pytest.mark.parametrize(
    "texts",
    [
        {"p.yaml": f"a: {WRONG}b: [\n"},
        {"main.tf": module(statement(PUT)), "broken.tf": "locals {\n"},
        {"p.json": WRONG[:-2]},
        {
            "main.tf": module(statement(PUT))
            + 'resource "aws_iam_policy" "q" {\n  policy = "{\\"Statement\\": [{"\n}\n'
        },
    ],
)
def test_nothing_is_edited_where_a_part_was_not_read(texts: dict[str, str]) -> None:
    write(texts)
    fixed = fix_here(unsafe=UNSAFE)
    assert not fixed.contents
    assert {refusal.reason for refusal in fixed.refusals} == {"a part of the file was not checked"}


def test_an_internal_error_prevents_all_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudtrail_policylint.extract import json_files

    extract = json_files.extract

    def failing(source: object) -> object:
        if getattr(source, "path", "") == "b.json":
            raise LookupError("oops")
        return extract(source)  # type: ignore[arg-type]

    write({"a.json": WRONG, "b.json": WRONG})
    monkeypatch.setattr(json_files, "extract", failing)
    fixed = fix_here(unsafe=UNSAFE)
    assert not fixed.contents
    assert [refusal.reason for refusal in fixed.refusals] == ["there was an internal error"]


def test_a_link_is_one_file_with_its_target() -> None:
    write({"real.json": WRONG})
    Path("link.json").symlink_to("real.json")
    fixed = fix_here(unsafe=SAFE)
    assert len(fixed.contents) == 1
    assert len(fixed.findings) == 2
    assert not fixed.result.findings


def test_a_file_that_another_module_reads_by_a_link_must_be_wrong_there_too() -> None:
    shared = "locals {\n  c = " + CONDITION + "\n}\n"
    shared += module(statement("local.a", ", Condition = local.c"))
    write({"a/p.tf": shared, "a/a.tf": f"locals {{\n  a = {LIST}\n}}\n"})
    Path("b").mkdir()
    Path("b/p.tf").symlink_to("../a/p.tf")
    write({"b/b.tf": f"locals {{\n  a = {LIST}\n}}\n"})
    assert fix_here(unsafe=UNSAFE).contents
    write({"b/b.tf": f"locals {{\n  a = {DELETE}\n}}\n"})
    assert not fix_here(unsafe=UNSAFE).contents


@pytest.mark.parametrize("action", ["cloudtrail:PutAuditEvents", "cloudtrail:LookupEvent"])
def test_equal_files_are_all_fixed_at_once(action: str) -> None:
    text = WRONG.replace("cloudtrail:PutAuditEvents", action)
    write({f"{number}.json": text for number in range(45)})
    fixed = fix_here(unsafe=UNSAFE)
    assert len(fixed.contents) == 45
    assert not any(finding.edit for finding in fixed.result.findings)


def test_files_that_cannot_be_fixed_do_not_hold_up_the_others() -> None:
    bad = WRONG.replace(
        '"Resource": "*"', '"Resource": "arn:aws:cloudtrail:us-east-1:111122223333:trail/a"'
    )
    bad = bad.replace("PutAuditEvents", "LookupEvent").replace("Allow", "Deny")
    write({f"{number}.json": bad if number % 2 else WRONG for number in range(12)})
    fixed = fix_here(unsafe=UNSAFE)
    assert len(fixed.contents) == 6
    assert len(fixed.refusals) == 6


def fix_denials(resources: Sequence[str], between: str) -> tuple[Fixed, int]:
    """The outcome of fixing a misspelt Deny for each of *resources*, and how often it was linted."""
    deny = (
        '{{"Sid": "S{}", "Effect": "Deny", "Action": "cloudtrail:LookupEvent", "Resource": "{}"}}'
    )
    text = between.join(deny.format(*numbered) for numbered in enumerate(resources))
    write({"p.json": f'{{"Version": "2012-10-17", "Statement": [\n{text}]}}'})
    linted = 0
    run = Run(NearestSettings())

    def lint(contents: Any) -> Result:
        nonlocal linted
        linted += 1
        return run.lint_paths(["."], contents=contents, strings=True)

    return fixer.fix(lint, unsafe=UNSAFE), linted


TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/a"


def test_many_fixes_that_are_refused_take_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixer, "MAX_FAILED", 10)
    fixed, linted = fix_denials([TRAIL] * 100, ",\n")
    assert fixed.contents == {}
    assert linted < 60
    reasons = {refusal.reason for refusal in fixed.refusals}
    assert reasons == {"the fix would introduce CT203", "too many other fixes were refused"}


@pytest.mark.parametrize("between", [",\n", ", "])
def test_fixes_among_others_that_are_refused_take_few_runs(between: str) -> None:
    """After a refusal the next round tries few changes: not all of them, half of them and so on."""
    resources = [TRAIL if number % 3 else "*" for number in range(60)]
    fixed, linted = fix_denials(resources, between)
    assert len(fixed.findings) == 20
    assert len(fixed.refusals) == 40
    assert linted < 3 * 60


STATEMENTS = """\
Version: "2012-10-17"
Statement:
- Effect: Allow
  Action:
  - cloudtrail:PutAuditEvents
  - cloudtrail:CreateEventDataStore
  Resource: arn:aws:cloudtrail:us-east-1:111122223333:trail/main
- Effect: Allow
  Action:
  - cloud-trail:GetTrail
  - cloudtrail:PutAuditEvents
  Resource: "*"
  Condition:
    ForAnyValue:StringEquals:
      aws:PrincipalOrgID: o-1
"""


def test_what_was_refused_is_tried_again_after_other_fixes() -> None:
    write({"p.yaml": STATEMENTS})
    fixed = fix_here(unsafe=UNSAFE)
    assert len(fixed.findings) == 3
    write({name: data.decode() for name, data in fixed.contents.items()})
    assert not fix_here(unsafe=UNSAFE).contents


# -- random files


def test_fixes_of_random_files_harm_nothing() -> None:
    done = list(harm_of(INPUTS, seed=20261126))
    assert [error for _, error, _ in done if error] == []
    assert sum(fixed > 0 for _, _, (fixed, _) in done) > INPUTS / 3
    assert sum(refused > 0 for _, _, (_, refused) in done) > INPUTS / 3
