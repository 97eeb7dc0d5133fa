"""The kinds of policies, and the kind of a policy in a file of its own, by its content and path.

The elements of a policy show its kind (IAM User Guide, "Identity-based
policies and resource-based policies"): only policies of resources, trust
policies and resource control policies name a principal, and the policy of a
resource names actions of one service only.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.nodes import Text

KINDS = (
    "identity",
    "boundary",
    "trust",
    "scp",
    "rcp",
    "s3-bucket",
    "kms-key",
    "sns-topic",
    "sqs-queue",
    "vpc-endpoint",
    "cloudtrail-channel",
    "cloudtrail-event-data-store",
    "cloudtrail-dashboard",
    "resource",
)
"""Policy kinds. ``resource`` is the policy of any other resource."""

WITHOUT_PRINCIPAL = ("identity", "boundary", "scp")
"""The kinds of policies that name no principal."""
WITH_PRINCIPAL = tuple(kind for kind in KINDS if kind not in WITHOUT_PRINCIPAL)

# Patterns of paths. Each is compiled only if the path contains one of the words after it.
_SERVICE_CONTROL = r"(?<![a-z])scps?(?![a-z])|service[-_ ]?control", ("scp", "control")
_GUARDRAIL = r"guard-?rails?|organi[sz]ations?(?![a-z])", ("rail", "organi")
_RESOURCE_CONTROL = r"(?<![a-z])rcps?(?![a-z])|resource[-_ ]?control", ("rcp", "control")
_BOUNDARY = r"boundar(?:y|ies)", ("boundar",)
_ENDPOINT = r"vpc-?_?e(?:ndpoint)?s?(?![a-z])", ("vpc",)

_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
_BY_SERVICE = {
    "s3": "s3-bucket",
    "kms": "kms-key",
    "sns": "sns-topic",
    "sqs": "sqs-queue",
    "cloudtrail-data": "cloudtrail-channel",
}
_CLOUDTRAIL_RESOURCES = {
    "channel": "cloudtrail-channel",
    "eventdatastore": "cloudtrail-event-data-store",
    "dashboard": "cloudtrail-dashboard",
}
_ORGANIZATIONS_POLICIES = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}


def kind_of_cloudtrail_arn(arn: str) -> str | None:
    """The kind of the resource policy of *arn*; None if it is not a CloudTrail resource.

    Parts of *arn* may be unknown, except ``cloudtrail`` and the resource type
    (Service Authorization Reference, "Resource types defined by AWS CloudTrail").
    """
    if "cloudtrail" not in arn:
        return None
    resource = arn.rpartition(":")[2].partition("/")[0]
    return _CLOUDTRAIL_RESOURCES.get(resource)


def kind_by_target(arn: Text) -> str | None:
    """The kind of a policy on the resource *arn* of CloudTrail; None when it is not known."""
    return kind_of_cloudtrail_arn(arn.written)


def kind_by_type(type_: Text) -> str | None:
    """The kind of an Organizations policy: None when *type_* is not known, empty for no IAM policy.

    Source: Organizations API Reference, ``CreatePolicy``. The other types (tags, backups...) are
    not IAM language.
    """
    name = type_.literal
    return _ORGANIZATIONS_POLICIES.get(name, "") if name is not None else None


def guess_kind(
    *,
    has_principal: bool,
    actions: tuple[str, ...],
    resources: tuple[str, ...],
    effects: tuple[str, ...],
    path: str,
) -> str:
    """The kind of a policy whose place does not show it; "unknown" if several are possible.

    *has_principal* includes ``NotPrincipal``, *actions* are in lower case, and
    *path* is that of the file, which decides between kinds that look alike.
    """
    path = path.lower()
    allows = "Allow" in effects
    denies_only = bool(effects) and all(effect == "Deny" for effect in effects)
    if has_principal:
        return _with_principal(actions, resources, path, denies_only=denies_only)
    if _says(path, *_SERVICE_CONTROL) or (denies_only and _says(path, *_GUARDRAIL)):
        return "scp"
    if not allows:
        return "unknown"
    if _says(path, *_RESOURCE_CONTROL):
        return "unknown"
    return "boundary" if _says(path, *_BOUNDARY) else "identity"


def _says(path: str, pattern: str, words: tuple[str, ...]) -> bool:
    return any(word in path for word in words) and re.search(pattern, path) is not None


def _with_principal(
    actions: tuple[str, ...], resources: tuple[str, ...], path: str, *, denies_only: bool
) -> str:
    if not actions:
        return "unknown"
    if not resources and all(action.startswith(_TRUST_ACTIONS) for action in actions):
        return "trust"
    everywhere = bool(resources) and all(resource == "*" for resource in resources)
    services = {action.partition(":")[0] for action in actions}
    # Resource control policies deny, and do not apply to SNS.
    if denies_only and "sns" not in services and _says(path, *_RESOURCE_CONTROL):
        return "rcp"
    if denies_only and everywhere:  # as most resource control policies are, and others may be
        return "unknown"
    if len(services) > 1 or "*" in services:
        return "vpc-endpoint" if _says(path, *_ENDPOINT) else "unknown"
    service = services.pop()
    if service == "cloudtrail":
        return _of_cloudtrail(actions, resources)
    if service == "sts" or "*" in service:
        return "unknown"
    if service == "s3" and any(":accesspoint/" in resource for resource in resources):
        return "resource"
    return _BY_SERVICE.get(service, "resource")


def _of_cloudtrail(actions: tuple[str, ...], resources: tuple[str, ...]) -> str:
    named = {kind_of_cloudtrail_arn(resource) for resource in resources} - {None}
    if all(action == "cloudtrail:startquery" for action in actions):
        # The User Guide's sample for an event data store names dashboards ("CloudTrail resource-based policy examples").
        return "cloudtrail-event-data-store"
    if len(named) == 1:
        return named.pop() or "unknown"
    if all(action == "cloudtrail:startdashboardrefresh" for action in actions):
        return "cloudtrail-dashboard"
    return "cloudtrail-event-data-store"
