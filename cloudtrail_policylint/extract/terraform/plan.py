"""Plans and states as ``terraform show -json`` writes them: the values of resources, all worked out.

What is not known before the plan is applied is left out of the planned values
(it is true in ``after_unknown``), so that there is no policy to judge.

Source: developer.hashicorp.com/terraform/internals/json-format ("Plan
Representation", "Values Representation").
"""

from __future__ import annotations

from ...tree import Encoded, Map, Node, Seq, Text, branches
from ..found import Extraction, Found, FoundAttachment, FoundResource, Owner, Problem
from ..kinds import kind_of_cloudtrail_arn
from ..shapes import is_policy, may_hold_policy, read_policy, read_text
from .locations import (
    ATTACHMENTS,
    HOLDERS,
    IDENTITIES,
    NAMES,
    NOT_POLICIES,
    ORGANIZATIONS_POLICY_TYPES,
    POLICIES,
    POLICY_TARGETS,
    TRAIL_PARTNERS,
)
from .values import inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTACHABLE = ("aws_iam_policy", "awscc_iam_managed_policy")


def is_plan(root: Node | None) -> bool:
    """Whether *root* is a plan or a state in JSON."""
    if not isinstance(root, Map) or not isinstance(root.get("format_version"), Text):
        return False
    return any(isinstance(root.get(name), Map | Seq) for name in ("planned_values", "values")) or (
        isinstance(root.get("resource_changes"), Seq)
    )


def extract_plan(root: Node) -> Extraction:
    """The policies and attachments of the plan *root*, owned by resources as Terraform addresses them."""
    return _Plan(root).extraction() if isinstance(root, Map) else Extraction()


class _Resource:
    """One managed resource: its type, its address, and the values that are known."""

    __slots__ = ("owner", "type", "values")

    def __init__(self, type_: str, owner: Owner, values: Map) -> None:
        self.type = type_
        self.owner = owner
        self.values = values

    def at(self, path: str) -> Iterator[Node]:
        """The values at *path*, through lists and blocks."""
        return inside(self.values, path.split("."))

    def texts(self, path: str) -> list[Text]:
        """The strings at *path*, in a list or alone."""
        found: list[Text] = []
        for value in self.at(path):
            items = value.items if isinstance(value, Seq) else (value,)
            found.extend(item for item in items if isinstance(item, Text))
        return found


class _Plan:
    def __init__(self, root: Map) -> None:
        self._resources = list(_resources(root))
        self._used = {
            text.written
            for resource in self._resources
            for path in TRAIL_PARTNERS.get(resource.type, ())
            for text in resource.texts(path)
        }
        attached = [r for r in self._resources if r.type in ATTACHMENTS]
        # Who has a policy that is still to be made is not known: its ARN is not.
        self._unsettled = any(
            not resource.texts(ATTACHMENTS[resource.type][0])
            for resource in attached
            if ATTACHMENTS[resource.type][1]
        )
        self._attachments = [
            FoundAttachment(arn, resource.owner, _holders(resource))
            for resource in attached
            for arn in resource.texts(ATTACHMENTS[resource.type][0])
        ]

    def extraction(self) -> Extraction:
        documents = tuple(found for resource in self._resources for found in self._found(resource))
        resources = tuple(FoundResource(r.type, r.owner) for r in self._resources)
        return Extraction(documents, tuple(self._attachments), resources=resources)

    def _found(self, resource: _Resource) -> Iterator[Found]:
        paths = POLICIES.get(resource.type)
        if paths is None:
            if resource.type not in NOT_POLICIES:
                yield from _by_shape(resource)
            return
        for path, usual in paths.items():
            kind = _kind(resource, usual)
            if kind == "":
                continue
            for value in resource.at(path):
                for node, problems in read_policy(value):
                    yield Found(
                        node,
                        kind,
                        resource.owner,
                        complete=not (self._unsettled and resource.type in _ATTACHABLE),
                        holders=_holders(resource) if kind == "identity" else (),
                        on_cloudtrail=self._on_cloudtrail(resource),
                        problems=problems,
                    )

    def _on_cloudtrail(self, resource: _Resource) -> bool:
        target = POLICY_TARGETS.get(resource.type)
        path = target[0] if target is not None else NAMES.get(resource.type)
        return path is not None and any(t.written in self._used for t in resource.texts(path))


def _resources(root: Map) -> Iterator[_Resource]:
    """The resources of *root* as they will be, or as they are in a state."""
    values = root.get("planned_values") or root.get("values")
    if not isinstance(values, Map):
        for change in _maps(root.get("resource_changes")):
            for after in inside(change, ["change", "after"]):
                yield from _resource(change, after)
        return
    modules = [values.get("root_module")]
    while modules:
        module = modules.pop()
        if isinstance(module, Map):
            for resource in _maps(module.get("resources")):
                yield from _resource(resource, resource.get("values"))
            modules.extend(reversed(_maps(module.get("child_modules"))))


def _resource(written: Map, values: Node | None) -> Iterator[_Resource]:
    texts = [written.get(name) for name in ("mode", "type", "address")]
    mode, type_, address = (text.literal if isinstance(text, Text) else None for text in texts)
    if mode == "managed" and type_ and address and isinstance(values, Map):
        yield _Resource(type_, Owner(address, written.span), values)


def _maps(node: Node | None) -> list[Map]:
    return [item for item in node.items if isinstance(item, Map)] if isinstance(node, Seq) else []


def _kind(resource: _Resource, usual: str | None) -> str | None:
    """The kind of the policy of *resource*: None when the document has to tell, empty for no IAM policy."""
    if resource.type.endswith("_organizations_policy"):
        written = resource.texts("type")
        return ORGANIZATIONS_POLICY_TYPES.get(written[0].written, "") if written else usual
    if resource.type == "awscc_cloudtrail_resource_policy":
        arns = resource.texts("resource_arn")
        return kind_of_cloudtrail_arn(arns[0].written) if arns else None
    return usual


def _holders(resource: _Resource) -> tuple[str, ...]:
    """The identities that *resource* names, or is, by type and name."""
    pairs = HOLDERS.get(resource.type) or ATTACHMENTS.get(resource.type, ("", ()))[1]
    if resource.type in IDENTITIES and resource.type in NAMES:
        pairs = ((NAMES[resource.type], resource.type),)
    return tuple(f"{type_}.{t.written}" for path, type_ in pairs for t in resource.texts(path))


def _by_shape(resource: _Resource) -> Iterator[Found]:
    """Policies in what is not known to take any."""
    stack: list[Node] = [resource.values]
    while stack:
        node = stack.pop()
        problems: tuple[Problem, ...] = ()
        if isinstance(node, Text):
            if not may_hold_policy(node):
                continue
            content, problems = read_text(node)
        else:
            content = node.content if isinstance(node, Encoded) else node
        if content is None:
            continue
        if is_policy(content):
            yield Found(content, None, resource.owner, problems=problems)
        elif isinstance(content, Map):
            stack.extend(b for entry in reversed(content.entries) for b in branches(entry.value))
        elif isinstance(content, Seq):
            stack.extend(reversed(content.items))
