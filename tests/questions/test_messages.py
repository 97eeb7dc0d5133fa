"""Every form of IAM's sentence in every frame that tools put around it, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cloudtrail_policylint.questions.messages import (
    OPERATION,
    PUBLIC_ACCESS,
    SENTENCE,
    SET_UP,
    UnreadableMessageError,
    read_message,
    read_messages,
)
from cloudtrail_policylint.questions.refusals import BY_NAME, CONSOLE_LOGS

ANN = "arn:aws:iam::111122223333:user/ann"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
POLICY = "arn:aws:organizations::111122223333:policy/o-ab/service_control_policy/p-12"
ACTION = "cloudtrail:StopLogging"
HEAD = f"User: {ANN} is not authorized to perform: {ACTION}"

ENDS = {
    "": ("", False, ""),
    " because no identity-based policy allows the cloudtrail:StopLogging action": ("identity", False, ""),
    " because no resource-based policy allows the cloudtrail:StopLogging action": ("resource", False, ""),
    " because no permissions boundary allows the cloudtrail:StopLogging action": ("boundary", False, ""),
    " because no session policy allows the cloudtrail:StopLogging action": ("session", False, ""),
    " because no service control policy allows the cloudtrail:StopLogging action": ("scp", False, ""),
    " because no resource control policy allows the cloudtrail:StopLogging action": ("rcp", False, ""),
    " because no VPC endpoint policy allows the cloudtrail:StopLogging action": ("vpc-endpoint", False, ""),
    " because no role trust policy allows the sts:AssumeRole action": ("trust", False, ""),
    " with an explicit deny": ("", True, ""),
    " with an explicit deny in an identity-based policy": ("identity", True, ""),
    " with an explicit deny in a resource-based policy": ("resource", True, ""),
    " with an explicit deny in a permissions boundary": ("boundary", True, ""),
    " with an explicit deny in a session policy": ("session", True, ""),
    " with an explicit deny in a sessions policy": ("session", True, ""),
    " with an explicit deny in a service control policy": ("scp", True, ""),
    f" with an explicit deny in a service control policy: {POLICY}": ("scp", True, POLICY),
    " with an explicit deny in a resource control policy": ("rcp", True, ""),
    " with an explicit deny in a VPC endpoint policy": ("vpc-endpoint", True, ""),
    " with an explicit deny in the role trust policy": ("trust", True, ""),
    " with an explicit deny transitively through a service control policy": ("scp", True, ""),
}  # fmt: skip
RESOURCES = {
    "": "",
    f" on resource: {TRAIL}": TRAIL,
    " on resource: My-Trail": "My-Trail",
    " on resource: *": "*",
    f' on resource: "{TRAIL}"': TRAIL,
}


def wrapped(text: str) -> str:
    words = text.split(" ")
    lines = [" ".join(words[at : at + 5]) for at in range(0, len(words), 5)]
    return "\n".join(["╷", *[f"│ {line}" for line in lines], "╵"])


def broken(text: str, width: int = 61) -> str:
    """*text* as it is copied from a terminal, which breaks lines in the middle of words."""
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return "\n".join(["╷", *[f"│ {line}".rstrip() for line in lines], "╵"])


FRAMES: dict[str, Callable[[str], str]] = {
    "bare": lambda text: text,
    "cli": lambda text: f"\nAn error occurred (AccessDeniedException) when calling the StopLogging operation: {text}\n",
    "cli-retries": lambda text: f"An error occurred (AccessDenied) when calling the StopLogging operation (reached max retries: 4): {text}",
    "boto3": lambda text: f"Traceback (most recent call last):\n  File \"x.py\", line 1\nbotocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the StopLogging operation: {text}",
    "terraform": lambda text: wrapped(f"Error: creating CloudTrail Trail (audit): operation error CloudTrail: CreateTrail, https response error StatusCode: 400, RequestID: 1-2, api error AccessDeniedException: {text} \n\n  with aws_cloudtrail.audit,"),
    "terraform-colors": lambda text: "\x1b[31m│\x1b[0m \x1b[1mError: \x1b[0m" + text,
    "terraform-old": lambda text: f"Error: AccessDeniedException: {text}\n\tstatus code: 400, request id: 1-2",
    "cloudformation": lambda text: f'Resource handler returned message: "{text} (Service: CloudTrail, Status Code: 400, Request ID: 1-2)" (RequestToken: 3, HandlerErrorCode: AccessDenied)',
    "cdk": lambda text: f" ❌  Stack failed: Error: The stack named Stack failed to deploy: UPDATE_ROLLBACK_COMPLETE: {text}",
    "go": lambda text: f"operation error CloudTrail: StopLogging, https response error StatusCode: 400, RequestID: 1-2, api error AccessDeniedException: {text}",
    "java": lambda text: f"software.amazon.awssdk.services.cloudtrail.model.CloudTrailException: {text} (Service: CloudTrail, Status Code: 400, Request ID: 1-2)",
    "java-1": lambda text: f"com.amazonaws.AmazonServiceException: {text} (Service: AWSCloudTrail; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1)",
    "javascript": lambda text: f"AccessDeniedException: {text}\n    at throwDefaultError (/x.js:1:2)\n  '$fault': 'client'",
    "xml": lambda text: f"<Error><Code>AccessDenied</Code><Message>{text.replace(chr(34), '&quot;')}</Message><RequestId>1</RequestId></Error>",
    "actions-log": lambda text: "".join(f"2026-11-20T10:11:12.3456789Z \x1b[31m│\x1b[0m {line}\n" for line in wrapped(text).split("\n")),
    "python-log": lambda text: "".join(f"[2026-11-20 10:11:12,345] {line}\n" for line in wrapped(text).split("\n")),
    "rust": lambda text: f"Error: unhandled error (AccessDeniedException): Error {{ code: \"AccessDeniedException\", message: {json.dumps(text)} }}",
    "terminal": lambda text: broken(text),
    "json-twice": lambda text: json.dumps(json.dumps({"msg": text})),
    "json": lambda text: json.dumps({"__type": "AccessDeniedException", "Message": text}),
    "lines": lambda text: text.replace(" ", "\n  "),
    "windows": lambda text: text.replace(" ", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("end", ENDS)
def test_each_form_in_each_frame(frame: str, end: str) -> None:
    for written, resource in RESOURCES.items():
        found = read_message(FRAMES[frame](HEAD + written + end))
        assert (found.form, found.principal, found.action) == (SENTENCE, ANN, ACTION)
        assert found.resource == resource
        assert (found.kind, found.explicit, found.policy) == ENDS[end]


CONSOLE = f"""You don't have permission to cloudtrail:DescribeTrails. To request access, copy the text.
User: {ANN}
Service: cloudtrail
Action: DescribeTrails
On resource(s): arn:aws:cloudtrail:eu-west-1:111122223333:trail/*
Context: """


@pytest.mark.parametrize("joined", ["\n", " ", ""])
@pytest.mark.parametrize(
    ("context", "kind", "explicit"),
    [
        ("no identity-based policy allows the action", "identity", False),
        ("a service control policy explicitly denies the action", "scp", True),
        ("an identity-based policy explicitly denies the action", "identity", True),
    ],
)
def test_what_the_console_shows(*, joined: str, context: str, kind: str, explicit: bool) -> None:
    found = read_message((CONSOLE + context).replace("\n", joined))
    assert (found.principal, found.action) == (ANN, "cloudtrail:DescribeTrails")
    assert found.resource == "arn:aws:cloudtrail:eu-west-1:111122223333:trail/*"
    assert (found.kind, found.explicit) == (kind, explicit)
    short = CONSOLE.replace("Service: cloudtrail\nAction: ", "Action: cloudtrail:") + context
    assert read_message(short) == found


def test_all_denials_of_a_text_are_read_once_each() -> None:
    other = HEAD.replace(ACTION, "cloudtrail:DeleteTrail") + " with an explicit deny"
    lines = [HEAD, other, f"{HEAD}.", "Done."]
    assert [(one.action, one.explicit) for one in read_messages("\n".join(lines))] == [
        (ACTION, False),
        ("cloudtrail:DeleteTrail", True),
    ]


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        (" on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access", "resource"),
        (" on resource: x because public policies are blocked by the BlockPublicPolicy block public access setting.", PUBLIC_ACCESS),
    ],
)  # fmt: skip
def test_other_reasons(rest: str, kind: str) -> None:
    found = read_message(HEAD + rest)
    assert (found.kind, found.explicit) == (kind, False)


def test_a_bare_denial_is_read_if_the_action_is_said() -> None:
    text = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with pytest.raises(UnreadableMessageError, match="say --principal, --action"):
        read_message(text)
    (found,) = read_messages(text, "s3:GetObject")
    assert (found.form, found.action) == (OPERATION, "s3:GetObject")
    with pytest.raises(UnreadableMessageError):
        read_messages("hello", "s3:GetObject")


@pytest.mark.parametrize(
    ("text", "principal", "resource"),
    [
        ("User is not authorized to perform: cloudtrail:LookupEvents", "", ""),
        ("Access Denied: is not authorized to perform: logs:PutLogEvents on resource: a", "", "a"),
        (f"User: {ANN} is not authorized to perform: iam:GetUser on resource: user ann because no identity-based policy allows it", ANN, "ann"),
        (f"User: {ANN} is not authorized to perform: iam:GetUser on resource: user because no identity-based policy allows it", ANN, "user"),
        (f"User: {ANN} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext", ANN, ""),
    ],
)  # fmt: skip
def test_what_a_sentence_does_not_say(text: str, principal: str, resource: str) -> None:
    found = read_message(text)
    assert (found.form, found.principal, found.resource) == (SENTENCE, principal, resource)


def test_the_shortest_form_has_an_action_only() -> None:
    found = read_message(
        "User: arn:aws:iam::123456789012:user/marymajor is not authorized to perform: iam:PassRole"
    )
    assert (found.action, found.resource, found.kind) == ("iam:PassRole", "", "")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("A client error (AccessDeniedException) occurred when calling the StopLogging operation: Unknown", ACTION),
        ("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", "s3:PutObject"),
        ("An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized", "ec2:RunInstances"),
        ("operation error CloudTrail: StopLogging, https response error StatusCode: 400, api error AccessDeniedException: no", ACTION),
        ("Not authorized to perform sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity"),
        ("AccessDenied. User doesn't have permission to call iam:ListRoles", "iam:ListRoles"),
        ("operation error CloudWatch Logs: PutLogEvents, api error AccessDeniedException: no", "logs:PutLogEvents"),
    ],
)  # fmt: skip
def test_an_operation_alone_is_an_action(text: str, action: str) -> None:
    found = read_message(text)
    assert (found.form, found.action, found.principal) == (OPERATION, action, "")


REFUSED = {
    "InsufficientS3BucketPolicyException": "Incorrect S3 bucket policy is detected for bucket: logs",
    "InsufficientEncryptionPolicyException": "Insufficient permissions to access S3 bucket logs or KMS key arn:aws:kms:x",
    "InsufficientSnsTopicPolicyException": "SNS Topic does not exist or the topic policy is incorrect!",
    "InvalidCloudWatchLogsRoleArnException": "Access denied. Check the trust relationships for your role.",
    "InvalidCloudWatchLogsLogGroupArnException": "Access denied. Check the permissions for your role.",
    "CloudTrailAccessNotEnabledException": "The request could not be processed because your organization hasn't enabled CloudTrail service access.",
    "InvalidParameterCombinationException": "Multi-Region trail must include global service events.",
    "KmsKeyNotFoundException": "KMS key ID x does not exist, or s3 bucket logs and key are not in the same region",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_read_by_its_name_or_its_message(name: str) -> None:
    message = REFUSED[name]
    for text in (
        f"{name}: {message}",
        message,
        f"An error occurred ({name}) when calling the CreateTrail operation: {message}",
        wrapped(f"Error: creating CloudTrail Trail (audit): operation error CloudTrail: CreateTrail, api error {name}: {message}"),
        f'Resource handler returned message: "Invalid request provided: {message} (Service: CloudTrail, Status Code: 400)"',
    ):  # fmt: skip
        found = read_message(text)
        assert found.form == SET_UP
        assert found.refusal is BY_NAME[name]


def test_the_console_cannot_configure_cloudwatch_logs() -> None:
    found = read_message("You do not have permissions to configure CloudWatch Logs for this trail.")
    assert found.refusal is BY_NAME[CONSOLE_LOGS]
    assert read_message("you cannot configure CloudWatch Logs integration").refusal is found.refusal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty message"),
        ("hello", "not a denial"),
        ("User: x is not authorized", "the sentence has to name the action"),
        (
            "An error occurred (Throttling) when calling the StopLogging operation: Rate",
            "has to be AccessDenied",
        ),
        ("with an explicit deny in a session policy", "the beginning of the sentence is missing"),
        ("InsufficientS3BucketPolicyExeption", "expected one of"),
        ("InsufficientBucketPolicyException", "did you mean InsufficientS3BucketPolicyException?"),
        ("Encoded authorization failure message: " + "aB3-_" * 20, "decode-authorization-message"),
    ],
)
def test_what_cannot_be_read_says_what_is_expected(text: str, said: str) -> None:
    with pytest.raises(UnreadableMessageError) as caught:
        read_message(text)
    assert said in str(caught.value)
