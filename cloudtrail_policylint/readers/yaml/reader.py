"""YAML with places and tags: turns the events of libyaml directly into the tree.

The events of ruamel.yaml's C extension have all that is needed, and a reader in
pure Python is about twenty times slower. Their marks count characters, so that
they are offsets in the text.

CloudFormation's short forms are read as their long forms: ``!Sub x`` is the map
``{"Fn::Sub": x}``, whose key is at the place of the tag. Other tags are unknown
functions: ``!Vault x`` is ``{"!Vault": x}``.
"""

from __future__ import annotations

import re

from ...base import limits
from ...base.lazy_regex import regex
from ...base.record import record
from ...tree.nodes import Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from ...tree.source import SourceFile, Span
from ..reading import MAX_DEPTH, Mistake, Reading
from .scalars import plain
from .tags import function_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


BLOCK_STYLES = ("|", ">")
"""The styles of literal and folded block scalars, as events name them."""
_STRING_TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary")

# Not allowed in YAML, even in quotes (YAML 1.1 section 4.1.1, as in libyaml), and lone surrogates.
_NOT_YAML = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
_NOT_YAML_IN_ASCII = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
"""The same for text that is ASCII: it compiles in a tenth of the time."""
# For broken files only, so compiled when needed.
_SEPARATOR = r"(?m)^---(?=\s|\Z)"
_DOCUMENT_END = r"(?m)^\.\.\.(?=\s|\Z)"
_HEAD = r"(?:[%#][^\n]*\n|[ \t\r]*\n)*(?:---)?"
_PROPERTIES = regex(r"(?:[&!]\S*(?:\s+(?:#[^\r\n]*)?)*)+")
_ANCHOR_OR_TAG = regex(r"([&!])\S*")

_DOUBTFUL_STARTS = frozenset("0123456789+-.~nNtTfF<") | {""}


def read(source: SourceFile) -> tuple[Reading, ...]:
    """The documents of *source*, each with its first syntax error.

    A document with a syntax error has what was read before the error; documents
    after it are not affected. Empty for a file without documents.
    """
    import gc

    # There is no garbage here, but the collector would take half of the time to look for it.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Reader(source).read()
    finally:
        if collecting:
            gc.enable()


class _Open:
    """A collection that is not closed yet."""

    __slots__ = (
        "anchor", "before", "deepest", "depth", "end", "entries", "flow", "items", "key",
        "mapping", "merges", "outer", "start", "tag",
    )  # fmt: skip

    def __init__(
        self, *, mapping: bool, flow: bool, start: int, outer: int, depth: int, before: int
    ) -> None:
        self.mapping = mapping
        self.flow = flow
        self.outer = outer  # where it starts, anchor and tag included
        self.start = start
        self.end = start
        self.entries: list[Entry] = []
        self.items: list[Node] = []
        self.key: Text | None = None
        self.merges: list[int] = []
        self.tag: str | None = None
        self.anchor: str | None = None
        self.depth = depth
        self.deepest = depth
        self.before = before  # number of nodes before this one


@record
class _Anchored:
    node: Node
    size: int
    height: int


@record
class _Failure:
    """A document with a syntax error: its start, the place of the error, and what was read."""

    start: int
    at: int
    reading: Reading


class _Reader:
    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text = source.text
        self.bad: Mistake | None = None
        not_yaml = re.compile(_NOT_YAML_IN_ASCII if self.text.isascii() else _NOT_YAML)
        bad = not_yaml.search(self.text)
        if bad is not None:
            self.text = not_yaml.sub("\ufffd", self.text)
            message = "a character that YAML does not allow"
            self.bad = Mistake(message, Span(source, bad.start(), bad.end()))
        self.readings: list[Reading] = []

    def read(self) -> tuple[Reading, ...]:
        text = self.text
        # libyaml skips a first U+FEFF as a byte order mark, and its offsets are then one off.
        base = 1 if text.startswith("\ufeff") else 0
        failure = self.documents(text[base:], base)
        at = failure.start if failure is not None else len(text)
        # From the broken document on, one at a time, so that an error ends at the next "---".
        while failure is not None and at < len(text):
            head = re.compile(_HEAD).match(text, at)
            following = re.compile(_SEPARATOR).search(text, head.end() if head is not None else at)
            end = following.start() if following is not None else len(text)
            closed = re.compile(_DOCUMENT_END).search(text, at, end)
            self.document(text[at : closed.start() if closed is not None else end], at)
            at = end
        if self.bad is not None:  # after the last document, in a comment for instance
            self.readings.append(Reading(None, self.bad))
        return tuple(self.readings)

    def document(self, text: str, base: int) -> None:
        """Read one document that may be broken; with ``mask`` if that gets further."""
        done = len(self.readings)
        failure = self.documents(text, base)
        if failure is None:
            return
        from .libyaml import mask

        masked, masks = mask(text)
        if masked != text:
            kept = self.readings[done:]
            del self.readings[done:]
            retried = self.documents(masked, base, masks)
            if retried is None:
                return
            if retried.at > failure.at:
                failure = retried
            else:
                self.readings[done:] = kept
        self.finish(failure.reading, base + len(text))

    def finish(self, reading: Reading, end: int) -> None:
        bad, mistake = self.bad, reading.mistake
        if bad is not None and bad.span.start < end:
            self.bad = None
            if mistake is None or bad.span.start < mistake.span.start:
                reading = Reading(reading.root, bad)
        self.readings.append(reading)

    def documents(self, text: str, base: int, masks: str = "") -> _Failure | None:
        """Read the documents of *text*, at the offset *base* of the file, up to an error."""
        from _ruamel_yaml import CParser
        from ruamel.yaml.error import YAMLError

        builder = _Builder(self, base, masks)
        try:
            builder.run(CParser(text).get_event)
        except YAMLError as error:
            from .libyaml import explain

            at, mistake = explain(error, self.source, base, base + len(text))
        except _TooDeepError:
            at = builder.at
            message = f"nested deeper than {MAX_DEPTH} levels"
            mistake = Mistake(message, Span(self.source, at, min(at + 1, len(self.text))), True)
        else:
            return None
        return _Failure(builder.start, at, Reading(builder.close_all(), builder.mistake or mistake))


class _TooDeepError(Exception):
    pass


class _Builder:
    """Builds nodes from events. After an exception ``close_all`` returns what was read."""

    def __init__(self, reader: _Reader, base: int, masks: str) -> None:
        self.reader = reader
        self.source = reader.source
        self.text = reader.text
        self.base = base
        self.masks = masks
        self.start = base  # of the document being read
        self.at = base  # of the last collection opened
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.mistake: Mistake | None = None
        self.anchors: dict[str, _Anchored | None] = {}
        self.count = 0
        self.expansion = 0

    def run(self, get: Callable[[], Any]) -> None:  # noqa: C901 - the hot loop
        from ruamel.yaml.events import (
            AliasEvent,
            DocumentEndEvent,
            DocumentStartEvent,
            MappingEndEvent,
            MappingStartEvent,
            ScalarEvent,
            SequenceEndEvent,
            SequenceStartEvent,
            StreamEndEvent,
        )

        base, stack, text, source = self.base, self.stack, self.text, self.source
        while True:
            event = get()
            kind = type(event)
            if kind is ScalarEvent:
                start, end = base + event.start_mark.index, base + event.end_mark.index
                value, style = event.value, event.style
                # Inlined for the common case: one line, nothing to decode, certainly a string.
                inset = 1 if style else 0
                if (
                    event.tag is None
                    and event.anchor is None
                    and text[start + inset : end - inset] == value
                    and (style or value[:1] not in _DOUBTFUL_STARTS)
                    and stack
                    and style not in BLOCK_STYLES
                ):
                    self.count += 1
                    span = Span(source, start, end)
                    inner = Span(source, start + 1, end - 1) if style else span
                    node = Text((Piece(value, inner),), span)
                    into = stack[-1]
                    into.end = end
                    if not into.mapping:
                        into.items.append(node)
                    elif into.key is None:
                        into.key = node
                    else:
                        into.entries.append(Entry(into.key, node))
                        into.key = None
                    continue
                if self.masks:
                    value = value.replace(self.masks[0], ":").replace(self.masks[1], "?")
                self.scalar(value, style, event.tag, event.anchor, start, end)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self.open(event, mapping=kind is MappingStartEvent)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                closing = stack.pop()
                if closing.flow:
                    closing.end = base + event.end_mark.index
                self.close(closing)
            elif kind is AliasEvent:
                self.alias(event.anchor, base + event.start_mark.index, base + event.end_mark.index)
            elif kind is DocumentStartEvent:
                self.begin(base + event.start_mark.index)
            elif kind is DocumentEndEvent:
                end = base + event.end_mark.index
                self.reader.finish(Reading(self.root, self.mistake), end)
                self.begin(end)
            elif kind is StreamEndEvent:
                return

    def begin(self, start: int) -> None:
        """A document starts at *start*."""
        self.start = start
        self.root, self.mistake = None, None
        self.anchors = {}
        self.count = self.expansion = 0

    def close_all(self) -> Node | None:
        """The document, with all open collections closed at their last item.

        They end with a hole, and so does a key without a value: the rest of them
        is unknown, not missing.
        """
        while self.stack:
            closing = self.stack.pop()
            unknown = Hole("", Span(self.source, closing.end, closing.end))
            if not closing.mapping:
                closing.items.append(unknown)
            else:
                key = Text((unknown,), unknown.span)
                closing.entries.append(Entry(closing.key or key, unknown))
                if closing.key is not None:
                    closing.entries.append(Entry(key, unknown))
            self.close(closing)
        return self.root

    # -- nodes

    def put(self, node: Node, end: int) -> None:
        """Add *node*, which ends at *end*, to the collection that is open."""
        if not self.stack:
            self.root = node
            return
        into = self.stack[-1]
        into.end = end
        if not into.mapping:
            into.items.append(node)
        elif into.key is None:
            into.key = self.key(node)
        else:
            into.entries.append(Entry(into.key, node))
            into.key = None

    def key(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        if isinstance(node, Scalar):
            return Text((Piece(node.written, node.span),), node.span)
        written = self.text[node.span.start : node.span.end]
        return Text((Hole(written[:40], node.span),), node.span)

    def open(self, event: Any, *, mapping: bool) -> None:
        outer = start = self.at = self.base + event.start_mark.index
        tag, anchor = event.tag, event.anchor
        if tag is not None or anchor is not None:
            properties = _PROPERTIES.match(self.text, outer)
            if properties is not None:
                start = properties.end()
        name = function_of(tag) if tag is not None else None
        depth = (self.stack[-1].depth if self.stack else 0) + (1 if name is None else 2)
        if depth > MAX_DEPTH:
            raise _TooDeepError
        opened = _Open(
            mapping=mapping,
            flow=bool(event.flow_style),
            start=start,
            outer=outer,
            depth=depth,
            before=self.count,
        )
        opened.tag = name
        opened.anchor = anchor
        self.count += 1
        if anchor is not None:
            self.anchors[anchor] = None
        self.stack.append(opened)

    def close(self, closing: _Open) -> None:
        span = Span(self.source, closing.start, max(closing.end, closing.start))
        node: Node
        if closing.mapping:
            entries = closing.entries
            if closing.merges:
                entries = _merge(entries, closing.merges)
            node = Map(tuple(entries), span)
        else:
            node = Seq(tuple(closing.items), span)
        if closing.tag is not None:
            node = self.wrap(closing.tag, node, closing.outer, closing.start)
        if closing.anchor is not None:
            size = self.count - closing.before
            height = closing.deepest - closing.depth + (1 if closing.tag is None else 2)
            self.anchors[closing.anchor] = _Anchored(node, size, height)
        if self.stack and self.stack[-1].deepest < closing.deepest:
            self.stack[-1].deepest = closing.deepest
        self.put(node, span.end)

    def wrap(self, function: str, node: Node, outer: int, inner: int) -> Map:
        """``{"Fn::Sub": node}`` for ``!Sub node``, its key at the place of the tag."""
        place = Span(self.source, outer, outer)
        for match in _ANCHOR_OR_TAG.finditer(self.text, outer, inner):
            if match.group(1) == "!":
                place = Span(self.source, match.start(), match.end())
                break
        key = Text((Piece(function, place),), place)
        return Map((Entry(key, node),), Span(self.source, place.start, node.span.end))

    def scalar(
        self, value: str, style: str, tag: str | None, anchor: str | None, outer: int, end: int
    ) -> None:
        start = outer
        text, source, stack = self.text, self.source, self.stack
        if tag is not None or anchor is not None:
            properties = _PROPERTIES.match(text, outer, end)
            if properties is not None:
                start = properties.end()
        span = Span(source, start, end)
        function = function_of(tag) if tag is not None else None
        node: Node | None = None
        if style in BLOCK_STYLES:
            from .places import block_pieces

            pieces, end = block_pieces(source, text, value, start, end)
            node = Text(pieces, Span(source, start, end))
        elif style:
            node = Text(_flow_pieces(source, text, value, start + 1, end - 1, style), span)
        else:
            as_key = bool(stack) and stack[-1].mapping and stack[-1].key is None
            if as_key and value == "<<" and tag is None:
                stack[-1].merges.append(len(stack[-1].entries))
            elif not as_key and function is None and tag not in _STRING_TAGS:
                node = plain(value, span)
            if node is None:
                node = Text(_flow_pieces(source, text, value, start, end, ""), span)
        self.count += 1
        if function is not None:
            node = self.wrap(function, node, outer, start)
        if anchor is not None:
            self.anchors[anchor] = _Anchored(node, 1, 0 if tag is None else 1)
        self.put(node, end)

    def alias(self, name: str, start: int, end: int) -> None:
        known = self.anchors.get(name)
        limit = False
        if known is not None:
            depth = (self.stack[-1].depth if self.stack else 0) + known.height
            if depth > MAX_DEPTH:
                message, limit = f"aliases make it nested deeper than {MAX_DEPTH} levels", True
            elif self.expansion + known.size > (most := limits.in_force().aliases):
                message = f"aliases expand to more than {most:,} values {limits.named('aliases')}"
                limit = True
            else:
                self.expansion += known.size
                self.count += known.size
                if self.stack and self.stack[-1].deepest < depth:
                    self.stack[-1].deepest = depth
                self.put(known.node, end)
                return
        elif name in self.anchors:
            message = f'the alias "*{name}" is inside of the value it refers to'
        else:
            message = f'the alias "*{name}" has no anchor "&{name}" before it'
        span = Span(self.source, start, end)
        if self.mistake is None:
            self.mistake = Mistake(message, span, limit)
        self.count += 1
        self.put(Hole("*" + name, span), end)


def _flow_pieces(
    source: SourceFile, text: str, value: str, start: int, end: int, quote: str
) -> tuple[Piece, ...]:
    """The pieces of a plain or quoted scalar at ``[start, end)``: one if nothing is decoded."""
    if text[start:end] == value:
        return (Piece(value, Span(source, start, end)),)
    from .places import flow_pieces

    return flow_pieces(source, text, value, start, end, quote)


def _merge(entries: list[Entry], merges: list[int]) -> list[Entry]:
    """*entries* with the merge keys at the positions *merges* replaced by merged entries.

    Keys of the map itself take precedence, then the earlier of several merged maps
    (https://yaml.org/type/merge.html).
    """
    positions = set(merges)
    seen = {entry.key.literal for i, entry in enumerate(entries) if i not in positions}
    merged: list[Entry] = []
    for i, entry in enumerate(entries):
        value = entry.value
        if i not in positions:
            merged.append(entry)
            continue
        maps = value.items if isinstance(value, Seq) else (value,)
        if not all(isinstance(item, Map) for item in maps):
            merged.append(entry)
            continue
        for item in maps:
            assert isinstance(item, Map)
            last = {one.key.literal: one for one in item.entries}
            for literal, one in last.items():
                if literal is None or literal not in seen:
                    seen.add(literal)
                    merged.append(one)
    return merged
