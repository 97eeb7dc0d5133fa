"""A suppression is unused only if everything that may give it a finding was checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudtrail_policylint.api import lint_text
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.lint.run import Run
from cloudtrail_policylint.settings.lookup import NearestSettings

ALLOW = "# policylint: allow CT203 -- read by the old console"
STATEMENT = f'{{\n      {ALLOW}\n      Effect = "Allow", Action = "cloudtrail:GetTrail", Resource = RES\n    }}'
POLICY = (
    'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Version = "2012-10-17"\n'
    f"    Statement = [{STATEMENT}]\n  }})\n}}\n"
)
PLAIN = POLICY.replace("RES", '"*"')
WITH_INPUT = 'variable "res" {\n  default = "*"\n}\n' + POLICY.replace("RES", "var.res")
YAML = (
    "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n"
    f"        Version: '2012-10-17'\n        Statement:\n          {ALLOW}\n"
    "          Effect: Allow\n          Action: cloudtrail:GetTrail\n          Resource: '*'\n"
)
PARAMETERS = "Parameters:\n  X:\n    Type: String\n"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(tmp_path, ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def unused(texts: dict[str, str], *paths: str) -> list[str]:
    """The files of *texts* with unused suppressions in a run over *paths*."""
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    findings = Run(NearestSettings()).lint_paths(paths).findings
    return [f.span.source.path for f in findings if f.rule.id == "CT004"]


def test_the_whole_project_shows_what_is_unused() -> None:
    texts = {"m/main.tf": WITH_INPUT, "n/main.tf": PLAIN, "t.yaml": PARAMETERS + YAML}
    assert unused(texts, ".") == ["m/main.tf", "n/main.tf", "t.yaml"]


def test_a_module_or_template_with_inputs_needs_the_whole_project() -> None:
    texts = {
        "m/main.tf": WITH_INPUT,
        "n/main.tf": PLAIN,
        "t.yaml": PARAMETERS + YAML,
        "u.yaml": YAML,
    }
    assert unused(texts, *texts) == ["n/main.tf", "u.yaml"]
    assert unused(texts, "m", "n") == ["n/main.tf"]


def test_a_caller_far_away_needs_the_suppression() -> None:
    trail = '"arn:aws:cloudtrail:us-east-1:123456789012:trail/main"'
    log = WITH_INPUT.replace("GetTrail", "LookupEvents")
    texts = {
        "modules/p/main.tf": log,
        "envs/prod/eu/app/main.tf": f'module "p" {{\n  source = "../../../../modules/p"\n  res = {trail}\n}}\n',
    }
    assert unused(texts, ".") == []
    assert unused(texts, "modules/p/main.tf") == []
    assert main(["lint", "--fix", "--quiet", "modules/p/main.tf"]) == 0
    assert Path("modules/p/main.tf").read_text(encoding="utf-8") == log


def test_too_many_calls_to_tell() -> None:
    calls = "".join(f'module "m{n}" {{\n  source = "./m"\n  res = "*"\n}}\n' for n in range(9))
    assert unused({"main.tf": calls, "m/main.tf": WITH_INPUT}, ".") == []


@pytest.mark.parametrize(
    "texts",
    [
        {"main.tf": PLAIN, "more.tf": "locals {\n"},
        {
            "main.tf": PLAIN
            + 'resource "aws_iam_policy" "q" {\n  policy = "{\\"Statement\\": [{"\n}\n'
        },
        {"main.tf": PLAIN, "terraform.tfvars": "x = {\n"},
        {"main.tf": PLAIN.replace('"*"', f"{'[' * 120}1{']' * 120}")},
        {"t.yaml": YAML + "  Q: [\n"},
        {"t.yaml": "a: 1\nb: {{ x }}\n{% if x %}\n" + YAML},
        {"t.yaml": YAML + "---\nx: " + "[" * 300 + "]" * 300 + "\n"},
        {"t.yaml": f"{YAML}---\nx: 1\ny: 2: 3\n"},
        {"p.yaml.tftpl": YAML},
        {"main.tf": 'resource "null_resource" "x" {}\n', "prod.tfvars": f"a = 1 {ALLOW}\n"},
    ],
)
def test_a_file_that_is_not_read_whole(texts: dict[str, str]) -> None:
    assert unused(texts, ".") == []
    main(["lint", "--fix", "--quiet", "."])
    for name, text in texts.items():
        assert Path(name).read_text(encoding="utf-8") == text


def test_a_module_beyond_the_limit_of_evaluation() -> None:
    double = "".join(f"  x{n + 1} = [local.x{n}, local.x{n}]\n" for n in range(40))
    text = f"locals {{\n  x0 = 1\n{double}}}\n" + PLAIN.replace('"*"', "local.x40")
    assert unused({"main.tf": text}, ".") == []
    assert unused({"main.tf": PLAIN}, ".") == ["main.tf"]


def test_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudtrail_policylint.extract.terraform import project

    def failing(_evaluator: object) -> object:
        raise LookupError("oops")

    monkeypatch.setattr(project, "find", failing)
    assert unused({"main.tf": PLAIN, "t.yaml": YAML}, ".") == []


def test_text_without_the_rest_of_its_module() -> None:
    assert lint_text(PLAIN, "main.tf") == []
    assert [finding.name for finding in lint_text(YAML, "t.yaml")] == ["unused-suppression"]


def test_a_comment_is_not_deleted_where_the_text_cannot_be_read() -> None:
    text = (
        '{"cloudtrail policy": ' + "[" * 250 + "]" * 250 + ',\n "Script": ["#!/bin/sh",\n'
        '  "# policylint: allow CT101 -- y",\n  "echo"]}\n'
    )
    assert unused({"t.json": text}, ".") == []
    main(["lint", "--fix", "--quiet", "."])
    assert Path("t.json").read_text(encoding="utf-8") == text
