"""Words on texts that are nearly the right one."""

from __future__ import annotations

from ...iam.patterns import NO, YES
from ...tree.nodes import Piece
from ..lookups import Term, prefix_of
from .texts import written
from .word import Context, WordTest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LETTERS = 2
"""The most letters that a misspelt word differs in."""


def _is_nearly(text: str, right: str) -> bool:
    """Whether *text* is *right*, misspelt; the module that compares them is loaded if it may be."""
    if text == right or abs(len(text) - len(right)) > MOST_LETTERS:
        return False
    letters, others = set(text), set(right)
    if len(letters - others) > MOST_LETTERS or len(others - letters) > MOST_LETTERS:
        return False
    from ...base.suggest import is_misspelt

    return is_misspelt(text, right, MOST_LETTERS)


def misspells_prefix(operands: Sequence[str], context: Context) -> WordTest:
    """``misspells`` of an action: its prefix is of no service, and nearly one of *operands*."""

    def test(term: Term) -> int:
        prefix, known = prefix_of(term.text)
        if not known or not any(_is_nearly(prefix, one) for one in operands):
            return NO
        return NO if context.lookups.catalogue.service(prefix) is not None else YES

    return WordTest(text=test)


def misspells_key(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells`` of a condition key: it is nearly one of *operands*, whatever its letter case."""
    names = [text.lower() for text in operands]

    def test(term: Term) -> int:
        literal = (term.text.literal or "").lower()
        if literal in names:
            return NO
        return YES if any(_is_nearly(literal, name) for name in names) else NO

    return WordTest(text=test)


def misspells(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells``: the text is nearly one of *operands*, or in another letter case."""
    names = [operand.lower() for operand in operands]

    def test(term: Term) -> int:
        literal = term.text.literal or ""
        if literal in operands:
            return NO
        lower = literal.lower()
        return YES if any(_is_nearly(lower, name) or lower == name for name in names) else NO

    return WordTest(text=test)


def resembles(operands: Sequence[str], context: Context) -> WordTest:
    """``resembles``: the text is one of *operands*, or nearly so."""
    same, nearly = written(operands, context), misspells(operands, context)

    def test(term: Term) -> int:
        assert same.text is not None
        assert nearly.text is not None
        return max(same.text(term), nearly.text(term))

    return WordTest(text=test)


def misspells_policy(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells`` of the ARN of a managed policy: its name is nearly one of *operands*."""
    names = [text.lower() for text in operands]

    def test(term: Term) -> int:
        last = term.text.parts[-1]
        _path, slash, written = (
            last.text.rpartition("/") if isinstance(last, Piece) else ("", "", "")
        )
        if not slash or written in operands:
            return NO
        lower = written.lower()
        return YES if any(lower == name or _is_nearly(lower, name) for name in names) else NO

    return WordTest(text=test)
