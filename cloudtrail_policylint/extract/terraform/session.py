"""The state of one evaluation of a module, and the interface of its evaluator.

The evaluator calls ``references``, ``functions`` and ``documents``, and these
call it back: ``Evaluator.evaluate`` -> ``references.resolve`` ->
``Session.walk`` -> ``Evaluator.evaluate``. They know it as a ``Session``, which
``evaluate.Evaluator`` implements.

A module is evaluated once for each call of it.

Untrusted input: each module has one budget, and all values that are produced
and all text that is processed count.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from ...base import limits
from ...base.record import record
from ...iam.written import Problem
from ...tree.nodes import Choice, Encoded, Hole, Map, Node, Piece, Seq, Text, children
from ...tree.source import MAX_RELATED, SourceFile, Span
from .effects import ALL, MAX_NOTES, Effects, Observation
from .values import Iteration, hole_at, is_empty, iterate, spliced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...readers.hcl.file import Block
    from ...readers.hcl.syntax import Expression, Part, Step, Template
    from .module import Lister, Loader, Module

    Scope = dict[str, Node]
    Maker = tuple["Session", Block, "Instance"]
    """One instance of a resource or data source, and its module."""

TOP: Scope = {}
"""The scope at the top level of a module: no names besides those of the module."""
MAX_DEPTH = 100
"""Levels of nesting that are evaluated, references included."""
MAX_NOTES_OF_ONE = 20
"""Limit for the notes of one local value, variable or block."""
_MAX_SIZE = 10**9
_TEXT_UNIT = 64
"""Characters of text that cost as much as one value."""


@record
class Instance:
    """One instance of a block, with its scope.

    ``key`` is None if it is unknown or there is only one instance; ``sure`` is
    False if the instance may not exist.
    """

    key: str | None
    scope: Scope
    sure: bool = True


@record
class Caller:
    """The caller of a module: one instance of a ``module`` block."""

    session: Session
    block: Block
    instance: Instance


@record
class FunctionCall:
    """A function call: the values of its arguments, and its place."""

    session: Session
    arguments: list[Node]
    span: Span

    def with_arguments(self, arguments: list[Node]) -> FunctionCall:
        """The same call with other arguments."""
        return FunctionCall(self.session, arguments, self.span)


class Session(ABC):
    """The evaluation of one module.

    - ``left``: the rest of the budget; ``depth``: current levels of nesting;
      ``exceeded``: where a limit was exceeded first
    - ``built``: id of a policy document -> the document and its data source;
      ``merged``: ids of the documents that are part of another one;
      ``problems``: those of merged JSON
    - ``instances``: id of a block -> its instances, and their notes
    """

    def __init__(
        self,
        module: Module,
        caller: Caller | None = None,
        folder: str = ".",
        *,
        unknown_inputs: bool = False,
    ) -> None:
        self.module = module
        self.caller = caller
        self.unknown_inputs = unknown_inputs  # whether the module's arguments are unknown
        self.folder = folder  # relative to that of the root module
        self.left = limits.in_force().evaluation + module.size
        self.exceeded: Span | None = None
        self.depth = 0
        self.built: dict[int, tuple[Node, Block]] = {}
        self.merged: set[int] = set()
        self.problems: list[Problem] = []
        self.instances: dict[int, tuple[list[Instance], Observation]] = {}
        self._memo: dict[object, tuple[Node, Observation]] = {}
        self._active: set[object] = set()  # keys of the values that are being computed
        self._measures: dict[int, tuple[Node, int, int]] = {}
        self._origins: dict[int, tuple[Node, str]] = {}
        self.setup: object | None = None  # what ``setups`` makes of the tree of a root module
        self._sets: dict[int, Node] = {}
        self._files: dict[str, SourceFile | None] = {}
        self._templates: dict[str, Template | None] = {}
        self._load: Loader | None
        self._names: Lister | None
        if caller is None:
            self._load, self._names = module.load, module.names
            self._loads: dict[int, list[Span]] = {}
            self._makers: dict[int, tuple[Node, tuple[Maker, ...]]] = {}
            self._effects = Effects()
        else:
            above = caller.session
            self._load, self._names = above._load, above._names
            self._loads = above._loads
            self._makers = above._makers
            self._effects = above._effects

    # -- what the evaluator does

    @abstractmethod
    def evaluate(self, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression*; *scope* has ``each``, ``count`` and the names of ``for``."""

    @abstractmethod
    def walk(self, node: Node, steps: Sequence[Step], scope: Scope) -> Node:
        """The value that *steps* lead to from *node*."""

    @abstractmethod
    def parts(self, parts: Sequence[Part], scope: Scope) -> list[Piece | Hole]:
        """The text of the *parts* of a template."""

    @abstractmethod
    def child(self, block: Block, instance: Instance) -> Session | None:
        """The evaluation of the module that *block* calls, if its files are available."""

    # -- values

    def value_in(self, other: Session, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression* in another module of the same configuration."""
        depth = other.depth
        other.depth = max(depth, self.depth) + 2
        try:
            node = other.value_of(expression, scope)
        finally:
            other.depth = depth
        return self.as_set(node) if other.is_set(node) else node

    def value_of(self, expression: Expression, scope: Scope) -> Node:
        """The value of *expression*; unknown if it is empty because of a variable's default.

        Such a default means "to be set by the caller": with it the policy would be invalid.
        """
        with self.observed() as seen:
            node = self.evaluate(expression, scope)
        return hole_at(expression.span) if seen.assumed and is_empty(node) else node

    def spliced(self, node: Node, span: Span) -> tuple[Piece | Hole, ...]:
        """The parts of a text that *node*, interpolated at *span*, becomes."""
        if isinstance(node, Text):
            return node.parts if self.charge_text(node) else (hole_at(span),)
        parts = spliced(node, span)
        return (self.fail(span),) if parts is None else parts

    def iterate(self, node: Node, *, as_set: bool = False) -> Iteration | None:
        """The members of *node*, with *as_set* converted to a set; None if they are unknown."""
        return iterate(node, is_set=as_set or self.is_set(node))

    def memoised(self, key: object, compute: Callable[[], Node]) -> Node | None:
        """The value of *compute*, computed once; None if it depends on itself or nests too deep."""
        known = self._memo.get(key)
        if known is None:
            if key in self._active or self.depth >= MAX_DEPTH:
                return None
            self._active.add(key)
            self.depth += 2  # a reference needs as much of the stack as two levels
            try:
                with self.observed(keep=ALL, most_notes=MAX_NOTES_OF_ONE) as seen:
                    node = compute()
            finally:
                self.depth -= 2
                self._active.discard(key)
            known = self._memo[key] = (node, seen)
        node, seen = known
        here = self._effects.innermost
        here.assumed = here.assumed or seen.assumed
        here.failed = here.failed or seen.failed
        self.add_notes(seen.notes)
        return node

    # -- effects

    def observed(self, *, keep: int = 0, most_notes: int = MAX_NOTES) -> Observation:
        """A ``with`` block that observes the effects of evaluating something.

        The block around it gets them too, except for those in *keep*:
        ``ASSUMED``, ``FAILED``, ``NOTES``.
        """
        return Observation(self._effects, keep, most_notes)

    def assume(self) -> None:
        """Record that a variable's default was used as its value."""
        self._effects.innermost.assumed = True

    def fail(self, span: Span) -> Hole:
        """Record an error of the expression at *span*, and return its unknown value."""
        self._effects.innermost.failed = True
        return hole_at(span)

    def note(self, message: str, span: Span) -> None:
        """Record why the value at *span* is unknown although it should not be."""
        self._effects.innermost.add_notes((Problem("unresolved-expression", message, span),))

    def add_notes(self, notes: Sequence[Problem]) -> None:
        """Record *notes* that a block kept, or those of a value that is used again."""
        if notes:
            self._effects.innermost.add_notes(notes)

    # -- costs

    def charge(self, count: int, span: Span) -> bool:
        """Take *count* values from the budget; False if it is exhausted."""
        self.left -= count
        if self.left < 0:
            self.exceeded = self.exceeded or span
            return False
        return True

    def charge_text(self, text: Text) -> bool:
        """Take the cost of processing *text* from the budget."""
        return self.charge(_length(text.parts), text.span)

    def shared(self, node: Node, span: Span) -> Node:
        """*node*, used once more and charged again; unknown if it nests too deep."""
        size, depth = self._measured(node)
        if depth > MAX_DEPTH:
            self.exceeded = self.exceeded or span
            return hole_at(span)
        return node if self.charge(size, span) else hole_at(span)

    def _measured(self, node: Node) -> tuple[int, int]:
        """The number of nodes in *node*, counting shared ones each time, and its levels."""
        if type(node) not in _CONTAINERS:
            return _size(node), 1
        measures = self._measures
        stack: list[Node] = [] if id(node) in measures else [node]
        while stack:
            at = stack[-1]
            size, depth = 1, 0
            missing: list[Node] = []
            for child in children(at):
                if type(child) not in _CONTAINERS:
                    size, inner = size + _size(child), 1
                elif id(child) in measures:
                    _, more, inner = measures[id(child)]
                    size += more
                else:
                    missing.append(child)
                    continue
                if inner > depth:
                    depth = inner
            if missing and id(at) not in measures:
                stack += missing
            else:
                stack.pop()
                measures.setdefault(id(at), (at, min(size, _MAX_SIZE), depth + 1))
        return measures[id(node)][1:]

    # -- marks

    def originating(self, node: Node, address: str) -> Node:
        """*node* marked as an attribute of the resource *address*."""
        if isinstance(node, Text):
            node = Text(node.parts, node.span)
        elif isinstance(node, Hole):
            node = Hole(node.written, node.span, node.shape, node.values, node.content)
        else:
            return node
        self._origins[id(node)] = (node, address)
        return node

    def made_by(self, node: Node, makers: tuple[Maker, ...]) -> Node:
        """*node* marked as an attribute of the last of *makers*, which the others gave to it."""
        if makers and isinstance(node, Text | Hole):
            self._makers[id(node)] = (node, makers)
        return node

    def makers(self, node: Node) -> tuple[Maker, ...]:
        """The resources that *node* is an attribute of, in any module of the configuration."""
        found = self._makers.get(id(node))
        return found[1] if found else ()

    def origin(self, node: Node) -> str | None:
        """The address of the resource that *node* is an attribute of, if it is known."""
        found = self._origins.get(id(node))
        return found[1] if found else None

    def as_set(self, node: Node) -> Node:
        """*node* marked as a set: its members are also its keys."""
        self._sets[id(node)] = node
        return node

    def is_set(self, node: Node) -> bool:
        """Whether *node* is marked as a set."""
        return id(node) in self._sets

    # -- files

    def opened(self, path: str, span: Span) -> SourceFile | None:
        """The file *path*, relative to the root module, for the function call at *span*."""
        if self._load is None:
            return None
        if path not in self._files:
            self._files[path] = self._load(path)
        source = self._files[path]
        if source is None:
            self.note(f"no file {path} can be read in this project", span)
            return None
        places = self._loads.setdefault(id(source), [])
        if len(places) < MAX_RELATED and span not in places:
            places.append(span)
        return source

    def loaded_at(self, source: SourceFile) -> Sequence[Span]:
        """The function calls that open *source*."""
        return self._loads.get(id(source), ())

    def template(self, source: SourceFile) -> Template | None:
        """The template in *source*; None if it is not a valid one."""
        from ...readers.hcl.reader import read_template

        if source.path not in self._templates:
            self._templates[source.path] = read_template(source)
        return self._templates[source.path]

    def loaded(self) -> list[SourceFile]:
        """The files that function calls have opened."""
        return [source for source in self._files.values() if source is not None]

    def templates(self) -> list[Template]:
        """The valid templates among these."""
        return [template for template in self._templates.values() if template is not None]

    def file_names(self, folder: str) -> list[str]:
        """The files below *folder*, relative to the root module; none if they are unknown."""
        return self._names(folder) if self._names is not None else []


_CONTAINERS = frozenset({Map, Seq, Choice, Encoded})


def _size(leaf: Node) -> int:
    """The cost of a node without children."""
    return 1 + _length(leaf.parts) if isinstance(leaf, Text) else 1


def _length(parts: Sequence[Piece | Hole]) -> int:
    """The cost of *parts*: one for each, and their text."""
    return sum([1 + len(p.text) // _TEXT_UNIT if isinstance(p, Piece) else 1 for p in parts])
