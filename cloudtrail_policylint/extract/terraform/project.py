"""The modules of a run, and which module calls which.

A module is evaluated once for each call of it, with the caller's values
(developer.hashicorp.com/terraform/language/modules/syntax), or without any call
by itself, as a root module. The outputs of modules from a registry or from git
are unknown unless ``terraform init`` has downloaded them.
"""

from __future__ import annotations

import posixpath
from functools import partial

from ...readers.hcl.syntax import Constant
from ...tree.nodes import Text
from .evaluate import Evaluator
from .instances import instances_of
from .module import Module
from .policies import find
from .session import Caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Protocol

    from ...iam.written import Extraction
    from ...readers.hcl.file import Block
    from ...tree.source import SourceFile, Span
    from .session import Instance

    class Folders(Protocol):
        """The folders of a run: their Terraform files, and their calls of each other."""

        def module_sources(self, folder: str) -> list[SourceFile]:
            """The Terraform files of *folder*."""

        def is_whole(self, folder: str) -> bool:
            """Whether these are all files of *folder* with declarations."""

        def tests(self, folder: str) -> set[tuple[str, str]] | None:
            """The ``local`` and ``var`` names of the module of *folder* in tests; None if not known."""

        def callers(self, folder: str) -> list[str]:
            """The folders whose modules may call the one of *folder*."""

        def all_callers(self, folder: str) -> Iterable[str]:
            """The same, and those that call these, also indirectly."""

        def called(self, folder: str, source: str) -> str | None:
            """The folder that the module source *source* names; None if it may not be read."""

        def installed(self, folder: str, name: str, source: str) -> str | None:
            """The folder of the downloaded module that the one of *folder* calls *name*."""

        def loader(self, folder: str) -> Callable[[str], SourceFile | None]:
            """A function that opens a file by its path relative to *folder*."""

        def lister(self, folder: str) -> Callable[[str], list[str]]:
            """A function that lists the files below a folder, by its path relative to *folder*."""


MAX_CALLS = 8
"""Calls that one module is evaluated for; with more of them its arguments are unknown."""
MAX_EVALUATIONS = 2000
"""Evaluations of modules in one project; further calls are not evaluated."""
_META = ("source", "version", "count", "for_each", "providers", "depends_on")
"""Attributes of a call that are no arguments of the module."""
MAX_NESTING = 20
"""Levels of modules in modules that are evaluated."""


class Project:
    """The Terraform modules of *folders*, each read once.

    What is written at places that *hides* says is unknown. *definitions* are files that
    set variables of root modules, later ones first, besides those that Terraform always loads.
    """

    def __init__(
        self,
        folders: Folders,
        hides: Callable[[Span], bool] | None = None,
        definitions: Sequence[SourceFile] = (),
    ) -> None:
        self._folders = folders
        self._definitions = definitions
        self._hides = hides
        self._modules: dict[str, Module] = {}
        self._evaluators: dict[str, list[Evaluator]] = {}
        self._children: dict[tuple[int, int, str | None], Evaluator | None] = {}
        self._at: dict[int, tuple[Evaluator, str, int]] = {}  # evaluations: folder, nesting

    def extractions(self, folder: str) -> Iterator[Extraction]:
        """The extraction of the module *folder*, once by itself or once for each call of it."""
        for evaluator in self._evaluated(folder):
            yield find(evaluator)

    def hiding(
        self, folder: str, hides: Callable[[Span], bool], *, inputs: bool
    ) -> list[Extraction]:
        """The extractions of the module *folder* as if what *hides* says were unknown.

        With *inputs*, so is all that callers give.
        """
        other = Project(self._folders, hides, self._definitions)
        other._modules = self._modules
        if inputs and self._calls_of(folder):
            return [find(other._root(folder, unknown_inputs=True))]
        return list(other.extractions(folder))

    def arguments(self, folder: str) -> Iterator[Span]:
        """The places of the arguments in the calls of the module *folder*, and in those above.

        Not those by which a module only passes on what it was given.
        """
        for above in self._folders.all_callers(folder):
            is_root = not self._folders.callers(above)
            for block in self._module(above).calls:
                for name, attribute in block.attributes.items():
                    span = attribute.expression.span
                    if name not in _META and (is_root or "var." not in span.text):
                        yield span

    def forget(self) -> None:
        """Drop all modules: a repository may have many projects."""
        for known in (self._modules, self._evaluators, self._children, self._at):
            known.clear()

    def _module(self, folder: str) -> Module:
        if folder not in self._modules:
            sources = self._folders.module_sources(folder)
            self._modules[folder] = Module(
                sources,
                self._folders.loader(folder),
                self._folders.lister(folder),
                whole=self._folders.is_whole(folder),
                tests=partial(self._folders.tests, folder),
            )
        return self._modules[folder]

    def _evaluated(self, folder: str) -> list[Evaluator]:
        known = self._evaluators.get(folder)
        if known is None:
            self._evaluators[folder] = []  # if the module calls itself
            known = self._calls_of(folder) or [self._root(folder)]
            self._evaluators[folder] = known
        return known

    def _calls_of(self, folder: str) -> list[Evaluator]:
        found: list[Evaluator] = []
        for above in self._folders.callers(folder):
            for caller in self._evaluated(above):
                for block in caller.module.calls:
                    if self._target(above, block) != folder:
                        continue
                    for instance in instances_of(caller, block):
                        child = self._child(caller, block, instance)
                        if child is None or len(found) == MAX_CALLS:
                            return [self._root(folder, unknown_inputs=True)]
                        found.append(child)
        return found

    def _root(self, folder: str, *, unknown_inputs: bool = False) -> Evaluator:
        module = self._module(folder)
        if self._definitions:
            module = module.with_definitions(self._definitions)
        evaluator = self._evaluator(module, unknown_inputs=unknown_inputs)
        self._at[id(evaluator)] = (evaluator, folder, 0)
        return evaluator

    def _target(self, folder: str, block: Block) -> str | None:
        """The folder that *block* in the module *folder* calls; None if it is not at hand."""
        source = _source(block)
        if source.startswith(("./", "../")) or source in (".", ".."):
            return self._folders.called(folder, source)
        return self._folders.installed(folder, block.labels[0], source) if source else None

    def _child(self, caller: Evaluator, block: Block, instance: Instance) -> Evaluator | None:
        key = (id(caller), id(block), instance.key)
        if key not in self._children:
            self._children[key] = self._called(caller, block, instance)
        return self._children[key]

    def _called(self, caller: Evaluator, block: Block, instance: Instance) -> Evaluator | None:
        _, above, nesting = self._at[id(caller)]
        folder = self._target(above, block)
        if folder is None or nesting == MAX_NESTING or len(self._at) == MAX_EVALUATIONS:
            return None
        way = posixpath.relpath(folder or ".", above or ".")
        path = posixpath.normpath(posixpath.join(caller.folder, way))
        child = self._evaluator(self._module(folder), Caller(caller, block, instance), path)
        self._at[id(child)] = (child, folder, nesting + 1)
        return child

    def _evaluator(
        self,
        module: Module,
        caller: Caller | None = None,
        path: str = ".",
        *,
        unknown_inputs: bool = False,
    ) -> Evaluator:
        if self._hides is None:
            return Evaluator(module, caller, path, self._child, unknown_inputs=unknown_inputs)
        from .evaluate import PartlyHidden

        return PartlyHidden(
            module, self._hides, caller, path, self._child, unknown_inputs=unknown_inputs
        )


def _source(block: Block) -> str:
    """The source of the module that *block* calls; empty if it is not a text."""
    attribute = block.attributes.get("source")
    expression = attribute.expression if attribute is not None else None
    if not isinstance(expression, Constant) or not isinstance(expression.node, Text):
        return ""
    return expression.node.literal or ""
