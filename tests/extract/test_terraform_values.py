"""What expressions are worth: developer.hashicorp.com/terraform/language/expressions and .../functions."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from cloudtrail_policylint.extract.terraform import extract_module
from cloudtrail_policylint.iam.names import SERVICE_ACCOUNTS
from cloudtrail_policylint.rulebook.model import RuleBook
from cloudtrail_policylint.tree.nodes import (
    ACCOUNT,
    ANY,
    FIELD,
    NAME,
    Choice,
    Encoded,
    Hole,
    Map,
    Node,
    Piece,
    Seq,
    Text,
)
from cloudtrail_policylint.tree.python_values import plain
from cloudtrail_policylint.tree.source import SourceFile

DECLARED = """
    locals {
      list = ["a", "b"]
      map  = { x = "one", y = "two" }
      deep = { roles = [{ name = "n", tags = { k = "v" } }] }
      loop = local.loop
    }
    variable "default" { default = "D" }
    variable "none" {}
    variable "number" { type = number }
    variable "off" { default = false }
    variable "empty" { default = "" }
    variable "nothing" { default = null }
    variable "no_list" { default = [] }
    resource "aws_s3_bucket" "b" { bucket = "logs" }
    resource "aws_s3_bucket" "generated" {}
    variable "logs" {}
    resource "aws_s3_bucket_policy" "logs" { bucket = var.logs }
    resource "aws_iam_role" "r" {
      name = "auditor"
      path = "/team/"
    }
    resource "aws_iam_role" "many" {
      for_each = toset(["p", "q"])
      name     = each.key
    }
    resource "aws_cloudtrail" "t" { name = "audit" }
    resource "awscc_cloudtrail_event_data_store" "e" {}
    data "aws_iam_role" "found" { name = "found" }
    data "aws_caller_identity" "me" {}
    data "aws_region" "here" {}
    data "aws_partition" "this" {}
"""


def node_of(expression: str) -> Node:
    """The value of *expression*, as the Resource of a policy."""
    text = (
        f'resource "aws_iam_policy" "subject" {{\n  policy = jsonencode({{\n'
        f'    Statement = {{ Effect = "Allow", Resource = {expression} }}\n  }})\n}}\n'
    )
    sources = [SourceFile("m/a.tf", dedent(DECLARED)), SourceFile("m/b.tf", text)]
    (found,) = extract_module(sources).documents
    assert isinstance(found.node, Map)
    statement = found.node.get("Statement")
    assert isinstance(statement, Map)
    value = statement.get("Resource")
    assert value is not None
    return value


def value_of(expression: str) -> Any:
    return plain(node_of(expression))


def shapes_of(expression: str) -> list[str]:
    """The known text and the shapes of the holes."""
    node = node_of(expression)
    parts = node.parts if isinstance(node, Text) else (node,)
    return [
        p.text if isinstance(p, Piece) else p.shape for p in parts if isinstance(p, Piece | Hole)
    ]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("local.list", ["a", "b"]),
        ("local.list[1]", "b"),
        ("local.list.0", "a"),
        ("local.map.x", "one"),
        ('local.map["y"]', "two"),
        ("local.deep.roles[0].tags.k", "v"),
        ("local.deep.roles[*].name", ["n"]),
        ("local.deep.roles.*.name", ["n"]),
        ("var.default", "D"),
        ("[for s in local.list : upper(s)]", ["A", "B"]),
        ('[for i, s in local.list : "${i}${s}" if s != "a"]', ["1b"]),
        ('{ for k, v in local.map : v => k if k == "x" }', {"one": "x"}),
        ('{ for s in ["aa", "ab", "b"] : substr(s, 0, 1) => s... }', {"a": ["aa", "ab"], "b": ["b"]}),
        ("true ? \"a\" : \"b\"", "a"),
        ('1 + 2 * 3 == 7 && !false ? "yes" : "no"', "yes"),
        ('"%{ if true }a%{ else }b%{ endif }"', "a"),
        ('"%{ for s in local.list }<${s}>%{ endfor }"', "<a><b>"),
        ('"${aws_s3_bucket.b.bucket}/*"', "logs/*"),
        ("aws_s3_bucket.b.id", "logs"),
        ("aws_iam_role.r.name", "auditor"),
        ("[for r in [aws_iam_role.many[\"q\"]] : \"x\"]", ["x"]),
        ('aws_iam_role.many["q"].name', "q"),
        ("aws_iam_role.many[*].name", ["p", "q"]),
        ('"${path.module}/x"', "./x"),
    ],
)  # fmt: skip
def test_known_values(expression: str, value: object) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('concat(["a"], local.list)', ["a", "a", "b"]),
        ('distinct(["a", "b", "a"])', ["a", "b"]),
        ('toset(["a", "a"])', ["a"]),
        ('flatten([["a"], [["b"]], "c"])', ["a", "b", "c"]),
        ('compact(["a", "", null])', ["a"]),
        ('merge({ a = 1 }, { a = 2, b = 3 })', {"a": 2, "b": 3}),
        ("keys(local.map)", ["x", "y"]),
        ("values(local.map)", ["one", "two"]),
        ('lookup(local.map, "x", "d")', "one"),
        ('lookup(local.map, "z", "d")', "d"),
        ("element(local.list, 3)", "b"),
        ('contains(local.list, "a") ? "in" : "out"', "in"),
        ('length(local.list) == 2 ? "two" : "other"', "two"),
        ('join("-", local.list)', "a-b"),
        ('split(":", "a:b:c")[1]', "b"),
        ('format("%s/%d%%", "a", 5)', "a/5%"),
        ('formatlist("arn:%s", local.list)', ["arn:a", "arn:b"]),
        ('replace("a-b-c", "-", ".")', "a.b.c"),
        ('lower("ABC")', "abc"),
        ('title("stop logging")', "Stop Logging"),
        ('trimspace("  a ")', "a"),
        ('trimprefix("trail/x", "trail/")', "x"),
        ('trimsuffix("x/*", "/*")', "x"),
        ('substr("abcdef", 1, 3)', "bcd"),
        ('coalesce(null, "", "c")', "c"),
        ('try(local.map.none, "t")', "t"),
        ('can(local.map.none) ? "yes" : "no"', "no"),
        ('one(["a"])', "a"),
        ("reverse(local.list)", ["b", "a"]),
        ('sort(["b", "a"])', ["a", "b"]),
        ("range(3)", [0, 1, 2]),
        ('slice(["a", "b", "c"], 1, 2)', ["b"]),
        ('setproduct(["a"], ["b", "c"])', [["a", "b"], ["a", "c"]]),
        ('setunion(["a"], ["b", "a"])', ["a", "b"]),
        ('setsubtract(["a", "b"], ["a"])', ["b"]),
        ('setintersection(["a", "b"], ["a"])', ["a"]),
        ("zipmap(local.list, [1, 2])", {"a": 1, "b": 2}),
        ('jsondecode("{\\"a\\": [1]}").a[0]', 1),
        ("jsondecode(jsonencode(local.list))", ["a", "b"]),
        ('yamldecode("a: [1, x]\\nb: {c: yes}").a', [1, "x"]),
        ("yamldecode(jsonencode(local.list))", ["a", "b"]),
        ('yamldecode("- &x a\\n- *x")', ["a", "a"]),
        ('tolist(toset(["x"]))[0]', "x"),
        ("tostring(5)", "5"),
        ('startswith("abc", "a") ? 1 : 2', 1),
        ('anytrue([false, true]) ? 1 : 2', 1),
        ('alltrue([false, true]) ? 1 : 2', 2),
        ("max(1, 3, 2)", 3),
        ('concat(["a"], [["b"]]...)', ["a", "b"]),
    ],
)  # fmt: skip
def test_functions(expression: str, value: object) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "var.none",
        "local.undefined",
        "local.loop",
        "module.m.arn",
        "unknown_function(1)",
        "upper()",
        "local.list[7]",
        "local.list[-1]",
        "local.list[-7]",
        "local.map.none",
        "[for s in 5 : s][0]",
        'file("missing.json")',
        "range(1, 5, 0)",
        f"range({'9' * 30})",
        "range(2000)",
        "0x1f % 1",
        f"{'9' * 300} * {'9' * 300} % 7",
        "1 / 0",
        "-\"a\"",
        "each.value",
        '[for s in "text" : s][0]',
        "{ for s in 5 : s => s }",
        "local.list.name",
        'local.list["x"]',
        "local.map[0]",
        'lower("A", "B")',
        'length("a", "b")',
        'format("%s")',
        'replace("a", "b")',
        'lookup({ a = 1 }, "a", 2, 3)',
        'templatefile("x")',
        'yamldecode()',
        'keys("a")',
        'zipmap(["a"], ["b", "c"])',
        'upper(["a"])',
        'tostring(["a"])',
        'tobool("x")',
        'one(["a", "b"])',
        "element([], 0)",
        'slice(["a"], 5, 1)',
    ],
)  # fmt: skip
def test_what_is_not_known_is_a_hole(expression: str) -> None:
    assert isinstance(node_of(expression), Hole)


def test_holes_keep_what_surrounds_them() -> None:
    assert shapes_of('"a/${var.none}/b"') == ["a/", ANY, "/b"]
    assert shapes_of('format("a/%s/b", var.none)') == ["a/", ANY, "/b"]
    assert shapes_of('join("/", ["a", var.none])') == ["a", "/", ANY]
    assert value_of('concat(["a"], var.none, ["b"])') == ["a", "${var.none...}", "b"]


@pytest.mark.parametrize(
    ("expression", "shapes"),
    [
        ("data.aws_caller_identity.me.account_id", [ACCOUNT]),
        ("data.aws_region.here.name", [NAME]),
        ("data.aws_partition.this.partition", [NAME]),
        ("data.aws_caller_identity.not_declared.account_id", [ACCOUNT]),
        ("aws_s3_bucket.generated.id", [NAME]),
        ("terraform.workspace", [NAME]),
        ("var.number", [NAME]),
        ('md5("x")', [FIELD]),
        ("aws_s3_bucket.b.arn", ["arn:", NAME, ":s3:::", "logs"]),
        (
            "aws_iam_role.r.arn",
            ["arn:", NAME, ":iam::", ACCOUNT, ":role", "/team/", "auditor"],
        ),
        (
            "aws_cloudtrail.t.arn",
            ["arn:", NAME, ":cloudtrail:", NAME, ":", ACCOUNT, ":trail/", "audit"],
        ),
        (
            "data.aws_iam_role.found.arn",
            ["arn:", NAME, ":iam::", ACCOUNT, ":role", "/", ANY, "found"],
        ),
        (
            "awscc_cloudtrail_event_data_store.e.event_data_store_arn",
            ["arn:", NAME, ":cloudtrail:", NAME, ":", ACCOUNT, ":eventdatastore/", NAME],
        ),
        ("data.aws_iam_policy.p.arn", [ANY]),
        ("aws_s3_bucket.b[*].grant[0].id", [ANY]),
    ],
)
def test_typed_holes_and_arns(expression: str, shapes: list[str]) -> None:
    assert shapes_of(expression) == shapes


def test_a_variable_that_names_a_bucket_is_a_name() -> None:
    assert shapes_of('"${var.logs}/x"') == [NAME, "/x"]
    assert shapes_of('"${var.none}/x"') == [ANY, "/x"]


def test_the_partition_is_one_of_a_few() -> None:
    node = node_of("data.aws_partition.this.partition")
    assert isinstance(node, Hole)
    assert node.values is not None
    assert "aws-us-gov" in node.values


# -- defaults and alternatives


def test_both_arms_of_an_unknown_condition() -> None:
    node = node_of('var.none == "x" ? "a" : "b"')
    assert isinstance(node, Choice)
    assert [plain(branch) for branch in node.branches] == ["a", "b"]


def test_a_condition_on_a_default_may_turn_out_otherwise() -> None:
    node = node_of('var.off ? "a" : "b"')
    assert isinstance(node, Choice)
    assert [plain(branch) for branch in node.branches] == ["b", "a"]


def test_null_leaves_an_alternative_out() -> None:
    node = node_of('var.none ? "a" : null')
    assert isinstance(node, Choice)
    assert None in node.branches


def test_an_error_in_for_each_is_not_one_of_a_reference() -> None:
    text = """
        resource "aws_iam_policy" "subject" {
          policy = jsonencode({ Statement = [{
            Action   = try(aws_sqs_queue.mistaken["p"].name, "other")
            Resource = try(aws_sqs_queue.mistaken["p"].name, "other")
          }] })
        }
        locals { map = {} }
        resource "aws_sqs_queue" "mistaken" {
          for_each = local.map.missing
          name     = "q"
        }
    """
    (found,) = extract_module([SourceFile("m/a.tf", text)]).documents
    assert plain(found.node) == {"Statement": [{"Action": "q", "Resource": "q"}]}


@pytest.mark.parametrize("name", ["empty", "nothing", "no_list"])
def test_an_empty_default_stands_for_a_value_to_be_given(name: str) -> None:
    assert isinstance(node_of(f"var.{name}"), Hole)
    assert shapes_of(f'"arn:${{var.{name}}}"') == ["arn:", ANY]


def test_alternatives_inside_text_are_its_values() -> None:
    node = node_of('"x/${var.none ? "a" : "b"}"')
    assert isinstance(node, Text)
    hole = node.parts[1]
    assert isinstance(hole, Hole)
    assert hole.values == ("a", "b")


def test_members_that_may_be_absent() -> None:
    node = node_of('compact([var.none ? "a" : "", "b"])')
    assert isinstance(node, Seq)
    assert isinstance(node.items[0], Choice)
    assert plain(node.items[1]) == "b"


def test_a_member_of_whatever_index_is_one_of_them() -> None:
    node = node_of("element(local.list, var.none)")
    assert isinstance(node, Choice)
    assert [plain(branch) for branch in node.branches] == ["a", "b"]
    assert plain(node_of('element([var.none ? "a" : null], var.none)')) == "a"


def test_json_keeps_its_content() -> None:
    node = node_of("jsonencode(local.list)")
    assert isinstance(node, Encoded)
    assert plain(node) == ["a", "b"]


def test_the_accounts_of_cloudtrail_are_those_that_rules_know(book: RuleBook) -> None:
    principals = [f"arn:*:iam::{account}:root" for account in SERVICE_ACCOUNTS]
    assert {*SERVICE_ACCOUNTS, *principals} == set(book.sets["legacy-cloudtrail-accounts"])


def test_yaml_keeps_what_is_not_known() -> None:
    assert shapes_of('yamldecode("a: x/${var.none}/${var.number}y").a') == [
        "x/",
        ANY,
        "/",
        NAME,
        "y",
    ]
    assert shapes_of('yamldecode("a: \\"${var.none}: z\\"").a') == [ANY, ": z"]
    assert isinstance(node_of('yamldecode("a: ${var.none}").a'), Hole)
    assert value_of('yamldecode("a: ${jsonencode(local.list)}").a') == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "---\\na: 1\\n---\\nb: 1",
        "",
        # It may be several lines and other keys.
        "a:\\n  b: 1\\n  ${var.none}",
        "${var.none}",
    ],
)
def test_yaml_that_is_not_one_known_document_is_unknown(text: str) -> None:
    assert isinstance(node_of(f'yamldecode("{text}")'), Hole)
    assert isinstance(node_of("yamldecode(var.none)"), Hole)


def test_pieces_stand_where_they_are_written() -> None:
    for expression in ('lower("ABC")', 'trimprefix("xABC", "x")', 'replace("A-C", "-", "B")'):
        node = node_of(expression)
        assert isinstance(node, Text)
        for part in node.parts:
            assert isinstance(part, Piece)
            text = part.span.text
            assert text.lower() == part.text.lower()


@pytest.mark.parametrize(
    ("pin", "wildcard"),
    [
        ('terraform { required_providers { aws = "~> 2.70" } }', True),
        ('terraform {\n required_providers {\n aws = { version = ">= 2.7, < 3.0.0" }\n }\n}', True),
        ('provider "aws" {\n version = "2.60"\n}', True),
        ('locals { v = "<= 2.99" }\nprovider "aws" {\n version = local.v\n}', True),
        ('terraform { required_providers { aws = ">= 2.70" } }', False),
        ('terraform { required_providers { aws = "~> 2" } }', False),
        ('terraform { required_providers { aws = { version = "~> 5.0, != 2.1" } } }', False),
        ('terraform { required_providers { aws = "< 3.1" } }', False),
        ('terraform { required_providers { google = "~> 2.70" } }', False),
        ('variable "v" {}\nprovider "aws" {\n version = var.v\n}', False),
    ],
)
def test_arn_of_log_group_by_provider(pin: str, wildcard: bool) -> None:  # noqa: FBT001 - a case
    """Up to version 2 of the AWS provider, the ARN of a log group ends in ``:*``."""
    text = """
        resource "aws_cloudwatch_log_group" "g" { name = "audit" }
        resource "aws_iam_policy" "p" {
          policy = jsonencode({
            Statement = { Effect = "Allow", Resource = aws_cloudwatch_log_group.g.arn }
          })
        }
    """
    sources = [SourceFile("m/a.tf", dedent(text)), SourceFile("m/versions.tf", pin)]
    (found,) = extract_module(sources).documents
    assert isinstance(found.node, Map)
    statement = found.node.get("Statement")
    assert isinstance(statement, Map)
    arn = statement.get("Resource")
    assert isinstance(arn, Text)
    assert arn.written.endswith(":audit:*" if wildcard else ":audit")
