"""The resources of a CloudFormation or SAM template, from its evaluator."""

from __future__ import annotations

from functools import cached_property

from ..decisions.values import written
from ..extract.cloudformation.policies import owner_of
from ..extract.cloudformation.references import references
from ..extract.detect import read_policy
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Hole, Map, Piece, Seq, Text, walk
from .model import NOTHING, Elsewhere, Link, Links, Property, Resource, Setup, by_names
from .stacks import Stack
from .values import items_at, literal_of, made_up_parts, parts_of, plain_name, same, spelling_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..extract.cloudformation.intrinsics import Evaluator
    from ..extract.cloudformation.template import Resource as Written
    from ..iam.written import Problem
    from ..tree.nodes import Node
    from ..tree.source import Span
    from .model import Assumed, Location, Parts, Path
    from .waiting import Insertion

MAX_RESOURCES = 5_000
_BUCKET = "AWS::S3::Bucket"
_ELSEWHERE = (
    "AWS::CloudFormation::",
    "AWS::Serverless::Application",
    "Custom::",
)
"""Resources that may do anything with a name that they get: other stacks and custom resources."""
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
"""Resources that may do so when a stack or custom resource runs them; later is too late for a policy."""
_OF_STACK = ("${AWS::AccountId}", "${AWS::Region}", "${AWS::Partition}")


def setup_of(evaluator: Evaluator, deployed: Callable[[str], Location] | None = None) -> Setup:
    """The resources of the stack of *evaluator* and those around it, found once for all of them.

    *deployed* says where the template of a path is.
    """
    root = evaluator
    while root.caller is not None:
        root = root.caller[0]
    if root.setup is None:
        root.setup = Template(Stack(root, None, deployed))
    assert isinstance(root.setup, Setup)
    return root.setup


def resources_of(
    evaluator: Evaluator, deployed: Callable[[str], Location] | None = None
) -> list[Resource]:
    """The resources of the template of *evaluator* itself."""
    return [
        one
        for one in setup_of(evaluator, deployed).resources
        if isinstance(one, TemplateResource) and one.stack.evaluator is evaluator
    ]


class Template(Setup):
    """The resources of the stack *root* and of those nested in it."""

    def __init__(self, root: Stack) -> None:
        super().__init__()
        self._stacks = list(root.all())
        self.by_spelling: dict[str, TemplateResource] = {}
        self._names: dict[str, list[Resource]] | None = None
        self._before: dict[int, frozenset[int]] = {}
        self._leaving: set[tuple[int, str]] | None = None
        given = [
            (stack, one) for stack in self._stacks for one in stack.template.resources.values()
        ]
        for stack, one in given if len(given) <= MAX_RESOURCES else ():
            resource = TemplateResource(self, stack, one)
            self.by_spelling[stack.prefix + one.name] = resource
            self.resources.append(resource)

    def at(self, stack: Stack, name: str) -> TemplateResource | None:
        """The resource *name* of *stack*."""
        return self.by_spelling.get(stack.prefix + name)

    def named(self, text: str) -> list[Resource]:
        """The resources whose name or ARN is *text*."""
        if self._names is None:
            self._names = by_names([*self.resources, *[one for _, one in self.elsewhere]])
        return self._names.get(text, [])

    @cached_property
    def unnamed(self) -> list[Resource]:
        """The resources whose names are known in part."""
        return [one for one in self.resources if one.name and literal_of(one.name) is None]

    def spelled(self, stack: Stack, parts: Parts) -> list[Resource]:
        """The resources whose name is spelled like *parts* in *stack*."""
        key = spelling_of(stack.spelt(parts))
        return self._spelled.get(key, []) if key is not None else []

    @cached_property
    def _spelled(self) -> dict[tuple[str, ...], list[Resource]]:
        found: dict[tuple[str, ...], list[Resource]] = {}
        named: list[tuple[Stack, Resource]] = list(self.elsewhere)
        named += [(one.stack, one) for one in self.unnamed if isinstance(one, TemplateResource)]
        for stack, one in named:
            key = spelling_of(stack.spelt(one.name or ()))
            if key is not None:
                found.setdefault(key, []).append(one)
        return found

    @cached_property
    def elsewhere(self) -> list[tuple[Stack, Elsewhere]]:
        """The buckets that are not in view, each with the stack whose policy is on it."""
        found: dict[str, tuple[Stack, Elsewhere]] = {}
        own = by_names(self.resources)
        for one in self.resources:
            assert isinstance(one, TemplateResource)
            name = one.bucket_elsewhere()
            if name is not None and literal_of(name) not in own:
                made = Elsewhere(self, _BUCKET, one.owner, name, "${AWS::Partition}")
                found.setdefault(written(one.stack.spelt(name)), (one.stack, made))
        return list(found.values())

    def made_after(self, resource: Resource) -> frozenset[int] | None:
        """The ids of the resources that are made before *resource*."""
        if isinstance(resource, Elsewhere):
            return frozenset()
        assert isinstance(resource, TemplateResource)
        if id(resource) not in self._before:
            seen = {id(resource)}
            left = self._awaited(resource)
            while left:
                other = left.pop()
                if id(other) not in seen:
                    seen.add(id(other))
                    left += self._awaited(other)
            self._before[id(resource)] = frozenset(seen - {id(resource)})
        return self._before[id(resource)]

    def _awaited(self, resource: TemplateResource) -> list[TemplateResource]:
        """What *resource* waits for: also what the stacks around it wait for, and all of a stack."""
        found: list[TemplateResource] = []
        at: TemplateResource | None = resource
        while at is not None:
            for name in at.waits_for():
                other = self.at(at.stack, name)
                below = at.stack.below.get(name)
                found += [other] if other is not None else []
                for stack in below.all() if below is not None else ():
                    inner = [self.at(stack, one) for one in stack.template.resources]
                    found += [one for one in inner if one is not None]
            above = at.stack.above
            at = self.at(*above) if above is not None else None
        return found

    @cached_property
    def constants(self) -> frozenset[str]:
        """The account, region, partition and parameters of the stacks, and the names of resources."""
        found = list(_OF_STACK)
        for stack in self._stacks:
            for name in stack.template.resources:
                found += made_up_parts(f"${{{stack.prefix}{name}}}")
            found += [f"${{{stack.prefix}{name}}}" for name in stack.parameters]
        return frozenset(found)

    def leaves(self, resource: Resource) -> bool:
        """Whether an output mentions it, or a resource that may do anything with its name."""
        assert isinstance(resource, TemplateResource)
        if self._leaving is None:
            self._leaving = {
                (id(at), name)
                for stack, node in self._outward()
                for at, name in stack.mentioned(node)[0]
            }
        return (id(resource.stack), resource.written.name) in self._leaving

    def _outward(self) -> Iterator[tuple[Stack, Node | None]]:
        """The values that are read by what is not in view."""
        yield self._stacks[0], self._stacks[0].root.get("Outputs")
        for stack in self._stacks:
            unseen = [
                one
                for name, one in stack.template.resources.items()
                if one.type.startswith(_ELSEWHERE) and name not in stack.below
            ]
            may_write = (*_ELSEWHERE, *_FUNCTIONS) if unseen else _ELSEWHERE
            for name, one in stack.template.resources.items():
                if one.type.startswith(may_write) and name not in stack.below:
                    yield stack, one.properties


class TemplateResource(Resource):
    """One resource of a template."""

    def __init__(self, setup: Template, stack: Stack, written: Written) -> None:
        self._entry = stack.entry(written)
        super().__init__(setup, written.type, owner_of(written), stack.conditions(written))
        self.template = setup
        self.stack = stack
        self.written = written
        self._known = written.known
        self._values: dict[str, tuple[Node | None, Node | None]] = {}

    @property
    def address(self) -> str:
        """Its logical id, behind those of the nested stacks that it is in."""
        found, stack = self.owner.name, self.stack
        while stack.above is not None:
            stack, name = stack.above
            found = f"{name}/{found}"
        return found

    def waits_for(self) -> Iterator[str]:
        """The logical ids that it refers to, or depends on."""
        yield from references(self.written.properties)
        given = self._entry.get("DependsOn") if self._entry is not None else None
        for one in given.items if isinstance(given, Seq) else (given,):
            if isinstance(one, Text):
                yield one.written

    def waiting_for(self, other: Resource) -> Insertion | None:
        """What adds *other*, or the stack that it is in, to ``DependsOn``."""
        from .waiting import in_template

        if self._entry is None or not isinstance(other, TemplateResource):
            return None
        name, stack = other.written.name, other.stack
        while stack is not self.stack:
            if stack.above is None:
                return None
            stack, name = stack.above
        return in_template(self._entry, name)

    def place_of(self, other: Resource) -> Span | None:
        """Where it refers to *other* of the same template."""
        if not isinstance(other, TemplateResource) or other.stack is not self.stack:
            return None
        name, properties = other.written.name, self.written.properties
        spans = [
            inner.span
            for inner in (walk(properties) if properties is not None else ())
            if isinstance(inner, Map) and name in references(inner)
        ]
        return min(spans, key=lambda span: span.end - span.start, default=None)

    # -- properties

    def at(self, path: Path) -> Property:
        """The property at *path*."""
        raw, value = self._property(path[0])
        if raw is None:
            return Property((), not self._is_open(), None)
        items, complete = items_at(value, path[1:])
        inner, _ = items_at(raw, path[1:]) if len(path) > 1 else ([], True)
        span = inner[0].node.span if len(inner) == 1 else raw.span
        return Property(tuple(items), complete, span)

    def as_written(self, name: str) -> str:
        """The name of the property *name* as the template has it."""
        entries = self.written.properties.entries if self.written.properties is not None else ()
        keys = [entry.key.written for entry in entries]
        return next((key for key in keys if plain_name(key) == plain_name(name)), name)

    def whole_text(self, name: str) -> Parts | None:
        """The text of ``Fn::Split`` at colons, of which a property is a part."""
        raw, _ = self._property(name)
        for function in ("Fn::Select", "Fn::Split"):
            given = raw.get(function) if isinstance(raw, Map) else None
            if not isinstance(given, Seq) or len(given.items) != 2:
                return None
            first, raw = given.items
        if literal_of(parts_of(first)) != ":":
            return None
        return parts_of(self.stack.evaluator.evaluate(raw))

    def _is_open(self) -> bool:
        """Whether functions may make properties that are not written."""
        properties = self.written.properties
        if properties is None:
            return False
        return any((e.key.literal or "Fn::").startswith("Fn::") for e in properties.entries)

    def _property(self, name: str) -> tuple[Node | None, Node | None]:
        """The property *name* as written, and its value."""
        if name not in self._values:
            wanted = plain_name(name)
            raw = self.written.get(name)
            for properties in (self.written.properties, self.written.defaults):
                for entry in properties.entries if raw is None and properties is not None else ():
                    if plain_name(entry.key.literal or "") == wanted:
                        raw = entry.value
            self._values[name] = (raw, self.stack.evaluator.evaluate(raw))
        return self._values[name]

    # -- references

    def find_links(self, path: Path) -> Links:
        """The resources that the property at *path* refers to."""
        raw, _ = self._property(path[0])
        nodes, complete = items_at(raw, path[1:])
        found: dict[int, Link] = {}
        known = complete
        for item in nodes:
            links = self._linked(item.node)
            known = known and links.known
            for link in links.found:
                verdict = link.verdict if item.sure else MAYBE
                old = found.get(id(link.resource))
                if old is None or verdict > old.verdict:
                    found[id(link.resource)] = Link(link.resource, verdict)
        return Links(tuple(found.values()), known)

    def _linked(self, raw: Node) -> Links:
        named, chooses = self.stack.mentioned(raw)
        found = [one for place in named if (one := self.template.at(*place)) is not None]
        if found:
            verdict = YES if not chooses and len(found) == 1 else MAYBE
            return Links(tuple([Link(one, verdict) for one in found]), not chooses)
        value = self.stack.evaluator.evaluate(raw)
        if value is None:
            return Links((), True)
        parts = parts_of(value)
        if parts is None:
            return Links((), False)
        literal = literal_of(parts)
        if literal is not None:
            equal = self.template.named(literal)
            verdict = YES if len({one.type for one in equal}) == len(equal) else MAYBE
            if not equal:
                equal = [one for one in self.template.unnamed if _may_be(one, parts)]
                verdict = MAYBE
            return Links(tuple([Link(one, verdict) for one in equal]), True)
        equal = self.template.spelled(self.stack, parts)
        return Links(tuple([Link(one, YES) for one in equal]), bool(equal))

    # -- what it is

    @property
    def location(self) -> Location:
        """The region and account of the stack."""
        return self.stack.location

    @property
    def arn(self) -> Parts | None:
        """Its ARN."""
        attributes = self._known.arn_attributes
        name, span = self.written.name, self.owner.span
        evaluator = self.stack.evaluator
        if self._known.makes is None:
            return None
        if attributes:
            spelt = f"!GetAtt {name}.{attributes[0]}"
            return parts_of(evaluator.attribute(name, attributes[0], span, spelt))
        return None

    @property
    def name(self) -> Parts | None:
        """The property that is its name."""
        if not self._known.name:
            return None
        _, value = self._property(self._known.name)
        return parts_of(value)

    def bucket_elsewhere(self) -> Parts | None:
        """The name of the bucket that its policy is on, if that may not be in view."""
        if not self._known.target or self._known.target != self._known.bucket:
            return None
        raw, value = self._property(self._known.target)
        if raw is None or self.stack.mentioned(raw)[0]:
            return None
        return parts_of(value)

    @property
    def policy_paths(self) -> Mapping[str, str | None]:
        """The properties that are policies."""
        return self._known.policies

    @property
    def targets(self) -> Sequence[str]:
        """The properties that name what its policies are on, or who has them."""
        return (*((self._known.target,) if self._known.target else ()), *self._known.holders)

    @property
    def attached(self) -> str:
        """The property with managed policies that it attaches."""
        return self._known.attaches

    @property
    def stands_for(self) -> str:
        """The property that names what it is an alias of."""
        return self._known.alias_of

    def spelling(self, hole: Hole) -> str:
        """How *hole* is spelled wherever it has the same value."""
        return self.stack.spelling(hole)

    def respelt(self, hole: Hole, assumed: Assumed = NOTHING) -> Parts:
        """*hole* as it is spelled everywhere; the output of a stack as its value."""
        found: list[Piece | Hole] = []
        for stack, part in self.stack.values(hole):
            if isinstance(part, Hole):
                found += self.respelt_as(part, stack.spelling(part), assumed)
            else:
                found.append(part)
        return tuple(found)

    def made_up(self, spelled: str) -> bool:
        """Whether it is the name of a resource of the template to which that gives none."""
        one = self.template.by_spelling.get(spelled[2:-1]) if spelled.startswith("${") else None
        if one is None or one._known.makes is None or not one._known.name:
            return False
        return one.at((one._known.name,)).given == NO

    def read(self, path: Path) -> tuple[list[tuple[Node, tuple[Problem, ...]]], bool]:
        """The policies in the property at *path*."""
        given = self.at(path)
        found: list[tuple[Node, tuple[Problem, ...]]] = []
        known = given.complete
        for item in given.items:
            policies = read_policy(item.node)
            found += policies
            known = known and item.sure and bool(policies)
        return found, known


def _may_be(resource: Resource, parts: Parts) -> bool:
    """Whether *resource* may have the name *parts*, which is not that of another."""
    name = resource.name
    if name is None or not any(isinstance(part, Hole) for part in name):
        return False
    return same(name, parts) != NO
