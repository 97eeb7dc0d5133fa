"""Who may do something as a drawing: what it is done to, and the principals that may."""

from __future__ import annotations

from .drawing import MAY, PERHAPS, Arrow, Box, Drawing
from .text import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..findings.setup import ShownGrant, ShownWho
    from ..questions.who_can import WhoCan

MAX_ACTIONS = 12
"""Actions that an arrow names."""
MAX_MISSING = 8
"""What is not in view that is named."""


def drawing(found: WhoCan) -> Drawing:
    """The drawing of *found*."""
    from ..questions.who_can import shown_who

    who = shown_who(found)
    hub = Box(found.question.action, found.resource)
    notes = notes_on(who, f"may do {found.question.action}")
    return Drawing(hub, tuple(principals(who)), tuple(notes))


def principals(who: ShownWho) -> Iterator[Box]:
    """A box for each principal of *who*."""
    for one in who.principals:
        owner = (one.owner,) if one.owner and one.owner != one.label else ()
        yield Box("principal", one.label, owner, tuple(map(_arrow, one.grants)), inward=True)


def notes_on(who: ShownWho, does: str) -> Iterator[str]:
    """What *who* leaves out: further principals, and what is not in view. *does* says what they may do."""
    if not who.principals and not who.unasked:
        yield f"nobody in view {does}" if who.whole else f"cannot tell whether anybody {does}"
    if who.more:
        yield f"and {who.more:,} more {does} or perhaps do"
    if who.unasked:
        yield f"not asked whether they {does}: {plural(who.unasked, 'more principal')}"
    missing = who.not_in_view
    yield from (f"not in view: {line}" for line in missing[:MAX_MISSING])
    if len(missing) > MAX_MISSING:
        yield f"and {len(missing) - MAX_MISSING} more that is not in view"


def _arrow(grant: ShownGrant) -> Arrow:
    word = "may" if grant.certain else "perhaps"
    words = f"{word} {', '.join(grant.actions[:MAX_ACTIONS])}"
    if len(grant.actions) > MAX_ACTIONS:
        words += f" and {len(grant.actions) - MAX_ACTIONS:,} more"
    depends = condition(grant.depends_on) if not grant.certain else ""
    lines = tuple(one for one in (grant.at, depends) if one)
    return Arrow(MAY if grant.certain else PERHAPS, words, lines, "; ".join((words, *lines)))


def condition(depends_on: Sequence[str]) -> str:
    """What an uncertain answer depends on, or why it is uncertain."""
    said = "; ".join(depends_on)
    return f"because {said} here" if said.startswith("no ") else f"depends on {said}"
