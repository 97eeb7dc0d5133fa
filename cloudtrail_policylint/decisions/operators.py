"""The condition operators: whether one value of a request and one of a policy meet.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" (read
2026-11-26). A value that an operator cannot read (a date that is none) makes
the answer ``MAYBE``: AWS refuses such a policy, or does not say what it means.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from .values import agreed, alternatives, known, match, match_arn, placed, texts
from .variables import NoValueError, arn_pattern, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from .values import Parts
    from .variables import Lookup

    Reader: TypeAlias = Callable[[str], object]
    Meets: TypeAlias = Callable[[object, object], bool]

LONGEST_NUMBER = 64
"""Characters of a number that are read: no value of a request has more."""


@record
class Operator:
    """One operator without its prefix and suffix.

    ``meets`` is whether a value of the request (first) and one of the policy
    meet, of which a ``negated`` operator is the opposite.
    """

    name: str
    negated: bool
    meets: Callable[[Parts, Parts, Lookup | None, frozenset[str]], int]


@record
class Named:
    """What a condition calls an operator: ``ForAllValues:StringLikeIfExists``."""

    operator: Operator | None
    """None for ``Null``."""
    prefix: str
    if_exists: bool


def named(text: str) -> Named | None:
    """The operator that a policy calls *text*, None where there is none of that name.

    Letter case does not count ("Condition operators" spells them in one way;
    IAM takes others).
    """
    prefix, _, name = text.lower().rpartition(":")
    if prefix not in ("", "forallvalues", "foranyvalue"):
        return None
    if name == "null":
        return Named(None, "", False) if not prefix else None
    if_exists = name.endswith("ifexists")
    operator = OPERATORS.get(name.removesuffix("ifexists"))
    return Named(operator, prefix, if_exists) if operator is not None else None


# -- strings and ARNs


def _strings(*, wild: bool, fold: bool) -> Callable[..., int]:
    def meets(value: Parts, wanted: Parts, lookup: Lookup | None, shared: frozenset[str]) -> int:
        verdicts = []
        for items in alternatives(wanted, shared):
            try:
                pattern = line(items, lookup, wild=wild, fold=fold)
            except NoValueError:
                verdicts.append(NO)
                continue
            verdicts += [
                match(pattern, one, shared, fold=fold) for one in alternatives(value, shared)
            ]
        return agreed(verdicts)

    return meets


def _arns(value: Parts, wanted: Parts, lookup: Lookup | None, shared: frozenset[str]) -> int:
    """``ArnLike`` and ``ArnEquals``, which are the same: each field is a pattern of its own."""
    verdicts = []
    for items in alternatives(wanted, shared):
        try:
            pattern = arn_pattern(placed(items), lookup)
        except NoValueError:
            verdicts.append(NO)
        else:
            verdicts.append(match_arn(pattern, value, shared))
    return agreed(verdicts)


# -- values of other types, which are compared when they are known


def _read(read: Reader, meets: Meets) -> Callable[..., int]:
    def compared(value: Parts, wanted: Parts, lookup: Lookup | None, shared: frozenset[str]) -> int:
        del lookup, shared  # variables stand in strings and ARNs only
        own, others = texts(value), texts(wanted)
        if own is None or others is None:
            return MAYBE
        try:
            have, goals = [read(one) for one in own], [read(one) for one in others]
            return agreed(YES if meets(a, b) else NO for a in have for b in goals)
        except (ValueError, TypeError, ArithmeticError):
            return MAYBE

    return compared


def _number(text: str) -> object:
    from decimal import Decimal, InvalidOperation

    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number


def _truth(text: str) -> object:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _bytes(text: str) -> object:
    from base64 import b64decode

    return b64decode(text, validate=True)


def _moment(text: str) -> object:
    """The seconds since 1970 that *text* stands for: a date of ISO 8601 as W3C has it, or that number.

    Four digits may be a year and may be a number: nothing is said of them.
    """
    from datetime import UTC, datetime

    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) != 4:
        return _number(text)
    day, _, time = text.partition("T")
    dashes = day.count("-")
    if len(day) not in (7, 10) or dashes != (len(day) - 4) // 3 or (time and dashes != 2):
        raise ValueError(text)
    if not day.replace("-", "").isdigit():
        raise ValueError(text)
    if time and not (time.endswith("Z") or time[-6:-5] in ("+", "-")):
        raise ValueError(text)
    moment = datetime.fromisoformat(text if dashes == 2 else text + "-01")
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return _number(str(moment.timestamp()))


def _network(text: str) -> object:
    from ipaddress import ip_network

    return ip_network(text.strip(), strict=False)


READERS: dict[str, Reader] = {
    "boolean": _truth,
    "number": _number,
    "date": _moment,
    "base64": _bytes,
    "address": _network,
}
"""What reads a value as a type, by the name that rules have for it."""


def reads(text: str, type_: str) -> bool:
    """Whether *text* can be read as *type_*; a date may leave out its day, time and zone."""
    try:
        READERS[type_](text)
    except (ValueError, ArithmeticError):
        return type_ == "date" and _is_short_date(text.strip())
    return True


def _is_short_date(text: str) -> bool:
    from datetime import datetime

    if len(text) == len("2026"):
        return text.isascii() and text.isdigit()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_in(address: object, network: object) -> bool:
    from ipaddress import IPv4Network, IPv6Network

    if isinstance(address, IPv4Network) and isinstance(network, IPv4Network):
        return address.subnet_of(network)
    if isinstance(address, IPv6Network) and isinstance(network, IPv6Network):
        return address.subnet_of(network)
    return False


def covers_all_addresses(values: Sequence[Parts]) -> bool:
    """Whether *values* of an ``IpAddress`` condition hold every address there is."""
    return {"0.0.0.0/0", "::/0"} <= {known(value) for value in values}


def _comparisons(family: str, read: Reader) -> list[Operator]:
    """The six operators of numbers or of dates."""

    def operator(name: str, meets: Meets, *, negated: bool = False) -> Operator:
        return Operator(family + name, negated, _read(read, meets))

    return [
        operator("Equals", lambda a, b: a == b),
        operator("NotEquals", lambda a, b: a == b, negated=True),
        operator("LessThan", lambda a, b: a < b),  # type: ignore[operator]
        operator("LessThanEquals", lambda a, b: a <= b),  # type: ignore[operator]
        operator("GreaterThan", lambda a, b: a > b),  # type: ignore[operator]
        operator("GreaterThanEquals", lambda a, b: a >= b),  # type: ignore[operator]
    ]


_EQUAL = _strings(wild=False, fold=False)
_EQUAL_FOLDED = _strings(wild=False, fold=True)
_LIKE = _strings(wild=True, fold=False)
_IN_NETWORK = _read(_network, _is_in)

OPERATORS = {
    operator.name.lower(): operator
    for operator in (
        Operator("StringEquals", False, _EQUAL),
        Operator("StringNotEquals", True, _EQUAL),
        Operator("StringEqualsIgnoreCase", False, _EQUAL_FOLDED),
        Operator("StringNotEqualsIgnoreCase", True, _EQUAL_FOLDED),
        Operator("StringLike", False, _LIKE),
        Operator("StringNotLike", True, _LIKE),
        *_comparisons("Numeric", _number),
        *_comparisons("Date", _moment),
        Operator("Bool", False, _read(_truth, lambda a, b: a == b)),
        Operator("BinaryEquals", False, _read(_bytes, lambda a, b: a == b)),
        Operator("IpAddress", False, _IN_NETWORK),
        Operator("NotIpAddress", True, _IN_NETWORK),
        Operator("ArnEquals", False, _arns),
        Operator("ArnLike", False, _arns),
        Operator("ArnNotEquals", True, _arns),
        Operator("ArnNotLike", True, _arns),
    )
}
"""Every operator but ``Null``, by its name in lower case."""
