"""Trees as plain Python values, for settings, rules and baselines."""

from __future__ import annotations

from .nodes import Encoded, Hole, Map, Scalar, Seq, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .nodes import Node
    from .source import Span


def plain(node: Node | None) -> Any:
    """*node* as dictionaries, lists, strings, numbers, booleans and None."""
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
    """The place of the value at *path*, or of the last one that exists; *key*: of its key."""
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
    """The first key that a map below *node* has twice, or None."""
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
