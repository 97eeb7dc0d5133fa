"""The facts about condition keys, and what the catalogue adds."""

from __future__ import annotations

from datetime import date

import pytest

from cloudtrail_policylint.decisions.call import availability
from cloudtrail_policylint.decisions.principals import OF_ACCOUNTS
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.rulebook.load import bundled

FACTS = bundled().facts.global_keys
KINDS = {*OF_ACCOUNTS, "service", "anonymous", "federated", "else"}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact["name"]))
def test_each_fact_has_a_source_and_a_sensible_value(fact: dict[str, object]) -> None:
    assert str(fact["source"]).startswith("https://docs.aws.amazon.com/IAM/latest/UserGuide/")
    assert isinstance(date.fromisoformat(str(fact["seen"])), date)
    assert fact["type"] in {"String", "ARN", "Bool", "Date", "Numeric", "IPAddress"}
    present = fact["present"]
    if isinstance(present, dict):
        assert set(present) <= KINDS
        assert "else" in present
        assert set(present.values()) <= {"always", "sometimes", "never"}
    else:
        assert present in {"always", "sometimes", "never", "catalogue"}


def test_no_key_is_there_twice() -> None:
    names = [fact["name"].lower() for fact in FACTS]
    assert len(names) == len(set(names)) > 50


@pytest.mark.parametrize(
    ("name", "kind", "action", "present", "many"),
    [
        ("aws:principalarn", "service", "s3:GetObject", NO, False),
        ("aws:principalarn", "user", "s3:GetObject", YES, False),
        ("aws:principaltag/team", "role", "s3:GetObject", MAYBE, False),
        ("aws:principalorgpaths", "role", "s3:GetObject", MAYBE, True),
        ("aws:tagkeys", "user", "cloudtrail:CreateTrail", MAYBE, True),
        ("aws:tagkeys", "user", "cloudtrail:StopLogging", NO, False),
        ("aws:resourcetag/a", "user", "cloudtrail:StopLogging", MAYBE, False),
        ("ec2:sourceinstancearn", "role", "cloudtrail:StopLogging", MAYBE, False),
        ("ec2:sourceinstancearn", "user", "cloudtrail:StopLogging", NO, False),
        ("ec2:instancetype", "user", "cloudtrail:StopLogging", NO, False),
        ("accounts.google.com:aud", "federated", "sts:AssumeRoleWithWebIdentity", MAYBE, False),
        ("cloudtrail:externalid", "user", "cloudtrail-data:PutAuditEvents", MAYBE, False),
    ],
)
def test_a_key(*, name: str, kind: str, action: str, present: int, many: bool) -> None:
    known = availability().catalogue.action(action)
    assert known is not None
    found = availability().key(name, kind, known, known.types or ())
    assert (found.present, found.many) == (present, many)


def test_a_key_of_an_unknown_action_is_open() -> None:
    for name in ("s3:prefix", "aws:requesttag/a", "nosuch:key"):
        assert availability().key(name, "user", None, ()).present == MAYBE
    assert availability().key("aws:sourcearn", "user", None, ()).present == NO


def test_keys_with_several_values() -> None:
    assert availability().has_many("aws:TagKeys")
    assert availability().has_many("kms:EncryptionContextKeys")
    assert not availability().has_many("aws:PrincipalTag/team")
    assert not availability().has_many("kms:ViaService")
    assert not availability().has_many("nosuch:key")


def test_services_that_resource_control_policies_reach() -> None:
    assert {"s3", "kms", "sts", "sqs", "cloudtrail-data"} <= availability().rcp_services
    assert not {"cloudtrail", "sns"} & availability().rcp_services
