"""Why a decision is what it is: the statements that allow or deny, and those that nearly would."""

from __future__ import annotations

import os
from functools import partial

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from .decision import PROTECTED
from .principals import ANONYMOUS
from .values import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..iam.policy import Condition, Statement
    from ..tree.nodes import Text
    from ..tree.source import Span
    from .decision import Decision
    from .request import Request
    from .statements import Answer

_RESOURCE = "Resource"
MAX_NAMED = 4
"""Values of an element that a reason names."""
ALLOW, DENY, LACKS = "allow", "deny", "lacks"

_POLICIES = {
    "identity": "identity policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "vpc-endpoint": "VPC endpoint policy",
    "trust": "trust policy",
}

_IS_THERE = "that may not be there"
_OF_ORGANIZATION = "whether it is in force for this account is not known"
_IN_FORCE = {
    "scp": _OF_ORGANIZATION,
    "rcp": _OF_ORGANIZATION,
    "identity": "whether the principal has it is not known",
}
"""What is not known of a statement that fits, by the type of its policy."""


@record
class Miss:
    """The one element that keeps a statement from applying.

    ``element`` is ``Action``, ``Resource``, ``Principal`` or
    ``Condition/OPERATOR/KEY``; ``wanted`` what it says and ``actual`` what the
    request has, None for a condition key that it does not carry. ``verdict``
    is MAYBE where it is not known whether the element fits.
    """

    element: str
    wanted: tuple[str, ...]
    actual: str | None
    verdict: int
    span: Span


@record
class Cause:
    """One reason for a decision: a statement, or a type of policy none of which allows the request.

    ``effect`` is ``allow``, ``deny`` or ``lacks``. ``certain`` is False where it is
    not known whether the statement applies: then ``miss`` is what that depends on.
    """

    effect: str
    kind: str
    says: str
    certain: bool
    answer: Answer | None = None
    miss: Miss | None = None

    @property
    def span(self) -> Span | None:
        """The element's place where there is one, else the statement's."""
        if self.miss is not None:
            return self.miss.span
        return self.answer.statement.span if self.answer is not None else None


def causes(decision: Decision, request: Request) -> list[Cause]:
    """The reasons for *decision* on *request*, those that decide first."""
    denying: list[Cause] = []
    allowing: list[Cause] = []
    nearly: list[Cause] = []
    for layer in decision.layers:
        near = []
        for answer in layer.answers:
            found = _cause(answer, layer.kind)
            if found is None:
                continue
            if found.effect == DENY:
                denying.append(found)
            elif found.effect == ALLOW:
                allowing.append(found)
            else:
                near.append(found)
        if layer.kind in decision.lacking and layer.allowed != YES:
            nearly += near or [nothing(layer.kind, request.action)]
    asked = {layer.kind for layer in decision.layers}
    nearly += [nothing(kind, request.action) for kind in decision.lacking if kind not in asked]
    if decision.allowed == YES:
        nearly = []
    denying.sort(key=lambda cause: not cause.certain)
    return [*denying, *nearly, *allowing] if decision.allowed != YES else [*allowing, *denying]


def nothing(kind: str, action: str) -> Cause:
    """The reason that no policy of *kind* allows *action*."""
    if kind == PROTECTED:
        return Cause(LACKS, "resource", f"AWS lets nobody do {action} on this", True)
    named = _POLICIES.get(kind, "policy of the resource")
    return Cause(LACKS, kind, f"no {named} allows {action}", True)


def _cause(answer: Answer, kind: str) -> Cause | None:
    """What *answer* contributes, None for a statement that is about something else."""
    deny = answer.effect == "Deny"
    applies = max(answer.applies(deny=deny).values())
    action = answer.request.action
    if answer.effect is None:
        return Cause(LACKS, kind, "Effect is not known", False, answer) if applies else None
    if applies == YES:
        verb = "denies" if deny else "allows"
        return Cause(DENY if deny else ALLOW, kind, f"{verb} {action}", True, answer)
    missing = list(misses(answer))
    if applies == MAYBE:
        miss = missing[0] if missing else None
        what = f"that depends on {miss.element}" if miss else _IN_FORCE.get(kind, _IS_THERE)
        if deny:
            return Cause(DENY, kind, f"may deny {action}: {what}", False, answer, miss)
        return Cause(LACKS, kind, f"may allow {action}: {what}", False, answer, miss)
    if deny or len(missing) != 1:
        return None
    return Cause(
        LACKS, kind, _shortfall(missing[0], action, answer.statement), True, answer, missing[0]
    )


def _shortfall(miss: Miss, action: str, statement: Statement) -> str:
    if not miss.element.startswith("Condition/"):
        name = miss.element
        if name == "Action":
            wanted = _some(sorted(miss.wanted, key=partial(_unlike, action)))
            name = "NotAction" if statement.actions and statement.actions[0].complement else name
        else:
            wanted = _some(miss.wanted)
            of_all = statement.resources if name == _RESOURCE else statement.principals
            name = f"Not{name}" if of_all and of_all[0].complement else name
        return f"would allow {action}, but its {name} is {wanted}"
    wanted = _some(miss.wanted)
    key = (
        miss.element.rpartition("/")[2]
        if "/" not in miss.element[10:]
        else miss.element[10:].partition("/")[2]
    )
    if miss.actual is None:
        return f"would allow {action}, but the request has no {key}"
    return f"would allow {action} for {key} {wanted}, but it is {miss.actual}"


def _some(texts: Sequence[str]) -> str:
    """The first of *texts*, and how many more there are."""
    if len(texts) <= MAX_NAMED + 1:
        return ", ".join(texts)
    return f"{', '.join(texts[:MAX_NAMED])} and {len(texts) - MAX_NAMED} more"


def _unlike(action: str, text: str) -> int:
    """How much *text* differs from *action*: by the length of what both begin with."""
    return -len(os.path.commonprefix([action.lower(), text.lower()]))  # noqa: RUF071


def misses(answer: Answer) -> Iterator[Miss]:
    """The elements of a statement that do not certainly fit the request."""
    statement, request = answer.statement, answer.request
    if answer.action != YES:
        wanted = [text.written for action in statement.actions for text in action.texts]
        span = statement.actions[0].span if statement.actions else statement.span
        yield Miss("Action", tuple(wanted), request.action, answer.action, span)
    principal = max(answer.principal(deny=answer.effect == "Deny").values())
    of_request = list(misses_of_request(answer))
    if of_request and of_request[0].element == _RESOURCE:
        yield of_request.pop(0)
    if principal != YES:
        wanted = [one.id.written for one in statement.principals]
        span = statement.principals[0].span if statement.principals else statement.span
        yield Miss("Principal", tuple(wanted), _who(request), principal, span)
    yield from of_request


def misses_of_request(answer: Answer) -> Iterator[Miss]:
    """Those of ``misses`` that are about what is asked, not about who asks for what."""
    statement, request = answer.statement, answer.request
    if answer.resource != YES:
        wanted = [text.written for one in statement.resources for text in one.texts]
        span = statement.resources[0].span if statement.resources else statement.span
        yield Miss(_RESOURCE, tuple(wanted), written(request.resource), answer.resource, span)
    for condition, verdict in answer.conditions:
        if verdict != YES:
            yield _miss_of_condition(condition, verdict, request)


def _who(request: Request) -> str:
    principal = request.principal
    if principal.kind == ANONYMOUS:
        return "*"
    return principal.name or written(principal.arn or ())


def _miss_of_condition(condition: Condition, verdict: int, request: Request) -> Miss:
    name = condition.key.written
    key = request.key(name.lower()) if condition.key.literal is not None else None
    actual: str | None = None
    if key is None or key.present != NO:
        values = key.values if key is not None else None
        actual = ", ".join(written(one) for one in values[0]) if values else "not known"
    return Miss(
        f"Condition/{condition.operator.written}/{name}",
        _texts(condition.values),
        actual,
        verdict,
        condition.span,
    )


def _texts(texts: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple([text.written for text in texts])
