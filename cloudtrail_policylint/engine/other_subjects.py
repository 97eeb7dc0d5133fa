"""Compiled matches of what is outside of policies: references to managed ones, and resources."""

from __future__ import annotations

from ..tree.nodes import Piece, Text
from .clauses import Binding
from .elements import SingleTest, Witness
from .words import ARNS, EXACT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.catalogue import Catalogue
    from ..iam.policy import Attachment
    from ..iam.written import FoundResource
    from .clauses import Given


class AttachmentMatch:
    """What is asked of a reference to a managed policy."""

    def __init__(self, given: Given, catalogue: Catalogue) -> None:
        self._arn = SingleTest(given["arn"], ARNS, catalogue)

    def judge(self, attachment: Attachment) -> int:
        """The verdict on *attachment*."""
        return self._arn.judge(attachment.arn)

    def binding(self, attachment: Attachment) -> Binding:
        """The ARN."""
        text = attachment.arn
        return Binding(None, (Witness("arn", text.written, text.span, self._arn.term(text)),))


class ResourceMatch:
    """What is asked of a resource of a template or module."""

    def __init__(self, given: Given, catalogue: Catalogue) -> None:
        self._type = SingleTest(given["type"], EXACT, catalogue)

    def judge(self, resource: FoundResource) -> int:
        """The verdict on *resource*."""
        return self._type.judge(self._text(resource))

    def binding(self, resource: FoundResource) -> Binding:
        """The resource, called by its type."""
        return Binding(None, (Witness("type", resource.type, resource.owner.span),))

    def _text(self, resource: FoundResource) -> Text:
        return Text((Piece(resource.type, resource.owner.span),), resource.owner.span)
