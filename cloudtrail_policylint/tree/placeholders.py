"""Placeholders: text to be replaced by an installer, a deployment tool or a person.

``${Account}``, ``{{ account }}``, ``<region>`` and ``[REGION]`` in a policy are
unknown values, in any format.
"""

from __future__ import annotations

import re

from .nodes import Hole, Piece, Text, cut
from .source import Span

# Policy variables are no placeholders: condition keys, whose first part is a service or the host
# of an identity provider, and escaped characters such as ${*}. "${AWS::Region}" and variables of
# the Serverless Framework look like policy variables but are placeholders.
_VARIABLE = r"\$\{(?:[*?$]\}|\s*(?!(?:self|opt|env|sls|param|cf):)[\w.+/-]+:(?!:))"
_PLACEHOLDER = (
    rf"(?!{_VARIABLE})\$\{{(?:[^{{}}]|\{{[^{{}}]*\}})+\}}"  # ${Account}, ${join("/", ["${a}"])}
    r"|\{\{[^{}]*\}\}"
    r"|<[^<>:*]+>"
    r"|<%[^%]*%>"
    r"|%[A-Za-z_]+%"
    r"|\[[A-Z][A-Z0-9_ -]*[A-Z0-9]\]"  # [ACCOUNT_ID]
)
_MAX_VARIABLE = 1_000
"""Characters of a text in which a variable may still be open."""


def with_placeholders(text: Text) -> Text:
    """*text* with its placeholders as holes."""
    for part in text.parts:
        if isinstance(part, Piece) and _may_have_placeholder(part.text):
            return Text(tuple(_parts_with_placeholders(text.parts)), text.span)
    return text


def is_placeholder(written: str) -> bool:
    """Whether *written* is a whole placeholder, of a form that is no expression of Terraform or CloudFormation."""
    return not written.startswith("$") and re.fullmatch(_PLACEHOLDER, written) is not None


def _parts_with_placeholders(whole: tuple[Piece | Hole, ...]) -> list[Piece | Hole]:
    parts: list[Piece | Hole] = []
    run: list[Piece] = []
    for part in whole:
        if isinstance(part, Piece):
            run.append(part)
            continue
        parts += _run_with_placeholders(run)
        run = []
        parts.append(part)
    parts += _run_with_placeholders(run)
    return parts


def _may_have_placeholder(text: str) -> bool:
    return "{" in text or "<" in text or "%" in text or "[" in text


def _run_with_placeholders(run: list[Piece]) -> list[Piece | Hole]:
    """Consecutive pieces with holes for the placeholders in their text."""
    run = _with_whole_variables(run)
    whole = "".join([piece.text for piece in run])
    matches = list(re.finditer(_PLACEHOLDER, whole))
    found: list[Piece | Hole] = []
    for index, pieces in enumerate(_split(run, [at for match in matches for at in match.span()])):
        if index % 2:  # between the start and the end of a match
            first, last = pieces[0].span, pieces[-1].span
            end = last.end if last.source is first.source else first.end
            found.append(Hole(matches[index // 2].group(), Span(first.source, first.start, end)))
        else:
            found += pieces
    return found


def _with_whole_variables(run: list[Piece]) -> list[Piece]:
    """*run* with each policy variable in one piece: the start of ``$${aws:username}`` is an escape."""
    found: list[Piece] = []
    for piece in run:
        last = found[-1] if found else None
        if last is None or not _is_open(last.text):
            found.append(piece)
            continue
        end = piece.text.find("}") + 1 or len(piece.text)
        inner = cut(piece, 0, end)
        span = last.span
        if inner.span.source is span.source:
            span = Span(span.source, span.start, inner.span.end)
        found[-1] = Piece(last.text + inner.text, span)
        if end < len(piece.text):
            found.append(cut(piece, end, len(piece.text)))
    return found


def _is_open(text: str) -> bool:
    """Whether *text* ends within a variable."""
    return len(text) < _MAX_VARIABLE and text.rfind("${") > text.rfind("}")


def _split(run: list[Piece], edges: list[int]) -> list[list[Piece]]:
    """*run* cut at the ascending offsets *edges*: the pieces before, between and after them."""
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
