"""Policies in JSON and YAML files that are not templates: alone, or inside other data.

A file that is a policy, a list of policies or a list of statements is used as a
whole. In other files ``detect`` recognises policies by their content, at any
depth: objects, and JSON in strings, plain or URL-encoded (as the AWS CLI and
API return it). Lists of statements count only under a key that says so
(``iamRoleStatements``). A CloudFormation template inside the file (``resources``
of the Serverless Framework) is read as a template, and policies may use its
functions. Everything else is ignored.

Records of past API calls (CloudTrail events) are skipped: nobody can correct
the policies in them.
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

    from ..tree.source import SourceFile

    TemplateReader = Callable[[Map], Extraction | None]
    Evaluation = Callable[[Node], Node | None]

MAX_NESTED_STRINGS = 3
"""Levels of JSON in strings inside of JSON in strings that are read."""

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
"""Key in lower case, without ``_`` and ``-`` -> the kind of the policies below it."""

ATTACHMENTS = {
    "iamManagedPolicies": None,
    "managedPolicies": None,
    "AttachedPolicies": "PolicyArn",
    "PermissionsBoundary": "PermissionsBoundaryArn",
}
"""Key of a list -> the key of a managed policy's ARN in its items; None: the items are ARNs.

Sources: Serverless Framework, "IAM Permissions For Functions"; IAM API Reference,
``GetRole`` and ``List...Policies``.
"""

_NAMES = ("RoleName", "UserName", "GroupName", "PolicyName")


@record
class _Context:
    """What the keys above a node say: the kind of the policies below, and their owner.

    ``strings`` is how many levels of JSON in strings are around it.
    """

    key: str = ""
    kind: str | None = None
    name: str = ""
    parent: Map | None = None
    strings: int = 0


def extract_bare(
    root: Node, template: TemplateReader | None = None, evaluate: Evaluation | None = None
) -> Extraction:
    """The policies of one document that is not a template; *root* may end at a syntax error.

    *template* extracts an inner object if it is a template (in a reply of
    ``GetTemplate``, say). *evaluate* returns the value of a node that may use
    the functions of templates: tools that generate templates accept them.
    """
    if _is_construct_tree(root):
        return Extraction()
    whole = Owner("", root.span)
    excerpt = Seq((root,), root.span) if is_statement(root) else root
    if is_statements(excerpt):  # the rest of the policy may be in another file
        node = evaluate(excerpt) if evaluate is not None else excerpt
        return Extraction((Found(node or excerpt, None, whole, complete=False),))
    search = _Search(template, evaluate)
    search.run(root)
    return search.result()


def policies_in(root: Node) -> Sequence[Found]:
    """The policies at any depth of *root*, recognised by their content."""
    search = _Search(None, None)
    search.run(root)
    return search.documents


class _Search:
    """A walk through a tree in the order of the file; shared nodes are visited once."""

    def __init__(self, template: TemplateReader | None, evaluate: Evaluation | None) -> None:
        self.read_template = template
        self.evaluate = evaluate
        self.documents: list[Found] = []
        self.attachments: list[FoundAttachment] = []
        self.allowances: list[Allowance] = []
        self.resources: list[FoundResource] = []
        self.open: list[SourceFile] = []
        self.stack: list[tuple[Node, _Context]] = []
        self.seen: set[int] = set()

    def result(self) -> Extraction:
        return Extraction(
            tuple(self.documents),
            tuple(self.attachments),
            allowances=tuple(self.allowances),
            resources=tuple(self.resources),
            open=tuple(self.open),
        )

    def run(self, root: Node) -> None:
        self.stack.append((root, _Context()))
        while self.stack:
            node, context = self.stack.pop()
            if isinstance(node, Text):
                if context.strings < MAX_NESTED_STRINGS and may_hold_policy(node):
                    self.string(node, context)
            elif isinstance(node, Encoded):
                self.stack.append((node.content, context))
            elif isinstance(node, Map | Seq) and id(node) not in self.seen:
                self.seen.add(id(node))
                if isinstance(node, Map):
                    self.object(node, context)
                else:
                    self.list(node, context)

    def value(self, node: Node) -> Node:
        return (self.evaluate(node) if self.evaluate is not None else None) or node

    def add(self, node: Node, context: _Context, problems: tuple[Problem, ...] = ()) -> None:
        node = self.value(node)
        at = context.parent.span if context.parent is not None else node.span
        # Without a name it is the only role of the file, as in the Serverless Framework.
        named = context.kind == "trust" and context.name
        holders = (context.name,) if context.kind == "identity" or named else ()
        owner = Owner(context.name, at)
        self.documents.append(Found(node, context.kind, owner, holders=holders, problems=problems))

    def string(self, text: Text, context: _Context) -> None:
        root, problems = read_text(text)
        if root is None:
            return
        if is_policy(root):
            self.add(root, context, problems)
        elif not problems:
            inner = _Context(
                context.key, context.kind, context.name, context.parent, context.strings + 1
            )
            self.stack.append((root, inner))

    def list(self, node: Seq, context: _Context) -> None:
        key = context.key.lower()
        # A policy of AWS would have been recognised above its "Statement": this is another cloud's.
        says_so = key != "statement" and key.endswith(("statement", "statements"))
        if says_so and is_statements(node):
            self.add(node, context)
            return
        for item in reversed(node.items):
            self.stack.append((item, context))

    def object(self, node: Map, context: _Context) -> None:
        if is_policy(node):
            self.add(node, context)
            return
        keys = {entry.key.literal for entry in node.entries}
        if "Resources" in keys and self.template(node):
            return
        if {"eventSource", "eventName"} <= keys or _is_old_version(node):
            return
        name = _name_in(node, keys) or context.name
        if context.name and name != context.name and "PolicyName" in keys:
            name = f"{context.name}/{name}"
        beside = _kind_beside(node, keys)
        for entry in reversed(node.entries):
            key = entry.key.literal or ""
            kind = _kind_below(key, context.key) or beside or context.kind
            self.stack.append((entry.value, _Context(key, kind, name, node, context.strings)))
            if key in ATTACHMENTS:
                self.attach(entry.value, key, Owner(name, node.span))

    def template(self, node: Map) -> bool:
        """Whether *node* is a template; if so, add what is in it."""
        extraction = self.read_template(node) if self.read_template is not None else None
        if extraction is None:
            return False
        self.documents.extend(extraction.documents)
        self.attachments.extend(extraction.attachments)
        self.allowances.extend(extraction.allowances)
        self.resources.extend(extraction.resources)
        self.open.extend(extraction.open)
        return True

    def attach(self, value: Node, key: str, owner: Owner) -> None:
        member = ATTACHMENTS[key]
        holders = () if key == "PermissionsBoundary" else (owner.name,)  # which grants nothing
        value = self.value(value)
        for item in value.items if isinstance(value, Seq) else (value,):
            node = item.get(member) if isinstance(item, Map) and member else item
            arn = as_text(node) if node is not None else None
            if arn is not None:
                self.attachments.append(FoundAttachment(arn, owner, holders))


def _is_construct_tree(root: Node) -> bool:
    """Whether *root* is CDK's ``tree.json``: its policies are also in the templates."""
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
    """The kind of a policy by the keys beside it: the ARN of a resource, a policy type."""
    if "TopicArn" in keys:
        return "sns-topic"
    if "QueueArn" in keys:
        return "sqs-queue"
    if "ResourceArn" in keys:
        arn = node.get("ResourceArn")
        return kind_of_cloudtrail_arn(arn.written) if isinstance(arn, Text) else None
    summary = node.get("PolicySummary") if "PolicySummary" in keys else node
    type_ = summary.get("Type") if isinstance(summary, Map) else None
    return (kind_by_type(type_) or None) if isinstance(type_, Text) else None


def _is_old_version(node: Map) -> bool:
    """Whether *node* is a version of a managed policy that is not the default version."""
    default = node.get("IsDefaultVersion")
    return isinstance(default, Scalar) and default.value is False
