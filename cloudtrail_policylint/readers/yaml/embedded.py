"""YAML inside another string: a template in a block scalar, or the text for ``yamldecode()``.

The string is read as if it were a file, and then every place is mapped to the
file that contains the string.
"""

from __future__ import annotations

from bisect import bisect_right

from ...base.lazy_regex import regex
from ...tree.nodes import Choice, Encoded, Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from ...tree.source import SourceFile, Span
from ..reading import Mistake, Reading
from .reader import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "\ue000"  # represents a hole in the text
_LINE_OF_A_HOLE = regex(rf"(?m)^[ \t]*{_MARK}[ \t\r]*$")


def read_embedded(text: Text) -> tuple[Reading, ...]:
    """The YAML documents in the string *text*, with places in the files of its parts.

    A hole is read as the text that is written: ``${AWS::Region}`` is a plain scalar.
    """
    places = _Places(text)
    source = SourceFile(text.span.source.path, text.written)
    readings = []
    for reading in read(source):
        root, mistake = reading.root, reading.mistake
        if mistake is not None:
            mistake = Mistake(mistake.message, places.span(mistake.span), mistake.limit)
        readings.append(Reading(places.moved(root) if root is not None else None, mistake))
    return tuple(readings)


def read_value(text: Text) -> Node | None:
    """The YAML value in the string *text*, with its holes.

    None if it is not one valid document, or if a hole is alone on a line, where
    it may be anything, several lines and other keys included.
    """
    if any(_MARK in part.text for part in text.parts if isinstance(part, Piece)):
        return None
    parts = [Piece(_MARK, p.span) if isinstance(p, Hole) else p for p in text.parts]
    places = _Places(Text(tuple(parts), text.span))
    places.holes = {
        start: part
        for start, part in zip(places.starts, text.parts, strict=True)
        if isinstance(part, Hole)
    }
    source = SourceFile(text.span.source.path, "".join(part.text for part in parts))
    if len(parts) > 1 and _LINE_OF_A_HOLE.search(source.text):
        return None
    readings = read(source)
    if len(readings) != 1 or readings[0].mistake is not None or readings[0].root is None:
        return None
    return places.moved(readings[0].root)


class _Places:
    """Maps places in a string to places in files, and marks in it to holes."""

    def __init__(self, text: Text) -> None:
        self.whole = text.span
        self.holes: dict[int, Hole] = {}
        self.starts: list[int] = []
        self.parts = text.parts
        self.cache: dict[int, Node] = {}
        at = 0
        for part in text.parts:
            self.starts.append(at)
            at += len(part.text if isinstance(part, Piece) else part.written)

    def span(self, span: Span) -> Span:
        """The place in the file of *span* in the string."""
        if not self.parts:
            return self.whole
        first = self._edge(span.start)
        last = self._edge(span.end - 1) if span.end > span.start else first
        end = last.end if span.end > span.start else first.start
        if last.source is not first.source or end < first.start:
            return first
        return Span(first.source, first.start, end)

    def _edge(self, offset: int) -> Span:
        """The place of the character at *offset*, or of its whole part if that is not exact."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        part, inside = self.parts[index], offset - self.starts[index]
        span = part.span
        if isinstance(part, Hole) or len(part.text) != span.end - span.start:
            return span
        at = min(span.start + inside, span.end)
        return Span(span.source, at, min(at + 1, span.end))

    def moved(self, node: Node) -> Node:
        """*node* with its places in the file; nodes shared by aliases stay shared."""
        cached = self.cache.get(id(node))
        if cached is None:
            cached = self.cache[id(node)] = self._moved(node)
        return cached

    def _moved(self, node: Node) -> Node:
        span = self.span(node.span)
        if isinstance(node, Text):
            found = self._text(node)
            only = found.parts[0] if len(found.parts) == 1 else None
            hole = self.holes.get(node.span.start)  # alone it may be a value of any type
            if hole is None or only is not hole:
                return found
            return hole.content if hole.content is not None else hole
        if isinstance(node, Map):
            entries = [Entry(self._text(e.key), self.moved(e.value)) for e in node.entries]
            return Map(tuple(entries), span)
        if isinstance(node, Seq):
            return Seq(tuple([self.moved(item) for item in node.items]), span)
        if isinstance(node, Scalar):
            return Scalar(node.value, node.written, span)
        assert not isinstance(node, Choice | Encoded), "no reader makes these"
        return Hole(node.written, span)

    def _text(self, text: Text) -> Text:
        parts: list[Piece | Hole] = []
        for part in text.parts:
            if isinstance(part, Hole):
                parts.append(Hole(part.written, self.span(part.span)))
            elif self.holes and _MARK in part.text:
                parts.extend(self._with_holes(part))
            else:
                parts.append(Piece(part.text, self.span(part.span)))
        return Text(tuple(parts), self.span(text.span))

    def _with_holes(self, piece: Piece) -> Iterator[Piece | Hole]:
        span = piece.span
        if len(piece.text) != span.end - span.start:  # it is not known which holes are in it
            yield Hole("${...}", self.span(span))
            return
        at = span.start
        for index, written in enumerate(piece.text.split(_MARK)):
            if index:
                yield self.holes[at]
                at += 1
            if written:
                yield Piece(written, self.span(Span(span.source, at, at + len(written))))
            at += len(written)
