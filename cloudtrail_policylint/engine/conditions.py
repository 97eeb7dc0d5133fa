"""Conditions on requests that do not have the key."""

from __future__ import annotations

from ..iam.patterns import MAYBE, NO, YES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.policy import Condition


def if_absent(condition: Condition) -> int:
    """Whether *condition* is true for a request without its key.

    Source: IAM User Guide, "IAM JSON policy elements: Condition operators"
    (negated operators and ``...IfExists`` are true without the key) and "Set
    operators for multivalued context keys" (``ForAllValues`` is true,
    ``ForAnyValue`` false without the key).
    """
    operator = condition.operator.literal
    if operator is None:
        return MAYBE
    set_operator, _, name = operator.lower().rpartition(":")
    if name == "null":
        return _null(condition)
    if name.endswith("ifexists") or set_operator == "forallvalues":
        return YES
    if set_operator == "foranyvalue":
        return NO
    return YES if "not" in name else NO


def _null(condition: Condition) -> int:
    values = {value.literal.lower() if value.literal else None for value in condition.values}
    if values == {"true"}:
        return YES
    return NO if values == {"false"} else MAYBE
