"""The source line of a finding with carets below it, cut to the width of the terminal."""

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
    """The first line of *span*, and below it the margin and the carets; nothing for an empty line.

    Lines have at most *width* columns, unless that is too few to show anything.
    """
    number, column = span.source.position(span.start)
    text = span.source.line(number)
    if not text.strip():
        return
    room = max(_NARROWEST, width - _MARGIN)
    # Only what can be shown is looked at: the line may be all of a large file.
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
    """Each character of *text* as it is shown, with the number of columns it takes."""
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
    """The number of leading *cells* that fit into *room* columns."""
    for number, (_, width) in enumerate(cells):
        room -= width
        if room < 0:
            return number
    return len(cells)
