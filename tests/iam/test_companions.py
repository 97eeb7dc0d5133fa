"""Policies of one role are judged together, as far as one can have them."""

from __future__ import annotations

import json

import pytest

from cloudtrail_policylint import lint_text
from cloudtrail_policylint.iam.companions import MAX_COMPANIONS


@pytest.mark.parametrize(
    ("number", "found"),
    [(1, True), (MAX_COMPANIONS, True), (MAX_COMPANIONS + 1, False), (20 * MAX_COMPANIONS, False)],
)
def test_what_a_role_with_more_policies_than_there_can_be_may_do_is_unknown(
    number: int, *, found: bool
) -> None:
    """The first policy needs what another one may grant; all others grant something else."""
    actions = ["cloudtrail:CreateTrail", *["s3:ListBucket"] * (number - 1)]
    policies = [
        {
            "PolicyName": f"p{place}",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
            },
        }
        for place, action in enumerate(actions)
    ]
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {}, "Policies": policies},
    }
    findings = lint_text(json.dumps({"Resources": {"Maker": role}}), "template.json")
    assert ("create-trail-without-bucket-permissions" in {f.name for f in findings}) is found
