"""Compiled matches of what is outside of policies: references to managed ones, and resources."""

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
    """What is asked of a reference to a managed policy."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._arn = SingleTest("arn", given["arn"], lookups)

    def judge(self, attachment: Attachment) -> int:
        """The verdict on *attachment*."""
        return self._arn.judge(attachment.arn)

    def binding(self, attachment: Attachment) -> Binding:
        """The ARN."""
        text = attachment.arn
        return Binding(None, (Witness("arn", text.written, text.span, self._arn.term(text)),))


class ResourceMatch:
    """What is asked of a resource of a template or module."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._type = SingleTest("type", given["type"], lookups)

    def judge(self, resource: FoundResource) -> int:
        """The verdict on *resource*."""
        return self._type.judge(self._text(resource))

    def binding(self, resource: FoundResource) -> Binding:
        """The resource, called by its type."""
        return Binding(None, (Witness("type", resource.type, resource.owner.span),))

    def _text(self, resource: FoundResource) -> Text:
        return Text((Piece(resource.type, resource.owner.span),), resource.owner.span)
