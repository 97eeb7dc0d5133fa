"""One file's text and the places in it."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Place = tuple[int, int, int]
    """A range as a key: the identity of its source, start and end."""


class SourceFile:
    """The decoded text of one file.

    ``path`` is as the user wrote it, with ``/`` between its parts; ``text`` is
    exactly what was decoded (line ends as they are, a byte order mark left
    out); ``offset`` 0 is its first character.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of *offset*, both counted from 1, columns in characters.

        Lines end where an editor ends them: at a line feed, a carriage return
        and line feed, or a lone carriage return.
        """
        from bisect import bisect_right

        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line *number* (from 1) without its line end; empty past the last one."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

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
        """The characters of the range, as they are in the file."""
        return self.source.text[self.start : self.end]

    def place(self) -> str:
        """Where the range begins: ``path:line:column``."""
        line, column = self.source.position(self.start)
        return f"{self.source.path}:{line}:{column}"

    def key(self) -> Place:
        """The range as a key of what is kept by place, for as long as its file is there."""
        return id(self.source), self.start, self.end

    def contains(self, other: Span) -> bool:
        """Whether *other* lies wholly in this range of the same file."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end


class Ranges:
    """*spans* of which none overlaps another but by lying in it, to be asked which one a place is in."""

    __slots__ = ("_by_source", "spans")

    def __init__(self, spans: Sequence[Span] = ()) -> None:
        self.spans = spans
        self._by_source: dict[int, tuple[list[int], list[int], list[int]]] = {}
        order = sorted(range(len(spans)), key=lambda i: (spans[i].start, -spans[i].end))
        open_: dict[int, list[int]] = {}  # in which the next one may lie, as places in their list
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
        """Which of ``spans``, by its number, is the smallest that contains *span*."""
        from bisect import bisect_right

        if id(span.source) not in self._by_source:
            return None
        starts, indices, outer = self._by_source[id(span.source)]
        at = bisect_right(starts, span.start) - 1
        while at >= 0 and self.spans[indices[at]].end < span.end:
            at = outer[at]
        return indices[at] if at >= 0 else None


MAX_RELATED = 10
"""Related places that are kept for one finding: a template may be loaded in hundreds."""


@record
class Related:
    """A place that has to do with what is said of another one, and in a few words how (``loaded here``)."""

    span: Span
    message: str
