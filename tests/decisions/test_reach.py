"""Whether a statement can ever apply, and whether it always does."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.decisions.call import availability
from cloudtrail_policylint.decisions.reach import Reach, reach
from cloudtrail_policylint.decisions.statements import Place
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from support.policies import document

IDENTITY = Place("identity")
BUCKET = Place("s3-bucket", names_principals=True, has_own_resource=True)
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"


def reached(
    statement: dict[str, Any], place: Place = IDENTITY, version: str = "2012-10-17"
) -> Reach:
    found = {"Effect": "Allow", "Resource": "*", **statement}
    policy = document({"Version": version, "Statement": [found]})
    return reach(policy.statements[0], policy, place, availability())


def of_service(action: str, condition: dict[str, Any], principal: Any = CLOUDTRAIL) -> Reach:
    return reached({"Action": action, "Principal": principal, "Condition": condition}, BUCKET)


@pytest.mark.parametrize(
    ("statement", "element"),
    [
        # a key that the action never carries
        ({"Action": "cloudtrail:StartQuery", "Condition": {"StringEquals": {"aws:RequestTag/a": "b"}}},
         "Condition/StringEquals/aws:RequestTag/a"),
        ({"Action": "cloudtrail:LookupEvents", "Condition": {"StringLike": {"aws:ResourceTag/a": "*"}}},
         "Condition/StringLike/aws:ResourceTag/a"),
        ({"Action": "kms:DescribeKey", "Condition": {"StringLike": {"kms:EncryptionContext:a": "*"}}},
         "Condition/StringLike/kms:EncryptionContext:a"),
        # a key that the principal never carries
        ({"Action": "cloudtrail:*", "Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}},
         "Condition/StringEquals/aws:SourceOrgID"),
        # aws:PrincipalArn is never the ARN of a session
        ({"Action": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/a/*"}}},
         "Condition/ArnLike/aws:PrincipalArn"),
        # a resource that is none of the action's
        ({"Action": "cloudtrail:DescribeTrails", "Resource": TRAIL}, "Resource"),
        ({"Action": "cloudtrail:StopLogging", "Resource": "arn:aws:s3:::logs"}, "Resource"),
        # conditions that contradict one another
        ({"Action": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "a"},
                                       "StringNotEquals": {"aws:RequestedRegion": ["a", "b"]}}},
         "Condition/StringNotEquals/aws:RequestedRegion"),
        ({"Action": "*", "Condition": {"Null": {"aws:RequestedRegion": "true"},
                                       "StringEquals": {"aws:RequestedRegion": "a"}}},
         "Condition/Null/aws:RequestedRegion"),
    ],
)  # fmt: skip
def test_a_statement_that_no_request_meets(statement: dict[str, Any], element: str) -> None:
    found = reached(statement)
    assert (found.ever, found.always) == (NO, NO)
    assert found.miss is not None
    assert found.miss.element == element


@pytest.mark.parametrize(
    ("action", "condition"),
    [
        ("s3:GetBucketAcl", {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
        ("s3:PutObject", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        ("s3:PutObject", {"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        ("s3:PutObject", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
    ],
)
def test_an_allow_that_no_service_meets(action: str, condition: dict[str, Any]) -> None:
    assert of_service(action, condition).ever == NO
    assert of_service(action, condition, {"AWS": "111122223333"}).ever == (
        NO if "s3:x-amz-acl" in str(condition) else MAYBE
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, YES),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, YES),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}, YES),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, YES),
        ({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}, NO),
        ({"Bool": {"aws:SecureTransport": "false"}}, MAYBE),
    ],
)
def test_a_deny_that_meets_a_service(condition: dict[str, Any], expected: int) -> None:
    found = of_service("s3:PutObject", condition)
    assert found.always == expected


def test_a_statement_without_limits_meets_every_request() -> None:
    for action in ("*", "cloudtrail:*", "cloudtrail:StopLogging", "cloudtrail:LookupEvents"):
        found = reached({"Action": action})
        assert (found.ever, found.always, found.miss) == (YES, YES, None)
    everybody = reached({"Effect": "Deny", "Action": "s3:*", "Principal": "*"}, BUCKET)
    assert everybody.always == YES


def test_what_depends_on_the_request() -> None:
    found = reached({"Action": "cloudtrail:StopLogging", "Resource": TRAIL})
    assert (found.ever, found.always) == (MAYBE, MAYBE)
    every = reached({"Action": "cloudtrail:*", "Resource": "arn:*:cloudtrail:*:*:trail/*"})
    assert (every.ever, every.always) == (YES, NO)
    by_action = dict(every.actions)
    assert by_action["cloudtrail:StopLogging"] == YES
    assert by_action["cloudtrail:LookupEvents"] == NO
    assert by_action["cloudtrail:CreateChannel"] == NO


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "s3:*"},
        {"Action": "<action>"},
        {"Action": "nosuch:Thing"},
        {"Action": "*:Get*"},
    ],
)
def test_actions_that_cannot_be_told(statement: dict[str, Any]) -> None:
    found = reached(statement)
    assert (found.ever, found.actions) == (YES, ())
    limited = reached({**statement, "Condition": {"StringEquals": {"aws:RequestTag/a": "b"}}})
    assert limited.ever == MAYBE


def test_no_contradiction_where_a_value_fits_both() -> None:
    for condition in (
        {"StringEquals": {"aws:RequestedRegion": ["a", "b"]}, "StringNotEquals": {"aws:RequestedRegion": "a"}},
        {"StringEquals": {"aws:RequestedRegion": "<region>"}, "StringNotEquals": {"aws:RequestedRegion": "a"}},
        {"StringEqualsIfExists": {"aws:SourceVpce": "a"}, "StringNotEquals": {"aws:SourceVpce": "a"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "StringNotEquals": {"aws:TagKeys": "a"}},
        {"StringEquals": {"aws:RequestedRegion": "${aws:username}"}, "StringNotEquals": {"aws:RequestedRegion": "a"}},
    ):  # fmt: skip
        assert reached({"Action": "cloudtrail:CreateTrail", "Condition": condition}).ever != NO


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"AWS": "111122223333"},
        {"AWS": "arn:aws:iam::111122223333:user/alice"},
        {"AWS": "AIDACKCEVSQ6C2EXAMPLE"},
        {"AWS": "<principal>"},
        {"Service": "<service>"},
        {"Federated": "accounts.google.com"},
        {"CanonicalUser": "79a5"},
        "*",
    ],
)
def test_whoever_is_named(principal: Any) -> None:
    found = reached({"Action": "s3:GetObject", "Principal": principal}, BUCKET)
    assert (found.ever, found.always) == (YES, YES)


def test_a_statement_for_nobody() -> None:
    found = reached({"Action": "s3:GetObject", "Principal": {"AWS": []}}, BUCKET)
    assert (found.ever, found.always) == (MAYBE, MAYBE)
