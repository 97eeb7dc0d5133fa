"""Which rules a statement has to be asked about: most are about a few actions, and no policy has many of these."""

from __future__ import annotations

from ..patterns import NO
from ..record import record
from .clauses import LISTS
from .elements import known_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..policy import Action, Statement
    from .clauses import Scene, StatementMatch
    from .elements import ListedTest


class Index:
    """Finds those of *matches* that may hold of a statement.

    What is left out is left out by the statement's effect, the kind of its
    document, a list that is empty, or each one of its actions; each of these
    is asked once, however many statements have it. A match that is None or
    fails is not left out: whoever judges by it finds out why.
    """

    def __init__(self, matches: Sequence[StatementMatch | None]) -> None:
        self._matches = matches
        self._groups: dict[object, _Group] = {}

    def candidates(self, statement: Statement, scene: Scene) -> Iterator[int]:
        """The places in the sequence of those matches that may hold of *statement*, in no order."""
        effect = statement.effect
        key = (
            scene.document.kinds,
            effect if effect is None else known_of(effect),
            bool(statement.actions),
            bool(statement.resources),
            bool(statement.principals),
            bool(statement.conditions),
        )
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._group(statement, scene)
        yield from group.always
        seen: set[int] = set()
        for action in statement.actions:
            for index in self._about(action, statement, group):
                if index not in seen:
                    seen.add(index)
                    yield index

    def _group(self, statement: Statement, scene: Scene) -> _Group:
        group = _Group([], [], {})
        for index, match in enumerate(self._matches):
            try:
                if match is not None and _is_out(match, statement, scene):
                    continue
                test = match.some_action() if match is not None else None
            except Exception:  # noqa: BLE001 - see the class
                test = None
            if test is None:
                group.always.append(index)
            else:
                group.tests.append((index, test))
        return group

    def _about(self, action: Action, statement: Statement, group: _Group) -> list[int]:
        """The matches of *group* that *action* satisfies as far as actions go."""
        if action.complement:
            return self._passed(action, statement, group)
        key = known_of(action.texts[0])
        found = group.by_action.get(key)
        if found is None:
            found = group.by_action[key] = self._passed(action, statement, group)
        return found

    def _passed(self, action: Action, statement: Statement, group: _Group) -> list[int]:
        passed = []
        for index, test in group.tests:
            try:
                fits = test.judge(action, statement) != NO
            except Exception:  # noqa: BLE001 - see the class
                fits = True
            if fits:
                passed.append(index)
        return passed


def _is_out(match: StatementMatch, statement: Statement, scene: Scene) -> bool:
    """Whether something else than its actions keeps *match* from holding of *statement*."""
    if not all(getattr(statement, LISTS[field]) for field in match.wanted_fields()):
        return True
    return match.rules_out(statement, scene)


@record
class _Group:
    """The matches for statements of one effect and with the same fields in documents of one kind.

    Those of ``always`` hold whatever the actions are; the others need an
    action that passes their test.
    """

    always: list[int]
    tests: list[tuple[int, ListedTest]]
    by_action: dict[object, list[int]]
