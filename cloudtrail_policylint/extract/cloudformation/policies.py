"""The policies and attachments of a template, with their owners."""

from __future__ import annotations

from ...iam.written import (
    WITH_HOLDERS,
    Allowance,
    Extraction,
    Found,
    FoundAttachment,
    FoundResource,
    Owner,
    Problem,
    syntax_problem,
)
from ...tree.nodes import Hole, Map, Node, Seq, Text, as_text
from ...tree.source import SourceFile
from .. import aws
from ..bare import policies_in
from ..detect import is_policy, read_policy, unknown_in
from ..values import inside, text_of
from .intrinsics import Evaluator
from .metadata import allowances, cdk_path, near_misses
from .references import references
from .template import SAM_ROLE_SUFFIX, Template
from .values import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...readers.reading import Reading
    from .template import Resource

MAX_NESTED_TEMPLATES = 2
"""Levels of templates in strings of templates that are read."""
MAX_ALTERNATIVES = 1_000
"""Items of one list that are used, in all its alternatives: YAML aliases can make millions."""


def find(
    root: Map, source: SourceFile, depth: int = 0, evaluator: Evaluator | None = None
) -> Extraction:
    """All policies and attachments of the template *root*, in the order of its resources.

    *depth* is how many templates are around it; *evaluator* is that of a stack
    that uses the template, if there is one.
    """
    return _Finder(evaluator or Evaluator(Template(root)), source, depth).extraction()


class _Finder:
    def __init__(self, evaluator: Evaluator, source: SourceFile, depth: int) -> None:
        self.template = template = evaluator.template
        self.depth = depth
        self.source = source
        self.evaluator = evaluator
        self.names = self._names()
        self.partners = self._partners()
        self.attached_to, self.boundaries = self._attached()
        self.documents: list[Found] = []
        self.attachments: list[FoundAttachment] = []
        self.resources: list[FoundResource] = []
        self.problems: list[Problem] = [_repeated(key) for key in template.repeated]
        self.problems += near_misses(template.root.get("Metadata"))
        self.unresolved: list[Hole] = []
        self.open = bool(template.parameters)
        root = template.root
        self.allowances: list[Allowance] = allowances(root.get("Metadata"), root.span)

    def extraction(self) -> Extraction:
        for resource in self.template.resources.values():
            self.resources.append(FoundResource(resource.type, Owner(resource.name, resource.span)))
            self._policies(resource)
            self._attachments(resource)
            self.allowances += allowances(resource.metadata, resource.span)
            self.problems += near_misses(resource.metadata)
            if resource.known.template and self.depth < MAX_NESTED_TEMPLATES:
                self._nested(self.evaluator.evaluate(resource.get(resource.known.template)))
        return Extraction(
            tuple(self.documents),
            tuple(self.attachments),
            tuple(self.problems),
            tuple(self.allowances),
            tuple(self.unresolved),
            tuple(self.resources),
            open=(self.source,) if self.open else (),
            evaluation=("cloudformation", self.evaluator),
        )

    def _nested(self, body: Node | None) -> None:
        """Add what is in a template in a string, whose names are not those of this template."""
        for text in members(body):
            if not isinstance(text, Text):
                continue
            language, readings = _read(text)
            for reading in readings:
                if reading.mistake is not None and text.literal is not None:
                    self.problems.append(syntax_problem(reading.mistake, language))
                root = reading.root
                if isinstance(root, Map) and isinstance(root.get("Resources"), Map):
                    extraction = find(root, self.source, self.depth + 1)
                    self.documents.extend(extraction.documents)
                    self.attachments.extend(extraction.attachments)
                    self.problems.extend(extraction.problems)
                    self.allowances.extend(extraction.allowances)
                    self.resources.extend(extraction.resources)
                    self.unresolved.extend(extraction.unresolved)
                    self.open = self.open or bool(extraction.open)

    # -- what the template says about its resources

    def _partners(self) -> set[str]:
        """What trails and event data stores use: logical ids, or names as written."""
        found: set[str] = set()
        for resource in self.template.resources.values():
            for name in resource.known.uses:
                found |= self._identified(resource.get(name))
        for resource in self.template.resources.values():
            if resource.known.alias_of and resource.name in found:
                found |= self._identified(resource.get(resource.known.alias_of))
        return found

    def _attached(self) -> tuple[dict[str, list[str]], set[str]]:
        """The template's managed policies: who each is attached to, and boundaries."""
        attached: dict[str, list[str]] = {}
        boundaries: set[str] = set()
        for resource in self.template.resources.values():
            for item in _alternatives(resource.get(resource.known.attaches)):
                if isinstance(item, Map) and len(item.entries) > 1:
                    continue  # SAM: an inline policy, which may refer to others
                for policy in self._own_policies(item):
                    attached.setdefault(policy, []).append(resource.name)
            for node in _raw_values(resource, resource.known.boundary):
                boundaries.update(self._own_policies(node))
        return attached, boundaries

    def _own_policies(self, node: Node | None) -> list[str]:
        """The managed policies of this template that *node* refers to."""
        return [
            name
            for name in references(node)
            if name in self.template.resources
            and self.template.resources[name].known.is_managed_policy
        ]

    def _identified(self, node: Node | None) -> set[str]:
        """The resources that *node* refers to, or the names in it."""
        found = {name for name in references(node) if name in self.template.resources}
        for branch in members(self.evaluator.evaluate(node)):
            text = as_text(branch)
            # A shortened text may be equal to another one.
            if text is not None and text.written and not text.written.endswith("..."):
                found.add(text.written)
        return found

    def _on_cloudtrail(self, resource: Resource) -> bool:
        if resource.type.startswith("AWS::CloudTrail::") or resource.name in self.partners:
            return True
        target = resource.known.target
        if target:
            return not self.partners.isdisjoint(self._identified(resource.get(target)))
        return not self.partners.isdisjoint(self._holders(resource))

    def _names(self) -> dict[str, str]:
        """The logical ids of identities by the names that the template gives them."""
        found: dict[str, str] = {}
        for resource in self.template.resources.values():
            if resource.known.by_name:
                text = self.evaluator.evaluate(resource.get(resource.known.name))
                if isinstance(text, Text):
                    found[text.written] = resource.name
        return found

    # -- holders

    def _holders(self, resource: Resource) -> tuple[str, ...]:
        """The identities of the policies in *resource*: logical ids, or names as written."""
        if resource.known.is_identity:
            return (resource.name,)
        found: dict[str, None] = {}
        for name in resource.known.holders:
            for item in self._identities(resource.get(name)):
                found[item] = None
        found.update(dict.fromkeys(self.attached_to.get(resource.name, ())))
        return tuple(found)

    def _identities(self, node: Node | None) -> list[str]:
        found: list[str] = []
        for item in _alternatives(node):
            named = [self._owner_of_role(name) for name in references(item)]
            own = [name for name in named if name in self.template.resources]
            if own:
                found += own
                continue
            for value in members(self.evaluator.evaluate(item)):
                text = as_text(value)
                if text is not None and text.written:
                    found.append(self.names.get(text.written, text.written))
        return found

    def _owner_of_role(self, name: str) -> str:
        """The logical id *name*, or for a role that SAM generates that of its function."""
        return name if name in self.template.resources else name.removesuffix(SAM_ROLE_SUFFIX)

    # -- policies

    def _policies(self, resource: Resource) -> None:
        if not resource.known.policies:
            self._unlisted(resource)
            return
        for path, usual_kind in resource.known.policies.items():
            kind = self._kind(resource, usual_kind)
            if kind == "":
                continue
            first, *rest = path.split(".")
            for value in inside(self.evaluator.evaluate(resource.get(first)), rest):
                if path != "Policies":
                    self._add(value, kind, resource)
                    continue
                for item in members(value):  # SAM: names and templates of policies among them
                    if isinstance(item, Map) and item.entry("Statement") is not None:
                        self._add(item, kind, resource)

    def _add(self, value: Node, kind: str | None, resource: Resource) -> None:
        policies = read_policy(value)
        if not policies:
            self.unresolved += unknown_in(value)
        for node, problems in policies:
            if resource.known.is_statement and isinstance(node, Map):
                node = Seq((node,), node.span)
            self.documents.append(self._found(node, kind, resource, problems))

    def _found(
        self, node: Node, kind: str | None, resource: Resource, problems: tuple[Problem, ...] = ()
    ) -> Found:
        return Found(
            node,
            kind,
            owner_of(resource),
            holders=self._holders(resource) if kind in WITH_HOLDERS else (),
            on_cloudtrail=self._on_cloudtrail(resource),
            types=(resource.type,),
            problems=(*problems, *self._unsubstituted(node)),
        )

    def _unsubstituted(self, node: Node) -> Iterator[Problem]:
        if "${" not in self.source.text:
            return
        from .unsubstituted import unsubstituted

        yield from unsubstituted(node, self.template)

    def _unlisted(self, resource: Resource) -> None:
        """Add the policies in a custom or unlisted resource, recognised by their content."""
        if resource.known.other_language or resource.properties is None:
            return
        value = self.evaluator.evaluate(resource.properties)
        if value is not None:
            for found in policies_in(value):
                if is_policy(found.node):
                    self.documents.append(
                        self._found(found.node, found.kind, resource, found.problems)
                    )

    def _kind(self, resource: Resource, usual: str | None) -> str | None:
        """The kind of a policy: None if only its content shows it, empty for no IAM policy."""
        if resource.known.kind_by is not None:
            name, kind_of = resource.known.kind_by
            given = resource.get(name)
            resources = map(self.template.resources.get, references(given))
            kinds = {aws.kind_on(named.known.makes) for named in resources if named is not None}
            kinds.discard(None)
            if len(kinds) == 1:
                return kinds.pop()
            text = text_of(self.evaluator.evaluate(given))
            return kind_of(text) if text is not None else None
        if resource.name in self.boundaries and resource.name not in self.attached_to:
            return "boundary"
        return usual

    # -- attachments

    def _attachments(self, resource: Resource) -> None:
        self._attach(resource, resource.known.attaches, (resource.name,))
        self._attach(resource, resource.known.boundary, ())  # a boundary grants nothing

    def _attach(self, resource: Resource, path: str, holders: tuple[str, ...]) -> None:
        owner = owner_of(resource)
        for node in _raw_values(resource, path):
            for item in _alternatives(node):
                if self._own_policies(item):
                    continue
                for value in members(self.evaluator.evaluate(item)):
                    if isinstance(value, Text | Hole):
                        arn = as_text(value)
                        assert arn is not None
                        self.attachments.append(FoundAttachment(arn, owner, holders))


def _repeated(key: Text) -> Problem:
    message = f"duplicate logical ID {key.written}: only the last one is used"
    return Problem("duplicate-key", message, key.span)


def owner_of(resource: Resource) -> Owner:
    """The owner *resource*, by its logical id or, in a CDK template, by its construct."""
    return Owner(cdk_path(resource.metadata) or resource.name, resource.span)


def _read(text: Text) -> tuple[str, tuple[Reading, ...]]:
    """The language of *text*, JSON or YAML, and the documents in it.

    Invalid JSON (a comma before the last brace) may be valid YAML.
    """
    from ...readers.json import reader as json_reader
    from ...readers.yaml import embedded as yaml_embedded

    if text.written.lstrip()[:1] != "{":
        return "YAML", yaml_embedded.read_embedded(text)
    reading = json_reader.read_embedded(text)
    if reading.mistake is not None:
        readings = yaml_embedded.read_embedded(text)
        if all(other.mistake is None for other in readings):
            return "YAML", readings
    return "JSON", (reading,)


def _alternatives(node: Node | None) -> list[Node]:
    """The items of *node*, not evaluated, with those of both branches of every ``Fn::If``."""
    found: list[Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Seq):
            stack.extend(reversed(current.items))
        elif isinstance(current, Map) and current.entry("Fn::If") is not None:
            branches = current.get("Fn::If")
            stack.extend(reversed(branches.items[1:]) if isinstance(branches, Seq) else ())
        elif current is not None:
            found.append(current)
        if len(found) > MAX_ALTERNATIVES:
            break
    return found


def _raw_values(resource: Resource, path: str) -> Iterator[Node]:
    """The values at *path*, not evaluated."""
    first, *rest = path.split(".")
    return inside(resource.get(first), rest)
