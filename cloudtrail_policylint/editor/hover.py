"""What an editor shows about the place under the pointer: the rule of a finding, an action, a key."""

from __future__ import annotations

from lsprotocol.types import Hover, MarkupContent, MarkupKind

from ..base.formats import JSON, YAML, format_of, read_as
from ..report.pages import markdown_page
from ..tree.source import SourceFile, Span
from .context import place_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..findings.finding import Finding
    from .knowledge import Knowledge
    from .positions import Positions


def hover_at(
    source: SourceFile,
    offset: int,
    findings: Iterable[Finding],
    knowledge: Knowledge,
    positions: Positions,
) -> Hover | None:
    """What there is to say about *offset* of *source*, where *findings* are."""
    place = place_at(source.text, offset, yaml=is_yaml(source))
    pages = dict.fromkeys(markdown_page(one.rule, {}) for one in findings)
    about = knowledge.about(place.word, place.element) if place.word else None
    blocks = [*([about] if about is not None else []), *pages]
    if not blocks:
        return None
    span = Span(source, place.start, place.end)
    content = MarkupContent(MarkupKind.Markdown, "\n\n---\n\n".join(blocks))
    return Hover(content, positions.range_of(span) if place.word else None)


def is_yaml(source: SourceFile) -> bool:
    """Whether *source* is read as YAML."""
    return read_as(format_of(source.path) or JSON, source.text) is YAML
