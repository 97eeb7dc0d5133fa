"""Signs: what a statement must have to satisfy a test, found out at a glance: most statements lack it."""

from __future__ import annotations

from ..tree.nodes import Map, Piece, Scalar, Seq, Text, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Document, Resource, Statement
    from ..tree.nodes import Node

    StatementSign: TypeAlias = Callable[[Statement, Document], bool]


def has_empty(statement: Statement, _: Document) -> bool:
    """Whether something in *statement* is written with nothing in it."""
    for entry in statement.node.entries:
        if not isinstance(entry.value, Text) and _is_hollow(entry.value):
            return True
    return False


def _is_hollow(node: Node) -> bool:
    """Whether *node*, or a value in it, is an empty list or object."""
    if isinstance(node, Seq):
        return not node.items
    if not isinstance(node, Map):
        return False
    return not node.entries or any([_is_hollow(entry.value) for entry in node.entries])  # noqa: C419 - faster


def has_redundant_actions(statement: Statement, _: Document) -> bool:
    """Whether an action of *statement* may stand for another one."""
    return _may_be_redundant(statement.actions)


def has_redundant_resources(statement: Statement, _: Document) -> bool:
    """Whether a resource of *statement* may stand for another one."""
    return _may_be_redundant(statement.resources)


def _may_be_redundant(elements: Sequence[Action | Resource]) -> bool:
    """Whether two texts of *elements* are equal but for their letter case, or one has a wildcard."""
    if not elements or len(elements) == len(elements[0].texts) == 1:
        return False
    found = [text.literal for one in elements for text in one.texts]
    literals = [literal.lower() for literal in found if literal is not None]
    return len(set(literals)) < len(literals) or any("*" in x or "?" in x for x in literals)


class Repeated:
    """Whether another statement of its document has the same *key*, remembered for the last document."""

    def __init__(self, key: Callable[[Statement], object]) -> None:
        self._key = key
        self._last: tuple[Document | None, set[object]] = None, set()

    def __call__(self, statement: Statement, document: Document) -> bool:
        """Whether *statement* may be repeated in *document*."""
        last, twice = self._last
        if last is not document:
            keys = [self._key(one) for one in document.statements]
            once = set(keys)
            twice = set()
            if len(once) < len(keys):
                twice = {key for key, number in _numbers(keys).items() if number > 1}
            self._last = document, twice
        return bool(twice) and self._key(statement) in twice


def _numbers(keys: Iterable[object]) -> dict[object, int]:
    found: dict[object, int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def sid_of(statement: Statement) -> str | None:
    """The Sid of *statement*."""
    return statement.sid.literal if statement.sid is not None else None


def size_of(statement: Statement) -> object:
    """What statements that say the same have in common, and few others do."""
    return (
        len(statement.actions),
        len(statement.resources),
        len(statement.principals),
        len(statement.conditions),
        statement.effect.known if statement.effect is not None else None,
    )


_AROUND = 48
"""More characters than a policy has around its statements."""


def may_be_longer(node: Node, characters: int) -> bool:
    """Whether the policy *node* may have more than so many *characters*: with quotes, brackets and separators."""
    stack = [node]
    characters -= _AROUND
    while stack:
        at = stack.pop()
        characters -= 3
        if isinstance(at, Text):
            for part in at.parts:
                if isinstance(part, Piece):
                    characters -= len(part.text)
        elif isinstance(at, Map):
            for entry in at.entries:
                stack.append(entry.key)
                stack.append(entry.value)
        elif isinstance(at, Scalar):
            characters -= len(at.written)
        else:
            stack.extend(children(at))
        if characters < 0:
            return True
    return False


def runs_of(pattern: str) -> list[str]:
    """What is between the wildcards of *pattern*, an operand in which ``#`` is a digit."""
    return pattern.replace("?", "*").replace("#", "*").split("*")


def may_have_variable(text: Text) -> bool:
    """Whether a policy variable may be in the text."""
    literal = text.literal
    return literal is None or "${" in literal


def may_have_wildcard(text: Text) -> bool:
    """Whether a wildcard may be in the text."""
    literal = text.literal
    return literal is None or "*" in literal or "?" in literal


def may_be_nested(text: Text) -> bool:
    """Whether an ARN may be in an ARN."""
    literal = text.literal
    return literal is None or literal.count("arn:") > 1


def may_be_private(text: Text) -> bool:
    """Whether a private IP address or range may be the text."""
    literal = text.literal
    if literal is None or "${" in literal:
        return True
    from ..iam.addresses import may_be_private as of_literal

    return of_literal(literal)
