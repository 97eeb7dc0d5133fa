from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.engine.lookups import Lookups
from cloudtrail_policylint.engine.targets import ANYTHING, NONE, UNKNOWN, targets_of
from cloudtrail_policylint.iam.catalogue import Catalogue
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from support.judging import FACTS, verdict
from support.policies import document

LOOKUPS = Lookups(Catalogue(FACTS))
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"
STORE = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x"
TYPES = {"channel", "dashboard", "eventdatastore", "trail"}


def statement(actions: Any, resources: Any, **more: Any) -> Any:
    found = {"Effect": "Allow", "Action": actions, **more}
    return found if resources is None else {**found, "Resource": resources}


@pytest.mark.parametrize(
    ("actions", "resources", "expected"),
    [
        ("cloudtrail:StopLogging", "*", {"trail"}),
        ("cloudtrail:StopLogging", TRAIL, {"trail"}),
        ("cloudtrail:StopLogging", STORE, set()),
        ("cloudtrail:StopLogging", None, {"trail"}),
        ("cloudtrail:LookupEvents", "*", {NONE}),
        ("cloudtrail:LookupEvents", None, {NONE}),
        ("cloudtrail:LookupEvents", TRAIL, set()),
        ("cloudtrail:LookupEvents", ["*", TRAIL], {NONE}),
        ("cloudtrail:AddTags", "*", TYPES),
        ("cloudtrail:AddTags", TRAIL, {"trail"}),
        ("cloudtrail:AddTags", [TRAIL, STORE], {"trail", "eventdatastore"}),
        ("cloudtrail:*", "*", TYPES | {NONE}),
        ("cloudtrail:*", TRAIL, {"trail"}),
        ("cloudtrail:*Logging", "*", {"trail"}),
        ("cloudtrail:*Logging", "arn:aws:cloudtrail:*", {"trail"}),
        (["cloudtrail:StopLogging", "cloudtrail:LookupEvents"], "*", {"trail", NONE}),
        (["cloudtrail:StopLogging", "cloudtrail:LookupEvents"], TRAIL, {"trail"}),
        ("cloudtrail-data:PutAuditEvents", "*", {"channel"}),
        ("config:TagResource", TRAIL, set()),
        ("*", TRAIL, {ANYTHING}),
        ("c*:StopLogging", TRAIL, {ANYTHING}),
        ("cloudtrail:StopLoging", "*", {UNKNOWN}),
        ("cloudtrail:ListInsightsMetricData", "*", {UNKNOWN}),
        ("nosuchservice:Get", "*", {UNKNOWN}),
        ("${X}", "*", {UNKNOWN}),
        (["cloudtrail:StopLogging", "${X}"], "*", {"trail", UNKNOWN}),
        ([], "*", set()),
    ],
)
def test_targets(actions: Any, resources: Any, expected: set[str]) -> None:
    (only,) = document({"Statement": statement(actions, resources)}).statements
    assert set(targets_of(only, LOOKUPS)) == expected


def test_complements_touch_anything() -> None:
    (only,) = document({"Statement": {"NotAction": "s3:*", "Resource": TRAIL}}).statements
    assert set(targets_of(only, LOOKUPS)) == {ANYTHING}
    policy = {"Statement": {"Action": "cloudtrail:StopLogging", "NotResource": STORE}}
    (only,) = document(policy).statements
    assert set(targets_of(only, LOOKUPS)) == {"trail"}


def judged(quantifier: str, wanted: list[str], actions: Any, resources: Any) -> int:
    return verdict({"target": {quantifier: {"is": wanted}}}, statement(actions, resources))


@pytest.mark.parametrize(
    ("actions", "resources", "some", "every"),
    [
        ("cloudtrail:StopLogging", "*", YES, YES),
        ("cloudtrail:AddTags", "*", YES, NO),
        ("cloudtrail:AddTags", TRAIL, YES, YES),
        ("cloudtrail:LookupEvents", "*", NO, NO),
        ("cloudtrail:StopLogging", STORE, NO, NO),
        ("*", "*", NO, NO),
        ("cloudtrail:StopLoging", "*", MAYBE, MAYBE),
        (["cloudtrail:StopLogging", "${X}"], "*", YES, MAYBE),
        (["cloudtrail:LookupEvents", "${X}"], "*", MAYBE, NO),
        # an action that only concerns trails does so whatever the resource turns out to be
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:${R}:${A}:trail/${T}", YES, YES),
        # which of its types are meant is not known here
        ("cloudtrail:AddTags", "arn:aws:cloudtrail:eu-west-1:111122223333:${X}", MAYBE, MAYBE),
    ],
)
def test_quantifiers_over_targets(actions: Any, resources: Any, some: int, every: int) -> None:
    assert judged("some", ["trail"], actions, resources) == some
    assert judged("every", ["trail"], actions, resources) == every
    assert judged("none", ["trail"], actions, resources) == YES - some


def test_the_target_none() -> None:
    assert judged("every", ["none"], "cloudtrail:LookupEvents", "*") == YES
    assert judged("every", ["none", "trail"], ["cloudtrail:LookupEvents", "cloudtrail:StopLogging"], "*") == YES  # fmt: skip
    assert judged("some", ["none"], "cloudtrail:StopLogging", "*") == NO


@pytest.mark.parametrize(
    ("actions", "resource", "expected"),
    [
        ("cloudtrail:StopLogging", TRAIL, YES),
        ("cloudtrail:StopLogging", STORE, NO),
        (["cloudtrail:StopLogging", "cloudtrail:AddTags"], STORE, YES),
        ("cloudtrail:LookupEvents", TRAIL, NO),
        ("cloudtrail:StopLogging", "*", YES),
        ("cloudtrail:StopLogging", "arn:aws:s3:::logs", NO),
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:${R}:${A}:trail/x", YES),
        ("cloudtrail:StopLogging", "${X}", MAYBE),
        ("*", STORE, YES),
        ("cloudtrail:StopLoging", TRAIL, MAYBE),
        ("${X}", TRAIL, MAYBE),
    ],
)
def test_accepted(actions: Any, resource: str, expected: int) -> None:
    for wanted in (True, False):
        match = {"resource": {"some": {"accepted": wanted}}}
        found = verdict(match, statement(actions, resource))
        assert found == (expected if wanted else YES - expected)


def test_accepted_is_about_one_resource_at_a_time() -> None:
    match = {"resource": {"some": {"accepted": False, "fits": ["eventdatastore"]}}}
    both = statement("cloudtrail:StopLogging", [TRAIL, STORE])
    assert verdict(match, both) == YES
    assert verdict(match, statement("cloudtrail:StopLogging", TRAIL)) == NO
    assert verdict(match, {"NotAction": "s3:*", "Resource": STORE}) == NO


@pytest.mark.parametrize(
    ("action", "resources", "expected"),
    [
        ("cloudtrail:StopLogging", TRAIL, YES),
        ("cloudtrail:StopLogging", STORE, NO),
        ("cloudtrail:StopLogging", [STORE, TRAIL], YES),
        ("cloudtrail:StopLogging", [STORE, "*"], YES),
        ("cloudtrail:StopLogging", "arn:aws:s3:::logs", NO),
        ("cloudtrail:StopLogging", None, YES),
        ("cloudtrail:StopLogging", [STORE, "${X}"], YES),
        ("cloudtrail:StopLogging", [STORE, "${X}/*"], YES),
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:${R}:${A}:${X}", MAYBE),
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:${R}:${A}:trail/x", YES),
        ("cloudtrail:*Logging", STORE, NO),
        ("cloudtrail:Delete*", STORE, YES),
        ("cloudtrail:AddTags", STORE, YES),
        ("cloudtrail:LookupEvents", TRAIL, NO),
        ("cloudtrail:LookupEvents", "*", YES),
        ("s3:PutObject", TRAIL, NO),
        ("*", STORE, YES),
        ("cloudtrail:StopLoging", STORE, MAYBE),
        ("cloudtrail:StopLoging", "*", YES),
        ("${X}", STORE, MAYBE),
    ],
)
def test_an_action_is_accepted(action: str, resources: Any, expected: int) -> None:
    for wanted in (True, False):
        match = {"action": {"some": {"accepted": wanted}}}
        found = verdict(match, statement(action, resources))
        assert found == (expected if wanted else YES - expected)


def test_an_action_is_accepted_by_one_of_the_resources() -> None:
    match = {"action": {"some": {"accepted": False}}}
    both = ["cloudtrail:StopLogging", "cloudtrail:StartQuery"]
    assert verdict(match, statement(both, TRAIL)) == YES
    assert verdict(match, statement(both, [TRAIL, STORE])) == NO
    others = {"Effect": "Allow", "Action": both, "NotResource": TRAIL}
    assert verdict(match, others) == NO
    assert verdict(match, {**others, "NotResource": []}) == NO
    for wanted in (True, False):
        every_other = {"Effect": "Allow", "NotAction": "s3:*", "Resource": STORE}
        assert verdict({"action": {"some": {"accepted": wanted}}}, every_other) == NO
