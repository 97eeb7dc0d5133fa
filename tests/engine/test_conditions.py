"""What a condition says about a request without its key.

Expected verdicts: IAM User Guide, "IAM JSON policy elements: Condition
operators" and "Set operators for multivalued context keys".
"""

from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from support.judging import verdict


def absent(operator: str, values: Any = "x", *, wanted: bool = True) -> int:
    statement = {"Condition": {operator: {"aws:k": values}}}
    return verdict({"condition": {"some": {"if-absent": wanted}}}, statement)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", NO),
        ("stringlike", NO),
        ("Bool", NO),
        ("ArnLike", NO),
        ("IpAddress", NO),
        ("NumericLessThan", NO),
        ("DateGreaterThan", NO),
        ("BinaryEquals", NO),
        ("StringNotEquals", YES),
        ("StringNotEqualsIgnoreCase", YES),
        ("stringnotlike", YES),
        ("ArnNotLike", YES),
        ("NotIpAddress", YES),
        ("NumericNotEquals", YES),
        ("StringEqualsIfExists", YES),
        ("BOOLIFEXISTS", YES),
        ("StringNotLikeIfExists", YES),
        ("ForAllValues:StringEquals", YES),
        ("forallvalues:stringnotequals", YES),
        ("ForAllValues:StringLikeIfExists", YES),
        ("ForAnyValue:StringEquals", NO),
        ("ForAnyValue:StringNotEquals", NO),
        ("${X}", MAYBE),
        ("${X}:StringEquals", MAYBE),
    ],
)
def test_operators(operator: str, expected: int) -> None:
    assert absent(operator) == expected
    assert absent(operator, wanted=False) == YES - expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("true", YES),
        ("TRUE", YES),
        (True, YES),
        (["true", "True"], YES),
        ("false", NO),
        (False, NO),
        (["true", "false"], MAYBE),
        ("${X}", MAYBE),
        ("x", MAYBE),
        ([], MAYBE),
    ],
)
def test_null_asks_for_the_absence_itself(values: Any, expected: int) -> None:
    assert absent("Null", values) == expected
    assert absent("null", values, wanted=False) == YES - expected


def test_of_a_block_that_is_not_known_nothing_is_certain() -> None:
    for wanted in (True, False):
        match = {"condition": {"some": {"if-absent": wanted}}}
        assert verdict(match, {"Condition": "${X}"}) == MAYBE
        # whatever the keys are, the operator decides
        assert verdict(match, {"Condition": {"StringEquals": "${X}"}}) == (NO if wanted else MAYBE)


def test_together_with_other_words() -> None:
    match = {"condition": {"some": {"key": {"is": ["aws:k"]}, "if-absent": False}}}
    assert verdict(match, {"Condition": {"StringEquals": {"aws:k": "x"}}}) == YES
    assert verdict(match, {"Condition": {"StringEquals": {"aws:other": "x"}}}) == NO
    assert verdict(match, {"Condition": {"StringNotEquals": {"aws:k": "x"}}}) == NO
    guarded = {"ForAllValues:StringEquals": {"aws:k": "x"}, "Null": {"aws:k": "false"}}
    assert verdict(match, {"Condition": guarded}) == YES
