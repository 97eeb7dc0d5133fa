"""An index of rules: most are about a few actions, so most need not be tried on a statement."""

from __future__ import annotations

from functools import partial

from ..iam.arns import Shape, action_head
from ..iam.patterns import NO
from ..iam.policy import Condition
from ..rulebook.gates import GATED, LISTS
from .elements import ConditionTest
from .lookups import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Head, Resource, Statement
    from ..rulebook.gates import Gate
    from .elements import ElementTest, Sign
    from .matches import StatementMatch
    from .scene import Scene
    from .signs import StatementSign

    Element: TypeAlias = Action | Resource | Condition
    _Signed: TypeAlias = list[tuple[StatementSign | None, list[int]]]
    """Matches, grouped by what a statement that may satisfy them has."""
    _Names: TypeAlias = tuple[str, ...]
    _Key: TypeAlias = tuple[_Names | None, _Names | None, _Names, _Names]


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
            key = gate.kinds, gate.effects, gate.wanted, gate.lacking
            self._alike.setdefault(key, []).append(index)
            if gate.names:
                # The first list is looked up by its names, the others only if that has one.
                first, names = gate.names[0]
                by_name = self._by_name[first]
                for name in (None,) if names is None else names:
                    by_name.setdefault(name, []).append(index)
        self._gates = gates
        self._groups: dict[object, _Group] = {}
        self._tests: dict[tuple[int, str], ElementTest | None] = {}
        self._near_rest: dict[object, bool] = {}

    def candidates(self, statement: Statement, scene: Scene) -> list[int]:
        """The numbers of the matches that *statement* of *scene* may satisfy, in no order."""
        group = self._group(statement, scene)
        passed: set[int] = set()
        for field in GATED:
            for element in getattr(statement, LISTS[field]):
                passed.update(self._passed(group, field, element, statement, scene))
        found = [index for index in passed if self._rest_passes(index, statement)]
        for sign, indexes in self._of_form(group, statement, scene):
            if sign is None or sign(statement, scene.document):
                found += indexes
        return found

    def _of_form(self, group: _Group, statement: Statement, scene: Scene) -> _Signed:
        """Those of *group* that do not depend on single elements, and that the form of *statement* allows."""
        if not group.on_form:
            return group.always
        key = scene.document.misread, scene.names_in(statement.node)
        found = group.of_form.get(key)
        if found is None:
            has_form = [one for one in group.on_form if self._has_form(one, statement, scene)]
            found = group.of_form[key] = [*group.always, (None, has_form)]
        return found

    def _asks_form(self, index: int) -> bool:
        try:
            match = self._match(index)
            return match is not None and match.asks_form
        except Exception:  # noqa: BLE001 - see the class
            return False

    def _statement_sign(self, index: int) -> StatementSign | None:
        try:
            match = self._match(index)
            return match.sign if match is not None else None
        except Exception:  # noqa: BLE001 - see the class
            return None

    def _is_out(self, index: int, statement: Statement, scene: Scene) -> bool:
        """Whether the match *index* is out for all statements like *statement* in documents like that of *scene*."""
        try:
            match = self._match(index)
            return match is not None and match.certain_no(statement, scene)
        except Exception:  # noqa: BLE001 - see the class
            return False

    def _has_form(self, index: int, statement: Statement, scene: Scene) -> bool:
        try:
            match = self._match(index)
            return match is None or match.form_verdict(statement, scene) != NO
        except Exception:  # noqa: BLE001 - see the class
            return True

    def candidates_of(self, scene: Scene) -> set[int]:
        """The numbers of the matches that a statement of *scene* may satisfy, or that have no gate."""
        found = set(self._always)
        for statement in scene.document.statements:
            found.update(self.candidates(statement, scene))
        return found

    def _group(self, statement: Statement, scene: Scene) -> _Group:
        document = scene.document
        effect, version = statement.effect, document.version
        filled = tuple([field for field in LISTS if getattr(statement, LISTS[field])])
        key = (
            document.kinds,
            effect if effect is None else effect.known,
            version if version is None else version.known,
            filled,
        )
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group()
            always: dict[StatementSign | None, list[int]] = {None: list(self._always)}
            written = effect.literal if effect is not None else ""
            for (kinds, effects, wanted, lacking), indexes in self._alike.items():
                if (
                    set(wanted).issubset(filled)
                    and set(lacking).isdisjoint(filled)
                    and (kinds is None or not set(kinds).isdisjoint(document.kinds))
                    and (effects is None or written is None or written in effects)
                ):
                    group.members.update(indexes)
            for one in group.members:
                if self._fields[one] or self._is_out(one, statement, scene):
                    continue
                if self._asks_form(one):
                    group.on_form.append(one)
                else:
                    always.setdefault(self._statement_sign(one), []).append(one)
            group.always = list(always.items())
        return group

    def _passed(
        self,
        group: _Group,
        field: str,
        element: Element,
        statement: Statement,
        scene: Scene,
    ) -> Sequence[int]:
        """The members of *group* that are looked up by *field* and whose test *element* may pass."""
        if isinstance(element, Condition):
            return self._passed_by_condition(group, element, statement, scene)
        key = None if element.complement else (field, element.known)
        found = group.passed.get(key)
        if found is None:
            near = self._near(group, field, _head_of(element))
            if not near:
                return ()
            found = [
                one
                for sign, indexes in near
                if sign is None or key is None or sign(_term(element))
                for one in indexes
                if self._may_pass(one, field, element, statement)
            ]
            if key is not None:
                group.passed[key] = found
        return found

    def _passed_by_condition(
        self, group: _Group, element: Condition, statement: Statement, scene: Scene
    ) -> list[int]:
        """As ``_passed``, by key and operator, and then by what the values have."""
        key = element.key.known, element.operator.known
        found = group.passed_by_condition.get(key)
        if found is None:
            by_sign: dict[Sign | None, list[int]] = {}
            for _, indexes in self._near(group, "condition", _head_of(element)):
                for one in indexes:
                    if self._may_pass(one, "condition", element, statement) and not (
                        self._is_out(one, statement, scene)
                    ):
                        by_sign.setdefault(self._sign_of_values(one), []).append(one)
            found = group.passed_by_condition[key] = list(by_sign.items())
        values = [Term(one, partial(Shape, one.parts, variables=True)) for one in element.values]
        return [
            one
            for sign, indexes in found
            if sign is None or any(map(sign, values))
            for one in indexes
        ]

    def _near(
        self, group: _Group, field: str, head: Head | None
    ) -> Sequence[tuple[Sign | None, Sequence[int]]]:
        """The members of *group* that are looked up by *field*, where an element has *head*.

        They are grouped by the sign that their tests have in common.
        """
        key = field, head
        found = group.near.get(key)
        if found is None:
            by_name = self._by_name[field]
            lists: Iterable[list[int]] = by_name.values()
            if head is not None:
                lists = [by_name[one] for one in (None, head[-1]) if one in by_name]
            members = group.members
            indexes = dict.fromkeys([one for some in lists for one in some if one in members])
            by_sign: dict[Sign | None, list[int]] = {}
            for index in indexes:
                if self._is_near(index, field, head):
                    by_sign.setdefault(self._sign(index, field), []).append(index)
            found = group.near[key] = list(by_sign.items())
        return found

    def _rest_passes(self, index: int, statement: Statement) -> bool:
        """Whether elements of the other lists may pass the tests of the match *index*."""
        gate = self._gates[index]
        assert gate is not None
        return all(
            any(
                self._rest_is_near(index, field, names, element)
                and self._may_pass(index, field, element, statement)
                for element in getattr(statement, LISTS[field])
            )
            for field, names in gate.names[1:]
        )

    def _rest_is_near(
        self, index: int, field: str, names: tuple[str, ...] | None, element: Element
    ) -> bool:
        head = _head_of(element)
        key = index, field, head
        found = self._near_rest.get(key)
        if found is None:
            named = names is None or head is None or head[-1] in (None, *names)
            found = self._near_rest[key] = named and self._is_near(index, field, head)
        return found

    def _is_near(self, index: int, field: str, head: Head | None) -> bool:
        """Whether an element with *head* may pass the test of the match *index*."""
        try:
            test = self._test(index, field)
            return test is None or test.is_near(head)
        except Exception:  # noqa: BLE001 - see the class
            return True

    def _sign_of_values(self, index: int) -> Sign | None:
        try:
            test = self._test(index, "condition")
        except Exception:  # noqa: BLE001 - see the class
            return None
        return test.sign_of_values if isinstance(test, ConditionTest) else None

    def _sign(self, index: int, field: str) -> Sign | None:
        try:
            test = self._test(index, field)
        except Exception:  # noqa: BLE001 - see the class
            return None
        return test.sign if test is not None else None

    def _may_pass(self, index: int, field: str, element: Element, statement: Statement) -> bool:
        try:
            test = self._test(index, field)
            return test is None or test.may_pass(element, statement)
        except Exception:  # noqa: BLE001 - see the class
            return True

    def _test(self, index: int, field: str) -> ElementTest | None:
        """The test of the match *index* that one element of the list *field* must pass."""
        key = index, field
        found = self._tests.get(key)
        if found is None:
            match = self._match(index)
            found = self._tests[key] = match.test_of(field) if match is not None else None
        return found


class _Group:
    """The matches for statements of one effect and with the same fields in documents of one kind.

    Those in ``always`` do not depend on single elements, nor do those ``on_form``, which depend
    on the names of the statement's elements; ``of_form`` are those that are left for such names. ``near`` and ``passed`` are kept
    by list, and head or texts of an element, and ``passed_by_condition`` by key and operator.
    """

    __slots__ = ("always", "members", "near", "of_form", "on_form", "passed", "passed_by_condition")

    def __init__(self) -> None:
        self.always: _Signed = []
        self.on_form: list[int] = []
        self.of_form: dict[object, _Signed] = {}
        self.passed_by_condition: dict[object, list[tuple[Sign | None, list[int]]]] = {}
        self.members: set[int] = set()
        self.near: dict[object, list[tuple[Sign | None, list[int]]]] = {}
        self.passed: dict[object, list[int]] = {}


def _term(element: Action | Resource) -> Term:
    return Term(element.texts[0], lambda: element.forms[0])


def _head_of(element: Element) -> Head | None:
    return action_head(element.key.known) if isinstance(element, Condition) else element.head
