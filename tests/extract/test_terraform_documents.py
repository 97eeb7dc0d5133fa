"""``data.aws_iam_policy_document``, as the provider's documentation describes it."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from cloudtrail_policylint.extract.terraform import extract_module
from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.iam.written import Extraction, Found
from cloudtrail_policylint.tree.nodes import Choice, Map, Seq
from cloudtrail_policylint.tree.python_values import place_of, plain
from cloudtrail_policylint.tree.source import SourceFile, Span


def extract(text: str) -> Extraction:
    return extract_module([SourceFile("m/main.tf", dedent(text))])


def one(text: str) -> Found:
    (found,) = extract(text).documents
    return found


def document(body: str, before: str = "") -> Any:
    return plain(one(f'{before}\ndata "aws_iam_policy_document" "d" {{\n{body}\n}}\n').node)


def statement(body: str) -> Any:
    (found,) = document(f"statement {{\n{body}\n}}")["Statement"]
    return found


def written(span: Span) -> str:
    return span.text


def test_defaults() -> None:
    assert document('statement {\n actions = ["a:b"]\n resources = ["*"]\n}') == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"]}],
    }


def test_all_arguments() -> None:
    assert document("""
        version   = "2008-10-17"
        policy_id = "id"
        statement {
          sid           = "S"
          effect        = "Deny"
          not_actions   = ["a:b"]
          not_resources = ["*"]
          not_principals {
            type        = "Service"
            identifiers = ["cloudtrail.amazonaws.com"]
          }
        }
    """) == {
        "Version": "2008-10-17",
        "Id": "id",
        "Statement": [
            {
                "Sid": "S",
                "Effect": "Deny",
                "NotPrincipal": {"Service": ["cloudtrail.amazonaws.com"]},
                "NotAction": ["a:b"],
                "NotResource": ["*"],
            }
        ],
    }


def test_what_is_empty_or_null_is_left_out() -> None:
    body = 'sid = ""\n effect = null\n actions = ["a:b"]\n not_actions = []\n resources = ["*"]'
    assert sorted(statement(body)) == ["Action", "Effect", "Resource"]


def test_principals_of_one_type_are_one_list() -> None:
    block = 'principals {\n type = "%s"\n identifiers = ["%s"]\n}\n'
    both = statement(block % ("AWS", "a") + block % ("Service", "s") + block % ("AWS", "b"))
    assert both["Principal"] == {"AWS": ["a", "b"], "Service": ["s"]}
    assert statement(block % ("*", "*"))["Principal"] == "*"
    assert statement(block % ("AWS", "*"))["Principal"] == {"AWS": ["*"]}


def test_conditions_of_one_operator_are_one_object() -> None:
    block = 'condition {\n test = "%s"\n variable = "%s"\n values = ["%s"]\n}\n'
    found = statement(
        block % ("StringEquals", "a", "1")
        + block % ("StringEquals", "b", "2")
        + block % ("Bool", "c", "true")
        + block % ("StringEquals", "a", "3")
    )
    assert found["Condition"] == {
        "StringEquals": {"a": ["1", "3"], "b": ["2"]},
        "Bool": {"c": ["true"]},
    }


def test_policy_variables() -> None:
    found = statement(
        'resources = ["home/&{aws:username}/$${aws:userid}"]\n'
        'condition {\n test = "StringLike"\n variable = "s3:prefix"\n values = ["&{aws:username}/*"]\n}'
    )
    assert found["Resource"] == ["home/${aws:username}/${aws:userid}"]
    assert found["Condition"] == {"StringLike": {"s3:prefix": ["${aws:username}/*"]}}


def test_strings_that_the_provider_makes() -> None:
    assert statement('principals {\n type = "AWS"\n identifiers = [111122223333]\n}')[
        "Principal"
    ] == {"AWS": ["111122223333"]}
    assert statement('actions = [["a:b"], "c:d"]')["Action"] == ["a:b", "c:d"]


# -- places


def test_places() -> None:
    node = one("""
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["cloudtrail:StopLogging"]
            resources = ["*"]
          }
        }
    """).node
    assert written(place_of(node, ["Statement", 0, "Action", 0])) == '"cloudtrail:StopLogging"'
    assert written(place_of(node, ["Statement", 0, "Action"], key=True)) == "actions"
    assert written(place_of(node, ["Statement", 0])).startswith("statement {")
    assert written(place_of(node, ["Statement", 0, "Effect"])) == "statement"
    assert written(place_of(node, ["Version"])) == "data"
    assert written(node.span).startswith('data "aws_iam_policy_document" "d"')


# -- consumers

DOCUMENT = """
    data "aws_iam_policy_document" "d" {
      statement {
        actions = ["a:b"]
      }
    }
"""


@pytest.mark.parametrize(
    ("resources", "kind"),
    [
        ('resource "aws_iam_policy" "x" { policy = %s\n}', "identity"),
        ('resource "aws_s3_bucket_policy" "x" { policy = "${%s}"\n}', "s3-bucket"),
        (
            'resource "aws_iam_policy" "x" { policy = %s\n}\n'
            'resource "aws_s3_bucket_policy" "x" { policy = %s\n}',
            None,
        ),
        (
            'locals { p = { one = [%s] } }\nresource "aws_kms_key" "k" { policy = local.p.one[0]\n}',
            "kms-key",
        ),
        ('module "m" { policy = %s\n}', None),
        ("", None),
    ],
)
@pytest.mark.parametrize("attribute", ["json", "minified_json"])
def test_the_kind_comes_from_the_consumers(
    resources: str, kind: str | None, attribute: str
) -> None:
    use = resources.replace("%s", f"data.aws_iam_policy_document.d.{attribute}")
    found = one(DOCUMENT + use)
    assert (found.kind, found.owner.name) == (kind, "data.aws_iam_policy_document.d")


# -- other documents

MERGED = """
    data "aws_iam_policy_document" "base" {
      statement {
        sid     = "A"
        actions = ["base:a"]
      }
      statement {
        sid     = "B"
        actions = ["base:b"]
      }
    }
    data "aws_iam_policy_document" "d" {
      %s = [data.aws_iam_policy_document.base.json]
      statement {
        sid     = "B"
        actions = ["own:b"]
      }
      statement {
        sid     = "C"
        actions = ["own:c"]
      }
    }
"""


@pytest.mark.parametrize(
    ("argument", "actions"),
    [
        ("source_policy_documents", ["base:a", "own:b", "own:c"]),
        ("override_policy_documents", ["base:b", "own:c", "base:a"]),
    ],
)
def test_merging_by_sid(argument: str, actions: list[str]) -> None:
    found = one(MERGED % argument)
    assert [s["Action"][0] for s in plain(found.node)["Statement"]] == actions


def test_a_document_has_the_types_of_its_consumers() -> None:
    types = ("aws_iam_policy", "aws_iam_group_policy")
    use = 'resource "%s" "x" { policy = data.aws_iam_policy_document.d.json\n}\n'
    assert one(DOCUMENT + "".join(use % type_ for type_ in types)).types == types
    assert one(DOCUMENT).types == ()


def test_statements_of_one_document_do_not_replace_one_another() -> None:
    """The provider refuses them ("duplicate Sid"), so that both have to be seen."""
    found = document("".join(f'statement {{\n sid = "A"\n actions = ["a:{n}"]\n}}\n' for n in "bc"))
    assert [s["Action"] for s in found["Statement"]] == [["a:b"], ["a:c"]]


@pytest.mark.parametrize("argument", ["source_json", "override_json"])
def test_the_older_arguments(argument: str) -> None:
    body = f'{argument} = jsonencode({{ Statement = {{ Action = "a:b" }} }})'
    assert document(body)["Statement"] == [{"Action": "a:b"}]


def test_statements_without_a_sid_are_added() -> None:
    json = '"{\\"Statement\\": [{\\"Action\\": \\"a:b\\"}]}"'
    found = document(f'source_policy_documents = [{json}]\nstatement {{\n actions = ["c:d"]\n}}')
    assert [s["Action"] for s in found["Statement"]] == ["a:b", ["c:d"]]


def test_an_unknown_document_leaves_the_policy_incomplete() -> None:
    found = one(
        'data "aws_iam_policy_document" "d" {\n source_policy_documents = [var.x]\n'
        ' statement {\n actions = ["a:b"]\n}\n}'
    )
    judged = normalise(found)
    assert not judged.complete
    assert len(judged.statements) == 1


def test_a_document_that_is_part_of_itself_is_a_hole() -> None:
    found = extract("""
        data "aws_iam_policy_document" "a" {
          source_policy_documents = [data.aws_iam_policy_document.b.json]
          statement {
            sid = "A"
          }
        }
        data "aws_iam_policy_document" "b" {
          source_policy_documents = [data.aws_iam_policy_document.a.json]
          statement {
            sid = "B"
          }
        }
    """).documents
    assert found
    assert not normalise(found[0]).complete


# -- dynamic blocks


def test_dynamic_statements() -> None:
    found = document("""
        dynamic "statement" {
          for_each = { one = ["a:b"], two = ["c:d"] }
          iterator = each_one
          content {
            sid     = each_one.key
            actions = each_one.value
            dynamic "condition" {
              for_each = each_one.key == "two" ? ["x"] : []
              content {
                test     = "Bool"
                variable = condition.value
                values   = ["true"]
              }
            }
          }
        }
    """)
    assert found["Statement"] == [
        {"Sid": "one", "Effect": "Allow", "Action": ["a:b"]},
        {
            "Sid": "two",
            "Effect": "Allow",
            "Action": ["c:d"],
            "Condition": {"Bool": {"x": ["true"]}},
        },
    ]


def test_what_an_unknown_number_of_blocks_says_for_certain_is_there() -> None:
    found = one("""
        data "aws_iam_policy_document" "d" {
          dynamic "statement" {
            for_each = var.accounts
            content {
              actions   = ["cloudtrail:*"]
              resources = [statement.value]
            }
          }
        }
    """)
    judged = normalise(found)
    assert not judged.complete
    assert [a.texts[0].written for s in judged.statements for a in s.actions] == ["cloudtrail:*"]


def test_a_switch_that_is_off_by_default_makes_a_possible_statement() -> None:
    found = one("""
        variable "on" { default = false }
        data "aws_iam_policy_document" "d" {
          dynamic "statement" {
            for_each = var.on ? [1] : []
            content {
              actions = ["a:b"]
            }
          }
        }
    """)
    assert isinstance(found.node, Map)
    statement = found.node.get("Statement")
    assert isinstance(statement, Seq)
    (item,) = statement.items
    assert isinstance(item, Choice)
    assert None in item.branches


def test_each_instance_is_a_document() -> None:
    extraction = extract("""
        data "aws_iam_policy_document" "d" {
          for_each = toset(["a", "b"])
          statement {
            sid = each.key
          }
        }
        resource "aws_iam_policy" "x" {
          for_each = toset(["a", "b"])
          policy   = data.aws_iam_policy_document.d[each.key].json
        }
    """)
    assert [plain(f.node)["Statement"][0]["Sid"] for f in extraction.documents] == ["a", "b"]
    assert [f.kind for f in extraction.documents] == ["identity", "identity"]
