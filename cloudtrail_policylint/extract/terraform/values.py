"""Helpers for values of the tree, as Terraform treats them.

A list with unknown members has a *rest*: a hole for any number of them. Only a
rest is written ``${expression...}``.
"""

from __future__ import annotations

from ...base.record import record
from ...tree.nodes import (
    ANY,
    Choice,
    Encoded,
    Entry,
    Hole,
    Map,
    Node,
    Piece,
    Scalar,
    Seq,
    Text,
    cut,
)
from ...tree.source import Span
from ..values import Part, either, flat, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REST = "...}"
MAX_NUMBER = 10**18
MAX_COMPARED = 20
MAX_BRANCHES = 8
"""Alternatives of one value that are kept; with more of them it is unknown."""


@record
class Iteration:
    """The members of a collection: key, value, and whether it certainly exists.

    ``open`` says that there may be more members.
    """

    members: tuple[tuple[Node, Node, bool], ...]
    open: bool


def shorten(written: str) -> str:
    """*written* on one line, shortened for messages."""
    written = " ".join(written[:200].split())
    return written if len(written) <= 60 else written[:57] + "..."


def hole_at(span: Span, shape: str = ANY, values: tuple[str, ...] | None = None) -> Hole:
    """The unknown value of the expression at *span*."""
    return Hole(f"${{{shorten(span.text)}}}", span, shape, values)


def rest_at(span: Span, written: str | None = None) -> Hole:
    """A hole for any number of list members."""
    text = written if written is not None else shorten(span.text)
    return Hole(f"${{{text}{_REST}", span)


def is_rest(node: Node | None) -> bool:
    """Whether *node* is a rest: any number of list members."""
    return isinstance(node, Hole) and node.written.endswith(_REST)


def settled(node: Seq) -> bool:
    """Whether the number of members of *node* is known."""
    return not any(is_rest(item) or _may_be_absent(item) for item in node.items)


def _may_be_absent(node: Node) -> bool:
    return isinstance(node, Choice) and any(b is None or _may_be_absent(b) for b in node.branches)


def is_null(node: Node | None) -> bool:
    """Whether *node* is Terraform's null."""
    return isinstance(node, Scalar) and node.value is None


def is_empty(node: Node) -> bool:
    """Whether *node* is null, an empty string or an empty collection."""
    if isinstance(node, Seq):
        return not node.items
    if isinstance(node, Map):
        return not node.entries
    return is_null(node) or (isinstance(node, Text) and node.literal == "")


def truth(node: Node) -> bool | None:
    """*node* as a condition; None if it is unknown."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    return (
        {"true": True, "false": False}.get(node.literal or "") if isinstance(node, Text) else None
    )


def boolean(value: bool, span: Span) -> Scalar:  # noqa: FBT001 - the value itself
    """The truth value of the expression at *span*."""
    return Scalar(value, "true" if value else "false", span)


def number(value: float, span: Span) -> Node:
    """The numeric value of the expression at *span*; unknown if it is very large."""
    if value != value or abs(value) > MAX_NUMBER:
        return hole_at(span)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Scalar(value, str(value), span)


def integer(node: Node) -> int | None:
    """*node* as an integer, if it is known and is one."""
    if (
        isinstance(node, Scalar)
        and isinstance(node.value, int)
        and not isinstance(node.value, bool)
    ):
        return node.value
    if isinstance(node, Text):
        written = node.literal or ""
        return (
            int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
        )
    return None


def text_of(node: Node) -> Text | None:
    """*node* as a string that may have unknown parts; None if it is no string."""
    if isinstance(node, Text):
        return node
    parts = spliced(node, node.span)
    return Text(parts, node.span) if parts is not None else None


def spliced(node: Node, span: Span) -> tuple[Part, ...] | None:
    """The parts of a text that *node*, interpolated at *span*, becomes; None if it is no string."""
    if isinstance(node, Choice):
        return (one_of(node),)
    return parts_of(node, span, hole_at(span).written if isinstance(node, Encoded) else "")


def one_of(node: Choice) -> Hole:
    """An unknown string that is one of the branches of *node*."""
    return either((node,), node.span, hole_at(node.span).written)


def choice(branches: Sequence[Node | None], span: Span, *, likely: bool = False) -> Node:
    """The alternatives *branches*, flattened; a single one is returned as it is.

    *likely*: the first of them is the value where all variables have their defaults.
    """
    found: list[Node | None] = []
    for branch in branches:
        for one in flat(branch):
            if is_null(one):
                one = None
            if not any(one is other for other in found):
                found.append(one)
    if len(found) == 1 and found[0] is not None:
        return found[0]
    if all(one is None for one in found):
        return Scalar(None, "null", span)
    if len(found) > MAX_BRANCHES:
        return hole_at(span)
    first = branches[0]
    likely = likely and (first.likely if isinstance(first, Choice) else first is not None)
    return Choice(tuple(found), span, likely)


def first_of(node: Seq, span: Span) -> Node | None:
    """The first member of *node*, or the alternatives for it; None if *node* is empty."""
    options: list[Node | None] = []
    for item in node.items:
        if is_rest(item):
            return hole_at(span)
        branches = flat(item)
        options.extend(branch for branch in branches if branch is not None)
        if None not in branches:
            break
    return choice(options, span) if options else None


def each_branch(node: Choice, convert: Callable[[Node], Node], span: Span) -> Node:
    """*node* with *convert* applied to every branch that has a value."""
    branches = [None if b is None else convert(b) for b in flat(node)]
    return choice(branches, span, likely=node.likely)


def plain(node: Node, depth: int = 0) -> object:
    """*node* as a Python value; raises LookupError if a part is unknown or nests too deep."""
    if isinstance(node, Text):
        literal = node.literal
        if literal is None:
            raise LookupError
        return literal
    if isinstance(node, Scalar):
        return node.value
    if depth < MAX_COMPARED:
        if isinstance(node, Seq):
            return tuple([plain(item, depth + 1) for item in node.items])
        if isinstance(node, Map):
            entries = [(plain(entry.key), entry.value) for entry in node.entries]
            return {str(key): plain(value, depth + 1) for key, value in entries}
    raise LookupError


def equal(left: Node, right: Node) -> bool | None:
    """Whether two values are equal; None if that is unknown."""
    if is_null(left) or is_null(right):
        if isinstance(left, Hole | Choice) or isinstance(right, Hole | Choice):
            return None
        return is_null(left) and is_null(right)
    if isinstance(left, Text) != isinstance(right, Text):
        return None  # it depends on types whether "1" is converted to 1
    try:
        return plain(left) == plain(right)
    except LookupError:
        return None


def iterate(node: Node, *, is_set: bool = False) -> Iteration | None:
    """The members of a list, set or map in the order of ``for``; None if they are unknown."""
    if is_null(node):
        return Iteration((), False)
    if isinstance(node, Choice):
        return _iterate_choice(node, is_set=is_set)
    members: list[tuple[Node, Node, bool]] = []
    is_open = False
    if isinstance(node, Map):
        entries = node.entries
        if all(entry.key.literal is not None for entry in entries):
            last = {entry.key.literal: entry for entry in entries}
            entries = tuple(last[key] for key in sorted(last, key=str))
        for entry in entries:
            alternatives = flat(entry.value)
            sure = None not in alternatives
            value = choice([b for b in alternatives if b is not None] or [None], entry.value.span)
            members.append((entry.key, value, sure))
        return Iteration(tuple(members), False)
    if not isinstance(node, Seq):
        return None
    for index, item in enumerate(node.items):
        if is_rest(item):
            is_open = True
            continue
        alternatives = flat(item)
        sure = None not in alternatives
        value = (
            choice([b for b in alternatives if b is not None] or [None], item.span)
            if not sure
            else item
        )
        key: Node = value if is_set else Scalar(index, str(index), item.span)
        members.append((key, value, sure))
    return Iteration(tuple(members), is_open)


def _iterate_choice(node: Choice, *, is_set: bool) -> Iteration | None:
    members: list[tuple[Node, Node, bool]] = []
    is_open = False
    for branch in flat(node):
        found = Iteration((), False) if branch is None else iterate(branch, is_set=is_set)
        if found is None:
            is_open = True
            continue
        is_open = is_open or found.open
        members.extend((key, value, False) for key, value, _ in found.members)
    return Iteration(tuple(members), is_open) if members else None


def entry_at(name: str, value: Node, span: Span) -> Entry:
    """An entry whose key *name* is written at *span*."""
    return Entry(Text((Piece(name, span),), span), value)


def substring(text: Text, start: int, end: int, span: Span) -> Text:
    """The characters ``[start, end)`` of *text*, which has no holes, with their places."""
    parts: list[Piece | Hole] = []
    at = 0
    for part in text.parts:
        if not isinstance(part, Piece):
            continue
        first, last = max(start - at, 0), min(end - at, len(part.text))
        if first < last:
            parts.append(cut(part, first, last))
        at += len(part.text)
    return Text(tuple(parts) or (Piece("", Span(span.source, span.start, span.start)),), span)


def spelling(node: Node, limit: int = 50_000) -> str:
    """*node* as text, to compare values; only the start of a very large one."""
    found: list[str] = []
    stack: list[Node | str | None] = [node]
    while stack and len(found) < limit:
        at = stack.pop()
        if isinstance(at, Text):
            found.append(repr(at.written))
        elif isinstance(at, Scalar | Hole):
            found.append(at.written)
        elif isinstance(at, Map):
            found.append("{")
            stack.append("}")
            for entry in reversed(at.entries):
                stack += (entry.value, entry.key)
        elif isinstance(at, Seq):
            found.append("[")
            stack.append("]")
            stack.extend(reversed(at.items))
        elif isinstance(at, Choice):
            found.append("(")
            stack.append(")")
            stack.extend(reversed(at.branches))
        elif isinstance(at, Encoded):
            stack.append(at.content)
        else:
            found.append(at or "")
    return " ".join(found)
