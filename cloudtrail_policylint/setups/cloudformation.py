"""The resources of a CloudFormation or SAM template, from its evaluator."""

from __future__ import annotations

from functools import cached_property

from ..base.lazy_regex import regex
from ..decisions.values import written
from ..extract.cloudformation.policies import owner_of
from ..extract.cloudformation.references import references
from ..extract.detect import read_policy
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Hole, Map, Seq, Text
from .model import (
    NOWHERE,
    Elsewhere,
    Link,
    Links,
    Location,
    Property,
    Resource,
    Setup,
    by_names,
    items_at,
    literal_of,
    made_up_parts,
    parts_of,
    plain_name,
    same,
    spelling_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..extract.cloudformation.intrinsics import Evaluator
    from ..extract.cloudformation.template import Resource as Written
    from ..iam.written import Problem
    from ..tree.nodes import Node
    from .model import Parts, Path
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
_NAME = regex(r"(?:!Ref |!GetAtt |\$\{)([A-Za-z0-9]++)(?:\.(?:Arn|TopicArn|TopicName|KeyId))?\}?")
"""What stands for the name of a resource, in a text or in its ARN."""
_CHOOSING = ("Fn::If", "Fn::Select", "Fn::FindInMap", "Fn::Split")
"""Functions whose value is one of several, or a part of one."""


def setup_of(evaluator: Evaluator, deployed: Callable[[str], Location] | None = None) -> Setup:
    """The resources of the template of *evaluator*, found once; *deployed* says where that of a path is."""
    if evaluator.setup is None:
        path = evaluator.template.root.span.source.path
        evaluator.setup = Template(evaluator, deployed(path) if deployed is not None else NOWHERE)
    assert isinstance(evaluator.setup, Setup)
    return evaluator.setup


class Template(Setup):
    """The resources of one template, which is deployed at *location*."""

    def __init__(self, evaluator: Evaluator, location: Location) -> None:
        super().__init__()
        self.location = location
        self.evaluator = evaluator
        self.by_id: dict[str, TemplateResource] = {}
        self._root = evaluator.template.root
        self.parameters = frozenset(evaluator.template.parameters)
        self._names: dict[str, list[Resource]] | None = None
        self._before: dict[int, frozenset[int]] = {}
        self._leaving: set[str] | None = None
        given = evaluator.template.resources
        for name, one in given.items() if len(given) <= MAX_RESOURCES else ():
            resource = TemplateResource(self, one, self._entry(one))
            self.by_id[name] = resource
            self.resources.append(resource)

    def _entry(self, resource: Written) -> Map | None:
        section = self._root.get("Resources")
        node = section.get(resource.name) if isinstance(section, Map) else None
        return node if isinstance(node, Map) else None

    def named(self, text: str) -> list[Resource]:
        """The resources whose name or ARN is *text*."""
        if self._names is None:
            self._names = by_names([*self.resources, *self.elsewhere])
        return self._names.get(text, [])

    @cached_property
    def unnamed(self) -> list[Resource]:
        """The resources whose names are known in part."""
        return [one for one in self.resources if one.name and literal_of(one.name) is None]

    def spelled(self, parts: Parts) -> list[Resource]:
        """The resources whose name is spelled like *parts*."""
        key = spelling_of(parts)
        return self._spelled.get(key, []) if key is not None else []

    @cached_property
    def _spelled(self) -> dict[tuple[str, ...], list[Resource]]:
        found: dict[tuple[str, ...], list[Resource]] = {}
        for one in (*self.unnamed, *self.elsewhere):
            key = spelling_of(one.name)
            if key is not None:
                found.setdefault(key, []).append(one)
        return found

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        """The buckets that are not in view, and whose policies are."""
        found: dict[str, Elsewhere] = {}
        own = by_names(self.resources)
        for one in self.resources:
            assert isinstance(one, TemplateResource)
            name = one.bucket_elsewhere()
            if name is not None and literal_of(name) not in own:
                made = Elsewhere(self, _BUCKET, one.owner, name, "${AWS::Partition}")
                found.setdefault(written(name), made)
        return list(found.values())

    def made_after(self, resource: Resource) -> frozenset[int] | None:
        """The ids of the resources that are made before *resource*."""
        if isinstance(resource, Elsewhere):
            return frozenset()
        assert isinstance(resource, TemplateResource)
        if id(resource) not in self._before:
            seen = {resource.written.name}
            stack = [resource]
            found: set[int] = set()
            while stack:
                for name in stack.pop().waits_for():
                    other = self.by_id.get(name)
                    if other is not None and name not in seen:
                        seen.add(name)
                        found.add(id(other))
                        stack.append(other)
            self._before[id(resource)] = frozenset(found)
        return self._before[id(resource)]

    @cached_property
    def constants(self) -> frozenset[str]:
        """The account, region, partition and parameters of the stack, and the names of its resources."""
        made = [one for name in self.by_id for one in made_up_parts(f"${{{name}}}")]
        return frozenset([*_OF_STACK, *made, *(f"${{{name}}}" for name in self.parameters)])

    def leaves(self, resource: Resource) -> bool:
        """Whether an output mentions it, or a resource that may do anything with its name."""
        assert isinstance(resource, TemplateResource)
        if self._leaving is None:
            self._leaving = set(references(self._root.get("Outputs")))
            runs_functions = any(one.type.startswith(_ELSEWHERE) for one in self.resources)
            may_write = (*_ELSEWHERE, *_FUNCTIONS) if runs_functions else _ELSEWHERE
            for one in self.resources:
                assert isinstance(one, TemplateResource)
                if one.type.startswith(may_write):
                    self._leaving.update(references(one.written.properties))
        return resource.written.name in self._leaving


class TemplateResource(Resource):
    """One resource of a template."""

    def __init__(self, setup: Template, written: Written, entry: Map | None) -> None:
        condition = entry.get("Condition") if entry is not None else None
        conditions: frozenset[object] = frozenset()
        if isinstance(condition, Text):
            conditions = frozenset([condition.written])
        if "${" in written.name:  # from a loop
            conditions |= {id(written)}
        super().__init__(setup, written.type, owner_of(written), conditions)
        self.template = setup
        self.written = written
        self._known = written.known
        self._entry = entry
        self._values: dict[str, tuple[Node | None, Node | None]] = {}

    def waits_for(self) -> Iterator[str]:
        """The logical ids that it refers to, or depends on."""
        yield from references(self.written.properties)
        given = self._entry.get("DependsOn") if self._entry is not None else None
        for one in given.items if isinstance(given, Seq) else (given,):
            if isinstance(one, Text):
                yield one.written

    def waiting_for(self, other: Resource) -> Insertion | None:
        """What adds *other* to ``DependsOn``."""
        from .waiting import in_template

        if self._entry is None or other.setup is not self.setup:
            return None
        return in_template(self._entry, other.owner.name)

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
        return parts_of(self.template.evaluator.evaluate(raw))

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
            self._values[name] = (raw, self.template.evaluator.evaluate(raw))
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
        named = [name for name in references(raw) if name in self.template.by_id]
        if named:
            chooses = _uses(raw, _CHOOSING)
            verdict = YES if not chooses and len(named) == 1 else MAYBE
            links = [Link(self.template.by_id[name], verdict) for name in named]
            return Links(tuple(links), not chooses)
        value = self.template.evaluator.evaluate(raw)
        if value is None:
            return Links((), True)
        parts = parts_of(value)
        if parts is None:
            return Links((), False)
        literal = literal_of(parts)
        if literal is not None:
            found = self.template.named(literal)
            verdict = YES if len({one.type for one in found}) == len(found) else MAYBE
            if not found:
                found = [one for one in self.template.unnamed if _may_be(one, parts)]
                verdict = MAYBE
            return Links(tuple([Link(one, verdict) for one in found]), True)
        equal = self.template.spelled(parts)
        return Links(tuple([Link(one, YES) for one in equal]), bool(equal))

    # -- what it is

    @property
    def location(self) -> Location:
        """The region and account of the stack."""
        return self.template.location

    @property
    def arn(self) -> Parts | None:
        """Its ARN."""
        attributes = self._known.arn_attributes
        name, span = self.written.name, self.owner.span
        evaluator = self.template.evaluator
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
        if raw is None or any(name in self.template.by_id for name in references(raw)):
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
        found = _NAME.fullmatch(hole.written)
        if found is None:
            return hole.written
        name = found.group(1)
        is_known = name in self.template.by_id or name in self.template.parameters
        return f"${{{name}}}" if is_known else hole.written

    def made_up(self, spelled: str) -> bool:
        """Whether it is the name of a resource of the template to which that gives none."""
        one = self.template.by_id.get(spelled[2:-1]) if spelled.startswith("${") else None
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


def _uses(node: Node, functions: Sequence[str]) -> bool:
    """Whether *node* uses one of *functions*."""
    from ..tree.nodes import walk

    return any(
        entry.key.literal in functions
        for inner in walk(node)
        if isinstance(inner, Map)
        for entry in inner.entries
    )
