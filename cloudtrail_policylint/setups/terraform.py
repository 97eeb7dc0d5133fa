"""The resources of a tree of Terraform modules, from the evaluation of its root module."""

from __future__ import annotations

from functools import cached_property

from ..base.lazy_regex import regex
from ..base.record import replaced
from ..decisions.values import written
from ..extract.detect import read_policy
from ..extract.terraform.instances import instances_of, nested
from ..extract.terraform.module import address_of, every
from ..extract.terraform.references import PLACES, attribute_of
from ..extract.terraform.resource_types import resource_type
from ..extract.terraform.values import entry_at, is_null, rest_at
from ..iam.patterns import MAYBE, NO, YES
from ..iam.written import Owner
from ..readers.hcl.syntax import Call, Index, ObjectExpression, TupleExpression, keyword
from ..tree.nodes import Choice, Hole, Map, Seq, branches
from .model import (
    ABSENT,
    NOTHING,
    NOWHERE,
    Elsewhere,
    Link,
    Links,
    Location,
    Property,
    Resource,
    Setup,
    by_names,
)
from .terraform_providers import Providers
from .terraform_references import References, attributes_in
from .values import Item, items_at, literal_of, parts_of, plain_name, same, spelling_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..extract.terraform.session import Instance, Session
    from ..iam.written import Problem
    from ..readers.hcl.file import Attribute, Block
    from ..readers.hcl.syntax import Expression
    from ..tree.nodes import Node
    from ..tree.source import Span
    from .model import Assumed, Parts, Path
    from .waiting import Insertion

MAX_MODULES = 200
"""Modules of one tree; with more of them nothing is known of it."""
MAX_RESOURCES = 5_000
MAX_DEPTH = 12
"""Levels of nested blocks."""
_RUNS_COMMANDS = ("null_resource", "terraform_data", "aws_cloudformation_stack", "local_file")
"""Resources that may do anything with a name that they get."""
_OF_PROVIDER = ("${account}", "${region}", "${partition}")
_CONSTANTS = {
    "aws_caller_identity": "account",
    "aws_region": "region",
    "aws_partition": "partition",
}
_CONSTANT = regex(
    r"\$\{data\.(aws_caller_identity|aws_region|aws_partition)\.[\w-]++\.(?:account_id|id|name|region|partition)\}"
)
_NAME = regex(r"\$\{(aws(?:cc)?_\w++\.[\w-]++)\.(?:id|arn|name|bucket)\}")
"""What stands for the name of a resource, in a text or in its ARN."""
_META = ("count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection")


def setup_of(session: Session, deployed: Callable[[str], Location] | None = None) -> Setup:
    """The resources of the module tree around *session*, found once for all of it."""
    root = session
    while root.caller is not None:
        root = root.caller.session
    if root.setup is None:
        sources = root.module.sources
        usual = deployed(sources[0].path) if deployed is not None and sources else NOWHERE
        root.setup = Terraform(root, usual)
    assert isinstance(root.setup, Setup)
    return root.setup


def resources_of(
    session: Session, deployed: Callable[[str], Location] | None = None
) -> list[Resource]:
    """The resources of the module *session* itself; *deployed* says where that of a path is."""
    return [
        one
        for one in setup_of(session, deployed).resources
        if isinstance(one, TerraformResource) and one.session is session
    ]


class Terraform(Setup):
    """The resources of the module tree of *root*, which is deployed at *usual*."""

    def __init__(self, root: Session, usual: Location) -> None:
        super().__init__()
        self.providers = Providers(usual)
        self._children: dict[tuple[int, int], list[Session]] = {}
        self._instances: dict[tuple[int, int], list[TerraformResource]] = {}
        self._before: dict[tuple[int, int], frozenset[int] | None] = {}
        self._names: dict[str, list[Resource]] | None = None
        self._leaving: set[tuple[int, int]] | None = None
        self._sessions = [root]
        self._unseen: list[tuple[Session, Block]] = []
        self._root = root
        for session in self._sessions:  # it grows
            for call in session.module.calls:
                self._call(session, call)
            if len(self._sessions) > MAX_MODULES:
                return
        self.references = References(self._children)
        for session in self._sessions:
            for block in every(session.module.resources):
                self._block(session, block)
        if len(self.resources) > MAX_RESOURCES:
            self.resources.clear()

    def _call(self, session: Session, call: Block) -> None:
        found = self._children.setdefault((id(session), id(call)), [])
        for instance in instances_of(session, call):
            child = session.child(call, instance)
            if child is None:
                self._unseen.append((session, call))
            elif all(child is not one for one in self._sessions):
                found.append(child)
                self._sessions.append(child)

    def _block(self, session: Session, block: Block) -> None:
        instances = instances_of(session, block)
        known = self._instances.setdefault((id(session), id(block)), [])
        for instance in instances if len(self.resources) <= MAX_RESOURCES else ():
            resource = TerraformResource(self, session, block, instance)
            known.append(resource)
            self.resources.append(resource)

    def instances(self, session: Session, block: Block) -> list[TerraformResource]:
        """The instances of *block* in *session*."""
        return self._instances.get((id(session), id(block)), [])

    @property
    def is_partial(self) -> bool:
        """Whether a part of the modules was not read: what is missing may have been there."""
        if self._root.unknown_inputs:
            return True
        return any(
            bool(one.module.problems)
            or (one.module.load is not None and not one.module.whole)
            or one.exceeded is not None
            for one in self._sessions
        )

    @cached_property
    def constants(self) -> frozenset[str]:
        """The variables of the root module, and the names of resources.

        Where there is one provider, also the account, region and partition.
        """
        counts: dict[str, int] = {}
        for one in self.resources:
            counts[one.owner.name] = counts.get(one.owner.name, 0) + 1
        single = [name for name, count in counts.items() if count == 1]
        once = [f"${{{name}}}" for name in single]
        once += [f"${{{name}.region}}" for name in single]
        variables = [f"${{var.{label}}}" for (label, *_) in self._sessions[0].module.variables]
        return frozenset([*once, *variables, *(() if self.has_providers else _OF_PROVIDER)])

    @cached_property
    def has_providers(self) -> bool:
        """Whether some block names its provider: accounts and regions may differ then."""
        return any(
            name in block.attributes
            for session in self._sessions
            for blocks in (session.module.resources, session.module.data)
            for block in every(blocks)
            for name in ("provider", "region")
        ) or any("providers" in call.attributes for s in self._sessions for call in s.module.calls)

    def named(self, text: str) -> list[Resource]:
        """The resources whose name or ARN is *text*."""
        if self._names is None:
            self._names = by_names([*self.resources, *[one for _, one in self.elsewhere]])
        return self._names.get(text, [])

    @cached_property
    def unnamed(self) -> list[Resource]:
        """The resources whose names are known in part."""
        return [one for one in self.resources if one.name and literal_of(one.name) is None]

    def spelled(self, session: Session, parts: Parts | None) -> list[Resource]:
        """The resources of the module *session* whose name is spelled like *parts*."""
        key = spelling_of(parts)
        return self._spelled.get((id(session), key), []) if key is not None else []

    @cached_property
    def _spelled(self) -> dict[tuple[int, object], list[Resource]]:
        found: dict[tuple[int, object], list[Resource]] = {}
        named: list[tuple[Session, Resource]] = list(self.elsewhere)
        named += [(one.session, one) for one in self.unnamed if isinstance(one, TerraformResource)]
        for session, one in named:
            key = spelling_of(one.name)
            if key is not None:
                found.setdefault((id(session), key), []).append(one)
        return found

    @cached_property
    def elsewhere(self) -> list[tuple[Session, Elsewhere]]:
        """The buckets that are not in view, each with the module whose policy is on it."""
        found: dict[object, tuple[Session, Elsewhere]] = {}
        own = by_names(self.resources)
        for one in self.resources:
            assert isinstance(one, TerraformResource)
            name = one.bucket_elsewhere()
            text = literal_of(name)
            if name is not None and (text is None or text not in own):
                key = text if text is not None else (id(one.session), written(name))
                made = Elsewhere(self, one.target_type, one.owner, name, "${partition}")
                found.setdefault(key, (one.session, made))
        return list(found.values())

    def made_after(self, resource: Resource) -> frozenset[int] | None:
        """The ids of the resources that are made before *resource*."""
        if isinstance(resource, Elsewhere):
            return frozenset()
        assert isinstance(resource, TerraformResource)
        if self.is_partial:
            return None
        key = (id(resource.session), id(resource.block))
        if key not in self._before:
            reached = self.references.reached(resource.session, resource.block)
            self._before[key] = (
                None
                if reached is None
                else frozenset(
                    id(one) for place in reached for one in self._instances.get(place, ())
                )
            )
        return self._before[key]

    def leaves(self, resource: Resource) -> bool:
        """Whether an output of the root module or an argument for other modules mentions it."""
        assert isinstance(resource, TerraformResource)
        if self._leaving is None:
            self._leaving = {
                (id(session), id(block))
                for inside, expression in self._outward()
                for session, block in self.references.mentioned(inside, expression)[0]
            }
        return self.is_partial or (id(resource.session), id(resource.block)) in self._leaving

    def _outward(self) -> Iterator[tuple[Session, Expression]]:
        """The expressions whose values are read by what is not in view."""
        for output in self._root.module.outputs:
            if "value" in output.attributes:
                yield self._root, output.attributes["value"].expression
        for session, call in self._unseen:
            for attribute in call.attributes.values():
                if attribute.name not in _META:
                    yield session, attribute.expression
        for session in self._sessions:
            for block in every(session.module.resources):
                if block.labels[0].startswith(_RUNS_COMMANDS):
                    for attribute in attributes_in(block):
                        yield session, attribute.expression


class TerraformResource(Resource):
    """One instance of a ``resource`` block."""

    def __init__(
        self, setup: Terraform, session: Session, block: Block, instance: Instance
    ) -> None:
        owner = Owner(address_of(block), block.span)
        super().__init__(setup, block.labels[0], owner, _conditions(session, block, instance))
        self.tree = setup
        self.session = session
        self.block = block
        self.instance = instance
        self._known = resource_type(self.type)
        self._body: dict[str, Node | None] = {}

    # -- properties

    def at(self, path: Path) -> Property:
        """The property at *path*."""
        attributes = self._attributes(path[0])
        inner = self._blocks(path[0])
        if not attributes and not inner:
            return ABSENT
        value = self._value(path[0])
        items, complete = items_at(value, path[1:])
        span = attributes[0].expression.span if attributes else inner[0].span
        if len(path) > 1:
            places = [expression.span for expression, _, _ in self._expressions(path)]
            span = places[0] if len(places) == 1 else span
        return Property(tuple([self._item(one) for one in items]), complete, span)

    def _item(self, item: Item) -> Item:
        """*item*, which may be null if it is a variable that has no value."""
        is_open = isinstance(item.node, Hole) and not self.session.makers(item.node)
        return replaced(item, may_be_null=True) if is_open else item

    def _attributes(self, name: str) -> list[Attribute]:
        wanted = plain_name(name)
        if name in self.block.attributes:
            return [self.block.attributes[name]]
        return [one for key, one in self.block.attributes.items() if plain_name(key) == wanted]

    def _blocks(self, name: str) -> list[Block]:
        wanted = plain_name(name)
        return [
            one
            for one in self.block.blocks
            if plain_name(one.labels[0] if one.type == "dynamic" and one.labels else one.type)
            == wanted
        ]

    def _value(self, name: str) -> Node | None:
        if name not in self._body:
            self._body[name] = None  # if it refers to itself
            attributes = self._attributes(name)
            if attributes:
                expression = attributes[0].expression
                self._body[name] = self.session.value_of(expression, self.instance.scope)
            else:
                self._body[name] = _seq(
                    self.session, self.block, self._blocks(name), self.instance.scope
                )
        return self._body[name]

    def whole_text(self, name: str) -> Parts | None:
        """The text that ``split()`` cuts at colons, and of which the argument is a part."""
        attributes = self._attributes(name)
        at: object = attributes[0].expression if attributes else None
        if isinstance(at, Index):
            at = at.of
        elif isinstance(at, Call) and at.name == "element":
            at = at.arguments[0] if at.arguments else None
        if not isinstance(at, Call) or at.name != "split" or len(at.arguments) != 2:
            return None
        sign, text = [self.session.value_of(one, self.instance.scope) for one in at.arguments]
        return parts_of(text) if literal_of(parts_of(sign)) == ":" else None

    # -- references

    def name_of_policy(self, label: str) -> str | None:
        """The name that the data source ``aws_iam_policy`` with the *label* looks for."""
        session = self.session
        for block in session.module.data.get(("aws_iam_policy", label), ()):
            for instance in instances_of(session, block):
                name = attribute_of(session, block, instance, "name", block.span)
                return literal_of(parts_of(name))
        return None

    def find_links(self, path: Path) -> Links:
        """The resources that the property at *path* refers to."""
        expressions = list(self._expressions(path))
        if not expressions:
            return Links((), self.at(path).given == NO)
        found: dict[int, Link] = {}
        known = True
        for expression, scope, sure in expressions:
            value = self.session.value_of(expression, dict(scope))
            links = self._linked(value, expression)
            known = known and links.known
            for link in links.found:
                verdict = link.verdict if sure else min(link.verdict, MAYBE)
                old = found.get(id(link.resource))
                if old is None or verdict > old.verdict:
                    found[id(link.resource)] = Link(link.resource, verdict)
        return Links(tuple(found.values()), known)

    def _expressions(self, path: Path) -> Iterator[tuple[Expression, Mapping[str, Node], bool]]:
        """The expressions at *path*: attributes of the block, or of blocks in it."""
        yield from _expressions(self.session, self.block, path, self.instance.scope, sure=True)

    def _linked(self, value: Node, expression: Expression) -> Links:
        found: list[Link] = []
        known = True
        leaves: list[Node] = []
        stack: list[Node] = [value]
        while stack:
            at = stack.pop()
            stack += at.items if isinstance(at, Seq) else ()
            if not isinstance(at, Seq):
                leaves.append(at)
        for leaf in leaves:
            several = isinstance(leaf, Choice)
            for one in branches(leaf):
                if is_null(one):
                    continue
                links = self._of_value(one, expression)
                known = known and links.known
                found += [
                    Link(link.resource, MAYBE if several else link.verdict) for link in links.found
                ]
        return Links(tuple(found), known)

    def _of_value(self, value: Node, expression: Expression) -> Links:
        """The resources that *value* names: those that made it, or those of that name."""
        makers = self.session.makers(value)
        if makers:
            return self._made_by(makers)
        parts = parts_of(value)
        literal = literal_of(parts)
        if literal is not None:
            named = self.tree.named(literal)
            if named:
                verdict = YES if len({one.type for one in named}) == len(named) else MAYBE
                return Links(tuple([Link(one, verdict) for one in named]), True)
            maybe = [one for one in self.tree.unnamed if _may_be(one, parts)]
            return Links(tuple([Link(one, MAYBE) for one in maybe]), True)
        mentioned, clean = self.tree.references.mentioned(self.session, expression)
        if not mentioned:
            equal = self.tree.spelled(self.session, parts)
            verdict = YES if len({one.type for one in equal}) == len(equal) else MAYBE
            return Links(tuple([Link(one, verdict) for one in equal]), bool(equal))
        links: list[Link] = []
        for session, block in mentioned:
            instances = self.tree.instances(session, block)
            verdict = YES if clean and len(instances) == 1 else MAYBE
            links += [Link(one, verdict) for one in instances]
        return Links(tuple(links), clean)

    def _made_by(self, makers: Sequence[tuple[Session, Block, Instance]]) -> Links:
        found: list[Link] = []
        for session, block, instance in makers:
            instances = self.tree.instances(session, block)
            found += [Link(one, YES) for one in instances if one.instance is instance]
        return Links(tuple(found), True)

    def waiting_for(self, other: Resource) -> Insertion | None:
        """What adds *other*, or the module that it is in, to ``depends_on``."""
        from .waiting import in_terraform

        if not isinstance(other, TerraformResource):
            return None
        address = other.owner.name
        session = other.session
        while session is not self.session:
            if session.caller is None:
                return None
            address = address_of(session.caller.block)
            session = session.caller.session
        return in_terraform(self.block, address)

    def place_of(self, other: Resource) -> Span | None:
        """Where it refers to *other*, through local values, data and modules too."""
        if not isinstance(other, TerraformResource):
            return None
        return self.tree.references.place_of(self.session, self.block, other.block)

    # -- what it is

    @cached_property
    def location(self) -> Location:
        """The region and account of its provider."""
        return self.tree.providers.location(self.session, self.block, self.instance.scope)

    @property
    def arn(self) -> Parts | None:
        """Its ARN."""
        if self._known.makes is None or not self._known.arn_attributes:
            return None
        name = self._known.arn_attributes[0]
        place = self.block.type_span
        parts = parts_of(attribute_of(self.session, self.block, self.instance, name, place))
        own, unnamed = f"${{{self.owner.name}}}", f"${{{place.text}}}"
        return tuple(
            [
                replaced(part, written=own)
                if isinstance(part, Hole) and part.written == unnamed
                else part
                for part in parts or ()
            ]
        )

    @property
    def name(self) -> Parts | None:
        """The argument that is its name."""
        given = self.at((self._known.name,))
        if len(given.items) != 1 or not given.complete or not given.items[0].sure:
            return None
        return parts_of(given.items[0].node)

    @property
    def target_type(self) -> str:
        """The type of what its policy is on."""
        return next((types[0] for types in self._known.target.values()), "")

    def bucket_elsewhere(self) -> Parts | None:
        """The name of the bucket that its policy is on, if that may not be in view."""
        name = next(iter(self._known.target), "")
        if not name or name != self._known.bucket:
            return None
        given = self.at((name,))
        if len(given.items) != 1 or not given.items[0].sure:
            return None
        node = given.items[0].node
        return None if self.session.makers(node) else parts_of(node)

    @property
    def policy_paths(self) -> Mapping[str, str | None]:
        """The arguments that are policies."""
        return self._known.policies

    @property
    def targets(self) -> Sequence[str]:
        """The arguments that name what its policies are on, or who has them."""
        return (*self._known.target, *self._known.holders)

    @property
    def attached(self) -> str:
        """The argument with managed policies that it attaches."""
        return self._known.attaches

    @property
    def stands_for(self) -> str:
        """The argument that names what it is an alias of, or on."""
        return next(iter((*self._known.alias_of, *self._known.target)), "")

    @cached_property
    def address(self) -> str:
        """Its address: that of the block, with the modules and keys of instances."""
        found = _instance_address(self.block, self.instance)
        session = self.session
        while session.caller is not None:
            caller = session.caller
            found = f"{_instance_address(caller.block, caller.instance)}.{found}"
            session = caller.session
        return found

    def respelt(self, hole: Hole, assumed: Assumed = NOTHING) -> Parts:
        """*hole* as it is spelled everywhere; of several providers, that of the resource whose ARN it is in."""
        if assumed.places and self.tree.has_providers and hole.written in PLACES:
            for session, block, instance in self.session.makers(hole)[:1]:
                for one in self.tree.instances(session, block):
                    if one.instance is instance:
                        return one.placed(hole)
        return super().respelt(hole, assumed)

    def placed(self, hole: Hole) -> Parts:
        """*hole*, the region or account of its ARN, where that is not the same for all resources."""
        value = getattr(self.location, PLACES[hole.written])
        if not value and hole.written != "${region}":
            return (hole,)
        name = f"${{{self.owner.name}.{PLACES[hole.written]}}}"
        return (replaced(hole, written=name, values=(value,) if value else None),)

    def spelling(self, hole: Hole) -> str:
        """How *hole* is spelled wherever it has the same value."""
        found = _CONSTANT.fullmatch(hole.written)
        if found is not None:
            return f"${{{_CONSTANTS[found.group(1)]}}}"
        name = _NAME.fullmatch(hole.written)
        return f"${{{name.group(1)}}}" if name is not None else hole.written

    def read(self, path: Path) -> tuple[list[tuple[Node, tuple[Problem, ...]]], bool]:
        """The policies in the argument at *path*."""
        given = self.at(path)
        found: list[tuple[Node, tuple[Problem, ...]]] = []
        known = given.complete
        for item in given.items:
            policies = read_policy(item.node)
            found += policies
            known = known and item.sure and bool(policies)
        return found, known


def _may_be(resource: Resource, parts: Parts | None) -> bool:
    """Whether *resource* may have the name *parts*, which is not that of another."""
    name = resource.name
    if name is None or not any(isinstance(part, Hole) for part in name):
        return False
    return same(name, parts) != NO


def _instance_address(block: Block, instance: Instance) -> str:
    """The address of *instance* of *block*, in its module."""
    key = instance.key
    if key is None or not {"count", "for_each"} & set(block.attributes):
        return address_of(block)
    if "for_each" in block.attributes:
        key = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{address_of(block)}[{key}]"


def _conditions(session: Session, block: Block, instance: Instance) -> frozenset[object]:
    found: set[object] = set()
    at, inside, one = block, session, instance
    while True:
        if not one.sure:
            found.add(_condition(inside, at, one))
        if inside.caller is None:
            return frozenset(found)
        caller = inside.caller
        at, inside, one = caller.block, caller.session, caller.instance


def _condition(session: Session, block: Block, instance: Instance) -> object:
    """What the *instance* of *block* depends on; equal for blocks that exist together."""
    count, each = block.attributes.get("count"), block.attributes.get("for_each")
    if count is not None:
        return id(session), " ".join(count.text.partition("=")[2].split()), instance.key
    if each is not None and instance.key is not None:
        return id(session), " ".join(each.text.partition("=")[2].split()), instance.key
    return id(session), id(block)  # of an unknown number


def _seq(
    session: Session,
    block: Block,
    blocks: Sequence[Block],
    scope: Mapping[str, Node],
    depth: int = 0,
) -> Node | None:
    """The nested *blocks* of one name in *block* as a list of objects."""
    if not blocks or depth > MAX_DEPTH:
        return None
    first = blocks[0]
    name = first.labels[0] if first.type == "dynamic" and first.labels else first.type
    items: list[Node] = []
    for one in nested(session, block, name, dict(scope)):
        made = _map(session, one.block, one.scope, depth)
        if one.many:
            items.append(rest_at(one.span))
        elif one.sure:
            items.append(made)
        else:
            items.append(Choice((made, None), one.span))
    return Seq(tuple(items), blocks[0].span)


def _map(session: Session, block: Block, scope: Mapping[str, Node], depth: int) -> Node:
    entries = [
        entry_at(name, session.value_of(one.expression, dict(scope)), one.name_span)
        for name, one in block.attributes.items()
        if session.charge(1, block.span)
    ]
    named: dict[str, list[Block]] = {}
    for inner in block.blocks:
        dynamic = inner.type == "dynamic" and inner.labels
        name = inner.labels[0] if dynamic else inner.type
        if name not in block.attributes:
            named.setdefault(name, []).append(inner)
    for name, blocks in named.items():
        value = _seq(session, block, blocks, scope, depth + 1)
        if value is not None:
            entries.append(entry_at(name, value, blocks[0].span))
    return Map(tuple(entries), block.span)


def _inside(expression: Expression, path: Path) -> Iterator[Expression]:
    """The expressions at *path* in the objects of *expression*, also in those of a list."""
    if not path:
        yield expression
    elif isinstance(expression, TupleExpression):
        for item in expression.items:
            yield from _inside(item, path)
    elif isinstance(expression, ObjectExpression):
        for key, value in expression.entries:
            if plain_name(keyword(key)) == plain_name(path[0]):
                yield from _inside(value, path[1:])


def _expressions(
    session: Session, block: Block, path: Path, scope: Mapping[str, Node], *, sure: bool
) -> Iterator[tuple[Expression, Mapping[str, Node], bool]]:
    wanted = plain_name(path[0])
    for name, attribute in block.attributes.items():
        if plain_name(name) == wanted:
            for expression in _inside(attribute.expression, path[1:]):
                yield expression, scope, sure
    if len(path) == 1:
        return
    names = {
        inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type
        for inner in block.blocks
    }
    for name in sorted(names):
        if plain_name(name) == wanted:
            for one in nested(session, block, name, dict(scope)):
                yield from _expressions(
                    session, one.block, path[1:], one.scope, sure=sure and one.sure
                )
