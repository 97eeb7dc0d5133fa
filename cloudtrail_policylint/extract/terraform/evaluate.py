"""Partial evaluation of expressions, as far as the files determine their values.

An unknown value is a ``Hole`` with its known shape; nothing here raises. Values
keep the place where they are written: a finding on ``local.action`` is
reported in the ``locals`` block.

Untrusted input: nesting is followed for ``MAX_DEPTH`` levels, references
included; a value that refers to itself is a hole; all values that are produced
count against the budget of the module, which doubling lists soon exhaust.

Sources: developer.hashicorp.com/terraform/language/expressions and the HCL
native syntax specification.
"""

from __future__ import annotations

from ...readers.hcl.syntax import (
    ELEMENT,
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    ForObject,
    ForTuple,
    GetAttr,
    Index,
    Interpolation,
    Name,
    ObjectExpression,
    Part,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleExpression,
    Unary,
    Unreadable,
)
from ...tree.nodes import Choice, Encoded, Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from ...tree.source import Span
from ..values import flat, string
from . import functions, operators, references
from .effects import ASSUMED, FAILED, NOTES
from .session import MAX_DEPTH, TOP, Session
from .values import (
    Iteration,
    choice,
    first_of,
    hole_at,
    integer,
    is_null,
    is_rest,
    rest_at,
    text_of,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ...readers.hcl.file import Block
    from ...readers.hcl.syntax import Step
    from ...tree.source import SourceFile
    from .module import Module
    from .session import Caller, Instance, Scope

    Children = Callable[["Evaluator", Block, Instance], "Evaluator | None"]


class Evaluator(Session):
    """Evaluates the expressions of one module, for one call of it if it is called.

    *children* returns the evaluators of the modules that it calls;
    *unknown_inputs* says that its own arguments are unknown.
    """

    def __init__(
        self,
        module: Module,
        caller: Caller | None = None,
        folder: str = ".",
        children: Children | None = None,
        *,
        unknown_inputs: bool = False,
    ) -> None:
        super().__init__(module, caller, folder, unknown_inputs=unknown_inputs)
        self._children = children

    def child(self, block: Block, instance: Instance) -> Session | None:
        """The evaluation of the module that *block* calls, if its files are available."""
        return self._children(self, block, instance) if self._children is not None else None

    # -- the public questions

    def evaluate(self, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression*; *scope* has ``each``, ``count`` and the names of ``for``."""
        self.left -= 1
        if self.left < 0 or self.depth >= MAX_DEPTH:
            self.exceeded = self.exceeded or expression.span
            return hole_at(expression.span)
        self.depth += 1
        try:
            return _EVALUATE[type(expression)](self, expression, scope)
        finally:
            self.depth -= 1

    def condition(self, expression: Expression, scope: Scope) -> tuple[bool | None, bool]:
        """Whether *expression* holds, and whether that depends on a variable's default."""
        with self.observed(keep=ASSUMED) as seen:
            found = truth(self.evaluate(expression, scope))
        return found, seen.assumed

    def parts(self, parts: Sequence[Part], scope: Scope) -> list[Piece | Hole]:
        """The text of the *parts* of a template."""
        found: list[Piece | Hole] = []
        for part in parts:
            if isinstance(part, Piece):
                found.append(part)
            elif isinstance(part, Interpolation):
                found.extend(self.interpolated(part, scope))
            elif isinstance(part, TemplateIf):
                found.extend(self._template_if(part, scope))
            else:
                found.extend(self._template_for(part, scope))
        return found

    def interpolated(self, part: Interpolation, scope: Scope) -> tuple[Piece | Hole, ...]:
        """The parts of a text that ``${...}`` becomes."""
        return self.spliced(self.value_of(part.expression, scope), part.span)

    # -- literals and templates

    def _constant(self, expression: Constant, _: Scope) -> Node:
        return expression.node

    def _unreadable(self, expression: Unreadable, _: Scope) -> Node:
        return hole_at(expression.span)

    def _template(self, expression: Template, scope: Scope) -> Node:
        parts = expression.parts
        if len(parts) == 1 and isinstance(parts[0], Interpolation):
            return self.evaluate(parts[0].expression, scope)
        if self.left < len(parts):
            return hole_at(expression.span)
        found = self.parts(parts, scope)
        if not found:
            start = Span(expression.span.source, expression.span.start, expression.span.start)
            found = [Piece("", start)]
        return Text(tuple(found), expression.span)

    def _template_if(self, part: TemplateIf, scope: Scope) -> Sequence[Piece | Hole]:
        holds, _ = self.condition(part.condition, scope)
        if holds is not None:
            return self.parts(part.then if holds else part.otherwise, scope)
        arms = []
        with self.observed(keep=NOTES):  # one of them is not used
            for arm in (part.then, part.otherwise):
                text = Text(tuple(self.parts(arm, scope)), part.span)
                arms.append(text.literal if text.parts else "")
        values = tuple(arm for arm in arms if arm is not None)
        return [hole_at(part.span, values=values if len(values) == 2 else None)]

    def _template_for(self, part: TemplateFor, scope: Scope) -> Sequence[Piece | Hole]:
        over = self._iterated(part.collection, self.evaluate(part.collection, scope))
        if over is None or over.open or not all(sure for _, _, sure in over.members):
            return [hole_at(part.span)]
        found: list[Piece | Hole] = []
        for key, value, _ in over.members:
            if self.left < 0:
                return [hole_at(part.span)]
            found.extend(self.parts(part.body, _with(scope, part.key, key, part.value, value)))
        return found

    # -- collections

    def _tuple(self, expression: TupleExpression, scope: Scope) -> Node:
        return Seq(
            tuple([self.value_of(item, scope) for item in expression.items]), expression.span
        )

    def _object(self, expression: ObjectExpression, scope: Scope) -> Node:
        entries: list[Entry] = []
        for key, value in expression.entries:
            name = text_of(self.evaluate(key, scope))
            if name is None:
                name = Text((self.fail(key.span),), key.span)
            entries.append(Entry(name, self.value_of(value, scope)))
        return Map(tuple(entries), expression.span)

    def _for_tuple(self, expression: ForTuple, scope: Scope) -> Node:
        over = self._members(expression.collection, scope)
        items: list[Node] = []
        for key, value, sure in over.members:
            if self.left < 0:
                break
            inner = _with(scope, expression.key, key, expression.value, value)
            holds = self._holds(expression.condition, inner)
            if holds is False:
                continue
            item = self.evaluate(expression.body, inner)
            items.append(item if sure and holds else choice((item, None), item.span))
        if over.open or self.left < 0:
            items.append(rest_at(expression.span))
        return Seq(tuple(items), expression.span)

    def _members(self, collection: Expression, scope: Scope) -> Iteration:
        """The members of *collection*; if it is unknown, one unknown member and maybe more."""
        with self.observed() as seen:
            node = self.evaluate(collection, scope)
        over = self._iterated(collection, node)
        if over is None or (not over.members and (over.open or seen.assumed)):
            unknown = hole_at(collection.span)
            return Iteration(((unknown, unknown, over is None),), True)
        return over

    def _iterated(self, collection: Expression, node: Node) -> Iteration | None:
        """The members of *node*, the value of *collection*, with a note if it is no collection."""
        if isinstance(node, Text | Scalar | Encoded) and not is_null(node):
            what = node.written if isinstance(node, Scalar) else "a string"
            self.note(f"for needs a list, set or map, not {what}", collection.span)
        return self.iterate(node)

    def _holds(self, condition: Expression | None, scope: Scope) -> bool | None:
        if condition is None:
            return True
        holds, tainted = self.condition(condition, scope)
        return None if tainted else holds

    def _for_object(self, expression: ForObject, scope: Scope) -> Node:
        over = self._iterated(expression.collection, self.evaluate(expression.collection, scope))
        if over is None or over.open:
            return hole_at(expression.span)
        entries: list[Entry] = []
        groups: dict[str, list[Node]] = {}
        for key, value, sure in over.members:
            if self.left < 0:
                return hole_at(expression.span)
            inner = _with(scope, expression.key, key, expression.value, value)
            holds = self._holds(expression.condition, inner)
            if holds is False:
                continue
            name = text_of(self.evaluate(expression.name, inner))
            if name is None:
                return self.fail(expression.span)
            item = self.evaluate(expression.body, inner)
            if not (sure and holds):
                item = choice((item, None), item.span)
            if expression.grouped:
                group = groups.setdefault(name.written, [])
                if not group:
                    entries.append(Entry(name, hole_at(expression.span)))
                group.append(item)
            else:
                entries.append(Entry(name, item))
        if expression.grouped:
            entries = [
                Entry(entry.key, Seq(tuple(groups[entry.key.written]), expression.body.span))
                for entry in entries
            ]
        return Map(tuple(entries), expression.span)

    # -- references

    def _name(self, expression: Name, scope: Scope) -> Node:
        found = scope.get(expression.name)
        return hole_at(expression.span) if found is None else self.shared(found, expression.span)

    def _reference(self, expression: GetAttr | Index | Splat, scope: Scope) -> Node:
        steps: list[GetAttr | Index | Splat] = []
        at: Expression = expression
        while isinstance(at, GetAttr | Index | Splat):
            steps.append(at)
            at = at.of
        steps.reverse()
        if isinstance(at, Name) and at.name not in scope:
            return references.resolve(self, at.name, steps, scope)
        return self.walk(self.evaluate(at, scope), steps, scope)

    def walk(self, node: Node, steps: Sequence[Step], scope: Scope) -> Node:
        """The value that *steps* lead to from *node*."""
        for index, step in enumerate(steps):
            if isinstance(node, Hole) and node.content is None:
                return hole_at(steps[-1].span)
            if isinstance(node, Choice):
                rest = steps[index:]
                return self._walk_each(node, rest, scope)
            node = self.step(node, step, scope)
        return node

    def _walk_each(self, node: Choice, steps: Sequence[Step], scope: Scope) -> Node:
        if self.depth >= MAX_DEPTH:
            return hole_at(steps[-1].span)
        self.depth += 1
        try:
            branches = [None if b is None else self.walk(b, steps, scope) for b in flat(node)]
        finally:
            self.depth -= 1
        return choice(branches, steps[-1].span, likely=node.likely)

    def step(self, node: Node, step: GetAttr | Index | Splat, scope: Scope) -> Node:
        """The value that one *step* leads to from *node*."""
        if isinstance(step, Splat):
            return self._splat(node, step, scope)
        key = self.evaluate(step.key, scope) if isinstance(step, Index) else None
        name = step.name if isinstance(step, GetAttr) else string(key) if key is not None else None
        if isinstance(node, Map):
            return self._entry(node, name, step.span)
        if isinstance(node, Seq) and key is not None:
            at = integer(key)
            if at is None:
                return self._any_of(list(node.items), step.span)
            return self._item(node, at, step.span)
        if isinstance(node, Hole):
            return hole_at(step.span)
        return self.fail(step.span)

    def _item(self, node: Seq, index: int, span: Span) -> Node:
        if index == 0:
            return first_of(node, span) or self.fail(span)
        if index < 0:  # Terraform: "Invalid index"
            return self.fail(span)
        before = node.items[: index + 1]
        if any(is_rest(item) or None in flat(item) for item in before):
            return hole_at(span)
        return node.items[index] if index < len(node.items) else self.fail(span)

    def _entry(self, node: Map, name: str | None, span: Span) -> Node:
        if name is None:
            return self._any_of([entry.value for entry in node.entries], span)
        found = node.get(name)
        if found is not None:
            return found
        if any(entry.key.literal is None for entry in node.entries):
            return hole_at(span)
        return self.fail(span)

    def _any_of(self, nodes: list[Node], span: Span) -> Node:
        """One of *nodes*, by an unknown key."""
        values = [string(node) for node in nodes]
        known = tuple(value for value in values if value is not None)
        if known and len(known) == len(nodes):
            return hole_at(span, values=known)
        if any(is_rest(node) or isinstance(node, Hole) for node in nodes):
            return hole_at(span)
        return choice(nodes, span) if nodes else hole_at(span)

    def _splat(self, node: Node, step: Splat, scope: Scope) -> Node:
        if is_null(node):
            return Seq((), step.span)
        members = node.items if isinstance(node, Seq) else (node,)
        if isinstance(node, Hole):
            return hole_at(step.span)
        items: list[Node] = []
        for item in members:
            if is_rest(item) or self.left < 0:
                items.append(rest_at(step.span))
            else:
                items.append(self.evaluate(step.body, {**scope, ELEMENT: item}))
        return Seq(tuple(items), step.span)

    # -- operators and calls

    def _conditional(self, expression: Conditional, scope: Scope) -> Node:
        holds, tainted = self.condition(expression.condition, scope)
        arms = (expression.then, expression.otherwise)
        if holds is False:
            arms = (arms[1], arms[0])
        if holds is not None and not tainted:
            return self.evaluate(arms[0], scope)
        with self.observed(keep=FAILED | NOTES):  # one of them is not used
            values = [self.value_of(arm, scope) for arm in arms]
        return choice(values, expression.span, likely=holds is not None)

    def _unary(self, expression: Unary, scope: Scope) -> Node:
        operand = self.evaluate(expression.operand, scope)
        return operators.unary(expression.operator, operand, expression.span)

    def _binary(self, expression: Binary, scope: Scope) -> Node:
        left = self.evaluate(expression.left, scope)
        may_be_skipped = expression.operator in ("&&", "||")
        with self.observed(keep=FAILED | NOTES if may_be_skipped else 0):
            right = self.evaluate(expression.right, scope)
        return operators.binary(expression.operator, left, right, expression.span)

    def _call(self, expression: Call, scope: Scope) -> Node:
        name = expression.name.removeprefix("core::")
        lazy = functions.LAZY.get(name)
        if lazy is not None:
            return lazy(self, expression, scope)
        arguments = [self.evaluate(argument, scope) for argument in expression.arguments]
        if expression.expands and arguments:
            last = arguments.pop()
            if isinstance(last, Seq):
                arguments.extend(last.items)
            else:
                arguments.append(rest_at(expression.span))
        if not self.charge(len(arguments), expression.span):
            return hole_at(expression.span)
        return functions.apply(self, name, arguments, expression.span)


class PartlyHidden(Evaluator):
    """An evaluator for which what is written at the places that *hides* says is unknown."""

    def __init__(
        self,
        module: Module,
        hides: Callable[[Span], bool],
        caller: Caller | None = None,
        folder: str = ".",
        children: Children | None = None,
        *,
        unknown_inputs: bool = False,
    ) -> None:
        super().__init__(module, caller, folder, children, unknown_inputs=unknown_inputs)
        self._hides = hides

    def evaluate(self, expression: Expression, scope: Scope = TOP) -> Node:
        """The value of *expression*, unknown if it is hidden."""
        if self._hides(expression.span):
            return hole_at(expression.span)
        return super().evaluate(expression, scope)

    def opened(self, path: str, span: Span) -> SourceFile | None:
        """The file *path*, None if it is hidden."""
        source = super().opened(path, span)
        hidden = source is not None and self._hides(Span(source, 0, len(source.text)))
        return None if hidden else source


_EVALUATE: dict[type, Callable[[Evaluator, Any, Scope], Node]] = {
    Constant: Evaluator._constant,
    Template: Evaluator._template,
    TupleExpression: Evaluator._tuple,
    ObjectExpression: Evaluator._object,
    ForTuple: Evaluator._for_tuple,
    ForObject: Evaluator._for_object,
    Name: Evaluator._name,
    GetAttr: Evaluator._reference,
    Index: Evaluator._reference,
    Splat: Evaluator._reference,
    Conditional: Evaluator._conditional,
    Unary: Evaluator._unary,
    Binary: Evaluator._binary,
    Call: Evaluator._call,
    Unreadable: Evaluator._unreadable,
}


def _with(scope: Scope, key: str, key_node: Node, value: str, value_node: Node) -> Scope:
    inner = {**scope, value: value_node}
    if key:
        inner[key] = key_node
    return inner
