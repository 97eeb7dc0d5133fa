"""Words on what requests meet: the answers come from ``decisions``."""

from __future__ import annotations

from ...base.record import replaced
from ...iam.patterns import NO, YES
from .texts import overlapping
from .word import Context, WordTest, negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BY_ACTION = "never-for-some"
"""The operand of ``met`` that asks about each action of the statement by itself."""
CONTRADICTORY = "contradictory"
"""The operand of ``applies`` that asks only whether elements of the statement exclude one another."""


def met(operand: str, _: Context) -> WordTest:
    """``applies`` and ``met``: whether no request meets it, possibly some request does, or each does."""
    if operand in ("never", BY_ACTION, CONTRADICTORY):
        return WordTest(met=lambda found: negated(found.ever))
    if operand == "possible":  # what is not known counts as fitting
        return WordTest(met=lambda found: NO if found.ever == NO else YES)
    return WordTest(met=lambda found: found.always)


def effective(operands: Sequence[str], context: Context) -> WordTest:
    """``effective``: it gives its statement an effect on one of these actions."""
    overlaps = overlapping(operands, context)
    return replaced(overlaps, names=tuple(operands))


def denied(_: str, _context: Context) -> WordTest:
    """``denied``: other statements deny each request for it that its statement allows."""
    return WordTest(denied=lambda found: found.always)


def one_of_names(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a request, or of an action that is allowed or undenied; the requests of ``keeps-from``."""
    return WordTest(names=tuple(operands))


def decided(operand: str, _: Context) -> WordTest:
    """``decision``: what the policies say to the request."""
    if operand == "allowed":
        return WordTest(decision=lambda found: found.allowed)
    if operand == "denied":
        return WordTest(decision=lambda found: negated(found.allowed))
    if operand == "denied-implicitly":
        return WordTest(decision=lambda found: negated(max(found.allowed, found.denied)))
    if operand == "possible":
        return WordTest(decision=lambda found: NO if found.allowed == NO else YES)
    return WordTest(decision=lambda found: found.denied)


def one_of_causes(operands: Sequence[str], _: Context) -> WordTest:
    """``cause``: what keeps the request from being allowed is one of these."""
    wanted = frozenset(text.lower() for text in operands)
    return WordTest(cause=lambda found: YES if found in wanted else NO)
