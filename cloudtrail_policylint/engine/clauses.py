"""The fields of a statement match, compiled: those that need no decision."""

from __future__ import annotations

from ..iam.patterns import NO, YES
from ..rulebook.gates import LISTS
from ..tree.nodes import Piece, Text
from ..tree.source import Related
from .elements import ConditionTest, ListedTest, PrincipalTest, SingleTest, Witness
from .scene import Scene
from .words import ASKED_OF_ELEMENTS, compiled
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Protocol

    from ..iam.policy import Document, Statement
    from ..iam.written import Owner
    from .deciding import AskedOf
    from .elements import ElementTest, Sign
    from .lookups import Lookups
    from .signs import StatementSign
    from .words.word import Given

    class Clause(Protocol):
        """One field of a match with its tests, compiled."""

        def verdict(self, statement: Statement, scene: Scene, /) -> int:
            """The verdict on *statement*."""

        def witnesses(self, statement: Statement, scene: Scene, floor: int, /) -> Iterable[Witness]:
            """The witnesses in *statement*, which passed with at least *floor*."""


def document_tests(
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


class OfDocument:
    """``kind`` and ``version`` of the document around the statement."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._tests = list(document_tests(field, given, lookups))

    def verdict(self, _: Statement, scene: Scene) -> int:
        """The verdict on the document of *scene*."""
        return min(test(scene.document) for test in self._tests)

    def witnesses(self, _: Statement, _scene: Scene, _floor: int) -> tuple[Witness, ...]:
        """None: no element passes by itself."""
        return ()


class Single:
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
        return _SignOfText(sign, self._text)

    def _text(self, statement: Statement) -> Text | None:
        return statement.effect if self._field == "effect" else statement.sid

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
        verdict = self._test.verdict(self._text(statement))
        for repeated in self._repeated if verdict else ():
            from .repeats import repeats_sid

            assert repeated is not None
            verdict = min(verdict, repeated(repeats_sid(statement, scene.document)))
        return verdict

    def witnesses(self, statement: Statement, _: Scene, _floor: int) -> tuple[Witness, ...]:
        """The text of *statement*."""
        text = self._text(statement)
        if text is None:
            return ()
        term = self._test.term(text) if text.literal is not None else None
        return (Witness(self._field, text.written, text.span, term),)


class _SignOfText:
    """What a statement has whose text may pass: *sign*, by *text* of it."""

    def __init__(self, sign: Sign, text: Callable[[Statement], Text | None]) -> None:
        self._sign = sign
        self._text = text

    def __call__(self, statement: Statement, _: Document) -> bool:
        text = self._text(statement)
        return text is not None and self._sign(text)


class Listed:
    """A field with many elements under one or more quantifiers."""

    def __init__(self, field: str, given: Given, lookups: Lookups) -> None:
        self._attribute = LISTS[field]
        self._tests = [(q, _element_test(field, words, lookups)) for q, words in given.items()]
        self._of_field = field, lookups
        self._to_ask = {
            q: words
            for q, words in given.items()
            if any(word in words for word in ASKED_OF_ELEMENTS)
        }
        self._asked: dict[str, AskedOf] = {}

    def _passes(
        self,
        quantifier: str,
        test: ElementTest,
        element: Any,
        statement: Statement,
        scene: Scene,
    ) -> int:
        verdict = test.verdict(element, statement)
        if verdict and quantifier in self._to_ask:
            asked = self._asked_of(quantifier)
            verdict = min(verdict, asked.verdict(element, statement, scene))
        return verdict

    def _asked_of(self, quantifier: str) -> AskedOf:
        """The words under *quantifier* that decisions answer, compiled on first use."""
        found = self._asked.get(quantifier)
        if found is None:
            from .deciding import AskedOf

            words = self._to_ask[quantifier]
            found = self._asked[quantifier] = AskedOf(*self._of_field, words)
        return found

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
        """The verdict on *statement*."""
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
        """The witnesses, which passed with at least *floor*."""
        for quantifier, test in self._tests:
            if quantifier == "none":
                continue
            for element in getattr(statement, self._attribute):
                if self._passes(quantifier, test, element, statement, scene) >= floor:
                    yield from test.witnesses(element, statement, floor)
                    if quantifier in self._to_ask:
                        asked = self._asked_of(quantifier)
                        yield from asked.witnesses(element, statement, scene, floor)

    def related(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Related]:
        """The other statements that the witnesses depend on."""
        for quantifier, test in self._tests:
            for element in (
                getattr(statement, self._attribute) if quantifier in self._to_ask else ()
            ):
                if self._passes(quantifier, test, element, statement, scene) >= floor:
                    yield from self._asked_of(quantifier).related(element, statement, scene)


def _element_test(field: str, words: Given, lookups: Lookups) -> ElementTest:
    """The test of one element of the list *field*."""
    if field == "principal":
        return PrincipalTest(words, lookups)
    if field == "condition":
        return ConditionTest(words, lookups)
    return ListedTest(field, words, lookups)


class OfTarget:
    """``target``: the types of resources that a statement can affect."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, test.target)
            for quantifier, words in given.items()
            for test in compiled("target", words, lookups)
            if test.target is not None
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
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
        """None: no element passes by itself."""
        return ()


class Shown:
    """``empty`` and ``redundant`` of a statement: what it has, each at its place."""

    def __init__(self, field: str, given: Any, lookups: Lookups) -> None:
        (test,) = compiled("statement", {field: given}, lookups)
        assert test.shown is not None
        self._find = test.shown
        self.sign = test.has

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
        return YES if self._find(statement, scene.document) else NO

    def witnesses(self, statement: Statement, scene: Scene, _floor: int) -> Iterator[Witness]:
        """What was found, at its place."""
        for field, shown, span in self._find(statement, scene.document):
            yield Witness(field, shown, span)
