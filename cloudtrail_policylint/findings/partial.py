"""Policies of which a part is unknown: that nothing is reported on them does not show that they are right."""

from __future__ import annotations

from ..base.formats import title_of
from ..tree.nodes import ANY, Hole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..iam.policy import Document, Statement
    from ..iam.written import Extraction
    from ..tree.source import Span

NOT_IN_VIEW = "statements that are not in view"


def partly_known(documents: Iterable[Document]) -> Iterator[tuple[Span, str]]:
    """The places of those of *documents* of which a part is unknown, each with the reason.

    A value of which enough is known does not count: an account id, a region, a name.
    """
    for document in documents:
        hole = _unknown_in(document.statements)
        if hole is not None:
            yield document.span, reason_of(hole)
        elif not document.complete:
            yield document.span, NOT_IN_VIEW


def not_known(extraction: Extraction) -> Iterator[tuple[Span, str]]:
    """The places of the policies of *extraction* of which nothing is known, each with the reason."""
    for hole in extraction.unresolved:
        yield hole.span, reason_of(hole)


def reason_of(hole: Hole) -> str:
    """Why the value of *hole* is unknown."""
    from .statistics import reason_of as reason

    return reason(hole, title_of(hole.span.source.path))


def line_of(partly: Sequence[str], unknown: Sequence[str]) -> str:
    """The line about policies that are *partly* or wholly *unknown*, by their reasons."""
    counts: dict[str, int] = {}
    for reason in (*partly, *unknown):
        counts[reason] = counts.get(reason, 0) + 1
    most = max(sorted(counts), key=counts.__getitem__)
    number = len(partly) or len(unknown)
    noun = "policy is" if number == 1 else "policies are"
    how = "known only in part" if partly else "unknown"
    more = f", {len(unknown)} unknown" if partly and unknown else ""
    why = "because of" if len(counts) == 1 else "mostly because of"
    return f"{number} {noun} {how}{more}, {why} {most}"


def _unknown_in(statements: Iterable[Statement]) -> Hole | None:
    """The first unknown value in *statements* that may be anything."""
    for statement in statements:
        for text in statement.texts():
            for part in text.parts:
                if isinstance(part, Hole) and part.shape == ANY and part.values is None:
                    return part
    return None
