"""One evaluation of a module, as ``references``, ``functions``, ``documents`` and the others see it.

They call the evaluator back for the value of an expression, and the evaluator
calls them: ``Evaluator.evaluate`` -> ``references.resolve`` -> ``Session.walk``
-> ``Evaluator.evaluate``. ``Session`` is the interface that they call back
through (``evaluate.Evaluator`` implements it), and the state of the evaluation.

A module that others call is evaluated once for each call.

Untrusted input: every value that is produced, and every stretch of text that
is worked on, is paid for from one budget a module.
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

TOP: Scope = {}
"""The scope of a module's top level: no name but the module's own."""
MAX_DEPTH = 100
"""Levels of nesting that are followed, those behind references included."""
MAX_NOTES_OF_ONE = 20
"""Notes that one local value, variable or block may add to those of a policy."""
_MAX_SIZE = 10**9
_TEXT_UNIT = 64
"""Characters of text that cost as much as a value."""


@record
class Instance:
    """One instance of a resource: its key (None where unknown, or where there is only one), and its scope.

    ``sure`` is False when the instance need not exist.
    """

    key: str | None
    scope: Scope
    sure: bool = True


@record
class Caller:
    """Who calls a module, and with what: one instance of a ``module`` block."""

    session: Session
    block: Block
    instance: Instance


@record
class FunctionCall:
    """What a function is given: its arguments' values, and where the call is written."""

    session: Session
    arguments: list[Node]
    span: Span

    def with_arguments(self, arguments: list[Node]) -> FunctionCall:
        """The same call of other arguments."""
        return FunctionCall(self.session, arguments, self.span)


class Session(ABC):
    """The evaluation of one module.

    ``left`` values may still be produced, ``depth`` levels of nesting are open,
    and ``exceeded`` is where one of the limits was met first. ``built`` are the
    documents of data sources by their id, each with its data source, ``merged``
    the ids of those that are part of another one, and ``problems`` those of
    the JSON that is merged. ``instances`` are those of a block, by its id, with
    what was observed when they were worked out.
    """

    def __init__(
        self,
        module: Module,
        caller: Caller | None = None,
        folder: str = ".",
        *,
        is_open: bool = False,
    ) -> None:
        self.module = module
        self.caller = caller
        self.is_open = is_open  # whether nothing is known of what the module is given
        self.folder = folder  # of the module, as seen from the root module's
        self.left = limits.in_force().evaluation + module.size
        self.exceeded: Span | None = None
        self.depth = 0
        self.built: dict[int, tuple[Node, Block]] = {}
        self.merged: set[int] = set()
        self.problems: list[Problem] = []
        self.instances: dict[int, tuple[list[Instance], Observation]] = {}
        self._memo: dict[object, tuple[Node, Observation]] = {}
        self._active: set[object] = set()  # keys of what is being worked out
        self._measures: dict[int, tuple[Node, int, int]] = {}
        self._origins: dict[int, tuple[Node, str]] = {}
        self._sets: dict[int, Node] = {}
        self._files: dict[str, SourceFile | None] = {}
        self._templates: dict[str, Template | None] = {}
        self._load: Loader | None
        self._names: Lister | None
        if caller is None:
            self._load, self._names = module.load, module.names
            self._loads: dict[int, list[Span]] = {}
            self._effects = Effects()
        else:
            above = caller.session
            self._load, self._names = above._load, above._names
            self._loads = above._loads
            self._effects = above._effects

    # -- what the evaluator does

    @abstractmethod
    def evaluate(self, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression*, where *scope* holds ``each``, ``count`` and the names of ``for``."""

    @abstractmethod
    def walk(self, node: Node, steps: Sequence[Step], scope: Scope) -> Node:
        """What *steps* lead to from *node*."""

    @abstractmethod
    def parts(self, parts: Sequence[Part], scope: Scope) -> list[Piece | Hole]:
        """The text that the *parts* of a template make."""

    @abstractmethod
    def child(self, block: Block, instance: Instance) -> Session | None:
        """The evaluation of the module that one instance of the call *block* makes, if its files are in view."""

    # -- values

    def borrowed(self, other: Session, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression* in another module of the same configuration."""
        depth = other.depth
        other.depth = max(depth, self.depth) + 2
        try:
            node = other.given(expression, scope)
        finally:
            other.depth = depth
        return self.as_set(node) if other.is_set(node) else node

    def given(self, expression: Expression, scope: Scope) -> Node:
        """The value of *expression*; an empty one that is only a variable's default is unknown.

        Such a default means "none by default": a policy with it could not be applied.
        """
        with self.observed() as seen:
            node = self.evaluate(expression, scope)
        return hole_at(expression.span) if seen.assumed and is_empty(node) else node

    def spliced(self, node: Node, span: Span) -> tuple[Piece | Hole, ...]:
        """The parts that *node*, interpolated at *span*, adds to a text."""
        if isinstance(node, Text):
            return node.parts if self.charge_text(node) else (hole_at(span),)
        parts = spliced(node, span)
        return (self.fail(span),) if parts is None else parts

    def iterate(self, node: Node, *, as_set: bool = False) -> Iteration | None:
        """The members of *node* (with *as_set*, of the set it is turned into); None when nothing of them is known."""
        return iterate(node, is_set=as_set or self.is_set(node))

    def memoised(self, key: object, compute: Callable[[], Node]) -> Node | None:
        """The value of *compute*, worked out once; None where it asks for itself, or from too deep."""
        known = self._memo.get(key)
        if known is None:
            if key in self._active or self.depth >= MAX_DEPTH:
                return None
            self._active.add(key)
            self.depth += 2  # a reference takes as much of the stack as two levels of an expression
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
        """A ``with`` block that observes the effects of what is evaluated in it.

        They count for the block around it too, except for those that *keep*
        names: ``ASSUMED``, ``FAILED``, ``NOTES``.
        """
        return Observation(self._effects, keep, most_notes)

    def assume(self) -> None:
        """A variable's default is taken for its value."""
        self._effects.innermost.assumed = True

    def fail(self, span: Span) -> Hole:
        """The value of an expression that Terraform would refuse."""
        self._effects.innermost.failed = True
        return hole_at(span)

    def note(self, message: str, span: Span) -> None:
        """Note why what stands at *span* is not known although it should be."""
        self._effects.innermost.add_notes((Problem("unresolved-expression", message, span),))

    def add_notes(self, notes: Sequence[Problem]) -> None:
        """Note *notes*, which were kept or are of a value that is used again."""
        if notes:
            self._effects.innermost.add_notes(notes)

    # -- costs

    def charge(self, count: int, span: Span) -> bool:
        """Pay for *count* values; False when the budget is spent."""
        self.left -= count
        if self.left < 0:
            self.exceeded = self.exceeded or span
            return False
        return True

    def charge_text(self, text: Text) -> bool:
        """Pay for work on every character of *text*."""
        return self.charge(_length(text.parts), text.span)

    def shared(self, node: Node, span: Span) -> Node:
        """*node*, which stands at several places, paid for once more; a hole where it is too deep to go on."""
        size, depth = self._measured(node)
        if depth > MAX_DEPTH:
            self.exceeded = self.exceeded or span
            return hole_at(span)
        return node if self.charge(size, span) else hole_at(span)

    def _measured(self, node: Node) -> tuple[int, int]:
        """How many nodes *node* is made of, a shared one counted wherever it stands, and on how many levels."""
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

    def origin(self, node: Node) -> str | None:
        """The resource that *node* is an attribute of, if it came straight from one."""
        found = self._origins.get(id(node))
        return found[1] if found else None

    def as_set(self, node: Node) -> Node:
        """*node* marked as a set: its members are their own keys."""
        self._sets[id(node)] = node
        return node

    def is_set(self, node: Node) -> bool:
        """Whether *node* was made a set."""
        return id(node) in self._sets

    # -- files

    def opened(self, path: str, span: Span) -> SourceFile | None:
        """The file *path*, seen from the root module's folder, opened once, for the call written at *span*."""
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
        """The calls that open *source*."""
        return self._loads.get(id(source), ())

    def template(self, source: SourceFile) -> Template | None:
        """The template that *source* spells, read once; None where it is not one of Terraform's."""
        from ...readers.hcl.reader import read_template

        if source.path not in self._templates:
            self._templates[source.path] = read_template(source)
        return self._templates[source.path]

    def file_names(self, folder: str) -> list[str]:
        """The files below *folder*, seen from the root module's folder; none when they are not known."""
        return self._names(folder) if self._names is not None else []


_CONTAINERS = frozenset({Map, Seq, Choice, Encoded})


def _size(leaf: Node) -> int:
    """What a node that is made of no others costs."""
    return 1 + _length(leaf.parts) if isinstance(leaf, Text) else 1


def _length(parts: Sequence[Piece | Hole]) -> int:
    """What *parts* cost: each as a value, and their text."""
    return sum([1 + len(p.text) // _TEXT_UNIT if isinstance(p, Piece) else 1 for p in parts])
