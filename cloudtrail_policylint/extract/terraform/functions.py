"""Terraform's pure functions, as far as policies use them.

A function gets values that may be known in part and gives as much as follows
from them; what does not follow is a hole. Places survive: the pieces of
``join("", [a, b])`` stay where ``a`` and ``b`` are written.

Source: developer.hashicorp.com/terraform/language/functions.
"""

from __future__ import annotations

from ...tree.nodes import Choice, Encoded, Hole, Map, Node, Seq, Text
from ..values import flat, string
from .collection_functions import COLLECTION_FUNCTIONS
from .effects import FAILED, NOTES
from .session import FunctionCall
from .string_functions import STRING_FUNCTIONS
from .values import (
    MAX_BRANCHES,
    boolean,
    choice,
    each_branch,
    hole_at,
    integer,
    is_null,
    is_rest,
    number,
    one_of,
    text_of,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...readers.hcl.syntax import Call
    from ...tree.source import Span
    from .session import Scope, Session

    Function = Callable[[FunctionCall], Node]


def apply(session: Session, name: str, arguments: list[Node], span: Span) -> Node:
    """The value of ``name(arguments)``, written at *span*; a hole where it is not known."""
    known = FUNCTIONS.get(name)
    if known is None:
        return hole_at(span)
    needed, function = known
    combines = name in _COMBINING
    if not combines and any(is_rest(argument) for argument in arguments):
        return hole_at(span)
    if not needed <= len(arguments) <= _AT_MOST.get(name, needed):
        session.note(f"{name}() needs {_counted(needed)} and has {len(arguments)}", span)
        return session.fail(span)
    for argument in arguments:
        if isinstance(argument, Text) and not session.charge_text(argument):
            return hole_at(span)
    several = [] if combines else [a for a in arguments if isinstance(a, Choice)]
    if not several:
        return function(FunctionCall(session, arguments, span))
    ways = 1
    for one in several:
        ways *= len(flat(one))
        if ways > MAX_BRANCHES:
            unknown: list[Node] = [one_of(a) if isinstance(a, Choice) else a for a in arguments]
            return function(FunctionCall(session, unknown, span))
    at = next(index for index, argument in enumerate(arguments) if argument is several[0])
    before, after = arguments[:at], arguments[at + 1 :]
    return each_branch(
        several[0], lambda node: apply(session, name, [*before, node, *after], span), span
    )


def _counted(arguments: int) -> str:
    return f"{arguments} argument{'s' if arguments != 1 else ''}"


# -- which of several


def _coalesce(call: FunctionCall) -> Node:
    options: list[Node | None] = []
    for argument in call.arguments:
        for branch in flat(argument):
            if branch is None or is_null(branch) or string(branch) == "":
                continue
            options.append(branch)
        if options and not isinstance(argument, Hole) and None not in flat(argument):
            break
    return choice(options, call.span) if options else hole_at(call.span)


def _try(session: Session, expression: Call, scope: Scope) -> Node:
    """The first argument that is no error; one that may be an error is one of several."""
    options: list[Node | None] = []
    for argument in expression.arguments:
        with session.observed(keep=FAILED | NOTES) as seen:
            value = session.evaluate(argument, scope)
        if seen.failed:
            continue
        session.add_notes(seen.notes)
        options.append(value)
        if not isinstance(value, Hole):
            break
    return choice(options, expression.span) if options else session.fail(expression.span)


def _can(session: Session, expression: Call, scope: Scope) -> Node:
    with session.observed(keep=FAILED | NOTES) as seen:
        values = [session.evaluate(argument, scope) for argument in expression.arguments[:1]]
    if seen.failed:
        return boolean(False, expression.span)
    session.add_notes(seen.notes)
    unknown = not values or isinstance(values[0], Hole)
    return hole_at(expression.span) if unknown else boolean(True, expression.span)


LAZY: dict[str, Callable[[Session, Call, Scope], Node]] = {"try": _try, "can": _can}
"""Functions that decide themselves which of their arguments matter."""


# -- types and encodings


def _same(call: FunctionCall) -> Node:
    return call.arguments[0]


def _tomap(call: FunctionCall) -> Node:
    return call.arguments[0] if isinstance(call.arguments[0], Map) else hole_at(call.span)


def _tostring(call: FunctionCall) -> Node:
    node = call.arguments[0]
    return call.session.fail(call.span) if isinstance(node, Map | Seq) else text_of(node) or node


def _tonumber(call: FunctionCall) -> Node:
    value = integer(call.arguments[0])
    return hole_at(call.span) if value is None else number(value, call.span)


def _tobool(call: FunctionCall) -> Node:
    value = truth(call.arguments[0])
    return hole_at(call.span) if value is None else boolean(value, call.span)


def _jsonencode(call: FunctionCall) -> Node:
    return Encoded(call.arguments[0], call.span)


def _decoded(read: Callable[[Text], Node | None]) -> Function:
    """The value that a string spells, as *read* reads it."""

    def function(call: FunctionCall) -> Node:
        node = call.arguments[0]
        if isinstance(node, Encoded):
            return node.content
        if isinstance(node, Hole) and node.content is not None:
            return node.content
        root = read(node) if isinstance(node, Text) else None
        return hole_at(call.span) if root is None else call.session.shared(root, call.span)

    return function


def _json(text: Text) -> Node | None:
    from ...readers.json.reader import read_embedded

    reading = read_embedded(text)
    return reading.root if reading.mistake is None else None


def _yaml(text: Text) -> Node | None:
    from ...readers.yaml.embedded import read_value

    return read_value(text)


def _extreme(pick: Callable[[list[int]], int]) -> Function:
    def function(call: FunctionCall) -> Node:
        values = [integer(argument) for argument in call.arguments]
        known = [value for value in values if value is not None]
        return number(pick(known), call.span) if len(known) == len(values) else hole_at(call.span)

    return function


_COMBINING = frozenset(
    {
        "coalesce",
        "coalescelist",
        "compact",
        "concat",
        "distinct",
        "flatten",
        "jsonencode",
        "list",
        "merge",
        "nonsensitive",
        "one",
        "sensitive",
        "setunion",
        "tolist",
        "toset",
    }
)
"""Functions that understand arguments which are one of several, or any number of them."""

_ANY_NUMBER = 10**6
_AT_MOST = {
    **dict.fromkeys(
        (
            "coalesce",
            "coalescelist",
            "concat",
            "format",
            "formatlist",
            "join",
            "list",
            "map",
            "max",
            "merge",
            "min",
            "setintersection",
            "setproduct",
            "setunion",
        ),
        _ANY_NUMBER,
    ),
    "lookup": 3,
    "range": 3,
}
"""Functions that take more arguments than they need, and how many at most."""

FUNCTIONS: dict[str, tuple[int, Function]] = {
    "coalesce": (1, _coalesce),
    "jsondecode": (1, _decoded(_json)),
    "jsonencode": (1, _jsonencode),
    "max": (1, _extreme(max)),
    "min": (1, _extreme(min)),
    "nonsensitive": (1, _same),
    "sensitive": (1, _same),
    "tobool": (1, _tobool),
    "tomap": (1, _tomap),
    "tonumber": (1, _tonumber),
    "tostring": (1, _tostring),
    "yamldecode": (1, _decoded(_yaml)),
    **COLLECTION_FUNCTIONS,
    **STRING_FUNCTIONS,
}
"""Name -> how many arguments it needs, and the function."""
