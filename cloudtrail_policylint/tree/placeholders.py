"""Text that an installer, a deployment tool or a reader is to fill in, of which nothing is known.

``${Account}``, ``{{ account }}``, ``<region>`` in a policy are unknown values
wherever they stand, in any format.
"""

from __future__ import annotations

import re

from .nodes import Hole, Piece, Text, cut
from .source import Span

# A policy variable is a condition key, whose first part is a service or the host of a provider; ${*} is a
# character. What looks like one and is none: "${AWS::Region}" and the variables of the Serverless Framework.
_VARIABLE = r"\$\{(?:[*?$]\}|\s*(?!(?:self|opt|env|sls|param|cf):)[\w.+/-]+:(?!:))"
_BLANK = (
    rf"(?!{_VARIABLE})\$\{{(?:[^{{}}]|\{{[^{{}}]*\}})+\}}"  # ${Account}, ${join("/", ["${a}"])}
    r"|\{\{[^{}]*\}\}"
    r"|<[^<>:*]+>"
    r"|<%[^%]*%>"
    r"|%[A-Za-z_]+%"
)


def fill_blanks(text: Text) -> Text:
    """*text* with what is left to be filled in as holes."""
    for part in text.parts:
        if isinstance(part, Piece) and _may_have_blank(part.text):
            return Text(tuple(_with_blanks(text.parts)), text.span)
    return text


def _with_blanks(whole: tuple[Piece | Hole, ...]) -> list[Piece | Hole]:
    parts: list[Piece | Hole] = []
    run: list[Piece] = []
    for part in whole:
        if isinstance(part, Piece):
            run.append(part)
            continue
        parts += _filled(run)
        run = []
        parts.append(part)
    parts += _filled(run)
    return parts


def _may_have_blank(text: str) -> bool:
    return "{" in text or "<" in text or "%" in text


def _filled(run: list[Piece]) -> list[Piece | Hole]:
    """The pieces of *run*, one behind the other, with holes for the blanks that they spell."""
    whole = "".join([piece.text for piece in run])
    blanks = list(re.finditer(_BLANK, whole))
    found: list[Piece | Hole] = []
    for index, pieces in enumerate(_split(run, [at for blank in blanks for at in blank.span()])):
        if index % 2:
            first, last = pieces[0].span, pieces[-1].span
            end = last.end if last.source is first.source else first.end
            found.append(Hole(blanks[index // 2].group(), Span(first.source, first.start, end)))
        else:
            found += pieces
    return found


def _split(run: list[Piece], edges: list[int]) -> list[list[Piece]]:
    """*run* cut at the offsets *edges*, which ascend: the pieces before, between and behind them."""
    found: list[list[Piece]] = [[]]
    left = edges[::-1]
    at = 0
    for piece in run:
        size, start = len(piece.text), 0
        while left and left[-1] - at < size:
            edge = left.pop() - at
            if edge > start:
                found[-1].append(cut(piece, start, edge))
            found.append([])
            start = edge
        found[-1].append(cut(piece, start, size) if start else piece)
        at += size
    found += [[] for _ in left]
    return found
