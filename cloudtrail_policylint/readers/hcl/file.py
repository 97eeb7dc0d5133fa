"""A Terraform file as blocks and attributes, in either of its two syntaxes.

``reader`` builds these from the native syntax, ``json_syntax`` from the JSON
syntax. The contents of a block are only read when they are first used, because
most of a module has nothing to do with policies.
"""

from __future__ import annotations

from ...base.record import record
from ...tree.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...tree.nodes import Text
    from ..reading import Mistake
    from .syntax import Expression

    Body = tuple[dict[str, "Attribute"], tuple["Block", ...]]


class Attribute:
    """``name = expression``; *read* returns the expression."""

    __slots__ = ("_expression", "_read", "name", "name_span", "span")

    def __init__(
        self, name: str, name_span: Span, span: Span, read: Callable[[], Expression]
    ) -> None:
        self.name = name
        self.name_span = name_span
        self.span = span
        self._read: Callable[[], Expression] | None = read
        self._expression: Expression | None = None

    @property
    def expression(self) -> Expression:
        """The value."""
        if self._expression is None:
            assert self._read is not None
            self._expression, self._read = self._read(), None
        return self._expression

    @property
    def text(self) -> str:
        """The text of the attribute in the file."""
        return self.span.text


class Block:
    """``type "label" { ... }``; *read* returns the attributes and blocks inside.

    ``type_span`` is the place of the type, ``span`` the whole block. In the JSON
    syntax, blocks and attributes with an object as value look the same without a
    schema: such a property is both here.
    """

    __slots__ = ("_body", "_read", "labels", "span", "type", "type_span")

    def __init__(
        self,
        type_: str,
        type_span: Span,
        labels: tuple[str, ...],
        span: Span,
        read: Callable[[], Body],
    ) -> None:
        self.type = type_
        self.type_span = type_span
        self.labels = labels
        self.span = span
        self._read: Callable[[], Body] | None = read
        self._body: Body | None = None

    def _inside(self) -> Body:
        if self._body is None:
            assert self._read is not None
            self._body, self._read = self._read(), None
        return self._body

    @property
    def attributes(self) -> dict[str, Attribute]:
        """The attributes by name; the last one of a repeated name, which Terraform rejects."""
        return self._inside()[0]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks inside, in the order of the file."""
        return self._inside()[1]


@record
class HclFile:
    """The top-level blocks and attributes of one file, and its first syntax error.

    ``comments`` are those of the JSON syntax: the texts of ``//`` properties, each
    with the place of its object.
    """

    source: SourceFile
    blocks: tuple[Block, ...]
    attributes: dict[str, Attribute]
    mistake: Mistake | None
    comments: tuple[tuple[Text, Span], ...] = ()
