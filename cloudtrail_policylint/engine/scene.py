"""One document while it is checked, with what is derived from it."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from ..base.record import record, replaced
from ..iam.patterns import MAYBE, NO
from ..tree.source import MAX_RELATED, Ranges, Related
from .plain import (
    View,
    may_be_allowed,
    plain_effect,
    plainly_allowed,
    plainly_undenied,
    policies_of_holder,
)
from .targets import targets_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    from ..iam.policy import Action, Document, Statement
    from ..tree.nodes import Map
    from ..tree.source import Span
    from .asking import Asking
    from .lookups import Lookups

    class Match(Protocol):
        """The match of a statement."""

        def verdict(self, statement: Statement, scene: Scene, floor: int, /) -> int:
            """The verdict on *statement*; NO as soon as it is below *floor*."""

    class Whole(Protocol):
        """The match of a document, or of the document around a statement."""

        def verdict(self, scene: Scene, floor: int, around: Statement | None = None) -> int:
            """The verdict on the scene's document, or on the document *around* a statement."""

        def others(self, scene: Scene, floor: int, /) -> Iterable[tuple[Statement, Related]]:
            """The statements that a match with at least *floor* depends on."""


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

    def elsewhere(self, match: Match) -> int:
        """The highest verdict of *match* on the statements of other policies of the module or template."""
        return max(
            (
                Scene(one, self.lookups).verdicts(match, one).most
                for one in self._elsewhere
                if one.span != self.document.span
            ),
            default=NO,
        )

    @property
    def form(self) -> object:
        """A key: documents with the same one give the same verdicts on kind, type, version, element and mistake."""
        document = self.document
        return (
            document.kinds,
            document.types,
            document.version.known if document.version is not None else None,
            document.complete,
            document.misread,
            self.names_in(document.node) if document.node is not None else None,
            tuple([one.name for one in document.mistakes]),
        )

    def effect(self, statement: Statement, action: Action, name: str) -> int:
        """Whether *action*, one of its elements, gives *statement* an effect on the action *name*."""
        found = plain_effect(statement, action, name, self._view)
        return self.asking.denials.effect(statement, action, name) if found is None else found

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
            found = self._allowed[name] = (
                self.asking.holders.allowed(name) if found is None else found
            )
        return found

    def near(self, name: str, floor: int) -> Iterable[tuple[Statement, Related]]:
        """The statements that nearly allow the action *name*, or possibly if *floor* is MAYBE."""
        return (
            self.asking.holders.near(name, floor) if may_be_allowed(name, self._of_holder) else ()
        )

    def undenied(self, statement: Statement, name: str) -> int:
        """Whether no Deny in view denies the action *name* on the resources of *statement*."""
        found = plainly_undenied(statement, name, self._view)
        return self.asking.denials.undenied(statement, name) if found is None else found

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

    def verdicts(self, match: Match, document: Document) -> Verdicts:
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

    def related(self, match: Whole, floor: int) -> Sequence[tuple[Statement, Related]]:
        """Statements that a match with at least *floor* depends on: one more than is shown."""
        key = (id(match), floor)
        if key not in self._related:
            self._related[key] = list(islice(match.others(self, floor), MAX_RELATED + 1))
        return self._related[key]

    def context(self, match: Whole, statement: Statement) -> int:
        """The verdict of *match* on the document around *statement*."""
        if statement.optional:
            return match.verdict(self, MAYBE, around=statement)
        found = self._contexts.get(id(match))
        if found is None:
            found = self._contexts[id(match)] = match.verdict(self, MAYBE, around=statement)
        return found
