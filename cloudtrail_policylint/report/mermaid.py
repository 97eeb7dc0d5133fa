"""Drawings as a flowchart for Mermaid, which GitHub and GitLab show in Markdown."""

from __future__ import annotations

from ..files.reports import MERMAID
from .drawing import (
    ALLOWED,
    DENIED,
    MAY,
    PERHAPS,
    PLAIN,
    UNKNOWN,
    arrow_lines,
    box_lines,
    escaped,
    wrapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..findings.result import Result
    from .drawing import Drawing

_WIDTH = 90
"""Characters of a line in a box or on an arrow."""
_WIDE = '%%{init: {"flowchart": {"wrappingWidth": 900}}}%%'
"""Lines are broken here, not by Mermaid."""
_ARROWS = {
    ALLOWED: "-->",
    DENIED: "--x",
    UNKNOWN: "-.->",
    MAY: "==>",
    PERHAPS: "-.->",
    PLAIN: "---",
}
_COLORS = {ALLOWED: "#2e8b57", DENIED: "#d1382c", UNKNOWN: "#76808c"}
"""Colours that can be seen on white and on black."""


def report(result: Result, *, show_suppressed: bool) -> str:
    """The set-ups of *result* as a flowchart."""
    from .setup_drawings import drawings_of

    return text_of(drawings_of(result, show_suppressed=show_suppressed))


def text_of(drawings: Sequence[Drawing]) -> str:
    """*drawings* as one flowchart, several as subgraphs of it."""
    return "".join(f"{line}\n" for line in _lines(drawings))


def _lines(drawings: Sequence[Drawing]) -> Iterator[str]:
    yield f"{MERMAID}{_WIDE}"
    yield "flowchart LR"
    for number, drawing in enumerate(drawings):
        if len(drawings) > 1:
            yield f"  subgraph s{number}[{_text([drawing.hub.name])}]"
            yield "  direction LR"
        yield from _nodes(f"n{number}", drawing)
        if len(drawings) > 1:
            yield "  end"
    yield "  classDef missing stroke-dasharray: 5 4"
    yield "  classDef note fill:none,stroke:none,text-align:left"
    states = [arrow.state for one in drawings for box in one.boxes for arrow in box.arrows]
    for state, color in _COLORS.items():
        links = [str(number) for number, one in enumerate(states) if one == state]
        if links:
            yield f"  linkStyle {','.join(links)} stroke:{color},stroke-width:2px"


def _nodes(hub: str, drawing: Drawing) -> Iterator[str]:
    """The boxes and arrows of *drawing*, whose hub has the id *hub*."""
    yield f"  {hub}[{_text(box_lines(drawing.hub, _WIDTH))}]"
    for at, box in enumerate(drawing.boxes):
        style = "" if box.is_known else ":::missing"
        yield f"  {hub}_{at}[{_text(box_lines(box, _WIDTH))}]{style}"
        ends = (f"{hub}_{at}", hub) if box.inward else (hub, f"{hub}_{at}")
        for arrow in box.arrows:
            label = _text(arrow_lines(arrow, _WIDTH))
            yield f"  {ends[0]} {_ARROWS[arrow.state]}|{label}| {ends[1]}"
    notes = [line for one in drawing.told() for line in wrapped(one, _WIDTH)]
    if notes:
        yield f"  {hub}_notes[{_text(notes)}]:::note"


def _text(lines: Iterable[str]) -> str:
    """*lines* in quotes; all but letters, digits and harmless signs as entities."""
    return '"' + "<br/>".join(escaped(line, _is_harmless, "#{};") for line in lines) + '"'


def _is_harmless(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in " _./:,-*")
