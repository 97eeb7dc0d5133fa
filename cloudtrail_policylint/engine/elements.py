"""Compiled tests of one element of a statement: an action, a resource, a principal, a condition.

A test returns a verdict, and the witnesses of an element that passed: the
texts, with their places, that made it pass.
"""

from __future__ import annotations

from functools import partial

from ..base.record import record
from ..iam.arns import Shape
from ..iam.patterns import MAX_ALTERNATIVES, MAYBE, NO, YES, pattern
from ..tree.nodes import Piece, Text
from .lookups import Term
from .words import OF_CATALOGUE, compiled
from .words.word import ARNS, FAMILIES, negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Protocol, TypeAlias

    from ..iam.policy import Action, Condition, Head, Principal, Resource, Statement
    from ..tree.source import Span
    from .lookups import Lookups
    from .words.word import Form, Given, Names, TextTest, WordTest

    Sign: TypeAlias = Callable[[Text], bool]

    class ElementTest(Protocol):
        """The test of one element of a list of a statement, of the class that the list has."""

        def verdict(self, element: Any, statement: Statement, /) -> int:
            """The verdict on *element* of *statement*."""

        def witnesses(self, element: Any, statement: Statement, floor: int, /) -> Iterable[Witness]:
            """The witnesses of *element*, which passed with at least *floor*."""

        def may_pass(self, element: Any, statement: Statement, /) -> bool:
            """Whether *element* passes the part of the test that needs no statement."""


@record
class Witness:
    """A text that a finding may point at, and its place.

    ``shown`` is the text for messages, ``condition`` the place of the condition
    that it is part of.
    """

    field: str
    shown: str
    span: Span
    term: Term | None = None
    condition: Span | None = None


class SingleTest:
    """The test of one text by itself, such as ``effect`` or ``key``."""

    def __init__(self, field: str, words: Given, lookups: Lookups) -> None:
        self._family = FAMILIES[field]
        own, others = _without_none(words)
        tests = list(compiled(field, own, lookups))
        self._tests = [_of_text(test) for test in tests]
        self.sign = next((test.sign for test in tests if test.sign is not None), None)
        if self.sign is None and others:
            self.sign = _sign_of_others(others, field, lookups)
        self._none = SingleTest(field, others, lookups) if others else None
        self._memo: dict[object, int] = {}

    def verdict(self, text: Text | None) -> int:
        """The verdict on *text*; NO if there is none."""
        if text is None:
            return NO
        key = text.known
        verdict = self._memo.get(key)
        if verdict is None:
            verdict = self._memo[key] = self._verdict(text)
        return verdict

    def _verdict(self, text: Text) -> int:
        values = values_of(text) if text.literal is None else None
        if values is not None:
            return _of_all(self.verdict(value) for value in values)
        if self.sign is not None and not self.sign(text):
            return NO
        term = self.term(text)
        verdict = min((test(term) for test in self._tests), default=YES)
        if verdict and self._none is not None:
            verdict = min(verdict, negated(self._none.verdict(text)))
        return verdict

    def term(self, text: Text) -> Term:
        """*text* with the form that this test compares."""
        if self._family is ARNS:
            return Term(text, lambda: Shape(text.parts, variables=True))
        return Term(text, lambda: pattern(text.parts, fold=self._family.fold, variables=False))


def _without_none(words: Given) -> tuple[Given, Given]:
    """The tests that a text must pass, and those under ``none``, of which it must not pass all."""
    own = {word: operands for word, operands in words.items() if word != "none"}
    return own, words.get("none", {})


def _sign_of_others(others: Given, field: str, lookups: Lookups) -> Sign | None:
    """What a text that may not pass all of *others* has, if that is known."""
    if len(others) > 1 or "none" in others:
        return None
    (test,) = compiled(field, others, lookups)
    return test.but


def _of_text(test: WordTest) -> TextTest:
    """*test* of a single text."""
    if test.text is not None:
        return test.text
    whole = test.whole
    assert whole is not None
    return lambda term: whole(term.form)


class ListedTest:
    """The test of an action or a resource, including complements.

    A complement passes the words about texts as written if one of its texts
    passes all of them.
    """

    def __init__(self, field: str, words: Given, lookups: Lookups) -> None:
        own, others = _without_none(words)
        tests = list(compiled(field, _cheap_first(own), lookups))
        self._field = field
        self._each = [_for_every_value(test.text) for test in tests if test.text is not None]
        self._every = [one for test in tests for one in _of_one(test)]
        if others:
            none = ListedTest(field, others, lookups)
            for tests_of_texts in (self._each, self._every):
                tests_of_texts.append(lambda term: negated(none.of_text(term)))
        self._complement = [test.complement for test in tests if test.complement is not None]
        self._contextual = [test.contextual for test in tests if test.contextual is not None]
        self._heads = [test.heads for test in tests if test.heads is not None]
        self.has = next((test.has for test in tests if test.has is not None), None)
        self._near: dict[Head, bool] = {}
        self._memo: dict[object, int] = {}

    def _is_near(self, head: Head | None) -> bool:
        """Whether an element with *head* may pass."""
        if head is None:
            return True
        near = self._near.get(head)
        if near is None:
            near = all(any(_matches(head, one) for one in heads) for heads in self._heads)
            self._near[head] = near
        return near

    def verdict(self, element: Action | Resource, statement: Statement) -> int:
        """The verdict on *element* of *statement*."""
        if not self._is_near(element.head):
            return NO
        if element.complement:
            verdict = min((test(element.forms) for test in self._complement), default=YES)
            if verdict and (self._each or self._contextual):
                found = (self._text(term, statement) for term in _terms(element))
                verdict = min(verdict, max(found, default=NO))
            return verdict
        verdict = self._known(element)
        if verdict and self._contextual:
            term = term_of(element)
            verdict = min(verdict, *(test(term, statement) for test in self._contextual))
        return verdict

    def _known(self, element: Action | Resource) -> int:
        known = self._memo.get(element.known)
        if known is None:
            known = self.of_text(term_of(element))
            self._memo[element.known] = known
        return known

    def may_pass(self, element: Action | Resource, statement: Statement) -> bool:
        """Whether *element* passes all tests but, unless it is a complement, contextual ones."""
        if not self._is_near(element.head):
            return False
        if element.complement:
            return self.verdict(element, statement) != NO
        return self._known(element) != NO

    def of_text(self, term: Term) -> int:
        """The verdict on one text by itself, without the tests that need its statement."""
        verdict = YES
        for test in self._every:
            found = test(term)
            if found == NO:
                return NO
            if found < verdict:
                verdict = found
        return verdict

    def _text(self, term: Term, statement: Statement) -> int:
        verdict = min((test(term) for test in self._each), default=YES)
        for contextual in self._contextual:
            verdict = min(verdict, contextual(term, statement))
        return verdict

    def witnesses(
        self, element: Action | Resource, statement: Statement, floor: int
    ) -> Iterator[Witness]:
        """The texts of *element* that made it pass with at least *floor*."""
        if element.complement and not self._each and not self._contextual:
            yield Witness(self._field, _complement(self._field, element), element.span)
            return
        for term in _terms(element):
            if not element.complement or self._text(term, statement) >= floor:
                yield Witness(self._field, term.text.written, term.text.span, term)


def _cheap_first(words: Given) -> Given:
    """*words*, those that need no data about AWS first: one of them is often enough for NO."""
    return {word: words[word] for word in sorted(words, key=OF_CATALOGUE.__contains__)}


def _of_one(test: WordTest) -> Iterator[TextTest]:
    """*test* of one text of an action or a resource, as written and as a pattern."""
    if test.text is not None:
        yield _for_every_value(test.text)
    whole = test.whole
    if whole is not None:
        yield lambda term: whole(term.form)


def _matches(head: Head, wanted: Names) -> bool:
    return all(name in (None, own) for own, name in zip(head, wanted, strict=True))


def values_of(text: Text) -> tuple[Text, ...] | None:
    """All possible values of *text* if every hole in it has known values; else None."""
    found = [""]
    for part in text.parts:
        values = (part.text,) if isinstance(part, Piece) else part.values
        if not values or len(found) * len(values) > MAX_ALTERNATIVES:
            return None
        found = [start + value for start in found for value in values]
    return tuple(Text((Piece(value, text.span),), text.span) for value in found)


def _of_all(verdicts: Iterable[int]) -> int:
    """The verdict that all *verdicts* agree on, else MAYBE."""
    found = set(verdicts)
    return found.pop() if len(found) == 1 else MAYBE


def _for_every_value(test: TextTest) -> TextTest:
    """*test* on each possible value of a text whose holes have known values."""

    def verdict(term: Term) -> int:
        values = values_of(term.text) if term.text.literal is None else None
        if values is None:
            return test(term)
        return _of_all(test(_like(term, value)) for value in values)

    return verdict


def _like(term: Term, value: Text) -> Term:
    """*value* with a form of the class that *term* has."""
    return Term(value, lambda: _form_like(term.form, value))


def _form_like(form: Form, text: Text) -> Form:
    if isinstance(form, Shape):
        return Shape(text.parts, variables=True)
    return pattern(text.parts, fold=True, variables=False)


def _terms(element: Action | Resource) -> Iterator[Term]:
    for number, text in enumerate(element.texts):
        yield Term(text, partial(_form_of, element, number))


def _form_of(element: Action | Resource, number: int) -> Form:
    return element.forms[number]


def term_of(element: Action | Resource) -> Term:
    """The one text of *element*, which is no complement."""
    return Term(element.texts[0], lambda: element.forms[0])


def _complement(field: str, element: Action | Resource) -> str:
    return f"Not{field.capitalize()} {', '.join(text.written for text in element.texts)}"


class PrincipalTest:
    """The test of a principal by its ``type`` and its ``id``."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        words = dict(given.get("type", {}))
        written = {"given": words.pop("given")} if "given" in words else {}
        self._written = [test.given for test in compiled("principal.type", written, lookups)]
        self._type = SingleTest("principal.type", words, lookups)
        self._id = SingleTest("principal.id", given.get("id", {}), lookups)
        words = {word: operands for word, operands in given.items() if word not in ("type", "id")}
        self._asks_complement = "complement" in words
        tests = compiled("principal", words, lookups)
        self._tests = [test.principal for test in tests if test.principal is not None]

    def verdict(self, element: Principal, statement: Statement) -> int:
        """The verdict on *element*; of NotPrincipal at most MAYBE, unless ``complement`` asks for it."""
        verdict = min(self._type.verdict(element.type), self._id.verdict(element.id))
        for given in self._written:
            if given is not None:
                verdict = min(verdict, given(YES if element.type.span != element.id.span else NO))
        for test in self._tests if verdict else ():
            verdict = min(verdict, test(element, statement))
        is_other = element.complement and not self._asks_complement
        return min(verdict, MAYBE) if is_other else verdict

    def may_pass(self, element: Principal, statement: Statement) -> bool:
        """Whether *element* may pass."""
        return self.verdict(element, statement) != NO

    def witnesses(self, element: Principal, _: Statement, _floor: int) -> Iterator[Witness]:
        """The principal itself."""
        yield Witness("principal", element.id.written, element.id.span)


class ConditionTest:
    """The test of one operator and key of a Condition block, with its values."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        parts = {name: given.get(name, {}) for name in ("operator", "key", "value")}
        self._operator = SingleTest("condition.operator", parts["operator"], lookups)
        self._key = SingleTest("condition.key", parts["key"], lookups)
        groups = parts["value"] if isinstance(parts["value"], list) else [parts["value"]]
        self._values = [
            (quantifier, _ValueTest(words, lookups))
            for group in groups
            for quantifier, words in group.items()
        ]
        words = {word: operands for word, operands in given.items() if word not in parts}
        tests = list(compiled("condition", words, lookups))
        self._tests = [test.condition for test in tests if test.condition is not None]
        self._repeated = [test.repeated for test in tests if test.repeated is not None]

    def may_pass(self, element: Condition, _: Statement) -> bool:
        """Whether key and operator of *element* pass."""
        return (
            self._key.verdict(element.key) != NO and self._operator.verdict(element.operator) != NO
        )

    def verdict(self, element: Condition, statement: Statement) -> int:
        """The verdict on *element*; at most MAYBE if the block is unknown."""
        verdict = min(self._key.verdict(element.key), self._operator.verdict(element.operator))
        for asked in self._tests if verdict else ():
            verdict = min(verdict, asked(element))
        for repeated in self._repeated if verdict else ():
            is_again = NO
            if len(statement.conditions) > 1:
                from .repeats import repeats_key

                is_again = repeats_key(element, statement)
            verdict = min(verdict, repeated(is_again))
        for quantifier, test in self._values if verdict else ():
            found = [test.verdict(v, element, statement) for v in element.values]
            verdict = min(verdict, _quantified(quantifier, found))
        return verdict if element.certain else min(verdict, MAYBE)

    def witnesses(self, element: Condition, statement: Statement, floor: int) -> Iterator[Witness]:
        """The condition, its key and operator, and the values that passed the last ``some``."""
        key, operator = element.key, element.operator
        whole = element.span
        yield Witness("condition", f"{operator.written} {key.written}", whole, None, whole)
        yield Witness("key", key.written, key.span, None, whole)
        yield Witness("operator", operator.written, operator.span, None, whole)
        some = [test for quantifier, test in self._values if quantifier == "some"]
        for test in some[-1:]:
            for value in element.values:
                if test.verdict(value, element, statement) >= floor:
                    term = test.term(value)
                    yield Witness("value", value.written, value.span, term, whole)


class _ValueTest:
    """The test of one value by itself, and among the others of its condition."""

    def __init__(self, words: Given, lookups: Lookups) -> None:
        own, others = _without_none(words)
        tests = {w: list(compiled("condition.value", {w: own[w]}, lookups)) for w in own}
        self._among = [test.among for found in tests.values() for test in found if test.among]
        alone = {w: own[w] for w, found in tests.items() if not any(test.among for test in found)}
        self._alone = SingleTest("condition.value", alone, lookups)
        self._none = _ValueTest(others, lookups) if others else None

    def verdict(self, value: Text, condition: Condition, statement: Statement) -> int:
        """The verdict on *value* of *condition* of *statement*."""
        verdict = self._alone.verdict(value)
        for test in self._among if verdict else ():
            verdict = min(verdict, test(value, condition, statement))
        if verdict and self._none is not None:
            verdict = min(verdict, negated(self._none.verdict(value, condition, statement)))
        return verdict

    def term(self, value: Text) -> Term:
        """*value* with the form that the test compares."""
        return self._alone.term(value)


def _quantified(quantifier: str, verdicts: Sequence[int]) -> int:
    if quantifier == "some":
        return max(verdicts, default=NO)
    if quantifier == "every":
        return min(verdicts, default=NO)
    return negated(max(verdicts, default=NO))
