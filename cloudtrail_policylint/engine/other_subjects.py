"""Compiled matches of attachments and resources."""

from __future__ import annotations

from ..iam.patterns import NO
from ..tree.nodes import Piece, Text
from .elements import SingleTest, Witness
from .matches import Binding, Held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..iam.policy import Attachment
    from ..iam.written import FoundResource
    from ..setups.model import Resource
    from .lookups import Lookups
    from .resources import SetupMatch, Subject
    from .words.word import Given


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
        self._rest = {field: tests for field, tests in given.items() if field != "type"}
        self._lookups = lookups
        self._match: SetupMatch | None = None

    def is_about(self, resource: FoundResource) -> bool:
        """Whether *resource* has a type that passes."""
        return self._type.verdict(self._text(resource)) != NO

    def asks_for_more(self) -> bool:
        """Whether the match has more than the type."""
        return bool(self._rest)

    def held(
        self,
        resource: FoundResource,
        made: Iterable[Resource],
        subjects: dict[int, Subject],
    ) -> Iterator[Held]:
        """How the match holds for *resource*, of which *made* are the instances.

        *subjects* keeps what other rules have asked about them.
        """
        if not self._rest:
            yield Held(Binding(None, (Witness("type", resource.type, resource.owner.span),)), ())
            return
        if self._match is None:
            from .resources import SetupMatch

            self._match = SetupMatch(self._rest, self._lookups)
        for one in made:
            held = self._match.held(one, subjects)
            if held is not None:
                yield held

    def _text(self, resource: FoundResource) -> Text:
        return Text((Piece(resource.type, resource.owner.span),), resource.owner.span)
