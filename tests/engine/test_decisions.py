"""The words that ask what AWS answers to requests."""

from __future__ import annotations

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
    message: str = "x", kind: str = "identity", version: str = "2012-10-17",
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
