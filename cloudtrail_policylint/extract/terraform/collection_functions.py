"""Terraform's functions on lists, sets and maps.

In a partly known list the unknown members are a rest (see ``values``), and
members that may be absent are choices.

Source: developer.hashicorp.com/terraform/language/functions.
"""

from __future__ import annotations

from ...tree.nodes import Choice, Entry, Hole, Map, Node, Scalar, Seq, Text
from ..values import flat, string
from .session import FunctionCall
from .values import (
    boolean,
    choice,
    equal,
    first_of,
    hole_at,
    integer,
    is_null,
    is_rest,
    number,
    rest_at,
    settled,
    text_of,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...tree.source import Span
    from .session import Session

    Function = Callable[[FunctionCall], Node]


# -- lists


def _members(session: Session, node: Node) -> list[Node]:
    """The members of a list; one that may be absent is a choice, unknown ones are a rest."""
    if isinstance(node, Seq):
        return list(node.items)
    found = session.iterate(node)
    if found is None:
        return [rest_at(node.span)]
    items = [v if sure else choice((v, None), v.span) for _, v, sure in found.members]
    return [*items, rest_at(node.span)] if found.open else items


def _list(session: Session, items: list[Node], span: Span) -> Node:
    return Seq(tuple(items), span) if session.charge(len(items), span) else hole_at(span)


def _list_of(call: FunctionCall) -> Node:
    """``list(...)`` of Terraform before 0.12."""
    return _list(call.session, call.arguments, call.span)


def _concat(call: FunctionCall) -> Node:
    items: list[Node] = []
    for argument in call.arguments:
        items.extend([argument] if is_rest(argument) else _members(call.session, argument))
    return _list(call.session, items, call.span)


def _flatten(call: FunctionCall) -> Node:
    found: list[Node] = []
    stack = list(reversed(_members(call.session, call.arguments[0])))
    while stack:
        if not call.session.charge(1, call.span):
            return hole_at(call.span)
        item = stack.pop()
        if isinstance(item, Seq):
            stack.extend(reversed(item.items))
        elif isinstance(item, Choice) and any(isinstance(b, Seq) for b in flat(item)):
            stack.extend(reversed(_members_of_branches(item)))
        elif isinstance(item, Hole) and not is_rest(item):
            found.append(rest_at(item.span))  # a list or a value: any number of members
        else:
            found.append(item)
    return Seq(tuple(found), call.span)


def _members_of_branches(node: Choice) -> list[Node]:
    """The members of the branches that are lists, and the others themselves; none is certain."""
    found: list[Node] = []
    for branch in flat(node):
        if isinstance(branch, Seq):
            found += [i if is_rest(i) else choice((i, None), i.span) for i in branch.items]
        elif isinstance(branch, Hole):
            found.append(rest_at(branch.span))
        elif branch is not None:
            found.append(choice((branch, None), branch.span))
    return found


def _unique(items: Sequence[Node]) -> list[Node]:
    """*items* without known duplicates."""
    seen: set[str] = set()
    found: list[Node] = []
    for item in items:
        value = string(item)
        if value is None or value not in seen:
            found.append(item)
        if value is not None:
            seen.add(value)
    return found


def _distinct(call: FunctionCall) -> Node:
    return _list(call.session, _unique(_members(call.session, call.arguments[0])), call.span)


def _toset(call: FunctionCall) -> Node:
    if isinstance(call.arguments[0], Hole):
        return hole_at(call.span)
    return call.session.as_set(_distinct(call))


def _setunion(call: FunctionCall) -> Node:
    return _toset(call.with_arguments([_concat(call)]))


def _set_by(keep: bool) -> Function:  # noqa: FBT001 - one of two functions
    def function(call: FunctionCall) -> Node:
        first, *others = call.arguments
        if not all(isinstance(a, Seq) and settled(a) for a in call.arguments):
            return hole_at(call.span)
        names = [{string(item) for item in _members(call.session, other)} for other in others]
        items = _members(call.session, first)
        if None in {string(item) for item in items}.union(*names):
            return hole_at(call.span)
        found = [item for item in items if all((string(item) in other) is keep for other in names)]
        return call.session.as_set(_list(call.session, found, call.span))

    return function


def _compact(call: FunctionCall) -> Node:
    items: list[Node] = []
    for item in _members(call.session, call.arguments[0]):
        kept = [b for b in flat(item) if b is not None and not is_null(b) and string(b) != ""]
        if len(kept) == len(flat(item)):
            items.append(item)
        elif kept:
            items.append(choice([*kept, None], item.span))
    return _list(call.session, items, call.span)


def _tolist(call: FunctionCall) -> Node:
    if isinstance(call.arguments[0], Hole):
        return hole_at(call.span)
    return _list(call.session, _members(call.session, call.arguments[0]), call.span)


def _sort(call: FunctionCall) -> Node:
    items = _members(call.session, call.arguments[0])
    if all(string(item) is not None for item in items):
        items.sort(key=lambda item: string(item) or "")
    return _list(call.session, items, call.span)


def _reverse(call: FunctionCall) -> Node:
    return _list(call.session, _members(call.session, call.arguments[0])[::-1], call.span)


def _slice(call: FunctionCall) -> Node:
    node, start, end = call.arguments[0], integer(call.arguments[1]), integer(call.arguments[2])
    if not isinstance(node, Seq) or not settled(node) or start is None or end is None:
        return hole_at(call.span)
    if not 0 <= start <= end <= len(node.items):
        return call.session.fail(call.span)
    return _list(call.session, list(node.items[start:end]), call.span)


def _element(call: FunctionCall) -> Node:
    node, index = call.arguments[0], integer(call.arguments[1])
    if isinstance(node, Seq) and index == 0:
        return first_of(node, call.span) or call.session.fail(call.span)
    if not isinstance(node, Seq) or any(map(is_rest, node.items)):
        return hole_at(call.span)
    members = [branch for item in node.items for branch in flat(item) if branch is not None]
    if not members:
        return call.session.fail(call.span)
    if index is None:
        return choice(members, call.span)
    if not settled(node):
        return hole_at(call.span)
    return node.items[index % len(node.items)]


def _one(call: FunctionCall) -> Node:
    """The only member of a list; null for an empty list."""
    items = _members(call.session, call.arguments[0])
    if not items:
        return Scalar(None, "null", call.span)
    return items[0] if len(items) == 1 and not is_rest(items[0]) else hole_at(call.span)


def _range(call: FunctionCall) -> Node:
    bounds = [integer(argument) for argument in call.arguments[:3]]
    if None in bounds:
        return hole_at(call.span)
    numbers = [bound for bound in bounds if bound is not None]
    if len(numbers) == 3 and numbers[2] == 0:
        return call.session.fail(call.span)
    values = range(*numbers)
    # Terraform's own limit is 1,024 values.
    if values[1024:] or not call.session.charge(len(values), call.span):
        return call.session.fail(call.span)
    return Seq(tuple(Scalar(value, str(value), call.span) for value in values), call.span)


def _setproduct(call: FunctionCall) -> Node:
    rows: list[tuple[Node, ...]] = [()]
    for argument in call.arguments:
        items = _members(call.session, argument)
        if any(is_rest(item) for item in items):
            return hole_at(call.span)
        if not call.session.charge(len(rows) * len(items) * len(call.arguments), call.span):
            return hole_at(call.span)
        rows = [(*row, item) for row in rows for item in items]
    return Seq(tuple(Seq(row, call.span) for row in rows), call.span)


def _length(call: FunctionCall) -> Node:
    node = call.arguments[0]
    if isinstance(node, Seq) and settled(node):
        return number(len(node.items), call.span)
    if isinstance(node, Map) and all(entry.key.literal is not None for entry in node.entries):
        return number(len({entry.key.literal for entry in node.entries}), call.span)
    value = node.literal if isinstance(node, Text) else None
    return hole_at(call.span) if value is None else number(len(value), call.span)


def _contains(call: FunctionCall) -> Node:
    items = _members(call.session, call.arguments[0])
    found = [False if is_rest(item) else equal(item, call.arguments[1]) for item in items]
    if True in found:
        return boolean(True, call.span)
    unknown = None in found or any(is_rest(item) for item in items)
    return hole_at(call.span) if unknown else boolean(False, call.span)


def _quantified(every: bool) -> Function:  # noqa: FBT001 - one of two functions
    def function(call: FunctionCall) -> Node:
        items = _members(call.session, call.arguments[0])
        found = [truth(item) for item in items]
        if (not every) in found:
            return boolean(not every, call.span)
        return hole_at(call.span) if None in found else boolean(every, call.span)

    return function


# -- maps


def _merge(call: FunctionCall) -> Node:
    entries: dict[str, Entry] = {}
    unknown: list[Entry] = []
    for argument in call.arguments:
        if is_null(argument):
            continue
        found = None if is_rest(argument) else call.session.iterate(argument)
        if found is None or isinstance(argument, Seq):
            rest = rest_at(argument.span)
            unknown.append(Entry(Text((rest,), rest.span), rest))
            continue
        if not call.session.charge(len(found.members), call.span):
            return hole_at(call.span)
        here: dict[str, Entry] = {}
        for key, value, sure in found.members:
            name = text_of(key)
            if name is None:
                continue
            earlier = entries.get(name.written) if not sure else None
            before = here.get(name.written) or earlier
            if not sure:
                value = choice((value, before.value if before else None), value.span)
            here[name.written] = Entry(name, value)
        entries.update(here)
        if found.open:
            rest = rest_at(argument.span)
            unknown.append(Entry(Text((rest,), rest.span), rest))
    return Map((*entries.values(), *unknown), call.span)


def _keys(call: FunctionCall) -> Node:
    found = call.session.iterate(call.arguments[0])
    if found is None or not isinstance(call.arguments[0], Map):
        return hole_at(call.span)
    return _list(call.session, [key for key, _, _ in found.members], call.span)


def _values(call: FunctionCall) -> Node:
    if not isinstance(call.arguments[0], Map):
        return hole_at(call.span)
    return _list(call.session, _members(call.session, call.arguments[0]), call.span)


def _lookup(call: FunctionCall) -> Node:
    node, name = call.arguments[0], string(call.arguments[1])
    default = call.arguments[2] if len(call.arguments) > 2 else None
    if not isinstance(node, Map):
        return (
            choice((hole_at(call.span), default), call.span)
            if default is not None
            else hole_at(call.span)
        )
    if name is None:
        values = [entry.value for entry in node.entries]
        return choice([*values, default] if default is not None else values, call.span)
    found = node.get(name)
    if found is not None:
        return found
    if any(entry.key.literal is None for entry in node.entries):
        return hole_at(call.span)
    return default if default is not None else call.session.fail(call.span)


def _zipmap(call: FunctionCall) -> Node:
    names = [text_of(item) for item in _members(call.session, call.arguments[0])]
    values = _members(call.session, call.arguments[1])
    known = [name for name in names if name is not None]
    if len(known) != len(names) or len(names) != len(values) or any(map(is_rest, values)):
        return hole_at(call.span)
    return Map(tuple(Entry(n, v) for n, v in zip(known, values, strict=True)), call.span)


def _map(call: FunctionCall) -> Node:
    """``map(key, value, ...)`` of Terraform before 0.12."""
    names = [text_of(argument) for argument in call.arguments[::2]]
    known = [name for name in names if name is not None]
    if len(known) != len(names) or len(call.arguments) % 2:
        return call.session.fail(call.span)
    return Map(tuple(map(Entry, known, call.arguments[1::2])), call.span)


def _coalescelist(call: FunctionCall) -> Node:
    for argument in call.arguments:
        if not isinstance(argument, Seq) or not settled(argument):
            return hole_at(call.span)
        if argument.items:
            return argument
    return call.session.fail(call.span)


COLLECTION_FUNCTIONS: dict[str, tuple[int, Function]] = {
    "alltrue": (1, _quantified(True)),
    "anytrue": (1, _quantified(False)),
    "coalescelist": (1, _coalescelist),
    "compact": (1, _compact),
    "concat": (0, _concat),
    "contains": (2, _contains),
    "distinct": (1, _distinct),
    "element": (2, _element),
    "flatten": (1, _flatten),
    "keys": (1, _keys),
    "length": (1, _length),
    "list": (0, _list_of),
    "lookup": (2, _lookup),
    "map": (0, _map),
    "merge": (0, _merge),
    "one": (1, _one),
    "range": (1, _range),
    "reverse": (1, _reverse),
    "setintersection": (1, _set_by(True)),
    "setproduct": (1, _setproduct),
    "setsubtract": (2, _set_by(False)),
    "setunion": (0, _setunion),
    "slice": (3, _slice),
    "sort": (1, _sort),
    "tolist": (1, _tolist),
    "toset": (1, _toset),
    "values": (1, _values),
    "zipmap": (2, _zipmap),
}
"""Name -> the number of required arguments, and the function."""
