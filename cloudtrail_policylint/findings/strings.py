"""The strings of policies: a fix may change none but those it is meant to change."""

from __future__ import annotations

from ..base.record import record
from ..tree.nodes import Choice, Encoded, Hole, Map, Seq, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.written import Extraction
    from ..tree.nodes import Node


@record
class PolicyString:
    """One string of a policy: its place (offsets in characters) and its text."""

    path: str
    start: int
    end: int
    text: str


def strings_of(extraction: Extraction) -> Iterator[PolicyString]:
    """The strings of the policies and attachments in *extraction*."""
    for found in extraction.documents:
        yield from strings_in(found.node)
    for attachment in extraction.attachments:
        yield from strings_in(attachment.arn)


def strings_in(node: Node | None) -> Iterator[PolicyString]:
    """The strings of *node*, keys of maps included."""
    if isinstance(node, Text):
        first, last = (node.parts[0].span, node.parts[-1].span) if node.parts else (node.span,) * 2
        yield PolicyString(first.source.path, first.start, last.end, node.written)
    elif isinstance(node, Map):
        for entry in node.entries:
            yield from strings_in(entry.key)
            yield from strings_in(entry.value)
    elif isinstance(node, Seq):
        for item in node.items:
            yield from strings_in(item)
    elif isinstance(node, Choice):
        for branch in node.branches:
            yield from strings_in(branch)
    elif isinstance(node, Encoded | Hole):
        yield from strings_in(node.content)
