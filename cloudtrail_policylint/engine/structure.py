"""The fields about how a policy is written: ``element`` and ``mistake``."""

from __future__ import annotations

from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Choice, Hole, Map, Seq, Text, children
from .elements import SingleTest, Witness
from .words import compiled
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Protocol

    from ..iam.policy import Document, Statement
    from ..iam.written import Problem
    from ..tree.nodes import Entry, Node
    from .lookups import Lookups
    from .words.word import Given

    class Scene(Protocol):
        """What is in view: the document."""

        @property
        def document(self) -> Document:
            """The document that is tested."""

        def names_in(self, node: Map) -> tuple[tuple[object, bool], ...]:
            """The names of the elements of *node*, and whether each may be left out."""


_ABOUT_OTHERS = "beside"
"""The word on an element that asks for others of the same object."""


class Elements:
    """``element``: the names that an object of the policy has, as written."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = [
            (quantifier, _ElementTest(words, lookups)) for quantifier, words in given.items()
        ]
        self._memo: dict[object, int] = {}

    def of(self, node: Map, scene: Scene) -> int:
        """The verdict on the elements of *node* in *scene*: most objects have the same ones."""
        key = scene.names_in(node)
        verdict = self._memo.get(key)
        if verdict is None:
            verdict = YES
            for quantifier, test in self._tests:
                found = max([test.verdict(entry, node) for entry in node.entries], default=NO)
                verdict = min(verdict, negated(found) if quantifier == "none" else found)
            self._memo[key] = verdict
        return verdict

    def named(self, node: Map, floor: int) -> Iterator[Witness]:
        """The elements of *node* that passed ``some`` with at least *floor*."""
        for quantifier, test in self._tests:
            for entry in node.entries if quantifier == "some" else ():
                if test.verdict(entry, node) >= floor:
                    key = entry.key
                    yield Witness("element", key.written, key.span, test.names.term(key))


class _ElementTest:
    def __init__(self, words: Given, lookups: Lookups) -> None:
        own = {word: given for word, given in words.items() if word not in ("none", _ABOUT_OTHERS)}
        self.names = SingleTest("element", own, lookups)
        self._others = (
            SingleTest("element", {"is": words[_ABOUT_OTHERS]}, lookups)
            if _ABOUT_OTHERS in words
            else None
        )
        self._none = _ElementTest(words["none"], lookups) if "none" in words else None

    def verdict(self, entry: Entry, node: Map) -> int:
        """The verdict on *entry* of *node*; at most MAYBE if it may be left out."""
        verdict = self._as_given(entry, node)
        return min(verdict, MAYBE) if verdict and may_be_left_out(entry.value) else verdict

    def _as_given(self, entry: Entry, node: Map) -> int:
        """The verdict on *entry*, if it is there."""
        verdict = self.names.verdict(entry.key)
        if verdict and self._others is not None:
            others = [one for one in node.entries if one is not entry]
            found = [self._named(self._others, one) for one in others]
            verdict = min(verdict, max(found, default=NO))
        if verdict and self._none is not None:
            verdict = min(verdict, negated(self._none._as_given(entry, node)))
        return verdict

    @staticmethod
    def _named(test: SingleTest, entry: Entry) -> int:
        """The verdict of *test* on the name of *entry*; at most MAYBE if it may be left out."""
        verdict = test.verdict(entry.key)
        return min(verdict, MAYBE) if verdict and may_be_left_out(entry.value) else verdict


def may_be_left_out(node: Node | None) -> bool:
    """Whether an element with the value *node* may be missing: its value may be null, or have no member."""
    if isinstance(node, Text):
        return False
    if node is None or isinstance(node, Hole):
        return True
    if isinstance(node, Choice):
        return any(map(may_be_left_out, node.branches))
    inner = children(node) if isinstance(node, Seq | Map) else ()
    return bool(inner) and all(map(may_be_left_out, inner))


class StatementElements(Elements):
    """``element`` of a statement; nothing is known of what a syntax error has left of one."""

    def verdict(self, statement: Statement, scene: Scene) -> int:
        """The verdict on *statement*."""
        return NO if scene.document.misread else self.of(statement.node, scene)

    def witnesses(self, statement: Statement, _: Scene, floor: int) -> Iterator[Witness]:
        """The elements of *statement* that passed with at least *floor*."""
        yield from self.named(statement.node, floor)


class DocumentElements(Elements):
    """``element`` of a document; one of which parts are not in view may have more."""

    def verdict(self, scene: Scene) -> int:
        """The verdict on the document of *scene*."""
        document = scene.document
        if document.node is None or document.misread:
            return NO
        return min(self.of(document.node, scene), YES if document.complete else MAYBE)

    def witnesses(self, scene: Scene, floor: int) -> Iterator[Witness]:
        """The elements of the document that passed with at least *floor*."""
        if scene.document.node is not None:
            yield from self.named(scene.document.node, floor)

    def others(self, _: Scene, _floor: int) -> tuple[()]:
        """Nothing: no other statement counts."""
        return ()


class Mistakes:
    """``mistake``: what breaks the grammar of a document."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        (test,) = compiled("mistake", given["some"], lookups)
        self._wanted = test.names or ()

    def _found(self, scene: Scene) -> Sequence[Problem]:
        return [one for one in scene.document.mistakes if one.name in self._wanted]

    def verdict(self, scene: Scene) -> int:
        """Whether the document of *scene* has such a mistake."""
        return YES if self._found(scene) else NO

    def witnesses(self, scene: Scene, _: int) -> Iterator[Witness]:
        """The mistakes, at their places."""
        for one in self._found(scene):
            yield Witness("mistake", one.message, one.span)

    def others(self, _: Scene, _floor: int) -> tuple[()]:
        """Nothing: no other statement counts."""
        return ()
