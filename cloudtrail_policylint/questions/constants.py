"""The account and partition that a module or template leaves open: one value in all policies of a question."""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import replaced
from ..tree.nodes import ACCOUNT, Hole, Piece, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..decisions.values import Parts
    from ..iam.policy import Document, Statement

_ACCOUNT = regex(
    r"\{account\}|\$\{(?:account|AWS::AccountId|data\.aws_caller_identity\.[\w-]++\.(?:account_id|id))\}"
)
THE_ACCOUNT = "${account}"
"""How an account is written that is not known, but the same in the request and the policies."""
_PARTITION = regex(r"\$\{(?:partition|AWS::Partition|data\.aws_partition\.[\w-]++\.partition)\}")
"""How the account and the partition of a provider or stack are written."""


def settled_parts(parts: Parts, account: str | None, partition: str | None) -> Parts:
    """*parts* with *account* and *partition* in place of what stands for them, and what has one value as that."""
    if all(isinstance(part, Piece) for part in parts):
        return parts
    return tuple([_settled(part, account, partition) for part in parts])


def _settled(part: Piece | Hole, account: str | None, partition: str | None) -> Piece | Hole:
    if isinstance(part, Piece):
        return part
    if part.values is not None and len(part.values) == 1:
        return Piece(part.values[0], part.span)
    if _ACCOUNT.fullmatch(part.written):
        if account is not None:
            return Piece(account, part.span)
        return Hole(THE_ACCOUNT, part.span, ACCOUNT)
    if partition is not None and _PARTITION.fullmatch(part.written):
        return Piece(partition, part.span)
    return part


def settled(document: Document, account: str | None, partition: str | None) -> Document:
    """*document* with *account* and *partition* in place of what stands for them."""
    statements = [_statement(one, account, partition) for one in document.statements]
    if all(one is other for one, other in zip(statements, document.statements, strict=True)):
        return document
    return replaced(document, statements=tuple(statements))


def _statement(statement: Statement, account: str | None, partition: str | None) -> Statement:
    changed = False

    def text(one: Text) -> Text:
        nonlocal changed
        parts = settled_parts(one.parts, account, partition)
        if parts == one.parts:
            return one
        changed = True
        return Text(parts, one.span)

    resources = [replaced(r, texts=tuple(map(text, r.texts))) for r in statement.resources]
    principals = [replaced(p, id=text(p.id)) for p in statement.principals]
    conditions = [replaced(c, values=tuple(map(text, c.values))) for c in statement.conditions]
    if not changed:
        return statement
    return replaced(
        statement,
        resources=tuple(resources),
        principals=tuple(principals),
        conditions=tuple(conditions),
    )
