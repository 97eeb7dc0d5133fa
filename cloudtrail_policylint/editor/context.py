"""Where in a policy an offset is, in text that somebody is typing: no reader would accept it yet.

Only the brackets, keys and indents before the offset count. So this also works
in JSON inside a heredoc or a block of YAML, and in what is not closed yet.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record

MOST = 100_000
"""How many characters before the offset are read; a statement is smaller."""
LONGEST_LINE = 5000
"""Lines with more characters are not read: nobody types in them."""
_WORD = regex(r"(?:\$\{[^}\s\"']*\}|[^\s\"',\\\[\](){}=])+")
_TOKEN = regex(
    r""""(?P<text>(?:[^"\\]|\\.)*)(?:"|\\?$)|'(?P<single>[^']*)(?:'|$)|(?P<comment>(?<!\S)(?:#|//).*)"""
    r"""|(?P<mark>[\[\]{}:=,])|(?P<word>[^\s"'\[\]{}:=,]+(?::[^\s"'\[\]{}:=,]+)*)"""
)
_YAML_KEY = regex(r"""(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'#\[\]{},][^#\n]*?))[ \t]*:(?=[ \t]|$)""")
_YAML_TAG = regex(r"[ \t]*(?:![\w:]*[ \t]+)?(?=[\[{])")
_DASH = regex(r"-[ \t]+|-$")

_ELEMENTS = {
    "action": "action",
    "notaction": "action",
    "actions": "action",
    "not_actions": "action",
    "resource": "resource",
    "notresource": "resource",
    "resources": "resource",
    "not_resources": "resource",
    "principal": "principal type",
    "notprincipal": "principal type",
    "condition": "operator",
}
"""What is written below a key, in lower case."""
_BELOW = {
    ("principal", ""): "principal",
    ("notprincipal", ""): "principal",
    ("condition", ""): "key",
    ("condition", "test"): "operator",
    ("condition", "variable"): "key",
    ("condition", "values"): "",
    ("principals", "type"): "principal type",
    ("principals", "identifiers"): "principal",
    ("not_principals", "type"): "principal type",
    ("not_principals", "identifiers"): "principal",
}
"""What is written below a key that is itself below a key; an empty one stands for any."""


@record
class Place:
    """What is at an offset: the ``element`` of a policy, and the ``word`` from ``start`` to ``end``.

    ``element`` is ``action``, ``resource``, ``operator``, ``key``, ``principal``,
    ``principal type`` or empty.
    """

    element: str
    word: str
    start: int
    end: int


def place_at(text: str, offset: int, *, yaml: bool) -> Place:
    """The place at *offset* of *text*, which is YAML, or else JSON or HCL."""
    line_start = text.rfind("\n", 0, offset) + 1
    line_end = text.find("\n", offset)
    line_end = line_end if line_end >= 0 else len(text)
    start = end = offset
    if line_end - line_start > LONGEST_LINE:
        return Place("", "", start, end)
    for match in _WORD.finditer(text[line_start:line_end]):
        if line_start + match.start() <= offset <= line_start + match.end():
            start, end = line_start + match.start(), line_start + match.end()
            if text[end - 1] == ":" and offset < end:  # it ends a key of YAML
                end -= 1
            break
    first = max(0, start - MOST)
    first = text.find("\n", first, start) + 1 if first else 0
    lines = [one for one in text[first:start].rstrip("\"'").split("\n") if len(one) < LONGEST_LINE]
    keys = _yaml_keys(lines) if yaml else _keys(lines)
    return Place(_element(keys), text[start:end], start, end)


def _element(keys: list[str]) -> str:
    """What is written below *keys*, the innermost last."""
    above, inner = (["", "", *(key.lower() for key in keys)])[-2:]
    for pair in ((above, inner), (above, "")):
        if pair in _BELOW:
            return _BELOW[pair]
    return _ELEMENTS.get(inner, "")


class _Brackets:
    """The open brackets of JSON or HCL, each with the key or block that it belongs to."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self._words: list[str] = []
        self._key: str | None = None
        self._has_value = False

    def keys(self) -> list[str]:
        """The keys around the end of what was read, the innermost last."""
        pending = [] if self._key is None or self._has_value else [self._key]
        return [*self.open, *pending]

    def read(self, line: str) -> None:
        """Go on with a part of a line."""
        for match in _TOKEN.finditer(line):
            kind = match.lastgroup or "text"
            if kind == "comment":
                break
            if kind == "mark":
                self._mark(match.group())
            elif self._key is not None:
                self._has_value = True
            else:
                self._words.append(match.group(kind))

    def end_line(self) -> None:
        """End the line: what has a value is over."""
        if self._has_value or self._key is None:
            self._clear()

    def _mark(self, mark: str) -> None:
        if mark in "[{":
            word = self._words[0] if self._words else ""
            self.open.append(word if self._key is None else self._key)
            self._clear()
        elif mark in "]}":
            if self.open:
                self.open.pop()
            self._clear()
        elif mark == ",":
            self._clear()
        elif self._words:
            self._key, self._words = self._words[-1], []

    def _clear(self) -> None:
        self._words, self._key, self._has_value = [], None, False


def _keys(lines: list[str]) -> list[str]:
    """The keys around the end of *lines* of JSON or HCL."""
    brackets = _Brackets()
    for number, line in enumerate(lines):
        if number:
            brackets.end_line()
        brackets.read(line)
    return brackets.keys()


def _yaml_keys(lines: list[str]) -> list[str]:
    """The keys around the end of *lines* of YAML, by indents and, in JSON, by brackets."""
    blocks: list[tuple[int, str]] = []
    brackets = _Brackets()
    for number, line in enumerate(lines):
        if brackets.open:
            brackets.end_line()
            brackets.read(line)
            continue
        rest = line.lstrip(" ")
        if rest.startswith("#") or (not rest and number < len(lines) - 1):
            continue
        indent = len(line) - len(rest)
        listed = _DASH.match(rest)
        while blocks and (blocks[-1][0] > indent or (blocks[-1][0] == indent and not listed)):
            blocks.pop()
        while listed:
            indent, rest = indent + listed.end(), rest[listed.end() :]
            listed = _DASH.match(rest)
        key = _YAML_KEY.match(rest)
        if key:
            blocks.append((indent, next(one for one in key.groups() if one)))
            rest = rest[key.end() :]
        if _YAML_TAG.match(rest):
            brackets.read(rest)
    # The outermost bracket is the value of the key before it.
    return [*(key for _, key in blocks), *brackets.keys()[1:]]
