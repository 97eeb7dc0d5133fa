"""Templates that other templates of the run deploy as nested stacks.

A nested template is evaluated once for each stack that uses it, with the
parameters of the stack; without any, it is evaluated by itself. Templates
behind a URL are unknown.

Sources: AWS CloudFormation Template Reference, ``AWS::CloudFormation::Stack``;
AWS CLI, ``cloudformation package`` (which properties may be local paths, and
that they are relative to the template); AWS SAM, ``AWS::Serverless::Application``.
"""

from __future__ import annotations

import posixpath
import re

from ...base.record import record, replaced
from ...tree.nodes import Hole, Map, Seq
from ..documents import owner_of
from ..values import string
from .intrinsics import Evaluator
from .policies import find
from .template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...iam.written import Extraction, Problem
    from ...tree.nodes import Node
    from ...tree.source import SourceFile, Span
    from .template import Resource

    Loader = Callable[[str], SourceFile | None]
    Reader = Callable[[SourceFile], tuple[Node | None, tuple[Problem, ...]]]


MAX_CALLS = 8
"""Stacks that one template is evaluated for; with more of them its parameters are unknown."""
MAX_EVALUATIONS = 2000
"""Evaluations of templates in one run; after that, parameters are unknown."""

_TOGETHER = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
"""Stacks in the account and region of their parent, of which one waits for the other."""

MAX_NESTING = 20
"""Levels of stacks in stacks that are evaluated."""

ASSET = ("aws:asset:path", "aws:asset:property", "TemplateURL")
"""CDK's metadata for the file of a nested template: key of the path, key of the property, property.

Source: AWS CDK, ``cx-api``.
"""

# Text that may be the local path of a template.
_LOCAL = r"""(?:TemplateURL|Location|aws:asset:path)["']?[ \t]*:[ \t]*["']?([^\s"'{}\[\],!:][^\s"',:{}]*)"""


@record
class _Tree:
    """A file with one template."""

    source: SourceFile
    template: Template
    problems: tuple[Problem, ...]
    owns: Callable[[Span, bool], bool]


class Stacks:
    """The templates *paths*, which may have nested stacks, and the templates of these.

    *loader* returns for a folder the function that opens a file by its relative
    path (None if the file may not be read); *read* returns the document of a
    file with a single one, and its problems.
    """

    def __init__(self, paths: Iterable[str], loader: Callable[[str], Loader], read: Reader) -> None:
        self._load = loader
        self._read = read
        self._trees: dict[str, _Tree | None] = {}
        self._callers: dict[str, list[str]] = {}
        self._evaluators: dict[str, list[Evaluator]] = {}
        self._count = 0
        self._collect(list(paths))

    def nested(self) -> list[str]:
        """The files of templates that nested stacks use."""
        return list(self._callers)

    def outermost(self) -> list[str]:
        """The files of templates that no other uses, and that have nested stacks."""
        above = {one for callers in self._callers.values() for one in callers}
        return sorted(above.difference(self._callers))

    def callers(self, path: str) -> list[SourceFile]:
        """The files with stacks that use the template *path*, directly or not."""
        found: dict[str, None] = {}
        left = [path]
        while left:
            for above in self._callers.get(left.pop(), ()):
                if above not in found and above != path:
                    found[above] = None
                    left.append(above)
        trees = [self._tree(above) for above in found]
        return [tree.source for tree in trees if tree is not None]

    def extractions(self, path: str) -> Iterator[Extraction]:
        """The extraction of the template *path*, once for each stack that uses it.

        Its problems and allowances do not depend on the stack: the first one has them.
        """
        tree = self._tree(path)
        assert tree is not None, "only templates have callers"
        for other in self._callers:  # so that each knows the stacks in it
            self._evaluated(other)
        for index, evaluator in enumerate(self._evaluated(path)):
            found = find(tree.template.root, tree.source, evaluator=evaluator)
            yield replaced(
                found,
                problems=(*found.problems, *tree.problems),
                allowances=() if index else found.allowances,
                uncertain=evaluator.unknown_inputs,
                owns=tree.owns,
            )

    def hiding(
        self, path: str, _hides: Callable[[Span], bool], *, inputs: bool
    ) -> list[Extraction]:
        """The extraction of the template *path* with unknown parameters, if *inputs* are hidden."""
        tree = self._tree(path)
        if tree is None or not inputs:
            return []
        return [find(tree.template.root, tree.source, evaluator=self._evaluator(path, None))]

    # -- which templates there are

    def _collect(self, left: list[str]) -> None:
        """Find the callers of all templates that are nested in those of *left*, at any depth."""
        seen = set(left)
        while left:
            path = left.pop()
            for target in self._targets(path):
                callers = self._callers.setdefault(target, [])
                if path not in callers:
                    callers.append(path)
                if target not in seen:
                    seen.add(target)
                    left.append(target)
        for callers in self._callers.values():
            callers.sort()

    def _targets(self, path: str) -> list[str]:
        load = self._load(posixpath.dirname(path))
        source = load(posixpath.basename(path))
        if source is None or not any(load(m.group(1)) for m in re.finditer(_LOCAL, source.text)):
            return []
        tree = self._tree(path, source)
        if tree is None:
            return []
        found = [self._target(path, resource) for resource in tree.template.resources.values()]
        return [target for target in found if target is not None]

    def _target(self, path: str, resource: Resource) -> str | None:
        """The file of the template that the stack *resource* of *path* uses, if it can be read."""
        local = _local_path(resource)
        source = self._load(posixpath.dirname(path))(local) if local is not None else None
        if source is None or self._tree(source.path, source) is None:
            return None
        return source.path

    def _tree(self, path: str, source: SourceFile | None = None) -> _Tree | None:
        if path not in self._trees:
            assert source is not None
            root, problems = self._read(source)
            tree = None
            if isinstance(root, Map) and isinstance(root.get("Resources"), Map):
                tree = _Tree(source, Template(root), problems, owner_of(root))
            self._trees[path] = tree
        return self._trees[path]

    # -- with which values

    def _evaluated(self, path: str, nesting: int = 0) -> list[Evaluator]:
        known = self._evaluators.get(path)
        if known is None:
            self._evaluators[path] = []  # for a template that nests itself
            known = self._stacks_of(path, nesting) or [self._evaluator(path, {})]
            self._evaluators[path] = known
        return known

    def _stacks_of(self, path: str, nesting: int) -> list[Evaluator]:
        if nesting == MAX_NESTING:
            return [self._evaluator(path, None)]
        found: list[Evaluator] = []
        stacks: list[tuple[Evaluator, Resource]] = []
        for above in self._callers.get(path, ()):
            for caller in self._evaluated(above, nesting + 1):
                for resource in caller.template.resources.values():
                    if self._target(above, resource) != path:
                        continue
                    if len(found) == MAX_CALLS or self._count >= MAX_EVALUATIONS:
                        return [self._evaluator(path, None)]
                    found.append(self._evaluator(path, _given(caller, resource)))
                    stacks.append((caller, resource))
        for evaluator, (caller, resource) in zip(found, stacks, strict=True):
            if resource.type in _TOGETHER:
                evaluator.caller = (caller, resource.name)
                caller.nested[resource.name] = evaluator
        return found

    def _evaluator(self, path: str, given: dict[str, Node] | None) -> Evaluator:
        tree = self._tree(path)
        assert tree is not None
        self._count += 1
        if given is not None:
            return Evaluator(tree.template, given)
        parameters = tree.template.parameters
        unknown: dict[str, Node] = {
            name: Hole(f"!Ref {name}", node.span) for name, node in parameters.items()
        }
        return Evaluator(tree.template, unknown, unknown_inputs=True)


def _local_path(resource: Resource) -> str | None:
    """The path of the template that the stack *resource* uses; None for a URL."""
    if not resource.known.template_file:
        return None
    metadata = resource.metadata
    if isinstance(metadata, Map) and string(metadata.get(ASSET[1])) == ASSET[2]:
        return string(metadata.get(ASSET[0]))
    path = string(resource.get(resource.known.template_file))
    return path if path and ":" not in path else None


def _given(caller: Evaluator, resource: Resource) -> dict[str, Node]:
    """The parameters of the stack *resource*, with their values in *caller*.

    Those of a stack set are a list of keys and values.
    """
    parameters = resource.get("Parameters")
    pairs: list[tuple[str, Node | None]] = []
    if isinstance(parameters, Map):
        pairs = [(entry.key.written, entry.value) for entry in parameters.entries]
    elif isinstance(parameters, Seq):
        pairs = [
            (string(item.get("ParameterKey")) or "", item.get("ParameterValue"))
            for item in parameters.items
            if isinstance(item, Map)
        ]
    values = {name: caller.evaluate(node) for name, node in pairs}
    return {name: value for name, value in values.items() if value is not None}
