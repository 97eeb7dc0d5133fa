"""Compiled matches of attachments and resources."""

from __future__ import annotations

from ..tree.nodes import Piece, Text
from .clauses import Binding
from .elements import SingleTest, Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.policy import Attachment
    from ..iam.written import FoundResource
    from .lookups import Lookups
    from .words import Given


class AttachmentMatch:
    """The match of a reference to a managed policy."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._arn = SingleTest("arn", given["arn"], lookups)

    def verdict(self, attachment: Attachment) -> int:
        """The verdict on *attachment*."""
        return self._arn.verdict(attachment.arn)

    def binding(self, attachment: Attachment) -> Binding:
        """The binding with the ARN as its witness."""
        text = attachment.arn
        return Binding(None, (Witness("arn", text.written, text.span, self._arn.term(text)),))


class ResourceMatch:
    """The match of a resource of a template or module."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._type = SingleTest("type", given["type"], lookups)

    def verdict(self, resource: FoundResource) -> int:
        """The verdict on *resource*."""
        return self._type.verdict(self._text(resource))

    def binding(self, resource: FoundResource) -> Binding:
        """The binding with the type as its witness."""
        return Binding(None, (Witness("type", resource.type, resource.owner.span),))

    def _text(self, resource: FoundResource) -> Text:
        return Text((Piece(resource.type, resource.owner.span),), resource.owner.span)
