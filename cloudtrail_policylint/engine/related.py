"""Places related to a finding: what loads its document, and where parts of its text are written."""

from __future__ import annotations

from ..findings.finding import PART
from ..tree.nodes import Piece
from ..tree.source import Related
from .shown import field_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..iam.policy import Document, Statement
    from ..tree.source import Span
    from .elements import Witness

USE = "used in this statement"
"""The message of the place of the statement that uses a text written elsewhere."""
MAX_PARTS = 5
"""Parts of one text that are shown."""


def loads(span: Span, document: Document) -> tuple[Related, ...]:
    """What loads *document* from its file, if *span* is in that file."""
    return document.related if span.source is document.span.source else ()


def origins(
    span: Span, witness: Witness | None, statement: Statement | None, document: Document, field: str
) -> Iterator[Related]:
    """The places related to a finding at *span* on a *field* of *statement*.

    What loads the document, the other places where parts of the text of
    *witness* are written, and the statement that uses the text if that is
    written elsewhere (a default, a local value, an argument of a module).
    """
    yield from loads(span, document)
    if witness is not None and witness.term is not None:
        pieces = [p for p in witness.term.text.parts if isinstance(p, Piece) and p.text]
        elsewhere = _distinct(p.span for p in pieces if not span.contains(p.span))
        for place in elsewhere[:MAX_PARTS]:
            yield Related(place, PART)
    if statement is not None and not statement.span.contains(span):
        yield Related(field_span(statement, field), USE)


def _distinct(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        if not any(known.contains(span) for known in found):
            found.append(span)
    return found
