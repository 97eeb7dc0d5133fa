"""Which texts of a module nothing but its policies reads: only these may be fixed.

Every expression of the module is followed from the attribute that it is the value
of. A literal belongs to the policies if it becomes a part of one as it is written:
a condition, a collection that is repeated over, or the argument of a function that
computes something is also used otherwise. A local value or a variable belongs to
them if all references to it do.
"""

from __future__ import annotations

import os

from ...base.record import record
from ...readers.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    Constant,
    ForObject,
    ForTuple,
    GetAttr,
    Index,
    Interpolation,
    Name,
    ObjectExpression,
    Splat,
    Template,
    TemplateIf,
    TupleExpression,
    Unary,
    Unreadable,
)
from ...tree.nodes import Piece, Text
from ...tree.source import Ranges
from .file_calls import ANY_FILE, READING, PathPattern, paths_read
from .resource_types import resource_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...readers.hcl.file import Attribute, Block
    from ...readers.hcl.syntax import Expression, Part
    from ...tree.source import Span
    from .module import Module

    Named = tuple[str, ...]

_PASSING = frozenset(
    {
        "chomp", "coalesce", "coalescelist", "compact", "concat", "distinct", "flatten", "format",
        "join", "jsonencode", "merge", "one", "reverse", "sort", "tolist", "tomap", "toset",
        "trimspace", "try",
    }
)  # fmt: skip
"""Functions whose arguments are parts of their value, each once and as written."""
_REPEATING = ("count", "for_each")
_DOCUMENT = "aws_iam_policy_document"
_WHOLE = ("json", "minified_json")
"""The attributes of a ``data.aws_iam_policy_document`` that are the whole policy."""


@record
class _Reader:
    """What reads an expression.

    ``policy``: the value is a part of a policy. ``other``: something else reads it
    too. ``name`` is the local value, variable or data source that it is a part of:
    what reads that reads the expression.
    """

    policy: bool = False
    other: bool = False
    name: Named | None = None


_OTHER = _Reader(other=True)
_POLICY = _Reader(policy=True)
_UNKNOWN = _Reader()
"""An attribute of which only a policy that is written out in it is known to be read."""


class Uses:
    """The readers of the texts in *module* and in the templates that it loads.

    *documents* are the places of its policies and of ARNs of attached ones.
    """

    def __init__(
        self, module: Module, documents: Sequence[Span], templates: Sequence[Template]
    ) -> None:
        self._documents = {span.key() for span in documents}
        self._around = Ranges(documents)
        self._starts: dict[int, list[tuple[int, int]]] = {}
        for span in documents:
            self._starts.setdefault(id(span.source), []).append((span.start, span.end))
        for starts in self._starts.values():
            starts.sort()
        self._own: list[Span] = []
        self._parts: dict[Named, list[tuple[Span, bool]]] = {}
        self._uses: dict[Named, list[_Reader]] = {}
        self._good: dict[Named, bool] = {}
        # Files that were not read may use the names of this module.
        tests = module.tests()
        self._known = (
            tests is not None
            and module.whole
            and not any(_is_json(file.source.path) for file in module.files)
        )
        self._loads: list[
            tuple[PathPattern, _Reader]
        ] = []  # the paths of files, and who reads them
        for tested in tests or ():
            self._use(tested, _OTHER)
        self._declaring = {id(file.source) for file in module.files}
        self._declaring |= {id(attribute.span.source) for attribute in module.values.values()}
        self._followed: set[int] = set()
        self._loaded: dict[str, bool] = {}
        self._follow(module, templates)
        for name, parts in self._parts.items():
            if self._is_good(name):
                used = bool(self._uses.get(name))
                self._own += [span for span, in_policy in parts if in_policy or used]
        self._owned = Ranges(self._own)

    def _follow(self, module: Module, templates: Sequence[Template]) -> None:
        """Follow all expressions of *module* and of *templates*."""
        for file in module.files:
            for block in file.blocks:
                self._block(block)
        for attribute in module.values.values():
            self._value(attribute.expression, _Reader(name=("var", attribute.name)))
        if module.inputs is not None:
            self._value(module.inputs.expression, _UNKNOWN)
        for template in templates:
            self._followed.add(id(template.span.source))
            self._value(template, _POLICY)

    def owns(self, place: Span, _inside: bool) -> bool:  # noqa: FBT001 - the interface of ``owns``
        """Whether nothing but policies reads the text at *place*."""
        path = place.source.path
        if id(place.source) in self._declaring:
            return self._owned.around(place) is not None
        if not self._is_only_loaded_by_policies(path):
            return False
        if id(place.source) in self._followed:
            return self._owned.around(place) is not None
        return self._around.around(place) is not None

    def _is_only_loaded_by_policies(self, path: str) -> bool:
        """Whether all calls in the module that may read the file *path* are parts of policies."""
        if path not in self._loaded:
            whole = os.path.abspath(path)
            self._loaded[path] = all(
                self._reads(reader) for pattern, reader in self._loads if pattern.may_be(whole)
            )
        return self._loaded[path]

    def _is_good(self, name: Named) -> bool:
        """Whether all that refer to *name* are policies; False while that is being found out."""
        if name not in self._good:
            self._good[name] = False
            uses = self._uses.get(name, ())
            self._good[name] = (self._known or name[0] == "data") and all(map(self._reads, uses))
        return self._good[name]

    def _reads(self, reader: _Reader) -> bool:
        """Whether *reader* is a policy."""
        if reader.other or not (reader.policy or reader.name):
            return False
        if reader.name is None:
            return True
        return self._is_good(reader.name) and (reader.policy or bool(self._uses.get(reader.name)))

    # -- blocks

    def _block(self, block: Block) -> None:
        known = resource_type(block.labels[0]) if block.labels else None
        if block.type == "locals":
            for name, attribute in block.attributes.items():
                self._value(attribute.expression, _Reader(name=("local", name)))
        elif block.type == "variable" and block.labels:
            for name, attribute in block.attributes.items():
                default = _Reader(name=("var", block.labels[0]))
                self._value(attribute.expression, default if name == "default" else _OTHER)
            for inner in block.blocks:
                self._body(inner, (), _OTHER)
        elif block.type == "data" and block.labels[0] == _DOCUMENT:
            self._body(block, (), _Reader(policy=True, name=("data", *block.labels)))
        elif block.type == "data" and block.labels[0] == "aws_iam_policy":
            self._body(block, (["arn"], ["name"]), _UNKNOWN)
        elif block.type == "resource" and known is not None:
            paths = [known.attaches, known.boundary]
            if known.kind_by is None:  # else it may be a policy in another language
                paths += known.policies
            self._body(block, [path.split(".") for path in paths if path], _UNKNOWN)
        else:
            self._body(block, (), _UNKNOWN)

    def _body(self, block: Block, paths: Sequence[Sequence[str]], reader: _Reader) -> None:
        """Follow what is in *block*, where *reader* reads all, or policies what is at *paths*."""
        if reader.policy:
            self._put(block.type_span, reader)
        for name, attribute in block.attributes.items():
            at = _POLICY if [name] in map(list, paths) else reader
            self._attribute(attribute, _OTHER if name in _REPEATING else at)
        for inner in block.blocks:
            if inner.type == "dynamic" and inner.labels:
                for attribute in inner.attributes.values():
                    self._value(attribute.expression, _OTHER)
                below = _below(paths, inner.labels[0])
                for content in inner.blocks:
                    self._body(content, below, reader)
            else:
                self._body(inner, _below(paths, inner.type), reader)

    def _attribute(self, attribute: Attribute, reader: _Reader) -> None:
        if reader.policy:
            self._put(attribute.name_span, reader)
        self._value(attribute.expression, reader)

    # -- expressions

    def _put(self, span: Span, reader: _Reader) -> None:
        if reader.other:
            return
        if reader.name is not None:
            self._parts.setdefault(reader.name, []).append((span, reader.policy))
        elif reader.policy:
            self._own.append(span)

    def _use(self, name: Named, reader: _Reader) -> None:
        self._uses.setdefault(name, []).append(reader)

    def _value(self, expression: Expression, reader: _Reader) -> None:
        if not reader.policy and not reader.other and self._is_policy(expression):
            reader = _Reader(policy=True, name=reader.name)
        _FOLLOW[type(expression)](self, expression, reader)

    def _is_policy(self, expression: Expression) -> bool:
        """Whether *expression* is a policy or an ARN of one, or a string that holds a policy."""
        span = expression.span
        if span.key() in self._documents:
            return True
        if not isinstance(expression, Constant | Template):
            return False
        from bisect import bisect_left

        starts = self._starts.get(id(span.source), [])
        at = bisect_left(starts, (span.start, 0))
        return at < len(starts) and starts[at][1] <= span.end

    def _constant(self, expression: Constant, reader: _Reader) -> None:
        if isinstance(expression.node, Text):
            for part in expression.node.parts:
                self._put(part.span, reader)

    def _template(self, expression: Template, reader: _Reader) -> None:
        self._template_parts(expression.parts, reader)

    def _template_parts(self, parts: Sequence[Part], reader: _Reader) -> None:
        for part in parts:
            if isinstance(part, Piece):
                self._put(part.span, reader)
            elif isinstance(part, Interpolation):
                self._value(part.expression, reader)
            elif isinstance(part, TemplateIf):
                self._value(part.condition, _OTHER)
                self._template_parts(part.then, reader)
                self._template_parts(part.otherwise, reader)
            else:
                self._value(part.collection, _OTHER)
                self._template_parts(part.body, reader)

    def _tuple(self, expression: TupleExpression, reader: _Reader) -> None:
        for item in expression.items:
            self._value(item, reader)

    def _object(self, expression: ObjectExpression, reader: _Reader) -> None:
        for key, value in expression.entries:
            self._value(key, reader)
            self._value(value, reader)

    def _for(self, expression: ForTuple | ForObject, reader: _Reader) -> None:
        self._value(expression.collection, _OTHER)
        if expression.condition is not None:
            self._value(expression.condition, _OTHER)
        if isinstance(expression, ForObject):
            self._value(expression.name, reader)
        self._value(expression.body, reader)

    def _conditional(self, expression: Conditional, reader: _Reader) -> None:
        self._value(expression.condition, _OTHER)
        self._value(expression.then, reader)
        self._value(expression.otherwise, reader)

    def _call(self, expression: Call, reader: _Reader) -> None:
        if expression.name in READING:
            path = next(paths_read(expression.span.text), ANY_FILE)
            self._loads.append((PathPattern(path), reader))
        for argument in expression.arguments:
            self._value(argument, reader if expression.name in _PASSING else _OTHER)

    def _operands(self, expression: Unary | Binary, _: _Reader) -> None:
        if isinstance(expression, Unary):
            self._value(expression.operand, _OTHER)
        else:
            self._value(expression.left, _OTHER)
            self._value(expression.right, _OTHER)

    def _reference(self, expression: GetAttr | Index | Splat, reader: _Reader) -> None:
        steps: list[str | None] = []
        at: Expression = expression
        while isinstance(at, GetAttr | Index | Splat):
            if isinstance(at, GetAttr):
                steps.append(at.name)
            elif isinstance(at, Index):
                self._value(at.key, _OTHER)
                steps.append(None)
            else:
                self._value(at.body, _OTHER)
                steps += [_first_attribute(at.body), None]
                reader = _OTHER
            at = at.of
        steps.reverse()
        if not isinstance(at, Name):
            self._value(at, _OTHER)
        elif at.name in ("local", "var"):
            if steps[0] is None:
                self._known = False  # any of them
            else:
                self._use((at.name, steps[0]), reader)
        elif at.name == "data" and len(steps) > 1 and steps[0] == _DOCUMENT:
            whole = next((step for step in steps[2:] if step is not None), None) in _WHOLE
            if not whole:
                self._use(("data", _DOCUMENT, steps[1] or ""), _OTHER)

    def _name(self, expression: Name, reader: _Reader) -> None:
        pass

    def _unreadable(self, _: Unreadable, __: _Reader) -> None:
        self._known = False


_FOLLOW: dict[type, Callable[..., None]] = {
    Binary: Uses._operands,
    Call: Uses._call,
    Conditional: Uses._conditional,
    Constant: Uses._constant,
    ForObject: Uses._for,
    ForTuple: Uses._for,
    GetAttr: Uses._reference,
    Index: Uses._reference,
    Name: Uses._name,
    ObjectExpression: Uses._object,
    Splat: Uses._reference,
    Template: Uses._template,
    TupleExpression: Uses._tuple,
    Unary: Uses._operands,
    Unreadable: Uses._unreadable,
}


def _first_attribute(body: Expression) -> str | None:
    """The attribute of each element that the *body* of a splat begins with."""
    name = None
    while isinstance(body, GetAttr | Index):
        name = body.name if isinstance(body, GetAttr) else None
        body = body.of
    return name


def _below(paths: Sequence[Sequence[str]], name: str) -> list[Sequence[str]]:
    """The rests of those *paths* that begin with *name*."""
    return [path[1:] for path in paths if len(path) > 1 and path[0] == name]


def _is_json(path: str) -> bool:
    return path.lower().endswith(".json")
