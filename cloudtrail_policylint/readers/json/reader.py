"""JSON with places: a whole file, or a policy inside another string.

``read_values`` uses the standard library, which is faster than any reader that
keeps places, for the first look at a file. ``read_placed`` is for files with
findings, and for JSON inside other strings. Both build the same tree, but all
spans of ``read_values`` are empty.

``read_placed`` also reads holes (``"${var.bucket}/*"``, ``"Action": ${...}``)
and continues after a syntax error, because a policy with a missing comma still
has statements worth checking.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from ...base.lazy_regex import regex
from ...tree.nodes import Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from ...tree.source import SourceFile, Span
from ..reading import MAX_DEPTH, Mistake, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def read_values(source: SourceFile) -> Node | None:
    """The tree of *source* without places, or None if it is not valid JSON.

    Also None for a file nested deeper than ``MAX_DEPTH``: ``read_placed`` then
    says where and why.
    """
    nowhere = Span(source, 0, 0)

    texts: dict[str, Text] = {}

    def text(value: str) -> Text:
        found = texts.get(value)
        if found is None:
            found = texts[value] = Text((Piece(value, nowhere),), nowhere)
        return found

    def convert(value: object, depth: int) -> Node:
        if isinstance(value, str):
            return text(value)
        if depth >= MAX_DEPTH and isinstance(value, _Pairs | list):
            raise RecursionError
        if isinstance(value, _Pairs):
            entries = tuple(Entry(text(k), convert(v, depth + 1)) for k, v in value.pairs)
            return Map(entries, nowhere)
        if isinstance(value, list):
            return Seq(tuple(convert(item, depth + 1) for item in value), nowhere)
        if isinstance(value, _Number):
            return _number(value.written, nowhere)
        assert value is None or isinstance(value, bool)
        return Scalar(value, json.dumps(value), nowhere)

    try:
        parsed = json.loads(
            source.text,
            object_pairs_hook=_Pairs,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse,
        )
        return convert(parsed, 0)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> object:
    """Reject ``NaN`` and ``Infinity``, which are not JSON but Python accepts."""
    raise ValueError(name)


class _Pairs:
    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs


class _Number:
    __slots__ = ("written",)

    def __init__(self, written: str) -> None:
        self.written = written


def read_placed(source: SourceFile) -> Reading:
    """The tree of the file *source*, with places."""
    whole = Span(source, 0, len(source.text))
    return read_embedded(Text((Piece(source.text, whole),), whole))


def read_embedded(text: Text) -> Reading:
    """The tree of the JSON in the string *text*, with places in the files of its parts."""
    return _Reader(text).read()


_SPACE = regex(r"[ \t\r\n]*")
_NO_SPACE = frozenset(':,"{}[]')  # nothing to skip before these
_WORD = regex(r"[^\s,:\[\]{}\"]+")
_STRING = regex(r'"([^"\\\x00-\x1f]*)"')
_ESCAPED = regex(r'"(?:[^"\\\x00-\x1f\ue000]++|\\["\\/bfnrt])*+"')
_PART = regex(r"[^\\]+|\\.")
_CHUNK = regex(r'[^"\\\x00-\x1f\ue000]+|\ue000')
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_COMMENT = regex(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_PLACEHOLDER = regex(
    r"\$\{(?:[^{}\n]|\{[^{}\n]*\})*\}|\{\{[^{}\n]*\}\}"
    r"|<%[^%\n]*%>|<[A-Za-z][^<>\"\n]*>|\.\.\.|\u2026"
)
_PLACEHOLDER_STARTS = ("${", "{{", "<", "...", "\u2026")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = regex(r"[0-9a-fA-F]{4}")
_HOLE = "\ue000"
"""Represents a hole in the joined text; its offset tells it from a real character U+E000."""


def _may_end_in_comma(hole: Hole) -> bool:
    """Whether *hole* may be values of a list and the comma that separates them from the next."""
    return hole.values is None or any(value.rstrip().endswith(",") for value in hole.values)


def _number(written: str, span: Span) -> Scalar:
    value: int | float
    try:
        value = int(written) if written.lstrip("-").isdigit() else float(written)
    except ValueError:  # more digits than Python converts
        value = float("inf")
    return Scalar(value, written, span)


class _Reader:
    """Reads the joined text in one pass; every method moves the offset ``at`` past what it read."""

    def __init__(self, text: Text) -> None:
        self.whole = text.span
        self.starts: list[int] = []
        self.pieces: list[Piece | Hole] = []
        self.holes: dict[int, Hole] = {}
        joined: list[str] = []
        at = 0
        for part in text.parts:
            self.starts.append(at)
            self.pieces.append(part)
            if isinstance(part, Hole):
                self.holes[at] = part
                joined.append(_HOLE)
                at += 1
            else:
                joined.append(part.text)
                at += len(part.text)
        self.text = "".join(joined)
        # Which pieces correspond to the file character by character; and the source, offset and
        # length if the whole text is one such piece.
        self.exact = [
            isinstance(part, Piece) and len(part.text) == part.span.end - part.span.start
            for part in self.pieces
        ]
        self.stretch: tuple[SourceFile, int, int] | None = None
        if self.exact == [True]:
            span = self.pieces[0].span
            self.stretch = span.source, span.start, len(self.text)
        self.at = 0
        self.mistake: Mistake | None = None
        self.ambiguous = False

    # -- places

    def place(self, start: int, end: int) -> Span:
        """The place in the file of ``[start, end)`` of the joined text."""
        if self.stretch is not None:
            source, shift, length = self.stretch
            start, end = min(start, length), min(max(start, end), length)
            return Span(source, start + shift, end + shift)
        if not self.pieces:
            return self.whole
        index = bisect_right(self.starts, start) - 1
        span, inside = self.pieces[index].span, start - self.starts[index]
        at = min(span.start + inside, span.end) if self.exact[index] else span.start
        if end <= start:
            return Span(span.source, at, at)
        last = index
        if index + 1 < len(self.starts) and end > self.starts[index + 1]:
            last = bisect_right(self.starts, end - 1) - 1
        behind, inside = self.pieces[last].span, end - self.starts[last]
        stop = min(behind.start + inside, behind.end) if self.exact[last] else behind.end
        if behind.source is not span.source or stop < at:
            return Span(span.source, at, span.end)
        return Span(span.source, at, stop)

    # -- syntax errors

    def error(self, message: str, start: int, end: int, *, limit: bool = False) -> None:
        """Keep the first error. After a hole that may be more than one value, none is certain."""
        if self.mistake is None and not self.ambiguous:
            self.mistake = Mistake(message, self.place(start, max(end, start + 1)), limit)

    # -- reading

    def read(self) -> Reading:
        self.space()
        if self.at >= len(self.text):
            return Reading(None, None)
        root = self.value(0)
        self.space()
        if self.at < len(self.text):
            self.error("unexpected text after the end of the value", self.at, self.at + 1)
        return Reading(root, self.mistake)

    def space(self) -> None:
        text = self.text
        if text[self.at : self.at + 1] in _NO_SPACE:
            return
        while True:
            match = _SPACE.match(text, self.at)
            assert match is not None
            self.at = match.end()
            if text[self.at : self.at + 1] not in ("/", "#"):
                return
            comment = _COMMENT.match(text, self.at)
            if comment is None:
                return
            self.error("comments are not allowed", self.at, comment.end())
            self.at = comment.end()

    def value(self, depth: int, *, item: bool = False) -> Node | None:
        """The value at ``at``, or None if there is none (``at`` then has not moved)."""
        self.space()
        start = self.at
        char = self.text[start : start + 1]
        if char == '"':
            return self.string()
        placeholder = self.placeholder(start)
        if placeholder is not None:
            self.at = placeholder.end()
            return Hole(placeholder.group(), self.place(start, self.at))
        if char in ("{", "[") and depth >= MAX_DEPTH:
            self.error(f"nested deeper than {MAX_DEPTH} levels", start, start + 1, limit=True)
            self.at = len(self.text)
            return None
        if char == "{":
            return self.object(depth, item=item)
        if char == "[":
            return self.array(depth)
        if start in self.holes:
            return self.hole_value(start)
        return self.word(start)

    def placeholder(self, at: int) -> re.Match[str] | None:
        """The placeholder (see ``tree.placeholders``) at *at*, or None."""
        if not self.text.startswith(_PLACEHOLDER_STARTS, at):
            return None
        return _PLACEHOLDER.match(self.text, at)

    def hole_value(self, start: int) -> Node:
        hole = self.holes[start]
        self.at = start + 1
        rest = _WORD.match(self.text, self.at)
        if rest is not None:  # a hole next to bare text: together one unknown value
            self.at = rest.end()
            return Hole(self.written(start, self.at), self.place(start, self.at))
        return hole.content if hole.content is not None else hole

    def word(self, start: int) -> Node | None:
        match = _WORD.match(self.text, start)
        if match is None:
            return None
        self.at = match.end()
        written, span = match.group(), self.place(start, match.end())
        if written in ("true", "false", "null"):
            return Scalar({"true": True, "false": False, "null": None}[written], written, span)
        if _NUMBER.match(written):
            return _number(written, span)
        if _HOLE in written and any(at in self.holes for at in range(start, match.end())):
            return Hole(self.written(start, match.end()), span)
        self.error(f"{_shorten(written)} is not a JSON value", start, match.end())
        return Hole(written, span)

    def written(self, start: int, end: int) -> str:
        """``[start, end)`` of the joined text with each hole as it is written in the file."""
        return "".join(
            self.holes[at].written if at in self.holes else self.text[at]
            for at in range(start, end)
        )

    def object(self, depth: int, *, item: bool) -> Map:
        """An object; if it is an *item* of a list, a ``{`` in place of a key is the next item."""
        start, text, entries = self.at, self.text, []
        self.at += 1
        while True:
            self.space()
            char = text[self.at : self.at + 1]
            if char == "}":
                self.at += 1
                break
            if char == "":
                self.error('this object is never closed (missing "}")', start, start + 1)
                break
            if char == "]":
                self.error('found "]" instead of "}"', self.at, self.at + 1)
                break
            if self.at in self.holes or self.placeholder(self.at):
                entries.append(self.hole_entry(depth))
            elif char == '"':
                entries.extend(self.entry(depth))
            elif char == "{" and item:
                self.error('missing "}" before this', self.at, self.at + 1)
                break
            else:
                self.skip(char, "a key in double quotes")
                continue
            self.comma("}")
        return Map(tuple(entries), self.place(start, self.at))

    def entry(self, depth: int) -> Iterator[Entry]:
        """The key at ``at`` with its value; nothing if it has no value."""
        key = self.string()
        self.space()
        if self.text[self.at : self.at + 1] == ":":
            self.at += 1
        else:
            self.error('missing ":" after the key', self.at, self.at + 1)
            if self.text[self.at : self.at + 1] in (",", "}", ""):
                return
        value = self.value(depth + 1)
        while isinstance(value, Text) and self.colon():  # the value was a key
            key, value = value, self.value(depth + 1)
        if value is None:
            self.error("missing value after the key", self.at, self.at + 1)
        else:
            yield Entry(key, value)

    def array(self, depth: int) -> Seq:
        start, text, items = self.at, self.text, []
        self.at += 1
        while True:
            self.space()
            char = text[self.at : self.at + 1]
            if char == "]":
                self.at += 1
                break
            if char == "":
                self.error('this list is never closed (missing "]")', start, start + 1)
                break
            if char == "}":
                self.error('found "}" instead of "]"', self.at, self.at + 1)
                break
            hole = self.holes.get(self.at)
            value = self.value(depth + 1, item=True)
            if value is None:
                self.skip(char, "a value")
                continue
            items.append(value)
            self.comma("]", after=hole)
        return Seq(tuple(items), self.place(start, self.at))

    def colon(self) -> bool:
        """Whether there is a ":" instead of a ","; it is then skipped."""
        self.space()
        found = self.text[self.at : self.at + 1] == ":"
        if found:
            self.error('found ":" instead of ","', self.at, self.at + 1)
            self.at += 1
        return found

    def comma(self, closing: str, after: Hole | None = None) -> None:
        """Skip the comma between two values; *after* is the hole before it in a list."""
        self.space()
        char = self.text[self.at : self.at + 1]
        if char == ",":
            comma = self.at
            self.at += 1
            self.space()
            if self.text[self.at : self.at + 1] == closing:
                self.error(f'trailing "," before "{closing}"', comma, comma + 1)
        elif char not in (closing, "", "}", "]"):
            beside_hole = self.at in self.holes or (self.at - 1) in self.holes
            if beside_hole or (after is not None and _may_end_in_comma(after)):
                self.ambiguous = True
            else:
                self.error('missing "," before this', self.at, self.at + 1)

    def skip(self, char: str, expected: str) -> None:
        """Skip a word or character that cannot start *expected*."""
        start = self.at
        match = _WORD.match(self.text, start)
        self.at = match.end() if match else start + 1
        found = _shorten(match.group() if match else char)
        self.error(f"found {found} instead of {expected}", start, self.at)

    def hole_entry(self, depth: int) -> Entry:
        """A hole among the entries of an object: a key, or any number of entries."""
        self.ambiguous = True
        start = self.at
        placeholder = self.placeholder(start)
        self.at = placeholder.end() if placeholder else start + 1
        hole = self.holes.get(start) or Hole(self.text[start : self.at], self.place(start, self.at))
        value: Node | None = None
        self.space()
        if self.text[self.at : self.at + 1] == ":":
            self.at += 1
            value = self.value(depth + 1)
        return Entry(Text((hole,), hole.span), value or hole)

    def string(self) -> Text:
        start, text = self.at, self.text
        simple = _STRING.match(text, start)
        if simple is not None and self.in_one_piece(start + 1, simple.end() - 1):
            self.at = simple.end()
            inner = self.place(start + 1, self.at - 1)
            return Text((Piece(simple.group(1), inner),), self.place(start, self.at))
        escaped = _ESCAPED.match(text, start) if self.stretch is not None else None
        if escaped is not None:
            self.at = escaped.end()
            return Text(tuple(self.unescaped(start + 1, self.at - 1)), self.place(start, self.at))
        return self.any_string()

    def any_string(self) -> Text:
        """A string with any content, which may be unclosed."""
        start, text = self.at, self.text
        parts: list[Piece | Hole] = []
        self.at += 1
        while True:
            char = text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                break
            if char == "":
                self.error("this string is never closed", start, start + 1)
                break
            if char == "\\":
                parts.append(self.escape())
            elif self.at in self.holes:
                parts.append(self.holes[self.at])
                self.at += 1
            elif char < " ":
                if char in "\r\n" and _is_unclosed(text, self.at):
                    self.error("this string is never closed", start, start + 1)
                    break
                message = "line break or control character in a string"
                # Of CR LF both: between them is no column of an editor.
                length = 2 if text.startswith("\r\n", self.at) else 1
                self.error(message, self.at, self.at + length)
                parts.append(Piece(char, self.place(self.at, self.at + 1)))
                self.at += 1
            else:
                self.chunk(parts)
        if not parts:
            parts.append(Piece("", self.place(start + 1, start + 1)))
        return Text(tuple(parts), self.place(start, self.at))

    def unescaped(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces of ``[start, end)``, whose escapes have two characters each."""
        for match in _PART.finditer(self.text, start, end):
            part = match.group()
            text = _ESCAPES[part[1]] if part[0] == "\\" else part
            yield Piece(text, self.place(match.start(), match.end()))

    def in_one_piece(self, start: int, end: int) -> bool:
        """Whether ``[start, end)`` is in a single piece."""
        if len(self.pieces) == 1 or end <= start:
            return True
        index = bisect_right(self.starts, start)
        behind = self.starts[index] if index < len(self.starts) else end
        return end <= behind and start not in self.holes

    def chunk(self, parts: list[Piece | Hole]) -> None:
        match = _CHUNK.match(self.text, self.at)
        assert match is not None
        end = match.end()
        # Text from several pieces is cut at their edges, so that each part keeps its place.
        while self.at < end:
            index = bisect_right(self.starts, self.at)
            edge = min(end, self.starts[index] if index < len(self.starts) else end)
            parts.append(Piece(self.text[self.at : edge], self.place(self.at, edge)))
            self.at = edge

    def escape(self) -> Piece:
        start, text = self.at, self.text
        char = text[start + 1 : start + 2]
        if char == "u":
            code = _HEX.match(text, start + 2)
            if code is not None:
                value, self.at = int(code.group(), 16), start + 6
                if 0xD800 <= value < 0xDC00 and text[self.at : self.at + 2] == "\\u":
                    low = _HEX.match(text, self.at + 2)
                    if low is not None and 0xDC00 <= int(low.group(), 16) < 0xE000:
                        value = 0x10000 + ((value - 0xD800) << 10) + int(low.group(), 16) - 0xDC00
                        self.at += 6
                return Piece(chr(value), self.place(start, self.at))
        elif char in _ESCAPES:
            self.at = start + 2
            return Piece(_ESCAPES[char], self.place(start, self.at))
        self.error("invalid escape sequence", start, start + 2)
        self.at = start + 1
        return Piece("\\", self.place(start, start + 1))


_KEY_AHEAD = regex(r'[\r\n]\s{0,99}(?:"[^"\r\n]*"\s{0,99}[:,\]}]|[}\]])')


def _is_unclosed(text: str, at: int) -> bool:
    """Whether the next line looks like JSON again: a closing quote is missing before *at*."""
    return _KEY_AHEAD.match(text, at) is not None


def _shorten(written: str) -> str:
    """*written* quoted for a message, cut to a readable length."""
    return json.dumps(written if len(written) <= 40 else written[:37] + "...", ensure_ascii=False)
