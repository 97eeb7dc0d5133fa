"""Elements and statements that others beside them make redundant, and elements with nothing in them."""

from __future__ import annotations

import json
from itertools import permutations, product
from typing import Any

import pytest

from cloudtrail_policylint.base.record import replaced
from cloudtrail_policylint.engine.redundancy import MOST_COMPARED, in_actions, key_of
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.settings.model import Settings
from support.judging import BOOK, findings, rule, shown, verdict
from support.policies import document

ROLE = "arn:aws:iam::111122223333:role/path/Ops"
SESSION = "arn:aws:sts::111122223333:assumed-role/Ops/jane"


def found(field: str, statement: Any, match: Any = None) -> list[str]:
    """What is redundant of *field* in *statement*: the text, and what covers it."""
    match = match or {field: {"some": {"redundant": True}}}
    policy = {"Version": "2012-10-17", "Statement": statement}
    one = rule(match, report=field, message="{covering}")
    return [f"{shown(f)} < {f.message}" for f in findings(one, policy, pedantic=False)]


PATTERNS = ["".join(letters) for size in (1, 2) for letters in product("ab*?", repeat=size)]
TEXTS = ["".join(letters) for size in range(4) for letters in product("abc", repeat=size)]


def matched(pattern: str) -> frozenset[str]:
    def fits(text: str, glob: str) -> bool:
        if not glob:
            return not text
        if glob[0] == "*":
            return fits(text, glob[1:]) or (bool(text) and fits(text[1:], glob))
        return bool(text) and glob[0] in ("?", text[0]) and fits(text[1:], glob[1:])

    return frozenset(text for text in TEXTS if fits(text, pattern))


MATCHED = {pattern: matched(pattern) for pattern in PATTERNS}


def test_what_is_left_matches_the_same_and_has_nothing_redundant() -> None:
    """All lists of three short patterns: the texts that are matched, by brute force."""
    for patterns in permutations([*PATTERNS[::2], "a*", "b?"], 3):
        policy = document(
            {"Statement": {"Effect": "Allow", "Action": [f"s:{p}" for p in patterns]}}
        )
        (statement,) = policy.statements
        gone = in_actions(statement)
        keys = [key_of(one.texts[0]) for one in statement.actions]
        left = [p for p, key in zip(patterns, keys, strict=True) if key not in gone]
        assert frozenset().union(*[MATCHED[p] for p in left]) == frozenset().union(
            *[MATCHED[p] for p in patterns]
        )
        assert not any(MATCHED[a] <= MATCHED[b] for a, b in permutations(left, 2)), patterns


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["s3:Get*", "S3:GetObject", "s3:PutObject"], ['"S3:GetObject" < s3:Get*']),
        (["s3:GetObject", "s3:getobject"], ['"s3:getobject" < s3:GetObject']),
        (["s3:GetObject", "*"], ['"s3:GetObject" < *']),
        (["s3:**", "s3:*"], ['"s3:*" < s3:**']),
        (["sns:Publish", "s*:Publish"], ['"sns:Publish" < s*:Publish']),
        (["iam:Get*", "iam:*CredentialReport"], []),
        (["s3:${X}", "s3:${X}"], []),
        (["s3:*", "sns:*"], []),
    ],
)
def test_actions(actions: list[str], expected: list[str]) -> None:
    assert found("action", {"Effect": "Allow", "Action": actions}) == expected
    assert found("action", {"Effect": "Allow", "NotAction": actions}) == expected


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (["arn:aws:s3:::b/*", "arn:aws:s3:::b/k"], ['"arn:aws:s3:::b/k" < arn:aws:s3:::b/*']),
        (["arn:aws:s3:::b", "*"], ['"arn:aws:s3:::b" < *']),
        (["arn:aws:s3:::b", "arn:aws:s3:::b"], ['"arn:aws:s3:::b" < an earlier arn:aws:s3:::b']),
        (["arn:aws:s3:::b", "arn:*:s3:::b*"], ['"arn:aws:s3:::b" < arn:*:s3:::b*']),
        (["arn:aws:s3:::b/*", "arn:aws:s3:::b"], []),
        (["arn:aws:iam::1*:role/r", "arn:aws:iam::1:x:role/r"], []),
        (["arn:aws:s3:::h/${aws:username}/*", "arn:aws:s3:::h/bob/x"], []),
        (
            ["arn:aws:s3:::h/${aws:username}/*", "arn:aws:s3:::h/${aws:username}/x"],
            ['"arn:aws:s3:::h/${aws:username}/x" < arn:aws:s3:::h/${aws:username}/*'],
        ),
        (["arn:aws:s3:::h/${*}", "arn:aws:s3:::h/x"], []),
    ],
)
def test_resources(resources: list[str], expected: list[str]) -> None:
    assert (
        found("resource", {"Effect": "Allow", "Action": "s3:*", "Resource": resources}) == expected
    )


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        ([ROLE, SESSION], [f'"{SESSION}" < {ROLE}']),
        (["111122223333", "111122223333"], ['"111122223333" < an earlier 111122223333']),
        ([ROLE, SESSION.replace("1111", "2222")], []),
        ([ROLE.replace("Ops", "Ops2"), SESSION], []),
        (["arn:aws:iam::111122223333:root", ROLE], []),
    ],
)
def test_principals(principals: list[str], expected: list[str]) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "sts:AssumeRole"}
    assert found("principal", statement) == expected


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("NumericLessThan", ["2700", "3600"], ['"2700" < 3600']),
        ("NumericLessThanEqualsIfExists", ["3600", "60", "7"], ['"60" < 3600', '"7" < 3600']),
        ("ForAnyValue:NumericGreaterThan", ["5", "3"], ['"5" < 3']),
        ("NumericEquals", ["5", "5.0", "6"], ['"5.0" < 5']),
        ("NumericLessThan", ["5", "x"], []),
        ("NumericLessThan", ["5", "${X}"], []),
        ("StringEquals", ["a", "a", "b"], ['"a" < a']),
        ("StringLike", ["a", "b"], []),
    ],
)
def test_values(operator: str, values: list[str], expected: list[str]) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Condition": {operator: {"aws:k": values}}}
    match = {"condition": {"some": {"value": {"some": {"redundant": True}}}}}
    assert found("value", statement, match) == expected


def test_statements() -> None:
    first = {"Sid": "A", "Effect": "Allow", "Action": ["s3:Get", "s3:Put"], "Resource": ["a", "b"]}
    same = {"Effect": "Allow", "Action": ["S3:put", "s3:get"], "Resource": ["b", "a"]}
    others = [
        {**same, "Effect": "Deny"},
        {**same, "Resource": ["A", "b"]},
        {**same, "Action": ["s3:Get", "s3:Pu"]},
        {"Effect": "Allow", "NotAction": ["s3:Get", "s3:Put"], "Resource": ["a", "b"]},
        {**same, "Condition": {"Bool": {"aws:k": "true"}}},
        {**same, "Condition": {"Bool": {"aws:k": "false"}}},
        {**same, "Principal": "*"},
        {**same, "Resource": ["a", "${X}"]},
        {**same, "Resource": ["a", "${X}"]},
    ]
    statements = [*others, first, same]
    assert [text[-4:] for text in found("statement", statements, {"redundant": True})] == [" < A"]
    unnamed = [same, {**same, "Sid": "B"}]
    (text,) = found("statement", unnamed, {"redundant": True})
    assert text.endswith(" < the one in line 1")


def test_what_is_repeated_is_found_in_a_file_without_places() -> None:
    """A JSON file is read without places first, and equal strings are then one text."""
    rules = (
        rule({"action": {"some": {"redundant": True}}}),
        rule({"redundant": True}, id="T2", name="other", report="statement"),
    )
    linter = Linter(replaced(BOOK, rules=rules), Settings(scope="all"))
    repeated = {"Effect": "Allow", "Action": ["s3:Get", "s3:Get"], "Resource": "*"}
    once = {**repeated, "Action": ["s3:Get"]}
    for statements, expected in (([repeated], ["T1"]), ([once, once], ["T2"]), ([once], [])):
        found = linter.lint_text("p.json", json.dumps({"Statement": statements})).findings
        assert [finding.rule.id for finding in found] == expected


def test_a_member_of_one_alternative_is_not_redundant() -> None:
    template = """
Conditions: {All: !Equals [a, b]}
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: !If [All, [s3:Get*], [s3:GetObject]]
            Resource: ["*", !If [All, b, "*"]]
"""
    rules = (
        rule({"action": {"some": {"redundant": True}}}),
        rule({"resource": {"some": {"redundant": True}}}, id="T2", name="other"),
    )
    linter = Linter(replaced(BOOK, rules=rules), Settings(scope="all"))
    assert linter.lint_text("t.yaml", template).findings == ()


def test_long_lists_are_compared_within_bounds() -> None:
    many = [f"s3:A{number}*" for number in range(1000)]
    policy = document({"Statement": {"Effect": "Allow", "Action": [*many, "s3:B", "s3:b"]}})
    gone = in_actions(policy.statements[0])
    assert len(many) ** 2 > MOST_COMPARED
    assert key_of(policy.statements[0].actions[-1].texts[0]) in gone


@pytest.mark.parametrize(
    ("statement", "element", "expected"),
    [
        ({"Action": []}, "action", YES),
        ({"Action": "s3:*"}, "action", NO),
        ({}, "action", NO),
        ({"NotAction": []}, "action", NO),
        ({"Action": [], "NotAction": ["s3:*"]}, "action", NO),
        ({"Resource": []}, "resource", YES),
        ({"Resource": {}}, "resource", NO),
        ({"Principal": []}, "principal-list", NO),  # it has the wrong type
        ({"Principal": {"AWS": []}}, "principal-list", YES),
        ({"NotPrincipal": {"AWS": []}}, "principal-list", YES),
        ({"Principal": {"AWS": [], "Service": "s3.amazonaws.com"}}, "principal-list", NO),
        ({"Principal": {}}, "principal-list", NO),
        ({"Principal": {}}, "principal-object", YES),
        ({"Principal": []}, "principal-object", NO),
        ({"Condition": {}}, "condition", YES),
        ({"Condition": {"Bool": {"aws:k": "true"}, "StringLike": {}}}, "condition", YES),
        ({"Condition": {"StringLike": {"aws:k": []}}}, "condition", NO),
        ({"Condition": []}, "condition", NO),
    ],
)
def test_empty(statement: dict[str, Any], element: str, expected: int) -> None:
    assert verdict({"empty": [element]}, {"Effect": "Allow", **statement}) == expected


@pytest.mark.parametrize(
    ("statement", "match", "expected"),
    [
        ({"Action": "c*:Stop"}, {"action": {"some": {"service-wildcard": True}}}, YES),
        ({"Action": "*:Stop"}, {"action": {"some": {"service-wildcard": True}}}, NO),
        ({"Action": "*"}, {"action": {"some": {"service-wildcard": True}}}, NO),
        ({"Action": "s3:*"}, {"action": {"some": {"service-wildcard": True}}}, NO),
        ({"Action": "s3:*"}, {"action": {"some": {"service-wildcard": False}}}, YES),
        (
            {"Resource": "arn:aws:*code*:::x"},
            {"resource": {"some": {"service-wildcard": True}}},
            YES,
        ),
        ({"Resource": "arn:aws:*:::x"}, {"resource": {"some": {"service-wildcard": True}}}, NO),
        ({"NotPrincipal": "*"}, {"principal": {"some": {"complement": True}}}, YES),
        ({"Principal": "*"}, {"principal": {"some": {"complement": True}}}, NO),
        ({"Principal": "*"}, {"principal": {"some": {"complement": False}}}, YES),
        ({"NotPrincipal": "*"}, {"principal": {"some": {"id": {"is": ["*"]}}}}, MAYBE),
    ],
)
def test_services_and_complements(statement: Any, match: Any, expected: int) -> None:
    assert verdict(match, {"Effect": "Allow", **statement}) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("cloudtrail:x", MAYBE),
        ("dynamodb:Attributes", YES),
        ("DynamoDB:select", NO),
        ("kms:EncryptionContext:a", NO),
        ("nosuchservice:x", MAYBE),
        ("${X}", MAYBE),
    ],
)
def test_keys_with_several_values(key: str, expected: int) -> None:
    statement = {"Effect": "Allow", "Condition": {"StringLike": {key: "a"}}}
    for wanted in (True, False):
        match = {"condition": {"some": {"key": {"multivalued": wanted}}}}
        assert verdict(match, statement) == (expected if wanted else YES - expected)


def test_several_tests_of_values_must_hold_together() -> None:
    tests = [{"some": {"is": ["a"]}}, {"some": {"is": ["b"]}}]
    one = rule({"condition": {"some": {"value": tests}}}, report="value")

    def values(*given: str) -> list[str]:
        condition = {"StringLike": {"aws:k": list(given)}}
        policy = {"Statement": {"Effect": "Allow", "Condition": condition}}
        return [shown(finding) for finding in findings(one, policy)]

    assert values("a", "b", "c") == ['"b"']
    assert values("a") == values("b") == []
