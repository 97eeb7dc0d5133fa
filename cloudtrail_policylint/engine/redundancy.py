"""Elements of a statement, and statements of a document, that say nothing that others beside them do not say.

Only texts without unknown parts are compared, and only members of lists that are written as
they are: what is one of several alternatives (``Fn::If``) may be the only one there is.

Members are told apart by their texts and places. A file is first read without places
(``readers.json``); then equal members count as different ones.
"""

from __future__ import annotations

from math import isfinite

from ..iam.arns import RESOURCE, SERVICE, Operand, Shape, cover, operand
from ..iam.patterns import YES, parse, within
from ..tree.nodes import Choice, walk
from .signs import size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeAlias, TypeVar

    from ..iam.policy import Action, Condition, Document, Principal, Resource, Statement
    from ..tree.nodes import Text
    from ..tree.source import Place

    Key: TypeAlias = tuple[str | None, Place]
    Found: TypeAlias = dict[Key, Text]
    T = TypeVar("T", Text, Statement)
    A = TypeVar("A")
    F = TypeVar("F")

MOST_COMPARED = 20_000
"""The most comparisons of two members of one list; after that only equal ones are found."""


def in_actions(statement: Statement) -> Found:
    """The actions of *statement* that another one covers: what covers them."""
    return _in_list("Action", statement.actions, statement, _covered_actions)


def in_resources(statement: Statement) -> Found:
    """The resources of *statement* that another one covers, as in ``in_actions``."""
    return _in_list("Resource", statement.resources, statement, _covered_resources)


def _in_list(
    field: str,
    elements: Sequence[Action | Resource],
    statement: Statement,
    covered: Callable[[Sequence[Text]], Found],
) -> Found:
    # A complement is one element with all its texts; other elements have one each.
    lists = [one.texts for one in elements if one.complement]
    lists.append(tuple([one.texts[0] for one in elements if not one.complement]))
    found: Found = {}
    for texts in lists:
        if len(texts) > 1 and _may_cover(texts):
            found.update(covered(texts))
    return {} if found and _has_choices(statement, field) else found


def _may_cover(texts: Sequence[Text]) -> bool:
    """Whether two of *texts* are equal but for their letter case, or one has a wildcard: most have neither."""
    literals = [literal.lower() for text in texts if (literal := text.literal) is not None]
    return len(set(literals)) < len(literals) or any(map(_is_wild, literals))


def _has_choices(statement: Statement, field: str) -> bool:
    """Whether *field* of *statement*, or its ``Not`` form, has alternatives."""
    values = [statement.node.get(name) for name in (field, f"Not{field}")]
    return any(
        isinstance(at, Choice) for value in values if value is not None for at in walk(value)
    )


def _covered_actions(texts: Sequence[Text]) -> Found:
    known = [(text, text.literal.lower()) for text in texts if text.literal is not None]

    def kind(literal: str) -> str:
        prefix, colon, _ = literal.partition(":")
        return prefix if colon and not _is_wild(prefix) else ""

    def covers(a: str, b: str) -> bool:
        return within(parse(b), parse(a))

    return _covered(known, kind, covers)


def _covered_resources(texts: Sequence[Text]) -> Found:
    known = [(text, text.literal) for text in texts if text.literal is not None]
    known = [(text, literal) for text, literal in known if not _is_special(literal)]
    texts_of = {literal: text for text, literal in known}
    shapes: dict[str, Shape] = {}
    operands: dict[str, Operand] = {}

    def kind(literal: str) -> str:
        fields = literal.split(":", RESOURCE)
        service = fields[SERVICE] if len(fields) > SERVICE else ""
        return "" if any(map(_is_wild, fields[: SERVICE + 1])) else service

    def covers(a: str, b: str) -> bool:
        if a not in shapes:
            shapes[a] = Shape(texts_of[a].parts, variables=False)
        if b not in operands:
            operands[b] = operand(b)
        return cover(shapes[a], operands[b]) == YES

    return _covered(known, kind, covers)


def _is_special(literal: str) -> bool:
    """Whether *literal* cannot be compared: "${*}" is the character itself, "#" a digit in an operand."""
    if any(special in literal for special in ("${*}", "${?}", "#")):
        return True
    return "${" in literal and "${" in ":".join(literal.split(":", RESOURCE)[:RESOURCE])


def _covered(
    known: Sequence[tuple[Text, str]],
    kind: Callable[[str], str],
    covers: Callable[[str, str], bool],
) -> Found:
    """The texts that another one covers; of two that cover one another, the second.

    Only texts of one *kind* are compared, and those of the kind "" with all others.
    """
    found: Found = {}
    first: dict[str, Text] = {}
    order: dict[str, int] = {}
    for number, (text, literal) in enumerate(known):
        order.setdefault(literal, number)
        other = _repeated(first, literal, text)
        if other is not None:
            found[key_of(text)] = other
    wild: dict[str, list[str]] = {}
    for literal in first:
        if _is_wild(literal):
            wild.setdefault(kind(literal), []).append(literal)
    budget = MOST_COMPARED
    for literal, text in first.items():
        own = kind(literal)
        for other in (*wild.get("", ()), *(wild.get(own, ()) if own else ())):
            budget -= 1
            if budget < 0:
                return found
            if other == literal or not covers(other, literal):
                continue
            if order[other] < order[literal] or not covers(literal, other):
                found[key_of(text)] = first[other]
                break
    return found


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text


def in_principals(statement: Statement) -> Found:
    """The principals of *statement* that another one stands for: repeated ones, and sessions of its roles.

    Source: IAM User Guide, "AWS JSON policy elements: Principal" (a role as principal stands for
    all sessions of the role).
    """
    principals = statement.principals
    if len(principals) < 2:
        return {}
    found: Found = {}
    first: dict[object, Text] = {}
    roles: dict[tuple[str, str], Text] = {}
    for one in principals:
        literal, type_ = one.id.literal, one.type.literal
        if literal is None or type_ is None:
            continue
        other = _repeated(first, (type_, literal), one.id)
        if other is not None:
            found[key_of(one.id)] = other
        role = _role_of(literal, ":iam::", ":role/")
        if role is not None:
            roles.setdefault(role, one.id)
    for one in principals:
        session = _role_of(one.id.literal or "", ":sts::", ":assumed-role/")
        if session is not None and session in roles:
            found.setdefault(key_of(one.id), roles[session])
    return {} if found and _has_choices(statement, "Principal") else found


def _role_of(arn: str, service: str, before: str) -> tuple[str, str] | None:
    """Partition and account, and the name, of the role in *arn* after *before*; None if there is none.

    A session is named after its role without the role's path, and with its own name after it.
    """
    head, found, rest = arn.partition(before)
    if not found or service not in head or _is_wild(arn):
        return None
    parts = rest.split("/")
    if service == ":iam::":
        return head.replace(service, ":"), parts[-1]
    return (head.replace(service, ":"), parts[0]) if len(parts) == 2 else None


def in_values(condition: Condition, statement: Statement) -> Found:
    """The values of *condition* that another value decides; as in ``in_actions``.

    One of several values is enough, and for a negated operator all of them count (IAM User
    Guide, "Conditions with multiple context keys or values").
    """
    if len(condition.values) < 2:
        return {}
    found = _decided(condition)
    return {} if found and _has_choices(statement, "Condition") else found


def _decided(condition: Condition) -> Found:
    operator = (
        (condition.operator.literal or "").lower().rpartition(":")[2].removesuffix("ifexists")
    )
    known = [(text, text.literal) for text in condition.values if text.literal is not None]
    if not operator.startswith("numeric"):
        return _equal_ones(known)
    numbers = [(text, number) for text, one in known if (number := _number(one)) is not None]
    if operator in ("numericequals", "numericnotequals"):
        return _equal_ones(numbers)
    if len(numbers) < len(condition.values):
        return {}
    pick = max if operator.startswith("numericless") else min
    limit = pick([number for _, number in numbers])
    decides = next(index for index, (_, number) in enumerate(numbers) if number == limit)
    others = [text for index, (text, _) in enumerate(numbers) if index != decides]
    return {key_of(text): numbers[decides][0] for text in others}


def _number(literal: str) -> float | None:
    try:
        number = float(literal)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _equal_ones(known: Iterable[tuple[Text, object]]) -> Found:
    found: Found = {}
    first: dict[object, Text] = {}
    for text, value in known:
        other = _repeated(first, value, text)
        if other is not None:
            found[key_of(text)] = other
    return found


def _repeated(first: dict[Any, T], value: object, one: T) -> T | None:
    """The earlier text or statement with *value*, which *one* repeats at another place, if any."""
    other = first.get(value)
    if other is None:
        first[value] = one
        return None
    has_place = one.span.start != one.span.end
    return None if has_place and other.span.key() == one.span.key() else other


def key_of(text: Text) -> Key:
    """What tells *text* apart from other members of its list."""
    return text.literal, text.span.key()


def statements(document: Document) -> dict[int, Statement]:
    """The statements of *document* that repeat an earlier one: that one by the ``id`` of the statement."""
    alike: dict[object, list[Statement]] = {}
    for statement in document.statements if len(document.statements) > 1 else ():
        if not statement.optional:
            alike.setdefault(size_of(statement), []).append(statement)
    found: dict[int, Statement] = {}
    for group in alike.values():
        first: dict[object, Statement] = {}
        for statement in group if len(group) > 1 else ():
            content = _content(statement)
            other = _repeated(first, content, statement) if content is not None else None
            if other is not None:
                found[id(statement)] = other
    return found


def _content(statement: Statement) -> object | None:
    """What *statement* says, without its Sid and the order of its lists; None if a part is unknown."""
    if statement.effect is None or not statement.actions:
        return None
    if any(isinstance(at, Choice) for at in walk(statement.node)):
        return None
    texts: list[Text] = [statement.effect]
    parts: list[object] = [statement.effect.literal]
    for elements, fold in ((statement.actions, True), (statement.resources, False)):
        members = set()
        for one in elements:
            texts += one.texts
            literals = [text.literal or "" for text in one.texts]
            named = frozenset([x.lower() for x in literals] if fold else literals)
            members.add((one.complement, named))
        parts.append(frozenset(members))
    parts.append(frozenset([_who(one) for one in statement.principals]))
    for principal in statement.principals:
        texts += (principal.type, principal.id)
    conditions = []
    for condition in statement.conditions:
        if not condition.certain:
            return None
        texts += (condition.operator, condition.key, *condition.values)
        values = frozenset([value.literal for value in condition.values])
        operator, key = condition.operator.literal or "", condition.key.literal or ""
        conditions.append((operator.lower(), key.lower(), values))
    parts.append(frozenset(conditions))
    if any(text.literal is None for text in texts):
        return None
    return tuple(parts)


def _who(principal: Principal) -> tuple[object, ...]:
    return principal.complement, principal.type.literal, principal.id.literal


class Redundancy:
    """What is redundant, remembered for the last statement or document: elements are tested one by one."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[object, Any]] = {}

    def has(self, field: str, text: Text, statement: Statement) -> bool:
        """Whether *text* is redundant in *field* of *statement*."""
        found = self.of(field, statement)
        return bool(found) and key_of(text) in found

    def has_value(self, value: Text, condition: Condition, statement: Statement) -> bool:
        """Whether *value* of *condition* is redundant."""
        found = self.of_values(condition, statement)
        return bool(found) and key_of(value) in found

    def of(self, field: str, statement: Statement) -> Found:
        """What covers elements of *field* in *statement*; nothing if *field* is no list of texts."""
        return self._remembered(field, statement, _FIND[field]) if field in _FIND else {}

    def of_values(self, condition: Condition, statement: Statement) -> Found:
        """What decides values of *condition* in *statement*."""
        return self._remembered("value", condition, lambda one: in_values(one, statement))

    def of_statements(self, document: Document) -> dict[int, Statement]:
        """What the statements of *document* repeat, by their ``id``."""
        return self._remembered("statement", document, statements)

    def _remembered(self, field: str, about: A, find: Callable[[A], F]) -> F:
        last = self._last.get(field)
        if last is None or last[0] is not about:
            last = self._last[field] = (about, find(about))
        found: F = last[1]
        return found


_FIND = {"action": in_actions, "resource": in_resources, "principal": in_principals}
