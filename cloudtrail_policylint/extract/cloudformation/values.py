"""Small questions about the tree's nodes, as CloudFormation sees values."""

from __future__ import annotations

from ...tree.nodes import (
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
    allows,
    cut,
    shape_of,
    widest,
)
from ...tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Part = Piece | Hole

MAX_PARTS = 1_000
MAX_LENGTH = 200_000
"""What one string may be put together from; with more it is simply unknown."""


def string(node: Node | None) -> str | None:
    """The string that *node* is, None when it is not known in full. Numbers are strings too."""
    if isinstance(node, Text):
        return node.literal
    if isinstance(node, Scalar) and node.value is not None:
        return node.written
    return None


def text_of(parts: list[Part], span: Span, written: str) -> Text:
    """The string made of *parts*; one hole for what is too long to follow."""
    length = sum(len(part.text) for part in parts if isinstance(part, Piece))
    if len(parts) > MAX_PARTS or length > MAX_LENGTH:
        return Text((Hole(written, span),), span)
    return Text(tuple(parts) or (Piece("", span),), span)


def parts_of(node: Node | None, span: Span, written: str) -> tuple[Part, ...]:
    """*node* as a stretch of a longer string; *written* and *span* are those of the reference to it."""
    if isinstance(node, Text):
        return node.parts
    if isinstance(node, Scalar) and node.value is not None:
        return (Piece(node.written, node.span),)
    if isinstance(node, Hole):
        return (node,)
    if isinstance(node, Encoded):
        return (Hole(written, span, content=node.content),)
    if isinstance(node, Choice):
        return (one_of(node.branches, span, written),)
    return (Hole(written, span),)


def one_of(nodes: Iterable[Node | None], span: Span, written: str) -> Hole:
    """A string that is one of *nodes*, with its values where all of them are known."""
    values: dict[str, None] = {}
    shapes: set[str] = set()
    known = True
    for node in flat(nodes):
        value = string(node)
        if value is not None:
            values[value] = None
        elif isinstance(node, Hole) and node.values is not None:
            values.update(dict.fromkeys(node.values))
        else:
            known = False
            shapes.add(node.shape if isinstance(node, Hole) else ANY)
    if known and values:
        return Hole(written, span, shape_of(values), tuple(values))
    if values:
        shapes.add(shape_of(values))
    return Hole(written, span, widest(shapes))


def flat(nodes: Iterable[Node | None]) -> list[Node | None]:
    """*nodes* with the alternatives of nested choices in their place."""
    found: list[Node | None] = []
    for node in nodes:
        if isinstance(node, Choice):
            found.extend(flat(node.branches))
        else:
            found.append(node)
    return found


def split(text: Text, delimiter: str) -> list[Text] | None:
    """*text* cut at every *delimiter*; None when a hole may hold one, too."""
    found: list[list[Part]] = [[]]
    for part in text.parts:
        if isinstance(part, Hole):
            values = part.values
            if (values is not None and not any(delimiter in value for value in values)) or (
                values is None and not allows(part.shape, delimiter)
            ):
                found[-1].append(part)
            else:
                return None
            continue
        at = 0
        for chunk in part.text.split(delimiter):
            if at:
                found.append([])
            start = at - 1 if at else 0
            found[-1].append(cut(part, start, start + len(chunk)))
            at = start + len(chunk) + len(delimiter) + 1
    return [Text(tuple(parts), text.span) for parts in found]


def trimmed(text: Text) -> Text:
    """*text* without the blanks at its ends."""
    parts = list(text.parts)
    for end in (0, -1):
        part = parts[end] if parts else None
        if isinstance(part, Piece):
            kept = part.text.lstrip() if end == 0 else part.text.rstrip()
            cut_off = len(part.text) - len(kept)
            start = cut_off if end == 0 else 0
            parts[end] = cut(part, start, start + len(kept))
    return Text(tuple(parts), text.span)


def length_known(node: Seq) -> bool:
    """Whether *node* has as many items as are written: none left out, and none that may be several."""
    return not any(isinstance(item, Hole | Choice) for item in node.items)


def members(node: Node | None) -> list[Node]:
    """The alternatives of *node*, and the items of those that are lists."""
    found: list[Node] = []
    for branch in flat((node,)):
        if isinstance(branch, Seq):
            found.extend(item for item in flat(branch.items) if item is not None)
        elif branch is not None:
            found.append(branch)
    return found


def values_at(node: Node | None, path: list[str]) -> list[Node]:
    """The values at *path* below *node*, through lists and alternatives."""
    if not path:
        return [] if node is None else [node]
    found: list[Node] = []
    for item in members(node):
        if isinstance(item, Map):
            inner = item.get(path[0])
            if inner is not None:
                found.extend(values_at(inner, path[1:]))
    return found
