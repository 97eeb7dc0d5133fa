"""Compiled tests of the properties of a resource."""

from __future__ import annotations

from math import inf

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..setups.model import Property
from ..setups.values import Item, items_at, plain_name
from ..tree.nodes import Hole, Map
from .elements import SingleTest, Witness
from .setup_values import text_of
from .words import compiled
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..setups.model import Path
    from ..tree.nodes import Node
    from ..tree.source import Span
    from .lookups import Lookups
    from .words.word import Given

QUANTIFIERS = ("some", "every", "none")
_OF_ALL = ("given", "repeats", "more-than")
"""The words about all values of a property."""


@record
class View:
    """The properties of a resource, or of an object in it.

    ``read`` returns one, ``names`` are those that the type has for names in rules, ``owner`` is the
    place of the resource.
    """

    read: Callable[[Path], Property]
    names: Mapping[str, str]
    owner: Span

    def inside(self, node: Node) -> View:
        """The properties of the object *node*."""

        def read(path: Path) -> Property:
            own = tuple(self.names.get(name, name) for name in path)
            if not isinstance(node, Map):
                return Property((), not isinstance(node, Hole), None)
            items, complete = items_at(node, own)
            wanted = plain_name(own[0])
            written = [e.value for e in node.entries if plain_name(e.key.written) == wanted]
            return Property(tuple(items), complete, written[-1].span if written else None)

        return View(read, self.names, self.owner)


class PropertyTest:
    """One test of a property: words about its values, whether it is given, or tests of its objects."""

    def __init__(self, name: str, given: Given, lookups: Lookups) -> None:
        self._name = name
        self._path = tuple(name.split("."))
        words = {"given": given["given"]} if "given" in given else {}
        self._given = [test.given for test in compiled("property", words, lookups) if test.given]
        words = {"more-than": given["more-than"]} if "more-than" in given else {}
        self._counts = [test.count for test in compiled("property", words, lookups) if test.count]
        words = {"repeats": given["repeats"]} if "repeats" in given else {}
        self._repeated = [
            one for test in compiled("property", words, lookups) for one in test.names or ()
        ]
        own = {key: value for key, value in given.items() if key not in (*QUANTIFIERS, *_OF_ALL)}
        quantified = {key: value for key, value in given.items() if key in QUANTIFIERS}
        if own:
            quantified["some"] = own
        self._tests = [
            (quantifier, _ItemTest(one, lookups)) for quantifier, one in quantified.items()
        ]

    def verdict(self, view: View) -> int:
        """The verdict on the property in *view*."""
        found = view.read(self._path)
        verdict = min([test(found.given) for test in self._given], default=YES)
        for count in self._counts:
            most = len(found.items) if found.complete else inf
            verdict = min(verdict, count(sum([item.sure for item in found.items]), most))
        if self._repeated:
            verdict = min(verdict, max(_repeat(found, one, view)[0] for one in self._repeated))
        for quantifier, test in self._tests:
            verdict = min(verdict, _over(quantifier, found, test, view))
        return verdict

    def witnesses(self, view: View, around: Span | None) -> Iterator[Witness]:
        """The values that passed, at their places in the resource; else the property.

        *around* is the property that it is inside of.
        """
        found = view.read(self._path)
        span = found.span or around
        if span is None:
            return
        tests = [test for quantifier, test in self._tests if quantifier != "none"]
        if self._counts or self._repeated:
            yield from self._of_all(found, span, view)
        elif not self._tests:
            for item in found.items:
                yield Witness(self._name, shown(item.node), _place(item.node, span, view.owner))
        elif not tests and found.items:
            yield Witness(self._name, shown(found.items[0].node), span)
        for test in tests:
            for item in found.items:
                if test.verdict(item.node, view) == YES:
                    place = _place(item.node, span, view.owner)
                    yield Witness(self._name, shown(item.node), place)
                    yield from test.witnesses(item.node, view, place)

    def _of_all(self, found: Property, span: Span, view: View) -> Iterator[Witness]:
        """The values that repeat others, or the number of them."""
        for name in self._repeated:
            for item in _repeat(found, name, view)[1]:
                yield Witness(name, shown(item.node), _place(item.node, span, view.owner))
        if self._counts:
            yield Witness(self._name, str(len(found.items)), span)


class _ItemTest:
    """The test of one value: words about a text, or tests of the properties of an object."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        words = {key: value for key, value in given.items() if key != "property"}
        self._words = SingleTest("property", words, lookups) if words else None
        self._inner = [
            [PropertyTest(name, one, lookups) for one in listed(tests)]
            for name, tests in given.get("property", {}).items()
        ]

    def verdict(self, node: Node, view: View) -> int:
        verdict = YES
        if self._words is not None:
            text = text_of(node)
            verdict = MAYBE if text is None else self._words.verdict(text)
        for tests in self._inner if verdict != NO else ():
            for test in tests:
                verdict = min(verdict, test.verdict(view.inside(node)))
        return verdict

    def witnesses(self, node: Node, view: View, place: Span) -> Iterator[Witness]:
        for tests in self._inner:
            yield from tests[-1].witnesses(view.inside(node), place)


def _over(quantifier: str, found: Property, test: _ItemTest, view: View) -> int:
    verdicts = [(test.verdict(item.node, view), item.sure) for item in found.items]
    if quantifier == "every":
        if not verdicts:
            return NO if found.complete else MAYBE
        least = min(verdict for verdict, _ in verdicts)
        return least if found.complete and any(sure for _, sure in verdicts) else min(least, MAYBE)
    most = max([v if sure else min(v, MAYBE) for v, sure in verdicts], default=NO)
    if not found.complete:
        most = max(most, MAYBE)
    return negated(most) if quantifier == "none" else most


def _repeat(found: Property, name: str, view: View) -> tuple[int, list[Item]]:
    """Whether two objects in *found* have the same value of *name*, and those that repeat one."""
    seen: set[str] = set()
    repeating: list[Item] = []
    is_known = found.complete
    for one in found.items:
        inner = view.inside(one.node).read((name,))
        is_known = is_known and one.sure and inner.complete
        for item in inner.items:
            text = text_of(item.node)
            value = text.literal if text is not None else None
            if value is None or not item.sure or not one.sure:
                is_known = False
            elif value in seen:
                repeating.append(item)
            else:
                seen.add(value)
    return YES if repeating else NO if is_known else MAYBE, repeating


def listed(given: Any) -> list[Any]:
    """*given*, one test or several, as a list."""
    return given if isinstance(given, list) else [given]


def shown(node: Node) -> str:
    """*node* in a message; empty if it is no text."""
    text = text_of(node)
    return text.written if text is not None else ""


def _place(node: Node, span: Span, owner: Span) -> Span:
    """Where *node* is shown: its own place if that is in the property, else the property."""
    return node.span if owner.contains(node.span) and span.contains(node.span) else span
