from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from cloudtrail_policylint.extract.account import extract_listing, is_listing
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.readers.json.reader import read_placed
from cloudtrail_policylint.tree.source import SourceFile

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "x:Y", "Resource": "*"}],
}
OURS = "arn:aws:iam::111122223333:policy/ours"
OF_AWS = "arn:aws:iam::aws:policy/p"


def extract(listing: object) -> Extraction:
    root = read_placed(SourceFile("account.json", json.dumps(listing))).root
    assert root is not None
    assert is_listing(root)
    return extract_listing(root)


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": "p", "PolicyArn": arn} for arn in arns]


def managed(arn: str, *documents: object) -> dict[str, object]:
    versions = [
        {"IsDefaultVersion": index == 0, "Document": document}
        for index, document in enumerate(documents)
    ]
    return {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "PolicyVersionList": versions}


@pytest.mark.parametrize("policy", [POLICY, quote(json.dumps(POLICY)), json.dumps(POLICY)])
def test_owners_and_kinds(policy: object) -> None:
    extraction = extract(
        {
            "RoleDetailList": [
                {
                    "RoleName": "Auditor",
                    "AssumeRolePolicyDocument": policy,
                    "InstanceProfileList": [{"Roles": [{"AssumeRolePolicyDocument": policy}]}],
                    "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": policy}],
                    "AttachedManagedPolicies": attached(OF_AWS),
                }
            ],
            "Policies": [managed(OURS, policy, policy), managed(OF_AWS, policy)],
        }
    )
    assert [(d.owner.name, d.kind) for d in extraction.documents] == [
        ("Auditor", "trust"),
        ("Auditor/inline", "identity"),
        ("ours", "identity"),
    ]
    (attachment,) = extraction.attachments
    assert (attachment.arn.literal, attachment.owner.name) == (OF_AWS, "Auditor")


def test_whoever_holds_a_policy() -> None:
    inline = [{"PolicyName": "inline", "PolicyDocument": POLICY}]
    extraction = extract(
        {
            "UserDetailList": [{"UserName": "x", "GroupList": ["g"], "UserPolicyList": inline}],
            "GroupDetailList": [{"GroupName": "g", "GroupPolicyList": inline}],
            "RoleDetailList": [
                {"RoleName": "x", "AttachedManagedPolicies": attached(OURS), "RolePolicyList": []}
            ],
            "Policies": [managed(OURS, POLICY)],
        }
    )
    assert [d.holders for d in extraction.documents] == [
        ("UserName x",),
        ("GroupName g", "UserName x"),
        ("RoleName x",),
    ]
    assert extraction.attachments == ()


def test_a_policy_that_only_bounds_is_a_boundary() -> None:
    bounded = {"RoleName": "x", "PermissionsBoundary": {"PermissionsBoundaryArn": OURS}}
    (found,) = extract({"RoleDetailList": [bounded], "Policies": [managed(OURS, POLICY)]}).documents
    assert (found.kind, found.holders) == ("boundary", ())


@pytest.mark.parametrize(
    "listing",
    [
        {
            "RoleDetailList": [
                5,
                {"RoleName": 5, "RolePolicyList": [[]], "AttachedManagedPolicies": 1},
            ]
        },
        {"UserDetailList": [{"GroupList": [{}]}], "Policies": [{"PolicyVersionList": [{}]}]},
        {"GroupDetailList": [], "Policies": {"a": "b"}},
    ],
)
def test_what_is_not_as_it_should_be(listing: object) -> None:
    assert extract(listing) == Extraction()
