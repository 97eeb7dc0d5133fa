"""The condition operators, by what AWS's documentation says of each.

Sources, all of the IAM User Guide and read 2026-11-26: OPERATORS ("IAM JSON policy elements: Condition operators"),
SETS ("Set operators for multivalued context keys"), VARIABLES ("IAM policy elements: Variables and tags"), BLOCK
("Conditions with multiple context keys or values").
"""

from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.decisions.conditions import ABSENT, OPEN, Key, Setting, having, holds
from cloudtrail_policylint.decisions.values import UNKNOWN, form, literal, one_of
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from support.policies import document

PRESENT = Key(YES, None)


def verdict(
    operator: str,
    wanted: Any,
    key: Key,
    *,
    others: dict[str, Key] | None = None,
    variables: bool | None = True,
    name: str = "k",
) -> int:
    """Whether ``{operator: {name: wanted}}`` holds where the key is *key*."""
    policy = {"Statement": [{"Effect": "Allow", "Condition": {operator: {name: wanted}}}]}
    (condition,) = document(policy).statements[0].conditions
    keys = {name.lower(): key, **{one.lower(): other for one, other in (others or {}).items()}}
    setting = Setting(lambda asked: keys.get(asked, ABSENT), variables, frozenset())
    return holds(condition, setting)


def value(*values: str, many: bool = False) -> Key:
    return having(*[literal(one) for one in values], many=many)


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        # OPERATORS, "String condition operators"
        ("StringEquals", "a", "a", YES),
        ("StringEquals", "a", "A", NO),
        ("StringEquals", ["a", "b"], "b", YES),
        ("StringEquals", "a*", "ab", NO),
        ("StringEquals", "a*", "a*", YES),
        ("StringNotEquals", "a", "a", NO),
        ("StringNotEquals", ["a", "b"], "b", NO),
        ("StringNotEquals", ["a", "b"], "c", YES),
        ("StringEqualsIgnoreCase", "aB", "Ab", YES),
        ("StringNotEqualsIgnoreCase", "aB", "Ab", NO),
        ("StringLike", "a*c", "abbc", YES),
        ("StringLike", "a?c", "abbc", NO),
        ("StringLike", "A*", "ab", NO),
        ("StringLike", ["", "home/"], "", YES),
        ("StringNotLike", "a*", "ab", NO),
        ("StringNotLike", "a*", "b", YES),
        # OPERATORS, "Numeric condition operators"
        ("NumericEquals", "10", "10.0", YES),
        ("NumericEquals", 10, "10", YES),
        ("NumericNotEquals", "10", "10", NO),
        ("NumericLessThan", "10", "9.5", YES),
        ("NumericLessThan", "10", "10", NO),
        ("NumericLessThanEquals", "10", "10", YES),
        ("NumericGreaterThan", "10", "10", NO),
        ("NumericGreaterThanEquals", "10", "10", YES),
        ("NumericLessThan", ["1", "20"], "10", YES),
        ("NumericEquals", "ten", "10", MAYBE),
        ("NumericEquals", "10", "ten", MAYBE),
        ("NumericEquals", "NaN", "NaN", MAYBE),
        ("NumericEquals", "9" * 65, "1", MAYBE),
        # OPERATORS, "Date condition operators": W3C's formats of ISO 8601, or epoch time
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", YES),
        ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", YES),
        ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", YES),
        ("DateEquals", "2026-01", "2026-01-01T00:00:00Z", YES),
        ("DateNotEquals", "2026-01-01", "2026-01-02T00:00:00Z", YES),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", YES),
        ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", YES),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", YES),
        ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2025-12-31", NO),
        ("DateEquals", "tomorrow", "2026-01-01T00:00:00Z", MAYBE),
        ("DateEquals", "2026-13-01", "2026-01-01T00:00:00Z", MAYBE),
        ("DateEquals", "2026", "2026-01-01T00:00:00Z", MAYBE),  # a year, or a number
        ("DateEquals", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z", MAYBE),  # no time zone
        ("DateEquals", "2026-W01-1", "2026-01-01T00:00:00Z", MAYBE),
        ("DateLessThan", "9" * 64, "2026-01-01", YES),
        # OPERATORS, "Boolean condition operators"
        ("Bool", "true", "true", YES),
        ("Bool", True, "true", YES),
        ("Bool", "True", "true", YES),
        ("Bool", "false", "true", NO),
        ("Bool", ["true", "false"], "true", YES),
        ("Bool", "yes", "true", MAYBE),
        # OPERATORS, "Binary condition operators"
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ4", NO),
        ("BinaryEquals", "no base 64", "QmluYXJ5", MAYBE),
        # OPERATORS, "IP address condition operators"
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", YES),
        ("IpAddress", "203.0.113.0/24", "203.0.114.7", NO),
        ("IpAddress", "203.0.113.7", "203.0.113.7", YES),
        ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", YES),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", NO),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", NO),
        ("NotIpAddress", "203.0.113.0/24", "2001:db8::1", YES),
        ("IpAddress", "203.0.113.0/33", "203.0.113.7", MAYBE),
        ("IpAddress", "here", "203.0.113.7", MAYBE),
        # OPERATORS, "ARN condition operators": ArnEquals and ArnLike are the same
        ("ArnEquals", "arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:topic", YES),
        ("ArnLike", "arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:topic", YES),
        ("ArnLike", "arn:aws:sns:*:1:T*", "arn:aws:sns:eu-west-1:1:topic", NO),
        ("ArnLike", "arn:aws:sns:*:topic", "arn:aws:sns:eu-west-1:1:topic", MAYBE),
        ("ArnNotLike", "arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:topic", NO),
        ("ArnNotEquals", "arn:aws:sns:*:2:*", "arn:aws:sns:eu-west-1:1:topic", YES),
        ("ArnLike", "arn:aws:s3:::b", "no arn", NO),
        # letter case of operators does not count
        ("stringequals", "a", "a", YES),
        ("STRINGEQUALSIFEXISTS", "a", "b", NO),
        # no operator at all
        ("StringMatches", "a", "a", MAYBE),
        ("NullIfExists", "true", "a", MAYBE),
        ("ForSomeValues:StringEquals", "a", "a", MAYBE),
        ("ForAnyValue:Null", "true", "a", MAYBE),
    ],
)
def test_a_value_meets_an_operator(operator: str, wanted: Any, actual: str, expected: int) -> None:
    assert verdict(operator, wanted, value(actual)) == expected


POSITIVE = ("StringEquals", "StringLike", "NumericLessThan", "DateEquals", "Bool", "BinaryEquals",
            "IpAddress", "ArnLike")  # fmt: skip
NEGATED = ("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals",
           "NotIpAddress", "ArnNotEquals", "ArnNotLike")  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        # OPERATORS: "the values do not match and the condition is false"; negated: "the condition is true"
        *[(operator, NO) for operator in POSITIVE],
        *[(operator, YES) for operator in NEGATED],
        # OPERATORS, "...IfExists condition operators"
        *[(operator + "IfExists", YES) for operator in (*POSITIVE, *NEGATED)],
        # SETS: "It also returns true if there are no keys in the request"; "for no matching key ... false"
        ("ForAllValues:StringEquals", YES),
        ("ForAllValues:StringNotEquals", YES),
        ("ForAnyValue:StringEquals", NO),
        ("ForAnyValue:StringNotEquals", NO),
        ("ForAnyValue:StringEqualsIfExists", MAYBE),  # the pages say both
    ],
)
def test_without_the_key(operator: str, expected: int) -> None:
    assert verdict(operator, "1", ABSENT) == expected


@pytest.mark.parametrize(
    ("wanted", "key", "expected"),
    [
        # OPERATORS, "Condition operator to check existence of condition keys"
        ("true", ABSENT, YES),
        ("true", value("x"), NO),
        ("false", ABSENT, NO),
        ("false", value("x"), YES),
        (True, ABSENT, YES),
        ("True", ABSENT, YES),
        (["true", "false"], OPEN, YES),
        ("true", OPEN, MAYBE),
        ("false", PRESENT, YES),
        ("maybe", ABSENT, MAYBE),
    ],
)
def test_null(wanted: Any, key: Key, expected: int) -> None:
    assert verdict("Null", wanted, key) == expected


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        # SETS, with the table of "Evaluation logic for multiple values with condition set operators"
        ("ForAllValues:StringEquals", ["PostDateTime", "Message", "Tags"], ["PostDateTime"], YES),
        ("ForAllValues:StringEquals", ["PostDateTime", "Tags"], ["PostDateTime", "UserName"], NO),
        ("ForAnyValue:StringEquals", ["PostDateTime", "Tags"], ["PostDateTime", "UserName"], YES),
        ("ForAnyValue:StringEquals", ["PostDateTime", "Tags"], ["UserName"], NO),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], YES),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "c"], NO),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], YES),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], NO),
        ("ForAllValues:StringLike", ["a*"], ["ab", "ac"], YES),
        ("ForAllValues:StringEqualsIfExists", ["a"], ["b"], NO),
        # "or if the key values resolve to a null data set, such as an empty string"
        ("ForAllValues:StringEquals", ["a"], [""], YES),
        ("ForAnyValue:StringEquals", ["a"], [""], NO),
        # without a set operator nothing is said of several values
        ("StringEquals", ["a"], ["a", "b"], MAYBE),
        ("StringEquals", ["c"], ["a", "b"], NO),
        ("StringNotEquals", ["c"], ["a", "b"], MAYBE),
    ],
)
def test_several_values(operator: str, wanted: list[str], actual: list[str], expected: int) -> None:
    assert verdict(operator, wanted, value(*actual, many=True)) == expected


@pytest.mark.parametrize(
    ("operator", "wanted", "key", "expected"),
    [
        ("StringEquals", "a", OPEN, MAYBE),
        ("StringLike", "*", OPEN, MAYBE),
        ("StringLike", "*", PRESENT, YES),
        ("StringLikeIfExists", "*", OPEN, YES),
        ("StringNotLike", "*", PRESENT, NO),
        ("StringEquals", [], PRESENT, NO),
        ("StringNotEquals", [], PRESENT, YES),
        ("ForAllValues:StringLike", "*", OPEN, YES),
        ("ForAnyValue:StringLike", "*", PRESENT, MAYBE),
        ("ForAllValues:StringEquals", "a", PRESENT, MAYBE),
        ("IpAddress", ["0.0.0.0/0", "::/0"], PRESENT, YES),
        ("NotIpAddress", ["0.0.0.0/0", "::/0"], PRESENT, NO),
        ("IpAddress", ["0.0.0.0/0"], PRESENT, MAYBE),
        ("Bool", "true", having(one_of(("true", "false"))), MAYBE),
        ("Bool", ["true", "false"], having(one_of(("true", "false"))), YES),
        ("StringLike", "a*", having(form("a{any}")), YES),
        ("StringLike", "a*", having(form("b{any}")), NO),
        ("StringEquals", "vpc-1", having(form("vpc-{name}")), MAYBE),
        ("StringEquals", "vpce-1", having(form("vpc-{name}")), NO),
        ("NumericEquals", "1", having(UNKNOWN), MAYBE),
        (
            "ArnLike",
            "arn:aws:iam::*:role/*",
            having(form("arn:aws:iam::{account}:role/{any}")),
            YES,
        ),
    ],
)
def test_what_is_not_known(operator: str, wanted: Any, key: Key, expected: int) -> None:
    assert verdict(operator, wanted, key) == expected


def test_a_hole_in_the_policy() -> None:
    assert verdict("StringEquals", "<team>", value("a")) == MAYBE
    assert verdict("StringLike", "<team>*", value("a")) == MAYBE
    assert verdict("StringLike", "x<team>", value("a")) == NO
    assert verdict("StringEquals", ["<team>", "a"], value("a")) == YES
    assert verdict("DateEquals", "<day>", value("2026-01-01")) == MAYBE
    assert verdict("Null", "<flag>", ABSENT) == MAYBE
    assert verdict("<operator>", "a", value("a")) == MAYBE
    assert verdict("StringEquals", "a", value("a"), name="aws:PrincipalTag/<tag>") == MAYBE


def test_the_key_s_letter_case_does_not_count() -> None:
    """OPERATORS and VARIABLES: "Key names are case-insensitive"."""
    assert verdict("StringEquals", "a", value("a"), name="AWS:SourceIP") == YES


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        # VARIABLES, "Using variables in policies"
        ("StringEquals", "${aws:username}", "alice", YES),
        ("StringEquals", "${AWS:UserName}", "alice", YES),
        ("StringLike", "home/${aws:username}/*", "home/alice/x", YES),
        ("StringLike", "home/${aws:username}/*", "home/bob/x", NO),
        # what a variable stands for has no wildcards
        ("StringLike", "${x:star}", "anything", NO),
        ("StringLike", "${x:star}", "*", YES),
        # "${*}", "${?}" and "${$}"
        ("StringLike", "a${*}", "a*", YES),
        ("StringLike", "a${*}", "ab", NO),
        ("StringEquals", "${?}${$}", "?$", YES),
        # "Specifying default values"
        ("StringEquals", "${aws:PrincipalTag/team, 'company-wide'}", "company-wide", YES),
        ("StringEquals", "${aws:username, 'x'}", "alice", YES),
        ("StringEquals", "${aws:PrincipalTag/team, company}", "company", MAYBE),
        # "Policy variables with no value"
        ("StringEquals", "${aws:PrincipalTag/team}", "a", NO),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "a", YES),
        ("StringLike", ["${aws:PrincipalTag/team}", "a"], "a", YES),
        # "You can't use a multivalued condition key as a variable"
        ("StringEquals", "${x:several}", "a", MAYBE),
        # a variable without end
        ("StringEquals", "${aws:username", "alice", MAYBE),
        # "You can't use a policy variable with other operators, such as Numeric"
        ("NumericEquals", "${x:number}", "1", MAYBE),
        ("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/alice", YES),
        ("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/bob", NO),
        ("ArnLike", "arn:aws:iam::*:user/${aws:PrincipalTag/team}", "arn:aws:iam::1:user/a", NO),
        ("StringEquals", "${x:open}", "a", MAYBE),
        ("StringEquals", "x${x:open}", "a", NO),
    ],
)
def test_variables(operator: str, wanted: Any, actual: str, expected: int) -> None:
    others = {
        "aws:username": value("alice"),
        "x:star": value("*"),
        "x:several": value("a", "b", many=True),
        "x:number": value("1"),
        "x:open": OPEN,
    }
    assert verdict(operator, wanted, value(actual), others=others) == expected


def test_one_condition_answers_many_requests() -> None:
    """What is remembered of a condition for one request does not change what it is for another."""
    keys = [OPEN, PRESENT, ABSENT, value("a"), value("b"), value("alice"), value("a", "b")]
    keys += [having(form("{any}")), having(form("a{name}")), having(one_of(("a", "c")))]
    others = [ABSENT, value("alice"), value("a"), OPEN]
    for operator in ("StringEquals", "StringNotLike", "ForAllValues:StringLike", "ArnLikeIfExists"):
        for wanted in (
            ["a"],
            ["a", "${aws:username}"],
            ["${aws:username}"],
            ["*", "b"],
            ["a<x>"],
            [],
        ):
            policy = {"Statement": [{"Effect": "Allow", "Condition": {operator: {"k": wanted}}}]}
            (condition,) = document(policy).statements[0].conditions
            for variables in (True, None, False, True):
                for key in keys:
                    for other in others:
                        known = {"k": key, "aws:username": other}
                        setting = Setting(known.__getitem__, variables, frozenset())
                        alone = verdict(
                            operator,
                            wanted,
                            key,
                            others={"aws:username": other},
                            variables=variables,
                        )
                        assert holds(condition, setting) == alone, (operator, wanted, key, other)


def test_of_many_values_with_variables_nothing_is_known() -> None:
    others = {"aws:username": value("alice")}
    wanted = [f"${{aws:username}}{number}" for number in range(101)]
    assert verdict("StringEquals", wanted[:100], value("alice99"), others=others) == YES
    assert verdict("StringEquals", wanted, value("alice99"), others=others) == MAYBE
    assert verdict("StringEquals", [*wanted, "bob"], value("bob"), others=others) == YES


@pytest.mark.parametrize(
    "wanted",
    ["a<x>aws:username}", "a$<x>", "a${aws:<x>}", "a<x>{aws:username}", "a${aws:username<x>"],
)
def test_a_hole_may_hold_a_part_of_a_variable(wanted: str) -> None:
    others = {"aws:username": value("alice")}
    assert verdict("StringEquals", wanted, value("aalice"), others=others) == MAYBE
    assert verdict("StringEquals", wanted, value("balice"), others=others) in (NO, MAYBE)


def test_variables_are_literal_in_the_old_version() -> None:
    """IAM User Guide, "IAM JSON policy elements: Version"."""
    others = {"aws:username": value("alice")}
    literally = value("${aws:username}")
    assert verdict("StringEquals", "${aws:username}", literally, variables=False) == YES
    for variables, expected in ((False, NO), (True, YES), (None, MAYBE)):
        found = verdict(
            "StringEquals", "${aws:username}", value("alice"), others=others, variables=variables
        )
        assert found == expected
