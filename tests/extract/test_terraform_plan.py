"""What a plan in JSON says.

Form: developer.hashicorp.com/terraform/internals/json-format.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudtrail_policylint.extract.found import Extraction
from cloudtrail_policylint.extract.terraform.plan import extract_plan, is_plan
from cloudtrail_policylint.plain import plain
from cloudtrail_policylint.readers import json as reader
from cloudtrail_policylint.source import SourceFile

POLICY = {"Statement": [{"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*"}]}
WRITTEN = json.dumps(POLICY)


def resource(type_: str, values: dict[str, Any], name: str = "x") -> dict[str, Any]:
    address = f"{type_}.{name}"
    return {
        "address": address,
        "mode": "managed",
        "type": type_,
        "name": name,
        "values": values,
    }


def plan_of(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": list(resources)}},
    }


def extract(plan: dict[str, Any]) -> Extraction:
    root = reader.read_values(SourceFile("plan.json", json.dumps(plan)))
    assert root is not None
    assert is_plan(root)
    return extract_plan(root)


@pytest.mark.parametrize(
    ("type_", "values", "kind"),
    [
        ("aws_iam_policy", {"policy": WRITTEN}, "identity"),
        ("aws_iam_role", {"assume_role_policy": WRITTEN}, "trust"),
        ("aws_iam_role", {"inline_policy": [{"name": "a", "policy": WRITTEN}]}, "identity"),
        ("aws_organizations_policy", {"content": WRITTEN}, "scp"),
        (
            "aws_organizations_policy",
            {"type": "RESOURCE_CONTROL_POLICY", "content": WRITTEN},
            "rcp",
        ),
        ("aws_s3_bucket_policy", {"policy": WRITTEN}, "s3-bucket"),
        ("awscc_iam_managed_policy", {"policy_document": WRITTEN}, "identity"),
        (
            "awscc_cloudtrail_resource_policy",
            {
                "resource_arn": "arn:aws:cloudtrail:us-east-1:111122223333:channel/x",
                "resource_policy": WRITTEN,
            },
            "cloudtrail-channel",
        ),
        ("acme_thing", {"deep": [{"document": WRITTEN}]}, None),
    ],
)
def test_a_policy_in_a_plan(type_: str, values: dict[str, Any], kind: str | None) -> None:
    (found,) = extract(plan_of(resource(type_, values))).documents
    assert (found.kind, found.owner.name) == (kind, f"{type_}.x")
    assert plain(found.node) == POLICY


@pytest.mark.parametrize(
    "values",
    [
        {"type": "TAG_POLICY", "content": WRITTEN},
        {"name": "not known before apply"},
        {"content": None},
        {"content": "no JSON and no policy"},
    ],
)
def test_no_policy_in_a_plan(values: dict[str, Any]) -> None:
    documents = extract(plan_of(resource("aws_organizations_policy", values))).documents
    assert all(plain(found.node) != POLICY for found in documents)


def test_a_state_and_modules_in_modules() -> None:
    inner = {"resources": [resource("aws_iam_policy", {"policy": WRITTEN})]}
    state = {
        "format_version": "1.0",
        "values": {"root_module": {"child_modules": [{"child_modules": [inner]}]}},
    }
    assert [plain(found.node) for found in extract(state).documents] == [POLICY]


def test_changes_count_where_a_plan_has_no_planned_values() -> None:
    change = resource("aws_iam_policy", {})
    change["change"] = {"before": {"policy": "{}"}, "after": {"policy": WRITTEN}}
    plan = {"format_version": "1.2", "resource_changes": [change]}
    assert [plain(found.node) for found in extract(plan).documents] == [POLICY]


def test_who_holds_a_policy_is_known_by_name() -> None:
    role = resource(
        "aws_iam_role",
        {"name": "audit", "managed_policy_arns": ["arn:aws:iam::aws:policy/AWSCloudTrail_X"]},
    )
    inline = resource("aws_iam_role_policy", {"role": "audit", "policy": WRITTEN})
    extraction = extract(plan_of(role, inline))
    assert extraction.documents[0].holders == ("aws_iam_role.audit",)
    assert extraction.attachments[0].holders == ("aws_iam_role.audit",)


def test_a_policy_whose_attachment_is_not_known_yet_may_be_only_a_part() -> None:
    policy = resource("aws_iam_policy", {"policy": WRITTEN})
    attachment = resource("aws_iam_role_policy_attachment", {"role": "audit"})
    assert extract(plan_of(policy)).documents[0].complete
    assert not extract(plan_of(policy, attachment)).documents[0].complete


def test_a_bucket_policy_of_a_trail_s_bucket_is_cloudtrail_s() -> None:
    trail = resource("aws_cloudtrail", {"s3_bucket_name": "logs"})
    policy = resource("aws_s3_bucket_policy", {"bucket": "logs", "policy": WRITTEN})
    other = resource("aws_s3_bucket_policy", {"bucket": "web", "policy": WRITTEN}, "y")
    found = extract(plan_of(trail, policy, other)).documents
    assert [one.on_cloudtrail for one in found] == [True, False]


@pytest.mark.parametrize(
    "root", ["{}", "[]", '{"planned_values": {}}', '{"format_version": "1.2"}', '"x"']
)
def test_other_json_is_no_plan(root: str) -> None:
    assert not is_plan(reader.read_values(SourceFile("a.json", root)))
