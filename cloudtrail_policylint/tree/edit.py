"""Edits: what is to be written in a file in place of what stands there.

An edit is about one text of the tree, and is as small as it can be: of a
string only what differs is replaced, so that quotes, escapes and whatever
else spells the rest stay as they are. Nothing here knows a file format: how
the new text is spelt at its place is for ``fixes`` to find out.
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
"""What stands for a hole in the text that an edit is worked out on."""


@record
class Edit:
    """Replace what stands at ``span`` by ``text``, as the string there means it (not yet escaped).

    ``target`` is the string that the edit is about and ``wanted`` what it is
    to be, holes as they are written. Without a target ``text`` stands for
    itself: the edit takes away the entry at ``gone``, and all strings in it,
    or is about a comment. ``safe``: nothing changes but what is certainly
    wrong. ``says`` what it does, in a few words.
    """

    span: Span
    text: str
    safe: bool
    says: str
    target: Text | None = None
    wanted: str = ""
    gone: Span | None = None


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


def removing(entry: Entry, *, safe: bool, says: str) -> Edit | None:
    """The edit that takes *entry*, which is not the only one, out of its map; None where it is not written as one.

    With it goes the comma behind it, or before it where it is the last, or
    its lines where there is none.
    """
    source, start, end = entry.key.span.source, entry.key.span.start, entry.value.span.end
    text = source.text
    if entry.value.span.source is not source:
        return None
    gone = Span(source, start, end)
    if text[entry.key.span.end : entry.value.span.start].strip() not in (":", "="):
        found = _block_around(text, start, end)
        if found is None:
            return None
        named = start == found[0]  # all conditions go, with what they are called
        start, end = found
        gone = Span(source, start if named else start + len("condition"), end)
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
    return Edit(Span(source, start, end), "", safe, says, gone=gone)


def _block_around(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the ``condition`` block of an ``aws_iam_policy_document`` stands that *start* and *end* are in."""
    named = text.startswith("condition", start)
    begin = start if named else text.rfind("condition", 0, start)
    closing = text.find("}", end)
    inside = text[begin + len("condition") : closing]
    if begin < 0 or closing < 0 or not inside.lstrip().startswith("{") or inside.count("{") != 1:
        return None
    return begin, closing + 1


def _rest_of_line(text: str, at: int) -> int:
    """Where the line that *at* stands in ends, its end included."""
    return text.find("\n", at) + 1 or len(text)


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
    return piece.span.text


def _is_exact(piece: Piece) -> bool:
    return _written(piece) == piece.text


def _is_escape(piece: Piece) -> bool:
    return _written(piece).startswith(ESCAPES)
