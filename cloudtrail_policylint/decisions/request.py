"""A request: who asks for what on which resource, and what is known of its context."""

from __future__ import annotations

from ..iam.arns import ACCOUNT_ID, FIELDS, RESOURCE, Shape, fits, split
from ..iam.patterns import MAYBE, NO, YES, parse
from ..tree.nodes import Hole
from .conditions import ABSENT, Key, having
from .principals import (
    ANONYMOUS,
    FEDERATED_USER,
    OF_ACCOUNTS,
    ROLE,
    ROOT,
    SERVICE_PRINCIPAL,
    USER,
    Principal,
)
from .values import agreed, alternatives, form, known, literal, match, tokens, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..iam.arns import ResourceType
    from ..iam.catalogue import KnownAction
    from .availability import Availability
    from .values import Parts

_TYPES = {
    ROOT: "Account",
    USER: "User",
    FEDERATED_USER: "FederatedUser",
    ROLE: "AssumedRole",
    ANONYMOUS: "Anonymous",
}
"""``aws:PrincipalType`` by the kind of principal ("Variables and tags", "Principal key values")."""


class Request:
    """One request.

    ``action`` is ``service:Name``; ``resource`` an ARN, which may have holes,
    or ``*`` for an action without a resource type. *context* has what is known
    of condition keys, by name: it wins over what follows from the rest. Of
    other keys *complete* says that they are absent; else they are open, as far
    as the data lets a request carry them. ``shared`` are spellings of holes
    that mean the same value here and in the policies.
    """

    def __init__(
        self,
        principal: Principal,
        action: str,
        resource: Parts,
        *,
        available: Availability,
        resource_account: Parts | None = None,
        context: Mapping[str, Key] | None = None,
        complete: bool = False,
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self.principal = principal
        self.action = action
        self.known_action: KnownAction | None = available.catalogue.action(action)
        self.wanted = parse(action.lower())
        """The action, as the texts of ``Action`` are compared with it."""
        self.resource = resource
        self.shared = shared
        self.complete = complete
        self._available = available
        self._fields = split(resource)
        self.resource_account = resource_account or self._account_of_arn()
        self._is_of_aws = self.resource_account is None and self._is_owned_by_aws()
        self._context = {name.lower(): key for name, key in (context or {}).items()}
        self._keys: dict[str, Key] = {}
        self._types: Sequence[ResourceType] | None = None
        self.matches = available.matches_of(resource)
        """Texts of ``Resource`` without variables and unknown parts, and whether they stand for it."""
        self.is_open = any(isinstance(p, Hole) and p.written not in shared for p in resource)
        """Whether it may be about one of several resources."""

    def _account_of_arn(self) -> Parts | None:
        """The account in the resource's ARN, None where it has none."""
        if len(self._fields) < FIELDS:
            return None
        account = self._fields[ACCOUNT_ID]
        text = known(account)
        return account if account and (text is None or text.isdigit()) else None

    def _is_owned_by_aws(self) -> bool:
        """Whether the resource is one that AWS lets every account use (``arn:aws:iam::aws:policy/...``)."""
        return len(self._fields) == FIELDS and known(self._fields[ACCOUNT_ID]) == "aws"

    @property
    def service(self) -> str:
        """The prefix of the action in lower case."""
        return self.action.partition(":")[0].lower()

    @property
    def name(self) -> str:
        """The name of the action in lower case."""
        return self.action.partition(":")[2].lower()

    @property
    def is_about_everything(self) -> bool:
        """Whether the resource is known and no ARN: it is ``*``."""
        return len(self._fields) < FIELDS and known(self.resource) is not None

    @property
    def reaches_rcps(self) -> bool:
        """Whether resource control policies apply to the service of the action."""
        return self.service in self._available.rcp_services

    @property
    def changes(self) -> bool:
        """Whether the action does more than read, as far as the catalogue knows it."""
        return self.known_action is not None and self._available.catalogue.changes(
            self.known_action
        )

    def field(self, number: int) -> Parts | None:
        """A field of the resource's ARN, None where it is none."""
        return self._fields[number] if len(self._fields) == FIELDS else None

    @property
    def types(self) -> Sequence[ResourceType]:
        """The resource types of the action that the resource may be of."""
        if self._types is None:
            accepted = (self.known_action.types if self.known_action else None) or ()
            shape = Shape(self.resource, variables=False)
            self._types = [one for one in accepted if fits(shape, one) != NO] or accepted
        return self._types

    def key(self, name: str) -> Key:
        """What is known of the condition key *name*, given in lower case."""
        found = self._keys.get(name)
        if found is None:
            found = self._given(name) or self._following(name)
            if found is None:
                found = ABSENT if self.complete else self._of_data(name)
            self._keys[name] = found
        return found

    def _given(self, name: str) -> Key | None:
        """What the context says of *name*, which may be one of the keys that end in ``/*`` there."""
        found = self._context.get(name)
        if found is None and "/" in name:
            found = self._context.get(name.partition("/")[0] + "/*")
        return found

    def _of_data(self, name: str) -> Key:
        return self._available.key(name, self.principal.kind, self.known_action, self.types)

    def _following(self, name: str) -> Key | None:
        """The key *name* where it follows from the rest of the request; None where it does not."""
        if name in ("aws:resourceaccount", "s3:resourceaccount"):
            return self._owner(name)
        if name == "aws:userid":
            return self._userid()
        value = self._of_principal(name)
        return having(value) if value is not None else None

    def _of_principal(self, name: str) -> Parts | None:
        """The value of the key *name* where the principal alone says it."""
        principal = self.principal
        kind = principal.kind
        if name == "aws:principalarn":
            return principal.arn
        if name == "aws:principalaccount":
            return literal("anonymous") if kind == ANONYMOUS else principal.account
        if name == "kms:calleraccount":
            return principal.account if self.service == "kms" else None
        if name == "aws:principaltype":
            return literal(_TYPES[kind]) if kind in _TYPES else None
        if name == "aws:principalisawsservice":
            of_service = kind == SERVICE_PRINCIPAL
            is_known = of_service or kind in OF_ACCOUNTS
            return literal("true" if of_service else "false") if is_known else None
        if name == "aws:principalservicename":
            return literal(principal.name) if kind == SERVICE_PRINCIPAL else None
        if name == "aws:username" and kind == USER and principal.arn is not None:
            return literal(written(principal.arn).rpartition("/")[2])
        return None

    def _userid(self) -> Key | None:
        """``aws:userid`` as the table of "Principal key values" has it."""
        principal = self.principal
        if principal.kind == ANONYMOUS:
            return having(literal("anonymous"))
        if principal.kind == ROOT and principal.account is not None:
            return having(principal.account)
        if principal.kind == USER:
            return having(form("{name}"))
        if principal.kind == ROLE and principal.session is not None:
            session = split(principal.session)[RESOURCE]
            name = known(session)
            if name is not None:
                return having((*form("{name}:"), *literal(name.rpartition("/")[2])))
            return having(form("{name}:{name}"))
        if principal.kind == FEDERATED_USER and principal.account is not None:
            name = (known(principal.arn or ()) or "").rpartition("/")[2]
            return having((*principal.account, *literal(f":{name}")))
        return None

    def _owner(self, name: str) -> Key | None:
        """The account of the resource, for the actions that support the key."""
        if name.startswith("s3:") and self.service != "s3":
            return None
        if self.resource_account is None or not self._available.has_owner(self.service):
            return None
        return having(self.resource_account)

    @property
    def is_same_account(self) -> int:
        """Whether principal and resource are of one account."""
        own, other = self.principal.account, self.resource_account
        if own is None or self.principal.kind not in OF_ACCOUNTS:
            return NO
        if other is None:
            # What has no resource type is the account's own.
            return YES if self._is_of_aws or known(self.resource) == "*" else MAYBE
        return agreed(
            match(tokens(one, wild=False), another, self.shared)
            for one in alternatives(own, self.shared)
            for another in alternatives(other, self.shared)
        )
