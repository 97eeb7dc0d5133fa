"""Elements of a statement that no request meets together, though requests meet each of them."""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import ACCOUNT_ID, FIELDS, PARTITION, PARTITIONS, RESOURCE, split
from ..iam.patterns import MAYBE, NO
from ..tree.nodes import Piece
from .conditions import Key, Setting, having, holds
from .operators import named
from .reasons import Miss
from .statements import has_variables
from .values import ACCOUNT_DIGITS, brings_colon, known, literal, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.policy import Condition, Document, Resource, Statement
    from .availability import Availability, SameAccount
    from .values import Parts

MAX_COMPARED = 1_000
"""Conditions on one key times their values that are compared with one another."""

MAX_NAMED = 20
"""Elements of one statement whose accounts the others are compared with."""

_PINNING = ("StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals", "DateEquals")
_PATTERNS = ("StringLike", "ArnEquals", "ArnLike")
"""Operators whose values are patterns: one without wildcards pins its key as well."""
_OF_TEXTS = ("StringEquals", "StringEqualsIgnoreCase", *_PATTERNS)


@record
class Contradiction:
    """Two elements that exclude one another: ``miss`` is the second, ``because`` names both."""

    miss: Miss
    because: str


def contradiction(
    statement: Statement, document: Document, available: Availability, shared: frozenset[str]
) -> Contradiction | None:
    """The first contradiction between elements of *statement*, None where there is none."""
    return (
        _on_one_key(statement, document, available, shared)
        or _on_accounts(statement, available)
        or _on_partitions(statement, available)
    )


# -- several conditions on one key


def _on_one_key(
    statement: Statement, document: Document, available: Availability, shared: frozenset[str]
) -> Contradiction | None:
    """The condition that no value which the others on its key ask for meets."""
    by_key: dict[str, list[Condition]] = {}
    for condition in statement.conditions:
        name = condition.key.literal
        if name is not None:
            by_key.setdefault(name.lower(), []).append(condition)
    for name, conditions in by_key.items():
        count = sum([len(one.values) for one in conditions])
        if len(conditions) < 2 or available.has_many(name):
            continue
        if count * len(conditions) > MAX_COMPARED:
            continue
        for condition in conditions:
            values = pinned(condition)
            others = [one for one in conditions if one is not condition]
            if values and not _are_like(condition, others):
                continue
            if values and all(_fails(value, name, others, document, shared) for value in values):
                miss = _miss(others[0], ", ".join(values))
                because = f"no value of {others[0].key.written} meets all conditions on it"
                return Contradiction(miss, because)
    return None


def _are_like(condition: Condition, others: list[Condition]) -> bool:
    """Whether the values that *condition* lists are all that *others* need to be compared with.

    An operator that compares more than the text (``Bool``, ``StringEqualsIgnoreCase``) is also
    met by other texts, which operators of its own kind read in the same way.
    """
    family = _family(condition)
    return family is None or all(_family(one) in (family, "Null") for one in others)


def _family(condition: Condition) -> str | None:
    """The kind of operators that read a value as that of *condition* does; None for those that compare the text."""
    operator = named(condition.operator.literal or "")
    if operator is None or operator.operator is None:
        return "Null" if operator is not None else "unknown"
    name = operator.operator.name
    return next((one for one in ("Bool", "Numeric", "Date", "IgnoreCase") if one in name), None)


def pinned(condition: Condition) -> list[str]:
    """All values that *condition* lets its key have, empty where they are not listed in it."""
    operator = named(condition.operator.literal or "")
    if operator is None or operator.operator is None or operator.prefix or operator.if_exists:
        return []
    name = operator.operator.name
    if name not in (*_PINNING, *_PATTERNS) or not condition.certain:
        return []
    special = ("${", "*", "?") if name in _PATTERNS else ("${",)
    found: list[str] = []
    for value in condition.values:
        said = texts(value.parts)
        if said is None or any(one in text for text in said for one in special):
            return []
        found += said
    return found


def _fails(
    value: str, name: str, conditions: list[Condition], document: Document, shared: frozenset[str]
) -> bool:
    """Whether one of *conditions* does not hold where their key *name* is *value*."""
    key = having(literal(value))

    def keys(asked: str) -> Key:
        return key if asked == name else Key(MAYBE, None)

    setting = Setting(keys, has_variables(document), shared)
    return any(holds(condition, setting) == NO for condition in conditions)


def _miss(condition: Condition, actual: str) -> Miss:
    wanted = tuple([value.written for value in condition.values])
    element = f"Condition/{condition.operator.written}/{condition.key.written}"
    return Miss(element, wanted, actual, NO, condition.span)


# -- elements that name the account of one thing


@record
class _Named:
    """The accounts that one element limits a statement to; ``shown`` is what messages call it."""

    shown: str
    accounts: frozenset[str]
    miss: Miss


def _on_accounts(statement: Statement, available: Availability) -> Contradiction | None:
    """The element that names other accounts than an element before it that is about the same thing."""
    for same in available.same_accounts:
        if same.by and not _is_by(statement, same.by):
            continue
        found: list[_Named] = []
        for one in _named(statement, same):
            for other in found:
                if not one.accounts & other.accounts:
                    because = (
                        f"{one.shown} is about account {_listed(one)}, "
                        f"but {other.shown} about {_listed(other)}"
                    )
                    return Contradiction(one.miss, because)
            if len(found) < MAX_NAMED:
                found.append(one)
    return None


def _is_by(statement: Statement, name: str) -> bool:
    """Whether all principals of *statement* are the service *name*."""
    return bool(statement.principals) and all(
        not one.complement and one.type.literal == "Service" and one.id.literal == name
        for one in statement.principals
    )


def _named(statement: Statement, same: SameAccount) -> Iterator[_Named]:
    """The elements of *statement* that *same* is about, as far as they name accounts."""
    for key in same.keys:
        for condition in statement.conditions:
            if (condition.key.literal or "").lower() != key:
                continue
            accounts = _asked_for(condition)
            if accounts:
                yield _Named(condition.key.written, accounts, _miss(condition, ""))
    folders = [_folder(one, same.path) for one in statement.resources] if same.path else []
    accounts = frozenset([one for one in folders if one is not None])
    if folders and None not in folders:
        shown = statement.resources[0].texts[0].written
        wanted = tuple([one.texts[0].written for one in statement.resources])
        yield _Named(shown, accounts, Miss("Resource", wanted, "", NO, statement.resources[0].span))


def _limits(condition: Condition) -> bool:
    """Whether *condition* asks for one of the values that it lists."""
    operator = named(condition.operator.literal or "")
    if operator is None or operator.operator is None or operator.prefix or operator.if_exists:
        return False
    return operator.operator.name in _OF_TEXTS and condition.certain


def _asked_for(condition: Condition) -> frozenset[str]:
    """The accounts that *condition* limits its key to, empty where it does not or they are not known."""
    if not _limits(condition):
        return frozenset()
    found = [_account(value.parts) for value in condition.values]
    return (
        frozenset([one for one in found if one is not None]) if None not in found else frozenset()
    )


# -- elements that name the partition of one thing


def _on_partitions(statement: Statement, available: Availability) -> Contradiction | None:
    """The resource in another partition than what a condition of *statement* asks for."""
    if any(one.complement for one in statement.resources):
        return None
    wanted = _partitions([one.texts[0].parts for one in statement.resources])
    for same in available.same_accounts:
        if not wanted or not same.path or not _is_by(statement, same.by):
            continue
        for condition in statement.conditions:
            if (condition.key.literal or "").lower() not in same.keys or not _limits(condition):
                continue
            found = _partitions([value.parts for value in condition.values])
            if found and not found & wanted:
                first = statement.resources[0]
                because = (
                    f"{first.texts[0].written} is in the partition {_sorted(wanted)}, "
                    f"but {condition.key.written} in {_sorted(found)}"
                )
                texts = tuple([one.texts[0].written for one in statement.resources])
                return Contradiction(Miss("Resource", texts, "", NO, first.span), because)
    return None


def _partitions(arns: list[Parts]) -> frozenset[str]:
    """The partitions that *arns* are in, empty where one of them is not known."""
    found: set[str] = set()
    for parts in arns:
        fields = split(parts)
        partition = known(fields[PARTITION]) if len(fields) == FIELDS else None
        if partition not in PARTITIONS:
            return frozenset()
        found.add(partition)
    return frozenset(found)


def _account(parts: Parts) -> str | None:
    """The account that *parts* are the id of, or an ARN of; None where it is not known."""
    fields = split(parts)
    if len(fields) != FIELDS:
        return _account_id(known(parts))
    if any(brings_colon(part) for field in fields[:RESOURCE] for part in field):
        return None
    return _account_id(known(fields[ACCOUNT_ID]))


def _account_id(text: str | None) -> str | None:
    is_account = text is not None and len(text) == ACCOUNT_DIGITS and text.isdigit()
    return text if is_account else None


def _folder(resource: Resource, path: str) -> str | None:
    """The account whose folder *resource* is in, by *path*; None where it is not known."""
    head, _, tail = path.partition("{account}")
    for part in () if resource.complement else resource.texts[0].parts:
        if isinstance(part, Piece) and head in part.text:
            rest = part.text.partition(head)[2]
            return (
                _account_id(rest[:ACCOUNT_DIGITS])
                if rest[ACCOUNT_DIGITS:].startswith(tail)
                else None
            )
    return None


def _listed(one: _Named) -> str:
    return _sorted(one.accounts)


def _sorted(texts: frozenset[str]) -> str:
    return ", ".join(sorted(texts))
