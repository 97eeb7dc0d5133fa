"""What one look at an element shows: that it cannot pass the tests of most rules."""

from __future__ import annotations

from ..iam.policy import Condition
from .signs import may_be_nested, may_be_private, may_have_variable, may_have_wildcard, runs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from ..iam.catalogue import Catalogue
    from ..iam.policy import Action, Resource, Statement
    from ..tree.nodes import Text
    from .lookups import Lookups

    Look: TypeAlias = Callable[[Text], bool]


_NONE: frozenset[int] = frozenset()


class Texts:
    """Finds those of some lists of patterns that may match a text: a look at its start and its end is enough."""

    def __init__(self) -> None:
        self._lists: list[tuple[str, ...]] = []
        self._numbers: dict[int, int] = {}  # by identity: rules have them in common
        self._exact: dict[str, list[int]] = {}
        self._wild: dict[str, list[tuple[int, str, str, list[str]]]] = {}
        """By the service, if a pattern has one without wildcards, else by its first character, if that is none."""
        self._found: dict[object, frozenset[int] | None] = {}

    def add(self, patterns: tuple[str, ...] | None) -> int | None:
        """The number of *patterns*, in lower case, of which one matches a text."""
        if patterns is None:
            return None
        number = self._numbers.get(id(patterns))
        if number is None:
            number = self._numbers[id(patterns)] = len(self._lists)
            self._lists.append(patterns)
            for one in patterns:
                if "*" in one or "?" in one or "#" in one:
                    first, *inner, last = runs_of(one)
                    service, colon, _ = first.partition(":")
                    start = service if colon else first[:1]
                    self._wild.setdefault(start, []).append((number, first, last, inner))
                else:
                    self._exact.setdefault(one, []).append(number)
        return number

    def of(self, text: Text) -> frozenset[int] | None:
        """The numbers of the patterns that may match *text*; None if that may be any."""
        if not self._lists:
            return None
        key = text.known
        if key not in self._found:
            self._found[key] = self._of(text.literal)
        return self._found[key]

    def _of(self, literal: str | None) -> frozenset[int] | None:
        if literal is None or "*" in literal or "?" in literal or "$" in literal:
            return None
        lower = literal.lower()
        found = list(self._exact.get(lower, ()))
        for start in (lower.partition(":")[0], lower[:1], ""):
            for number, first, last, inner in self._wild.get(start, ()):
                if lower.startswith(first) and lower.endswith(last):
                    for one in inner:
                        if one not in lower:
                            break
                    else:
                        found.append(number)
        return frozenset(found) if found else _NONE


class Looks:
    """Says at one look what an element has, of what some rules need."""

    def __init__(self, lookups: Lookups) -> None:
        self._catalogue = lookups.catalogue
        self._looks: dict[str, Look] = {
            "variable": may_have_variable,
            "wildcard": may_have_wildcard,
            "nested": may_be_nested,
            "private": may_be_private,
            "unknown": self._may_be_unknown,
            "no-service": self._may_have_no_service,
            "misfit": lookups.may_misfit,
        }

    def of(self, wanted: Iterable[str], element: Action | Resource) -> frozenset[str]:
        """What of *wanted* the action or resource *element* may have: a complement may have all."""
        if element.complement:
            return frozenset(wanted)
        text = element.texts[0]
        return frozenset([one for one in wanted if one in self._looks and self._looks[one](text)])

    def of_condition(
        self, wanted: Iterable[str], element: Condition, statement: Statement
    ) -> frozenset[str]:
        """What of *wanted* *element* of *statement* may have, or one of its values."""
        found = []
        for one in wanted:
            if one in _OF_KEYS:
                has = _OF_KEYS[one](self._catalogue, element.key.literal)
            elif one == "several":
                has = element.written != 1
            elif one == "repeated":
                has = len(statement.conditions) > 1
            elif one == "no-value":
                has = all([text.literal is None for text in element.values])  # noqa: C419 - faster
            else:
                has = self._has(one, element.values)
            if has:
                found.append(one)
        return frozenset(found)

    def _has(self, wanted: str, texts: Sequence[Text]) -> bool:
        look = self._looks.get(wanted)
        return look is not None and any(map(look, texts))

    def _may_be_unknown(self, text: Text) -> bool:
        """Whether no action may have the name *text*."""
        return self._catalogue.action(text.literal or "") is None

    def _may_have_no_service(self, text: Text) -> bool:
        """Whether the prefix of the action *text* may be that of no service."""
        prefix, colon, _ = (text.literal or "").partition(":")
        return not colon or "*" in prefix or "?" in prefix or not self._catalogue.service(prefix)


def _may_be_unknown_key(catalogue: Catalogue, literal: str | None) -> bool:
    return literal is None or not catalogue.has_key(literal)


def _may_be_key_of_no_service(catalogue: Catalogue, literal: str | None) -> bool:
    prefix, colon, _ = (literal or "").lower().partition(":")
    return not colon or not catalogue.has_prefix_of_keys(prefix)


def _may_be_multivalued(catalogue: Catalogue, literal: str | None) -> bool:
    return literal is None or catalogue.is_multivalued(literal) is not False


_OF_KEYS: dict[str, Callable[[Catalogue, str | None], bool]] = {
    "unknown-key": _may_be_unknown_key,
    "no-service-key": _may_be_key_of_no_service,
    "multivalued-key": _may_be_multivalued,
}
"""What the key of a condition shows, by its text."""
