"""The variables of a Serverless Framework service: ``${self:custom.name}``.

They are not resolved: each is a hole. Source: Serverless Framework
documentation, "Variables".
"""

from __future__ import annotations

import re

from ..tree.nodes import (
    ACCOUNT,
    ANY,
    NAME,
    Choice,
    Encoded,
    Entry,
    Hole,
    Map,
    Node,
    Piece,
    Seq,
    Text,
    cut,
)

# A source, then a colon or arguments. ${AWS::Region} is CloudFormation's, ${aws:username} is IAM's.
_VARIABLE = r"\$\{(?!AWS::|aws:(?!accountId|region\b))(?:\w[\w-]*)(?::|\()"
_SHAPES = {"${aws:accountId}": ACCOUNT, "${aws:region}": NAME}


def is_service(root: Node) -> bool:
    """Whether *root* is a ``serverless.yml``: it names a service and its provider."""
    return (
        isinstance(root, Map)
        and root.entry("service") is not None
        and root.entry("provider") is not None
    )


def resources(root: Node) -> Node | None:
    """The CloudFormation template in the service *root*; its policies may refer to it."""
    return root.get("resources") if isinstance(root, Map) else None


def with_holes(root: Node) -> Node:
    """*root* with every variable of the framework as a hole; shared nodes stay shared."""
    return _Filler().node(root)


class _Filler:
    def __init__(self) -> None:
        self.known: dict[int, Node] = {}

    def node(self, node: Node) -> Node:
        if isinstance(node, Text):
            return _filled(node)
        if not isinstance(node, Map | Seq):
            assert not isinstance(node, Choice | Encoded), "no reader makes these"
            return node
        known = self.known.get(id(node))
        if known is None:
            if isinstance(node, Map):
                entries = [Entry(e.key, self.node(e.value)) for e in node.entries]
                known = Map(tuple(entries), node.span)
            else:
                known = Seq(tuple([self.node(item) for item in node.items]), node.span)
            self.known[id(node)] = known
        return known


def _filled(text: Text) -> Text:
    if "${" not in text.written:
        return text
    parts: list[Piece | Hole] = []
    for part in text.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        at, variable = 0, re.compile(_VARIABLE)
        while match := variable.search(part.text, at):
            end = _end(part.text, match.end())
            if at < match.start():
                parts.append(cut(part, at, match.start()))
            written = part.text[match.start() : end]
            span = cut(part, match.start(), end).span
            parts.append(Hole(written, span, _SHAPES.get(written, ANY)))
            at = end
        if at < len(part.text) or not part.text:
            parts.append(cut(part, at, len(part.text)))
    return Text(tuple(parts), text.span)


def _end(text: str, at: int) -> int:
    """The end of the braces that are open at *at*; the end of *text* if they are not closed."""
    depth = 1
    for brace in re.compile("[{}]").finditer(text, at):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return len(text)
