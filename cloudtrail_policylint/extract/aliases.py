"""Parts of a tree that are there more than once: aliases and merge keys of YAML."""

from __future__ import annotations

from ..tree.nodes import Map, Text, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.nodes import Node


def repeated(root: Node) -> list[Text]:
    """The strings below *root* that are there more than once."""
    again: list[Node] = []
    _visit(root, set(), again)
    found: list[Text] = []
    seen: set[int] = set()
    for node in again:
        found += _visit(node, seen, [])
    return found


def _visit(root: Node, seen: set[int], again: list[Node]) -> list[Text]:
    """The strings below *root*, without nodes in *seen*, which are added to *again*."""
    found: list[Text] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            again.append(node)
            continue
        seen.add(id(node))
        if isinstance(node, Text):
            found.append(node)
        if isinstance(node, Map):
            stack.extend(entry.key for entry in node.entries)
        stack.extend(children(node))
    return found
