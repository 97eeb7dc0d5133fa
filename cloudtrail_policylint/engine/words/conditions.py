"""Words on keys, operators and values of conditions, and on principals."""

from __future__ import annotations

from ...iam.patterns import MAYBE, NO, YES
from ..conditions import if_absent
from ..lookups import Term, prefix_of
from .word import Context, WordTest, as_wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...iam.policy import Condition


def reads_as(types: Sequence[str], _: Context) -> WordTest:
    """``reads-as``: the value can be read as one of these *types*."""

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None or "${" in literal:  # what a variable stands for is not known
            return MAYBE
        from ...decisions.operators import reads

        return YES if any(reads(literal, name) for name in types) else NO

    return WordTest(text=test)


def address(sorts: Sequence[str], _: Context) -> WordTest:
    """``address``: the value is an IP address or range of one of these *sorts*."""
    wanted = frozenset(sorts)

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None or "${" in literal:
            return MAYBE
        from ...iam.addresses import sorts_of

        return NO if wanted.isdisjoint(sorts_of(literal)) else YES

    return WordTest(text=test)


def typed(types: Sequence[str], context: Context) -> WordTest:
    """``typed`` of a condition key: its values are of one of these *types*."""
    wanted = frozenset(types)

    def test(term: Term) -> int:
        literal = term.text.literal
        found = context.lookups.catalogue.type_of(literal) if literal is not None else None
        return MAYBE if found is None else YES if found in wanted else NO

    return WordTest(text=test)


def of_not_principal(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``complement`` of a principal: whether it is one of ``NotPrincipal``."""
    return WordTest(principal=lambda one, _: YES if one.complement == wanted else NO)


def known_key(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``known`` of a condition key: the catalogue has it."""
    return _of_key(context.lookups.catalogue.has_key, wanted=wanted)


def _of_key(says: Callable[[str], bool | None], *, wanted: bool) -> WordTest:
    """A test of what the catalogue *says* of a condition key; None if it cannot tell."""

    def test(term: Term) -> int:
        literal = term.text.literal
        found = says(literal) if literal is not None else None
        return as_wanted(MAYBE if found is None else YES if found else NO, wanted)

    return WordTest(text=test)


def of_service(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``of-service``: its prefix is that of a service, or for a key, of an identity provider."""
    is_key = context.field == "condition.key"

    def test(term: Term) -> int:
        prefix, known = prefix_of(term.text)
        start = prefix or term.text.literal or ""
        if not known or "*" in start or "?" in start:
            return MAYBE
        catalogue = context.lookups.catalogue
        has = catalogue.has_prefix_of_keys(prefix) if is_key else catalogue.service(prefix)
        return as_wanted(YES if has else NO, wanted)

    return WordTest(text=test)


def multivalued(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``multivalued``: a request may carry several values of the key."""
    return _of_key(context.lookups.catalogue.is_multivalued, wanted=wanted)


def several(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``several``: the condition has more than one value."""

    def test(condition: Condition) -> int:
        if condition.written is None:
            return MAYBE
        return as_wanted(YES if condition.written > 1 else NO, wanted)

    return WordTest(condition=test)


def absent(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``if-absent``: the condition holds for a request without the key."""
    return WordTest(condition=lambda condition: as_wanted(if_absent(condition), wanted))
