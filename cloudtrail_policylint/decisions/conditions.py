"""Whether a condition of a statement holds for a request.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators",
"Conditions with multiple context keys or values" and "Set operators for
multivalued context keys" (read 2026-11-26).
"""

from __future__ import annotations

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Piece
from .operators import Named, Operator, covers_all_addresses, named
from .values import UNKNOWN, agreed, alternatives, known, placed, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..iam.policy import Condition
    from .values import Parts
    from .variables import Lookup


@record
class Key:
    """What is known of one condition key of a request.

    ``present``: whether the request carries it. ``values`` is what it has then:
    one set of values, or several of which it is one; None where nothing is
    known. ``many``: it may have more than one value.
    """

    present: int
    values: tuple[tuple[Parts, ...], ...] | None
    many: bool = False


ABSENT = Key(NO, ())
OPEN = Key(MAYBE, None)
"""It may be there or not, with any value."""


MAX_WITH_VARIABLES = 100
"""Values of a condition with policy variables; with more it is not known whether one is met."""


def having(*values: Parts, many: bool = False) -> Key:
    """A key that is there with *values*."""
    return Key(YES, (values,), many or len(values) > 1)


@record
class Setting:
    """What a condition is evaluated in.

    ``keys`` gives a condition key by its name in lower case. *version* of the
    policy decides whether there are variables: None where it is not known.
    ``shared`` are spellings of holes that mean one value everywhere.
    """

    keys: Callable[[str], Key]
    variables: bool | None
    shared: frozenset[str]

    def lookups(self) -> tuple[Lookup | None, ...]:
        """What variables may stand for: nothing at all in an old version of the language."""
        if self.variables is None:
            return (self.value_of, None)
        return (self.value_of,) if self.variables else (None,)

    def value_of(self, name: str) -> Parts | None:
        """The value of the variable *name*; None where the request does not carry it.

        A key that may have several values cannot be a variable ("Using
        variables in policies"), so nothing is known of what it would be.
        """
        key = self.keys(name.lower())
        if key.present == NO:
            return None
        if key.present == MAYBE or key.values is None or key.many or len(key.values) != 1:
            return UNKNOWN
        values = key.values[0]
        return values[0] if len(values) == 1 and known(values[0]) != "" else UNKNOWN


def holds(condition: Condition, setting: Setting) -> int:
    """Whether *condition* holds."""
    operator_text, key_text = condition.operator.literal, condition.key.literal
    operator = named(operator_text) if operator_text is not None else None
    if operator is None or not condition.certain:
        return MAYBE
    key = OPEN if key_text is None else setting.keys(key_text.lower())
    if operator.operator is None:
        return _null(key, [value.parts for value in condition.values])
    verdicts = []
    if key.present != YES:
        verdicts.append(_if_absent(operator))
    if key.present != NO:
        for values in key.values if key.values is not None else ((UNKNOWN,),):
            verdicts += [
                _if_present(operator, key, values, condition, lookup, setting)
                for lookup in setting.lookups()
            ]
    return agreed(verdicts)


def _null(key: Key, wanted: Sequence[Parts]) -> int:
    """``Null``: whether one of *wanted* says what is the case."""
    verdicts = []
    for value in wanted:
        said = texts(value)
        if said is None or not all(one.lower() in ("true", "false") for one in said):
            verdicts.append(MAYBE)
        else:
            verdicts.append(
                agreed(2 - key.present if one.lower() == "true" else key.present for one in said)
            )
    both = {"true", "false"} <= {(known(value) or "").lower() for value in wanted}
    return YES if both else max(verdicts, default=NO)


def _if_absent(operator: Named) -> int:
    """Without the key, ``...IfExists`` and ``ForAllValues`` hold, ``ForAnyValue`` does not, else negated ones do.

    Of ``ForAnyValue:...IfExists`` the one page says that it holds, the other that it does not.
    """
    assert operator.operator is not None
    if operator.if_exists and operator.prefix == "foranyvalue":
        return MAYBE
    if operator.if_exists or operator.prefix == "forallvalues":
        return YES
    return YES if operator.operator.negated and not operator.prefix else NO


def _if_present(
    operator: Named,
    key: Key,
    values: Sequence[Parts],
    condition: Condition,
    lookup: Lookup | None,
    setting: Setting,
) -> int:
    one = operator.operator
    assert one is not None
    if operator.prefix:  # an empty string is no value ("ForAllValues", "null data set")
        values = [value for value in values if known(value) != ""]
    each = [_of_value(one, value, condition, lookup, setting) for value in values]
    if one.negated:
        each = [2 - verdict for verdict in each]
    if operator.prefix == "forallvalues":
        all_of = min(each, default=YES)
        return all_of if key.values is not None or all_of == YES else MAYBE
    if operator.prefix == "foranyvalue":
        any_of = max(each, default=NO)
        return any_of if key.values is not None else min(any_of, MAYBE)
    if key.many:
        # "Multivalued condition keys require a condition set operator": what happens without is not said.
        return NO if max(each, default=NO) == NO else MAYBE
    return agreed(each)


def _of_value(
    operator: Operator,
    value: Parts,
    condition: Condition,
    lookup: Lookup | None,
    setting: Setting,
) -> int:
    """Whether *value* meets one of the values of *condition*."""
    plain, others = condition.goals
    # Without variables the verdict is the same in all requests with the value, and there are many requests.
    about = setting.shared, _identity(value)
    verdict = condition.verdicts.get(about)
    if verdict is None:
        verdict = condition.verdicts[about] = _any(operator, value, plain, None, setting)
    if verdict == YES or not others:
        return verdict
    if len(others) > MAX_WITH_VARIABLES:
        return MAYBE
    return max(verdict, _any(operator, value, others, lookup, setting))


def _identity(value: Parts) -> object:
    """What tells *value* from others."""
    return tuple(
        [p.text if isinstance(p, Piece) else (p.written, p.shape, p.values) for p in value]
    )


def _any(
    operator: Operator,
    value: Parts,
    wanted: Sequence[Parts],
    lookup: Lookup | None,
    setting: Setting,
) -> int:
    """Whether *value* meets one of *wanted*, whichever of its known values it has."""
    several = alternatives(value, setting.shared)
    if len(several) > 1:
        return agreed([_any(operator, placed(one), wanted, lookup, setting) for one in several])
    verdict = NO
    for goal in wanted:
        verdict = max(verdict, operator.meets(value, goal, lookup, setting.shared))
        if verdict == YES:
            return YES
    if operator.name in ("IpAddress", "NotIpAddress") and covers_all_addresses(wanted):
        return YES
    return verdict if wanted else NO
