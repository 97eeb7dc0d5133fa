"""What one look at an element shows: that it cannot pass the tests of most rules."""

from __future__ import annotations

from ..iam.policy import Condition
from .lookups import shape_term
from .signs import may_be_nested, may_have_variable, may_have_wildcard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Resource, Statement
    from ..tree.nodes import Text
    from .lookups import Lookups

    Look: TypeAlias = Callable[[Text], bool]


class Texts:
    """Finds those of some lists of patterns that may match a text: a look at its start and its end is enough."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._exact: dict[str, list[int]] = {}
        self._wild: dict[tuple[str, ...], list[int]] = {}
        self._found: dict[object, frozenset[int] | None] = {}

    def add(self, patterns: tuple[str, ...] | None) -> int | None:
        """The number of *patterns*, in lower case, of which one matches a text."""
        if patterns is None:
            return None
        number = self._numbers.get(patterns)
        if number is None:
            number = self._numbers[patterns] = len(self._numbers)
            for one in patterns:
                runs = one.replace("?", "*").split("*")
                if len(runs) == 1:
                    self._exact.setdefault(one, []).append(number)
                else:
                    self._wild.setdefault(tuple(runs), []).append(number)
        return number

    def of(self, text: Text) -> frozenset[int] | None:
        """The numbers of the patterns that may match *text*; None if that may be any."""
        key = text.known
        if key not in self._found:
            self._found[key] = self._of(text.literal)
        return self._found[key]

    def _of(self, literal: str | None) -> frozenset[int] | None:
        if literal is None or "*" in literal or "?" in literal or "$" in literal:
            return None
        lower = literal.lower()
        found = set(self._exact.get(lower, ()))
        for (first, *inner, last), numbers in self._wild.items():
            if lower.startswith(first) and lower.endswith(last) and all(x in lower for x in inner):
                found.update(numbers)
        return frozenset(found)


class Glances:
    """Answers the words that one look at an element answers, so far that it cannot pass."""

    def __init__(self, lookups: Lookups) -> None:
        self._looks: dict[str, Look] = {
            "variable": may_have_variable,
            "broken-variable": may_have_variable,
            "wildcard": may_have_wildcard,
            "service-wildcard": may_have_wildcard,
            "nested": may_be_nested,
            "misfit": lambda text: lookups.may_misfit(shape_term(text)),
        }

    def may_pass(self, words: Sequence[str], element: Action | Resource) -> bool:
        """Whether *element*, an action or resource, may pass all of *words*."""
        if element.complement:
            return True
        if "complement" in words:
            return False
        return all(self._looks[word](element.texts[0]) for word in words)

    def condition_may_pass(
        self, words: Sequence[str], element: Condition, statement: Statement
    ) -> bool:
        """Whether *element* of *statement*, with its values, may pass all of *words*."""
        looks = []
        for word in words:
            if word == "several":
                if element.written == 1:
                    return False
            elif word == "repeated":
                if len(statement.conditions) == 1:
                    return False
            else:
                looks.append(self._looks[word])
        return all(any(map(look, element.values)) for look in looks)
