"""The values of resources: what is at a path, how names are spelled, and whether two are equal."""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import NAME, Choice, Entry, Hole, Map, Node, Piece, Scalar, Seq, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..tree.source import Span

    Parts = tuple[Piece | Hole, ...]

_MADE_UP = regex(r"(\$\{\w++\})-\1'-\1''")
MAX_ITEMS = 1_000
"""Values of one property that are told apart; with more, the property is unknown."""
MAX_NESTING = 50
"""Levels of a policy whose unknown values are told apart."""
_SAME_NAME = "'"
"""What distinguishes the spellings of the parts of one made-up name."""


def plain_name(name: str) -> str:
    """*name* of a property, as it is compared: ``S3BucketName`` and ``s3_bucket_name`` are one."""
    return name.replace("_", "").lower()


@record
class Item:
    """One value of a property; ``sure`` is False if it is only one of several, or may not be there.

    ``may_be_null``: nothing is known of it, so that it may leave the property out.
    """

    node: Node
    sure: bool
    may_be_null: bool = False


def made_up_name(written: str, span: Span) -> Parts:
    """The name that CloudFormation makes up: that of the stack, the logical id, and a random part.

    Each may be shortened (AWS CloudFormation Template Reference, "Name type").
    """
    found: list[Piece | Hole] = []
    for part in made_up_parts(written):
        found += [Piece("-", span)] if found else []
        found.append(Hole(part, span, NAME))
    return tuple(found)


def made_up_parts(written: str) -> tuple[str, ...]:
    """How the parts of the made-up name *written* are spelled."""
    return tuple([written + _SAME_NAME * number for number in range(3)])


def with_plain_names(text: str) -> str:
    """*text* with made-up names as they are written."""
    return _MADE_UP.sub(r"\1", text)


def respelt(node: Node, spelling: Callable[[Hole], Parts], depth: int = 0) -> Node:
    """*node* with each hole in it spelled as *spelling* says."""
    if depth > MAX_NESTING:
        return node
    if isinstance(node, Hole):
        found = spelling(node)
        is_one = len(found) == 1 and isinstance(found[0], Hole)
        return found[0] if is_one else Text(found, node.span)  # type: ignore[return-value]
    if isinstance(node, Text):
        if node.literal is not None:
            return node
        parts = [one for p in node.parts for one in (spelling(p) if isinstance(p, Hole) else (p,))]
        return Text(tuple(parts), node.span)
    if isinstance(node, Map):
        entries = [Entry(e.key, respelt(e.value, spelling, depth + 1)) for e in node.entries]
        return Map(tuple(entries), node.span)
    if isinstance(node, Seq):
        return Seq(tuple([respelt(i, spelling, depth + 1) for i in node.items]), node.span)
    if isinstance(node, Choice):
        branches = [None if b is None else respelt(b, spelling, depth + 1) for b in node.branches]
        return Choice(tuple(branches), node.span)
    return node


def items_at(node: Node | None, path: Sequence[str]) -> tuple[list[Item], bool]:
    """The values at *path* in *node*, names as of ``plain_name``, and whether there are no others.

    A list is its members.
    """
    found: list[Item] = []
    complete = True
    stack: list[tuple[Node | None, Sequence[str], bool, bool]] = [(node, path, True, True)]
    while stack:
        at, rest, sure, unfolds = stack.pop()
        if len(found) >= MAX_ITEMS:
            return [], False
        if at is None or (isinstance(at, Scalar) and at.value is None):
            continue
        if isinstance(at, Choice):
            stack += [(branch, rest, False, unfolds) for branch in reversed(at.branches)]
        elif isinstance(at, Seq) and unfolds:
            complete = complete and not any(map(_is_rest, at.items))
            members = [item for item in at.items if not _is_rest(item)]
            stack += [(item, rest, sure, False) for item in reversed(members)]
        elif not rest:
            found.append(Item(at, sure))
        elif isinstance(at, Map):
            named = _values_of(at, rest[0])
            complete = complete and (bool(named) or _is_closed(at))
            stack += [(value, rest[1:], sure, True) for value in named[-1:]]
        else:
            complete = False
    return found, complete


def _is_rest(node: Node) -> bool:
    """Whether *node* stands for any number of members of a list."""
    return isinstance(node, Hole) and node.written.endswith("...}")


def _values_of(node: Map, name: str) -> list[Node]:
    wanted = plain_name(name)
    return [one.value for one in node.entries if plain_name(one.key.literal or "") == wanted]


def _is_closed(node: Map) -> bool:
    """Whether all keys of *node* are known."""
    return all(entry.key.literal is not None for entry in node.entries)


def same(one: Parts | None, other: Parts | None) -> int:
    """Whether two names are equal; holes that are spelled alike have one value."""
    if one is None or other is None:
        return MAYBE
    spelled = spelling_of(one)
    if spelled is not None and spelled == spelling_of(other):
        return YES
    from ..decisions.values import alternatives, match, tokens

    found = {
        match(tokens(a, wild=False), b, frozenset())
        for a in alternatives(one)
        for b in alternatives(other)
    }
    return NO if found == {NO} else MAYBE


def spelling_of(parts: Parts | None) -> tuple[str, ...] | None:
    """How a name is spelled; None if it has another value each time, or is not known."""
    found = [_spelling(part) for part in parts or (None,)]
    known = [one for one in found if one is not None]
    return tuple(known) if len(known) == len(found) else None


def _spelling(part: Piece | Hole | None) -> str | None:
    """*part* as written; None for what has another value each time."""
    if part is None:
        return None
    if isinstance(part, Piece):
        return part.text
    written = part.written
    is_repeated = "each." in written or "count." in written or written.endswith(("...", "...}"))
    return None if is_repeated else "\0" + written


def parts_of(node: Node | None) -> Parts | None:
    """*node* as the parts of a text; None if it is no text."""
    if isinstance(node, Text):
        return node.parts
    if isinstance(node, Hole):
        return (node,)
    if isinstance(node, Scalar) and node.value is not None:
        return (Piece(node.written, node.span),)
    return None


def literal_of(parts: Parts | None) -> str | None:
    """The whole text of *parts*; None if it is not known."""
    if parts is None or any(isinstance(part, Hole) for part in parts):
        return None
    return "".join([part.text for part in parts if isinstance(part, Piece)])
