"""Decisions over all types of policies, by what AWS's documentation says of each.

Sources, read 2026-11-26: LOGIC (IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny
access"), CROSS (the same, "Cross-account policy evaluation logic"), PRINCIPAL and NOTPRINCIPAL (the same, "AWS JSON
policy elements: Principal" and "...: NotPrincipal"), BOUNDARY ("Permissions boundaries for IAM entities"), SCP and RCP
(AWS Organizations User Guide, "Service control policies" and "Resource control policies"), KMS (KMS Developer Guide,
"Key policies in AWS KMS"), ENDPOINT (PrivateLink Guide, "Control access to VPC endpoints using endpoint policies").
"""

from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint import decide

OWN, OTHER = "111122223333", "444455556666"
ALICE = f"arn:aws:iam::{OWN}:user/alice"
ROLE = f"arn:aws:iam::{OWN}:role/ops"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/ops/alice"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/alice"
ROOT = f"arn:aws:iam::{OWN}:root"
STRANGER = f"arn:aws:iam::{OTHER}:user/eve"
CLOUDTRAIL = "cloudtrail.amazonaws.com"
BUCKET, LOG = "arn:aws:s3:::logs", "arn:aws:s3:::logs/AWSLogs/x"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1234"


def policy(*statements: dict[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    found: dict[str, Any] = {"Statement": list(statements)}
    return found if version is None else {"Version": version, **found}


def allow(
    action: Any = "*", resource: Any = "*", principal: Any = None, **rest: Any
) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": action, "Resource": resource, **rest}
    return found if principal is None else {**found, "Principal": principal}


def deny(
    action: Any = "*", resource: Any = "*", principal: Any = None, **rest: Any
) -> dict[str, Any]:
    return {**allow(action, resource, principal, **rest), "Effect": "Deny"}


ALL, NOTHING = policy(allow()), policy(allow("ec2:*"))
DENIED = policy(allow(), deny())
READ = {"action": "s3:GetObject", "resource": LOG, "resource_account": OWN}


def answer(**given: Any) -> tuple[bool | None, bool]:
    found = decide(**{**READ, **given})
    return found.allowed, found.explicit


YES, NO, EXPLICIT, UNTOLD = (True, False), (False, False), (False, True), (None, False)


def aws(*who: str) -> dict[str, Any]:
    return {"AWS": list(who)}


def of_bucket(who: Any, **rest: Any) -> dict[str, Any]:
    return policy(allow("s3:*", "*", who, **rest))


# -- one account


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # LOGIC: "By default, all requests are implicitly denied with the exception of the root user"
        ({"principal": ALICE}, NO),
        ({"principal": ROOT}, YES),
        ({"principal": ALICE, "identity": [ALL]}, YES),
        ({"principal": ALICE, "identity": [NOTHING, ALL]}, YES),
        # "An explicit deny overrides an explicit allow"
        ({"principal": ALICE, "identity": [ALL, DENIED]}, EXPLICIT),
        ({"principal": ALICE, "identity": [ALL], "boundaries": [DENIED]}, EXPLICIT),
        ({"principal": ALICE, "identity": [ALL], "scps": [[DENIED]]}, EXPLICIT),
        ({"principal": ALICE, "identity": [ALL], "resource_policy": policy(deny(principal="*"))}, EXPLICIT),
        ({"principal": SESSION, "identity": [ALL], "session": [DENIED]}, EXPLICIT),
        ({"principal": ROOT, "resource_policy": policy(deny(principal="*"))}, EXPLICIT),
        # "at least one Allow within the same account"
        ({"principal": ALICE, "resource_policy": of_bucket(aws(ALICE))}, YES),
        ({"principal": ALICE, "resource_policy": of_bucket("*")}, YES),
        # PRINCIPAL, "AWS account principals": it delegates to the account, which decides by identity policies
        ({"principal": ALICE, "resource_policy": of_bucket(aws(OWN))}, NO),
        ({"principal": ALICE, "resource_policy": of_bucket(aws(ROOT))}, NO),
        ({"principal": ALICE, "resource_policy": of_bucket(aws(ROOT)), "identity": [ALL]}, YES),
        # BOUNDARY: both must allow
        ({"principal": ALICE, "identity": [ALL], "boundaries": [NOTHING]}, NO),
        ({"principal": ALICE, "identity": [ALL], "boundaries": [ALL]}, YES),
        ({"principal": ALICE, "boundaries": [ALL]}, NO),
        # LOGIC, session policies
        ({"principal": SESSION, "identity": [ALL], "session": [NOTHING]}, NO),
        ({"principal": SESSION, "identity": [ALL], "session": [ALL]}, YES),
        ({"principal": SESSION, "identity": [ALL]}, YES),
        ({"principal": FEDERATED, "identity": [ALL]}, NO),
        ({"principal": FEDERATED, "identity": [ALL], "session": [ALL]}, YES),
    ],
)  # fmt: skip
def test_within_an_account(given: dict[str, Any], expected: tuple[bool | None, bool]) -> None:
    assert answer(**given) == expected


LIMITED = {"boundaries": [NOTHING]}
NARROW = {"session": [NOTHING]}


@pytest.mark.parametrize(
    ("given", "named", "expected"),
    [
        # LOGIC, "Resource-based policies": who is named directly is not limited by an implicit deny elsewhere
        ({"principal": ALICE, **LIMITED}, aws(ALICE), YES),
        ({"principal": ROLE, **LIMITED}, aws(ROLE), NO),
        ({"principal": ROLE, **NARROW}, aws(ROLE), NO),
        ({"principal": ROLE}, aws(ROLE), YES),
        ({"principal": SESSION, **LIMITED}, aws(ROLE), NO),
        ({"principal": SESSION, **LIMITED}, aws(SESSION), YES),
        ({"principal": SESSION, **NARROW}, aws(SESSION), YES),
        ({"principal": SESSION, **NARROW}, "*", YES),
        ({"principal": FEDERATED, **NARROW}, aws(FEDERATED), YES),
        ({"principal": FEDERATED, **NARROW}, aws(ALICE), NO),
        ({"principal": FEDERATED, "session": [ALL]}, aws(ALICE), YES),
        ({"principal": SESSION, **LIMITED}, aws(ROOT), NO),
        # the session of a role is somebody else than another session of it
        ({"principal": SESSION}, aws(f"arn:aws:sts::{OWN}:assumed-role/ops/bob"), NO),
        ({"principal": ROLE}, aws(SESSION), UNTOLD),
        # names of roles are unique in an account: the path is not in the session's ARN
        ({"principal": SESSION}, aws(f"arn:aws:iam::{OWN}:role/teams/ops"), YES),
        ({"principal": SESSION}, aws(f"arn:aws:iam::{OWN}:role/ops/teams"), NO),
        # PRINCIPAL: "the user name part of the ARN is case sensitive", "you cannot use a wildcard"
        ({"principal": ALICE}, aws(ALICE.replace("alice", "Alice")), NO),
        ({"principal": ALICE}, aws(f"arn:aws:iam::{OWN}:user/*"), UNTOLD),
        ({"principal": ALICE}, aws("arn:aws:iam::*:root"), NO),
        # a deleted user, or one by its id
        ({"principal": ALICE}, aws("AIDACKCEVSQ6C2EXAMPLE"), UNTOLD),
        ({"principal": CLOUDTRAIL}, aws("AIDACKCEVSQ6C2EXAMPLE"), NO),
        ({"principal": ALICE}, {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd"}, NO),
        # services
        ({"principal": CLOUDTRAIL}, {"Service": CLOUDTRAIL}, YES),
        ({"principal": CLOUDTRAIL}, {"Service": ["s3.amazonaws.com", CLOUDTRAIL]}, YES),
        ({"principal": CLOUDTRAIL}, {"Service": "*"}, UNTOLD),
        ({"principal": CLOUDTRAIL}, aws(OWN), NO),
        ({"principal": CLOUDTRAIL}, "*", YES),
        ({"principal": ALICE}, {"Service": CLOUDTRAIL}, NO),
        # anonymous requests
        ({"principal": None}, "*", YES),
        ({"principal": None}, {"AWS": "*"}, YES),
        ({"principal": None}, aws(OWN), NO),
    ],
)  # fmt: skip
def test_whom_a_resource_policy_names(
    given: dict[str, Any], named: Any, expected: tuple[bool | None, bool]
) -> None:
    assert answer(**given, resource_policy=of_bucket(named)) == expected


@pytest.mark.parametrize(
    ("principal", "listed", "denied"),
    [
        # NOTPRINCIPAL, "NotPrincipal with Deny": the account has to be listed, and of a session the role
        (ALICE, aws(ALICE, ROOT), YES),
        (ALICE, aws(ALICE), UNTOLD),
        (ALICE, aws(STRANGER), EXPLICIT),
        (SESSION, aws(SESSION, ROLE, ROOT), YES),
        (SESSION, aws(SESSION, ROOT), UNTOLD),
        (SESSION, aws(ROLE, ROOT), YES),
        (ROOT, aws(ROOT), YES),
    ],
)
def test_not_principal_with_deny(
    principal: str, listed: Any, denied: tuple[bool | None, bool]
) -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": listed}
    assert answer(principal=principal, identity=[ALL], resource_policy=policy(statement)) == denied
    if principal in (ALICE, SESSION):  # BOUNDARY: NotPrincipal with Deny always denies who has one
        bounded = answer(
            principal=principal, identity=[ALL], boundaries=[ALL], resource_policy=policy(statement)
        )
        assert bounded == EXPLICIT


def test_not_principal_with_deny_and_a_service() -> None:
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "NotPrincipal": {"Service": CLOUDTRAIL},
    }
    opened = allow("s3:*", "*", "*")
    assert answer(principal=CLOUDTRAIL, resource_policy=policy(opened, statement)) == YES
    assert (
        answer(principal="sns.amazonaws.com", resource_policy=policy(opened, statement)) == EXPLICIT
    )


def test_not_principal_with_allow() -> None:
    """NOTPRINCIPAL, "NotPrincipal with Allow": all principals except the one named."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": aws(ALICE)}
    assert answer(principal=ALICE, resource_policy=policy(statement)) == NO
    assert answer(principal=None, resource_policy=policy(statement)) == YES


# -- two accounts


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # CROSS: "allowed only if both evaluations return a decision of Allow"
        ({"identity": [ALL]}, NO),
        ({"resource_policy": of_bucket(aws(STRANGER))}, NO),
        ({"identity": [ALL], "resource_policy": of_bucket(aws(STRANGER))}, YES),
        ({"identity": [ALL], "resource_policy": of_bucket(aws(OTHER))}, YES),
        ({"identity": [ALL], "resource_policy": of_bucket("*")}, YES),
        ({"identity": [ALL], "resource_policy": of_bucket(aws(OWN))}, NO),
        ({"identity": [ALL], "resource_policy": of_bucket("*"), "boundaries": [NOTHING]}, NO),
        ({"identity": [ALL], "resource_policy": of_bucket("*"), "scps": [[NOTHING]]}, NO),
        # whose it is is not known
        ({"identity": [ALL], "resource_account": None}, UNTOLD),
        ({"identity": [ALL], "resource_policy": of_bucket("*"), "resource_account": None}, YES),
        ({"resource_account": None}, NO),
    ],
)
def test_from_another_account(given: dict[str, Any], expected: tuple[bool | None, bool]) -> None:
    assert answer(principal=STRANGER, **given) == expected


def test_somebody_of_an_account() -> None:
    assert answer(principal=OTHER, resource_policy=of_bucket(aws(OWN))) == NO
    assert answer(principal=OTHER, resource_policy=of_bucket(aws(OTHER))) == UNTOLD
    assert answer(principal=OWN, resource_policy=of_bucket("*")) == YES


# -- keys and roles, whose own policy must open them


def of_key(who: Any) -> dict[str, Any]:
    return policy(allow("kms:*", "*", who))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # KMS: "Unless the key policy explicitly allows it, you cannot use IAM policies to allow access"
        ({"identity": [ALL]}, NO),
        ({"identity": [ALL], "resource_policy": of_key(aws(STRANGER))}, NO),
        ({"identity": [ALL], "resource_policy": of_key(aws(ROOT))}, YES),
        ({"resource_policy": of_key(aws(ROOT))}, NO),
        ({"resource_policy": of_key(aws(ALICE))}, YES),
        ({"principal": ROOT}, NO),
        ({"principal": ROOT, "resource_policy": of_key(aws(ROOT))}, YES),
        ({"principal": STRANGER, "identity": [ALL], "resource_policy": of_key(aws(OTHER))}, YES),
        # actions without a key have no key policy
        ({"identity": [ALL], "action": "kms:ListKeys", "resource": "*"}, YES),
        ({"identity": [ALL], "action": "kms:CreateAlias", "resource": f"arn:aws:kms:eu-west-1:{OWN}:alias/a"}, YES),
        # "Aliases in AWS KMS": those of AWS are AWS's
        ({"identity": [ALL], "action": "kms:CreateAlias", "resource": f"arn:aws:kms:eu-west-1:{OWN}:alias/aws/s3"}, NO),
    ],
)  # fmt: skip
def test_keys(given: dict[str, Any], expected: tuple[bool | None, bool]) -> None:
    asked = {"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, "resource_account": OWN}
    assert answer(**{**asked, **given}) == expected


def trust(who: Any, action: str = "sts:AssumeRole", **rest: Any) -> dict[str, Any]:
    return policy({"Effect": "Allow", "Principal": who, "Action": action, **rest})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # LOGIC: "IAM role trust policies ... must explicitly allow access for principals"
        ({"principal": ALICE, "identity": [ALL]}, NO),
        ({"principal": ALICE, "resource_policy": trust(aws(ALICE))}, YES),
        ({"principal": ALICE, "resource_policy": trust(aws(ROOT))}, NO),
        ({"principal": ALICE, "resource_policy": trust(aws(ROOT)), "identity": [ALL]}, YES),
        ({"principal": STRANGER, "resource_policy": trust(aws(STRANGER))}, NO),
        ({"principal": STRANGER, "resource_policy": trust(aws(OTHER)), "identity": [ALL]}, YES),
        ({"principal": CLOUDTRAIL, "resource_policy": trust({"Service": CLOUDTRAIL})}, YES),
        ({"principal": CLOUDTRAIL, "resource_policy": trust({"Service": "ec2.amazonaws.com"})}, NO),
        (
            {
                "principal": "accounts.google.com",
                "action": "sts:AssumeRoleWithWebIdentity",
                "resource_policy": trust(
                    {"Federated": "accounts.google.com"},
                    "sts:AssumeRoleWithWebIdentity",
                    Condition={"StringEquals": {"accounts.google.com:aud": "66677788899900pro0"}},
                ),
                "context": {"accounts.google.com:aud": "66677788899900pro0"},
            },
            YES,
        ),
        (
            {
                "principal": f"arn:aws:iam::{OWN}:saml-provider/corp",
                "action": "sts:AssumeRoleWithSAML",
                "resource_policy": trust(
                    {"Federated": f"arn:aws:iam::{OWN}:saml-provider/corp"}, "sts:AssumeRoleWithSAML"
                ),
            },
            YES,
        ),
    ],
)  # fmt: skip
def test_assuming_a_role(given: dict[str, Any], expected: tuple[bool | None, bool]) -> None:
    asked = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{OWN}:role/logs"}
    assert answer(**{**asked, **given}) == expected


# -- organizations and endpoints


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # SCP: each level must allow; "If the code does not find any applicable Allow ... Deny"
        ({"scps": [[ALL], [ALL]]}, YES),
        ({"scps": [[ALL], [NOTHING]]}, NO),
        ({"scps": [[NOTHING, ALL], [ALL]]}, YES),
        ({"scps": [[ALL], []]}, NO),
        ({"scps": []}, YES),
        ({"scps": None}, YES),
        ({"principal": ROOT, "scps": [[NOTHING]]}, NO),
        # "SCPs don't affect any service-linked role"
        ({"principal": f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "scps": [[DENIED]]}, YES),
        ({"principal": f"arn:aws:sts::{OWN}:assumed-role/AWSServiceRoleForX/s", "scps": [[DENIED]]}, YES),
        ({"principal": ROLE, "scps": [[DENIED]]}, EXPLICIT),
        # they limit principals of the organization's accounts, and no service
        ({"principal": CLOUDTRAIL, "scps": [[DENIED]], "resource_policy": of_bucket("*")}, YES),
        ({"principal": None, "scps": [[DENIED]], "resource_policy": of_bucket("*")}, YES),
        # RCP: RCPFullAWSAccess is attached everywhere, so that a Deny is what counts
        ({"rcps": [[policy(deny("s3:*", "*", "*"))]]}, EXPLICIT),
        ({"rcps": [[policy(deny("s3:Put*", "*", "*"))]]}, YES),
        ({"rcps": [[]]}, YES),
        ({"principal": CLOUDTRAIL, "resource_policy": of_bucket("*"), "rcps": [[policy(deny("s3:*", "*", "*"))]]}, EXPLICIT),
        ({"principal": f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
          "rcps": [[policy(deny("s3:*", "*", "*"))]]}, YES),
        # RCP, "List of AWS services that support RCPs": cloudtrail is none
        ({"action": "cloudtrail:ListTrails", "resource": "*", "rcps": [[policy(deny("*", "*", "*"))]]}, YES),
        # ENDPOINT: it must allow, too
        ({"endpoint": [policy(allow("s3:*", "*", "*"))]}, YES),
        ({"endpoint": [policy(allow("s3:Put*", "*", "*"))]}, NO),
        ({"endpoint": [policy(allow("*", "*", "*"), deny("s3:Get*", "*", "*"))]}, EXPLICIT),
        ({"endpoint": [policy(allow("s3:*", "*", aws(STRANGER)))]}, NO),
        # "Principals for gateway endpoints"
        ({"endpoint": [policy(allow("s3:*", "*", aws(OWN)))]}, UNTOLD),
        ({"endpoint": [policy(allow("s3:*", "*", aws(ALICE)))]}, YES),
        ({"endpoint": [policy(allow("*", "*", aws(OWN)))], "action": "cloudtrail:ListTrails", "resource": "*"}, YES),
        ({"endpoint": [policy(allow("s3:*", "*"))]}, UNTOLD),  # "It must contain a Principal element"
    ],
)  # fmt: skip
def test_organizations_and_endpoints(
    given: dict[str, Any], expected: tuple[bool | None, bool]
) -> None:
    assert answer(**{"principal": ALICE, "identity": [ALL], **given}) == expected


# -- special actions and resources


def test_get_caller_identity_is_always_allowed() -> None:
    """STS API Reference, "GetCallerIdentity": "No permissions are required", even with an explicit Deny."""
    found = answer(principal=ALICE, action="sts:GetCallerIdentity", resource="*", identity=[DENIED])
    assert found == YES


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        # IAM User Guide, "Managed policies and inline policies"
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", YES),
        ("iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", NO),
        ("iam:DeletePolicy", f"arn:aws:iam::{OWN}:policy/ReadOnlyAccess", YES),
        # IAM Identity Center User Guide, "Referencing permission sets"
        ("iam:GetRole", f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1", YES),
        ("iam:DeleteRole", f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1", NO),
    ],
)  # fmt: skip
def test_what_only_aws_changes(action: str, resource: str, expected: tuple[bool, bool]) -> None:
    found = answer(
        principal=ALICE, action=action, resource=resource, resource_account=None, identity=[ALL]
    )
    assert found == expected


@pytest.mark.parametrize(
    ("element", "value", "action", "resource", "expected"),
    [
        # IAM User Guide, "IAM JSON policy elements: Action": letter case does not count
        ("Action", "S3:getobject", "s3:GetObject", LOG, True),
        ("Action", "s3:Get?bject", "s3:GetObject", LOG, True),
        ("Action", "s3:Get", "s3:GetObject", LOG, False),
        ("Action", [], "s3:GetObject", LOG, False),
        ("NotAction", "s3:Put*", "s3:GetObject", LOG, True),
        ("NotAction", ["s3:Put*", "s3:Get*"], "s3:GetObject", LOG, False),
        # "IAM JSON policy elements: Resource": letter case counts; a wildcard stays in its field
        ("Resource", "arn:aws:s3:::logs/*", "s3:GetObject", LOG, True),
        ("Resource", "arn:aws:s3:::Logs/*", "s3:GetObject", LOG, False),
        ("Resource", "arn:*:s3:::logs/*/x", "s3:GetObject", LOG, True),
        ("Resource", "arn:aws:*/x", "s3:GetObject", LOG, False),
        ("Resource", ["arn:aws:s3:::a", LOG], "s3:GetObject", LOG, True),
        ("NotResource", "arn:aws:s3:::logs/*", "s3:GetObject", LOG, False),
        ("NotResource", "arn:aws:s3:::other/*", "s3:GetObject", LOG, True),
        # "Incomplete ARN resources"
        ("Resource", "arn:aws:s3", "s3:GetObject", LOG, True),
        ("Resource", "arn:aws:sqs", "s3:GetObject", LOG, False),
        # what has no resource type is asked about *, which only * is
        ("Resource", "arn:aws:s3:::*", "s3:ListAllMyBuckets", "*", False),
        ("Resource", "*", "s3:ListAllMyBuckets", "*", True),
        ("NotResource", "arn:aws:s3:::logs", "s3:ListAllMyBuckets", "*", True),
        # "IAM policy elements: Variables and tags", "Resource element"
        ("Resource", "arn:aws:s3:::logs/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::logs/alice/x", True),
        ("Resource", "arn:aws:s3:::logs/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::logs/bob/x", False),
        ("Resource", "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*", "s3:GetObject", "arn:aws:s3:::logs//x", False),
        ("NotResource", "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*", "s3:GetObject", LOG, True),
        ("Resource", "arn:aws:s3:::logs/${aws:PrincipalTag/team, 'AWSLogs'}/*", "s3:GetObject", LOG, True),
    ],
)  # fmt: skip
def test_actions_and_resources(
    *, element: str, value: Any, action: str, resource: str, expected: bool
) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    del statement[element.removeprefix("Not")]
    found = decide(
        principal=ALICE,
        action=action,
        resource=resource,
        resource_account=OWN,
        identity=[policy({**statement, element: value})],
    )
    assert found.allowed is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "*", "Resource": "*"}, None),  # no Effect
        ({"Effect": "allow", "Action": "*", "Resource": "*"}, None),
        ({"Effect": "Allow", "Resource": "*"}, None),
        ({"Effect": "Allow", "Action": "*"}, None),
        ({"Effect": "<effect>", "Action": "*", "Resource": "*"}, None),
        ({"Effect": "<effect>", "Action": "ec2:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "<action>", "Resource": "*"}, None),
        ({"Effect": "Allow", "Action": "*", "Resource": "<resource>"}, None),
    ],
)
def test_what_aws_would_refuse_and_what_is_not_known(
    *, statement: dict[str, Any], expected: bool | None
) -> None:
    assert answer(principal=ALICE, identity=[policy(statement)])[0] is expected


# -- keys that follow from the request


@pytest.mark.parametrize(
    ("principal", "key", "value"),
    [
        (ALICE, "aws:PrincipalArn", ALICE),
        (ROLE, "aws:PrincipalArn", ROLE),
        (ROOT, "aws:PrincipalArn", ROOT),
        (FEDERATED, "aws:PrincipalArn", FEDERATED),
        (ALICE, "aws:PrincipalAccount", OWN),
        (None, "aws:PrincipalAccount", "anonymous"),
        # "Variables and tags", "Principal key values"
        (ALICE, "aws:PrincipalType", "User"),
        (ROLE, "aws:PrincipalType", "AssumedRole"),
        (ROOT, "aws:PrincipalType", "Account"),
        (FEDERATED, "aws:PrincipalType", "FederatedUser"),
        (None, "aws:PrincipalType", "Anonymous"),
        (ALICE, "aws:username", "alice"),
        (ROOT, "aws:userid", OWN),
        (FEDERATED, "aws:userid", f"{OWN}:alice"),
        (None, "aws:userid", "anonymous"),
        (ALICE, "aws:PrincipalIsAWSService", "false"),
        (CLOUDTRAIL, "aws:PrincipalIsAWSService", "true"),
        (CLOUDTRAIL, "aws:PrincipalServiceName", CLOUDTRAIL),
        (ALICE, "aws:ResourceAccount", OWN),
        (ALICE, "s3:ResourceAccount", OWN),
    ],
)
def test_keys_that_follow(principal: str | None, key: str, value: str) -> None:
    def allowed(wanted: str) -> bool | None:
        condition = {"StringEquals": {key: wanted}}
        statement = allow("s3:*", "*", "*", Condition=condition)
        return answer(principal=principal, resource_policy=policy(statement))[0]

    assert allowed(value) is True
    assert allowed(value + "x") in ((False,) if principal != ROOT else (True,))


@pytest.mark.parametrize(
    ("principal", "key"),
    [
        (ROLE, "aws:username"),
        (CLOUDTRAIL, "aws:PrincipalArn"),
        (None, "aws:PrincipalArn"),
        (None, "aws:PrincipalIsAWSService"),
        (ALICE, "aws:PrincipalServiceName"),
        (ALICE, "kms:CallerAccount"),
    ],
)
def test_keys_that_are_not_there(principal: str | None, key: str) -> None:
    statement = allow("s3:*", "*", "*", Condition={"Null": {key: "true"}})
    assert answer(principal=principal, resource_policy=policy(statement)) == YES


def test_a_session_s_role_may_have_a_path() -> None:
    statement = allow(Condition={"StringEquals": {"aws:PrincipalArn": ROLE}})
    assert answer(principal=SESSION, identity=[policy(statement)]) == UNTOLD
    said = {"aws:PrincipalArn": ROLE}
    assert answer(principal=SESSION, identity=[policy(statement)], context=said) == YES
    like = allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})
    assert answer(principal=SESSION, identity=[policy(like)]) == YES


@pytest.mark.parametrize(
    ("action", "resource", "key", "carried"),
    [
        # Service Authorization Reference: what an action and its resource types list
        ("s3:PutObject", LOG, "s3:x-amz-acl", True),
        ("s3:GetBucketAcl", BUCKET, "s3:x-amz-acl", False),
        ("kms:GenerateDataKey", KEY, "kms:EncryptionContext:aws:cloudtrail:arn", True),
        ("kms:DescribeKey", KEY, "kms:EncryptionContext:aws:cloudtrail:arn", False),
        ("cloudtrail:CreateTrail", "*", "aws:RequestTag/team", True),
        ("cloudtrail:StartQuery", "*", "aws:RequestTag/team", False),
        ("cloudtrail:RemoveTags", "*", "aws:TagKeys", True),
        ("cloudtrail:StopLogging", "*", "aws:ResourceTag/team", True),
        ("cloudtrail:LookupEvents", "*", "aws:ResourceTag/team", False),
        ("cloudtrail:LookupEvents", "*", "s3:prefix", False),
        ("cloudtrail-data:PutAuditEvents", "*", "cloudtrail:ExternalId", True),
        ("nosuch:Action", "*", "nosuch:key", True),
    ],
)
def test_a_key_that_the_action_does_not_carry(
    *, action: str, resource: str, key: str, carried: bool
) -> None:
    statement = allow(Condition={"StringEquals": {key: "x"}})
    found = decide(
        principal=ALICE,
        action=action,
        resource=resource,
        resource_account=OWN,
        identity=[policy(statement)],
        resource_policy=policy(allow(principal=aws(ROOT))),
        complete=False,
    )
    assert found.allowed is (None if carried else False)


@pytest.mark.parametrize(
    ("principal", "key", "expected"),
    [
        # "AWS global condition context keys", "Availability"
        (CLOUDTRAIL, "aws:PrincipalOrgID", False),
        (CLOUDTRAIL, "aws:SourceVpce", False),
        (CLOUDTRAIL, "aws:SourceArn", None),
        (CLOUDTRAIL, "aws:MultiFactorAuthPresent", False),
        (ALICE, "aws:SourceArn", False),
        (ALICE, "aws:SourceAccount", False),
        (ALICE, "aws:PrincipalOrgID", None),
        (ALICE, "aws:MultiFactorAuthPresent", None),
        (ALICE, "aws:SourceIdentity", False),
        (ROLE, "aws:TokenIssueTime", True),
        (ALICE, "aws:CurrentTime", True),
        (None, "aws:PrincipalTag/team", False),
        (ALICE, "aws:NoSuchKey", None),
    ],
)
def test_who_carries_a_global_key(
    *, principal: str | None, key: str, expected: bool | None
) -> None:
    statement = allow("s3:*", "*", "*", Condition={"Null": {key: "false"}})
    found = answer(principal=principal, resource_policy=policy(statement), complete=False)
    assert found[0] is expected
