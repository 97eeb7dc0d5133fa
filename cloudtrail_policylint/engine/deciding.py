"""The fields of matches that decisions answer, compiled: imported by the first rule that has one."""

from __future__ import annotations

from itertools import islice

from ..iam.patterns import NO, YES
from ..tree.source import MAX_RELATED, Related
from .elements import Witness
from .scene import Scene
from .shown import field_span
from .words import ASKED_OF_ELEMENTS, compiled
from .words.requests import BY_ACTION, CONTRADICTORY
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Protocol

    from ..decisions.profiles import Profile
    from ..iam.policy import Action, Statement
    from .asking.answers import Met
    from .lookups import Lookups
    from .words.word import Given, WordTest

    class Asked(Protocol):
        """A field of a document that decisions answer, compiled."""

        def verdict(self, scene: Scene, /) -> int:
            """The verdict on the document of *scene*."""

        def witnesses(self, scene: Scene, floor: int, /) -> Iterable[Witness]:
            """The witnesses of the field, which passed with at least *floor*."""

        def others(self, scene: Scene, floor: int, /) -> Iterable[tuple[Statement, Related]]:
            """The statements that a verdict of at least *floor* depends on, as related places."""


class AskedOf:
    """The words of a test of one element that decisions answer."""

    def __init__(self, field: str, lookups: Lookups, given: Given) -> None:
        self._is_action = field == "action"
        self._by_action = given.get("met") == BY_ACTION
        self.words = [
            (word, test)
            for word in ASKED_OF_ELEMENTS
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
                found = test.denied(scene.asking.denials.denied(statement, element))
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
            return scene.asking.met.action(statement, element)
        if self._by_action:
            return scene.asking.met.condition_by_action(statement, element)
        return scene.asking.met.condition(statement, element)

    def _because(self, element: Any, statement: Statement, scene: Scene) -> str:
        if self._is_action or self._by_action:
            return self._met(element, statement, scene).because
        return scene.asking.met.why(statement, element)

    def _keeps(self, test: WordTest, element: Any, statement: Statement, scene: Scene) -> int:
        """Whether *element* keeps *statement* from each request of ``keeps-from``."""
        asking = scene.asking.requests
        wanted = asking.names(test.names or ())
        return min([asking.keeps(statement, element, one) for one in wanted], default=NO)

    def _effects(
        self, test: WordTest, element: Action, statement: Statement, scene: Scene
    ) -> list[tuple[str, int]]:
        return [(name, scene.effect(statement, element, name)) for name in test.names or ()]

    def related(self, element: Any, statement: Statement, scene: Scene) -> Iterator[Related]:
        """The statements that ``denied`` rests on."""
        if any(word == "denied" for word, _ in self.words):
            for one in islice(scene.asking.denials.denying(statement, element), MAX_RELATED):
                yield Related(field_span(one, "action"), "denied here")


class Applies:
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
        ask = scene.asking.met.together if self._is_together else scene.asking.met.statement
        return ask(statement)

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
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


class Undenied:
    """``undenied``: the actions that Deny statements in view leave on the statement's resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, _names(list(compiled("undenied", words, lookups))))
            for quantifier, words in given.items()
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
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
        """The witnesses, which passed with at least *floor*."""
        for quantifier, names in self._tests:
            for name in names if quantifier == "some" else ():
                if scene.undenied(statement, name) >= floor:
                    yield Witness("undenied", name, statement.span)


class OfRequest:
    """``request`` of a statement: what it says to requests of CloudTrail and of owners of resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, list(compiled("request", words, lookups)))
            for quantifier, words in given.items()
        ]

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
        verdict = YES
        for quantifier, tests in self._tests:
            found = max(
                [
                    min(
                        [
                            test.met(scene.asking.requests.request(statement, one))
                            for test in tests
                            if test.met
                        ],
                        default=YES,
                    )
                    for one in scene.asking.requests.names(_names(tests))
                ],
                default=NO,
            )
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
        return verdict

    def witnesses(self, statement: Statement, scene: Scene, floor: int) -> Iterator[Witness]:
        """The witnesses, which passed with at least *floor*."""
        for quantifier, tests in self._tests:
            for one in scene.asking.requests.names(_names(tests)) if quantifier == "some" else ():
                met = scene.asking.requests.request(statement, one)
                if min([test.met(met) for test in tests if test.met], default=YES) >= floor:
                    yield Witness("request", one.action, statement.span)


class Decided:
    """``request`` of a document: the decisions on requests of CloudTrail and of owners of resources."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, list(compiled("request", words, lookups)))
            for quantifier, words in given.items()
        ]

    def verdict(self, scene: Scene) -> int:
        """The verdict on the document of *scene*."""
        verdict = YES
        for quantifier, tests in self._tests:
            found = max(
                [
                    _decision(tests, one, scene)
                    for one in scene.asking.requests.decides(_names(tests))
                ],
                default=NO,
            )
            verdict = min(verdict, negated(found) if quantifier == "none" else found)
        return verdict

    def witnesses(self, scene: Scene, floor: int) -> Iterator[Witness]:
        """The requests that passed ``some``, each at the reason for its decision."""
        for quantifier, tests in self._tests:
            for one in scene.asking.requests.decides(_names(tests)) if quantifier == "some" else ():
                if _decision(tests, one, scene) >= floor:
                    found = scene.asking.requests.decided(one)
                    span = found.span or scene.document.span
                    yield Witness("request", found.action, span)
                    yield Witness("because", found.because, span)

    def others(self, scene: Scene, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that a verdict of at least *floor* depends on, as related places."""
        for quantifier, tests in self._tests:
            for one in scene.asking.requests.decides(_names(tests)) if quantifier == "some" else ():
                yield from scene.asking.requests.near_request(one, floor)


def _decision(tests: Sequence[WordTest], profile: Profile, scene: Scene) -> int:
    decision = scene.asking.requests.decided(profile).decision
    return min([test.decision(decision) for test in tests if test.decision], default=YES)


class Allowed:
    """``allowed``: the actions that the holders of a document may carry out."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, _names(list(compiled("allowed", words, lookups))))
            for quantifier, words in given.items()
        ]

    def verdict(self, scene: Scene) -> int:
        """The verdict on the document of *scene*."""
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
        """None: no element passes by itself."""
        return ()

    def others(self, scene: Scene, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that a verdict of at least *floor* depends on, as related places."""
        seen = set()
        for quantifier, actions in self._tests:
            for action in actions if quantifier == "none" else ():
                for statement, place in scene.near(action, floor):
                    if place.span.key() not in seen:
                        seen.add(place.span.key())
                        yield statement, place


def _names(tests: Sequence[WordTest]) -> tuple[str, ...]:
    return tuple([name for test in tests for name in test.names or ()])


def clause(field: str, given: Any, lookups: Lookups) -> Applies | OfRequest | Undenied:
    """*field* of a statement match, compiled."""
    if field == "request":
        return OfRequest(given, lookups)
    if field == "applies":
        return Applies(given, lookups)
    return Undenied(given, lookups)
