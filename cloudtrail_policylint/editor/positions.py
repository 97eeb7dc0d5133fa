"""Offsets in a text as positions of the protocol, and back.

A position is a line and a number of code units, both from 0. Source: Language
Server Protocol 3.17, "Position".
"""

from __future__ import annotations

from lsprotocol.types import Position, PositionEncodingKind, Range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import SourceFile, Span

UTF8, UTF16 = PositionEncodingKind.Utf8, PositionEncodingKind.Utf16


class Positions:
    """Converts with the *encoding* that client and server agreed on."""

    def __init__(self, encoding: PositionEncodingKind | str = UTF16) -> None:
        self._encoding = encoding

    def range_of(self, span: Span) -> Range:
        """The range of *span*."""
        return Range(
            self.position_of(span.source, span.start), self.position_of(span.source, span.end)
        )

    def position_of(self, source: SourceFile, offset: int) -> Position:
        """The position of *offset* in *source*."""
        line, column = source.position(offset)
        return Position(line - 1, self._units(source.text[offset - column + 1 : offset]))

    def offset_of(self, source: SourceFile, position: Position) -> int:
        """The offset of *position*; one after the end of a line or of the text is that end."""
        lines = source.position(len(source.text))[0]
        if position.line >= lines:
            return len(source.text)
        start, text = source.line_start(position.line + 1), source.line(position.line + 1)
        if text.isascii():
            return start + min(position.character, len(text))
        units = 0
        for column, char in enumerate(text):
            if units >= position.character:
                return start + column
            units += self._units(char)
        return start + len(text)

    def _units(self, text: str) -> int:
        if text.isascii():
            return len(text)
        if self._encoding == UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        if self._encoding == UTF16:
            return len(text) + sum(char > "\uffff" for char in text)
        return len(text)
