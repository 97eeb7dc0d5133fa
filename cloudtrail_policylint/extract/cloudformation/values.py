"""Helpers for values of the tree, as CloudFormation treats them."""

from __future__ import annotations

from ...tree.nodes import Choice, Hole, Node, Piece, Seq, Text, allows, branches, cut
from ...tree.source import Span
from ..values import Part, parts_of

MAX_PARTS = 1_000
MAX_LENGTH = 200_000
"""Parts and characters of one string; a larger string is unknown."""


def joined(parts: list[Part], span: Span, written: str) -> Text:
    """The string made of *parts*; unknown if it is too long."""
    length = sum(len(part.text) for part in parts if isinstance(part, Piece))
    if len(parts) > MAX_PARTS or length > MAX_LENGTH:
        return Text((Hole(written, span),), span)
    return Text(tuple(parts) or (Piece("", span),), span)


def spliced(node: Node | None, span: Span, written: str) -> tuple[Part, ...]:
    """*node* as part of a longer string; *written* and *span* are those of the reference to it."""
    parts = parts_of(node, span, written)
    return (Hole(written, span),) if parts is None else parts


def split(text: Text, delimiter: str) -> list[Text] | None:
    """*text* split at every *delimiter*; None if an unknown part may have one, too."""
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
    """*text* without white space at its ends."""
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
    """Whether *node* has exactly the items that are written."""
    return not any(isinstance(item, Hole | Choice) for item in node.items)


def members(node: Node | None) -> list[Node]:
    """The alternatives of *node*, and the items of those that are lists."""
    found: list[Node] = []
    for branch in branches(node):
        if isinstance(branch, Seq):
            found.extend(one for item in branch.items for one in branches(item))
        else:
            found.append(branch)
    return found
