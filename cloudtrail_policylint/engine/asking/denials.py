"""What Deny statements leave of what others allow."""

from __future__ import annotations

from ...decisions.denials import Caller, Denials, Left
from ...decisions.principals import ROLE, ROOT, USER
from ...decisions.reach import named_actions, open_principal
from ...decisions.values import agreed
from ...iam.patterns import MAYBE, NO, parse
from .answers import UNTOLD, Met, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...iam.policy import Action, Document, Statement
    from .sources import Sources


class Denied:
    """Answers what Deny statements in view leave of *document*."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._available = sources.available
        self._profiles = sources.profiles
        self._denials: dict[str, Denials] = {}
        self._lefts: dict[tuple[int, str], Left] = {}
        self._undenied: dict[tuple[int, str], int] = {}

    def effect(self, statement: Statement, action: Action, name: str) -> int:
        """Whether *action*, one of its elements, gives *statement* an effect on the action *name*.

        A Deny has one where some request meets it, an Allow where Deny statements in view
        leave some such request.
        """
        covered = action.covers(parse(name.lower()))
        if covered == NO:
            return NO
        found = self._left(statement, name)
        return min(covered, found.met if _effect(statement) == "Deny" else found.left)

    def denied(self, statement: Statement, action: Action) -> Met:
        """Whether Deny statements in view deny what *statement* allows for *action*, one of its elements."""
        if action.complement or action.texts[0].literal is None:
            return UNTOLD
        found = [
            self._left(statement, name)
            for name, known_action in named_actions((action,), self._available.catalogue)
            if known_action is not None
        ]
        return Met(MAYBE, min([one.denied for one in found if one.met != NO], default=NO))

    def denying(self, statement: Statement, action: Action) -> Iterator[Statement]:
        """The Deny statements in view that are about the known actions of *action*."""
        seen = set()
        for name, _ in named_actions((action,), self._available.catalogue):
            for one in self._denials_of(self._document.kinds[0]).about(name):
                if id(one) not in seen and one is not statement:
                    seen.add(id(one))
                    yield one

    def _left(self, statement: Statement, name: str) -> Left:
        key = (id(statement), name)
        found = self._lefts.get(key)
        if found is None:
            lefts = [
                self._denials_of(kind).left(statement, name, _callers(kind))
                for kind in self._document.kinds
            ]
            found = self._lefts[key] = Left(
                agreed([one.met for one in lefts]),
                agreed([one.left for one in lefts]),
                agreed([one.denied for one in lefts]),
            )
        return found

    def undenied(self, statement: Statement, name: str) -> int:
        """Whether no Deny in view denies *name* on the resources of *statement* to a caller whom no policy names."""
        key = (id(statement), name)
        found = self._undenied.get(key)
        if found is None:
            caller = self._profiles.stranger
            found = agreed(
                self._denials_of(kind).undenied(statement, name, caller)
                for kind in self._document.kinds
            )
            found = found if self._document.complete else min(found, MAYBE)
            self._undenied[key] = found
        return found

    def _denials_of(self, kind: str) -> Denials:
        """The Deny statements in view where the document is of *kind*."""
        found = self._denials.get(kind)
        if found is None:
            others = [one for one in self._document.companions if one.kinds == (kind,)]
            found = self._denials[kind] = Denials(
                (self._document, *others), place_of(kind), self._available
            )
        return found


def _callers(kind: str) -> list[Caller]:
    """Those whom a policy of *kind* may be for: the root user has no policies of its own."""
    kinds = (USER, ROLE, ROOT) if kind == "scp" else (USER, ROLE)
    return [Caller(open_principal(one), {}) for one in kinds]


def _effect(statement: Statement) -> str | None:
    return statement.effect.literal if statement.effect is not None else None
