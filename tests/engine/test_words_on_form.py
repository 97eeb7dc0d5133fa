"""Words on the form of texts: variables, types of values, addresses, characters, what is written, sizes."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from cloudtrail_policylint.iam.addresses import PRIVATE_RANGES, sorts_of
from cloudtrail_policylint.iam.catalogue import Catalogue, Facts
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.iam.size import least_size
from support.judging import findings, rule, verdict
from support.policies import document

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def on_value(words: Any, value: Any) -> int:
    statement = {**STATEMENT, "Condition": {"StringLike": {"aws:userid": value}}}
    return verdict({"condition": {"some": {"value": {"some": words}}}}, statement)


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ("true", {"boolean", "base64"}),
        ("False", {"boolean"}),
        ("yes", set()),
        ("", {"base64"}),
        ("10", {"number", "date"}),
        ("-1.5", {"number"}),
        ("NaN", set()),
        ("2026", {"number", "date", "base64"}),
        ("1767225600", {"number", "date"}),
        ("2026-02", {"date"}),
        ("2026-02-28", {"date"}),
        ("2026-02-30", set()),
        ("2026-02-28T10:00:00Z", {"date"}),
        ("2026-02-28T10:00:00", {"date"}),
        ("2026-02-28T10:00+01:00", {"date"}),
        ("28.02.2026", set()),
        ("QmFzZTY0", {"base64"}),
        ("QmFzZTY", set()),
        ("10.0.0.1", {"address"}),
        ("10.0.0.1/8", {"address"}),
        ("2001:db8::/32", {"address"}),
        ("10.0.0.1/33", set()),
        ("10.0.*", set()),
        ("300.0.0.1", set()),
    ],
)
def test_reads_as(value: str, types: set[str]) -> None:
    names = ("boolean", "number", "date", "base64", "address")
    assert {name for name in names if on_value({"reads-as": [name]}, value)} == types


@pytest.mark.parametrize("value", ["${X}", "${aws:username}", "2026-${X}"])
def test_what_a_value_reads_as_is_not_known_with_a_variable(value: str) -> None:
    assert on_value({"reads-as": ["number"]}, value) == MAYBE
    assert on_value({"none": {"reads-as": ["number"]}}, value) == MAYBE
    assert on_value({"address": ["private"]}, value) == MAYBE


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("10.1.2.3", {"private"}),
        ("172.31.0.0/16", {"private"}),
        ("172.32.0.0/16", {"public"}),
        ("192.168.1.1/16", {"private", "host-bits"}),
        ("203.0.113.0/24", {"public"}),
        ("203.0.113.7/24", {"public", "host-bits"}),
        ("203.0.113.7/32", {"public"}),
        ("0.0.0.0/0", set()),
        ("::/0", set()),
        ("fd00::1", {"private"}),
        ("2001:db8::/32", {"public"}),
        ("10.0.0.0/7", set()),
        ("10.*", set()),
    ],
)
def test_address(text: str, sorts: set[str]) -> None:
    assert sorts_of(text) == sorts
    for sort in ("private", "public", "host-bits"):
        assert on_value({"address": [sort]}, text) == (YES if sort in sorts else NO)


def test_private_ranges_are_private_to_the_standard_library_too() -> None:
    assert all(ipaddress.ip_network(one).is_private for one in PRIVATE_RANGES)


@pytest.mark.parametrize(
    ("value", "defects"),
    [
        ("${aws:username}", set()),
        ("a${aws:username, 'b'}c", set()),
        ("${aws:username,'it''s'}", set()),
        ("${*}${?}${$}", set()),
        ("${aws:PrincipalTag/cost center}", set()),
        ("$aws:username}", set()),
        ("${aws:username", {"brace"}),
        ("${aws:username/${aws:userid}", {"brace"}),
        ("${aws:username, b}", {"quote"}),
        ("${aws:username, 'b}", {"quote"}),
        ("${aws:username, '}", {"quote"}),
        ("${aws:user name}", {"space"}),
        ("${ aws:username}", {"space"}),
        ("${}", {"empty"}),
        ("${}/${aws:username", {"empty", "brace"}),
        ("${X}/${aws:username", {"brace"}),
        ("${Account}", set()),
    ],
)
def test_broken_variable(value: str, defects: set[str]) -> None:
    for defect in ("brace", "quote", "space", "empty"):
        assert on_value({"broken-variable": [defect]}, value) == (YES if defect in defects else NO)


def test_variable_in_any_text() -> None:
    words = {"variable": ["aws:*"]}
    for field, given in (
        ("sid", {"Sid": "a${aws:username}"}),
        ("action", {"Action": "s3:${aws:username}"}),
        ("resource", {"Resource": "arn:aws:s3:::${aws:username}/*"}),
    ):
        match = {field: words if field == "sid" else {"some": words}}
        assert verdict(match, {**STATEMENT, **given}) == YES
        assert verdict(match, {**STATEMENT, "Sid": "a"}) == NO
    principal = {**STATEMENT, "Principal": {"AWS": "arn:aws:iam::${aws:PrincipalAccount}:root"}}
    assert verdict({"principal": {"some": {"id": words}}}, principal) == YES


@pytest.mark.parametrize(
    ("sid", "expected"),
    [("Abc9", YES), ("a b", NO), ("a-b", NO), ("ä", NO), ("a${X}", MAYBE), ("a-${X}", NO)],
)
def test_characters(sid: str, expected: int) -> None:
    assert verdict({"sid": {"characters": ["letters", "digits"]}}, {**STATEMENT, "Sid": sid}) == (
        expected
    )
    assert verdict({"sid": {"characters": ["letters", "-", " "]}}, {**STATEMENT, "Sid": "a-b c"})


def test_none_inside_the_test_of_one_element() -> None:
    statement = {**STATEMENT, "Action": ["s3:GetObject", "sns:Publish"], "Resource": ["a", "b"]}
    assert verdict({"action": {"some": {"none": {"service": ["s3"]}}}}, statement) == YES
    assert verdict({"action": {"every": {"none": {"service": ["s3"]}}}}, statement) == NO
    assert verdict({"action": {"some": {"none": {"within": ["s*"]}}}}, statement) == NO
    assert verdict({"resource": {"some": {"none": {"is": ["a"]}}}}, statement) == YES
    unknown = {**STATEMENT, "Resource": "${X}"}
    assert verdict({"resource": {"some": {"none": {"is": ["a"]}}}}, unknown) == MAYBE
    assert on_value({"within": ["v*"], "none": {"within": ["vpc-*"]}}, ["vpc-1", "vp-1"]) == YES
    assert on_value({"within": ["v*"], "none": {"within": ["vpc-*"]}}, ["vpc-1", "w"]) == NO
    condition = {**STATEMENT, "Condition": {"StringLike": {"aws:userid": "a"}}}
    for key, expected in (("aws:userid", NO), ("aws:username", YES)):
        match = {"condition": {"some": {"key": {"none": {"is": [key]}}}}}
        assert verdict(match, condition) == expected


def test_complement_and_written_type_of_a_principal() -> None:
    def passes(test: Any, **principal: Any) -> int:
        return verdict({"principal": {"some": test}}, {**STATEMENT, **principal})

    account = {"AWS": "111122223333"}
    assert passes({"complement": True}, NotPrincipal=account) == YES
    assert passes({"complement": True}, Principal=account) == NO
    assert passes({"complement": False}, NotPrincipal=account) == NO
    assert passes({"complement": True, "id": {"is": ["x"]}}, NotPrincipal=account) == NO
    assert passes({"id": {"is": ["111122223333"]}}, NotPrincipal=account) == MAYBE
    assert passes({"type": {"given": False}}, Principal="*") == YES
    assert passes({"type": {"given": False}}, Principal={"AWS": "*"}) == NO
    assert passes({"type": {"given": True, "is": ["AWS"]}}, Principal={"AWS": "*"}) == YES


def test_version_that_is_not_given() -> None:
    wanted = rule({"version": {"given": False}}, subject="document", report="document")
    for policy, certain in (
        ({"Statement": [STATEMENT]}, [True]),
        ({"Version": "2008-10-17", "Statement": [STATEMENT]}, []),
        ({"Version": "${Version}", "Statement": [STATEMENT]}, []),
        ([STATEMENT], []),  # something else makes a policy of the statements
    ):
        found = findings(wanted, policy, pedantic=False)
        assert [one.certain for one in found] == certain


GLOBAL_KEYS = (
    {"name": "aws:PrincipalArn", "type": "ARN"},
    {"name": "aws:ResourceTag/*", "type": "String"},
    {"name": "ec2:RoleDelivery", "type": "Numeric"},
)


@pytest.mark.parametrize(
    ("key", "type_"),
    [
        ("AWS:principalarn", "ARN"),
        ("aws:ResourceTag/a/b", "String"),
        ("ec2:roledelivery", "Numeric"),
        ("s3:max-keys", "Numeric"),
        ("S3:ExistingObjectTag/a", "String"),
        ("kms:EncryptionContextKeys", "String"),
        ("kms:EncryptionContext:aws:cloudtrail:arn", "String"),
        ("kms:GrantIsForAWSResource", "Bool"),
        ("s3:NoSuchKey", None),
        ("nosuchservice:key", None),
        ("saml:aud", None),
        ("aws:NoSuchKey", None),
    ],
)
def test_type_of_a_key(key: str, type_: str | None) -> None:
    facts = Facts(more={"global-keys": json.dumps(GLOBAL_KEYS).encode()})
    assert Catalogue(facts).type_of(key) == type_
    statement = {**STATEMENT, "Condition": {"StringLike": {key: "a"}}}
    if key.startswith(("s3", "S3", "kms", "nosuch")):
        match = {"condition": {"some": {"key": {"typed": ["Numeric"]}}}}
        expected = MAYBE if type_ is None else YES if type_ == "Numeric" else NO
        assert verdict(match, statement) == expected


def test_size_counts_what_the_provider_leaves_out_of_lists_as_nothing() -> None:
    """``aws_iam_policy_document`` has sets of actions and resources, and writes one member without brackets."""
    repeated = '{"Statement": [{"Action": ["s3:Get*", "s3:Get*"], "Resource": ["*"]}]}'
    assert least_size(document(repeated)) == len('{"Action":"s3:Get*","Resource":"*"}')


def test_size_is_that_of_the_policy_without_white_space() -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"]}, {"Sid": "a b"}]}'
    shortest = "".join(policy.split())
    assert least_size(document(policy)) == len(shortest)
    assert least_size(document(policy.replace("s3:Put*", "${Actions}"))) == len(shortest) - len(
        "s3:Put*"
    )
    for most, certain in ((len(shortest) - 1, [True]), (len(shortest), [])):
        wanted = rule({"size": {"over": most}}, subject="document", report="document")
        assert [one.certain for one in findings(wanted, policy)] == certain
