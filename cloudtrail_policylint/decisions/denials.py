"""What the Deny statements of policies leave of what another statement is about.

Asked about an Allow, it is what the Allow grants. Asked about a Deny, it is what
remains possible with the resources that the Deny protects.
"""

from __future__ import annotations

from functools import cached_property

from ..base.record import record
from ..iam.arns import FIELDS, PARTITION, RESOURCE, fits, split
from ..iam.patterns import MAYBE, NO, YES, parse
from ..tree.nodes import Piece
from .conditions import Key
from .contradictions import contradiction, pinned
from .principals import ROLE, Principal
from .reach import is_literal, resources_of, settled
from .request import Request
from .statements import Answer, resource_matches
from .values import SHAPES, UNKNOWN, agreed, form, holes, known, literal, opened, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..iam.policy import Condition, Document, Resource, Statement
    from .availability import Availability
    from .statements import Place
    from .values import Parts

MAX_TRIED = 50
"""Resources of a statement times Deny statements that are compared: with more, the answer is MAYBE."""

NAMED_NOWHERE = "~"
"""A name that no resource and no principal has, so that only wildcards match it."""


UNNAMED = Principal(
    ROLE,
    literal("000000000001"),
    form("arn:{field}:iam::000000000001:role/~"),
    form("arn:{field}:sts::000000000001:assumed-role/~/~"),
)
"""A role that no policy names."""


@record
class Caller:
    """Who makes the requests, and which condition keys they carry."""

    principal: Principal
    context: Mapping[str, Key]


@record
class Left:
    """Whether some request meets a statement, whether no Deny denies some such request, and whether each is denied."""

    met: int
    left: int
    denied: int


class Denials:
    """The Deny statements of *documents*, which all stand in *place*."""

    def __init__(
        self, documents: Sequence[Document], place: Place, available: Availability
    ) -> None:
        self._documents = documents
        self._place = place
        self._available = available
        self._of_action: dict[str, list[tuple[Document, Statement]]] = {}

    def left(self, about: Statement, action: str, callers: Sequence[Caller]) -> Left:
        """What they leave of the requests for *action* that *about* is met by.

        A Deny is for all *callers*; of an Allow it is not known which of them it is for, so that
        the answer is MAYBE where they differ.
        """
        if contradiction(about, self._documents[0], self._available, frozenset()) is not None:
            return Left(NO, NO, NO)
        denying = self._denying(action)
        resources = list(self._resources(about, action))
        if len(resources) * max(1, len(denying)) > MAX_TRIED:
            return Left(MAYBE, MAYBE, MAYBE)
        is_deny = about.effect is not None and about.effect.literal == "Deny"
        together = max if is_deny else agreed
        met = left = NO
        denied = YES
        for resource, fit in resources:
            found = []
            for caller in callers:
                request = self._request(about, action, resource, caller)
                ever = _ever(Answer(about, self._documents[0], self._place, request))
                found.append((ever, self._left(about, request, denying)))
            met = max(met, min(fit, together([ever for ever, _ in found])))
            left = max(left, min(fit, together([min(one) for one in found])))
            denied = min([denied, *[YES - one for ever, one in found if ever != NO]])
        return Left(met, left, min(met, denied))

    def undenied(self, about: Statement, action: str, caller: Caller) -> int:
        """Whether they leave some request of *caller* for *action* on the resources of *about*."""
        denying = self._denying(action)
        resources = list(self._resources(about, action))
        if len(resources) * max(1, len(denying)) > MAX_TRIED:
            return MAYBE
        return max(
            [
                min(fit, self._left(about, self._request(about, action, one, caller), denying))
                for one, fit in resources
            ],
            default=NO,
        )

    def about(self, action: str) -> Iterator[Statement]:
        """The statements that may deny *action*."""
        return (statement for _, statement in self._denying(action))

    def _denying(self, action: str) -> list[tuple[Document, Statement]]:
        """The statements that may deny *action*."""
        found = self._of_action.get(action)
        if found is None:
            wanted = parse(action.lower())
            found = self._of_action[action] = [
                (document, statement)
                for document in self._documents
                for statement in document.statements
                if statement.effect is not None
                and statement.effect.literal != "Allow"
                and any(one.covers(wanted) for one in statement.actions)
            ]
        return found

    def _request(self, about: Statement, action: str, resource: Parts, caller: Caller) -> Request:
        """The request of *caller* with the values that conditions of *about* require."""

        def request(context: Mapping[str, Key]) -> Request:
            return Request(
                caller.principal,
                action,
                resource,
                available=self._available,
                context=context,
                shared=holes((resource,)),
            )

        plain = request(caller.context)
        required = {}
        for condition in about.conditions:
            values = pinned(condition)
            name = (condition.key.literal or "").lower()
            if values and plain.key(name).present != NO:
                required[name] = Key(YES, tuple([(literal(value),) for value in values]))
        return request({**caller.context, **required}) if required else plain

    def _left(
        self, about: Statement, request: Request, denying: Sequence[tuple[Document, Statement]]
    ) -> int:
        unsure = False
        some: list[Answer] = []
        for document, statement in denying:
            answer = Answer(statement, document, self._place, request)
            ever, always = _denies(answer, about)
            if always == YES:
                return NO
            if ever != NO and always == MAYBE:
                unsure = True
            elif ever != NO:
                some.append(answer)
        return YES if not unsure and self._is_avoidable(some, about) else MAYBE

    # -- resources

    def _resources(self, about: Statement, action: str) -> Iterator[tuple[Parts, int]]:
        """The resources of *about* that *action* accepts, and whether each is one for certain."""
        action_known = self._available.catalogue.action(action)
        if action_known is None or action_known.types is None:
            yield UNKNOWN, MAYBE
        elif not action_known.types:
            (whole,) = resources_of(action_known)
            request = self._plain(action, whole)
            yield whole, Answer(about, self._documents[0], self._place, request).resource
        elif not about.resources:
            yield from [(one, YES) for one in resources_of(action_known)]
        else:
            for resource in about.resources:
                for kind, whole in zip(action_known.types, resources_of(action_known), strict=True):
                    fit = YES if resource.complement else fits(resource.forms[0], kind)
                    if fit != NO:
                        yield self._of_kind(resource, action, whole), fit

    def _of_kind(self, resource: Resource, action: str, whole: Parts) -> Parts:
        """What *resource* names of the kind whose resources look like *whole*."""
        if resource.complement:
            return self._in_partition(whole)
        parts = resource.texts[0].parts
        fields = split(parts)
        if len(fields) < FIELDS and known(parts) is not None:
            return self._in_partition(whole)
        if len(fields) < FIELDS:
            return opened(parts)
        named = opened(parts)
        wanted = _joined([*split(named)[:RESOURCE], split(whole)[RESOURCE]])
        if resource_matches(parts, self._plain(action, wanted), None) == YES:
            return wanted
        return named

    def _plain(self, action: str, resource: Parts) -> Request:
        """A request whose resource alone counts."""
        return Request(
            UNNAMED, action, resource, available=self._available, shared=holes((resource,))
        )

    def _in_partition(self, whole: Parts) -> Parts:
        """*whole* in the partition that the Deny statements name: a policy is for accounts of one."""
        if self._partition is None:
            return whole
        fields = split(whole)
        return _joined([*fields[:PARTITION], self._partition, *fields[PARTITION + 1 :]])

    @cached_property
    def _partition(self) -> Parts | None:
        for document in self._documents:
            for statement in document.statements:
                for text in [text for one in statement.resources for text in one.texts]:
                    fields = split(text.parts)
                    if len(fields) == FIELDS and not _has_wildcard(fields[PARTITION]):
                        return fields[PARTITION]
        return None

    # -- whether a request can avoid Deny statements that some requests meet

    def _is_avoidable(self, some: Sequence[Answer], about: Statement) -> bool:
        """Whether one request can avoid all statements of *some*, each of which some requests avoid.

        Each is avoided by a condition on a key that nothing else requires, or
        by another resource.
        """
        required = {_name(one) for one in about.conditions}
        avoided: dict[str, object] = {}
        elsewhere = []
        for answer in some:
            for condition, verdict in answer.conditions:
                name, said = _name(condition), _said(condition)
                is_own = verdict == MAYBE and is_literal(condition) and name not in required
                if is_own and avoided.setdefault(name, said) == said:
                    break
            else:
                if answer.resource != MAYBE:
                    return False
                elsewhere.append(answer)
        return len(elsewhere) < 2 or all(map(self._leaves_out_a_new_one, elsewhere))

    def _leaves_out_a_new_one(self, answer: Answer) -> bool:
        """Whether the statement of *answer* is not about a resource that has no name in any policy."""
        request = answer.request
        new = placed(
            [
                part.text
                if isinstance(part, Piece)
                else NAMED_NOWHERE
                if part.written in SHAPES
                else part
                for part in request.resource
            ]
        )
        asked = self._plain(request.action, new)
        return Answer(answer.statement, answer.document, self._place, asked).resource == NO


def _ever(answer: Answer) -> int:
    """Whether conditions that are known keep the statement from no request."""
    return NO if answer.condition == NO else YES


def _denies(answer: Answer, about: Statement) -> tuple[int, int]:
    """Whether a Deny meets some request that *about* is about, and whether it meets each.

    What it has in common with *about* holds for all of them.
    """
    statement = answer.statement
    rest = min(answer.action, max(answer.principal(deny=True).values()))
    certain = YES if answer.effect == "Deny" and not statement.optional else MAYBE
    if rest == NO:
        return NO, NO
    found = [(rest, min(rest, certain))]
    if _resources_said(statement) != _resources_said(about):
        is_known = all(t.literal is not None for one in statement.resources for t in one.texts)
        found.append(settled(answer.resource) if is_known else (answer.resource,) * 2)
    common = {_said(one) for one in about.conditions}
    for one, verdict in answer.conditions:
        if _said(one) not in common:
            found.append(settled(verdict) if is_literal(one) else (verdict, verdict))
    return min([ever for ever, _ in found]), min([always for _, always in found])


def _name(condition: Condition) -> str:
    return (condition.key.literal or "").lower()


def _said(condition: Condition) -> object:
    """What *condition* says, whatever the order of its values."""
    values = frozenset([one.written for one in condition.values])
    return condition.operator.written.lower(), condition.key.written.lower(), values


def _resources_said(statement: Statement) -> object:
    return frozenset(
        [(one.complement, tuple([t.written for t in one.texts])) for one in statement.resources]
    )


def _has_wildcard(parts: Parts) -> bool:
    return any(isinstance(one, Piece) and ("*" in one.text or "?" in one.text) for one in parts)


def _joined(fields: Sequence[Parts]) -> Parts:
    """The ARN that has *fields*."""
    found = fields[0]
    for field in fields[1:]:
        found = (*found, *literal(":"), *field)
    return found
