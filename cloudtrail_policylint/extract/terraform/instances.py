"""How often a block is there: ``count``, ``for_each`` and ``dynamic`` blocks.

Sources: developer.hashicorp.com/terraform/language/meta-arguments/count,
.../for_each and .../expressions/dynamic-blocks.
"""

from __future__ import annotations

from ...base.record import record
from ...readers.hcl.syntax import keyword
from ...tree.nodes import NAME, Map, Node, Scalar
from ...tree.source import Span
from ..values import string
from .effects import ASSUMED, FAILED, NOTES
from .session import MAX_NOTES_OF_ONE, Instance
from .values import entry_at, hole_at, integer, is_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...readers.hcl.file import Attribute, Block
    from .session import Scope, Session

MAX_INSTANCES = 16
"""Instances of one block that are looked at one by one; of more, an unknown one stands for all."""


@record
class Nested:
    """One nested block, written or made by a ``dynamic`` block, with the scope of its content.

    ``many`` says that it stands for any number of blocks like it, none included.
    """

    block: Block
    scope: Scope
    span: Span
    sure: bool = True
    many: bool = False


def instances_of(session: Session, block: Block) -> list[Instance]:
    """The instances of the resource, data source or module call *block*; none when it is switched off for good."""
    known = session.instances.get(id(block))
    if known is None:
        # An error in count is one of the block, not of the expression that refers to it.
        seen = session.observed(keep=FAILED | NOTES, most_notes=MAX_NOTES_OF_ONE)
        itself = [Instance(None, {}, sure=False)]  # for one that counts itself
        session.instances[id(block)] = (itself, seen)
        with seen:
            instances = _instances(session, block)
        known = session.instances[id(block)] = (instances, seen)
    instances, seen = known
    session.add_notes(seen.notes)
    return instances


def _instances(session: Session, block: Block) -> list[Instance]:
    attributes = block.attributes
    if "count" in attributes:
        return _counted(session, attributes["count"])
    if "for_each" in attributes:
        return _for_each(session, attributes["for_each"])
    return [Instance(None, {})]


def _counted(session: Session, attribute: Attribute) -> list[Instance]:
    with session.observed(keep=ASSUMED) as seen:  # the instances say themselves what is not sure
        node = session.evaluate(attribute.expression)
    count = integer(node)
    if count is None or count > MAX_INSTANCES or (seen.assumed and count == 0):
        one = hole_at(attribute.span, NAME)
        return [Instance(None, {"count": _count(one, attribute.span)}, sure=bool(count))]
    indexes = [Scalar(index, str(index), attribute.span) for index in range(count)]
    return [
        Instance(index.written, {"count": _count(index, attribute.span)}, sure=not seen.assumed)
        for index in indexes
    ]


def _count(index: Node, span: Span) -> Node:
    return Map((entry_at("index", index, span),), span)


def _for_each(session: Session, attribute: Attribute) -> list[Instance]:
    with session.observed(keep=ASSUMED) as seen:  # as for count
        over = session.iterate(session.evaluate(attribute.expression), as_set=True)
    span = attribute.span
    if over is not None and not over.open and not over.members and not seen.assumed:
        return []
    if over is None or not over.members or len(over.members) > MAX_INSTANCES:
        unknown = hole_at(span)
        return [Instance(None, {"each": _each(unknown, unknown, span)}, sure=False)]
    return [
        Instance(string(key), {"each": _each(key, value, span)}, sure=sure)
        for key, value, sure in over.members
    ]


def _each(key: Node, value: Node, span: Span) -> Node:
    return Map((entry_at("key", key, span), entry_at("value", value, span)), span)


def nested(session: Session, block: Block, name: str, scope: Scope) -> Iterator[Nested]:
    """The blocks *name* in *block*, in the order of the file."""
    for inner in block.blocks:
        if inner.type == name:
            yield Nested(inner, scope, inner.span)
        elif inner.type == "dynamic" and inner.labels == (name,):
            yield from _dynamic(session, inner, scope)


def _dynamic(session: Session, block: Block, scope: Scope) -> Iterator[Nested]:
    content = next((inner for inner in block.blocks if inner.type == "content"), None)
    collection = block.attributes.get("for_each")
    if content is None or collection is None:
        return
    iterator = block.attributes.get("iterator")
    name = block.labels[0]
    if iterator is not None:
        name = keyword(iterator.expression)
    # A default counts outside too: unlike instances, which are many values, the blocks are part of one.
    with session.observed() as seen:
        over = session.iterate(session.evaluate(collection.expression, scope))
    span = collection.span
    if over is None or (not over.members and (over.open or seen.assumed)):
        unknown = hole_at(span)
        inner = {**scope, name: _each(unknown, unknown, span)}
        yield Nested(content, inner, block.span, sure=False, many=True)
        return
    for key, value, sure in over.members:
        if is_null(value) and is_null(key):
            continue
        if not session.charge(1, span):
            return
        yield Nested(content, {**scope, name: _each(key, value, span)}, block.span, sure)
    if over.open:
        unknown = hole_at(span)
        inner = {**scope, name: _each(unknown, unknown, span)}
        yield Nested(content, inner, block.span, sure=False, many=True)
