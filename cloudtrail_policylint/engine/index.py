"""An index of rules: most are about a few actions or keys, so most need not be read for a statement."""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import action_head
from ..iam.patterns import NO
from ..iam.policy import Condition
from ..rulebook.gates import GATED, LISTS
from .glance import Looks, Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Head, Resource, Statement
    from ..rulebook.gates import Gate
    from .elements import ElementTest
    from .lookups import Lookups
    from .matches import StatementMatch
    from .scene import Scene
    from .signs import StatementSign

    Element: TypeAlias = Action | Resource | Condition
    _Signed: TypeAlias = list[tuple[StatementSign | None, list[int]]]
    """Matches, grouped by what a statement that may satisfy them has."""
    _Names: TypeAlias = tuple[str, ...]
    _Key: TypeAlias = tuple[_Names | None, _Names | None, _Names, _Names]


_EMPTY: frozenset[int] = frozenset()


class _Kind:
    """Matches that elements with one head, and with texts that the same patterns may match, are near to."""

    __slots__ = ("_entries", "_members", "wanted")

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self._entries = entries
        self.wanted = frozenset([one for entry in entries for one in entry.seen])
        self._members: dict[frozenset[str], list[int]] = {}

    def members(self, seen: frozenset[str]) -> list[int]:
        """Those that need no more than what was *seen*."""
        found = self._members.get(seen)
        if found is None:
            found = self._members[seen] = [
                one.index for one in self._entries if seen.issuperset(one.seen)
            ]
        return found


@record
class _Near:
    """What an element has all of that shows at a glance: ``passed`` need no other list, and it may pass their tests.

    ``others`` need other lists, too; those in ``first`` need none before that of the element.
    """

    passed: list[int]
    first: list[int]
    others: frozenset[int]


@record
class _Entry:
    """A match with a need: the numbers of the texts and of the operators, None for any, and what one look shows."""

    index: int
    text: int | None
    operator: int | None
    seen: tuple[str, ...]


class Index:
    """Finds those of some matches that a statement may satisfy.

    A match is out by its gate: because of the statement's effect, the kind of its
    document, an empty list, or because no element of a list has what it needs. Only then it
    is read, and is out if no element of a list passes its test, whatever else there is. Each
    element is tested once, however many statements have it.

    *gates* are those of the matches; those without one (None) are never out. *match* returns
    the match of a number; if it cannot be made, it is not out: the error is reported
    when it is used.
    """

    def __init__(
        self,
        gates: Sequence[Gate | None],
        match: Callable[[int], StatementMatch | None],
        lookups: Lookups,
    ) -> None:
        self._match = match
        self._without_gate = [index for index, gate in enumerate(gates) if gate is None]
        self._alike: dict[_Key, list[int]] = {}
        self._fields = [
            tuple([need.field for need in gate.needs]) if gate else () for gate in gates
        ]
        self._by_name: dict[str, dict[str | None, list[_Entry]]] = {field: {} for field in GATED}
        self._texts = {part: Texts() for part in (*GATED, "operator")}
        self._looks = Looks(lookups)
        for index, gate in enumerate(gates):
            if gate is None:
                continue
            key = gate.kinds, gate.effects, gate.wanted, gate.lacking
            self._alike.setdefault(key, []).append(index)
            for need in gate.needs:
                texts = self._texts[need.field].add(need.texts)
                operators = self._texts["operator"].add(need.operators)
                entry = _Entry(index, texts, operators, need.seen)
                by_name = self._by_name[need.field]
                for name in (None,) if need.names is None else need.names:
                    by_name.setdefault(name, []).append(entry)
        self._groups: dict[object, _Group] = {}
        self._nears: dict[object, _Near] = {}
        self._tests: dict[tuple[int, str], ElementTest | None] = {}

    def candidates(self, statement: Statement, scene: Scene) -> list[int]:
        """The numbers of the matches that *statement* of *scene* may satisfy, in no order."""
        group = self._group(statement, scene)
        found: set[int] = set()
        open_: set[int] = set()
        near: dict[str, list[tuple[Element, _Near]]] = {}
        for field in GATED:
            of_field = near[field] = []
            for element in getattr(statement, LISTS[field]):
                one = self._near(group, field, element, statement)
                found.update(one.passed)
                open_.update(one.first)
                of_field.append((element, one))
        if open_:
            found.update(self._passing(open_, near, statement))
        candidates = list(found)
        for sign, always in self._of_form(group, statement, scene):
            if sign is None or sign(statement, scene.document):
                candidates += always
        return candidates

    def _passing(
        self,
        open_: Iterable[int],
        near: dict[str, list[tuple[Element, _Near]]],
        statement: Statement,
    ) -> Iterator[int]:
        """Those matches of *open_* of which *near* has what they need in each list, and that may pass its tests."""
        in_reach = {
            field: _EMPTY.union(*[one.others for _, one in elements])
            for field, elements in near.items()
        }
        for index in open_:
            fields = self._fields[index]
            for field in fields:
                if index not in in_reach[field]:
                    break
            else:
                for field in fields:
                    if not self._has_passing(index, field, near[field], statement):
                        break
                else:
                    yield index

    def _has_passing(
        self, index: int, field: str, near: list[tuple[Element, _Near]], statement: Statement
    ) -> bool:
        """Whether one of *near*, elements of the list *field*, may pass the test of the match *index*."""
        for element, one in near:
            if index in one.others and self._may_pass(index, field, element, statement):
                return True
        return False

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
            always: dict[StatementSign | None, list[int]] = {None: list(self._without_gate)}
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

    def _near(self, group: _Group, field: str, element: Element, statement: Statement) -> _Near:
        """The members of *group* of whose needs in the list *field* *element* has all that shows at a glance."""
        if isinstance(element, Condition):
            return self._near_condition(group, element, statement)
        key = None if element.complement else (field, element.known)
        found = group.near.get(key)
        if found is None:
            texts = None if element.complement else self._texts[field].of(element.texts[0])
            kind = self._kind(group, field, element.head, texts, None)
            members = kind.members(self._looks.of(kind.wanted, element))
            found = self._tested(members, field, element, statement)
            if key is not None:
                group.near[key] = found
        return found

    def _near_condition(self, group: _Group, element: Condition, statement: Statement) -> _Near:
        kind = self._kind_of_condition(group, element)
        seen = self._looks.of_condition(kind.wanted, element, statement)
        key = element.key.known, element.operator.known, seen
        found = group.near.get(key)
        if found is None:
            members = kind.members(seen)
            found = group.near[key] = self._tested(members, "condition", element, statement)
        return found

    def _kind_of_condition(self, group: _Group, element: Condition) -> _Kind:
        key = element.key.known, element.operator.known
        found = group.of_condition.get(key)
        if found is None:
            texts = self._texts["condition"].of(element.key)
            operators = self._texts["operator"].of(element.operator)
            head = action_head(element.key.known)
            found = group.of_condition[key] = self._kind(group, "condition", head, texts, operators)
        return found

    def _kind(
        self,
        group: _Group,
        field: str,
        head: Head | None,
        texts: frozenset[int] | None,
        operators: frozenset[int] | None,
    ) -> _Kind:
        """The members of *group* whose need in the list *field* an element may have, by its head and texts."""
        key = field, head, texts, operators
        found = group.kinds.get(key)
        if found is None:
            by_name = self._by_name[field]
            lists: Iterable[list[_Entry]] = by_name.values()
            if head is not None:
                lists = [by_name[one] for one in (None, head[-1]) if one in by_name]
            entries = {
                one.index: one
                for some in lists
                for one in some
                if one.index in group.members
                and _is_in(one.text, texts)
                and _is_in(one.operator, operators)
            }
            found = group.kinds[key] = _Kind(list(entries.values()))
        return found

    def _tested(
        self, members: Iterable[int], field: str, element: Element, statement: Statement
    ) -> _Near:
        """Those of *members* that need only what *element* has, if it may pass their tests, and the others."""
        passed, others = [], []
        for one in members:
            if len(self._fields[one]) > 1:
                others.append(one)
            elif self._may_pass(one, field, element, statement):
                passed.append(one)
        key = field, tuple(passed), tuple(others)
        found = self._nears.get(key)
        if found is None:
            first = [one for one in others if self._fields[one][0] == field]
            found = self._nears[key] = _Near(passed, first, frozenset(others))
        return found

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
    on the names of the statement's elements; ``of_form`` are those that are left for such names. ``near`` are those
    that an element like one may satisfy, ``of_condition`` and ``kinds`` those that have all but what one look at it shows.
    """

    __slots__ = ("always", "kinds", "members", "near", "of_condition", "of_form", "on_form")

    def __init__(self) -> None:
        self.always: _Signed = []
        self.on_form: list[int] = []
        self.of_form: dict[object, _Signed] = {}
        self.members: set[int] = set()
        self.kinds: dict[object, _Kind] = {}
        self.of_condition: dict[object, _Kind] = {}
        self.near: dict[object, _Near] = {}


def _is_in(wanted: int | None, found: frozenset[int] | None) -> bool:
    return wanted is None or found is None or wanted in found
