"""Terraform in JSON, read as JSON whose ``${...}`` are not known.

Every string there is a template (developer.hashicorp.com/terraform/language/
syntax/json, "Expression Mapping"); ``$${`` is how it spells ``${``. The
expressions are not worked out.
"""

from __future__ import annotations

import re

from ..source import SourceFile, Span
from ..tree import Hole, Piece, Text
from .json import read_embedded
from .reading import Reading

_STOPS = re.compile(r"\\.|[{}\"]", re.DOTALL)
ENDS = (".tf.json", ".tofu.json")
"""How the names of such files end."""


def read(source: SourceFile) -> Reading:
    """The JSON value of *source*, with a hole for each expression."""
    return read_embedded(Text(tuple(_parts(source)), Span(source, 0, len(source.text))))


def _parts(source: SourceFile) -> list[Piece | Hole]:
    text = source.text
    parts: list[Piece | Hole] = []
    done = at = 0
    while (start := text.find("${", at)) >= 0:
        if text[start - 1 : start] == "$":  # an escape: one of the dollar signs goes
            parts.append(Piece(text[done : start - 1], Span(source, done, start - 1)))
            done, at = start, start + 2
            continue
        end = _end_of(text, start + 2)
        parts.append(Piece(text[done:start], Span(source, done, start)))
        written = " ".join(text[start:end].split())
        parts.append(Hole(written if len(written) <= 60 else "${...}", Span(source, start, end)))
        done = at = end
    parts.append(Piece(text[done:], Span(source, done, len(text))))
    return [part for part in parts if isinstance(part, Hole) or part.text]


def _end_of(text: str, at: int) -> int:
    """Where the expression that starts at *at* ends: behind its brace, or with the string that it is in."""
    depth = 1
    while depth:
        match = _STOPS.search(text, at)
        if match is None:
            return len(text)
        if match.group() == '"':
            return match.start()
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        at = match.end()
    return at
