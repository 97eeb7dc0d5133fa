"""Policies in JSON and YAML files that are no templates: alone, or inside other data.

A file that is a policy, a list of policies or a list of statements is taken
whole. In any other file a policy is what certainly is one by its shape
(``shapes``), wherever it stands: as an object, or as JSON inside a string, as
the AWS CLI and API return it, plain or URL-encoded. Bare lists of statements
count only under a key that says so (``iamRoleStatements``). A CloudFormation
template inside the file (``resources`` of the Serverless Framework) is read as
one, and its functions mean in a policy what they mean there. What is none of
these is left alone, without a word.

The records of past API calls are skipped: what they show is no longer anyone's
text to correct.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.kinds import kind_by_type, kind_of_cloudtrail_arn
from ..iam.written import (
    Allowance,
    Extraction,
    Found,
    FoundAttachment,
    FoundResource,
    Owner,
    Problem,
)
from ..tree.nodes import Encoded, Map, Node, Scalar, Seq, Text, as_text
from .detect import is_policy, is_statement, is_statements, may_hold_policy, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    TemplateReader = Callable[[Map], Extraction | None]
    Evaluation = Callable[[Node], Node | None]

MAX_NESTED_STRINGS = 3
"""How deep JSON in a string in JSON in a string is followed."""

KINDS = {
    "assumerolepolicy": "trust",
    "assumerolepolicydocument": "trust",
    "bucketpolicy": "s3-bucket",
    "iamrolestatements": "identity",
    "inlinepolicy": "identity",
    "keypolicy": "kms-key",
    "queuepolicy": "sqs-queue",
    "servicecontrolpolicy": "scp",
    "topicpolicy": "sns-topic",
    "trustpolicy": "trust",
    "trustpolicydocument": "trust",
}
"""Key, without case, ``_`` and ``-`` -> the kind of the policies below it."""

ATTACHMENTS = {
    "iamManagedPolicies": None,
    "managedPolicies": None,
    "AttachedPolicies": "PolicyArn",
    "PermissionsBoundary": "PermissionsBoundaryArn",
}
"""Key -> the member of the objects below it that is a managed policy's ARN (None: they are ARNs themselves).

From the Serverless Framework ("IAM Permissions For Functions") and the replies
of IAM's ``GetRole`` and ``List...Policies``.
"""

_NAMES = ("RoleName", "UserName", "GroupName", "PolicyName")


@record
class _Place:
    """What the keys above a node say: the kind of policies here, and whose they are."""

    key: str = ""
    kind: str | None = None
    name: str = ""
    parent: Map | None = None
    strings: int = 0


def extract_bare(
    root: Node, template: TemplateReader | None = None, evaluate: Evaluation | None = None
) -> Extraction:
    """The policies of one document that is not a template; *root* is its tree, whole or up to a mistake.

    *template* says what is in an inner object if that is a template (a reply
    of ``GetTemplate``, say). *evaluate* is the value of a node in which there
    may be functions of templates: tools that make templates take policies with them.
    """
    if _is_construct_tree(root):
        return Extraction()
    whole = Owner("", root.span)
    excerpt = Seq((root,), root.span) if is_statement(root) else root
    if is_statements(excerpt):  # what it lacks may stand elsewhere
        node = evaluate(excerpt) if evaluate is not None else excerpt
        return Extraction((Found(node or excerpt, None, whole, complete=False),))
    search = _Search(template, evaluate)
    search.run(root)
    return search.result()


def policies_in(root: Node) -> Sequence[Found]:
    """The policies at any depth of *root*, known by their shape."""
    search = _Search(None, None)
    search.run(root)
    return search.documents


class _Search:
    """A walk through a tree in the order of the file; shared nodes are met once."""

    def __init__(self, template: TemplateReader | None, evaluate: Evaluation | None) -> None:
        self.read_template = template
        self.evaluate = evaluate
        self.documents: list[Found] = []
        self.attachments: list[FoundAttachment] = []
        self.allowances: list[Allowance] = []
        self.resources: list[FoundResource] = []
        self.stack: list[tuple[Node, _Place]] = []
        self.seen: set[int] = set()

    def result(self) -> Extraction:
        return Extraction(
            tuple(self.documents),
            tuple(self.attachments),
            allowances=tuple(self.allowances),
            resources=tuple(self.resources),
        )

    def run(self, root: Node) -> None:
        self.stack.append((root, _Place()))
        while self.stack:
            node, place = self.stack.pop()
            if isinstance(node, Text):
                if place.strings < MAX_NESTED_STRINGS and may_hold_policy(node):
                    self.string(node, place)
            elif isinstance(node, Encoded):
                self.stack.append((node.content, place))
            elif isinstance(node, Map | Seq) and id(node) not in self.seen:
                self.seen.add(id(node))
                if isinstance(node, Map):
                    self.object(node, place)
                else:
                    self.list(node, place)

    def value(self, node: Node) -> Node:
        return (self.evaluate(node) if self.evaluate is not None else None) or node

    def found(self, node: Node, place: _Place, problems: tuple[Problem, ...] = ()) -> None:
        node = self.value(node)
        at = place.parent.span if place.parent is not None else node.span
        # Without a name it is the one role of the file, as in the Serverless Framework.
        named = place.kind == "trust" and place.name
        holders = (place.name,) if place.kind == "identity" or named else ()
        owner = Owner(place.name, at)
        self.documents.append(Found(node, place.kind, owner, holders=holders, problems=problems))

    def string(self, text: Text, place: _Place) -> None:
        root, problems = read_text(text)
        if root is None:
            return
        if is_policy(root):
            self.found(root, place, problems)
        elif not problems:
            inner = _Place(place.key, place.kind, place.name, place.parent, place.strings + 1)
            self.stack.append((root, inner))

    def list(self, node: Seq, place: _Place) -> None:
        key = place.key.lower()
        # Below "Statement" itself a policy would have been known for one: this is another cloud's.
        says_so = key != "statement" and key.endswith(("statement", "statements"))
        if says_so and is_statements(node):
            self.found(node, place)
            return
        for item in reversed(node.items):
            self.stack.append((item, place))

    def object(self, node: Map, place: _Place) -> None:
        if is_policy(node):
            self.found(node, place)
            return
        keys = {entry.key.literal for entry in node.entries}
        if "Resources" in keys and self.template(node):
            return
        if {"eventSource", "eventName"} <= keys or _is_old_version(node):
            return
        name = _name_in(node, keys) or place.name
        if place.name and name != place.name and "PolicyName" in keys:
            name = f"{place.name}/{name}"
        beside = _kind_beside(node, keys)
        for entry in reversed(node.entries):
            key = entry.key.literal or ""
            kind = _kind_below(key, place.key) or beside or place.kind
            self.stack.append((entry.value, _Place(key, kind, name, node, place.strings)))
            if key in ATTACHMENTS:
                self.attached(entry.value, key, Owner(name, node.span))

    def template(self, node: Map) -> bool:
        """Whether *node* is a template; then what is in it is found."""
        extraction = self.read_template(node) if self.read_template is not None else None
        if extraction is None:
            return False
        self.documents.extend(extraction.documents)
        self.attachments.extend(extraction.attachments)
        self.allowances.extend(extraction.allowances)
        self.resources.extend(extraction.resources)
        return True

    def attached(self, value: Node, key: str, owner: Owner) -> None:
        member = ATTACHMENTS[key]
        holders = () if key == "PermissionsBoundary" else (owner.name,)  # which grants nothing
        value = self.value(value)
        for item in value.items if isinstance(value, Seq) else (value,):
            node = item.get(member) if isinstance(item, Map) and member else item
            arn = as_text(node) if node is not None else None
            if arn is not None:
                self.attachments.append(FoundAttachment(arn, owner, holders))


def _is_construct_tree(root: Node) -> bool:
    """Whether *root* is the ``tree.json`` that CDK writes: what it holds stands in the templates, too."""
    version = root.get("version") if isinstance(root, Map) else None
    return isinstance(version, Text) and version.written.startswith("tree-")


def _name_in(node: Map, keys: set[str | None]) -> str:
    for key in _NAMES:
        if key in keys:
            value = node.get(key)
            if isinstance(value, Text) and value.literal:
                return value.literal
    return ""


def _kind_below(key: str, above: str) -> str | None:
    if (
        key == "statements" and above == "role"
    ):  # provider.iam.role.statements of the Serverless Framework
        return "identity"
    return KINDS.get(key.replace("_", "").replace("-", "").lower())


def _kind_beside(node: Map, keys: set[str | None]) -> str | None:
    """What the neighbours of a policy say of it: the resource's ARN, or the type of an Organizations policy."""
    if "TopicArn" in keys:
        return "sns-topic"
    if "QueueArn" in keys:
        return "sqs-queue"
    if "ResourceArn" in keys:
        arn = node.get("ResourceArn")
        return kind_of_cloudtrail_arn(arn.written) if isinstance(arn, Text) else None
    summary = node.get("PolicySummary") if "PolicySummary" in keys else node
    kind = summary.get("Type") if isinstance(summary, Map) else None
    return (kind_by_type(kind) or None) if isinstance(kind, Text) else None


def _is_old_version(node: Map) -> bool:
    """Whether *node* is a version of a managed policy that is not in force."""
    default = node.get("IsDefaultVersion")
    return isinstance(default, Scalar) and default.value is False
