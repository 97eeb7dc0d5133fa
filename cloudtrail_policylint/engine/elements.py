"""Compiled tests of one element of a statement: an action, a resource, a principal, a condition.

A test answers with a verdict, and for an element that passed names its
witnesses: the texts, with their places, that made it pass.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import Shape, action_head, operand_head
from ..iam.patterns import MAX_ALTERNATIVES, MAYBE, NO, YES, pattern
from ..tree.nodes import Piece, Text
from .conditions import if_absent
from .targets import accepts
from .words import (
    ARNS,
    EXACT,
    FOLDED,
    RELATIONS,
    Family,
    Term,
    action_service,
    arn_service,
    excepted,
    fitting,
    fitting_excepted,
    known_action,
    known_key,
    misfitting,
    negated,
    relation,
    scopes_to,
    wildcard,
    written,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from ..iam.catalogue import Catalogue
    from ..iam.patterns import Pattern
    from ..iam.policy import Action, Condition, Head, Principal, Resource, Statement
    from ..tree.source import Span
    from .words import TextTest

    Words: TypeAlias = Mapping[str, Any]
    Contextual: TypeAlias = Callable[[Term, Statement], int]

REASONS = ("prefix", "fields", "region", "account", "separator", "case", "type", "bare")
"""All words for what is wrong with an ARN: what ``fits: none`` stands for."""


@record
class Witness:
    """What a finding may point at: a text (or what stands for it) and its place.

    ``condition`` is the place of the condition that it is part of.
    """

    field: str
    shown: str
    span: Span
    term: Term | None = None
    condition: Span | None = None


class SingleTest:
    """The test of one text by itself, such as ``effect`` or ``key``."""

    def __init__(self, words: Words, family: Family, catalogue: Catalogue) -> None:
        self._family = family
        self._tests = [_text_word(word, given, family, catalogue) for word, given in words.items()]
        self._memo: dict[object, int] = {}

    def judge(self, text: Text | None) -> int:
        """The verdict on *text*; NO where there is none."""
        if text is None:
            return NO
        key = text.known
        verdict = self._memo.get(key)
        if verdict is None:
            verdict = self._memo[key] = self._judge(text)
        return verdict

    def _judge(self, text: Text) -> int:
        values = values_of(text) if text.literal is None else None
        if values is not None:
            return _of_all(self.judge(value) for value in values)
        term = self.term(text)
        return min((test(term) for test in self._tests), default=YES)

    def term(self, text: Text) -> Term:
        """*text* in the form that this test compares."""
        if self._family is ARNS:
            return Term(text, Shape(text.parts, variables=True))
        return Term(text, pattern(text.parts, fold=self._family.fold, variables=False))


class ListedTest:
    """The test of an action or a resource, complements included.

    *whole* are words about all that the element stands for (each with its
    form for a complement), *each* are words about one text as written: on a
    complement one and the same text must pass them all. *heads* are, for each
    word that has any, those heads (None for any name) without one of which an
    element that has a head does not pass.
    """

    def __init__(
        self,
        field: str,
        whole: Sequence[tuple[Callable[[Any], int], Callable[[Sequence[Any]], int]]],
        each: Sequence[TextTest],
        contextual: Sequence[Contextual],
        heads: Sequence[frozenset[tuple[str | None, ...]]],
    ) -> None:
        self._field = field
        self._heads = heads
        self._near: dict[Head, bool] = {}
        self._whole = whole
        self._each = [_for_every_value(test) for test in each]
        self._contextual = contextual
        self._memo: dict[object, int] = {}

    def is_near(self, head: Head | None) -> bool:
        """Whether an element with *head* may pass."""
        if head is None:
            return True
        near = self._near.get(head)
        if near is None:
            near = all(any(_matches(head, one) for one in heads) for heads in self._heads)
            self._near[head] = near
        return near

    def judge(self, element: Action | Resource, statement: Statement) -> int:
        """The verdict on *element* of *statement*."""
        if not self.is_near(element.head):
            return NO
        if element.complement:
            verdict = min((judge(element.forms) for _, judge in self._whole), default=YES)
            if verdict and (self._each or self._contextual):
                found = (self._text(term, statement) for term in _terms(element))
                verdict = min(verdict, max(found, default=NO))
            return verdict
        verdict = self._known(element)
        if verdict and self._contextual:
            term = Term(element.texts[0], element.forms[0])
            verdict = min(verdict, *(test(term, statement) for test in self._contextual))
        return verdict

    def _known(self, element: Action | Resource) -> int:
        known = self._memo.get(element.known)
        if known is None:
            known = self._one(Term(element.texts[0], element.forms[0]))
            self._memo[element.known] = known
        return known

    def may_pass(self, element: Action | Resource, statement: Statement) -> bool:
        """Whether *element* passes as far as that rests on it alone, if it is no complement."""
        if element.complement:
            return self.judge(element, statement) != NO
        return self._known(element) != NO

    def _one(self, term: Term) -> int:
        verdict = YES
        for test in self._each:
            verdict = min(verdict, test(term))
            if verdict == NO:
                return NO
        for judge, _ in self._whole:
            verdict = min(verdict, judge(term.form))
            if verdict == NO:
                return NO
        return verdict

    def _text(self, term: Term, statement: Statement) -> int:
        verdict = min((test(term) for test in self._each), default=YES)
        for contextual in self._contextual:
            verdict = min(verdict, contextual(term, statement))
        return verdict

    def witnesses(
        self, element: Action | Resource, statement: Statement, floor: int
    ) -> Iterator[Witness]:
        """The texts of *element*, which passed with at least *floor*, that a finding points at."""
        if element.complement and not self._each and not self._contextual:
            yield Witness(self._field, _complement(self._field, element), element.span)
            return
        for term in _terms(element):
            if not element.complement or self._text(term, statement) >= floor:
                yield Witness(self._field, term.text.written, term.text.span, term)


def _matches(head: Head, wanted: tuple[str | None, ...]) -> bool:
    return all(name in (None, own) for own, name in zip(head, wanted, strict=True))


def values_of(text: Text) -> tuple[Text, ...] | None:
    """All that *text* may turn out to be, where every hole in it has known values; else None."""
    found = [""]
    for part in text.parts:
        values = (part.text,) if isinstance(part, Piece) else part.values
        if not values or len(found) * len(values) > MAX_ALTERNATIVES:
            return None
        found = [start + value for start in found for value in values]
    return tuple(Text((Piece(value, text.span),), text.span) for value in found)


def _of_all(verdicts: Iterable[int]) -> int:
    """The verdict on a text of which all values are known: what holds for each of them."""
    found = set(verdicts)
    return found.pop() if len(found) == 1 else MAYBE


def _for_every_value(test: TextTest) -> TextTest:
    def judge(term: Term) -> int:
        values = values_of(term.text) if term.text.literal is None else None
        if values is None:
            return test(term)
        return _of_all(test(Term(value, _form_like(term.form, value))) for value in values)

    return judge


def _form_like(form: Pattern | Shape, text: Text) -> Pattern | Shape:
    if isinstance(form, Shape):
        return Shape(text.parts, variables=True)
    return pattern(text.parts, fold=True, variables=False)


def _terms(element: Action | Resource) -> Iterator[Term]:
    forms: Sequence[Pattern | Shape] = element.forms
    for text, form in zip(element.texts, forms, strict=True):
        yield Term(text, form)


def _complement(field: str, element: Action | Resource) -> str:
    return f"Not{field.capitalize()} {', '.join(text.written for text in element.texts)}"


class PrincipalTest:
    """The test of a principal by its ``type`` and its ``id``."""

    def __init__(self, given: Words, catalogue: Catalogue) -> None:
        self._type = SingleTest(given.get("type", {}), EXACT, catalogue)
        self._id = SingleTest(given.get("id", {}), ARNS, catalogue)

    def judge(self, element: Principal, _: Statement) -> int:
        """The verdict on *element*; at most MAYBE for one that NotPrincipal excepts."""
        verdict = min(self._type.judge(element.type), self._id.judge(element.id))
        return min(verdict, MAYBE) if element.complement else verdict

    def witnesses(self, element: Principal, _: Statement, _floor: int) -> Iterator[Witness]:
        """The principal itself."""
        yield Witness("principal", element.id.written, element.id.span)


class ConditionTest:
    """The test of one operator and key of a Condition block, with its values."""

    def __init__(self, given: Words, catalogue: Catalogue) -> None:
        self._operator = SingleTest(given.get("operator", {}), FOLDED, catalogue)
        self._key = SingleTest(given.get("key", {}), FOLDED, catalogue)
        self._absent: bool | None = given.get("if-absent")
        values = given.get("value", {})
        self._values = [
            (quantifier, SingleTest(words, ARNS, catalogue)) for quantifier, words in values.items()
        ]

    def may_pass(self, element: Condition, _: Statement) -> bool:
        """Whether *element* passes as far as its key goes."""
        return self._key.judge(element.key) != NO

    def judge(self, element: Condition, _: Statement) -> int:
        """The verdict on *element*; at most MAYBE where the block is not known."""
        verdict = min(self._key.judge(element.key), self._operator.judge(element.operator))
        if verdict and self._absent is not None:
            found = if_absent(element)
            verdict = min(verdict, found if self._absent else negated(found))
        if verdict:
            for quantifier, test in self._values:
                verdict = min(
                    verdict, _quantified(quantifier, [test.judge(v) for v in element.values])
                )
        return verdict if element.certain else min(verdict, MAYBE)

    def witnesses(self, element: Condition, _: Statement, floor: int) -> Iterator[Witness]:
        """The condition, its key and operator, and the values that passed ``some``."""
        key, operator = element.key, element.operator
        whole = element.span
        yield Witness("condition", f"{operator.written} {key.written}", whole, None, whole)
        yield Witness("key", key.written, key.span, None, whole)
        yield Witness("operator", operator.written, operator.span, None, whole)
        for quantifier, test in self._values:
            if quantifier == "some":
                for value in element.values:
                    if test.judge(value) >= floor:
                        term = test.term(value)
                        yield Witness("value", value.written, value.span, term, whole)


def _quantified(quantifier: str, verdicts: Sequence[int]) -> int:
    if quantifier == "some":
        return max(verdicts, default=NO)
    if quantifier == "every":
        return min(verdicts, default=NO)
    return negated(max(verdicts, default=NO))


# -- from words to tests


def action_test(words: Words, catalogue: Catalogue) -> ListedTest:
    """The compiled test of an action."""
    whole = []
    each: list[TextTest] = []
    heads = []
    for word, given in words.items():
        if word in (*RELATIONS, "is"):
            heads.append(frozenset(action_head(text) or (None,) for text in given))
        if word in RELATIONS:
            whole.append((relation(word, given, FOLDED), excepted(word, given, FOLDED)))
        elif word == "scopes-to":
            each.append(scopes_to(given, catalogue))
            whole.append((_always, _never))  # a complement is about every service
        elif word == "complement":
            whole.append(_complemented(given))
        elif word == "service":
            each.append(action_service(given))
            heads.append(frozenset((text.lower(),) for text in given))
        elif word == "known":
            each.append(known_action(given, catalogue))
        else:
            each.append(_text_word(word, given, FOLDED, catalogue))
    return ListedTest("action", whole, each, (), heads)


def resource_test(words: Words, catalogue: Catalogue) -> ListedTest:
    """The compiled test of a resource."""
    whole = []
    each: list[TextTest] = []
    contextual: list[Contextual] = []
    heads = []
    for word, given in words.items():
        if word in (*RELATIONS, "is"):
            heads.append(frozenset(operand_head(text) for text in given))
        if word in RELATIONS:
            whole.append((relation(word, given, ARNS), excepted(word, given, ARNS)))
        elif word == "fits" and given == "none":
            each.append(misfitting(REASONS, catalogue))
        elif word == "fits":
            types = catalogue.types_named(given)
            whole.append((fitting(types), fitting_excepted(types)))
            heads.append(frozenset(operand_head(kind.operand.text) for kind in types))
        elif word == "accepted":
            contextual.append(_accepted(given, catalogue))
        elif word == "complement":
            whole.append(_complemented(given))
        elif word == "service":
            each.append(arn_service(given))
            heads.append(frozenset((None, text) for text in given))
        else:
            each.append(_text_word(word, given, ARNS, catalogue))
    return ListedTest("resource", whole, each, contextual, heads)


def _always(_: Any) -> int:
    return YES


def _never(_: Any) -> int:
    return NO


def _complemented(wanted: bool) -> tuple[Callable[[Any], int], Callable[[Any], int]]:  # noqa: FBT001
    """``complement``: whether the element is all of ``NotAction`` (``NotResource``)."""
    return (_never, _always) if wanted else (_always, _never)


def _accepted(wanted: bool, catalogue: Catalogue) -> Contextual:  # noqa: FBT001
    def test(term: Term, statement: Statement) -> int:
        found = accepts(statement, term.form, catalogue)  # type: ignore[arg-type]
        return found if wanted else negated(found)

    return test


def _text_word(word: str, given: Any, family: Family, catalogue: Catalogue) -> TextTest:
    """The words that every text has, and those of keys and values."""
    if word == "is":
        return written(given, family)
    if word in RELATIONS:
        judge = relation(word, given, family)
        return lambda term: judge(term.form)
    if word == "wildcard":
        return wildcard(given)
    if word == "misfit":
        return misfitting(given, catalogue)
    if word == "known":
        return known_key(given, catalogue)
    raise ValueError(word)
