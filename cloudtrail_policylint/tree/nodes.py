"""The tree that every reader and evaluator builds: values that know where they were written.

A string may be known in part: a ``Text`` is a sequence of pieces of text and
holes. A whole value may be unknown (a ``Hole`` in the place of a node) or may
be one of several written ones (a ``Choice``). Nothing here knows a file
format, nor what a policy is.
"""

from __future__ import annotations

from ..base.record import record
from .source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ANY = "any"
"""A hole that may be any text, of any length, wildcards and colons included."""
FIELD = "field"
"""A hole that is one field of an ARN: no colon and no wildcard in it (a region, a name)."""
NAME = "name"
"""A hole that is one segment of a path: neither a colon nor a slash nor a wildcard in it (a bucket)."""
ACCOUNT = "account"
"""A hole that is an AWS account id: twelve digits."""

_SHAPES = (ANY, FIELD, NAME, ACCOUNT)
_NEVER = {ANY: "", FIELD: ":*?", NAME: ":*?/"}


def widest(shapes: Iterable[str]) -> str:
    """What is known of a value that has one of *shapes*; each of them allows less than the one before."""
    return min(shapes, key=_SHAPES.index, default=ANY)


def allows(shape: str, character: str) -> bool:
    """Whether a hole of *shape* may hold *character*."""
    return character.isdigit() if shape == ACCOUNT else character not in _NEVER[shape]


def shape_of(values: Iterable[str]) -> str:
    """The shape that a value has which is one of *values*."""
    values = list(values)
    if values and all(len(v) == 12 and v.isascii() and v.isdigit() for v in values):
        return ACCOUNT
    return next(s for s in (NAME, FIELD, ANY) if all(allows(s, c) for v in values for c in v))


@record
class Hole:
    """What cannot be known from the files in view.

    ``written`` is the reference as a reader would recognise it
    (``${var.region}``). ``values`` are all the strings that it may turn out to
    be, where they are known; ``shape`` is one of ``ANY``, ``FIELD``, ``NAME``
    and ``ACCOUNT``. ``content`` is for a string that is not known as text but is
    known to spell this value as JSON (``${jsonencode(local.actions)}``): a
    reader of JSON that meets the hole where a value stands takes it.
    """

    written: str
    span: Span
    shape: str = ANY
    values: tuple[str, ...] | None = None
    content: Node | None = None


@record
class Piece:
    """A stretch of decoded text and the stretch of the file that spells it.

    Where both are equally long they correspond character by character;
    otherwise (an escape such as ``\\u0041``) they correspond as a whole.
    """

    text: str
    span: Span


@record
class Text:
    """A string. ``span`` covers the literal as written, quotes included."""

    parts: tuple[Piece | Hole, ...]
    span: Span

    @property
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

    @property
    def known(self) -> object:
        """All that a judgement of the text rests on: equal for texts of which the same is known."""
        literal = self.literal
        if literal is not None:
            return literal
        parts = self.parts
        return tuple([p.text if isinstance(p, Piece) else (p.shape, p.values) for p in parts])


@record
class Scalar:
    """A number, a truth value or null. ``written`` is its spelling in the file."""

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
    """Keys and values in the order of the file; a key written twice is there twice."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """The value of the last entry whose key is literally *name* (the last one wins), or None."""
        for entry in reversed(self.entries):
            if entry.key.literal == name:
                return entry.value
        return None

    def entry(self, name: str) -> Entry | None:
        """The last entry whose key is literally *name*, or None."""
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
    """A value that is one of several written ones (``Fn::If``, ``a ? b : c``).

    Each branch is judged and reported where it is written. A branch of None
    is one that leaves the value out (``AWS::NoValue``, ``null``).
    """

    branches: tuple[Node | None, ...]
    span: Span


@record
class Encoded:
    """A string that holds *content* as JSON (``jsonencode()``, ``Fn::ToJsonString``)."""

    content: Node
    span: Span


Node = Map | Seq | Text | Scalar | Hole | Choice | Encoded


def narrowed(hole: Hole, shape: str) -> Hole:
    """*hole*, where the place that it is used in allows no more than *shape*."""
    if _SHAPES.index(hole.shape) >= _SHAPES.index(shape):
        return hole
    return Hole(hole.written, hole.span, shape, hole.values, hole.content)


def as_text(node: Node) -> Text | None:
    """*node* as a string: a text, a hole standing for one, or None for anything else."""
    if isinstance(node, Text):
        return node
    if isinstance(node, Hole):
        return Text((node,), node.span)
    return None


def branches(node: Node | None) -> Iterator[Node]:
    """The written alternatives of *node*, nested choices flattened; left-out branches are skipped."""
    if isinstance(node, Choice):
        for branch in node.branches:
            yield from branches(branch)
    elif node is not None:
        yield node


def children(node: Node) -> Sequence[Node]:
    """The values that *node* is made of, in the order of the file; keys of a map are none of them."""
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
    """*node* and all values below it, in the order of the file; one that stands in several places comes once."""
    stack = [node]
    seen: set[int] = set()
    while stack:
        at = stack.pop()
        if id(at) not in seen:
            seen.add(id(at))
            yield at
            stack.extend(reversed(children(at)))


def cut(piece: Piece, start: int, end: int) -> Piece:
    """The characters ``[start, end)`` of *piece* with their place, as exact as it is known."""
    span = piece.span
    if span.end - span.start == len(piece.text):
        span = Span(span.source, span.start + start, span.start + end)
    return Piece(piece.text[start:end], span)
