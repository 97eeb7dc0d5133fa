"""Edits: replacements of text in a file.

An edit is as small as possible: only the part of a string that changes is
replaced, so that quotes and escapes around it stay as they are. Nothing here
depends on a file format: ``fix`` finds out how to escape the new text.
"""

from __future__ import annotations

import os
from itertools import pairwise

from ..base.formats import ESCAPES
from ..base.record import record
from .nodes import Entry, Hole, Piece, Text
from .source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HOLE = "\ue000"
"""Represents a hole in the text that an edit is computed from."""


@record
class Edit:
    """Replace the text at ``span`` by ``text``, which is not yet escaped.

    ``safe``: the edit changes only what is certainly wrong. ``says`` is a short
    description. An edit of a string has the string as ``target`` and its whole new
    text, with holes as they are written, as ``new_text``. An edit that removes
    an entry of a map, and all strings in it, has the range of the entry as
    ``removed``. An edit with neither is about a comment, or with ``code`` about what is no
    part of a policy. ``statement`` is the
    number of the policy that the edit is for, and the id of the statement's node.
    """

    span: Span
    text: str
    safe: bool
    says: str
    target: Text | None = None
    new_text: str = ""
    removed: Span | None = None
    statement: tuple[int, int] | None = None
    code: bool = False


def joined(text: Text) -> str:
    """*text* with ``HOLE`` in place of each hole."""
    return "".join(part.text if isinstance(part, Piece) else HOLE for part in text.parts)


def rewriting(target: Text, new: str, *, says: str) -> Edit | None:
    """The edit, not called safe, that changes *target*, as returned by ``joined``, to *new*.

    None if nothing changes, if a hole would change, and if the text is not
    written in a file (it was computed).
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
    located = _located(target.parts, start, end)
    if located is None:
        return None
    span, before, after = located
    new_text = new
    for hole in holes:
        new_text = new_text.replace(HOLE, hole.written, 1)
    return Edit(span, before + replacement + after, False, says, target, new_text)


def removing(entry: Entry, *, says: str) -> Edit | None:
    """The edit, not called safe, that removes *entry*, which is not the only one, from its map.

    The comma after it is removed too, or the one before the last entry; without
    commas, whole lines are removed. None if *entry* is not written as an entry.
    """
    source, start, end = entry.key.span.source, entry.key.span.start, entry.value.span.end
    text = source.text
    if entry.value.span.source is not source:
        return None
    removed = Span(source, start, end)
    if text[entry.key.span.end : entry.value.span.start].strip() not in (":", "="):
        found = _block_around(text, start, end)
        if found is None:
            return None
        named = start == found[0]  # the entry is the whole block
        start, end = found
        removed = Span(source, start if named else start + len("condition"), end)
    line, rest = text[:start].rfind("\n") + 1, _rest_of_line(text, end)
    alone = not text[line:start].strip()
    following = text[end:].lstrip()
    if following.startswith(","):
        end = len(text) - len(following) + 1
        if alone and not text[end : _rest_of_line(text, end)].strip():
            start, end = line, _rest_of_line(text, end)
        else:
            end += len(text[end:]) - len(text[end:].lstrip(" \t"))
    elif text[:start].rstrip().endswith(","):
        start = len(text[:start].rstrip()) - 1
    elif alone and text[end:rest].strip()[:1] in ("", "#", "/"):
        start, end = line, rest
    else:
        return None
    return Edit(Span(source, start, end), "", False, says, removed=removed)


def _block_around(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range of the ``condition`` block around ``[start, end)`` in Terraform, or None."""
    named = text.startswith("condition", start)
    begin = start if named else text.rfind("condition", 0, start)
    closing = text.find("}", end)
    inside = text[begin + len("condition") : closing]
    if begin < 0 or closing < 0 or not inside.lstrip().startswith("{") or inside.count("{") != 1:
        return None
    return begin, closing + 1


def _rest_of_line(text: str, at: int) -> int:
    """The end of the line at *at*, its line end included."""
    return text.find("\n", at) + 1 or len(text)


def _located(parts: Sequence[Piece | Hole], start: int, end: int) -> tuple[Span, str, str] | None:
    """The place of ``[start, end)`` of the text made of *parts*, and text to keep before and after.

    An escape can only be replaced as a whole; text in it outside of the range
    must then be written again.
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
    return piece.span.text


def _is_exact(piece: Piece) -> bool:
    return _written(piece) == piece.text


def _is_escape(piece: Piece) -> bool:
    return _written(piece).startswith(ESCAPES)
