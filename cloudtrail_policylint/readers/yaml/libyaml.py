"""What is peculiar to libyaml, the C library behind the YAML reader.

Its words for a mistake are about its own tokens and not about the user's file.
And the one inside ruamel.yaml.clib is 0.1.7 (2016), which refuses ``:`` and
``?`` inside a plain scalar of a flow collection (``[cloudtrail:Get*]``), as
YAML 1.2 allows and every other reader accepts.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.source import SourceFile, Span
from ..reading import Mistake

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

# A tag is passed over whole. A quote before ":" ends a JSON-like key ({"a":b}).
_TAG_OR_SIGN = regex(r"(?<!\S)!\S*|(?<=[^\s\"',\[\]{}]):(?=[^\s,\[\]{}])|(?<=[^\s,\[\]{}])\?")


def explain(error: Any, source: SourceFile, base: int, end: int) -> tuple[int, Mistake]:
    """Where the text ``[base, end)`` of *source* is wrong, and how, in words that follow "not YAML: ".

    *error* is the ``YAMLError`` of a parser that was given that text.
    """
    text = source.text
    problem = getattr(error, "problem", None) or "cannot be read"
    context = getattr(error, "context", None) or ""
    mark = getattr(error, "problem_mark", None)
    at = min(base + mark.index, end) if mark is not None else base
    char = text[at : at + 1]
    message = f"{problem} {context}".strip()
    if context == "while scanning an alias":
        at = min(base + error.context_mark.index, end)
        message = 'a value that starts with "*" must be in quotes'
    elif (
        problem == "found unexpected end of stream" and context == "while scanning a quoted scalar"
    ):
        at = min(base + error.context_mark.index, end)
        message = "a value in quotes that starts here is never closed"
    elif problem == "found character that cannot start any token":
        if char == "\t":
            message = "a tab in the indentation, which must be made of spaces"
        elif char in ("@", "`", "%"):
            message = f'a value that starts with "{char}" must be in quotes'
    return at, Mistake(message, Span(source, at, min(at + 1, len(text))))


def mask(text: str) -> tuple[str, str]:
    """*text* with every ``:`` and ``?`` inside a word replaced, and the two characters used for them.

    The replacements mean nothing in YAML and stand one for one, so places stay
    right; reading a text twice is still ten times faster than a parser in
    Python. Where no characters are free the text comes back as it is.
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
