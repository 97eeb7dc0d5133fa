"""Whether a statement, or one of its elements, is ever met."""

from __future__ import annotations

from ...decisions.contradictions import contradiction
from ...decisions.principals import ROOT
from ...decisions.reach import OWN, Asked, asked, conditions_met, is_literal, reach_of, settled
from ...decisions.statements import Answer
from ...iam.patterns import MAYBE, NO, YES
from ...iam.policy import Condition
from ..shown import listed
from .answers import UNTOLD, Met, alike, answered, answers_of, of_all, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...decisions.reasons import Miss
    from ...iam.policy import Action, Document, Statement
    from .sources import Sources


class Meetings:
    """Answers what requests meet statements of *document*."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._available = sources.available
        self._asked: dict[object, list[Asked]] = {}
        self._statements: dict[int, Met] = {}
        self._actions: dict[object, Met] = {}
        self._conditions: dict[int, dict[int, Met]] = {}
        self._by_action: dict[tuple[int, int], Met] = {}
        self._alike: dict[object, dict[object, list[Answer]]] = {}
        self._never_met: dict[object, frozenset[int]] = {}
        self._of_alike: dict[frozenset[int], frozenset[int]] = {}

    def statement(self, statement: Statement) -> Met:
        """Whether any request meets *statement*, and whether all that it is about do."""
        found = self._statements.get(id(statement))
        if found is None:
            actions = _named(statement)
            kinds = {alike(kind): kind for kind in self._document.kinds}.values()
            found = self._statements[id(statement)] = of_all(
                [self._met(statement, self._about(statement, kind), actions) for kind in kinds]
            )
        return found

    def together(self, statement: Statement) -> Met:
        """Whether the elements of *statement* can be met together: NO if two exclude one another."""
        found = contradiction(statement, self._document, self._available, frozenset())
        return Met(NO, NO, found.because, found.miss) if found else Met(YES, NO)

    def action(self, statement: Statement, action: Action) -> Met:
        """Whether *statement* is met by any request for *action*, one of its elements."""
        if action.complement or action.texts[0].literal is None:
            return UNTOLD
        return of_all([self._action(statement, action, kind) for kind in self._document.kinds])

    def _action(self, statement: Statement, action: Action, kind: str) -> Met:
        key = (id(statement), alike(kind), action.known)
        found = self._actions.get(key)
        if found is None:
            requests = self._requests_for(statement, kind, (action,))
            found = self._actions[key] = self._met(statement, requests, action.texts[0].written)
        return found

    def _met(self, statement: Statement, requests: Sequence[Asked], actions: str) -> Met:
        """Whether any of *requests* meets *statement*; *actions* is what they are for."""
        reach = reach_of(statement, self._document, requests, self._available)
        if reach.ever == NO:
            miss = reach.miss
            if reach.because:
                return Met(NO, NO, reach.because, miss)
            because = f"nothing about {actions} fits it"
            if miss is not None:
                because = _because(miss, actions)
            return Met(NO, NO, because, miss)
        found = [answered(one) for one in answers_of(requests)]
        ever = max([one for one, _ in found], default=MAYBE)
        return Met(ever, min([one for _, one in found], default=MAYBE))

    def condition(self, statement: Statement, condition: Condition) -> Met:
        """Whether any request that *statement* is about meets *condition*, one of its elements."""
        found = self._conditions.get(id(statement))
        if found is None:
            found = self._conditions[id(statement)] = self._of_conditions(statement)
        return found.get(id(condition), UNTOLD)

    def _of_conditions(self, statement: Statement) -> dict[int, Met]:
        found: dict[int, list[Met]] = {}
        for kind in self._document.kinds:
            for one, ever, always in conditions_met(self._about(statement, kind)):
                met = Met(ever, always)
                if is_literal(one):
                    met = Met(settled(ever)[0], settled(always)[1])
                found.setdefault(id(one), []).append(met)
        return {key: of_all(every) for key, every in found.items()}

    def why(self, statement: Statement, condition: Condition) -> str:
        """Why no request, or each, that *statement* is about meets *condition*."""
        answers = answers_of(self._about(statement, self._document.kinds[0]))
        return self._why(statement, condition, answers, _named(statement))

    def _why(
        self, statement: Statement, condition: Condition, answers: Sequence[Answer], actions: str
    ) -> str:
        """Why none of the requests of *answers*, which are for *actions*, meets *condition*, or each does."""
        key = condition.key.written
        name = key.lower()
        if not all(one.request.key(name).present == NO for one in answers):
            return f"{key} never has such a value in a request for {actions}"
        if statement.principals and self._available.is_of_principal(name):
            by = listed([one.id.written for one in statement.principals])
            return f"{key} is never in a request by {by}"
        return f"{key} is never in a request for {actions}"

    def condition_by_action(self, statement: Statement, condition: Condition) -> Met:
        """Whether *condition* is met for each of the actions of *statement*: NO if there is one without."""
        key = (id(statement), id(condition))
        found = self._by_action.get(key)
        if found is None:
            found = self._by_action[key] = of_all(
                [
                    self._condition_by_action(statement, condition, kind)
                    for kind in self._document.kinds
                ]
            )
        return found

    def _condition_by_action(self, statement: Statement, condition: Condition, kind: str) -> Met:
        verdict, actions, answers = YES, [], []
        for action in statement.actions:
            if action.complement:
                continue
            if action.texts[0].literal is None:
                verdict = min(verdict, MAYBE)
                continue
            if id(condition) in self._never_met_for(statement, kind, action):
                verdict = NO
                actions.append(action.texts[0].written)
                answers += answers_of(self._requests_for(statement, kind, (action,)))
        because = self._why(statement, condition, answers, listed(actions)) if actions else ""
        return Met(verdict, verdict, because)

    def _never_met_for(self, statement: Statement, kind: str, action: Action) -> frozenset[int]:
        """The ids of the conditions that no request for *action* meets, found once for actions that are met alike."""
        key = (id(statement), kind, action.known)
        found = self._never_met.get(key)
        if found is None:
            requests = self._requests_for(statement, kind, (action,))
            shared = frozenset([id(one.answers) for one in requests])
            found = self._of_alike.get(shared)
            if found is None:
                found = self._of_alike[shared] = _never_met(requests)
            self._never_met[key] = found
        return found

    def _about(self, statement: Statement, kind: str) -> list[Asked]:
        key = (id(statement), alike(kind))
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = self._requests_for(statement, kind, statement.actions)
        return found

    def _requests_for(
        self, statement: Statement, kind: str, actions: Sequence[Action]
    ) -> list[Asked]:
        """The requests for *actions* that *statement* of a policy of *kind* is about."""
        return asked(
            statement,
            self._document,
            place_of(kind),
            self._available,
            kinds=(*OWN, ROOT) if kind == "scp" else OWN,
            actions=actions,
            alike=self._alike.setdefault((id(statement), alike(kind)), {}),
        )


def _never_met(requests: Sequence[Asked]) -> frozenset[int]:
    """The ids of the conditions of a statement that none of *requests* meets."""
    return frozenset(
        id(one)
        for one, ever, _ in conditions_met(requests)
        if (settled(ever)[0] if is_literal(one) else ever) == NO
    )


def _named(statement: Statement) -> str:
    """The actions of *statement*, for a message."""
    return listed([text.written for one in statement.actions for text in one.texts])


def _because(miss: Miss, actions: str) -> str:
    """What *miss* says about all requests for *actions*."""
    if not miss.element.startswith("Condition/"):
        return f"no request for {actions} is about such a {miss.element}"
    key = miss.element.split("/", 2)[2]
    if miss.actual is None:
        return f"{key} is never in a request for {actions}"
    return f"{key} is never {listed(miss.wanted)} in a request for {actions}"
