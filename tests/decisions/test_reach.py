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
        ({"Action": "*", "Condition": {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "A"},
                                       "StringEquals": {"aws:RequestedRegion": "b"}}},
         "Condition/StringEqualsIgnoreCase/aws:RequestedRegion"),
        ({"Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"},
                                       "BoolIfExists": {"aws:SecureTransport": "false"}}},
         "Condition/BoolIfExists/aws:SecureTransport"),
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
        {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "A"}, "StringEquals": {"aws:RequestedRegion": "a"}},
        {"Bool": {"aws:PrincipalTag/a": "true"}, "StringEquals": {"aws:PrincipalTag/a": "True"}},
        {"NumericEquals": {"aws:MultiFactorAuthAge": "1"}, "StringEquals": {"aws:MultiFactorAuthAge": "1.0"}},
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


OTHER = TRAIL.replace("111122223333", "444455556666")


def path(account: str, name: str = "") -> str:
    return f"arn:aws:s3:::logs/{name}AWSLogs/{account}/*"


@pytest.mark.parametrize(
    ("condition", "resource", "because"),
    [
        ({"StringEquals": {"aws:SourceArn": TRAIL, "aws:SourceAccount": "444455556666"}}, "*",
         "aws:SourceAccount is about account 444455556666, but aws:SourceArn about 111122223333"),
        ({"ArnLike": {"aws:SourceArn": [TRAIL, TRAIL + "s"]},
          "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": OTHER}}, "*",
         "kms:EncryptionContext:aws:cloudtrail:arn is about account 444455556666, but aws:SourceArn about 111122223333"),
        ({"ArnLike": {"AWS:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*"}}, path("444455556666"),
         f"{path('444455556666')} is about account 444455556666, but AWS:SourceArn about 111122223333"),
        ({"ArnLike": {"aws:SourceArn": [TRAIL, OTHER]}}, [path("777788889999"), path("777788889999", "a/")],
         f"{path('777788889999')} is about account 777788889999, but aws:SourceArn about 111122223333, 444455556666"),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/<name>"},
          "StringEquals": {"aws:SourceAccount": "444455556666"}}, "*",
         "aws:SourceAccount is about account 444455556666, but aws:SourceArn about 111122223333"),
        ({"ArnEquals": {"aws:SourceArn": TRAIL}, "ArnLike": {"aws:SourceArn": OTHER}}, "*",
         "no value of aws:SourceArn meets all conditions on it"),
    ],
)  # fmt: skip
def test_elements_that_name_different_accounts(condition: Any, resource: Any, because: str) -> None:
    """Texts in <> are holes."""
    statement = {
        "Action": "kms:GenerateDataKey" if "kms:" in because else "s3:PutObject",
        "Resource": resource, "Principal": CLOUDTRAIL, "Condition": condition,
    }  # fmt: skip
    found = reached(statement, BUCKET)
    assert (found.ever, found.because) == (NO, because)
    others = {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]}
    if not because.startswith("no value"):
        assert reached({**statement, "Principal": others}, BUCKET).ever == MAYBE


@pytest.mark.parametrize(
    ("condition", "resource"),
    [
        ({"StringEquals": {"aws:SourceArn": TRAIL, "aws:SourceAccount": "111122223333"}}, path("111122223333")),
        ({"StringEquals": {"aws:SourceArn": TRAIL, "aws:SourceAccount": ["1", "444455556666"]}}, "*"),
        ({"StringEquals": {"aws:SourceArn": TRAIL, "aws:SourceAccount": "<account>"}}, "*"),
        ({"StringEquals": {"aws:SourceArn": TRAIL}, "StringNotEquals": {"aws:SourceAccount": "444455556666"}}, "*"),
        ({"StringEquals": {"aws:SourceArn": TRAIL}, "StringEqualsIfExists": {"aws:SourceAccount": "444455556666"}}, "*"),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/a"}}, path("444455556666")),
        ({"ArnLike": {"aws:SourceArn": "arn:<several>:111122223333:trail/a"}}, path("444455556666")),
        ({"StringEquals": {"aws:SourceArn": TRAIL}}, [path("444455556666"), path("o-exampleorgid")]),
        ({"StringEquals": {"aws:SourceArn": TRAIL}}, [path("444455556666"), "arn:aws:s3:::logs"]),
        ({"StringEquals": {"aws:SourceArn": TRAIL}}, "arn:aws:s3:::logs/AWSLogs/4444555566667/*"),
        ({"Null": {"aws:SourceArn": "false"}}, path("444455556666")),
    ],
)  # fmt: skip
def test_elements_that_may_name_the_same_account(condition: Any, resource: Any) -> None:
    statement = {
        "Action": "s3:*", "Resource": resource, "Principal": CLOUDTRAIL, "Condition": condition
    }  # fmt: skip
    assert reached(statement, BUCKET).because == ""


def test_the_account_of_a_principal() -> None:
    condition = {
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"},
        "StringEquals": {"aws:PrincipalAccount": "444455556666"},
    }
    found = reached({"Action": "cloudtrail:*", "Condition": condition})
    assert found.because == (
        "aws:PrincipalAccount is about account 444455556666, but aws:PrincipalArn about 111122223333"
    )
