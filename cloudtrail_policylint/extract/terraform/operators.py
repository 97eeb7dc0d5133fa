"""Terraform's operators on values that may be unknown.

Source: developer.hashicorp.com/terraform/language/expressions/operators.
"""

from __future__ import annotations

from ...tree.nodes import Node, Scalar
from .values import boolean, equal, hole_at, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...tree.source import Span


def unary(operator: str, operand: Node, span: Span) -> Node:
    """``!operand`` or ``-operand``."""
    if operator == "!":
        known = truth(operand)
        return hole_at(span) if known is None else boolean(not known, span)
    value = _number(operand)
    return hole_at(span) if value is None else number(-value, span)


def binary(operator: str, left: Node, right: Node, span: Span) -> Node:
    """``left operator right``; one known side may decide ``&&`` and ``||``."""
    if operator in ("&&", "||"):
        decisive = operator == "||"
        known = (truth(left), truth(right))
        if decisive in known:
            return boolean(decisive, span)
        return hole_at(span) if None in known else boolean(not decisive, span)
    if operator in ("==", "!="):
        same = equal(left, right)
        return hole_at(span) if same is None else boolean(same is (operator == "=="), span)
    first, second = _number(left), _number(right)
    if first is None or second is None:
        return hole_at(span)
    if operator in _COMPARE:
        return boolean(_COMPARE[operator](first, second), span)
    if operator not in _COMPUTE or (operator in "/%" and second == 0):
        return hole_at(span)
    try:
        return number(_COMPUTE[operator](first, second), span)
    except (OverflowError, ValueError):  # a literal too long for a float, or no number
        return hole_at(span)


def _number(node: Node) -> float | None:
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return None
    return node.value


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
_COMPUTE: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a - b * int(a / b),
}
