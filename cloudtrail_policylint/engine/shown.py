"""Texts of policies as messages show them: on one line, and not too many or too long."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..iam.policy import Statement
    from ..tree.source import Span

MOST_SHOWN = 3
"""Elements of a list that a message names."""
LONGEST = 100
"""Characters of one element that a message shows."""


def listed(values: Iterable[str]) -> str:
    """The first of *values*, and how many more there are."""
    distinct = list(dict.fromkeys(values))
    shown = [shortened(value) for value in distinct[:MOST_SHOWN]]
    more = len(distinct) - MOST_SHOWN
    if more > 0:
        return ", ".join(shown) + f" and {more} more"
    return ", ".join(shown)


def shortened(text: str, longest: int = LONGEST) -> str:
    """*text* on one line, without its middle if it is long: an ARN differs at its end.

    It is in quotes if it is empty, or has a blank at one of its ends.
    """
    words = " ".join(text.split())
    if not words or not words.startswith(text[0]) or not words.endswith(text[-1]):
        before, after = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
        return f'"{before}{shortened(words, longest)}{after}"' if words else f'"{before}"'
    text = words
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2]}…{text[len(text) - (longest - longest // 2 - 1) :]}"


def field_span(statement: Statement, field: str) -> Span:
    """The place of *field* in *statement*, else of the statement."""
    name = {"target": "resource", "key": "condition", "operator": "condition", "value": "condition"}
    return statement.fields.get(name.get(field, field), statement.span)
