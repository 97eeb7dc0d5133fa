"""Words on any text: what it is, matches or contains."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.patterns import MAYBE, NO, YES, parse, within
from ...tree.nodes import Hole, Piece, allows
from ..lookups import Term
from ..signs import may_have_variable, runs_of
from .word import Context, WordTest, as_wanted, excepted, relation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...tree.nodes import Text


def _is_odd(text: Text) -> bool:
    """Whether the text is not just of ASCII letters and digits, or empty."""
    literal = text.literal
    return literal is None or not (literal.isalnum() and literal.isascii())


def _related(word: str) -> Callable[[Sequence[str], Context], WordTest]:
    """``overlaps``, ``within`` and ``covers``: a relation to one of the operands."""

    def compile_relation(operands: Sequence[str], context: Context) -> WordTest:
        test = relation(word, operands, context.family)
        fold = context.family.fold
        if word == "overlaps" and "*" in operands and context.field == "condition.value":
            return WordTest(
                text=lambda term: YES if term.text.literal is not None else test(term.form)
            )
        return WordTest(
            whole=test,
            complement=excepted(word, operands, context.family),
            heads=context.heads(operands),
            sign=_has_runs(operands, fold=fold)
            if context.field == "sid" and word == "within"
            else None,
            but=_is_odd if word == "overlaps" and "?*" in operands else None,
        )

    return compile_relation


def _has_runs(operands: Sequence[str], *, fold: bool) -> Callable[[Text], bool]:
    """Whether the text has, in any order, all that is between the wildcards of one of *operands*."""
    wanted: list[list[str]] = []  # made when it is first asked

    def sign(text: Text) -> bool:
        literal = text.literal
        if literal is None:
            return True
        if not wanted:
            wanted.extend(runs_of(one.lower() if fold else one) for one in operands)
        known = literal.lower() if fold else literal
        return any([all([run in known for run in runs]) for runs in wanted])  # noqa: C419 - faster

    return sign


def written(operands: Sequence[str], context: Context) -> WordTest:
    """``is``: the text is exactly one of *operands*; a set lookup unless it has a hole."""
    fold = context.family.fold
    literals = frozenset(text.lower() if fold else text for text in operands)
    unknown = relation("is", operands, context.family)

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None:
            return unknown(term.form)
        return YES if (literal.lower() if fold else literal) in literals else NO

    return WordTest(text=test, heads=context.heads(operands))


def wildcard(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``wildcard``: whether the text contains ``*`` or ``?``."""

    def test(term: Term) -> int:
        return as_wanted(max(_has_wildcard(part) for part in term.text.parts), wanted)

    return WordTest(text=test)


def _has_wildcard(part: Piece | Hole) -> int:
    if isinstance(part, Piece):
        # "${*}" and "${?}" are the characters themselves.
        text = part.text.replace("${*}", "").replace("${?}", "") if "${" in part.text else part.text
        return YES if "*" in text or "?" in text else NO
    if part.values is not None:
        found = {"*" in value or "?" in value for value in part.values}
        return MAYBE if len(found) > 1 else YES if True in found else NO
    return MAYBE if allows(part.shape, "*") else NO


def variable(operands: Sequence[str], _: Context) -> WordTest:
    """``variable``: the text has a policy variable (``${aws:username}``) within one of *operands*."""
    wanted = [parse(text.lower()) for text in operands]

    def test(term: Term) -> int:
        verdict = NO
        for part in term.text.parts:
            if isinstance(part, Hole):
                verdict = max(verdict, MAYBE if allows(part.shape, ":") else NO)
                continue
            for found in _VARIABLE.finditer(part.text):
                name = parse(found.group(1).lower())
                if any(within(name, goal) for goal in wanted):
                    return YES
        return verdict

    return WordTest(text=test, sign=may_have_variable)


def broken_variable(defects: Sequence[str], _: Context) -> WordTest:
    """``broken-variable``: a policy variable in the text has one of these *defects*."""
    wanted = frozenset(defects)

    def test(term: Term) -> int:
        if not any(isinstance(part, Piece) and "${" in part.text for part in term.text.parts):
            return NO
        from ...iam.variables import defects_of

        return NO if wanted.isdisjoint(defects_of(term.text.parts)) else YES

    return WordTest(text=test, sign=may_have_variable)


def characters(classes: Sequence[str], _: Context) -> WordTest:
    """``characters``: the text has no others than those of *classes*."""

    def test(term: Term) -> int:
        known = "".join([part.text for part in term.text.parts if isinstance(part, Piece)])
        if not all(_is_among(char, classes) for char in known):
            return NO
        return YES if term.text.literal is not None else MAYBE

    is_wide = {"letters", "digits"}.issubset(classes)
    return WordTest(text=test, but=_is_odd if is_wide else None)


def _is_among(char: str, classes: Sequence[str]) -> bool:
    if char in classes:
        return True
    return char.isascii() and (
        (char.isalpha() and "letters" in classes) or (char.isdigit() and "digits" in classes)
    )


_VARIABLE = regex(r"\$\{([^{},]+)")
"""A policy variable up to its end, or its default."""


overlapping = _related("overlaps")
lying_within = _related("within")
covering = _related("covers")
