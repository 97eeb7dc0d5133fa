"""The least number of characters of a policy, for the quotas of AWS."""

from __future__ import annotations

from ..tree.nodes import Choice, Map, Piece, Scalar, Seq, Text
from ..tree.placeholders import with_placeholders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..tree.nodes import Node
    from .policy import Document

_AROUND = len('{"Version":"2012-10-17","Statement":[]}')


def least_size(document: Document) -> int:
    """The characters of *document* without white space; what is not known counts as none.

    IAM does not count white space; the other quotas do, so that a policy is never
    smaller than this.
    """
    certain = [_size(one.node) for one in document.statements if not one.optional]
    return sum(certain) + max(0, len(certain) - 1) + _around(document)


def _around(document: Document) -> int:
    return _AROUND if document.version is not None and document.version.literal else 0


def _size(node: Node) -> int:
    """The least characters of *node* as JSON."""
    if isinstance(node, Text):
        parts = with_placeholders(node).parts
        return 2 + sum([_visible(part.text) for part in parts if isinstance(part, Piece)])
    if isinstance(node, Scalar):
        return len(node.written)
    if isinstance(node, Map):
        inside = [_size(one.key) + 1 + _size(one.value) for one in node.entries]
    elif isinstance(node, Seq):
        inside = [_size(one) for one in _different(node.items)]
        if len(inside) == 1:
            return inside[0]
    elif isinstance(node, Choice):
        return min([_size(one) if one is not None else 0 for one in node.branches], default=0)
    else:
        return 0
    inside = [size for size in inside if size]
    return 2 + sum(inside) + max(0, len(inside) - 1)


def _different(items: Sequence[Node]) -> Iterable[Node]:
    """*items* without repeated texts.

    ``aws_iam_policy_document`` writes each text of a list once, and a list of one as its text.
    """
    return {
        one.literal if isinstance(one, Text) and one.literal is not None else id(one): one
        for one in items
    }.values()


def _visible(text: str) -> int:
    return len("".join(text.split()))
