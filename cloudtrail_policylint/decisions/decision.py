"""The decision on a request over all policies that it meets, in the order that AWS has.

Sources, all read 2026-11-26: IAM User Guide, "Policy evaluation logic", "How
AWS enforcement code logic evaluates requests to allow or deny access" and
"Cross-account policy evaluation logic"; AWS Organizations User Guide, "Service
control policies" and "Resource control policies"; AWS KMS Developer Guide,
"Key policies"; PrivateLink Guide, "Control access to VPC endpoints using
endpoint policies"; AWS STS API Reference, "GetCallerIdentity".
"""

from __future__ import annotations

from ..base.record import record, replaced
from ..iam.arns import RESOURCE, SERVICE
from ..iam.patterns import MAYBE, NO, YES
from .principals import (
    ACCOUNT,
    DELEGATED,
    DIRECT,
    EVERYBODY,
    FEDERATED_USER,
    OF_ACCOUNTS,
    ROLE,
    ROOT,
    THROUGH,
    WAYS,
)
from .statements import Answer, Place
from .values import alternatives, known, match, tokens, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..iam.policy import Document
    from .request import Request

IDENTITY, BOUNDARY, SESSION, SCP, RCP, ENDPOINT, TRUST, RESOURCE_POLICY = (
    "identity",
    "boundary",
    "session",
    "scp",
    "rcp",
    "vpc-endpoint",
    "trust",
    "resource",
)
"""Kinds of policies in a decision; ``resource`` is what a document of a resource is asked for as."""

PROTECTED = "aws"
"""Stands among ``lacking`` for a resource that is AWS's own: no policy lets anybody change it."""
_PROTECTED = (
    ("iam", "arn:*:iam::aws:policy/*"),
    ("iam", "arn:*:iam::*:role/aws-reserved/*"),
    ("kms", "arn:*:kms:*:*:alias/aws/*"),
)
"""Services, and their resources that only AWS changes (IAM User Guide, "Managed policies and inline policies";
IAM Identity Center User Guide, "Referencing permission sets"; KMS Developer Guide, "Aliases in AWS KMS")."""

_ALWAYS_ALLOWED = ("sts:getcalleridentity",)
"""Actions that no policy denies: "No permissions are required", even with an explicit Deny (API reference)."""
_ASSUMING = ("assumerole", "assumerolewithsaml", "assumerolewithwebidentity")
_OF_TRUST = (*_ASSUMING, "tagsession", "setsourceidentity", "setcontext")
"""Actions of STS that the trust policy of a role must allow."""

_WITH_GATEWAY = ("s3", "dynamodb")
"""Services that have gateway endpoints besides interface endpoints."""

_RESOURCE_KINDS = {"s3": "s3-bucket", "kms": "kms-key", "sns": "sns-topic", "sqs": "sqs-queue"}
_CLOUDTRAIL_KINDS = {
    "channel": "cloudtrail-channel",
    "eventdatastore": "cloudtrail-event-data-store",
    "dashboard": "cloudtrail-dashboard",
}


@record
class Policies:
    """The policies that a request meets, by type.

    ``scps`` and ``rcps`` are by level of the organization, the root first.
    ``resource`` are the policies of the resource: bucket, key, role. A type in
    ``unknown`` has policies that are not in view besides.
    """

    identity: tuple[Document, ...] = ()
    resource: tuple[Document, ...] = ()
    boundaries: tuple[Document, ...] = ()
    session: tuple[Document, ...] = ()
    scps: tuple[tuple[Document, ...], ...] = ()
    rcps: tuple[tuple[Document, ...], ...] = ()
    endpoint: tuple[Document, ...] = ()
    unknown: frozenset[str] = frozenset()


@record
class Layer:
    """What the documents of one type say: whether they allow, by the way in which, and whether they deny."""

    kind: str
    allows: dict[str, int]
    denies: int
    answers: tuple[Answer, ...]

    @property
    def allowed(self) -> int:
        """Whether they allow in any way."""
        return max(self.allows.values(), default=NO)


@record
class Decision:
    """The answer to a request.

    ``allowed`` is whether it is allowed, ``denied`` whether a statement denies it
    explicitly. ``layers`` are what was asked: where the reasons come from.
    ``lacking`` are the kinds of policies of which each would have to allow the request and
    does not for certain.
    """

    allowed: int
    denied: int
    layers: tuple[Layer, ...]
    lacking: tuple[str, ...]


class Decider:
    """Decides requests, and remembers what a document said to a request."""

    def __init__(self) -> None:
        self._layers: dict[tuple[object, ...], tuple[object, Layer]] = {}

    def decide(self, request: Request, policies: Policies) -> Decision:
        """The decision on *request* where *policies* are in force."""
        if request.action.lower() in _ALWAYS_ALLOWED:
            return Decision(YES, NO, (), ())
        found = _Decision(self, request, policies).decided()
        protected = is_protected(request)
        if protected == NO:
            return found
        lacking = (*found.lacking, PROTECTED)
        return replaced(found, allowed=min(found.allowed, 2 - protected), lacking=lacking)

    def layer(self, documents: Sequence[Document], place: Place, request: Request) -> Layer:
        """What *documents* of one type, which all stand in *place*, say to *request*."""
        key = (*[id(one) for one in documents], place.kind, place.bounded, id(request))
        found = self._layers.get(key)
        if found is None:
            layer = _layer(documents, place, request)
            found = self._layers[key] = ((documents, request), layer)
        return found[1]


def _layer(documents: Sequence[Document], place: Place, request: Request) -> Layer:
    allows = dict.fromkeys(WAYS, NO)
    denies = NO
    answers = []
    for document in documents:
        if not document.complete:
            allows = {way: max(verdict, MAYBE) for way, verdict in allows.items()}
            denies = max(denies, MAYBE)
        for statement in document.statements:
            answer = Answer(statement, document, place, request)
            answers.append(answer)
            effect = answer.effect
            most = YES if effect is not None else MAYBE
            if effect != "Deny":
                for way, verdict in answer.applies(deny=False).items():
                    allows[way] = max(allows[way], min(verdict, most))
            if effect != "Allow":
                denies = max(denies, min(most, max(answer.applies(deny=True).values())))
    return Layer(place.kind, allows, denies, tuple(answers))


class _Decision:
    def __init__(self, decider: Decider, request: Request, policies: Policies) -> None:
        self.decider = decider
        self.request = request
        self.policies = policies
        self.principal = request.principal
        self.layers: list[Layer] = []

    def decided(self) -> Decision:
        limits = self.limits()
        resource = self.resource_layer()
        self.layers.append(resource)
        same = self.request.is_same_account
        own = self.allowed_by_own_side(resource, limits)
        if self.principal.kind not in OF_ACCOUNTS:
            granted = max(resource.allows[EVERYBODY], resource.allows[DIRECT])
            asked = {resource.kind: granted}
        elif same == YES:
            granted, asked = own
        elif same == NO:
            granted, asked = self.across(resource, limits)
        else:
            granted, asked = own
            other, more = self.across(resource, limits)
            granted = granted if granted == other else MAYBE
            asked = {
                kind: min(asked.get(kind, YES), more.get(kind, YES)) for kind in {**asked, **more}
            }
        for kind, verdict in limits.items():
            if kind in (SCP, RCP, ENDPOINT):
                granted = min(granted, verdict)
                asked[kind] = verdict
        denied = max([layer.denies for layer in self.layers], default=NO)
        lacking = tuple([kind for kind, verdict in asked.items() if verdict != YES])
        return Decision(min(granted, 2 - denied), denied, tuple(self.layers), lacking)

    # -- the sides

    def allowed_by_own_side(
        self, resource: Layer, limits: dict[str, int]
    ) -> tuple[int, dict[str, int]]:
        """Whether policies allow a request within one account, and what those that have to say."""
        limited = min(limits[BOUNDARY], limits[SESSION])
        identity = self.identity
        named = max(
            resource.allows[EVERYBODY],
            resource.allows[DIRECT],
            min(resource.allows[THROUGH], limited),
        )
        by_identity = min(identity, limited)
        gate = self.is_gated
        opened = resource.allowed
        gated = min(by_identity, opened)
        if gate == YES:
            by_identity = gated
        elif gate == MAYBE:
            by_identity = by_identity if by_identity == gated else MAYBE
        asked = {IDENTITY: identity, BOUNDARY: limits[BOUNDARY], SESSION: limits[SESSION]}
        if gate != NO:
            asked[resource.kind] = opened
        return max(by_identity, named), asked

    def across(self, resource: Layer, limits: dict[str, int]) -> tuple[int, dict[str, int]]:
        """Whether both accounts allow a request from one to the other."""
        asked = {
            resource.kind: resource.allowed,
            IDENTITY: self.identity,
            BOUNDARY: limits[BOUNDARY],
            SESSION: limits[SESSION],
        }
        return min(asked.values()), asked

    @property
    def is_gated(self) -> int:
        """Whether identity policies count only where the resource's own policy lets them: keys and roles.

        "IAM role trust policies and KMS key policies are exceptions to this
        logic, because they must explicitly allow access for principals".
        """
        request = self.request
        if request.service == "sts":
            return YES if request.name in _OF_TRUST else NO
        if request.service != "kms":
            return NO
        resource = request.field(RESOURCE)
        if resource is None:
            return NO if known(request.resource) is not None else MAYBE
        first = known((resource[0],)) if resource else ""
        if first is None:
            return MAYBE
        return NO if first.startswith("alias/") else YES

    # -- types of policies

    def asked(
        self, documents: Iterable[Document], kind: str, *, place: Place | None = None
    ) -> Layer:
        """What *documents* of type *kind* say; documents that are not in view may say anything."""
        documents = tuple(documents)
        layer = self.decider.layer(documents, place or Place(kind), self.request)
        if (RESOURCE_POLICY if place and place.has_own_resource else kind) in self.policies.unknown:
            allows = {way: max(verdict, MAYBE) for way, verdict in layer.allows.items()}
            layer = replaced(layer, allows=allows, denies=max(layer.denies, MAYBE))
        return layer

    def limits(self) -> dict[str, int]:
        """Whether each type of policy that only limits lets the request pass; their layers are kept."""
        policies = self.policies
        found = {BOUNDARY: YES, SESSION: YES, SCP: YES, RCP: YES, ENDPOINT: YES}
        self.identity = NO
        if self.principal.kind in OF_ACCOUNTS:
            if (
                self.principal.kind == ROOT
            ):  # "the exception of the root user, which has full access"
                self.identity = YES
            else:
                identity = self.asked(policies.identity, IDENTITY)
                if self.principal.kind == ACCOUNT:  # whose they are is not known
                    identity = replaced(identity, denies=min(identity.denies, MAYBE))
                self.layers.append(identity)
                self.identity = MAYBE if self.principal.kind == ACCOUNT else identity.allowed
                found[BOUNDARY] = self.limit(policies.boundaries, BOUNDARY)
            if self.principal.kind in (ROLE, FEDERATED_USER, ACCOUNT):
                found[SESSION] = self.limit(policies.session, SESSION)
            if self.principal.kind == FEDERATED_USER and not policies.session:
                # "If there is no session policy ... the request is implicitly denied"
                found[SESSION] = MAYBE if SESSION in policies.unknown else NO
            found[SCP] = self.scps()
        found[RCP] = self.rcps()
        found[ENDPOINT] = self.endpoint()
        return found

    def endpoint(self) -> int:
        """Whether the policies of the VPC endpoint let the request pass.

        In the policy of a gateway endpoint, an account stands for its root user
        only; that an endpoint is one is not to be seen ("Principals for gateway endpoints").
        """
        place = Place(ENDPOINT, names_principals=True)
        verdict = self.limit(self.policies.endpoint, ENDPOINT, place=place)
        if not self.policies.endpoint or self.request.service not in _WITH_GATEWAY:
            return verdict
        allows = self.layers[-1].allows
        by_account = allows[DELEGATED]
        others = max([one for way, one in allows.items() if way != DELEGATED])
        return max(others, min(by_account, MAYBE)) if self.principal.kind != ROOT else verdict

    def limit(
        self,
        documents: tuple[Document, ...],
        kind: str,
        *,
        place: Place | None = None,
        always: bool = False,
    ) -> int:
        """Whether *documents* allow the request; none do, unless *always* some have to be there."""
        if not documents and not always and kind not in self.policies.unknown:
            return YES
        layer = self.asked(documents, kind, place=place)
        self.layers.append(layer)
        return layer.allowed

    def scps(self) -> int:
        """Whether each level of the organization allows the request; roles linked to a service are not asked."""
        spared = self.principal.is_service_linked
        if spared == YES:
            return YES
        verdict = min(
            [self.limit(level, SCP, always=True) for level in self.policies.scps], default=YES
        )
        if SCP in self.policies.unknown:
            verdict = min(verdict, self.limit((), SCP))
        if spared == MAYBE:
            self.weaken(SCP)
            return max(verdict, MAYBE)
        return verdict

    def rcps(self) -> int:
        """Resource control policies: RCPFullAWSAccess is attached everywhere, so that only a Deny counts.

        They reach some services only, no role linked to a service, and not
        ``kms:RetireGrant`` ("Resources and entities not restricted by RCPs").
        """
        request = self.request
        if not self.policies.rcps and RCP not in self.policies.unknown:
            return YES
        spared = self.principal.is_service_linked
        if (
            not request.reaches_rcps
            or spared == YES
            or (request.service, request.name) == ("kms", "retiregrant")
        ):
            return YES
        place = Place(RCP, names_principals=True)
        for level in (*self.policies.rcps, ()):
            if level or RCP in self.policies.unknown:
                self.layers.append(self.asked(level, RCP, place=place))
        if spared == MAYBE:
            self.weaken(RCP)
        return YES

    def weaken(self, kind: str) -> None:
        """Let no layer of *kind* deny for certain."""
        self.layers = [
            replaced(one, denies=min(one.denies, MAYBE)) if one.kind == kind else one
            for one in self.layers
        ]

    def resource_layer(self) -> Layer:
        """What the policies of the resource say."""
        bounded = bool(self.policies.boundaries) and self.principal.kind in OF_ACCOUNTS
        place = Place(
            resource_kind(self.request),
            names_principals=True,
            has_own_resource=True,
            bounded=bounded,
        )
        return self.asked(self.policies.resource, place.kind, place=place)


def is_protected(request: Request) -> int:
    """Whether *request* would change what only AWS changes."""
    found = [
        match(tokens((pattern,), wild=True), items, request.shared)
        for service, pattern in _PROTECTED
        if service == request.service
        for items in alternatives(request.resource)
    ]
    return max(found, default=NO) if request.changes else NO


def resource_kind(request: Request) -> str:
    """The kind that the policy of the resource of *request* has."""
    if request.service == "sts" and request.name in _OF_TRUST:
        return TRUST
    service = known(request.field(SERVICE) or ()) or request.service
    if service == "cloudtrail":
        resource = written(request.field(RESOURCE) or ())
        return _CLOUDTRAIL_KINDS.get(resource.partition("/")[0], RESOURCE_POLICY)
    return _RESOURCE_KINDS.get(service, RESOURCE_POLICY)
