"""A Terraform file as blocks and attributes, whichever of its two syntaxes it is written in.

``readers/hcl/reader.py`` builds these from the native syntax, ``readers/json_syntax.py``
from the JSON syntax. What is inside is read when it is first asked for: most of
a module has nothing to do with policies.
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
    """``name = expression``; *read* gives the expression."""

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
        """The attribute as it is written."""
        return self.span.text


class Block:
    """``type "label" { ... }``; *read* gives the attributes and blocks inside.

    ``type_span`` is the word that says what it is, ``span`` the whole block. In
    the JSON syntax only a schema could tell an attribute whose value is an
    object from a block: such a property is both here.
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
        """The attributes by name; of a name written twice, which Terraform refuses, the last one."""
        return self._inside()[0]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks inside, in the order of the file."""
        return self._inside()[1]


@record
class HclFile:
    """The top-level blocks and attributes of one file, and the first thing in it that is not right.

    A ``Mistake``'s words follow "not valid HCL: ", or "not valid JSON: " for
    the JSON syntax. ``comments`` are what that one has in their place: the texts
    of ``//`` properties, each with the object that it is a property of.
    """

    source: SourceFile
    blocks: tuple[Block, ...]
    attributes: dict[str, Attribute]
    mistake: Mistake | None
    comments: tuple[tuple[Text, Span], ...] = ()
