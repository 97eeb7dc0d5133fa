"""The refusals of set-ups by CloudTrail: exceptions, the messages that come with them, and what to look at.

Source: CloudTrail API Reference, errors of ``CreateTrail`` and ``UpdateTrail``; the messages are those that
deployments have reported.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record

CONSOLE_LOGS = "CloudWatch Logs in the console"
"""The name of a refusal that is no exception: the console cannot configure the integration."""
_CONSOLE_LOGS = regex(
    r"(?i)(?:can ?not|can't|unable to|permissions? to|authorized to|failed to) configure (?:the )?"
    r"(?:cloudwatch logs|cloudtrail to (?:use|send|deliver)[^.]{0,80}cloudwatch logs)"
)
_NAME = regex(r"\b([A-Z][A-Za-z0-9]{4,80}Exception)\b")


@record
class Refusal:
    """An exception: what it means, the requests whose denial is its cause, and where to look.

    ``about`` are parts of requests (``bucket``, ``key``), as ``rules/facts/requests.yaml`` names them.
    """

    name: str
    means: str
    about: tuple[str, ...]
    look_at: str
    phrases: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """What the caller has to be allowed, where the refusal is about the caller."""


_REFUSALS = (
    Refusal(
        "InsufficientS3BucketPolicyException",
        "the bucket policy does not let CloudTrail check the bucket or write to it",
        ("bucket",),
        "the bucket policy: GetBucketAcl on the bucket, PutObject on BUCKET/PREFIX/AWSLogs/ACCOUNT/*, and aws:SourceArn; the "
        "trail must wait for it",
        ("Incorrect S3 bucket policy is detected", "There is a problem with the bucket policy"),
    ),
    Refusal(
        "InsufficientEncryptionPolicyException",
        "the key policy, or the bucket policy, does not let CloudTrail encrypt",
        ("key", "bucket"),
        "the key policy: GenerateDataKey*, DescribeKey for cloudtrail.amazonaws.com; then the bucket policy",
        ("Insufficient permissions to access S3 bucket",),
    ),
    Refusal(
        "InsufficientSnsTopicPolicyException",
        "the topic policy, or the key of the topic, does not let CloudTrail publish",
        ("topic", "topic-key"),
        "the topic policy: sns:Publish for cloudtrail.amazonaws.com; the key policy of an encrypted topic",
        ("SNS Topic does not exist or the topic policy is incorrect",),
    ),
    Refusal(
        "InvalidCloudWatchLogsRoleArnException",
        "CloudTrail cannot assume the role for CloudWatch Logs",
        ("role",),
        "the trust policy of the role: sts:AssumeRole for cloudtrail.amazonaws.com",
        ("Check the trust relationships for your role",),
    ),
    Refusal(
        "InvalidCloudWatchLogsLogGroupArnException",
        "the log group is not usable: its ARN, its region, or what the role may write to it",
        ("log-group",),
        "the ARN of the log group, which ends in :*, its region, and the policies of the role",
        (
            "CloudTrail cannot validate the specified log group ARN",
            "CloudTrail can't validate it",
            "Check the permissions for your role",
            "You must specify a log group that is in the current region",
            "You must specify a log group and a role ARN",
            "You must specify a role ARN as well as a log group",
        ),
    ),
    Refusal(
        "CloudTrailAccessNotEnabledException",
        "trusted access of CloudTrail to the organization is off",
        (),
        "aws_service_access_principals of aws_organizations_organization, or aws organizations "
        "enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
        ("hasn't enabled CloudTrail service access",),
    ),
    Refusal(
        "InvalidParameterCombinationException",
        "the arguments of the trail exclude one another",
        (),
        "a multi-region trail must include global service events",
        ("Multi-Region trail must include global service events",),
    ),
    Refusal(
        "KmsKeyNotFoundException",
        "there is no such key, or it is not in the region of the bucket",
        ("key",),
        "the key's ARN and region: the region is that of the bucket",
        ("and key are not in the same region",),
    ),
    Refusal(
        "KmsException",
        "the key cannot be used: it is disabled, is to be deleted, or has another purpose",
        ("key",),
        "the state of the key",
    ),
    Refusal(
        "S3BucketDoesNotExistException",
        "there is no such bucket, or it belongs to another account that does not show it",
        ("bucket",),
        "the name of the bucket",
    ),
    Refusal(
        "InsufficientDependencyServiceAccessPermissionException",
        "who creates the trail may not do what an organization trail needs",
        (),
        "the policies of the caller: organizations:DescribeOrganization, ListAWSServiceAccessForOrganization, "
        "iam:CreateServiceLinkedRole",
        actions=(
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
            "iam:GetRole",
            "iam:CreateServiceLinkedRole",
        ),
    ),
    Refusal(
        "InsufficientIAMAccessPermissionException",
        "who makes the request may not see or create the service-linked role",
        (),
        "the policies of the caller: iam:GetRole and iam:CreateServiceLinkedRole",
        actions=("iam:GetRole", "iam:CreateServiceLinkedRole"),
    ),
    Refusal(
        CONSOLE_LOGS,
        "the console needs permissions of its user besides those of the API",
        (),
        "the policies of the user: cloudtrail:UpdateTrail, logs:CreateLogGroup, iam:PassRole and iam:ListRoles, "
        "iam:GetRolePolicy",
        actions=(
            "cloudtrail:UpdateTrail",
            "logs:CreateLogGroup",
            "iam:PassRole",
            "iam:ListRoles",
            "iam:GetRolePolicy",
        ),
    ),
    Refusal(
        "InvalidEventSelectorsException",
        "the event selectors are not valid",
        (),
        "the event selectors of the trail or event data store",
    ),
    Refusal(
        "InvalidInsightSelectorsException",
        "the Insights selectors do not go with what is logged",
        (),
        "the Insights selectors and the events that are logged",
    ),
    Refusal(
        "InvalidTrailNameException",
        "the name of the trail is not valid",
        (),
        "the name: 3 to 128 letters, digits and . _ - between them",
        ("Trail name or ARN can", "Trail name too short", "Trail names must not be formatted"),
    ),
    Refusal(
        "OrganizationNotInAllFeaturesModeException",
        "the organization has not all features on",
        (),
        "feature_set of the organization: ALL",
    ),
    Refusal(
        "ResourcePolicyNotValidException",
        "the policy of a channel, event data store or dashboard is not valid",
        (),
        "the resource policy: principal, actions and resource",
    ),
    Refusal(
        "InvalidEventDataStoreCategoryException",
        "the event data store has events of another category",
        (),
        "the event selectors of the event data store",
    ),
)
BY_NAME = {one.name: one for one in _REFUSALS}
"""The refusals by the name of their exception."""


def refusal_in(line: str) -> Refusal | None:
    """The refusal that *line* reports, by the name of the exception or its message."""
    for found in _NAME.finditer(line):
        if found.group(1) in BY_NAME:
            return BY_NAME[found.group(1)]
    if _CONSOLE_LOGS.search(line):
        return BY_NAME[CONSOLE_LOGS]
    lower = line.lower()
    return next(
        (one for one in _REFUSALS if any(phrase.lower() in lower for phrase in one.phrases)), None
    )


def nearest_name(line: str) -> str:
    """A known exception like one in *line*; empty if there is none."""
    from ..base.suggest import closest

    for found in _NAME.finditer(line):
        near = closest(found.group(1), BY_NAME, 0.8)
        if near is not None:
            return near
    return ""
