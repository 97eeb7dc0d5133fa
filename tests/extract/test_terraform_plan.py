"""What a plan in JSON says.

Form: developer.hashicorp.com/terraform/internals/json-format.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudtrail_policylint.extract.terraform.plan import extract_plan, is_plan
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.readers.json import reader as reader
from cloudtrail_policylint.tree.python_values import plain
from cloudtrail_policylint.tree.source import SourceFile

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
    assert found.types == ((type_,) if kind is not None else ())
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


def test_service_control_policies_are_held_by_their_targets() -> None:
    """By the id of the policy, or by references where there is none yet."""
    one = resource("aws_organizations_policy", {"id": "p-1", "content": WRITTEN}, name="one")
    two = resource("aws_organizations_policy", {"content": WRITTEN}, name="two")
    first = {"policy_id": "p-1", "target_id": "r-1"}
    attachments = [
        resource("aws_organizations_policy_attachment", first, name="first"),
        resource("aws_organizations_policy_attachment", {"target_id": "r-1"}, name="second"),
    ]
    plan = plan_of(one, two, *attachments)
    references = ["aws_organizations_policy.two.id", "aws_organizations_policy.two"]
    plan["configuration"] = {"root_module": {"resources": [
        {"address": "aws_organizations_policy_attachment.second",
         "expressions": {"policy_id": {"references": references}}}]}}  # fmt: skip
    extraction = extract(plan)
    assert [found.holders for found in extraction.documents] == [("r-1",), ("r-1",)]
    assert all(found.complete for found in extraction.documents)
    assert extraction.attachments == ()


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


def configured(
    plan: dict[str, Any], *blocks: tuple[str, dict[str, Any]], module: str = ""
) -> dict[str, Any]:
    """*plan* with a configuration of *blocks*: addresses, and the references of their attributes."""
    resources = [
        {
            "address": address,
            "expressions": {name: {"references": given} for name, given in references.items()},
        }
        for address, references in blocks
    ]
    found: dict[str, Any] = {"resources": resources}
    if module:
        found = {"module_calls": {module: {"module": found}}}
    return {**plan, "configuration": {"root_module": found}}


BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


def test_a_boundary_is_an_attachment_that_grants_nothing() -> None:
    role = resource("aws_iam_role", {"name": "r", "permissions_boundary": BOUNDARY})
    (found,) = extract(plan_of(role)).attachments
    assert (found.arn.written, found.holders) == (BOUNDARY, ())


@pytest.mark.parametrize(
    ("attached", "kind", "holders"),
    [([], "boundary", ()), ([BOUNDARY], "identity", ("aws_iam_group.g",))],
)
def test_a_policy_that_only_bounds_is_a_boundary(
    attached: list[str], kind: str, holders: tuple[str, ...]
) -> None:
    policy = resource("aws_iam_policy", {"policy": WRITTEN, "arn": BOUNDARY})
    user = resource("aws_iam_user", {"name": "u", "permissions_boundary": BOUNDARY})
    others = [
        resource("aws_iam_group_policy_attachment", {"group": "g", "policy_arn": arn})
        for arn in attached
    ]
    extraction = extract(plan_of(policy, user, *others))
    (found,) = extraction.documents
    assert (found.kind, found.holders) == (kind, holders)
    assert extraction.attachments == ()


def test_references_tell_who_gets_a_policy_that_is_still_to_be_made() -> None:
    policy = resource("aws_iam_policy", {"policy": WRITTEN})
    policy["address"] = 'module.m["a.b"].aws_iam_policy.x'
    attachment = resource("aws_iam_role_policy_attachment", {"role": "audit"}, "a[0]")
    attachment["address"] = 'module.m["a.b"].aws_iam_role_policy_attachment.a[0]'
    block = (
        "aws_iam_role_policy_attachment.a",
        {"policy_arn": ["aws_iam_policy.x.arn", "aws_iam_policy.x"]},
    )
    (found,) = extract(configured(plan_of(policy, attachment), block, module="m")).documents
    assert (found.complete, found.holders) == (True, ("aws_iam_role.audit",))
    # In another module the same words mean something else.
    (found,) = extract(configured(plan_of(policy, attachment), block)).documents
    assert (found.complete, found.holders) == (False, ())


def test_references_tell_what_bounds() -> None:
    plan = plan_of(
        resource("aws_iam_policy", {"policy": WRITTEN}), resource("aws_iam_role", {"name": "r"})
    )
    block = ("aws_iam_role.x", {"permissions_boundary": ["aws_iam_policy.x.arn"]})
    assert extract(configured(plan, block)).documents[0].kind == "boundary"


def test_what_a_role_has_by_an_unknown_attachment_is_unknown() -> None:
    attachment = resource("aws_iam_role_policy_attachment", {"role": "audit"})
    (found,) = extract(plan_of(attachment)).attachments
    assert found.arn.literal is None
    assert found.holders == ("aws_iam_role.audit",)


def test_what_a_trail_uses_by_reference_is_cloudtrail_s() -> None:
    plan = plan_of(
        resource("aws_cloudtrail", {"name": "t"}),
        resource("aws_kms_key", {"policy": WRITTEN}),
        resource("aws_kms_key", {"policy": WRITTEN}, "y"),
        resource("aws_iam_role", {"name": "logs"}),
        resource("aws_iam_role_policy", {"role": "logs", "policy": WRITTEN}),
        resource("aws_s3_bucket_policy", {"policy": WRITTEN}),
    )
    trail = {
        "kms_key_id": ["aws_kms_key.x.arn"],
        "cloud_watch_logs_role_arn": ["aws_iam_role.x.arn"],
        "s3_bucket_name": ["aws_s3_bucket.x.id"],
    }
    plan = configured(
        plan,
        ("aws_cloudtrail.x", trail),
        ("aws_s3_bucket_policy.x", {"bucket": ["aws_s3_bucket.x"]}),
    )
    found = {one.owner.name: one.on_cloudtrail for one in extract(plan).documents}
    assert found == {
        "aws_kms_key.x": True,
        "aws_kms_key.y": False,
        "aws_iam_role_policy.x": True,
        "aws_s3_bucket_policy.x": True,
    }


@pytest.mark.parametrize(
    "configuration",
    [
        [],
        {"root_module": []},
        {"root_module": {"resources": [1, {"address": 1}, {"address": "x"}]}},
    ],
)
def test_a_strange_configuration_tells_nothing(configuration: Any) -> None:
    plan = {
        **plan_of(resource("aws_iam_policy", {"policy": WRITTEN})),
        "configuration": configuration,
    }
    assert len(extract(plan).documents) == 1


@pytest.mark.parametrize(
    "root", ["{}", "[]", '{"planned_values": {}}', '{"format_version": "1.2"}', '"x"']
)
def test_other_json_is_no_plan(root: str) -> None:
    assert not is_plan(reader.read_values(SourceFile("a.json", root)))
