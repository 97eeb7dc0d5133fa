"""The line that a finding is on, with carets below it, in as many columns as there are."""

from __future__ import annotations

from .printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..tree.source import Span

_MARGIN = 9
_NARROWEST = 20
_TAB = "    "


def excerpt(span: Span, width: int) -> Iterator[tuple[str, str, str]]:
    """The first line of *span*, the margin below it and the carets there; nothing for an empty line.

    Nothing is wider than *width* columns, where that is enough for anything.
    """
    number, column = span.source.position(span.start)
    text = span.source.line(number)
    if not text.strip():
        return
    room = max(_NARROWEST, width - _MARGIN)
    # Never more of the line than can be shown: it may be all of a large file.
    cut = max(0, column - 1 - room)
    before = _cells(text[cut : column - 1])
    after = _cells(text[column - 1 : column - 1 + room])
    marked = max(1, span.end - span.start)
    left = _fitting(before[::-1], room // 2 if _wide(before) + _wide(after) > room else room)
    before = before[len(before) - left :]
    after = after[: _fitting(after, room - _wide(before))]
    carets = max(1, _wide(after[:marked]))
    shown = "".join(cell for cell, _ in (*before, *after))
    yield f"{number:>6} | {shown}", f"{' ' * 6} | {' ' * _wide(before)}", "^" * carets


def _cells(text: str) -> list[tuple[str, int]]:
    """What is shown of each character of *text*, and how many columns it takes."""
    if text.isascii():
        shown = [_TAB if char == "\t" else printable(char) for char in text]
        return [(cell, len(cell)) for cell in shown]
    from unicodedata import combining, east_asian_width

    cells = []
    for char in text:
        cell = _TAB if char == "\t" else printable(char)
        if len(cell) > 1:
            wide = len(cell)
        elif combining(char):
            wide = 0
        else:
            wide = 2 if east_asian_width(char) in "WF" else 1
        cells.append((cell, wide))
    return cells


def _wide(cells: Sequence[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)


def _fitting(cells: Sequence[tuple[str, int]], room: int) -> int:
    """How many of the first *cells* fit into *room* columns."""
    for number, (_, width) in enumerate(cells):
        room -= width
        if room < 0:
            return number
    return len(cells)
