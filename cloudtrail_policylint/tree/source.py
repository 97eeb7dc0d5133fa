"""The text of a file, and ranges in it."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Place = tuple[int, int, int]
    """A range as a key: the identity of its source, start and end."""


class SourceFile:
    """The decoded text of one file.

    ``path`` is as the user wrote it, with ``/`` as the separator. ``text`` is
    unchanged (line ends as they are) except for a byte order mark, which is left
    out; offset 0 is its first character.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of *offset*, both counted from 1, columns in characters.

        A line ends at a line feed, a carriage return and line feed, or a lone
        carriage return, as in an editor.
        """
        from bisect import bisect_right

        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line *number* (from 1) without its line end; empty after the last line."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def beginning(self, number: int, length: int) -> str:
        """The first *length* characters of line *number*, however long the line is."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        start = starts[number - 1]
        return self.text[start : start + length].partition("\n")[0].partition("\r")[0]

    def line_start(self, number: int) -> int:
        """The offset of the first character of line *number*, which the text has."""
        return self._line_starts()[number - 1]

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts, text = [0], self.text
            if "\r" not in text:
                at = text.find("\n")
                while at >= 0:
                    starts.append(at + 1)
                    at = text.find("\n", at + 1)
            else:
                for at, char in enumerate(text):
                    if char == "\n" or (char == "\r" and text[at + 1 : at + 2] != "\n"):
                        starts.append(at + 1)
            self._starts = starts
        return self._starts


@record
class Span:
    """The half-open range of characters ``[start, end)`` of one file."""

    source: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters of the range in the file."""
        return self.source.text[self.start : self.end]

    def place(self) -> str:
        """The start of the range: ``path:line:column``."""
        line, column = self.source.position(self.start)
        return f"{self.source.path}:{line}:{column}"

    def key(self) -> Place:
        """The range as a key for dictionaries, valid as long as its source exists."""
        return id(self.source), self.start, self.end

    def contains(self, other: Span) -> bool:
        """Whether *other* is in the same file and completely inside this range."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end


def first_line(span: Span) -> Span:
    """The first line of *span*."""
    text = span.text
    end = text.find("\n")
    if end < 0:
        return span
    return Span(span.source, span.start, span.start + len(text[:end].rstrip()))


def last_character(span: Span) -> Span:
    """The last character in *span* that is no blank."""
    end = span.start + len(span.text.rstrip())
    return Span(span.source, max(end - 1, span.start), max(end, span.start))


class Ranges:
    """Looks up the range around a place among *spans*, which nest but never partly overlap."""

    __slots__ = ("_by_source", "spans")

    def __init__(self, spans: Sequence[Span] = ()) -> None:
        self.spans = spans
        self._by_source: dict[int, tuple[list[int], list[int], list[int]]] = {}
        order = sorted(range(len(spans)), key=lambda i: (spans[i].start, -spans[i].end))
        open_: dict[int, list[int]] = {}  # ranges that the next one may be in, by index
        for index in order:
            span = spans[index]
            starts, indices, outer = self._by_source.setdefault(id(span.source), ([], [], []))
            around = open_.setdefault(id(span.source), [])
            while around and spans[indices[around[-1]]].end < span.end:
                around.pop()
            if around and spans[indices[around[-1]]] == span:
                continue
            outer.append(around[-1] if around else -1)
            around.append(len(starts))
            starts.append(span.start)
            indices.append(index)

    def around(self, span: Span) -> int | None:
        """The index in ``spans`` of the smallest range that contains *span*, or None."""
        from bisect import bisect_right

        if id(span.source) not in self._by_source:
            return None
        starts, indices, outer = self._by_source[id(span.source)]
        at = bisect_right(starts, span.start) - 1
        while at >= 0 and self.spans[indices[at]].end < span.end:
            at = outer[at]
        return indices[at] if at >= 0 else None


MAX_RELATED = 10
"""The most related places of a finding: hundreds of places may load a template."""


@record
class Related:
    """A place related to a finding or problem, with a short message (``loaded here``)."""

    span: Span
    message: str
