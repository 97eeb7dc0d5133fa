"""Compiled matches of statements and documents.

All verdicts have three values. ``floor`` is the lowest verdict that the caller
needs: a match stops as soon as its verdict is below it.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from ..base.record import record, replaced
from ..iam.patterns import MAYBE, NO, YES
from ..rulebook.gates import LISTS
from ..tree.nodes import Piece, Text
from ..tree.source import MAX_RELATED, Ranges, Related
from .elements import ConditionTest, ListedTest, PrincipalTest, SingleTest, Witness
from .plain import (
    View,
    may_be_allowed,
    plain_effect,
    plainly_allowed,
    plainly_undenied,
    policies_of_holder,
)
from .targets import targets_of
from .words import BY_ACTION, CONTRADICTORY, compiled, negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Protocol

    from ..decisions.profiles import Profile
    from ..iam.policy import Action, Document, Statement
    from ..iam.written import Owner
    from ..setups.model import Resource
    from ..tree.nodes import Map
    from ..tree.source import Span
    from .asking import Asking, Met
    from .elements import ElementTest, Sign
    from .lookups import Lookups
    from .signs import StatementSign
    from .words import Given, WordTest

    class Clause(Protocol):
        """One field of a match with its tests, compiled."""

        def verdict(self, statement: Statement, scene: Scene, /) -> int:
            """The verdict on *statement*."""

        def witnesses(self, statement: Statement, scene: Scene, floor: int, /) -> Iterable[Witness]:
            """The witnesses in *statement*, which passed with at least *floor*."""

    class Asked(Protocol):
        """A field of a document that decisions answer, compiled."""

        def verdict(self, scene: Scene, /) -> int:
            """The verdict on the document of *scene*."""

        def witnesses(self, scene: Scene, floor: int, /) -> Iterable[Witness]:
            """The witnesses of the field, which passed with at least *floor*."""

        def others(self, scene: Scene, floor: int, /) -> Iterable[tuple[Statement, Related]]:
            """The statements that a verdict of at least *floor* depends on, as related places."""


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


@record
class Verdicts:
    """The lowest and the highest verdict of a match on the statements of a document.

    ``sure`` is the highest with MAYBE at most for optional statements.
    """

    least: int
    most: int
    sure: int


class Scene:
    """One document while it is checked, with caches of what is derived from it."""

    def __init__(
        self, document: Document, lookups: Lookups, elsewhere: Sequence[Document] = ()
    ) -> None:
        self.document = document
        self.lookups = lookups
        self._elsewhere = elsewhere
        self._targets: dict[int, dict[str, int]] = {}
        self._verdicts: dict[tuple[int, int], Verdicts] = {}
        self._contexts: dict[int, int] = {}
        self._names: dict[int, tuple[tuple[object, bool], ...]] = {}
        self._allowed: dict[str, int] | None = None
        self._view = View(document, lookups.catalogue)
        self._places: Ranges | None = None
        self._asking: Asking | None = None
        self._related: dict[tuple[int, int], list[tuple[Statement, Related]]] = {}

    @property
    def asking(self) -> Asking:
        """The answers to what rules ask about decisions."""
        if self._asking is None:
            from .asking import Asking

            self._asking = Asking(self.document, self.lookups.sources)
        return self._asking

    @cached_property
    def in_view(self) -> Scene:
        """The same document without what of it, and of the policies of its holders, is not in view."""
        document = self.document
        if document.complete and all(one.complete for one in document.companions):
            return self
        seen = tuple([replaced(one, complete=True) for one in document.companions])
        document = replaced(document, complete=True, companions=seen)
        return Scene(document, self.lookups, self._elsewhere)

    def elsewhere(self, match: StatementMatch) -> int:
        """The highest verdict of *match* on the statements of other policies of the module or template."""
        return max(
            (
                Scene(one, self.lookups).verdicts(match, one).most
                for one in self._elsewhere
                if one.span != self.document.span
            ),
            default=NO,
        )

    def effect(self, statement: Statement, action: Action, name: str) -> int:
        """Whether *action*, one of its elements, gives *statement* an effect on the action *name*."""
        found = plain_effect(statement, action, name, self._view)
        return self.asking.effect(statement, action, name) if found is None else found

    @cached_property
    def _of_holder(self) -> tuple[Document, ...]:
        return policies_of_holder(self.document)

    def allowed(self, name: str) -> int:
        """Whether the holders may carry out the action *name*, on some resource and in some request."""
        if self._allowed is None:
            self._allowed = self.lookups.allowed_to(self._of_holder)
        found = self._allowed.get(name)
        if found is None:
            found = plainly_allowed(name, self._of_holder)
            found = self._allowed[name] = self.asking.allowed(name) if found is None else found
        return found

    def near(self, name: str, floor: int) -> Iterable[tuple[Statement, Related]]:
        """The statements that nearly allow the action *name*, or possibly if *floor* is MAYBE."""
        return self.asking.near(name, floor) if may_be_allowed(name, self._of_holder) else ()

    def undenied(self, statement: Statement, name: str) -> int:
        """Whether no Deny in view denies the action *name* on the resources of *statement*."""
        found = plainly_undenied(statement, name, self._view)
        return self.asking.undenied(statement, name) if found is None else found

    def names_in(self, node: Map) -> tuple[tuple[object, bool], ...]:
        """The names of the elements of *node*, an object of the document, and whether each may be left out."""
        found = self._names.get(id(node))
        if found is None:
            from .structure import may_be_left_out

            found = self._names[id(node)] = tuple(
                [(entry.key.known, may_be_left_out(entry.value)) for entry in node.entries]
            )
        return found

    def targets(self, statement: Statement) -> dict[str, int]:
        """The targets of *statement*."""
        found = self._targets.get(id(statement))
        if found is None:
            found = self._targets[id(statement)] = targets_of(statement, self.lookups)
        return found

    def verdicts(self, match: StatementMatch, document: Document) -> Verdicts:
        """The verdicts of *match* on the statements of *document*, this one or a companion."""
        key = (id(match), id(document))
        found = self._verdicts.get(key)
        if found is None:
            each = [(match.verdict(s, self, MAYBE), s.optional) for s in document.statements]
            found = self._verdicts[key] = Verdicts(
                least=min((v for v, _ in each), default=NO),
                most=max((v for v, _ in each), default=NO),
                sure=max((min(v, MAYBE) if optional else v for v, optional in each), default=NO),
            )
        return found

    def statement_around(self, span: Span) -> Statement | None:
        """The statement that contains *span*."""
        if self._places is None:
            self._places = Ranges([statement.span for statement in self.document.statements])
        at = self._places.around(span)
        return None if at is None else self.document.statements[at]

    def related(self, match: DocumentMatch, floor: int) -> Sequence[tuple[Statement, Related]]:
        """Statements that a match with at least *floor* depends on: one more than is shown."""
        key = (id(match), floor)
        if key not in self._related:
            self._related[key] = list(islice(match.others(self, floor), MAX_RELATED + 1))
        return self._related[key]

    def context(self, match: DocumentMatch, statement: Statement) -> int:
        """The verdict of *match* on the document around *statement*."""
        if statement.optional:
            return match.verdict(self, MAYBE, around=statement)
        found = self._contexts.get(id(match))
        if found is None:
            found = self._contexts[id(match)] = match.verdict(self, MAYBE, around=statement)
        return found


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
        signs = [
            clause.sign for clause in clauses if isinstance(clause, _Single | _Shown | _Listed)
        ]
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
        assert isinstance(clause, _Listed)
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
            elif isinstance(clause, _Listed):
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
        self._tests = [
            test
            for field, words in given.items()
            if field not in ("statement", "elsewhere", IN_VIEW, *_ASKED)
            for test in _document_tests(field, words, lookups)
        ]
        self._asked: list[Asked] = [
            _ASKED[field](words, lookups) for field, words in given.items() if field in _ASKED
        ]
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


# -- clauses of a statement match, cheapest first

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

_FORM = "element"
"""The field that is the names of the elements."""

_ASKED_OF_ELEMENTS = ("met", "keeps-from", "effective", "denied")
"""The words of a test of one element that decisions answer."""


def _asks(field: str, given: Any) -> bool:
    """Whether a clause of a statement asks for decisions, which cost more than all other tests."""
    if field in LISTS:
        return any(word in words for words in given.values() for word in _ASKED_OF_ELEMENTS)
    if field == "document":
        return any(name in given for name in ("statement", *_ASKED))
    return field in ("request", "applies", "undenied")


def _document_tests(
    field: str, words: Given, lookups: Lookups
) -> Iterator[Callable[[Document], int]]:
    """The tests of *field*: ``version``, ``owner``, ``type``, or one with words about documents."""
    if field == "owner":
        named = SingleTest(field, words, lookups)
        yield lambda document: named.verdict(_name_of(document.owner))
        return
    if field == "version":
        yield from _version_tests(words, lookups)
        return
    if field == "type":
        typed = SingleTest(field, words, lookups)
        yield lambda document: max(map(typed.verdict, _types_of(document)), default=NO)
        return
    for test in compiled(field, words, lookups):
        assert test.document is not None
        yield test.document


def _version_tests(words: Given, lookups: Lookups) -> Iterator[Callable[[Document], int]]:
    rest = {word: operands for word, operands in words.items() if word != "given"}
    if "given" in words:
        (test,) = compiled("version", {"given": words["given"]}, lookups)
        given = test.given
        assert given is not None
        yield lambda document: given(NO if document.version is None else YES)
    if rest:
        version = SingleTest("version", rest, lookups)
        yield lambda document: version.verdict(document.version)


def _name_of(owner: Owner) -> Text | None:
    """The name of the resource that a policy belongs to; None for a file of its own."""
    return Text((Piece(owner.name, owner.span),), owner.span) if owner.name else None


def _types_of(document: Document) -> Iterator[Text]:
    """The types of the resources that a document is in."""
    span = document.owner.span
    return (Text((Piece(type_, span),), span) for type_ in document.types)


class _OfDocument:
    """``kind`` and ``version`` of the document around the statement."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._tests = list(_document_tests(field, given, lookups))

    def verdict(self, _: Statement, scene: Scene) -> int:
        return min(test(scene.document) for test in self._tests)

    def witnesses(self, _: Statement, _scene: Scene, _floor: int) -> tuple[Witness, ...]:
        return ()


class _Single:
    """``effect`` and ``sid``."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._field = field
        own = {word: operands for word, operands in given.items() if word != "repeated"}
        others = {word: operands for word, operands in given.items() if word == "repeated"}
        self._test = SingleTest(field, own, lookups)
        repeated = list(compiled(field, others, lookups))
        self._repeated = [test.repeated for test in repeated]
        self._has = next((test.has for test in repeated if test.has is not None), None)

    @property
    def sign(self) -> StatementSign | None:
        """What the text of a statement that may pass has."""
        if self._has is not None:
            return self._has
        sign = self._test.sign
        if sign is None:
            return None
        return _SignOfText(sign, self._text, self._test)

    def _text(self, statement: Statement) -> Text | None:
        return statement.effect if self._field == "effect" else statement.sid

    def verdict(self, statement: Statement, scene: Scene) -> int:
        verdict = self._test.verdict(self._text(statement))
        for repeated in self._repeated if verdict else ():
            from .repeats import repeats_sid

            assert repeated is not None
            verdict = min(verdict, repeated(repeats_sid(statement, scene.document)))
        return verdict

    def witnesses(self, statement: Statement, _: Scene, _floor: int) -> tuple[Witness, ...]:
        text = self._text(statement)
        if text is None:
            return ()
        term = self._test.term(text) if text.literal is not None else None
        return (Witness(self._field, text.written, text.span, term),)


class _SignOfText:
    """What a statement has whose text may pass: *sign*, by *text* of it."""

    def __init__(
        self, sign: Sign, text: Callable[[Statement], Text | None], test: SingleTest
    ) -> None:
        self._sign = sign
        self._text = text
        self._test = test

    def __call__(self, statement: Statement, _: Document) -> bool:
        text = self._text(statement)
        return text is not None and self._sign(self._test.term(text))


class _Listed:
    """A field with many elements under one or more quantifiers."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._attribute = LISTS[field]
        self._tests = [(q, _element_test(field, words, lookups)) for q, words in given.items()]
        self._asked = {
            q: asked
            for q, words in given.items()
            if (asked := _AskedOf(field, words, lookups)).words
        }

    def _passes(
        self,
        quantifier: str,
        test: ElementTest,
        element: Any,
        statement: Statement,
        scene: Scene,
    ) -> int:
        verdict = test.verdict(element, statement)
        if verdict and quantifier in self._asked:
            verdict = min(verdict, self._asked[quantifier].verdict(element, statement, scene))
        return verdict

    @property
    def sign(self) -> StatementSign | None:
        """What a statement with an element that may pass has."""
        test = dict(self._tests).get("some")
        return test.has if isinstance(test, ListedTest) else None

    @property
    def some(self) -> ElementTest:
        """A test that at least one element must pass: that of ``some``, else of ``every``."""
        tests = dict(self._tests)
        return tests.get("some") or tests["every"]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        elements = getattr(statement, self._attribute)
        verdict = YES
        for quantifier, test in self._tests:
            if quantifier == "every":
                found = YES if elements else NO
                for element in elements:
                    found = min(found, self._passes(quantifier, test, element, statement, scene))
                    if found == NO:
                        break
            else:
                found = NO
                for element in elements:
                    found = max(found, self._passes(quantifier, test, element, statement, scene))
                    if found == YES:
                        break
                if quantifier == "none":
                    found = negated(found)
            verdict = min(verdict, found)
            if verdict == NO:
                return NO
        return verdict

    def witnesses(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Witness]:
        for quantifier, test in self._tests:
            if quantifier == "none":
                continue
            for element in getattr(statement, self._attribute):
                if self._passes(quantifier, test, element, statement, scene) >= floor:
                    yield from test.witnesses(element, statement, floor)
                    if quantifier in self._asked:
                        asked = self._asked[quantifier]
                        yield from asked.witnesses(element, statement, scene, floor)

    def related(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Related]:
        """The other statements that the witnesses depend on."""
        for quantifier, test in self._tests:
            for element in getattr(statement, self._attribute) if quantifier in self._asked else ():
                if self._passes(quantifier, test, element, statement, scene) >= floor:
                    yield from self._asked[quantifier].related(element, statement, scene)


class _AskedOf:
    """The words of a test of one element that decisions answer."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._is_action = field == "action"
        self._by_action = given.get("met") == BY_ACTION
        self.words = [
            (word, test)
            for word in _ASKED_OF_ELEMENTS
            if word in given
            for test in compiled(field, {word: given[word]}, lookups)
        ]

    def verdict(self, element: Any, statement: Statement, scene: Scene) -> int:
        """The verdict on *element* of *statement*."""
        verdict = YES
        for word, test in self.words:
            if test.met is not None:
                found = test.met(self._met(element, statement, scene))
            elif word == "keeps-from":
                found = self._keeps(test, element, statement, scene)
            elif test.denied is not None:
                found = test.denied(scene.asking.denied(statement, element))
            else:
                effects = self._effects(test, element, statement, scene)
                found = max([effect for _, effect in effects], default=NO)
            verdict = min(verdict, found)
        return verdict

    def witnesses(
        self, element: Any, statement: Statement, scene: Scene, floor: int
    ) -> Iterator[Witness]:
        """What the words add to the messages about *element*, which passed with at least *floor*."""
        for word, test in self.words:
            if word == "met":
                yield Witness("because", self._because(element, statement, scene), element.span)
            elif word == "effective":
                for name, effect in self._effects(test, element, statement, scene):
                    if effect >= floor:
                        yield Witness("effective", name, element.span)

    def _met(self, element: Any, statement: Statement, scene: Scene) -> Met:
        if self._is_action:
            return scene.asking.action(statement, element)
        if self._by_action:
            return scene.asking.condition_by_action(statement, element)
        return scene.asking.condition(statement, element)

    def _because(self, element: Any, statement: Statement, scene: Scene) -> str:
        if self._is_action or self._by_action:
            return self._met(element, statement, scene).because
        return scene.asking.why(statement, element)

    def _keeps(self, test: WordTest, element: Any, statement: Statement, scene: Scene) -> int:
        """Whether *element* keeps *statement* from each request of ``keeps-from``."""
        asking = scene.asking
        wanted = asking.names(test.names or ())
        return min([asking.keeps(statement, element, one) for one in wanted], default=NO)

    def _effects(
        self, test: WordTest, element: Action, statement: Statement, scene: Scene
    ) -> list[tuple[str, int]]:
        return [(name, scene.effect(statement, element, name)) for name in test.names or ()]

    def related(self, element: Any, statement: Statement, scene: Scene) -> Iterator[Related]:
        """The statements that ``denied`` rests on."""
        if any(word == "denied" for word, _ in self.words):
            for one in islice(scene.asking.denying(statement, element), MAX_RELATED):
                yield Related(field_span(one, "action"), "denied here")


def _element_test(field: str, words: Given, lookups: Lookups) -> ElementTest:
    """The test of one element of the list *field*."""
    if field == "principal":
        return PrincipalTest(words, lookups)
    if field == "condition":
        return ConditionTest(words, lookups)
    return ListedTest(field, words, lookups)


class _Target:
    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, test.target)
            for quantifier, words in given.items()
            for test in compiled("target", words, lookups)
            if test.target is not None
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        targets = scene.targets(statement).items()
        verdict = YES
        for quantifier, passes in self._tests:
            if quantifier == "every":
                # A type that is only possible can only make the verdict MAYBE.
                found = min((max(passes(t), YES - sure) for t, sure in targets), default=NO)
            else:
                found = max((min(passes(t), sure) for t, sure in targets), default=NO)
                if quantifier == "none":
                    found = negated(found)
            verdict = min(verdict, found)
        return verdict

    def witnesses(self, _: Statement, _scene: Scene, _floor: int) -> tuple[Witness, ...]:
        return ()


class _Applies:
    """``applies``: whether any request meets the statement."""

    def __init__(self, operand: str, lookups: Lookups) -> None:
        (test,) = compiled("statement", {"applies": operand}, lookups)
        assert test.met is not None
        self._test = test.met
        self._is_together = operand == CONTRADICTORY
        same = lookups.catalogue.facts.same_accounts if self._is_together else ()
        self._of_accounts = [
            (frozenset([key.lower() for key in one["keys"]]), "by" in one, "path" in one)
            for one in same
        ]

    def _answer(self, statement: Statement, scene: Scene) -> Met:
        ask = scene.asking.together if self._is_together else scene.asking.statement
        return ask(statement)

    def verdict(self, statement: Statement, scene: Scene) -> int:
        if self._is_together and not self._may_exclude(statement):
            return NO
        return self._test(self._answer(statement, scene))

    def _may_exclude(self, statement: Statement) -> bool:
        """Whether it is worth asking if elements of *statement* exclude one another."""
        keys = {(one.key.literal or "").lower() for one in statement.conditions}
        if len(keys) < len(statement.conditions):
            return True
        return any(
            len(same & keys) >= (1 if has_path and statement.resources else 2)
            for same, of_service, has_path in self._of_accounts
            if statement.principals or not of_service
        )

    def witnesses(self, statement: Statement, scene: Scene, _floor: int) -> Iterator[Witness]:
        """The element that keeps the statement from all requests, as what it is and as ``element``."""
        found = self._answer(statement, scene)
        span = found.miss.span if found.miss is not None else statement.span
        yield Witness("because", found.because, span)
        if found.miss is None:
            return
        conditions = [one for one in statement.conditions if one.span == span]
        for one in conditions:
            yield Witness("element", one.key.written, span)
            yield Witness(
                "condition", f"{one.operator.written} {one.key.written}", span, None, span
            )
            yield Witness("key", one.key.written, one.key.span, None, span)
            yield Witness("operator", one.operator.written, one.operator.span, None, span)
        if not conditions:
            yield Witness("element", found.miss.element, span)


class _Shown:
    """``empty`` and ``redundant`` of a statement: what it has, each at its place."""

    def __init__(self, field: str, given: Any, lookups: Lookups) -> None:
        (test,) = compiled("statement", {field: given}, lookups)
        assert test.shown is not None
        self._find = test.shown
        self.sign = test.has

    def verdict(self, statement: Statement, scene: Scene) -> int:
        return YES if self._find(statement, scene.document) else NO

    def witnesses(self, statement: Statement, scene: Scene, _floor: int) -> Iterator[Witness]:
        for field, shown, span in self._find(statement, scene.document):
            yield Witness(field, shown, span)


class _Undenied:
    """``undenied``: the actions that Deny statements in view leave on the statement's resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, _names(list(compiled("undenied", words, lookups))))
            for quantifier, words in given.items()
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        verdict = YES
        for quantifier, names in self._tests:
            found = NO
            for name in names:
                found = max(found, scene.undenied(statement, name))
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
            if verdict == NO:
                break
        return verdict

    def witnesses(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Witness]:
        for quantifier, names in self._tests:
            for name in names if quantifier == "some" else ():
                if scene.undenied(statement, name) >= floor:
                    yield Witness("undenied", name, statement.span)


class _Request:
    """``request`` of a statement: what it says to requests of CloudTrail and of owners of resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, list(compiled("request", words, lookups)))
            for quantifier, words in given.items()
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        verdict = YES
        for quantifier, tests in self._tests:
            found = max(
                [
                    min(
                        [
                            test.met(scene.asking.request(statement, one))
                            for test in tests
                            if test.met
                        ],
                        default=YES,
                    )
                    for one in scene.asking.names(_names(tests))
                ],
                default=NO,
            )
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
        return verdict

    def witnesses(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Witness]:
        for quantifier, tests in self._tests:
            for one in scene.asking.names(_names(tests)) if quantifier == "some" else ():
                met = scene.asking.request(statement, one)
                if min([test.met(met) for test in tests if test.met], default=YES) >= floor:
                    yield Witness("request", one.action, statement.span)


class _Decided:
    """``request`` of a document: the decisions on requests of CloudTrail and of owners of resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, list(compiled("request", words, lookups)))
            for quantifier, words in given.items()
        ]

    def verdict(self, scene: Scene) -> int:
        verdict = YES
        for quantifier, tests in self._tests:
            found = max(
                [_decision(tests, one, scene) for one in scene.asking.decides(_names(tests))],
                default=NO,
            )
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
        return verdict

    def witnesses(self, scene: Scene, floor: int) -> Iterator[Witness]:
        """The requests that passed ``some``, each at the reason for its decision."""
        for quantifier, tests in self._tests:
            for one in scene.asking.decides(_names(tests)) if quantifier == "some" else ():
                if _decision(tests, one, scene) >= floor:
                    found = scene.asking.decided(one)
                    span = found.span or scene.document.span
                    yield Witness("request", found.action, span)
                    yield Witness("because", found.because, span)

    def others(self, scene: Scene, floor: int) -> Iterator[tuple[Statement, Related]]:
        for quantifier, tests in self._tests:
            for one in scene.asking.decides(_names(tests)) if quantifier == "some" else ():
                yield from scene.asking.near_request(one, floor)


def _decision(tests: Sequence[WordTest], profile: Profile, scene: Scene) -> int:
    decision = scene.asking.decided(profile).decision
    return min([test.decision(decision) for test in tests if test.decision], default=YES)


def _names(tests: Sequence[WordTest]) -> tuple[str, ...]:
    return tuple([name for test in tests for name in test.names or ()])


class _Allowed:
    """``allowed``: the actions that the holders of a document may carry out."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, _names(list(compiled("allowed", words, lookups))))
            for quantifier, words in given.items()
        ]

    def verdict(self, scene: Scene) -> int:
        verdict = YES
        for quantifier, actions in self._tests:
            found = NO
            for action in actions:
                found = max(found, scene.allowed(action))
                if found == YES:
                    break
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
        return verdict

    def witnesses(self, _: Scene, _floor: int) -> tuple[Witness, ...]:
        return ()

    def others(self, scene: Scene, floor: int) -> Iterator[tuple[Statement, Related]]:
        seen = set()
        for quantifier, actions in self._tests:
            for action in actions if quantifier == "none" else ():
                for statement, place in scene.near(action, floor):
                    if place.span.key() not in seen:
                        seen.add(place.span.key())
                        yield statement, place


def _elements(given: Given, lookups: Lookups) -> Asked:
    from .structure import DocumentElements

    return DocumentElements(given, lookups)


def _mistakes(given: Given, lookups: Lookups) -> Asked:
    from .structure import Mistakes

    return Mistakes(given, lookups)


_ASKED: dict[str, Callable[[Given, Lookups], Asked]] = {
    "element": _elements,
    "mistake": _mistakes,
    "request": _Decided,
    "allowed": _Allowed,
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
        return _OfDocument(field, given, lookups)
    if field == "element":
        from .structure import StatementElements

        return StatementElements(given, lookups)
    if field == "target":
        return _Target(given, lookups)
    if field == "document":
        return _Context(given, lookups)
    if field == "request":
        return _Request(given, lookups)
    if field == "applies":
        return _Applies(given, lookups)
    if field == "undenied":
        return _Undenied(given, lookups)
    if field in ("empty", "redundant"):
        return _Shown(field, given, lookups)
    if field in LISTS:
        return _Listed(field, given, lookups)
    return _Single(field, given, lookups)


def field_span(statement: Statement, field: str) -> Span:
    """The place of *field* in *statement*, else of the statement."""
    name = {"target": "resource", "key": "condition", "operator": "condition", "value": "condition"}
    return statement.fields.get(name.get(field, field), statement.span)
