"""Plain values out of a tree, for files that are ours: rules and settings."""

from __future__ import annotations

from .nodes import Encoded, Hole, Map, Scalar, Seq, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .nodes import Node
    from .source import Span


def plain(node: Node | None) -> Any:
    """*node* as dictionaries, lists, strings, numbers, truth values and None."""
    if isinstance(node, Map):
        return {entry.key.written: plain(entry.value) for entry in node.entries}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    if isinstance(node, Text | Hole):
        return node.written
    if isinstance(node, Scalar):
        return node.value
    return plain(node.content) if isinstance(node, Encoded) else None


def place_of(node: Node, path: Iterable[str | int], *, key: bool = False) -> Span:
    """Where the value that *path* leads to is written, or as far as it leads; *key*: its key."""
    span = node.span
    for step in path:
        if isinstance(node, Map) and isinstance(step, str):
            entry = node.entry(step)
            if entry is None:
                break
            node, span = entry.value, entry.key.span if key else entry.value.span
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            span = node.span
        else:
            break
    return span


def repeated_key(node: Node) -> Text | None:
    """The first key that stands twice in one map."""
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, Map):
            seen: set[str] = set()
            for entry in at.entries:
                if entry.key.written in seen:
                    return entry.key
                seen.add(entry.key.written)
            stack.extend(entry.value for entry in reversed(at.entries))
        elif isinstance(at, Seq):
            stack.extend(reversed(at.items))
    return None
