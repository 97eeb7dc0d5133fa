"""Compiled matches of statements and documents.

All verdicts have three values. ``floor`` is the lowest verdict that the caller
needs: a match stops as soon as its verdict is below it.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..rulebook.gates import LISTS
from ..tree.source import Related
from .clauses import Listed, OfDocument, OfTarget, Shown, Single, document_tests
from .elements import Witness
from .scene import Scene
from .shown import field_span
from .words import ASKED_OF_ELEMENTS
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..iam.policy import Statement
    from ..setups.model import Resource
    from ..tree.source import Span
    from .clauses import Clause
    from .deciding import Asked
    from .elements import ElementTest
    from .lookups import Lookups
    from .signs import StatementSign
    from .words.word import Given


@record
class Binding:
    """One way in which a match holds: its statement, if any, and its witnesses."""

    statement: Statement | None
    witnesses: tuple[Witness, ...]


@record
class Held:
    """One way in which the match of a resource holds: its binding, and the places that explain it.

    ``resource`` is the resource, ``late`` are the partners of whose order something is asked.
    """

    binding: Binding
    related: tuple[Related, ...]
    resource: Resource | None = None
    late: tuple[Resource, ...] = ()


class StatementMatch:
    """The match of one statement."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._given = sorted(given.items(), key=lambda clause: _COST.index(clause[0]))
        self._lookups = lookups
        self._clauses: list[Clause | None] = [None] * len(self._given)
        self._order: list[int] = []  # of the tests; messages depend on that of ``_given``

    def verdict(self, statement: Statement, scene: Scene, floor: int) -> int:
        """The verdict on *statement*; NO as soon as it is below *floor*."""
        verdict = YES
        for index in self._order or self._in_order():
            found = self._clause(index).verdict(statement, scene)
            if found < floor:
                return NO
            if found < verdict:
                verdict = found
        return verdict

    def certain_no(self, statement: Statement, scene: Scene) -> bool:
        """Whether ``kind``, ``effect`` or ``version`` of *statement* and *scene* exclude it."""
        return any(
            self._clause(index).verdict(statement, scene) == NO
            for index, (field, _) in enumerate(self._given)
            if field in _OF_GROUP
        )

    @property
    def sign(self) -> StatementSign | None:
        """What a statement that may satisfy it has, if one of its clauses says so."""
        clauses = [
            self._clause(index) for index, (field, _) in enumerate(self._given) if field in _SIGNED
        ]
        signs = [clause.sign for clause in clauses if isinstance(clause, Single | Shown | Listed)]
        return next((sign for sign in signs if sign is not None), None)

    @property
    def asks_form(self) -> bool:
        """Whether it asks for the names of the statement's elements."""
        return any(field == _FORM for field, _ in self._given)

    def form_verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on the names of the elements of *statement*."""
        return min(
            [
                self._clause(index).verdict(statement, scene)
                for index, (field, _) in enumerate(self._given)
                if field == _FORM
            ],
            default=YES,
        )

    def _in_order(self) -> list[int]:
        """The indexes of the clauses, those that ask for decisions last."""
        asks = [_asks(field, given) for field, given in self._given]
        self._order = sorted(range(len(asks)), key=asks.__getitem__)
        return self._order

    def test_of(self, field: str) -> ElementTest:
        """The test that at least one element of the list *field* must pass."""
        (index,) = [index for index, (name, _) in enumerate(self._given) if name == field]
        clause = self._clause(index)
        assert isinstance(clause, Listed)
        return clause.some

    def _clause(self, index: int) -> Clause:
        """The clause at *index*, compiled on first use: few of a rule's clauses are needed."""
        found = self._clauses[index]
        if found is None:
            found = self._clauses[index] = _clause(*self._given[index], self._lookups)
        return found

    def _compiled(self) -> Iterator[Clause]:
        """All clauses."""
        for index in range(len(self._given)):
            yield self._clause(index)

    def binding(self, statement: Statement, scene: Scene, floor: int) -> Binding:
        """The witnesses of a *statement* that matched with at least *floor*."""
        found: list[Witness] = []
        for clause in self._compiled():
            found.extend(clause.witnesses(statement, scene, floor))
        return Binding(statement, tuple(found))

    def related(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Related]:
        """The other statements that a match of *statement* with at least *floor* depends on."""
        for clause in self._compiled():
            if isinstance(clause, _Context):
                yield from clause.match.related(scene, floor, statement)
            elif isinstance(clause, Listed):
                yield from clause.related(statement, scene, floor)

    def shortfall(self, statement: Statement, scene: Scene) -> str | None:
        """The only field that keeps *statement* from matching, if its action matches."""
        missing = ""
        verdicts: dict[str, int] = {}
        for (field, _), clause in zip(self._given, self._compiled(), strict=True):
            verdicts[field] = clause.verdict(statement, scene)
            if verdicts[field] < YES:
                if missing:
                    return None
                missing = field
        known = "action" in verdicts and verdicts.get(missing) == NO
        return missing if known and missing in _MENDABLE else None


class DocumentMatch:
    """The match of a document, or with *context* of the document around a statement."""

    def __init__(self, given: Given, lookups: Lookups, *, context: bool = False) -> None:
        self._is_context = context
        self._in_view = IN_VIEW in given
        tests = {
            field: list(document_tests(field, words, lookups))
            for field, words in given.items()
            if field not in ("statement", "elsewhere", IN_VIEW, *_ASKED)
        }
        self._tests = [test for of_field in tests.values() for test in of_field]
        asked = {
            field: _ASKED[field](words, lookups)
            for field, words in given.items()
            if field in _ASKED
        }
        self._asked: list[Asked] = list(asked.values())
        self._of_form = [test for field in _FORM_OF_DOCUMENT for test in tests.get(field, ())]
        self._asked_of_form = [asked[field] for field in _FORM_OF_DOCUMENT if field in asked]
        self._statements = [
            (quantifier, StatementMatch(match, lookups))
            for quantifier, match in given.get("statement", {}).items()
        ]
        self._elsewhere = [
            StatementMatch(match, lookups) for match in given.get("elsewhere", {}).values()
        ]

    def verdict(self, scene: Scene, floor: int, around: Statement | None = None) -> int:
        """The verdict on the scene's document, or on the document *around* a statement."""
        scene = self._seen(scene)
        verdict = YES
        for test in self._tests:
            verdict = min(verdict, test(scene.document))
            if verdict == NO:
                return NO
        for quantifier, match in self._statements:
            if verdict < floor:
                return NO
            verdict = min(verdict, _over(quantifier, match, scene, around))
        for clause in self._asked:
            if verdict < floor or verdict == NO:
                return NO
            verdict = min(verdict, clause.verdict(scene))
        for match in self._elsewhere if verdict >= max(floor, MAYBE) else ():
            verdict = min(verdict, negated(scene.elsewhere(match)))
        return verdict if verdict >= floor else NO

    def certain_no(self, scene: Scene) -> bool:
        """Whether the form (``Scene.form``) of the document of *scene* excludes it."""
        scene = self._seen(scene)
        return any(test(scene.document) == NO for test in self._of_form) or any(
            clause.verdict(scene) == NO for clause in self._asked_of_form
        )

    def _seen(self, scene: Scene) -> Scene:
        return scene.in_view if self._in_view else scene

    def wanted(self) -> StatementMatch | None:
        """The match that at least one statement of a complete document must satisfy, if any."""
        return dict(self._statements).get("some")

    def bindings(self, scene: Scene, floor: int) -> Iterator[Binding]:
        """A binding for each statement that satisfied ``some``, else one for the document."""
        scene = self._seen(scene)
        some = [match for quantifier, match in self._statements if quantifier == "some"]
        asked = tuple([w for clause in self._asked for w in clause.witnesses(scene, floor)])
        if not some:
            yield Binding(None, asked)
        for match in some:
            for statement in scene.document.statements:
                if match.verdict(statement, scene, floor) >= floor:
                    binding = match.binding(statement, scene, floor)
                    yield Binding(statement, (*binding.witnesses, *asked))

    def related(self, scene: Scene, floor: int, around: Statement | None) -> Iterator[Related]:
        """Some of the statements, except *around*, that a match with at least *floor* depends on.

        Those that satisfied ``some``, if this is the context of a statement; and
        those that nearly or possibly match under ``none``.
        """
        for statement, place in scene.related(self, floor):
            if statement is not around:
                yield place

    def others(self, scene: Scene, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that a match with at least *floor* depends on, each as a related place.

        What a match asks about decisions says what nearly allows it; other statements are exceptions.
        """
        scene = self._seen(scene)
        for quantifier, match in self._statements:
            if quantifier == "some" and self._is_context:
                for statement in scene.document.statements:
                    if match.verdict(statement, scene, floor) >= floor:
                        span = _place_in(statement, match.binding(statement, scene, floor))
                        yield statement, Related(span, f"together with this {_effect(statement)}")
            elif quantifier == "none" and not self._asked:
                for document in (scene.document, *scene.document.companions):
                    for statement in document.statements:
                        place = _nearly(match, statement, scene, floor)
                        if place is not None:
                            yield statement, place
        for clause in self._asked:
            yield from clause.others(scene, floor)


def _nearly(
    match: StatementMatch, statement: Statement, scene: Scene, floor: int
) -> Related | None:
    """*statement* as a related place if it nearly or possibly matches *match*."""
    if match.verdict(statement, scene, MAYBE) == MAYBE:
        message = f"it depends on this {_effect(statement)}"
        return Related(field_span(statement, "action"), message) if floor == MAYBE else None
    field = match.shortfall(statement, scene)
    if field is None:
        return None
    message = f"this {_effect(statement)} would be enough with a different {field}"
    return Related(field_span(statement, field), message)


IN_VIEW = "in-view"
"""Says in the match of a document that statements and policies that are not in view do not count."""
_MENDABLE = ("principal", "condition", "resource")
"""Fields that may be the only reason why a statement with the right action does not match."""


def _effect(statement: Statement) -> str:
    written = statement.effect.literal if statement.effect is not None else None
    return written if written in ("Allow", "Deny") else "statement"


def _place_in(statement: Statement, binding: Binding) -> Span:
    """The place in *statement* that shows what it is about."""
    telling = [w.span for w in binding.witnesses if w.field in LISTS]
    return telling[0] if telling else field_span(statement, "action")


def _over(quantifier: str, match: StatementMatch, scene: Scene, around: Statement | None) -> int:
    """The verdict of a quantifier over the statements in view.

    *around* is a statement that exists; any other optional one may not exist.
    ``none`` also looks at the other policies of the same holder. A role whose
    trust policy alone is in view surely has other policies. A statement that is
    not in view may be anything.
    """
    document = scene.document
    complete = document.complete
    if quantifier == "none" and document.kinds == ("trust",) and not document.companions:
        complete = False  # every role has permissions, which are in another policy
    verdicts = scene.verdicts(match, document)
    if quantifier == "every":
        return verdicts.least if complete else min(verdicts.least, MAYBE)
    found = verdicts.most
    if quantifier == "some" and around is not None:
        found = max(verdicts.sure, match.verdict(around, scene, MAYBE))
    if quantifier == "some":
        return found if complete else max(found, MAYBE)
    for companion in document.companions:
        complete = complete and companion.complete
        found = max(found, scene.verdicts(match, companion).most)
    return min(negated(found), YES if complete else MAYBE)


_COST = (
    "kind",
    "effect",
    "version",
    "sid",
    "element",
    "empty",
    "redundant",
    "action",
    "principal",
    "condition",
    "resource",
    "target",
    "document",
    "request",
    "applies",
    "undenied",
)


_OF_GROUP = ("kind", "effect", "version")
"""The fields that statements of one effect have in common, in documents of one kind and version."""
_SIGNED = ("sid", "empty", "redundant", "action", "resource")
"""The fields that may have a sign."""
_DECIDED = ("request", "applies", "undenied")
"""The fields of a statement that decisions answer."""

_FORM_OF_DOCUMENT = ("kind", "type", "version", "element", "mistake")
"""The fields of a document that its form decides."""

_FORM = "element"
"""The field that is the names of the elements."""


def _asks(field: str, given: Any) -> bool:
    """Whether a clause of a statement asks for decisions, which cost more than all other tests."""
    if field in LISTS:
        return any(word in words for words in given.values() for word in ASKED_OF_ELEMENTS)
    if field == "document":
        return any(name in given for name in ("statement", *_ASKED))
    return field in _DECIDED


def _elements(given: Given, lookups: Lookups) -> Asked:
    from .structure import DocumentElements

    return DocumentElements(given, lookups)


def _mistakes(given: Given, lookups: Lookups) -> Asked:
    from .structure import Mistakes

    return Mistakes(given, lookups)


def _request(given: Given, lookups: Lookups) -> Asked:
    from .deciding import Decided

    return Decided(given, lookups)


def _allowed(given: Given, lookups: Lookups) -> Asked:
    from .deciding import Allowed

    return Allowed(given, lookups)


_ASKED: dict[str, Callable[[Given, Lookups], Asked]] = {
    "element": _elements,
    "mistake": _mistakes,
    "request": _request,
    "allowed": _allowed,
}
"""The clauses of a document that are about it as written, or that decisions answer."""


class _Context:
    """``document:`` in a statement rule."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self.match = DocumentMatch(given, lookups, context=True)

    def verdict(self, statement: Statement, scene: Scene) -> int:
        return scene.context(self.match, statement)

    def witnesses(self, _: Statement, _scene: Scene, _floor: int) -> tuple[Witness, ...]:
        return ()


def _clause(field: str, given: Any, lookups: Lookups) -> Clause:
    if field in ("kind", "version"):
        return OfDocument(field, given, lookups)
    if field == "element":
        from .structure import StatementElements

        return StatementElements(given, lookups)
    if field == "target":
        return OfTarget(given, lookups)
    if field == "document":
        return _Context(given, lookups)
    if field in _DECIDED:
        from . import deciding

        return deciding.clause(field, given, lookups)
    if field in ("empty", "redundant"):
        return Shown(field, given, lookups)
    if field in LISTS:
        return Listed(field, given, lookups)
    return Single(field, given, lookups)
