"""Where Terraform keeps policies, whom they belong to, and where they are written."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import Any

import pytest

from cloudtrail_policylint.extract.terraform import extract_module
from cloudtrail_policylint.iam.written import Extraction, Found
from cloudtrail_policylint.tree.python_values import place_of, plain
from cloudtrail_policylint.tree.source import SourceFile, Span

STATEMENT = '{ Effect = "Allow", Action = "cloudtrail:StopLogging", Resource = "*" }'
ENCODED = f'jsonencode({{ Version = "2012-10-17", Statement = [{STATEMENT}] }})'


def extract(*texts: str, files: dict[str, str] | None = None) -> Extraction:
    loaded = {path: SourceFile(f"m/{path}", text) for path, text in (files or {}).items()}
    sources = [SourceFile(f"m/{i}.tf", dedent(text)) for i, text in enumerate(texts)]
    return extract_module(sources, loaded.get)


def one(*texts: str, files: dict[str, str] | None = None) -> Found:
    (found,) = extract(*texts, files=files).documents
    return found


def written(span: Span) -> str:
    return span.text


def action_of(found: Found) -> Any:
    return plain(found.node)["Statement"][0]["Action"]


def place_of_action(found: Found) -> Span:
    return place_of(found.node, ["Statement", 0, "Action"])


# -- carriers


@pytest.mark.parametrize(
    ("resource", "attribute", "kind"),
    [
        ("aws_iam_policy", "policy", "identity"),
        ("aws_iam_role", "assume_role_policy", "trust"),
        ("aws_organizations_policy", "content", "scp"),
        ("aws_s3_bucket_policy", "policy", "s3-bucket"),
        ("aws_kms_key", "policy", "kms-key"),
        ("aws_sns_topic_policy", "policy", "sns-topic"),
        ("aws_vpc_endpoint", "policy", "vpc-endpoint"),
        ("aws_cloudwatch_log_destination_policy", "access_policy", "resource"),
        ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", "identity"),
        ("awscc_iam_managed_policy", "policy_document", "identity"),
    ],
)
def test_the_kind_comes_from_the_place(resource: str, attribute: str, kind: str) -> None:
    found = one(f'resource "{resource}" "x" {{\n  {attribute} = {ENCODED}\n}}\n')
    assert (found.kind, found.owner.name) == (kind, f"{resource}.x")
    assert written(found.owner.span).startswith("resource")
    assert action_of(found) == "cloudtrail:StopLogging"
    assert written(place_of_action(found)) == '"cloudtrail:StopLogging"'


@pytest.mark.parametrize(
    ("type_", "kind"), [("SERVICE_CONTROL_POLICY", "scp"), ("RESOURCE_CONTROL_POLICY", "rcp")]
)
def test_organizations_policies_are_of_their_type(type_: str, kind: str) -> None:
    text = (
        f'resource "aws_organizations_policy" "x" {{\n type = "{type_}"\n content = {ENCODED}\n}}\n'
    )
    assert one(text).kind == kind


def test_other_types_of_organizations_policies_are_no_iam_policies() -> None:
    text = f'resource "aws_organizations_policy" "x" {{\n type = "TAG_POLICY"\n content = {ENCODED}\n}}\n'
    assert extract(text).documents == ()


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("awscc_cloudtrail_channel.c.channel_arn", "cloudtrail-channel"),
        (
            '"arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/x"',
            "cloudtrail-event-data-store",
        ),
        ("var.arn", None),
    ],
)
def test_cloudtrail_resource_policies_are_of_what_they_are_on(arn: str, kind: str | None) -> None:
    found = one(f"""
        resource "awscc_cloudtrail_channel" "c" {{}}
        resource "awscc_cloudtrail_resource_policy" "p" {{
          resource_arn    = {arn}
          resource_policy = {ENCODED}
        }}
    """)
    assert (found.kind, found.on_cloudtrail) == (kind, True)


def test_policies_in_nested_blocks_and_objects() -> None:
    extraction = extract(f"""
        resource "aws_iam_role" "x" {{
          inline_policy {{
            name   = "one"
            policy = {ENCODED}
          }}
          dynamic "inline_policy" {{
            for_each = {{ a = "cloudtrail:GetTrail" }}
            content {{
              policy = jsonencode({{ Statement = [{{ Action = inline_policy.value }}] }})
            }}
          }}
        }}
        resource "awscc_iam_user" "y" {{
          policies = [{{ policy_name = "p", policy_document = {ENCODED} }}]
        }}
    """)
    assert [found.kind for found in extraction.documents] == ["identity"] * 3
    assert action_of(extraction.documents[1]) == "cloudtrail:GetTrail"


def test_policies_given_to_modules_and_left_in_outputs() -> None:
    extraction = extract(f"""
        module "m" {{
          source = "registry/x/y"
          policy = {ENCODED}
        }}
        output "o" {{
          value = {{ nested = [{ENCODED}] }}
        }}
        module "n" {{
          policy_arn = "arn:aws:iam::aws:policy/x"
        }}
    """)
    assert [(f.kind, f.owner.name) for f in extraction.documents] == [
        (None, "module.m"),
        (None, "output.o"),
    ]


def test_what_only_looks_like_a_policy_is_none() -> None:
    template = f"jsonencode({{ Resources = {{ R = {{ Properties = {{ P = {ENCODED} }} }} }} }})"
    assert extract(f"locals {{\n t = {template}\n}}\n").documents == ()
    assert extract(f'resource "aws_iot_policy" "x" {{\n policy = {ENCODED}\n}}').documents == ()


# -- ways of writing


def test_json_in_a_heredoc_keeps_its_places() -> None:
    text = """\
        resource "aws_iam_policy" "x" {
          policy = <<-EOF
            {"Statement": [{
              "Action": "cloudtrail:${var.verb}Trail"
            }]}
          EOF
        }
        variable "verb" { default = "Get" }
    """
    found = one(text)
    assert action_of(found) == "cloudtrail:GetTrail"
    place = place_of_action(found)
    assert written(place) == '"cloudtrail:${var.verb}Trail"'
    assert place.source.position(place.start) == (4, 17)


def test_broken_json_is_a_problem_of_its_document() -> None:
    found = one("""
        resource "aws_iam_policy" "x" {
          policy = "{\\"Statement\\": [{\\"Action\\": \\"cloudtrail:GetTrail\\",}]}"
        }
    """)
    (problem,) = found.problems
    assert problem.message.startswith("not JSON")
    assert written(problem.span) == ","
    assert action_of(found) == "cloudtrail:GetTrail"


def test_json_inside_json() -> None:
    found = one("""
        locals { actions = ["cloudtrail:GetTrail"] }
        resource "aws_iam_policy" "x" {
          policy = <<EOF
        {"Statement": [{"Action": ${jsonencode(local.actions)}}]}
        EOF
        }
    """)
    assert action_of(found) == ["cloudtrail:GetTrail"]


def test_values_are_found_where_they_are_written() -> None:
    first = 'locals {\n  actions = ["cloudtrail:StopLogging"]\n}\n'
    second = """
        resource "aws_iam_policy" "x" {
          policy = jsonencode({ Statement = [{ Action = local.actions }] })
        }
    """
    place = place_of(one(first, second).node, ["Statement", 0, "Action", 0])
    assert (place.source.path, place.source.position(place.start)) == ("m/0.tf", (2, 14))


def test_a_file_is_judged_where_it_is() -> None:
    found = one(
        'resource "aws_iam_policy" "x" {\n policy = file("${path.module}/p.json")\n}\n',
        files={"p.json": '{"Statement": [{"Action": "a:b"}]}'},
    )
    assert found.node.span.source.path == "m/p.json"
    assert written(place_of_action(found)) == '"a:b"'


@pytest.mark.parametrize("path", ["/etc/p.json", "~/p.json", ""])
def test_files_are_named_from_the_module(path: str) -> None:
    def load(_: str) -> SourceFile | None:
        raise AssertionError

    text = f'resource "aws_iam_policy" "x" {{\n policy = file("{path}")\n}}\n'
    assert extract_module([SourceFile("m/a.tf", text)], load).documents == ()


TEMPLATE = """{"Statement": [
  %{ for s in services ~}
  {"Action": "${s}:${verb}", "Resource": "${arn}/$${aws:username}"},
  %{ endfor ~}
  {"Action": ${jsonencode(list)}}
]}"""


def test_template_files_get_their_variables() -> None:
    found = one(
        """
        resource "aws_iam_policy" "x" {
          policy = templatefile("t.json", {
            services = ["cloudtrail"], verb = "GetTrail", arn = var.arn, list = ["a:b"]
          })
        }
        """,
        files={"t.json": TEMPLATE},
    )
    first, second = plain(found.node)["Statement"]
    assert first == {"Action": "cloudtrail:GetTrail", "Resource": "${var.arn}/${aws:username}"}
    assert second == {"Action": ["a:b"]}
    place = place_of(found.node, ["Statement", 0, "Resource"])
    assert place.source.position(place.start)[0] == 3


def test_the_template_file_data_source() -> None:
    text = """
        data "template_file" "t" {
          template = %s
          vars     = { verb = "GetTrail" }
        }
        resource "aws_iam_policy" "x" {
          policy = data.template_file.t.rendered
        }
    """
    json = '{"Statement": [{"Action": "cloudtrail:${verb}"}]}'
    from_file = one(text % 'file("t.json")', files={"t.json": json})
    inline = one(text % ('"' + json.replace('"', '\\"').replace("$", "$$") + '"'))
    assert action_of(from_file) == action_of(inline) == "cloudtrail:GetTrail"


JSON = """{"Version": "2012-10-17", "Statement": [{"Sid": "S", "Effect": "Deny",
  "Action": ["cloudtrail:StopLogging"], "Resource": ["*"],
  "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["${aws:username}"]}}}]}"""
YAML = """Version: '2012-10-17'
Statement:
  - {Sid: S, Effect: Deny, Action: [cloudtrail:StopLogging], Resource: ['*'],
     Condition: {StringEquals: {"aws:PrincipalTag/team": ["${aws:username}"]}}}
"""
OBJECT = JSON.replace("${", "$${")
BLOCKS = """
    data "aws_iam_policy_document" "d" {
      statement {
        sid       = "S"
        effect    = "Deny"
        actions   = ["cloudtrail:StopLogging"]
        resources = ["*"]
        condition {
          test     = "StringEquals"
          variable = "aws:PrincipalTag/team"
          values   = ["&{aws:username}"]
        }
      }
    }
"""


@pytest.mark.parametrize(
    ("expression", "others"),
    [
        (f"jsonencode({OBJECT})", ""),
        (f"<<EOF\n{OBJECT}\nEOF", ""),
        (f"<<-EOF\n  {OBJECT}\n  EOF", ""),
        ('file("p.json")', ""),
        ('templatefile("p.tpl", {})', ""),
        ("data.aws_iam_policy_document.d.json", BLOCKS),
        ("local.p", f"locals {{\n p = jsonencode({OBJECT})\n}}"),
        ("jsonencode(jsondecode(local.p))", f"locals {{\n p = jsonencode({OBJECT})\n}}"),
        ('jsonencode(yamldecode(file("p.yaml")))', ""),
        ('jsonencode(yamldecode(templatefile("p.yaml.tpl", {})).policy)', ""),
        ("jsonencode(merge(local.p, {}))", f"locals {{\n p = {OBJECT}\n}}"),
        ("coalesce(var.none, local.p)", f"locals {{\n p = jsonencode({OBJECT})\n}}"),
    ],
)
def test_one_policy_in_many_ways(expression: str, others: str) -> None:
    found = one(
        f'resource "aws_iam_policy" "x" {{\n  policy = {expression}\n}}\n',
        others,
        files={
            "p.json": JSON,
            "p.tpl": OBJECT,
            "p.yaml": YAML,
            "p.yaml.tpl": f"policy: {OBJECT}",
        },
    )
    assert plain(found.node) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "S",
                "Effect": "Deny",
                "Action": ["cloudtrail:StopLogging"],
                "Resource": ["*"],
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["${aws:username}"]}},
            }
        ],
    }
    assert found.kind == "identity"


# -- instances


def test_what_is_switched_off_for_good_is_not_there() -> None:
    text = 'resource "aws_iam_policy" "x" {\n %s\n policy = ' + ENCODED + "\n}\n"
    assert extract(text % "count = 0").documents == ()
    assert extract(text % "for_each = {}").documents == ()
    assert len(extract(text % "count = var.on ? 1 : 0").documents) == 1
    default = 'variable "on" { default = false }\n'
    assert len(extract(default, text % "count = var.on ? 1 : 0").documents) == 1


def test_each_instance_has_its_policy_once() -> None:
    text = """
        resource "aws_iam_policy" "x" {
          for_each = { a = "cloudtrail:GetTrail", b = "cloudtrail:StopLogging" }
          policy   = jsonencode({ Statement = [{ Action = %s }] })
        }
    """
    own = extract(text % "each.value").documents
    assert [action_of(found) for found in own] == ["cloudtrail:GetTrail", "cloudtrail:StopLogging"]
    assert len(extract(text % '"s3:*"').documents) == 1


# -- who has what


def test_policies_of_one_role_share_a_holder() -> None:
    extraction = extract(f"""
        resource "aws_iam_role" "r" {{ name = "auditor" }}
        resource "aws_iam_role_policy" "a" {{
          role   = aws_iam_role.r.id
          policy = {ENCODED}
        }}
        resource "aws_iam_role_policy" "b" {{
          role   = "auditor"
          policy = {ENCODED}
        }}
        resource "aws_iam_policy" "c" {{ policy = {ENCODED} }}
        resource "aws_iam_role_policy_attachment" "c" {{
          role       = join("", aws_iam_role.r[*].name)
          policy_arn = aws_iam_policy.c.arn
        }}
        resource "aws_iam_policy" "d" {{ policy = {ENCODED} }}
    """)
    holders = [found.holders for found in extraction.documents]
    assert holders == [("aws_iam_role.r",)] * 3 + [()]
    assert extraction.attachments == ()


def test_service_control_policies_are_held_by_their_targets() -> None:
    extraction = extract(f"""
        resource "aws_organizations_organizational_unit" "u" {{}}
        resource "aws_organizations_policy" "a" {{ content = {ENCODED} }}
        resource "aws_organizations_policy" "b" {{ content = {ENCODED} }}
        resource "aws_organizations_policy" "c" {{
          content = {ENCODED}
          type    = "RESOURCE_CONTROL_POLICY"
        }}
        resource "aws_organizations_policy" "d" {{ content = {ENCODED} }}
        resource "awscc_organizations_policy" "e" {{
          content    = {ENCODED}
          target_ids = ["ou-1", aws_organizations_organizational_unit.u.id]
        }}
        resource "aws_organizations_policy_attachment" "a" {{
          policy_id = aws_organizations_policy.a.id
          target_id = aws_organizations_organizational_unit.u.id
        }}
        resource "aws_organizations_policy_attachment" "b" {{
          for_each  = toset(["r-1", "ou-1"])
          policy_id = aws_organizations_policy.b.id
          target_id = each.value
        }}
        resource "aws_organizations_policy_attachment" "c" {{
          policy_id = aws_organizations_policy.c.id
          target_id = "r-1"
        }}
        resource "aws_organizations_policy_attachment" "other" {{
          policy_id = "p-1"
          target_id = "r-1"
        }}
    """)
    unit = "aws_organizations_organizational_unit.u"
    holders = [found.holders for found in extraction.documents]
    assert holders == [(unit,), ("r-1", "ou-1"), (), (), ("ou-1", unit)]
    assert extraction.attachments == ()


def test_attachments_of_managed_policies() -> None:
    attachments = extract("""
        resource "aws_iam_role" "r" {
          managed_policy_arns = ["arn:aws:iam::aws:policy/A"]
        }
        resource "aws_iam_role_policy_attachment" "each" {
          for_each   = toset(["B", "C"])
          role       = aws_iam_role.r.name
          policy_arn = "arn:aws:iam::aws:policy/${each.value}"
        }
        data "aws_iam_policy" "d" { name = "D" }
        resource "aws_iam_role_policy_attachment" "d" {
          role       = aws_iam_role.r.name
          policy_arn = data.aws_iam_policy.d.arn
        }
        resource "aws_iam_user" "u" { permissions_boundary = "arn:aws:iam::aws:policy/E" }
        resource "aws_ssoadmin_managed_policy_attachment" "s" {
          managed_policy_arn = "arn:aws:iam::aws:policy/F"
        }
        resource "aws_iam_role_policy_attachments_exclusive" "x" {
          role_name   = "r"
          policy_arns = ["arn:aws:iam::aws:policy/G"]
        }
    """).attachments
    names = {a.arn.written.rpartition("/")[2]: a for a in attachments}
    assert sorted(names) == ["A", "B", "C", "D", "E", "F", "G"]
    assert names["A"].holders == names["B"].holders == ("aws_iam_role.r",)
    assert names["D"].owner.name == "data.aws_iam_policy.d"
    assert written(names["A"].arn.span) == '"arn:aws:iam::aws:policy/A"'


def test_a_policy_that_only_bounds_is_a_boundary() -> None:
    assert (
        one(f"""
        resource "aws_iam_policy" "b" {{ policy = {ENCODED} }}
        resource "aws_iam_role" "r" {{ permissions_boundary = aws_iam_policy.b.arn }}
    """).kind
        == "boundary"
    )


@pytest.mark.parametrize(
    ("trail", "resources"),
    [
        (
            "s3_bucket_name = aws_s3_bucket.b.id",
            'resource "aws_s3_bucket" "b" {}\n'
            'resource "aws_s3_bucket_policy" "p" { %s\n bucket = aws_s3_bucket.b.bucket\n}',
        ),
        ("s3_bucket_name = var.b", 'resource "aws_s3_bucket_policy" "p" { %s\n bucket = var.b\n}'),
        (
            's3_bucket_name = "logs"',
            'resource "aws_s3_bucket" "b" {\n bucket = "logs"\n%s\n}',
        ),
        ("kms_key_id = aws_kms_key.k.arn", 'resource "aws_kms_key" "k" { %s\n}'),
        (
            "kms_key_id = aws_kms_alias.a.arn",
            'resource "aws_kms_alias" "a" { target_key_id = aws_kms_key.k.id }\n'
            'resource "aws_kms_key" "k" { %s\n}',
        ),
        (
            "sns_topic_name = element(concat(aws_sns_topic.t.*.name, [\"\"]), 0)",
            'resource "aws_sns_topic" "t" { count = var.on ? 1 : 0\n}\n'
            'resource "aws_sns_topic_policy" "p" { %s\n arn = aws_sns_topic.t[0].arn\n}',
        ),
        (
            "cloud_watch_logs_role_arn = aws_iam_role.r.arn",
            'resource "aws_iam_role" "r" {}\n'
            'resource "aws_iam_role_policy" "p" { %s\n role = aws_iam_role.r.name\n}',
        ),
    ],
)  # fmt: skip
def test_policies_on_what_a_trail_uses(trail: str, resources: str) -> None:
    text = resources.replace("%s", f"policy = {ENCODED}")
    assert one(f'resource "aws_cloudtrail" "t" {{\n {trail}\n}}\n', text).on_cloudtrail
    assert not one(text).on_cloudtrail


# -- files


def test_a_broken_block_leaves_the_others() -> None:
    extraction = extract(f"""\
        resource "aws_iam_policy" "broken" {{
          policy = "${{
        }}

        resource "aws_iam_policy" "whole" {{
          policy = {ENCODED}
        }}
    """)
    assert [found.owner.name for found in extraction.documents] == ["aws_iam_policy.whole"]
    (problem,) = extraction.problems
    assert problem.name == "syntax-error"


def test_files_with_the_same_names_each_mean_their_own() -> None:
    text = 'locals { a = "%s" }\nresource "aws_iam_policy" "x" {\n policy = jsonencode({ Statement = [{ Action = local.a }] })\n}\n'
    documents = extract(text % "a:a", text % "b:b").documents
    assert [action_of(found) for found in documents] == ["a:a", "b:b"]


def test_variable_files_give_values() -> None:
    sources = [
        SourceFile(
            "m/a.tf",
            'variable "a" { default = "x:x" }\nresource "aws_iam_policy" "x" {\n policy = jsonencode({ Statement = [{ Action = var.a }] })\n}\n',
        ),
        SourceFile("m/terraform.tfvars", 'a = "y:y"\n'),
        SourceFile("m/other.tfvars", 'a = "z:z"\n'),
    ]
    (found,) = extract_module(sources).documents
    assert action_of(found) == "y:y"
    assert place_of_action(found).source.path == "m/terraform.tfvars"


def test_the_parser_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, cloudtrail_policylint.extract.terraform as t;"
        "sys.exit(any(m.startswith('tree_sitter') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
