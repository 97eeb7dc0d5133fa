"""An index of rules: most are about a few actions, so most need not be tried on a statement."""

from __future__ import annotations

from ..iam.policy import Condition
from .clauses import LISTS
from .elements import ListedTest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..iam.policy import Action, Head, Resource, Statement
    from .clauses import Scene, StatementMatch
    from .elements import Gate


class Index:
    """Finds those of *matches* that a statement may satisfy.

    A match is out because of the statement's effect, the kind of its document,
    an empty list, or all of its actions (resources, condition keys). Each action
    is tested once, however many statements have it. A match that is None or
    raises is never out: the error is reported when it is used.
    """

    def __init__(self, matches: Sequence[StatementMatch | None]) -> None:
        self._matches = matches
        self._groups: dict[object, _Group] = {}

    def candidates(self, statement: Statement, scene: Scene) -> list[int]:
        """The indexes of the matches that *statement* may satisfy, in no order."""
        effect = statement.effect
        key = (
            scene.document.kinds,
            effect if effect is None else effect.known,
            bool(statement.actions),
            bool(statement.resources),
            bool(statement.principals),
            bool(statement.conditions),
        )
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._group(statement, scene)
        found = set(group.always)
        for field, gates in group.gates.items():
            for element in getattr(statement, LISTS[field]):
                found.update(gates.passed(element, statement))
        return list(found)

    def candidates_of(self, scene: Scene) -> set[int]:
        """The indexes of the matches that are None or that a statement of the scene may satisfy."""
        found = {index for index, match in enumerate(self._matches) if match is None}
        for statement in scene.document.statements:
            found.update(self.candidates(statement, scene))
        return found

    def _group(self, statement: Statement, scene: Scene) -> _Group:
        group = _Group()
        for index, match in enumerate(self._matches):
            try:
                if match is not None and _is_out(match, statement, scene):
                    continue
                gate = match.gate() if match is not None else None
            except Exception:  # noqa: BLE001 - see the class
                gate = None
            if gate is None:
                group.always.append(index)
            else:
                field, test = gate
                group.gates.setdefault(field, _Gates()).tests.append((index, test))
        return group


class _Group:
    """The matches for statements of one effect and with the same fields in documents of one kind.

    Those in ``always`` do not depend on single elements. The others, in
    ``gates`` by list, need an element of the list that passes a test.
    """

    def __init__(self) -> None:
        self.always: list[int] = []
        self.gates: dict[str, _Gates] = {}


def _is_out(match: StatementMatch, statement: Statement, scene: Scene) -> bool:
    """Whether *statement* cannot satisfy *match*, whatever its elements are."""
    if not all(getattr(statement, LISTS[field]) for field in match.wanted_fields()):
        return True
    return match.rules_out(statement, scene)


class _Gates:
    """Tests of the elements of one list, each with the index of the match that needs it."""

    def __init__(self) -> None:
        self.tests: list[tuple[int, Gate]] = []
        self._near: dict[Head, list[tuple[int, Gate]]] = {}
        self._known: dict[object, list[int]] = {}

    def passed(self, element: Action | Resource | Condition, statement: Statement) -> list[int]:
        """The indexes of the matches whose test *element* may pass."""
        if isinstance(element, Condition):
            tests, key = self.tests, element.key.known
        elif element.complement:
            return self._passed(self.tests, element, statement)
        else:
            tests, key = self._about(element.head), element.known
        if not tests:
            return []
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._passed(tests, element, statement)
        return found

    def _about(self, head: Head | None) -> list[tuple[int, Gate]]:
        if head is None:
            return self.tests
        near = self._near.get(head)
        if near is None:
            near = [(index, test) for index, test in self.tests if _is_near(test, head)]
            self._near[head] = near
        return near

    def _passed(
        self,
        tests: Sequence[tuple[int, Gate]],
        element: Action | Resource | Condition,
        statement: Statement,
    ) -> list[int]:
        passed = []
        for index, test in tests:
            try:
                fits = test.may_pass(element, statement)
            except Exception:  # noqa: BLE001 - see the class ``Index``
                fits = True
            if fits:
                passed.append(index)
        return passed


def _is_near(test: Gate, head: Head) -> bool:
    assert isinstance(test, ListedTest)  # only elements of these have a head
    return test.is_near(head)
