"""The policies and attachments of a module, with their owners."""

from __future__ import annotations

from ...base import limits
from ...iam.written import WITH_HOLDERS, Extraction, Found, FoundResource, Owner, Problem
from ...tree.nodes import Encoded, Hole, Map, Node, Text, children
from ...tree.source import Ranges, Related
from .. import aws
from ..detect import is_policy, may_hold_policy, read_policy, read_text, unknown_in
from ..values import inside
from .documents import document
from .holders import Relations
from .instances import instances_of, nested
from .module import address_of, every
from .resource_types import resource_type
from .session import MAX_DEPTH, TOP
from .values import spelling, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from ...readers.hcl.file import Attribute, Block
    from ...readers.hcl.syntax import Expression
    from ...tree.source import SourceFile, Span
    from .evaluate import Evaluator
    from .session import Instance, Scope
    from .uses import Uses

    T = TypeVar("T")

MAX_VARIANTS = 16
"""Different documents at one location (by ``for_each``, by templates) that are checked."""
MAX_BLOCK_DEPTH = 8
POLICY_LIKE = ("policy", "policies", "policy_document", "policy_json", "json")
"""Suffixes of attributes that may be policies, in unlisted resources and in module calls."""

_NO_BLOCKS = Ranges()


def find(evaluator: Evaluator) -> Extraction:
    """All policies and attachments of the module of *evaluator*, in the order of its files."""
    return _Finder(evaluator).extraction()


class _Location:
    """The documents at one location in a file, and what the resources that use them add."""

    __slots__ = ("documents", "holders", "kinds", "on_cloudtrail", "owner", "types")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.documents: list[tuple[Node, tuple[Problem, ...]]] = []
        self.kinds: set[str] = set()
        self.types: dict[str, None] = {}
        self.holders: dict[str, None] = {}
        self.on_cloudtrail = False


class _Finder:
    def __init__(self, evaluator: Evaluator) -> None:
        self.module = evaluator.module
        self.evaluator = evaluator
        self.relations = Relations(evaluator)
        self.unresolved: list[Hole] = []
        self.notes: list[Problem] = []  # why they are unknown
        self.locations: dict[tuple[int, int, int], _Location] = {}
        self.blocks: Ranges | None = None
        self.statements: set[tuple[int, int, int]] = set()  # locations of those of all documents

    def extraction(self) -> Extraction:
        for block in every(self.module.resources):
            self._resource(block)
        for call in self.module.calls:
            self._search_block(call)
        self._data_documents()
        self._elsewhere()
        documents = tuple(self._in_order())
        problems = tuple(self._problems())
        return Extraction(
            documents,
            tuple(self.relations.attachments),
            problems,
            tuple(self.module.allowances),
            unresolved=tuple(self.unresolved),
            resources=tuple(self._made()),
            unread=self._sources() if self._is_partial() else self.module.unused,
            open=self._sources() if self.module.variables or not self.module.whole else (),
            uncertain=self.evaluator.unknown_inputs,
            evaluation=("terraform", self.evaluator),
            owns=self._owner(documents),
        )

    def _is_partial(self) -> bool:
        """Whether a part of the module was not evaluated."""
        module, evaluator = self.module, self.evaluator
        unread = module.problems or (module.load is not None and not module.whole)
        return bool(unread) or evaluator.exceeded is not None

    def _sources(self) -> tuple[SourceFile, ...]:
        """The files of the module, and those that it loads."""
        return (*self.module.sources, *self.evaluator.loaded())

    def _owner(self, documents: Sequence[Found]) -> Callable[[Span, bool], bool]:
        """``Extraction.owns`` for the module; its expressions are followed when it is first used."""
        many = any(len(one.documents) == MAX_VARIANTS for one in self.locations.values())
        places = [found.node.span for found in documents]
        places += [attachment.arn.span for attachment in self.relations.attachments]
        uses: Uses | None = None

        def owns(place: Span, inside: bool) -> bool:  # noqa: FBT001 - the interface of ``owns``
            nonlocal uses
            if uses is None:
                from .uses import Uses

                uses = Uses(self.module, places, self.evaluator.templates())
            return not many and uses.owns(place, inside)

        return owns

    def _made(self) -> Iterator[FoundResource]:
        """The resources of the module; one with several instances is there once."""
        for block in every(self.module.resources):
            if instances_of(self.evaluator, block):
                yield FoundResource(block.labels[0], Owner(address_of(block), block.span))

    def _in_order(self) -> Iterator[Found]:
        order = {id(file.source): index for index, file in enumerate(self.module.files)}
        last = len(order)
        for key in sorted(self.locations, key=lambda k: (order.get(k[0], last), k[1], k[2])):
            location = self.locations[key]
            kind = next(iter(location.kinds)) if len(location.kinds) == 1 else None
            for node, problems in location.documents:
                yield Found(
                    node,
                    kind,
                    location.owner,
                    holders=tuple(location.holders),
                    on_cloudtrail=location.on_cloudtrail,
                    types=tuple(location.types),
                    problems=problems,
                    blocks=self._sources_of(node),
                    related=self._loads(node),
                )

    def _loads(self, node: Node) -> tuple[Related, ...]:
        """The calls that load the file of *node*, if it is not a file of the module."""
        calls = self.evaluator.loaded_at(node.span.source)
        return tuple(Related(span, "loaded here") for span in calls)

    def _sources_of(self, node: Node) -> Ranges:
        """The data sources that the statements of *node* may be from."""
        built = self.evaluator.built
        if id(node) not in built or not self.evaluator.merged:
            return _NO_BLOCKS
        if self.blocks is None or len(self.blocks.spans) != len(built):
            self.blocks = Ranges([block.span for _, block in built.values()])
        return self.blocks

    def _problems(self) -> Iterator[Problem]:
        yield from self.module.problems
        yield from self.module.near_misses
        yield from self.evaluator.problems
        yield from self.notes
        exceeded = self.evaluator.exceeded
        if exceeded is not None:
            if self.evaluator.left < 0:
                most = f"{limits.in_force().evaluation:,} values {limits.named('evaluation')}"
                message = (
                    f"the module's expressions expand to more than {most}; the rest is unknown"
                )
            else:
                message = f"expressions nest deeper than {MAX_DEPTH} levels; the rest is unknown"
            yield Problem("limit-exceeded", message, exceeded)

    # -- resources

    def _resource(self, block: Block) -> None:
        known = resource_type(block.labels[0])
        if not known.policies:
            if not known.other_language:
                self._search_block(block)
            return
        with self.evaluator.observed() as seen:
            instances = instances_of(self.evaluator, block)
        of_all = seen.notes
        for instance in instances:
            for path, usual in known.policies.items():
                kind = self._kind(block, instance, usual)
                if kind == "":
                    continue
                values = self._values_at(block, path.split("."), instance.scope)
                for value, on_value in self._with_notes(values):
                    notes = (*of_all, *on_value)
                    policies = read_policy(value)
                    for node, problems in policies:
                        self._add(node, kind, block, (*problems, *notes))
                    if all(isinstance(node, Hole) for node, _ in policies):
                        self.unresolved += unknown_in(value)
                        self.notes += notes

    def _with_notes(self, values: Iterator[T]) -> Iterator[tuple[T, tuple[Problem, ...]]]:
        """*values*, each with the notes of its evaluation."""
        while True:
            with self.evaluator.observed() as seen:
                value = next(values, None)
            if value is None:
                return
            yield value, seen.notes

    def _values_at(self, block: Block, path: list[str], scope: Scope) -> Iterator[Node]:
        """The values at *path*, in nested blocks and in the objects of attributes."""
        first, *rest = path
        attribute = block.attributes.get(first)
        blocks = list(nested(self.evaluator, block, first, scope)) if rest else ()
        for one in blocks:
            yield from self._values_at(one.block, rest, one.scope)
        if attribute is not None and not blocks:
            yield from inside(self.evaluator.evaluate(attribute.expression, scope), rest)

    def _kind(self, block: Block, instance: Instance, usual: str | None) -> str | None:
        """The kind of a policy: None if only its content shows it, empty for no IAM policy."""
        by = resource_type(block.labels[0]).kind_by
        if by is not None:
            argument, kind_of = by
            written = block.attributes.get(argument)
            if written is None:
                return usual
            value = self.evaluator.evaluate(written.expression, instance.scope)
            type_ = (self.evaluator.origin(value) or "").removeprefix("data.").partition(".")[0]
            text = text_of(value)
            kind = aws.kind_on(resource_type(type_).makes)
            return kind or (kind_of(text) if text is not None else None)
        if usual == "identity" and address_of(block) in self.relations.only_boundaries:
            return "boundary"
        return usual

    def _add(
        self, node: Node, kind: str | None, block: Block, problems: tuple[Problem, ...] = ()
    ) -> None:
        """Add the policy *node* of *block*."""
        if isinstance(node, Hole):
            return
        location = self._add_document(node, Owner(address_of(block), block.span), problems)
        if kind is not None:
            location.kinds.add(kind)
        if block.type == "resource":
            location.types[block.labels[0]] = None
            if kind in WITH_HOLDERS:
                location.holders.update(dict.fromkeys(self.relations.holders(block)))
            location.on_cloudtrail = location.on_cloudtrail or self.relations.on_cloudtrail(block)

    def _add_document(self, node: Node, owner: Owner, problems: tuple[Problem, ...]) -> _Location:
        built = self.evaluator.built.get(id(node))
        if built is not None:
            owner = Owner(address_of(built[1]), built[1].span)
        key = node.span.key()
        location = self.locations.get(key)
        if location is None:
            location = self.locations[key] = _Location(owner)
        if not location.documents or self._is_another(node, location):
            location.documents.append((node, problems))
            statement = node.get("Statement") if isinstance(node, Map) else None
            if statement is not None:
                self.statements.add(statement.span.key())
        return location

    def _is_another(self, node: Node, location: _Location) -> bool:
        known = [one for one, _ in location.documents]
        if len(known) >= MAX_VARIANTS or any(node is one for one in known):
            return False
        return spelling(node) not in map(spelling, known)

    # -- policies in other places

    def _data_documents(self) -> None:
        """Add the documents of data sources, except for those that are merged into others."""
        built = (
            (document(self.evaluator, block, instance), block)
            for block in every(self.module.data)
            if block.labels[0] == "aws_iam_policy_document"
            for instance in instances_of(self.evaluator, block)
        )
        for (node, block), notes in list(self._with_notes(built)):
            if id(node) not in self.evaluator.merged:
                self._add(node, None, block, notes)

    def _search_block(self, block: Block, depth: int = 0) -> None:
        """Add the policies in a module call or in a resource of an unlisted type."""
        for instance in instances_of(self.evaluator, block):
            self._search_body(block, block, instance.scope, depth)

    def _search_body(self, block: Block, owner: Block, scope: Scope, depth: int) -> None:
        for attribute in block.attributes.values():
            if _may_hold(attribute):
                self._search(attribute.expression, scope, Owner(address_of(owner), owner.span))
        if depth < MAX_BLOCK_DEPTH:
            for inner in block.blocks:
                if inner.type not in block.attributes:  # else it was searched as an attribute
                    self._search_body(inner, owner, scope, depth + 1)

    def _elsewhere(self) -> None:
        """Add the policies in locals, outputs, defaults of variables and inputs of Terragrunt."""
        for attribute in every(self.module.locals):
            self._search_attribute(attribute, f"local.{attribute.name}", attribute.span)
        for block in (*every(self.module.variables), *self.module.outputs):
            prefix = "var" if block.type == "variable" else block.type
            for name in ("default", "value"):
                if name in block.attributes:
                    owner = f"{prefix}.{block.labels[0]}"
                    self._search_attribute(block.attributes[name], owner, block.span)
        for attribute in self.module.values.values():
            self._search_attribute(attribute, f"var.{attribute.name}", attribute.span)
        if self.module.inputs is not None:
            self._search_attribute(self.module.inputs, "inputs", self.module.inputs.span)

    def _search_attribute(self, attribute: Attribute, owner: str, span: Span) -> None:
        if "tatement" in attribute.text:
            self._search(attribute.expression, TOP, Owner(owner, span))

    def _search(self, expression: Expression, scope: Scope, owner: Owner) -> None:
        """Add the policies in the value of *expression*, recognised by their content."""
        with self.evaluator.observed() as seen:
            value = self.evaluator.evaluate(expression, scope)
        stack: list[Node | None] = [value]
        while stack:
            node = stack.pop()
            if node is None or not self.evaluator.charge(1, value.span):
                continue
            content, problems = _content(node)
            if content is None or _is_template(content):
                continue
            if not is_policy(content):
                stack.extend(reversed(children(content)))
            elif content.span.key() not in self.locations and not self._is_known(content):
                self._add_document(content, owner, (*problems, *seen.notes))

    def _is_known(self, policy: Node) -> bool:
        """Whether another policy has the statements of *policy*, by ``merge()`` for instance."""
        statement = policy.get("Statement") if isinstance(policy, Map) else None
        return statement is not None and statement.span.key() in self.statements


def _content(node: Node) -> tuple[Node | None, tuple[Problem, ...]]:
    """*node*, or the JSON in it, and its problems; None if it cannot be a policy."""
    if isinstance(node, Text):
        return read_text(node) if may_hold_policy(node) else (None, ())
    return (node.content if isinstance(node, Encoded) else node), ()


def _is_template(node: Node) -> bool:
    """Whether *node* is a CloudFormation template, whose policies may use functions."""
    return isinstance(node, Map) and node.get("Resources") is not None


def _may_hold(attribute: Attribute) -> bool:
    return attribute.name.endswith(POLICY_LIKE) or "tatement" in attribute.text
