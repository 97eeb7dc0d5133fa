"""The policy in a ``data.aws_iam_policy_document``.

Source: registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/
iam_policy_document (arguments, defaults, "Merging Source Documents") and, for
the order of merging, internal/service/iam/policy_model.go of the provider.

Elements that the provider adds (Effect, Version) have the place of the block.
"""

from __future__ import annotations

from ...tree.nodes import Choice, Encoded, Entry, Hole, Map, Node, Piece, Scalar, Seq, Text
from ..values import flat
from .instances import nested
from .values import (
    choice,
    each_branch,
    entry_at,
    hole_at,
    is_empty,
    is_null,
    is_rest,
    rest_at,
    text_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...readers.hcl.file import Block
    from ...tree.source import Span
    from .instances import Nested
    from .session import Instance, Scope, Session

_BEFORE = (("sid", "Sid"), ("effect", "Effect"))
_LISTS = (
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)
_PRINCIPALS = (("principals", "Principal"), ("not_principals", "NotPrincipal"))
_SOURCES = ("source_json", "source_policy_documents")
_OVERRIDES = ("override_policy_documents", "override_json")
MAX_LISTS = 5
"""Levels of lists in lists that are flattened."""
_DEFAULT_VERSION = "2012-10-17"


def document(session: Session, block: Block, instance: Instance) -> Node:
    """The policy of one instance of the data source *block*; unknown if it is part of itself."""
    key = ("document", id(block), instance.key)
    found = session.memoised(key, lambda: _build(session, block, instance.scope))
    if found is None:
        return hole_at(block.type_span)
    session.built[id(found)] = (found, block)
    return found


def _build(session: Session, block: Block, scope: Scope) -> Map:
    span, start = block.span, block.type_span
    entries: list[Entry] = []
    version = _attribute(session, block, "version", scope)
    if version is not None:
        entries.append(Entry(_named("Version", version[0]), _string(version[1])))
    else:
        entries.append(entry_at("Version", _text(_DEFAULT_VERSION, start), start))
    policy_id = _attribute(session, block, "policy_id", scope)
    if policy_id is not None:
        entries.append(Entry(_named("Id", policy_id[0]), _string(policy_id[1])))
    merged = _Merged()
    merged.add(_loaded(session, block, _SOURCES, scope))
    merged.add(_statements(session, block, scope))
    merged.add(_loaded(session, block, _OVERRIDES, scope))
    entries.append(entry_at("Statement", Seq(tuple(merged.statements), span), start))
    return Map(tuple(entries), span)


# -- statements


def _statements(session: Session, block: Block, scope: Scope) -> Iterator[Node]:
    for one in nested(session, block, "statement", scope):
        statement = _statement(session, one)
        if one.many:
            yield choice((statement, None), one.span)
            yield rest_at(one.span)
        else:
            yield statement if one.sure else choice((statement, None), one.span)


def _statement(session: Session, written: Nested) -> Map:
    block, scope = written.block, written.scope
    start = block.type_span
    entries: list[Entry] = []
    for name, key in _BEFORE:
        found = _attribute(session, block, name, scope)
        if found is not None:
            entries.append(Entry(_named(key, found[0]), _string(found[1])))
        elif key == "Effect":
            entries.append(entry_at(key, _text("Allow", start), start))
    for name, key in _PRINCIPALS:
        entries.extend(_principals(session, block, name, key, scope))
    for name, key in _LISTS:
        found = _attribute(session, block, name, scope)
        if found is not None:
            items = _items(found[1])
            if not key.endswith("Action"):
                items = list(map(_variables, items))
            entries.append(Entry(_named(key, found[0]), Seq(tuple(items), found[1].span)))
    entries.extend(_conditions(session, block, scope))
    return Map(tuple(entries), written.span)


def _attribute(session: Session, block: Block, name: str, scope: Scope) -> tuple[Text, Node] | None:
    """Name and value of an attribute; None if it is not set, or empty."""
    attribute = block.attributes.get(name)
    if attribute is None:
        return None
    value = session.value_of(attribute.expression, scope)
    key = Text((Piece(name, attribute.name_span),), attribute.name_span)
    if isinstance(value, Choice):
        kept = [None if b is None or is_empty(b) else b for b in flat(value)]
        value = choice(kept, value.span, likely=value.likely)
    return None if is_empty(value) else (key, value)


def _principals(
    session: Session, block: Block, name: str, key: str, scope: Scope
) -> Iterator[Entry]:
    """``Principal``, with blocks of the same type merged; ``type = "*"`` alone is a plain ``*``."""
    groups: dict[str, tuple[Text, list[Node]]] = {}
    first: Span | None = None
    for one in nested(session, block, name, scope):
        first = first or one.block.type_span
        found = _attribute(session, one.block, "type", one.scope)
        type_ = text_of(found[1]) if found is not None else None
        ids = _attribute(session, one.block, "identifiers", one.scope)
        if type_ is None:
            type_ = Text((hole_at(one.block.span),), one.block.span)
        items = _items(ids[1]) if ids is not None else []
        if one.many or not one.sure:
            items = [i if is_rest(i) else choice((i, None), i.span) for i in items]
        if one.many:
            items.append(rest_at(one.span))
        groups.setdefault(type_.written, (type_, []))[1].extend(map(_variables, items))
    if first is None:
        return
    everyone = groups.get("*")
    if everyone is not None and len(groups) == 1 and all(_is_star(i) for i in everyone[1]):
        type_, items = everyone
        yield entry_at(key, items[0] if items else type_, first)
        return
    types = tuple(
        Entry(type_, Seq(tuple(items), items[0].span if items else type_.span))
        for type_, items in groups.values()
    )
    yield entry_at(key, Map(types, first), first)


def _is_star(node: Node) -> bool:
    return isinstance(node, Text) and node.literal == "*"


def _conditions(session: Session, block: Block, scope: Scope) -> Iterator[Entry]:
    """``Condition``, with blocks of the same operator and key merged."""
    operators: dict[str, tuple[Text, dict[str, tuple[Text, list[Node]]]]] = {}
    unknown: list[Node] = []
    first: Span | None = None
    for one in nested(session, block, "condition", scope):
        first = first or one.block.type_span
        texts = []
        for name in ("test", "variable"):
            found = _attribute(session, one.block, name, one.scope)
            text = text_of(found[1]) if found is not None else None
            texts.append(text or Text((hole_at(one.block.span),), one.block.span))
        operator, key = texts
        values = _attribute(session, one.block, "values", one.scope)
        items = [_variables(item) for item in _items(values[1])] if values is not None else []
        if one.many:
            unknown.append(rest_at(one.span))
            items.append(rest_at(one.span))
        keys = operators.setdefault(operator.written, (operator, {}))[1]
        keys.setdefault(key.written, (_replaced(key), []))[1].extend(items)
    if first is None:
        return
    entries = [
        Entry(
            operator,
            Map(
                tuple(
                    Entry(key, Seq(tuple(items), items[0].span if items else key.span))
                    for key, items in keys.values()
                ),
                operator.span,
            ),
        )
        for operator, keys in operators.values()
    ]
    entries += [Entry(Text((u,), u.span), u) for u in unknown if isinstance(u, Hole)]
    yield entry_at("Condition", Map(tuple(entries), first), first)


def _items(node: Node, depth: int = 0) -> list[Node]:
    """The members of a list of strings; lists in it are flattened, as before Terraform 0.12."""
    found: list[Node] = []
    alternatives = flat(node)
    for branch in alternatives:
        items = _members(branch, depth)
        if len(alternatives) > 1:
            items = [i if is_rest(i) else choice((i, None), i.span) for i in items]
        found.extend(items)
    return found


def _members(node: Node | None, depth: int) -> list[Node]:
    if node is None or is_null(node):
        return []
    if isinstance(node, Seq) and depth < MAX_LISTS:
        return [inner for item in node.items for inner in _items(item, depth + 1)]
    return [_string(node)]


def _string(node: Node) -> Node:
    """*node*; a number as a string, as the provider writes it."""
    if isinstance(node, Scalar) and node.value is not None:
        return Text((Piece(node.written, node.span),), node.span)
    return each_branch(node, _string, node.span) if isinstance(node, Choice) else node


# -- policy variables


def _variables(node: Node) -> Node:
    """*node* with ``&{aws:username}`` as ``${aws:username}``."""
    if isinstance(node, Text):
        return _replaced(node)
    if isinstance(node, Seq):
        return Seq(tuple(map(_variables, node.items)), node.span)
    if isinstance(node, Choice):
        branches = tuple([b if b is None else _variables(b) for b in node.branches])
        return Choice(branches, node.span, node.likely)
    return node


def _replaced(text: Text) -> Text:
    if not any(isinstance(part, Piece) and "&{" in part.text for part in text.parts):
        return text
    parts = [
        Piece(part.text.replace("&{", "${"), part.span) if isinstance(part, Piece) else part
        for part in text.parts
    ]
    return Text(tuple(parts), text.span)


# -- other documents


def _loaded(session: Session, block: Block, names: tuple[str, ...], scope: Scope) -> list[Node]:
    """The statements of the documents in the attributes *names*."""
    found = _Merged()
    for name in names:
        attribute = block.attributes.get(name)
        if attribute is None:
            continue
        value = session.value_of(attribute.expression, scope)
        for item in _items(value) if isinstance(value, Seq | Choice) else [value]:
            found.add(_statements_of(session, item))
    return found.statements


def _statements_of(session: Session, item: Node) -> list[Node]:
    alternatives = flat(item)
    found: list[Node] = []
    for branch in alternatives:
        if branch is None or is_empty(branch):
            continue
        statements = _of_document(session, branch)
        if len(alternatives) > 1:
            statements = [s if is_rest(s) else choice((s, None), s.span) for s in statements]
        found.extend(statements)
    return found


def _of_document(session: Session, node: Node) -> list[Node]:
    from ..detect import read_text

    content: Node | None = node
    if isinstance(node, Encoded):
        content = node.content
        if id(content) in session.built:
            session.merged.add(id(content))
    elif isinstance(node, Text):
        content, problems = read_text(node)
        session.problems.extend(problems)
    if isinstance(content, Map) and content.get("Statement") is not None:
        statement = content.get("Statement")
        if isinstance(statement, Seq):
            return list(statement.items)
        if isinstance(statement, Map):
            return [statement]
    return [rest_at(node.span)]


class _Merged:
    """Merged statements: one with the Sid of one in a document before replaces it.

    Two that are certainly in one document stay, so that both are read: the provider refuses that document.
    """

    def __init__(self) -> None:
        self.statements: list[Node] = []
        self._places: dict[str, int] = {}

    def add(self, more: Iterable[Node]) -> None:
        statements, before = self.statements, len(self.statements)
        for statement in more:
            sid = _sid(statement)
            at = self._places.get(sid) if sid else None
            if at is not None and at >= before and _are_certain(statements[at], statement):
                at = None
            if at is None:
                if sid:
                    self._places[sid] = len(statements)
                statements.append(statement)
            elif isinstance(statement, Choice):
                statements[at] = choice((statements[at], *flat(statement)), statement.span)
            else:
                statements[at] = statement


def _are_certain(*statements: Node) -> bool:
    """Whether all *statements* are there in any case."""
    return all(isinstance(one, Map) for one in statements)


def _sid(node: Node) -> str | None:
    for branch in flat(node):
        if isinstance(branch, Map):
            value = branch.get("Sid")
            return value.literal if isinstance(value, Text) else None
    return None


def _named(key: str, written: Text) -> Text:
    """The key *key* at the place of the attribute's name."""
    return Text((Piece(key, written.span),), written.span)


def _text(value: str, span: Span) -> Text:
    return Text((Piece(value, span),), span)
