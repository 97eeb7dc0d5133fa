"""The tree that every reader and evaluator builds: values and where they were written.

A string may be known in part: a ``Text`` is a sequence of pieces (known text)
and holes (unknown text). A whole value may be unknown (a ``Hole`` as a node) or
one of several alternatives (a ``Choice``). Nothing here depends on a file format
or on policies.
"""

from __future__ import annotations

from ..base.record import cached, record
from .source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ANY = "any"
"""A hole that may be any text, of any length, wildcards and colons included."""
FIELD = "field"
"""A hole that is one field of an ARN: no colon and no wildcard in it (a region, a name)."""
NAME = "name"
"""A hole that is one segment of a path: no colon, slash or wildcard in it (a bucket)."""
ACCOUNT = "account"
"""A hole that is an AWS account id: twelve digits."""

_SHAPES = (ANY, FIELD, NAME, ACCOUNT)
_NEVER = {ANY: "", FIELD: ":*?", NAME: ":*?/"}


def widest(shapes: Iterable[str]) -> str:
    """The least restrictive of *shapes*: that of a value that has any of them."""
    return min(shapes, key=_SHAPES.index, default=ANY)


def allows(shape: str, character: str) -> bool:
    """Whether a hole of *shape* may hold *character*."""
    return character.isdigit() if shape == ACCOUNT else character not in _NEVER[shape]


def shape_of(values: Iterable[str]) -> str:
    """The most restrictive shape that allows all of *values*."""
    values = list(values)
    if values and all(len(v) == 12 and v.isascii() and v.isdigit() for v in values):
        return ACCOUNT
    return next(s for s in (NAME, FIELD, ANY) if all(allows(s, c) for v in values for c in v))


@record
class Hole:
    """An unknown value, or an unknown part of a string.

    ``written`` is the reference in the file (``${var.region}``). ``values`` are
    all strings that it can be, if they are known; ``shape`` is one of ``ANY``,
    ``FIELD``, ``NAME`` and ``ACCOUNT``. ``content`` is set if the text is unknown
    but is the JSON of a known value (``${jsonencode(local.actions)}``): the JSON
    reader then uses that value.
    """

    written: str
    span: Span
    shape: str = ANY
    values: tuple[str, ...] | None = None
    content: Node | None = None


@record
class Piece:
    """Decoded text and the range of the file that spells it.

    If both have the same length they correspond character by character; if not
    (an escape such as ``\\u0041``) they correspond as a whole.
    """

    text: str
    span: Span


@record
class Text:
    """A string. ``span`` covers the literal as written, quotes included."""

    parts: tuple[Piece | Hole, ...]
    span: Span

    @cached
    def literal(self) -> str | None:
        """The whole string, or None when a part of it is a hole."""
        parts = self.parts
        if len(parts) == 1:
            only = parts[0]
            return only.text if isinstance(only, Piece) else None
        for part in parts:
            if isinstance(part, Hole):
                return None
        return "".join([part.text for part in parts if isinstance(part, Piece)])

    @property
    def written(self) -> str:
        """The string with each hole as it was written."""
        parts = self.parts
        if len(parts) == 1:
            only = parts[0]
            return only.text if isinstance(only, Piece) else only.written
        return "".join([p.text if isinstance(p, Piece) else p.written for p in parts])

    @cached
    def known(self) -> object:
        """What is known of the text, as a cache key: equal texts give equal results."""
        literal = self.literal
        if literal is not None:
            return literal
        parts = self.parts
        return tuple([p.text if isinstance(p, Piece) else (p.shape, p.values) for p in parts])


@record
class Scalar:
    """A number, a boolean or null. ``written`` is its spelling in the file."""

    value: int | float | bool | None
    written: str
    span: Span


@record
class Entry:
    """One key of a map with its value."""

    key: Text
    value: Node


@record
class Map:
    """Keys and values in the order of the file; a repeated key has an entry each time."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """The value of the last entry with the literal key *name*, or None."""
        for entry in reversed(self.entries):
            if entry.key.literal == name:
                return entry.value
        return None

    def entry(self, name: str) -> Entry | None:
        """The last entry with the literal key *name*, or None."""
        for entry in reversed(self.entries):
            if entry.key.literal == name:
                return entry
        return None


@record
class Seq:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@record
class Choice:
    """A value that is one of several alternatives (``Fn::If``, ``a ? b : c``).

    Each branch is checked and reported where it is written. A branch of None
    leaves the value out (``AWS::NoValue``, ``null``). ``likely``: the first
    branch is the value where all variables have their defaults.
    """

    branches: tuple[Node | None, ...]
    span: Span
    likely: bool = False


@record
class Encoded:
    """A string that holds *content* as JSON (``jsonencode()``, ``Fn::ToJsonString``)."""

    content: Node
    span: Span


Node = Map | Seq | Text | Scalar | Hole | Choice | Encoded


def narrowed(hole: Hole, shape: str) -> Hole:
    """*hole* with a shape at least as restrictive as *shape*."""
    if _SHAPES.index(hole.shape) >= _SHAPES.index(shape):
        return hole
    return Hole(hole.written, hole.span, shape, hole.values, hole.content)


def as_text(node: Node) -> Text | None:
    """*node* as a string if it is a text or a hole, else None."""
    if isinstance(node, Text):
        return node
    if isinstance(node, Hole):
        return Text((node,), node.span)
    return None


def branches(node: Node | None) -> Iterator[Node]:
    """The alternatives of *node*, nested choices flattened, without branches of None."""
    if isinstance(node, Choice):
        for branch in node.branches:
            yield from branches(branch)
    elif node is not None:
        yield node


def children(node: Node) -> Sequence[Node]:
    """The values directly inside *node*, in the order of the file, without the keys of a map."""
    if isinstance(node, Map):
        return [entry.value for entry in node.entries]
    if isinstance(node, Seq):
        return node.items
    if isinstance(node, Choice):
        return [branch for branch in node.branches if branch is not None]
    if isinstance(node, Encoded):
        return (node.content,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """*node* and all values below it, each once, in the order of the file."""
    stack = [node]
    seen: set[int] = set()
    while stack:
        at = stack.pop()
        if id(at) not in seen:
            seen.add(id(at))
            yield at
            if not isinstance(at, Text):
                stack.extend(reversed(children(at)))


def cut(piece: Piece, start: int, end: int) -> Piece:
    """The characters ``[start, end)`` of *piece*, with their exact place if it is known."""
    span = piece.span
    if span.end - span.start == len(piece.text):
        span = Span(span.source, span.start + start, span.start + end)
    return Piece(piece.text[start:end], span)
