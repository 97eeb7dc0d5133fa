"""Patterns of a policy with its variables replaced by what a request carries.

Source: IAM User Guide, "IAM policy elements: Variables and tags" (read
2026-11-26). ``${*}``, ``${?}`` and ``${$}`` are those characters themselves; a
variable without a value matches nothing; ``${key, 'default'}`` has the value
*default* then. What a variable stands for has no wildcards.
"""

from __future__ import annotations

from ..iam.arns import FIELDS, RESOURCE, split
from ..tree.nodes import Hole
from .values import STAR, UNKNOWN, ArnPattern, alternatives, brings_colon, placed, runs, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from .values import Item, Parts, Token

    Lookup: TypeAlias = Callable[[str], "Parts | None"]
    """The value of a condition key: None where the request does not carry it, holes where that is not known."""

_CHARACTERS = ("*", "?", "$")


class NoValueError(Exception):
    """A pattern has a variable without a value: it matches nothing."""


def line(items: Sequence[Item], lookup: Lookup | None, *, wild: bool, fold: bool) -> list[Token]:
    """The tokens of *items* with its variables replaced; without *lookup* there are none.

    Raises ``NoValueError``.
    """
    if lookup is None:
        return tokens(items, wild=wild, fold=fold)
    found: list[Token] = []
    left = list(reversed(items))
    while left:
        item = left.pop()
        if isinstance(item, Hole):
            found.append(item)
            if _may_begin_variable(left):
                found[-1] = runs(UNKNOWN)[0]
                left.append(_name("", left)[1])
            continue
        start = item.find("${")
        if start < 0:
            # Before a hole, "$" may be the beginning of a variable, too.
            split_variable = bool(left) and item.endswith("$")
            found += tokens((item[:-1] if split_variable else item,), wild=wild, fold=fold)
            continue
        found += tokens((item[:start],), wild=wild, fold=fold)
        name, rest = _name(item[start + 2 :], left)
        if rest:
            left.append(rest)
        value = UNKNOWN if name is None else _value(name, lookup)
        found += tokens(runs(value), wild=False, fold=fold)
    return found


def _may_begin_variable(left: Sequence[Item]) -> bool:
    """Whether a hole before *left*, which is in reverse, may bring a ``${`` that ends there."""
    for item in reversed(left):
        if isinstance(item, str):
            end, start = item.find("}"), item.find("${")
            if end >= 0 or start >= 0:
                return end >= 0 and (start < 0 or end < start)
    return False


def _name(text: str, left: list[Item]) -> tuple[str | None, str]:
    """The inside of a variable that *text* goes on with, and what follows it.

    The inside is None where it has holes, or no end: what it stands for is not known then.
    """
    end = text.find("}")
    if end >= 0:
        return text[:end], text[end + 1 :]
    while left:
        item = left.pop()
        end = item.find("}") if isinstance(item, str) else -1
        if isinstance(item, str) and end >= 0:
            return None, item[end + 1 :]
    return None, ""


def _value(inside: str, lookup: Lookup) -> Parts:
    """The value of the variable ``${inside}``."""
    if inside in _CHARACTERS:
        return placed((inside,))
    name, comma, default = inside.partition(",")
    found = lookup(name.strip())
    if found is not None:
        return found if len(alternatives(found)) == 1 else UNKNOWN
    if not comma:
        raise NoValueError
    default = default.strip()
    if len(default) < 2 or default[0] != "'" or default[-1] != "'":
        return UNKNOWN  # no default that AWS explains
    return placed((default[1:-1],))


def _may_split_variable(parts: Parts) -> bool:
    """Whether holes of *parts* may hold one end of a variable."""
    items = runs(parts)
    return any(
        isinstance(item, Hole)
        and (
            _may_begin_variable(items[:at:-1])
            or (at > 0 and isinstance(before := items[at - 1], str) and before.endswith("$"))
        )
        for at, item in enumerate(items)
    )


def arn_pattern(parts: Parts, lookup: Lookup | None) -> ArnPattern:
    """*parts*, of which no hole has known values, as a pattern of ARNs; raises ``NoValueError``.

    In a resource, variables stand only in the last field ("Where you can use
    policy variables"): elsewhere what they are is not known.
    """
    whole = line(runs(parts), lookup, wild=True, fold=False)
    fields = split(parts)
    unclear = any(brings_colon(part) for field in fields[:-1] for part in field)
    if len(fields) < FIELDS or unclear or (lookup is not None and _may_split_variable(parts)):
        return ArnPattern(whole, None)
    lines = [line(runs(field), lookup, wild=True, fold=False) for field in fields]
    return ArnPattern(whole, lines)


def completed(parts: Parts) -> Parts:
    """*parts* with ``*`` for each field that an ARN in an identity policy leaves out.

    Source: IAM User Guide, "IAM JSON policy elements: Resource", "Incomplete
    ARN resources" (read 2026-11-26).
    """
    fields = split(parts)
    if len(fields) >= FIELDS or any(brings_colon(part) for field in fields for part in field):
        return parts
    missing = ":*" * (RESOURCE + 1 - len(fields))
    return (*parts, *placed((missing,)))


def is_everything(pattern: Sequence[Token]) -> bool:
    """Whether *pattern* is nothing but ``*``."""
    return bool(pattern) and all(token == STAR for token in pattern)
