"""Places that have to do with a finding: what brings its text into the policy, and where that is written."""

from __future__ import annotations

from ..tree.nodes import Piece
from ..tree.source import Related
from .clauses import field_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..iam.policy import Document, Statement
    from ..tree.source import Span
    from .elements import Witness

MAX_PARTS = 3
"""Parts of one text whose places are named."""


def loads(span: Span, document: Document) -> tuple[Related, ...]:
    """What brings *document* in from the file that *span* is in."""
    return document.related if span.source is document.span.source else ()


def origins(
    span: Span, witness: Witness | None, statement: Statement | None, document: Document, field: str
) -> Iterator[Related]:
    """What a finding at *span* on a *field* of *statement* has to do with elsewhere.

    Where the document is loaded, the other places at which the text of
    *witness* is written, and, for a text that stands outside of the statement
    (a default, a local value, what the caller of a module gives), the
    statement that uses it.
    """
    yield from loads(span, document)
    if witness is not None and witness.term is not None:
        pieces = [p for p in witness.term.text.parts if isinstance(p, Piece) and p.text]
        elsewhere = _distinct(p.span for p in pieces if not span.contains(p.span))
        for place in elsewhere[:MAX_PARTS]:
            yield Related(place, "a part of it is written here")
    if statement is not None and not statement.span.contains(span):
        yield Related(field_span(statement, field), "used in this statement")


def _distinct(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        if not any(known.contains(span) for known in found):
            found.append(span)
    return found
