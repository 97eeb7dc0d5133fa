"""Edits: what is to be written in a file in place of what stands there.

An edit is about one text of the tree, and is as small as it can be: of a
string only what differs is replaced, so that quotes, escapes and whatever
else spells the rest stay as they are. Nothing here knows a file format: how
the new text is spelt at its place is for ``fixes`` to find out.
"""

from __future__ import annotations

import os
from itertools import pairwise

from .record import record
from .source import Span
from .tree import Hole, Piece, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HOLE = "\ue000"
"""What stands for a hole in the text that an edit is worked out on."""

_ESCAPES = ("\\", "$${", "%%{", "''", "${!")
"""What an escape begins with in JSON, HCL, YAML and ``Fn::Sub``."""


@record
class Edit:
    """Replace what stands at ``span`` by ``text``, as the string there means it (not yet escaped).

    ``target`` is the string that the edit is about and ``wanted`` what it is
    to be, holes as they are written. Without a target the edit is about a
    comment, and ``text`` stands for itself. ``safe``: nothing changes but what
    is certainly wrong. ``says`` what it does, in a few words.
    """

    span: Span
    text: str
    safe: bool
    says: str
    target: Text | None = None
    wanted: str = ""


def joined(text: Text) -> str:
    """*text* with ``HOLE`` in place of each hole."""
    return "".join(part.text if isinstance(part, Piece) else HOLE for part in text.parts)


def rewriting(target: Text, new: str, *, safe: bool, says: str) -> Edit | None:
    """The edit that makes *target* (as ``joined`` shows it) *new*.

    None where there is nothing to change, where a hole would have to go, and
    where the text is not written anywhere as it reads (it was computed).
    """
    old = joined(target)
    holes = [part for part in target.parts if isinstance(part, Hole)]
    if old == new or new.count(HOLE) != len(holes):
        return None
    start = len(os.path.commonprefix([old, new]))  # noqa: RUF071 - no paths
    same = len(os.path.commonprefix([old[start:][::-1], new[start:][::-1]]))  # noqa: RUF071
    end, replacement = len(old) - same, new[start : len(new) - same]
    if HOLE in old[start:end] or HOLE in replacement:
        return None
    placed = _placed(target.parts, start, end)
    if placed is None:
        return None
    span, before, after = placed
    wanted = new
    for hole in holes:
        wanted = wanted.replace(HOLE, hole.written, 1)
    return Edit(span, before + replacement + after, safe, says, target, wanted)


def _placed(parts: Sequence[Piece | Hole], start: int, end: int) -> tuple[Span, str, str] | None:
    """Where ``[start, end)`` of the text made of *parts* is written.

    An escape goes as a whole: then there is text before or after that goes
    with it and must be written again.
    """
    touched: list[tuple[int, Piece]] = []
    at = 0
    for part in parts:
        behind = at + (len(part.text) if isinstance(part, Piece) else 1)
        meets = at < end and start < behind if start < end else at <= start <= behind
        if meets and isinstance(part, Piece):
            touched.append((at, part))
        at = behind
    if start == end:
        touched = touched[:1]
    pieces = [piece for _, piece in touched]
    if not pieces or any(
        one.span.source is not other.span.source or one.span.end != other.span.start
        for one, other in pairwise(pieces)
    ):
        return None
    if not all(_is_exact(piece) or _is_escape(piece) for piece in pieces):
        return None
    (first_at, first), (last_at, last) = touched[0], touched[-1]
    begin, finish, before, after = first.span.start, last.span.end, "", ""
    if _is_exact(first):
        begin += start - first_at
    else:
        before = first.text[: start - first_at]
    if _is_exact(last):
        finish -= len(last.text) - (end - last_at)
    else:
        after = last.text[end - last_at :]
    return Span(first.span.source, begin, finish), before, after


def _written(piece: Piece) -> str:
    return piece.span.source.text[piece.span.start : piece.span.end]


def _is_exact(piece: Piece) -> bool:
    return _written(piece) == piece.text


def _is_escape(piece: Piece) -> bool:
    return _written(piece).startswith(_ESCAPES)
