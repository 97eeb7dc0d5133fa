"""``decide()`` of the library: the decision on one request by policies that a program has."""

from __future__ import annotations

from functools import cache

from ..base.errors import InputError
from ..base.record import record
from ..iam.catalogue import Catalogue
from ..iam.patterns import NO, YES
from ..rulebook.load import bundled
from .availability import Availability
from .conditions import ABSENT, Key, having
from .decision import (
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    RCP,
    SCP,
    SESSION,
    Decider,
    Policies,
    resource_kind,
)
from .documents import document
from .principals import principal_of
from .reasons import causes
from .request import Request
from .values import literal, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from ..iam.policy import Document
    from .documents import Policy
    from .reasons import Cause
    from .values import Parts

    Value: TypeAlias = str | bool | int | float
    Context: TypeAlias = Mapping[str, "Value | Sequence[Value] | Key | None"]


@record
class Reason:
    """One reason for a decision.

    ``effect`` is ``allow``, ``deny`` or ``lacks``: a statement that allows or denies the
    request, or one that would allow it but for one element, or nothing at all
    that allows it. ``kind`` is the kind of the policy, ``owner`` and ``path`` say which,
    ``line`` and ``column`` where (both 0 where there is no statement). ``element``
    is ``Action``, ``Resource``, ``Principal`` or ``Condition/OPERATOR/KEY``, ``wanted`` what
    the policy has there and ``actual`` what the request has.
    """

    effect: str
    kind: str
    owner: str
    path: str
    line: int
    column: int
    says: str
    element: str | None
    wanted: tuple[str, ...]
    actual: str | None


@record
class Decision:
    """The decision on a request.

    ``allowed`` is None where it cannot be told. ``explicit`` is True where a
    statement certainly denies it. ``reasons`` are those that decide, first.
    """

    allowed: bool | None
    explicit: bool
    reasons: tuple[Reason, ...]


@cache
def availability() -> Availability:
    """Which condition keys requests carry, by the rules and the data that are installed."""
    facts = bundled().facts
    return Availability(Catalogue(facts), facts)


def decide(
    *,
    principal: str | None,
    action: str,
    resource: str = "*",
    resource_account: str | None = None,
    context: Context | None = None,
    complete: bool = True,
    identity: Iterable[Policy] | None = None,
    resource_policy: Policy | None = None,
    boundaries: Iterable[Policy] | None = None,
    session: Iterable[Policy] | None = None,
    scps: Iterable[Iterable[Policy]] | None = None,
    rcps: Iterable[Iterable[Policy]] | None = None,
    endpoint: Iterable[Policy] | None = None,
) -> Decision:
    """What AWS answers to a request where these policies, and no others, are in force.

    *principal* is the ARN of a user, role, role session, federated user, root
    user or identity provider; an account id for some principal of that account;
    a service (``cloudtrail.amazonaws.com``); or None for an anonymous request.
    *action* is one action. *resource* is an ARN, in which a wildcard stands for
    what is not known, or ``*`` where the action takes none. *resource_account*
    is needed where the ARN has no account id (S3): without it there is an
    answer only where it does not matter.

    *context* has values of condition keys, None for one that the request does
    not carry. They win over what follows from the request: ``aws:PrincipalArn``,
    ``aws:PrincipalAccount``, ``aws:PrincipalType``, ``aws:PrincipalIsAWSService``,
    ``aws:PrincipalServiceName``, ``aws:username``, ``aws:userid``,
    ``aws:ResourceAccount`` and ``kms:CallerAccount``. *complete* says that the
    request carries no other keys; without it, it may, with any value. The ARN of
    a session does not have the path of its role: give ``aws:PrincipalArn`` where
    that matters.

    A policy is an object, a JSON text, or the path of a JSON file. *identity* are
    those of the principal and its groups, *resource_policy* is that of the
    resource (bucket, key, role), *boundaries* has the permissions boundary,
    *session* the policies of the session, *endpoint* those of the VPC endpoint
    that the request goes through. *scps* and *rcps* are lists by level of the
    organization, the root first: each level must allow (of resource control
    policies the one that AWS attaches everywhere does). Missing, None and [] mean
    that there is no such policy; but a level without a policy allows nothing, and
    a key or a role without *resource_policy* lets nobody in.

    Raises ``InputError`` for a request or a policy that AWS would refuse, and for an action that a
    known service does not have: a test of a misspelt one would hold for ever.

    >>> from cloudtrail_policylint import decide
    >>> allow = {"Effect": "Allow", "Action": "cloudtrail:Get*", "Resource": "*"}
    >>> decide(
    ...     principal="arn:aws:iam::111122223333:role/auditor",
    ...     action="cloudtrail:StopLogging",
    ...     resource="arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
    ...     identity=[{"Version": "2012-10-17", "Statement": [allow]}],
    ... ).allowed
    False
    """
    request = request_of(
        principal=principal,
        action=action,
        resource=resource,
        resource_account=resource_account,
        context=context,
        complete=complete,
    )
    missing = no_action(action)
    if missing is not None:
        raise InputError(missing)
    kind = resource_kind(request)
    own = () if resource_policy is None else (document(resource_policy, kind, "resource_policy"),)
    policies = Policies(
        identity=_documents(identity, IDENTITY, "identity"),
        resource=own,
        boundaries=_documents(boundaries, BOUNDARY, "boundaries"),
        session=_documents(session, SESSION, "session"),
        scps=_levels(scps, SCP, "scps"),
        rcps=_levels(rcps, RCP, "rcps"),
        endpoint=_documents(endpoint, ENDPOINT, "endpoint"),
    )
    found = Decider().decide(request, policies)
    return Decision(
        allowed=None if found.allowed not in (NO, YES) else found.allowed == YES,
        explicit=found.denied == YES,
        reasons=tuple([reason(cause) for cause in causes(found, request)]),
    )


def no_action(action: str) -> str | None:
    """Why there is no such *action*; None where there is one, or where the service is not known."""
    catalogue = availability().catalogue
    prefix = action.partition(":")[0]
    if catalogue.action(action) is not None or catalogue.service(prefix) is None:
        return None
    near = catalogue.nearest_action(action)
    return f"{action}: no such action{f'; did you mean {near}?' if near else ''}"


def reason(cause: Cause) -> Reason:
    """*cause* as programs read it."""
    span, miss = cause.span, cause.miss
    line, column = span.source.position(span.start) if span is not None else (0, 0)
    owner = cause.answer.document.owner.name if cause.answer is not None else ""
    return Reason(
        effect=cause.effect,
        kind=cause.kind,
        owner=owner,
        path=span.source.path if span is not None else "",
        line=line,
        column=column,
        says=cause.says,
        element=miss.element if miss is not None else None,
        wanted=miss.wanted if miss is not None else (),
        actual=miss.actual if miss is not None else None,
    )


def request_of(
    *,
    principal: str | None,
    action: str,
    resource: str = "*",
    resource_account: str | None = None,
    context: Context | None = None,
    complete: bool = True,
) -> Request:
    """The request that texts describe; raises ``InputError`` for one that there cannot be."""
    prefix, colon, name = action.partition(":")
    if not (prefix and colon and name) or any(char in action for char in "*? \t\n,"):
        raise InputError(f"{action!r} is no action: one service and one name, such as s3:GetObject")
    if resource_account is not None and not (
        len(resource_account) == 12 and resource_account.isascii() and resource_account.isdigit()
    ):
        raise InputError(f"{resource_account!r} is no account: it has twelve digits")
    available = availability()
    return Request(
        principal_of(principal, action),
        action,
        resource_of(resource, action, available.catalogue),
        available=available,
        resource_account=None if resource_account is None else literal(resource_account),
        context={name: _key(name, value, available) for name, value in (context or {}).items()},
        complete=complete,
    )


def resource_of(resource: str, action: str, catalogue: Catalogue) -> Parts:
    """The resource of a request: a wildcard in it stands for what is not known.

    ``*`` is what an action without a resource type is asked about, and any
    resource for other actions.
    """
    known = catalogue.action(action)
    if resource == "*" and (known is None or known.types is None or not known.types):
        return literal(resource)
    if "*" not in resource and "?" not in resource:
        return literal(resource)
    return opened(literal(resource))


def _key(name: str, given: Value | Sequence[Value] | Key | None, available: Availability) -> Key:
    if given is None:
        return ABSENT
    if isinstance(given, Key):
        return given
    if isinstance(given, str | bool | int | float):
        values: Sequence[Value] = (given,)
    elif isinstance(given, list | tuple | set | frozenset):
        values = tuple(given)
    else:
        raise InputError(f"{name}: {given!r} is no value of a condition key")
    if not values:
        return ABSENT
    return having(*[_value(name, one) for one in values], many=available.has_many(name))


def _value(name: str, given: Value) -> Parts:
    if isinstance(given, bool):
        return literal("true" if given else "false")
    if isinstance(given, str | int | float):
        return literal(str(given))
    raise InputError(f"{name}: {given!r} is no value of a condition key")


def _documents(policies: Iterable[Policy] | None, kind: str, name: str) -> tuple[Document, ...]:
    if policies is None:
        return ()
    if isinstance(policies, str | dict):
        raise InputError(f"{name} is a list of policies")
    return tuple([document(one, kind, f"{name}[{at}]") for at, one in enumerate(policies)])


def _levels(
    levels: Iterable[Iterable[Policy]] | None, kind: str, name: str
) -> tuple[tuple[Document, ...], ...]:
    if levels is None:
        return ()
    if isinstance(levels, str | dict):
        raise InputError(f"{name} is a list of levels, each a list of policies")
    return tuple([_documents(level, kind, f"{name}[{at}]") for at, level in enumerate(levels)])
