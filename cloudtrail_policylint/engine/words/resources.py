"""Words on resources: the texts, number, order and place of what they have."""

from __future__ import annotations

from ...iam.patterns import MAYBE, NO, YES
from ...tree.nodes import Hole, Piece, allows
from ..lookups import Term
from .word import Context, WordTest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def longer_than(operand: int, _: Context) -> WordTest:
    """``longer-than``: the text has more characters than that."""

    def test(term: Term) -> int:
        parts = term.text.parts
        if sum([len(part.text) for part in parts if isinstance(part, Piece)]) > operand:
            return YES
        return MAYBE if any(isinstance(part, Hole) for part in parts) else NO

    return WordTest(text=test)


def lacks(operands: Sequence[str], _: Context) -> WordTest:
    """``lacks``: the text has none of these characters."""

    def test(term: Term) -> int:
        parts = term.text.parts
        if any(one in part.text for part in parts if isinstance(part, Piece) for one in operands):
            return NO
        holes = [part for part in parts if isinstance(part, Hole)]
        return MAYBE if any(allows(part.shape, one) for part in holes for one in operands) else YES

    return WordTest(text=test)


def above(operand: int, _: Context) -> WordTest:
    """``above``: the text is a number above that one."""

    def test(term: Term) -> int:
        text = term.text.literal
        if text is None:
            return MAYBE
        return YES if text.isascii() and text.isdigit() and _number(text) > operand else NO

    return WordTest(text=test)


def _number(text: str) -> int:
    """*text*, which are digits, as a number; one with many digits is only large."""
    return int(text[:20])


def outside(operands: Sequence[str], _: Context) -> WordTest:
    """``outside``: the text has a character that is none of these: ``letter``, ``digit``, or itself."""
    own = {text for text in operands if len(text) == 1}

    def is_one(character: str) -> bool:
        if not character.isascii():
            return False
        return (
            character in own
            or ("letter" in operands and character.isalpha())
            or ("digit" in operands and character.isdigit())
        )

    def test(term: Term) -> int:
        parts = term.text.parts
        if not all(is_one(c) for part in parts if isinstance(part, Piece) for c in part.text):
            return YES
        return MAYBE if any(isinstance(part, Hole) for part in parts) else NO

    return WordTest(text=test)


def more_than(operand: int, _: Context) -> WordTest:
    """``more-than``: the property has more values than that."""
    return WordTest(
        count=lambda sure, most: YES if sure > operand else NO if most <= operand else MAYBE
    )


def one_of_orders(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of an order: the partner is made at one of these times."""
    return WordTest(order=lambda found: max(found[one] for one in operands))


def one_of_places(operands: Sequence[str], _: Context) -> WordTest:
    """``in`` of apart: the region or the account is another one."""
    return WordTest(place=lambda found: max(found[one] for one in operands))
