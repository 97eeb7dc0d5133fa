"""The functions of Terraform that policies use.

Arguments may be known in part; what does not follow from them is a hole. Values
keep their places: the pieces of ``join("", [a, b])`` are where ``a`` and ``b``
are written.

Source: developer.hashicorp.com/terraform/language/functions.
"""

from __future__ import annotations

from ...tree.nodes import Choice, Encoded, Hole, Map, Node, Seq, Text
from ..values import flat, string
from .effects import FAILED, NOTES
from .session import FunctionCall
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
    """The value of ``name(arguments)``, which is written at *span*."""
    known = FUNCTIONS.get(name) or _of_values(name)
    if known is None:
        return hole_at(span)
    needed, function = known
    combines = name in _COMBINING
    if not combines and any(is_rest(argument) for argument in arguments):
        return hole_at(span)
    if not needed <= len(arguments) <= _AT_MOST.get(name, needed):
        session.note(f"{name}() needs {_counted(needed)}, not {len(arguments)}", span)
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


def _of_values(name: str) -> tuple[int, Function] | None:
    """The function *name* of collections or strings; their modules are imported when a policy uses one."""
    from .collection_functions import COLLECTION_FUNCTIONS
    from .string_functions import STRING_FUNCTIONS

    return COLLECTION_FUNCTIONS.get(name) or STRING_FUNCTIONS.get(name)


def _counted(arguments: int) -> str:
    return f"{arguments} argument{'s' if arguments != 1 else ''}"


# -- selection


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
    """The first argument without an error; an unknown one is one of several."""
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
"""Functions that evaluate their arguments themselves."""


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
    """A function that parses a string with *read*."""

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
"""Functions that accept alternatives, and unknown numbers of arguments."""

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
"""Functions with optional arguments -> the maximum."""

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
}
"""Name -> the number of required arguments, and the function."""
