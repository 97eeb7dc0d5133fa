"""An index of rules: most are about a few actions or keys, so most need not be read for a statement."""

from __future__ import annotations

from ..iam.arns import action_head
from ..iam.patterns import NO
from ..iam.policy import Condition
from ..rulebook.gates import GATED, LISTS
from .glance import Glances, Texts

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
    _Entry: TypeAlias = tuple[int, int | None, int | None]
    """A match, and the numbers of the texts and of the operators that it needs; None for any."""
    _Seen: TypeAlias = list[tuple[tuple[str, ...], list[_Entry]]]
    """Entries, grouped by the words that one look at an element answers."""
    _Names: TypeAlias = tuple[str, ...]
    _Key: TypeAlias = tuple[_Names | None, _Names | None, _Names, _Names]


class Index:
    """Finds those of some matches that a statement may satisfy.

    A match is out by its gate: because of the statement's effect, the kind of its
    document, an empty list, or because no element of a list has what it needs. Only then it
    is read, and is out if no element of a list passes its test, whatever else there is. Each
    element is tested once, however many statements have it.

    *gates* are those of the matches; one without is never out. *match* returns
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
        self._always = [index for index, gate in enumerate(gates) if gate is None]
        self._alike: dict[_Key, list[int]] = {}
        self._fields = [
            tuple([need.field for need in gate.needs]) if gate else () for gate in gates
        ]
        self._by_name: dict[str, dict[str | None, list[_Entry]]] = {field: {} for field in GATED}
        self._seen: dict[tuple[int, str], tuple[str, ...]] = {}
        self._texts = Texts()
        self._glances = Glances(lookups)
        for index, gate in enumerate(gates):
            if gate is None:
                continue
            key = gate.kinds, gate.effects, gate.wanted, gate.lacking
            self._alike.setdefault(key, []).append(index)
            for need in gate.needs:
                entry = index, self._texts.add(need.texts), self._texts.add(need.operators)
                self._seen[index, need.field] = need.seen
                by_name = self._by_name[need.field]
                for name in (None,) if need.names is None else need.names:
                    by_name.setdefault(name, []).append(entry)
        self._groups: dict[object, _Group] = {}
        self._tests: dict[tuple[int, str], ElementTest | None] = {}

    def candidates(self, statement: Statement, scene: Scene) -> list[int]:
        """The numbers of the matches that *statement* of *scene* may satisfy, in no order."""
        group = self._group(statement, scene)
        near: dict[str, dict[int, list[Element]]] = {}
        for field in GATED:
            of_field = near[field] = {}
            for element in getattr(statement, LISTS[field]):
                for index in self._near(group, field, element, statement):
                    of_field.setdefault(index, []).append(element)
        found = [
            index
            for field, of_field in near.items()
            for index in of_field
            if self._fields[index][0] == field and self._passes(index, near, statement)
        ]
        for sign, always in self._of_form(group, statement, scene):
            if sign is None or sign(statement, scene.document):
                found += always
        return found

    def _passes(
        self, index: int, near: dict[str, dict[int, list[Element]]], statement: Statement
    ) -> bool:
        """Whether *near* has what the match *index* needs in each list, and that may pass its tests."""
        fields = self._fields[index]
        return all(index in near[field] for field in fields) and all(
            self._some_may_pass(index, field, near[field][index], statement) for field in fields
        )

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

    def _near(
        self, group: _Group, field: str, element: Element, statement: Statement
    ) -> Iterable[int]:
        """The members of *group* of whose needs in the list *field* *element* has all that shows at a glance."""
        if isinstance(element, Condition):
            return self._near_condition(group, element, statement)
        key = None if element.complement else (field, element.known)
        found = group.near.get(key)
        if found is None:
            texts = self._texts.of(element.texts[0]) if key is not None else None
            found = []
            for seen, entries in self._of_head(group, field, element.head):
                if not seen or self._glances.may_pass(seen, element):
                    found += [one for one, wanted, _ in entries if _is_in(wanted, texts)]
            if key is not None:
                group.near[key] = found
        return found

    def _near_condition(
        self, group: _Group, element: Condition, statement: Statement
    ) -> Iterator[int]:
        key = element.key.known, element.operator.known
        found = group.near_condition.get(key)
        if found is None:
            texts, operators = self._texts.of(element.key), self._texts.of(element.operator)
            of_head = self._of_head(group, "condition", action_head(element.key.known))
            by_seen = {
                seen: [one for one, a, b in entries if _is_in(a, texts) and _is_in(b, operators)]
                for seen, entries in of_head
            }
            found = group.near_condition[key] = [one for one in by_seen.items() if one[1]]
        for seen, indexes in found:
            if not seen or self._glances.condition_may_pass(seen, element, statement):
                yield from indexes

    def _of_head(self, group: _Group, field: str, head: Head | None) -> _Seen:
        """The members of *group* with a need in the list *field* whose names an element with *head* may have."""
        key = field, head
        found = group.of_head.get(key)
        if found is None:
            by_name = self._by_name[field]
            lists: Iterable[list[_Entry]] = by_name.values()
            if head is not None:
                lists = [by_name[one] for one in (None, head[-1]) if one in by_name]
            by_seen: dict[tuple[str, ...], dict[int, _Entry]] = {}
            for entry in [one for some in lists for one in some]:
                if entry[0] in group.members:
                    by_seen.setdefault(self._seen[entry[0], field], {})[entry[0]] = entry
            found = group.of_head[key] = [
                (seen, list(entries.values())) for seen, entries in by_seen.items()
            ]
        return found

    def _some_may_pass(
        self, index: int, field: str, elements: Iterable[Element], statement: Statement
    ) -> bool:
        """Whether one of *elements* of the list *field* may pass the test of the match *index*."""
        try:
            test = self._test(index, field)
            return test is None or any(test.may_pass(one, statement) for one in elements)
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
    on the names of the statement's elements; ``of_form`` are those that are left for such names. ``of_head`` is kept by
    list and head of an element, ``near`` by list and text, ``near_condition`` by key and operator.
    """

    __slots__ = ("always", "members", "near", "near_condition", "of_form", "of_head", "on_form")

    def __init__(self) -> None:
        self.always: _Signed = []
        self.on_form: list[int] = []
        self.of_form: dict[object, _Signed] = {}
        self.members: set[int] = set()
        self.of_head: dict[object, _Seen] = {}
        self.near: dict[object, list[int]] = {}
        self.near_condition: dict[object, list[tuple[tuple[str, ...], list[int]]]] = {}


def _is_in(wanted: int | None, found: frozenset[int] | None) -> bool:
    return wanted is None or found is None or wanted in found
