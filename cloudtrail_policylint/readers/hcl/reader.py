"""HCL with places: the blocks of a Terraform file, read by tree-sitter.

The parser returns a concrete syntax tree and recovers from errors. This module
converts it to the types of ``file`` and ``syntax``: top-level blocks at once, the
contents of a block and its expressions when they are used. It is the only module
that imports tree-sitter.

Sources: the HCL native syntax specification (github.com/hashicorp/hcl,
hclsyntax/spec.md) and the grammar github.com/tree-sitter-grammars/tree-sitter-hcl.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from time import thread_time

import tree_sitter_hcl
from tree_sitter import Language, Parser

from ...base.lazy_regex import regex
from ...tree.source import SourceFile, Span
from ..reading import Mistake
from .expressions import MAX_DEPTH, expression_of, template_of
from .file import Attribute, Block, HclFile
from .syntax import Expression, Places, Template, Unreadable, encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from .file import Body

__all__ = ["MAX_DEPTH", "read", "read_template"]

_PARSER = Parser(Language(tree_sitter_hcl.language()))
_BLOCK_START = regex(
    r"^(?:resource|data|locals|variable|module|output|provider|terraform|moved|import|check)\b[^\n=]*\{",
    re.MULTILINE,
)
_BRACKETS = regex(r"[{\[(]+|[}\])]+")
MAX_BRACKETS = 1_000
"""The most brackets that may be open at once in the text of a file."""
_EXPONENT = regex(r"(?<![\w.])([0-9]++)([eE][-+]?[0-9]+)")
SECONDS = 0.5
SECONDS_A_CHARACTER = 1e-5
"""The most processor time for parsing a file; without errors it takes a tenth of this."""
_CHUNK = 1024
_SURROGATE = regex("[\ud800-\udfff]")
_TEMPLATE_START = "x = <<CLOUDTRAIL_POLICYLINT\n"
_TEMPLATE_END = "\nCLOUDTRAIL_POLICYLINT\n"


def read(source: SourceFile) -> HclFile:
    """The top level of *source*.

    If the file has a syntax error, each top-level block is read by itself, so
    that the error is reported in its block and the other blocks are complete.
    """
    text = source.text
    deep = _too_deep(text)
    if deep is not None:
        message = f"brackets nested deeper than {MAX_BRACKETS:,} levels"
        return HclFile(source, (), {}, Mistake(message, Span(source, deep, deep + 1), limit=True))
    try:
        return _read(source, _Parsing(len(text)))
    except _TooSlowError:
        message = "too many syntax errors to read the file in a reasonable time"
        return HclFile(source, (), {}, Mistake(message, Span(source, 0, 0), limit=True))


def _read(source: SourceFile, parsing: _Parsing) -> HclFile:
    text = source.text
    blocks: list[Block] = []
    attributes: dict[str, Attribute] = {}
    mistake: Mistake | None = None
    root = parsing.root(text)
    if root.has_error and (plain := _without_exponents(text)) != text:
        text = plain
        root = parsing.root(text)
    if not root.has_error:
        _top_level(root, Places(source, text), blocks, attributes)
        return HclFile(source, tuple(blocks), attributes, None)
    starts = [0, *(match.start() for match in _BLOCK_START.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if start == end:
            continue
        part = text[start:end]
        root = parsing.root(part)
        places = Places(source, part, base=start)
        _top_level(root, places, blocks, attributes)
        if mistake is None and root.has_error:
            mistake = _mistake(root, places)
    # No part has the error: the file was split where no block starts, in a heredoc for instance.
    if mistake is None:
        blocks.clear()
        attributes.clear()
        root = parsing.root(text)
        places = Places(source, text)
        _top_level(root, places, blocks, attributes)
        mistake = _mistake(root, places)
    return HclFile(source, tuple(blocks), attributes, mistake)


def read_template(source: SourceFile) -> Template | None:
    """The text of *source* as a template for ``templatefile()``; None for a syntax error."""
    if _TEMPLATE_END.strip() in source.text or _too_deep(source.text) is not None:
        return None
    root = _template_root(source.text)
    if root is None or root.has_error:
        return None
    # The prefix is ASCII, so its length in characters is that in bytes.
    places = Places(source, source.text, shift=len(_TEMPLATE_START))
    for body in root.children:
        for attribute in body.children:
            if attribute.type == "attribute":
                return template_of(attribute.children[-1], places)
    return None


def _too_deep(text: str) -> int | None:
    """The offset where more than ``MAX_BRACKETS`` are open, those in strings included, or None.

    Templates inside templates need up to two kilobytes of memory a bracket.
    """
    if sum(map(text.count, "{[(")) <= MAX_BRACKETS:
        return None
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += len(found[0]) if found[0][0] in "{[(" else -len(found[0])
        if depth > MAX_BRACKETS:
            return found.start()
        depth = max(depth, 0)
    return None


def _template_root(text: str) -> Node | None:
    """The parser's tree of the template *text* as a heredoc; None if it cannot be parsed."""
    parsing = _Parsing(len(text))
    try:
        root = parsing.root(_TEMPLATE_START + text + _TEMPLATE_END)
        if root.has_error:
            root = parsing.root(_TEMPLATE_START + _without_exponents(text) + _TEMPLATE_END)
    except _TooSlowError:
        return None
    return root


def comments(source: SourceFile) -> list[Span]:
    """The comments in *source*; none if it cannot be parsed."""
    return _nodes_of(source, "comment") or []


def calls(source: SourceFile) -> list[Span] | None:
    """The calls of functions in *source*; None if it cannot be parsed."""
    return _nodes_of(source, "function_call")


def _nodes_of(source: SourceFile, kind: str) -> list[Span] | None:
    """The nodes of the type *kind* in *source*; None if it cannot be parsed."""
    if _too_deep(source.text) is not None:
        return None
    try:
        root = _Parsing(len(source.text)).root(source.text)
    except _TooSlowError:
        return None
    places = Places(source, source.text)
    found = []
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and node.type == kind:
            found.append(places.of(node))
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return found


class _TooSlowError(Exception):
    """The parser takes more time than a file of this size may."""


class _Parsing:
    """Parses the text of one file, of *size* characters, in a time that grows with its size.

    The parser's recovery from errors takes time by the square of the text: a
    minute for 100 kB of blanks where a value is missing. The time is taken
    whenever the parser asks for more text; when it is up, there is no more.
    """

    def __init__(self, size: int) -> None:
        self._end = thread_time() + SECONDS + SECONDS_A_CHARACTER * size

    def root(self, text: str) -> Node:
        """The parser's tree of *text*; raises ``_TooSlowError``."""
        # The end of a heredoc needs a line end after it, which a file's last line may lack.
        data = encoded(_SURROGATE.sub("\ufffd", text)) + b"\n"
        if len(data) <= _CHUNK:
            return _PARSER.parse(data).root_node
        late = False

        def piece(at: int, _point: object) -> bytes:
            nonlocal late
            late = late or thread_time() > self._end
            return b"" if late else data[at : _character_at(data, at + _CHUNK)]

        root = _PARSER.parse(piece).root_node
        if late:
            raise _TooSlowError
        return root


def _character_at(data: bytes, at: int) -> int:
    """The first start of a character from *at* on: the parser crashes if half of one is the end."""
    while at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return at


def _without_exponents(text: str) -> str:
    """*text* with digits for the exponents of whole numbers, which the parser does not know."""
    return _EXPONENT.sub(lambda found: found[1] + "0" * len(found[2]), text)


def _top_level(
    root: Node, places: Places, blocks: list[Block], attributes: dict[str, Attribute]
) -> None:
    """Add the top level of *root*, which is one level deeper after an error."""
    for child in root.children:
        for node in (child, *child.children) if child.type in ("body", "ERROR") else (child,):
            if node.type == "block":
                blocks.append(_block(node, places))
            elif node.type == "attribute":
                _add_attribute(attributes, node, places)


def _body(node: Node, places: Places) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for body in node.children:
        if body.type == "body":
            for child in _through_errors(body):
                if child.type == "attribute":
                    _add_attribute(attributes, child, places)
                elif child.type == "block":
                    blocks.append(_block(child, places))
    return attributes, tuple(blocks)


def _through_errors(body: Node) -> Iterator[Node]:
    for child in body.children:
        if child.type == "ERROR":
            yield from child.children
        else:
            yield child


def _add_attribute(attributes: dict[str, Attribute], node: Node, places: Places) -> None:
    name = node.children[0]
    if name.type == "identifier":
        written = places.text(name)
        read = partial(_attribute_expression, node, places)
        attributes[written] = Attribute(written, places.of(name), places.of(node), read)


def _block(node: Node, places: Places) -> Block:
    type_, type_span = "", places.of(node)
    labels: list[str] = []
    for index, child in enumerate(node.children):
        if child.type == "identifier":
            if index == 0:
                type_, type_span = places.text(child), places.of(child)
            else:
                labels.append(places.text(child))
        elif child.type == "string_lit":
            labels.append(places.text(child)[1:-1])
        elif child.type == "block_start":
            break
    read = partial(_body, node, places)
    return Block(type_, type_span, tuple(labels), places.of(node), read)


def _attribute_expression(node: Node, places: Places) -> Expression:
    value = node.children[-1]
    if value.type != "expression":
        return Unreadable(places.of(value))
    return expression_of(value, places)


def _mistake(root: Node, places: Places) -> Mistake:
    """The first error of the parse, at the deepest node that has it."""
    parent = node = root
    while True:
        inner = next((c for c in node.children if c.is_missing or c.has_error or c.is_error), None)
        if inner is None or (node.is_error and not inner.has_error):
            break
        parent, node = node, inner
    if node.is_missing:
        # A string without its end runs on to the end of the file: its start is the better place.
        at = parent.children[0] if node.type in _MISSING_CLOSING_QUOTES else node
        span = places.span(at.start_byte, at.start_byte + 1)
        return Mistake(f"{_missing(node)} is missing", span)
    span = places.of(node)
    written = span.text.strip().split("\n", 1)[0].rstrip()
    if len(written) > 40:
        written = written[:37] + "..."
    end = min(span.end, span.start + max(1, len(written)))
    message = f"unexpected {written}" if written else "something is missing here"
    return Mistake(message, Span(span.source, span.start, end))


_MISSING_CLOSING_QUOTES = ("quoted_template_end", "heredoc_identifier")
_MISSING = {
    "block_end": '"}"',
    "object_end": '"}"',
    "tuple_end": '"]"',
    "quoted_template_end": 'a closing quote (")',
    "template_interpolation_end": '"}"',
    "template_directive_end": '"}"',
    "heredoc_identifier": "the end of a heredoc",
    "block_start": '"{"',
    "object_start": '"{"',
    "identifier": "a name",
}


def _missing(node: Node) -> str:
    return _MISSING.get(node.type, f'"{node.type}"')
