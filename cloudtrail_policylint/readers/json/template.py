"""JSON templates for Terraform's ``templatefile()``, where no call with values is known.

Quotes inside ``${...}`` belong to the expression
(developer.hashicorp.com/terraform/language/expressions/strings), but end the
string around it for a reader of JSON. Expressions without quotes are kept as
text: ``${aws:username}`` is a policy variable of IAM.
"""

from __future__ import annotations

import re

from ...tree.nodes import Hole, Piece, Text
from ...tree.source import SourceFile, Span
from ..reading import Reading
from .reader import read_embedded

_SIGN = r'\\.|\$\{|[{}"]'


def read(source: SourceFile) -> Reading | None:
    """The JSON of *source* with a hole for each expression that has quotes; None without any."""
    text = source.text
    parts: list[Piece | Hole] = []
    done = at = 0
    while (start := text.find("${", at)) >= 0:
        end = at = _end(text, start)
        if '"' in text[start:end]:
            parts.append(Piece(text[done:start], Span(source, done, start)))
            parts.append(Hole(" ".join(text[start:end].split()), Span(source, start, end)))
            done = end
    if not parts:
        return None
    parts.append(Piece(text[done:], Span(source, done, len(text))))
    return read_embedded(Text(tuple(parts), Span(source, 0, len(text))))


def _end(text: str, start: int) -> int:
    """The end of the expression that starts at *start*; the end of *text* if it is unclosed."""
    within: list[str] = []
    for match in re.compile(_SIGN, re.DOTALL).finditer(text, start):
        sign = match.group()
        quoted = within[-1:] == ['"']
        if sign == "${" or (sign == "{" and not quoted):
            within.append("{")
        elif sign == '"' and not quoted:
            within.append(sign)
        elif sign == '"' or (sign == "}" and not quoted):
            within.pop()
            if not within:
                return match.end()
    return len(text)
