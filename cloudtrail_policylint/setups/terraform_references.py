"""What refers to what in a tree of Terraform modules: the order in which resources are made.

Terraform orders by references and ``depends_on`` only. A reference to an output
waits for what the output mentions, ``depends_on = [module.x]`` for the whole
module, and everything in a module for the ``depends_on`` of its call
(developer.hashicorp.com/terraform/language/meta-arguments/depends_on).
"""

from __future__ import annotations

from ..readers.hcl.syntax import (
    Conditional,
    Constant,
    Expression,
    GetAttr,
    Index,
    Name,
    Splat,
)
from ..tree.nodes import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from ..extract.terraform.session import Session
    from ..readers.hcl.file import Attribute, Block
    from ..tree.source import Span

    Vertex: TypeAlias = tuple[str, Session, object, str]
    """What, in which module, the block or attribute or None, and a name."""

BLOCK, LOCAL, VARIABLE, OUTPUT, CALL, WHOLE, SCOPE = (
    "block",
    "local",
    "variable",
    "output",
    "call",
    "whole",
    "scope",
)
MAX_VERTICES = 50_000
"""What is followed from one resource; past it, the order is not known."""
MAX_DEPTH = 20
"""Levels of nested blocks."""
_NOT_RESOURCES = ("each", "count", "self", "path", "terraform")
_OF_CALL = ("count", "for_each", "depends_on")


class References:
    """The references in the modules of *children*: of a call in a module, the modules that it makes."""

    def __init__(self, children: Mapping[tuple[int, int], Sequence[Session]]) -> None:
        self._children = children
        self._edges: dict[Vertex, list[Vertex]] = {}
        self._of_expression: dict[tuple[int, int], tuple[list[Vertex], bool]] = {}

    def reached(self, session: Session, block: Block) -> set[tuple[int, int]] | None:
        """The modules and blocks that are made before *block*; None if there are too many."""
        start: Vertex = (BLOCK, session, block, "")
        seen = {start}
        stack = [start]
        while stack:
            for other in self._next(stack.pop()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
            if len(seen) > MAX_VERTICES:
                return None
        return {(id(s), id(b)) for what, s, b, _ in seen if what == BLOCK and b is not block}

    def mentioned(
        self, session: Session, expression: Expression
    ) -> tuple[list[tuple[Session, Block]], bool]:
        """The resources whose attributes *expression* may be made of, and whether there are no others.

        Local values, variables and outputs are followed.
        """
        first, clean = self.of_expression(session, expression)
        stack = list(first)
        seen = set(stack)
        found: list[tuple[Session, Block]] = []
        while stack:
            vertex = stack.pop()
            what, inside, one, _ = vertex
            if what == BLOCK:
                found.append((inside, one))  # type: ignore[arg-type]  # as BLOCK has it
                continue
            if what in (CALL, WHOLE):
                clean = False
            for owner, value in self._values(vertex):
                more, is_clean = self.of_expression(owner, value)
                clean = clean and is_clean
                for other in more:
                    if other not in seen and len(seen) < MAX_VERTICES:
                        seen.add(other)
                        stack.append(other)
        return found, clean

    def _values(self, vertex: Vertex) -> Iterator[tuple[Session, Expression]]:
        """The expressions that *vertex*, a name, is the value of."""
        what, session, one, name = vertex
        if what == LOCAL:
            for attribute in session.module.locals.get((name,), ()):
                yield session, attribute.expression
        elif what == VARIABLE and session.caller is not None:
            given = session.caller.block.attributes.get(name)
            if given is not None:
                yield session.caller.session, given.expression
        elif what == OUTPUT:
            for child in self._children.get((id(session), id(one)), ()):
                for block in child.module.outputs:
                    if block.labels == (name,) and "value" in block.attributes:
                        yield child, block.attributes["value"].expression

    def place_of(self, session: Session, block: Block, target: Block) -> Span | None:
        """Where *block*, or a value that it is made of, refers to the resource *target*."""
        left = [(session, attribute.expression) for attribute in attributes_in(block)]
        seen: set[Vertex] = set()
        for owner, expression in left:  # it grows
            for one in _walk(expression):
                if not isinstance(one, GetAttr | Index | Splat):
                    continue
                name, steps = _chain(one)
                for vertex in self._named(owner, name, steps) if name else ():
                    what, inside, found, _ = vertex
                    if found is target:
                        return one.span
                    if vertex in seen or len(seen) >= MAX_VERTICES:
                        continue
                    seen.add(vertex)
                    left += self._values(vertex)
                    inner = attributes_in(found) if what == BLOCK else ()  # type: ignore[arg-type]
                    left += [(inside, attribute.expression) for attribute in inner]
        return None

    # -- edges

    def _next(self, vertex: Vertex) -> list[Vertex]:
        found = self._edges.get(vertex)
        if found is None:
            found = self._edges[vertex] = list(self._following(vertex))
        return found

    def _following(self, vertex: Vertex) -> Iterator[Vertex]:
        what, session, one, _ = vertex
        for owner, expression in self._values(vertex):
            yield from self.of_expression(owner, expression)[0]
        if what == BLOCK:
            yield from self._of_attributes(session, attributes_in(one))  # type: ignore[arg-type]
            yield (SCOPE, session, None, "")
        elif what == CALL:
            yield from self._of_attributes(session, one.attributes.values())  # type: ignore[attr-defined]
        elif what == WHOLE:
            yield from self._of_whole(session, one)
        elif what == OUTPUT:
            yield from self._of_output(vertex)
        elif what == SCOPE and session.caller is not None:
            above, block = session.caller.session, session.caller.block
            named = [block.attributes[n] for n in _OF_CALL if n in block.attributes]
            yield from self._of_attributes(above, named)
            yield (SCOPE, above, None, "")

    def _of_whole(self, session: Session, call: object) -> Iterator[Vertex]:
        """All that the module call *call* makes."""
        for child in self._children.get((id(session), id(call)), ()):
            for declared in child.module.resources.values():
                for block in declared:
                    yield (BLOCK, child, block, "")
            for inner in child.module.calls:
                yield (WHOLE, child, inner, "")
        yield (CALL, session, call, "")

    def _of_output(self, vertex: Vertex) -> Iterator[Vertex]:
        """What an output waits for besides its value; of a module that is not in view, its arguments."""
        _, session, call, name = vertex
        children = self._children.get((id(session), id(call)), ())
        for child in children:
            yield (SCOPE, child, None, "")
            for block in child.module.outputs:
                if block.labels == (name,) and "depends_on" in block.attributes:
                    yield from self._of_attributes(child, [block.attributes["depends_on"]])
        if not children:
            yield (CALL, session, call, "")

    def _of_attributes(self, session: Session, attributes: Iterable[Attribute]) -> Iterator[Vertex]:
        for attribute in attributes:
            yield from self.of_expression(session, attribute.expression)[0]
            if attribute.name == "depends_on":
                yield from self._in_json(session, attribute.expression)

    def _in_json(self, session: Session, expression: Expression) -> Iterator[Vertex]:
        """The references in ``depends_on`` of Terraform in JSON, which are plain strings."""
        for one in _walk(expression):
            if isinstance(one, Constant) and isinstance(one.node, Text):
                first, *rest = one.node.written.split(".")
                yield from self._named(session, first, [part.partition("[")[0] for part in rest])

    def of_expression(self, session: Session, expression: Expression) -> tuple[list[Vertex], bool]:
        """What *expression* refers to, and whether it is not one of several by a condition."""
        key = (id(session), id(expression))
        found = self._of_expression.get(key)
        if found is None:
            vertices: dict[Vertex, None] = {}
            clean = True
            for one in _walk(expression):
                if isinstance(one, Conditional):
                    clean = False
                elif isinstance(one, GetAttr | Index | Splat):
                    name, steps = _chain(one)
                    if name:
                        vertices.update(dict.fromkeys(self._named(session, name, steps)))
            found = self._of_expression[key] = (list(vertices), clean)
        return found

    def _named(self, session: Session, name: str, steps: Sequence[str]) -> Iterator[Vertex]:
        module = session.module
        first = steps[0] if steps else ""
        if not first or name in _NOT_RESOURCES:
            return
        if name == "var":
            yield (VARIABLE, session, None, first)
        elif name == "local":
            yield (LOCAL, session, None, first)
        elif name == "module":
            for call in module.calls:
                if call.labels == (first,):
                    what = OUTPUT if len(steps) > 1 else WHOLE
                    yield (what, session, call, steps[1] if len(steps) > 1 else "")
        else:
            blocks = module.resources
            labels = (name, first)
            if name == "data":
                blocks = module.data
                labels = (first, steps[1] if len(steps) > 1 else "")
            for block in blocks.get(labels, ()):
                yield (BLOCK, session, block, "")


def _chain(expression: Expression) -> tuple[str, list[str]]:
    """The first name of a reference, empty if it has none, and the attributes after it."""
    steps: list[str] = []
    at = expression
    while isinstance(at, GetAttr | Index | Splat):
        if isinstance(at, GetAttr):
            steps.append(at.name)
        elif isinstance(at, Splat):
            inner = at.body
            while isinstance(inner, GetAttr):
                steps.append(inner.name)
                inner = inner.of
        at = at.of
    steps.reverse()
    return (at.name, steps) if isinstance(at, Name) else ("", [])


def _walk(expression: Expression) -> Iterator[object]:
    """*expression* and all in it; of a reference only the longest."""
    stack: list[object] = [expression]
    while stack:
        at = stack.pop()
        if isinstance(at, tuple):
            stack.extend(at)
            continue
        if isinstance(at, GetAttr | Index | Splat):
            yield at
            inner: object = at
            while isinstance(inner, GetAttr | Index | Splat):
                if isinstance(inner, Index):
                    stack.append(inner.key)
                elif isinstance(inner, Splat):
                    stack.append(inner.body)
                inner = inner.of
            if not isinstance(inner, Name):
                stack.append(inner)
            continue
        if isinstance(at, Constant):
            yield at
            continue
        if type(at) in _PARTS:
            yield at
            stack.extend(getattr(at, name) for name in _PARTS[type(at)])


def _parts() -> dict[type, tuple[str, ...]]:
    from ..readers.hcl import syntax

    return {
        syntax.Interpolation: ("expression",),
        syntax.TemplateIf: ("condition", "then", "otherwise"),
        syntax.TemplateFor: ("collection", "body"),
        syntax.Template: ("parts",),
        syntax.TupleExpression: ("items",),
        syntax.ObjectExpression: ("entries",),
        syntax.ForTuple: ("collection", "body", "condition"),
        syntax.ForObject: ("collection", "name", "body", "condition"),
        syntax.Conditional: ("condition", "then", "otherwise"),
        syntax.Unary: ("operand",),
        syntax.Binary: ("left", "right"),
        syntax.Call: ("arguments",),
    }


_PARTS = _parts()
"""The expressions that are parts of others, by the attributes that have them."""


def attributes_in(block: Block, depth: int = 0) -> Iterator[Attribute]:
    """The attributes of *block* and of the blocks in it."""
    yield from block.attributes.values()
    if depth < MAX_DEPTH:
        for inner in block.blocks:
            if inner.type not in block.attributes:  # else it is there as an attribute
                yield from attributes_in(inner, depth + 1)
