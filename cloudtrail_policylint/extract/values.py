"""Helpers for values of the tree that all formats share.

*written* is how messages spell an unknown value; each format has its own way.
"""

from __future__ import annotations

from ..tree.nodes import (
    ANY,
    Choice,
    Encoded,
    Hole,
    Map,
    Node,
    Piece,
    Scalar,
    Seq,
    Text,
    branches,
    children,
    shape_of,
    widest,
)
from ..tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Part = Piece | Hole
"""A part of a string, known or not."""


def string(node: Node | None) -> str | None:
    """The string or number *node* as a string; None if it is not fully known."""
    if isinstance(node, Text):
        return node.literal
    if isinstance(node, Scalar) and node.value is not None:
        return node.written
    return None


def parts_of(node: Node | None, span: Span, written: str) -> tuple[Part, ...] | None:
    """*node* as part of a longer string, used at *span*; None if it is no string."""
    if isinstance(node, Text):
        return node.parts
    if isinstance(node, Scalar) and node.value is not None:
        return (Piece(node.written, node.span),)
    if isinstance(node, Hole):
        return (node,)
    if isinstance(node, Encoded):
        return (Hole(written, span, content=node.content),)
    if isinstance(node, Choice):
        return (either((node,), span, written),)
    return None


def text_of(node: Node | None, written: str = "...") -> Text | None:
    """*node* as a string that may have unknown parts; None if it is no string."""
    if isinstance(node, Text) or node is None:
        return node
    parts = parts_of(node, node.span, written)
    return Text(parts, node.span) if parts is not None else None


def either(values: Iterable[Node | None], span: Span, written: str) -> Hole:
    """An unknown string that is one of *values*, with the possible strings if all are known."""
    known: dict[str, None] = {}
    shapes: list[str] = []
    for branch in [branch for value in values for branch in flat(value)]:
        literal = string(branch)
        if literal is not None:
            known[literal] = None
        elif isinstance(branch, Hole) and branch.values is not None:
            known.update(dict.fromkeys(branch.values))
        else:
            shapes.append(branch.shape if isinstance(branch, Hole) else ANY)
    if known and not shapes:
        return Hole(written, span, shape_of(known), tuple(known))
    if known:
        shapes.append(shape_of(known))
    return Hole(written, span, widest(shapes))


def flat(node: Node | None) -> list[Node | None]:
    """The branches of *node*, nested ones too; None is a branch without a value."""
    if not isinstance(node, Choice):
        return [node]
    found: list[Node | None] = []
    for branch in node.branches:
        found.extend(flat(branch))
    return found


def leaves(node: Node | None) -> Iterator[Node]:
    """The values in *node*, with all lists and alternatives unfolded."""
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, Seq | Choice):
            stack.extend(reversed(children(at)))
        elif at is not None:
            yield at


def inside(node: Node | None, path: Sequence[str]) -> Iterator[Node]:
    """The values at *path* in *node*, in every item of a list and in every alternative."""
    if not path:
        if node is not None:
            yield node
        return
    for branch in branches(node):
        if isinstance(branch, Map):
            yield from inside(branch.get(path[0]), path[1:])
        elif isinstance(branch, Seq):
            for item in branch.items:
                for one in branches(item):
                    if isinstance(one, Map):
                        yield from inside(one, path)
