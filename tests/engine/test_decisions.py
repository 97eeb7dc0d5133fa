"""The words that ask what AWS answers to requests."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from cloudtrail_policylint.engine.engine import Engine
from cloudtrail_policylint.findings.finding import settled
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.rulebook.load import bundled
from support.judging import only_findings, rule, shown
from support.policies import document

BOOK = bundled()
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def asked(
    match: Any, statements: Any, *, report: str = "effect", subject: str = "statement",
    message: str = "x", kind: str | None = "identity", version: str = "2012-10-17",
) -> list[tuple[str, str, int]]:  # fmt: skip
    """Place, message and certainty of what a rule with *match* finds."""
    asking = rule(match, report=report, subject=subject, message=message)
    policy = document({"Version": version, "Statement": statements}, kind=kind)
    found = Engine([asking], BOOK, pedantic=True).check_document(policy)
    return [
        (shown(one), one.message, YES if one.certain else MAYBE)
        for one in settled(only_findings(found))
    ]


def verdict(match: Any, statements: Any, **given: Any) -> int:
    """The highest certainty of what a rule with *match* finds."""
    return max([certain for _, _, certain in asked(match, statements, **given)], default=NO)


# -- met and applies, over all small statements


ACTIONS = {
    # action, and whether requests for it may carry aws:ResourceTag and accept a trail
    "cloudtrail:StopLogging": (True, True),
    "cloudtrail:LookupEvents": (False, False),
}
OPERATORS = {"StringEquals": False, "StringNotEquals": True, "StringEqualsIfExists": True}
"""Operators, and whether they hold for a request without the key."""


@pytest.mark.parametrize(
    ("effect", "action", "operator", "resource"),
    list(product(("Allow", "Deny"), ACTIONS, OPERATORS, ("*", TRAIL, "arn:aws:s3:::logs"))),
)
def test_what_requests_meet(effect: str, action: str, operator: str, resource: str) -> None:
    statement = {
        "Effect": effect, "Action": action, "Resource": resource,
        "Condition": {operator: {"aws:ResourceTag/a": "b"}},
    }  # fmt: skip
    has_tag, has_trail = ACTIONS[action]
    without = OPERATORS[operator]
    fits = resource == "*" or (resource == TRAIL and has_trail)
    never_met = not has_tag and not without
    always_met = not has_tag and without
    condition = {"condition": {"some": {"met": "never"}}}
    assert verdict(condition, statement) == (YES if never_met else NO)
    condition = {"condition": {"some": {"met": "always"}}}
    assert verdict(condition, statement) == (YES if always_met else NO)
    never = YES if never_met or not fits else NO
    assert verdict({"applies": "never"}, statement) == never
    assert verdict({"action": {"some": {"met": "never"}}}, statement) == never
    always = YES if resource == "*" and always_met else NO
    assert verdict({"applies": "always"}, statement) == always


# -- what keeps a statement, and what a message says of it


@pytest.mark.parametrize(
    ("statement", "place", "message"),
    [
        ({"Action": "cloudtrail:LookupEvents", "Resource": TRAIL},
         f'"{TRAIL}"', "Resource: no request for cloudtrail:LookupEvents is about such a Resource"),
        ({"Action": "cloudtrail:LookupEvents", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}},
         '"aws:ResourceTag/a"', "aws:ResourceTag/a: aws:ResourceTag/a is never in a request for cloudtrail:LookupEvents"),
        ({"Action": "cloudtrail:*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/a/*"}}},
         '"aws:PrincipalArn"',
         "aws:PrincipalArn: aws:PrincipalArn is never arn:aws:sts::*:assumed-role/a/* in a request for cloudtrail:*"),
        ({"Action": "cloudtrail:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "a"},
                                                  "StringNotEquals": {"aws:RequestedRegion": "a"}}},
         '"aws:RequestedRegion"', "aws:RequestedRegion: no value of aws:RequestedRegion meets all conditions on it"),
        ({"Action": ["cloudtrail:LookupEvents", "s3:GetObject"], "Resource": "arn:aws:sns:*:*:x"},
         '"arn:aws:sns:*:*:x"',
         "Resource: no request for cloudtrail:LookupEvents, s3:GetObject is about such a Resource"),
    ],
)  # fmt: skip
def test_the_element_that_keeps_a_statement(statement: Any, place: str, message: str) -> None:
    whole = {"Effect": "Allow", "Resource": "*", **statement}
    found = asked({"applies": "never"}, whole, report="element", message="{element}: {because}")
    assert found == [(place, message, YES)]


def test_each_action_that_is_never_met_is_pointed_at() -> None:
    statement = {
        "Effect": "Allow",
        "Action": [
            "cloudtrail:LookupEvents",
            "cloudtrail:GetTrail",
            "cloudtrail:List*",
            "x:y",
            "*",
        ],
        "Resource": TRAIL,
    }
    found = asked(
        {"action": {"some": {"met": "never"}}}, statement, report="action", message="{because}"
    )
    assert found == [
        ('"cloudtrail:LookupEvents"',
         "no request for cloudtrail:LookupEvents is about such a Resource", YES),
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["never", "always"])
def test_unknown_values_are_maybe(word: str) -> None:
    statement = {
        "Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": "{{ region }}"}},
    }  # fmt: skip
    assert verdict({"condition": {"some": {"met": word}}}, statement) == MAYBE
    assert verdict({"applies": word}, statement) == MAYBE
    unknown = {**statement, "Condition": {}, "Resource": "arn:aws:cloudtrail:*:*:{{ what }}"}
    assert verdict({"applies": word}, unknown) == MAYBE
    assert verdict({"action": {"some": {"met": word}}}, unknown) == MAYBE


# -- conditions that some of the actions never meet, over all small statements


KEYS = {
    # condition, and the actions whose requests may meet it
    ("StringEquals", "s3:x-amz-acl"): ("s3:PutObject", "s3:Put*", "s3:*"),
    ("StringNotEquals", "s3:x-amz-acl"): ("s3:PutObject", "s3:GetBucketAcl", "s3:Put*", "s3:*", "s3:GetBucketA*"),
    ("StringEquals", "aws:RequestedRegion"): ("s3:PutObject", "s3:GetBucketAcl", "s3:Put*", "s3:*", "s3:GetBucketA*"),
    ("StringEquals", "kms:ViaService"): (),
}  # fmt: skip


@pytest.mark.parametrize("condition", list(KEYS))
def test_conditions_that_some_actions_never_meet(condition: tuple[str, str]) -> None:
    operator, key = condition
    every = KEYS["StringNotEquals", "s3:x-amz-acl"]
    for first, second in product(every, every):
        statement = {
            "Effect": "Allow", "Action": [first, second], "Resource": "*", "Condition": {operator: {key: "a"}},
        }  # fmt: skip
        lacking = [one for one in (first, second) if one not in KEYS[condition]]
        found = asked(
            {"condition": {"some": {"met": "never-for-some"}}}, statement, report="key", message="{because}"
        )  # fmt: skip
        because = f"{key} is never in a request for {', '.join(dict.fromkeys(lacking))}"
        assert found == ([(f'"{key}"', because, YES)] if lacking else [])


def test_actions_that_are_not_known_may_meet_a_condition() -> None:
    condition = {"StringEquals": {"s3:x-amz-acl": "a"}}
    match = {"condition": {"some": {"met": "never-for-some"}}}
    for action, expected in (
        ({"Action": "{{ action }}"}, MAYBE),
        ({"Action": ["{{ action }}", "s3:GetBucketAcl"]}, YES),
        ({"Action": "s3:NoSuchAction"}, NO),
        ({"NotAction": "s3:GetBucketAcl"}, NO),
    ):
        statement = {"Effect": "Allow", "Resource": "*", "Condition": condition, **action}
        assert verdict(match, statement) == expected


@pytest.mark.parametrize(
    ("principal", "condition", "because"),
    [
        (CLOUDTRAIL, {"aws:PrincipalOrgID": "o-1"}, "aws:PrincipalOrgID is never in a request by cloudtrail.amazonaws.com"),
        (CLOUDTRAIL, {"aws:RequestTag/a": "b"}, "aws:RequestTag/a is never in a request for s3:GetBucketAcl"),
        (CLOUDTRAIL, {"aws:PrincipalIsAWSService": "no"}, "aws:PrincipalIsAWSService never has such a value in a request for s3:GetBucketAcl"),
        ({"AWS": "arn:aws:iam::111122223333:role/a"}, {"aws:username": "a"},
         "aws:username is never in a request by arn:aws:iam::111122223333:role/a"),
    ],
)  # fmt: skip
def test_why_a_condition_is_never_met(principal: Any, condition: Any, because: str) -> None:
    statement = {
        "Effect": "Allow", "Principal": principal, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::a",
        "Condition": {"StringEquals": condition},
    }  # fmt: skip
    match = {"condition": {"some": {"met": "never"}}}
    ((_, message, _),) = asked(match, statement, report="key", message="{because}", kind="s3-bucket")  # fmt: skip
    assert message == because


# -- elements that exclude one another


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:RequestedRegion": "a"}, "StringNotEquals": {"aws:RequestedRegion": "a"}}, YES),
        ({"StringEquals": {"aws:PrincipalAccount": "444455556666"},
          "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, YES),
        ({"StringEquals": {"aws:RequestedRegion": "{{ region }}"}, "StringNotEquals": {"aws:RequestedRegion": "a"}}, NO),
        ({"StringEquals": {"kms:ViaService": "a"}}, NO),
        ({}, NO),
    ],
)  # fmt: skip
def test_contradictions(condition: Any, expected: int) -> None:
    statement = {
        "Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "*", "Condition": condition
    }  # fmt: skip
    assert verdict({"applies": "contradictory"}, statement) == expected
    if expected:
        assert verdict({"applies": "never"}, statement) == YES


# -- requests that CloudTrail makes


ACL = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::logs"}  # fmt: skip
WRITE = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "s3:PutObject",
         "Resource": "arn:aws:s3:::logs/AWSLogs/111122223333/*",
         "Condition": {"StringEquals": {"aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}}}  # fmt: skip


def deny(condition: Any, resource: str = "arn:aws:s3:::logs*", **given: Any) -> dict[str, Any]:
    return {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource, "Condition": condition, **given,
    }  # fmt: skip


NOT_MINE = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}


@pytest.mark.parametrize(
    ("statements", "denied", "explicitly"),
    [
        ([ACL, WRITE], [], []),
        ([WRITE], ["s3:GetBucketAcl"], []),
        ([{**ACL, "Resource": "arn:aws:s3:::logs/*"}, WRITE], ["s3:GetBucketAcl"], []),
        ([{**ACL, "Principal": {"AWS": "111122223333"}}, WRITE], ["s3:GetBucketAcl"], []),
        ([ACL, {**WRITE, "Condition": {"StringEquals": {"s3:x-amz-acl": "private"}}}], ["s3:PutObject"], []),
        ([ACL, {**WRITE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], ["s3:PutObject"], []),
        # a Deny that meets CloudTrail, one that spares it, one for other folders, one for TLS
        ([ACL, WRITE, deny(NOT_MINE)], ["s3:GetBucketAcl", "s3:PutObject"], ["s3:GetBucketAcl", "s3:PutObject"]),
        ([ACL, WRITE, deny({**NOT_MINE, "Bool": {"aws:PrincipalIsAWSService": "false"}})], [], []),
        ([ACL, WRITE, deny(NOT_MINE, "arn:aws:s3:::logs/private/*")], [], []),
        ([ACL, WRITE, deny({"Bool": {"aws:SecureTransport": "false"}})], [], []),
        ([ACL, WRITE, deny({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, Action="s3:PutObject")], [], []),
        ([ACL, WRITE, deny({}, Principal=CLOUDTRAIL, Action="s3:PutObject")], ["s3:PutObject"], ["s3:PutObject"]),
        # an Allow and a Deny for the same folder, which is not that of all trails
        ([ACL, WRITE, deny({}, "arn:aws:s3:::logs/AWSLogs/111122223333/*")], ["s3:PutObject"], ["s3:PutObject"]),
    ],
)  # fmt: skip
def test_decisions_on_requests(statements: Any, denied: list[str], explicitly: list[str]) -> None:
    implicitly = [one for one in denied if one not in explicitly]
    for word, expected in (
        ("denied", denied),
        ("denied-explicitly", explicitly),
        ("denied-implicitly", implicitly),
    ):
        for name, action in (
            ("trail-bucket-acl", "s3:GetBucketAcl"),
            ("trail-log-file", "s3:PutObject"),
        ):
            match = {"request": {"some": {"is": [name], "decision": word}}}
            found = asked(match, statements, report="request", subject="document", message="{request}", kind="s3-bucket")  # fmt: skip
            assert [message for _, message, _ in found] == [
                one for one in expected if one == action
            ]
            assert all(certain == YES for _, _, certain in found)


@pytest.mark.parametrize(
    ("statements", "place", "because"),
    [
        ([{**ACL, "Resource": "arn:aws:s3:::logs/*"}, WRITE], '"arn:aws:s3:::logs/*"',
         "would allow s3:GetBucketAcl, but its Resource is arn:aws:s3:::logs/*"),
        ([{**ACL, "Condition": {"StringEquals": {"s3:x-amz-acl": "private"}}}], '"s3:x-amz-acl"',
         "would allow s3:GetBucketAcl, but the request has no s3:x-amz-acl"),
    ],
)  # fmt: skip
def test_what_a_decision_rests_on(statements: Any, place: str, because: str) -> None:
    match = {"request": {"some": {"is": ["trail-bucket-acl"], "decision": "denied"}}}
    found = asked(match, statements, report="request", subject="document", message="{because}", kind="s3-bucket")  # fmt: skip
    assert found == [(place, because, YES)]


@pytest.mark.parametrize(
    ("statement", "applies"),
    [
        (deny(NOT_MINE, "arn:aws:s3:::logs/*"), "always"),
        (deny({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), "never"),
        (deny(NOT_MINE, "arn:aws:s3:::logs/private/*"), ""),
        (deny(NOT_MINE, Action="s3:GetObject"), "never"),
        (deny(NOT_MINE, Principal={"AWS": "111122223333"}), "never"),
        (WRITE, ""),
        (ACL, "never"),
    ],
)
def test_what_a_statement_says_to_a_request(statement: Any, applies: str) -> None:
    for word in ("always", "possible", "never"):
        match = {"request": {"some": {"is": ["trail-log-file"], "met": word}}}
        expected = YES if word == applies or (word == "possible" and applies != "never") else NO
        assert verdict(match, [statement], kind="s3-bucket") == expected
        assert verdict(match, [statement], kind="sns-topic") == NO
        assert verdict({"request": {"none": match["request"]["some"]}}, [statement], kind="s3-bucket") == YES - expected  # fmt: skip


def test_what_is_not_known_is_possible_and_never_certain() -> None:
    unknown = {**WRITE, "Resource": "arn:aws:s3:::logs/AWSLogs/{{ account }}/*"}
    for word, expected in (("always", NO), ("possible", YES), ("never", MAYBE)):
        match = {"request": {"some": {"is": ["trail-log-file"], "met": word}}}
        assert verdict(match, [unknown], kind="s3-bucket") == expected


LOG_FILES = ["trail-log-file", "organization-log-file"]


@pytest.mark.parametrize(
    ("path", "keeps"),
    [
        ("*", NO),
        ("AWSLogs/*", NO),
        ("AWSLogs/111122223333/*", NO),
        ("AWSLogs/111122223333/CloudTrail/*", NO),
        ("AWSLogs/o-1/*", NO),
        ("AWSLogs/*/CloudTrail/*", NO),
        ("*AWSLogs/111122223333/*", NO),
        ("a/b/AWSLogs/111122223333/CloudTrail/eu-west-1/*.json.gz", NO),
        ("o-1/AWSLogs/o-1/111122223333/CloudTrail/*", NO),
        ("{{ prefix }}AWSLogs/111122223333/*", NO),
        # which prefix a trail has is not known where the path does not say it
        ("111122223333/*", NO),
        ("AWSLogs/{{ account }}/*", MAYBE),
        ("AWSLogs/11112222333/*", YES),
        ("AWSLogs/ou-1/*", YES),
        ("AWSLogs/111122223333/CloudTrail-Digest/*", YES),
        ("AWSLogs/111122223333/*.json", YES),
        ("AWSLogs/111122223333", YES),
        ("/AWSLogs/111122223333/*", YES),
        ("myAWSLogs/111122223333/*", YES),
        ("awslogs/111122223333", YES),
    ],
)
def test_which_paths_keep_a_statement_from_log_files(path: str, keeps: int) -> None:
    statement = {**WRITE, "Resource": f"arn:aws:s3:::logs/{path}"}
    match = {"resource": {"some": {"keeps-from": LOG_FILES}}}
    assert verdict(match, [statement], kind="s3-bucket") == keeps
    assert verdict(match, [statement], kind="sns-topic") == NO
    del statement["Resource"]
    statement["NotResource"] = "arn:aws:s3:::logs/AWSLogs/*"
    assert verdict(match, [statement], kind="s3-bucket") == NO


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ({"StringEquals": {"s3:x-amz-acl": "private"}}, '"s3:x-amz-acl"'),
        ({"Null": {"s3:x-amz-acl": "true"}}, '"s3:x-amz-acl"'),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, '"aws:PrincipalOrgID"'),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}}, '"aws:SourceArn"'),
        ({"Bool": {"aws:ViaAWSService": "true"}}, '"aws:ViaAWSService"'),
        ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, None),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, None),
        ({"ArnLike": {"aws:SourceArn": TRAIL}}, None),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, None),
    ],
)
def test_which_conditions_keep_a_statement_from_log_files(condition: Any, place: str | None) -> None:  # fmt: skip
    statement = {**WRITE, "Condition": condition}
    match = {"condition": {"some": {"keeps-from": LOG_FILES}}}
    found = asked(match, [statement], report="key", kind="s3-bucket")
    assert found == ([(place, "x", YES)] if place else [])
    unknown = json.loads(json.dumps(condition).replace("private", "{{ acl }}"))
    if unknown != condition:
        assert verdict(match, [{**statement, "Condition": unknown}], kind="s3-bucket") == MAYBE


def test_a_policy_of_several_possible_kinds_says_nothing_certain() -> None:
    other = {**WRITE, "Action": "sns:Publish", "Condition": {}, "Resource": "*"}
    wrong = {**WRITE, "Resource": "arn:aws:s3:::logs/AWSLogs/x/*", "Condition": {"Null": {"s3:x-amz-acl": "true"}}}  # fmt: skip
    for match in (
        {"resource": {"some": {"keeps-from": LOG_FILES}}},
        {"condition": {"some": {"keeps-from": LOG_FILES}}},
        {"effect": {"is": ["Allow"]}, "request": {"some": {"is": LOG_FILES, "met": "never"}}},
    ):
        assert verdict(match, [wrong, other], kind="s3-bucket") == YES
        assert verdict(match, [wrong, other], kind=None) == MAYBE


@pytest.mark.parametrize(
    ("action", "condition", "request_name"),
    [
        ("s3:*", NOT_MINE, "trail-log-file"),
        ("kms:*", NOT_MINE, "trail-data-key"),
        ("sts:*", NOT_MINE, "assume-log-role"),
        ("s3:*", {**NOT_MINE, "Bool": {"aws:PrincipalIsAWSService": "false"}}, None),
        ("sns:*", NOT_MINE, None),
        ("logs:*", NOT_MINE, None),
    ],
)
def test_a_deny_of_a_resource_control_policy(
    action: str, condition: Any, request_name: str | None
) -> None:
    statement = deny(condition, "*", Action=action)
    for name in ("trail-log-file", "trail-data-key", "assume-log-role", "trail-notification", "trail-log-stream"):  # fmt: skip
        match = {"request": {"some": {"is": [name], "met": "always"}}}
        assert verdict(match, [statement], kind="rcp") == (YES if name == request_name else NO)
        match = {"request": {"some": {"is": [name], "decision": "denied"}}}
        assert verdict(match, [statement], kind="rcp", subject="document", report="document") == NO
    # It has no resource of its own: that of the only bucket it names is not that of each trail.
    match = {"request": {"some": {"is": ["trail-log-file"], "met": "always"}}}
    assert verdict(match, [deny(condition, "arn:aws:s3:::app/*", Action=action)], kind="rcp") == NO


@pytest.mark.parametrize(
    ("condition", "always"),
    [
        ({}, YES),
        ({"Bool": {"aws:SecureTransport": "true"}}, YES),
        ({"StringLike": {"sts:ExternalId": "*", "aws:PrincipalArn": "*"}}, YES),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, YES),
        ({"StringEquals": {"sts:ExternalId": "a"}}, NO),
        ({"StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"}}, NO),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, NO),
        ({"ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, NO),
    ],
)
def test_a_role_that_everybody_may_assume(condition: Any, always: int) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition}  # fmt: skip
    match = {"request": {"some": {"is": ["assume-role-by-anybody"], "met": "always"}}}
    assert verdict(match, [statement], kind="trust") == always
    one = {**statement, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
    assert verdict(match, [one], kind="trust") == NO


def test_statements_that_nearly_allow_a_request_are_related() -> None:
    match = {"request": {"some": {"is": ["trail-bucket-acl"], "decision": "denied"}}}
    asking = rule(match, subject="document", report="document")
    statements = [{**ACL, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, WRITE]
    policy = document({"Version": "2012-10-17", "Statement": statements}, kind="s3-bucket")
    (found,) = settled(only_findings(Engine([asking], BOOK, pedantic=False).check_document(policy)))
    assert [(one.span.text, one.message) for one in found.related] == [
        ('"aws:PrincipalOrgID"', "this Allow would be enough with a different condition")
    ]


# -- what the holders of a policy may do, over all small policies


BUCKETS = ("*", "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::a/*")
SMALL = [
    {"Effect": effect, "Action": action, "Resource": resource}
    for effect in ("Allow", "Deny")
    for action in ("s3:CreateBucket", "s3:*")
    for resource in BUCKETS
]


@pytest.mark.parametrize("first", SMALL, ids=str)
def test_what_holders_may_do(first: Any) -> None:
    """Every action and resource is tried: only the buckets a, b and c exist."""

    def allowed(statements: list[Any], action: str) -> bool:
        def met(effect: str, bucket: str) -> bool:
            return any(
                one["Effect"] == effect and one["Action"] in (action, "s3:*") and one["Resource"] in ("*", bucket)
                for one in statements
            )  # fmt: skip

        buckets = ("arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c")
        return any(met("Allow", bucket) and not met("Deny", bucket) for bucket in buckets)

    for second in SMALL:
        for action in ("s3:CreateBucket", "s3:PutBucketPolicy"):
            for quantifier, holds in (("some", True), ("none", False)):
                match = {"allowed": {quantifier: {"is": [action]}}}
                expected = YES if allowed([first, second], action) == holds else NO
                found = verdict(match, [first, second], subject="document", report="document")
                assert found == expected, (second, action, quantifier)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # a condition that some request meets, one that none meets, one that a Deny excludes
        ([{"Condition": {"StringEquals": {"aws:RequestedRegion": "a"}}}], YES),
        ([{"Condition": {"StringEquals": {"kms:ViaService": "a"}}}], NO),
        ([{}, {"Effect": "Deny", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}], YES),
        ([{"Condition": {"StringEquals": {"aws:RequestedRegion": "a"}}},
          {"Effect": "Deny", "Condition": {"StringEquals": {"aws:RequestedRegion": "a"}}}], MAYBE),
        ([{"Resource": "{{ bucket }}"}], MAYBE),
        ([{"Resource": "arn:aws:s3:::{{ name }}-*"}], YES),
        ([{"Resource": "arn:{{ it may have colons }}:s3:::a-*"}], MAYBE),
        ([{"Resource": "arn:aws:s3:::{{ name }}/*"}], NO),
        ([{"Action": "{{ action }}"}], MAYBE),
    ],
)  # fmt: skip
def test_what_holders_may_do_under_conditions(statements: Any, expected: int) -> None:
    whole = [
        {"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*", **one}
        for one in statements
    ]
    match = {"allowed": {"some": {"is": ["s3:CreateBucket"]}}}
    assert verdict(match, whole, subject="document", report="document") == expected
    assert verdict(match, whole, subject="document", report="document", kind="scp") == NO


def test_statements_that_nearly_allow_are_related() -> None:
    statements = [
        {"Effect": "Allow", "Action": "cloudtrail:CreateTrail", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"},
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
    ]
    match = {"allowed": {"some": {"is": ["cloudtrail:CreateTrail"]},
                         "none": {"is": ["s3:CreateBucket", "s3:PutBucketPolicy"]}}}  # fmt: skip
    asking = rule(match, subject="document", report="document")
    policy = document({"Version": "2012-10-17", "Statement": statements}, kind="identity")
    (found,) = settled(only_findings(Engine([asking], BOOK, pedantic=False).check_document(policy)))
    assert [(one.span.text, one.message) for one in found.related] == [
        ('"arn:aws:s3:::a/*"', "this Allow would be enough with a different resource")
    ]


# -- what Deny statements leave


STOP, CHANGE = "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"
TRAILS = {
    # what a Resource may be, and which of the trails "a" and "b" it names; there are others
    "*": "ab*",
    "arn:aws:cloudtrail:*:*:*": "ab*",
    "arn:aws:cloudtrail:*:*:trail/*": "ab*",
    "arn:aws:cloudtrail:*:*:trail/a": "a",
    "arn:aws:cloudtrail:*:*:trail/b": "b",
    "arn:aws:cloudtrail:*:*:eventdatastore/*": "",
}


@pytest.mark.parametrize("own", TRAILS)
def test_what_two_deny_statements_leave_of_another(own: str) -> None:
    """Over all resources of three statements: every trail is tried."""
    for first, second in product(TRAILS, repeat=2):
        denied = {*TRAILS[first], *TRAILS[second]}
        left = bool(set(TRAILS[own]) - denied)
        denies = [{"Effect": "Deny", "Action": STOP, "Resource": one} for one in (first, second)]
        allow = {"Effect": "Allow", "Action": ["cloudtrail:St*"], "Resource": own}
        match = {"effect": {"is": ["Allow"]}, "action": {"some": {"effective": [STOP]}}}
        expected = YES if left else NO
        assert verdict(match, [allow, *denies]) == expected, (first, second)
        guard = {"Effect": "Deny", "Action": CHANGE, "Resource": own}
        for quantifier in ("some", "none"):
            match = {"action": {"some": {"effective": [CHANGE]}}, "undenied": {quantifier: {"is": [STOP]}}}  # fmt: skip
            expected = YES if TRAILS[own] and left == (quantifier == "some") else NO
            assert verdict(match, [guard, *denies], kind="scp") == expected, (first, second)
        match = {"effect": {"is": ["Allow"]}, "action": {"some": {"denied": "always"}}}
        stop = {**allow, "Action": STOP}
        assert verdict(match, [stop, *denies]) == (YES if TRAILS[own] and not left else NO)


EXCEPT_ADMIN = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}
IN_IRELAND = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


@pytest.mark.parametrize(
    ("allow", "denies", "left"),
    [
        ({}, [], YES),
        # a condition of the Deny that a request can avoid
        ({}, [EXCEPT_ADMIN], MAYBE),  # no user is a role
        ({}, [IN_IRELAND], YES),
        ({}, [WITHOUT_MFA], YES),
        ({}, [WITHOUT_MFA, IN_IRELAND], YES),
        ({}, [IN_IRELAND, {"StringNotEquals": IN_IRELAND["StringEquals"]}], MAYBE),
        ({}, [{"StringEquals": {"aws:RequestedRegion": "{{ region }}"}}], MAYBE),
        # what the Allow itself requires
        (IN_IRELAND, [IN_IRELAND], NO),
        (IN_IRELAND, [{"StringLike": {"aws:RequestedRegion": "eu-*"}}], NO),
        (IN_IRELAND, [{"StringEquals": {"aws:RequestedRegion": "eu-north-1"}}], YES),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, [WITHOUT_MFA], YES),
        ({"StringEquals": {"aws:ResourceTag/a": "b"}}, [], YES),
        ({"StringEquals": {"kms:ViaService": "a"}}, [], NO),
        ({"StringEquals": {"aws:RequestedRegion": "a"}, "StringNotEquals": {"aws:RequestedRegion": "a"}}, [], NO),
    ],
)  # fmt: skip
def test_what_a_deny_leaves_under_conditions(allow: Any, denies: Any, left: int) -> None:
    statements = [
        {"Effect": "Allow", "Action": STOP, "Resource": "*", "Condition": allow},
        *[
            {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Condition": one}
            for one in denies
        ],
    ]
    match = {"effect": {"is": ["Allow"]}, "action": {"some": {"effective": [STOP]}}}
    assert verdict(match, statements) == left


@pytest.mark.parametrize(
    ("guard", "deny", "undenied"),
    [
        ({}, EXCEPT_ADMIN, NO),
        ({}, WITHOUT_MFA, NO),
        ({}, {"Bool": {"aws:ViaAWSService": "false"}}, NO),
        ({}, {"StringNotEquals": {"aws:PrincipalTag/team": "audit"}}, NO),
        ({}, {"Null": {"aws:PrincipalTag/team": "true"}}, NO),
        ({}, {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, NO),
        ({}, {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}, NO),
        ({}, IN_IRELAND, YES),
        ({}, {"StringNotEquals": IN_IRELAND["StringEquals"]}, YES),
        ({}, {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}, YES),
        ({}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Dev"}}, YES),
        ({}, {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, YES),
        (IN_IRELAND, IN_IRELAND, NO),
        (IN_IRELAND, {"StringLike": {"aws:RequestedRegion": "eu-*"}}, NO),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Dev"}},
         {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Dev"}}, NO),
        ({}, {"StringEquals": {"aws:RequestedRegion": "{{ region }}"}}, MAYBE),
    ],
)  # fmt: skip
def test_what_remains_undenied_for_a_caller_whom_no_policy_names(
    guard: Any, deny: Any, undenied: int
) -> None:
    statements = [
        {"Effect": "Deny", "Action": STOP, "Resource": "*", "Condition": guard},
        {"Effect": "Deny", "Action": CHANGE, "Resource": "*", "Condition": deny},
    ]
    match = {"action": {"some": {"is": [STOP]}}, "undenied": {"some": {"is": [CHANGE]}}}
    assert verdict(match, statements, kind="scp") == undenied


@pytest.mark.parametrize(
    ("guard", "deny", "undenied"),
    [
        ("arn:aws:cloudtrail:*:*:trail/{{ name }}", "arn:aws:cloudtrail:*:*:trail/{{ name }}", NO),
        ("arn:aws:cloudtrail:*:*:trail/{{ name }}", "arn:aws:cloudtrail:*:*:trail/{{ other }}", MAYBE),
        ("arn:aws:cloudtrail:*:*:trail/{{ name }}", "*", NO),
        ("*", "arn:{{ it may have colons }}:cloudtrail:*:*:trail/*", MAYBE),
        ("*", "arn:aws-us-gov:cloudtrail:*:*:trail/*", NO),
        ("arn:aws:cloudtrail:*:111122223333:*", "arn:aws:cloudtrail:*:111122223333:trail/*", NO),
        ("arn:aws:cloudtrail:*:111122223333:*", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/*", YES),
        ("arn:aws:cloudtrail:*:*:eventdatastore/*", "arn:aws:s3:::x", NO),
    ],
)  # fmt: skip
def test_what_remains_undenied_with_unknown_names(guard: str, deny: str, undenied: int) -> None:
    statements = [
        {"Effect": "Deny", "Action": STOP, "Resource": guard},
        {"Effect": "Deny", "Action": CHANGE, "Resource": deny},
    ]
    match = {"action": {"some": {"is": [STOP]}}, "undenied": {"some": {"is": [CHANGE]}}}
    assert verdict(match, statements, kind="scp") == undenied


def test_many_deny_statements_are_not_compared_one_by_one() -> None:
    stop = {"Effect": "Deny", "Action": STOP, "Resource": "*"}
    others = [
        {**stop, "Action": CHANGE, "Resource": f"arn:aws:cloudtrail:*:*:trail/t{n}"}
        for n in range(51)
    ]
    match: Any = {"action": {"some": {"is": [STOP]}}, "undenied": {"some": {"is": [CHANGE]}}}
    assert verdict(match, [stop, *others[:50]], kind="scp") == YES
    assert verdict(match, [stop, *others], kind="scp") == MAYBE
    match = {"effect": {"is": ["Allow"]}, "action": {"some": {"effective": [CHANGE]}}}
    assert verdict(match, [{**stop, "Effect": "Allow", "Action": CHANGE}, *others]) == MAYBE


def test_messages_list_actions() -> None:
    statements = [
        {"Effect": "Deny", "Action": ["cloudtrail:S*Logging", "cloudtrail:Get*"], "Resource": "*"},
        {"Effect": "Deny", "Action": CHANGE, "Resource": "*"},
    ]
    match: Any = {
        "action": {"some": {"effective": [STOP, CHANGE, "cloudtrail:StartLogging"]}},
        "undenied": {"some": {"is": ["cloudtrail:DeleteTrail", CHANGE, "cloudtrail:PutEventSelectors"]}},
    }  # fmt: skip
    found = asked(match, statements, report="action", message="{effective}: {undenied}", kind="scp")
    rest = "cloudtrail:DeleteTrail, cloudtrail:PutEventSelectors"
    assert [(place, message) for place, message, _ in found] == [
        ('"cloudtrail:S*Logging"', f"{STOP}, cloudtrail:StartLogging: {rest}"),
        (f'"{CHANGE}"', f"{CHANGE}: {rest}"),
    ]


def test_a_service_control_policy_is_also_for_the_root_user() -> None:
    """A Deny that spares every user and role still has an effect there."""
    spared = {"ArnNotLike": {"aws:PrincipalArn": ["arn:*:iam::*:user/*", "arn:*:iam::*:role/*"]}}
    statement = {"Effect": "Deny", "Action": STOP, "Resource": "*", "Condition": spared}
    match = {"action": {"some": {"effective": [STOP]}}}
    assert verdict(match, statement, kind="scp") == YES
    assert verdict(match, statement) == NO


def test_what_an_allow_denies_without_a_deny() -> None:
    """Nothing, whatever is not known of it."""
    match = {"action": {"some": {"denied": "always"}}}
    for resource in ("*", "{{ trail }}", TRAIL):
        assert verdict(match, {"Effect": "Allow", "Action": STOP, "Resource": resource}) == NO
    deny = {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"}
    unknown = {"Effect": "Allow", "Action": STOP, "Resource": "{{ trail }}"}
    assert verdict({"effect": {"is": ["Allow"]}, **match}, [unknown, deny]) == MAYBE
    whole = {"Effect": "Allow", "NotAction": STOP, "Resource": "*"}
    assert verdict({"effect": {"is": ["Allow"]}, **match}, [whole, deny]) == MAYBE


def test_the_deny_of_an_allow_is_related() -> None:
    statements = [
        {"Effect": "Allow", "Action": STOP, "Resource": "*"},
        {"Effect": "Deny", "Action": "cloudtrail:Stop*", "Resource": "*"},
        {"Effect": "Deny", "Action": "cloudtrail:Get*", "Resource": "*"},
    ]
    asking = rule({"effect": {"is": ["Allow"]}, "action": {"some": {"denied": "always"}}})
    policy = document({"Version": "2012-10-17", "Statement": statements}, kind="identity")
    (found,) = settled(only_findings(Engine([asking], BOOK, pedantic=False).check_document(policy)))
    assert [one.message for one in found.related] == ["denied here"]
    assert policy.statements[1].span.contains(found.related[0].span)


def test_an_empty_complement_is_compared_like_any_other() -> None:
    statements = [
        {"Effect": "Allow", "Action": STOP, "NotResource": []},
        {"Effect": "Deny", "Action": STOP, "NotResource": []},
    ]
    match = {"effect": {"is": ["Allow"]}, "action": {"some": {"effective": [STOP]}}}
    assert verdict(match, statements) == NO
    assert verdict(match, statements[:1]) == YES
