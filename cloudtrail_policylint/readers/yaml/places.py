"""The places of the parts of a YAML scalar whose text in the file differs from its value.

The value is always the one that libyaml decoded. The pieces are computed
separately and compared with it. If they differ (an unusual line end, an unknown
escape), the whole scalar is one piece: its place is less exact, its value right.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.nodes import Piece
from ...tree.source import SourceFile, Span

_BREAK = "(?:\r\n|[\n\r\x85])"
_FOLD = regex(f"[ \t]*(?:{_BREAK}[ \t]*)+")
_ONE_BREAK = regex(_BREAK)
_FLOW_TOKEN = {
    "": regex(f"(?P<fold>[ \t]*(?:{_BREAK}[ \t]*)+)|(?P<text>[^ \t\n\r\x85]+|[ \t]+)"),
    "'": regex(
        f"(?P<fold>[ \t]*(?:{_BREAK}[ \t]*)+)|(?P<escape>'')|(?P<text>[^ \t\n\r\x85']+|[ \t]+)"
    ),
    '"': regex(
        f"(?P<fold>[ \t]*(?:{_BREAK}[ \t]*)+)"
        rf"|(?P<escape>\\(?:x..|u....|U........|{_BREAK}[ \t]*|.))"
        "|(?P<text>[^ \t\n\r\x85\\\\]+|[ \t]+)"
    ),
}
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def flow_pieces(
    source: SourceFile, text: str, value: str, start: int, end: int, quote: str
) -> tuple[Piece, ...]:
    """The pieces of a plain (*quote* empty) or quoted scalar between ``[start, end)``."""
    pieces: list[Piece] = []
    begin = at = start  # of literal text that is not yet a piece

    def flush(upto: int) -> None:
        if begin < upto:
            pieces.append(Piece(text[begin:upto], Span(source, begin, upto)))

    token = _FLOW_TOKEN[quote]
    while at < end:
        match = token.match(text, at, end)
        if match is None:
            return (Piece(value, Span(source, start, end)),)
        at = match.end()
        if match.lastgroup == "text":
            continue
        flush(match.start())
        begin = at
        if match.lastgroup == "escape":
            decoded = _unescape(match.group())
        else:
            breaks = len(_ONE_BREAK.findall(match.group()))
            decoded = " " if breaks == 1 else "\n" * (breaks - 1)
        if decoded:
            pieces.append(Piece(decoded, Span(source, match.start(), at)))
    flush(end)
    return _checked(pieces, value, Span(source, start, end))


def _unescape(written: str) -> str:
    if written == "''":
        return "'"
    kind = written[1]
    if kind in "xuU" and len(written) > 2:
        try:
            return chr(int(written[2:], 16))
        except (ValueError, OverflowError):
            return written
    return "" if kind in "\n\r\x85" else _ESCAPES.get(kind, kind)


def block_pieces(
    source: SourceFile, text: str, value: str, start: int, end: int
) -> tuple[tuple[Piece, ...], int]:
    """The pieces of a block scalar, one or two per line, and the end of its last line."""
    folded = text[start : start + 1] == ">"
    lines = _lines(text, start, end)[1:]
    while lines and not text[lines[-1][0] : lines[-1][1]].strip(" \t"):
        lines.pop()
    whole = Span(source, start, max(lines[-1][1] if lines else start + 1, start))
    if not lines:
        return _checked([], value, whole), whole.end
    indent = _indent(text, value, lines)
    pieces: list[Piece] = []
    at = 0  # in the value
    previous, more_before, gap_start, breaks = "", False, lines[0][0], 0
    ended = lines[0][0]
    for first, last, behind in lines:
        begin = min(first + indent, last)
        content = text[begin:last]
        if content:
            more = content[0] in " \t"
            gap = "\n" * breaks
            if folded and previous and not more and not more_before:
                gap = " " if breaks == 1 else "\n" * (breaks - 1)
            if gap:
                pieces.append(Piece(gap, Span(source, gap_start, begin)))
            pieces.append(Piece(content, Span(source, begin, last)))
            at += len(gap) + len(content)
            previous, more_before, gap_start, breaks = content, more, last, 0
        breaks += 1
        ended = behind
    rest = value[at:]
    if rest and not rest.strip("\n"):
        pieces.append(Piece(rest, Span(source, gap_start, max(ended, gap_start))))
    return _checked(pieces, value, whole), whole.end


def _lines(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """For each line of ``[start, end)``: its start, the end of its content, the next start."""
    lines = []
    at = start
    for match in _ONE_BREAK.finditer(text, start, end):
        lines.append((at, match.start(), match.end()))
        at = match.end()
    if at < end:
        lines.append((at, end, end))
    return lines


def _indent(text: str, value: str, lines: list[tuple[int, int, int]]) -> int:
    """The number of columns of indentation, from the first line that is not blank."""
    for first, last, _ in lines:
        written = text[first:last].lstrip(" ")
        if written:
            spaces = last - first - len(written)
            kept = value.lstrip("\n")
            # A first blank line that is longer than the indentation is content. That needs an
            # explicit indentation; this estimate is then wrong, and _checked() discards it.
            return spaces - (len(kept) - len(kept.lstrip(" ")))
    return 0


def _checked(pieces: list[Piece], value: str, whole: Span) -> tuple[Piece, ...]:
    if not pieces or "".join([piece.text for piece in pieces]) != value:
        return (Piece(value, whole),)
    return tuple(pieces)
