"""Policies that are not in view, what is remembered, and requests with holes."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.decisions.call import availability, request_of
from cloudtrail_policylint.decisions.conditions import having
from cloudtrail_policylint.decisions.decision import Decider, Policies
from cloudtrail_policylint.decisions.principals import Principal, principal_of
from cloudtrail_policylint.decisions.reasons import causes
from cloudtrail_policylint.decisions.request import Request
from cloudtrail_policylint.decisions.statements import resource_matches
from cloudtrail_policylint.decisions.values import form, literal
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.iam.policy import Document
from cloudtrail_policylint.tree.nodes import ACCOUNT, Hole, Piece
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.policies import document

ROLE = "arn:aws:iam::111122223333:role/ops"
NOWHERE = Span(SourceFile("", ""), 0, 0)


def policy(effect: str = "Allow", **rest: Any) -> Document:
    statement = {"Effect": effect, "Action": "s3:*", "Resource": "*", **rest}
    return document({"Version": "2012-10-17", "Statement": [statement]})


def request(**given: Any) -> Request:
    asked = {
        "principal": ROLE,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::logs/x",
        "resource_account": "111122223333",
    }
    return request_of(**{**asked, **given})


ALLOWED = Policies(identity=(policy(),))


@pytest.mark.parametrize(
    "kind", ["identity", "boundary", "session", "scp", "rcp", "resource", "vpc-endpoint"]
)
def test_a_type_that_is_not_in_view_never_makes_an_answer_yes(kind: str) -> None:
    found = Decider().decide(request(), Policies(identity=(policy(),), unknown=frozenset({kind})))
    assert (found.allowed, found.denied) == (MAYBE, MAYBE)


def test_what_is_not_in_view_does_not_undo_a_deny() -> None:
    every = frozenset(("identity", "boundary", "session", "scp", "rcp", "resource", "vpc-endpoint"))
    found = Decider().decide(request(), Policies(identity=(policy("Deny"),), unknown=every))
    assert (found.allowed, found.denied) == (NO, YES)


def test_an_incomplete_document_and_one_of_alternatives() -> None:
    part = policy()
    part.complete = False  # type: ignore[misc]
    found = Decider().decide(request(), Policies(identity=(part,)))
    assert (found.allowed, found.denied) == (MAYBE, MAYBE)
    perhaps = policy()
    perhaps.statements[0].optional = True  # type: ignore[misc]
    assert Decider().decide(request(), Policies(identity=(perhaps,))).allowed == MAYBE


def test_what_a_document_says_is_remembered() -> None:
    decider, asked, own = Decider(), request(), policy()
    first = decider.decide(asked, Policies(identity=(own,)))
    again = decider.decide(asked, Policies(identity=(own,), scps=((policy(),),)))
    assert again.layers[0] is first.layers[0]
    other = decider.decide(request(action="s3:PutObject"), Policies(identity=(own,)))
    assert other.layers[0] is not first.layers[0]


def test_the_same_hole_in_request_and_policy() -> None:
    account = Hole("${AWS::AccountId}", NOWHERE, ACCOUNT)
    resource = (Piece("arn:aws:s3:::logs/AWSLogs/", NOWHERE), account, Piece("/x", NOWHERE))
    wanted = "arn:aws:s3:::logs/AWSLogs/${AWS::AccountId}/*"
    policies = Policies(
        resource=(policy(Resource=wanted, Principal={"Service": "cloudtrail.amazonaws.com"}),)
    )
    for shared, verdict in ((frozenset({account.written}), YES), (frozenset[str](), MAYBE)):
        asked = Request(
            principal_of("cloudtrail.amazonaws.com"),
            "s3:PutObject",
            resource,
            available=availability(),
            shared=shared,
        )
        assert Decider().decide(asked, policies).allowed == verdict


def test_accounts_that_are_the_same_hole() -> None:
    account = (Hole("${AWS::AccountId}", NOWHERE, ACCOUNT),)
    arn = (Piece("arn:aws:iam::", NOWHERE), *account, Piece(":role/ops", NOWHERE))
    session = form("arn:aws:sts::{account}:assumed-role/ops/{name}")
    for shared, verdict in ((frozenset({account[0].written}), YES), (frozenset[str](), MAYBE)):
        asked = Request(
            Principal("role", account, arn, session),
            "s3:GetObject",
            literal("arn:aws:s3:::logs/x"),
            available=availability(),
            resource_account=account,
            shared=shared,
        )
        assert Decider().decide(asked, ALLOWED).allowed == verdict


def test_a_request_of_cloudtrail() -> None:
    """The bucket policy that the CloudTrail User Guide has ("Amazon S3 bucket policy for CloudTrail")."""
    trail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/AWSLogs/111122223333/*",
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceArn": trail,
            }
        },
    }
    guard = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    asked = Request(
        principal_of("cloudtrail.amazonaws.com"),
        "s3:PutObject",
        form("arn:aws:s3:::logs/AWSLogs/111122223333/{any}"),
        available=availability(),
        context={
            "s3:x-amz-acl": having(literal("bucket-owner-full-control")),
            "aws:SourceArn": having(literal(trail)),
        },
    )
    works = document({"Version": "2012-10-17", "Statement": [statement]})
    assert Decider().decide(asked, Policies(resource=(works,))).allowed == YES
    guarded = document({"Version": "2012-10-17", "Statement": [statement, guard]})
    found = Decider().decide(asked, Policies(resource=(guarded,)))
    assert (found.allowed, found.denied) == (NO, YES)
    first = causes(found, asked)[0]
    assert (first.effect, first.kind, first.certain) == ("deny", "s3-bucket", True)


def test_cost_grows_with_the_number_of_statements() -> None:
    statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}
    many = document({"Version": "2012-10-17", "Statement": [statement] * 20_000})
    assert Decider().decide(request(), Policies(identity=(many,))).allowed == NO


@pytest.mark.parametrize(
    ("root", "verdict"),
    [
        ("arn:aws:iam::111122223333:root", YES),
        ("arn:aws-cn:iam::111122223333:root", NO),
        ("arn:aws:sts::111122223333:root", NO),
        ("arn:aws:iam:eu-west-1:111122223333:root", NO),
        ("arn:aws:<x>am::111122223333:root", MAYBE),
        ("arn:<partition>:iam::111122223333:root", MAYBE),
        ("arn:aws:iam::<account>:root", MAYBE),
    ],
)
def test_the_whole_arn_of_an_account_counts(root: str, verdict: int) -> None:
    key = document(
        {
            "Statement": [
                {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": root}}
            ]
        }
    )
    asked = request(action="kms:Decrypt", resource="arn:aws:kms:eu-west-1:111122223333:key/1")
    policies = Policies(identity=(policy(Action="kms:*"),), resource=(key,))
    assert Decider().decide(asked, policies).allowed == verdict


def test_a_shared_hole_with_known_values_is_the_same_everywhere() -> None:
    partition = Hole("${AWS::Partition}", NOWHERE, values=("aws", "aws-cn"))
    wanted = (Piece("arn:", NOWHERE), partition, Piece(":s3:::logs/*", NOWHERE))
    asked = (Piece("arn:", NOWHERE), partition, Piece(":s3:::logs/x", NOWHERE))
    for shared, verdict in ((frozenset({partition.written}), YES), (frozenset[str](), MAYBE)):
        found = Request(
            principal_of(ROLE), "s3:GetObject", asked, available=availability(), shared=shared
        )
        assert resource_matches(wanted, found, None) == verdict
