"""What an HCL file says: blocks, attributes and expressions, each with its place.

The names are those of the HCL native syntax specification
(github.com/hashicorp/hcl, hclsyntax/spec.md). ``readers/hcl/reader.py`` builds these
from the parser's tree; whatever evaluates them needs no parser.
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
"""The name that stands in a splat's body for the element at hand; no identifier looks like it."""


@record
class Constant:
    """A literal: a number, a truth value, null, or a string without interpolation."""

    node: Text | Scalar
    span: Span


@record
class Interpolation:
    """``${expression}`` in a template; the span covers the braces."""

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
    """``%{ for key, value in collection }body%{ endfor }``; an absent key is an empty name."""

    key: str
    value: str
    collection: Expression
    body: tuple[Part, ...]
    span: Span


@record
class Template:
    """A quoted string or heredoc with something to fill in; the span covers quotes or markers."""

    parts: tuple[Part, ...]
    span: Span


@record
class TupleExpression:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    span: Span


@record
class ObjectExpression:
    """``{key = value}``; a bare word as a key is a ``Constant``."""

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
    """``of[key]``, and the older ``of.0``."""

    of: Expression
    key: Expression
    span: Span


@record
class Splat:
    """``of[*].x`` and ``of.*.x``: *body* for each element, which it calls ``ELEMENT``."""

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
    """``a + b`` and its like."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@record
class Call:
    """``name(arguments)``; with *expands*, the last argument is written ``list...``."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool
    span: Span


@record
class Unreadable:
    """Where an expression should be and none can be read (a syntax error, or nesting without end)."""

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
    """The word that *expression* is where a word is meant as such, quoted or not; empty for anything else."""
    if isinstance(expression, Name):
        return expression.name
    node = expression.node if isinstance(expression, Constant) else None
    return node.written if isinstance(node, Text) else ""


def encoded(text: str) -> bytes:
    """*text* as the parser gets it; half a surrogate pair, which UTF-8 does not have, is let through."""
    return text.encode("utf-8", "surrogatepass")


class Places:
    """From the byte offsets of one parse to the characters of the file.

    *shift* is how many bytes stand in the parsed text before the first one
    that is the file's character *base*.
    """

    __slots__ = ("_base", "_ends", "_excess", "_limit", "shift", "source")

    def __init__(self, source: SourceFile, text: str, *, base: int = 0, shift: int = 0) -> None:
        self.source = source
        self._base = base
        self._limit = len(source.text)
        self.shift = shift
        self._ends: list[int] = []  # the byte behind each run of characters longer than a byte
        self._excess: list[int] = []  # how many bytes there are up to there above one a character
        if not text.isascii():
            excess = 0
            for run in re.finditer(r"[^\x00-\x7f]", text):
                excess += len(encoded(run.group())) - 1
                self._ends.append(run.end() + excess)
                self._excess.append(excess)

    def offset(self, byte: int) -> int:
        """The character of the file at *byte* of the parsed text."""
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
        """The characters that the bytes ``[start, end)`` spell."""
        return Span(self.source, self.offset(start), self.offset(end))

    def of(self, node: Node) -> Span:
        """The characters of *node*."""
        return Span(self.source, self.offset(node.start_byte), self.offset(node.end_byte))

    def text(self, node: Node) -> str:
        """What stands in the file at *node*."""
        return self.source.text[self.offset(node.start_byte) : self.offset(node.end_byte)]
