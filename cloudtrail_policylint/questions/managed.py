"""AWS managed policies whose published text is known.

Source: AWS Managed Policy Reference, "AWSCloudTrail_ReadOnlyAccess", "AWSCloudTrail_FullAccess" and
"AdministratorAccess" (the first read 2026-11-26; the others from an archive of the same texts).
"""

from __future__ import annotations

from functools import cache

from ..decisions.decision import IDENTITY
from ..decisions.documents import document as document_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..iam.policy import Document

_ANY = ("*",)
_TEXTS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]], ...]] = {
    "AWSCloudTrail_ReadOnlyAccess": (
        (
            (
                "cloudtrail:Get*",
                "cloudtrail:Describe*",
                "cloudtrail:List*",
                "cloudtrail:LookupEvents",
            ),
            _ANY,
            {},
        ),
    ),
    "AWSCloudTrail_FullAccess": (
        (
            (
                "sns:AddPermission",
                "sns:CreateTopic",
                "sns:SetTopicAttributes",
                "sns:GetTopicAttributes",
            ),
            ("arn:aws:sns:*:*:aws-cloudtrail-logs*",),
            {},
        ),
        (
            ("s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"),
            ("arn:aws:s3:::aws-cloudtrail-logs*",),
            {},
        ),
        (
            ("logs:CreateLogGroup",),
            ("arn:aws:logs:*:*:log-group:aws-cloudtrail-logs*",),
            {},
        ),
        (
            ("iam:PassRole",),
            _ANY,
            {"StringEquals": {"iam:PassedToService": "cloudtrail.amazonaws.com"}},
        ),
        (
            (
                "cloudtrail:*",
                "sns:ListTopics",
                "s3:ListAllMyBuckets",
                "s3:GetBucketLocation",
                "s3:GetBucketPolicy",
                "iam:ListRoles",
                "iam:GetRolePolicy",
                "iam:GetUser",
                "kms:CreateKey",
                "kms:CreateAlias",
                "kms:ListKeys",
                "kms:ListAliases",
                "lambda:ListFunctions",
                "dynamodb:ListGlobalTables",
                "dynamodb:ListTables",
            ),
            _ANY,
            {},
        ),
    ),
    "AdministratorAccess": ((_ANY, _ANY, {}),),
}
"""What each allows: actions, resources and conditions."""
NAMES = tuple(_TEXTS)
"""The policies whose text is known, those that grant least first."""


@cache
def document(arn: str) -> Document | None:
    """The policy with the *arn*, or of that name as AWS SAM accepts it; None for any other."""
    owner, _, name = arn.rpartition(":policy/")
    is_of_aws = not owner or owner.endswith("::aws")
    texts = _TEXTS.get(name) if is_of_aws else None
    if texts is None:
        return None
    statements = []
    for actions, resources, condition in texts:
        one: dict[str, Any] = {"Effect": "Allow", "Action": [*actions], "Resource": [*resources]}
        statements.append({**one, "Condition": condition} if condition else one)
    return document_of({"Version": "2012-10-17", "Statement": statements}, IDENTITY, name)
