"""``repeated``: whether a part of a policy is there twice."""

from __future__ import annotations

from ..iam.patterns import MAYBE, NO, YES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.policy import Condition, Document, Statement
    from ..tree.nodes import Text


def repeats_sid(statement: Statement, document: Document) -> int:
    """Whether a statement before *statement* in *document* has the same Sid."""
    sid = statement.sid.literal if statement.sid is not None else None
    if not sid:
        return NO
    verdict = NO
    for other in document.statements:
        if other is statement:
            break
        if other.sid is not None and other.sid.literal == sid:
            alternative = other.optional or statement.optional
            verdict = max(verdict, MAYBE if alternative else YES)
    return verdict


def repeats_key(condition: Condition, statement: Statement) -> int:
    """Whether a condition before *condition* has the same operator and key, but for its letter case."""
    operator, key = _same(condition.operator), condition.key.literal
    if operator is None or key is None:
        return NO
    for other in statement.conditions:
        if other is condition:
            break
        literal = other.key.literal or ""
        if _same(other.operator) == operator and literal != key and literal.lower() == key.lower():
            return YES
    return NO


def _same(operator: Text) -> str | None:
    literal = operator.literal
    return literal.lower() if literal is not None else None
