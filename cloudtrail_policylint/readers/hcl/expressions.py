"""Converts the parser's tree of an expression to the types of ``syntax``.

The concrete tree has every bracket but no white space, not even that inside of
strings. So literal text is taken from the file, between the nodes around it.
Whatever cannot be read is ``Unreadable``; nothing raises.
"""

from __future__ import annotations

from itertools import pairwise

from ...base.lazy_regex import regex
from ...tree.nodes import Piece, Scalar, Text
from ...tree.source import Span
from .syntax import (
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from .syntax import Places

MAX_DEPTH = 100
"""The most levels of nesting of one expression; a policy needs about ten."""

_WRAPPERS = frozenset(
    ["expression", "literal_value", "template_expr", "collection_value", "for_expr", "operation"]
)
_BINARY = ("==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "&&", "||")
_ESCAPE = regex(r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$\{|%%\{')
_HEREDOC_ESCAPE = regex(r"\$\$\{|%%\{")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def expression_of(node: Node, places: Places) -> Expression:
    """The expression at *node*, which has the grammar's type ``expression``."""
    return _Converter(places).one(node, 0)


def template_of(node: Node, places: Places) -> Template | None:
    """The template at *node*, even if it has no interpolations; None for other expressions."""
    found = expression_of(node, places)
    if isinstance(found, Constant) and isinstance(found.node, Text):
        return Template(found.node.parts, found.span)  # type: ignore[arg-type]  # no holes
    return found if isinstance(found, Template) else None


class _Converter:
    def __init__(self, places: Places) -> None:
        self.places = places

    def one(self, node: Node, depth: int) -> Expression:
        """The expression of one node."""
        if depth > MAX_DEPTH:
            return Unreadable(self.places.of(node))
        while node.type in _WRAPPERS:
            children = node.children
            if len(children) != 1:
                children = [c for c in children if c.type != "comment"]
            if len(children) != 1:
                return self.chain(children, depth) if children else Unreadable(self.places.of(node))
            node = children[0]
        if node.is_missing:
            return Unreadable(self.places.of(node))
        convert = _CONVERT.get(node.type)
        return convert(self, node, depth) if convert else Unreadable(self.places.of(node))

    def chain(self, nodes: Sequence[Node], depth: int) -> Expression:
        """A value and the steps after it: ``head .name [key] [*]...``."""
        nodes = [n for n in nodes if n.type not in ("comment", "ERROR")] or nodes
        if nodes[0].type == "(":
            head, rest = self.one(nodes[1], depth + 1) if len(nodes) > 1 else None, nodes[3:]
            if head is None:
                return Unreadable(self.places.of(nodes[0]))
        else:
            head, rest = self.one(nodes[0], depth + 1), nodes[1:]
        start = nodes[0].start_byte
        for step in rest:
            head = self.step(head, step, start, depth)
        return head

    def step(self, of: Expression, node: Node, start: int, depth: int) -> Expression:
        span = self.places.span(start, node.end_byte)
        if node.type == "get_attr":
            return GetAttr(of, self.places.text(node.children[-1]), span)
        if node.type == "index":
            inner = node.children[0]
            if inner.type == "legacy_index":
                return Index(of, self.number(inner, self.places.text(inner).lstrip(".")), span)
            key = next((c for c in inner.children if c.type == "expression"), None)
            return Unreadable(span) if key is None else Index(of, self.one(key, depth + 1), span)
        if node.type == "splat":
            return self.splat(of, node.children[0], start, depth)
        return Unreadable(span)

    def splat(self, of: Expression, node: Node, start: int, depth: int) -> Expression:
        """``[*]`` takes all steps after it, ``.*`` only the attributes up to the first index."""
        marker = self.places.of(node.children[0])
        body: Expression = Name(ELEMENT, marker)
        steps = node.children[1:]
        taken = 0
        for step in steps:
            if node.type == "attr_splat" and step.type != "get_attr":
                break
            body = self.step(body, step, node.start_byte, depth)
            taken += 1
        end = steps[taken - 1].end_byte if taken else node.children[0].end_byte
        found: Expression = Splat(of, body, self.places.span(start, end))
        for step in steps[taken:]:
            found = self.step(found, step, start, depth)
        return found

    # -- literals

    def number(self, node: Node, written: str) -> Constant:
        span = self.places.of(node)
        value: int | float
        try:
            value = int(written)
        except ValueError:
            try:
                value = float(written)
            except ValueError:
                value = float("nan")
        return Constant(Scalar(value, written, span), span)

    def numeric(self, node: Node, depth: int) -> Expression:  # noqa: ARG002 - one signature for all
        return self.number(node, self.places.text(node))

    def word(self, node: Node, depth: int) -> Expression:  # noqa: ARG002
        span = self.places.of(node)
        written = self.places.text(node)
        return Constant(Scalar({"true": True, "false": False}.get(written), written, span), span)

    def name(self, node: Node, depth: int) -> Expression:  # noqa: ARG002
        return Name(self.places.text(node), self.places.of(node))

    def string(self, node: Node, depth: int) -> Expression:
        if node.has_error:
            return self.quoted(node, depth)
        span = self.places.of(node)  # two quotes and what is between them
        return _template(self.literal(span.start + 1, span.end - 1, _ESCAPE), span)

    def quoted(self, node: Node, depth: int) -> Expression:
        children = node.children
        end = children[-1]
        last = end.start_byte if end.type == "quoted_template_end" else node.end_byte
        parts = self.parts(children[1:-1], children[0].end_byte, last, depth, _ESCAPE)
        return _template(parts, self.places.of(node))

    def heredoc(self, node: Node, depth: int) -> Expression:
        places = self.places
        marks = [c for c in node.children if c.type == "heredoc_identifier"]
        if len(marks) < 2:
            return Unreadable(places.of(node))
        text = places.source.text
        # The content is the lines between those of the two markers, as offsets in the file.
        first = text.find("\n", places.offset(marks[0].end_byte)) + 1
        last = text.rfind("\n", 0, places.offset(marks[-1].start_byte)) + 1
        if places.shift:  # a template file, which does not contain the markers
            first, last = 0, len(text)
        inside = [c for c in node.children if c.type not in ("heredoc_start", "heredoc_identifier")]
        parts = self.parts_between(inside, first, max(first, last), depth, _HEREDOC_ESCAPE)
        if places.text(node.children[0]) == "<<-":
            parts = _dedent(parts)
        return _template([piece for part in parts for piece in _lines(part)], places.of(node))

    # -- templates

    def parts(
        self, nodes: Sequence[Node], start: int, end: int, depth: int, escape: re.Pattern[str]
    ) -> list[Part]:
        return self.parts_between(
            nodes, self.places.offset(start), self.places.offset(end), depth, escape
        )

    def parts_between(
        self, nodes: Sequence[Node], start: int, end: int, depth: int, escape: re.Pattern[str]
    ) -> list[Part]:
        """The parts of the template at ``[start, end)`` of the file; *nodes* are not text."""
        parts: list[Part] = []
        at, strip = start, False
        for node in nodes:
            if node.type not in ("template_interpolation", "template_directive"):
                continue
            span = self.places.of(node)
            before, after = _strip_markers(node)
            parts += self.literal(at, span.start, escape, left=strip, right=before)
            at, strip = span.end, after
            if node.type == "template_interpolation":
                inner = next((c for c in node.children if c.type == "expression"), None)
                value = Unreadable(span) if inner is None else self.one(inner, depth + 1)
                parts.append(Interpolation(value, span))
            else:
                parts.append(self.directive(node.children[0], depth, escape))
        parts += self.literal(at, end, escape, left=strip)
        return parts

    def literal(
        self,
        start: int,
        end: int,
        escape: re.Pattern[str],
        *,
        left: bool = False,
        right: bool = False,
    ) -> list[Part]:
        """The pieces of the text ``[start, end)``: each escape is a piece of its own."""
        source = self.places.source
        if left:
            start += len(source.text[start:end]) - len(source.text[start:end].lstrip())
        if right:
            end = start + len(source.text[start:end].rstrip())
        raw = source.text[start:end]
        if raw and "\\" not in raw and "{" not in raw:  # no escapes
            return [Piece(raw, Span(source, start, end))]
        parts: list[Part] = []
        at = 0
        for match in escape.finditer(raw):
            if match.start() > at:
                parts.append(self.piece(raw[at : match.start()], start + at, start + match.start()))
            decoded = _decode(match.group())
            parts.append(self.piece(decoded, start + match.start(), start + match.end()))
            at = match.end()
        if at < len(raw):
            parts.append(self.piece(raw[at:], start + at, end))
        return parts

    def piece(self, text: str, start: int, end: int) -> Piece:
        return Piece(text, Span(self.places.source, start, end))

    def directive(self, node: Node, depth: int, escape: re.Pattern[str]) -> Part:
        span = self.places.of(node)
        children = node.children
        marks = [i for i, c in enumerate(children) if c.type in _DIRECTIVE_MARKS]
        intro = children[0]
        expression = next((c for c in intro.children if c.type == "expression"), None)
        if depth > MAX_DEPTH or expression is None or len(marks) < 2:
            return Interpolation(Unreadable(span), span)
        bodies = []
        for first, last in pairwise(marks):
            opening, closing = children[first], children[last]
            start, end = (
                self.places.offset(opening.end_byte),
                self.places.offset(closing.start_byte),
            )
            if _strip_markers(opening)[1]:
                start += _blank_ahead(self.places.source.text[start:end])
            if _strip_markers(closing)[0]:
                end -= _blank_behind(self.places.source.text[start:end])
            inner = self.parts_between(children[first + 1 : last], start, end, depth + 1, escape)
            bodies.append(tuple(piece for part in inner for piece in _lines(part)))
        value = self.one(expression, depth + 1)
        if node.type == "template_if":
            return TemplateIf(value, bodies[0], bodies[1] if len(bodies) > 1 else (), span)
        names = [self.places.text(c) for c in intro.children if c.type == "identifier"]
        if not names:
            return Interpolation(Unreadable(span), span)
        return TemplateFor(names[0] if len(names) > 1 else "", names[-1], value, bodies[0], span)

    # -- collections

    def tuple_(self, node: Node, depth: int) -> Expression:
        items: list[Expression] = []
        for child in node.children:
            if child.type == "expression":
                items.append(self.one(child, depth + 1))
            elif child.type == "ERROR" and child.named_child_count:  # after a missing comma
                items.append(self.chain(child.children, depth + 1))
        return TupleExpression(tuple(items), self.places.of(node))

    def object_(self, node: Node, depth: int) -> Expression:
        entries: list[tuple[Expression, Expression]] = []
        for child in node.children:
            if child.type != "object_elem":
                continue
            pair = [c for c in child.children if c.type == "expression"]
            if len(pair) != 2:
                continue
            key = self.one(pair[0], depth + 1)
            bracketed = pair[0].children[0].type == "("
            if isinstance(key, Name) and not bracketed:
                piece = Piece(key.name, key.span)
                key = Constant(Text((piece,), key.span), key.span)
            entries.append((key, self.one(pair[1], depth + 1)))
        return ObjectExpression(tuple(entries), self.places.of(node))

    def for_(self, node: Node, depth: int) -> Expression:
        span = self.places.of(node)
        children = node.children
        intro = next((c for c in children if c.type == "for_intro"), None)
        bodies = [self.one(c, depth + 1) for c in children if c.type == "expression"]
        expected = 2 if node.type == "for_object_expr" else 1
        if intro is None or len(bodies) != expected:
            return Unreadable(span)
        names = [self.places.text(c) for c in intro.children if c.type == "identifier"]
        collection = next((c for c in intro.children if c.type == "expression"), None)
        if collection is None or not names:
            return Unreadable(span)
        key, value = names[0] if len(names) > 1 else "", names[-1]
        test = next((c for c in children if c.type == "for_cond"), None)
        condition = self.one(test.children[-1], depth + 1) if test is not None else None
        over = self.one(collection, depth + 1)
        if expected == 1:
            return ForTuple(key, value, over, bodies[0], condition, span)
        grouped = any(c.type == "ellipsis" for c in children)
        return ForObject(key, value, over, bodies[0], bodies[1], grouped, condition, span)

    # -- operators and calls

    def conditional(self, node: Node, depth: int) -> Expression:
        """``a ? b : c ? d : e`` nests to the left in the grammar, but to the right in HCL."""
        parts = [c for c in node.children if c.type == "expression"]
        if len(parts) != 3:
            return Unreadable(self.places.of(node))
        span = self.places.of(node)
        otherwise = Conditional(
            Unreadable(span), self.one(parts[1], depth + 1), self.one(parts[2], depth + 1), span
        )
        at = parts[0]
        while len(at.children) == 1 and at.children[0].type == "conditional":
            inner = [c for c in at.children[0].children if c.type == "expression"]
            if len(inner) != 3:
                break
            here = self.places.span(inner[2].start_byte, node.end_byte)
            nested = Conditional(
                self.one(inner[2], depth + 1), otherwise.then, otherwise.otherwise, here
            )
            otherwise = Conditional(Unreadable(span), self.one(inner[1], depth + 1), nested, span)
            at = inner[0]
            depth += 1
            if depth > MAX_DEPTH:
                return Unreadable(span)
        return Conditional(self.one(at, depth + 1), otherwise.then, otherwise.otherwise, span)

    def unary(self, node: Node, depth: int) -> Expression:
        children = node.children
        if len(children) < 2:
            return Unreadable(self.places.of(node))
        operand = self.chain(children[1:], depth + 1)
        return Unary(children[0].type, operand, self.places.of(node))

    def binary(self, node: Node, depth: int) -> Expression:
        children = node.children
        at = next((i for i, c in enumerate(children) if not c.is_named and c.type in _BINARY), 0)
        if not 0 < at < len(children) - 1:
            return Unreadable(self.places.of(node))
        left, right = (
            self.chain(children[:at], depth + 1),
            self.chain(children[at + 1 :], depth + 1),
        )
        return Binary(children[at].type, left, right, self.places.of(node))

    def call(self, node: Node, depth: int) -> Expression:
        arguments: list[Expression] = []
        expands = False
        for child in node.children:
            if child.type == "function_arguments":
                for argument in child.children:
                    if argument.type == "expression":
                        arguments.append(self.one(argument, depth + 1))
                    elif argument.type == "ellipsis":
                        expands = True
        name = self.places.text(node.children[0])
        return Call(name, tuple(arguments), expands, self.places.of(node))


_DIRECTIVE_MARKS = (
    "template_if_intro",
    "template_else_intro",
    "template_if_end",
    "template_for_start",
    "template_for_end",
)
_CONVERT: dict[str, Callable[[_Converter, Node, int], Expression]] = {
    "numeric_lit": _Converter.numeric,
    "bool_lit": _Converter.word,
    "null_lit": _Converter.word,
    "string_lit": _Converter.string,
    "quoted_template": _Converter.quoted,
    "heredoc_template": _Converter.heredoc,
    "variable_expr": _Converter.name,
    "tuple": _Converter.tuple_,
    "object": _Converter.object_,
    "for_tuple_expr": _Converter.for_,
    "for_object_expr": _Converter.for_,
    "conditional": _Converter.conditional,
    "unary_operation": _Converter.unary,
    "binary_operation": _Converter.binary,
    "function_call": _Converter.call,
}


def _decode(escape: str) -> str:
    if escape[0] != "\\":
        return escape[1:]  # $${ and %%{
    code = escape[1]
    if code not in "uU":
        return _SIMPLE[code]
    number = int(escape[2:], 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"


def _strip_markers(node: Node) -> tuple[bool, bool]:
    """Whether *node* strips the white space before and after it (``~``).

    It is an interpolation, a directive, or the start or end of one.
    """
    if node.type == "template_directive":
        inner = node.children[0].children
        return (
            (_strip_markers(inner[0])[0], _strip_markers(inner[-1])[1]) if inner else (False, False)
        )
    children = node.children
    if len(children) < 3:
        return False, False
    return children[1].type == "strip_marker", children[-2].type == "strip_marker"


def _blank_ahead(text: str) -> int:
    return len(text) - len(text.lstrip())


def _blank_behind(text: str) -> int:
    return len(text) - len(text.rstrip())


def _template(parts: list[Part], span: Span) -> Expression:
    pieces = tuple([part for part in parts if isinstance(part, Piece)])
    if len(pieces) == len(parts):
        if not pieces:
            middle = Span(span.source, min(span.start + 1, span.end), min(span.start + 1, span.end))
            pieces = (Piece("", middle),)
        return Constant(Text(pieces, span), span)
    return Template(tuple(parts), span)


def _lines(part: Part) -> list[Part]:
    """*part* as one piece per line, if it is a piece."""
    if not isinstance(part, Piece) or "\n" not in part.text:
        return [part]
    if len(part.text) != part.span.end - part.span.start:  # an escape
        return [part]
    found: list[Part] = []
    span, at = part.span, 0
    for line in part.text.splitlines(keepends=True):
        place = Span(span.source, span.start + at, span.start + at + len(line))
        found.append(Piece(line, place))
        at += len(line)
    return found


def _dedent(parts: list[Part]) -> list[Part]:
    """*parts* of a ``<<-`` heredoc without the indentation common to all lines."""
    lines = [line for part in parts for line in _lines(part)]
    indents: list[int] = []
    fresh = True
    for line in lines:
        if isinstance(line, Piece):
            if fresh and line.text.strip():
                indents.append(len(line.text) - len(line.text.lstrip(" \t")))
            elif fresh and not line.text.endswith("\n"):  # white space before an interpolation
                indents.append(len(line.text))
            fresh = line.text.endswith("\n")
        else:
            if fresh:
                indents.append(0)
            fresh = False
    cut = min(indents, default=0)
    if not cut:
        return lines
    found: list[Part] = []
    fresh = True
    for line in lines:
        if isinstance(line, Piece) and fresh:
            drop = min(cut, len(line.text) - len(line.text.lstrip(" \t")))
            place = Span(line.span.source, line.span.start + drop, line.span.end)
            found.append(Piece(line.text[drop:], place))
        else:
            found.append(line)
        fresh = isinstance(line, Piece) and line.text.endswith("\n")
    return found
