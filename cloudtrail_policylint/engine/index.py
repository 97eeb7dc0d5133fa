"""An index of rules: most are about a few actions, so most need not be tried on a statement."""

from __future__ import annotations

from ..iam.arns import action_head
from ..iam.policy import Condition
from ..rulebook.gates import GATED, LISTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Document, Resource, Statement
    from ..rulebook.gates import Gate
    from .clauses import StatementMatch

    Element: TypeAlias = Action | Resource | Condition
    _Key: TypeAlias = tuple[tuple[str, ...] | None, tuple[str, ...] | None, tuple[str, ...]]


class Index:
    """Finds those of some matches that a statement may satisfy.

    A match is out by its gate: because of the statement's effect, the kind of its
    document, an empty list, or the names of all elements of a list. Then it is read,
    and is out if no element of a list passes its test, whatever else there is. Each
    element is tested once, however many statements have it.

    *gates* are those of the matches; one without is never out. *match* returns
    the match of a number; if it cannot be made, it is not out: the error is reported
    when it is used.
    """

    def __init__(
        self, gates: Sequence[Gate | None], match: Callable[[int], StatementMatch | None]
    ) -> None:
        self._match = match
        self._always = [index for index, gate in enumerate(gates) if gate is None]
        self._alike: dict[_Key, list[int]] = {}
        self._fields: list[tuple[str, ...]] = []
        self._by_name: dict[str, dict[str | None, list[int]]] = {field: {} for field in GATED}
        for index, gate in enumerate(gates):
            self._fields.append(tuple([field for field, _ in gate.names]) if gate else ())
            if gate is None:
                continue
            key = gate.kinds, gate.effects, gate.wanted
            self._alike.setdefault(key, []).append(index)
            if gate.names:
                # The first list is looked up by its names, the others only if that has one.
                first, names = gate.names[0]
                by_name = self._by_name[first]
                for name in (None,) if names is None else names:
                    by_name.setdefault(name, []).append(index)
        self._gates = gates
        self._groups: dict[object, _Group] = {}

    def candidates(self, statement: Statement, document: Document) -> list[int]:
        """The numbers of the matches that *statement* of *document* may satisfy, in no order."""
        group = self._group(statement, document)
        found = set(group.always)
        for field in GATED:
            for element in getattr(statement, LISTS[field]):
                for index in self._passed(group, field, element, statement):
                    if index not in found and self._rest_passes(index, statement):
                        found.add(index)
        return list(found)

    def candidates_of(self, document: Document) -> set[int]:
        """The numbers of the matches that a statement of *document* may satisfy, or that have no gate."""
        found = set(self._always)
        for statement in document.statements:
            found.update(self.candidates(statement, document))
        return found

    def _group(self, statement: Statement, document: Document) -> _Group:
        effect = statement.effect
        filled = tuple([field for field in LISTS if getattr(statement, LISTS[field])])
        key = document.kinds, effect if effect is None else effect.known, filled
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(self._always)
            written = effect.literal if effect is not None else ""
            for (kinds, effects, wanted), indexes in self._alike.items():
                if (
                    set(wanted).issubset(filled)
                    and (kinds is None or not set(kinds).isdisjoint(document.kinds))
                    and (effects is None or written is None or written in effects)
                ):
                    group.members.update(indexes)
            group.always += [one for one in group.members if not self._fields[one]]
        return group

    def _passed(
        self, group: _Group, field: str, element: Element, statement: Statement
    ) -> Sequence[int]:
        """The members of *group* that are looked up by *field* and whose test *element* may pass."""
        near = self._near(group, field, _name_of(element))
        if not near:
            return near
        if isinstance(element, Condition):
            known = element.key.known
        elif element.complement:
            return self._tested(near, field, element, statement)
        else:
            known = element.known
        key = field, known
        found = group.passed.get(key)
        if found is None:
            found = group.passed[key] = self._tested(near, field, element, statement)
        return found

    def _near(self, group: _Group, field: str, name: str | None) -> Sequence[int]:
        """The members of *group* that are looked up by *field*, where an element has *name*."""
        key = field, name
        found = group.near.get(key)
        if found is None:
            by_name = self._by_name[field]
            lists: Iterable[list[int]] = by_name.values()
            if name is not None:
                lists = [by_name[one] for one in (None, name) if one in by_name]
            members = group.members
            indexes = dict.fromkeys([one for some in lists for one in some if one in members])
            found = group.near[key] = list(indexes)
        return found

    def _tested(
        self, near: Sequence[int], field: str, element: Element, statement: Statement
    ) -> list[int]:
        return [index for index in near if self._may_pass(index, field, element, statement)]

    def _rest_passes(self, index: int, statement: Statement) -> bool:
        """Whether elements of the other lists may pass the tests of the match *index*."""
        gate = self._gates[index]
        assert gate is not None
        return all(
            any(
                (names is None or _name_of(element) in (None, *names))
                and self._may_pass(index, field, element, statement)
                for element in getattr(statement, LISTS[field])
            )
            for field, names in gate.names[1:]
        )

    def _may_pass(self, index: int, field: str, element: Element, statement: Statement) -> bool:
        try:
            match = self._match(index)
            return match is None or match.test_of(field).may_pass(element, statement)
        except Exception:  # noqa: BLE001 - see the class
            return True


class _Group:
    """The matches for statements of one effect and with the same fields in documents of one kind.

    Those in ``always`` do not depend on single elements. ``near`` and ``passed`` are kept
    by list, and name or text of an element.
    """

    __slots__ = ("always", "members", "near", "passed")

    def __init__(self, always: Sequence[int]) -> None:
        self.always = list(always)
        self.members: set[int] = set()
        self.near: dict[object, list[int]] = {}
        self.passed: dict[object, list[int]] = {}


def _name_of(element: Element) -> str | None:
    """The name of the service of *element*; None if it may be any."""
    head = action_head(element.key.known) if isinstance(element, Condition) else element.head
    return head[-1] if head is not None else None
