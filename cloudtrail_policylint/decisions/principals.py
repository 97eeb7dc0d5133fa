"""Who makes a request, and whom an element of ``Principal`` stands for.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" and
"...: NotPrincipal" (read 2026-11-26).
"""

from __future__ import annotations

from ..base.errors import InputError
from ..base.record import record
from ..iam.arns import ACCOUNT_ID, FIELDS, PARTITION, REGION, RESOURCE, SERVICE, split
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Piece
from .values import UNKNOWN, agreed, alternatives, form, known, literal, match, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..iam.policy import Principal as Element
    from .values import Parts

USER, ROLE, FEDERATED_USER, ROOT, ACCOUNT, SERVICE_PRINCIPAL, ANONYMOUS, FEDERATED = (
    "user",
    "role",
    "federated-user",
    "root",
    "account",
    "service",
    "anonymous",
    "federated",
)
"""Kinds of principals. ``role`` is a role with its sessions; ``account`` some principal of an account;
``federated`` a person whom an identity provider vouches for, who asks for a role."""

OF_ACCOUNTS = (USER, ROLE, FEDERATED_USER, ROOT, ACCOUNT)
"""Kinds of principals that belong to an account and may have identity policies."""

EVERYBODY, DIRECT, THROUGH, DELEGATED = "everybody", "direct", "through", "delegated"
"""How an element names a principal: ``*``; itself; the role or user whose session it is; its account."""
WAYS = (EVERYBODY, DIRECT, THROUGH, DELEGATED)

_FOR_FEDERATION = ("cognito-identity.amazonaws.com",)
_ACCOUNT_ID = 12


@record
class Principal:
    """Who makes a request.

    ``arn`` is the user's, the role's, the federated user's or the root's, and
    ``session`` the one of the role's session; ``name`` is that of a service or
    an identity provider. What is not known of them are holes.
    """

    kind: str
    account: Parts | None = None
    arn: Parts | None = None
    session: Parts | None = None
    name: str = ""

    @property
    def is_service_linked(self) -> int:
        """Whether it is a role that a service made for itself, which organization policies do not limit.

        The names of such roles say it, too, where the path is not known (IAM
        User Guide, "Create a service-linked role").
        """
        if self.kind not in (ROLE, ACCOUNT) or self.arn is None:
            return NO
        last = self.arn[-1]
        name = last.text.rpartition("/")[2] if isinstance(last, Piece) else None
        if name is not None and not name.startswith("AWSServiceRoleFor"):
            return NO
        if name is not None and known(self.arn) is None:
            return YES
        pattern = tokens(("arn:*:iam::*:role/aws-service-role/*",), wild=True)
        return agreed(match(pattern, items, frozenset()) for items in alternatives(self.arn))


def principal_of(text: str | None, action: str = "") -> Principal:
    """The principal that *text* names in a request for *action*; None is an anonymous one.

    An ARN of a user, role, session, federated user, root user or identity
    provider; an account id, for some principal of that account; a service
    (``cloudtrail.amazonaws.com``); a web identity provider
    (``accounts.google.com``). Raises ``InputError``.
    """
    if text is None:
        return Principal(ANONYMOUS)
    if _is_account(text):
        arn = form(f"arn:{{field}}:iam::{text}:{{any}}")
        return Principal(ACCOUNT, literal(text), arn, UNKNOWN)
    if ":" not in text and "." in text:
        asked_for = action.lower() == "sts:assumerolewithwebidentity"
        service = ".amazonaws.com" in text and not (asked_for and text in _FOR_FEDERATION)
        return Principal(SERVICE_PRINCIPAL if service else FEDERATED, name=text)
    fields = text.split(":", FIELDS - 1)
    found = _of_arn(text, fields) if len(fields) == FIELDS and fields[0] == "arn" else None
    if found is None:
        raise InputError(f"{text!r} is no principal: an ARN of IAM or STS, an account, a service")
    return found


def _is_account(text: str) -> bool:
    return len(text) == _ACCOUNT_ID and text.isascii() and text.isdigit()


def _of_arn(text: str, fields: list[str]) -> Principal | None:
    _, partition, service, _, account, resource = fields
    kind, _, name = resource.partition("/")
    if not _is_account(account) or (not name and resource != "root"):
        return None
    owner = literal(account)
    if service == "iam":
        if resource == "root":
            return Principal(ROOT, owner, literal(text))
        if kind in ("saml-provider", "oidc-provider"):
            return Principal(FEDERATED, name=text)
        if kind == USER:
            return Principal(USER, owner, literal(text))
        if kind == ROLE:
            bare = name.rpartition("/")[2]
            session = form(f"arn:{partition}:sts::{account}:assumed-role/{bare}/{{name}}")
            return Principal(ROLE, owner, literal(text), session)
        return None
    if service != "sts":
        return None
    if kind == FEDERATED_USER:
        return Principal(FEDERATED_USER, owner, literal(text), literal(text))
    role, _, session_name = name.partition("/")
    if kind != "assumed-role" or not role or not session_name:
        return None
    # The ARN of a session leaves out the path of its role.
    return Principal(
        ROLE,
        owner,
        (*form(f"arn:{partition}:iam::{account}:role/{{any}}"), *literal(role)),
        literal(text),
    )


def names(
    elements: Iterable[Element], principal: Principal, shared: frozenset[str]
) -> dict[str, int]:
    """Whether one of *elements* stands for *principal*, by the way in which it names it."""
    found = dict.fromkeys(WAYS, NO)
    for element in elements:
        for way, verdict in _names(element, principal, shared):
            found[way] = max(found[way], verdict)
    return found


def _names(element: Element, principal: Principal, shared: frozenset[str]) -> list[tuple[str, int]]:
    kind = element.type.literal
    parts = element.id.parts
    text = element.id.literal
    if kind == "AWS":
        if text == "*":
            return [(EVERYBODY, YES)]
        if principal.kind in OF_ACCOUNTS:
            return _names_of_account(parts, principal, shared)
        return [(EVERYBODY, MAYBE)] if _may_be_everybody(parts) else []
    if kind == "Service":
        return _named(principal.kind == SERVICE_PRINCIPAL, parts, principal, shared)
    if kind == "Federated":
        return _named(principal.kind == FEDERATED, parts, principal, shared)
    if kind == "CanonicalUser":  # an account, by an id that nothing else tells
        return [(DELEGATED, MAYBE)] if principal.kind in OF_ACCOUNTS else []
    return [(DIRECT, MAYBE)]


def _may_be_everybody(parts: Parts) -> bool:
    """Whether *parts*, which are not ``*`` as written, may be it: what is known of them has no other letter."""
    return any(not isinstance(one, Piece) for one in parts) and not any(
        isinstance(one, Piece) and one.text.strip("*") for one in parts
    )


def _named(
    of_the_kind: bool,  # noqa: FBT001
    parts: Parts,
    principal: Principal,
    shared: frozenset[str],
) -> list[tuple[str, int]]:
    """Whether *parts* are the name of *principal*; a wildcard there is none that AWS explains."""
    if not of_the_kind:
        return []
    found = _match(parts, literal(principal.name), shared)
    return [(DIRECT, min(found, MAYBE) if _has_wildcard(parts) else found)]


def _match(parts: Parts, value: Parts, shared: frozenset[str]) -> int:
    return agreed(
        match(tokens(own, wild=True), other, shared)
        for own in alternatives(parts, shared)
        for other in alternatives(value, shared)
    )


def _has_wildcard(parts: Parts) -> bool:
    return any("*" in (known((part,)) or "") for part in parts)


def _names_of_account(
    parts: Parts, principal: Principal, shared: frozenset[str]
) -> list[tuple[str, int]]:
    """How an element of type AWS names a principal of an account; wildcards there are none that AWS explains."""
    owner = principal.account or UNKNOWN
    text = known(parts)
    if text is not None and ":" not in text:
        if _is_account(text):
            return [(DELEGATED, _match(parts, owner, shared))]
        # The unique id of a user or role is what a deleted one leaves behind.
        return [(DIRECT, MAYBE)] if text[:4] in ("AIDA", "AROA") else []
    fields = split(parts)
    if len(fields) < FIELDS:
        return [(DIRECT, MAYBE), (DELEGATED, MAYBE)] if text is None else []
    resource = known(fields[RESOURCE])
    if resource == "root":
        found = [(DELEGATED, _is_account_of(fields, principal, shared))]
    elif principal.kind == ROLE and text is not None and known(fields[SERVICE]) == "iam":
        found = [(THROUGH, _is_role(parts, fields, text.rpartition(":")[2], principal, shared))]
    else:
        found = [(way, _match(parts, arn, shared)) for way, arn in _arns(principal)]
        if resource is None:  # it may be the account
            found.append((DELEGATED, min(MAYBE, _is_account_of(fields, principal, shared))))
    most = MAYBE if _has_wildcard(parts) else YES
    return [(way, min(verdict, most)) for way, verdict in found]


def _is_account_of(fields: list[Parts], principal: Principal, shared: frozenset[str]) -> int:
    """Whether *fields*, those of the ARN of an account's root, are of the account of *principal*.

    The partition counts where that of the principal is known.
    """
    own = split(principal.arn) if principal.arn is not None else []
    verdict = min(
        _match(fields[SERVICE], literal("iam"), shared),
        _match(fields[REGION], literal(""), shared),
        _match(fields[ACCOUNT_ID], principal.account or UNKNOWN, shared),
    )
    if len(own) == FIELDS and (
        known(own[PARTITION]) is not None or known(fields[PARTITION]) is None
    ):
        verdict = min(verdict, _match(fields[PARTITION], own[PARTITION], shared))
    return verdict


def _arns(principal: Principal) -> list[tuple[str, Parts]]:
    """The ARNs that name *principal*, and how each does."""
    ways: list[tuple[str, Parts | None]] = []
    if principal.kind == FEDERATED_USER:
        ways = [(DIRECT, principal.session), (THROUGH, _federator(principal))]
    elif principal.kind == ROLE:
        ways = [(DIRECT, principal.session), (THROUGH, principal.arn)]
    elif principal.kind in (USER, ACCOUNT):
        ways = [(DIRECT, principal.arn), (DIRECT, principal.session)]
    return [(way, arn) for way, arn in ways if arn is not None]


def _is_role(
    parts: Parts, fields: list[Parts], resource: str, principal: Principal, shared: frozenset[str]
) -> int:
    """Whether the role ARN *parts* is that of *principal*, whose path may not be known.

    Names of roles are unique in an account, whatever their paths ("IAM
    identifiers", "Friendly names and paths").
    """
    assert principal.arn is not None
    own = split(principal.arn)[RESOURCE]
    if known(own) is not None:
        return _match(parts, principal.arn, shared)
    kind, _, name = resource.partition("/")
    ending = (known((own[-1],)) or "").rpartition("/")[2]
    if kind != ROLE or name.rpartition("/")[2] != ending:
        return NO
    return _match(fields[ACCOUNT_ID], principal.account or UNKNOWN, shared)


def _federator(principal: Principal) -> Parts | None:
    """The ARN of the user whose federated session makes the request."""
    text = known(principal.arn or ())
    if text is None:
        return None
    return literal(text.replace(":sts::", ":iam::").replace(":federated-user/", ":user/"))


def spares(
    elements: Iterable[Element], principal: Principal, shared: frozenset[str]
) -> tuple[int, int]:
    """Whether ``NotPrincipal`` excepts *principal*: from an Allow, and from a Deny.

    A Deny excepts a principal for certain only where its account is listed
    too, and for a session the role; what it does otherwise depends on the
    service ("NotPrincipal with Deny").
    """
    found = names(elements, principal, shared)
    named_itself = max(found[EVERYBODY], found[DIRECT], found[THROUGH])
    allow = max(named_itself, min(found[DELEGATED], MAYBE))
    if principal.kind not in OF_ACCOUNTS:
        return allow, named_itself
    deny = max(min(named_itself, found[DELEGATED]), min(max(named_itself, found[DELEGATED]), MAYBE))
    if principal.kind == ROLE and found[DIRECT] != NO:
        deny = min(deny, max(found[THROUGH], MAYBE))
    if principal.kind == ROOT:
        allow = deny = found[DELEGATED]
    return allow, deny
