"""The output of ``aws iam get-account-authorization-details``: all identities of an account.

Policies are objects there (the AWS CLI decodes them) or URL-encoded JSON (as
the API returns them). A managed policy applies to every identity that lists it,
and the policies of a group apply to its users too.

Source: IAM API Reference, ``GetAccountAuthorizationDetails`` and its data types.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.written import Extraction, Found, FoundAttachment, Owner
from ..tree.nodes import Map, Node, Scalar, Seq, Text, as_text
from .detect import read_policy


@record
class _Identity:
    """Keys of one type of identity: its list, its name, and its inline policies."""

    listed_in: str
    name: str
    inline: str


_IDENTITIES = (
    _Identity("UserDetailList", "UserName", "UserPolicyList"),
    _Identity("GroupDetailList", "GroupName", "GroupPolicyList"),
    _Identity("RoleDetailList", "RoleName", "RolePolicyList"),
)


def is_listing(root: Node) -> bool:
    """Whether *root* lists the users, groups or roles of an account."""
    return isinstance(root, Map) and any(
        isinstance(root.get(identity.listed_in), Seq) for identity in _IDENTITIES
    )


def extract_listing(root: Node) -> Extraction:
    """The policies and attachments of the listing *root*, for which ``is_listing`` holds.

    The documents of AWS managed policies are left out: users cannot change them.
    """
    assert isinstance(root, Map)
    return _Listing(root).extraction()


class _Listing:
    def __init__(self, root: Map) -> None:
        self.documents: list[Found] = []
        self.attachments: list[FoundAttachment] = []
        managed = [
            policy for policy in _objects(root, "Policies") if not _of_aws(_literal(policy, "Arn"))
        ]
        self.in_view = {_literal(policy, "Arn") for policy in managed}
        self.attached: dict[str, list[str]] = {}
        self.boundaries: set[str] = set()
        self.users_of: dict[str, list[str]] = {}
        for user in _objects(root, "UserDetailList"):
            groups = user.get("GroupList")
            for group in groups.items if isinstance(groups, Seq) else ():
                if isinstance(group, Text) and group.literal:
                    holder = _holder(_IDENTITIES[0], user)
                    self.users_of.setdefault(f"GroupName {group.literal}", []).append(holder)
        for identity in _IDENTITIES:
            for one in _objects(root, identity.listed_in):
                self.identity(identity, one)
        for policy in managed:
            self.policy(_literal(policy, "Arn"), policy)

    def extraction(self) -> Extraction:
        return Extraction(tuple(self.documents), tuple(self.attachments))

    def identity(self, identity: _Identity, one: Map) -> None:
        name = _literal(one, identity.name)
        owner = Owner(name, one.span)
        holder = _holder(identity, one)
        holders = (holder, *self.users_of.get(holder, ()))
        self.add(one.get("AssumeRolePolicyDocument"), "trust", owner, (holder,))
        for inline in _objects(one, identity.inline):
            of = Owner(f"{name}/{_literal(inline, 'PolicyName')}", inline.span)
            self.add(inline.get("PolicyDocument"), "identity", of, holders)
        for reference in _objects(one, "AttachedManagedPolicies"):
            self.attach(reference.get("PolicyArn"), owner, holders)
        boundary = one.get("PermissionsBoundary")
        if isinstance(boundary, Map):
            arn = boundary.get("PermissionsBoundaryArn")
            self.boundaries.add(_literal(boundary, "PermissionsBoundaryArn"))
            self.attach(arn, owner, ())

    def attach(self, arn: Node | None, owner: Owner, holders: tuple[str, ...]) -> None:
        text = as_text(arn) if arn is not None else None
        if text is None:
            return
        if text.literal in self.in_view:
            self.attached.setdefault(text.literal, []).extend(holders)
        else:
            self.attachments.append(FoundAttachment(text, owner, holders))

    def policy(self, arn: str, policy: Map) -> None:
        holders = tuple(dict.fromkeys(self.attached.get(arn, ())))
        kind = "boundary" if arn in self.boundaries and not holders else "identity"
        owner = Owner(_literal(policy, "PolicyName"), policy.span)
        for version in _objects(policy, "PolicyVersionList"):
            default = version.get("IsDefaultVersion")
            if not (isinstance(default, Scalar) and default.value is False):
                self.add(version.get("Document"), kind, owner, holders)

    def add(self, value: Node | None, kind: str, owner: Owner, holders: tuple[str, ...]) -> None:
        for node, problems in read_policy(value):
            self.documents.append(Found(node, kind, owner, holders=holders, problems=problems))


def _objects(node: Map, name: str) -> list[Map]:
    value = node.get(name)
    return [item for item in value.items if isinstance(item, Map)] if isinstance(value, Seq) else []


def _literal(node: Map, name: str) -> str:
    value = node.get(name)
    return (value.literal or "") if isinstance(value, Text) else ""


def _holder(identity: _Identity, one: Map) -> str:
    """The name of an identity with its type: a user and a role may have the same name."""
    return f"{identity.name} {_literal(one, identity.name)}"


def _of_aws(arn: str) -> bool:
    """Whether *arn* names an AWS managed policy: its account is ``aws``."""
    return arn.split(":")[4:5] == ["aws"]
