"""Workarounds for libyaml, the C library behind the YAML reader.

Its error messages are about its own tokens, not about the user's file. And the
version in ruamel.yaml.clib is 0.1.7 (2016), which rejects ``:`` and ``?`` inside
plain scalars of flow collections (``[cloudtrail:Get*]``). YAML 1.2 allows them,
and every other reader accepts them.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.source import SourceFile, Span
from ..reading import Mistake

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

# Tags are matched whole, to skip them. A quote before ":" ends a JSON-like key ({"a":b}).
_TAG_OR_SIGN = regex(r"(?<!\S)!\S*|(?<=[^\s\"',\[\]{}]):(?=[^\s,\[\]{}])|(?<=[^\s,\[\]{}])\?")


def explain(error: Any, source: SourceFile, base: int, end: int) -> tuple[int, Mistake]:
    """The offset and description of *error*, the ``YAMLError`` for ``[base, end)`` of *source*."""
    text = source.text
    problem = getattr(error, "problem", None) or "cannot be read"
    context = getattr(error, "context", None) or ""
    mark = getattr(error, "problem_mark", None)
    at = min(base + mark.index, end) if mark is not None else base
    char = text[at : at + 1]
    message = f"{problem} {context}".strip()
    if context == "while scanning an alias":
        at = min(base + error.context_mark.index, end)
        message = 'a value that starts with "*" must be quoted'
    elif (
        problem == "found unexpected end of stream" and context == "while scanning a quoted scalar"
    ):
        at = min(base + error.context_mark.index, end)
        message = "this quoted value is never closed"
    elif problem == "found character that cannot start any token":
        if char == "\t":
            message = "tab in the indentation, use spaces"
        elif char in ("@", "`", "%"):
            message = f'a value that starts with "{char}" must be quoted'
    return at, Mistake(message, Span(source, at, min(at + 1, len(text))))


def mask(text: str) -> tuple[str, str]:
    """*text* with ``:`` and ``?`` inside of words replaced, and the two replacement characters.

    The replacements have no meaning in YAML and are one character each, so that
    places stay right. Reading a text twice is still ten times faster than a
    parser in Python. If no characters are free, *text* is returned unchanged.
    """
    masks = ""
    for code in range(0xE000, 0xF8FF):
        if chr(code) not in text:
            masks += chr(code)
            if len(masks) == 2:
                break
    else:
        return text, ""

    def replace(match: re.Match[str]) -> str:
        found = match.group()
        return found if len(found) > 1 or found == "!" else masks[found == "?"]

    return _TAG_OR_SIGN.sub(replace, text), masks
