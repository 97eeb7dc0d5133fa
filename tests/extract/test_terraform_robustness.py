"""Whatever is written: no exception, bounded work, and a problem where a limit was met."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.extract.terraform import extract_module
from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.tree.source import SourceFile

SEED = """\
locals {
  actions = ["cloudtrail:StopLogging", "s3:${var.verb}Object"]
  merged  = merge({ a = local.actions }, var.more...)
}
variable "verb" { default = "Get" }
data "aws_iam_policy_document" "d" {
  source_policy_documents = [data.aws_iam_policy_document.e.json]
  dynamic "statement" {
    for_each = { for k, v in local.merged : k => v if length(v) > 0 }
    content {
      actions = flatten([statement.value, [for a in local.actions : upper(a)]])
      principals {
        type        = "AWS"
        identifiers = aws_iam_role.r[*].arn
      }
    }
  }
}
data "aws_iam_policy_document" "e" {
  count = var.verb == "Get" ? 1 : 0
  statement { sid = "%{ if true }x%{ endif }" }
}
resource "aws_iam_role" "r" {
  for_each           = toset(["a", "b"])
  name               = format("%s-%s", each.key, terraform.workspace)
  assume_role_policy = <<-EOF
    {"Statement": [{"Action": "sts:AssumeRole", "Principal": ${jsonencode(local.actions)}}]}
  EOF
  inline_policy {
    policy = jsonencode({ Statement = [{ Action = try(local.merged.a[0], "x") }] })
  }
}
resource "aws_cloudtrail" "t" { cloud_watch_logs_role_arn = aws_iam_role.r["a"].arn }
"""
SNIPPETS = [
    '"',
    "${",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "<<EOF\n",
    "EOF\n",
    "%{",
    "*",
    ".",
    "=",
    "\0",
    "é",
    "\\u",
]


def survives(text: str) -> Extraction:
    extraction = extract_module(
        [SourceFile("m/main.tf", text)], lambda path: SourceFile(path, text)
    )
    for found in extraction.documents:
        normalise(found)
    for span in (
        *(p.span for p in extraction.problems),
        *(f.node.span for f in extraction.documents),
    ):
        assert 0 <= span.start <= span.end <= len(span.source.text)
    return extraction


def test_the_seed_is_understood() -> None:
    extraction = survives(SEED)
    assert extraction.problems == ()
    assert len(extraction.documents) == 3


@settings(max_examples=200)
@given(st.data())
def test_mutations_of_a_file(data: st.DataObject) -> None:
    text = SEED
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        text = (
            text[:start]
            + data.draw(st.sampled_from(["", *SNIPPETS, SEED[end : end + 30]]))
            + text[end:]
        )
    survives(text)


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from('ab."${}[]()=,:?!*<>%\n \\#/é'), max_size=80))
def test_any_expression(text: str) -> None:
    survives(f'resource "aws_iam_policy" "p" {{\n  policy = {text}\n}}\n')


def policy(expression: str) -> str:
    return f'resource "aws_iam_policy" "p" {{\n policy = {expression}\n}}\n'


def chain(step: str, count: int = 60) -> str:
    """``a1`` made of ``a0``, ``a2`` made of ``a1`` and so on, the last one being used."""
    lines = [f" a{i + 1} = {step.replace('A', f'local.a{i}')}" for i in range(count)]
    return (
        'locals {\n a0 = ["x", "y"]\n'
        + "\n".join(lines)
        + "\n}\n"
        + policy(f"jsonencode([local.a{count}])")
    )


@pytest.mark.parametrize(
    "text",
    [
        chain("concat(A, A)"),
        chain("[A, A]"),
        chain('"${A}${A}"'),
        chain("setproduct(A, A)"),
        chain("var.x ? [A] : { b = A }"),
        policy("jsonencode(" + "".join(f"[for x{i} in range(1000) : " for i in range(9)) + "1" + "]" * 9 + ")"),
        policy("jsonencode(" + "[" * 3000 + "]" * 3000 + ")"),
    ],
)  # fmt: skip
def test_expansion_and_nesting_are_bounded_and_told(text: str) -> None:
    assert "limit-exceeded" in [problem.name for problem in survives(text).problems]


@pytest.mark.parametrize(
    "text",
    [
        policy("(" * 3000 + "1" + ")" * 3000),
        policy("true ? 1 : " * 3000 + "1"),
        policy("a" + ".b" * 3000),
        policy("1" + " + 1" * 3000),
        policy('"' + "${" * 500 + "}" * 500 + '"'),
        policy('format("' + "%s" * 300 + '", ' + ", ".join(["var.x ? 1 : 2"] * 300) + ")"),
        "a {\n" * 3000 + "}\n" * 3000,
        policy("jsonencode(" + "[" * 90 + "local.a" + "]" * 90 + ")") + 'locals {\n a = "x"\n}\n',
        "".join(
            f'data "aws_iam_policy_document" "d{i}" {{\n'
            f" source_policy_documents = flatten([[data.aws_iam_policy_document.d{i + 1}.json]])\n}}\n"
            for i in range(200)
        ),
        'resource "aws_iam_policy" "p" {\n count = length(aws_iam_policy.p)\n policy = aws_iam_policy.p[0].policy\n}\n',
    ],
)  # fmt: skip
def test_deep_and_circular_input(text: str) -> None:
    survives(text)
