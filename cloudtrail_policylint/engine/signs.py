"""Signs: what a statement must have to satisfy a test, found out at a glance: most statements lack it."""

from __future__ import annotations

from ..tree.nodes import Map, Seq, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ..iam.policy import Action, Document, Resource, Statement
    from ..tree.nodes import Node
    from .lookups import Term

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


def is_one_of_several(_: Statement, document: Document) -> bool:
    """Whether there are other statements in *document*."""
    return len(document.statements) > 1


class RepeatedSid:
    """Whether a statement has a Sid that its document has twice, which is remembered for the last document."""

    def __init__(self) -> None:
        self._last: tuple[Document | None, frozenset[str | None]] = None, frozenset()

    def __call__(self, statement: Statement, document: Document) -> bool:
        """Whether the Sid of *statement* is there twice in *document*."""
        last, found = self._last
        if last is not document:
            sids = [one.sid.literal for one in document.statements if one.sid is not None]
            twice = [] if len(set(sids)) == len(sids) else [s for s in sids if sids.count(s) > 1]
            found = frozenset(twice)
            self._last = document, found
        return bool(found) and statement.sid is not None and statement.sid.literal in found


def is_plain(term: Term) -> bool:
    """Whether the text is of ASCII letters and digits, and not empty."""
    literal = term.text.literal
    return literal is not None and literal.isalnum() and literal.isascii()


def is_odd(term: Term) -> bool:
    """Whether the text is not ``is_plain``."""
    return not is_plain(term)
