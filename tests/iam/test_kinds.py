from __future__ import annotations

import pytest

from cloudtrail_policylint.iam.kinds import guess_kind, kind_of_cloudtrail_arn

CHANNEL = "arn:aws:cloudtrail:us-east-1:111122223333:channel/x"


def guess(
    *actions: str,
    principal: bool = False,
    effects: tuple[str, ...] = ("Allow",),
    resources: tuple[str, ...] = (),
    path: str = "policy.json",
) -> str:
    return guess_kind(
        has_principal=principal, actions=actions, resources=resources, effects=effects, path=path
    )


@pytest.mark.parametrize(
    ("actions", "resources", "kind"),
    [
        (("sts:assumerole", "sts:tagsession"), (), "trust"),
        (("sts:assumerole",), ("*",), "unknown"),
        (("cloudtrail-data:putauditevents",), (CHANNEL,), "cloudtrail-channel"),
        (("cloudtrail:startdashboardrefresh",), (), "cloudtrail-dashboard"),
        (
            ("cloudtrail:startquery",),
            ("arn:aws:cloudtrail:us-east-1:123456789012:dashboard/*",),
            "cloudtrail-event-data-store",
        ),
        (
            ("cloudtrail:startquery", "cloudtrail:getqueryresults"),
            (),
            "cloudtrail-event-data-store",
        ),
        (("cloudtrail:getchannel",), (CHANNEL,), "cloudtrail-channel"),
        (("s3:putobject", "s3:getbucketacl"), ("arn:aws:s3:::b/*",), "s3-bucket"),
        (("s3:getobject",), ("arn:aws:s3:us-east-1:1:accesspoint/a/object/*",), "resource"),
        (("kms:*",), ("*",), "kms-key"),
        (("sns:publish",), ("*",), "sns-topic"),
        (("sqs:sendmessage",), ("*",), "sqs-queue"),
        (("secretsmanager:getsecretvalue",), ("*",), "resource"),
        (("s3:*", "kms:*"), ("*",), "unknown"),
        (("*",), ("*",), "unknown"),
        ((), (), "unknown"),
    ],
)
def test_with_a_principal_the_service_tells(
    actions: tuple[str, ...], resources: tuple[str, ...], kind: str
) -> None:
    assert guess(*actions, principal=True, resources=resources) == kind


def test_deny_everywhere_may_be_a_resource_control_policy() -> None:
    def of(path: str) -> str:
        return guess("s3:*", principal=True, effects=("Deny",), resources=("*",), path=path)

    assert of("x/deny.json") == "unknown"
    assert of("rcp/deny.json") == "rcp"
    assert of("resource-control-policies/deny.json") == "rcp"


def test_a_deny_on_a_bucket_may_be_a_resource_control_policy_by_its_path() -> None:
    def of(path: str, *effects: str) -> str:
        bucket = ("arn:aws:s3:::logs",)
        return guess("s3:*", principal=True, effects=effects, resources=bucket, path=path)

    assert of("policies/rcp-guard.json", "Deny") == "rcp"
    assert of("policies/rcp-guard.json", "Deny", "Allow") == "s3-bucket"
    assert of("policies/guard.json", "Deny") == "s3-bucket"


@pytest.mark.parametrize(
    ("path", "allow", "deny"),
    [
        ("policy.json", "identity", "unknown"),
        ("scps/policy.json", "scp", "scp"),
        ("service_control_policies/policy.json", "scp", "scp"),
        ("guardrails/policy.json", "identity", "scp"),
        ("organizations/policy.json", "identity", "scp"),
        ("boundaries/policy.json", "boundary", "unknown"),
        ("describe-scpolicy.json", "identity", "unknown"),
    ],
)
def test_without_a_principal_the_path_tells(path: str, allow: str, deny: str) -> None:
    assert guess("s3:*", effects=("Allow", "Deny"), path=path) == allow
    assert guess("s3:*", effects=("Deny",), path=path) == deny


def test_endpoint_policies_by_their_path() -> None:
    assert (
        guess("*", principal=True, resources=("*",), path="vpc_endpoint_policies/a.json")
        == "vpc-endpoint"
    )


def test_the_resource_policies_of_cloudtrail_by_arn() -> None:
    assert kind_of_cloudtrail_arn(CHANNEL) == "cloudtrail-channel"
    assert (
        kind_of_cloudtrail_arn("arn:${P}:cloudtrail:*:${A}:eventdatastore/*")
        == "cloudtrail-event-data-store"
    )
    assert kind_of_cloudtrail_arn("arn:aws:cloudtrail:us-east-1:1:trail/x") is None
    assert kind_of_cloudtrail_arn("arn:aws:s3:::channel/x") is None


def test_a_topics_policy_among_resource_control_policies() -> None:
    """Resource control policies do not reach topics, so what they would deny stands in a topic's own policy."""
    for action, kind in (("s3:GetObject", "rcp"), ("sns:Publish", "unknown")):
        found = guess_kind(
            has_principal=True,
            actions=(action,),
            resources=("*",),
            effects=("Deny",),
            path="resource_control_policies/by_service/policy.json",
        )
        assert found == kind
