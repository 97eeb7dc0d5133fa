"""Terraform's JSON syntax, read into the same blocks and expressions as its native syntax.

Sources: developer.hashicorp.com/terraform/language/syntax/json ("JSON File
Structure", "Expression Mapping", "Block-type-specific Exceptions") and the HCL
JSON syntax specification (github.com/hashicorp/hcl, json/spec.md).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial

from ...tree.nodes import Map, Node, Piece, Scalar, Seq, Text
from ...tree.source import SourceFile, Span
from ..json.reader import read_placed
from .file import Attribute, Block, HclFile
from .reader import MAX_DEPTH, read_template
from .syntax import Constant, ObjectExpression, Template, TupleExpression, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...tree.nodes import Entry
    from .file import Body
    from .syntax import Expression

COMMENT = "//"
"""The property that is a comment in an object that represents a block."""

_TOP_LEVEL = {
    "data": 2,
    "locals": 0,
    "module": 1,
    "output": 1,
    "provider": 1,
    "resource": 2,
    "terraform": 0,
    "variable": 1,
}
"""The top-level blocks that matter, and their numbers of labels."""
_NESTED = {"dynamic": 1, "provisioner": 1}
"""The nested blocks that have labels."""
_LITERAL = "variable"
"""The block whose strings are no templates: default and type are literal."""


def read(source: SourceFile) -> HclFile:
    """The configuration in *source*; in a broken file, what can be read."""
    reading = read_placed(source)
    blocks: list[Block] = []
    for entry in _properties(reading.root):
        type_ = entry.key.written
        if type_ in _TOP_LEVEL:
            blocks += _blocks(type_, entry.key.span, (), entry.value, _TOP_LEVEL[type_])
    comments = tuple(_comments(reading.root)) if "policylint:" in source.text else ()
    return HclFile(source, tuple(blocks), {}, reading.mistake, comments)


def read_definitions(source: SourceFile) -> HclFile:
    """The values of variables in *source*, a ``terraform.tfvars.json`` with literal strings."""
    reading = read_placed(source)
    attributes = {
        entry.key.written: _attribute(entry, literal=True) for entry in _properties(reading.root)
    }
    return HclFile(source, (), attributes, reading.mistake)


# -- blocks and attributes


def _properties(node: Node | None) -> Iterator[Entry]:
    """The properties of the body *node*: those of an object, or of several objects in a list."""
    for one in node.items if isinstance(node, Seq) else (node,):
        for entry in one.entries if isinstance(one, Map) else ():
            if entry.key.literal not in (None, COMMENT):
                yield entry


def _blocks(
    type_: str,
    type_span: Span,
    labels: tuple[str, ...],
    node: Node,
    missing: int,
    *,
    literal: bool = False,
) -> Iterator[Block]:
    """The blocks in *node*, which is below the properties for the type and *labels*.

    *missing* is the number of labels that follow.
    """
    literal = literal or type_ == _LITERAL
    if missing:
        for entry in _properties(node):
            named = (*labels, entry.key.written)
            yield from _blocks(
                type_, entry.key.span, named, entry.value, missing - 1, literal=literal
            )
    elif isinstance(node, Map):
        yield Block(type_, type_span, labels, node.span, partial(_body, node, literal=literal))
    elif isinstance(node, Seq):
        for item in node.items:
            start = Span(item.span.source, item.span.start, item.span.start + 1)
            if isinstance(item, Map):
                yield from _blocks(type_, start, labels, item, 0, literal=literal)


def _body(node: Map, *, literal: bool) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for entry in _properties(node):
        name = entry.key.written
        attributes[name] = _attribute(entry, literal=literal)
        if isinstance(entry.value, Map | Seq):
            missing = _NESTED.get(name, 0)
            blocks += _blocks(name, entry.key.span, (), entry.value, missing, literal=literal)
    return attributes, tuple(blocks)


def _attribute(entry: Entry, *, literal: bool) -> Attribute:
    key, value = entry.key.span, entry.value.span
    inner = Span(key.source, entry.key.parts[0].span.start, entry.key.parts[-1].span.end)
    whole = Span(key.source, key.start, max(key.end, value.end))
    read = partial(_expression, entry.value, literal=literal)
    return Attribute(entry.key.written, inner, whole, read)


def _comments(root: Node | None) -> Iterator[tuple[Text, Span]]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Seq):
            stack.extend(reversed(node.items))
        elif isinstance(node, Map):
            stack.extend(entry.value for entry in reversed(node.entries))
            for entry in node.entries:
                if entry.key.literal == COMMENT:
                    texts = entry.value.items if isinstance(entry.value, Seq) else (entry.value,)
                    yield from ((text, node.span) for text in texts if isinstance(text, Text))


# -- expressions


def _expression(node: Node, *, literal: bool, depth: int = 0) -> Expression:
    """The expression of the JSON value *node*; *literal*: its strings are no templates."""
    if isinstance(node, Scalar):
        return Constant(node, node.span)
    if isinstance(node, Text) and node.literal is not None:
        return Constant(node, node.span) if literal else _template(node, node.literal)
    if depth < MAX_DEPTH and isinstance(node, Seq):
        items = [_expression(item, literal=literal, depth=depth + 1) for item in node.items]
        return TupleExpression(tuple(items), node.span)
    if depth < MAX_DEPTH and isinstance(node, Map):
        entries = [
            (
                _expression(entry.key, literal=literal, depth=depth + 1),
                _expression(entry.value, literal=literal, depth=depth + 1),
            )
            for entry in node.entries
        ]
        return ObjectExpression(tuple(entries), node.span)
    return Unreadable(node.span)


def _template(text: Text, literal: str) -> Expression:
    """The template in the string *text*, whose value is *literal*."""
    if "${" not in literal and "%{" not in literal:
        return Constant(text, text.span)
    template = read_template(SourceFile(text.span.source.path, literal))
    if template is None:
        return Unreadable(text.span)
    parts = _Places(text).moved(template.parts)
    if all(isinstance(part, Piece) for part in parts):
        return Constant(Text(parts, text.span), text.span)
    return Template(parts, text.span)


class _Places:
    """Maps places in the string *text* to places in its file.

    The string was read as if it were a file; in the JSON file it has escapes, each
    of which is a piece of *text*.
    """

    def __init__(self, text: Text) -> None:
        self._source = text.span.source
        self._pieces = [part for part in text.parts if isinstance(part, Piece)]
        self._starts: list[int] = []
        length = 0
        for piece in self._pieces:
            self._starts.append(length)
            length += len(piece.text)

    def moved(self, value: Any) -> Any:
        """*value*, an expression or part of one, with the places of the file."""
        if isinstance(value, Span):
            return self._span(value)
        if isinstance(value, tuple):
            found: list[Any] = []
            for one in value:
                if isinstance(one, Piece):
                    found.extend(self._cut(one))
                else:
                    found.append(self.moved(one))
            return tuple(found)
        names = getattr(value, "__match_args__", None)
        return (
            value if names is None else type(value)(*[self.moved(getattr(value, n)) for n in names])
        )

    def _span(self, span: Span) -> Span:
        start, end = self._offset(span.start), self._offset(span.end - 1, last=True)
        return Span(self._source, start, end if span.end > span.start else start)

    def _offset(self, offset: int, *, last: bool = False) -> int:
        """The start in the file of the character *offset* of the string; *last*: its end."""
        index = max(bisect_right(self._starts, offset) - 1, 0)
        piece, span = self._pieces[index], self._pieces[index].span
        if len(piece.text) != span.end - span.start:  # an escape
            return span.end if last or offset > self._starts[index] else span.start
        return min(span.start + offset - self._starts[index] + last, span.end)

    def _cut(self, piece: Piece) -> Iterator[Piece]:
        """*piece* cut at escapes: one piece for each escape and for the text between them."""
        start, end = piece.span.start, piece.span.end
        if len(piece.text) != end - start:  # an escape of the template
            yield Piece(piece.text, self._span(piece.span))
            return
        at = start
        while at < end:
            index = bisect_right(self._starts, at) - 1
            known = self._pieces[index]
            stop = min(end, self._starts[index] + len(known.text))
            text = piece.text[at - start : stop - start]
            yield Piece(text, self._span(Span(piece.span.source, at, stop)))
            at = stop
