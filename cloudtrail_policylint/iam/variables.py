"""The form of policy variables: ``${key}`` or ``${key, 'default'}``.

Source: IAM User Guide, "IAM policy elements: Variables and tags" (read 2026-11-26).
"""

from __future__ import annotations

from ..tree.nodes import Hole, Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ESCAPES = ("*", "?", "$")
"""What ``${}`` may contain instead of a key, for the character itself."""


def defects_of(parts: Sequence[Piece | Hole]) -> Iterator[str]:
    """What is wrong with the variables of a text: ``brace``, ``quote``, ``space`` or ``empty``."""
    run = ""
    for part in parts:
        if isinstance(part, Piece):
            run += part.text
        else:  # what a variable at the end of the run goes on with is not known
            yield from _defects(run, ends=False)
            run = ""
    yield from _defects(run, ends=True)


def _defects(text: str, *, ends: bool) -> Iterator[str]:
    at = text.find("${")
    while at >= 0:
        end = text.find("}", at)
        following = text.find("${", at + 2)
        if end < 0 or 0 <= following < end:
            if end >= 0 or following >= 0 or ends:
                yield "brace"
        elif (defect := _defect(text[at + 2 : end])) is not None:
            yield defect
        at = following


def _defect(inner: str) -> str | None:
    if inner in ESCAPES:
        return None
    key, comma, default = inner.partition(",")
    if not key.strip():
        return "empty"
    name, _, _tag = key.partition("/")  # the key of a tag may have spaces
    if any(char.isspace() for char in name):
        return "space"
    default = default.strip()
    if comma and not (len(default) > 1 and default[0] == default[-1] == "'"):
        return "quote"
    return None
