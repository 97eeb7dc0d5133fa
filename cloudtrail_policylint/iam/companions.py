"""Companions: the policies of one role, user or group, or on one target, which count together."""

from __future__ import annotations

from ..base.record import replaced
from .policy import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..tree.source import Span
    from .written import FoundAttachment, Owner

MAX_COMPANIONS = 100
"""The most policies of one holder that are compared; with more, each is one among unknown others.

IAM allows far fewer: 25 managed policies, and inline policies of 10,240
characters in all (IAM User Guide, "IAM and AWS STS quotas"). The time to
compare each policy with all others grows with the square of their number.
"""


def with_companions(
    documents: Sequence[Document], attachments: Iterable[FoundAttachment]
) -> Iterator[Document]:
    """*documents*, each with the others that grant something to one of its holders.

    A managed policy of *attachments* is a companion of which nothing is known.
    A trust policy has companions (what the role may do) but is not one, because
    it grants nothing to its role.
    """
    by_holder: dict[str, list[Document]] = {}
    for document in (*documents, *[_unseen_of(a) for a in attachments if a.holders]):
        for holder in document.holders if document.kinds != ("trust",) else ():
            by_holder.setdefault(holder, []).append(document)
    for holder, theirs in by_holder.items():
        if len(theirs) > MAX_COMPANIONS:
            theirs[:] = [_unseen(theirs[0].owner, theirs[0].span, (holder,))]
    for document in documents:
        others = {
            id(other): other
            for holder in document.holders
            for other in by_holder.get(holder, ())
            if other is not document
        }
        yield document if not others else replaced(document, companions=tuple(others.values()))


def _unseen_of(attachment: FoundAttachment) -> Document:
    return _unseen(attachment.owner, attachment.arn.span, attachment.holders)


def _unseen(owner: Owner, span: Span, holders: tuple[str, ...]) -> Document:
    """An unknown policy that *holders* have."""
    return Document(
        kinds=("identity",),
        owner=owner,
        version=None,
        statements=(),
        complete=False,
        in_scope=False,
        span=span,
        problems=(),
        holders=holders,
    )
