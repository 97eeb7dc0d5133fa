"""Who may stop or change what records events: the answers of ``who-can`` for the set-ups of a run."""

from __future__ import annotations

from copy import copy

from ..base.record import replaced
from ..iam.patterns import NO, parse
from .ask import Asker, Question
from .view import key_of
from .who_can import shown_who, touches, who_can

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..findings.setup import ShownSetup
    from ..iam.patterns import Glob
    from ..iam.policy import Document
    from .view import Identity, View

MAX_ASKED = 2_000
"""Requests that are decided in one run: some seconds."""
MAX_SHOWN = 8
"""Principals that are shown of one set-up."""
MAX_UNATTACHED = 20
"""Policies that nobody has and that are asked."""


def with_stoppers(view: View, setups: Sequence[ShownSetup]) -> tuple[ShownSetup, ...]:
    """*setups* with the principals of *view* that may do what stops them.

    All share what may be asked; those whose own policies name such an action come first.
    """
    names = sorted({action for one in setups for action in one.stopped_by})
    actions = [parse(name.lower()) for name in names]
    narrow = copy(view)
    candidates = _by_relevance(view.identities, actions)
    policies = [one for one in view.unattached if _touch([one], actions) != NO]
    asker = Asker(narrow)
    left = MAX_ASKED
    found = []
    for number, one in enumerate(setups):
        key = key_of(one.place, one.address)
        if not one.stopped_by or key not in view.placed:
            found.append(one)
            continue
        room = left // (len(setups) - number) // len(one.stopped_by)
        narrow.identities = candidates[:room]
        narrow.unattached = policies[: min(room - len(narrow.identities), MAX_UNATTACHED)]
        left -= (len(narrow.identities) + len(narrow.unattached)) * len(one.stopped_by)
        question = Question("", one.stopped_by[0], key)
        who = shown_who(
            who_can(narrow, question, one.stopped_by, asker),
            MAX_SHOWN,
            len(candidates) - len(narrow.identities),
        )
        more = len(policies) - len(narrow.unattached)
        if more:
            line = f"who has {more:,} more policies with such an action"
            who = replaced(who, not_in_view=(*who.not_in_view, line))
        found.append(replaced(one, who=who))
    return tuple(found)


def _by_relevance(identities: Iterable[Identity], actions: Sequence[Glob]) -> list[Identity]:
    """Those of *identities* that may be allowed one of *actions*, the likely ones first."""
    found = [(_touch(one.policies, actions), one) for one in identities]
    kept = [(verdict, one) for verdict, one in found if verdict != NO or one.unseen or one.open]
    return [one for _, one in sorted(kept, key=lambda pair: -pair[0])]


def _touch(documents: Iterable[Document], actions: Sequence[Glob]) -> int:
    return max((touches(one, action) for one in documents for action in actions), default=NO)
