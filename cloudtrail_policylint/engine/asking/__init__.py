"""What rules ask about decisions, for one document: a module for each sort of question.

They are imported by the first rule that asks. Each answer is remembered for the document. A document
that may be of several kinds is asked about as each of them; where the answers differ, they are MAYBE.
"""

from __future__ import annotations

from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...iam.policy import Document
    from .denials import Denied
    from .holders import Holders
    from .met import Meetings
    from .requests import Requests
    from .sources import Sources


class Asking:
    """Answers what rules ask about *document*."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._sources = sources

    @cached_property
    def met(self) -> Meetings:
        """Whether a statement, or one of its elements, is ever met."""
        from .met import Meetings

        return Meetings(self._document, self._sources)

    @cached_property
    def denials(self) -> Denied:
        """What Deny statements leave."""
        from .denials import Denied

        return Denied(self._document, self._sources)

    @cached_property
    def requests(self) -> Requests:
        """What the document says to the requests of CloudTrail, and of owners of resources."""
        from .requests import Requests

        return Requests(self._document, self._sources)

    @cached_property
    def holders(self) -> Holders:
        """What the holders of the document may do."""
        from .holders import Holders

        return Holders(self._document, self._sources)
