"""Plans and states in the format of ``terraform show -json``.

The planned values do not have values that are only known after apply, so there
is no policy to check. The references in the configuration, which a plan has
(but not a state), show the holders of a policy whose ARN is not known yet.

Source: developer.hashicorp.com/terraform/internals/json-format ("Plan
Representation", "Values Representation", "Configuration Representation",
"Expression Representation").
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.written import (
    WITH_HOLDERS,
    Extraction,
    Found,
    FoundAttachment,
    FoundResource,
    Owner,
    Problem,
)
from ...tree.nodes import Encoded, Hole, Map, Node, Seq, Text, children
from ..detect import is_policy, may_hold_policy, read_policy, read_text
from ..values import inside
from .resource_types import resource_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOUDTRAIL = ("aws_cloudtrail", "awscc_cloudtrail")
_KEY = regex(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def is_plan(root: Node | None) -> bool:
    """Whether *root* is a plan or a state in JSON."""
    if not isinstance(root, Map) or not isinstance(root.get("format_version"), Text):
        return False
    return any(isinstance(root.get(name), Map | Seq) for name in ("planned_values", "values")) or (
        isinstance(root.get("resource_changes"), Seq)
    )


def extract_plan(root: Node) -> Extraction:
    """The policies and attachments of the plan *root*; their owners are addresses of resources."""
    return _Plan(root).extraction() if isinstance(root, Map) else Extraction()


class _Resource:
    """One managed resource with its known values.

    ``block`` is the address of its block: without the keys of instances.
    """

    __slots__ = ("block", "expressions", "known", "owner", "type", "values")

    def __init__(self, type_: str, owner: Owner, values: Map) -> None:
        self.type = type_
        self.known = resource_type(type_)
        self.owner = owner
        self.values = values
        self.block = _KEY.sub("", owner.name)
        self.expressions: Map | None = None

    def at(self, path: str) -> Iterator[Node]:
        """The values at *path*, in every item of a list and every block."""
        return inside(self.values, path.split("."))

    def texts(self, path: str) -> list[Text]:
        """The strings at *path*, and in lists there."""
        return [text for value in self.at(path) for text in _texts(value)]

    def referred(self, path: str) -> Iterator[str]:
        """The addresses of the blocks that the expression at *path* refers to."""
        module = self.block.removesuffix(".".join(self.block.split(".")[-2:]))
        for value in inside(self.expressions, path.split(".")) if self.expressions else ():
            for references in inside(value, ["references"]):
                for text in _texts(references):
                    yield module + ".".join(_KEY.sub("", text.written).split(".")[:2])


class _Plan:
    def __init__(self, root: Map) -> None:
        self._root = root
        self._resources = list(_resources(root))
        configured = dict(_configured(root))
        for resource in self._resources:
            resource.expressions = configured.get(resource.block)
        self._own = {
            arn.written: resource.block
            for resource in self._resources
            if resource.known.is_managed_policy
            for arn in resource.texts("arn")
        }
        self._policies = {r.block for r in self._resources if r.known.is_managed_policy}
        self._attachments: list[FoundAttachment] = []
        self._attached: dict[str, dict[str, None]] = {}  # policy of the plan -> its holders
        self._unsettled = False  # whether an attached policy may be any of the plan's
        boundaries: set[str] = set()
        for resource in self._resources:
            if resource.known.attaches:
                self._attach(resource)
            if resource.known.boundary:
                boundaries.update(self._refer(resource, resource.known.boundary, ()))
            if resource.known.of_organization:
                self._attach_to_targets(resource)
        self._only_boundaries = boundaries - self._attached.keys()
        self._used = {
            name
            for resource in self._resources
            for path in resource.known.uses
            for name in (*[t.written for t in resource.texts(path)], *resource.referred(path))
        }
        self._partners = {
            holder
            for resource in self._resources
            if resource.known.is_identity and self._is_partner(resource)
            for holder in _holders(resource)
        }

    def extraction(self) -> Extraction:
        documents = tuple(found for resource in self._resources for found in self._found(resource))
        resources = tuple(FoundResource(r.type, r.owner) for r in self._resources)
        return Extraction(
            documents,
            tuple(self._attachments),
            resources=resources,
            owns=lambda _place, _inside: False,  # generated, and the values are there twice
            evaluation=("plan", self._root),
        )

    # -- relations between resources

    def _attach(self, resource: _Resource) -> None:
        holders = _holders(resource)
        before = len(self._attachments)
        own = self._refer(resource, resource.known.attaches, holders)
        for policy in own:
            self._attached.setdefault(policy, {}).update(dict.fromkeys(holders))
        if resource.known.holders and not own and len(self._attachments) == before:
            self._unsettled = True
            unknown = Hole("(known after apply)", resource.owner.span)
            arn = Text((unknown,), unknown.span)
            self._attachments.append(FoundAttachment(arn, resource.owner, holders))

    def _attach_to_targets(self, resource: _Resource) -> None:
        """Note the targets of the policies of an organization that *resource* attaches."""
        path = resource.known.of_organization
        ids = {text.written for text in resource.texts(path)}
        policies = [
            one.block
            for one in self._resources
            if one.known.policies and not ids.isdisjoint([t.written for t in one.texts("id")])
        ]
        for policy in (*policies, *resource.referred(path)):
            self._attached.setdefault(policy, {}).update(dict.fromkeys(_holders(resource)))

    def _refer(self, resource: _Resource, path: str, holders: tuple[str, ...]) -> set[str]:
        """The plan's policies that *resource* refers to; add attachments for other policies."""
        own = self._policies.intersection(resource.referred(path))
        for arn in resource.texts(path):
            policy = self._own.get(arn.written)
            if policy is not None:
                own.add(policy)
            else:
                self._attachments.append(FoundAttachment(arn, resource.owner, holders))
        return own

    def _is_partner(self, resource: _Resource) -> bool:
        """Whether a trail or event data store of the plan uses *resource*."""
        names = [resource.block]
        for path in ("arn", "id", resource.known.name if resource.known.by_name else "arn"):
            names += [text.written for text in resource.texts(path)]
        return not self._used.isdisjoint(names)

    def _on_cloudtrail(self, resource: _Resource, holders: tuple[str, ...]) -> bool:
        if resource.type.startswith(_CLOUDTRAIL) or not self._partners.isdisjoint(holders):
            return True
        for path in resource.known.target:
            named = [text.written for text in resource.texts(path)]
            return not self._used.isdisjoint((*named, *resource.referred(path)))
        return self._is_partner(resource)

    # -- policies

    def _found(self, resource: _Resource) -> Iterator[Found]:
        known = resource.known
        if not known.policies:
            if not known.other_language:
                yield from _by_shape(resource)
            return
        attached = self._attached.get(resource.block)
        unsettled = self._unsettled and attached is None and known.is_managed_policy
        for path, usual in known.policies.items():
            kind = _kind(resource, usual)
            if kind == "":
                continue
            if kind == "identity" and resource.block in self._only_boundaries:
                kind = "boundary"
            holders = tuple({**dict.fromkeys(_holders(resource)), **(attached or {})})
            for value in resource.at(path):
                for node, problems in read_policy(value):
                    yield Found(
                        node,
                        kind,
                        resource.owner,
                        complete=not unsettled,
                        holders=holders if kind in WITH_HOLDERS else (),
                        on_cloudtrail=self._on_cloudtrail(resource, holders),
                        types=(resource.type,),
                        problems=problems,
                    )


def _texts(value: Node) -> list[Text]:
    items = value.items if isinstance(value, Seq) else (value,)
    return [item for item in items if isinstance(item, Text)]


def _configured(root: Map) -> Iterator[tuple[str, Map]]:
    """The blocks in the configuration of *root*: addresses and expressions."""
    configuration = root.get("configuration")
    top = configuration.get("root_module") if isinstance(configuration, Map) else None
    modules = [("", top)]
    while modules:
        prefix, module = modules.pop()
        if not isinstance(module, Map):
            continue
        for resource in maps_in(module.get("resources")):
            address, written = resource.get("address"), resource.get("expressions")
            if isinstance(address, Text) and isinstance(written, Map):
                yield prefix + address.written, written
        calls = module.get("module_calls")
        for call in calls.entries if isinstance(calls, Map) else ():
            if isinstance(call.value, Map):
                inner = f"{prefix}module.{call.key.written}."
                modules.append((inner, call.value.get("module")))


def resources_in(root: Map) -> Iterator[tuple[str, Owner, Map]]:
    """The resources of *root*: their types, their addresses and places, and their known values."""
    for resource in _resources(root):
        yield resource.type, resource.owner, resource.values


def _resources(root: Map) -> Iterator[_Resource]:
    """The resources of *root*: planned ones, or those of a state."""
    values = root.get("planned_values") or root.get("values")
    if not isinstance(values, Map):
        for change in maps_in(root.get("resource_changes")):
            for after in inside(change, ["change", "after"]):
                yield from _resource(change, after)
        return
    modules = [values.get("root_module")]
    while modules:
        module = modules.pop()
        if isinstance(module, Map):
            for resource in maps_in(module.get("resources")):
                yield from _resource(resource, resource.get("values"))
            modules.extend(reversed(maps_in(module.get("child_modules"))))


def _resource(written: Map, values: Node | None) -> Iterator[_Resource]:
    texts = [written.get(name) for name in ("mode", "type", "address")]
    mode, type_, address = (text.literal if isinstance(text, Text) else None for text in texts)
    if mode == "managed" and type_ and address and isinstance(values, Map):
        yield _Resource(type_, Owner(address, written.span), values)


def maps_in(node: Node | None) -> list[Map]:
    """The objects in the list *node*."""
    return [item for item in node.items if isinstance(item, Map)] if isinstance(node, Seq) else []


def _kind(resource: _Resource, usual: str | None) -> str | None:
    """The kind of a policy: None if only its content shows it, empty for no IAM policy."""
    if resource.known.kind_by is None:
        return usual
    path, kind_of = resource.known.kind_by
    texts = resource.texts(path)
    return kind_of(texts[0]) if texts else usual


def _holders(resource: _Resource) -> tuple[str, ...]:
    """The identities that *resource* names or is: type and name; or the targets of an SCP."""
    known = resource.known
    if known.targets:
        named = [text.written for text in resource.texts(known.targets)]
        return (*named, *resource.referred(known.targets))
    types = {known.name: known.type} if known.is_identity else known.holders
    return tuple(
        f"{type_}.{text.written}" for path, type_ in types.items() for text in resource.texts(path)
    )


def _by_shape(resource: _Resource) -> Iterator[Found]:
    """The policies in a resource of an unlisted type, recognised by their content."""
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
        else:
            stack.extend(reversed(children(content)))
