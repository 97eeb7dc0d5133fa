"""The syntax tree of HCL expressions, with places.

The names are those of the HCL native syntax specification
(github.com/hashicorp/hcl, hclsyntax/spec.md). ``expressions`` builds these from
the parser's tree; their evaluation does not need the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from ...base.record import record
from ...tree.nodes import Piece, Scalar, Text
from ...tree.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

ELEMENT = "*"
"""The name of the current element in the body of a splat; not a valid identifier."""


@record
class Constant:
    """A literal: a number, a boolean, null, or a string without interpolation."""

    node: Text | Scalar
    span: Span


@record
class Interpolation:
    """``${expression}`` in a template; the span includes the braces."""

    expression: Expression
    span: Span


@record
class TemplateIf:
    """``%{ if condition }then%{ else }otherwise%{ endif }``."""

    condition: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]
    span: Span


@record
class TemplateFor:
    """``%{ for key, value in collection }body%{ endfor }``; ``key`` is empty without a key."""

    key: str
    value: str
    collection: Expression
    body: tuple[Part, ...]
    span: Span


@record
class Template:
    """A quoted string or heredoc with interpolations; the span includes quotes or markers."""

    parts: tuple[Part, ...]
    span: Span


@record
class TupleExpression:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    span: Span


@record
class ObjectExpression:
    """``{key = value}``; an identifier as a key is a ``Constant``."""

    entries: tuple[tuple[Expression, Expression], ...]
    span: Span


@record
class ForTuple:
    """``[for key, value in collection : body if condition]``."""

    key: str
    value: str
    collection: Expression
    body: Expression
    condition: Expression | None
    span: Span


@record
class ForObject:
    """``{for key, value in collection : name => body... if condition}``."""

    key: str
    value: str
    collection: Expression
    name: Expression
    body: Expression
    grouped: bool
    condition: Expression | None
    span: Span


@record
class Name:
    """The first word of a reference: ``var`` of ``var.region``."""

    name: str
    span: Span


@record
class GetAttr:
    """``of.name``."""

    of: Expression
    name: str
    span: Span


@record
class Index:
    """``of[key]``, or the legacy syntax ``of.0``."""

    of: Expression
    key: Expression
    span: Span


@record
class Splat:
    """``of[*].x`` and ``of.*.x``: ``body`` for each element, which has the name ``ELEMENT``."""

    of: Expression
    body: Expression
    span: Span


@record
class Conditional:
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span


@record
class Unary:
    """``-a`` and ``!a``."""

    operator: str
    operand: Expression
    span: Span


@record
class Binary:
    """``a + b`` and other binary operations."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@record
class Call:
    """``name(arguments)``; ``expands``: the last argument is written ``list...``."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool
    span: Span


@record
class Unreadable:
    """An expression that cannot be read: a syntax error, or nested too deeply."""

    span: Span


Step = GetAttr | Index | Splat
Part = Piece | Interpolation | TemplateIf | TemplateFor
Expression = (
    Constant
    | Template
    | TupleExpression
    | ObjectExpression
    | ForTuple
    | ForObject
    | Name
    | GetAttr
    | Index
    | Splat
    | Conditional
    | Unary
    | Binary
    | Call
    | Unreadable
)


def keyword(expression: Expression) -> str:
    """The identifier or string that *expression* is, where both mean a keyword; else empty."""
    if isinstance(expression, Name):
        return expression.name
    node = expression.node if isinstance(expression, Constant) else None
    return node.written if isinstance(node, Text) else ""


def encoded(text: str) -> bytes:
    """*text* as bytes for the parser; lone surrogates, which UTF-8 does not have, are kept."""
    return text.encode("utf-8", "surrogatepass")


class Places:
    """Converts byte offsets in a parsed text to places in the file.

    *base* is the offset of the text in the file, *shift* the number of bytes
    before it in what was parsed.
    """

    __slots__ = ("_base", "_ends", "_excess", "_limit", "shift", "source")

    def __init__(self, source: SourceFile, text: str, *, base: int = 0, shift: int = 0) -> None:
        self.source = source
        self._base = base
        self._limit = len(source.text)
        self.shift = shift
        self._ends: list[int] = []  # the byte after each character longer than a byte
        self._excess: list[int] = []  # how many more bytes than characters there are before it
        if not text.isascii():
            excess = 0
            for run in re.finditer(r"[^\x00-\x7f]", text):
                excess += len(encoded(run.group())) - 1
                self._ends.append(run.end() + excess)
                self._excess.append(excess)

    def offset(self, byte: int) -> int:
        """The offset in the file of *byte* of the parsed text."""
        byte -= self.shift
        if self._ends:
            index = bisect_right(self._ends, byte)
            if index:
                byte -= self._excess[index - 1]
        if byte <= 0:
            return self._base
        at = byte + self._base
        return at if at < self._limit else self._limit

    def span(self, start: int, end: int) -> Span:
        """The place of the bytes ``[start, end)``."""
        return Span(self.source, self.offset(start), self.offset(end))

    def of(self, node: Node) -> Span:
        """The place of *node*."""
        return Span(self.source, self.offset(node.start_byte), self.offset(node.end_byte))

    def text(self, node: Node) -> str:
        """The text of *node* in the file."""
        return self.source.text[self.offset(node.start_byte) : self.offset(node.end_byte)]
