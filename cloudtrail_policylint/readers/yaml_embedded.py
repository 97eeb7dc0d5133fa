"""YAML inside another string: a template in a block scalar or in a heredoc.

The string is read as if it were a file, and then every place is moved to where
the file spells it.
"""

from __future__ import annotations

from bisect import bisect_right

from ..source import SourceFile, Span
from ..tree import Choice, Encoded, Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from .reading import Mistake, Reading
from .yaml import read


def read_embedded(text: Text) -> tuple[Reading, ...]:
    """The YAML documents that the string *text* spells, with places in the files its parts come from.

    A hole is read as it is written: ``${AWS::Region}`` is a word like any other.
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


class _Places:
    """Where the characters of a string stand in the file."""

    def __init__(self, text: Text) -> None:
        self.whole = text.span
        self.starts: list[int] = []
        self.parts = text.parts
        self.known: dict[int, Node] = {}
        at = 0
        for part in text.parts:
            self.starts.append(at)
            at += len(part.text if isinstance(part, Piece) else part.written)

    def span(self, span: Span) -> Span:
        """The place in the file of *span*, which is one of the string."""
        if not self.parts:
            return self.whole
        first = self._edge(span.start)
        last = self._edge(span.end - 1) if span.end > span.start else first
        end = last.end if span.end > span.start else first.start
        if last.source is not first.source or end < first.start:
            return first
        return Span(first.source, first.start, end)

    def _edge(self, offset: int) -> Span:
        """The place of the one character at *offset*, or of the whole part where that is not known."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        part, inside = self.parts[index], offset - self.starts[index]
        span = part.span
        if isinstance(part, Hole) or len(part.text) != span.end - span.start:
            return span
        at = min(span.start + inside, span.end)
        return Span(span.source, at, min(at + 1, span.end))

    def moved(self, node: Node) -> Node:
        """*node* with its places in the file; what aliases share stays shared."""
        known = self.known.get(id(node))
        if known is None:
            known = self.known[id(node)] = self._moved(node)
        return known

    def _moved(self, node: Node) -> Node:
        span = self.span(node.span)
        if isinstance(node, Text):
            return self._text(node)
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
            span = self.span(part.span)
            if isinstance(part, Piece):
                parts.append(Piece(part.text, span))
            else:
                parts.append(Hole(part.written, span))
        return Text(tuple(parts), self.span(text.span))
