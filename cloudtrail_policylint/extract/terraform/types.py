"""Defaults in the type of a variable: ``object({tags = optional(list(string), [])})``.

Source: developer.hashicorp.com/terraform/language/expressions/type-constraints,
"Optional Object Type Attributes".
"""

from __future__ import annotations

from ...readers.hcl.syntax import Call, ObjectExpression, TupleExpression, keyword
from ...tree.nodes import Choice, Entry, Map, Node, Piece, Scalar, Seq, Text
from .values import each_branch, is_null, is_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...readers.hcl.syntax import Expression
    from .session import Session


def completed(session: Session, type_: Expression, node: Node) -> Node:
    """*node*, a value of *type_*, with the optional attributes that it leaves out."""
    if not isinstance(type_, Call) or not type_.arguments:
        return node
    inner = type_.arguments[0]
    if isinstance(node, Choice):
        return each_branch(node, lambda branch: completed(session, type_, branch), node.span)
    if isinstance(node, Map) and type_.name == "object" and isinstance(inner, ObjectExpression):
        return _object(session, inner, node)
    if isinstance(node, Map) and type_.name == "map":
        entries = [Entry(e.key, completed(session, inner, e.value)) for e in node.entries]
        return _changed(node, entries)
    if isinstance(node, Seq) and type_.name in ("list", "set", "tuple"):
        return _list(session, inner, node)
    return node


def _list(session: Session, inner: Expression, node: Seq) -> Node:
    types = inner.items if isinstance(inner, TupleExpression) else (inner,) * len(node.items)
    if len(types) != len(node.items):
        return node
    items = [
        item if is_rest(item) else completed(session, type_, item)
        for type_, item in zip(types, node.items, strict=True)
    ]
    if all(new is old for new, old in zip(items, node.items, strict=True)):
        return node
    found = Seq(tuple(items), node.span)
    return session.as_set(found) if session.is_set(node) else found


def _object(session: Session, type_: ObjectExpression, node: Map) -> Node:
    if any(entry.key.literal is None for entry in node.entries):
        return node
    types = {keyword(key): (key, value) for key, value in type_.entries}
    entries = []
    for entry in node.entries:
        found = types.get(entry.key.literal or "")
        of = found[1] if found is not None else None
        if of is not None and _is_optional(of) and is_null(entry.value):
            continue
        entries.append(entry if of is None else _entry(session, of, entry))
    written = {entry.key.literal for entry in entries}
    for name, (key, of) in types.items():
        if name not in written and isinstance(of, Call) and _is_optional(of):
            value: Node = Scalar(None, "null", key.span)
            if len(of.arguments) > 1:
                session.assume()
                value = session.evaluate(of.arguments[1])
            named = Text((Piece(name, key.span),), key.span)
            entries.append(Entry(named, completed(session, of.arguments[0], value)))
    return _changed(node, entries) if session.charge(len(types), node.span) else node


def _entry(session: Session, type_: Expression, entry: Entry) -> Entry:
    of = type_.arguments[0] if isinstance(type_, Call) and _is_optional(type_) else type_
    value = completed(session, of, entry.value)
    return entry if value is entry.value else Entry(entry.key, value)


def _is_optional(type_: Expression) -> bool:
    return isinstance(type_, Call) and type_.name == "optional" and bool(type_.arguments)


def _changed(node: Map, entries: list[Entry]) -> Map:
    """*node* with *entries*; itself if it has the same values."""
    old = [entry.value for entry in node.entries]
    same = len(old) == len(entries) and all(e.value is v for e, v in zip(entries, old, strict=True))
    return node if same else Map(tuple(entries), node.span)
